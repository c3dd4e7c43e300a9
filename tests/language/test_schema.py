from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from jsonschema import Draft202012Validator

import efdgen
from efdgen.environment import model
from efdgen.environment.typed import camel_case
from efdgen.errors import Location, Problem
from efdgen.language import patterns, schema
from efdgen.language.conforms import Pending, conforms
from efdgen.repository.load import load as load_repository
from efdgen.repository.model import Acceptance, ChartReference
from support import document
from support.efd import EFD
from support.foreach import for_each

SOURCES = Path(efdgen.__file__).parent
OWN = EFD / "schemas"
"""The repository's own: of its facts, of its tables, and those that only editors read."""

FILES = {path.name.removesuffix(".schema.json"): path for path in schema.folder().glob("*.schema.json")} | {
    f"own {path.name.removesuffix('.schema.json')}": path for path in OWN.glob("*.schema.json")
}
NAMES = sorted(FILES)
FOR_EDITORS = {f"own {name}" for name in ("app", "chart-keys", "environment", "shared", "values")}
"""Schemas that efdgen never reads: they only lead editors to the others."""

EXTENDED = ("vault", "cluster", "argocd")
"""Facts of efdgen's own that a repository can add keys to."""

_MAPS = ("properties", "$defs")
_SINGLE = ("additionalProperties", "items", "propertyNames", "not", "if", "then", "else")
_LISTS = ("allOf", "anyOf", "oneOf")

ANNOTATIONS = ("x-own", "x-identifies", "x-names")

Path_ = tuple[str | int, ...]


def raw(name: str) -> Any:
    """Return a schema as it is written."""
    return json.loads(FILES[name].read_text(encoding="utf-8"))


def subschemas(node: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Yield every schema inside a schema, itself first."""
    if not isinstance(node, dict):
        return
    yield path, node
    for keyword in _MAPS:
        for key, child in node.get(keyword, {}).items():
            yield from subschemas(child, (*path, keyword, key))
    for keyword in _SINGLE:
        yield from subschemas(node.get(keyword), (*path, keyword))
    for keyword in _LISTS:
        for index, child in enumerate(node.get(keyword, ())):
            yield from subschemas(child, (*path, keyword, index))


def pointer(name: str, path: Path_) -> str:
    return f"{name}#/{'/'.join(map(str, path))}"


PARTS = {pointer(name, path): (name, path, node) for name in NAMES for path, node in subschemas(raw(name))}


def resolve(reference: str, name: str) -> tuple[str, Any]:
    """Follow one reference as an editor does; return the schema that holds what it points to, and that as written."""
    file, _, rest = reference.partition("#")
    if file:
        target = (FILES[name].parent / file).resolve()
        if target.is_relative_to(EFD / "templates/apps"):
            assert not rest
            return name, json.loads(target.read_text(encoding="utf-8"))
        name = next(known for known, path in FILES.items() if path.resolve() == target)
    node = raw(name)
    for part in rest.split("/")[1:]:
        node = node[part]
    return name, node


def validates(name: str, path: Path_, instance: Any) -> list[str]:
    """Return what is wrong with an instance, references being resolved as `check` has them."""
    node: Any = raw(name)
    for part in path:
        node = node[part]
    while isinstance(node, dict) and "$ref" in node:
        name, node = resolve(node["$ref"], name)
        path = _place_of(name, node)
    loaded: Any = load(name)
    for part in as_loaded(path):
        loaded = loaded[part]
    return [error.message for error in Draft202012Validator(loaded).iter_errors(instance)]


def _place_of(name: str, wanted: Any) -> Path_:
    return next(path for path, node in subschemas(raw(name)) if node == wanted)


def load(name: str) -> Any:
    """Return a schema with its references followed, as efdgen does."""
    return schema.resolve(raw(name)) if name.startswith("own ") else schema.load(name)


def is_described_place(path: Path_) -> bool:
    """Say whether people write a value there: not a mere condition or a part of one."""
    path = as_loaded(path)
    return not {"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "propertyNames"} & set(path[-2:])


def as_loaded(path: Path_) -> Path_:
    """Return where a subschema stands once it is read: items are then never `<% inherited %>`, or something else."""
    for index in range(len(path)):
        if path[index : index + 3] == ("items", "anyOf", 1):
            return (*path[: index + 1], *as_loaded(path[index + 3 :]))
    return path


# -- the schemas


@for_each("name", NAMES)
def test_a_schema_is_valid_2020_12(name: str) -> None:
    content = raw(name)
    Draft202012Validator.check_schema(content)
    assert content["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert content["title"]
    assert content["description"]


@for_each("name", sorted(set(NAMES) - FOR_EDITORS))
def test_every_schema_can_be_loaded_with_its_references_resolved(name: str) -> None:
    seen: set[int] = set()

    def walk(node: Any) -> None:
        if id(node) in seen or not isinstance(node, dict | list):
            return
        seen.add(id(node))
        if isinstance(node, dict):
            assert not isinstance(node.get("$ref"), str)
        for child in node.values() if isinstance(node, dict) else node:
            walk(child)

    walk(load(name))


def test_every_property_has_a_description_and_examples() -> None:
    lacking = [
        where
        for where, (name, path, node) in PARTS.items()
        if name not in FOR_EDITORS
        and path[-2:-1] in {("properties",), ("$defs",)}
        and set(node) not in ({"$ref"}, {"properties"})
        and not (node.get("description") and node.get("examples"))
    ]
    assert not lacking


def test_every_example_is_valid_where_it_stands() -> None:
    wrong = {
        f"{where}: {example!r}": errors
        for where, (name, path, node) in PARTS.items()
        for example in node.get("examples", ())
        if (errors := validates(name, path, example))
    }
    assert not wrong


def test_every_reference_leads_somewhere_and_only_annotations_stand_beside_it() -> None:
    for where, (name, _, node) in PARTS.items():
        if "$ref" in node:
            assert resolve(node["$ref"], name), where
            assert set(node) - {"$schema", "title"} <= {"$ref", "description", "examples", *ANNOTATIONS}, where


def test_every_object_with_properties_is_closed_but_for_those_that_hold_facts() -> None:
    is_open = [
        where
        for where, (name, path, node) in PARTS.items()
        if name not in FOR_EDITORS
        and "properties" in node
        and "additionalProperties" not in node
        and is_described_place(path)
    ]
    assert sorted(is_open) == sorted(
        [
            "facts#/",
            *(f"facts#/properties/{name}" for name in EXTENDED),
            "environment#/",
            "shared#/$defs/defaults",
            "shared#/$defs/site",
            "own facts#/",
            *(f"own facts#/properties/{name}" for name in EXTENDED),
        ]
    )


def test_every_map_of_names_says_what_names_may_be() -> None:
    lacking = [
        where
        for where, (name, _, node) in PARTS.items()
        if isinstance(node.get("additionalProperties"), dict)
        and "propertyNames" not in node
        and name not in {"values", "chart-keys", "schema", *FOR_EDITORS}
    ]
    assert not lacking


def test_every_pattern_is_anchored_and_explained() -> None:
    for where, (_, path, node) in PARTS.items():
        if "pattern" in node:
            # What a value is not is explained beside the `not`.
            explained = PARTS[where.removesuffix("/not")][2] if path[-1:] == ("not",) else node
            assert explained.get("errorMessage"), where
            assert "additionalProperties" in path or node["pattern"].startswith("^") or "hostPattern" in path, where


def test_every_required_key_is_a_property() -> None:
    for where, (_, path, node) in PARTS.items():
        if "properties" in node:
            assert set(node.get("required", ())) <= set(node["properties"]), where
        assert is_described_place(path) or "properties" not in node, where


# -- the model

ITEMS = ("items", "anyOf", 1)
"""Where the items of a list stand that can begin with `<% inherited %>`."""


@pytest.mark.parametrize(
    ("cls", "path"),
    [
        (model.Cluster, ("properties", "cluster")),
        (model.Vault, ("properties", "vault")),
        (model.ArgoCd, ("properties", "argocd")),
        (model.Rbac, ("properties", "argocd", "properties", "rbac")),
        (model.Policy, ("properties", "argocd", "properties", "rbac", "properties", "policies", *ITEMS)),
        (model.Group, ("properties", "argocd", "properties", "rbac", "properties", "groups", *ITEMS)),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_a_type_has_the_fields_of_its_schema_in_their_order(cls: type, path: Path_) -> None:
    node: Any = raw("facts")
    for part in path:
        node = node[part]
    assert [camel_case(field) for field in get_type_hints(cls)] == list(node["properties"])


def test_facts_have_the_fields_of_their_schema_and_the_name() -> None:
    assert {camel_case(field) for field in get_type_hints(model.Facts)} == {"name", "data", *raw("facts")["properties"]}


def test_a_chart_reference_has_the_fields_of_its_schema() -> None:
    properties = list(raw("app")["properties"]["chart"]["properties"])
    assert properties[:3] == list(get_type_hints(ChartReference))


def test_an_acceptance_has_the_fields_of_its_schema() -> None:
    accept = raw("facts")["$defs"]["accept"]["items"]
    assert set(get_type_hints(Acceptance)) >= set(accept["properties"])


def _constants(*modules: str) -> set[str]:
    """Return every text that stands in the code of some modules."""
    trees = [ast.parse((SOURCES / module).read_text(encoding="utf-8")) for module in modules]
    return {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


READERS = ("repository/load.py", "repository/specs.py", "repository/definitions.py", "environment/resolve.py")


def test_every_setting_of_an_app_is_used() -> None:
    assert set(raw("facts")["$defs"]["appSettings"]["properties"]) <= _constants(*READERS)


def test_every_key_of_an_app_definition_is_used() -> None:
    assert set(raw("app")["properties"]) <= _constants(*READERS)


def test_every_setting_of_an_app_that_is_used_can_be_written() -> None:
    used = set()
    for module in READERS:
        for node in ast.walk(ast.parse((SOURCES / module).read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "get"
                and ast.unparse(node.func.value) in {"settings", "self.settings"}
                and isinstance(node.args[0], ast.Constant)
            ):
                used.add(node.args[0].value)
    assert used
    # An app's settings are what its definition says, and a spec on top of it.
    assert used <= set(raw("facts")["$defs"]["appSettings"]["properties"]) | set(raw("app")["properties"])


# -- check

MINIMAL = "name: summit\napps: {}\n"


RULES = load_repository(EFD).schemas


def check(text: str, name: str = "environment") -> list[Problem]:
    own = {"environment": RULES.environment, "news": load("own news")}
    return schema.check_data(document(text, "spec.yaml"), own[name] if name in own else schema.load(name))


def test_a_valid_document_has_no_problems() -> None:
    assert check(MINIMAL) == []


@for_each(
    ("text", "code", "place", "path", "words", "hint"),
    [
        pytest.param(
            MINIMAL + "doman: lsst.codes\n",
            "E201",
            (3, 1),
            ("doman",),
            "unknown key 'doman'",
            "did you mean 'domain'?",
            id="unknown key",
        ),
        pytest.param(
            MINIMAL + "cluster:\n  storageclass: a\n",
            "E201",
            (4, 3),
            ("cluster", "storageclass"),
            "unknown key 'storageclass'",
            "did you mean 'storageClass'?",
            id="unknown key inside",
        ),
        pytest.param("name: summit\n", "E202", (1, 1), ("apps",), "'apps' is missing", "", id="missing key"),
        pytest.param(
            "name: summit\napps:\n  influxdb:\n    pins:\n      image.tag:\n        value: '1'\n",
            "E202",
            (5, 7),
            ("apps", "influxdb", "pins", "image.tag", "reason"),
            "'reason' is missing",
            "",
            id="missing key inside",
        ),
        pytest.param(
            "name: summit\napps:\n  Influx_DB: {}\n",
            "E203",
            (3, 3),
            ("apps", "Influx_DB"),
            "the name 'Influx_DB' must be lower-case",
            "",
            id="wrong name of a key",
        ),
        pytest.param(
            MINIMAL + "title: 12\n", "E204", (3, 8), ("title",), "must be text, not 12", "put it in quotes", id="number"
        ),
        pytest.param(
            MINIMAL + "title: [a]\n", "E204", (3, 8), ("title",), "must be text, not a list", "", id="list for text"
        ),
        pytest.param(
            MINIMAL + "cluster: null\n",
            "E204",
            (3, 10),
            ("cluster",),
            "must be a mapping, not null",
            "write {}",
            id="null",
        ),
        pytest.param(
            MINIMAL + "cluster:\n  storageClass ssd\n",
            "E204",
            (4, 3),
            ("cluster",),
            "must be a mapping, not 'storageClass ssd'",
            "in a mapping, a colon and a blank stand behind each key",
            id="only key without its colon",
        ),
        pytest.param(
            MINIMAL + "aliases: a\n", "E204", (3, 10), ("aliases",), "must be a list, not 'a'", "", id="text for list"
        ),
        pytest.param(
            MINIMAL + "cluster:\n  kubernetesVersion: 1.21\n",
            "E204",
            (4, 22),
            ("cluster", "kubernetesVersion"),
            "must be a Kubernetes version",
            "",
            id="version without quotes",
        ),
        pytest.param(
            MINIMAL
            + "argocd:\n  rbac:\n    policies:\n"
            + "    - {subject: a, resource: application, action: sync, object: b, effect: allow}\n",
            "E205",
            (6, 30),
            ("argocd", "rbac", "policies", 0, "resource"),
            "'application' is not one of the allowed values",
            "did you mean 'applications'?",
            id="not in the list of values",
        ),
        pytest.param(MINIMAL + "title: ''\n", "E206", (3, 8), ("title",), "must not be empty", "", id="empty"),
        pytest.param(
            MINIMAL + "aliases: [ab, ab]\n",
            "E206",
            (3, 10),
            ("aliases",),
            "names something twice",
            "keep one",
            id="twice",
        ),
        pytest.param(
            MINIMAL + "domain: LSST.codes\n",
            "E206",
            (3, 9),
            ("domain",),
            "must be a host name",
            "write lsst.codes",
            id="pattern",
        ),
        pytest.param(
            MINIMAL + "argocd:\n  syncPolicy:\n    retry:\n      backoff:\n        factor: 0\n",
            "E206",
            (7, 17),
            ("argocd", "syncPolicy", "retry", "backoff", "factor"),
            "must be at least 1, not 0",
            "",
            id="too small",
        ),
    ],
)
def test_what_is_wrong_is_explained_and_located(
    text: str, code: str, place: tuple[int, int], path: Path_, words: str, hint: str
) -> None:
    (problem,) = check(text)
    assert (problem.code, problem.location, problem.path) == (code, Location("spec.yaml", *place), path)
    assert words in problem.message
    assert hint in problem.hint
    assert bool(problem.hint) == bool(hint)


@for_each(
    ("name", "text"),
    [
        pytest.param("environment", MINIMAL + "domain: |\n  lsst.codes\n", id="host"),
        pytest.param("environment", MINIMAL + "vault:\n  pathPrefix: |\n    secret/efd\n", id="vault path"),
        pytest.param("environment", MINIMAL + "argocd:\n  targetRevision: |\n    HEAD\n", id="revision"),
        pytest.param("environment", MINIMAL + "argocd:\n  url: |\n    https://a.b\n", id="url"),
        pytest.param("environment", MINIMAL + "kafka:\n  storageSize: |\n    1Gi\n", id="size"),
        pytest.param(
            "environment",
            MINIMAL + "argocd: {rbac: {groups: [{subject: \"x\\n\", role: 'role:admin'}]}}\n",
            id="rbac subject",
        ),
        pytest.param(
            "environment",
            MINIMAL + 'argocd: {rbac: {groups: [{subject: x, role: "role:admin\\n"}]}}\n',
            id="rbac role",
        ),
        pytest.param("environment", 'name: summit\napps: {"influxdb\\n": {}}\n', id="name of a key"),
        pytest.param(
            "news",
            'items: {a: {date_published: "2022-01-01T00:00:00Z\\n", title: a, url: "", content_text: a}}',
            id="date",
        ),
        pytest.param(
            "app", 'description: a\nchart: {name: a, version: "1.0.0\\n", repository: "https://a"}', id="version"
        ),
    ],
)
def test_a_line_end_after_a_valid_text_is_refused(name: str, text: str) -> None:
    (problem,) = check(text, name)
    assert problem.code in {"E203", "E206"}


@for_each(
    ("rules", "value", "code", "message"),
    [
        ({"type": "null"}, "1", "E204", "must be null, not 1"),
        ({"const": "b"}, "a", "E206", "must be 'b', not 'a'"),
        ({"maximum": 5}, "6", "E206", "must be at most 5, not 6"),
        ({"exclusiveMaximum": 5}, "5", "E206", "must be less than 5, not 5"),
        ({"exclusiveMinimum": 5}, "5", "E206", "must be more than 5, not 5"),
        ({"multipleOf": 2}, "5", "E206", "must be a multiple of 2, not 5"),
        ({"minLength": 3}, "ab", "E206", "must have at least 3 characters"),
        ({"maxLength": 1}, "ab", "E206", "must have at most 1 character, not 'ab'"),
        ({"minItems": 1}, "[]", "E206", "must have at least 1 item, not a list"),
        ({"maxItems": 2}, "[a, b, c]", "E206", "must have at most 2 items, not a list"),
        ({"minProperties": 1}, "{}", "E206", "must have at least 1 key, not a mapping"),
        ({"maxProperties": 0}, "{a: 1}", "E206", "must have at most 0 keys, not a mapping"),
        ({"pattern": "^a\\Z"}, "b", "E206", "must match ^a$, not 'b'"),
        ({"pattern": "^a\\Z", "errorMessage": "must be {a}"}, "b", "E206", "must be {a}, not 'b'"),
        ({"anyOf": [{"type": "null"}, {"minimum": 3}]}, "1", "E206", "must be of a form that its schema allows, not 1"),
        ({"not": {"type": "integer"}}, "1", "E206", "must be of a form that its schema allows, not 1"),
        ({"anyOf": [{"required": ["b"]}, {"required": ["c"]}]}, "{a: 1}", "E202", "one of 'b', 'c' is missing"),
        ({"properties": {"a": {"not": {}}}}, "{a: 1}", "E201", "a can't be here"),
        ({"not": {}}, "1", "E201", "anything can't be here"),
        (
            {"patternProperties": {"^x-": {}}, "additionalProperties": False},
            "{x-a: 1, b: 2}",
            "E201",
            "unknown key 'b'",
        ),
    ],
    ids=str,
)
def test_a_schema_without_words_of_its_own_is_explained(rules: Any, value: str, code: str, message: str) -> None:
    (problem,) = schema.check_data(document(value, "values.yaml"), rules)
    assert (problem.code, problem.message) == (code, message)


@for_each(
    ("pattern", "value", "hint"),
    [
        ("^[a-z]+(/[a-z]+)*$", "./charts//kiosk/", "write charts/kiosk"),
        ("^[a-z]+(/[a-z]+)*$", "", ""),
        ("^([.]|[a-z]+)$", "", ""),
        ("^https://[^@]+$", "http://me:hunter2@example.org/x", "write https://example.org/x"),
        ("^https://[^@]+$", "git@example.org:x/y.git", "write https://example.org/x/y.git"),
        ("^https://[^@]+$", "store.store:8086", ""),
        ("^[a-z]+$", "Summit", "write summit"),
        ("^[a-z]+$", "<% Name %>", ""),
        ("^[a-z]+$", "a b", ""),
    ],
)
def test_what_nearly_has_the_right_form_is_told_how_it_has(pattern: str, value: str, hint: str) -> None:
    (problem,) = schema.check_data(document(json.dumps(value), "v.yaml"), {"pattern": pattern})
    assert problem.hint == hint


def test_the_words_that_are_allowed_are_shown_as_people_write_them() -> None:
    rules = {"enum": [None, True, 1, "auto"], "errorMessage": "says nothing"}
    (problem,) = schema.check_data(document("manual", "values.yaml"), rules)
    assert (problem.message, problem.hint) == ("'manual' says nothing", "known: null, true, 1, auto")


@for_each(
    ("name", "value", "is_taken"),
    [
        ("secretName", "influxdb-auth", True),
        ("secretName", "registry.example.org", True),
        ("secretName", "a" * 253, True),
        ("secretName", "a" * 254, False),
        ("secretName", "a..b", False),
        ("secretName", "a.-b", False),
        ("secretName", "a.b.", False),
        ("secretName", "a_b", False),
        ("name", "a.b", False),
        ("imageTag", f"v1.2.9@sha256:{'0123456789abcdef' * 4}", True),
        ("imageTag", f"v1.2.9@sha512:{'0123456789abcdef' * 8}", True),
        ("imageTag", f"v1.2.9@sha256:{'0123456789abcdef' * 8}", False),
        ("imageTag", f"v1.2.9@sha256:{'0123456789ABCDEF' * 4}", False),
        ("imageTag", f"@sha256:{'0123456789abcdef' * 4}", False),
        ("resourceAmounts", {"cpu": 1, "memory": "1Gi", "storage": "15Gi", "ephemeral-storage": "1Gi"}, True),
        ("resourceAmounts", {"hugepages-2Mi": "4Mi", "nvidia.com/gpu": 1}, True),
        ("resourceAmounts", {"gpu": 1}, False),
        ("resourceAmounts", {"Storage": "15Gi"}, False),
    ],
    ids=str,
)
def test_a_named_type_takes_what_kubernetes_takes(name: str, value: Any, is_taken: bool) -> None:
    rules = schema.load(f"types#/$defs/{name}")
    assert conforms(value, rules) is is_taken
    assert (schema.check_data(document(json.dumps(value), "f"), rules) == []) is is_taken


@pytest.mark.parametrize(
    "rules", [{"type": "integer"}, {"oneOf": [{"minimum": 1}]}, {"not": {}}, {"const": [1]}], ids=str
)
def test_what_is_not_evaluated_yet_is_never_wrong(rules: Any) -> None:
    wrong = {"properties": {"a": rules, "b": {"type": "null"}}}
    (problem,) = schema.check_data(document("a: 1\nb: 2\n", "v.yaml")._replace(data={"a": Pending(), "b": 2}), wrong)
    assert problem.path == ("b",)


def test_every_problem_is_found_not_only_the_first() -> None:
    found = check("name: Summit\napps: []\nfoo: 1\nbar: 2\ndomain: 3\n")
    assert sorted((p.location.line, p.code) for p in found) == [
        (1, "E206"),
        (2, "E204"),
        (3, "E201"),
        (4, "E201"),
        (5, "E204"),
    ]


def test_several_missing_keys_are_each_named() -> None:
    assert sorted(problem.path for problem in check("{}")) == [("apps",), ("name",)]


def test_an_app_definition_needs_a_chart_unless_it_extends_another() -> None:
    (problem,) = check("description: A database.\n", "app")
    assert problem.code == "E202"
    assert "chart" in problem.message
    assert check("description: A database.\nextends: influxdb\n", "app") == []


def test_the_examples_of_whole_documents_are_valid() -> None:
    for name in ("environment", "app", "values", "table", "schema", "own news"):
        for example in raw(name)["examples"]:
            assert check(json.dumps(example), name.removeprefix("own ")) == []


def test_a_text_that_is_too_long_for_a_pattern_is_said_to_be() -> None:
    rules = {"properties": {"a": {"pattern": "^.*x.*$"}}}
    (problem,) = schema.check_data(document(f"a: {'x' * 4_473}"), rules)
    assert (problem.code, problem.message) == ("E206", "has 4,473 characters, and can have at most 4,472 here")
    assert schema.check_data(document(f"a: {'x' * 4_472}"), rules) == []


def test_every_pattern_of_our_own_schemas_ends() -> None:
    found = [
        node["pattern"] for name in NAMES for _, node in subschemas(raw(name)) if isinstance(node.get("pattern"), str)
    ]
    assert found
    assert [pattern for pattern in found if patterns.fault(pattern)] == []


@pytest.mark.parametrize(
    ("value", "said", "hint"),
    [
        ("true", "true", True),
        ("4", "4", True),
        ("[a]", "a list", False),
        ("{a: b}", "a mapping", False),
    ],
)
def test_what_an_expression_yields_is_made_a_text_and_not_quoted(value: str, said: str, hint: bool) -> None:
    rules = {"properties": {"e": {"type": ["string", "null"], "errorMessage": "must be text: quote it"}}}
    found = document(f"e: {value}", "values.yaml")
    (problem,) = schema.check_data(found, rules, is_evaluated=True)
    assert problem.message == f"must be text, not {said}"
    assert problem.hint == ("make text of it: <% ... ~ '' %>" if hint else "")
    (written,) = schema.check_data(found, rules)
    assert written.message == f"must be text{': quote it' if hint else ''}, not {said}"
    assert "~" not in written.hint


def test_what_would_be_wrong_as_a_text_is_not_made_one() -> None:
    for rules in ({"type": "string", "pattern": "^[a-z]+$"}, {"type": "string", "enum": ["4"]}):
        (problem, *_) = schema.check_data(document("4"), rules, is_evaluated=True)
        assert (problem.code, problem.hint) == ("E204", "")


def test_likenesses_of_very_many_unknown_keys_are_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "_MOST_LIKENED", 2)
    rules = {"properties": {"title": {}, "site": {}}, "additionalProperties": False}
    found = schema.check_data(document("titel: 1\nsiet: 2\ntitl: 3\n", "f"), rules)
    assert [(each.message, each.hint) for each in found] == [
        ("unknown key 'titel'", "did you mean 'title'?"),
        ("unknown key 'siet'", "did you mean 'site'?"),
        ("unknown key 'titl'", ""),
    ]
