"""Why a text is no expression, in plain words: the first place where it goes wrong.

['a', 'b' if x else ['c']       '[' has no ']'
f(a b)                          a comma, or another sign, is missing between 'a' and 'b'
a &&  b                         '&' means nothing here: for both, write: and
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from efdgen.language.late import late
from efdgen.language.tuples import NamedTuple

Why = tuple[str, str]
"""What is wrong, and what to write instead; that is empty where it is not known."""

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<number>\d+(?:_\d+)*(?:\.\d+)?(?:[eE][-+]?\d+)?)"
    r"|(?P<sign>//|\*\*|[=!<>]=|[-+*/%~<>()\[\]{}|.,:=])"
    r"|(?P<odd>\S))",
    re.DOTALL,
)
_CLOSES = {"(": ")", "[": "]", "{": "}"}
_LINKS = ("and", "or", "in", "is", "if", "else")
_STATEMENTS = ("for", "set", "elif", "block", "macro", "include", "import", "from", "extends", "call", "with")
_INSTEAD = {
    "&": "for both, write: and",
    "!": "for the opposite, write: not",
    "?": "a choice is: A if CONDITION else B",
    "$": "a name stands alone, without a sign before it",
    "`": "text stands between ' and ', or between \" and \"",
}
_SHOWN = 30
_MARKED = late(r"(?P<begin>-|=?)(?P<inside>.*?)(?P<end>-?)\Z", re.DOTALL)
"""An expression between the marks of other template languages: `<%- name -%>`, `<%= name %>`."""

_WITH_ZERO = late(r"0[\d_]*[1-9][\d_]*\Z")


class _Token(NamedTuple):
    """A part of an expression: its kind, its text, and where it begins."""

    kind: str
    text: str
    at: int

    def __str__(self) -> str:
        text = self.text if len(self.text) <= _SHOWN else f"{self.text[:_SHOWN]}..."
        return text if self.kind == "text" else "'\\'" if text == "\\" else repr(text)


class _FoundError(Exception):
    """What is wrong was found."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.why = message, hint


def why(source: str, unexpected: str) -> Why:
    """Return why a text that could not be read is no expression.

    Args:
        source: the text.
        unexpected: what it could not be read beyond; empty: it ends there, or that is not known.
    """
    begun = source.lstrip()[:2]
    if begun in ("{{", "{%"):
        return f"{begun!r} means nothing here", "write the expression alone, between <% and %>"
    found = _found(source)
    if found is not None:
        return found
    return f"unexpected {_Token('', unexpected, 0)}" if unexpected else "it can't be read", ""


def marked(source: str) -> Why | None:
    """Return what is wrong with an expression that has marks of other template languages; None: it has none."""
    if not source.startswith(("-", "=")) and not source.endswith("-"):
        return None
    match = _MARKED.match(source)
    inside = match["inside"].strip() if match else ""
    if match is None or not inside or inside[0].isdigit() or _found(inside) is not None:
        return None
    where = f"{match['begin']!r} means nothing behind <%" if match["begin"] else "'-' means nothing before %>"
    return where, f"write <% {inside} %>"


def _found(source: str) -> Why | None:
    """Return what is wrong at the first part of a text that can't stand where it does; None: nothing is found."""
    tokens = [
        _Token(kind, found[kind], found.start(kind))
        for found in _TOKEN.finditer(source)
        if (kind := found.lastgroup or "")
    ]
    try:
        _Reader(tokens).read()
    except _FoundError as error:
        return error.why
    return None


class _Reader:
    """Goes over the parts of an expression, as far as the first that can't stand where it does."""

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._tokens = tokens
        self._before: _Token | None = None
        self._open: list[_Token] = []
        self._colons: list[bool] = []
        self._needs_value = True
        self._names_test = False
        """Whether the name of a test is next, and then, whether a value can be behind it."""
        self._may_have_value = False

    def read(self) -> None:
        """Go over all of it.

        Raises:
            _FoundError: at the first part that can't stand where it does.
        """
        for number, token in enumerate(self._tokens):
            following = self._tokens[number + 1] if number + 1 < len(self._tokens) else None
            self._take(token, following)
            self._before = token
        if self._open:
            self._lacks_end(self._open[-1])
        if self._needs_value:
            self._lacks_value("behind", self._before)

    def _take(self, token: _Token, following: _Token | None) -> None:
        if token.kind == "odd":
            self._odd(token)
        elif self._before is not None and self._before.text in (".", "|"):
            self._name(token)
        elif token.kind == "name" and token.text in (*_LINKS, "not") and not self._is_test(token):
            self._word(token, following)
        elif token.kind == "sign":
            self._sign(token, following)
        else:
            self._value(token)

    def _is_test(self, token: _Token) -> bool:
        return token.text == "in" and self._names_test

    def _odd(self, token: _Token) -> None:
        if token.text in "'\"":
            raise _FoundError(f"the text that begins with {token.text} has no end", f"end it with {token.text}")
        raise _FoundError(f"{token} means nothing here", _INSTEAD.get(token.text, ""))

    def _name(self, token: _Token) -> None:
        """Take what follows a point or a bar."""
        before = "" if self._before is None else self._before.text
        if token.kind != "name" and not (before == "." and token.kind == "number"):
            hint = "for one or the other, write: or" if before == token.text == "|" else ""
            what = "a name is" if before == "." else "the name of a filter is"
            raise _FoundError(f"{what} missing behind {before!r}", hint)
        self._needs_value = False

    def _word(self, token: _Token, following: _Token | None) -> None:
        if token.text == "not" and self._needs_value:
            return
        if self._needs_value:
            hint = "a choice is: A if CONDITION else B" if token.text in ("if", "else") else ""
            self._lacks_value("before", token, hint)
        if token.text == "not" and (following is None or following.text != "in"):
            self._side_by_side(token)
        self._needs_value = token.text != "not"
        self._names_test = token.text == "is"
        self._may_have_value = False

    def _value(self, token: _Token) -> None:
        before = self._before
        if token.kind == "text":
            _check_text(token)
        if token.kind == "number" and _WITH_ZERO.match(token.text):
            hint = f"write {token.text.lstrip('0_')}, or, as text, '{token.text}'"
            raise _FoundError(f"{token} is no number: it begins with 0", hint)
        if token.kind != "name" and self._names_test:
            self._lacks_value("behind", before)
        if not self._needs_value and not self._may_have_value and not (before and before.kind == token.kind == "text"):
            self._side_by_side(token)
        self._may_have_value, self._names_test = self._names_test, False
        self._needs_value = False

    def _side_by_side(self, token: _Token) -> None:
        before = self._before or token
        if before.kind == "number" and before.at + len(before.text) == token.at:
            raise _FoundError(f"{before.text + token.text!r} is no number")
        if before.text in _STATEMENTS and len(self._tokens) > 1 and before is self._tokens[0]:
            raise _FoundError(f"{before} begins a statement", "write one expression")
        if token.text == "for":
            raise _FoundError(f"{token} stands behind {before}, and no expression is a loop")
        what = "a comma, or another sign," if self._open else "a sign, such as ~ or ==,"
        raise _FoundError(f"{what} is missing between {before} and {token}")

    def _sign(self, token: _Token, following: _Token | None) -> None:
        text = token.text
        inner = self._open[-1].text if self._open else ""
        if text in _CLOSES.values():
            self._close(token)
            return
        if text in _CLOSES:
            self._begin(token)
        elif text in (".", "|"):
            self._point(token, following)
        elif text == "," or (text == ":" and inner):
            self._part(token, inner)
        elif text in ("=", ":"):
            self._name_of_argument(token, following, inner)
        elif self._needs_value and not self._is_unary(text, inner):
            self._lacks_value("before" if self._before is None else "between", token)
        self._needs_value = True
        self._may_have_value = self._names_test = False

    def _begin(self, token: _Token) -> None:
        if token.text == "{" or self._needs_value:
            self._value(token)
        self._open.append(token)
        self._colons.append(False)

    def _point(self, token: _Token, following: _Token | None) -> None:
        if self._needs_value:
            self._lacks_value("before", token)
        if following is None:
            self._before = token
            self._name(_Token("", "", 0))

    def _name_of_argument(self, token: _Token, following: _Token | None, inner: str) -> None:
        """Take a `=`, which stands behind the name of an argument and nowhere else."""
        if token.text == "=" and inner == "(" and self._before and self._before.kind == "name":
            return
        is_comparison = token.text == "=" and not (following and following.text == ">")
        raise _FoundError(f"{token} means nothing here", "to compare, write ==" if is_comparison else "")

    def _is_unary(self, text: str, inner: str) -> bool:
        if text in ("*", "**"):
            return inner == "(" and self._before is not None and self._before.text in ("(", ",")
        return text in ("-", "+")

    def _part(self, token: _Token, inner: str) -> None:
        """Take a comma, or a colon in brackets."""
        if self._needs_value and not (token.text == ":" and inner == "["):
            self._lacks_value("before" if self._before is None else "between", token)
        if inner == "{":
            if token.text == "," and not self._colons[-1]:
                self._lacks_colon()
            self._colons[-1] = token.text == ":"

    def _close(self, token: _Token) -> None:
        if not self._open:
            raise _FoundError(f"{token} closes nothing: there is no {_opening(token)!r} before it")
        opened = self._open[-1]
        before = self._before or opened
        if _CLOSES[opened.text] != token.text:
            self._lacks_end(opened, f": {token} stands in its place")
        if self._needs_value and before.text not in (*_CLOSES, ",", ":"):
            self._lacks_value("between", token)
        if opened.text == "{":
            if before.text == ":":
                self._lacks_value("between", token)
            if not self._colons[-1] and before.text not in ("{", ","):
                self._lacks_colon()
        self._open.pop()
        self._colons.pop()
        self._needs_value = self._may_have_value = False

    def _lacks_colon(self) -> None:
        raise _FoundError(f"a colon and a value are missing behind {self._before}")

    def _lacks_end(self, opened: _Token, instead: str = "") -> None:
        like = [number for number, token in enumerate(self._tokens) if token.text == opened.text]
        behind = self._tokens.index(opened) + 1
        which = f" before {self._tokens[behind]}" if len(like) > 1 and behind < len(self._tokens) else ""
        raise _FoundError(f"{opened}{which} has no {_CLOSES[opened.text]!r}{instead}")

    def _lacks_value(self, where: str, token: _Token | None, hint: str = "") -> None:
        if self._names_test:
            raise _FoundError(f"the name of a test is missing behind {self._before}")
        if where == "between":
            raise _FoundError(f"a value is missing between {self._before} and {token}", hint)
        raise _FoundError(f"a value is missing {where} {token}", hint)


def _opening(token: _Token) -> str:
    return next(opening for opening, closing in _CLOSES.items() if closing == token.text)


def _check_text(token: _Token) -> None:
    try:
        token.text.encode("ascii", "backslashreplace").decode("unicode-escape")
    except UnicodeDecodeError:
        raise _FoundError(f"a backslash in {token} begins no character", "for a backslash, write two") from None
