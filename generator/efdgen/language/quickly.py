"""A quick reading of expressions, without Jinja2: importing it takes as long as a fourteenth of a check.

Nearly all expressions are names, texts, comparisons, conditions and calls. What is read here is what Jinja2 would make
of it; for whatever is malformed, rare or read in a surprising way by Jinja2, the answer is None, and Jinja2 is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from efdgen.language.syntaxtree import (
    And,
    Call,
    Compare,
    Concat,
    CondExpr,
    Const,
    Dict,
    Filter,
    Getattr,
    Getitem,
    List,
    Name,
    Node,
    Not,
    Operand,
    Or,
    Pair,
    Test,
)

KEYWORDS = frozenset({"and", "elif", "else", "false", "for", "if", "in", "is", "none", "not", "or", "true"})

_TOKEN = re.compile(
    r"\s*(?:(?P<name>[A-Za-z_]\w*)"
    r"|(?P<text>'(?:[^'\\\r\n]|\\[nt\\'\"])*'|\"(?:[^\"\\\r\n]|\\[nt\\'\"])*\")"
    r"|(?P<number>(?:0|[1-9][0-9]*)(?![\w.]))"
    r"|(?P<sign>[=!<>]=|[<>~|()\[\]{},:.]))",
    re.ASCII,
)
_ESCAPED = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t"}
_CONSTANTS = {"true": True, "True": True, "false": False, "False": False, "none": None, "None": None}
_COMPARISONS = {"==": "eq", "!=": "ne", "<": "lt", "<=": "lteq", ">": "gt", ">=": "gteq"}
_MOST_DEPTH = 10
_END = ("", "")
_T = TypeVar("_T")

Loop = tuple[list[Node], Node, Node | None]
"""What stands behind `for`: the names that each turn has, what is gone over, and a test of its items, if any."""


class _UnsureError(Exception):
    """What stands there is for Jinja2 to read."""


def expression(source: str) -> Node | None:
    """Return an expression; None: perhaps it is none."""
    return _read(source, _Reader.expression)


def loop(source: str) -> Loop | None:
    """Return what stands behind `for`; None: perhaps it is nothing that can stand there."""
    return _read(source, _Reader.loop)


def _read(source: str, read: Callable[[_Reader], _T]) -> _T | None:
    if not source.isascii():
        return None
    tokens: list[tuple[str, str]] = []
    source = source.rstrip()
    at = 0
    while at < len(source):
        found = _TOKEN.match(source, at)
        if found is None:
            return None
        kind = found.lastgroup or ""
        tokens.append((kind, found[kind]))
        at = found.end()
    try:
        reader = _Reader(tokens)
        result = read(reader)
    except _UnsureError:
        return None
    return result if reader.is_at_end else None


class _Reader:
    """Reads tokens by Jinja2's precedence: `if`, `or`, `and`, `not`, comparisons, `~`, then filters and tests."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = [*tokens, _END]
        self._at = 0
        self._depth = 0

    @property
    def is_at_end(self) -> bool:
        return self._tokens[self._at] is _END

    def _skips(self, token: tuple[str, str]) -> bool:
        """Go on behind a token, if it is the next one."""
        if self._tokens[self._at] != token:
            return False
        self._at += 1
        return True

    def _expect(self, sign: str) -> None:
        if not self._skips(("sign", sign)):
            raise _UnsureError

    def _name(self) -> str:
        kind, word = self._tokens[self._at]
        if kind != "name":
            raise _UnsureError
        self._at += 1
        return word

    def loop(self) -> Loop:
        targets: list[Node] = [self._target()]
        while self._skips(("sign", ",")):
            targets.append(self._target())
        if not self._skips(("name", "in")):
            raise _UnsureError
        items = self._or()
        return targets, items, self.expression() if self._skips(("name", "if")) else None

    def _target(self) -> Node:
        name = self._name()
        if name.lower() in KEYWORDS:
            raise _UnsureError
        return Name(name)

    def expression(self) -> Node:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise _UnsureError
        found = self._or()
        while self._skips(("name", "if")):
            test = self._or()
            found = CondExpr(test, found, self.expression() if self._skips(("name", "else")) else None)
        self._depth -= 1
        return found

    def _or(self) -> Node:
        found = self._and()
        while self._skips(("name", "or")):
            found = Or(found, self._and())
        return found

    def _and(self) -> Node:
        found = self._not()
        while self._skips(("name", "and")):
            found = And(found, self._not())
        return found

    def _not(self) -> Node:
        negations = 0
        while self._skips(("name", "not")):
            negations += 1
        if negations > _MOST_DEPTH:
            raise _UnsureError
        found = self._compare()
        for _ in range(negations):
            found = Not(found)
        return found

    def _compare(self) -> Node:
        found = self._concat()
        operands: list[Operand] = []
        while True:
            kind, word = self._tokens[self._at]
            if kind == "sign" and word in _COMPARISONS:
                self._at += 1
                operands.append(Operand(_COMPARISONS[word], self._concat()))
            elif self._skips(("name", "in")):
                operands.append(Operand("in", self._concat()))
            elif word == "not" and self._tokens[self._at + 1] == ("name", "in"):
                self._at += 2
                operands.append(Operand("notin", self._concat()))
            else:
                return Compare(found, operands) if operands else found

    def _concat(self) -> Node:
        found = [self._filtered()]
        while self._skips(("sign", "~")):
            found.append(self._filtered())
        return found[0] if len(found) == 1 else Concat(found)

    def _filtered(self) -> Node:
        found = self._postfix(self._primary())
        while True:
            if self._skips(("sign", "|")):
                name = self._name()
                found = Filter(found, name, self._arguments() if self._skips(("sign", "(")) else [], True)
            elif self._skips(("name", "is")):
                found = self._test(found)
            else:
                break
        # Jinja2 has names with dots for filters, and calls what they yield.
        if self._tokens[self._at] in (("sign", "."), ("sign", "("), ("sign", "[")):
            raise _UnsureError
        return found

    def _test(self, subject: Node) -> Node:
        is_negated = self._skips(("name", "not"))
        found: Node = Test(subject, self._name())
        kind, word = self._tokens[self._at]
        # Jinja2 takes whatever could be one for an argument of the test, `if` and `is` included.
        if (kind in ("name", "text", "number") and word not in ("else", "or", "and")) or word in ("(", "[", "{", "."):
            raise _UnsureError
        return Not(found) if is_negated else found

    def _primary(self) -> Node:
        kind, word = self._tokens[self._at]
        self._at += 1
        if kind == "name":
            if word in _CONSTANTS:
                return Const(_CONSTANTS[word])
            if word.lower() in KEYWORDS:
                raise _UnsureError
            return Name(word)
        if kind == "text":
            if self._tokens[self._at][0] == "text":
                raise _UnsureError
            return Const(_ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), word[1:-1]))
        if kind == "number":
            return Const(int(word))
        if word == "(":
            found = self.expression()
            self._expect(")")
            return found
        if word == "[":
            return List(self._listed("]", self.expression))
        if word == "{":
            return Dict(self._listed("}", self._pair))
        raise _UnsureError

    def _postfix(self, found: Node) -> Node:
        while True:
            if self._skips(("sign", ".")):
                found = Getattr(found, self._name())
            elif self._skips(("sign", "[")):
                found = Getitem(found, self.expression())
                self._expect("]")
            elif self._skips(("sign", "(")):
                found = Call(found, self._arguments(), True)
            else:
                return found

    def _arguments(self) -> list[Node]:
        return self._listed(")", self.expression)

    def _listed(self, end: str, item: Callable[[], _T]) -> list[_T]:
        found: list[_T] = []
        if self._skips(("sign", end)):
            return found
        found.append(item())
        while self._skips(("sign", ",")):
            found.append(item())
        self._expect(end)
        return found

    def _pair(self) -> Pair:
        key = self.expression()
        self._expect(":")
        return Pair(key, self.expression())
