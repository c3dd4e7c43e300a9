"""Loads app definitions: `templates/apps/<app>/`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from efdgen.errors import Location, Path
from efdgen.language import expressions, suggest
from efdgen.language.layers import Layer, document_layer, merge
from efdgen.language.texttemplate import TextFile
from efdgen.language.yamlio import Document
from efdgen.language.yamlio.scalars import is_text
from efdgen.repository import appcharts, chartkeys, chartsource, otherbraces, parametertypes, paths, types
from efdgen.repository.appcharts import Charts
from efdgen.repository.chartkeys import ChartKeys
from efdgen.repository.circles import circles
from efdgen.repository.files import Files
from efdgen.repository.kept import Kept
from efdgen.repository.model import AppDefinition, NamedThings, Types

_IN_LAYERS = ("chart", "charts", "ingressHosts", "nodePortHosts", "parameters", "probes", "secrets", "volumes")
"""What app.yaml says that is evaluated in each environment."""

_IGNORED = ("jsonPointers", "jqPathExpressions", "managedFieldsManagers")
"""What says which parts of an object Argo CD does not compare."""

_FILES = ("app.yaml", "values.yaml", "chart-keys.yaml", "values.schema.json", "parameters.schema.json", "templates")
"""What an app's folder holds."""

_flawless: Kept[AppDefinition] = Kept(512)
"""Definitions that nothing is wrong with, by the files and the types that they are made of."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\Z")


def load(files: Files) -> dict[str, AppDefinition]:
    """Load every app definition; those with problems are left out."""
    return _Definitions(files).load()


class _Definitions:
    def __init__(self, files: Files) -> None:
        self._files = files
        self._documents: dict[str, Document | None] = {}
        self._types: dict[str, Types] = {}

    def load(self) -> dict[str, AppDefinition]:
        for folder in self._files.entries(paths.APPS):
            name = PurePosixPath(folder).name
            if name == paths.PARENT:
                continue
            if not _NAME.match(name):
                self._no_name(folder, name, "use lower-case letters, digits and hyphens")
            elif len(name) > paths.MOST_IN_RELEASE:
                too_long = f"it has {len(name)} characters, and a release of Helm has at most {paths.MOST_IN_RELEASE}"
                self._no_name(folder, name, too_long)
            elif not is_text(name):
                self._no_name(folder, name, "YAML or Helm would read it as something else than text")
            elif self._files.exists(f"{folder}/app.yaml"):
                self._documents[name] = self._files.document(f"{folder}/app.yaml", "app", reword=chartsource.reword)
                self._files.refuse_others(folder, _FILES)
            else:
                self._no_definition(folder)
        definitions = {}
        requiring: dict[str, Document] = {}
        for name, document in self._documents.items():
            if document is not None:
                lineage = self._lineage(document)
                definition = self._definition(document, lineage) if lineage else None
                if definition is not None:
                    definitions[name] = definition
                    requiring[name] = next((d for d in reversed(lineage) if "requires" in d.data), document)
        self._refuse_circles({name: app.requires for name, app in definitions.items()}, requiring)
        return definitions

    def _refuse_circles(self, requires: Mapping[str, Sequence[str]], requiring: Mapping[str, Document]) -> None:
        """Refuse apps that require each other in a circle, each circle once, where it is closed.

        Args:
            requires: what each app requires.
            requiring: the definition that says so: its own, or one that it extends.
        """
        for circle in circles(requires):
            first, last = circle[0], circle[-1]
            document, where = requiring[last], ("requires", requires[last].index(first))
            message = f"requiring {first} leads in a circle: {' -> '.join((*circle, first))}"
            hint = "leave one of them out: none could be the first"
            self._files.problem("E403", message, document.locate(where), where, hint)

    def _no_name(self, folder: str, name: str, hint: str) -> None:
        self._files.problem("E401", f"the folder name {name!r} is not a name for an app", Location(folder), hint=hint)

    def _no_definition(self, folder: str) -> None:
        """Record that a folder holds no app.yaml, at the file that may be meant to be it."""
        is_folder = self._files.is_folder(folder)
        names = [PurePosixPath(entry).name for entry in self._files.entries(folder)] if is_folder else []
        misspelt = next((name for name in names if suggest.closest(name, _FILES) == "app.yaml"), None)
        where, hint = (folder, "") if misspelt is None else (f"{folder}/{misspelt}", "rename it to app.yaml")
        if is_folder and not names and not self._files.unread:  # as a kill leaves it, or a program that deletes files
            hint = "if no app is meant, delete the folder: Git does not show empty ones"
        self._files.problem("E401", "an app's folder needs an app.yaml", Location(where), hint=hint)

    def _lineage(self, document: Document) -> list[Document]:
        """Return the definitions that one is laid on top of, the first ancestor first, and itself."""
        lineage = [document]
        while "extends" in lineage[0].data:
            base = lineage[0].data["extends"]
            ancestor = self._documents.get(base)
            if ancestor is None:
                if base not in self._documents:
                    self._files.unknown("app", lineage[0], ("extends",), self._documents)
                return []
            if ancestor in lineage:
                self._files.problem(
                    "E403", f"extending {base} leads in a circle", document.locate(("extends",)), ("extends",)
                )
                return []
            lineage.insert(0, ancestor)
        return lineage

    def _definition(self, document: Document, lineage: list[Document]) -> AppDefinition | None:
        layers: list[Layer] = []
        templates: dict[str, TextFile] = {}
        chart_keys: ChartKeys | None = None
        merged: Any = {}
        values: list[Document] = []
        read_values: list[Document] = []
        for index, ancestor in enumerate(lineage):
            folder = str(PurePosixPath(ancestor.file).parent)
            merged = merge(merged, ancestor.data) if index else ancestor.data
            own = document_layer("app definition", ancestor, (), _only(ancestor.data, _IN_LAYERS))
            layers.append(own._replace(is_shared=True))
            values = self._values(folder)
            read_values += values
            layers.extend(_values_layer(read, appcharts.without_removed(lineage, index, read.data)) for read in values)
            if self._files.exists(f"{folder}/chart-keys.yaml"):
                chart_keys = self._chart_keys(f"{folder}/chart-keys.yaml")
            if self._files.exists(f"{folder}/templates"):
                templates.update(self._files.texts(f"{folder}/templates"))
        known = self._types_of(lineage)
        made_of = (*known, chart_keys and chart_keys.tree, *lineage, *read_values, *templates.values())
        kept = _flawless.get(*made_of)
        before = len(self._files.problems)
        if kept is None:
            # The ancestors' own were checked with the ancestors.
            for read in values:
                self._files.refuse(types.check(read, (), known.values, takes_null=True, reading=self._files.unfinished))
                self._files.refuse(otherbraces.without_beginning(read, is_of_app=True))
            self._files.refuse(
                types.check(document, ("parameters",), known.parameters, reading=self._files.unevaluated)
            )
            self._check(document, merged)
        else:
            self._check_requires(document)  # alone, it depends on other definitions
        charts = appcharts.load(self._files, lineage)
        if charts is None:
            return None
        secrets = [secret for secret, said in merged.get("secrets", {}).items() if said is not None]
        appcharts.check_vendored(self._files, document, charts)
        if not appcharts.check_deploys(self._files, lineage, charts, (*templates, *secrets)):
            return None
        appcharts.check_values(self._files, charts, values, has_templates=bool(templates))
        if kept is not None and (kept.chart, kept.charts) == charts:
            return kept
        made = _made(lineage, merged, charts, known, layers)
        made = made._replace(chart_keys=_with_own_values(chart_keys, charts, layers), templates=templates)
        if len(self._files.problems) == before:
            _flawless.add(made, *made_of)
        return made

    def _chart_keys(self, path: str) -> ChartKeys | None:
        """Return the keys of charts that a file holds; None when something is wrong with it."""
        tree = self._files.key_tree(path)
        return None if tree is None else ChartKeys(tree, chartkeys.mark(self._files.text(path) or "", path))

    def _values(self, folder: str) -> list[Document]:
        """Return an app's values; none: it has no values.yaml, or something is wrong with it."""
        path = f"{folder}/values.yaml"
        read = self._files.document(path, "values") if self._files.exists(path) else None
        return [] if read is None else [read]

    def _types_of(self, lineage: list[Document]) -> Types:
        """Return the types of the last definition of a lineage; each file is read once."""
        if not lineage:
            return Types()
        folder = str(PurePosixPath(lineage[-1].file).parent)
        if folder not in self._types:
            self._types[folder] = types.load(self._files, folder, self._types_of(lineage[:-1]))
        return self._types[folder]

    def _check_description(self, document: Document) -> None:
        description = document.data.get("description", "")
        if expressions.has_expression(description):
            where: Path = ("description",)
            place = document.locate_in_text(where, description.index(expressions.OPEN))
            message = "a description is the same in every environment: it holds no expression"
            self._files.problem("E303", message, place, where)

    def _check_ignored(self, document: Document) -> None:
        """Refuse exceptions from nothing, and jq that can't be any: Argo CD would refuse the whole Application."""
        for index, exception in enumerate(document.data.get("application", {}).get("ignoreDifferences", ())):
            if not any(exception.get(key) for key in _IGNORED):
                at: Path = ("application", "ignoreDifferences", index)
                message = f"nothing is ignored: one of {', '.join(map(repr, _IGNORED))} must name something"
                self._files.problem("E202", message, document.locate(at), at)
            for number, path in enumerate(exception.get("jqPathExpressions", ())):
                from efdgen.language import jqpaths

                fault = jqpaths.fault(path)
                if fault:
                    where: Path = ("application", "ignoreDifferences", index, "jqPathExpressions", number)
                    self._files.problem("E206", f"must be a jq path: {fault}", document.locate(where), where)

    def _check_requires(self, document: Document) -> None:
        for index, required in enumerate(document.data.get("requires", ())):
            if required not in self._documents:
                self._files.unknown("app", document, ("requires", index), self._documents)

    def _check(self, document: Document, merged: Mapping[str, Any]) -> None:
        """Check what a schema can't see in a definition, which is `merged` together with what it extends."""
        self._check_description(document)
        self._files.refuse(otherbraces.without_beginning(document, is_of_app=True))
        self._check_ignored(document)
        self._check_requires(document)
        file_paths = [file["path"] for file in document.data.get("environmentFiles", ())]
        for index, path in enumerate(file_paths):
            if path in file_paths[:index]:
                where: Path = ("environmentFiles", index, "path")
                self._files.problem("E405", "two files have one path", document.locate(where), where)
        for what in document.data.get("volumes", {}):
            if merged["volumes"][what] is not None and "size" not in merged["volumes"][what]:
                where = ("volumes", what)
                self._files.problem("E202", "'size' is missing", document.locate(where, key=True), where)
        sources = [f"parameters.{name}" for name in merged.get("parameters", {})]
        for kind, places in _by_name(document.data.get("distinctNames")).items():
            for index, place in enumerate(places):
                if "from" in place and ".".join(place["from"].split(".")[:2]) not in sources:
                    self._files.unknown("parameter", document, ("distinctNames", kind, index, "from"), sources)


def _made(
    lineage: Sequence[Document], merged: Mapping[str, Any], charts: Charts, known: Types, layers: Iterable[Layer]
) -> AppDefinition:
    """Return a definition, but for the keys of its charts, and for its templates.

    Args:
        lineage: the definition, behind those that it extends.
        merged: what these say together.
        charts: its charts.
        known: the types of its values and parameters.
        layers: what is evaluated in each environment.
    """
    document = lineage[-1]
    name = PurePosixPath(document.file).parent.name
    return AppDefinition(
        name=name,
        source=f"{paths.APPS}/{name}",
        description=merged["description"],
        chart=charts.only,
        charts=charts.all,
        namespace=document.data.get("namespace", name),
        requires=tuple(merged.get("requires", ())),
        ingress_hosts=tuple(merged.get("ingressHosts", ())),
        node_port_hosts=tuple(_by_name(merged.get("nodePortHosts"))),
        manual_secrets={name: said.get("defaults", {}) for name, said in _by_name(merged.get("manualSecrets")).items()},
        reads_secrets=tuple(merged.get("readsSecrets", ())),
        distinct_names={
            kind: tuple(map(_named_things, places)) for kind, places in _by_name(merged.get("distinctNames")).items()
        },
        chart_keys=None,
        types=known._replace(parameters=parametertypes.with_defaults(known.parameters, merged.get("parameters", {}))),
        application=merged.get("application", {}),
        wave=merged.get("wave", 0),
        layers=tuple(layers),
        environment_files=tuple(merged.get("environmentFiles", ())),
        files_document=next((d for d in reversed(lineage) if "environmentFiles" in d.data), document),
        templates={},
        document=document,
        vendored=merged.get("vendored"),
    )


def _named_things(place: Mapping[str, Any]) -> NamedThings:
    source = place.get("from", "")
    return NamedThings(
        at=tuple(place["at"].split(".")),
        name=place.get("name", "name"),
        same_as_key=place.get("sameAsKey", False),
        only_if=place.get("onlyIf", ""),
        source=tuple(source.split(".")) if source else (),
    )


def _by_name(written: Any) -> dict[str, Any]:
    """Return what a list of names, or a mapping, says of each name: `[a]` and `{a: {}, b: null}` say the same."""
    if isinstance(written, Mapping):
        return {name: said for name, said in written.items() if said is not None}
    return {name: {} for name in written or ()}


def _with_own_values(keys: ChartKeys | None, charts: Charts, layers: Iterable[Layer]) -> ChartKeys | None:
    """Return the keys made from an app's charts with the values that templates of its own read, if it can have any."""
    if keys is None or not keys.tree or keys.mark is None or charts.only is not None:
        return keys
    own: dict[str, Any] = {key: {} for layer in layers for key in layer.data.get("values") or {}}
    return keys._replace(tree={**own, **keys.tree})


def _values_layer(document: Document, values: Mapping[str, Any]) -> Layer:
    def locate(path: Path, offset: int = 0, *, key: bool = False) -> Location:
        return document.locate_in_text(path[1:], offset, key=key)

    return Layer("app definition", {"values": values}, locate, document.inherits, is_shared=True, document=document)


def _only(data: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: data[key] for key in keys if key in data}
