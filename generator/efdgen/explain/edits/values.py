"""What a value means that was typed on a command line."""

from __future__ import annotations

from typing import Any

from efdgen.errors import InvalidInputError, UsageError
from efdgen.language import yamlio


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
    if text[:1] in ("{", "[", '"', "'"):
        return _collection(text)
    try:
        value = yamlio.resolve_plain(text) if text else ""
    except yamlio.AmbiguousScalarError:
        return text
    is_text = isinstance(before, str) and value is not None
    return text if is_text or isinstance(value, str) else value


def _collection(text: str) -> Any:
    try:
        return yamlio.parse(text, "").data
    except InvalidInputError as error:
        problem = error.problems[0]
        hint = f"; {problem.hint}" if problem.hint else ""
        raise UsageError(f"the value {text!r} can't be read: {problem.message}{hint}") from None
