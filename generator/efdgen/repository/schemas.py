"""What the files of a repository can say: efdgen's own schemas, and the facts that the repository declares.

A repository's facts stand beside efdgen's, and in those of them that are open mappings:

    efdgen's facts: cluster: {storageClass}         schemas/facts.schema.json: cluster: {k3d}, kafka: {broker}
    ->  cluster: {storageClass, k3d}, kafka: {broker}   in specs, in sites, and, all of them required, in the defaults
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from efdgen.errors import Path, dotted
from efdgen.language import expressions, schema
from efdgen.language.annotations import Place, places, properties
from efdgen.repository import ownschemas, paths
from efdgen.repository.files import Files
from efdgen.repository.model import Schemas
from efdgen.repository.ownschemas import OwnSchema

_OF_SPECS = ("name", "site", "apps", "appDefaults", "accept")
_OF_LISTS = ("inherited",)
_OF_EXPRESSIONS = ("host", "named", "entries", "numbered", "tables", "app", "parameters", "values", "service")
_OF_DOCUMENTS = (
    "address",
    "claims",
    "code",
    "deletionOrder",
    "each",
    "firstApps",
    "ingressHosts",
    "isAutomatic",
    "json",
    "manualSecrets",
    "namespaces",
    "nodeZones",
    "otherApps",
    "page",
    "parent",
    "parentChart",
    "ports",
    "project",
    "provided",
    "publicHosts",
    "raw",
    "rbacPolicy",
    "records",
    "secrets",
    "sorted",
    "spec",
    "storageClasses",
    "ttl",
    "usesDefaultStorageClass",
    "vaultPaths",
    "volumes",
    "withoutFinalizer",
    "zones",
)

RESERVED = frozenset((*_OF_SPECS, *_OF_LISTS, *_OF_EXPRESSIONS, *_OF_DOCUMENTS))
"""What no fact can be called: keys of specs beside the facts, and names that expressions and documents have."""

_OWN = PurePosixPath(paths.OWN_FACTS).name

_ROOT = frozenset(["$schema", "$id", "$comment", "$defs", "title", "description", "type", "examples", "properties"])
"""The keywords at the top of a schema of facts; what others say would hold in no spec."""


def load(files: Files) -> Schemas:
    """Read the repository's schema of facts, if it has one, and put it together with efdgen's.

    While it has problems, every key is allowed where its facts would stand: the rest can still be checked.
    """
    if not files.exists(paths.OWN_FACTS):
        return _composed(None, is_open=False)
    own = ownschemas.read(files, paths.OWN_FACTS)
    if own is None or not _fits(files, own):
        return _composed(None, is_open=True)
    return _composed(own, is_open=False)


def refuse_others(files: Files, tables: Iterable[str]) -> None:
    """Refuse schemas that nothing reads: a misspelt name must not let a table hold anything.

    Those with the names of efdgen's own are for editors, and must be JSON at least.

    Args:
        files: the repository's.
        tables: the names of the tables.
    """
    if not files.exists(paths.SCHEMAS):
        return
    of_editors = [name for name in schema.files() if name.endswith(".schema.json") and name != _OWN]
    # A table whose own name is wrong is refused for that.
    shared = files.entries(paths.SHARED) if files.exists(paths.SHARED) else ()
    of_tables = [
        PurePosixPath(paths.table_schema(name)).name for name in (*tables, *(PurePosixPath(f).stem for f in shared))
    ]
    files.refuse_others(paths.SCHEMAS, (_OWN, *of_editors, *of_tables))
    for name in set(of_editors) - set(of_tables):
        if files.exists(f"{paths.SCHEMAS}/{name}"):
            ownschemas.check_json(files, f"{paths.SCHEMAS}/{name}")


def _fits(files: Files, own: OwnSchema) -> bool:
    """Record what of a schema of facts can't be put together with efdgen's, and say whether all can."""
    before = len(files.problems)
    for keyword in own.content:
        if keyword not in _ROOT:
            message = f"{keyword!r} can't stand at the top of a schema of facts: each of its `properties` is a fact"
            files.problem(ownschemas.FLAWED, message, own.locate((keyword,), key=True), (keyword,))
    declared = own.content.get("properties", {})
    for name in sorted(RESERVED & declared.keys()):
        where: Path = ("properties", name)
        message = f"no fact can have the name {name!r}: it means something else"
        files.problem(ownschemas.FLAWED, message, own.locate(where, key=True), where, "choose another")
    for name in declared:
        if not expressions.is_name(name):
            where = ("properties", name)
            message = f"no fact can have the name {name!r}: an expression can't say it"
            hint = "use letters and digits, and no word of expressions such as `if`"
            files.problem(ownschemas.FLAWED, message, own.locate(where, key=True), where, hint)
    for where, message in _clashes(schema.load("facts"), declared, ("properties",)):
        files.problem(ownschemas.FLAWED, message, own.locate(where, key=True), where)
    ownschemas.check_names(files, own)
    return len(files.problems) == before


def _clashes(core: Mapping[str, Any], own: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the facts that are efdgen's own, too, each with its path in the schema, and what is wrong."""
    for name, declared in own.items():
        if name not in core["properties"]:
            continue
        where = (*path, name)
        known = core["properties"][name]
        if not _takes_more(known):
            yield where, f"{dotted(where[1::2])} is a fact of efdgen's own"
        elif not isinstance(declared, dict) or set(declared) != {"properties"}:
            yield where, f"{dotted(where[1::2])} is a fact of efdgen's own, and takes nothing but more `properties`"
        else:
            yield from _clashes(known, declared["properties"], (*where, "properties"))


def _takes_more(fact: Mapping[str, Any]) -> bool:
    """Say whether one of efdgen's facts is a mapping that a repository can add keys to."""
    return "properties" in fact and "additionalProperties" not in fact


def open_facts() -> frozenset[str]:
    """Return those of efdgen's facts that are mappings that a repository can add keys to."""
    return frozenset(name for name, fact in schema.load("facts")["properties"].items() if _takes_more(fact))


@functools.lru_cache(maxsize=16)
def _composed(declared: OwnSchema | None, *, is_open: bool) -> Schemas:
    own = declared.content.get("properties", {}) if declared is not None else {}
    closing = {} if is_open else {"additionalProperties": False}
    core = schema.load("facts")["properties"]
    facts: dict[str, Any] = {}
    for name, fact in core.items():
        more = own.get(name, {}).get("properties", {})
        facts[name] = {**fact, "properties": {**fact["properties"], **more}, **closing} if _takes_more(fact) else fact
    facts.update({name: fact for name, fact in own.items() if name not in core})

    def holding(place: Mapping[str, Any], facts: Mapping[str, Any], required: tuple[str, ...]) -> dict[str, Any]:
        """Return the schema of a place that holds facts beside keys of its own, and no others."""
        kept = {keyword: value for keyword, value in place.items() if keyword != "allOf"}
        needed = {"required": [*place.get("required", ()), *required]}
        return {**kept, "properties": {**place.get("properties", {}), **facts}, **needed, **closing}

    whole = {name: _required(fact) for name, fact in facts.items()}
    core_shared = schema.load("shared")
    parts = core_shared["properties"]
    sites = {**parts["sites"], "additionalProperties": holding(parts["sites"]["additionalProperties"], facts, ())}
    environment = holding(schema.load("environment"), facts, ())
    shared = {
        **core_shared,
        "properties": {**parts, "defaults": holding(parts["defaults"], whole, tuple(facts)), "sites": sites},
    }
    all_facts = {"type": "object", "properties": facts, **closing}
    # Looked through at once: what both hold, the settings of apps, is large.
    named = places({"properties": {"specs": environment, "shared": shared}}, "x-names")
    return Schemas(
        environment,
        shared,
        all_facts,
        places(all_facts, "x-own"),
        places(all_facts, "x-identifies"),
        tuple(_retired(all_facts)),
        tuple(place._replace(path=place.path[1:]) for place in named if place.path[0] == "specs"),
        tuple(place._replace(path=place.path[1:]) for place in named if place.path[0] == "shared"),
    )


def _retired(facts: Mapping[str, Any]) -> Iterator[Place]:
    """Yield where facts are that JSON Schema calls deprecated, each with its description."""
    marked = [place.path for place in places(facts, "deprecated") if place.says is True]
    # The first is said of the fact itself, others of its type.
    described = [*places(facts, "description")][::-1] if marked else []
    said = {place.path: place.says for place in described}
    yield from (Place(path, str(said.get(path, ""))) for path in marked)


def _required(fact: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of a fact in the defaults: nothing of it can be left out but what has a default of efdgen's."""
    keys = [key for key, rule in properties(fact).items() if not (isinstance(rule, dict) and rule.get("x-optional"))]
    return {"allOf": [fact, {"required": keys}]} if keys else fact
