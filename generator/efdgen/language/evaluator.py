"""What an expression may do, node by node of its tree: no code is generated.

There are look-ups, conditions, comparisons, joining text, a few filters and the functions it is given. There are no
statements, loops, methods or arithmetic, and no attribute of any Python object can be reached.

    Getattr(Name("cluster"), "storageClass")  with {"cluster": {"storageClass": "nfs"}}  ->  "nfs"
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from efdgen.errors import EfdgenError
from efdgen.language import inheriting, signatures, suggest
from efdgen.language import syntaxtree as tree
from efdgen.language.shown import shown
from efdgen.language.signatures import kind
from efdgen.language.yamlio.scalars import is_number

MOST_TEXT = 100_000
"""Characters that joining, replacing and other filters can make."""

MOST = 1_000_000
"""Characters and items that any data can have that an expression makes."""

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


class UndefinedNameError(ExpressionError):
    """A `name` or key that is not there. A mapping can say it itself: `lacking(name)` returns a message and a hint."""

    def __init__(self, name: object, known: Mapping[str, Any], otherwise: str = "") -> None:
        self.name = name
        usual = inheriting.undefined(str(name), suggest.undefined(str(name), shown(name), known, otherwise))
        super().__init__("E301", *(known.lacking(str(name)) if hasattr(known, "lacking") else usual))


class _NothingThereError(UndefinedNameError):
    """A key of null: it is not defined, and everything else about it is an error."""

    def __init__(self, key: object) -> None:
        ExpressionError.__init__(self, "E303", f"{shown(key)} can't be looked up in null")


def value(node: tree.Node, names: Names) -> Any:
    """Return what a parsed expression yields: plain data, or a function that it names.

    Raises:
        ExpressionError: when it uses an unknown name, or does what expressions can't do.
    """
    try:
        return _value(node, names)
    except RecursionError:
        raise ExpressionError("E303", "the expression is nested too deeply") from None
    except (TypeError, ValueError):
        raise ExpressionError("E303", "the expression does with a value what its kind can't do") from None


def plain(value: Any) -> Any:
    """Turn what an expression yields into plain data.

    Raises:
        ExpressionError: when it is not data, such as a function.
    """
    if type(value) is str and value.isascii():
        return value
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ExpressionError("E304", "the expression yields a lone surrogate, half of a character") from None
    if isinstance(value, int | float) and not is_number(value):
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
    if type(value) is str and value.isascii():
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(plain(value))
    raise ExpressionError("E304", f"the expression yields {kind(value)} in the middle of text")


def bounded(value: Any) -> Any:
    """Return data, unless it is too large: lists that hold others several times grow fast.

    Raises:
        ExpressionError: when it is.
    """
    size = 0
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if type(found) is str:
            size += len(found)
        elif isinstance(found, Mapping):
            waiting.extend(found)
            waiting.extend(found.values())
        elif isinstance(found, list | tuple):
            waiting.extend(found)
        size += 1
        if size > MOST:
            raise ExpressionError("E303", f"the expression makes data of more than {MOST:,} characters and items")
    return value


def _value(node: tree.Node, names: Names) -> Any:
    evaluator = _EVALUATORS.get(type(node))
    if evaluator is None:
        construct = node.construct if isinstance(node, tree.Other) else type(node).__name__
        raise ExpressionError("E303", signatures.not_there(construct))
    return evaluator(node, names)


def _name(node: tree.Name, names: Names) -> Any:
    if node.name not in names:
        raise UndefinedNameError(node.name, names, f"text stands in quotes: {node.name!r}; ")
    return names[node.name]


def _attribute(node: tree.Getattr, names: Names) -> Any:
    return item(_value(node.node, names), node.attr)


def _subscript(node: tree.Getitem, names: Names) -> Any:
    return item(_value(node.node, names), _value(node.arg, names))


def item(owner: Any, key: Any) -> Any:
    """Return what stands under a key of a mapping, or at a place of a list.

    Raises:
        ExpressionError: when there is none.
    """
    if type(owner) is dict and type(key) is str and key in owner:
        return owner[key]
    if isinstance(owner, Mapping) and isinstance(key, str | int | float | None):
        if key not in owner:
            raise UndefinedNameError(key, owner)
        return owner[key]
    if isinstance(owner, list) and type(key) is int:
        if not -len(owner) <= key < len(owner):
            raise ExpressionError("E301", f"the list has {len(owner)} items, and no item {key}")
        return owner[key]
    if owner is None:
        raise _NothingThereError(key)
    raise ExpressionError("E303", f"{shown(key)} can't be looked up in {kind(owner)}")


def _call(node: tree.Call, names: Names) -> Any:
    function = _method(node.node, names) if isinstance(node.node, tree.Getattr) else _value(node.node, names)
    if not callable(function) or isinstance(node.node, tree.Call):
        raise ExpressionError("E303", f"{kind(function)} can't be called")
    if not node.is_plain:
        raise ExpressionError("E303", "functions take plain arguments only")
    arguments = [_value(argument, names) for argument in node.args]
    wrong = signatures.wrong_call(node.node.name, arguments) if isinstance(node.node, tree.Name) else ""
    if wrong:
        raise ExpressionError("E303", wrong)
    return function(*arguments)


def _method(node: tree.Getattr, names: Names) -> Any:
    """Return the function that stands under a key; methods, which Python's values have, are none."""
    owner = _value(node.node, names)
    if isinstance(owner, Mapping) and node.attr in owner:
        return owner[node.attr]
    hint = f"write it as a filter: ... | {node.attr}" if node.attr in signatures.FILTERS else ""
    raise ExpressionError("E303", f"expressions have no methods, such as .{node.attr}()", hint)


def _condition(node: tree.CondExpr, names: Names) -> Any:
    if _value(node.test, names):
        return _value(node.expr1, names)
    return None if node.expr2 is None else _value(node.expr2, names)


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


def _compare(node: tree.Compare, names: Names) -> bool:
    left = _value(node.expr, names)
    for operand in node.ops:
        right = _value(operand.expr, names)
        try:
            holds = _COMPARISONS[operand.op](left, right)
        except TypeError:
            raise _not_comparable(operand.op, left, right) from None
        if not holds:
            return False
        left = right
    return True


_SIGNS = {"lt": "<", "lteq": "<=", "gt": ">", "gteq": ">="}


def _not_comparable(operator: str, left: Any, right: Any) -> ExpressionError:
    if operator in _SIGNS:
        return ExpressionError("E303", f"{kind(left)} and {kind(right)} can't be compared with {_SIGNS[operator]}")
    if isinstance(right, str | Mapping):
        return ExpressionError("E303", f"{kind(left)} can't be looked for in {kind(right)}, only text can")
    return ExpressionError("E303", f"`in` looks in a list, a mapping or text, not in {kind(right)}")


def _concatenate(node: tree.Concat, names: Names) -> str:
    return _joined("", (text(_value(child, names)) for child in node.nodes), "~")


def _joined(separator: str, items: Iterable[str], by: str) -> str:
    """Return texts with one between them.

    Raises:
        ExpressionError: when that would be too long.
    """
    found: list[str] = []
    size = 0
    for each in items:
        size += len(each) + len(separator)
        if size - len(separator) > MOST_TEXT:
            raise _too_long(by)
        found.append(each)
    return separator.join(found)


def _too_long(by: str) -> ExpressionError:
    return ExpressionError("E303", f"{by} yields more than {MOST_TEXT:,} characters")


def _replace(subject: str, old: str, new: str) -> str:
    if len(subject) + subject.count(old) * (len(new) - len(old)) > MOST_TEXT:
        raise _too_long("the filter replace")
    return subject.replace(old, new)


def _mapping(node: tree.Dict, names: Names) -> Any:
    return bounded({text(_value(pair.key, names)): _value(pair.value, names) for pair in node.items})


_FILTERS: Mapping[str, Function] = {
    "capitalize": str.capitalize,
    "join": lambda items, separator="": _joined(separator, (text(item) for item in items), "the filter join"),
    "length": len,
    "lower": str.lower,
    "replace": _replace,
    "title": str.title,
    "upper": str.upper,
}


def _filter(node: tree.Filter, names: Names) -> Any:
    arguments = [_value(argument, names) for argument in node.args]
    if node.node is None or not node.is_plain:
        raise ExpressionError("E303", "filters take plain arguments only")
    if node.name == "default":
        wrong = signatures.wrong_filter(node.name, None, arguments)
        if wrong:
            raise ExpressionError("E303", wrong)
        try:
            return _value(node.node, names)
        except UndefinedNameError:
            return arguments[0]
    if node.name not in _FILTERS:
        raise ExpressionError("E303", f"there is no filter {node.name!r}", suggest.hint(node.name, signatures.FILTERS))
    subject = _value(node.node, names)
    wrong = signatures.wrong_filter(node.name, subject, arguments)
    if wrong:
        raise ExpressionError("E303", wrong)
    result = _FILTERS[node.name](subject, *arguments)
    if isinstance(result, str) and len(result) > MOST_TEXT:
        raise _too_long(f"the filter {node.name}")
    return result


def _test(node: tree.Test, names: Names) -> bool:
    if node.name in ("defined", "undefined"):
        try:
            _value(node.node, names)
        except UndefinedNameError:
            return node.name == "undefined"
        return node.name == "defined"
    if node.name == "none":
        return _value(node.node, names) is None
    raise ExpressionError(
        "E303", f"there is no test {node.name!r}", suggest.hint(node.name, ("defined", "none", "undefined"))
    )


_EVALUATORS: Mapping[type[tree.Node], Callable[[Any, Names], Any]] = {
    tree.And: lambda node, names: _value(node.left, names) and _value(node.right, names),
    tree.Call: _call,
    tree.Compare: _compare,
    tree.Concat: _concatenate,
    tree.CondExpr: _condition,
    tree.Const: lambda node, _names: node.value,
    tree.Dict: _mapping,
    tree.Filter: _filter,
    tree.Getattr: _attribute,
    tree.Getitem: _subscript,
    tree.List: lambda node, names: bounded([_value(item, names) for item in node.items]),
    tree.Name: _name,
    tree.Not: lambda node, names: not _value(node.node, names),
    tree.Or: lambda node, names: _value(node.left, names) or _value(node.right, names),
    tree.Test: _test,
}
