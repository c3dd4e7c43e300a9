"""`efdgen check`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli.common import DIFFERENCES, environments, reports_errors, repository_root, root_option


@click.command("check")
@environments
@root_option
@reports_errors
def command(environments: tuple[str, ...], root: Path | None) -> None:
    """Say whether rendered/ is exactly what the specs render to. Writes nothing.

    Exits with 0 when it is, and with 1 and a diff when it is not.

    \b
    Examples:
      efdgen check
      efdgen check summit base
    """
    from efdgen import pipeline  # noqa: PLC0415 - loaded when it runs, not for --help

    outcome = pipeline.check(repository_root(root), environments)
    if outcome.is_clean:
        click.echo(f"{outcome.unchanged} files are what the specs render to")
        return
    from efdgen.report import text  # noqa: PLC0415 - only when there is something to show

    click.echo(text.differences(outcome.changes, outcome.foreign, outcome.edited, pipeline.OUTPUT, click.style))
    differing = text.count(len(outcome.changes) + len(outcome.foreign), "file")
    command = " ".join(["efdgen render", *environments])
    click.echo(f"{differing} not as rendered. To bring them up to date, run: {command}", err=True)
    raise click.exceptions.Exit(DIFFERENCES)
