"""`efdgen runbook`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli import others
from efdgen.cli.common import complete_environment, reports_errors, repository_root, root_option
from efdgen.cli.reports import refuse_inside


@click.command("runbook")
@click.argument("environment", metavar="ENV", shell_complete=complete_environment)
@root_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(["markdown", "sh"]),
    default="markdown",
    help="A page to follow, or a script that brings the environment up. Default: markdown.",
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file. Default: print."
)
@reports_errors
def command(environment: str, root: Path | None, format_: str, output: Path | None) -> None:
    """Write how an environment is brought up, tested, looked after and torn down.

    The page is kept in rendered/docs, too. The script has the steps up to the first test: it asks before each phase,
    stops at the first error, and can be run again.

    \b
    Examples:
      efdgen runbook summit
      efdgen runbook summit --format sh -o efd-summit.sh
      bash efd-summit.sh --list
    """
    from efdgen.errors import OutputError
    from efdgen.verbs import runbook

    write = runbook.as_script if format_ == "sh" else runbook.as_page
    folder = repository_root(root)
    if output is not None:
        refuse_inside([output], folder)
    text = write(others.resolve(folder, (environment,)))
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
        if format_ == "sh":
            output.chmod(0o755)
    except OSError as error:
        raise OutputError(f"can't write {output}: {error.strerror}") from None
