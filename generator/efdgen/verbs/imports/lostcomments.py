"""Comment lines of values that did not go along: they are counted, file by file, so that nobody misses them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from efdgen.verbs.imports import emit, written
from efdgen.verbs.imports.definition import CHARTS
from efdgen.verbs.imports.model import Finding, Hand

_MOST = 30
"""Files that are named; the others are counted."""


def find(hand: Hand, files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield how many comment lines of the values that were read stand nowhere in what people will look after.

    Args:
        hand: the source.
        files: the repository that was made.
    """
    texts = [text for _, text in emit.lines_of(files)]
    # A chart of the source's own keeps its values.yaml.
    texts += [files[path].decode(errors="replace") for path in files if path.startswith(f"{CHARTS}/")]
    there = {said for text in texts for said in _said(text)}
    lost: dict[str, int] = {}
    total = 0
    read = dict.fromkeys(file for each in hand.deployed.values() for file in each.files)
    listed = {path: list(_said(hand.source.files.get(path, b"").decode("utf-8-sig", "replace"))) for path in read}
    for deployed in hand.deployed.values():
        # A template says the same in each environment, or nearly so.
        before = listed.get(deployed.template, ())
        listed[deployed.template] = list(dict.fromkeys([*before, *_said(deployed.inline)]))
    for path, said in listed.items():
        total += len(said)
        number = sum(each not in there for each in said)
        if number:
            lost[path] = number
    if lost:
        shown_first = sorted(lost.items(), key=lambda each: (-each[1], each[0]))
        shown = ", ".join(f"{path} ({number})" for path, number in shown_first[:_MOST])
        rest = f", and {len(lost) - _MOST} more files" if len(lost) > _MOST else ""
        message = f"{sum(lost.values()):,} of {total:,} comment lines did not go along: {shown}{rest}"
        yield Finding("I410", message, "", 0, "look whether one of them should")


def _said(text: str) -> Iterator[str]:
    """Yield what the comments of a text say, line by line."""
    text = text.replace("\r\n", "\n")
    for line in text.split("\n"):
        if line.lstrip().startswith("#") and (said := line.strip().lstrip("#").strip()):
            yield said
    for comment in written.comments(text).values():
        if comment.end:
            yield from comment.end.split("; ")
