"""An environment's public hosts: for people, for programs, and as DNS records for Route 53 and Terraform."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from efdgen.environment.dns import TTL, Record
from efdgen.environment.model import PublicHost
from efdgen.language import visible
from efdgen.language.tuples import NamedTuple
from efdgen.report.text import Style, table
from efdgen.repository import paths


def as_text(hosts: Sequence[PublicHost], style: Style) -> str:
    """Return a table."""
    return table([["host", "service", "app", "kind"], *([h.host, h.service, h.app, h.kind] for h in hosts)], style)


def as_json(environment: str, hosts: Sequence[PublicHost]) -> str:
    """Return the same as JSON."""
    data = {"environment": environment, "hosts": [host._asdict() for host in hosts]}
    return visible.json(json.dumps(data, indent=2, ensure_ascii=False))


def as_route53(comment: str, records: Sequence[Record]) -> str:
    """Return a change batch: `aws route53 change-resource-record-sets --change-batch file://...` takes it.

    The comment is for people, who see it in Route 53.
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
    """
    changes = [
        {
            "Action": "UPSERT",
            "ResourceRecordSet": {
                "Name": f"{record.host}.",
                "Type": record.target.type,
                "TTL": TTL,
                "ResourceRecords": [{"Value": record.target.value}],
            },
        }
        for record in records
    ]
    return visible.json(json.dumps({"Comment": comment, "Changes": changes}, indent=2, ensure_ascii=False))


def as_terraform(environment: str, records: Sequence[Record], address: str = "", node_address: str = "") -> str:
    """Return variables and resources, formatted as `terraform fmt` does; a given address is a variable's default."""
    return "\n\n".join(_Terraform(environment, records).blocks(address, node_address))


_WHAT = {"A": "IPv4 address", "AAAA": "IPv6 address", "CNAME": "name"}
"""What a record of a type holds."""


class _Terraform(NamedTuple):
    """The names that one environment's records have in Terraform: each begins with the environment's."""

    environment: str
    records: Sequence[Record]

    def blocks(self, address: str, node_address: str) -> Iterator[str]:
        for zone in self.zones:
            yield _variable(self._zone_id(zone), f"The hosted zone of {zone}.", "")
        ingress = next((record for record in self.records if record.on_ingress), None)
        if ingress:
            description = f"The ingress controller's {_WHAT[ingress.target.type]}."
            yield _variable(self._name("address"), description, address)
        node = next((record for record in self.records if not record.on_ingress), None)
        if node:
            description = f"A node's {_WHAT[node.target.type]}."
            yield _variable(self._name("node_address"), description, node_address or address)
        for record in self.records:
            yield self._resource(record)

    @property
    def zones(self) -> list[str]:
        return sorted({record.zone for record in self.records})

    def _name(self, what: str) -> str:
        name = f"{self.environment}_{what}".replace("-", "_").replace(".", "_")
        return name if name[0].isalpha() else f"{paths.PARENT}_{name}"

    def _zone_id(self, zone: str) -> str:
        return self._name("zone_id" if len(self.zones) == 1 else f"zone_id_{zone}")

    def _resource(self, record: Record) -> str:
        address = self._name("address" if record.on_ingress else "node_address")
        return (
            f'resource "aws_route53_record" "{self._name(record.services[0])}" {{\n'
            f"  zone_id = var.{self._zone_id(record.zone)}\n"
            f"  name    = {_quoted(record.host)}\n"
            f"  type    = {_quoted(record.target.type)}\n"
            f"  ttl     = {TTL}\n"
            f"  records = [var.{address}]\n"
            "}"
        )


def _variable(name: str, description: str, default: str) -> str:
    lines = [f'variable "{name}" {{', f"  description = {_quoted(description)}", "  type        = string"]
    if default:
        lines.append(f"  default     = {_quoted(default)}")
    return "\n".join([*lines, "}"])


def _quoted(text: str) -> str:
    """Return text as HCL reads it back: https://developer.hashicorp.com/terraform/language/expressions/strings."""
    for old, new in (("\\", "\\\\"), ('"', '\\"'), ("${", "$${"), ("%{", "%%{")):
        text = text.replace(old, new)
    return f'"{text}"'
