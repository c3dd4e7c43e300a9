"""A YAML document that was read: its data, and where everything stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from efdgen.errors import Location, Path
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio.building import Marks

if TYPE_CHECKING:
    from efdgen.language.yamlio.characters import Characters


class Places:
    """Where the parts of a document stand.

    Args:
        find: finds these places.
        marks: the places, where they are known; None: they are found when somebody asks.
        text: the document.
    """

    __slots__ = ("_characters", "_find", "_fractions", "_marks", "_text")

    def __init__(self, find: Callable[[], Marks], marks: Marks | None = None, text: str = "") -> None:
        self._find = find
        self._marks = marks
        self._text = text
        self._characters: Characters | None = None
        self._fractions: Mapping[tuple[int, int], str] | None = None

    @property
    def marks(self) -> Marks:
        """Return the place of the whole, and below it those of its parts."""
        if self._marks is None:
            self._marks = self._find()
        return self._marks

    @property
    def fractions(self) -> Mapping[tuple[int, int], str]:
        """Return the fractions that are not written as their number, by line and column: see `fractions`."""
        if self._fractions is None:
            from efdgen.language.yamlio.fractions import unlike_their_number

            self._fractions = unlike_their_number(self._text)
        return self._fractions

    def of_character(self, marks: Marks, value: str, offset: int) -> tuple[int, int]:
        """Return the line and the column of the character at an offset of a text that stands in the document."""
        if self._characters is None:
            from efdgen.language.yamlio.characters import Characters

            self._characters = Characters(self._text)
        return self._characters.place(marks.line, marks.column, value, offset)


NOWHERE: Final = Places(lambda: Marks(0, 0, "", {}, {}))
"""Where nobody knows where something stands."""


class Document(NamedTuple):
    """One YAML document: its data, and where in the file each part of it stands.

    Attributes:
        inherits: whether its text says `inherited`, as lists do that add to those below.
        hides_nothing: whether its text is ASCII without escapes: then so is every key and value, without control
            characters but tabs and line ends, which libyaml refuses.
    """

    file: str
    data: Any
    places: Places
    inherits: bool = False
    hides_nothing: bool = False

    def locate(self, path: Path = (), *, key: bool = False) -> Location:
        """Return the place of the value at `path`, or, with `key`, of the key that it stands under.

        Where the path leads nowhere, the place of its deepest existing part is returned.
        """
        marks = self.places.marks
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
        """Return the place of the character at `offset` of the text at `path`, in whatever style that is written.

        Where that can't be known, return the place of the text. With `key`, return the place of the key that it stands
        under.
        """
        if key:
            return self.locate(path, key=True)
        marks = self.places.marks
        value = self.data
        for part in path:
            child = marks.children.get(part)
            if child is None:
                return self.locate(path)
            marks = child
            value = value[part]
        if not isinstance(value, str):
            return Location(self.file, marks.line, marks.column)
        return Location(self.file, *self.places.of_character(marks, value, offset))
