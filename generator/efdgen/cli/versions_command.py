"""`efdgen versions`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli.common import complete_app, reports_errors, repository_root, root_option
from efdgen.cli.streams import say


@click.command("versions")
@click.argument("apps", nargs=-1, metavar="[APP]...", shell_complete=complete_app)
@root_option
@click.option("--differing", is_flag=True, help="Show only what is not the default.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "markdown", "json"]), default="text", help="Default: text."
)
@reports_errors
def command(apps: tuple[str, ...], root: Path | None, differing: bool, format_: str) -> None:
    """Show which chart and which images run where: what is behind the default, or ahead of it, since when and why.

    Images are those that values name; what only a chart names, `efdgen hydrate` shows. Since when is the commit that
    last changed the line.

    \b
    Examples:
      efdgen versions
      efdgen versions influxdb kapacitor
      efdgen versions --differing --format markdown
    """
    from efdgen.report import versions as report
    from efdgen.verbs import versions as verb

    found = verb.versions(repository_root(root), apps)
    rows = [row for row in found.rows if row.default or not differing]
    if found.unknown:
        say(f"since when is not known: {found.unknown}")
    if rows or format_ == "json":
        click.echo(report.FORMATS[format_](rows, click.style))
    else:
        say("Everything is the default")
