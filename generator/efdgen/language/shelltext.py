"""Follows the text of shell commands: which quotes, substitutions and here-documents are open.

Bash is not parsed, only followed as far as quoting needs. What can't be followed is not guessed: a value that stands
behind it is refused, and so is a quotation that is open where the commands end.

    echo "the $(jq -r '.x == "      the stack is  "  (  '     a value here stands in single quotes
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from efdgen.language.expressions import ExpressionError
from efdgen.language.places import VALUE, Place

_SPECIAL = re.compile(r"[\\'\"`$()}#<]|\b(?:case|esac)\b")
_HERE = re.compile(r"<<(?P<dash>-?)[ \t]*(?:'(?P<single>\w+)'|\"(?P<double>\w+)\"|\\(?P<escaped>\w+)|(?P<bare>\w+))")
_BEFORE_COMMAND = re.compile(r"(?:\A|[;|&({!\n]|\b(?:do|then|else|in))[ \t]*\Z")
_BEFORE_COMMENT = " \t;|&()<>"
_BEFORE_WORD = " \t;|&(<>"

_CASE, _ARITHMETIC, _INNER, _BRACES = "case", "((", "( in ((", "${"


class _Here(NamedTuple):
    """A here-document: the line that ends it, whether the shell expands it, and whether tabs may stand before."""

    word: str
    is_expanded: bool
    strips_tabs: bool


class ShellText:
    """The state that is reached in the text of shell commands."""

    def __init__(self) -> None:
        self._line = ""
        self._stack: list[str] = []
        self._is_comment = False
        self._here: _Here | None = None
        self._pending: list[_Here] = []
        self._lost = ""

    def state(self) -> tuple[Any, ...]:
        """Return what must be the same before and after a block of control lines."""
        return tuple(self._stack), self._here, tuple(self._pending), self._lost

    @property
    def is_open(self) -> bool:
        """Say whether a quotation, a substitution or a here-document is open."""
        return bool(self._stack or self._here or self._pending)

    @property
    def is_quoted(self) -> bool:
        """Say whether a quotation holds what comes next as it is, blanks included."""
        return bool(self._stack) and self._stack[-1] in ("'", '"', "$'")

    def follow(self, text: str) -> None:
        """Go on over text; a value in it is `VALUE`."""
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
        innermost = self._stack[-1] if self._stack else ""
        if innermost == "'":
            return Place.SHELL_SINGLE
        before = self._line[-1:]
        if before == "$" or (len(self._line) - len(self._line.rstrip("\\"))) % 2:
            raise ExpressionError("E302", f"a value can't stand right behind a {before}")
        if innermost == '"':
            return Place.SHELL_DOUBLE
        if innermost in (_ARITHMETIC, _INNER, _BRACES, "$'") or _BRACES in self._stack:
            return Place.SHELL_PLAIN
        return Place.SHELL_WORD if not before or before in _BEFORE_WORD else Place.SHELL_PART

    def _in_here(self, here: _Here) -> Place:
        if here.is_expanded:
            message = "a value can't stand in a here-document that the shell expands"
            raise ExpressionError("E302", message, f"put its first word in quotes: <<'{here.word}'")
        begun = self._line.lstrip("\t") if here.strips_tabs else self._line
        if here.word.startswith(begun):
            message = f"a value can't stand here: with it, the line could end the here-document, {here.word}"
            raise ExpressionError("E302", message, "let the line begin with something else, a blank for instance")
        return Place.HERE_DOCUMENT

    def _go(self, text: str) -> None:
        at = len(self._line)
        self._line += text
        if self._here is not None or self._is_comment:
            return
        while found := _SPECIAL.search(self._line, at):
            at = self._step(found[0], found.start())

    def _end_line(self) -> None:
        line, self._line = self._line, ""
        if self._here is not None:
            if (line.lstrip("\t") if self._here.strips_tabs else line) == self._here.word:
                self._here = self._pending.pop(0) if self._pending else None
        elif not self._is_comment and (len(line) - len(line.rstrip("\\"))) % 2:
            self._line = line[:-1]  # the next line continues this one
            if self._pending:
                self._lost = "a line that begins a here-document can't be continued"
        elif self._pending:
            self._here = self._pending.pop(0)
        self._is_comment = False

    def _step(self, found: str, at: int) -> int:
        """Look at what stands at a place of the line, and return where to go on."""
        innermost = self._stack[-1] if self._stack else ""
        if innermost == "'":
            if found == "'":
                self._stack.pop()
            return at + 1
        if found == "\\":
            return at + 2
        if innermost == "$'":
            if found == "'":
                self._stack.pop()
            return at + 1
        if found == "$":
            return self._dollar(at, innermost)
        if found == "`" or (found == '"' and innermost != _BRACES):
            self._toggle(found, innermost)
            return at + 1
        if innermost == '"':
            return at + 1
        if innermost == _BRACES:
            return self._in_braces(found, at)
        return self._unquoted(found, at, innermost)

    def _toggle(self, quote: str, innermost: str) -> None:
        if innermost == quote:
            self._stack.pop()
        else:
            self._stack.append(quote)

    def _dollar(self, at: int, innermost: str) -> int:
        following = self._line[at + 1 : at + 3]
        if following == "((":
            self._stack.append(_ARITHMETIC)
            return at + 3
        if following[:1] in ("(", "{"):
            self._stack.append("(" if following[0] == "(" else _BRACES)
            return at + 2
        if following[:1] == "'" and innermost != '"':
            self._stack.append("$'")
            return at + 2
        return at + 1

    def _in_braces(self, found: str, at: int) -> int:
        if found == "}":
            self._stack.pop()
        elif found in "\"'":
            self._lost = f"a {found} inside ${{...}} can't be followed"
        return at + 1

    def _unquoted(self, found: str, at: int, innermost: str) -> int:
        before = self._line[at - 1] if at else ""
        if found in ("case", "esac"):
            if _BEFORE_COMMAND.search(self._line[:at]):
                self._case(found, innermost)
            return at + len(found)
        if found == "'":
            self._stack.append("'")
        elif found == "(":
            return self._open(at, innermost)
        elif found == ")":
            return self._close(at, innermost)
        elif found == "#" and (not before or before in _BEFORE_COMMENT):
            self._is_comment = True
            return len(self._line)
        elif found == "<" and innermost not in (_ARITHMETIC, _INNER):
            return self._less(at)
        return at + 1

    def _case(self, word: str, innermost: str) -> None:
        """Follow `case`: the brackets behind its patterns close nothing."""
        if word == "case":
            self._stack.append(_CASE)
        elif innermost == _CASE:
            self._stack.pop()

    def _open(self, at: int, innermost: str) -> int:
        if innermost in (_ARITHMETIC, _INNER):
            self._stack.append(_INNER)
        elif self._line.startswith("((", at):
            self._stack.append(_ARITHMETIC)
            return at + 2
        else:
            self._stack.append("(")
        return at + 1

    def _close(self, at: int, innermost: str) -> int:
        if innermost in ("(", _INNER):
            self._stack.pop()
        elif innermost == _ARITHMETIC:
            if not self._line.startswith("))", at):
                self._lost = "a bracket inside ((...)) can't be followed"
            else:
                self._stack.pop()
                return at + 2
        return at + 1

    def _less(self, at: int) -> int:
        if self._line.startswith("<<<", at):
            return at + 3
        if not self._line.startswith("<<", at):
            return at + 1
        here = _HERE.match(self._line, at)
        if here is None or VALUE in self._line[at : here.end() + 1]:
            self._lost = "the here-document's first word can't be followed"
            return at + 2
        word = here["bare"] or here["single"] or here["double"] or here["escaped"]
        self._pending.append(_Here(word, bool(here["bare"]), bool(here["dash"])))
        return here.end()
