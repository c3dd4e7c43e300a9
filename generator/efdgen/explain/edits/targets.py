"""Which place of which file an edit is about: from what people type to a target."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.errors import Path, UsageError, dotted
from efdgen.explain import paths as typed
from efdgen.explain.edits import slips
from efdgen.explain.edits.model import DEFAULTS, DEFINITION, SPEC, Target, Written, mapping
from efdgen.language import suggest
from efdgen.language.layers import at, merge, merge_layers
from efdgen.repository import paths
from efdgen.repository.model import ENVIRONMENTS, SERVICES, AppDefinition

_SETTINGS = ("parameters", "pins", "secrets", "targetRevision", "project", "destinationServer", "syncPolicy")
"""What a spec says about an app beside its values."""

_IN_APP_YAML = ("description", "chart", "charts", "parameters", "requires", "ingressHosts", "nodePortHosts", "secrets")
"""What app.yaml says that people change day by day."""

_OF_APP_YAML = (
    "extends",
    "namespace",
    "manualSecrets",
    "readsSecrets",
    "volumes",
    "distinctNames",
    "application",
    "environmentFiles",
    "wave",
    "vendored",
)
"""What it says beside that."""

_PIN_PARTS = ("value", "reason", "until")

_APP = re.compile(r"[a-z0-9-]+")
_PART = re.compile(r"\.?(?:([^.\[\]]+)|\[([0-9]+)\]|\['([^']*)'\]|\[\"([^\"]*)\"\])")


def find(written: Written, where: str, question: str) -> Target:
    """Return the place that a layer and a path such as `influxdb.persistence.size` mean.

    Args:
        written: what people wrote.
        where: an environment, a site, `defaults` or `definition`; `site:NAME` where an environment has the same name.
        question: a value or a setting of an app, an app, or a fact.

    Raises:
        UsageError: when there is no such layer, app or fact, or a spec does not list the app.
    """
    if question.endswith("."):
        raise UsageError(f"{question!r} ends with a dot: name what stands behind it")
    match = _APP.match(question)
    name = match.group() if match else ""
    rest = question[len(name) :].removeprefix(".")
    is_app = name in written.apps
    if where == DEFINITION:
        return _in_definition(written, name, rest, is_app=is_app, question=question)
    layer, file, prefix = _layer(written, where)
    where, key = where.removeprefix("site:"), "apps" if layer == SPEC else "appDefaults"
    if is_app and rest.startswith("[") and rest[1:2].isdigit():
        raise UsageError(f"{name} is an app, and not a list: name a value of it, such as {name}.image.tag")
    if not is_app:
        fact = _fact(written, question, name, is_spec=layer == SPEC)
        return Target(where, layer, file, (*prefix, *fact), len(prefix), "", fact)
    if not rest:
        return Target(where, layer, file, (*prefix, key, name), len(prefix) + 1, name, ())
    if layer == SPEC and name not in mapping(written.specs[where].data.get("apps")):
        hint = f"list it first with: efdgen set {where} {name} {{}}"
        raise UsageError(f"{where} does not list the app {name}; {hint}")
    setting = _setting(written, written.apps[name], rest)
    keep = len(prefix) + (2 if layer == SPEC else 0)
    return Target(where, layer, file, (*prefix, key, name, *setting), keep, name, setting)


def _layer(written: Written, where: str) -> tuple[str, str, Path]:
    """Return a layer as `explain` names it, its file, and where it stands in there."""
    if where == DEFAULTS:
        return "shared facts", paths.FACTS, ("defaults",)
    site = where.removeprefix("site:")
    if site in written.sites and not (where == site and site in written.specs):
        return f"site {site}", paths.FACTS, ("sites", site)
    if where in written.specs:
        if where in written.sites:
            raise UsageError(f"{where} is an environment and a site: write site:{where} for the site")
        return SPEC, paths.spec(where), ()
    known = [*written.specs, *written.sites, DEFAULTS, DEFINITION]
    raise UsageError(suggest.unknown("environment or site", where, known) + slips.layer(where))


def _in_definition(written: Written, name: str, rest: str, *, is_app: bool, question: str) -> Target:
    if not is_app:
        raise UsageError(suggest.unknown("app", name or question, written.apps))
    if not rest:
        raise UsageError(f"name a value of {name}, such as {name}.image.tag")
    definition = written.apps[name]
    folder = f"{paths.APPS}/{name}"
    known = _known_values(written, definition)
    if not typed.beginning(known, rest) and _first(rest) in _IN_APP_YAML:
        said = definition.document.data
        path = _path(merge(said, {"parameters": _known_parameters(written, definition)}), rest)
        return Target(DEFINITION, "app definition", f"{folder}/app.yaml", path, 1, name, path)
    path = _path(known, rest)
    if path[0] not in known:
        _refuse_setting(name, str(path[0]))
    return Target(DEFINITION, "app definition", f"{folder}/values.yaml", path, 0, name, ("values", *path))


def _refuse_setting(name: str, word: str) -> None:
    """Refuse to take a setting of an app for a value of its chart.

    Raises:
        UsageError: saying where the setting belongs.
    """
    if word in ("version", "repository"):
        hint = f"it is the chart's: efdgen charts upgrade {name} VERSION, or efdgen set definition {name}.chart.{word}"
    elif word == "pins":
        hint = f"what all environments have is not pinned: efdgen set {DEFINITION} {name}.PATH VALUE"
    elif word in _SETTINGS:
        hint = f"environments, sites and the defaults have it: efdgen set {DEFAULTS} {name}.{word} VALUE"
    elif word in _OF_APP_YAML:
        hint = f"it is written in {paths.APPS}/{name}/app.yaml: edit that by hand"
    else:
        return
    raise UsageError(f"{name}.{word} is not a value of the chart; {hint}")


def _setting(written: Written, definition: AppDefinition, rest: str) -> Path:
    """Return the place in what a spec says about an app: a value of its charts, unless it can only be a setting."""
    known = _known_values(written, definition)
    first = _first(rest)
    if definition.known_keys is not None and first not in known and first in _known_parameters(written, definition):
        raise UsageError(slips.as_parameter(definition.name, first, rest))
    if typed.beginning(known, rest) or first not in (*_SETTINGS, "values"):
        return ("values", *_path(known, rest))
    below = rest[len(first) :].removeprefix(".")
    if first == "values":
        return ("values", *_path(known, below)) if below else ("values",)
    if first == "pins":
        pins = {
            path: pin for layer in _layers(written, definition.name) for path, pin in mapping(layer.get(first)).items()
        }
        reached, part = typed.lead(pins, below)
        is_part = bool(reached) and part.removeprefix(".") in _PIN_PARTS
        whole = (*reached, part.removeprefix(".")) if is_part else ((below,) if below else ())
        return (first, *(typed.find(pins, below) or whole))
    data = _known_parameters(written, definition) if first == "parameters" else {}
    for layer in _layers(written, definition.name):
        data = merge(data, mapping(layer.get(first)))
    return (first, *_path(data, below)) if below else (first,)


def _known_values(written: Written, definition: AppDefinition) -> Mapping[str, Any]:
    """Return every value of an app that somebody names: its chart, its definition or a layer above."""
    known: Any = definition.chart_keys or {}
    known = merge(known, merge_layers(definition.layers).get("values") or {})
    for layer in _layers(written, definition.name):
        known = merge(known, mapping(layer.get("values")))
    return mapping(known)


def _known_parameters(written: Written, definition: AppDefinition) -> Mapping[str, Any]:
    known: Any = merge_layers(definition.layers).get("parameters") or {}
    for layer in _layers(written, definition.name):
        known = merge(known, mapping(layer.get("parameters")))
    return mapping(known)


def _layers(written: Written, app: str) -> Iterator[Mapping[str, Any]]:
    """Yield what each layer that people wrote says about an app."""
    places = [
        (written.shared, ("defaults", "appDefaults")),
        *((written.shared, ("sites", s, "appDefaults")) for s in written.sites),
    ]
    for document, place in [*places, *((spec, ("apps",)) for spec in written.specs.values())]:
        yield mapping(at(document.data, (*place, app), None))


def _fact(written: Written, question: str, name: str, *, is_spec: bool) -> Path:
    """Return the path of a fact.

    Raises:
        UsageError: when there is none of that name.
    """
    shared = set(mapping(written.shared.data)) - {"defaults", "sites"}
    if _first(question) in shared and _first(question) not in written.facts:
        raise UsageError(f"{_first(question)} is about all environments, and no fact: edit {paths.FACTS} by hand")
    known = {**written.facts, "accept": [], **({"site": ""} if is_spec else {})}
    if _first(question) not in known:
        if question in (*written.specs, *written.sites, DEFAULTS, DEFINITION):
            raise UsageError(f"{question!r} stands where APP.PATH is expected, and names a layer: is VALUE missing?")
        also = [*written.apps, *known]
        said = name if name and question[len(name) : len(name) + 1] in ("", ".", "[") else question
        raise UsageError(f"there is no app and no fact {said!r}: {suggest.hint(said, also)}")
    return _path(known, question)


def facts(written: Written) -> set[str]:
    """Return the names that stand for something else than an app."""
    return {*written.facts, "accept", "site"}


def _first(text: str) -> str:
    found = _PART.match(text)
    return (found[1] or "") if found else ""


def _path(known: Any, text: str) -> Path:
    """Return the path that a text means: as far as it is known by what there is, then part by part.

    Raises:
        UsageError: when the rest is not a path.
    """
    found = typed.find(known, text)
    if found is not None:
        return found
    reached, rest = typed.lead(known, text)
    _refuse_nested(known, reached, rest)
    parts: list[str | int] = []
    index = 0
    while index < len(rest):
        part = _PART.match(rest, index)
        is_first = not reached and not parts
        # A dot stands between two parts, and nowhere else.
        if part is None or (part[1] is not None and rest.startswith(".", index) is is_first):
            where = f" behind {dotted((*reached, *parts))}" if reached or parts else ""
            raise UsageError(f"{rest[index:]!r}{where} is not a path; a key with dots is written ['a.b']")
        plain, number, single, double = part.groups()
        parts.append(int(number) if number else next(each for each in (plain, single, double) if each is not None))
        index = part.end()
    return (*reached, *parts)


def _refuse_nested(known: Any, reached: Path, rest: str) -> None:
    """Refuse new mappings below each other where every key has dots: `log.retention.minutes` is one key there.

    Raises:
        UsageError: with both ways to write it.
    """
    siblings = list(mapping(at(known, reached, None)))
    plain = rest.removeprefix(".")
    is_dotted = bool(siblings) and all("." in str(key) for key in siblings)
    if not is_dotted or "." not in plain or "[" in plain or plain.endswith(".") or plain.startswith("."):
        return
    first, _, below = plain.partition(".")
    above = dotted(reached)
    raise UsageError(
        f"keys of {above} have dots, such as {siblings[0]}: write {above}['{plain}'] for one of them, "
        f"or {above}['{first}'].{below} for a mapping"
    )


def pins(written: Written, where: str) -> list[str]:
    """Return what a layer pins, as people type it.

    Raises:
        UsageError: when there is no such layer.
    """
    layer, file, prefix = _layer(written, where)
    document = written.specs[where] if layer == SPEC else written.shared
    apps = mapping(at(document.data, (*prefix, "apps" if file != paths.FACTS else "appDefaults"), None))
    return sorted(f"{app}.{path}" for app, said in apps.items() for path in mapping(mapping(said).get("pins")))


def named(written: Written, what: str, layers: Sequence[str]) -> list[str]:
    """Return the services of the apps that some specs list (none: of all), or the environments; else nothing."""
    if what == ENVIRONMENTS:
        return sorted(set(written.specs) - set(layers))
    listed = {app for name in layers if name in written.specs for app in mapping(written.specs[name].data.get("apps"))}
    apps = [app for name, app in written.apps.items() if not listed or name in listed]
    return sorted(
        {host for app in apps for host in (*app.ingress_hosts, *app.node_port_hosts)} if what == SERVICES else ()
    )


def known(written: Written, begin: str) -> list[str]:
    """Return apps and facts or, behind the name of one, the paths below it, one part further than what was typed."""
    name, dot, _ = begin.partition(".")
    if not dot:
        return sorted({*written.apps, *written.facts})
    data: Any = written.facts
    if name in written.apps:
        definition = written.apps[name]
        settings = {"parameters": _known_parameters(written, definition)}
        data = {name: merge(settings, _known_values(written, definition))}
    reached, rest = typed.lead(data, begin)
    above = reached if rest else reached[:-1]
    if "[" in begin or not above:
        return []
    # Keys with dots are offered as people type them: shells would quote brackets.
    return sorted(".".join(map(str, (*above, key))) for key in mapping(at(data, above, None)))
