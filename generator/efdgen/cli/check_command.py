"""`efdgen check`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli.common import (
    DIFFERENCES,
    environments,
    format_option,
    reports_errors,
    repository_root,
    root_option,
    show,
)
from efdgen.cli.streams import say
from efdgen.verbs import render


@click.command("check")
@environments
@root_option
@format_option
@reports_errors
def command(environments: tuple[str, ...], root: Path | None, format_: str) -> None:
    """Say whether rendered/ is exactly what the specs render to. Writes nothing.

    Exits with 0 when it is, and with 1 and a diff when it is not.

    \b
    Examples:
      efdgen check
      efdgen check summit base
      efdgen check --format github
    """
    outcome = render.check(repository_root(root), environments)
    if format_ != "text":
        from efdgen.report import findings

        differences = findings.differences(outcome.changes, outcome.foreign, outcome.edited, render.OUTPUT)
        show([*outcome.warnings, *differences], format_, root)
    else:
        show(outcome.warnings, format_, root)
        if outcome.is_clean:
            click.echo(f"{outcome.unchanged} files are what the specs render to")
        else:
            from efdgen.report import text

            click.echo(text.differences(outcome.changes, outcome.foreign, outcome.edited, render.OUTPUT, click.style))
            if outcome.changes:
                command_line = " ".join(["efdgen render", *environments])
                say(f"To bring {text.count(len(outcome.changes), 'file')} up to date, run: {command_line}")
            if outcome.foreign:
                files = text.count(len(outcome.foreign), "file")
                say(f"efdgen did not make {files}: nothing else belongs in {render.OUTPUT}/")
    if not outcome.is_clean:
        raise click.exceptions.Exit(DIFFERENCES)
