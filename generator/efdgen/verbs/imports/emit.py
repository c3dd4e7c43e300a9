"""The files of the repository that is made, in memory: specs, shared facts, definitions, and comments of the source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.language.layers import ABSENT, at
from efdgen.repository import paths
from efdgen.verbs.imports import written
from efdgen.verbs.imports.model import Hand
from efdgen.verbs.imports.specs import App, Made
from efdgen.verbs.imports.written import Comments

_SHARED_HEAD = """\
# What environments share. The most specific wins: a spec over its site, its site over these defaults,
# these defaults over the app definition, the app definition over the chart's own values.

"""


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
    texts[paths.FACTS] = _SHARED_HEAD + written.text(made.shared)
    for name, spec in made.specs.items():
        said = {
            ("apps", app, "values", *path): comment
            for app, entry in spec["apps"].items()
            for path, comment in notes.of(
                [name], app, made.apps[app], entry.get("values", {}), notes.in_shared(made.apps[app], app)
            ).items()
        }
        texts[paths.spec(name)] = written.text(spec, said)
    content = {path: text.encode() for path, text in texts.items()}
    for app in made.apps.values():
        content.update(app.definition.files)
    return dict(sorted(content.items()))


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
        self._of_file: dict[str, Mapping[tuple[Any, ...], Sequence[str]]] = {}

    def of(self, environments: Sequence[str], app_name: str, app: App, tree: Mapping[str, Any], said: Any) -> Comments:
        """Return the comments for the keys of a tree: those of the first environment that has one there."""
        found: dict[tuple[Any, ...], Sequence[str]] = {}
        prefix = (app.definition.prefix,) if app.definition.prefix else ()
        for name in environments:
            for file in reversed(self._hand.deployed[name, app_name].files):
                for path, comment in self._file(file).items():
                    if path[: len(prefix)] != prefix or len(path) == len(prefix):
                        continue
                    below = path[len(prefix) :]
                    if below not in found and below not in said and at(tree, below) is not ABSENT:
                        found[below] = comment
        return found

    def in_shared(self, app: App, name: str) -> Comments:
        """Return the comments that the definition has."""
        return self.of(self._hand.having(name), name, app, app.layers.shared, ())

    def _file(self, file: str) -> Mapping[tuple[Any, ...], Sequence[str]]:
        if file not in self._of_file:
            text = self._hand.source.files[file].decode("utf-8-sig", "replace").replace("\r\n", "\n")
            self._of_file[file] = written.comments(text)
        return self._of_file[file]


def lines_of(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield the texts that people will look after: specs, facts and definitions."""
    for path, content in files.items():
        if path.startswith((f"{paths.ENVIRONMENTS}/", f"{paths.TEMPLATES}/")):
            yield path, content.decode(errors="replace")
