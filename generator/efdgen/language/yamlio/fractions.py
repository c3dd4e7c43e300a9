"""Fractions that are not written as the number that they are: a version `1.10` is the number 1.1.

tag: 1.10        {(1, 6): "1.10"}
tag: "1.10"      {}
"""

from __future__ import annotations

from bisect import bisect_right

from efdgen.language.late import late
from efdgen.language.yamlio.lineends import LINE_END

_MOST_DIGITS = 16
"""Digits from which on a float may not hold them all."""

_MAYBE = late(rf"\.(?:[0-9]*0|[0-9]{{{_MOST_DIGITS},}})[ \t]*(?:[#,\]}}\r\n]|\Z)")
"""What each of them has, found sooner: nearly no text has one."""

_FRACTION = late(
    r"[:,\[-]\s*(?P<place>(?:[&!]\S{1,100}\s+){0,2}(?P<written>[-+]?[0-9]*"
    rf"\.(?:[0-9]*0|[0-9]{{{_MOST_DIGITS},}})))(?=\s*[,\]}}]|[ \t]*[\r\n]|[ \t]+#|[ \t]*\Z)"
)


def unlike_their_number(text: str) -> dict[tuple[int, int], str]:
    """Return what may be fractions with zeros behind them, or more digits than a number holds, as they are written.

    Each has the line and the column, from 1, where the value begins, with its anchor or tag. What only looks like one,
    in a comment or between quotes, can be among them: no number stands there.
    """
    if not _MAYBE.search(text):
        return {}
    begins = [0, *(end.end() for end in LINE_END.finditer(text))]
    found = {}
    for match in _FRACTION.finditer(text):
        written = match["written"]
        if float(written) != 0 and (written[-1] == "0" or repr(float(written)) != written):
            line = bisect_right(begins, match.start("place"))
            found[line, match.start("place") - begins[line - 1] + 1] = written
    return found
