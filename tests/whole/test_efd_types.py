"""The types that the EFD's apps give their values: what people got wrong before is found, in every app that has it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from efdgen.language import schema, yamlio
from efdgen.language.conforms import conforms
from efdgen.repository import definitions, types
from efdgen.repository.files import Files
from efdgen.verbs import project
from support import document
from support.checkout import ROOT
from support.efd import EFD
from support.foreach import for_each

SCHEMAS = sorted((EFD / "templates/apps").glob("*/*.schema.json"))
APPS = definitions.load(Files(EFD))


def wrong(app: str, what: str, text: str) -> list[tuple[str, str]]:
    """Return the code, and the place in `text`, of what is wrong with values or parameters of an app."""
    rules = APPS[app].types._asdict()[what]
    return [(p.code, f"{p.location.line}:{p.location.column}") for p in types.check(document(text, "v"), (), rules)]


@for_each(
    ("app", "text", "code"),
    [
        ("chronograf", "image: {tag: 1.10}", "E204"),
        ("chronograf", "persistence: {size: 8GB}", "E206"),
        ("chronograf", "ingress: {annotations: {nginx.ingress.kubernetes.io/ssl-redirect: true}}", "E204"),
        ("chronograf", "resources: {limits: {memroy: 4Gi}}", "E203"),
        ("chronograf", "oauth: {existingSecret: Chronograf}", "E206"),
        ("chronograf", "env: {AUTH_DURATION: 24}", "E204"),
        ("cp-helm-charts", "cp-kafka: {imageTag: 5.5}", "E204"),
        ("cp-helm-charts", "cp-kafka: {image: Confluentinc/cp-kafka}", "E206"),
        ("cp-helm-charts", "cp-kafka: {heapOptions: -Xms512M}", "E206"),
        ("cp-helm-charts", "cp-kafka: {persistence: {disksPerBroker: 0}}", "E206"),
        ("cp-helm-charts", "cp-kafka: {persistence: {sise: 1Gi}}", "E201"),
        ("cp-helm-charts", "cp-kafka: {cp-zookeeper: {persistence: {dataDirSize: 1}}}", "E204"),
        ("cp-helm-charts", "cp-zookeeper: {persistence: {dataLogDirSize: 15GB}}", "E206"),
        ("cp-helm-charts", "cp-zookeeper: {persistence: {dataDirStorageClass: Local}}", "E206"),
        ("cp-helm-charts", "cp-kafka-connect: {replicaCount: 1.5}", "E204"),
        ("cp-helm-charts", "cp-schema-registry: {resources: {requests: {cpu: -1}}}", "E206"),
        ("cp-helm-charts", "cp-kafka-rest: {imageTag: a b}", "E206"),
        ("cp-helm-charts", "cp-ksql-server: {heapOptions: 512}", "E204"),
        ("cp-helm-charts", "cp-control-center: {resources: []}", "E204"),
        ("influxdb", "image: {pullPolicy: always}", "E205"),
        ("influxdb", "persistence: {accessMode: ReadWriteonce}", "E205"),
        ("influxdb", "ingress: {hostnames: a.example.org}", "E201"),
        ("influxdb", "setDefaultUser: {image: Curl}", "E206"),
        ("influxdb", "setDefaultUser: {user: {existingSecret: a_b}}", "E206"),
        ("influxdb", "config: {coordinator: {write_timeout: 60}}", "E204"),
        ("influxdb", "config: {coordinator: {query_timeout: 900 s}}", "E206"),
        ("influxdb", "config: {coordinator: {log_queries_after: soon}}", "E206"),
        ("influxdb", "config: {data: {wal_fsync_delay: 100}}", "E204"),
        ("influxdb-staging", "persistence: {size: 15}", "E204"),
        ("ingress-nginx", "controller: {image: {tags: v1}}", "E201"),
        ("ingress-nginx", "controller: {extraContainers: [{image: A}]}", "E206"),
        ("ingress-nginx", "controller: {admissionWebhooks: {patch: {image: {pullPolicy: Sometimes}}}}", "E205"),
        ("ingress-nginx", "defaultBackend: {image: {runAsNonRoot: 1}}", "E204"),
        ("ingress-nginx", "defaultBackend: {replicaCount: -1}", "E206"),
        ("kafdrop", "ingress: {path: kafdrop}", "E206"),
        ("kafdrop", "replicaCount: two", "E206"),
        ("kafka-aggregator", "image: {respository: a}", "E201"),
        ("kapacitor", "existingSecret: 5", "E204"),
        ("kapacitor", "persistence: {enabled: 'yes'}", "E206"),
        ("kafka-connect-manager", "image: {tag: ''}", "E206"),
        ("kafka-connect-manager", "influxdbSink: [a]", "E204"),
        ("kafka-connect-manager", "influxdbSink: {a: {connectInfluxErrorPolicy: DROP}}", "E205"),
        ("kafka-connect-manager", "s3Sink: {flushSize: many}", "E206"),
        ("kafka-connect-manager", "s3Sink: {topicRegex: a}", "E201"),
        ("kafka-connect-manager", "mirrorMaker2: {sourceClusterBootstrapServer: a}", "E201"),
        ("kafka-connect-manager", "jdbcSink: {insertMode: Upsert}", "E205"),
        ("oauth2-proxy", "ingress: {tls: [{hosts: []}]}", "E202"),
        ("oauth2-proxy", "config: {existingSecret: ''}", "E206"),
        ("oauth2-proxy", "htpasswdFile: {existingSecret: A}", "E206"),
        ("telegraf", "config: {agent: {interval: 60}}", "E204"),
        ("telegraf", "config: {agent: {collection_jitter: none}}", "E206"),
        ("telegraf", "config: {outputs: [{influxdb: {timeout: 5}}]}", "E204"),
        ("telegraf-ds", "config: {agent: {flush_interval: 10}}", "E204"),
        ("telegraf-ds", "config: {inputs: [{cpu: {interval: 10}}]}", "E204"),
        ("vault-secrets-operator", "image: {volumeMounts: {}}", "E204"),
        ("vault-secrets-operator", "replicaCount: null", "E204"),
    ],
)
def test_a_wrong_value_is_found(app: str, text: str, code: str) -> None:
    (found,) = wrong(app, "values", text)
    assert found[0] == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("influxdbSinks: [a]", "E204"),
        ("influxdbSinks: {a: {taskMax: 1}}", "E201"),
        ("influxdbSinks: {a: {connectInfluxUrl: influxdb:8086}}", "E206"),
        ("influxdbSinkDefaults: {tasksMax: 1.5}", "E204"),
        ("influxdbSinkDefaults: {name: a b}", "E206"),
    ],
)
def test_a_wrong_parameter_of_the_connectors_is_found(text: str, code: str) -> None:
    (found,) = wrong("kafka-connect-manager", "parameters", text)
    assert found[0] == code


@pytest.mark.parametrize(
    ("app", "text"),
    [
        ("chronograf", "ingress: {annotations: null}\nimage: null\nresources: null"),
        ("cp-helm-charts", "cp-kafka: {persistence: null, resources: {}}\ncp-ksql-server: null"),
        ("kafka-connect-manager", "s3Sink: null\ninfluxdbSink: {a: null}"),
        ("oauth2-proxy", "htpasswdFile: {existingSecret: ''}\ningress: {tls: [{secretName: tls-certs}]}"),
        ("telegraf", "config: {inputs: [{cpu: null}, {ping: {interval: 1m30s}}]}"),
        ("vault-secrets-operator", "image: {args: [-v]}"),
    ],
)
def test_what_is_meant_is_accepted(app: str, text: str) -> None:
    assert wrong(app, "values", text) == []


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    for item in node if isinstance(node, list) else ():
        yield from _references(item)


@for_each("path", SCHEMAS, ids=lambda path: "/".join(path.parts[-2:]))
def test_an_editor_finds_what_a_schema_refers_to(path: Path) -> None:
    for reference in _references(json.loads(path.read_text(encoding="utf-8"))):
        file, _, pointer = reference.partition("#")
        node = json.loads((path.parent / file if file else path).resolve().read_text(encoding="utf-8"))
        for part in pointer.split("/")[1:]:
            node = node[part]
        assert isinstance(node, dict)


@for_each("app", sorted({path.parent.name for path in SCHEMAS}))
def test_an_editor_finds_the_schema_of_an_apps_values(app: str) -> None:
    text = (EFD / f"templates/apps/{app}/values.yaml").read_text(encoding="utf-8")
    assert "\n# yaml-language-server: $schema=values.schema.json\n" in f"\n{text}"
    assert yamlio.parse(text, "values.yaml").data


def test_no_environment_needs_more_than_a_quick_look() -> None:
    """A word that `conforms` does not know would make every check of every file slower."""
    for environment in project.resolve(EFD).environments:
        for app in environment.apps:
            assert conforms(app.values, app.definition.types.values), (environment.facts.name, app.definition.name)


def test_an_app_with_types_has_them_from_its_folder() -> None:
    typed = {name for name, app in APPS.items() if app.types.values}
    assert typed == {*(path.parent.name for path in SCHEMAS), "influxdb-staging"}


# -- docs/apps.md

PAGE = (ROOT / "docs/apps.md").read_text(encoding="utf-8").partition("\n## Types of values\n")[2].partition("\n## ")[0]


def test_the_example_in_the_docs_says_what_the_docs_say() -> None:
    (text,) = re.findall(r"^```json\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    rules = schema.resolve(json.loads(text))

    def said(values: str) -> list[tuple[str, str]]:
        return [(problem.code, problem.message) for problem in types.check(document(values, "v"), (), rules)]

    assert said("server: {theme: Dark}") == [("E206", "must be the name of a theme, not 'Dark'")]
    assert said("server: {tehme: dark}") == [("E201", "unknown key 'tehme'")]
    assert said("grafana.ini: {server: {theme: [1]}}\nreplicas: <% parameters.replicas %>") == []


def test_the_docs_list_the_named_types() -> None:
    listed = set(re.findall(r"`([^`\n]+)`", PAGE))
    of_specs = {
        "inherited",
        "vaultPath",
        "vaultSecretPath",
        "urlPort",
        "path",
        "version",
        "kubernetesVersion",
        "revision",
        "syncPolicy",
        "resourceAmounts",
    }
    assert listed >= set(schema.load("types")["$defs"]) - of_specs
