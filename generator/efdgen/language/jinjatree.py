"""Expressions that Jinja2 reads: its own tree becomes ours. It is imported for what is rare or malformed."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, TypeVar

from jinja2 import Environment, TemplateError, TemplateSyntaxError, nodes
from jinja2.lexer import TOKEN_FLOAT, TOKEN_INTEGER
from jinja2.parser import Parser

from efdgen.language import malformed, syntaxtree
from efdgen.language.syntaxtree import Node
from efdgen.language.yamlio.scalars import AmbiguousScalarError, resolve_plain
from efdgen.language.yamlio.writing import inline

_T = TypeVar("_T")


class MalformedError(Exception):
    """A text is no expression. The message says why, the hint what to write instead, if that is known."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class LoopFormError(Exception):
    """A text is not what stands behind `for`."""


def expression(source: str) -> Node:
    """Return an expression.

    Raises:
        MalformedError: when it is none.
    """
    marked = malformed.marked(source)
    if marked is not None:
        raise MalformedError(*marked)
    return _read(source, _expression)


def _expression(parser: Parser) -> Node:
    found: Node = _ours(parser.parse_expression())
    return found


def loop(source: str) -> tuple[list[Node], Node, Node | None]:
    """Return what stands behind `for`: what each turn names, what is gone over, and a test of its items, if any.

    Raises:
        MalformedError: when it is malformed.
        LoopFormError: when it is something else.
    """
    return _read(source, _loop)


def _loop(parser: Parser) -> tuple[list[Node], Node, Node | None]:
    try:
        target = parser.parse_assign_target(extra_end_rules=("name:in",))
    except TemplateSyntaxError:
        raise LoopFormError from None
    targets = target.items if isinstance(target, nodes.Tuple) else [target]
    if not parser.stream.skip_if("name:in"):
        raise LoopFormError
    items = parser.parse_expression(with_condexpr=False)
    test = parser.parse_expression() if parser.stream.skip_if("name:if") else None
    return [_ours(each) for each in targets], _ours(items), None if test is None else _ours(test)


def _read(source: str, read: Callable[[Parser], _T]) -> _T:
    parser = None
    try:
        _check_numbers(source)
        parser = Parser(_environment(), source, state="variable")
        found = read(parser)
        if parser.stream.eos:
            return found
    except RecursionError:
        raise MalformedError("nested too deeply") from None
    except (TemplateError, ValueError):
        pass
    raise MalformedError(*malformed.why(source, "" if parser is None else str(parser.stream.current.value)))


def _check_numbers(source: str) -> None:
    """Refuse numbers that mean the same to Python, and so to Jinja2, only: `0x1F`. In YAML they are refused, too.

    Raises:
        MalformedError: when there is one.
        TemplateSyntaxError: when the source can't be read as far as that.
    """
    tokens = [(kind, text) for _, kind, text in _environment().lexer.tokeniter(source, None, state="variable")]
    for (kind, written), (following, _) in zip(tokens, [*tokens[1:], ("", "")], strict=True):
        is_number = kind in (TOKEN_INTEGER, TOKEN_FLOAT) and following != TOKEN_INTEGER  # 007 is 00 and 7
        if is_number and not _is_plain(written):
            number = float(written) if kind == TOKEN_FLOAT else int(written, 0)
            decimal = f"{inline(number)}, or, " if math.isfinite(number) else ""
            raise MalformedError(f"{written!r} is no plain decimal number", f"write {decimal}as text, '{written}'")


def _is_plain(number: str) -> bool:
    try:
        return not isinstance(resolve_plain(number), str)
    except AmbiguousScalarError:
        return False


@functools.cache
def _environment() -> Environment:
    return Environment(autoescape=False)  # noqa: S701 - it only parses; no HTML is made


def _ours(node: nodes.Node) -> Any:
    """Return what a part of Jinja2's tree is in ours."""
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Tuple) and not node.arg.items:
        raise MalformedError("a key is missing between '[' and ']'", "write it, as in ['name'], or a number, as in [0]")
    kind = getattr(syntaxtree, type(node).__name__, None)
    if kind is None:
        return syntaxtree.Other(type(node).__name__)
    if isinstance(node, nodes.Call | nodes.Filter):
        is_plain = not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        called = None if node.node is None else _ours(node.node)
        arguments = [_ours(each) for each in node.args]
        if isinstance(node, nodes.Call):
            return syntaxtree.Call(called, arguments, is_plain)
        return syntaxtree.Filter(called, node.name, arguments, is_plain)
    return kind(*(_of_field(getattr(node, name)) for name in kind.names))


def _of_field(value: Any) -> Any:
    if isinstance(value, list):
        return [_ours(each) for each in value]
    return _ours(value) if isinstance(value, nodes.Node) else value
