"""`efdgen hosts`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli import completing, others
from efdgen.cli.common import complete_environment, reports_errors, repository_root, root_option
from efdgen.cli.streams import say


@click.command("hosts")
@click.argument("environment", metavar="ENV", shell_complete=complete_environment)
@root_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json", "route53", "terraform"]),
    default="table",
    help="For people, for programs, a change batch for Route 53, or resources for Terraform. Default: table.",
)
@click.option(
    "--zone", metavar="DOMAIN", shell_complete=completing.zone, help="Only the hosts directly below this domain."
)
@click.option("--address", default="", metavar="ADDRESS", help="The ingress controller's: IPv4, IPv6 or a name.")
@click.option(
    "--node-address", default="", metavar="ADDRESS", help="A node's, for hosts on its own ports. Default: --address."
)
@reports_errors
def command(
    environment: str, root: Path | None, format_: str, zone: str | None, address: str, node_address: str
) -> None:
    """Show every public host of an environment, or make its DNS records.

    An IPv4 address makes A records, an IPv6 address AAAA records, a name CNAME records; services that share a host
    share a record. A zone's records go to DNS together: --zone picks them where an environment has hosts in several.

    \b
    Examples:
      efdgen hosts summit
      efdgen hosts summit --format route53 --address 192.0.2.10
      efdgen hosts ncsa-stable --format terraform --zone lsst.codes
    """
    from efdgen.environment import dns
    from efdgen.errors import UsageError
    from efdgen.report import hosts as report

    if format_ in ("table", "json") and (address or node_address):
        raise UsageError(f"addresses are for --format route53 and --format terraform, not {format_}")
    (resolved,) = others.resolve(repository_root(root), (environment,)).environments
    public = resolved.public_hosts
    if zone is not None:
        zones = sorted({host.host.partition(".")[2] for host in public})
        if zone not in zones:
            raise UsageError(f"{environment} has no public host in {zone!r}, only in: {', '.join(zones)}")
        public = tuple(host for host in public if host.host.partition(".")[2] == zone)
    if format_ == "table":
        click.echo(report.as_text(public, click.style))
        return
    if format_ == "json":
        click.echo(report.as_json(environment, public))
        return
    records = dns.records(public, address, node_address)
    if format_ == "terraform":
        click.echo(report.as_terraform(environment, records, address, node_address))
        return
    click.echo(report.as_route53(f"{resolved.project} {environment}".strip(), records))
    for note in dns.notes(records):
        say(f"note: {note}")
