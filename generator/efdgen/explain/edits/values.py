"""What a value means that was typed on a command line."""

from __future__ import annotations

import math
import re
import shlex
from typing import Any

from efdgen.errors import InvalidInputError, UsageError
from efdgen.language import yamlio
from efdgen.language.layers import ABSENT
from efdgen.language.yamlio import scalars, styles

_SEPARATED = re.compile(r"[-+]?[0-9]+(?:[,: ][0-9]+)+(?:\.[0-9]*)?\Z")
"""Numbers in groups: 1:30 is 90 to YAML 1.1, and 1,000 is one to people."""

_WITH_BASE = re.compile(r"[-+]?0[xXoObB]")
_WITH_ZERO = re.compile(r"[-+]?0[0-9]+\Z")
_OCTAL = re.compile(r"[-+]?[0-7]+\Z")
_WHOLE = re.compile(r"[-+]?[0-9]+\Z")
_EXACT = 2**53
"""Fractions up to this hold each whole number."""


def read(text: str, before: Any) -> Any:
    """Return the value that a text means, as YAML, where that is not text by what stood there before.

    `3` is a number, `true` a boolean, `null` null, `[a, b]` and `{a: 1}` collections, `"3"` text. What parsers read
    differently, such as 1e3 or yes, is text. Where text stood before, numbers and booleans are text, too.

    Args:
        text: what was typed.
        before: the value that stands there now, or below; anything but text says nothing.

    Raises:
        UsageError: when it begins like a collection or a quoted text, and is none.
    """
    if not is_plain(text):
        return _collection(text)
    try:
        value = yamlio.resolve_plain(text) if text else ""
    except yamlio.AmbiguousScalarError:
        return text
    is_text = isinstance(before, str) and value is not None
    return text if is_text or isinstance(value, str) else value


def is_plain(text: str) -> bool:
    """Say whether a text stands for itself, or for what YAML takes it for: between no quotes, and no brackets."""
    return text[:1] not in ("{", "[", '"', "'")


def other(text: str, value: Any) -> Any:
    """Return the other thing that a text could mean: 1.8 is a number, or text; ABSENT: it means one thing only.

    Args:
        text: what was typed.
        value: what `read` took it for.

    Raises:
        UsageError: as `read` does.
    """
    if not is_plain(text) or value is None:
        return ABSENT
    found = read(text, None) if isinstance(value, str) else text
    return ABSENT if found is None or found == value else found


def is_open(text: str, value: Any, before: Any) -> bool:
    """Say whether only YAML says that a text is a number, and not what stood there.

    A fraction can be a version, such as 1.8; of whole numbers, those that would not be written as they were typed, +5.
    """
    is_odd = isinstance(value, float) or is_changed(text, value)
    return is_plain(text) and is_odd and (isinstance(before, bool) or not isinstance(before, int | float))


def is_changed(text: str, value: Any) -> bool:
    """Say whether this is a number that would not be written as it was typed: 1.10 is 1.1, +5 is 5, -0 is 0."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and is_plain(text) and styles.scalar(value) != text


def looks_like_a_number(text: str) -> bool:
    """Say whether a text is a number to some parsers, or to people, and none to efdgen: 0x10, 010, 1e3, 1_000, 1:30."""
    try:
        yamlio.resolve_plain(text)
    except yamlio.AmbiguousScalarError:
        return not text[0].isalpha()
    return _SEPARATED.match(text) is not None


def numbers_meant(text: str) -> tuple[str, ...]:
    """Return the numbers that a text could mean that looks like one, as they are written here.

    0x10 is 16; 1e3 and 1_000 are 1000; 010 is 8 to some and 10 to others. Nobody knows of 1:30, 1,000 and 1e400.

    Args:
        text: what `looks_like_a_number`.
    """
    bare = text.replace("_", "")
    if _SEPARATED.match(text) or len(bare) > len(f"-0b{2**64:b}"):  # Python refuses to read thousands of digits
        return ()
    found: list[float] = []
    if _WITH_BASE.match(bare):
        found = [int(bare, 0)]
    elif _WITH_ZERO.match(bare):
        found = [*([int(bare, 8)] if _OCTAL.match(bare) else []), int(bare)]
    elif _WHOLE.match(bare):
        found = [int(bare)]
    elif math.isfinite(number := float(bare.replace(".inf", "inf").replace(".nan", "nan"))):
        found = [int(number) if number.is_integer() and abs(number) <= _EXACT else number]
    return tuple(dict.fromkeys(styles.scalar(each) for each in found if scalars.is_number(each)))


def _collection(text: str) -> Any:
    try:
        return yamlio.parse(text, "").data
    except InvalidInputError as error:
        problem = error.problems[0]
        hint = f"; {problem.hint}" if problem.hint else ""
        as_text = shlex.quote(styles.scalar(text, '"'))
        what = f"the value {text!r} can't be read as YAML: {problem.message}{hint}"
        raise UsageError(f"{what}. For text, type {as_text}") from None
