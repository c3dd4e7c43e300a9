"""`efdgen diff`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli.common import DIFFERENCES, environments, reports_errors, repository_root, root_option


@click.command("diff")
@environments
@root_option
@click.option("--base", metavar="REV", help="Compare with what the specs of this Git revision render to.")
@click.option(
    "--format", "form", type=click.Choice(["text", "markdown", "json", "html"]), default="text", help="Default: text."
)
@click.option(
    "--fail-outside", metavar="ENV[,ENV]", help="Exit with 1 when anything else than these environments changes."
)
@reports_errors
def command(
    environments: tuple[str, ...], root: Path | None, base: str | None, form: str, fail_outside: str | None
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
    review = diff.diff(folder, environments, base)
    click.echo(diffs.FORMATS[form](review, click.style))
    if fail_outside is not None:
        outside = diff.outside(folder, review, fail_outside.split(","))
        if outside:
            click.echo(f"Outside of {fail_outside}, this changes: {', '.join(outside)}", err=True)
            raise click.exceptions.Exit(DIFFERENCES)
