"""Cuts and joins a YAML text at the places where its parts begin and end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from efdgen.errors import InvalidInputError, Path
from efdgen.language.yamlio import spans, styles
from efdgen.language.yamlio.reading import parse
from efdgen.language.yamlio.spans import Entry, Node

BY_HAND = "it is written in a way that can't be edited here: edit the file by hand"

_COLON = re.compile(r"[ \t]*:(?=[ \t\r\n]|\Z)")
BLANK = re.compile(r"[ \t]*\Z")
COMMENT = re.compile(r"[ \t]*#")
_QUOTES = ("'", '"')


class EditError(ValueError):
    """A text can't be edited there. The message says why; `path` is the place that is in the way."""

    def __init__(self, message: str, path: Path) -> None:
        super().__init__(message)
        self.path = path


def checked(changed: str, data: Any, path: Path) -> str:
    """Return a changed text, if it is the data that it must be.

    Raises:
        EditError: when it is not, with `path`, which is what was changed.
    """
    try:
        is_right = parse(changed, "").data == data
    except InvalidInputError as error:
        raise EditError(BY_HAND, path) from error
    if not is_right:
        raise EditError(BY_HAND, path)
    return changed


class Splice:
    """One text, and the pieces of it that an edit is about."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.data = parse(text, "").data
        self.root = spans.read(text)
        self.how = styles.habits(self.root, text)

    def value_at(self, path: Path) -> Any:
        """Return the data at a path."""
        value = self.data
        for part in path:
            value = value[part]
        return value

    def follow(self, path: Path) -> tuple[int, Entry]:
        """Return how much of a path is there, and the entry that it leads to."""
        entry = Entry("", 0, 0, self.root)
        for depth, part in enumerate(path):
            node = entry.node
            below = node.child(part)
            if below is None:
                return self._missing(path, depth, node, entry)
            entry = below
            self._refuse(entry.node, path[: depth + 1])
        return len(path), entry

    def _missing(self, path: Path, depth: int, node: Node, entry: Entry) -> tuple[int, Entry]:
        value = self.value_at(path[:depth])
        if not isinstance(value, dict) or isinstance(path[depth], int):
            what = "the list has no such item" if isinstance(value, list) else "this is not a mapping"
            raise EditError(f"{what}: nothing can be written below it", path[:depth])
        if path[depth] in value:
            raise EditError(
                "this comes from << : edit the anchor that it names, or the file by hand", path[: depth + 1]
            )
        return depth, entry._replace(node=node)

    def _refuse(self, node: Node, path: Path) -> None:
        if node.anchor:
            is_alias = node.kind == "alias"
            what = f"the alias *{node.anchor} stands here" if is_alias else f"the anchor &{node.anchor} stands here"
            why = "an edit would change what its anchor is" if is_alias else "an edit would change its aliases, too"
            raise EditError(f"{what}, and {why}: edit the file by hand", path)

    # Places in the text.

    def _line_start(self, index: int) -> int:
        return self.text.rfind("\n", 0, index) + 1

    def _line_end(self, index: int) -> int:
        """Return where the line of a place ends, before its line end."""
        end = self.text.find("\n", index)
        end = len(self.text) if end < 0 else end
        return end - 1 if end > index and self.text[end - 1] == "\r" else end

    def _next_line(self, index: int) -> int:
        end = self.text.find("\n", index)
        return len(self.text) if end < 0 else end + 1

    def _end(self, node: Node) -> int:
        """Return where a value ends."""
        return node.end

    def _colon(self, entry: Entry, path: Path) -> int:
        """Return the place behind the colon of an entry."""
        found = _COLON.match(self.text, entry.end)
        if found is None:
            raise EditError("its key is written in a way that can't be edited here: edit the file by hand", path)
        return found.end()

    def is_bracketed(self, path: Path) -> bool:
        """Say whether what stands at a path stands in brackets: its own, or others around it."""
        node = self.root
        for part in path:
            if node.style in ("{", "["):
                return True
            entry = node.child(part)
            if entry is None:
                break
            node = entry.node
        return node.style in ("{", "[") and node.kind != "scalar"

    def _end_with_comments(self, entry: Entry, column: int | None = None) -> int:
        """Return where an entry of lines ends, before its line end; comments below that stand further in are its own.

        Args:
            entry: the entry.
            column: further in than this; None: than its key.
        """
        column = styles.column(self.text, entry.start) if column is None else column
        end = self._line_end(self._end(entry.node))
        at = self._next_line(end)
        while at < len(self.text) and (found := COMMENT.match(self.text, at)) and found.end() - 1 - at > column:
            end = self._line_end(at)
            at = self._next_line(end)
        return end

    def _joined(self, lines: list[str]) -> str:
        return self.how.newline.join(lines)

    # Edits.

    def replaced(self, entry: Entry, path: Path, value: Any) -> str:
        """Return the text with another value in the place of one that is there."""
        old, text = entry.node, self.text
        in_brackets = self.is_bracketed(path[:-1])
        if old.kind == "scalar" and old.style in _QUOTES and not styles.is_lines(value):
            return text[: old.start] + styles.scalar(value, old.style, in_brackets=in_brackets) + text[old.end :]
        stays = old.style in ("{", "[") and bool(old.entries) and styles.fits_brackets(value)
        if in_brackets or (styles.is_lines(value) and not isinstance(value, str) and stays):
            return text[: old.start] + styles.in_brackets(value) + text[old.end :]
        if isinstance(entry.key, int):
            lines = styles.item(value, styles.column(text, old.start) - 2, self.how)
            end = self._line_end(old.end) if old.is_block else old.end
            return text[: old.start] + self._joined(lines).lstrip(" ")[2:] + text[end:]
        colon = self._colon(entry, path)
        is_below = old.is_block and "\n" in text[colon : old.start]
        if not styles.is_lines(value):
            style = old.style if old.kind == "scalar" else ""
            new = styles.scalar(value, style)
            if is_below:
                behind = text[colon : self._line_end(colon)]
                return f"{text[:colon]} {new}{behind}{text[self._end_with_comments(entry) :]}"
            return text[: old.start] + new + text[old.end :]
        indent = styles.column(text, entry.start)
        lines = styles.block(value, indent, self.how)
        header = f" {lines.pop(0)}" if isinstance(value, str) else ""
        if is_below:
            behind = text[colon : self._line_end(colon)]
        elif old.style in ("|", ">"):
            behind = ""
        else:
            behind = text[old.end : self._line_end(old.end)]
        end = old.end if old.style in ("|", ">") else self._line_end(old.end)
        end = self._end_with_comments(entry) if is_below else end
        return f"{text[:colon]}{header}{behind}{self.how.newline}{self._joined(lines)}{text[end:]}"

    def added(self, entry: Entry, path: Path, new: tuple[str, Any], last: Sequence[str], *, is_kept: bool) -> str:
        """Return the text with one more entry, a key and its value, in the mapping at `path`."""
        node, text = entry.node, self.text
        name, value = new
        if node.kind != "mapping":
            raise EditError("this is not a mapping: nothing can be written below it", path)
        if node.style == "{" and not node.entries:
            colon = self._colon(entry, path) if isinstance(entry.key, str) and path else -1
            if is_kept and text[colon : node.end] == " {}" and not self.is_bracketed(path[:-1]):
                indent = styles.column(text, entry.start) + self.how.level
                lines = styles.entry(name, value, indent, self.how)
                end = self._line_end(node.end)
                return f"{text[:colon]}{text[node.end : end]}{self.how.newline}{self._joined(lines)}{text[end:]}"
            inside = text.index("{", node.start) + 1
            return text[:inside] + styles.entry_in_brackets(name, value) + text[inside:]
        before = node.entries[-1]
        if node.style == "{":
            return f"{text[: before.node.end]}, {styles.entry_in_brackets(name, value)}{text[before.node.end :]}"
        behind_it = last[last.index(name) + 1 :] if name in last else last
        behind = next((index for index, each in enumerate(node.entries) if each.key in behind_it), 0)
        if behind:
            before = node.entries[behind - 1]
        lines = styles.entry(name, value, styles.column(text, node.entries[0].start), self.how)
        end = self._end_with_comments(before)
        return f"{text[:end]}{self.how.newline}{self._joined(lines)}{text[end:]}"

    def extended(self, node: Node, path: Path, value: Any, index: int, lines: str = "") -> str:
        """Return the text with one more item in a list, before the one at an index, or behind all.

        Args:
            node: the list.
            path: where it stands.
            value: the item.
            index: where it goes; below 0: to the top, also of comments that are about the item that is there.
            lines: how it is written, if it is; in brackets, it is written anew.
        """
        text = self.text
        if node.style == "[":
            new = styles.in_brackets(value)
            if not node.entries:
                inside = text.index("[", node.start) + 1
                return text[:inside] + new + text[inside:]
            if index <= 0:
                start = node.entries[0].node.start
                return f"{text[:start]}{new}, {text[start:]}"
            last = node.entries[index - 1].node.end
            return f"{text[:last]}, {new}{text[last:]}"
        dash = self._dash(node.entries[0], path)
        how = self.how._replace(gap=styles.gap(text[dash : self._line_end(dash)]) or self.how.gap)
        lines = lines or self._joined(styles.item(value, styles.column(text, dash), how))
        if index <= 0:
            start = self._line_start(dash)
            while not index and COMMENT.match(text, above := self._line_start(start - 1)):
                start = above
            return f"{text[:start]}{lines}{self.how.newline}{text[start:]}"
        end = self._line_end(node.entries[index - 1].node.end)
        return f"{text[:end]}{self.how.newline}{lines}{text[end:]}"

    def item_lines(self, path: Path, index: int) -> str:
        """Return how an item of a list is written, with the comment behind it; empty: between brackets."""
        node = self.follow(path)[1].node
        if node.style:
            return ""
        item = node.entries[index]
        return self.text[self._line_start(self._dash(item, path)) : self._line_end(item.node.end)]

    def _dash(self, item: Entry, path: Path) -> int:
        """Return the place of the dash of an item, which begins its line."""
        dash = self.text.rfind("-", 0, item.start)
        between = self.text[dash + 1 : item.start]
        if dash < 0 or between.strip() or not BLANK.match(self.text[self._line_start(dash) : dash]):
            raise EditError("the list is written in a way that can't be edited here: edit the file by hand", path)
        return dash
