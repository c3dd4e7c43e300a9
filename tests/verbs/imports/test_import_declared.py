"""What an import declares is in the source: no host that is nowhere, no Secret by hand that a template makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from efdgen.helm import engines
from efdgen.verbs.imports import asking, result, telling
from efdgen.verbs.imports.model import Source
from support import handwritten


def imported(fleet: Mapping[str, Any], added: Mapping[str, str] | None = None) -> result.Imported:
    files = handwritten.repository(fleet) | {path: text.encode() for path, text in (added or {}).items()}
    made = result.run(Source("hand", files), engines.choose("sdk"))
    assert all(row.is_proved for row in telling.told(made).rows), made.findings
    return made


def _hosts(**hosts: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: {app: {"ingress": {"host": host}} if host else {"size": 1} for app, host in apps.items()}
        for name, apps in hosts.items()
    }


def test_a_pattern_of_hosts_is_that_of_two_environments_or_two_services() -> None:
    lucky = imported(_hosts(north={"db": "db-north.example.org", "web": ""}, south={"db": "", "web": ""}))
    assert all(not each.host_pattern for each in lucky.made.facts.values())
    assert "ingressHosts" not in lucky.made.apps["db"].data
    two = imported(_hosts(north={"db": "db-north.example.org"}, south={"db": "db-south.example.org"}))
    assert {each.host_pattern for each in two.made.facts.values()} == {"<% service %>-<% name %>.<% domain %>"}
    services = imported(_hosts(north={"db": "db-north.example.org", "web": "web-north.example.org"}))
    assert services.made.facts["north"].host_pattern == "<% service %>-<% name %>.<% domain %>"
    # web has no host in west: it gets none.
    some = imported(
        _hosts(
            north={"db": "db-north.example.org", "web": "web-north.example.org"},
            south={"db": "db-south.example.org", "web": "web-south.example.org"},
            west={"db": "db-west.example.org", "web": ""},
        )
    )
    assert some.made.apps["db"].data["ingressHosts"] == ["db"]
    assert "ingressHosts" not in some.made.apps["web"].data


def test_a_secret_that_a_template_makes_is_not_one_by_hand() -> None:
    fleet = {
        name: {"db": {"envFromSecret": "computed", "x": {"secretKeyRef": {"name": "plain"}}}}
        for name in ("north", "south")
    }
    fleet = {name: {"db": {**apps["db"], "y": {"secretKeyRef": {"name": "hand"}}}} for name, apps in fleet.items()}
    made = imported(
        fleet,
        {
            "apps/db/templates/computed.yaml": "apiVersion: ricoberger.de/v1alpha1\nkind: VaultSecret\nmetadata:\n"
            '  name: computed\nspec:\n  path: "a/../{{ .Values.env }}"\n',
            "apps/db/templates/plain.yaml": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: plain\n",
        },
    )
    assert made.made.apps["db"].data["manualSecrets"] == ["hand"]
    told = {each.message.split("'")[1]: each.hint for each in made.findings if each.code == "I404"}
    assert "apps/db/templates/computed.yaml makes it" in told["computed"]
    assert "apps/db/templates/plain.yaml makes it" in told["plain"]
    assert "make by hand" in told["hand"]
    unlisted = [each.message for each in made.findings if each.code == "I402" and "VaultSecrets" in each.message]
    assert unlisted == ["a template stays that makes VaultSecrets, which efdgen secrets does not list: computed"]


def test_templates_that_know_environments_by_name_are_named() -> None:
    for text, is_asking in (
        ('{{ if eq .Values.env "a" }}', True),
        ('{{ if ne "a" $.Values.env }}', True),
        ('{{ if has .Values.env (list "a" "b") }}', True),
        ("{{ .Values.env }}", False),
        ('{{ if eq .Values.other "a" }}', False),
    ):
        assert asking.asks(text) is is_asking, text
    assert asking.asks('{{ eq .Values.environment "a" }}', "environment")
    made = imported(
        {name: {"db": {"size": 1}} for name in ("north", "south")},
        {
            "apps/parent/templates/tls.yaml": '# {{- if eq .Values.env "south" }}\napiVersion: v1\nkind: ConfigMap\n'
            "metadata:\n  name: tls\ndata:\n  path: secret/north/tls\n  word: north\n# {{- end }}\n"
        },
    )
    said = [(each.message, each.environment) for each in made.findings if each.code == "I402"]
    assert said == [
        ("a template of the app of apps asks for names of environments, and stays as it is", ""),
        ("ConfigMap tls of south names north at data.path: secret/north/tls", "south"),
    ]


def test_facts_that_are_assumed_are_marked_and_listed() -> None:
    made = imported({name: {"db": {"size": 1}} for name in ("north", "south")})
    (finding,) = (each for each in made.findings if each.code == "I409")
    paths = finding.message.partition(": ")[2].split(", ")
    assert paths == [
        "domain",
        "hostPattern",
        "cluster.kubernetesVersion",
        "vault.address",
        "vault.pathPrefix",
        "argocd.host",
    ]
    text = made.files["environments/shared/facts.yaml"].decode()
    marked = [
        line.split(":")[0].strip()
        for line in text.splitlines()
        if line.endswith("  # assumed: the source does not say")
    ]
    assert marked == [path.rpartition(".")[2] for path in paths]
    secrets = {"db": {"one": "secret/ENV/one"}}
    files = handwritten.repository({name: {"db": {"size": 1}} for name in ("north", "south")}, secrets)
    (said,) = (e for e in result.run(Source("hand", files), engines.choose("sdk")).findings if e.code == "I409")
    assert "pathPrefix" not in said.message


def test_comments_go_along_or_are_counted() -> None:
    fleet = {name: {"db": {"sizes": ["a", "b", "c"], "one": 1}} for name in ("north", "south")}
    said = (
        "# About north.\nenv: north\ndb:\n  # One.\n  one: 1  # behind\n  sizes:\n  # The first.\n  - a\n"
        "  # The second,\n  # in two lines.\n  - b\n  - c\n  # At the end.\n"
    )
    made = imported(fleet, {"apps/db/values-north.yaml": said})
    text = made.files["templates/apps/db/values.yaml"].decode()
    for part in ("# One.\none: 1  # behind\n", "\n# The first.\n- a\n# The second,\n# in two lines.\n- b\n- c\n"):
        assert part in text
    assert "About" not in text
    (finding,) = (each for each in made.findings if each.code == "I410")
    assert finding.message == "1 of 7 comment lines did not go along: apps/db/values-north.yaml (1)"
    assert "  # About north.\n  db:" in made.files["environments/north.yaml"].decode()
    head = {
        f"apps/own/{path}": text
        for path, text in {
            "Chart.yaml": "apiVersion: v2\nname: own\nversion: 1.0.0\n",
            "templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata: {a: {{ .Values.a }}}\n",
            "values-north.yaml": "# About north.\na: x\n",
            "values-south.yaml": "# About south.\na: x\n",
        }.items()
    }
    application = handwritten.repository(fleet)["apps/parent/templates/db.yaml"].decode().replace("db", "own")
    own = imported(fleet, {**head, "apps/parent/templates/own.yaml": application})
    assert b"About" not in own.files["templates/apps/own/values.yaml"]
