"""Follows the words of shell commands: which begin a command, and which ones bash would evaluate once more.

if case $x in a) x=1 let      at the beginning of `case`, `x=1` and `let`, a command can begin
let "n = ", [[ 1 -eq          a value here would be arithmetic: `a[$(date)]` would run a command
read -r , declare             a value here would be a variable's name: so would `a[$(date)]`
"""

from __future__ import annotations

import re

from efdgen.language.expressions import ExpressionError
from efdgen.language.late import late
from efdgen.language.places import VALUE, Place

_BEGINS = frozenset(
    [
        "if",
        "then",
        "elif",
        "else",
        "do",
        "while",
        "until",
        "!",
        "time",
        "{",
        "}",
        "fi",
        "done",
        "esac",
        "command",
        "builtin",
    ]
)
_KEYWORDS = frozenset(["case", "esac", "[[", "function", "coproc"])
_RESERVED = _BEGINS | _KEYWORDS | {"in"}
_NOT_BEFORE_KEYWORDS = ("time", "command", "builtin")
_CLAIMED = frozenset(
    [
        "case",
        "esac",
        "[[",
        "let",
        "function",
        "coproc",
        "declare",
        "typeset",
        "local",
        "readonly",
        "read",
        "unset",
        "mapfile",
    ]
)
_DECLARE = ("declare", "typeset", "local", "readonly")
_EXPORT = (*_DECLARE, "export")
_NAMES = ("read", "unset", "mapfile", "readarray", "getopts", "wait")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=", re.ASCII)
_SUBSCRIPT = re.compile(rf"[\w{VALUE}]*\[[^\]]*\Z")
_WITH_ARGUMENT = re.compile(r"-[A-Za-z]*[dinNptuscCO]\Z")
_ATTRIBUTE = re.compile(r"[-+][A-Za-z]*[in]")
_NUMERIC = ("-eq", "-ne", "-lt", "-le", "-gt", "-ge")
_TEXTUAL = late(r"(?:[=!]?=|=~|-[a-zA-Z]|-nt|-ot|-ef)\Z")

_EVALUATES = ("eval", "trap", "alias", "source", ".")
_SHELL = re.compile(r"(?:.*/)?(?:ba|da|z|k|a)?sh\Z")
_SHELL_CODE = re.compile(r"-[A-Za-z]*c\Z")
_SSH_WITH_ARGUMENT = late(r"-[A-Za-z0-9]*[BbcDEeFIiJLlmOoPpQRSWw]\Z")
_RUN_OTHERS = ("sudo", "exec", "env", "nohup")
_NO_ARGUMENTS = ("for", "select")

QUOTED = '"'
"""What stands in a word for what is quoted in it, or substituted."""


class Words:
    """The words of a list of commands, as far as they are known.

    Attributes:
        kind: what has opened the list, empty: nothing.
        word: the word that is reached, without what is quoted in it.
        phase: of a `case`: `subject`, `in`, `pattern`, `patterns` or `body`.
        defined: the functions that are defined, also in lists inside this one.
        lost: why what follows can't be followed; empty: it can.
    """

    def __init__(self, kind: str, defined: list[str]) -> None:
        self.kind = kind
        self.word = ""
        self.phase = "subject" if kind == "case" else ""
        self.defined = defined
        self.lost = ""
        self.is_redirected = False
        self._begin()

    def _begin(self) -> None:
        self._at_command = self.kind != "array"
        self._may_be_command = False
        self._command = ""
        self._previous = ""
        self._count = 0
        self._operator = ""
        self._is_shell = False
        self._nested = ""
        self._host = ""
        self._is_behind_dashes = False

    def copied(self) -> Words:
        """Return the same words, to be followed in another way; the functions that are defined are those of both."""
        other = object.__new__(Words)
        vars(other).update(vars(self))
        return other

    def state(self) -> tuple[str, ...]:
        """Return what must be the same before and after a block of control lines."""
        inside = (str(self._at_command), self._command) if self.kind else ()
        nested = (self._nested, self._host, *(f"{each}" for each in (self._is_shell, self._is_behind_dashes) if each))
        return self.kind, self.phase, *self._restricts(), *inside, *nested

    def _restricts(self) -> tuple[str, ...]:
        if not (self.is_test or self._command in ("let", "ask_secret", "[", "test", "printf", *_NAMES, *_DECLARE)):
            return ()
        is_option = self._previous in ("-v", "-R") or _WITH_ARGUMENT.match(self._previous) is not None
        return self._command, self._operator, str(is_option), str(self._count == 0)

    @property
    def is_test(self) -> bool:
        """Say whether `[[` is open."""
        return self._command == "[["

    @property
    def is_at_command(self) -> bool:
        """Say whether the word that is reached can begin a command."""
        return self._at_command and not self.is_redirected

    @property
    def can_be_function(self) -> bool:
        """Say whether `(` makes a function's name of the word before it."""
        if self.word:
            return self.is_at_command and "=" not in self.word
        return self._count == 0 and bool(self._command) and not self.is_test

    def separate(self) -> None:
        """End a command: behind `;`, `|`, `&&`, a line's end."""
        self.end_word()
        if self.is_test:
            self._operator = ""
        else:
            self.is_redirected = False
            self._begin()

    @property
    def takes_options(self) -> bool:
        """Say whether the word that is reached could be an option of a command."""
        is_data = self.kind == "array" or self.is_redirected or self.is_test or self._command in _NO_ARGUMENTS
        return not (is_data or self._is_behind_dashes or self.phase not in ("", "body"))

    def _notice(self, word: str) -> None:
        """Notice what makes the rest of a command one more command: `bash -c`, `eval`, `ssh host`."""
        plain = word.replace("\\", "")
        if self._is_behind_dashes and (VALUE not in word or word.replace(VALUE, "").strip(QUOTED)):
            self._is_behind_dashes = False
        if word == "--":
            self._is_behind_dashes = True
        if self._is_shell and _SHELL_CODE.match(word):
            self._nested = f"sh {word}"
        elif plain.endswith("sh") and _SHELL.match(plain):
            self._is_shell = True
        is_command = self._count == 0 and plain == self._command
        if plain in _EVALUATES and is_command:
            self._nested = self._nested or plain
        if self._host == "ssh" and not word.startswith("-") and not _SSH_WITH_ARGUMENT.match(self._previous):
            self._nested = self._nested or "ssh"
        if plain == "ssh" and (is_command or self._previous in _RUN_OTHERS):
            self._host = plain

    def end_word(self) -> str:
        """End a word, and return it when it is a keyword that opens or closes a `case`."""
        word, self.word = self.word, ""
        if not word or self.kind == "array":
            return ""
        if self.is_redirected:
            self.is_redirected = False
            if self._at_command:
                self._previous = ">"
            return ""
        if self.phase in ("subject", "in", "pattern", "patterns"):
            return self._of_case(word)
        if self.is_test:
            self._in_test(word)
        elif self._at_command:
            return self._first(word)
        else:
            self._argument(word)
        return ""

    def _of_case(self, word: str) -> str:
        if self.phase != "in" and word in _RESERVED and (self.phase, word) != ("pattern", "esac"):
            self.lost = f"bash does not follow `case` with the word {word} in it"
        if self.phase == "subject":
            self.phase = "in"
        elif self.phase == "in":
            self.phase = "pattern"
            if word != "in":
                self.lost = "`case` without `in`"
        elif self.phase == "pattern":
            if word == "esac":
                return word
            self.phase = "patterns"
        return ""

    def _in_test(self, word: str) -> None:
        if word == "]]":
            self._command, self._at_command = "]]", False
        elif word in _NUMERIC:
            self._operator = "number"
        elif word in ("-v", "-R"):
            self._operator = "name"
        elif _TEXTUAL.match(word):
            self._operator = "text"

    def compare(self) -> None:
        """Go on behind `<` or `>` in `[[`."""
        self.end_word()
        self._operator = "text"

    def _first(self, word: str) -> str:
        plain = word.replace(VALUE, "")
        if plain != word and plain in _CLAIMED:
            self.lost = f"with nothing for the value, this is {plain}"
        if self._may_be_command and plain in _CLAIMED:
            self.lost = f"with nothing for the value before it, {plain} begins a command"
        if word in _KEYWORDS and self._previous and not self._is_keyword_next():
            self.lost = f"`{word}` behind {self._previous} can't be followed"
        if word in ("case", "esac"):
            return word
        if word in _BEGINS or ("=" in word and _ASSIGNMENT.match(word)) or (word.startswith("-") and self._previous):
            self._previous = word
        elif not plain.replace(QUOTED, "") and VALUE in word and QUOTED not in word:
            # Null is nothing, and then the next word is the first.
            self._may_be_command = True
        elif word == "coproc":
            self.lost = "`coproc` can't be followed"
        else:
            self._at_command = False
            self._command = word.replace("\\", "")
            self._notice(word)
            self._previous = word
        return ""

    def _is_keyword_next(self) -> bool:
        """Say whether bash looks for a keyword behind the words so far, as it does not behind `x=1` or `>file`."""
        return self._previous in _BEGINS and self._previous not in _NOT_BEFORE_KEYWORDS

    def _argument(self, word: str) -> None:
        if self._command == "function" and self._count == 0:
            self.defined.append(word)
            self._at_command = True
        elif self._command in ("for", "select") and word == "do":
            self._begin()
            return
        elif self._command in _EXPORT and _ATTRIBUTE.match(word):
            self.lost = f"`{self._command} {word}` makes the shell evaluate what the variable is given"
        self._notice(word)
        self._previous = word
        self._count += 1

    def define(self) -> None:
        """Go on behind the brackets that define a function."""
        name = self.word or self._command
        self.word = ""
        if self._command != "function":
            self.defined.append(name)
        self._begin()

    def place(self, *, is_quoted: bool) -> Place | None:
        """Return the only kind of place that a value can have here; None: any.

        Raises:
            ExpressionError: when no value can stand there.
        """
        if _SUBSCRIPT.match(self.word) and (self.word != "[" or self.kind == "array"):
            return Place.SHELL_NUMBER
        if not is_quoted and self.word.count("{") > self.word.count("}"):
            return Place.SHELL_NUMBER
        if self.is_redirected:
            return None
        if self._nested:
            message = f"a value can't stand here: what follows `{self._nested}` is read as a command once more"
            raise ExpressionError("E302", message, "put it in a variable, or give it to a script as an argument")
        if self.is_test:
            return self._place_in_test()
        if self._command in _DECLARE or self._command in _NAMES or self._command in ("let", "ask_secret"):
            return self._place_of_name()
        if self._command in ("printf", "[", "test"):
            return self._place_behind_option()
        return None

    def _place_in_test(self) -> Place | None:
        if not self._operator:
            message = "a value can't stand here: what follows in [[ ... ]] can make it arithmetic"
            raise ExpressionError("E302", message, "write [ ... ], or the value behind the operator")
        return {"number": Place.SHELL_NUMBER, "name": Place.SHELL_NAME}.get(self._operator)

    def _place_of_name(self) -> Place | None:
        if self._command == "let":
            return Place.SHELL_NUMBER
        if self.word.startswith(("-", "+")):
            raise ExpressionError("E302", f"a value can't be an option of `{self._command}`")
        if self._command in _DECLARE:
            return None if _ASSIGNMENT.match(self.word) else Place.SHELL_NAME
        if self._command == "ask_secret":
            return Place.SHELL_NAME if self._count == 0 else None
        return None if _WITH_ARGUMENT.match(self._previous) else Place.SHELL_NAME

    def _place_behind_option(self) -> Place | None:
        before = self._previous.replace(QUOTED, "")
        if before and not before.replace(VALUE, ""):
            if self._command == "printf" and self._count > 1:
                return None
            message = f"a value can't stand behind another one in `{self._command}`: that could be its option -v"
            raise ExpressionError("E302", message, "put a word before them")
        if self.word.startswith("-v"):
            raise ExpressionError("E302", f"a value can't be an option of `{self._command}`")
        return Place.SHELL_NAME if before in ("-v", "-R") else None
