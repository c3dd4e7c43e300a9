"""Writes YAML that every parser reads as the same data."""

from __future__ import annotations

import functools
import io
import math
import re
from collections.abc import Mapping
from typing import Any

import yaml

from efdgen.language import visible
from efdgen.language.yamlio.scalars import YES_NO

_PLAIN = re.compile(r"[A-Za-z/_](?:[A-Za-z0-9_./+=,~^$()*?<>;@%-]|:(?=[^ ])|[ ](?=[^ #]))*\Z")
_NOT_PLAIN = frozenset((*YES_NO, "true", "false", "null", "nan", "inf", "none"))

_STR = "tag:yaml.org,2002:str"
_MAP = "tag:yaml.org,2002:map"
_SEQ = "tag:yaml.org,2002:seq"


class _Dumper(yaml.CSafeDumper):
    """Writes the nodes made by `_node` as they are: their styles already decide what they mean."""

    def resolve(self, kind: Any, _value: Any, _implicit: Any) -> str:
        if kind is yaml.ScalarNode:
            return _STR
        return _MAP if kind is yaml.MappingNode else _SEQ


def _is_plain(value: str) -> bool:
    return _PLAIN.match(value) is not None and value.lower() not in _NOT_PLAIN


def _fits_block(value: str) -> bool:
    """Say whether a text stands in a block of its own: it has several lines, and something to see in them."""
    return "\n" in value and value.strip(" \t\n") != "" and value.replace("\n", "").replace("\t", "").isprintable()


_STAND_IN = re.compile(r"^(?P<indent>(?: |[-?:] )*)(?P<key>.*: )?=(?P<number>[0-9]+)$", re.MULTILINE)
"""The line on which a block begins, before it is there. No other scalar begins with `=` and has no quotes."""


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
    return "\n".join((f"|{first_indents}{chomping}", *(indent + line if line else "" for line in lines)))


def _with_blocks(text: str, blocks: list[str]) -> str:
    """Return YAML with the blocks that its stand-ins stand for."""

    def block(match: re.Match[str]) -> str:
        indent, key = match["indent"], match["key"] or ""
        below = " " * (len(indent) + (2 if key or not indent else 0))
        return f"{indent}{key}{_block(blocks[int(match['number'])], below)}"

    return _STAND_IN.sub(block, text) if blocks else text


def _float_text(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError(f"{value} can't be written: Kubernetes and Helm know finite numbers only")
    text = repr(value)
    if "." not in text and "e" in text:
        return text.replace("e", ".0e")
    return text


def _key_node(key: Any) -> yaml.ScalarNode:
    if type(key) is not str:
        raise TypeError(f"the key {key!r} is not text")
    return yaml.ScalarNode(_STR, key, style=_key_style(key))


@functools.lru_cache(maxsize=4096)
def _key_style(key: str) -> str:
    return "" if _is_plain(key) else '"'


def _text_node(value: str, blocks: list[str] | None) -> yaml.ScalarNode:
    if _is_plain(value):
        return yaml.ScalarNode(_STR, value, style="")
    if blocks is None or not _fits_block(value):
        return yaml.ScalarNode(_STR, value, style='"')
    blocks.append(value)
    return yaml.ScalarNode(_STR, f"={len(blocks) - 1}", style="")


def _node(value: Any, blocks: list[str] | None) -> yaml.Node:
    """Return what libyaml is to write; a text with a block of its own is added to `blocks`, if there may be any."""
    kind = type(value)
    if kind is str:
        return _text_node(value, blocks)
    if isinstance(value, Mapping):
        pairs = [(_key_node(key), _node(item, blocks)) for key, item in value.items()]
        return yaml.MappingNode(_MAP, pairs, flow_style=not pairs)
    if kind is list or kind is tuple:
        return yaml.SequenceNode(_SEQ, [_node(item, blocks) for item in value], flow_style=not value)
    if value is None:
        return yaml.ScalarNode(_STR, "null", style="")
    if kind is bool:
        return yaml.ScalarNode(_STR, "true" if value else "false", style="")
    if kind is int:
        return yaml.ScalarNode(_STR, str(value), style="")
    if kind is float:
        return yaml.ScalarNode(_STR, _float_text(value), style="")
    raise TypeError(f"{value!r} can't be written as YAML")


def dump(data: Any) -> str:
    """Write data as one YAML document that PyYAML, ruamel.yaml and Go's parser read as the same data.

    Keys keep their order, nothing is anchored, long lines are not folded.

    Raises:
        TypeError: when something is neither text, number, boolean, null, list nor mapping with text keys.
        ValueError: when a number is not finite.
    """
    blocks: list[str] = []
    return _with_blocks(_emit(_node(data, blocks)), blocks)


def inline(value: Any) -> str:
    """Write a scalar, or an empty list or mapping, as it can stand on the right of `key:` on one line.

    Raises:
        TypeError: when it is a list or a mapping with something in it.
    """
    if isinstance(value, Mapping | list | tuple) and value:
        raise TypeError("a list or a mapping does not fit on one line")
    return _emit(_node(value, None)).removesuffix("\n")


def _emit(node: yaml.Node) -> str:
    stream = io.StringIO()
    dumper = _Dumper(stream, width=1_000_000, allow_unicode=True, default_flow_style=False)
    try:
        dumper.open()
        dumper.serialize(node)
        dumper.close()
    finally:
        dumper.dispose()
    text = stream.getvalue()
    # libyaml ends a plain scalar that is a whole document with this line; no content can look like it.
    text = text.removesuffix("...\n") if text.endswith("\n...\n") else text
    # What YAML counts as printable can still hide, or turn the writing around; it stands in double quotes.
    return visible.lines(text)
