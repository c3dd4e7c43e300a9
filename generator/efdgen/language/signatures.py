"""What functions and filters take: a table, and the words for whoever calls one in another way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from efdgen.language.tuples import NamedTuple


class Signature(NamedTuple):
    """What a function or a filter takes.

    Attributes:
        says: the arguments, in words.
        kinds: whether an argument is of its kind, one after the other.
        least: how many there must be; None: all of them.
    """

    says: str
    kinds: tuple[Callable[[Any], bool], ...] = ()
    least: int | None = None

    def takes(self, arguments: Sequence[Any]) -> bool:
        """Say whether these are its arguments."""
        is_as_many = self.takes_number(len(arguments))
        return is_as_many and all(is_kind(each) for is_kind, each in zip(self.kinds, arguments, strict=False))

    def takes_number(self, count: int) -> bool:
        """Say whether there can be so many arguments."""
        return (len(self.kinds) if self.least is None else self.least) <= count <= len(self.kinds)

    def instead(self, arguments: Sequence[Any]) -> str:
        """Return the words for the first argument that is not of its kind; empty: there are too many, or too few."""
        wrong = (at for at, (is_kind, each) in enumerate(zip(self.kinds, arguments, strict=False)) if not is_kind(each))
        at = next(wrong, None)
        if at is None or not self.takes_number(len(arguments)):
            return ""
        given = kind(arguments[at])
        what = f"{given} of others" if given == "a list" and self.kinds[at]([]) else given
        return f", not {what}{f' as the {_ORDER[at]}' if len(self.kinds) > 1 else ''}"

    def check(self, constants: Sequence[Any]) -> Check:
        """Return what says of each call's arguments whether these are the ones that are taken.

        Args:
            constants: the arguments that are the same in each call, and `OPEN` for others: how many there are, and the
                constants, are looked at here, once.
        """
        if not self.takes_number(len(constants)):
            return lambda _arguments: False
        still_open = [
            (at, is_kind)
            for at, (is_kind, constant) in enumerate(zip(self.kinds, constants, strict=False))
            if is_kind is not _is_any and (constant is OPEN or not is_kind(constant))
        ]
        if not still_open:
            return None
        return lambda arguments: all(is_kind(arguments[at]) for at, is_kind in still_open)


Check = Callable[[Sequence[Any]], bool] | None
"""Says whether arguments are the ones that are taken; None: they always are."""

OPEN = object()
"""Stands for an argument that is not a constant."""


_ORDER = ("first", "second")


class FilterSignature(NamedTuple):
    """What a filter stands behind, in words; whether a value is of that kind; and what it takes."""

    subject: str
    is_subject: Callable[[Any], bool]
    arguments: Signature


def kind(value: Any) -> str:
    """Return the words for a kind of value."""
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str):
        return "text"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, Mapping):
        return "a mapping"
    return "null" if value is None else "a function"


def _is_any(_value: Any) -> bool:
    return True


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_list_of_mappings(value: Any) -> bool:
    return _is_list(value) and all(isinstance(item, Mapping) for item in value)


def _can_be_sorted(value: Any) -> bool:
    if not _is_list(value):
        return False
    numbers = [isinstance(item, int | float) and not isinstance(item, bool) for item in value]
    return all(numbers) or all(isinstance(item, str) for item in value)


def _is_sized(value: Any) -> bool:
    return isinstance(value, str | list | tuple | Mapping)


def _is_joinable(value: Any) -> bool:
    return isinstance(value, list | tuple | Mapping)


FUNCTIONS: Mapping[str, Signature] = {
    "address": Signature("one argument: a URL", (_is_text,)),
    "app": Signature("one argument: the name of a chart", (_is_text,)),
    "code": Signature("one argument: text, a number, a list or a mapping", (_is_any,)),
    "each": Signature("two arguments: a text with {} in it, and a list", (_is_text, _is_list)),
    "entries": Signature("two arguments: a table and a list of names", (_is_mapping, _is_list)),
    "host": Signature("one argument: a service", (_is_text,)),
    "json": Signature("one argument: data", (_is_any,)),
    "named": Signature("two arguments, both mappings: the entries and their defaults", (_is_mapping, _is_mapping)),
    "numbered": Signature(
        "two arguments: a list of mappings and the key of their numbers", (_is_list_of_mappings, _is_text)
    ),
    "ports": Signature("two arguments: an address and how many ports", (_is_text, _is_whole)),
    "raw": Signature("one argument: text or a number", (_is_any,)),
    "sorted": Signature("one argument: a list of texts, or one of numbers", (_can_be_sorted,)),
}

_NOTHING = Signature("no argument")

FILTERS: Mapping[str, FilterSignature] = {
    "capitalize": FilterSignature("text", _is_text, _NOTHING),
    "default": FilterSignature(
        "a name", _is_any, Signature("one argument: what is used where there is none", (_is_any,))
    ),
    "join": FilterSignature(
        "a list", _is_joinable, Signature("at most one argument: the text between the items", (_is_text,), 0)
    ),
    "length": FilterSignature("text, a list or a mapping", _is_sized, _NOTHING),
    "lower": FilterSignature("text", _is_text, _NOTHING),
    "replace": FilterSignature(
        "text", _is_text, Signature("two arguments, both text: what to replace, and by what", (_is_text, _is_text))
    ),
    "title": FilterSignature("text", _is_text, _NOTHING),
    "upper": FilterSignature("text", _is_text, _NOTHING),
}


def wrong_call(name: str, arguments: Sequence[Any]) -> str:
    """Return what is wrong with a function's arguments; empty: nothing."""
    signature = FUNCTIONS.get(name)
    if signature is None or signature.takes(arguments):
        return ""
    return f"{name}() takes {signature.says}{signature.instead(arguments)}"


def wrong_filter(name: str, subject: Any, arguments: Sequence[Any]) -> str:
    """Return what is wrong with what a filter stands behind, or takes; empty: nothing."""
    signature = FILTERS[name]
    if not signature.arguments.takes(arguments):
        return f"the filter {name} takes {signature.arguments.says}{signature.arguments.instead(arguments)}"
    return (
        ""
        if signature.is_subject(subject)
        else f"the filter {name} is for {signature.subject}, not for {kind(subject)}"
    )


_ARITHMETIC = "expressions have no arithmetic"
_NOT_THERE = {
    **dict.fromkeys(("sub", "mul", "div", "floordiv", "mod", "pow", "pos"), _ARITHMETIC),
    "neg": f"{_ARITHMETIC}; a negative number stands alone, without <% %>, or in a fact",
    "add": f"{_ARITHMETIC}; join text with ~",
    "slice": "expressions have no slices, such as [1:2]",
    "tuple": "a list stands in square brackets: [a, b]",
}


def not_there(construct: str) -> str:
    """Return the words for what Jinja2 has, by the name of its class, and expressions do not have."""
    return _NOT_THERE.get(construct.lower(), f"expressions have nothing like this ({construct.lower()})")
