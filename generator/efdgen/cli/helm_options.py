"""What the verbs that need Helm share: the choice of the engine, the charts, and how failures are told."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from efdgen.cli.common import CHARTS

if TYPE_CHECKING:
    from efdgen.helm.charts import cache
    from efdgen.helm.hydrate import HydratedApp
    from efdgen.repository.model import ChartReference

engine_option = click.option(
    "--engine",
    "way",
    type=click.Choice(["auto", "helm", "sdk"]),
    default="auto",
    help="The helm command, or Helm's library. Default: the command where it is installed.",
)


def open_charts(root: Path) -> Charts:
    """Return the repository's chart cache."""
    return Charts(root)


class Charts:
    """The chart cache, opened when the first chart is asked for: an environment may need none."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._cache: cache.Charts | None = None
        self._opening = threading.Lock()

    def archive(self, chart: ChartReference) -> bytes:
        """Return a chart's archive.

        Raises:
            ChartError: when it is not there; says what to do.
        """
        with self._opening:
            if self._cache is None:
                from efdgen.helm.charts import cache

                self._cache = cache.Charts.open(self._root)
        return self._cache.archive(chart)


def report_failures(failed: Sequence[HydratedApp]) -> None:
    """Say what Helm could not do, and what to do; end with status 5, if it is anything."""
    from efdgen.helm.engines import messages

    if not failed:
        return
    for result in failed:
        where = f"{result.app} in environment {result.environment}"
        click.echo(f"{click.style('error:', fg='red', bold=True)} {where}: {result.error}", err=True)
        advice = messages.advice(result.error)
        if advice:
            click.echo(f"  {advice}", err=True)
    raise click.exceptions.Exit(CHARTS)
