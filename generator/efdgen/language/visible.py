r"""Text in which nothing hides: what can't be seen, or turns the writing around, is shown by its number.

"a\x1b[31mb"  ->  "a\\x1b[31mb"         a terminal would colour it
"a\n::error::"  ->  "a\\n::error::"     a log would take the second line for a command
"c\udcff"  ->  "c\\xff"                  a file's name with a byte that is not UTF-8
"""

from __future__ import annotations

import re

HIDDEN = re.compile("[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters that are not blanks, and those that let text look like other text."""

_BYTES = range(0xDC80, 0xDD00)
"""What stands for a byte that is not UTF-8: https://peps.python.org/pep-0383/."""


def line(text: str) -> str:
    """Return a text on one line, all of it visible; tabs stay."""
    return text if text.isprintable() else lines(text).replace("\n", "\\n")


def lines(text: str) -> str:
    """Return a text of several lines, all of it visible but the ends of its lines, and tabs."""
    return text if _is_visible(text) else "".join(each if _stays(each) else _number(ord(each)) for each in text)


def in_place(text: str) -> str:
    """Return a line as wide as it was: what can't be seen becomes the replacement character, a tab a blank."""
    shown = text.replace("\t", " ")
    return shown if shown.isprintable() else "".join(each if each.isprintable() else "\ufffd" for each in shown)


def json(written: str) -> str:
    """Return JSON that means the same, all of it visible but the ends of its lines."""
    if _is_visible(written):
        return written
    return "".join(each if _stays(each) else _units(each) for each in written)


def named(character: str) -> str:
    """Return what people call a character, with its number: `a non-breaking blank (U+00A0)`."""
    import unicodedata

    number = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "").lower().replace("zero width", "zero-width")
    name = {"\u00a0": "non-breaking blank", "\ufeff": "byte order mark"}.get(character, name)
    return f"a{'n' if name[:1] in tuple('aeiou') else ''} {name} ({number})" if name else f"the character {number}"


def _is_visible(text: str) -> bool:
    return text.replace("\n", "").replace("\t", "").isprintable()


def _stays(character: str) -> bool:
    return character.isprintable() or character in "\t\n"


def _number(code: int) -> str:
    code = code - 0xDC00 if code in _BYTES else code
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004


def _units(character: str) -> str:
    """Return a character as JSON escapes it: one UTF-16 unit, or two."""
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
