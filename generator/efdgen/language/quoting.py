r"""How a value is quoted where it stands in a document.

text so far                              the value's place     `a b'c` becomes
kubectl get                              SHELL_WORD            'a b'"'"'c'
echo "in                                 SHELL_DOUBLE          a b'c
jq '.x == "                              SHELL_SINGLE          a b'\''c
The app                                  PROSE                 a b'c   (Markdown's own characters escaped)

No value adds structure: a heading, a list's item, a table's row, a command, a here-document's end.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from efdgen.language import expressions, prose
from efdgen.language.expressions import ExpressionError
from efdgen.language.places import Place
from efdgen.language.visible import HIDDEN

_JOINS = re.compile(r"\A\(|(?<!\\)!\Z")
"""What would make a link, or a picture, together with the brackets of the text around it."""

_TICKS = re.compile(r"`+")
_STRUCTURE = re.compile(r"\A(\d*)([.)](?=\s|\Z)|[-+#~=])")
_IN_DOUBLE = re.compile(r"[\\\"$`]")
_PLAIN = re.compile(r"[\w@%+=:,./-]*\Z", re.ASCII)
_KEYWORDS = frozenset(
    ("if", "then", "elif", "else", "fi", "for", "in", "while", "until", "do", "done", "case", "esac", "select", "time")
) | {"function", "coproc"}
_NUMBER = re.compile(r"(?:-?\d+)?\Z", re.ASCII)
_VARIABLE = re.compile(r"(?:\w+)?\Z", re.ASCII)
_NAME = re.compile(r"[a-z0-9.-]*\Z")
_NOT_IN_ADDRESS = frozenset(' <>()|"`\\')
_ENTITY = re.compile(r"&(?=#?\w+;)")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_SCHEMES = ("http", "https", "mailto")
_WHOLE = re.compile(r"(?:https?://|mailto:)[^\s<>]+\Z", re.IGNORECASE)


class Verbatim(str):
    """Text that is already what its place needs: it is not quoted again."""

    __slots__ = ()


class Markdown(str):
    """Text in Markdown, such as one in code style: in prose, it is not quoted again; elsewhere it can't stand."""

    __slots__ = ()


class Blocks(str):
    """Blocks of Markdown that the engine made, such as a table: they stand on a line of their own, as they are."""

    __slots__ = ()


ALONE = "blocks of Markdown need a line of their own"
"""What is wrong where they have none."""

WORDS = (Place.SHELL_WORD, Place.SHELL_ARGUMENT)
"""Places of words: where there is none, the blank before it goes, too."""


def quote(value: Any, place: Place) -> str:
    """Return a value as its place needs it; null is nothing, and a list, in a command, its words.

    Raises:
        ExpressionError: when the place can't hold it.
    """
    if type(value) is str:
        return _quoting(place)(value)
    if place is Place.DATA:
        return _json(expressions.plain(value))
    if value is None:
        return _QUOTES[place]("") if place in _NEVER_EMPTY else ""
    if isinstance(value, Markdown):
        return _of_markdown(value, place)
    if isinstance(value, Verbatim):
        return value
    if isinstance(value, Blocks):
        if place is not Place.PROSE_LINE:
            raise ExpressionError("E304", ALONE)
        return value
    if place in (Place.SHELL_WORD, Place.SHELL_ARGUMENT, Place.SHELL_COMMAND) and isinstance(value, list | tuple):
        # Who writes a list means its items, options among them.
        quoted = _quoting(Place.SHELL_WORD if place is Place.SHELL_ARGUMENT else place)
        return " ".join(
            [quoted(item) if type(item) is str and item.isascii() else _item(item, quoted) for item in value]
        )
    return _quoting(place)(expressions.text(value))


def _item(value: Any, quoted: Callable[[str], str]) -> str:
    return value if isinstance(value, Verbatim) else quoted(expressions.text(value))


@functools.cache
def _quoting(place: Place) -> Callable[[str | int], str]:
    """Return what quotes text, or a whole number, for a place; the same few names and hosts stand everywhere."""
    return functools.lru_cache(maxsize=2048)(functools.partial(quote_scalar, place=place))


def quote_scalar(value: str | int, place: Place) -> str:
    """Return text, or a whole number, as its place needs it: see `quote`."""
    if place is Place.DATA:
        return _json(expressions.plain(value))
    text = value if isinstance(value, str) else expressions.text(value)
    if place not in _ESCAPES and (hidden := HIDDEN.search(text)):
        raise ExpressionError(
            "E304", f"{text!r} holds the character U+{ord(hidden[0]):04X}, which can't be seen", "take it out"
        )
    return _QUOTES[place](text if text.isascii() else expressions.text(text))


@functools.lru_cache(maxsize=4096)
def in_prose(text: str) -> str:
    """Return text on one line, with no character that Markdown would take for its own, and none that can't be seen."""
    return prose.linked(_on_line(text))


@functools.lru_cache(maxsize=4096)
def _on_line(text: str) -> str:
    return HIDDEN.sub("\ufffd", " ".join(text.split()))


def in_code(text: str) -> str:
    """Return text in code style, on one line; where it holds backticks, with more of them around it."""
    words = _on_line(text) or " "
    if "`" not in words:
        return f"`{words}`"
    fence = "`" * (max(map(len, _TICKS.findall(words))) + 1)
    return f"{fence} {words} {fence}"


def shell_word(text: str) -> str:
    """Return text as one word of a shell command, on one line.

    Raises:
        ExpressionError: when the shell can't hold it.
    """
    if text.isprintable():
        return shlex.quote(text)
    return _ansi_c(text)


def _ansi_c(text: str) -> str:
    """Return text in the shell's `$'...'`: line breaks and control characters as the bytes that they are."""
    if "\0" in text:
        raise ExpressionError("E304", "the shell can't hold the character U+0000")
    return "$'" + "".join(_ansi_c_letter(letter) for letter in text) + "'"


def _ansi_c_letter(letter: str) -> str:
    if letter in "\\'":
        return f"\\{letter}"
    return letter if letter.isprintable() else "".join(f"\\x{byte:02x}" for byte in letter.encode())


def _of_markdown(value: Markdown, place: Place) -> str:
    if place in (Place.CELL, Place.CELL_LINK_TEXT):
        return value.replace("|", "\\|")
    if place in (Place.PROSE, Place.PROSE_LINE, Place.LINK_TEXT):
        return value
    raise ExpressionError("E304", "text in Markdown's code style can stand in prose only", "leave out code(...)")


def _prose(text: str) -> str:
    return _JOINS.sub(r"\\\g<0>", in_prose(text))


def _link_text(text: str) -> str:
    """Return prose between brackets: GitHub makes no link of an address there, and a link could hold no other."""
    return _JOINS.sub(r"\\\g<0>", prose.escaped(_on_line(text)))


def _prose_line(text: str) -> str:
    """Return prose that begins a line: a list, a heading or a rule would begin there, too."""
    return _STRUCTURE.sub(r"\1\\\2", _prose(text), count=1)


def _code(text: str) -> str:
    if "`" in text:
        raise ExpressionError("E304", f"{text!r} can't stand between backticks", "write <% code(...) %> instead")
    return " ".join(text.split())


def _address_whole(text: str) -> str:
    if not _WHOLE.match(text):
        hint = "write [text](...) for another address, and code(...) for what is none"
        raise ExpressionError("E304", f"{text!r} is not an address that begins with https://, http:// or mailto:", hint)
    return _in_address(text)


def _address_begin(text: str) -> str:
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() not in _SCHEMES:
        raise ExpressionError("E304", f"{text!r} is not an address of http, https or mailto, nor one without a scheme")
    return _in_address(text)


def _address_path(text: str) -> str:
    if ":" in text:
        raise ExpressionError("E304", f"{text!r} can't stand here: with a colon, what is before would be a scheme")
    return _in_address(text)


def _in_address(text: str) -> str:
    text = _ENTITY.sub("%26", text)
    if text.isprintable() and _NOT_IN_ADDRESS.isdisjoint(text):
        return text
    return "".join(
        letter
        if letter.isprintable() and letter not in _NOT_IN_ADDRESS
        else "".join(f"%{byte:02X}" for byte in letter.encode())
        for letter in text
    )


def _json(value: Any) -> str:
    """Return data as JSON; what can't be seen by its number."""
    return HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def _name(text: str) -> str:
    if not _NAME.match(text):
        hint = "write <% ... | lower %>" if _NAME.match(text.lower()) else ""
        raise ExpressionError("E304", f"{text!r} can't stand in a name: it has a-z, 0-9, dots and dashes only", hint)
    return text


def _no_option(quote: Callable[[str], str]) -> Callable[[str], str]:
    """Return a function that quotes text at the beginning of a word: as what it is, and never as an option."""

    def first(text: str) -> str:
        if text.startswith("-"):
            hint = "write -- or an = before it, or, where an option is meant, a list: <% ['--option'] %>"
            raise ExpressionError("E304", f"{text!r} can't stand here: it would be an option of the command", hint)
        return quote(text)

    return first


def _between_single(text: str) -> str:
    return _apart(text, "'", _is_control, lambda part: part.replace("'", "'\\''"))


def _between_double(text: str) -> str:
    # Behind a ! in double quotes, a terminal looks for an earlier command.
    return _apart(
        text, '"', lambda letter: letter == "!" or _is_control(letter), lambda part: _IN_DOUBLE.sub(r"\\\g<0>", part)
    )


def _apart(text: str, quote: str, is_awkward: Callable[[str], bool], inside: Callable[[str], str]) -> str:
    r"""Return text for the middle of a quotation; what can't stand in one interrupts it.

    In double quotes, `$5!` yields `\$5"'!'"`, and so `"costs $5! now"` becomes `"costs \$5"'!'" now"`.
    """
    parts = ((awkward, "".join(letters)) for awkward, letters in itertools.groupby(text, is_awkward))
    return "".join(f"{quote}{shell_word(part)}{quote}" if awkward else inside(part) for awkward, part in parts)


def _is_control(letter: str) -> bool:
    return not letter.isprintable()


def _plain_word(text: str) -> str:
    if not _PLAIN.match(text):
        message = f"{text!r} can't stand here: the shell's quotes do not work inside ${{...}}, ((...)) or $'...'"
        raise ExpressionError("E304", message, "put it in a variable first")
    return text


def _number(text: str) -> str:
    if not _NUMBER.match(text):
        raise ExpressionError("E304", f"{text!r} can't stand here: the shell evaluates it, so it must be a number")
    return text


def _variable(text: str) -> str:
    if not _VARIABLE.match(text):
        raise ExpressionError("E304", f"{text!r} can't stand here: the name of a variable has a-z, A-Z, 0-9 and _ only")
    return text


def _first_word(text: str) -> str:
    """Return text as the first word of a command: in quotes, it is not a keyword, and `A=b` is not an assignment."""
    return f"'{text}'" if text in _KEYWORDS or (_PLAIN.match(text) and "=" in text) else shell_word(text)


def _on_one_line(text: str) -> str:
    if not text.isprintable():
        raise ExpressionError("E304", f"{text!r} holds a line break or a control character, which can't stand here")
    return text


_QUOTES: Mapping[Place, Callable[[str], str]] = {
    Place.PROSE: _prose,
    Place.PROSE_LINE: _prose_line,
    Place.CELL: _prose,
    Place.LINK_TEXT: _link_text,
    Place.CELL_LINK_TEXT: _link_text,
    Place.CODE: _code,
    Place.CODE_BEGIN: lambda text: _code(text) or " ",
    Place.CELL_CODE: lambda text: _code(text).replace("|", "\\|"),
    Place.CELL_CODE_BEGIN: lambda text: _code(text).replace("|", "\\|") or " ",
    Place.ADDRESS: _in_address,
    Place.ADDRESS_WHOLE: _address_whole,
    Place.ADDRESS_BEGIN: _address_begin,
    Place.ADDRESS_PATH: _address_path,
    Place.NAME: _name,
    Place.SHELL_WORD: shell_word,
    Place.SHELL_ARGUMENT: _no_option(shell_word),
    Place.SHELL_PART: shell_word,
    Place.SHELL_COMMAND: _first_word,
    Place.SHELL_SINGLE: _between_single,
    Place.SHELL_DOUBLE: _between_double,
    Place.SHELL_SINGLE_FIRST: _no_option(_between_single),
    Place.SHELL_DOUBLE_FIRST: _no_option(_between_double),
    Place.SHELL_PLAIN: _plain_word,
    Place.SHELL_NUMBER: _number,
    Place.SHELL_NAME: _variable,
    Place.SHELL_COMMENT: _on_one_line,
    Place.HERE_DOCUMENT: _on_one_line,
    Place.DATA_TEXT: lambda text: _json(text)[1:-1],
    Place.VERBATIM: _on_one_line,
}

_NEVER_EMPTY = (Place.ADDRESS_WHOLE, Place.CODE_BEGIN, Place.CELL_CODE_BEGIN)
"""Places where nothing at all would let the text around become something else."""

_ESCAPES = frozenset(
    {Place.SHELL_WORD, Place.SHELL_ARGUMENT, Place.SHELL_PART, Place.SHELL_SINGLE, Place.SHELL_DOUBLE}
    | {Place.SHELL_SINGLE_FIRST, Place.SHELL_DOUBLE_FIRST, Place.DATA_TEXT, Place.ADDRESS}
)
"""Places that write characters that can't be seen by their numbers."""
