"""Public hosts, and the DNS records that are made from them."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from efdgen import cli
from efdgen.environment import dns
from efdgen.environment.hosts import ARGO_CD, INGRESS, NODE_PORT, redirect
from efdgen.environment.model import PublicHost, ResolvedEnvironment
from efdgen.errors import UsageError
from efdgen.report import hosts as report
from efdgen.verbs import project
from support import many
from support.charts import everything
from support.checkout import edit, names, resolved
from support.efd import EFD
from support.foreach import for_each
from support.parsers import libyaml
from support.repository import small_repository

REWRITE = "nginx.ingress.kubernetes.io/rewrite-target"
APP = "templates/apps/store/app.yaml"


@functools.cache
def environment(name: str) -> ResolvedEnvironment:
    return resolved()[name]


@functools.cache
def found(name: str) -> tuple[PublicHost, ...]:
    return environment(name).public_hosts


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.command, ["hosts", *arguments, "--root", str(EFD)])


# -- which hosts there are


def _of_values(values: Any) -> Iterator[str]:
    """Yield the hosts in every `ingress` that is on in a chart's values, in whichever of the charts' two ways."""
    if not isinstance(values, dict):
        return
    ingress = values.get("ingress")
    if isinstance(ingress, dict) and ingress.get("enabled"):
        yield from ingress.get("hosts", [ingress["hostname"]] if "hostname" in ingress else [])
    for below in values.values():
        yield from _of_values(below)


def _rendered(name: str) -> set[str]:
    """Return the hosts of the Ingresses that an environment's rendered files make."""
    hosts = set()
    for _, each in everything(EFD, name):
        if each["kind"] == "Ingress":
            hosts |= {rule["host"] for rule in each["spec"]["rules"]}
    for file in (EFD / "rendered/apps").glob(f"*/values-{name}.yaml"):
        hosts |= set(_of_values(libyaml(file.read_text(encoding="utf-8"))))
    return hosts


@pytest.mark.parametrize("name", names())
def test_hosts_behind_the_ingress_controller_are_those_of_the_rendered_ingresses(name: str) -> None:
    assert {each.host for each in found(name) if each.kind != NODE_PORT} == _rendered(name) != set()


@pytest.mark.parametrize("name", names())
def test_there_is_a_host_on_the_nodes_ports_where_kafka_listens_there(name: str) -> None:
    file = EFD / f"rendered/apps/cp-helm-charts/values-{name}.yaml"
    values = libyaml(file.read_text(encoding="utf-8"))["cp-helm-charts"] if file.exists() else {}
    listens = bool((values.get("cp-kafka", {}).get("nodeport") or {}).get("enabled"))
    assert bool([each for each in found(name) if each.kind == NODE_PORT]) is listens


def test_the_broker_that_others_are_told_of_is_a_host_on_a_node_s_port() -> None:
    file = EFD / "rendered/apps/kafka-connect-manager/values-ncsa-stable.yaml"
    told = libyaml(file.read_text(encoding="utf-8"))["kafka-connect-manager"]["mirrorMaker2"]
    for name, broker in (("summit", "sourceClusterBootstrapServers"), ("ncsa-stable", "targetClusterBootstrapServers")):
        assert [f"{each.host}:31090" for each in found(name) if each.kind == NODE_PORT] == [told[broker]]


def test_the_summit_s_hosts() -> None:
    assert found("summit") == (
        PublicHost("argocd", "argocd-summit.lsst.codes", "efd", ARGO_CD),
        PublicHost("chronograf", "chronograf-summit-efd.lsst.codes", "chronograf", INGRESS),
        PublicHost("influxdb", "influxdb-summit-efd.lsst.codes", "influxdb", INGRESS),
        PublicHost("kafdrop", "kafdrop-summit-efd.lsst.codes", "oauth2-proxy", INGRESS),
        PublicHost("kafka-0", "kafka-0-summit-efd.lsst.codes", "cp-helm-charts", NODE_PORT),
        PublicHost("schema-registry", "schema-registry-summit-efd.lsst.codes", "cp-helm-charts", INGRESS),
    )


def test_a_broker_that_is_not_reached_from_outside_is_not_public() -> None:
    assert NODE_PORT not in {each.kind for each in found("sandbox")}
    assert NODE_PORT in {each.kind for each in found("base")}


def test_a_node_s_port_is_public_where_its_condition_holds_and_its_name_is_known_everywhere(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    edit(root / APP, "nodePortHosts: [broker]", "nodePortHosts: {broker: {when: <% name == 'lab' %>}}")
    lab, dome = sorted(project.resolve(root).environments, key=lambda each: each.spec.name != "lab")

    assert [each.service for each in lab.public_hosts if each.kind == NODE_PORT] == ["broker"]
    assert [each.service for each in dome.public_hosts if each.kind == NODE_PORT] == []
    (store,) = [app for app in dome.apps if app.definition.name == "store"]
    assert store.node_port_hosts == {"broker": "broker-dome.dome.example.org"}
    assert dome.facts.data["kafka"]["broker"] == "broker-dome.dome.example.org:31090"


def test_argo_cd_is_public_where_it_is_managed() -> None:
    assert {name for name in names() if ARGO_CD in {each.kind for each in found(name)}} == {"sandbox", "summit"}


@for_each(
    ("ingress", "expected"),
    [
        ({"annotations": {REWRITE: "https://lab.org/app$1$2"}}, "https://lab.org/app"),
        ({"annotations": {REWRITE: "https://lab.org"}}, "https://lab.org"),
        ({"annotations": {REWRITE: "http://lab.org/app$1"}}, "http://lab.org/app"),
        ({"annotations": {REWRITE: "https://lab.org/a b$1"}}, ""),
        ({"annotations": {REWRITE: "https://lab\u202e.org/"}}, ""),
        ({"annotations": {REWRITE: "https://$host/app"}}, ""),
        ({"annotations": {REWRITE: "/$2"}}, ""),
        ({"annotations": {REWRITE: 5}}, ""),
        ({"annotations": {"kubernetes.io/ingress.class": "https://lab.org"}}, ""),
        ({"annotations": None}, ""),
        ({}, ""),
        (None, ""),
    ],
)
def test_an_ingress_can_send_browsers_on(ingress: Any, expected: str) -> None:
    (app,) = [each for each in environment("summit").apps if each.definition.name == "chronograf"]
    assert redirect(app._replace(values={"ingress": ingress})) == expected


def test_an_app_without_an_ingress_sends_nobody_on() -> None:
    (app,) = [each for each in environment("summit").apps if each.definition.name == "telegraf"]
    assert redirect(app) == ""


# -- records


HOSTS = (PublicHost("a", "a.x.org", "one", INGRESS), PublicHost("k", "k.x.org", "two", NODE_PORT))
SHARED = (PublicHost("a", "s.x.org", "one", INGRESS), PublicHost("k", "s.x.org", "two", NODE_PORT))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", dns.Target("A", "192.0.2.7")),
        ("2001:DB8:0::1", dns.Target("AAAA", "2001:db8::1")),
        ("LB.example.com", dns.Target("CNAME", "lb.example.com")),
        ("lb.example.com.", dns.Target("CNAME", "lb.example.com.")),
        ("", dns.Target("A", "<somewhere>")),
    ],
)
def test_an_address_says_the_type(address: str, expected: dns.Target) -> None:
    assert dns.target(address, "<somewhere>") == expected


@for_each("address", ["x", "1.2.3", "1.2.3.4.5", "300.1.1.1", "-a.org", "a..org", "a b.org", "http://a.org"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="neither an IP address nor a DNS name"):
        dns.target(address, "")


def test_a_node_has_an_address_of_its_own_or_the_same() -> None:
    both = dns.records(HOSTS, "192.0.2.1", "192.0.2.2")
    assert [(record.host, record.target.value) for record in both] == [
        ("a.x.org", "192.0.2.1"),
        ("k.x.org", "192.0.2.2"),
    ]
    assert {record.target.value for record in dns.records(HOSTS, "192.0.2.1")} == {"192.0.2.1"}


def test_services_of_one_host_share_a_record() -> None:
    (record,) = dns.records(SHARED, "192.0.2.1", "192.0.2.2")
    assert record == dns.Record("s.x.org", dns.Target("A", "192.0.2.1"), ("a", "k"), on_ingress=True, on_node=True)
    assert list(dns.notes([record])) == ["s.x.org is for a and k: its address must be one where all of them answer"]


def test_a_name_does_not_lead_to_itself() -> None:
    with pytest.raises(UsageError, match="can't lead to itself"):
        dns.records(HOSTS, "a.x.org")


labels = st.from_regex(r"[a-z][a-z0-9-]{0,6}[a-z0-9]", fullmatch=True)
hosts = st.builds(
    PublicHost,
    labels,
    st.builds("{}.{}.org".format, labels, labels),
    labels,
    st.sampled_from([INGRESS, NODE_PORT, ARGO_CD]),
)


@many
@given(st.lists(hosts, max_size=8))
def test_there_is_one_record_for_each_host(several: list[PublicHost]) -> None:
    records = dns.records(several, "192.0.2.1", "192.0.2.2")
    assert [record.host for record in records] == sorted({each.host for each in several})
    for record in records:
        kinds = {each.kind for each in several if each.host == record.host}
        assert record.target.value == ("192.0.2.2" if kinds == {NODE_PORT} else "192.0.2.1")


# -- the verb


def test_the_table_has_a_line_for_each_host_and_service() -> None:
    result = run("ncsa-stable")
    lines = [line.split("  ") for line in result.stdout.splitlines()]
    rows = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert rows[0] == ["host", "service", "app", "kind"]
    assert rows[1:] == [[each.host, each.service, each.app, each.kind] for each in found("ncsa-stable")]


def test_json_says_the_same() -> None:
    data = json.loads(run("base", "--format", "json").stdout)
    assert data["environment"] == "base"
    assert tuple(PublicHost(**each) for each in data["hosts"]) == found("base")


@pytest.mark.parametrize(
    ("address", "kind"), [("192.0.2.7", "A"), ("2001:db8::1", "AAAA"), ("lb.example.com", "CNAME")]
)
def test_route_53_gets_a_change_batch(address: str, kind: str) -> None:
    result = run("summit", "--format", "route53", "--address", address)
    assert (result.exit_code, result.stderr) == (0, "")
    batch = json.loads(result.stdout)
    assert batch.keys() == {"Comment", "Changes"}
    assert {change["Action"] for change in batch["Changes"]} == {"UPSERT"}
    sets = [change["ResourceRecordSet"] for change in batch["Changes"]]
    assert [each["Name"] for each in sets] == [f"{host.host}." for host in found("summit")]
    for each in sets:
        assert each | {"Name": ""} == {"Name": "", "Type": kind, "TTL": 300, "ResourceRecords": [{"Value": address}]}


def test_without_an_address_nobody_can_take_a_change_batch_for_finished() -> None:
    result = run("summit", "--format", "route53")
    values = {
        change["ResourceRecordSet"]["ResourceRecords"][0]["Value"] for change in json.loads(result.stdout)["Changes"]
    }
    assert values == {dns.INGRESS_PLACEHOLDER, dns.NODE_PLACEHOLDER}
    assert result.stderr.startswith("note: not to be sent like this: <address of a node> and <address of the ingress")


def test_hosts_in_several_zones_are_told_apart() -> None:
    result = run("ncsa-stable", "--format", "route53", "--address", "192.0.2.7")
    assert "hosts in 2 domains (lsst.codes, ncsa.illinois.edu): a change batch is for one zone" in result.stderr
    result = run("ncsa-stable", "--format", "route53", "--address", "192.0.2.7", "--zone", "lsst.codes")
    (change,) = json.loads(result.stdout)["Changes"]
    assert change["ResourceRecordSet"]["Name"] == "influxdb-staging-efd.lsst.codes."
    assert result.stderr == ""


@pytest.mark.parametrize("form", ["table", "json"])
def test_an_address_that_nothing_is_made_of_is_refused(form: str) -> None:
    result = run("summit", "--format", form, "--address", "192.0.2.7")
    assert result.exit_code == 2
    assert "addresses are for --format route53 and --format terraform" in result.stderr


def test_an_unknown_zone_is_refused() -> None:
    result = run("summit", "--zone", "example.org")
    assert result.exit_code == 2
    assert "summit has no public host in 'example.org', only in: lsst.codes" in result.stderr


def test_the_help_s_examples_work() -> None:
    for line in re.findall(r"^  efdgen hosts (.+)$", run("--help").stdout, re.MULTILINE):
        assert run(*line.split()).exit_code == 0


# -- Terraform


BLOCK = re.compile(
    r'(?P<type>variable|resource "aws_route53_record") "(?P<name>[A-Za-z_][A-Za-z0-9_-]*)" \{\n(?P<body>(?:  .+\n)+)\}',
)
ATTRIBUTE = re.compile(r"  ([a-z0-9_]+) *= (\S.*)")


def _blocks(text: str) -> dict[tuple[str, str], dict[str, str]]:
    """Read blocks formatted as `terraform fmt` does: an empty line between them, equals signs in a column."""
    blocks = {}
    for part in text.rstrip("\n").split("\n\n"):
        block = BLOCK.fullmatch(part)
        assert block is not None, part
        lines = block["body"].splitlines()
        matches = [match for line in lines if (match := ATTRIBUTE.fullmatch(line))]
        assert len(matches) == len(lines)
        longest = max(len(match[1]) for match in matches)
        assert {line.index(" = ") for line in lines} == {2 + longest}
        assert (block["type"], block["name"]) not in blocks
        blocks[block["type"], block["name"]] = {match[1]: match[2] for match in matches}
    return blocks


@pytest.mark.parametrize("name", names())
def test_terraform_gets_a_resource_for_each_host_and_every_variable_it_uses(name: str) -> None:
    blocks = _blocks(run(name, "--format", "terraform").stdout)
    resources = [block for (kind, _), block in blocks.items() if kind != "variable"]
    assert [json.loads(block["name"]) for block in resources] == sorted({each.host for each in found(name)})
    used = {name for block in resources for value in block.values() for name in re.findall(r"var\.(\w+)", value)}
    assert used == {name for kind, name in blocks if kind == "variable"}
    for block in resources:
        zone = "_zone_id" if len({each.host.partition(".")[2] for each in found(name)}) == 1 else "_zone_id_"
        assert zone in block["zone_id"]
        assert (block["ttl"], block["type"]) == ("300", '"A"')


def test_terraform_gets_given_addresses_as_defaults() -> None:
    blocks = _blocks(run("summit", "--format", "terraform", "--address", "2001:db8::1").stdout)
    assert blocks["variable", "summit_address"]["default"] == '"2001:db8::1"'
    assert blocks["variable", "summit_address"]["description"] == '"The ingress controller\'s IPv6 address."'
    assert blocks["variable", "summit_node_address"]["default"] == '"2001:db8::1"'
    record = blocks['resource "aws_route53_record"', "summit_kafka_0"]
    assert (record["type"], record["records"]) == ('"AAAA"', "[var.summit_node_address]")


def test_a_name_that_begins_with_a_digit_is_no_identifier() -> None:
    text = report.as_terraform("2nd", dns.records(HOSTS))
    assert ("variable", "efd_2nd_address") in _blocks(text)


def test_an_environment_of_another_repository(small: Path) -> None:
    edit(small / APP, "ingressHosts: [store]", "ingressHosts: [store, depot]")
    (environment,) = project.resolve(small, ("dome",)).environments
    assert {each.service for each in environment.public_hosts} >= {"store", "depot"}
