"""Cuts and joins a YAML text at the places where its parts begin and end."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from efdgen.errors import Path
from efdgen.language.yamlio import spans, styles
from efdgen.language.yamlio.reading import parse
from efdgen.language.yamlio.spans import Entry, Node

COMMENT_BETWEEN = "a comment stands between the brackets, and who knows what it is about: edit the file by hand"
BY_HAND = "it is written in a way that can't be edited here: edit the file by hand"

_COLON = re.compile(r"[ \t]*:(?=[ \t\r\n]|\Z)")
_BLANK = re.compile(r"[ \t]*\Z")
_REST_OF_ENTRY = re.compile(r"[ \t]*,?[ \t]*(?:#[^\n]*)?\r?$", re.MULTILINE)
_COMMENT = re.compile(r"[ \t]*#")
_QUOTES = ("'", '"')


class EditError(ValueError):
    """A text can't be edited there. The message says why; `path` is the place that is in the way."""

    def __init__(self, message: str, path: Path) -> None:
        super().__init__(message)
        self.path = path


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

    def refuse_anchors(self, node: Node, path: Path) -> None:
        """Refuse to take out an anchor below a node that an alias elsewhere needs."""
        elsewhere = {name for name, start in spans.aliases(self.root) if not node.start <= start < node.end}
        self._refuse_needed(node, path, elsewhere)

    def _refuse_needed(self, node: Node, path: Path, needed: Collection[str]) -> None:
        if node.anchor in needed:
            self._refuse(node, path)
        for entry in node.entries:
            if entry.node.kind != "alias":
                self._refuse_needed(entry.node, (*path, entry.key), needed)

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
            while not index and _COMMENT.match(text, above := self._line_start(start - 1)):
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
        if dash < 0 or between.strip() or not _BLANK.match(self.text[self._line_start(dash) : dash]):
            raise EditError("the list is written in a way that can't be edited here: edit the file by hand", path)
        return dash

    def emptied(self, path: Path, keep: int) -> int:
        """Return how many parts lead to what goes with a value: itself, or a mapping that would hold nothing more."""
        top = len(path)
        while top - 1 > keep and isinstance(path[top - 2], str):
            above, holder = self.follow(path[: top - 1])[1].node, self.follow(path[: top - 2])[1].node
            # The outermost brackets stay: `{}` stood there before something was set in them.
            if above.kind != "mapping" or len(above.entries) > 1 or (above.style and not holder.style):
                break
            top -= 1
        return top

    def removed(self, path: Path, top: int) -> str:
        """Return the text without what stands at the first `top` parts of a path, but with the comments above it."""
        text = self.text
        above = self.follow(path[: top - 1])[1]
        outer, inner = self.follow(path[:top])[1], self.follow(path)[1]
        siblings, index = above.node.entries, above.node.entries.index(outer)
        if above.node.style:
            return self._removed_in_brackets(siblings, index, path)
        start = self._dash(outer, path) if isinstance(outer.key, int) else outer.start
        if len(siblings) == 1:
            return self._nothing_left(above, outer, path[: top - 1])
        if not _BLANK.match(text[self._line_start(start) : start]):
            between = text[outer.node.end : siblings[1].start]
            if index or "#" in between:
                raise EditError(BY_HAND, path)
            return text[:start] + text[siblings[1].start :]
        below = outer.node.end if isinstance(outer.key, int) else self._end_with_comments(outer)
        begin, end = self._line_start(start), self._next_line(below)
        kept = "".join(self._comments(outer, self._next_line(outer.start), inner.start))
        if end == len(text) and not text.endswith("\n") and not kept:
            begin = self._line_end(begin - 1) if begin else begin
            begin -= text[begin - 1 : begin + 1] == "\r\n"
        return text[:begin] + kept + text[end:]

    def _removed_in_brackets(self, siblings: Sequence[Entry], index: int, path: Path) -> str:
        """Return the text without an entry between brackets; comments behind and above other entries stay there."""
        text, gone = self.text, siblings[index]
        line = self._line_start(gone.start)
        if _BLANK.match(text[line : gone.start]) and _REST_OF_ENTRY.match(text, gone.node.end):
            return text[:line] + text[self._next_line(gone.node.end) :]
        if not index:
            end = siblings[1].start if len(siblings) > 1 else gone.node.end
            if "#" in text[self._line_end(gone.node.end) : end]:
                raise EditError(COMMENT_BETWEEN, path)
            return text[: gone.start] + text[end:]
        before = siblings[index - 1].node.end
        if "#" in text[before : gone.start]:
            raise EditError(COMMENT_BETWEEN, path)
        return text[:before] + text[gone.node.end :]

    def _comments(self, above: Entry, first: int, last: int) -> list[str]:
        """Return the lines from one place to another that are comments, but those of what is in an entry that goes."""
        column = styles.column(self.text, above.start)
        lines = self.text[first : self._line_start(last)].splitlines(keepends=True)
        return [line for line in lines if _COMMENT.match(line) and len(line) - len(line.lstrip()) <= column]

    def _end_with_comments(self, entry: Entry, column: int | None = None) -> int:
        """Return where an entry of lines ends, before its line end; comments below that stand further in are its own.

        Args:
            entry: the entry.
            column: further in than this; None: than its key.
        """
        column = styles.column(self.text, entry.start) if column is None else column
        end = self._line_end(entry.node.end)
        at = self._next_line(end)
        while at < len(self.text) and (found := _COMMENT.match(self.text, at)) and found.end() - 1 - at > column:
            end = self._line_end(at)
            at = self._next_line(end)
        return end

    def has_comment(self, path: Path, keep: int) -> bool:
        """Say whether a comment is about what `remove` takes out: right above it, in it, behind or right below it."""
        top = self.emptied(path, keep)
        outer, siblings = self.follow(path[:top])[1], self.follow(path[: top - 1])[1].node.entries
        scalars = sorted(spans.scalars(self.root), reverse=True)
        begin, before = (
            self._line_start(outer.start),
            max((stop for _, stop in scalars if stop <= outer.start), default=0),
        )
        while before < begin and _COMMENT.match(self.text, above := self._line_start(begin - 1)) and above >= before:
            begin = above
        # Below the last of a mapping, what stands in its column can only be about it.
        column = styles.column(self.text, outer.start) - (outer == siblings[-1])
        end = self._end_with_comments(outer, column)
        written = self.text[begin:end]
        for start, stop in scalars:
            if start >= begin and stop <= end:
                written = written[: start - begin] + written[stop - begin :]
        return "#" in written

    def _nothing_left(self, above: Entry, only: Entry, path: Path) -> str:
        """Return the text with `{}` or `[]` in the place of what would be empty."""
        text, node = self.text, above.node
        empty = "{}" if node.kind == "mapping" else "[]"
        if not path:
            raise EditError("nothing would be left in the file", path)
        if isinstance(above.key, int):
            return text[: node.start] + empty + text[node.end :]
        colon = self._colon(above, path)
        if "\n" not in text[colon : only.start]:
            raise EditError(BY_HAND, path)
        first = self._next_line(colon)
        kept = self._comments(above, first, only.start)
        behind = text[colon : self._line_end(colon)]
        if kept:
            end = self._next_line(node.end)
            return f"{text[:colon]} {empty}{behind}{self.how.newline}{''.join(kept)}{text[end:]}"
        return f"{text[:colon]} {empty}{behind}{text[self._line_end(node.end) :]}"
