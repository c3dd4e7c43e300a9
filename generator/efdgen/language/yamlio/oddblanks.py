"""Blanks that are none to YAML, as web pages have them: pasted, they look right and are part of the text.

`place:<U+00A0>the Summit` is a text and not a key, and `<U+00A0><U+00A0>storageClass: fast` is indented by nothing.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from efdgen.errors import Location, Problem
from efdgen.language import visible
from efdgen.language.yamlio import lineends

_UNSEEN = "\u00ad\u180e\u200b-\u200d\u2060"
_ODD = re.compile(f"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000{_UNSEEN}]")
_BETWEEN = re.compile(rf"(?m)(?:^|(?<=[:?,\[{{-]))[ \t]*(?P<odd>{_ODD.pattern}(?:[ \t]|{_ODD.pattern})*)")
"""Such blanks where those of YAML mean something: at the beginning of a line, behind a key, before an item."""

_IS_KEY = re.compile(r"[ \t]*:(?:\s|\Z)")
_MOST = 10
"""How many places before a mistake are looked at."""


def behind(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem | None:
    """Return a problem with the blank that keeps a text from being YAML: with a plain one, reading gets further.

    Args:
        error: what the parser said.
        text: the text.
        file: its name.
    """
    mark = error.problem_mark or error.context_mark
    if text.isascii() or mark is None:
        return None
    last = text.find("\n", mark.index)
    found = list(_BETWEEN.finditer(text, 0, len(text) if last < 0 else last))[-_MOST:]
    for match in reversed(found):
        plain = "".join("" if _is_unseen(each) else " " for each in match["odd"])
        mended = text[: match.start("odd")] + plain + text[match.end("odd") :]
        if _reads_until(mended) - len(mended) > mark.index - len(text):
            return _problem(text, match.start("odd"), file)
    # Without it, the line is still indented as none can be: that is seen then.
    begin = text.rfind("\n", 0, max(0, text.rfind("\n", 0, mark.index)))
    unseen = (match.start("odd") for match in found if match.start() > begin and _is_unseen(match["odd"][0]))
    place = next(unseen, None)
    return None if place is None else _problem(text, place, file)


def in_plain(text: str, file: str) -> Iterator[Problem]:
    """Yield a problem with each such blank at an end of a text without quotes, or in a key."""
    if text.isascii() or not _ODD.search(text):
        return
    event: Any
    with contextlib.suppress(yaml.YAMLError):  # said already
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            begin, end = event.start_mark.index, event.end_mark.index
            if not isinstance(event, yaml.ScalarEvent) or event.style or event.value.isascii():
                continue
            places = [match.start() for match in _ODD.finditer(text, begin, end)]
            is_at_front = places[:1] == [begin] or _IS_KEY.match(text, end) is not None
            if places and (is_at_front or places[-1] == end - 1):
                yield _problem(text, places[0] if is_at_front else places[-1], file)


def without_follow_ups(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems without the keys that have nothing behind them because such blanks indent the line below."""
    found = list(problems)
    lines = {problem.location.line for problem in found if problem.code == "E102"}
    return [problem for problem in found if problem.code != "E112" or problem.location.line + 1 not in lines]


def _reads_until(text: str) -> int:
    """Return how far a text can be read as YAML."""
    try:
        for _ in yaml.parse(text, Loader=yaml.CSafeLoader):
            pass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return mark.index if mark else 0
    return len(text) + 1


def _problem(text: str, at: int, file: str) -> Problem:
    location = Location(file, *lineends.behind(text[:at]))
    if _is_unseen(text[at]):
        return Problem(
            "E102", f"{visible.named(text[at])} can't be seen, and is part of the text", location, hint="take it out"
        )
    return Problem(
        "E102", f"{visible.named(text[at])} is not a blank to YAML", location, hint="replace it with a plain blank"
    )


def _is_unseen(character: str) -> bool:
    return re.match(f"[{_UNSEEN}]", character) is not None
