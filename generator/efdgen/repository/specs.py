"""Loads specs, and the facts that they share: `environments/`."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from efdgen.errors import FlawedSpecError, Location, Path, Problem
from efdgen.language import suggest
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import Document
from efdgen.repository import paths, schemas
from efdgen.repository.files import Files, Parsed
from efdgen.repository.focus import Focus
from efdgen.repository.kept import Kept
from efdgen.repository.model import AppDefinition, EnvironmentSpec, Schemas, Table
from efdgen.repository.ondemand import SpecsOnDemand
from efdgen.repository.references import References
from efdgen.repository.specchecks import Checks
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
    *,
    on_demand: bool = False,
) -> tuple[Mapping[str, EnvironmentSpec], Read]:
    """Load every spec, those with problems left out, and other apps than a run is about that have some.

    Everything that can be read is returned, too, but for the specs that are loaded when somebody asks for them.

    Args:
        files: the repository's.
        rules: the schemas.
        apps: every app definition without problems.
        tables: every table without problems.
        about: the apps that the run is about.
        sound: the names of specs that are known to be sound: they are loaded when somebody asks for them.
        on_demand: whether the others are, too. Who asks for one that something is wrong with gets a `FlawedSpecError`.
    """
    reword = functools.partial(_at_home, frozenset(apps))
    shared = files.parsed(paths.FACTS, rules.shared, reword=reword)
    found = _spec_files(files)
    later = frozenset(map(paths.environment_of, found)) if on_demand else frozenset(sound)
    looked_at = [path for path in found if paths.environment_of(path) not in later] if later else found
    parsed = [
        read
        for read in (files.parsed(path, rules.environment, reword=reword) for path in looked_at)
        if read is not None
    ]
    if not files.exists(paths.OWN_FACTS):
        _fold_undeclared(files)
    if not found and not files.is_told(paths.ENVIRONMENTS):
        files.problem("E404", "there is no spec: no environments/*.yaml", Location(paths.ENVIRONMENTS))
    checks = Checks(files, References(files, apps, tables, found), rules, apps)
    is_certain = about.is_on_all and not files.problems
    around = _around(shared.document, found, rules, apps, tables.values()) if shared and is_certain else None
    known = _kept(parsed, around)
    others = [read for read in parsed if read.document.file not in known]
    checks.of_all(shared, [read.document for read in others], tables)
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
    if not later:
        return loaded, everything
    some = _Some(files, checks, rules, layers, apps, about, frozenset(sound))
    return SpecsOnDemand(loaded, later, some.load), everything


class _Some(NamedTuple):
    """Loads some specs, of a repository whose other files are sound; `sound`: those that are known to be so."""

    files: Files
    checks: Checks
    rules: Schemas
    layers: SharedLayers
    apps: Mapping[str, AppDefinition]
    about: Focus
    sound: frozenset[str]

    def load(self, names: Sequence[str]) -> list[EnvironmentSpec]:
        """Return specs.

        Raises:
            FlawedSpecError: when something is wrong with one that nobody has looked at.
        """
        unknown = [name for name in names if name not in self.sound]
        found = dict(zip(unknown, self._unknown(unknown), strict=True))
        return [found.get(name) or self._sound(name) for name in names]

    def _sound(self, name: str) -> EnvironmentSpec:
        read = self.files.parsed(paths.spec(name))
        if read is None:
            raise AssertionError(f"{name} was sound")
        return build(read.document, self.layers, _apps(self.files, read.document, self.apps, self.about))

    def _unknown(self, names: Sequence[str]) -> list[EnvironmentSpec]:
        files = self.files
        problems, literals = len(files.problems), len(files.literals)
        # One kind of work at a time, as where all are loaded at once: processors do that faster.
        read = [files.parsed(paths.spec(name), self.rules.environment) for name in names]
        documents = [each.document for each in read if each is not None and each.is_sound]
        if len(documents) < len(names):
            raise FlawedSpecError(names)
        self.checks.of_specs(documents)
        found = [
            _spec(files, document, self.layers, _apps(files, document, self.apps, self.about)) for document in documents
        ]
        new = files.literals[literals:]
        accepting = {paths.spec(spec.name) for spec in found if accepts_literals(spec)} if new else ()
        if len(files.problems) > problems or any(literal.location.file not in accepting for literal in new):
            raise FlawedSpecError(names)
        return found


def accepts_literals(spec: EnvironmentSpec) -> bool:
    """Say whether a spec, its site or the shared defaults accept what looks like a secret."""
    return any(accepted.rule == "E506" for accepted in spec.accept)


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
        if problem.code == "E201" and _declarable(problem.location.file, problem.path):
            undeclared.setdefault(problem.location.file, []).append(problem)
    hint = f"there is no {paths.OWN_FACTS}, which says what facts there are"
    instead: dict[Problem, Problem | None] = {}
    for first, *others in undeclared.values():
        said = first
        where = {_declarable(problem.location.file, problem.path)[:-1] for problem in (first, *others)}
        known = first.hint if where != {()} and len(where) == 1 else ""  # the keys of a fact of efdgen's
        if others:
            keys = ", ".join(dict.fromkeys(repr(problem.path[-1]) for problem in (first, *others)))
            said = said._replace(message=f"unknown keys {keys}", hint=known)
        if not said.hint.startswith(suggest.SIMILAR):
            more = f"{known}; others would be declared in {paths.OWN_FACTS}, which is not there"
            said, hint = said._replace(hint=(more if known and hint else hint) or said.hint), ""
        instead.update({first: said, **dict.fromkeys(others)})
    said_so_far = [instead.get(problem, problem) for problem in files.problems]
    files.problems[:] = [problem for problem in said_so_far if problem is not None]


def _declarable(file: str, path: Path) -> Path:
    """Return the path, among the facts, of a key that the repository's schema could bring; empty: none could."""
    above = 0 if paths.environment_of(file) else _ABOVE.get(str(path[0])) if file == paths.FACTS else None
    if above is None or {*NO_FACTS}.intersection(path[:-1]):
        return ()
    fact = path[above:]
    return fact if len(fact) == 1 or (len(fact) == _IN_A_FACT and fact[0] in schemas.open_facts()) else ()


_ABOVE = {"defaults": 1, "sites": 2}
"""How many keys stand above facts where they are shared."""

_IN_A_FACT = 2
"""How long the path of a key is in a fact that is a mapping."""


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
            from efdgen.repository import freenames

            hint = freenames.move_spec(files, PurePosixPath(path).stem, "rename")
            files.problem("E401", "a spec's file name must end in .yaml", Location(path), hint=hint)
        elif path != paths.SHARED and files.is_folder(path):
            for stray in files.below(path):
                if PurePosixPath(stray).suffix.casefold() in paths.LIKE_SPECS:
                    from efdgen.repository import freenames

                    hint = freenames.move_spec(files, PurePosixPath(stray).stem, "move")
                    message = f"specs stand in {paths.ENVIRONMENTS}/ itself: nothing reads this one"
                    files.problem("E401", message, Location(stray), hint=hint)
    return found


def _spec(files: Files, document: Document, shared: SharedLayers, apps: tuple[str, ...]) -> EnvironmentSpec:
    data = document.data
    stem = paths.environment_of(document.file)
    if data["name"] != stem:
        from efdgen.repository import freenames

        message = f"the name {data['name']!r} is not the file's: {stem}.yaml"
        hint = freenames.name_of_spec(files, stem, data["name"])
        files.problem("E401", message, document.locate(("name",)), ("name",), hint)
    site = data.get("site", "")
    sites = shared.document.data.get("sites", {})
    if site and site not in sites:
        files.unknown("site", document, ("site",), sites)
    return build(document, shared, apps)
