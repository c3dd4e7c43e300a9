"""`efdgen validate`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli.common import environments, format_option, reports_errors, repository_root, root_option, show
from efdgen.verbs import project


@click.command("validate")
@environments
@root_option
@format_option
@reports_errors
def command(environments: tuple[str, ...], root: Path | None, format_: str) -> None:
    """Check specs, shared facts and app definitions. Writes nothing, and does not look at rendered/.

    \b
    Examples:
      efdgen validate
      efdgen validate summit
      efdgen validate --format sarif
    """
    rendering = project.rendering(repository_root(root), environments)
    show(rendering.warnings, format_, root)
    if format_ == "text":
        click.echo(f"valid: {', '.join(rendering.project.selected)}")
