"""What expressions yield: plain data within bounds; and the errors where they yield nothing.

text(True) == "true"        item({"host": "lab.org"}, "host") == "lab.org"        item(["a"], 1): ExpressionError
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from efdgen.errors import EfdgenError
from efdgen.language import inheriting, suggest
from efdgen.language.shown import shown
from efdgen.language.signatures import kind
from efdgen.language.yamlio.scalars import is_number

MOST = 1_000_000
"""Characters and items that any data can have that an expression makes."""


# To put kinds together (`int | float`) takes longer than to look at a value.
_NUMBERS = (int, float)
_SCALARS = (str, int, float)
_LISTS = (list, tuple)


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


FAILURES = (ExpressionError, RecursionError, TypeError, ValueError)
"""What evaluating an expression may raise: see `failure`."""


def failure(error: Exception) -> ExpressionError:
    """Return what was raised while an expression was evaluated, one of `FAILURES`, as its error."""
    if isinstance(error, ExpressionError):
        return error
    if isinstance(error, RecursionError):
        return ExpressionError("E303", "the expression is nested too deeply")
    return ExpressionError("E303", "the expression does with a value what its kind can't do")


def plain(value: Any) -> Any:
    """Turn what an expression yields into plain data.

    Raises:
        ExpressionError: when it is not data, such as a function.
    """
    kind_of = type(value)
    if (kind_of is str and value.isascii()) or kind_of is bool or value is None:
        return value
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ExpressionError("E304", "the expression yields a lone surrogate, half of a character") from None
    if isinstance(value, _NUMBERS) and not is_number(value):
        raise ExpressionError("E304", "the expression yields a number that is too large")
    if isinstance(value, _SCALARS):
        return value
    if kind_of is dict or isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, _LISTS):
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
    if isinstance(value, _SCALARS):
        return str(plain(value))
    raise ExpressionError("E304", f"the expression yields {kind(value)} in the middle of text")


def bounded(value: Any) -> Any:
    """Return data, unless it is too large: lists that hold others several times grow fast.

    Raises:
        ExpressionError: when it is.
    """
    # Parts are counted when they are found, and not when their turn comes, so that few more than the bound ever wait.
    waiting = [value]
    size = 1
    for found in waiting:
        kind_of = type(found)
        if kind_of is str:
            size += len(found)
        elif kind_of is dict or isinstance(found, Mapping):
            size += 2 * len(found)
            waiting += found
            waiting += found.values()
        elif isinstance(found, _LISTS):
            size += len(found)
            waiting += found
        if size > MOST:
            raise ExpressionError("E303", f"the expression makes data of more than {MOST:,} characters and items")
    return value


def item(owner: Any, key: Any) -> Any:
    """Return what stands under a key of a mapping, or at a place of a list.

    Raises:
        ExpressionError: when there is none.
    """
    if type(owner) is dict and type(key) is str and key in owner:
        return owner[key]
    if isinstance(owner, Mapping) and (key is None or isinstance(key, _SCALARS)):
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
