"""What an expression may do, node by node of Jinja2's tree: no code is generated.

There are look-ups, conditions, comparisons, joining text, a few filters and the functions it is given. There are no
statements, loops, methods or arithmetic, and no attribute of any Python object can be reached.

    Getattr(Name("cluster"), "storageClass")  with {"cluster": {"storageClass": "nfs"}}  ->  "nfs"
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import nodes

from efdgen.errors import EfdgenError
from efdgen.language import suggest

_MAX_TEXT = 100_000

Function = Callable[..., Any]
Names = Mapping[str, Any]


class ExpressionError(EfdgenError):
    """An expression can't be evaluated. `offset` is where it begins in the text that holds it."""

    def __init__(self, code: str, message: str, hint: str | Callable[[], str] = "", offset: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.offset = offset
        self._hint = hint

    @property
    def hint(self) -> str:
        """Return what could be meant; worked out when it is asked for, since `is defined` never asks."""
        return self._hint if isinstance(self._hint, str) else self._hint()

    def at(self, offset: int) -> ExpressionError:
        """Return the same error for an expression that begins `offset` characters further on."""
        return ExpressionError(self.code, self.message, self._hint, self.offset + offset)


class _UndefinedNameError(ExpressionError):
    """A name or key that is not there."""

    def __init__(self, name: object, known: Mapping[str, Any]) -> None:
        super().__init__("E301", f"{name!r} is not defined", lambda: suggest.hint(str(name), known))


def value(node: nodes.Expr, names: Names) -> Any:
    """Return what a parsed expression yields: plain data, or a function that it names.

    Raises:
        ExpressionError: when it uses an unknown name, or does what expressions can't do.
    """
    try:
        return _value(node, names)
    except RecursionError:
        raise ExpressionError("E303", "the expression is nested too deeply") from None
    except (TypeError, ValueError) as error:
        raise ExpressionError("E303", f"the expression fails: {error}") from None


def plain(value: Any) -> Any:
    """Turn what an expression yields into plain data.

    Raises:
        ExpressionError: when it is not data, such as a function.
    """
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ExpressionError("E304", "the expression yields a lone surrogate, half of a character") from None
    if isinstance(value, float) and not math.isfinite(value):
        raise ExpressionError("E304", "the expression yields a number that is too large")
    if isinstance(value, str | bool | int | float) or value is None:
        return value
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise ExpressionError("E304", "the expression yields a function, not its result")


def text(value: Any) -> str:
    """Return a scalar as text, as it stands in the middle of other text.

    Raises:
        ExpressionError: when it is not text, a number or boolean.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(plain(value))
    raise ExpressionError("E304", f"the expression yields {_kind(value)} in the middle of text")


def _kind(value: Any) -> str:
    kinds = {
        str: "text",
        bool: "a boolean",
        int: "a number",
        float: "a number",
        type(None): "null",
        list: "a list",
    }
    return kinds.get(type(value), "a mapping" if isinstance(value, Mapping) else "a function")


def _value(node: nodes.Node, names: Names) -> Any:
    evaluator = _EVALUATORS.get(type(node))
    if evaluator is None:
        raise ExpressionError("E303", f"expressions have no {type(node).__name__.lower()}; join text with ~")
    return evaluator(node, names)


def _name(node: nodes.Name, names: Names) -> Any:
    if node.name not in names:
        raise _UndefinedNameError(node.name, names)
    return names[node.name]


def _attribute(node: nodes.Getattr, names: Names) -> Any:
    return item(_value(node.node, names), node.attr)


def _subscript(node: nodes.Getitem, names: Names) -> Any:
    return item(_value(node.node, names), _value(node.arg, names))


def item(owner: Any, key: Any) -> Any:
    """Return what stands under a key of a mapping, or at a place of a list.

    Raises:
        ExpressionError: when there is none.
    """
    if isinstance(owner, Mapping):
        if key not in owner:
            raise _UndefinedNameError(key, owner)
        return owner[key]
    if isinstance(owner, list) and type(key) is int:
        if not -len(owner) <= key < len(owner):
            raise ExpressionError("E301", f"the list has {len(owner)} items, and no item {key}")
        return owner[key]
    raise ExpressionError("E303", f"{key!r} can't be looked up in {_kind(owner)}")


def _call(node: nodes.Call, names: Names) -> Any:
    function = _value(node.node, names)
    if not callable(function) or isinstance(node.node, nodes.Call):
        raise ExpressionError("E303", f"{_kind(function)} can't be called")
    if node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise ExpressionError("E303", "functions take plain arguments only")
    return function(*(_value(argument, names) for argument in node.args))


def _condition(node: nodes.CondExpr, names: Names) -> Any:
    if _value(node.test, names):
        return _value(node.expr1, names)
    return None if node.expr2 is None else _value(node.expr2, names)


def _and(node: nodes.And, names: Names) -> Any:
    return _value(node.left, names) and _value(node.right, names)


def _or(node: nodes.Or, names: Names) -> Any:
    return _value(node.left, names) or _value(node.right, names)


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: bool(left == right),
    "ne": lambda left, right: bool(left != right),
    "lt": lambda left, right: bool(left < right),
    "lteq": lambda left, right: bool(left <= right),
    "gt": lambda left, right: bool(left > right),
    "gteq": lambda left, right: bool(left >= right),
    "in": lambda left, right: left in right,
    "notin": lambda left, right: left not in right,
}


def _compare(node: nodes.Compare, names: Names) -> bool:
    left = _value(node.expr, names)
    for operand in node.ops:
        right = _value(operand.expr, names)
        if not _COMPARISONS[operand.op](left, right):
            return False
        left = right
    return True


def _concatenate(node: nodes.Concat, names: Names) -> str:
    return "".join(text(_value(child, names)) for child in node.nodes)


def _mapping(node: nodes.Dict, names: Names) -> dict[Any, Any]:
    return {text(_value(pair.key, names)): _value(pair.value, names) for pair in node.items}


_FILTERS: Mapping[str, Function] = {
    "capitalize": str.capitalize,
    "join": lambda items, separator="": str.join(separator, [text(item) for item in items]),
    "length": len,
    "lower": str.lower,
    "replace": str.replace,
    "title": str.title,
    "upper": str.upper,
}


def _filter(node: nodes.Filter, names: Names) -> Any:
    arguments = [_value(argument, names) for argument in node.args]
    if node.node is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise ExpressionError("E303", "filters take plain arguments only")
    if node.name == "default":
        if len(arguments) != 1:
            raise ExpressionError("E303", "default takes one argument")
        try:
            return _value(node.node, names)
        except _UndefinedNameError:
            return arguments[0]
    if node.name not in _FILTERS:
        raise ExpressionError(
            "E303", f"there is no filter {node.name!r}", suggest.hint(node.name, (*_FILTERS, "default"))
        )
    result = _FILTERS[node.name](_value(node.node, names), *arguments)
    if isinstance(result, str) and len(result) > _MAX_TEXT:
        raise ExpressionError("E303", f"the filter {node.name} yields more than {_MAX_TEXT:,} characters")
    return result


def _test(node: nodes.Test, names: Names) -> bool:
    if node.name in ("defined", "undefined"):
        try:
            _value(node.node, names)
        except _UndefinedNameError:
            return node.name == "undefined"
        return node.name == "defined"
    if node.name == "none":
        return _value(node.node, names) is None
    raise ExpressionError(
        "E303", f"there is no test {node.name!r}", suggest.hint(node.name, ("defined", "none", "undefined"))
    )


_EVALUATORS: Mapping[type[nodes.Node], Callable[[Any, Names], Any]] = {
    nodes.And: _and,
    nodes.Call: _call,
    nodes.Compare: _compare,
    nodes.Concat: _concatenate,
    nodes.CondExpr: _condition,
    nodes.Const: lambda node, _names: node.value,
    nodes.Dict: _mapping,
    nodes.Filter: _filter,
    nodes.Getattr: _attribute,
    nodes.Getitem: _subscript,
    nodes.List: lambda node, names: [_value(item, names) for item in node.items],
    nodes.Name: _name,
    nodes.Not: lambda node, names: not _value(node.node, names),
    nodes.Or: _or,
    nodes.Test: _test,
}
