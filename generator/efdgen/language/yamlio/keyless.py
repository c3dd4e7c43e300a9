"""Lines that are neither keys nor comments, and what Git left of a conflict: reading gets further without them.

      config        (no colon)            foo                 <<<<<<< HEAD
        data: 1                           name: lab           name: lab

libyaml takes such a line for text, and stops at a later one, in which nothing is wrong. So lines are mended for a
trial, as people are told to mend them, and the one is named with which most can be read.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import yaml

from efdgen.language.late import late
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import quickly
from efdgen.language.yamlio.lineends import LINE_END

_MARKER = late(r"(?:<{7}|>{7}|\|{7})(?: .*)?\Z|={7}\Z")
"""A line of a conflict: https://git-scm.com/docs/git-merge#_how_conflicts_are_presented."""

_DASHES = re.compile(r"(?:--- +|[ ]*(?:- +)*)")
_COLON = late(r"(?P<colon>:)(?:\s|\Z)|(?:\A|(?<=\s))[\"'#\[{]")
"""The colon of a key, or what comes before it so that there may be none: quotes, a comment, a bracket."""

_QUOTED = late(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")

_KEY = late(r"(?P<key>\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^\s\"'\[\]{}#&*!|>%@`?,:-][^\s:]*)(?P<rest>\s.*)?\Z")
"""What would be a key with a colon, and what stands behind it."""

_MOST_LINES = 20
"""How many lines are tried: libyaml stops soon behind a line without a colon."""

_MOST_READ = 2_000_000
"""Characters that are read in all trials together: a second's work."""

_LARGE, _BEHIND = 100_000, 50
"""Characters of which a trial does not read all, but so many lines behind the mistake."""

_AS_KEY, _AS_COMMENT, _AS_TEXT = "key", "comment", "text"
_COMMENT = "if it is a comment, begin it with #"
_PAIR = "write a key, a colon, a blank and the value"


class Keyless(NamedTuple):
    """A line that is none, from 1, and the column at which it begins, what is wrong, and how to write it."""

    line: int
    column: int
    message: str
    hint: str


def conflict_left(error: Any, text: str) -> int | None:
    """Return the line, from 1, of a part of a merge conflict that keeps a text from being YAML; None: none does.

    Args:
        error: what libyaml raised.
        text: the text, in which no whole conflict is.
    """
    trial = _Trial(error, text)
    markers = [each for each in trial.above if _MARKER.match(trial.lines[each])][-_MOST_LINES:]
    return next((each + 1 for each in markers if trial.reaches({each: ""}) > trial.mark.line), None)


def keyless(error: Any, text: str) -> Keyless | None:
    """Return the line that lacks a colon, the # of a comment or its blanks, and so keeps a text from being YAML.

    Args:
        error: what libyaml raised.
        text: the text.
    """
    trial = _Trial(error, text)
    begin = error.context_mark.line if "simple key" in (error.context or "") else None
    tried = [
        (trial.reaches(mend), -order, name, mend, number)
        for order, number in enumerate(_without_colon(trial, begin))
        for name, mend in _mends(trial.lines, number).items()
    ]
    reach, nearest, *_ = max(tried, key=lambda each: each[:2], default=(-1, 0))
    if reach <= trial.mark.line if trial.mark is not None else True:
        return None
    best = {name: mend for far, order, name, mend, _ in tried if (far, order) == (reach, nearest)}
    sound = {name for name, mend in best.items() if trial.is_sound(mend)} or set(best)
    number = next(number for _, order, _, _, number in tried if order == nearest)
    return _said(trial.lines, number, sound)


class _Trial:
    """A text that is no YAML, of which lines are mended for a trial."""

    def __init__(self, error: Any, text: str) -> None:
        self.mark = error.problem_mark or error.context_mark
        lines = LINE_END.split(text)
        self.lines: Sequence[str] = lines
        if len(text) > _LARGE and self.mark is not None:
            self.lines = lines[: self.mark.line + _BEHIND]
        self.above = range(min(self.mark.line + 1, len(self.lines))) if self.mark is not None else range(0)
        self._left = _MOST_READ

    def reaches(self, mended: Mapping[int, str]) -> int:
        """Return the line, from 0, at which reading stops with other lines in the place of some.

        No line, or one above the mistake, is also the answer where too much was tried.
        """
        changed = "\n".join([mended.get(number, line) for number, line in enumerate(self.lines)])
        self._left -= len(changed)
        if not mended or self._left < 0:
            return -1
        try:
            for _ in iter(yaml.CSafeLoader(changed).get_event, None):
                pass
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            return int(mark.line) if mark is not None else -1
        except yaml.reader.ReaderError:
            return -1
        return len(self.lines)

    def is_sound(self, mended: Mapping[int, str]) -> bool:
        """Say whether nothing is wrong, as far as is read, with other lines in the place of some."""
        changed = "\n".join([mended.get(number, line) for number, line in enumerate(self.lines)])
        return quickly.data(changed) is not quickly.UNUSUAL


def _without_colon(trial: _Trial, begin: int | None) -> Iterator[int]:
    """Yield the lines without a colon that are no comments: where a key may begin, then upwards from the mistake."""
    said = (each for each in reversed(trial.above) if trial.lines[each].strip() and trial.lines[each].strip()[0] != "#")
    lines = (*(() if begin is None else (begin,)), *itertools.islice(said, _MOST_LINES))
    yield from (each for each in dict.fromkeys(lines) if not _has_colon(trial.lines[each].strip()))


def _has_colon(line: str) -> bool:
    """Say whether a line holds the colon of a key, outside of quotes, brackets and comments."""
    found = _COLON.search(line)
    while found is not None and not found["colon"]:
        quoted = _QUOTED.match(line, found.start())
        if quoted is None:
            return False
        found = _COLON.search(line, quoted.end())
    return found is not None


def _mends(lines: Sequence[str], number: int) -> dict[str, Mapping[int, str]]:
    """Return how a line could be meant: with a colon behind its first word, as a comment, as text like the next one."""
    line = lines[number]
    begin = _DASHES.match(line)
    before = begin.group() if begin else ""
    found: dict[str, Mapping[int, str]] = {}
    key = _KEY.match(line, len(before))
    if key is not None:
        value = "" if _is_above_its_value(lines, number, key) else f" {key['rest'] or 'x'}"
        found[_AS_KEY] = {number: f"{before}{key['key']}:{value}"}
    if not before.lstrip().startswith("- "):  # an item with something wrong in it is hardly meant as a comment
        found[_AS_COMMENT] = {number: f"#{line}"}
    below = _next(lines, number)
    if below is not None and _indent(lines[below]) > _indent(line):
        found[_AS_TEXT] = {number: " " * _indent(lines[below]) + line.lstrip()}
    return found


def _said(lines: Sequence[str], number: int, how: Collection[str]) -> Keyless:
    """Return what is said of a line that could be meant in these ways."""
    line = lines[number]
    begin = _DASHES.match(line)
    column = begin.end() if begin else 0
    below = _next(lines, number)
    if _AS_KEY in how and not (_AS_TEXT in how and _is_within_text(lines, number)):
        hint = "write a colon behind it" if _is_above_its_value(lines, number, _KEY.match(line, column)) else _PAIR
        hint += f"; or, {_COMMENT}" if _AS_COMMENT in how else ""
        return Keyless(number + 1, column + 1, "there is no colon behind this key", hint)
    if _AS_COMMENT in how and _AS_KEY not in how:
        hint = f"{_COMMENT}; else take it out"
        return Keyless(number + 1, column + 1, "this line is neither a key nor a comment", hint)
    where = f"line {below + 1}" if below is not None else ""
    message = f"this line is indented less than the text around it, which goes on in {where}"
    return Keyless(number + 1, column + 1, message, f"indent it as {where}, or take it out")


def _is_above_its_value(lines: Sequence[str], number: int, key: re.Match[str] | None) -> bool:
    """Say whether a key stands alone on its line, and what is below it belongs to it."""
    if key is None or (key["rest"] or "").strip()[:1] not in ("", "#"):
        return False
    below = _next(lines, number)
    return below is not None and (_indent(lines[below]) > _indent(lines[number]) or lines[below].lstrip()[:2] == "- ")


def _is_within_text(lines: Sequence[str], number: int) -> bool:
    """Say whether the lines around one look like lines of a text, indented alike."""
    above, below = _next(lines[number - 1 :: -1], -1) if number else None, _next(lines, number)
    if above is None or below is None or _has_colon(lines[below].strip()) or lines[below].lstrip()[:2] == "- ":
        return False
    return _indent(lines[number - 1 - above]) == _indent(lines[below])


def _next(lines: Sequence[str], number: int) -> int | None:
    """Return the next line below that is not blank and not a comment."""
    below = range(number + 1, len(lines))
    return next((each for each in below if lines[each].strip() and lines[each].strip()[0] != "#"), None)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
