"""Lines that lack a colon or the # of a comment, and what is left of a conflict: the line is named, the hint works."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from efdgen.errors import InvalidInputError, Problem
from efdgen.language import yamlio
from support.foreach import for_each

WRITTEN = Path(__file__).parents[1] / "small-repository/environments"
TEXTS = [path.read_text(encoding="utf-8") for path in (WRITTEN / "lab.yaml", WRITTEN / "shared/facts.yaml")]
TEXTS[1] = re.sub(r",\n +", ", ", TEXTS[1])  # of what lacks in brackets of several lines, the place behind it is named
TEXTS.append(f"# What is above.\n\n{TEXTS[0]}")

NO_COLON, NEITHER = "there is no colon behind this key", "this line is neither a key nor a comment"
CONFLICT = "Git left a part of a merge conflict here"
COLON, PAIR = "write a colon behind it", "write a key, a colon, a blank and the value"
OR_COMMENT = "; or, if it is a comment, begin it with #"
COMMENT = "if it is a comment, begin it with #; else take it out"
LIBYAML = re.compile(r"did not|could not|not allowed|expected|while (?:scanning|parsing)|found (?:character|unknown)")


def problems(text: str) -> list[Problem]:
    try:
        yamlio.parse(text, "a.yaml")
    except InvalidInputError as error:
        return list(error.problems)
    return []


@for_each(
    ("text", "place", "message", "hint"),
    [
        ("v:\n  config\n    data: 1\n", "2:3", NO_COLON, COLON + OR_COMMENT),
        ("v:\n  a: 1\n  config\n    data: 1\n", "3:3", NO_COLON, COLON),
        ("v:\n  config # why\n    # what\n\n    data: 1\n", "2:3", NO_COLON, COLON + OR_COMMENT),
        ('v:\n  "a b"\n    data: 1\n', "2:3", NO_COLON, COLON + OR_COMMENT),
        ("a:\n- b\n    c: 1\n  d: 2\n", "2:3", NO_COLON, COLON),
        ("a:\n- rule W1\n  why: b\n", "2:3", NO_COLON, PAIR),
        ("url https://a.example/b\nname: a\n", "1:1", NO_COLON, PAIR + OR_COMMENT),
        ("foo\nname: a\n", "1:1", NO_COLON, PAIR + OR_COMMENT),
        ("The summit\n\n# why\nname: a\n", "1:1", NO_COLON, PAIR + OR_COMMENT),
        ("--- foo\nname: a\n", "1:5", NEITHER, COMMENT),
        ("a: 1\n(see b)\nc: 2\n", "2:1", NO_COLON, PAIR + OR_COMMENT),
        ("a: 1\n'it's'\nc: 2\n", "2:1", NEITHER, COMMENT),
        ("a:\n  b: 1\nfoo\n  c: 1\n", "3:1", NO_COLON, COLON + OR_COMMENT),
        ("a:\n  b: 1\nfoo\n  b: 1\n", "3:1", NO_COLON, COLON),
        ("a:\n- x\nfoo\n- y\n", "3:1", "there is no hyphen before this item", "begin it with a hyphen"),
        (" a: 1\nb: 2\n", "1:2", "this line is indented more than line 2", "indent it with no blank, as that line; or"),
        (" a: 1\n b: 2\nc: 3\n", "3:1", "this line is indented less than line 1", "indent it with 1 blank, as that"),
        ("- a\nb: 1\nc: 2\n", "1:1", "an item of a list, and from line 2 on there are keys", "write it as a key"),
        ("a: 1\nSee that: it is: so\n", "2:16", "look like another key", "put the text in quotes" + OR_COMMENT),
        ("a: |\n  b c\nd\n  e f\ng: 1\n", "3:1", "indented less than the text around it", "indent it as line 4"),
        ("a: 1\n=======\nb: 2\n", "2:1", CONFLICT, "take this line out"),
        ("a: |\n  b c\n<<<<<<< HEAD:a.yaml\n  e f\ng: 1\n", "3:1", CONFLICT, "take this line out"),
        ("a: 1\n>>>>>>> b (say: what)", "2:1", CONFLICT, "take this line out"),
        ("a: [1,\n||||||| b\n2]", "2:1", CONFLICT, "take this line out"),
        ("a: 1\r\n=======\r\nb: 2\r\n>>>>>>> c\r\n", "2:1", CONFLICT, "take this line out"),
    ],
)
def test_the_line_is_named_with_what_to_write(text: str, place: str, message: str, hint: str) -> None:
    (found,) = problems(text)
    assert (found.code, str(found.location)) == ("E103", f"a.yaml:{place}"), found
    assert message in found.message
    assert hint in found.hint
    assert (hint in (COLON, PAIR)) is (found.hint in (COLON, PAIR)), found


def _damaged(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield texts with one line damaged, and the number of that line."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        before, behind = lines[:number], lines[number + 1 :]
        if re.match(r"\s*(?:- )?[\w.]+:(?:\s|$)", line):
            yield number, [*before, line.replace(":", "", 1), *behind]
        if line.startswith("#"):
            yield from ((number, [*before, each, *behind]) for each in (line[1:], line[2:]))
        indent = " " * (len(line) - len(line.lstrip()))
        for stray in ("foo", f"{indent}foo", "The summit", "<<<<<<< HEAD", "=======", ">>>>>>> a: b", "||||||| c"):
            yield number, [*before, stray, *lines[number:]]


def _followed(line: str, hint: str) -> str | None:
    """Return a line as a hint says to write it; None: it says nothing of the line alone."""
    if "take this line out" in hint:
        return ""
    if "begin it with #" in hint:
        return f"#{line}"
    if hint == COLON:
        return f"{line}:"
    return re.sub(r"^([ -]*\S+)", r"\1:", line) if hint == PAIR else None


@pytest.mark.parametrize("text", TEXTS)
def test_wherever_a_line_is_damaged_it_is_named_and_what_is_advised_mends_it(text: str) -> None:
    count = 0
    for number, lines in _damaged(text):
        found = next((each for each in problems("\n".join(lines)) if each.code == "E103"), None)
        if found is None:
            continue  # it is still YAML
        assert (found.location.line, LIBYAML.search(found.message)) == (number + 1, None), (lines[number], found)
        mended = _followed(lines[number], found.hint)
        if mended is not None:
            count += 1
            followed = problems("\n".join([*lines[:number], mended, *lines[number + 1 :]]))
            assert not followed, (lines[number], found, followed)
    assert count > len(text.split("\n"))


def test_what_is_right_but_for_something_else_is_not_named() -> None:
    for text, line in (
        ("a: b\n  c\n  d: e\n", 3),
        ("- a\n- 'it's'\n", 2),
        ("a:\n  - b\n c: d\n", 3),
        ("a: [b\nc: d\n", 1),
        ('a: "b\n=======\n\n', 1),
    ):
        (found,) = problems(text)
        assert (found.location.line, found.message in (NO_COLON, NEITHER, CONFLICT)) == (line, False), (text, found)


def test_of_a_long_text_as_much_is_tried_as_a_second_allows() -> None:
    rows = "".join(f"k{number}: some value\n" for number in itertools.islice(itertools.count(), 60_000))
    started = time.process_time()
    (found,) = problems(f"{rows}config\n  data: 1\n")
    assert (found.location.line, time.process_time() - started < 10) == (60_001, True)


@pytest.mark.parametrize("piece", ['"', "'", 'x"', 'x" ', "''", "x' '", "x[ ", "\\"])
def test_a_line_of_quotes_is_looked_through_once(piece: str) -> None:
    begin = time.process_time()
    with pytest.raises(InvalidInputError):
        yamlio.parse(f"a: b\nc {piece * 20_000} c\nd: e\n  f: g\n", "file.yaml")
    assert time.process_time() - begin < 2
