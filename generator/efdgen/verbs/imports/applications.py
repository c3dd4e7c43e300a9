"""What Applications say beyond the words of a spec: the template of all Applications says it, or a finding does.

metadata: {labels: {team: a}}     of every app   ->   labels:
                                                        team: a
spec: {revisionHistoryLimit: 3}   of db alone    ->   revisionHistoryLimit: <% {'db': 3}[app.name] | default(none) %>
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.language import schema
from efdgen.language.conforms import conforms
from efdgen.language.layers import ABSENT, at
from efdgen.language.tuples import NamedTuple
from efdgen.verbs.imports import parents, written
from efdgen.verbs.imports.model import Deployed, Finding, Hand

Path = tuple[str, ...]

_HELM = ("spec", "source", "helm")
RELEASE: Path = (*_HELM, "releaseName")
NAME: Path = ("spec", "destination", "name")
_SAID: Mapping[Path, frozenset[str]] = {
    (): frozenset(("apiVersion", "kind", "metadata", "spec")),
    ("metadata",): frozenset(("name", "namespace", "annotations", "finalizers")),
    ("spec",): frozenset(("project", "destination", "source", "ignoreDifferences", "syncPolicy")),
    ("spec", "destination"): frozenset(("namespace", "server")),
    ("spec", "source"): frozenset(("repoURL", "path", "targetRevision", "helm")),
    _HELM: frozenset(("valueFiles", "values", "valuesObject", "parameters", "ignoreMissingValueFiles", "releaseName")),
}
"""What specs and definitions say, or values do, by where it stands."""

FACTS: Mapping[str, Path] = {
    "repoURL": ("spec", "source", "repoURL"),
    "targetRevision": ("spec", "source", "targetRevision"),
    "project": ("spec", "project"),
    "destinationServer": ("spec", "destination", "server"),
}
"""What environments say about their Applications, and where these have it."""

_SSH = re.compile(r"(?:ssh://)?(?:[\w.-]+@)(?P<host>[\w.-]+)[:/](?P<path>[\w./-]+)\Z")
_CARRIED = frozenset(
    (
        ("metadata", "labels"),
        ("spec", "info"),
        ("spec", "revisionHistoryLimit"),
        NAME,
        RELEASE,
        *((*_HELM, key) for key in ("passCredentials", "skipCrds", "skipSchemaValidation", "skipTests", "version")),
    )
)
"""What the template can say: nothing of it changes which files Argo CD reads, nor their values."""

_PLAIN = re.compile(r"[ -~]*\Z")
_ENVIRONMENT = "{{ $efd.env }}"
_APP = "<% app.name %>"


class Carried(NamedTuple):
    """What the template of all Applications says: what stands behind each key, as lines; and what it can't say."""

    texts: Mapping[Path, list[str]]
    findings: tuple[Finding, ...]


def switched(application: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an Application that says what `syncPolicy.automated.enabled` means, for which efdgen has no word.

    With `false`, Argo CD syncs by hand, whatever else `automated` says; `true` is what it takes without:
    https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/.
    """
    automated = at(application, ("spec", "syncPolicy", "automated"), None)
    if not isinstance(automated, dict) or not isinstance(automated.get("enabled"), bool):
        return application
    spec = application["spec"]
    said = {key: value for key, value in spec["syncPolicy"].items() if key != "automated"}
    if automated["enabled"]:
        said["automated"] = {key: value for key, value in automated.items() if key != "enabled"}
    rest = {key: value for key, value in spec.items() if key != "syncPolicy"}
    return {**application, "spec": {**rest, **({"syncPolicy": said} if said else {})}}


def policy(application: Mapping[str, Any]) -> Any:
    """Return the part of an Application's syncPolicy that specs have words for; None: there is none."""
    found, _ = _fitting(at(application, ("spec", "syncPolicy"), None), schema.load("types#/$defs/syncPolicy"), ())
    return found


def fact(application: Mapping[str, Any], key: str) -> Any:
    """Return what an Application says of a fact, if a spec can say it; of a repository by SSH, its address by https."""
    value = at(application, FACTS[key], None)
    by_ssh = _SSH.match(value) if key == "repoURL" and isinstance(value, str) else None
    if by_ssh:
        value = f"https://{by_ssh['host']}/{by_ssh['path']}"
    return value if _is_fact(value, key) else None


def _is_fact(value: Any, key: str) -> bool:
    return conforms(value, schema.load(f"facts#/properties/argocd/properties/{key}"))


def ignored(application: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the part of what Argo CD does not compare that definitions have words for."""
    rules = schema.load("app#/properties/application/properties/ignoreDifferences")
    found, _ = _fitting(at(application, ("spec", "ignoreDifferences"), None) or [], rules, ())
    return list(found or [])


def carried(hand: Hand) -> Carried:
    """Return what the template of all Applications says, and what nothing can say."""
    said = {key: dict(_rest(each)) for key, each in hand.deployed.items()}
    texts: dict[Path, list[str]] = {}
    findings = [finding for each in hand.deployed.values() for finding in _unfitting(each)]
    for path in dict.fromkeys(path for each in said.values() for path in each):
        values = {key: each.get(path, ABSENT) for key, each in said.items()}
        lines = _lines(path, values) if path in _CARRIED else None
        if path == NAME and lines is not None and any(_both(each) for each in hand.deployed.values()):
            lines = None
        if lines is not None:
            texts[path] = lines
            continue
        findings += [
            _finding(hand.deployed[key], path, "differs in a way that no template of all says")
            if path in _CARRIED
            else _finding(hand.deployed[key], path, "is nothing that a spec or a definition says")
            for key, value in values.items()
            if value is not ABSENT
        ]
    for key, path in FACTS.items():
        texts |= _unsayable(hand, key, path, findings)
    return Carried(texts, tuple(findings))


def _unsayable(hand: Hand, key: str, path: Path, findings: list[Finding]) -> dict[Path, list[str]]:
    """Return how the template says what facts can't, such as a repository by SSH."""
    values = {place: at(each.application, path, None) for place, each in hand.deployed.items()}
    said = {place: value for place, value in values.items() if value not in (None, "")}
    wrong = [place for place, value in said.items() if not _is_fact(value, key)]
    if not wrong:
        return {}
    lines = _lines(path, said, f"'{{{{ .{key} }}}}'")
    if lines is None:
        findings += [_finding(hand.deployed[place], path, "can't be a fact") for place in wrong]
        return {}
    message = f"argocd.{key} can't be {said[wrong[0]]}: it stands in templates/apps/efd/application.yaml"
    findings.append(
        Finding("I407", message, hand.deployed[wrong[0]].template, 0, "facts say it otherwise, or by default")
    )
    return {path: lines}


def _both(each: Deployed) -> bool:
    """Say whether an Application has both ways to say where it is deployed to, or neither."""
    where = at(each.application, ("spec", "destination"), {})
    return bool(where.get("name")) == bool(where.get("server"))


def _rest(each: Deployed) -> Iterator[tuple[Path, Any]]:
    """Yield what an Application says that no spec and no definition does."""
    for where, known in _SAID.items():
        inside = at(each.application, where, {}) if where else each.application
        for key, value in inside.items() if isinstance(inside, dict) else ():
            # 0 is something: of revisionHistoryLimit, that no revision is kept.
            is_said = value is not False and value not in (None, "", [])
            if key not in known and is_said and (where or key != "status"):
                yield (*where, str(key)), value
    release = parents.release_name(each.application)
    if release != each.app:
        yield RELEASE, release


def _finding(each: Deployed, path: Path, why: str) -> Finding:
    where = ".".join(path)
    message = f"{where} of the Application {each.app} {why}: it is not imported"
    hint = "write it into templates/apps/efd/application.yaml, if it is needed"
    return Finding("I301", message, each.template, 0, hint, each.environment, each.app, where)


def _unfitting(each: Deployed) -> Iterator[Finding]:
    """Yield the parts of syncPolicy and ignoreDifferences that a spec or a definition refuses."""
    for key, rules in (
        ("syncPolicy", "types#/$defs/syncPolicy"),
        ("ignoreDifferences", "app#/properties/application/properties/ignoreDifferences"),
    ):
        value = at(each.application, ("spec", key), None)
        for path in _fitting(value, schema.load(rules), ())[1] if value is not None else ():
            shown = ".".join(("spec", key, *path))
            # A list is compared as a whole.
            first_item = next((number for number, step in enumerate(path) if step.isdigit()), len(path))
            finding = _finding(each, ("spec", key, *path[:first_item]), "")
            message = f"{shown} of the Application {each.app} is nothing that efdgen knows there: it is not imported"
            yield finding._replace(message=message)


def _fitting(value: Any, rules: Any, path: Path) -> tuple[Any, list[Path]]:
    """Return what of a value a schema admits, and where it is refused; ABSENT inside, None at the top: nothing is."""
    if conforms(value, rules):
        return value, []
    lost: list[Path] = []
    if isinstance(value, dict):
        kept = {}
        for key, below in value.items():
            known = rules.get("properties", {}).get(key)
            inside, wrong = _fitting(below, known, (*path, str(key))) if known else (None, [(*path, str(key))])
            lost += wrong
            if inside is not None:
                kept[key] = inside
        return (kept, lost) if conforms(kept, rules) else (None, [path])
    if isinstance(value, list) and "items" in rules:
        found = [_fitting(each, rules["items"], (*path, str(number))) for number, each in enumerate(value)]
        lost = [where for _, wrong in found for where in wrong]
        return [each for each, _ in found if each is not None], lost
    return None, [path]


def _lines(path: Path, values: Mapping[tuple[str, str], Any], default: str = "none") -> list[str] | None:
    """Return how the template says a value of all Applications; None: it can't. The default is that of new apps."""
    present = [value for value in values.values() if value is not ABSENT]
    if any(not _is_plain(value) for value in present):
        return None
    if len(present) == len(values):
        # With names of one only, nobody can see which follows: it is the environment's, and the app's.
        for with_app, with_environment in ((True, True), (False, True), (True, False), (False, False)):
            found = [
                _general(value, app if with_app else "", name if with_environment else "")
                for (name, app), value in values.items()
            ]
            if all(each == found[0] for each in found):
                return _written(path[-1], found[0])
    by_app: dict[str, Any] = {}
    for (_, app), value in values.items():
        if by_app.setdefault(app, value) is not value and _text(by_app[app]) != _text(value):
            return None
    entries = ", ".join(
        f"{_expression(app)}: {_expression(value)}" for app, value in by_app.items() if value is not ABSENT
    )
    if any("-" in entry for entry in re.findall(r"(?<![\w'])-[0-9]", entries)):
        return None  # an expression has no negative numbers
    default = "app.name" if path == RELEASE else default
    return [f"{path[-1]}: <% {{{entries}}}[app.name] | default({default}) %>"]


def _text(value: Any) -> str:
    return "" if value is ABSENT else json.dumps(value, sort_keys=True)


def _is_plain(value: Any) -> bool:
    """Say whether a value can stand in the template: no text in it is read by Helm, by efdgen, or ends a line."""
    if isinstance(value, dict):
        return all(map(_is_plain, (*value.keys(), *value.values())))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, str):
        return bool(_PLAIN.match(value)) and not re.search(r"[\"'\\]|\{\{|<%|%>", value)
    return value is None or isinstance(value, int | float)


def _general(value: Any, app: str, name: str) -> Any:
    """Return a value with the app's name and the environment's as what stands for them."""
    if isinstance(value, dict):
        return {key: _general(below, app, name) for key, below in value.items()}
    if isinstance(value, list):
        return [_general(each, app, name) for each in value]
    if isinstance(value, str):
        for word, mark in ((app, _APP), (name, _ENVIRONMENT)):
            value = re.sub(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", mark, value) if word else value
    return value


def _written(key: str, value: Any) -> list[str]:
    """Write an entry as lines; a text with a mark stands in quotes, before and after Helm reads it."""
    marks: dict[str, str] = {}
    lines = "\n".join(written.lines({key: _marked(value, marks)}, {}))
    for stand_in, text in marks.items():
        lines = lines.replace(stand_in, json.dumps(text))
    return lines.split("\n")


def _marked(value: Any, marks: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _marked(below, marks) for key, below in value.items()}
    if isinstance(value, list):
        return [_marked(each, marks) for each in value]
    if isinstance(value, str) and (_APP in value or _ENVIRONMENT in value):
        stand_in = f"efdgenMark{len(marks)}Here"
        marks[stand_in] = value
        return stand_in
    return value


def _expression(value: Any) -> str:
    """Write a value inside of an expression."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_expression(key)}: {_expression(below)}" for key, below in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_expression, value)) + "]"
    if isinstance(value, str):
        return f"'{value}'"
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def template(found: Carried, hand: Hand, text: str) -> str:
    """Return the template of all Applications with what it says beside what efdgen's own does.

    Args:
        found: what it says.
        hand: the source.
        text: efdgen's own.
    """

    def block(path: Path, indent: int) -> str:
        return "".join(f"{' ' * indent}{line}\n" for line in found.texts.get(path, ()))

    text = text.replace(
        "spec:\n", "spec:\n" + block(("spec", "revisionHistoryLimit"), 2) + block(("spec", "info"), 2), 1
    )
    for key, path in FACTS.items():
        indent = 2 * (len(path) - 1)
        line = f'{" " * indent}{path[-1]}: "{{{{ .{key} }}}}"\n'
        text = text.replace(line, block(path, indent) or line, 1)
    if NAME in found.texts:
        named = sorted({each.app for each in hand.deployed.values() if at(each.application, NAME, None)})
        listed = ", ".join(f"'{app}'" for app in named)
        kept = f"    server: <% none if app.name in [{listed}] else '{{{{ .destinationServer }}}}' %>\n"
        is_all = named == list(hand.apps)
        text = text.replace('    server: "{{ .destinationServer }}"\n', block(NAME, 4) + ("" if is_all else kept), 1)
    if RELEASE in found.texts:
        text = re.sub(r"# \{\{- if \.name \}\}.*releaseName.*\n", lambda _: block(RELEASE, 6), text, count=1)
    helm = "".join(block(path, 6) for path in sorted(found.texts) if path[:3] == _HELM and path != RELEASE)
    return text.replace("    helm:\n", f"    helm:\n{helm}", 1)


def labels(found: Carried) -> list[str]:
    """Return the lines of the Applications' labels."""
    return [f"  {line}\n" for line in found.texts.get(("metadata", "labels"), ())]
