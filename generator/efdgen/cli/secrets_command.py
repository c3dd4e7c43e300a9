"""`efdgen secrets`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from efdgen.cli import logins, others, reaching
from efdgen.cli.common import (
    DIFFERENCES,
    UNKNOWN,
    complete_environment,
    reports_errors,
    repository_root,
    root_option,
)
from efdgen.cli.reaching import reach_options
from efdgen.cli.streams import say, say_warning

if TYPE_CHECKING:
    from efdgen.verbs.audit.asking.reach import Means, Server


@click.command("secrets")
@click.argument("environment", metavar="ENV", shell_complete=complete_environment)
@root_option
@click.option("--missing", is_flag=True, help="Ask Vault, and show the commands that put there what it lacks.")
@reach_options
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
@reports_errors
def command(
    environment: str,
    root: Path | None,
    missing: bool,
    format_: str,
    **reaching_options: Any,
) -> None:
    """Show what must be in Vault: each path, its keys, and the Secret that is made of it. Values are never shown.

    With --missing, it prints one command for bash that asks for each value, and puts it there: keep it in a file, read
    it, and run it. It needs vault, jq, and a token that may write, too.

    With --missing, exits with 1 when something is missing, empty or a placeholder, and with 6 when all that could be
    asked is there, and something could not be asked.

    \b
    Examples:
      efdgen secrets summit
      efdgen secrets summit --missing >fill.sh
    """
    from efdgen.environment import secrets as found
    from efdgen.report import secrets as report

    folder = repository_root(root)
    (resolved,) = others.resolve(folder, (environment,)).environments
    if not missing:
        listed = found.secrets(resolved)
        if listed or format_ == "json":
            click.echo(
                report.as_json(environment, listed) if format_ == "json" else report.as_text(listed, click.style)
            )
        else:
            say(f"{environment} has no secrets in Vault")
        return
    from efdgen.repository import paths
    from efdgen.verbs.audit.gaps import gaps

    means = reaching.means(reaching_options)
    tokens = logins.vault_tokens(reaching_options["vault_token_files"], paths.environment_names(folder))
    lacking = gaps(resolved, means, tokens)
    for path, why in lacking.unknown.items():
        say_warning(f"{path}: {why.reason}{f'; {why.advice}' if why.advice else ''}")
    if format_ == "json":
        click.echo(report.gaps_as_json(environment, lacking.found, tuple(lacking.unknown)))
    elif lacking.found:
        click.echo(
            report.commands(environment, _settings(resolved.facts.vault.address, means, lacking.instead), lacking.found)
        )
    elif not lacking.unknown:
        say(f"Vault has every secret of {environment}")
    if lacking.found:
        raise click.exceptions.Exit(DIFFERENCES)
    if lacking.unknown:
        raise click.exceptions.Exit(UNKNOWN)


def _settings(address: str, means: Means, instead: Server | None) -> dict[str, str]:
    """Return the variables with which the command vault reaches what was asked."""
    from urllib.parse import urlsplit

    from efdgen.verbs.audit.asking.reach import server_of

    settings = {"VAULT_ADDR": address}
    if instead is not None:
        host, port = instead
        shown = f"[{host}]" if ":" in host else host
        settings["VAULT_ADDR"] = f"{urlsplit(address).scheme}://{shown}:{port}"
        settings["VAULT_TLS_SERVER_NAME"] = server_of(address)[0]
    if means.vault.namespace:
        settings["VAULT_NAMESPACE"] = means.vault.namespace
    # vault trusts those of one variable, and nobody else: those that are named for it, before those for all servers.
    if means.vault.ca_folder:
        settings["VAULT_CAPATH"] = str(Path(means.vault.ca_folder).absolute())
    elif means.vault.ca_text:
        settings["VAULT_CACERT_BYTES"] = means.vault.ca_text
    elif file := means.vault.ca_file or means.ca_file:
        settings["VAULT_CACERT"] = str(Path(file).absolute())
    return settings
