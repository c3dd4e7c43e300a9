"""Expressions such as `<% cluster.storageClass %>`: how they stand in a scalar of a YAML file, and what they yield.

Data is parsed first and filled afterwards, so that no value can break indentation or inject a key. jinja2 reads the
expression; what it may do is decided by the evaluator.

    "kafka-<% name %>"        with {"name": "summit"}           ->  "kafka-summit"
    "<% cluster.provides %>"  with {"cluster": {"provides": []}} ->  []
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from jinja2 import Environment, TemplateError, TemplateSyntaxError, nodes
from jinja2.parser import Parser

from efdgen.language import evaluator
from efdgen.language.evaluator import (
    ExpressionError,
    Function,
    Names,
    UndefinedNameError,
    bounded,
    item,
    plain,
    text,
    value,
)

__all__ = [
    "CLOSE",
    "LOOP",
    "OPEN",
    "ExpressionError",
    "Function",
    "Names",
    "UndefinedNameError",
    "bounded",
    "evaluate",
    "half",
    "has_expression",
    "is_name",
    "item",
    "parse",
    "parse_loop",
    "plain",
    "text",
    "value",
]

OPEN, CLOSE = "<%", "%>"
LOOP = "loop"
"""The name under which a loop of a document says where it is."""

_EXPRESSION = re.compile(r"<%(?P<source>.*?)(?:(?P<close>%>)|\Z)", re.DOTALL)
"""An expression, or one without an end: the rest of the text is then read once, however often it begins another."""
_PATH = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
_SIMPLE = re.compile(
    rf"""\s*(?:(?P<function>[A-Za-z_]\w*)\(\s*)?(?:(?P<keys>{_PATH})|(?P<text>'[^'\\\r\n]*'|"[^"\\\r\n]*"))\s*"""
    r"(?(function)\)\s*)\Z",
    re.ASCII,
)
_SIMPLE_LOOP = re.compile(rf"\s*(?P<name>[A-Za-z_]\w*)\s+in\s+(?P<items>{_PATH})\s*\Z", re.ASCII)
_NAME = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
_KEYWORDS = frozenset({"and", "elif", "else", "false", "for", "if", "in", "is", "none", "not", "or", "true"})
_T = TypeVar("_T")
_MAX_LENGTH = 1000


def has_expression(text: str) -> bool:
    """Say whether a scalar holds an expression."""
    return OPEN in text


def is_name(text: str) -> bool:
    """Say whether expressions can name something so: `old-news` is a subtraction, and `loop` is a loop's own."""
    return _NAME.match(text) is not None and text.lower() not in _KEYWORDS and text != "loop"


_NO_END = f"{OPEN} without {CLOSE}: the expression has no end"


def _end_hint(source: str) -> str:
    """Return the hint for an expression without an end: how it ends."""
    begun = source.partition("\n")[0].strip().rstrip("%>").rstrip()
    is_known = begun and not {"%", ">"}.intersection(begun)
    return f"end it with {CLOSE}: {OPEN} {begun} {CLOSE}" if is_known else f"end it with {CLOSE}"


def half(text: str) -> str:
    """Return what half of an expression lacks, as a message; empty: there is none."""
    rest = _EXPRESSION.sub(lambda match: "" if match["close"] else match.group(), text)
    if OPEN in rest:
        return _NO_END
    return f"{CLOSE} without {OPEN}: the expression has no beginning" if CLOSE in rest else ""


def evaluate(text: str, names: Names) -> Any:
    """Return what a scalar with expressions stands for.

    A scalar that is one expression gets its native type; in the middle of other text, an expression must yield
    text, a number or a boolean.

    Args:
        text: the scalar.
        names: the facts and functions that expressions can use.

    Raises:
        ExpressionError: when an expression is malformed, uses an unknown name or yields the wrong type.
    """
    parts = _parse(text)
    if len(parts) == 1 and isinstance(parts[0], _Part):
        return plain(_evaluate_part(parts[0], names))
    return "".join(part if isinstance(part, str) else _as_text(part, names) for part in parts)


class _Part(NamedTuple):
    """One expression of a scalar, and where it begins."""

    offset: int
    expression: nodes.Expr


@functools.lru_cache(maxsize=4096)
def _parse(text: str) -> tuple[str | _Part, ...]:
    """Split a scalar into literal text and expressions."""
    parts: list[str | _Part] = []
    end = 0
    for match in _EXPRESSION.finditer(text):
        if match.start() > end:
            parts.append(text[end : match.start()])
        if not match["close"]:
            raise ExpressionError("E302", _NO_END, _end_hint(match["source"]), match.start())
        try:
            parts.append(_Part(match.start(), parse(match["source"])))
        except ExpressionError as error:
            if error.code == "E302" and OPEN in match["source"]:
                # It runs into the next one: `<% name > and <% title %>`.
                before = match["source"].partition(OPEN)[0]
                raise ExpressionError("E302", _NO_END, _end_hint(before), match.start()) from None
            raise error.at(match.start()) from None
        end = match.end()
    if end < len(text):
        parts.append(text[end:])
    return tuple(parts)


@functools.cache
def _environment() -> Environment:
    return Environment(autoescape=False)  # noqa: S701 - it only parses; no HTML is made


@functools.lru_cache(maxsize=4096)
def parse(source: str) -> nodes.Expr:
    """Return what stands between `<%` and `%>`, parsed.

    Raises:
        ExpressionError: when it is malformed, empty or too long.
    """
    return _simple(source) or _parsed(source, Parser.parse_expression)


def _simple(source: str) -> nodes.Expr | None:
    """Return what most expressions are, without a parser: `cluster.k3d.name`, `host('grafana')`, `code(site)`."""
    found = _SIMPLE.match(source) if len(source) <= _MAX_LENGTH else None
    if found is None:
        return None
    function, keys, text = found["function"], found["keys"], found["text"]
    argument = _keys(keys) if keys is not None else nodes.Const(text[1:-1])
    if function is None or argument is None:
        return argument
    if function.lower() in _KEYWORDS:
        return None
    return nodes.Call(nodes.Name(function, "load"), [argument], [], None, None)


def _keys(written: str) -> nodes.Expr | None:
    first, *keys = written.strip().split(".")
    if first.lower() in _KEYWORDS:
        return None
    found: nodes.Expr = nodes.Name(first, "load")
    for key in keys:
        found = nodes.Getattr(found, key, "load")
    return found


class Loop(NamedTuple):
    """What stands behind `for`: the names that each turn has, what is gone over, and a test of its items, if any."""

    names: tuple[str, ...]
    items: nodes.Expr
    test: nodes.Expr | None


@functools.lru_cache(maxsize=4096)
def parse_loop(source: str) -> Loop:
    """Return what stands behind `for`, in Jinja2's syntax: `name in list`, `name, other in mapping if name != 'a'`.

    Raises:
        ExpressionError: when it is malformed, empty or too long.
    """
    simple = _SIMPLE_LOOP.match(source) if len(source) <= _MAX_LENGTH else None
    items = _keys(simple["items"]) if simple else None
    if simple and items is not None and simple["name"].lower() not in {*_KEYWORDS, LOOP}:
        return Loop((simple["name"],), items, None)
    if not source.strip():
        raise ExpressionError("E302", _LOOP_FORM)
    return _parsed(source, _loop)


_LOOP_FORM = "a loop is `for NAME in LIST`, or `for KEY, VALUE in MAPPING`"


def _loop(parser: Parser) -> Loop:
    try:
        target = parser.parse_assign_target(extra_end_rules=("name:in",))
    except TemplateSyntaxError:
        raise ExpressionError("E302", _LOOP_FORM) from None
    names = target.items if isinstance(target, nodes.Tuple) else [target]
    if not parser.stream.skip_if("name:in"):
        raise ExpressionError("E302", _LOOP_FORM)
    items = parser.parse_expression(with_condexpr=False)
    test = parser.parse_expression() if parser.stream.skip_if("name:if") else None
    if not all(isinstance(name, nodes.Name) for name in names):
        raise ExpressionError("E302", _LOOP_FORM)
    found = tuple(name.name for name in names if isinstance(name, nodes.Name))
    if LOOP in found or len(set(found)) < len(found):
        raise ExpressionError("E302", f"a loop gives names that differ, and none is `{LOOP}`")
    return Loop(found, items, test)


def _parsed(source: str, parse: Callable[[Parser], _T]) -> _T:
    if len(source) > _MAX_LENGTH:
        raise ExpressionError("E302", f"an expression may have at most {_MAX_LENGTH} characters")
    if not source.strip():
        raise ExpressionError("E302", "the expression is empty")
    try:
        parser = Parser(_environment(), source, state="variable")
        found = parse(parser)
        if not parser.stream.eos:
            raise ExpressionError("E302", f"malformed expression: unexpected {str(parser.stream.current)!r}")
    except TemplateSyntaxError as error:
        raise ExpressionError("E302", f"malformed expression: {error.message}") from None
    except RecursionError:
        raise ExpressionError("E302", "malformed expression: nested too deeply") from None
    except (TemplateError, ValueError) as error:
        raise ExpressionError("E302", f"malformed expression: {error}") from None
    return found


def _evaluate_part(part: _Part, names: Names) -> Any:
    try:
        return evaluator.value(part.expression, names)
    except ExpressionError as error:
        raise error.at(part.offset) from None


def _as_text(part: _Part, names: Names) -> str:
    found = _evaluate_part(part, names)
    try:
        return text(found)
    except ExpressionError as error:
        raise error.at(part.offset) from None
