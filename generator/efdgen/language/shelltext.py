"""Follows the text of shell commands: which quotes, substitutions and here-documents are open.

Bash is not parsed, only followed as far as quoting needs. What can't be followed is not guessed: a value that stands
behind it is refused, and so is a quotation that is open where the commands end.

    echo "the $(jq -r '.x == "      the stack is  "  (  '     a value here stands in single quotes
"""

from __future__ import annotations

import functools
import re
from typing import Any

from efdgen.language.expressions import ExpressionError
from efdgen.language.late import late
from efdgen.language.places import VALUE, Place
from efdgen.language.shellcommands import ARITHMETIC, ARRAY, CASE, Here, ShellCommands
from efdgen.language.shellwords import QUOTED, Words

_INNER, _BRACES = "( in ((", "${"

_SPECIAL = {
    "'": re.compile(f"['{VALUE}]"),
    '"': re.compile(rf"[\\\"`${VALUE}]"),
    "$'": re.compile(rf"[\\'{VALUE}]"),
    "`": re.compile(r"[\\`]"),
    _BRACES: re.compile(r"[\\\"'`$}<>]"),
    ARITHMETIC: re.compile(r"[\\\"'`$()]"),
    _INNER: re.compile(r"[\\\"'`$()]"),
}
"""What is looked for inside a quotation, by what has opened it."""

_NAME = re.compile(rf"[#!]?[\w{VALUE}]*\Z")
_OPERATOR = re.compile(rf"[#!]?[\w{VALUE}]+(?:\[[@*\d]+\])?(?::?[-+=?]|##?|%%?|//?|\^\^?|,,?)")
_ESCAPE = late(r"\\(?:x[0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}|c|[0-7]{1,2})\Z")


_FIRST = {
    Place.SHELL_WORD: Place.SHELL_ARGUMENT,
    Place.SHELL_SINGLE: Place.SHELL_SINGLE_FIRST,
    Place.SHELL_DOUBLE: Place.SHELL_DOUBLE_FIRST,
}
"""What becomes of a place at the beginning of a word that could be an option."""

_BEGINS_WORD = re.compile(r"(?:\A|[\s;|&()])['\"]*\Z")

_FUNCTION = "function"
_LIKE_BRACKETS = re.compile(r"\(\s*\)")
"""What every definition of a function has, unless it begins with that word: most commands have none."""


def defined(text: str) -> tuple[str, ...]:
    """Return the names of the functions that shell commands define."""
    if _FUNCTION in text:
        return _defined(text)
    if "(" not in text or not _LIKE_BRACKETS.search(text):
        return ()
    end = max(found.end() for found in _LIKE_BRACKETS.finditer(text))
    # What follows the last line that can define one, such as its calls, need not be followed.
    return _defined(text[:end] + text[end:].partition("\n")[0])


@functools.lru_cache(maxsize=256)
def _defined(text: str) -> tuple[str, ...]:
    shell = ShellText()
    shell.follow(f"{text}\n")
    return tuple(shell.defined)


class ShellText(ShellCommands):
    """The state that is reached in the text of shell commands.

    Attributes:
        defined: the names of the functions that the text defines.
    """

    def state(self) -> tuple[Any, ...]:
        """Return what must be the same before and after a block of control lines."""
        words = tuple(words.state() for words in self._words)
        return tuple(self._stack), words, self._here, tuple(self._pending), self._lost

    def mark(self) -> tuple[str, tuple[Words, ...]]:
        """Return where this is, for branches: one begins where the other one began."""
        return self._line, tuple(words.copied() for words in self._words)

    def go_back(self, mark: tuple[str, tuple[Words, ...]]) -> None:
        """Go back to where a branch began; its state is the same."""
        self._line, words = mark[0], mark[1]
        self._words = [each.copied() for each in words]

    @property
    def is_open(self) -> bool:
        """Say whether a quotation, a substitution or a here-document is open."""
        return bool(self._stack or self._here or self._pending)

    @property
    def is_quoted(self) -> bool:
        """Say whether a quotation holds what comes next as it is, blanks included."""
        return bool(self._stack) and self._stack[-1] in ("'", '"', "$'", _BRACES)

    @property
    def is_lost(self) -> bool:
        """Say whether there is something that can't be followed."""
        return bool(self._lost)

    def follow(self, text: str) -> None:
        """Go on over text; a value in it is `VALUE`.

        Raises:
            ExpressionError: when a value can't stand before what follows it.
        """
        first, *more = text.split("\n")
        self._go(first)
        for line in more:
            self._end_line()
            self._go(line)

    def place(self) -> Place:
        """Return the place that is reached.

        Raises:
            ExpressionError: when no value can stand there.
        """
        if self._lost:
            raise ExpressionError("E302", f"a value can't stand here: {self._lost}", "put it in a variable before that")
        if self._here is not None:
            return self._in_here(self._here)
        if self._is_comment:
            return Place.SHELL_COMMENT
        if "`" in self._stack:
            raise ExpressionError("E302", "a value can't stand between the shell's backticks", "write $(...) instead")
        if self._pending and len(self._line) == self._here_end:
            raise ExpressionError("E302", "a value can't stand here: the here-document's first word can't be followed")
        innermost = self._stack[-1] if self._stack else ""
        before = self._line[-1:]
        if innermost != "'" and (before == "$" or (len(self._line) - len(self._line.rstrip("\\"))) % 2):
            raise ExpressionError("E302", f"a value can't stand right behind a {before}")
        return self._limit(innermost) or self._unlimited(innermost)

    def place_of_value(self) -> Place:
        """Return the place that is reached, for a value that people do not type: it is no command and no option.

        Raises:
            ExpressionError: when no value can stand there.
        """
        place = self.place()
        own = self._words[-1]
        if place not in _FIRST and place is not Place.SHELL_COMMAND:
            return place
        if own.is_at_command and own.phase in ("", "body") and "=" not in own.word:
            hint = "write the command, and the value behind it"
            raise ExpressionError("E302", "a value can't be a command, or a part of its name", hint)
        is_first = _BEGINS_WORD.search(self._line) is not None and not own.word.strip(QUOTED)
        return _FIRST[place] if is_first and own.takes_options else place

    def _limit(self, innermost: str) -> Place | None:
        """Return the only kind of place that a value can have, for what is around it; None: any."""
        if ARITHMETIC in self._stack:
            return Place.SHELL_NUMBER
        own = self._words[-1]
        is_quoted = innermost in ("'", '"', "$'", _BRACES)
        limits = {words.place(is_quoted=is_quoted or words is not own) for words in self._words}
        if innermost == _BRACES:
            limits.add(self._place_in_braces())
        elif _BRACES in self._stack:
            limits.add(Place.SHELL_PLAIN)
        for place in (Place.SHELL_NUMBER, Place.SHELL_NAME, Place.SHELL_PLAIN):
            if place in limits:
                return place
        return None

    def _place_in_braces(self) -> Place:
        begin = self._braces[-1]
        if begin >= 0 and _NAME.match(self._line, begin):
            return Place.SHELL_NAME
        return Place.SHELL_PLAIN if begin >= 0 and _OPERATOR.match(self._line, begin) else Place.SHELL_NUMBER

    def _unlimited(self, innermost: str) -> Place:
        if innermost == "'":
            return Place.SHELL_SINGLE
        if innermost == '"':
            return Place.SHELL_DOUBLE
        if innermost == "$'":
            if _ESCAPE.search(self._line):
                raise ExpressionError("E302", "a value can't stand here: it would be a part of what begins with \\")
            return Place.SHELL_PLAIN
        words = self._words[-1]
        if words.is_at_command and words.phase in ("", "body") and "=" not in words.word:
            return Place.SHELL_COMMAND
        return Place.SHELL_PART if words.word else Place.SHELL_WORD

    def _in_here(self, here: Here) -> Place:
        if here.is_expanded:
            message = "a value can't stand in a here-document that the shell expands"
            raise ExpressionError("E302", message, f"put its first word in quotes: <<'{here.word}'")
        begun = self._line.lstrip("\t") if here.strips_tabs else self._line
        if here.word.startswith(begun):
            message = f"a value can't stand here: with it, the line could end the here-document, {here.word}"
            raise ExpressionError("E302", message, "let the line begin with something else, a blank for instance")
        if self._stack and begun.startswith(here.word):
            raise ExpressionError("E302", f"a value can't stand in a line that begins with {here.word}")
        return Place.HERE_DOCUMENT

    # -- Lines

    def _go(self, text: str) -> None:
        at = len(self._line)
        self._line += text
        if self._here is not None or self._is_comment or not text:
            return
        if self._seam and text[0] in "(<{;)['\"":
            self._lose("a line is continued in the middle of an operator")
        self._seam = False
        while at < len(self._line) and not self._is_comment:
            at = self._step(at)

    def _end_line(self) -> None:
        line, self._line = self._line, ""
        if line.endswith("${"):
            self._lose("what begins with ${ and a line's end can't be followed")
        is_continued = not self._is_comment and bool((len(line) - len(line.rstrip("\\"))) % 2)
        if self._here is not None:
            self._end_line_of_here(self._here, line, is_continued=is_continued)
        elif is_continued:
            self._line = line[:-1]  # the next line continues this one
            self._seam = line[-2:-1] in tuple("$<();")
            if self._pending:
                self._lose("a line that begins a here-document can't be continued")
        else:
            self._braces = [-1] * len(self._braces)
            if not self._stack or self._stack[-1] in ("(", CASE, ARRAY):
                self._separate()
            if self._pending:
                if self._words[-1] is not self._begun or self.is_quoted:
                    self._lose("a here-document begins in a line that leaves something else open")
                self._here = self._pending.pop(0)
        self._is_comment = False

    def _end_line_of_here(self, here: Here, line: str, *, is_continued: bool) -> None:
        begun = line.lstrip("\t") if here.strips_tabs else line
        if begun == here.word:
            self._here = self._pending.pop(0) if self._pending else None
        elif here.is_expanded and is_continued:
            self._line = line[:-1]
        elif self._stack and begun.startswith(here.word):
            self._lose("a line begins with what ends the here-document")

    # -- Quotations

    def _step(self, at: int) -> int:
        """Look at what stands at a place of the line, and return where to go on."""
        innermost = self._stack[-1] if self._stack else ""
        special = _SPECIAL.get(innermost)
        if special is None:
            return self._command(at, innermost)
        found = special.search(self._line, at)
        if found is None:
            return len(self._line)
        at = found.start()
        letter = found[0]
        if letter == VALUE:
            self._words[-1].word += VALUE
            return at + 1
        if letter == "\\":
            return at + 2
        if letter == innermost[-1:] and innermost in ("'", '"', "$'", "`"):
            self._stack.pop()
            return at + 1
        if letter == "$":
            return self._dollar(at, innermost)
        return self._inside(letter, at, innermost)

    def _inside(self, letter: str, at: int, innermost: str) -> int:
        if letter == "`":
            self._stack.append("`")
        elif innermost == _BRACES:
            self._in_braces(letter, at)
        elif letter in "'\"":
            if letter == "'":
                self._lose("a ' inside ((...)) can't be followed")
            self._stack.append(letter)
        elif letter == "(":
            self._stack.append(_INNER)
        elif innermost == _INNER:
            self._stack.pop()
        elif self._line.startswith("))", at):
            self._stack.pop()
            return at + 2
        else:
            self._lose("a bracket inside ((...)) can't be followed")
        return at + 1

    def _in_braces(self, letter: str, at: int) -> None:
        if letter == "}":
            self._stack.pop()
            self._braces.pop()
        elif letter in "<>":
            if self._line.startswith("(", at + 1):
                self._lose(f"{letter}( inside ${{...}} can't be followed")
        else:
            self._lose(f"a {letter} inside ${{...}} can't be followed")
            if letter == '"' or '"' not in self._stack:
                self._stack.append(letter)

    def _dollar(self, at: int, innermost: str) -> int:
        following = self._line[at + 1 : at + 3]
        if innermost not in _SPECIAL:
            self._words[-1].word += QUOTED
        if following == "((":
            self._stack.append(ARITHMETIC)
            return at + 3
        if following[:1] == "(":
            self._push("(")
            return at + 2
        if following[:1] == "{":
            if following[1:] in (" ", "|", "\t"):
                self._lose("what begins with ${ and a blank can't be followed")
            self._stack.append(_BRACES)
            self._braces.append(at + 2)
            return at + 2
        if following[:1] == "[":
            self._lose("$[...] can't be followed: write $((...)) instead")
        if following[:1] == "'" and innermost != '"':
            if innermost in _SPECIAL:
                self._lose(f"$' inside {innermost} can't be followed")
            self._stack.append("$'")
            return at + 2
        return at + 1
