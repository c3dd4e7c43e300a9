"""`efdgen render`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli.common import environments, reports_errors, repository_root, root_option


@click.command("render")
@environments
@root_option
@reports_errors
def command(environments: tuple[str, ...], root: Path | None) -> None:
    """Write what the specs render to, and say what was written.

    No ENV: all environments, and what is left of deleted ones is deleted.

    \b
    Examples:
      efdgen render summit
      efdgen render
    """
    from efdgen import pipeline  # noqa: PLC0415 - loaded when it runs, not for --help
    from efdgen.report import text  # noqa: PLC0415

    outcome = pipeline.write(repository_root(root), environments)
    click.echo(text.written(outcome.changes, outcome.unchanged, pipeline.OUTPUT, click.style))
    for path in outcome.edited:
        click.echo(f"warning: {pipeline.OUTPUT}/{path} had been edited by hand; the edit is gone", err=True)
    for path in outcome.foreign:
        click.echo(f"warning: {pipeline.OUTPUT}/{path} was not made by efdgen; left alone", err=True)
