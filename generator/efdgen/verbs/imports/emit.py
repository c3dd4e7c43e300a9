"""The files of the repository that is made, in memory: specs, shared facts, definitions, and comments of the source."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.repository import paths
from efdgen.verbs.imports import sharedfacts, written
from efdgen.verbs.imports.model import Hand
from efdgen.verbs.imports.notes import Notes
from efdgen.verbs.imports.specs import App, Made
from efdgen.verbs.imports.written import Comment, Comments

_SHARED_HEAD = """\
# What environments share. The most specific wins: a spec over its site, its site over these defaults,
# these defaults over the app definition, the app definition over the chart's own values.

"""

_ASSUMED = Comment(end="assumed: the source does not say")


def files(made: Made, hand: Hand, parent: Mapping[str, str]) -> dict[str, bytes]:
    """Return the files, by their path in the repository.

    Args:
        made: specs and definitions, as data.
        hand: the source: what its comments say.
        parent: the files of the parent chart.
    """
    notes = Notes(hand)
    texts = dict(parent)
    for name, app in made.apps.items():
        folder = f"{paths.APPS}/{name}"
        texts[f"{folder}/app.yaml"] = written.text(app.data)
        names = hand.having(name)
        values = app.layers.shared
        if values or not app.definition.prefix:
            values = {**values, **_first_keys(app, values)}
        if values:
            head = "".join(f"# {line}\n" for line in notes.head(name, app, values))
            said = written.text(values, notes.of(names, name, app, values, {}))
            texts[f"{folder}/values.yaml"] = f"{head}\n{said}" if head else said
        texts.update({paths.table(table): written.text(data) for table, data in app.files.tables.items()})
        texts.update({f"{folder}/templates/{path}": text for path, text in app.definition.own.templates.items()})
    guessed = {("defaults", *path): _ASSUMED for path in sharedfacts.assumed(made.shared, made.facts)}
    texts[paths.FACTS] = _SHARED_HEAD + written.text(made.shared, {**_of_sites(notes, made), **guessed})
    for name, spec in made.specs.items():
        texts[paths.spec(name)] = written.text(spec, _of_spec(notes, made.apps, name, spec["apps"]))
    content = {path: text.encode() for path, text in texts.items()}
    for app in made.apps.values():
        content.update(app.definition.files)
    return dict(sorted(content.items()))


def comments(
    hand: Hand, apps: Mapping[str, App], name: str, entries: Mapping[str, Any], there: Mapping[str, bytes]
) -> Comments:
    """Return the comments of the source for what a new spec says of its apps, by their path in the spec.

    Args:
        hand: the source.
        apps: the apps, as an import of all of it makes them.
        name: the environment.
        entries: what the spec says of its apps.
        there: the repository: what its definitions have as comments is not said again.
    """
    files = {app: there.get(f"{paths.APPS}/{app}/values.yaml", b"") for app in entries}
    shared = {app: written.comments(text.decode(errors="replace")) for app, text in files.items()}
    return _of_spec(Notes(hand), apps, name, entries, shared)


def _of_spec(
    notes: Notes,
    apps: Mapping[str, App],
    name: str,
    entries: Mapping[str, Any],
    said_there: Mapping[str, Comments] | None = None,
) -> dict[tuple[Any, ...], Comment]:
    """Return the comments for the values and pins of a spec; what the definition has already is not said again."""
    said: dict[tuple[Any, ...], Comment] = {}
    for app, entry in entries.items():
        tree, pinned = _with_pins(entry)
        shared = notes.in_shared(apps[app], app) if said_there is None else said_there[app]
        for path, comment in notes.of([name], app, apps[app], tree, shared, is_shared=False).items():
            pin = ".".join(map(str, path))
            here = ("pins", pin) if pin in pinned else ("values", *path)
            said[("apps", app, *here)] = comment
        head = notes.head(app, apps[app], tree, name)
        if head:
            said["apps", app] = Comment(head)
    return said


def _of_sites(notes: Notes, made: Made) -> dict[tuple[Any, ...], Comment]:
    """Return the comments for what sites say of apps."""
    said: dict[tuple[Any, ...], Comment] = {}
    for site, names in made.sites.items():
        for app, entry in made.shared["sites"][site].get("appDefaults", {}).items():
            having = [name for name in names if (name, app) in made.deployed]
            shared = notes.in_shared(made.apps[app], app)
            for path, comment in notes.of(having, app, made.apps[app], entry.get("values", {}), shared).items():
                said[("sites", site, "appDefaults", app, "values", *path)] = comment
    return said


def _with_pins(entry: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Return the values of an app's entry with its pins among them, and the paths of these."""
    tree: dict[str, Any] = copy.deepcopy(dict(entry.get("values", {})))
    for path, pin in entry.get("pins", {}).items():
        here = tree
        for key in path.split(".")[:-1]:
            here = here.setdefault(key, {})
        here[path.rpartition(".")[2]] = pin["value"]
    return tree, set(entry.get("pins", {}))


def _first_keys(app: App, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a default for each first key that only specs or sites say: the definition must know it."""
    definition = app.definition
    if definition.prefix:
        return {}
    charts = definition.data.get("charts", {})
    said = {key for tree in (*app.layers.sites.values(), *app.layers.specs.values()) for key in tree}
    return {key: None for key in sorted(said) if key not in values and key not in charts and key != "global"}


def lines_of(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield the texts that people will look after: specs, facts and definitions."""
    for path, content in files.items():
        if path.startswith((f"{paths.ENVIRONMENTS}/", f"{paths.TEMPLATES}/")):
            yield path, content.decode(errors="replace")
