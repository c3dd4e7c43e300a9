"""`efdgen secrets`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli import logins
from efdgen.cli.common import (
    DIFFERENCES,
    UNKNOWN,
    complete_environment,
    reports_errors,
    repository_root,
    root_option,
)
from efdgen.cli.streams import say, say_warning
from efdgen.verbs import project


@click.command("secrets")
@click.argument("environment", metavar="ENV", shell_complete=complete_environment)
@root_option
@click.option("--missing", is_flag=True, help="Ask Vault, and show the commands that put there what it lacks.")
@click.option(
    "--vault-token-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the token for Vault is. Default: VAULT_TOKEN, ~/.vault-token, or it is asked for.",
)
@click.option(
    "--ca-file",
    default="",
    type=click.Path(dir_okay=False),
    help="Certificates of those to trust, beside the machine's.",
)
@click.option(
    "--timeout", type=click.FloatRange(0.1, 600), default=10.0, help="Seconds that Vault may be silent. Default: 10."
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
@reports_errors
def command(
    environment: str,
    root: Path | None,
    missing: bool,
    vault_token_file: Path | None,
    ca_file: str,
    timeout: float,
    format_: str,
) -> None:
    """Show what must be in Vault: each path, its keys, and the Secret that is made of it. Values are never shown.

    With --missing, exits with 1 when something is missing, empty or a placeholder, and with 6 when all that could be
    asked is there, and something could not be asked.

    \b
    Examples:
      efdgen secrets summit
      efdgen secrets summit --missing
    """
    from efdgen.environment import secrets as found
    from efdgen.report import secrets as report

    folder = repository_root(root)
    (resolved,) = project.resolve(folder, (environment,)).environments
    if not missing:
        listed = found.secrets(resolved)
        if listed or format_ == "json":
            click.echo(
                report.as_json(environment, listed) if format_ == "json" else report.as_text(listed, click.style)
            )
        else:
            say(f"{environment} has no secrets in Vault")
        return
    from efdgen.verbs.audit.asking.reach import Means
    from efdgen.verbs.audit.gaps import gaps

    lacking = gaps(resolved, Means(timeout, ca_file=ca_file), logins.vault_token(vault_token_file))
    for path, why in lacking.unknown.items():
        say_warning(f"{path}: {why.reason}{f'; {why.advice}' if why.advice else ''}")
    if format_ == "json":
        click.echo(report.gaps_as_json(environment, lacking.found, tuple(lacking.unknown)))
    elif lacking.found:
        click.echo(report.commands(resolved.facts.vault.address, lacking.found))
    elif not lacking.unknown:
        say(f"Vault has every secret of {environment}")
    if lacking.found:
        raise click.exceptions.Exit(DIFFERENCES)
    if lacking.unknown:
        raise click.exceptions.Exit(UNKNOWN)
