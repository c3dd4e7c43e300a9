"""What the verbs that need Helm share: the choice of the engine, the charts, and how failures are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from efdgen.cli.common import CHARTS, uses_cache
from efdgen.cli.reports import Said, Style
from efdgen.cli.streams import error, say

if TYPE_CHECKING:
    from efdgen.helm.charts.lock import ChartLock
    from efdgen.helm.engines.engine import Engine
    from efdgen.helm.hydrate import Charts, HydratedApp

engine_option = click.option(
    "--engine",
    "engine",
    type=click.Choice(["auto", "helm", "sdk"]),
    default="auto",
    help="The helm command, or Helm's library. Default: the command where it is installed.",
)

templates_option = click.option(
    "--templates",
    is_flag=True,
    help="Have Helm run the templates of our own, too, without third-party charts: one that fails is an error.",
)


def choose(engine: str, *, no_cache: bool, whole: bool = False) -> Engine:
    """Return Helm, which keeps what it makes for the next run, unless nobody wants that.

    Args:
        engine: `auto`, `helm` or `sdk`; or `quickest`: the library, which needs milliseconds for a chart; the command
            where it can't be used.
        no_cache: whether everything is made anew, and nothing kept.
        whole: whether the texts are wanted that Helm prints, and not only the objects.

    Raises:
        ChartError: when there is none; says what to do.
    """
    from efdgen.helm.kept import choosing

    return choosing.choose(engine, choosing.store() if uses_cache(no_cache=no_cache) else None, whole=whole)


def quickest() -> Engine:
    """Return Helm's library where it can be used, else the command; neither keeps anything.

    Raises:
        ChartError: when neither is installed.
    """
    return choose("quickest", no_cache=True)


def open_charts(root: Path, former: Callable[[], ChartLock] | None = None, base: str = "") -> Charts:
    """Return the repository's chart cache, opened when the first chart is asked for.

    Args:
        root: the repository.
        former: reads a lock that wins over the repository's.
        base: the revision that this lock is of; empty: of none.
    """
    import shlex

    from efdgen.helm.charts.cache import FETCH, ChartsOnDemand

    return ChartsOnDemand(root, former, f"{FETCH} --base {shlex.quote(base)}" if base else FETCH)


def failures(failed: Sequence[HydratedApp], style: Style) -> Iterator[Said]:
    """Return what Helm could not do, and what to do."""
    from efdgen.helm.engines import messages

    alike: dict[str, dict[str, list[str]]] = {}
    for result in failed:
        alike.setdefault(result.error, {}).setdefault(result.app, []).append(result.environment)
    for message, apps in alike.items():
        where = "; ".join(
            f"{app} in environment{'s' if len(names) > 1 else ''} {', '.join(names)}" for app, names in apps.items()
        )
        yield Said(error(f"{where}: {message}", style), is_result=False)
        advice = messages.advice(message)
        if advice:
            yield Said(f"  {advice}", is_result=False)


def report_failures(failed: Sequence[HydratedApp]) -> None:
    """Say what Helm could not do, and what to do; end with status 5, if it is anything."""
    for said in failures(failed, click.style):
        say(said.text)
    if failed:
        raise click.exceptions.Exit(CHARTS)
