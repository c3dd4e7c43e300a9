"""Loads specs, and the facts that they share: `environments/`."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from efdgen.errors import Location, Path, Problem
from efdgen.language import schema, suggest
from efdgen.language.conforms import conforms
from efdgen.language.layers import leaves, merge_layers
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import Document
from efdgen.language.yamlio.scalars import is_text
from efdgen.repository import appsettings, hiddentext, otherbraces, paths
from efdgen.repository.appsettings import mapping
from efdgen.repository.files import Files, Parsed
from efdgen.repository.focus import Focus
from efdgen.repository.kept import Kept
from efdgen.repository.model import AppDefinition, EnvironmentSpec, Schemas, Table
from efdgen.repository.ondemand import SpecsOnDemand
from efdgen.repository.references import References
from efdgen.repository.speclayers import NO_FACTS, SharedLayers, build


class Read(NamedTuple):
    """The specs that can be read, and the shared facts, if they can: whether anything is wrong with them or not."""

    specs: tuple[Document, ...]
    shared: Document | None

    @property
    def stages(self) -> tuple[tuple[str, ...], ...]:
        """Return the stages that the shared facts name, as far as they are lists."""
        said = self.shared.data.get("stages") if self.shared else None
        return tuple(tuple(stage) for stage in said if isinstance(stage, list)) if isinstance(said, list) else ()


class _Around:
    """What specs are held against: with the same around it, a spec that nothing was wrong with is what it was.

    Args:
        shared: what specs share.
        paths: the files of all specs.
    """

    def __init__(self, shared: Document, paths: Sequence[str]) -> None:
        self.paths = paths
        self.layers = SharedLayers(shared)


_arounds: Kept[_Around] = Kept(8)
_flawless: Kept[EnvironmentSpec] = Kept(2048)
"""Specs that nothing is wrong with, by their documents and by what is around them."""


def _around(
    shared: Document, paths: Sequence[str], rules: Schemas, apps: Mapping[str, AppDefinition], tables: Iterable[Table]
) -> _Around:
    """Return what specs are held against: the same, where shared files are the same, and specs have the same names."""
    of_tables = [part for table in tables for part in (table.document, table.names)]
    parts = (rules, shared, *apps.values(), *of_tables)
    known = _arounds.get(*parts)
    return known if known is not None and known.paths == paths else _arounds.add(_Around(shared, paths), *parts)


def _kept(specs: Iterable[Parsed], around: _Around | None) -> dict[str, EnvironmentSpec]:
    """Return the specs that are known to be flawless with what is around them, by their files."""
    if around is None:
        return {}
    found = {read.document.file: _flawless.get(read.document, around) for read in specs}
    return {file: spec for file, spec in found.items() if spec is not None}


def load(
    files: Files,
    rules: Schemas,
    apps: Mapping[str, AppDefinition],
    tables: Mapping[str, Table],
    about: Focus,
    sound: Collection[str] = (),
) -> tuple[Mapping[str, EnvironmentSpec], Read]:
    """Load every spec, those with problems left out, and other apps than a run is about that have some.

    Everything that can be read is returned, too, but for the specs that are known to be sound.

    Args:
        files: the repository's.
        rules: the schemas.
        apps: every app definition without problems.
        tables: every table without problems.
        about: the apps that the run is about.
        sound: the names of specs that are known to be sound.
    """
    reword = functools.partial(_at_home, frozenset(apps))
    shared = files.parsed(paths.FACTS, rules.shared, reword=reword)
    found = _spec_files(files)
    looked_at = [path for path in found if paths.environment_of(path) not in sound] if sound else found
    parsed = [
        read
        for read in (files.parsed(path, rules.environment, reword=reword) for path in looked_at)
        if read is not None
    ]
    if not files.exists(paths.OWN_FACTS):
        _fold_undeclared(files)
    if not found and not files.is_told(paths.ENVIRONMENTS):
        files.problem("E404", "there is no spec: no environments/*.yaml", Location(paths.ENVIRONMENTS))
    is_certain = about.is_on_all and not files.problems
    around = _around(shared.document, found, rules, apps, tables.values()) if shared and is_certain else None
    known = _kept(parsed, around)
    others = [read for read in parsed if read.document.file not in known]
    _check(files, shared, others, References(files, apps, tables, found), rules, apps, tables)
    everything = Read(tuple(read.document for read in parsed), shared.document if shared else None)
    if shared is None or not _is_sound(files, shared, about):
        return {}, everything
    layers = around.layers if around else SharedLayers(shared.document)
    built = {
        read.document.file: _spec(files, read.document, layers, _apps(files, read.document, apps, about))
        for read in others
        if _is_sound(files, read, about)
    }
    if around and not files.problems:
        for spec in built.values():
            _flawless.add(spec, spec.document, around)
    of_files = {**known, **built}
    loaded = {of_files[file].name: of_files[file] for file in found if file in of_files}
    if not sound:
        return loaded, everything

    def load_sound(name: str) -> EnvironmentSpec:
        read = files.parsed(paths.spec(name))
        if read is None:
            raise AssertionError(f"{name} was sound")
        return build(read.document, layers, _apps(files, read.document, apps, about))

    return SpecsOnDemand(loaded, sound, load_sound), everything


def _check(
    files: Files,
    shared: Parsed | None,
    specs: Sequence[Parsed],
    references: References,
    rules: Schemas,
    apps: Mapping[str, AppDefinition],
    tables: Mapping[str, Table],
) -> None:
    """Check what schemas can't see in specs, in what they share, and in tables."""
    of_tables = [table.document for table in tables.values() if table.document is not None]
    for document in (*(read.document for read in (*specs, shared) if read is not None), *of_tables):
        files.refuse(hiddentext.problems(document))
    for read in filter(None, (*specs, shared)):
        braces = list(otherbraces.problems(read.document))
        places = {(read.document.file, problem.path) for problem in braces}
        if braces:
            # As it is written, it is no URL, or what else it must be, either.
            files.problems[:] = [each for each in files.problems if (each.location.file, each.path) not in places]
            files.refuse(braces)
    below = {app: merge_layers(definition.layers) for app, definition in apps.items()}
    if shared is not None:
        references.check(shared.document, rules.names_in_shared)
        for place in (("defaults",), *(("sites", site) for site in mapping(shared.document.data.get("sites")))):
            appsettings.check(files, shared.document, (*place, "appDefaults"), apps, below)
        _check_stages(files, shared.document)
    for table in tables.values():
        if table.document is not None:
            references.check(table.document, table.names)
    for read in specs:
        references.check(read.document, rules.names_in_specs)
        appsettings.check(files, read.document, ("apps",), apps, below)
        _check_name(files, read.document, apps)


def _check_stages(files: Files, shared: Document) -> None:
    """Record environments that are in two stages: nobody could tell which comes first."""
    seen: set[str] = set()
    for path, name in leaves(shared.data.get("stages")):
        if isinstance(name, str) and name in seen:
            where = ("stages", *path)
            files.problem("E405", f"{name} is in two stages", shared.locate(where), where, "leave one of them out")
        seen |= {name} if isinstance(name, str) else set()


def _apps(files: Files, document: Document, apps: Mapping[str, AppDefinition], about: Focus) -> tuple[str, ...]:
    """Return the apps that a spec lists, without others than a run is about that something is wrong with."""
    if about.is_on_all:
        return tuple(document.data["apps"])
    without = about.left_out(files.problems, document.file)
    return tuple(app for app in document.data["apps"] if app in apps and app not in without)


def _is_sound(files: Files, read: Parsed, about: Focus) -> bool:
    """Say whether a document is what its schema says, but for what it says about other apps than a run is about."""
    file = read.document.file
    return read.is_sound or all(about.other(problem) for problem in files.problems if problem.location.file == file)


def _fold_undeclared(files: Files) -> None:
    """Say once that the repository declares no facts, and once a file which unknown ones it has."""
    undeclared: dict[str, list[Problem]] = {}
    for problem in sorted(files.problems, key=lambda problem: problem.sort_key):
        if problem.code == "E201" and _is_of_a_fact(problem):
            undeclared.setdefault(problem.location.file, []).append(problem)
    hint = f"there is no {paths.OWN_FACTS}, which says what facts there are"
    instead: dict[Problem, Problem | None] = {}
    for first, *others in undeclared.values():
        said = first
        if others:
            keys = ", ".join(dict.fromkeys(repr(problem.path[-1]) for problem in (first, *others)))
            said = said._replace(message=f"unknown keys {keys}", hint="")
        if not said.hint.startswith(suggest.SIMILAR):
            said, hint = said._replace(hint=hint or said.hint), ""
        instead.update({first: said, **dict.fromkeys(others)})
    said_so_far = [instead.get(problem, problem) for problem in files.problems]
    files.problems[:] = [problem for problem in said_so_far if problem is not None]


def _is_of_a_fact(problem: Problem) -> bool:
    is_in_environments = problem.location.file.startswith(f"{paths.ENVIRONMENTS}/")
    return is_in_environments and not {*NO_FACTS}.intersection(problem.path[:-1])


def _at_home(apps: frozenset[str], document: Document, problems: list[Problem]) -> list[Problem]:
    """Return what is wrong with a file, and of an app that stands among its facts, where it belongs."""
    place = "appDefaults" if document.file == paths.FACTS else "apps"
    hint = f"this is an app: indent it below `{place}`"
    return [
        each._replace(hint=hint)
        if each.code == "E201" and each.path[-1] in apps and not {"apps", "appDefaults"} & set(each.path)
        else each
        for each in problems
    ]


def _spec_files(files: Files) -> list[str]:
    found = []
    for path in files.entries(paths.ENVIRONMENTS):
        if path.endswith(".yaml"):
            found.append(path)
        elif PurePosixPath(path).suffix.casefold() in paths.LIKE_SPECS:
            hint = f"rename it to {PurePosixPath(path).stem}.yaml"
            files.problem("E401", "a spec's file name must end in .yaml", Location(path), hint=hint)
        elif path != paths.SHARED and files.is_folder(path):
            for stray in files.below(path):
                if PurePosixPath(stray).suffix.casefold() in paths.LIKE_SPECS:
                    hint = f"move it to {paths.spec(PurePosixPath(stray).stem)}"
                    message = f"specs stand in {paths.ENVIRONMENTS}/ itself: nothing reads this one"
                    files.problem("E401", message, Location(stray), hint=hint)
    return found


_NO_NAMES = frozenset(("argocd", "default", "shared", paths.PARENT))


def _check_name(files: Files, document: Document, apps: Mapping[str, AppDefinition]) -> None:
    """Refuse names that stand in every environment's output: no rule could tell whose they are; and a link to it."""
    name = document.data.get("name")
    if not isinstance(name, str):
        return
    services = {service for app in apps.values() for service in (*app.ingress_hosts, *app.node_port_hosts)}
    if name in _NO_NAMES or name in apps or name in services:
        message = f"the name {name!r} already means something else: an app, a service or a part of Argo CD"
        files.problem("E401", message, document.locate(("name",)), ("name",), "choose another")
    elif name and not is_text(name):
        message = f"the name {name!r} is not text to everybody: Helm's --set or some YAML would read something else"
        files.problem("E401", message, document.locate(("name",)), ("name",), "choose another, such as one with a word")
    if name in mapping(document.data.get("links")):
        where: Path = ("links", name)
        files.problem("E405", "a link to itself", document.locate(where, key=True), where, "remove it")


def _spec(files: Files, document: Document, shared: SharedLayers, apps: tuple[str, ...]) -> EnvironmentSpec:
    data = document.data
    stem = paths.environment_of(document.file)
    if data["name"] != stem:
        message = f"the name {data['name']!r} is not the file's: {stem}.yaml"
        is_name = conforms(stem, schema.load("types#/$defs/name"))
        hint = f"name it {stem}, or rename the file" if is_name else f"rename the file to {data['name']}.yaml"
        files.problem("E401", message, document.locate(("name",)), ("name",), hint)
    site = data.get("site", "")
    sites = shared.document.data.get("sites", {})
    if site and site not in sites:
        files.unknown("site", document, ("site",), sites)
    return build(document, shared, apps)
