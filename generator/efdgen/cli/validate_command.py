"""`efdgen validate`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli.common import environments, reports_errors, repository_root, root_option


@click.command("validate")
@environments
@root_option
@reports_errors
def command(environments: tuple[str, ...], root: Path | None) -> None:
    """Check specs, shared facts and app definitions. Writes nothing, and does not look at rendered/.

    \b
    Examples:
      efdgen validate
      efdgen validate summit
    """
    from efdgen import pipeline  # noqa: PLC0415 - loaded when it runs, not for --help

    names = pipeline.validate(repository_root(root), environments)
    click.echo(f"valid: {', '.join(names)}")
