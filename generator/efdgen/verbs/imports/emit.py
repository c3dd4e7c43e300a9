"""The files of the repository that is made, in memory: specs, shared facts, definitions, and comments of the source."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.language.layers import ABSENT, at
from efdgen.repository import paths
from efdgen.verbs.imports import sharedfacts, valuefiles, written
from efdgen.verbs.imports.model import Hand
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
    notes = _Notes(hand)
    texts = dict(parent)
    for name, app in made.apps.items():
        folder = f"{paths.APPS}/{name}"
        texts[f"{folder}/app.yaml"] = written.text(app.data)
        names = hand.having(name)
        values = app.layers.shared
        if values or not app.definition.prefix:
            values = {**values, **_first_keys(app, values)}
        if values:
            texts[f"{folder}/values.yaml"] = written.text(values, notes.of(names, name, app, values, ()))
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
    return _of_spec(_Notes(hand), apps, name, entries, shared)


def _of_spec(
    notes: _Notes,
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
    return said


def _of_sites(notes: _Notes, made: Made) -> dict[tuple[Any, ...], Comment]:
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


class _Notes:
    """The comments of the source's values files, by app."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._of_file: dict[str, Comments] = {}

    def of(
        self,
        environments: Sequence[str],
        app_name: str,
        app: App,
        tree: Mapping[str, Any],
        said: Any,
        *,
        is_shared: bool = True,
    ) -> Comments:
        """Return the comments for the keys of a tree: those of the first environment that has one there.

        What stands behind a value is said of that value only, or of an expression that takes its place. The head of an
        environment's file is about that environment: layers that others share do not get it.
        """
        found: dict[tuple[Any, ...], Comment] = {}
        # The values of a chart of the source's own stand at the top there.
        is_below = app.definition.prefix and app.definition.own_values is None
        prefix = (app.definition.prefix,) if is_below else ()
        for name in environments:
            for file in reversed(self._hand.deployed[name, app_name].files):
                for path, comment in self._file(file).items():
                    if path[: len(prefix)] != prefix or len(path) == len(prefix):
                        continue
                    below = path[len(prefix) :]
                    value = at(tree, below)
                    if below in found or below in said or value is ABSENT:
                        continue
                    own = at(self._hand.deployed[name, app_name].values, path)
                    is_expression = isinstance(value, str) and "<%" in value
                    fits = value == own or isinstance(value, dict | list) or is_expression
                    if below and isinstance(below[-1], int) and not fits:
                        continue
                    said_here = comment if fits else comment._replace(end="", number="")
                    is_of_one = comment.is_head and is_shared and self._is_of_one(file)
                    said_here = said_here._replace(is_head=False, above=() if is_of_one else said_here.above)
                    if said_here != Comment():
                        found[below] = said_here
        return found

    def _is_of_one(self, file: str) -> bool:
        return bool(valuefiles.environment_of(file, self._hand.layout.patterns))

    def in_shared(self, app: App, name: str) -> Comments:
        """Return the comments that the definition has."""
        return self.of(self._hand.having(name), name, app, app.layers.shared, ())

    def _file(self, file: str) -> Comments:
        if file not in self._of_file:
            text = self._hand.source.files[file].decode("utf-8-sig", "replace").replace("\r\n", "\n")
            self._of_file[file] = written.comments(text)
        return self._of_file[file]


def lines_of(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield the texts that people will look after: specs, facts and definitions."""
    for path, content in files.items():
        if path.startswith((f"{paths.ENVIRONMENTS}/", f"{paths.TEMPLATES}/")):
            yield path, content.decode(errors="replace")
