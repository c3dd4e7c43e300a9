"""The phase that makes the public hosts known: DNS."""

from __future__ import annotations

import json
from collections.abc import Sequence

from efdgen.model import ResolvedEnvironment
from efdgen.runbook.model import Command, Phase, Step
from efdgen.runbook.text import hosts, table

_ADDRESS = "ADDRESS"
"""What stands in a change batch until the cluster has an address."""

_TTL = 300


def phase(environment: ResolvedEnvironment) -> Phase | None:
    """Return the phase, or None where nothing is public."""
    public = list(hosts(environment))
    if not public:
        return None
    zones = sorted({_zone(host) for _, _, host in public})
    steps = [_table(environment, public), _address(environment), *(_batch(environment, zone) for zone in zones)]
    steps.append(_check(public))
    return Phase(
        "dns",
        "Publish the hosts in DNS",
        tuple(steps),
        "One A record a host, all of them with the address of the ingress controller. The same list, for other tools: "
        f"`efdgen hosts {environment.facts.name} --format table`, `json`, `route53` or `terraform`.",
        ("kubectl", "jq"),
    )


def _zone(host: str) -> str:
    """Return the DNS zone of a host: everything after its first label."""
    return host.partition(".")[2]


def _table(environment: ResolvedEnvironment, public: Sequence[tuple[str, str, str]]) -> Step:
    parts: list[str | Command] = [
        table(("host", "service", "app"), [(f"`{host}`", service, app) for service, app, host in public])
    ]
    ports = [(s, host) for app in environment.apps for s, host in app.node_port_hosts.items()]
    broker = environment.facts.kafka.broker
    if ports and broker:
        names = ", ".join(f"`{host}`" for _, host in ports)
        parts.append(
            f"Not behind the ingress controller, but on the nodes' own ports: {names} (Kafka: `{broker}`). It needs a "
            "record with a node's address; with one node, that is the same address."
        )
    return Step("hosts", "Know the hosts", tuple(parts))


def _address(environment: ResolvedEnvironment) -> Step:
    name = environment.facts.name
    return Step(
        "ingress-address",
        "Find the ingress controller's address",
        (
            "The controller writes its address into every Ingress. On one machine it is the machine's own; where people "
            "reach the machine by another one, take that. A name instead of an address (a cloud's load balancer) makes "
            "CNAME records: ask `efdgen hosts` for the table.",
            Command(
                "address=\"$(kubectl get ingress --all-namespaces -o json |\n"
                "  jq -r '[.items[].status.loadBalancer.ingress[]? | .ip // .hostname // empty] | unique | join(\" \")')\""
                f'\necho "The ingress controller of {name}: ${{address:-no address yet}}"'
            ),
        ),
    )


def change_batch(environment: ResolvedEnvironment, zone: str) -> str:
    """Return the records of one zone as a Route 53 change batch (JSON), with a word in place of the address."""
    names = [host for _, _, host in hosts(environment) if _zone(host) == zone]
    names += [
        host for app in environment.apps for host in app.node_port_hosts.values()
        if environment.facts.kafka.broker and _zone(host) == zone
    ]  # fmt: skip
    changes = [
        {
            "Action": "UPSERT",
            "ResourceRecordSet": {
                "Name": f"{host}.",
                "Type": "A",
                "TTL": _TTL,
                "ResourceRecords": [{"Value": _ADDRESS}],
            },
        }
        for host in dict.fromkeys(names)
    ]
    return json.dumps({"Comment": f"EFD {environment.facts.name}", "Changes": changes}, indent=2)


def _batch(environment: ResolvedEnvironment, zone: str) -> Step:
    file = f"route53-{environment.facts.name}-{zone}.json"
    return Step(
        f"dns-{zone}",
        f"Write the records of {zone}",
        (
            f"As a change batch for Route 53: save it as `{file}`. Where another service serves {zone}, give its "
            f"people the table above.",
            Command(change_batch(environment, zone), "json", by_hand=True),
            "Then put the address in, look at it, and send it. `UPSERT` makes a record, or changes the one there is.",
            Command(
                f'sed -i "s/{_ADDRESS}/$address/" {file}\n'
                f"jq -r '.Changes[].ResourceRecordSet | [.Name, .ResourceRecords[0].Value] | @tsv' {file}\n"
                f'zone="$(aws route53 list-hosted-zones-by-name --dns-name {zone} '
                "--query 'HostedZones[0].Id' --output text)\"\n"
                f'aws route53 change-resource-record-sets --hosted-zone-id "$zone" --change-batch file://{file}',
                by_hand=True,
            ),
        ),
    )


def _check(public: Sequence[tuple[str, str, str]]) -> Step:
    names = " \\\n  ".join(host for _, _, host in public)
    return Step(
        "dns-check",
        "See that the hosts resolve",
        (
            "Each host, with its address; a host without one is not known yet (a few minutes, as a rule).",
            Command(
                f"for host in \\\n  {names}; do\n"
                "  printf '%s\\t%s\\n' \"$host\" \"$(getent ahostsv4 \"$host\" | awk 'NR == 1 { print $1 }')\"\n"
                "done",
                by_hand=True,
            ),
        ),
    )
