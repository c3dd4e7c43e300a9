"""Reads YAML, and remembers where everything stands."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from efdgen.errors import InvalidInputError, Location, Path, Problem, UsageError
from efdgen.language.yamlio.nesting import before_refused_nesting
from efdgen.language.yamlio.scalars import AmbiguousScalarError, resolve_plain

MAX_DEPTH = 100
"""Levels of nesting that a document may have; real ones have ten."""

MAX_NODES = 200_000
"""Nodes that a document may have once its aliases are expanded; real ones have hundreds."""

MAX_BYTES = 5_000_000
"""Size that a document may have; real ones have kilobytes."""

if not yaml.__with_libyaml__:  # pragma: no cover - every wheel has it
    # PyYAML's own Python parser and emitter differ from libyaml in small things; what is written must not.
    raise UsageError("PyYAML was built without libyaml: install it from a wheel (pip install --force-reinstall pyyaml)")


class Marks(NamedTuple):
    """Where one node of a document stands, and its children below it. Lines and columns count from 1."""

    line: int
    column: int
    style: str
    children: dict[str | int, Any]
    keys: dict[str, tuple[int, int]]


_CONFLICT = re.compile(r"^<{7}(?: .*)?$", re.MULTILINE)
"""How a conflict begins: https://git-scm.com/docs/git-merge#_how_conflicts_are_presented."""


class Document(NamedTuple):
    """One YAML document: its data, and where in the file each part of it stands."""

    file: str
    data: Any
    marks: Marks

    def locate(self, path: Path = (), *, key: bool = False) -> Location:
        """Return the place of the value at `path`, or, with `key`, of the key that it stands under.

        Where the path leads nowhere, the place of its deepest existing part is returned.
        """
        marks = self.marks
        place = (marks.line, marks.column)
        for depth, part in enumerate(path):
            child = marks.children.get(part)
            if child is None:
                break
            at_key = key and depth == len(path) - 1 and isinstance(part, str)
            place = marks.keys[part] if at_key and isinstance(part, str) else (child.line, child.column)
            marks = child
        return Location(self.file, *place)

    def locate_in_text(self, path: Path, offset: int = 0, *, key: bool = False) -> Location:
        """Return the place of the character at `offset` of the text at `path`, as far as it can be known.

        With `key`, return the place of the key that it stands under.
        """
        if key:
            return self.locate(path, key=True)
        marks = self.marks
        value = self.data
        for part in path:
            child = marks.children.get(part)
            if child is None:
                return self.locate(path)
            marks = child
            value = value[part]
        place = Location(self.file, marks.line, marks.column)
        if not isinstance(value, str):
            return place
        before = value[:offset]
        if marks.style == "|":
            return Location(self.file, marks.line + 1 + before.count("\n"), 1)
        if marks.style == ">" or "\n" in value:
            return place
        return Location(self.file, marks.line, marks.column + len(before) + len(marks.style))


def parse(text: str, file: str) -> Document:
    """Parse one YAML document.

    Args:
        text: the document.
        file: its name, for locations.

    Raises:
        InvalidInputError: with every problem of the document, located.
    """
    if not text.isascii():
        problem = character_problem(text, file)
        if problem is not None:
            raise InvalidInputError([problem])
    builder = _Builder(file)
    try:
        builder.consume(yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as error:
        before = before_refused_nesting(error, text)
        if before is not None:
            return parse(before, file)
        builder.problems.append(
            conflict_problem(text, file)
            or builder.unclosed_quote(error.problem_mark)
            or _syntax_problem(error, text, file, builder.innermost())
        )
    except yaml.reader.ReaderError:
        found = character_problem(text, file)
        builder.problems.append(found or Problem("E102", "a character is not allowed in YAML", Location(file)))
    if builder.problems:
        raise InvalidInputError(builder.problems)
    return Document(file, builder.root, builder.root_marks)


def conflict_problem(text: str, file: str) -> Problem | None:
    """Return a problem with the first merge conflict that Git left in a text."""
    found = _CONFLICT.search(text)
    if found is None or "\n=======\n" not in text[found.end() :]:
        return None
    line = text.count("\n", 0, found.start()) + 1
    return Problem("E103", "Git left a merge conflict here", Location(file, line, 1), hint="resolve it, then git add")


def syntax_problem(text: str, file: str) -> Problem | None:
    """Return what keeps a text from being YAML documents at all, whatever they mean; None: nothing does."""
    try:
        for _ in yaml.parse(text, Loader=yaml.CSafeLoader):
            pass
    except yaml.MarkedYAMLError as error:
        return conflict_problem(text, file) or _syntax_problem(error, text, file, None)
    except yaml.reader.ReaderError:
        return character_problem(text, file)
    return None


def decode(content: bytes, file: str) -> str:
    """Decode what was read from a file.

    Raises:
        InvalidInputError: when it is too big or not UTF-8.
    """
    if len(content) > MAX_BYTES:
        message = f"the file has {len(content):,} bytes; at most {MAX_BYTES:,} are read"
        raise InvalidInputError([Problem("E101", message, Location(file))])
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        message = f"the file is not UTF-8: byte 0x{content[error.start]:02x}"
        raise InvalidInputError([Problem("E102", message, _place(before, file), hint="save it as UTF-8")]) from None


def _place(before: str, file: str) -> Location:
    """Return the place that comes after a text."""
    return Location(file, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def character_problem(text: str, file: str) -> Problem | None:
    """Return a problem with the first character that YAML does not allow, or that only YAML 1.1 takes for a line end.

    https://yaml.org/spec/1.2.2/#51-character-set
    """
    match = re.search(
        "[^\\t\\n\\r\\x20-\\x7e\\xa0-\\u2027\\u202a-\\ud7ff\\ue000-\\ufefe\\uff00-\\ufffd\\U00010000-\\U0010ffff]", text
    )
    if match is None:
        return None
    message = f"the character U+{ord(match.group()):04X} is not allowed here"
    return Problem("E102", message, _place(text[: match.start()], file))


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, file: str, innermost: Location | None) -> Problem:
    message = " ".join(part for part in (error.problem, error.context) if part)
    mark = error.problem_mark or error.context_mark
    if error.context_mark and any(what in message for what in ("unexpected end of stream", "simple key")):
        mark = error.context_mark  # where the quote or the key begins, not where the next thing surprised the parser
    location = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file)
    if mark and innermost is not None and mark.index >= len(text.rstrip()) and "flow" in message:
        location = innermost  # the bracket that is never closed
    hint = "indent with spaces; YAML allows no tabs" if mark and text[mark.index : mark.index + 1] == "\t" else ""
    return Problem("E103", f"not valid YAML: {message}", location, hint=hint)


class _Frame:
    """A mapping or sequence that is being built."""

    __slots__ = ("anchor", "count", "data", "key", "marks", "seen")

    def __init__(self, data: Any, marks: Marks, anchor: str | None, count: int) -> None:
        self.data = data
        self.marks = marks
        self.anchor = anchor
        self.key: str | None = None
        self.count = count
        self.seen: set[str] = set()


class _Builder:
    """Builds data and marks from libyaml's events; iterative, so that no input can exhaust the stack."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.root: Any = None
        self.root_marks = Marks(1, 1, "", {}, {})
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[Any, Marks, int]] = {}
        self._documents = 0
        self._spanning: tuple[Any, Any] | None = None
        self._count = 0

    def innermost(self) -> Location | None:
        """Return the place of the innermost mapping or list that is not complete yet."""
        if not self._stack:
            return None
        marks = self._stack[-1].marks
        return Location(self.file, marks.line, marks.column)

    def unclosed_quote(self, mark: Any) -> Problem | None:
        """Return a problem with the quoted text that ends, some lines on, just before what can't be read: `a: "b`."""
        if self._spanning is None or mark is None or mark.line != self._spanning[1].line:
            return None
        begin, end = self._spanning
        message = f"not valid YAML: the quoted text that begins here ends on line {end.line + 1}, and more follows it"
        return Problem("E103", message, Location(self.file, begin.line + 1, begin.column + 1), hint="close the quote")

    def consume(self, events: Iterator[Any]) -> None:
        for event in events:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._scalar(event)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                if not self._open(event, {} if kind is yaml.MappingStartEvent else []):
                    return
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._close()
            elif kind is yaml.AliasEvent:
                if not self._alias(event):
                    return
            elif kind is yaml.DocumentStartEvent:
                self._documents += 1
                if self._documents > 1:
                    self._problem(
                        event,
                        "E104",
                        "the file holds more than one YAML document",
                        "split it: one document a file",
                    )
                    return

    def _problem(self, event: Any, code: str, message: str, hint: str = "") -> None:
        mark = event.start_mark
        path = tuple(frame.key if frame.key is not None else len(frame.data) for frame in self._stack)
        self.problems.append(Problem(code, message, Location(self.file, mark.line + 1, mark.column + 1), path, hint))

    def _tagged(self, event: Any, allowed: str) -> None:
        if event.tag is not None and event.tag != allowed:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._problem(event, "E108", f"the tag {tag} is not supported", "write the value without a tag")

    def _scalar(self, event: Any) -> None:
        self._tagged(event, "tag:yaml.org,2002:str")
        frame = self._stack[-1] if self._stack else None
        if event.style in ("'", '"') and event.start_mark.line < event.end_mark.line:
            self._spanning = (event.start_mark, event.end_mark)
        value: Any = event.value
        if frame is not None and type(frame.data) is dict and frame.key is None:
            self._key(frame, event, value)
            return
        if event.implicit[0] and not event.style and event.tag is None:
            if value == "" and frame is not None:
                what = f"behind {frame.key!r}" if frame.key is not None else "in this item"
                hint = "write null to take away what is below, {} or [] for nothing in it, or take the line out"
                self._problem(event, "E112", f"nothing stands {what}", hint)
            value = self._plain(event, value)
        mark = event.start_mark
        marks = Marks(mark.line + 1, mark.column + 1, event.style or "", {}, {})
        self._count += 1
        if event.anchor:
            self._anchors[event.anchor] = (value, marks, 1)
        self._add(value, marks)

    def _key(self, frame: _Frame, event: Any, key: str) -> None:
        if event.implicit[0] and not event.style:
            if key == "<<":
                self._problem(event, "E107", "merge keys (<<) are not supported", "write the values out")
            elif not isinstance(self._plain(event, key), str):
                self._problem(event, "E106", f"the key {key or 'null'} is not text", f'quote it: "{key}"')
        if key in frame.seen:
            first = frame.marks.keys.get(key)
            where = f" (first on line {first[0]})" if first else ""
            self._problem(event, "E105", f"the key {key!r} stands twice in this mapping{where}", "keep one of them")
        frame.seen.add(key)
        frame.key = key
        if event.anchor:
            self._anchors[event.anchor] = (
                key,
                Marks(event.start_mark.line + 1, event.start_mark.column + 1, "", {}, {}),
                1,
            )
        frame.marks.keys.setdefault(key, (event.start_mark.line + 1, event.start_mark.column + 1))

    def _plain(self, event: Any, value: str) -> Any:
        try:
            return resolve_plain(value)
        except AmbiguousScalarError as error:
            self._problem(event, "E109", str(error), error.hint)
            return value

    def _open(self, event: Any, data: Any) -> bool:
        frame = self._stack[-1] if self._stack else None
        if frame is not None and type(frame.data) is dict and frame.key is None:
            self._problem(event, "E106", "a key must be text, not a list or a mapping")
            return False
        if len(self._stack) >= MAX_DEPTH:
            self._problem(event, "E110", f"nested more than {MAX_DEPTH} levels deep")
            return False
        self._tagged(event, f"tag:yaml.org,2002:{'map' if type(data) is dict else 'seq'}")
        mark = event.start_mark
        self._count += 1
        self._stack.append(_Frame(data, Marks(mark.line + 1, mark.column + 1, "", {}, {}), event.anchor, self._count))
        return True

    def _close(self) -> None:
        frame = self._stack.pop()
        if frame.anchor:
            self._anchors[frame.anchor] = (frame.data, frame.marks, self._count - frame.count + 1)
        self._add(frame.data, frame.marks)

    def _alias(self, event: Any) -> bool:
        frame = self._stack[-1] if self._stack else None
        if event.anchor not in self._anchors:
            open_anchor = any(outer.anchor == event.anchor for outer in self._stack)
            what = "stands inside itself" if open_anchor else "is not defined above"
            self._problem(event, "E111", f"the anchor {event.anchor!r} {what}")
            return False
        value, marks, size = self._anchors[event.anchor]
        if frame is not None and type(frame.data) is dict and frame.key is None:
            self._problem(event, "E106", "a key must be text, not an alias")
            return False
        self._count += size
        if self._count > MAX_NODES:
            self._problem(event, "E111", f"aliases multiply the document to more than {MAX_NODES:,} values")
            return False
        self._add(value, marks)
        return True

    def _add(self, value: Any, marks: Marks) -> None:
        if not self._stack:
            self.root, self.root_marks = value, marks
            return
        frame = self._stack[-1]
        if type(frame.data) is dict:
            if frame.key is not None:
                frame.data[frame.key] = value
                frame.marks.children[frame.key] = marks
            frame.key = None
        else:
            frame.marks.children[len(frame.data)] = marks
            frame.data.append(value)
