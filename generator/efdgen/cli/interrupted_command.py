"""`efdgen interrupted`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli.common import found_root, reports_errors, root_option
from efdgen.cli.interrupted import tell_resumed


@click.command("interrupted")
@click.argument("action", required=False, type=click.Choice(["finish", "drop"]))
@root_option
@reports_errors
def command(action: str | None, root: Path | None) -> None:
    """Show what is left of an edit that was interrupted; finish it, or drop it.

    The next command that writes does that by itself, unless somebody changed files of the edit since. Files that
    somebody changed are left alone, whatever you say here.

    \b
    Examples:
      efdgen interrupted
      efdgen interrupted finish
      efdgen interrupted drop
    """
    from efdgen.output import resuming, sources

    folder = found_root(root)
    if action is not None:
        resumed = sources.resume(folder, resuming.finish if action == "finish" else resuming.drop)
        if resumed is not None:
            tell_resumed(resumed)
            return
    elif files := sources.look(folder):
        from efdgen.report import interrupted as report

        click.echo(report.standing(files, click.style))
        return
    click.echo("No edit is left half done")
