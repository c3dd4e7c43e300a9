"""What the verbs that need Helm share: the choice of the engine, the charts, and how failures are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from efdgen.cli.common import CHARTS
from efdgen.cli.reports import Said, Style
from efdgen.cli.streams import error, say

if TYPE_CHECKING:
    from efdgen.helm.charts.lock import ChartLock
    from efdgen.helm.hydrate import Charts, HydratedApp

engine_option = click.option(
    "--engine",
    "engine",
    type=click.Choice(["auto", "helm", "sdk"]),
    default="auto",
    help="The helm command, or Helm's library. Default: the command where it is installed.",
)


def open_charts(root: Path, former: Callable[[], ChartLock] | None = None) -> Charts:
    """Return the repository's chart cache, opened when the first chart is asked for.

    Args:
        root: the repository.
        former: reads a lock that wins over the repository's.
    """
    from efdgen.helm.charts.cache import ChartsOnDemand

    return ChartsOnDemand(root, former)


def failures(failed: Sequence[HydratedApp], style: Style) -> Iterator[Said]:
    """Return what Helm could not do, and what to do."""
    from efdgen.helm.engines import messages

    for result in failed:
        where = f"{result.app} in environment {result.environment}"
        yield Said(error(f"{where}: {result.error}", style), is_result=False)
        advice = messages.advice(result.error)
        if advice:
            yield Said(f"  {advice}", is_result=False)


def report_failures(failed: Sequence[HydratedApp]) -> None:
    """Say what Helm could not do, and what to do; end with status 5, if it is anything."""
    for said in failures(failed, click.style):
        say(said.text)
    if failed:
        raise click.exceptions.Exit(CHARTS)
