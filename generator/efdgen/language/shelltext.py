"""Follows the text of shell commands: which quotes, substitutions and here-documents are open.

Bash is not parsed, only followed as far as quoting needs. What can't be followed is not guessed: a value that stands
behind it is refused, and so is a quotation that is open where the commands end.

    echo "the $(jq -r '.x == "      the stack is  "  (  '     a value here stands in single quotes
"""

from __future__ import annotations

import copy
import re
from typing import Any, NamedTuple

from efdgen.language.expressions import ExpressionError
from efdgen.language.places import VALUE, Place
from efdgen.language.shellwords import QUOTED, Words

_CASE, _ARRAY, _ARITHMETIC, _INNER, _BRACES = "case", "array", "((", "( in ((", "${"

_SPECIAL = {
    "'": re.compile(f"['{VALUE}]"),
    '"': re.compile(rf"[\\\"`${VALUE}]"),
    "$'": re.compile(rf"[\\'{VALUE}]"),
    "`": re.compile(r"[\\`]"),
    _BRACES: re.compile(r"[\\\"'`$}<>]"),
    _ARITHMETIC: re.compile(r"[\\\"'`$()]"),
    _INNER: re.compile(r"[\\\"'`$()]"),
}
"""What is looked for inside a quotation, by what has opened it."""

_TOKEN = re.compile(r"(?P<blank>[ \t]+)|(?P<word>[^ \t\\'\"`$()#<>;&|]+)|(?P<special>.)", re.DOTALL)
_HERE = re.compile(
    r"<<(?P<dash>-?)[ \t]*(?:'(?P<single>\w+)'|\"(?P<double>\w+)\"|\\(?P<escaped>\w+)|(?P<bare>\w+))(?=[ \t;|&()<>]|\Z)"
)
_ARRAY_BEFORE = re.compile(r"[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=\Z", re.ASCII)
_STREAM = re.compile(r"(?:\d+|\{\w+\})\Z", re.ASCII)
_EMPTY_BRACKETS = re.compile(r"\([ \t]*\)")
_NAME = re.compile(rf"[#!]?[\w{VALUE}]*\Z")
_OPERATOR = re.compile(rf"[#!]?[\w{VALUE}]+(?:\[[@*\d]+\])?(?::?[-+=?]|##?|%%?|//?|\^\^?|,,?)")
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}|c|[0-7]{1,2})\Z")


class _Here(NamedTuple):
    """A here-document: the line that ends it, whether the shell expands it, and whether tabs may stand before."""

    word: str
    is_expanded: bool
    strips_tabs: bool


def defined(text: str) -> tuple[str, ...]:
    """Return the names of the functions that shell commands define."""
    if "(" not in text and "function" not in text:
        return ()
    shell = ShellText()
    shell.follow(f"{text}\n")
    return tuple(shell.defined)


class ShellText:
    """The state that is reached in the text of shell commands.

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
        self._here: _Here | None = None
        self._here_end = 0
        self._pending: list[_Here] = []
        self._begun: Words | None = None
        self._seam = False
        self._lost = ""

    def state(self) -> tuple[Any, ...]:
        """Return what must be the same before and after a block of control lines."""
        words = tuple(words.state() for words in self._words)
        return tuple(self._stack), words, self._here, tuple(self._pending), self._lost

    def mark(self) -> tuple[str, tuple[Words, ...]]:
        """Return where this is, for branches: one begins where the other one began."""
        return self._line, tuple(copy.copy(words) for words in self._words)

    def go_back(self, mark: tuple[str, tuple[Words, ...]]) -> None:
        """Go back to where a branch began; its state is the same."""
        self._line, words = mark[0], mark[1]
        self._words = [copy.copy(each) for each in words]

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

    def _limit(self, innermost: str) -> Place | None:
        """Return the only kind of place that a value can have, for what is around it; None: any."""
        if _ARITHMETIC in self._stack:
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

    def _in_here(self, here: _Here) -> Place:
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
            if not self._stack or self._stack[-1] in ("(", _CASE, _ARRAY):
                self._separate()
            if self._pending:
                if self._words[-1] is not self._begun or self.is_quoted:
                    self._lose("a here-document begins in a line that leaves something else open")
                self._here = self._pending.pop(0)
        self._is_comment = False

    def _end_line_of_here(self, here: _Here, line: str, *, is_continued: bool) -> None:
        begun = line.lstrip("\t") if here.strips_tabs else line
        if begun == here.word:
            self._here = self._pending.pop(0) if self._pending else None
        elif here.is_expanded and is_continued:
            self._line = line[:-1]
        elif self._stack and begun.startswith(here.word):
            self._lose("a line begins with what ends the here-document")

    def _lose(self, why: str) -> None:
        self._lost = self._lost or why

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
            self._stack.append(_ARITHMETIC)
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

    def _push(self, kind: str) -> None:
        self._stack.append(kind)
        self._words.append(Words(kind, self.defined))

    def _pop(self) -> None:
        self._stack.pop()
        self._words.pop()

    # -- Commands

    def _command(self, at: int, innermost: str) -> int:
        found = _TOKEN.match(self._line, at)
        assert found is not None  # noqa: S101 - any letter is one
        words = self._words[-1]
        if found["word"]:
            words.word += found[0]
            return found.end()
        if found["blank"]:
            self._end_word()
            return found.end()
        letter = found[0]
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
            self._push(_CASE)
        elif keyword == "esac":
            if words.kind == _CASE:
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
        if words.kind == _ARRAY:
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
        word = here["bare"] or here["single"] or here["double"] or here["escaped"]
        words = self._words[-1]
        if (self._begun not in (None, words) and self._pending) or words.phase not in ("", "body"):
            self._lose("this here-document can't be followed")
        self._pending.append(_Here(word, bool(here["bare"]), bool(here["dash"])))
        self._begun = words
        self._here_end = here.end()
        return here.end()

    def _open(self, at: int, words: Words) -> int:
        if words.is_test:
            words.word += "("
        elif words.phase == "pattern" and not words.word:
            words.phase = "patterns"
        elif _ARRAY_BEFORE.match(words.word):
            self._push(_ARRAY)
        elif words.can_be_function and (empty := _EMPTY_BRACKETS.match(self._line, at)):
            words.define()
            return empty.end()
        elif words.word or words.kind == _ARRAY or words.phase not in ("", "body"):
            self._lose("a bracket right behind a word can't be followed")
            self._push("(")
        elif self._line.startswith("((", at):
            self._stack.append(_ARITHMETIC)
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
        if words.kind == _CASE and words.phase != "body":
            self._end_word()
            if words.phase != "patterns":
                self._lose("this `case` can't be followed")
            words.phase = "body"
            words.separate()
            return at + 1
        self._end_word()
        words = self._words[-1]
        if words.kind in ("(", _ARRAY):
            self._pop()
        elif words.kind == _CASE:
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
        if words.kind == _CASE and words.phase != "body":
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
            if words.kind == _CASE:
                words.phase = "pattern"
            else:
                self._lose(f"{self._line[at:end]} outside `case`")
        elif words.kind == _ARRAY:
            self._lose("this list of words can't be followed")
        return end
