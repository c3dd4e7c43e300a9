r"""Takes what stands at paths out of a YAML text, one after the other, and reads it once for all of them.

    "a:\n  b: 1\n  c: 2\nd: 3\n" without a.c, then without a.b   ->   "d: 3\n"

What comes of each is what would come of it alone, in a text that was read for it. For that, places stay true: those
before a cut do by themselves, and those behind it are moved. A text is read anew where something does not stand before
all that went, which is never where it goes from the end of the text on, and where a cut may do more than it should.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Collection

from efdgen.errors import Path
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import spans, styles
from efdgen.language.yamlio.spans import Entry, Node
from efdgen.language.yamlio.splice import BLANK, BY_HAND, COMMENT, EditError, Splice, checked

_BETWEEN = "a comment stands between the brackets, and who knows what it is about: edit the file by hand"
_NOTHING = "nothing of that name stands there"
_ENTRY = re.compile(r"[ \t]*[^ \t\r\n#]")
_REST_OF_ENTRY = re.compile(r"[ \t]*,?[ \t]*(?:#[^\n]*)?\r?$", re.MULTILINE)


class _Cut(NamedTuple):
    """What goes of a text, and what comes in its place.

    Attributes:
        is_sure: whether nothing else can become wrong by it, so that there is no need to look before the next one.
    """

    start: int
    end: int
    new: str = ""
    is_sure: bool = True


class Cutting(Splice):
    """One text, and what is taken out of it.

    Places of `root` are those of the text as it was read; `data` and `text` are as they are by now.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._starts: list[int] = []
        self._moves = [0]
        self._written: tuple[list[int], list[int]] | None = None

    def remove(self, path: Path, keep: int = 0) -> None:
        """Take out what stands at a path, and the mappings on the way that hold nothing then.

        Args:
            path: where it stands.
            keep: how many parts of the path lead to what stays, as `{}`, when nothing is left in it.

        Raises:
            EditError: when it does not stand there, or an alias or anchor is in the way.
        """
        self._refuse_anchors(self._found(path).node, path)
        top = self._emptied(path, keep)
        above = self.follow(path[: top - 1])[1].node
        cut = self._removed(path, top)
        self._note(cut.start, len(cut.new) - (cut.end - cut.start))
        self.text = self.text[: cut.start] + cut.new + self.text[cut.end :]
        above.drop(self.follow(path[:top])[1])
        del self.value_at(path[: top - 1])[path[top - 1]]
        if not cut.is_sure:
            self._read_anew(path)

    def replace(self, path: Path, value: str | float | None) -> None:
        """Put a scalar in the place of an item of a list.

        Raises:
            EditError: when there is none, or an alias or anchor is in the way.
        """
        item = self._found(path)
        self.how = self.how._replace(gap=styles.first_gap(self.text))
        changed = self.replaced(item, path, value)
        self._note(item.node.start, len(changed) - len(self.text))
        self.text = changed
        item.node.entries.clear()
        self.value_at(path[:-1])[path[-1]] = value

    def has_comment(self, path: Path, keep: int = 0) -> bool:
        """Say whether a comment is about what `remove` would take out: right above it, in it, behind or right below it.

        Raises:
            EditError: when it does not stand there, or an alias or anchor is in the way.
        """
        if self.follow(path)[0] < len(path):
            raise EditError(_NOTHING, path)
        self._found(path)
        begin, end = self._with_comments(path, keep)
        if self._starts and end > self._starts[-1]:
            self._read_anew(path)
            begin, end = self._with_comments(path, keep)
        written = self.text[begin:end]
        starts, ends = self._scalars()
        for index in reversed(range(bisect.bisect_left(starts, begin), bisect.bisect_right(ends, end))):
            written = written[: starts[index] - begin] + written[ends[index] - begin :]
        return "#" in written

    def checked(self, path: Path) -> str:
        """Return the text, if it is the data that it must be.

        Raises:
            EditError: when it is not, with `path`.
        """
        return checked(self.text, self.data, path)

    # Places, in the text as it was read and as it is.

    def _found(self, path: Path) -> Entry:
        """Return the entry at a path, which stands before all that went."""
        depth, entry = self.follow(path)
        if depth < len(path):
            raise EditError(_NOTHING, path[:depth])
        if self._starts and entry.node.end > self._starts[-1]:
            self._read_anew(path)
            entry = self.follow(path)[1]
        return entry

    def _read_anew(self, path: Path) -> None:
        Cutting.__init__(self, self.checked(path))

    def _note(self, start: int, longer: int) -> None:
        """Note that a text is longer, or shorter, from a place on, which is before all that were noted."""
        self._starts.append(start)
        self._moves.append(self._moves[-1] + longer)

    def _now(self, place: int) -> int:
        """Return where a place is by now."""
        behind = bisect.bisect_right(self._starts, -place, key=lambda start: -start)
        return place + self._moves[-1] - self._moves[behind]

    def _end(self, node: Node) -> int:
        while node.is_block and node.entries:
            node = node.entries[-1].node
        return self._now(node.end)

    def _scalars(self) -> tuple[list[int], list[int]]:
        """Return where keys and scalars began and ended as the text was read, in their order: none lies in another."""
        if self._written is None:
            found = sorted(spans.scalars(self.root))
            self._written = [start for start, _ in found], [end for _, end in found]
        return self._written

    # What goes, and what goes with it.

    def _refuse_anchors(self, node: Node, path: Path) -> None:
        """Refuse to take out an anchor below a node that an alias elsewhere needs."""
        if any(spans.anchors(node)):
            elsewhere = {name for name, start in spans.aliases(self.root) if not node.start <= start < node.end}
            self._refuse_needed(node, path, elsewhere)

    def _refuse_needed(self, node: Node, path: Path, needed: Collection[str]) -> None:
        if node.anchor in needed:
            self._refuse(node, path)
        for entry in node.entries:
            if entry.node.kind != "alias":
                self._refuse_needed(entry.node, (*path, entry.key), needed)

    def _emptied(self, path: Path, keep: int) -> int:
        """Return how many parts lead to what goes with a value: itself, or a mapping that would hold nothing more."""
        top = len(path)
        while top - 1 > keep and isinstance(path[top - 2], str):
            above, holder = self.follow(path[: top - 1])[1].node, self.follow(path[: top - 2])[1].node
            # The outermost brackets stay: `{}` stood there before something was set in them.
            if above.kind != "mapping" or len(above.entries) > 1 or (above.style and not holder.style):
                break
            top -= 1
        return top

    def _with_comments(self, path: Path, keep: int) -> tuple[int, int]:
        """Return where begins and ends what goes with a value, with the comments that are about it."""
        top = self._emptied(path, keep)
        outer, siblings = self.follow(path[:top])[1], self.follow(path[: top - 1])[1].node.entries
        begin, ends = self._line_start(outer.start), self._scalars()[1]
        ended = bisect.bisect_right(ends, outer.start)
        before = ends[ended - 1] if ended else 0
        while before < begin and COMMENT.match(self.text, above := self._line_start(begin - 1)) and above >= before:
            begin = above
        # Below the last of a mapping, what stands in its column can only be about it.
        column = styles.column(self.text, outer.start) - (outer is siblings[-1])
        return begin, self._end_with_comments(outer, column)

    def _removed(self, path: Path, top: int) -> _Cut:
        """Return what goes with what stands at the first `top` parts of a path; the comments above it stay."""
        text = self.text
        above = self.follow(path[: top - 1])[1]
        outer, inner = self.follow(path[:top])[1], self.follow(path)[1]
        siblings, index = above.node.entries, above.node.index(outer)
        if above.node.style:
            return self._removed_in_brackets(above.node, index, path)
        start = self._dash(outer, path) if isinstance(outer.key, int) else outer.start
        if len(siblings) == 1:
            return self._nothing_left(above, outer, path[: top - 1])
        if not BLANK.match(text[self._line_start(start) : start]):
            following = self._now(siblings[1].start)
            if index or "#" in text[self._end(outer.node) : following]:
                raise EditError(BY_HAND, path)
            return _Cut(start, following)
        below = self._end(outer.node) if isinstance(outer.key, int) else self._end_with_comments(outer)
        begin, end = self._line_start(start), self._next_line(below)
        kept = "".join(self._comments(outer, self._next_line(outer.start), inner.start))
        if end == len(text) and not text.endswith("\n") and not kept:
            begin = self._line_end(begin - 1) if begin else begin
            begin -= text[begin - 1 : begin + 1] == "\r\n"
        is_followed = not kept and (_ENTRY.match(text, end) or (end == len(text) and text.endswith("\n")))
        return _Cut(begin, end, kept, is_sure=bool(is_followed) or not self._is_below_lines(begin))

    def _is_below_lines(self, place: int) -> bool:
        """Say whether a scalar before a place has several lines: blank lines and comments there can become its own."""
        starts, ends = self._scalars()
        ended = bisect.bisect_right(ends, place)
        return bool(ended) and "\n" in self.text[starts[ended - 1] : ends[ended - 1]]

    def _removed_in_brackets(self, above: Node, index: int, path: Path) -> _Cut:
        """Return what goes with an entry between brackets; comments behind and above other entries stay there."""
        text, siblings, gone = self.text, above.entries, above.entries[index]
        line, end = self._line_start(gone.start), self._end(gone.node)
        following = self._now(siblings[index + 1].start) if index + 1 < len(siblings) else self._end(above)
        if BLANK.match(text[line : gone.start]) and (rest := _REST_OF_ENTRY.match(text, end)):
            below = self._next_line(end)
            return _Cut(line, below, is_sure="," in rest[0].partition("#")[0] or "," not in text[below:following])
        if not index:
            stop = following if len(siblings) > 1 else end
            if "#" in text[self._line_end(end) : stop]:
                raise EditError(_BETWEEN, path)
            return _Cut(gone.start, stop)
        before = siblings[index - 1].node.end
        if "#" in text[before : gone.start]:
            raise EditError(_BETWEEN, path)
        return _Cut(before, end)

    def _comments(self, above: Entry, first: int, last: int) -> list[str]:
        """Return the lines from one place to another that are comments, but those of what is in an entry that goes."""
        column = styles.column(self.text, above.start)
        lines = self.text[first : self._line_start(last)].splitlines(keepends=True)
        return [line for line in lines if COMMENT.match(line) and len(line) - len(line.lstrip()) <= column]

    def _nothing_left(self, above: Entry, only: Entry, path: Path) -> _Cut:
        """Return what goes where `{}` or `[]` comes in the place of what would be empty."""
        text, node = self.text, above.node
        empty = "{}" if node.kind == "mapping" else "[]"
        if not path:
            raise EditError("nothing would be left in the file", path)
        if isinstance(above.key, int):
            return _Cut(node.start, self._end(node), empty)
        colon = self._colon(above, path)
        if "\n" not in text[colon : only.start]:
            raise EditError(BY_HAND, path)
        kept = self._comments(above, self._next_line(colon), only.start)
        said = f" {empty}{text[colon : self._line_end(colon)]}"
        if not kept:
            return _Cut(colon, self._line_end(self._end(node)), said)
        newline = "\r\n" if "\r\n" in text else "\n"
        return _Cut(colon, self._next_line(self._end(node)), f"{said}{newline}{''.join(kept)}")
