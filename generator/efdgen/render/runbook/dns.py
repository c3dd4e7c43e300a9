"""The phase that makes the public hosts known: DNS."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from efdgen.environment.dns import TTL
from efdgen.environment.hosts import NODE_PORT, public
from efdgen.environment.model import ResolvedEnvironment
from efdgen.render.runbook.model import Command, Phase, Step
from efdgen.render.runbook.words import hosts, stop, table

_ADDRESS = "ADDRESS"
"""What stands in a change batch until the cluster has an address."""


def phase(environment: ResolvedEnvironment) -> Phase | None:
    """Return the phase, or None where nothing is public."""
    public = list(hosts(environment))
    if not public:
        return None
    zones: dict[str, dict[str, None]] = {}
    for _, _, host in public:
        zones.setdefault(_zone(host), {})[host] = None
    extra = [host for host in _node_ports(environment) if host not in {name for _, _, name in public}]
    steps = [
        _table(environment, public),
        _address(environment),
        *(_batch(environment, zone, zones[zone]) for zone in sorted(zones)),
        *((_node_port_batch(environment, extra),) if extra else ()),
        _check([*(host for _, _, host in public), *extra]),
    ]
    return Phase(
        "dns",
        "Publish the hosts in DNS",
        tuple(steps),
        "One A record a host, with the address of the ingress controller. The same, for other tools: "
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
    broker = environment.facts.kafka.broker
    for host in _node_ports(environment):
        if host in {name for _, _, name in public}:
            parts.append(f"`{host}` is Kafka's, too (`{broker}`): its address must be one where both answer.")
        else:
            parts.append(f"And one on the nodes' own ports, not behind the ingress controller: Kafka, at `{broker}`.")
    return Step("hosts", "Know the hosts", tuple(parts))


def _node_ports(environment: ResolvedEnvironment) -> list[str]:
    """Return the hosts that need the address of a node; none where Kafka is not reached from outside."""
    return [each.host for each in public(environment) if each.kind == NODE_PORT]


def _address(environment: ResolvedEnvironment) -> Step:
    name = environment.facts.name
    return Step(
        "ingress-address",
        "Find the ingress controller's address",
        (
            (
                "The controller writes its address into every Ingress. On one machine it is the machine's own; where "
                "people reach the machine by another one, take that. A name instead of an address (a cloud's load "
                "balancer) makes CNAME records: ask `efdgen hosts` for the table."
            ),
            Command(
                'address="$(kubectl get ingress --all-namespaces -o json |\n'
                "  jq -r '[.items[].status.loadBalancer.ingress[]? | .ip // .hostname // empty]"
                """ | unique | join(" ")')\""""
                f'\necho "The ingress controller of {name}: ${{address:-no address yet}}"'
            ),
        ),
    )


def change_batch(environment: ResolvedEnvironment, names: Iterable[str]) -> str:
    """Return records as a Route 53 change batch (JSON), with a word in place of the address."""
    lines = ",\n".join(
        f'    {{"Action": "UPSERT", "ResourceRecordSet": {{"Name": "{name}.", "Type": "A", "TTL": {TTL}, '
        f'"ResourceRecords": [{{"Value": "{_ADDRESS}"}}]}}}}'
        for name in names
    )
    return f'{{\n  "Comment": "EFD {environment.facts.name}",\n  "Changes": [\n{lines}\n  ]\n}}'


def _batch(environment: ResolvedEnvironment, zone: str, names: Iterable[str]) -> Step:
    file = f"route53-{environment.facts.name}-{zone}.json"
    return Step(
        f"dns-{zone}",
        f"Write the records of {zone}",
        (
            f"As a change batch for Route 53. Where another service serves {zone}, give its people the table above.",
            Command(f"cat >{file} <<'EOF'\n{change_batch(environment, names)}\nEOF", by_hand=True),
            "Put the address in, look at it, and send it. `UPSERT` makes a record, or changes the one there is.",
            Command(_send(file, zone, "address"), by_hand=True),
        ),
    )


def _send(file: str, zone: str, variable: str) -> str:
    return (
        f'sed -i "s/{_ADDRESS}/${{{variable}:?}}/" {file}\n'
        f"jq -r '.Changes[].ResourceRecordSet | [.Name, .ResourceRecords[0].Value] | @tsv' {file}\n"
        f'zone="$(aws route53 list-hosted-zones-by-name --dns-name {zone} '
        f'--query "HostedZones[?Name==\'{zone}.\' && Config.PrivateZone==\\`false\\`].Id | [0]" --output text)"\n'
        f'[ -n "$zone" ] && [ "$zone" != None ] || {stop(f"there is no public zone {zone} in this account")}\n'
        f'aws route53 change-resource-record-sets --hosted-zone-id "$zone" --change-batch file://{file}'
    )


def _node_port_batch(environment: ResolvedEnvironment, names: Sequence[str]) -> Step:
    file = f"route53-{environment.facts.name}-kafka.json"
    return Step(
        "dns-kafka",
        "Write the record of Kafka",
        (
            "With the address of a node at which people reach it; with one machine, that is the address above.",
            Command(
                "kubectl get nodes -o wide\n"
                "read -rp 'address of a node: ' node\n"
                f"cat >{file} <<'EOF'\n{change_batch(environment, names)}\nEOF\n{_send(file, _zone(names[0]), 'node')}",
                by_hand=True,
            ),
        ),
    )


def _check(names: Iterable[str]) -> Step:
    listed = " \\\n  ".join(names)
    return Step(
        "dns-check",
        "See that the hosts resolve",
        (
            "Each host, with its address; a host without one is not known yet (a few minutes, as a rule).",
            Command(
                f"for host in \\\n  {listed}; do\n"
                '  printf \'%s\\t%s\\n\' "$host" "$(getent ahostsv4 "$host" | awk \'NR == 1 { print $1 }\')"\n'
                "done",
                by_hand=True,
            ),
        ),
    )
