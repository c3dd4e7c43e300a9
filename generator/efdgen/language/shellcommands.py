"""Follows the commands of a shell: words, operators, here-documents, loops, conditions and cases.

case $x in a) echo        the stack is  case      a value here is a word behind a command
cat <<'EOF' | sort        a here-document is pending, until the line ends
"""

from __future__ import annotations

import abc
import re

from efdgen.language.expressions import ExpressionError
from efdgen.language.places import VALUE
from efdgen.language.shellwords import QUOTED, Words
from efdgen.language.tuples import NamedTuple

CASE, ARRAY, ARITHMETIC = "case", "array", "(("

_TOKEN = re.compile(r"([^ \t\\'\"`$()#<>;&|]*)([ \t]*)", re.DOTALL)
"""Letters of a word, and blanks behind it; neither, where anything else stands."""
_HERE = re.compile(
    r"<<(?P<dash>-?)[ \t]*(?:'(?P<single>\w+)'|\"(?P<double>\w+)\"|\\(?P<escaped>\w+)|(?P<bare>\w+))(?=[ \t;|&()<>]|\Z)"
)
_ARRAY_BEFORE = re.compile(r"[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=\Z", re.ASCII)
_STREAM = re.compile(r"(?:\d+|\{\w+\})\Z", re.ASCII)
_EMPTY_BRACKETS = re.compile(r"\([ \t]*\)")


class Here(NamedTuple):
    """A here-document: the line that ends it, whether the shell expands it, and whether tabs may stand before."""

    word: str
    is_expanded: bool
    strips_tabs: bool


class ShellCommands(abc.ABC):
    """What is open in the text of shell commands, and how their words follow each other.

    Attributes:
        defined: the names of the functions that the text defines.
    """

    def __init__(self) -> None:
        self.defined: list[str] = []
        self._line = ""
        self._stack: list[str] = []
        self._words = [Words("", self.defined)]
        self._braces: list[int] = []
        self._is_comment = False
        self._here: Here | None = None
        self._here_end = 0
        self._pending: list[Here] = []
        self._begun: Words | None = None
        self._seam = False
        self._lost = ""

    def _lose(self, why: str) -> None:
        self._lost = self._lost or why

    def _push(self, kind: str) -> None:
        self._stack.append(kind)
        self._words.append(Words(kind, self.defined))

    def _pop(self) -> None:
        self._stack.pop()
        self._words.pop()

    @abc.abstractmethod
    def _dollar(self, at: int, innermost: str) -> int:
        """Look at a dollar sign, and return where to go on."""

    # -- Commands

    def _command(self, at: int, innermost: str) -> int:
        found = _TOKEN.match(self._line, at)
        assert found is not None  # noqa: S101 - nothing is one, too
        words = self._words[-1]
        end = found.end()
        if end > at:
            word, blanks = found.groups()
            words.word += word
            if blanks:
                self._end_word()
            return end
        letter = self._line[at]
        if letter == "\\":
            words.word += self._line[at : at + 2] if at + 1 < len(self._line) else ""
            return at + 2
        if letter in "'\"`":
            words.word += QUOTED
            self._stack.append(letter)
            return at + 1
        if letter == "$":
            return self._dollar(at, innermost)
        if letter == "#":
            return self._hash(at, words)
        if letter in "<>" or self._line.startswith("&>", at):
            return self._redirect(at, words)
        if letter == "(":
            return self._open(at, words)
        if letter == ")":
            return self._close(at, words)
        return self._operator(at, words)

    def _end_word(self) -> None:
        """End a word, and follow `case`: the brackets behind its patterns close nothing."""
        words = self._words[-1]
        keyword = words.end_word()
        if words.lost:
            self._lose(words.lost)
        if keyword == "case":
            self._push(CASE)
        elif keyword == "esac":
            if words.kind == CASE:
                self._pop()
            else:
                self._lose("`esac` without `case`")

    def _separate(self) -> None:
        self._end_word()
        words = self._words[-1]
        if words.phase in ("", "body"):
            words.separate()

    def _hash(self, at: int, words: Words) -> int:
        if not words.word:
            if words.is_test:
                self._lose("a # inside [[ ... ]] can't be followed")
            self._is_comment = True
            return len(self._line)
        if not words.word.replace(VALUE, ""):
            self._lose("with nothing for the value, a comment begins behind it")
        words.word += "#"
        return at + 1

    def _redirect(self, at: int, words: Words) -> int:
        if words.word and not words.word.replace(VALUE, "") and not words.is_test:
            message = f"a value can't stand right before {self._line[at]}: it could be the number of a stream"
            raise ExpressionError("E302", message, "put a blank between them")
        if self._line.startswith(("<(", ">("), at):
            words.word += QUOTED
            self._push("(")
            return at + 2
        if words.is_test:
            words.compare()
            return at + 1
        if words.kind == ARRAY:
            self._lose("this list of words can't be followed")
            return at + 1
        if _STREAM.match(words.word):
            words.word = ""
        self._end_word()
        words = self._words[-1]
        if self._line.startswith("<<", at) and not self._line.startswith("<<<", at):
            return self._here_document(at)
        words.is_redirected = True
        end = at + 1
        while self._line[end : end + 1] in tuple("<>&|") and not self._line.startswith(("<(", ">("), end):
            end += 1
        return end

    def _here_document(self, at: int) -> int:
        here = _HERE.match(self._line, at)
        if here is None:
            self._lose("the here-document's first word can't be followed")
            return at + 2
        if self._stack:
            # Bash 5.2 loses its place behind one in `$(...)`, so nothing behind it can be trusted.
            self._lose("a here-document in brackets or quotations can't be followed")
        word = here["bare"] or here["single"] or here["double"] or here["escaped"]
        words = self._words[-1]
        if (self._begun not in (None, words) and self._pending) or words.phase not in ("", "body"):
            self._lose("this here-document can't be followed")
        self._pending.append(Here(word, bool(here["bare"]), bool(here["dash"])))
        self._begun = words
        self._here_end = here.end()
        return here.end()

    def _open(self, at: int, words: Words) -> int:
        if words.is_test:
            words.word += "("
        elif words.phase == "pattern" and not words.word:
            words.phase = "patterns"
        elif _ARRAY_BEFORE.match(words.word):
            self._push(ARRAY)
        elif words.can_be_function and (empty := _EMPTY_BRACKETS.match(self._line, at)):
            words.define()
            return empty.end()
        elif words.word or words.kind == ARRAY or words.phase not in ("", "body"):
            self._lose("a bracket right behind a word can't be followed")
            self._push("(")
        elif self._line.startswith("((", at):
            self._stack.append(ARITHMETIC)
            return at + 2
        else:
            if not words.is_at_command:
                self._lose("a bracket behind a word can't be followed")
            self._push("(")
        return at + 1

    def _close(self, at: int, words: Words) -> int:
        if words.is_test:
            words.word += ")"
            return at + 1
        words = self._end_of_case(words)
        if words.kind == CASE and words.phase != "body":
            self._end_word()
            if words.phase != "patterns":
                self._lose("this `case` can't be followed")
            words.phase = "body"
            words.separate()
            return at + 1
        self._end_word()
        words = self._words[-1]
        if words.kind in ("(", ARRAY):
            self._pop()
        elif words.kind == CASE:
            self._lose("a bracket inside `case` can't be followed")
        return at + 1

    def _end_of_case(self, words: Words) -> Words:
        """Return the words that are reached: behind `esac`, those around the `case`."""
        if words.phase == "pattern" and words.word == "esac":
            self._end_word()
        return self._words[-1]

    def _operator(self, at: int, words: Words) -> int:
        """Go on over `;`, `&` and `|`."""
        letter = self._line[at]
        if words.is_test:
            if letter == "|" and not self._line.startswith("||", at):
                words.word += letter
                return at + 1
            if letter == ";":
                self._lose("a ; inside [[ ... ]] can't be followed")
        words = self._end_of_case(words)
        if words.kind == CASE and words.phase != "body":
            self._end_word()
            if words.phase == "pattern" or letter != "|":
                self._lose("this `case` can't be followed")
            return at + 1
        self._separate()
        words = self._words[-1]
        end = at + 1
        while self._line[end : end + 1] in tuple(";&|") and not self._line.startswith("&>", end):
            end += 1
        if letter == ";" and self._line[at:end] in (";;", ";&", ";;&"):
            if words.kind == CASE:
                words.phase = "pattern"
            else:
                self._lose(f"{self._line[at:end]} outside `case`")
        elif words.kind == ARRAY:
            self._lose("this list of words can't be followed")
        return end
