"""Writes YAML that every parser reads as the same data.

Keys, dashes and indentation are written here, as libyaml writes them, at a third of its cost from Python; texts that
need escapes are libyaml's.

    {"a": {"b": [1, "x y", "true"]}, "c": {}}   ->   a:
                                                       b:
                                                       - 1
                                                       - x y
                                                       - "true"
                                                     c: {}
"""

from __future__ import annotations

import functools
import io
import math
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import yaml

from efdgen.language import visible
from efdgen.language.yamlio.scalars import YES_NO

_PLAIN = re.compile(r"[A-Za-z/_](?:[A-Za-z0-9_./+=,~^$()*?<>;@%-]|:(?=[^ ])|[ ](?=[^ #]))*\Z")
NOT_PLAIN = frozenset((*YES_NO, "true", "false", "null", "nan", "inf", "none"))
"""Words that some parser takes for more than text, in lower case."""

_NO_ESCAPES = re.compile(r"[ !#-\[\]-~]*\Z")
"""What stands in double quotes as it is."""

_LONGEST_KEY = 128
"""Bytes that a key before a colon can have, for libyaml; a longer one has a question mark of its own."""

_BREAKS = re.compile("[\r\n\x85\u2028\u2029]")

_LISTS = (list, tuple)

_STR = "tag:yaml.org,2002:str"


class Texts:
    """What parts of data are written as, where the same parts stand in many documents: each is written once.

    It holds the parts: as long as it lives, an id is that of one of them.

    Args:
        constants: data that is never changed, dicts and lists, by their ids.
    """

    def __init__(self, constants: Mapping[int, Any] = MappingProxyType({})) -> None:
        self.constants = constants
        self._made: dict[tuple[int, str], str] = {}

    def of(self, part: Any, indent: str) -> str:
        """Return the lines of a constant with something in it, as they stand below a key with this indentation."""
        text = self._made.get((id(part), indent))
        if text is None:
            inner = f"{indent}  " if type(part) is dict else indent
            write = _mapping if type(part) is dict else _sequence
            text = self._made[id(part), indent] = inner + write(part, inner, NO_TEXTS)
        return text


NO_TEXTS: Final = Texts()
"""Where nothing is known, and nothing is added."""


def dump(data: Any, texts: Texts = NO_TEXTS) -> str:
    """Write data as one YAML document that PyYAML, ruamel.yaml and Go's parser read as the same data.

    Keys keep their order, nothing is anchored, long lines are not folded.

    Args:
        data: the data.
        texts: what parts of it are known to be written as.

    Raises:
        TypeError: when something is neither text, number, boolean, null, list nor mapping with text keys.
        ValueError: when a number is not finite.
    """
    if isinstance(data, Mapping) and data:
        text = _mapping(data, "", texts)
    elif isinstance(data, _LISTS) and data:
        text = _sequence(data, "", texts)
    else:
        text = _of_lines(data, "  ") if type(data) is str else inline(data)
    return f"{text}\n"


def inline(value: Any) -> str:
    """Write a scalar, or an empty list or mapping, as it can stand on the right of `key:` on one line.

    Raises:
        TypeError: when it is a list or a mapping with something in it, or no data.
        ValueError: when it is a number that is not finite.
    """
    kind = type(value)
    if kind is str:
        return _text(value)
    if kind in _SCALARS:
        return _SCALARS[kind](value)
    if kind is dict or isinstance(value, Mapping):
        written = "{}"
    elif isinstance(value, _LISTS):
        written = "[]"
    else:
        raise _no_data(value)
    if value:
        raise TypeError("a list or a mapping does not fit on one line")
    return written


def _no_data(value: Any) -> TypeError:
    return TypeError(f"{value!r} can't be written as YAML")


def _mapping(mapping: Mapping[str, Any], indent: str, texts: Texts) -> str:
    """Return the lines of a mapping with something in it.

    Args:
        mapping: the mapping.
        indent: what stands before each line but the first.
        texts: what parts of it are known to be written as.
    """
    lines: list[str] = []
    inner = f"{indent}  "
    constants = texts.constants
    for key, value in mapping.items():
        name = _before_colon(key)
        kind = type(value)
        if not name:
            item = _sequence((value,), indent, texts).removeprefix("- ")
            lines.append(f"? {_text(key)}\n{indent}: {item}")
        elif kind is str:
            text = _text(value) if "\n" not in value else _of_lines(value, inner)
            lines.append(f"{name} {text}")
        elif kind in _SCALARS:
            lines.append(f"{name} {_SCALARS[kind](value)}")
        elif not value:
            lines.append(f"{name} {inline(value)}")
        elif id(value) in constants:
            lines.append(f"{name}\n{texts.of(value, indent)}")
        elif kind is dict or isinstance(value, Mapping):
            lines.append(f"{name}\n{inner}{_mapping(value, inner, texts)}")
        elif isinstance(value, _LISTS):
            lines.append(f"{name}\n{indent}{_sequence(value, indent, texts)}")
        else:
            raise _no_data(value)
    return f"\n{indent}".join(lines)


def _sequence(items: list[Any] | tuple[Any, ...], indent: str, texts: Texts) -> str:
    """Return the lines of a list with something in it; the arguments are those of a mapping."""
    lines: list[str] = []
    inner = f"{indent}  "
    for value in items:
        kind = type(value)
        if kind is str:
            text = _text(value) if "\n" not in value else _of_lines(value, inner)
            lines.append(f"- {text}")
        elif kind in _SCALARS or not value:
            lines.append(f"- {inline(value)}")
        elif kind is dict or isinstance(value, Mapping):
            lines.append(f"- {_mapping(value, inner, texts)}")
        elif isinstance(value, _LISTS):
            lines.append(f"- {_sequence(value, inner, texts)}")
        else:
            raise _no_data(value)
    return f"\n{indent}".join(lines)


@functools.lru_cache(maxsize=4096)
def _before_colon(key: str) -> str:
    """Return a key with the colon behind it, as it stands on its line; empty: it is one of the few very long ones.

    Raises:
        TypeError: when it is not text.
    """
    if type(key) is not str:
        raise TypeError(f"the key {key!r} is not text")
    return f"{_text(key)}:" if len(key.encode()) <= _LONGEST_KEY and not _BREAKS.search(key) else ""


def _of_lines(value: str, indent: str) -> str:
    """Return a text that may have several lines: in a block, if it fits one, whose lines are indented like this."""
    return _block(value, indent) if fits_block(value) else _text(value)


@functools.lru_cache(maxsize=8192)
def _text(value: str) -> str:
    """Return a text on one line, in quotes if it needs any; the same keys and words stand everywhere."""
    if _PLAIN.match(value) and value.lower() not in NOT_PLAIN:
        return value
    return quoted(value)


def quoted(value: str) -> str:
    """Write a text on one line, in double quotes."""
    return f'"{value}"' if _NO_ESCAPES.match(value) else _escaped(value)


def _escaped(value: str) -> str:
    stream = io.StringIO()
    dumper = yaml.CSafeDumper(stream, width=1_000_000, allow_unicode=True)
    try:
        dumper.open()
        dumper.serialize(yaml.ScalarNode(_STR, value, style='"'))
        dumper.close()
    finally:
        dumper.dispose()
    # What YAML counts as printable can still hide, or turn the writing around.
    return visible.lines(stream.getvalue().removesuffix("\n"))


def fits_block(value: Any) -> bool:
    """Say whether a text stands in a block of its own: it has several lines, and something to see in them."""
    return (
        type(value) is str
        and "\n" in value
        and value.strip(" \t\n") != ""
        and value.replace("\n", "").replace("\t", "").isprintable()
    )


def _block(value: str, indent: str) -> str:
    """Return a text in literal style.

    libyaml's own emitter has no blocks for tabs, blanks at line ends and characters beyond U+FFFF; the parsers do.

    Args:
        value: the text.
        indent: what stands before each of its lines.
    """
    first_indents = "2" if value[0] in " \t\n" else ""
    chomping = "-" if value[-1] != "\n" else "+" if value[-2] == "\n" else ""
    lines = value.removesuffix("\n").split("\n")
    return "\n".join([f"|{first_indents}{chomping}", *[indent + line if line else "" for line in lines]])


def _float(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError(f"{value} can't be written: Kubernetes and Helm know finite numbers only")
    text = repr(value)
    if "." not in text and "e" in text:
        return text.replace("e", ".0e")
    return text


_WORDS = {True: "true", False: "false", None: "null"}

_SCALARS: Final[Mapping[type, Callable[[Any], str]]] = {
    bool: _WORDS.__getitem__,
    type(None): _WORDS.__getitem__,
    int: str,
    float: _float,
}
"""What writes scalars that are no texts, by their types: these are asked for first, since `Mapping` takes long."""
