"""`efdgen list`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli import others
from efdgen.cli.common import environments, reports_errors, repository_root, root_option


@click.command("list")
@environments
@root_option
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
@reports_errors
def command(environments: tuple[str, ...], root: Path | None, format_: str) -> None:
    """Show which app has which chart version where, and each environment's public hosts.

    \b
    Examples:
      efdgen list
      efdgen list summit --format json
    """
    from efdgen.report import list as report

    resolved = others.resolve(repository_root(root), environments).environments
    click.echo(report.as_json(resolved) if format_ == "json" else report.as_text(resolved, click.style))
