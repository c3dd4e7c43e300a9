"""`efdgen audit`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from efdgen.cli import logins
from efdgen.cli.common import (
    DIFFERENCES,
    UNKNOWN,
    complete_environment,
    progress_bar,
    reports_errors,
    repository_root,
    root_option,
)
from efdgen.cli.reports import Report, Said, Style, publish, report_option

_FORMATS = ("text", "json", "markdown")


def _complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from efdgen.review.audit import AREAS

    areas = [CompletionItem(area) for area in AREAS if area.startswith(incomplete)]
    return [*complete_environment(ctx, parameter, incomplete), *areas]


def servers_instead(_ctx: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> dict[Any, Any]:
    """Return what `--connect-to HOST:PORT=ADDRESS:PORT` says, by server."""
    found = {}
    for each in given:
        asked, _, instead = each.partition("=")
        found[_server(asked, None)] = _server(instead, None)
    return found


def _server(text: str, port: int | None) -> tuple[str, int]:
    """Read a host and a port: `192.0.2.1:53`, `[2001:db8::1]:53`; without a port, the usual one."""
    host, colon, number = text.rpartition(":")
    if not colon or (text.count(":") > 1 and not text.startswith("[")):
        host, number = text, ""
    if not host or (number and not number.isdecimal()) or (not number and port is None):
        raise click.BadParameter(f"{text!r} is not a host and a port, such as 192.0.2.1:443")
    return host.strip("[]"), int(number or port or 0)


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


@click.command("audit")
@click.argument("words", nargs=-1, metavar="[ENV]... [AREA]...", shell_complete=_complete)
@root_option
@click.option("--brief", is_flag=True, help="Show only what is not as it should be.")
@click.option("--address", default="", metavar="ADDRESS", help="Where hosts behind the ingress controller must lead.")
@click.option("--node-address", default="", metavar="ADDRESS", help="The same of hosts on nodes' own ports.")
@click.option("--former", multiple=True, metavar="NAME", help="A name that it once had: its hosts must be gone.")
@click.option(
    "--dns-server", metavar="ADDRESS", callback=dns_server, help="Who is asked for names. Default: the machine's."
)
@click.option(
    "--connect-to",
    "instead",
    metavar="HOST:PORT=ADDRESS:PORT",
    multiple=True,
    callback=servers_instead,
    help="Connect to there instead, as through a tunnel; names in certificates stay. As often as wanted.",
)
@click.option(
    "--ca-file",
    default="",
    type=click.Path(dir_okay=False),
    help="Certificates of those to trust, beside the machine's.",
)
@click.option(
    "--vault-token-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the token for Vault is. Default: VAULT_TOKEN, ~/.vault-token, or it is asked for.",
)
@click.option(
    "--argocd-token-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the token for Argo CD is. Default: ARGOCD_AUTH_TOKEN.",
)
@click.option("--kube-context", default="", metavar="CONTEXT", help="Ask Argo CD through kubectl, in this context.")
@click.option(
    "--timeout", type=click.FloatRange(0.1, 600), default=10.0, help="Seconds that a server may be silent. Default: 10."
)
@click.option("--format", "format_", type=click.Choice(_FORMATS), default="text", help="Default: text.")
@report_option(_FORMATS)
@reports_errors
def command(
    words: tuple[str, ...],
    root: Path | None,
    brief: bool,
    address: str,
    node_address: str,
    former: tuple[str, ...],
    dns_server: tuple[str, int] | None,
    instead: dict[Any, Any],
    ca_file: str,
    vault_token_file: Path | None,
    argocd_token_file: Path | None,
    kube_context: str,
    timeout: float,
    format_: str,
    reports: tuple[Report, ...],
) -> None:
    """Ask the real servers whether an environment is as the repository says.

    It reads, and changes nothing; only servers that the specs name are asked. The areas are vault, dns, tls, services
    and argocd; without any, all are looked at; without ENV, the whole fleet.

    Exits with 1 when something is missing or different, and with 6 when all that could be asked is there, and something
    could not be asked.

    \b
    Examples:
      efdgen audit summit
      efdgen audit summit vault --brief
      efdgen audit dns tls
      efdgen audit summit argocd --kube-context summit
      efdgen audit --format json > audit.json
    """
    from efdgen.report import audit as report
    from efdgen.review.audit import AREAS, ARGOCD, VAULT, Status, worst
    from efdgen.verbs.audit import run as verb
    from efdgen.verbs.audit.asking.argocd import Way
    from efdgen.verbs.audit.asking.reach import Means

    environments, areas = verb.told_apart(words)
    asked = areas or AREAS
    folder = repository_root(root)
    login = verb.Logins(
        logins.vault_token(vault_token_file) if VAULT in asked else "",
        Way(logins.argocd_token(argocd_token_file), kube_context) if ARGOCD in asked else Way(),
    )
    wanted = verb.Wanted(environments, areas, address, node_address, former, dns_server)
    now = dt.datetime.now(dt.timezone.utc)
    with progress_bar("Asking") as progress:
        found = verb.audit(folder, wanted, Means(timeout, instead, ca_file), login, now, progress)

    def tell(form: str, style: Style) -> list[Said]:
        return [Said(report.FORMATS[form](found, style, is_brief=brief))]

    publish(tell, format_, reports)
    status = worst(each for audit in found for each in audit.findings)
    if status is not Status.THERE:
        raise click.exceptions.Exit(UNKNOWN if status is Status.UNKNOWN else DIFFERENCES)
