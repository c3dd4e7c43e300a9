"""`efdgen diff`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli.common import (
    DIFFERENCES,
    complete_environments,
    environments,
    reports_errors,
    repository_root,
    root_option,
)


@click.command("diff")
@environments
@root_option
@click.option("--base", metavar="REV", help="Compare with what the specs of this Git revision render to.")
@click.option(
    "--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", help="Default: text."
)
@click.option(
    "--fail-outside",
    metavar="ENV[,ENV]",
    multiple=True,
    shell_complete=complete_environments,
    help="Exit with 1 when anything but these environments changes, shown or not.",
)
@reports_errors
def command(
    environments: tuple[str, ...], root: Path | None, base: str | None, form: str, fail_outside: tuple[str, ...]
) -> None:
    """Show what a change means: which environments, which apps, which values.

    Compares data, not text: with rendered/, or with what another revision's specs render to.

    \b
    Examples:
      efdgen diff
      efdgen diff summit --base main
      efdgen diff --base origin/main... --format markdown
      efdgen diff --base main --fail-outside summit,base
    """
    from efdgen.pipeline import diff
    from efdgen.report import diffs

    folder = repository_root(root)
    compared = diff.compare(folder, environments, base, is_whole=bool(fail_outside))
    outside: list[str] = []
    declared = [name.strip() for given in fail_outside for name in given.split(",") if name.strip()]
    if fail_outside:
        outside = diff.outside(folder, compared.whole, declared)
    click.echo(diffs.FORMATS[form](compared.shown, click.style))
    if outside:
        click.echo(f"Outside of {', '.join(declared) or 'nothing'}, this changes: {', '.join(outside)}", err=True)
        raise click.exceptions.Exit(DIFFERENCES)
