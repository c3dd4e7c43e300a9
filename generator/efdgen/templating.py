"""Expressions such as `<% cluster.storageClass %>`: the only user of jinja2.

An expression fills a scalar of a YAML file. Data is parsed first and filled afterwards, so that no value can
break indentation or inject a key. Expressions only look things up: no statements, no loops, no methods, no
arithmetic on text, nothing of Python.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import TemplateError
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from efdgen import suggest
from efdgen.errors import EfdgenError

OPEN, CLOSE = "<%", "%>"
_EXPRESSION = re.compile(r"<%(.*?)%>", re.DOTALL)
_MAX_LENGTH = 1000
_FILTERS = ("capitalize", "default", "join", "length", "lower", "replace", "trim", "upper")
_TESTS = ("defined", "undefined", "none", "in", "eq", "ne", "==", "!=", "true", "false")

Function = Callable[..., Any]


class ExpressionError(EfdgenError):
    """An expression can't be evaluated. `offset` is where it begins in the text that holds it."""

    def __init__(self, code: str, message: str, offset: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.offset = offset
        self.hint = hint


class _Unknown(StrictUndefined):
    """An undefined name that knows what would have been known in its place."""

    def _fail_with_undefined_error(self, *_args: Any, **_kwargs: Any) -> Any:
        raise _unknown_name(self)

    __str__ = __iter__ = __len__ = __bool__ = __contains__ = _fail_with_undefined_error
    __eq__ = __ne__ = __hash__ = _fail_with_undefined_error  # type: ignore[assignment]


def _unknown_name(undefined: StrictUndefined) -> ExpressionError:
    name = str(undefined._undefined_name)  # noqa: SLF001 - jinja2 keeps it there, and documents it
    owner = undefined._undefined_obj  # noqa: SLF001 - same
    known = [key for key in owner if isinstance(key, str)] if isinstance(owner, Mapping) else []
    return ExpressionError("E301", f"{name!r} is not defined", hint=suggest.hint(name, known))


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2 with nothing but look-ups, comparisons, conditions and the given functions."""

    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%", "**"))

    def __init__(self) -> None:
        super().__init__(undefined=_Unknown, autoescape=False, cache_size=0)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in _FILTERS}
        self.tests = {name: self.tests[name] for name in _TESTS}

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, StrictUndefined):
            raise _unknown_name(obj)
        if isinstance(obj, Mapping) or (isinstance(obj, list | tuple) and isinstance(argument, int)):
            try:
                return obj[argument]
            except LookupError:
                return self.undefined(obj=obj, name=argument)
        raise ExpressionError("E303", f"{argument!r} can't be looked up in {_kind(obj)}")

    def call(self, _context: Any, function: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: PLW0221
        if isinstance(function, StrictUndefined):
            raise _unknown_name(function)
        if not getattr(function, "is_expression_function", False):
            raise ExpressionError("E303", f"{_kind(function)} can't be called")
        return function(*args, **kwargs)

    def call_binop(self, _context: Any, operator: str, _left: Any, _right: Any) -> Any:
        raise ExpressionError("E303", f"the operator {operator} is not available; join text with ~")


def expression_function(function: Function) -> Function:
    """Mark a function as one that expressions may call."""
    function.is_expression_function = True  # type: ignore[attr-defined]
    return function


def _kind(value: Any) -> str:
    names = {str: "text", bool: "a boolean", int: "a number", float: "a number", type(None): "null", list: "a list"}
    return names.get(type(value), "a mapping" if isinstance(value, Mapping) else "this value")


@functools.cache
def _sandbox() -> _Sandbox:
    return _Sandbox()


@dataclass(frozen=True)
class _Part:
    """One expression of a scalar, compiled: where it begins, and the names that it looks up."""

    offset: int
    names: frozenset[str]
    evaluate: Callable[..., Any]


@functools.lru_cache(maxsize=4096)
def _compile(text: str) -> tuple[str | _Part, ...]:
    """Split a scalar into literal text and expressions."""
    parts: list[str | _Part] = []
    end = 0
    for match in _EXPRESSION.finditer(text):
        if match.start() > end:
            parts.append(text[end : match.start()])
        parts.append(_compile_expression(match.group(1), match.start()))
        end = match.end()
    rest = text[end:]
    if OPEN in rest:
        raise ExpressionError("E302", f"{OPEN} without {CLOSE}", end + rest.index(OPEN))
    if rest:
        parts.append(rest)
    return tuple(parts)


def _compile_expression(source: str, offset: int) -> _Part:
    if len(source) > _MAX_LENGTH:
        raise ExpressionError("E302", f"an expression may have at most {_MAX_LENGTH} characters", offset)
    if not source.strip():
        raise ExpressionError("E302", "the expression is empty", offset)
    sandbox = _sandbox()
    try:
        tree = Parser(sandbox, source, state="variable").parse_expression()
        names = frozenset(name.name for name in (tree, *tree.find_all(nodes.Name)) if isinstance(name, nodes.Name))
        return _Part(offset, names, sandbox.compile_expression(source, undefined_to_none=False))
    except TemplateSyntaxError as error:
        raise ExpressionError("E302", f"malformed expression: {error.message}", offset) from None
    except (TemplateError, RecursionError, MemoryError, ValueError, SyntaxError) as error:
        raise ExpressionError("E302", f"malformed expression: {error}", offset) from None


def has_expression(text: str) -> bool:
    """Say whether a scalar holds an expression."""
    return OPEN in text


def evaluate(text: str, context: Mapping[str, Any]) -> Any:
    """Return what a scalar with expressions stands for.

    A scalar that is one expression gets its native type; in the middle of other text, an expression must yield
    text, a number or a boolean.

    Raises:
        ExpressionError: when an expression is malformed, uses an unknown name or yields the wrong type.
    """
    parts = _compile(text)
    if len(parts) == 1 and isinstance(parts[0], _Part):
        return plain(_evaluate_part(parts[0], context))
    return "".join(part if isinstance(part, str) else _as_text(part, _evaluate_part(part, context)) for part in parts)


def _evaluate_part(part: _Part, context: Mapping[str, Any]) -> Any:
    try:
        # Only what is named is looked up: facts are evaluated when they are needed.
        result = part.evaluate({name: context[name] for name in part.names if name in context})
        if isinstance(result, StrictUndefined):
            raise _unknown_name(result)
    except ExpressionError as error:
        raise ExpressionError(error.code, error.message, part.offset, error.hint or _hint(error, context)) from None
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
        raise ExpressionError("E303", f"the expression fails: {error}", part.offset) from None
    return result


def _hint(error: ExpressionError, context: Mapping[str, Any]) -> str:
    name = re.match(r"'(.*)' is not defined\Z", error.message)
    return suggest.hint(name.group(1), context) if name else ""


def _as_text(part: _Part, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise ExpressionError("E304", f"the expression yields {_kind(value)} in the middle of text", part.offset)


def plain(value: Any) -> Any:
    """Turn what an expression yields into plain data."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise ExpressionError("E304", "the expression yields something that is no data")
