"""What a scalar says itself of what it stands for: the text around its expressions, and constants that they can yield.

<% 'x' if argocd.managed else none %>-<% links.lab.login | default('y') %>   ->   'x', '-', 'y'
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from efdgen.language import quickly
from efdgen.language import syntaxtree as tree
from efdgen.language.late import late

_AROUND = late(r"(?:\A|%>)((?:(?!<%).)+)", re.DOTALL)
_EXPRESSION = late(r"<%((?:(?!%>).)*)%>", re.DOTALL)
_LONGEST = 1000
"""Characters of an expression; a longer one is refused where expressions are read."""


def said(text: str) -> Iterator[tuple[int, str]]:
    """Yield each piece of text, and each number as text, that can become a part of a scalar, with where it begins.

    A malformed expression yields nothing: that is said where expressions are read.
    """
    for match in _AROUND.finditer(text):
        yield match.start(1), match[1]
    for match in _EXPRESSION.finditer(text):
        offset = match.start()
        for constant in _yielded(_tree(match[1])):
            yield max(offset, text.find(constant, offset)), constant


def _tree(source: str) -> tree.Node | None:
    if not source.strip() or len(source) > _LONGEST:
        return None
    found = quickly.expression(source)
    if found is not None:
        return found
    from efdgen.language import jinjatree

    try:
        return jinjatree.expression(source)
    except jinjatree.MalformedError:
        return None


def _yielded(node: tree.Node | None) -> Iterator[str]:
    """Yield the constants that an expression can yield; not those that it only asks with."""
    parts: list[tree.Node | None] = []
    match node:
        case tree.Const(value=value) if isinstance(value, str | int | float) and not isinstance(value, bool):
            yield str(value)
        case tree.CondExpr():
            parts = [node.expr1, node.expr2]
        case tree.And() | tree.Or():
            parts = [node.left, node.right]
        case tree.Concat():
            parts = [*node.nodes]
        case tree.List():
            parts = [*node.items]
        case tree.Dict():
            parts = [pair.value for pair in node.items]
        case tree.Getattr() | tree.Getitem():
            parts = [node.node]
        case tree.Filter():
            parts = [node.node, *node.args]
    for part in parts:
        yield from _yielded(part)
