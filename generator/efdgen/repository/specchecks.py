"""What schemas can't see in specs, in what they share, and in tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from efdgen.errors import Path
from efdgen.language.layers import leaves, merge_layers
from efdgen.language.yamlio import Document
from efdgen.language.yamlio.scalars import is_text
from efdgen.repository import appsettings, hiddentext, otherbraces, paths
from efdgen.repository.files import Files, Parsed
from efdgen.repository.model import AppDefinition, Schemas, Table
from efdgen.repository.pinned import mapping
from efdgen.repository.references import References


class Checks:
    """Checks what schemas can't see in specs, in what they share, and in tables.

    Args:
        files: where problems go.
        references: checks names.
        rules: the schemas.
        apps: the app definitions.
    """

    def __init__(self, files: Files, references: References, rules: Schemas, apps: Mapping[str, AppDefinition]) -> None:
        self._files = files
        self._references = references
        self._rules = rules
        self._apps = apps
        self._below = {app: merge_layers(definition.layers) for app, definition in apps.items()}
        services = (service for app in apps.values() for service in (*app.ingress_hosts, *app.node_port_hosts))
        self._meaning = _NO_NAMES.union(apps, services)

    def of_all(self, shared: Parsed | None, specs: Sequence[Document], tables: Mapping[str, Table]) -> None:
        """Record what is wrong with specs, what they share, and tables."""
        of_shared = [] if shared is None else [shared.document]
        of_tables = [table.document for table in tables.values() if table.document is not None]
        self._of_texts((*specs, *of_shared), of_tables)
        for document in of_shared:
            self._references.check(document, self._rules.names_in_shared)
            for place in (("defaults",), *(("sites", site) for site in mapping(document.data.get("sites")))):
                appsettings.check(self._files, document, (*place, "appDefaults"), self._apps, self._below)
            _check_stages(self._files, document)
        for table in tables.values():
            if table.document is not None:
                self._references.check(table.document, table.names)
        self._of_names(specs)

    def of_specs(self, specs: Sequence[Document]) -> None:
        """Record what is wrong with specs."""
        self._of_texts(specs)
        self._of_names(specs)

    def _of_texts(self, documents: Sequence[Document], of_tables: Sequence[Document] = ()) -> None:
        for document in (*documents, *of_tables):
            self._files.refuse(hiddentext.problems(document))
        for document in documents:
            braces = list(otherbraces.problems(document))
            places = {(document.file, problem.path) for problem in braces}
            if braces:
                # As it is written, it is no URL, or what else it must be, either.
                problems = self._files.problems
                problems[:] = [each for each in problems if (each.location.file, each.path) not in places]
                self._files.refuse(braces)
            ends = list(otherbraces.without_beginning(document))
            if ends:
                said = {(each.location.file, each.path) for each in self._files.problems if each.code == "E302"}
                self._files.refuse(each for each in ends if (document.file, each.path) not in said)

    def _of_names(self, specs: Sequence[Document]) -> None:
        for document in specs:
            self._references.check(document, self._rules.names_in_specs)
            appsettings.check(self._files, document, ("apps",), self._apps, self._below)
            _check_name(self._files, document, self._meaning)


def _check_stages(files: Files, shared: Document) -> None:
    """Record environments that are in two stages: nobody could tell which comes first."""
    seen: set[str] = set()
    for path, name in leaves(shared.data.get("stages")):
        if isinstance(name, str) and name in seen:
            where = ("stages", *path)
            files.problem("E405", f"{name} is in two stages", shared.locate(where), where, "leave one of them out")
        seen |= {name} if isinstance(name, str) else set()


_NO_NAMES = frozenset(("argocd", "default", "shared", paths.PARENT))


def _check_name(files: Files, document: Document, meaning: frozenset[str]) -> None:
    """Refuse names that stand in every environment's output: no rule could tell whose they are; and a link to it."""
    name = document.data.get("name")
    if not isinstance(name, str):
        return
    if name in meaning:
        message = f"the name {name!r} already means something else: an app, a service or a part of Argo CD"
        files.problem("E401", message, document.locate(("name",)), ("name",), "choose another")
    elif name and not is_text(name):
        message = f"the name {name!r} is not text to everybody: Helm's --set or some YAML would read something else"
        files.problem("E401", message, document.locate(("name",)), ("name",), "choose another, such as one with a word")
    if name in mapping(document.data.get("links")):
        where: Path = ("links", name)
        files.problem("E405", "a link to itself", document.locate(where, key=True), where, "remove it")
