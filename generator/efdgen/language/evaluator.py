"""What an expression may do, node by node of its tree: no code is generated.

There are look-ups, conditions, comparisons, joining text, a few filters and the functions it is given. There are no
statements, loops, methods or arithmetic, and no attribute of any Python object can be reached.

    Getattr(Name("cluster"), "storageClass")  with {"cluster": {"storageClass": "nfs"}}  ->  "nfs"

A node becomes a function of the names, its *step*, which calls those of the nodes below it. It is made when it is first
asked for, and kept with the node: the same few expressions are evaluated for every environment. What does not depend on
names, such as how many arguments a function is given, is looked at then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from efdgen.language import filters, signatures, suggest
from efdgen.language import syntaxtree as tree
from efdgen.language.signatures import kind
from efdgen.language.yielded import FAILURES, ExpressionError, UndefinedNameError, bounded, failure, item, text

Function = Callable[..., Any]
Names = Mapping[str, Any]
Step = Callable[[Names], Any]


def value(node: tree.Node, names: Names) -> Any:
    """Return what a parsed expression yields: plain data, or a function that it names.

    Raises:
        ExpressionError: when it uses an unknown name, or does what expressions can't do.
    """
    try:
        return (node.step or step(node))(names)
    except FAILURES as error:
        raise failure(error) from None


def step(node: tree.Node) -> Step:
    """Return the function that a node is of the names. It may raise `FAILURES`."""
    found: Step | None = node.step
    if found is None:
        make = _MAKERS.get(type(node))
        found = node.step = _refusal(node) if make is None else make(node)
    return found


def _refusal(node: tree.Node) -> Step:
    construct = node.construct if isinstance(node, tree.Other) else type(node).__name__

    def refuse(_names: Names) -> Any:
        raise ExpressionError("E303", signatures.not_there(construct))

    return refuse


def _constant(node: tree.Const) -> Step:
    constant = node.value
    return lambda _names: constant


_NOTHING = ("null", "nil", "undefined")
"""What others call `none`."""


def _name(node: tree.Name) -> Step:
    name = node.name

    def look_up(names: Names) -> Any:
        try:
            return names[name]
        except KeyError:
            if name in names:
                raise
            meant = "nothing is written none" if name.lower() in _NOTHING else f"text stands in quotes: {name!r}"
            raise UndefinedNameError(name, names, f"{meant}; ") from None

    return look_up


def _attribute(node: tree.Getattr) -> Step:
    return _item(node.node, node.attr)


def _item(of: tree.Node, key: str) -> Step:
    """Return the step of what stands under a key that is known."""
    if isinstance(of, tree.Name):
        return _attribute_of_name(of, key)
    owner = step(of)

    def look_up(names: Names) -> Any:
        found = owner(names)
        try:
            return found[key]
        except (KeyError, TypeError):
            return item(found, key)

    return look_up


def _attribute_of_name(node: tree.Name, key: str) -> Step:
    """Return the step of `name.key`, the most frequent of all expressions, in one function."""
    name, owner = node.name, step(node)

    def look_up(names: Names) -> Any:
        try:
            return names[name][key]
        except (KeyError, TypeError):
            return item(owner(names), key)

    return look_up


def _subscript(node: tree.Getitem) -> Step:
    if isinstance(node.arg, tree.Const) and type(node.arg.value) is str:
        return _item(node.node, node.arg.value)
    owner, key = step(node.node), step(node.arg)
    return lambda names: item(owner(names), key(names))


def _check(signature: signatures.Signature, arguments: Sequence[tree.Node]) -> signatures.Check:
    return signature.check([each.value if isinstance(each, tree.Const) else signatures.OPEN for each in arguments])


def _call(node: tree.Call) -> Step:
    function = _method(node.node) if isinstance(node.node, tree.Getattr) else step(node.node)
    is_of_call, is_plain = isinstance(node.node, tree.Call), node.is_plain
    name = node.node.name if isinstance(node.node, tree.Name) else ""
    signature = signatures.FUNCTIONS.get(name)
    check = None if signature is None else _check(signature, node.args)
    given = [step(argument) for argument in node.args]

    def call(names: Names) -> Any:
        found = function(names)
        if not callable(found) or is_of_call:
            raise ExpressionError("E303", f"{kind(found)} can't be called")
        if not is_plain:
            raise ExpressionError("E303", "functions take plain arguments only")
        arguments = [each(names) for each in given]
        if check is not None and not check(arguments):
            raise ExpressionError("E303", signatures.wrong_call(name, arguments))
        return found(*arguments)

    def call_with_one(names: Names) -> Any:
        try:
            found = names[name]
        except KeyError:
            found = function(names)
        if not callable(found):
            raise ExpressionError("E303", f"{kind(found)} can't be called")
        return found(only(names))

    if len(given) != 1 or not name or not is_plain or check is not None:
        return call
    (only,) = given
    return call_with_one


def _method(node: tree.Getattr) -> Step:
    """Return what finds the function that stands under a key; methods, which Python's values have, are none."""
    owner, key = step(node.node), node.attr

    def look_up(names: Names) -> Any:
        found = owner(names)
        if isinstance(found, Mapping) and key in found:
            return found[key]
        hint = f"write it as a filter: ... | {key}" if key in signatures.FILTERS else ""
        raise ExpressionError("E303", f"expressions have no methods, such as .{key}()", hint)

    return look_up


def _condition(node: tree.CondExpr) -> Step:
    test, then = step(node.test), step(node.expr1)
    otherwise = None if node.expr2 is None else step(node.expr2)

    def choose(names: Names) -> Any:
        if test(names):
            return then(names)
        return None if otherwise is None else otherwise(names)

    return choose


def _and(node: tree.And) -> Step:
    left, right = step(node.left), step(node.right)
    return lambda names: left(names) and right(names)


def _or(node: tree.Or) -> Step:
    left, right = step(node.left), step(node.right)
    return lambda names: left(names) or right(names)


def _not(node: tree.Not) -> Step:
    negated = step(node.node)
    return lambda names: not negated(names)


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


def _compare(node: tree.Compare) -> Step:
    first = step(node.expr)
    operands = [(operand.op, _COMPARISONS[operand.op], step(operand.expr)) for operand in node.ops]

    def compare(names: Names) -> bool:
        left = first(names)
        for operator, holds, operand in operands:
            right = operand(names)
            try:
                if not holds(left, right):
                    return False
            except TypeError:
                raise _not_comparable(operator, left, right) from None
            left = right
        return True

    return compare


_SIGNS = {"lt": "<", "lteq": "<=", "gt": ">", "gteq": ">="}


def _not_comparable(operator: str, left: Any, right: Any) -> ExpressionError:
    if operator in _SIGNS:
        return ExpressionError("E303", f"{kind(left)} and {kind(right)} can't be compared with {_SIGNS[operator]}")
    if isinstance(right, str | Mapping):
        return ExpressionError("E303", f"{kind(left)} can't be looked for in {kind(right)}, only text can")
    return ExpressionError("E303", f"`in` looks in a list, a mapping or text, not in {kind(right)}")


def _concatenate(node: tree.Concat) -> Step:
    parts = [step(part) for part in node.nodes]
    return lambda names: filters.joined("", (text(part(names)) for part in parts), "~")


def _list(node: tree.List) -> Step:
    items = [step(each) for each in node.items]
    if all(isinstance(each, tree.Const) for each in node.items):
        constant = [each({}) for each in items]
        return lambda _names: constant
    return lambda names: bounded([each(names) for each in items])


def _mapping(node: tree.Dict) -> Step:
    pairs = [(step(pair.key), step(pair.value)) for pair in node.items]
    return lambda names: bounded({text(key(names)): each(names) for key, each in pairs})


def _filter(node: tree.Filter) -> Step:
    name, given = node.name, [step(argument) for argument in node.args]
    if node.node is None or not node.is_plain:
        return _after(given, ExpressionError("E303", "filters take plain arguments only"))
    if name not in signatures.FILTERS:
        hint = suggest.hint(name, signatures.FILTERS)
        return _after(given, ExpressionError("E303", f"there is no filter {name!r}", hint))
    subject = step(node.node)
    check = _check(signatures.FILTERS[name].arguments, node.args)
    if name == "default":
        return _default(subject, given, check)
    work, is_subject = filters.FILTERS[name], signatures.FILTERS[name].is_subject

    def use(names: Names) -> Any:
        arguments = [each(names) for each in given]
        found = subject(names)
        if not ((check is None or check(arguments)) and is_subject(found)):
            raise ExpressionError("E303", signatures.wrong_filter(name, found, arguments))
        result = work(found, *arguments)
        if isinstance(result, str) and len(result) > filters.MOST_TEXT:
            raise filters.too_long(f"the filter {name}")
        return result

    return use


def _after(given: Sequence[Step], error: ExpressionError) -> Step:
    """Return what fails, unless one of the arguments does so first."""

    def fail(names: Names) -> Any:
        for each in given:
            each(names)
        raise error.at(0)

    return fail


def _default(subject: Step, given: Sequence[Step], check: signatures.Check) -> Step:
    def use(names: Names) -> Any:
        arguments = [each(names) for each in given]
        if check is not None and not check(arguments):
            raise ExpressionError("E303", signatures.wrong_filter("default", None, arguments))
        try:
            return subject(names)
        except UndefinedNameError:
            return arguments[0]

    return use


def _test(node: tree.Test) -> Step:
    name, subject = node.name, step(node.node)
    if name in ("defined", "undefined"):

        def is_defined(names: Names) -> bool:
            try:
                subject(names)
            except UndefinedNameError:
                return name == "undefined"
            return name == "defined"

        return is_defined
    if name == "none":
        return lambda names: subject(names) is None
    hint = suggest.hint(name, ("defined", "none", "undefined"))
    return _after((), ExpressionError("E303", f"there is no test {name!r}", hint))


_MAKERS: Mapping[type[tree.Node], Callable[[Any], Step]] = {
    tree.And: _and,
    tree.Call: _call,
    tree.Compare: _compare,
    tree.Concat: _concatenate,
    tree.CondExpr: _condition,
    tree.Const: _constant,
    tree.Dict: _mapping,
    tree.Filter: _filter,
    tree.Getattr: _attribute,
    tree.Getitem: _subscript,
    tree.List: _list,
    tree.Name: _name,
    tree.Not: _not,
    tree.Or: _or,
    tree.Test: _test,
}
