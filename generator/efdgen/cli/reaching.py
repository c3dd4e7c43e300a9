"""The options that say how servers are reached, of the verbs that ask some."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from efdgen.cli import vaultvariables
from efdgen.cli.common import complete_environment

if TYPE_CHECKING:
    from efdgen.verbs.audit.asking.reach import Means

Function = TypeVar("Function", bound=Callable[..., Any])


def servers_instead(_ctx: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> dict[Any, Any]:
    """Return what `--connect-to HOST:PORT=ADDRESS:PORT` says, by server."""
    found = {}
    for each in given:
        asked, equals, instead = each.partition("=")
        if not equals:
            raise click.BadParameter(f"{each!r} must be HOST:PORT=ADDRESS:PORT")
        found[_server(asked.lower(), None)] = _server(instead, None)
    return found


def _server(text: str, port: int | None) -> tuple[str, int]:
    """Read a host and a port: `192.0.2.1:53`, `[2001:db8::1]:53`; without a port, the usual one."""
    host, colon, number = text.rpartition(":")
    if not colon or text.endswith("]") or (text.count(":") > 1 and not text.startswith("[")):
        host, number = text, ""
    is_number = number.isascii() and number.isdecimal() and 0 < int(number) <= _MOST_PORT
    if not host or (number and not is_number) or (not number and port is None):
        raise click.BadParameter(f"{text!r} is not a host and a port, such as 192.0.2.1:443")
    return host.strip("[]"), int(number or port or 0)


_MOST_PORT = 65535


def dns_server(_ctx: click.Context, _parameter: click.Parameter, given: str | None) -> tuple[str, int] | None:
    """Return what `--dns-server` says."""
    import ipaddress

    if given is None:
        return None
    host, port = _server(given, 53)
    try:
        return str(ipaddress.ip_address(host)), port
    except ValueError:
        raise click.BadParameter(f"{given!r} is not an address, such as 192.0.2.53") from None


def complete_token_file(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete `[ENV=]FILE`: the environments, and the shell completes files."""
    named = [CompletionItem(f"{each.value}=") for each in complete_environment(ctx, parameter, incomplete)]
    return [*named, CompletionItem(incomplete, type="file")]


_OPTIONS = (
    click.option(
        "--vault-token-file",
        "vault_token_files",
        metavar="[ENV=]FILE",
        multiple=True,
        shell_complete=complete_token_file,
        help="Where the token for Vault is, or that for one environment's. "
        "Default: VAULT_TOKEN, ~/.vault-token, or it is asked for.",
    ),
    click.option(
        "--allow-http", is_flag=True, help="Send tokens over http, too, where who is in between can read them."
    ),
    click.option(
        "--dns-server", metavar="ADDRESS", callback=dns_server, help="Who is asked for names. Default: the machine's."
    ),
    click.option(
        "--connect-to",
        "instead",
        metavar="HOST:PORT=ADDRESS:PORT",
        multiple=True,
        callback=servers_instead,
        help="Connect to there instead, as through a tunnel; names in certificates stay. As often as wanted.",
    ),
    click.option(
        "--ca-file",
        default="",
        type=click.Path(dir_okay=False),
        help="Certificates of those to trust, beside the machine's.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(0.1, 600),
        default=10.0,
        help="Seconds that a server may be silent. Default: 10.",
    ),
)


def reach_options(function: Function) -> Function:
    """Add the options that say how servers are reached, for `means`; and where the token for Vault is."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def means(options: Mapping[str, Any], *, asks_vault: bool = True) -> Means:
    """Return how servers are reached, of what was given for `reach_options`, and of the variables of vault.

    Args:
        options: what was given.
        asks_vault: whether Vault is asked: else what its variables say makes no difference.

    Raises:
        UsageError: when the variables of vault say what audits do not do, or a file holds no certificates.
    """
    from efdgen.errors import UsageError
    from efdgen.verbs.audit.answers import AskError
    from efdgen.verbs.audit.asking.reach import Means, Reach, VaultMeans

    given = (options["timeout"], options["instead"], options["ca_file"], options["dns_server"], options["allow_http"])
    vault = vaultvariables.vault_means() if asks_vault else VaultMeans()
    found = Means(*given, vault, vaultvariables.proxies())
    try:
        Reach(found, ()).check_trust()
    except AskError as error:
        raise UsageError(f"{error.unanswered.reason}: {error.unanswered.advice}") from None
    return found
