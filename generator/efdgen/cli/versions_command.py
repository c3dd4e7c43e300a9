"""`efdgen versions`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from efdgen.cli.common import complete_defined_app, no_cache_option, reports_errors, repository_root, root_option
from efdgen.cli.helm_options import choose, engine_option, open_charts, report_failures
from efdgen.cli.streams import say
from efdgen.cli.words import one_by_one

if TYPE_CHECKING:
    from efdgen.helm.hydrate import HydratedApp
    from efdgen.repository.model import ChartReference


@click.command("versions")
@click.argument("apps", nargs=-1, metavar="[APP]...", callback=one_by_one, shell_complete=complete_defined_app)
@root_option
@click.option("--hydrate", is_flag=True, help="Look into the Kubernetes objects for images that only charts name.")
@engine_option
@no_cache_option
@click.option("--differing", is_flag=True, help="Show only what is not the default.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "markdown", "json"]), default="text", help="Default: text."
)
@reports_errors
def command(
    apps: tuple[str, ...],
    root: Path | None,
    hydrate: bool,
    engine: str,
    no_cache: bool,
    differing: bool,
    format_: str,
) -> None:
    """Show which chart and which images run where: what is behind the default, or ahead of it, since when and why.

    Images are those that values name; with --hydrate also those that only a chart names, where the charts are at hand.
    Since when is the commit that last changed the line.

    \b
    Examples:
      efdgen versions
      efdgen versions influxdb kapacitor
      efdgen versions --differing --format markdown
      efdgen versions influxdb --hydrate
    """
    from efdgen.cli import helmwarnings
    from efdgen.report import versions as report
    from efdgen.verbs import versions as verb

    folder = repository_root(root)
    failed: list[HydratedApp] = []
    if hydrate:
        helm = choose(engine, no_cache=no_cache)
        with helmwarnings.once(helm):
            found = verb.versions(folder, apps, verb.hydrated(folder, apps, helm, open_charts(folder), failed))
    else:
        found = verb.versions(folder, apps)
    rows = [row for row in found.rows if row.default or not differing]
    if found.unknown:
        say(f"since when is not known: {found.unknown}")
    if rows or format_ == "json":
        click.echo(report.FORMATS[format_](rows, click.style, found.rows))
    else:
        say("Everything is the default" if found.rows else report.nobody_runs(apps))
    if found.charts and not hydrate and not differing and format_ == "text":
        say(report.not_shown(apps, are_there=_are_there(folder, found.charts)))
    report_failures(failed)


def _are_there(root: Path, charts: Sequence[ChartReference]) -> bool:
    """Say whether all of some charts are at hand."""
    from efdgen.errors import EfdgenError

    known = open_charts(root)
    try:
        for chart in charts:
            known.archive(chart)
    except EfdgenError:
        return False
    return True
