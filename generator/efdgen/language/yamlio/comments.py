"""The comments of a YAML text: where each stands, and what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import spans
from efdgen.language.yamlio.spans import Node

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[^\r\n]*", re.MULTILINE)
_CHARACTER = re.compile(r"[^\r\n]")


class Comment(NamedTuple):
    """One comment.

    Attributes:
        line: its line, counted from 1.
        column: how many characters stand before it.
        text: what it says, with its number sign.
        is_alone: whether nothing else stands on its line.
    """

    line: int
    column: int
    text: str
    is_alone: bool


def comments(text: str) -> list[Comment]:
    """Return the comments of a text that `parse` takes; a number sign in a key or a value begins none."""
    parts, done = [], 0
    for start, end in _written(text):
        parts += [text[done:start], _CHARACTER.sub("x", text[max(start, done) : end])]
        done = max(done, end)
    bare = "".join((*parts, text[done:]))
    found = []
    line, counted = 1, 0
    for match in _COMMENT.finditer(bare):
        begin = bare.rfind("\n", 0, match.start()) + 1
        line, counted = line + bare.count("\n", counted, begin), begin
        column = match.start() - begin
        found.append(Comment(line, column, match[0].rstrip(), not bare[begin : match.start()].strip()))
    return found


def _written(text: str) -> Iterator[tuple[int, int]]:
    """Yield where keys and values stand."""
    try:
        root = spans.read(text)
    except ValueError:
        return  # it holds comments only
    yield from _scalars(root, text)


def _scalars(node: Node, text: str) -> Iterator[tuple[int, int]]:
    if node.kind == "scalar":
        # Behind the header of a text of several lines, `|`, a comment can stand.
        header = text.find("\n", node.start, node.end) if node.style in ("|", ">") else -1
        yield (node.start if header < 0 else header), node.end
    for entry in node.entries:
        if isinstance(entry.key, str):
            yield entry.start, entry.end
        yield from _scalars(entry.node, text)
