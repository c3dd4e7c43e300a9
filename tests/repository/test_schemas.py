"""efdgen's schemas put together with a repository's own, and the schemas that only editors read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from efdgen.environment import names
from efdgen.environment.resolve import Resolver
from efdgen.explain import questions
from efdgen.language import schema
from efdgen.language.annotations import Items, Keys, Others, properties
from efdgen.language.schema import check_data
from efdgen.language.yamlio import parse
from efdgen.repository.load import load
from efdgen.repository.schemas import RESERVED
from efdgen.verbs.explain import explain
from support.checkout import ROOT, edit, found, repository
from support.efd import EFD
from support.foreach import for_each
from support.repository import overlay, small_repository

REPOSITORY = repository()
SCHEMAS = REPOSITORY.schemas
OWN = json.loads((EFD / "schemas/facts.schema.json").read_text(encoding="utf-8"))["properties"]
CORE = schema.load("facts")["properties"]
FACTS = [*CORE, *(name for name in OWN if name not in CORE)]
PLACES: dict[str, tuple[Any, set[str]]] = {
    "environment": (SCHEMAS.environment, {"name", "site", "accept", "apps"}),
    "defaults": (SCHEMAS.shared["properties"]["defaults"], {"accept", "appDefaults"}),
    "site": (SCHEMAS.shared["properties"]["sites"]["additionalProperties"], {"accept", "appDefaults"}),
    "facts": (SCHEMAS.facts, set()),
}


@pytest.mark.parametrize("name", PLACES)
def test_every_place_takes_the_facts_of_both_and_nothing_else(name: str) -> None:
    place, others = PLACES[name]
    assert set(place["properties"]) == {*FACTS, *others}
    assert place["additionalProperties"] is False


@pytest.mark.parametrize("name", ["cluster", "vault", "argocd"])
def test_a_fact_of_efdgens_takes_the_keys_of_both_and_no_others(name: str) -> None:
    fact = SCHEMAS.facts["properties"][name]
    assert list(fact["properties"]) == [*CORE[name]["properties"], *OWN.get(name, {}).get("properties", {})]
    assert fact["additionalProperties"] is False


def test_shared_defaults_require_every_fact() -> None:
    assert PLACES["defaults"][0]["required"] == FACTS


@pytest.mark.parametrize("name", ["cluster", "vault", "kafka", "schemaRegistry", "feed", "argocd"])
def test_shared_defaults_require_every_part_of_a_fact(name: str) -> None:
    _, condition = PLACES["defaults"][0]["properties"][name]["allOf"]
    optional = {"argocd": ["applicationName"]}.get(name, [])
    parts = list(properties(SCHEMAS.facts["properties"][name]))
    assert condition == {"required": [part for part in parts if part not in optional]}


def test_facts_that_belong_to_one_environment() -> None:
    assert [place.path for place in SCHEMAS.own] == [
        ("hosts", Others()),
        ("vault", "pathPrefix"),
        ("argocd", "host"),
        ("argocd", "url"),
        ("argocd", "project"),
        ("argocd", "destinationServer"),
        ("argocd", "tlsVaultPath"),
        ("schemaRegistry", "url"),
        ("feed", "url"),
        ("kafka", "broker"),
    ]
    assert [place.path for place in SCHEMAS.identifying] == [("aliases", Items()), ("sciencePlatformHost",)]


def test_what_specs_and_shared_facts_name() -> None:
    in_specs = {place.path: place.says for place in SCHEMAS.names_in_specs}
    assert in_specs == {
        ("hosts", Keys()): "services",
        ("links", Keys()): "environments",
        ("cluster", "provides", Items()): "apps",
        ("feed", "news", Items()): "news",
        ("accept", Items(), "app"): "apps",
        ("apps", Keys()): "apps",
    }
    in_facts = {path: says for path, says in in_specs.items() if path != ("apps", Keys())}
    assert {place.path: place.says for place in SCHEMAS.names_in_shared} == {
        (*place, *path): says
        for place in (("defaults",), ("sites", Others()))
        for path, says in {**in_facts, ("appDefaults", Keys()): "apps"}.items()
    } | {("stages", Items(), Items()): "environments"}
    assert SCHEMAS.tables() == {"news"}


def test_no_fact_can_have_a_name_that_means_something_else() -> None:
    resolver = Resolver(REPOSITORY)
    environment = resolver.resolve("summit")
    of_specs = set(SCHEMAS.environment["properties"]) | set(PLACES["defaults"][0]["properties"])
    of_expressions = {*resolver.scope("summit"), "app", "parameters", "values", "service", "inherited"}
    of_documents = {*names.names(environment), "page"}
    assert (of_specs | of_expressions | of_documents) - set(FACTS) == RESERVED


# -- for editors


def read(path: Path) -> Resource[Any]:
    return Resource.from_contents(json.loads(path.read_text(encoding="utf-8")), default_specification=DRAFT202012)


APPS = EFD / "templates/apps"
TYPED = {path.parent.name for path in APPS.glob("*/values.schema.json")} | {"influxdb-staging"}
"""The apps whose values have types: what influxdb-staging extends has."""

REGISTRY: Registry[Any] = Registry(
    {
        path.as_uri(): read(path)
        for files in ("generator/efdgen/schemas/*.json", "schemas/*.json", "templates/apps/*/*.schema.json")
        for path in EFD.glob(files)
    }
)


def editor(name: str) -> Draft202012Validator:
    """Return what an editor checks a file with: a schema of the repository, its references followed as files."""
    return Draft202012Validator({"$ref": (EFD / f"schemas/{name}.schema.json").as_uri()}, registry=REGISTRY)


def listed(node: Any, base: Path) -> dict[str, Any]:
    """Return the keys that an editor completes, and those below each."""
    if not isinstance(node, dict):
        return {}
    keys: dict[str, Any] = {}
    for key, child in node.get("properties", {}).items():
        keys.setdefault(key, {}).update(listed(child, base))
    parts = [(part, base) for part in node.get("allOf", ())]
    if "$ref" in node:
        file, _, pointer = node["$ref"].partition("#")
        base = (base.parent / file).resolve() if file else base
        target = json.loads(base.read_text(encoding="utf-8"))
        for part in pointer.split("/")[1:]:
            target = target[part]
        parts.append((target, base))
    for part, place in parts:
        for key, below in listed(part, place).items():
            keys.setdefault(key, {}).update(below)
    return keys


def taken(node: Any) -> dict[str, Any]:
    """Return the keys that efdgen takes, and those below each."""
    return {key: taken(child) for key, child in properties(node).items()}


@pytest.mark.parametrize(
    ("name", "place", "pointer"),
    [
        ("environment", "environment", ()),
        ("shared", "defaults", ("properties", "defaults")),
        ("shared", "site", ("properties", "sites", "additionalProperties")),
    ],
)
def test_editors_complete_the_keys_that_efdgen_takes(name: str, place: str, pointer: tuple[str, ...]) -> None:
    path = EFD / f"schemas/{name}.schema.json"
    node = json.loads(path.read_text(encoding="utf-8"))
    for part in pointer:
        node = node[part]
    found = listed(node, path)
    of_apps = "apps" if place == "environment" else "appDefaults"
    assert set(found[of_apps]) == TYPED
    # Below, editors know more than efdgen's own schema: what apps say in their folders.
    assert {**found, of_apps: {}} == taken(PLACES[place][0])


@for_each("path", sorted((EFD / "environments").rglob("*.yaml")), ids=lambda path: path.stem)
def test_editors_accept_every_file_of_the_repository(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    name = text.partition("\n")[0].rpartition("/")[2].removesuffix(".schema.json")
    assert list(editor(name).iter_errors(yaml.safe_load(text))) == []


SPEC = {"name": "antu", "apps": {}}
POLICY = {"subject": "a", "resource": "clusters", "action": "get", "object": "*", "effect": "deny"}


@pytest.mark.parametrize(
    ("app", "settings"),
    [
        ("influxdb", {"values": {"persistence": {"size": "15GB"}}}),
        ("influxdb-staging", {"values": {"persistence": {"size": "15GB"}}}),
        ("kafka-connect-manager", {"parameters": {"influxdbSinks": {"a": {"taskMax": 1}}}}),
    ],
)
def test_editors_mark_what_the_schema_of_an_app_refuses(app: str, settings: dict[str, Any]) -> None:
    assert editor("environment").is_valid({**SPEC, "apps": {app: {}, "grafana": settings}})
    assert not editor("environment").is_valid({**SPEC, "apps": {app: settings}})
    assert not editor("shared").is_valid({"defaults": {"appDefaults": {app: settings}}})
    assert not editor("shared").is_valid({"defaults": {}, "sites": {"ncsa": {"appDefaults": {app: settings}}}})


@for_each(
    "more",
    [
        {"zone": "a"},
        {"cluster": {"zone": "a"}},
        {"vault": {"zone": "a"}},
        {"argocd": {"zone": "a"}},
        {"argocd": {"rbac": {"zone": "a"}}},
        {"kafka": {"zone": "a"}},
        {"cluster": {"k3d": {"version": "5.1.0"}}},
        {"kafka": {"storageSize": "15GB"}},
        {"apps": {"influxdb": {"valves": {}}}},
    ],
    ids=str,
)
def test_editors_mark_what_efdgen_refuses(more: dict[str, Any]) -> None:
    spec = {**SPEC, **more}
    assert not editor("environment").is_valid(spec)
    assert not Draft202012Validator(SCHEMAS.environment).is_valid(spec)
    for shared in ({"defaults": more}, {"defaults": {}, "sites": {"ncsa": more}}):
        if "apps" not in more:
            assert not editor("shared").is_valid(shared)
    assert editor("environment").is_valid(SPEC)
    assert editor("shared").is_valid({"defaults": {"kafka": {}}, "sites": {"ncsa": {"cluster": {"k3d": None}}}})


@pytest.mark.parametrize(
    ("path", "item"),
    [
        (("argocd", "rbac", "groups"), {"subject": "a", "role": "role:admin"}),
        (
            ("argocd", "rbac", "policies"),
            POLICY,
        ),
        (("argocd", "rbac", "tests"), {"subject": "a", "action": "get", "resource": "logs", "answer": "deny"}),
        (("argocd", "syncPolicy", "syncOptions"), "CreateNamespace=true"),
        (("cluster", "provides"), "telegraf"),
        (("cluster", "storageClasses"), "local-path"),
        (("cluster", "apiVersions"), "monitoring.coreos.com/v1"),
        (("aliases",), "older"),
        (("feed", "news"), "utc"),
        (("apps", "influxdb", "values", "persistence", "accessModes"), "ReadWriteOnce"),
        (("apps", "influxdb", "values", "ingress", "tls"), {"secretName": "tls", "hosts": ["a.example.org"]}),
        (("apps", "influxdb", "values", "ingress", "extraPaths"), {"path": "/"}),
    ],
    ids=lambda each: ".".join(each) if isinstance(each, tuple) else "",
)
def test_editors_know_what_stands_for_the_items_below(path: tuple[str, ...], item: Any) -> None:
    def spec(*items: Any) -> dict[str, Any]:
        said: Any = list(items)
        for part in reversed(path):
            said = {part: said}
        return {**SPEC, **said}

    said = [spec("<% inherited %>", item), spec(item, "<%- inherited -%>"), spec(item)]
    assert [list(editor("environment").iter_errors(each)) for each in said] == [[], [], []]
    if "aliases" not in path and "news" not in path and "hosts" not in path:
        assert not editor("environment").is_valid(spec(item, "<% inherited"))
    own = [
        each for each in check_data(parse(json.dumps(spec(item, 5)), ""), SCHEMAS.environment) if each.path[-1:] == (1,)
    ]
    assert path[0] == "apps" or [each.code for each in own] == ["E204"], "what efdgen itself says stays as it was"


@pytest.mark.parametrize("name", ["app", "chart-keys", "values"])
def test_editors_read_the_other_schemas_of_efdgen_as_they_are(name: str) -> None:
    thin = json.loads((EFD / f"schemas/{name}.schema.json").read_text(encoding="utf-8"))
    assert (EFD / "schemas" / thin["$ref"]).resolve() == schema.folder() / f"{name}.schema.json"
    assert editor(name).is_valid(schema.load(name)["examples"][0])


# -- docs/apps.md: how to add a fact


def documented(heading: str, language: str) -> list[str]:
    page = (ROOT / "docs/apps.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(rf"^```{language}\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)


def test_the_fact_of_the_documentation_is_one(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    (example,) = documented("Facts of the repository", "json")
    (default,) = documented("Facts of the repository", "yaml")
    schema_file, facts = root / "schemas/facts.schema.json", root / "environments/shared/facts.yaml"
    declared = json.loads(schema_file.read_text(encoding="utf-8"))
    declared["properties"].update(json.loads(example)["properties"])
    schema_file.write_text(json.dumps(declared), encoding="utf-8")
    edit(facts, "defaults:\n", default)
    edit(root / "templates/apps/view/values.yaml", "env:\n", "env:\n  LOGS: <% logs.url %>\n")
    assert found(root) == ()
    (answer,) = questions.ask(explain(root, "lab", lambda *_: ()), "view.env.LOGS")
    assert answer.value == "https://logs.lsst.codes/lab"

    spec = root / "environments/dome.yaml"
    edit(spec, "place: the dome\n", "place: the dome\nlogs: {url: https://logs.lsst.codes/lab}\n")
    (problem,) = found(root)
    assert (problem.code, problem.location.line) == ("E503", 3)
    assert problem.message == "'lab' is the name of the environment lab (environment dome)"


def test_the_table_of_the_documentation_is_one(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    (example,) = documented("Tables", "yaml")
    overlay(root, {"environments/shared/topics.yaml": example})
    assert load(root).problems == ()
    assert load(root).tables["topics"].items["events"] == {"partitions": 8, "retention": "30d"}


def test_a_repository_without_a_schema_of_facts_is_told_so_once(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    overlay(root, {"schemas": None})
    told = sorted((p for p in load(root).problems if p.code == "E201"), key=lambda p: p.sort_key)

    assert [p.location.file for p in told] == ["environments/lab.yaml", "environments/shared/facts.yaml"]
    assert told[1].message.startswith("unknown keys 'sciencePlatformHost', 'k3d', ")
    assert [p.hint for p in told] == ["there is no schemas/facts.schema.json, which says what facts there are", ""]


def test_each_file_says_which_facts_it_has_that_nobody_declares(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    spec = "name: lab\nsite: north\nzones: [a]\nrack: 5\nhost: {}\napps:\n  view: {valuse: {}}\n"
    overlay(root, {"schemas": None, "environments/lab.yaml": spec, "environments/dome.yaml": "name: dome\nrack: 4\n"})
    told = sorted((p.location.file, p.message, p.hint) for p in load(root).problems if p.code == "E201")

    hint = "there is no schemas/facts.schema.json, which says what facts there are"
    assert told[:3] == [
        ("environments/dome.yaml", "unknown key 'rack'", hint),
        ("environments/lab.yaml", "unknown key 'valuse'", "did you mean 'values'?"),
        ("environments/lab.yaml", "unknown keys 'zones', 'rack', 'host'", ""),
    ]


def test_what_a_fact_of_efdgens_knows_is_said_without_a_schema_too(tmp_path: Path) -> None:
    known = "known: applicationName, destinationServer, host, managed, path, "
    where = "others would be declared in schemas/facts.schema.json, which is not there"
    nobody = "there is no schemas/facts.schema.json, which says what facts there are"
    for number, (said, message, begins, ends) in enumerate(
        (
            ("argocd: {nonsense: false}", "unknown key 'nonsense'", known, where),
            ("argocd: {nonsense: 1, sense: 2}", "unknown keys 'nonsense', 'sense'", known, where),
            ("argocd: {syncPolicy: {automated: {enabled: 1}}}", "unknown key 'enabled'", "known: ", "selfHeal"),
            ("argocd: {nonsense: 1}\nrack: 5", "unknown keys 'nonsense', 'rack'", nobody, nobody),
            ("rack: 5", "unknown key 'rack'", nobody, nobody),
        )
    ):
        root = small_repository(tmp_path / str(number))
        spec = f"name: dome\n{said}\napps: {{}}\n"
        overlay(root, {"schemas": None, "environments/dome.yaml": spec})
        (told,) = (each for each in load(root).problems if each.location.file == "environments/dome.yaml")
        assert (told.message, told.hint[: len(begins)], told.hint[-len(ends) :]) == (message, begins, ends), told


def test_a_misspelt_fact_of_efdgens_own_is_said_as_ever(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    overlay(root, {"schemas": None, "environments/lab.yaml": "name: lab\ndomian: a.org\napps: {}\n"})
    told = [problem for problem in load(root).problems if problem.location.file == "environments/lab.yaml"]

    assert [(problem.message, problem.hint) for problem in told] == [("unknown key 'domian'", "did you mean 'domain'?")]
