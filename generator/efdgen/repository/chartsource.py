"""Where a chart of an app comes from: a Helm repository or a registry, a folder of this repository, or another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from efdgen.errors import InvalidInputError, Location, Path, Problem
from efdgen.language import schema, suggest, yamlio
from efdgen.language.conforms import conforms
from efdgen.language.shown import shown
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import Document
from efdgen.repository import chartaddress
from efdgen.repository.files import Files
from efdgen.repository.model import AppChart, GitSource

_SOURCES = ("repository", "git", "path")
_CHART, _VALUES = "Chart.yaml", "values.yaml"
_OUTPUT = "rendered"
"""The folder that efdgen writes: nothing of people's can be in there."""


def read(files: Files, document: Document, where: Path, problems: list[Problem]) -> AppChart | None:
    """Return the chart that a definition names; None when something is wrong with it.

    Args:
        files: the repository.
        document: the definition.
        where: the chart's place in there.
        problems: takes what is wrong.
    """
    here = _Place(document, where, problems)
    said = here.said
    name = here.name
    sources = [key for key in _SOURCES if key in said and not (key == "path" and "git" in said)]
    if len(sources) > 1:
        here.problem("E405", f"the chart comes from one place: {_listed(sources)} name two", sources[1], key=True)
        return None
    if "git" in said:
        return _of_git(here)
    if "path" in said:
        version = _folder(files, here)
        repository = chartaddress.address(said["path"])
        return AppChart(here.key, name, version, repository, said["path"], here.pinned_at) if version else None
    if "version" not in said:
        here.missing("version")
        return None
    return AppChart(here.key, name, said["version"], said["repository"], "", here.pinned_at)


def _of_git(here: _Place) -> AppChart | None:
    said = here.said
    missing = next((part for part in ("path", "revision") if part not in said), "")
    if missing:
        here.missing(missing)
        return None
    source = GitSource(said["git"], said["path"], said["revision"])
    address = chartaddress.of_git(source.url, source.path)
    return AppChart(here.key, here.name, source.revision, address, "", here.pinned_at, source)


def reword(document: Document, problems: list[Problem]) -> list[Problem]:
    """Return what is wrong with a definition, given what its schema says: what pins a chart depends on its source.

    A version beside `git`, or a revision without it, is wrong whatever it looks like.
    """
    said = document.data
    named: list[tuple[Path, Any]] = [(("chart",), said.get("chart"))]
    charts = said.get("charts")
    named += [(("charts", key), chart) for key, chart in charts.items()] if isinstance(charts, dict) else []
    found = [misplaced for where, chart in named if isinstance(chart, dict) for misplaced in _misplaced(where, chart)]
    told = {where for where, *_ in found}
    return [
        *(problem for problem in problems if problem.path not in told),
        *(Problem("E405", message, document.locate(where, key=True), where, hint) for where, message, hint in found),
    ]


def _misplaced(where: Path, chart: Mapping[str, Any]) -> Iterator[tuple[Path, str, str]]:
    if "git" in chart and "version" in chart:
        left_out = "leave it out: the revision says which version it is"
        hint = left_out if "revision" in chart else "write its tag, or a whole commit, as revision"
        yield (*where, "version"), "a chart from Git has a revision, not a version", hint
    if "revision" in chart and "git" not in chart:
        says = "the folder" if "path" in chart else "version" if "version" in chart else ""
        hint = f"leave it out: {says} says which one it is" if says else "write its version"
        yield (*where, "revision"), "only a chart from Git has a revision", hint


class _Place(NamedTuple):
    """Where a definition names a chart, and where problems go."""

    document: Document
    where: Path
    problems: list[Problem]

    @property
    def said(self) -> Mapping[str, Any]:
        data: Any = self.document.data
        for part in self.where:
            data = data[part]
        return data  # type: ignore[no-any-return]

    @property
    def name(self) -> str:
        """Return the chart's name."""
        name: str = self.said.get("name", self.where[-1])
        return name

    @property
    def key(self) -> str:
        """Return what its values stand under: `chart: {name: x}` has no other name for it."""
        return self.name if len(self.where) == 1 else str(self.where[-1])

    @property
    def pinned_at(self) -> Location:
        """Return where it is said which version it is."""
        part = next(part for part in ("version", "revision", "path", "repository") if part in self.said)
        return self.document.locate((*self.where, part))

    def missing(self, part: str) -> None:
        location = self.document.locate(self.where, key=True)
        self.problems.append(Problem("E202", f"{part!r} is missing", location, (*self.where, part)))

    def problem(self, code: str, message: str, part: str, hint: str = "", *, key: bool = False) -> None:
        where = (*self.where, part)
        self.problems.append(Problem(code, message, self.document.locate(where, key=key), where, hint))


def _listed(words: list[str]) -> str:
    return " and ".join(f"'{word}'" for word in words)


def _folder(files: Files, here: _Place) -> str:
    """Return the version of a chart in a folder of the repository; nothing when something is wrong with it."""
    folder: str = here.said["path"]
    if folder.partition("/")[0] == _OUTPUT:
        hint = "put it into a folder of its own, such as charts/"
        here.problem("E408", f"efdgen writes {_OUTPUT}/: no chart can lie in there", "path", hint)
    elif folder == ".":
        here.problem("E408", "the repository itself is not a chart", "path", "put the chart into a folder")
    elif not _is_inside(files, folder):
        here.problem("E408", f"the folder {folder} leads out of the repository", "path", "copy it here")
    elif not files.exists(folder):
        hint = "the path begins at the repository's top folder"
        here.problem("E408", f"there is no folder {folder}", "path", hint)
    elif not (files.root / folder).is_dir():
        here.problem("E408", f"{folder} is not a folder", "path", _instead_of_a_file(folder))
    elif not files.exists(f"{folder}/{_CHART}"):
        here.problem("E408", f"there is no {_CHART} in {folder}", "path", _misspelt_chart(files, folder))
    else:
        metadata = _read_as_helm(files, here, f"{folder}/{_CHART}")
        values = f"{folder}/{_VALUES}"
        is_sound = not files.exists(values) or _read_as_helm(files, here, values, takes_nothing=True) is not None
        version = "" if metadata is None else _checked(files, here, metadata)
        return version if is_sound else ""
    return ""


def _instead_of_a_file(path: str) -> str:
    """Return what to write in the place of a file."""
    folder, _, name = path.rpartition("/")
    if name == _CHART and folder:
        return f"write {folder}"
    return "unpack it into a folder, and name that" if name.endswith(".tgz") else f"name the folder of its {_CHART}"


def _misspelt_chart(files: Files, folder: str) -> str:
    names = [entry.rpartition("/")[2] for entry in files.entries(folder)]
    found = next((name for name in names if suggest.closest(name, [_CHART])), None)
    return f"rename {found} to {_CHART}" if found else f"name the folder of the chart's {_CHART}"


class _Metadata(NamedTuple):
    """What a file of a chart says, and where."""

    file: str
    data: Mapping[str, Any]
    document: Document | None

    def locate(self, key: str = "") -> Location:
        """Return where a key's value stands, as far as it can be known."""
        return Location(self.file) if self.document is None else self.document.locate((key,) if key else ())


def _read_as_helm(files: Files, here: _Place, file: str, *, takes_nothing: bool = False) -> _Metadata | None:
    """Return what a file of a chart says, as Helm reads it; None when it can't be read, or is no mapping.

    With `takes_nothing`, it may be empty.
    """
    files.of_apps.setdefault(file, set()).add(PurePosixPath(here.document.file).parent.name)
    text = files.text(file)
    if text is None:
        return None
    problem = yamlio.syntax_problem(text, file)
    if problem is not None:
        here.problems.append(problem)
        return None
    try:
        data = yamlio.load(text)
    except yamlio.YamlError as error:
        place = Location(file, error.line, error.column)
        here.problems.append(Problem("E408", f"Helm can't read it: {error.what}", place))
        return None
    try:
        document = yamlio.parse(text, file)
    except InvalidInputError:
        document = None  # Helm is less strict
    metadata = _Metadata(file, data if isinstance(data, dict) else {}, document)
    if not isinstance(data, dict) and not (takes_nothing and data is None):
        what = "the file is empty" if data is None else "the file must hold a mapping"
        here.problems.append(Problem("E408", what, metadata.locate()))
        return None
    return metadata


def _checked(files: Files, here: _Place, metadata: _Metadata) -> str:
    """Return the version of a chart, if its Chart.yaml says what the definition says."""
    said, folder, file = here.said, here.said["path"], metadata.file
    name, version = metadata.data.get("name"), metadata.data.get("version")
    if not isinstance(name, str):
        message = "the chart has no name" if name is None else f"the chart's name must be text, not {shown(name)}"
        here.problems.append(Problem("E408", message, metadata.locate("name"), ("name",), f"write name: {here.name}"))
    elif name != here.name:
        message = f"{file} says that the chart's name is {name!r}"
        here.problem("E408", message, "name" if "name" in said else "path", f"write name: {name}")
    elif not isinstance(version, str) or not conforms(version, schema.load("types#/$defs/version")):
        message = "the chart has no version" if version is None else f"must be an exact version, not {shown(version)}"
        hint = 'write one such as "1.3.0", with all three numbers'
        here.problems.append(Problem("E408", message, metadata.locate("version"), ("version",), hint))
    elif "version" in said and said["version"] != version:
        message = f"{file} says that the chart's version is {version!r}"
        here.problem("E408", message, "version", "write that, or leave it out: the folder says which version it is")
    else:
        missing = [each for each in _needed(metadata.data) if not _has(files, folder, each)]
        for each in missing:
            message = f"the chart needs {each}, which is not in {folder}/charts/: Helm builds no chart of a chart"
            hint = f"run helm dependency update {folder}, and commit what it fetches"
            here.problem("E408", message, "path", hint)
        return "" if missing else version
    return ""


def _is_inside(files: Files, folder: str) -> bool:
    try:
        return (files.root / folder).resolve().is_relative_to(files.root.resolve())
    except (OSError, RuntimeError):  # links that lead in a circle
        return False


def _needed(metadata: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the charts that a chart depends on."""
    dependencies = metadata.get("dependencies")
    for each in dependencies if isinstance(dependencies, list) else []:
        if isinstance(each, dict) and isinstance(each.get("name"), str):
            yield each["name"]


def _has(files: Files, folder: str, name: str) -> bool:
    """Say whether a chart has another one in its charts/, as a folder or as an archive."""
    charts = files.root / folder / "charts"
    return (charts / name).is_dir() or any(charts.glob(f"{name}-*.tgz"))
