"""Reads everything people wrote, and checks each file against its schema and the files it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

from efdgen import layout, schema, suggest, yamlio
from efdgen.errors import InvalidInputError, Location, Path, Problem
from efdgen.merge import Layer, merge, merge_layers
from efdgen.model import AppDefinition, ChartReference, EnvironmentSpec, Repository, TextFile
from efdgen.yamlio import Document

ENVIRONMENTS = "environments"
SHARED = f"{ENVIRONMENTS}/shared/facts.yaml"
NEWS = f"{ENVIRONMENTS}/shared/news.yaml"
APPS = "templates/apps"
WRAPPER = "templates/wrapper"



def load(root: FilePath) -> Repository:
    """Load a repository.

    Args:
        root: the folder that holds `environments/` and `templates/`.

    Raises:
        InvalidInputError: with every problem of every file.
    """
    loader = _Loader(root)
    repository = loader.load()
    if loader.problems:
        raise InvalidInputError(loader.problems)
    return repository


def environment_names(root: FilePath) -> list[str]:
    """Return the names of the environments that have a spec, without reading any."""
    return sorted(path.stem for path in (root / ENVIRONMENTS).glob("*.yaml") if not path.name.startswith("."))


class _Loader:
    """Loads one repository and collects what is wrong with it."""

    def __init__(self, root: FilePath) -> None:
        self.root = root
        self.problems: list[Problem] = []

    def load(self) -> Repository:
        definitions = self._definitions()
        shared = self._document(SHARED, "shared")
        news = self._news()
        services = {host for app in definitions.values() for host in (*app.ingress_hosts, *app.node_port_hosts)}
        documents = {path: self._document(path, "environment") for path in self._spec_files()}
        known = _Known(definitions, services, frozenset(FilePath(path).stem for path in documents), news)
        if shared is not None:
            self._check_shared(shared, known)
        specs = {}
        for path, document in documents.items():
            if document is not None and shared is not None:
                spec = self._spec(path, document, shared, known)
                specs[spec.name] = spec
        parent = self._texts(f"{APPS}/{layout.PARENT}")
        return Repository(specs, definitions, parent, self._texts(WRAPPER), news)

    # -- files

    def _read(self, path: str) -> bytes | None:
        try:
            return (self.root / path).read_bytes()
        except OSError as error:
            self._problem("E101", f"can't read it: {error.strerror}", Location(path))
            return None

    def _document(self, path: str, schema_name: str) -> Document | None:
        content = self._read(path)
        if content is None:
            return None
        try:
            document = yamlio.parse(yamlio.decode(content, path), path)
        except InvalidInputError as error:
            self.problems.extend(error.problems)
            return None
        if not isinstance(document.data, dict):
            what = "the file is empty" if document.data is None else "the file must hold a mapping"
            self._problem("E200", what, document.locate())
            return None
        problems = schema.check(document, schema_name)
        self.problems.extend(problems)
        return None if problems else document

    def _texts(self, folder: str) -> dict[str, TextFile]:
        texts = {}
        for path in sorted((self.root / folder).rglob("*")):
            if path.is_dir() or path.name.startswith("."):
                continue
            source = path.relative_to(self.root).as_posix()
            content = self._read(source)
            try:
                text = yamlio.decode(content or b"", source)
            except InvalidInputError as error:
                self.problems.extend(error.problems)
                continue
            texts[path.relative_to(self.root / folder).as_posix()] = TextFile(source, text)
        return texts

    def _spec_files(self) -> Iterator[str]:
        for path in sorted((self.root / ENVIRONMENTS).iterdir()):
            if path.name.startswith(".") or path.is_dir():
                continue
            if path.suffix == ".yaml":
                yield f"{ENVIRONMENTS}/{path.name}"
            elif path.suffix in (".yml", ".json"):
                location = Location(f"{ENVIRONMENTS}/{path.name}")
                self._problem("E401", "a spec's file name must end in .yaml", location, hint=f"rename it to {path.stem}.yaml")

    def _problem(self, code: str, message: str, location: Location, path: Path = (), hint: str = "") -> None:
        self.problems.append(Problem(code, message, location, path, hint))

    # -- app definitions

    def _definitions(self) -> dict[str, AppDefinition]:
        folders = sorted(p for p in (self.root / APPS).iterdir() if p.is_dir() and p.name != layout.PARENT)
        documents = {p.name: self._document(f"{APPS}/{p.name}/app.yaml", "app") for p in folders}
        own = {name: document for name, document in documents.items() if document is not None}
        definitions = {}
        for name, document in own.items():
            lineage = self._lineage(name, own)
            if lineage:
                definitions[name] = self._definition(name, document, lineage)
        for definition in definitions.values():
            for index, required in enumerate(definition.requires):
                if required not in documents:
                    self._unknown("app", required, definition.document, ("requires", index), documents)
        return definitions

    def _lineage(self, name: str, documents: Mapping[str, Document]) -> list[Document]:
        """Return the definitions that `name` is laid on top of, the first ancestor first, and itself."""
        lineage = [documents[name]]
        seen = [name]
        while "extends" in lineage[0].data:
            base = lineage[0].data["extends"]
            if base in seen:
                self._problem("E403", f"it extends itself: {' -> '.join([*seen, base])}", lineage[0].locate(("extends",)))
                return []
            if base not in documents:
                if not (self.root / APPS / base).is_dir():
                    self._unknown("app", base, lineage[0], ("extends",), documents)
                return []
            seen.append(base)
            lineage.insert(0, documents[base])
        return lineage

    def _definition(self, name: str, document: Document, lineage: list[Document]) -> AppDefinition:
        source = f"{APPS}/{name}"
        layers: list[Layer] = []
        templates: dict[str, TextFile] = {}
        for ancestor in lineage:
            folder = FilePath(ancestor.file).parent.as_posix()
            layers.append(_layer("app definition", ancestor, (), _only(ancestor.data, ("parameters", "secrets"))))
            if (self.root / folder / "values.yaml").exists():
                values = self._document(f"{folder}/values.yaml", "values")
                if values is not None:
                    layers.append(_nested_layer("app definition", values, "values"))
            if (self.root / folder / "templates").is_dir():
                templates.update(self._texts(f"{folder}/templates"))
        data: Any = {}
        for ancestor in lineage:
            data = merge(data, ancestor.data)
        return AppDefinition(
            name=name,
            source=source,
            description=data["description"],
            chart=ChartReference(**data["chart"]),
            namespace=document.data.get("namespace", name),
            requires=tuple(data.get("requires", ())),
            ingress_hosts=tuple(data.get("ingressHosts", ())),
            node_port_hosts=tuple(data.get("nodePortHosts", ())),
            application=data.get("application", {}),
            layers=tuple(layers),
            environment_files=tuple(data.get("environmentFiles", ())),
            templates=templates,
            document=document,
        )

    # -- what environments share

    def _news(self) -> dict[str, Mapping[str, Any]]:
        if not (self.root / NEWS).exists():
            return {}
        document = self._document(NEWS, "news")
        if document is None:
            return {}
        defaults = document.data.get("defaults", {})
        return {name: merge(defaults, item) for name, item in document.data["items"].items()}

    def _check_shared(self, shared: Document, known: _Known) -> None:
        self._check_layer(shared, ("defaults",), "appDefaults", known)
        for site in shared.data.get("sites", {}):
            self._check_layer(shared, ("sites", site), "appDefaults", known)

    def _check_layer(self, document: Document, prefix: Path, apps_key: str, known: _Known) -> None:
        """Check the names that a layer of facts mentions."""
        data = _at(document.data, prefix)
        for service in data.get("hosts", {}):
            if service not in known.services:
                self._unknown("service", service, document, (*prefix, "hosts", service), known.services, key=True)
        for link in data.get("links", {}):
            if link not in known.environments:
                self._unknown("environment", link, document, (*prefix, "links", link), known.environments, key=True)
        for index, item in enumerate(data.get("feed", {}).get("news", ())):
            if item not in known.news:
                self._unknown("news item", item, document, (*prefix, "feed", "news", index), known.news)
        for app, settings in data.get(apps_key, {}).items():
            path = (*prefix, apps_key, app)
            if app not in known.definitions:
                if not (self.root / APPS / app / "app.yaml").exists():
                    self._unknown("app", app, document, path, known.definitions, key=True)
                continue
            parameters = merge_layers(known.definitions[app].layers).get("parameters", {})
            for parameter in settings.get("parameters", {}):
                if parameter not in parameters:
                    where = (*path, "parameters", parameter)
                    self._unknown(f"parameter of {app}", parameter, document, where, parameters, key=True)

    def _unknown(
        self, what: str, name: str, document: Document, path: Path, known: Iterable[str], *, key: bool = False
    ) -> None:
        location = document.locate(path, key=key)
        self._problem("E402", f"unknown {what} {name!r}", location, path, suggest.hint(name, known))

    # -- specs

    def _spec(self, path: str, document: Document, shared: Document, known: _Known) -> EnvironmentSpec:
        data = document.data
        name = data["name"]
        stem = FilePath(path).stem
        if name != stem:
            message = f"the name {name!r} is not the file's: {stem}.yaml"
            self._problem("E401", message, document.locate(("name",)), ("name",), f"name it {stem}, or rename the file")
        self._check_layer(document, (), "apps", known)
        site = data.get("site", "")
        sites = shared.data.get("sites", {})
        sources: list[tuple[str, Document, Path, str]] = [("shared facts", shared, ("defaults",), "appDefaults")]
        if site in sites:
            sources.append((f"site {site}", shared, ("sites", site), "appDefaults"))
        elif site:
            self._unknown("site", site, document, ("site",), sites)
        sources.append(("spec", document, (), "apps"))
        layers = tuple(_facts_layer(source, doc, prefix) for source, doc, prefix, _ in sources)
        app_layers = {
            app: tuple(
                _app_layer(source, doc, (*prefix, key, app))
                for source, doc, prefix, key in sources
                if app in _at(doc.data, prefix).get(key, {})
            )
            for app in data["apps"]
        }
        return EnvironmentSpec(stem, document, site, layers, tuple(data["apps"]), app_layers)


class _Known:
    """The names that specs and shared facts can mention."""

    def __init__(
        self,
        definitions: Mapping[str, AppDefinition],
        services: Iterable[str],
        environments: Iterable[str],
        news: Iterable[str],
    ) -> None:
        self.definitions = definitions
        self.services = frozenset(services)
        self.environments = frozenset(environments)
        self.news = frozenset(news)


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def _only(data: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: data[key] for key in keys if key in data}


def _layer(name: str, document: Document, prefix: Path, data: Any) -> Layer:
    return Layer(name, data, lambda path, offset: document.locate_in_text((*prefix, *path), offset))


def _nested_layer(name: str, document: Document, key: str) -> Layer:
    return Layer(name, {key: document.data}, lambda path, offset: document.locate_in_text(path[1:], offset))


def _facts_layer(name: str, document: Document, prefix: Path) -> Layer:
    data = _at(document.data, prefix)
    facts = {key: value for key, value in data.items() if key not in ("apps", "appDefaults", "site")}
    return _layer(name, document, prefix, facts)


def _app_layer(name: str, document: Document, prefix: Path) -> Layer:
    """Return what one layer says about an app, its pins laid on top of its values."""
    settings = _at(document.data, prefix)
    pins = {tuple(path.split(".")): path for path in settings.get("pins", {})}
    if not pins:
        return _layer(name, document, prefix, settings)
    values = settings.get("values", {})
    for parts, path in pins.items():
        pinned: Any = settings["pins"][path]["value"]
        for part in reversed(parts):
            pinned = {part: pinned}
        values = merge(values, pinned)

    def locate(path: Path, offset: int) -> Location:
        if path[:1] == ("values",) and path[1:] in pins:
            path = ("pins", pins[path[1:]], "value")  # type: ignore[index]
        return document.locate_in_text((*prefix, *path), offset)

    return Layer(name, {**settings, "values": values}, locate)
