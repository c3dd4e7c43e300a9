"""What unquoted scalars mean."""

from __future__ import annotations

import math
import re
from typing import Any

from efdgen.language.late import late


class AmbiguousScalarError(ValueError):
    """A plain scalar that YAML 1.1 and YAML 1.2 read differently."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class YamlError(ValueError):
    """A text that others wrote is no YAML, or none that Helm reads.

    The message says what is wrong, and where, as far as that is known.

    Attributes:
        what: what is wrong, without its place.
        line: where it stands, from 1; 0: this is not known.
        column: the same.
    """

    def __init__(self, what: str, line: int = 0, column: int = 0) -> None:
        self.what, self.line, self.column = what, line, column
        super().__init__(f"line {line}: {what}" if line else what)


_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
YES_NO = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_NUMBER_START = frozenset("0123456789+-.")
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
SMALLEST, LARGEST = -(2**63), 2**64 - 1
"""Go reads integers beyond these as fractions: https://pkg.go.dev/strconv#ParseInt, ParseUint."""

_FLOAT = re.compile(r"(?:[-+]?(?:0|[1-9][0-9]*)\.[0-9]*|\.[0-9]+)(?:[eE][-+][0-9]+)?\Z")
"""`-.5` is text to YAML 1.1, `.5` a number to all."""

_NUMBER = re.compile(
    r"[-+]?(?:[0-9]+|0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)\Z"
    r"|[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z"
)
"""What is a number to YAML 1.1, YAML 1.2 or Go, once underscores are taken out as YAML 1.1 and Go do."""


def is_text(value: str) -> bool:
    """Say whether an unquoted scalar is text to everybody: to YAML of all versions, and to Helm's --set."""
    try:
        return isinstance(resolve_plain(value), str)
    except AmbiguousScalarError:
        return False


def resolve_plain(value: str) -> Any:
    """Return what an unquoted scalar means.

    Null, `true` and `false`, decimal integers and decimal fractions get their type. Dates, times and base-60
    numbers stay text, as in YAML 1.2. See https://yaml.org/spec/1.2.2/#103-core-schema.

    Raises:
        AmbiguousScalarError: when YAML 1.1 and YAML 1.2 disagree in a way that people get wrong.
    """
    if value in _NULLS:
        return None
    if value in _BOOLEANS:
        return _BOOLEANS[value]
    if value[0] in _NUMBER_START:
        # Python refuses to read a number of thousands of digits.
        if _INTEGER.match(value) and len(value) <= len(f"+{LARGEST}") and is_number(int(value)):
            return int(value)
        if _FLOAT.match(value) and math.isfinite(float(value)):
            return float(value)
        if _NUMBER.match(value.replace("_", "")):
            raise AmbiguousScalarError(
                f"{value} is a number to some YAML parsers, and another number or text to others",
                f'quote it: "{value}", or write a plain decimal number',
            )
    elif len(value) <= len("off") and value.lower() in YES_NO:
        meant = YES_NO[value.lower()]
        raise AmbiguousScalarError(
            f"{value} is a boolean to some YAML parsers, and text to others",
            f'write {meant}, or quote it: "{value}"',
        )
    return value


def is_number(number: float) -> bool:
    """Say whether a number is one to every parser: a finite fraction, or an integer of at most 64 bits."""
    return SMALLEST <= number <= LARGEST if isinstance(number, int) else math.isfinite(number)


_KEY = late(r"(?:0|-?[1-9][0-9]{0,18})\Z")


def is_number_key(key: str) -> bool:
    """Say whether an unquoted key is a whole number that Helm turns into just this text: 9000, and not +9000."""
    return _KEY.match(key) is not None and SMALLEST <= int(key) < 2**63
