"""Expressions such as `<% cluster.storageClass %>`: how they stand in a scalar of a YAML file, and what they yield.

Data is parsed first and filled afterwards, so that no value can break indentation or inject a key. jinja2 reads the
expression; what it may do is decided by the evaluator.

    "kafka-<% name %>"        with {"name": "summit"}           ->  "kafka-summit"
    "<% cluster.provides %>"  with {"cluster": {"provides": []}} ->  []
"""

from __future__ import annotations

import functools
import re
from typing import Any, NamedTuple

from jinja2 import Environment, TemplateError, TemplateSyntaxError, nodes
from jinja2.parser import Parser

from efdgen.language import evaluator
from efdgen.language.evaluator import ExpressionError, Function, Names, plain, text, value

__all__ = [
    "CLOSE",
    "MAX_LENGTH",
    "OPEN",
    "TOO_LONG",
    "ExpressionError",
    "Function",
    "Names",
    "evaluate",
    "has_expression",
    "parse",
    "plain",
    "text",
    "value",
]

OPEN, CLOSE = "<%", "%>"
_EXPRESSION = re.compile(r"<%(.*?)%>", re.DOTALL)
MAX_LENGTH = 1000
"""Characters that an expression may have."""

TOO_LONG = f"an expression may have at most {MAX_LENGTH} characters"


def has_expression(text: str) -> bool:
    """Say whether a scalar holds an expression."""
    return OPEN in text


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
        try:
            parts.append(_Part(match.start(), parse(match.group(1))))
        except ExpressionError as error:
            raise error.at(match.start()) from None
        end = match.end()
    rest = text[end:]
    if OPEN in rest:
        raise ExpressionError("E302", f"{OPEN} without {CLOSE}", offset=end + rest.index(OPEN))
    if rest:
        parts.append(rest)
    return tuple(parts)


@functools.cache
def _environment() -> Environment:
    return Environment(autoescape=False)  # noqa: S701 - it only parses; no HTML is made


def parse(source: str) -> nodes.Expr:
    """Return what stands between `<%` and `%>`, parsed.

    Raises:
        ExpressionError: when it is malformed, empty or too long.
    """
    if len(source) > MAX_LENGTH:
        raise ExpressionError("E302", TOO_LONG)
    if not source.strip():
        raise ExpressionError("E302", "the expression is empty")
    try:
        parser = Parser(_environment(), source, state="variable")
        expression = parser.parse_expression()
        if not parser.stream.eos:
            raise ExpressionError("E302", f"malformed expression: unexpected {str(parser.stream.current)!r}")
    except TemplateSyntaxError as error:
        raise ExpressionError("E302", f"malformed expression: {error.message}") from None
    except RecursionError:
        raise ExpressionError("E302", "malformed expression: nested too deeply") from None
    except (TemplateError, ValueError) as error:
        raise ExpressionError("E302", f"malformed expression: {error}") from None
    return expression


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
