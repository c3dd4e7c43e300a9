"""Lines that are read once, lines that are put together at once, and lines that are put together piece by piece."""

from __future__ import annotations

import re
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.errors import InvalidInputError, Location
from efdgen.language import documents
from efdgen.language.documents import Block, Fence, Heading, Prose, writing
from efdgen.language.documents.parts import Run
from efdgen.language.documents.writing import Writer
from efdgen.language.expressions import Names
from efdgen.language.quoting import Blocks, Verbatim
from efdgen.language.texttemplate import TextFile
from support.documents import problems_of
from support.foreach import for_each

LINES = st.sampled_from(
    [
        "",
        " ",
        "word",
        "  word and word ",
        "- word",
        "  - word",
        "1. word",
        "| word | `word` |",
        "> word",
        "#word",
        "# word",
        "*word*",
        "### word word {#word}",
        "100 %s and {0} of word",
    ]
)
INSIDE = st.lists(st.sampled_from(["", "ls word", "  # word", "echo 'word' \"word\""]), max_size=4)
FENCES = st.builds(
    lambda begin, inside: [f"```{begin}", *inside, "```"], st.sampled_from(["bash", "text page", ""]), INSIDE
)
MARKDOWN = st.lists(st.one_of(LINES.map(lambda line: [line]), FENCES), max_size=8).map(
    lambda some: [line for lines in some for line in lines]
)


AROUND = (["%% # x"], ["%% if yes", "%% endif"], ["%% for i in one", "%% endfor"])


def filled(lines: list[str], **names: object) -> tuple[Block, ...]:
    parsed = documents.parse(TextFile("page.md", "".join(f"{line}\n" for line in lines)))
    return documents.fill(parsed, {"word": "word", "yes": True, "one": [1], **names})


def unnumbered(blocks: tuple[Block, ...]) -> list[Block]:
    return [block if isinstance(block, Prose) else block._replace(line=0) for block in blocks]


def expected(lines: list[str]) -> list[Block]:
    """Return the blocks of Markdown without values, as one reads it line by line."""
    found: list[Block] = []
    begun: list[str] | None = None
    is_open = False
    for line in lines:
        heading = re.fullmatch(r"(#+) (.*?)(?: \{#(\w+)\})?", line)
        if begun is not None and line == "```":
            if any(each.strip() for each in begun[1:]):
                language, *words = begun[0].split() or [""]
                found.append(Fence(language, tuple(words), "\n".join(begun[1:]), 0))
            begun = None
        elif begun is not None:
            begun.append(line)
        elif line.startswith("```"):
            begun = [line[3:]]
            is_open = False
        elif heading:
            found.append(Heading(len(heading[1]), heading[2], heading[3] or "", 0))
            is_open = False
        elif not line.strip():
            is_open = False
        else:
            last = found[-1] if is_open else None
            if not isinstance(last, Prose):
                found.append(Prose(line.rstrip()))
            else:
                joint = "\n" if re.match(r"\s*([-*>] |[|>]|\d+\. )", line) else " "
                found[-1] = Prose(last.text + joint + (line.rstrip() if joint == "\n" else line.strip()))
            is_open = True
    return found


@given(MARKDOWN, st.data())
def test_blocks_are_the_same_whether_their_words_are_values_and_whatever_control_lines_are_between(
    lines: list[str], data: st.DataObject
) -> None:
    """What is made once, of whole stretches of text, is what comes of the same text line by line."""
    plain = expected(lines)
    assert unnumbered(filled(lines)) == plain
    valued = [re.sub("word", lambda _: data.draw(st.sampled_from(["word", "<% word %>"])), line) for line in lines]
    assert unnumbered(filled(valued)) == plain
    apart: list[str] = []
    for line in valued:
        before, *behind = data.draw(st.sampled_from(AROUND))
        apart += [line] if line.startswith("```") else [before, line, *behind]
    assert unnumbered(filled(apart)) == plain


VALUES: dict[str, Any] = {
    "word": "word",
    "blank": "a b",
    "odd": "it's *a* #b",
    "null": None,
    "empty": "",
    "none": [],
    "list": ["x", "y z"],
    "number": 900,
    "long": "ab " * 500 + "c",
    "bare": Verbatim(""),
    "lines": Verbatim("x\n- y\n\n# z"),
    "made": Blocks("| a |\n| - |"),
}
PIECES = st.lists(
    st.one_of(
        st.sampled_from(["a", " ", "- ", "# ", "| ", "=", "-p ", "'", '"', ";", "%"]), st.sampled_from(sorted(VALUES))
    ),
    max_size=6,
).map(lambda pieces: "".join(f"<% {piece} %>" if piece in VALUES else piece for piece in pieces))


def outcome(text: str) -> object:
    """Return what a document is filled to, or what is wrong with it."""
    try:
        return documents.fill(documents.parse(TextFile("page.md", text)), VALUES)
    except InvalidInputError as error:
        return error.problems


def line_by_line(run: Run, writer: Writer, names: Names) -> Names:
    for line in run.lines:
        line.write(writer, names)
    return names


@given(st.lists(PIECES, min_size=1, max_size=4), st.sampled_from(["{}\n", "```bash\n{}\n```\n", "```text\n{}\n```\n"]))
def test_a_line_that_is_put_together_at_once_is_what_it_is_piece_by_piece(lines: list[str], around: str) -> None:
    text = around.format("\n".join(lines))
    at_once = outcome(text)
    with mock.patch.object(Run, "write", line_by_line):
        assert outcome(text) == at_once


def test_blocks_without_values_are_made_once() -> None:
    lines = ["# One", "", "Some", "text.", "", "```bash", "ls", "```", "", "Last <% word %>", "", "```", "```", "Text."]
    first, second = filled(lines), filled(lines)
    assert [type(block).__name__ for block in first] == ["Heading", "Prose", "Fence", "Prose", "Prose"]
    assert [one is two for one, two in zip(first, second, strict=True)] == [True, True, True, False, True]


def test_a_value_that_is_nothing_ends_no_fence_and_begins_none() -> None:
    for nothing in ("null", "empty", "bare"):
        fence = documents.fill(
            documents.parse(TextFile("page.md", f"```text\na\n<% {nothing} %>```\nb\n```\n")), VALUES
        )
        assert fence == (Fence("text", (), "a\n```\nb", 1),)
        (prose,) = documents.fill(documents.parse(TextFile("page.md", f"<% {nothing} %>```bash\na ``` b\n")), VALUES)
        assert isinstance(prose, Prose)


def test_a_fence_of_nothing_but_values_is_one_only_where_they_are_something() -> None:
    for nothing, found in (("empty", ()), ("bare", ()), ("word", (Fence("text", (), "word", 1),))):
        parsed = documents.parse(TextFile("page.md", f"```text\n<% {nothing} %>\n```\n"))
        assert documents.fill(parsed, VALUES) == found


def test_lines_have_the_numbers_of_the_document_s() -> None:
    text = "a\n%% # c\nb\n\n%% if yes\nc <% word %>\n%% endif\nd <% raw %>\n%% for i in one\ne\n%% endfor\nf"
    parsed = documents.parse(TextFile("functions.sh", text), "bash")
    found = documents.fill_lines(parsed, {"word": "w", "yes": True, "one": [1, 2], "raw": Verbatim("x\ny")})
    assert list(zip(found.text.split("\n"), found.numbers, strict=True)) == [
        ("a", 1),
        ("b", 3),
        ("", 4),
        ("c w", 6),
        ("d x", 8),
        ("y", 8),
        ("e", 10),
        ("e", 10),
        ("f", 12),
    ]
    nothing = documents.fill_lines(documents.parse(TextFile("functions.sh", ""), "bash"), {})
    assert nothing == ("", [1])


def test_the_bound_of_lines_counts_those_of_values_and_of_text() -> None:
    names = {"many": Verbatim("x\n" * 60_000), "turns": list(range(40_000))}
    for text in ("```text\n<% many %>\n<% many %>\n```\n", "%% for i in turns\nx\nx\n\n%% endfor\n"):
        (problem,) = problems_of(documents.fill, documents.parse(TextFile("page.md", text)), names)
        assert (problem.code, problem.message) == ("E303", "it has more than 100,000 lines or 10,000,000 characters")


def test_the_bounds_count_what_is_written_and_not_what_could_be(monkeypatch: pytest.MonkeyPatch) -> None:
    # Each of these values could be so long that all of them were too much.
    monkeypatch.setattr(writing, "_MOST_LETTERS", 5_000)
    parsed = documents.parse(TextFile("page.md", "```text\n%% for i in turns\n<% word %>\n%% endfor\n```\n"))
    turns = list(range(10))
    fits = documents.fill(parsed, {"turns": turns, "word": "w" * 490})
    assert fits == (Fence("text", (), "\n".join(["w" * 490] * 10), 1),)
    for length in (510, 1_010):
        (problem,) = problems_of(documents.fill, parsed, {"turns": turns, "word": "w" * length})
        assert problem.code == "E303"


@for_each(
    ("before", "behind"),
    [
        (before, behind)
        for before in ("x\n" * 6, "<% word %>\n" * 6, "%% for i in turns\nx\nx\n%% endfor\n")
        for behind in ("%% set name = nowhere\n", "echo <% nowhere %>\n", "%% for i in turns\n%% endfor\n" * 4)
    ],
)
def test_what_is_too_much_is_said_rather_than_what_is_wrong_behind_it(before: str, behind: str) -> None:
    parsed = documents.parse(TextFile("page.md", f"```text\n{before}{behind}```\n"))
    with mock.patch.multiple(writing, _MOST_LINES=5, _MOST_TURNS=10):
        (problem,) = problems_of(documents.fill, parsed, {"turns": [1, 2, 3], "word": "word"})
    assert (problem.code, problem.location) == ("E303", Location("page.md"))
    assert problem.message.startswith("it has more than 5 lines")
