"""`efdgen rename ENV NEW`: another name for an environment, everywhere that people wrote it; and what that moves."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from efdgen.errors import InvalidEditError, OutputError, Problem, Severity, UsageError
from efdgen.explain.edits import renaming
from efdgen.explain.edits.renaming import Moved
from efdgen.language import suggest, yamlio
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import editing
from efdgen.output import sources
from efdgen.output.compare import Change
from efdgen.repository import chartkeys, paths
from efdgen.repository.model import Repository
from efdgen.review.model import Review
from efdgen.review.trees import review
from efdgen.verbs.edit import Sources
from efdgen.verbs.new import refuse_name
from efdgen.verbs.tried import Tried, outdated


class Renamed(NamedTuple):
    """What another name of an environment comes to, before anything is written.

    Attributes:
        old: the spec that goes, and its content.
        new: the spec that comes.
        changes: the files that change, the new spec among them.
        moved: what has another name in the world.
        mentions: lines that still say the old name, by file: for people to read.
        review: what changes in what is deployed elsewhere.
        outdated: the rendered files that differ.
        parent: what Argo CD calls the app of apps, before and after.
        warnings: what is odd under the new name, and was not before.
    """

    old: tuple[str, bytes]
    new: str
    changes: Mapping[str, Change]
    moved: Sequence[Moved]
    mentions: Sequence[tuple[str, int]]
    review: Review
    outdated: Sequence[str]
    parent: tuple[str, str]
    warnings: Sequence[Problem] = ()


def rename(root: Path, old: str, new: str) -> Renamed:
    """Rename an environment in memory, and check what comes of it.

    Raises:
        UsageError: when there is no such environment, the new name can't be had, or an edit has to be made by hand.
        InvalidInputError: with everything wrong with what people wrote.
        InvalidEditError: when something is wrong that was not wrong before.
    """
    found = Sources(root)
    before = found.rendered()
    repository = before.project.repository
    if old not in repository.names:
        raise UsageError(suggest.unknown("environment", old, repository.names))
    refuse_name(root, new, tuple(found.written.sites))
    former = {file: _read(root, file) for file in _files(root)}
    texts = {file: _renamed(file, text, repository, old, new) for file, (_, text) in former.items()}
    spec, file = texts.pop(paths.spec(old)), paths.spec(new)
    texts = {path: text for path, text in texts.items() if text != former[path][1]}
    texts[file] = editing.put(spec, ("name",), new)
    after = Tried(root, {**texts, paths.spec(old): None})
    known = {(problem.code, problem.message.replace(old, new)) for problem in before.warnings}
    wrong = [problem for problem in after.problems if (problem.code, problem.message) not in known]
    if any(problem.severity is Severity.ERROR for problem in wrong):
        raise InvalidEditError(wrong, texts)
    rendered = after.rendered()
    names = {each.facts.name: each for each in (*before.environments, *rendered.environments)}
    changes = {file: Change(b"", former[paths.spec(old)][0] + texts[file].encode(), is_new=True)}
    for path, text in texts.items():
        if path != file:
            mark, said = former[path]
            changes[path] = Change(mark + said.encode(), mark + text.encode())
    everything = {path: text for path, (_, text) in former.items() if path != paths.spec(old)} | texts
    return Renamed(
        (paths.spec(old), former[paths.spec(old)][0] + former[paths.spec(old)][1].encode()),
        file,
        changes,
        renaming.moved(names[old], names[new]),
        renaming.mentions(
            everything | _unread(root, former), old, (*repository.names, *found.written.sites, *repository.apps, new)
        ),
        review(before.tree, rendered.tree, "the specs as they are"),
        outdated(before.tree, rendered.tree),
        (names[old].parent, names[new].parent),
        wrong,
    )


def _files(root: Path) -> Iterator[str]:
    """Yield the files in which people name environments: specs, what they share, and templates."""
    for folder in (paths.ENVIRONMENTS, paths.TEMPLATES):
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and "/." not in name and path.name != chartkeys.FILE and path.suffix != ".json":
                yield name


def _unread(root: Path, read: Mapping[str, object]) -> dict[str, str]:
    """Return the texts around those that were read."""
    return {file: text for file, text in _around(root).items() if file not in read}


def _around(root: Path) -> dict[str, str]:
    """Return the texts of all else that may name environments, such as workflows, CODEOWNERS, docs and schemas.

    What runs comes before what is read, and tests last. What efdgen rendered, and its own program, are left out.
    """
    found = {}
    for path in sorted(_others(root), key=lambda path: (_TESTS in path.parts, path.suffix == ".md", path)):
        with contextlib.suppress(OSError, ValueError):
            if path.is_file() and not path.is_symlink() and path.stat().st_size < _LARGE:
                found[path.relative_to(root).as_posix()] = path.read_text(encoding="utf-8")
    return found


def _others(root: Path) -> Iterator[Path]:
    """Yield the files at the top of a repository and in its folders, but for those that nobody writes by hand."""
    for top in root.iterdir():
        is_hidden = top.name.startswith(".") and top.name not in _HIDDEN
        if top.is_symlink() or not top.is_dir():
            yield top
        elif not is_hidden and top.name not in (paths.OUTPUT, *_MADE) and not (top / "efdgen/__init__.py").exists():
            for folder, folders, files in os.walk(top):
                folders[:] = [name for name in folders if name not in _MADE]
                yield from (Path(folder, name) for name in files if name != chartkeys.FILE)


_HIDDEN = (".github", ".gitlab", ".ci", ".circleci", ".buildkite", ".forgejo", ".gitea")
"""Folders that hosts of repositories read."""

_MADE = ("node_modules", "__pycache__", "venv", "build", "dist")
_TESTS = "tests"

_LARGE = 1 << 20
"""Bytes of what nobody wrote by hand."""


def _read(root: Path, file: str) -> tuple[bytes, str]:
    """Return the byte order mark of a file, if it has one, and its text.

    Raises:
        OutputError: when it can't be read.
    """
    try:
        content = (root / file).read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise OutputError(f"can't read {file}: {error}") from None
    return content[: len(content) - len(text.encode())], text


def _renamed(file: str, text: str, repository: Repository, old: str, new: str) -> str:
    schemas = repository.schemas
    is_spec = bool(paths.environment_of(file))
    places = schemas.names_in_specs if is_spec else schemas.names_in_shared if file == paths.FACTS else ()
    try:
        is_yaml = file.endswith((".yaml", ".yml"))
        text = renaming.in_yaml(text, file, old, new) if is_yaml else renaming.in_expressions(text, old, new)
        return renaming.in_document(text, file, places, old, new) if places else text
    except editing.EditError as error:
        place = yamlio.parse(text, file).locate(error.path, key=True)
        raise UsageError(f"{place}: {error}") from None


def write(root: Path, renamed: Renamed) -> None:
    """Write what changes, and take the old spec away.

    Raises:
        OutputError: when a file can't be written, or somebody changed one meanwhile.
    """
    file, content = renamed.old
    old = root / file
    if old.is_symlink():
        raise OutputError(f"{file} is a link: rename what it leads to by hand")
    sources.replace(root, renamed.changes, {file: content})
