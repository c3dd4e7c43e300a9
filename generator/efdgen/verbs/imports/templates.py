"""What becomes of a wrapper chart's own templates: data, where they make Namespaces and VaultSecrets; else files."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.language import schema
from efdgen.language.conforms import conforms
from efdgen.language.layers import ABSENT, at
from efdgen.language.texttemplate import TextFile
from efdgen.language.tuples import NamedTuple
from efdgen.repository import helmtemplates
from efdgen.verbs.imports import guards
from efdgen.verbs.imports.asking import asks
from efdgen.verbs.imports.facts import Facts
from efdgen.verbs.imports.ladders import unfolded
from efdgen.verbs.imports.model import Chart, Deployed, Finding, Hand, Object

_ENVIRONMENT_READ = re.compile(r"\.Values\.env\b")
_VALUES = re.compile(r"\.Values\.([A-Za-z_][\w-]*)|\bindex\s+\(?\$?\.Values\)?\s+\"([^\"]+)\"")
_LESS = "{{ `<` }}%"
"""What Helm makes `<%` of, and efdgen reads no expression in."""

_TAKEN_NAMES = frozenset(("namespace.yaml", "vault-secrets.yaml"))
_TAKEN = frozenset(("env", "hosts", "vault", "kubernetesVersion", "global"))


class Secret(NamedTuple):
    """A VaultSecret: its path in each environment that has it (None: no branch says one), and when it is there."""

    name: str
    paths: Mapping[str, str | None]
    when: str = ""


class Own(NamedTuple):
    """What becomes of an app's own templates.

    Attributes:
        has_namespace: whether the Namespace is the one that every wrapper chart has.
        secrets: its VaultSecrets.
        templates: what stays a template, by its name.
        services: the services whose hosts these read.
        notes: what to look at.
        reads: the first keys of the values that they read, beside a chart's.
    """

    has_namespace: bool
    secrets: tuple[Secret, ...]
    templates: Mapping[str, str]
    services: tuple[str, ...]
    notes: tuple[Finding, ...]
    reads: frozenset[str]


class Shapes(NamedTuple):
    """What Namespaces and VaultSecrets of all apps have alike, beside name, namespace and path; None: there is none."""

    namespace: Mapping[str, Any] | None
    secret: Mapping[str, Any] | None


def shapes(hand: Hand) -> Shapes:
    """Return the shapes that most Namespaces and VaultSecrets have."""
    found: dict[str, Counter[str]] = {"Namespace": Counter(), "VaultSecret": Counter()}
    first: dict[str, Mapping[str, Any]] = {}
    for (environment, app), objects in hand.own.items():
        each = hand.deployed[environment, app]
        for item in objects or ():
            if item.data["kind"] in found:
                shape = _shape(item.data, each)
                if shape is not None:
                    found[str(item.data["kind"])][repr(shape)] += 1
                    first.setdefault(repr(shape), shape)
    usual = {kind: first[number.most_common(1)[0][0]] if number else None for kind, number in found.items()}
    # Every wrapper chart has the Namespace, or none has: one that stands beside something else stays there.
    is_everywhere = all(_has_namespace(hand, app, Shapes(usual["Namespace"], None)) for app in hand.apps)
    return Shapes(usual["Namespace"] if is_everywhere else None, usual["VaultSecret"])


def _has_namespace(hand: Hand, app: str, shapes: Shapes) -> bool:
    """Say whether a template of an app makes the usual Namespace, and nothing else."""
    own = {name: hand.own[name, app] or () for name in hand.having(app)}
    paths = {item.template for items in own.values() for item in items if _is(item, "Namespace")}
    made = ({name: [o for o in items if o.template == path] for name, items in own.items()} for path in paths)
    return any(_is_namespace(hand, app, each, shapes) for each in made)


def _is(item: Object, kind: str) -> bool:
    return bool(item.data["kind"] == kind)


def _shape(data: Mapping[str, Any], each: Deployed) -> Mapping[str, Any] | None:
    """Return an object without what differs from app to app; None: it belongs to another namespace."""
    namespace = namespace_of(each)
    metadata = dict(data["metadata"])
    name = metadata.pop("name", None)
    if data["kind"] == "Namespace":
        return {**data, "metadata": metadata} if name == namespace else None
    if metadata.pop("namespace", namespace) != namespace:
        return None
    spec = {key: value for key, value in (data.get("spec") or {}).items() if key != "path"}
    return {**data, "metadata": metadata, "spec": spec}


def namespace_of(each: Deployed) -> str:
    """Return the namespace that an app is deployed to."""
    return str(each.application["spec"]["destination"].get("namespace") or each.app)


def own(hand: Hand, app: str, shapes: Shapes, facts: Mapping[str, Facts]) -> Own:
    """Return what becomes of an app's own templates."""
    names = hand.having(app)
    chart = hand.deployed[names[0], app].chart
    secrets: dict[str, Secret] = {}
    kept: dict[str, str] = {}
    originals: dict[str, str] = {}
    services: list[str] = []
    notes: list[Finding] = []
    has_namespace = False
    for path in sorted(path for path in chart.files if path.startswith("templates/")):
        made = {name: [o for o in hand.own[name, app] or () if o.template == path] for name in names}
        if _is_namespace(hand, app, made, shapes):
            has_namespace = True
            continue
        text = chart.files[path].decode("utf-8-sig", "replace").replace("\r\n", "\n")
        found = _secrets(hand, app, path, text, made, shapes)
        if found is not None and not any(secret.name in secrets for secret in found):
            secrets.update({secret.name: secret for secret in found})
            notes += _notes(hand, app, path, found)
            continue
        if _failing(hand, app, path) >= set(names):
            continue  # Helm makes nothing of it anywhere: that is said
        notes += _unlisted(hand, app, path, made)
        template = _kept(hand, app, path, text, facts)
        notes += template.notes
        services += template.services
        name = path.removeprefix("templates/")
        originals[name] = _name(name, is_yaml=template.is_yaml)
        kept[originals[name]] = template.text
    renamed = {path: new for path in originals if (new := originals[path]) != path}
    for old, new in renamed.items():
        # Templates name each other by their files: `include (print $.Template.BasePath "/configmap.yaml") .`
        kept = {name: text.replace(f'"/{old}"', f'"/{new}"') for name, text in kept.items()}
    kept.update(_crds(chart))
    reads = frozenset(one or other for text in kept.values() for one, other in _VALUES.findall(text))
    used = tuple(dict.fromkeys(services))
    return Own(has_namespace, tuple(secrets.values()), kept, used, tuple(notes), reads)


def _crds(chart: Chart) -> dict[str, str]:
    """Return a chart's CRDs as templates: Argo CD applies them like any other object."""
    found = {}
    for path, content in chart.files.items():
        text = content.decode("utf-8-sig", "replace").replace("\r\n", "\n")
        if path.startswith("crds/"):
            # Helm takes what stands in crds/ as it is; as a template, it would read braces.
            written = text.replace("{{", "{{ `{{` }}").replace("<%", _LESS)
            name = f"crds-{posixpath.basename(path)}"
            found[_name(name, is_yaml=helmtemplates.problem(TextFile(path, written)) is None)] = written
    return found


def _is_namespace(hand: Hand, app: str, made: Mapping[str, Sequence[Object]], shapes: Shapes) -> bool:
    """Say whether a template makes the Namespace that every wrapper chart has, and nothing else."""
    items = [(name, item) for name, listed in made.items() for item in listed]
    return bool(items) and all(
        _is(item, "Namespace") and _shape(item.data, hand.deployed[name, app]) == shapes.namespace
        for name, item in items
    )


class _Kept(NamedTuple):
    """A template that stays one: its text, whether that is YAML, the services that it names, and what to look at."""

    text: str
    is_yaml: bool
    services: list[str]
    notes: list[Finding]


def _name(path: str, *, is_yaml: bool) -> str:
    """Return the name that a template gets: none that every wrapper chart has; .tpl for what is no YAML."""
    folder, _, name = path.rpartition("/")
    name = f"own-{name}" if name in _TAKEN_NAMES and not folder else name
    name = name if is_yaml else f"{name.rpartition('.')[0]}.tpl"
    return f"{folder}/{name}" if folder else name


def _kept(hand: Hand, app: str, path: str, text: str, facts: Mapping[str, Facts]) -> _Kept:
    """Return what stays of a template."""
    names = hand.having(app)
    where = posixpath.join(hand.deployed[names[0], app].chart.folder, path)
    said = {name: str(hand.deployed[name, app].values.get("env", "")) for name in names}
    changed, services = unfolded(text, said, facts)
    changed = below_mark(changed).replace("<%", _LESS)
    wrong = helmtemplates.problem(TextFile(path, changed))
    notes = []
    if wrong:
        message = f"a template is no YAML before Helm reads it, and is kept as .tpl: {wrong.message}"
        hint = "write its control lines as comments, and its values in quotes: docs/apps.md"
        notes.append(Finding("I402", message, where, wrong.location.line, hint, "", app))
    if asks(changed):
        message = "a template asks for names of environments, and stays as it is"
        hint = "give the app a value for what differs, and test that"
        notes.append(Finding("I402", message, where, 0, hint, "", app))
    for name in names if _ENVIRONMENT_READ.search(changed) else ():
        if said[name] != name:
            message = f"the values of {app} for {name} have {said[name] or 'nothing'} as env; efdgen makes it {name}"
            notes.append(Finding("I307", message, where, 0, "look whether that is meant", name, app))
    return _Kept(changed, wrong is None, services, notes)


def _secrets(
    hand: Hand, app: str, path: str, text: str, made: Mapping[str, Sequence[Object]], shapes: Shapes
) -> list[Secret] | None:
    """Return the VaultSecrets that a template makes; None: it makes something else, or none."""
    if not any(made.values()) or shapes.secret is None:
        return None
    failed = _failing(hand, app, path)
    paths: dict[str, dict[str, str | None]] = {}
    for name, items in made.items():
        for item in items:
            if not _is(item, "VaultSecret") or _shape(item.data, hand.deployed[name, app]) != shapes.secret:
                return None
            secret, where = item.data["metadata"].get("name"), (item.data.get("spec") or {}).get("path")
            if not isinstance(secret, str) or not (where is None or isinstance(where, str)):
                return None
            if where is not None and not conforms(where, schema.load("types#/$defs/vaultSecretPath")):
                return None  # no definition can say it: the template stays
            paths.setdefault(secret, {})[name] = where
    when = ""
    if failed or any(len(each) < len(made) for each in paths.values()):
        when = _when(hand, app, text, {name: bool(items) for name, items in made.items() if name not in failed})
        if failed and not when:
            return None
    return [Secret(name, each, when) for name, each in paths.items()]


def secrets_made(hand: Hand) -> dict[tuple[str, str], str]:
    """Return the Secrets that templates make, themselves or by an object such as a VaultSecret; with the template."""
    return {
        (app, str(item.data["metadata"].get("name"))): posixpath.join(
            hand.deployed[name, app].chart.folder, item.template
        )
        for (name, app), objects in hand.own.items()
        for item in objects or ()
        if str(item.data["kind"]).endswith("Secret")
    }


def _failing(hand: Hand, app: str, path: str) -> set[str]:
    """Return the environments in which Helm fails on a template of an app."""
    file = posixpath.join(hand.deployed[hand.having(app)[0], app].chart.folder, path)
    return {each.environment for each in hand.findings if (each.code, each.app, each.file) == ("I202", app, file)}


def _when(hand: Hand, app: str, text: str, is_made: Mapping[str, bool]) -> str:
    """Return the expression for a condition around a whole template, if it says in which environments it is there."""
    path = guards.guard(text)
    chart = hand.deployed[next(iter(is_made)), app].chart
    if not path or len(chart.dependencies) != 1 or path[0] != chart.dependencies[0].key:
        return ""
    for name, is_there in is_made.items():
        value = at(hand.deployed[name, app].values, path)
        if not any(value is each for each in (True, False, ABSENT)) or (value is True) != is_there:
            return ""
    keys = "".join(f".{key}" if re.fullmatch(r"[A-Za-z_]\w*", key) else f"['{key}']" for key in path[1:])
    return f"<% values{keys} | default(false) %>"


def _unlisted(hand: Hand, app: str, path: str, made: Mapping[str, Sequence[Object]]) -> Iterator[Finding]:
    """Yield that a template which stays one makes VaultSecrets: no app.yaml declares them."""
    found = dict.fromkeys(
        str(item.data["metadata"].get("name")) for items in made.values() for item in items if _is(item, "VaultSecret")
    )
    if found:
        where = posixpath.join(hand.deployed[hand.having(app)[0], app].chart.folder, path)
        message = f"a template stays that makes VaultSecrets, which efdgen secrets does not list: {', '.join(found)}"
        hint = "declare them under secrets in app.yaml, and take the template away: docs/apps.md#secrets"
        yield Finding("I402", message, where, 0, hint, "", app)


def _notes(hand: Hand, app: str, path: str, secrets: Sequence[Secret]) -> list[Finding]:
    folder = hand.deployed[hand.having(app)[0], app].chart.folder
    where = posixpath.join(folder, path)
    notes = []
    for secret in secrets:
        for name, said in secret.paths.items():
            if said is None:
                message = f"the VaultSecret {secret.name} of {app} has no path in {name}: no branch is for it"
                hint = "efdgen gives it the path below the environment's prefix; look whether that is the right one"
                space = namespace_of(hand.deployed[name, app])
                path = f"VaultSecret {space}/{secret.name} spec.path"
                notes.append(Finding("I303", message, where, 0, hint, name, app, path))
        if secret.when:
            message = (
                f"whether {app} has the VaultSecret {secret.name} depends on its chart's default: taken for no where "
                "no values say it"
            )
            notes.append(Finding("I401", message, where, 0, "look at the chart's values.yaml", "", app))
    return notes


def below_mark(text: str) -> str:
    """Return a template that can stand below efdgen's first line, a comment: nothing at its start joins that line."""
    return re.sub(r"\A\s*\{\{-", "{{", text)


def first_keys(own: Own, charts: Sequence[str]) -> frozenset[str]:
    """Return the keys of the values that an app's templates read themselves, beside charts' and efdgen's."""
    return own.reads - set(charts) - _TAKEN
