"""The files people write: found, read, decoded and parsed, with every problem collected."""

from __future__ import annotations

import errno
import os
import stat
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from efdgen.errors import InvalidInputError, Location, Path, Problem, severity
from efdgen.language import inheriting, schema, scope, suggest, yamlio
from efdgen.language.conforms import Reading
from efdgen.language.layers import at, leaves
from efdgen.language.texttemplate import TextFile
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import Document
from efdgen.repository import paths, texts
from efdgen.repository.kept import Kept
from efdgen.repository.worktree import WorkTree

if TYPE_CHECKING:
    from efdgen.repository.snapshot import Snapshot


class Parsed(NamedTuple):
    """A document that could be read, and whether it is what its schema says."""

    document: Document
    is_sound: bool


_sound: Kept[bool] = Kept(2048)
"""Documents with the schemas that they fit."""

Reword = Callable[[Document, list[Problem]], list[Problem]]
"""Returns what is wrong with a document instead of what schemas say, which know no other part of it."""


class Files:
    """Reads the files of one repository and collects what is wrong with them.

    Args:
        root: the repository.
        snapshot: what was read of it before; what it knows is not looked for on the disk.
        instead: texts of files as they would be after an edit; they can be new. None: the file is gone then.

    Attributes:
        problems: what is wrong.
        literals: what looks like a secret, unless it is accepted.
        of_apps: files elsewhere that belong to apps, each with the names of these.
        unread: the folders that can't be read.
        promised: where files were told to move.
        reading: what was read of the schemas that files are held against.
        unevaluated: the same of data of which texts are to be evaluated; unfinished: and null takes something away.
    """

    def __init__(
        self,
        root: FilePath,
        snapshot: Snapshot | None = None,
        instead: Mapping[str, str | None] = types.MappingProxyType({}),
    ) -> None:
        self.root = root
        self._tree = WorkTree(root, snapshot, instead)
        self._snapshot = snapshot
        self._instead = instead
        self.problems: list[Problem] = []
        self.literals: list[Problem] = []
        self.of_apps: dict[str, set[str]] = {}
        self.unread: set[str] = set()
        self.promised: set[str] = set()
        self.reading = Reading()
        self.unevaluated = Reading(is_open=scope.is_open_text)
        self.unfinished = Reading(is_open=scope.is_open)
        self._refused: set[Location] = set()
        # Of thousands of files, texts are put together in a tenth of the time that paths are.
        self._folder = f"{root}/"

    def problem(self, code: str, message: str, location: Location, path: Path = (), hint: str = "") -> None:
        """Record a problem; its code's letter says what it weighs."""
        self.problems.append(Problem(code, message, location, path, hint, severity(code)))

    def unknown(self, what: str, document: Document, path: Path, known: Iterable[str], *, key: bool = False) -> None:
        """Record that the name at `path`, a value or, with `key`, a key, names nothing that exists."""
        name = path[-1] if key else at(document.data, path)
        location = document.locate(path, key=key)
        if self.is_refused(location):
            return  # it is not even a name
        self.problem("E402", f"unknown {what} {name!r}", location, path, suggest.hint(str(name), known))

    def document(self, path: str, *rules: str | schema.Rules, reword: Reword | None = None) -> Document | None:
        """Read a YAML file that holds a mapping, and check it against schemas; None when something is wrong."""
        read = self.parsed(path, *rules, reword=reword)
        return read.document if read is not None and read.is_sound else None

    def parsed(self, path: str, *rules: str | schema.Rules, reword: Reword | None = None) -> Parsed | None:
        """Read a YAML file that holds a mapping, and say whether it fits schemas; None when it can't be read.

        Args:
            path: the file.
            rules: the schemas, or the names of efdgen's own.
            reword: says better what schemas say is wrong.
        """
        document = self._mapping(path)
        if document is None:
            return None
        schemas = [schema.load(name) if isinstance(name, str) else name for name in rules]
        problems: list[Problem] = []
        if not _sound.get(document, *schemas):
            looked_at = inheriting.left_open(document)
            for each in schemas:
                problems += schema.check_data(looked_at, each, reading=self.reading)
            if not problems:
                _sound.add(True, document, *schemas)
        if reword is not None:
            problems = reword(document, problems)
        if problems:
            problems = schema.said_once(dict.fromkeys(problems))
            self.refuse(problems)
        return Parsed(document, not problems)

    def is_told(self, path: str) -> bool:
        """Say whether something is wrong with a file or folder as a whole: what follows from that need not be said."""
        return Location(path) in {problem.location for problem in self.problems}

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Record what a schema says is wrong: names at these places are not looked up."""
        found = tuple(problems)
        self._refused.update(problem.location for problem in found)
        self.problems.extend(found)

    def is_refused(self, location: Location) -> bool:
        """Say whether a schema says that something is wrong at a place."""
        return location in self._refused

    def is_refused_at(self, document: Document, path: Path) -> bool:
        """Say the same of a value of a document; where nothing is wrong, its place is not looked for."""
        return bool(self._refused) and self.is_refused(document.locate(path))

    def key_tree(self, path: str) -> Mapping[str, Any] | None:
        """Read a YAML file that holds nothing but nested mappings; None when something is wrong."""
        text = self.text(path)
        quickly = None if text is None else texts.key_tree(text)
        if text is None or quickly is not None:
            return quickly
        document = self._mapping(path)
        if document is None:
            return None
        # Said by chart-keys.schema.json too; checking a thousand keys with it would take longer than all the rest.
        wrong = list(
            dict.fromkeys(_up_to_list(path) for path, value in leaves(document.data) if not _is_any(path, value))
        )
        for where in wrong:
            self.problem("E204", "must be a mapping: {} stands for any value", document.locate(where), where)
        return None if wrong else document.data

    def _mapping(self, path: str) -> Document | None:
        text = self.text(path)
        if text is None:
            return None
        try:
            document, literals = texts.parsed(text, path)
        except InvalidInputError as error:
            self.problems.extend(error.problems)
            return None
        if not isinstance(document.data, dict):
            what = "the file is empty" if document.data is None else "the file must hold a mapping"
            is_list = isinstance(document.data, list)
            hint = "write `key: value`, without hyphens in front" if is_list else paths.beginning(path)
            self.problem("E200", what, document.locate(), hint=hint)
            return None
        self.literals.extend(literals)
        return document

    def texts(self, folder: str) -> dict[str, TextFile]:
        """Read every file below a folder as text, by its path in there."""
        read = {path: self.text_file(path) for path in self.below(folder)}
        return {path.removeprefix(f"{folder}/"): file for path, file in read.items() if file is not None}

    def below(self, folder: str) -> Iterator[str]:
        """Yield the files below a folder, however deep, sorted, hidden ones left out."""
        waiting = self.entries(folder)[::-1]
        while waiting:
            entry = waiting.pop()
            mode = self._tree.kind(entry)
            if not entry.isprintable():
                self.problem("E101", "the file's name holds a character that can't be shown", Location(entry))
            elif stat.S_ISLNK(mode) and stat.S_ISDIR(self._tree.kind(entry, follow=True)):
                self.problem("E101", "links to folders are not followed", Location(entry), hint="copy the folder here")
            elif stat.S_ISDIR(mode):
                waiting += self.entries(entry)[::-1]
            else:
                yield entry

    def entries(self, folder: str) -> list[str]:
        """Return what is in a folder, sorted, hidden names left out."""
        edited = [
            (path[len(folder) + 1 :], text) for path, text in self._instead.items() if path.startswith(f"{folder}/")
        ]
        new = {path.partition("/")[0] for path, text in edited if text is not None}
        try:
            names = self._tree.names(folder)
        except OSError as error:
            if not (new and isinstance(error, FileNotFoundError)):
                self._refuse_folder(folder, error)
                return []
            names = []
        names = sorted({*names, *new} - {p for p, t in edited if t is None}) if edited else names
        alike: dict[str, str] = {}
        for name in names:
            same = name.lower() if name.isascii() else _alike(name)
            other = alike.setdefault(same, name)
            if other != name:
                message = (
                    f"the name is that of {other!r} but for case, or for how Unicode writes it: elsewhere they are one"
                )
                self.problem("E401", message, Location(f"{folder}/{name}"), hint="rename one of them")
        return [f"{folder}/{name}" for name in names]

    def _refuse_folder(self, folder: str, error: OSError) -> None:
        """Record once that a folder can't be read: the outermost above it that can't be looked into, if any."""
        parts = folder.split("/")
        above = ("/".join(parts[:count]) for count in range(1, len(parts)))
        folder = next((each for each in above if not os.access(self._folder + each, os.X_OK)), folder)
        if folder not in self.unread:
            self.unread.add(folder)
            hint = "let yourself read it and look into it: chmod u+rx" if isinstance(error, PermissionError) else ""
            self.problem("E101", f"can't read the folder: {self._reason(folder, error)}", Location(folder), hint=hint)

    def _reason(self, path: str, error: OSError) -> str:
        """Return why a file or folder can't be read; what is wrong with a link is not the system's word for it."""
        if error.errno == errno.ELOOP:
            return "its links lead in a circle"
        if isinstance(error, FileNotFoundError) and stat.S_ISLNK(self._tree.kind(path)):
            return "the link leads nowhere"
        return str(error.strerror)

    def is_folder(self, path: str) -> bool:
        """Say whether a path is a folder; one that can't be looked at is none."""
        return self._tree.is_folder(path)

    def exists(self, path: str) -> bool:
        """Say whether there is a file or folder of that name."""
        return self._tree.exists(path)

    def refuse_others(self, folder: str, known: Iterable[str]) -> None:
        """Record what is in a folder and nothing reads: a misspelt name must not leave a file out in silence.

        Markdown is for people, and may stand anywhere.
        """
        known = frozenset(known)
        for entry in self.entries(folder):
            name = entry.rpartition("/")[2]
            if name not in known and not name.endswith(".md"):
                message = f"nothing reads a file or folder of this name in {folder}/"
                self.problem("E401", message, Location(entry), hint=self.meant(folder, name, known))

    def meant(self, folder: str, name: str, known: Iterable[str]) -> str:
        """Return the hint for what nothing reads in a folder: what it may be meant to be, or that this is there."""
        match = suggest.closest(name, known := frozenset(known))
        if match is not None and self.exists(f"{folder}/{match}"):
            return f"{match} is there, too: put what it lacks into it, and delete this one"
        return suggest.hint(name, known)

    def text_file(self, path: str) -> TextFile | None:
        """Read a file as text, with plain line ends; None when something is wrong."""
        text = self.text(path)
        if text is None:
            return None
        try:
            file, literals = texts.plain(text, path)
        except InvalidInputError as error:
            self.problems.extend(error.problems)
            return None
        self.literals.extend(literals)
        return file

    def text(self, path: str) -> str | None:
        """Read a file as text; None when it can't be read."""
        if path in self._instead:
            return self._instead[path]
        content = self._content(path)
        if content is None:
            return None
        try:
            return yamlio.decode(content, path)
        except InvalidInputError as error:
            self.problems.extend(error.problems)
            return None

    def _content(self, path: str) -> bytes | None:
        """Return the content of a file; None when it can't be read."""
        if self._snapshot is not None and path in self._snapshot.contents:
            return self._snapshot.contents[path]
        file = self._folder + path
        try:
            if not self._tree.is_inside(path):
                self.problem("E101", "the link leads out of the repository", Location(path), hint="copy the file here")
                return None
            status = os.stat(file)
            if not stat.S_ISREG(status.st_mode):
                self.problem("E101", "it is not a file", Location(path))
                return None
            size = status.st_size
            content = _content(file) if size <= yamlio.MAX_BYTES else b""
        except OSError as error:
            folder = path.rpartition("/")[0]
            if isinstance(error, PermissionError) and not os.access(self._folder + folder, os.X_OK):
                self._refuse_folder(folder, error)
                return None
            self.problem("E101", f"can't read it: {self._reason(path, error)}", Location(path))
            return None
        if size > yamlio.MAX_BYTES:
            self.problem("E101", f"the file has {size:,} bytes; at most {yamlio.MAX_BYTES:,} are read", Location(path))
            return None
        return content


def _is_any(path: Path, value: Any) -> bool:
    """Say whether a leaf of a chart's keys is what it must be: a mapping, and in mappings only."""
    return value == {} and not any(isinstance(step, int) for step in path)


def _up_to_list(path: Path) -> Path:
    """Return the path of the list that a path leads through; the path itself if there is none."""
    return path[: next((index for index, step in enumerate(path) if isinstance(step, int)), len(path))]


def _alike(name: str) -> str:
    """Return what is the same of all names that some system takes for one."""
    import unicodedata

    return unicodedata.normalize("NFC", name).casefold()


def _content(file: str) -> bytes:
    with open(file, "rb", buffering=0) as stream:
        return stream.readall()
