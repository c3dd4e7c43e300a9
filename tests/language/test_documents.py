from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.errors import InvalidInputError
from efdgen.language import documents
from efdgen.language.documents import Block, Fence, Heading, Prose
from efdgen.language.texttemplate import TextFile
from support.documents import problems_of


def filled(text: str, **names: object) -> list[Block]:
    return list(documents.fill(documents.parse(TextFile("page.md", text)), names))


def test_a_name_that_is_set_holds_from_there_on_and_out_of_conditions() -> None:
    text = "%% set a = 'one'\n%% if is\n%% set b = a ~ ' and two'\n%% endif\n<% b %>\n"
    assert filled(text, **{"is": True}) == [Prose("one and two")]
    with pytest.raises(InvalidInputError, match="'b' is not defined"):
        filled(text, **{"is": False})


def test_a_name_that_is_set_in_a_loop_holds_as_far_as_its_end() -> None:
    text = "%% set x = 0\n%% for i in [1, 2]\n%% set x = i ~ x\n<% x %>\n%% endfor\n<% x %>\n"
    assert filled(text) == [Prose("10 20 0")]


def test_only_names_can_be_set() -> None:
    for text in ("%% set a, b = c\n", "%% set a.b = 1\n", "%% set a\n%% endset\n"):
        with pytest.raises(InvalidInputError) as caught:
            filled(text, c=[1, 2], a={})
        assert [problem.code for problem in caught.value.problems] == ["E302"]


def test_a_loop_can_choose_its_items_and_counts_the_chosen_ones() -> None:
    text = (
        "%% for i in items if i > 1\n- <% i %>, <% loop.index %> of <% loop.length %><% ', the last' if loop.last %>\n"
    )
    text += "%% else\n- none\n%% endfor\n"
    assert filled(text, items=[1, 2, 3]) == [Prose("- 2, 1 of 2\n- 3, 2 of 2, the last")]
    assert filled(text, items=[1]) == [Prose("- none")]


def test_comments_are_not_in_the_page() -> None:
    text = "one\n%% # two: <% nothing %> and %} or #}\ntwo\n\n```bash\n%%#three\nls # four\n```\n"
    assert filled(text) == [Prose("one two"), Fence("bash", (), "ls # four", 5)]


def test_a_name_that_another_branch_sets_is_said_once_with_where_it_is_set() -> None:
    text = "%% if no\n%% set b = 1\n%% endif\n<% b %>\n<% b %> <% c %>\n%% for x in [1, 2]\n<% b ~ x %>\n%% endfor\n"
    parsed = documents.parse(TextFile("page.md", text))
    with pytest.raises(InvalidInputError) as caught:
        documents.fill(parsed, {"no": False})
    assert [(each.location.line, each.message) for each in caught.value.problems] == [
        (4, "'b' is not defined"),
        (5, "'c' is not defined"),
    ]
    assert caught.value.problems[0].hint == (
        "line 2 sets it, in another branch or loop, or below: set it above this, too"
    )


@pytest.mark.parametrize("line", ["*Look at logs*, and", "**all** of it", "-v shows", "*"])
def test_emphasis_and_options_that_begin_a_line_do_not_begin_an_item(line: str) -> None:
    assert filled(f"see\n{line}\n") == [Prose(f"see {line}")]


@pytest.mark.parametrize("line", ["- one", "* one", "1. one", "| one |", "> one"])
def test_items_rows_and_quotations_are_lines_of_their_own(line: str) -> None:
    assert filled(f"see\n{line}\n") == [Prose(f"see\n{line}")]


def test_a_value_in_an_address_is_quoted_for_it_wherever_it_stands_there() -> None:
    names = {"host": "a_b", "path": "x*y z"}
    text = "<https://<% host %>/<% path %>>, [here](https://<% host %>/<% path %>), `<<% host %>`, < <% host %>\n"
    expected = "<https://a_b/x*y%20z>, [here](https://a_b/x*y%20z), `<a_b`, < a\\_b"
    assert filled(text, **names) == [Prose(expected)]


def test_a_heading_says_its_line_behind_front_matter_control_lines_and_values() -> None:
    text = "---\na: 1\n---\n# one\n%% # two\n%% if true\n<% 'three' %>\n%% endif\n"
    text += "%% for i in [1, 2]\n## <% i %>\n%% endfor\n# four"
    headings = [block for block in filled(text) if isinstance(block, Heading)]
    assert [(heading.text, heading.line) for heading in headings] == [("one", 4), ("1", 10), ("2", 10), ("four", 12)]


@given(st.lists(st.text(alphabet="ab #%-|'\\\t", max_size=5).filter(lambda line: line[:2] != "%%")))
def test_the_text_of_a_fence_stays_as_it_is(lines: list[str]) -> None:
    inside = "\n".join(["|", *lines])
    assert filled(f"```text\n{inside}\n```\n") == [Fence("text", (), inside, 1)]
    looped = filled(f"%% for i in [1, 2]\n```text\n{inside}\n```\n%% endfor\n")
    assert looped == [Fence("text", (), inside, 2)] * 2


# -- what is wrong, and where


def wrong(text: str, **names: object) -> list[tuple[str, int, int]]:
    """Return the codes and places of what is wrong with a document."""
    problems = problems_of(lambda: documents.fill(documents.parse(TextFile("page.md", text)), names))
    return [(problem.code, problem.location.line, problem.location.column) for problem in problems]


PLACES = {
    "The <% nowhere %> one.\n": (0, 5),
    "a\n<% nowhere %>\n": (1, 1),
    "%% if nowhere\na\n%% endif\n": (0, 7),
    "%% for a in nowhere\n%% endfor\n": (0, 8),
    "%% set a = nowhere\n": (0, 12),
    "%% if no\n%% elif nowhere\n%% endif\n": (1, 9),
    "%% if no\n%% else\n<% nowhere %>\n%% endif\n": (2, 1),
    "%% for i in [1, 2] if nowhere\n%% endfor\n": (0, 8),
    "```bash\nls <% nowhere %>\n```\n": (1, 4),
    "<% nowhere %> and <% yes %>\n": (0, 1),
}
BEFORE = ["", "Text.\n\n", "---\na: 1\n---\n", "%% # comment\n%% if yes\n- one\n%% endif\n", "```text\n%\n```\n"]


@pytest.mark.parametrize("text", PLACES)
@pytest.mark.parametrize("before", BEFORE)
def test_what_can_t_be_filled_is_located(text: str, before: str) -> None:
    line, column = PLACES[text]
    assert wrong(before + text, yes=True, no=False) == [("E301", before.count("\n") + line + 1, column)]


@pytest.mark.parametrize("before", BEFORE)
@given(st.sampled_from(["%% if", "%% endif", "%% for a b", "%% else", "%% foo", "%%", "<% a", "<% a b %>", "%% raw"]))
def test_what_can_t_be_read_is_located(before: str, line: str) -> None:
    ((code, number, _),) = wrong(f"{before}{line}\n")
    assert (code, number) == ("E302", before.count("\n") + 1)


def test_everything_that_can_t_be_filled_is_said_once() -> None:
    text = "<% a %> <% b %>\n%% for i in [1, 2]\n<% c %>\n%% endfor\n%% set d = e\n<% d %> <% f %>\n"
    assert wrong(text) == [("E301", 1, 1), ("E301", 1, 9), ("E301", 3, 1), ("E301", 5, 12)]


BLOCKS = st.recursive(
    st.just(["text"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: [*two[0], *two[1]]),
        inner.map(lambda lines: ["%% if yes", *lines, "%% endif"]),
        inner.map(lambda lines: ["%% if no", *lines, "%% else", "%% endif"]),
        inner.map(lambda lines: ["%% if no", "%% elif yes", *lines, "%% else", "no", "%% endif"]),
        inner.map(lambda lines: ["%% for i in twice", *lines, "%% else", "no", "%% endfor"]),
    ),
    max_leaves=6,
)


@given(BLOCKS)
def test_blocks_nest(lines: list[str]) -> None:
    """What a document says is what a plain reading of its lines says."""

    def said(rest: list[str]) -> tuple[int, list[str]]:
        """Return how many lines of text a branch yields, and the lines from the one that ends it on."""
        count = 0
        while rest and not rest[0].startswith(("%% e",)):
            line, *rest = rest
            if line == "text":
                count += 1
            elif line != "no":
                branches = []
                opened, words = line, []
                while True:
                    inside, rest = said(rest)
                    branches.append(inside)
                    words.append(opened)
                    opened, *rest = rest
                    if opened.startswith("%% end"):
                        break
                chosen = {"%% if yes": 1, "%% elif yes": 1, "%% for i in twice": 2}
                count += next((chosen[word] * n for word, n in zip(words, branches, strict=True) if word in chosen), 0)
        return count, rest

    names = {"yes": True, "no": False, "twice": [1, 2]}
    text = "".join(f"{line}\n" for line in lines)
    blocks = documents.fill(documents.parse(TextFile("page.md", text)), names)
    words = blocks[0].text.split() if blocks and isinstance(blocks[0], Prose) else []
    assert words == ["text"] * said(lines)[0]


@given(BLOCKS.filter(lambda lines: any(line.startswith("%% end") for line in lines)), st.data())
def test_a_block_that_lacks_its_end_is_refused(lines: list[str], data: st.DataObject) -> None:
    ends = [number for number, line in enumerate(lines) if line.startswith("%% end")]
    gone = data.draw(st.sampled_from(ends))
    text = "".join(f"{line}\n" for number, line in enumerate(lines) if number != gone)
    assert [code for code, *_ in wrong(text, yes=True, no=False, twice=[1, 2])] == ["E302"]


@pytest.mark.parametrize(
    "text",
    [
        "100 % if it can\n",
        "`{{ .Values.a }}` and ``{% if a %}``\n",
        "`a\n{{ b }} c`\n",
        "```bash\ndocker ps --format '{{ .Names }}'\n  {{ a }}\necho {% a %}\n```\n",
        "```text\n  %% comment\n% if a\n```\n",
        "```bash\necho ${a%%b}\n```\n",
    ],
)
def test_what_only_looks_like_jinja_is_text(text: str) -> None:
    assert filled(text)


@pytest.mark.parametrize("fence", ["bash", "json", "mermaid", ""])
@pytest.mark.parametrize("word", ["if a", "elif a", "else", "endif", "for a in b", "endfor", "set a = 1"])
def test_an_indented_control_line_is_refused_in_any_fence(fence: str, word: str) -> None:
    assert wrong(f"```{fence}\n\t %% {word}\n```\n") == [("E302", 2, 3)]
    assert wrong(f"Text\n %%{word}\n") == [("E302", 2, 2)]


def test_a_value_before_jinja_s_brackets_hides_no_mistake() -> None:
    assert wrong("<% 1 %> {{ a }}\n") == [("E302", 1, 1)]
    assert wrong("{{ <% 1 %> }}\n") == [("E302", 1, 1)]


LOOP = "%% for i in ports\n"
END = "%% endfor\n"


@pytest.mark.parametrize(
    "text",
    [
        LOOP * 3 + END * 3,
        LOOP + "<% big %>\n" + END,
        LOOP * 2 + "a\n" + END * 2,
        "%% set a = [1, 1]\n" + "%% set a = [a, a]\n" * 40 + "<% a | length %>\n",
        "%% set a = 'aa'\n" + "%% set a = a ~ a\n" * 40 + "<% a %>\n",
    ],
)
def test_a_document_does_not_grow_beyond_bounds(text: str) -> None:
    names = {"ports": list(range(1000)), "big": "a" * 90_000}
    assert {code for code, *_ in wrong(text, **names)} == {"E303"}


# -- bounds


def test_turns_of_loops_are_counted_whether_they_write_or_not() -> None:
    text = "%% for a in many\n%% for b in many\n%% for c in many\n%% endfor\n%% endfor\n%% endfor\n"
    (problem,) = problems_of(lambda: filled(text, many=list(range(1000))))
    assert (problem.code, problem.location.line) == ("E303", 3)
    assert "more than 100,000 turns" in problem.message
    assert filled("%% for a in many\n%% endfor\n", many=list(range(100_000))) == []


def test_blocks_nest_as_deep_as_they_can_be_followed() -> None:
    for opened, count, line in (("%% if yes\n", 600, 101), ("%% for i in [1]\n", 600, 101), ("%% if yes\n", 101, 101)):
        closed = "%% endif\n" if "if" in opened else "%% endfor\n"
        (problem,) = problems_of(lambda text: filled(text, yes=1), opened * count + "x\n" + closed * count)
        assert (problem.code, problem.message, problem.location.line) == ("E302", "blocks nest too deeply", line)
        assert filled(opened * 100 + "x\n" + closed * 100, yes=1) == [Prose("x")]
    several = "%% if no\n" + "%% elif no\n" * 60 + "%% else\nx\n%% endif\n"
    assert filled(several * 5, no=0) == [Prose("x x x x x")]
    (problem,) = problems_of(filled, "%% if no\n" + "%% elif no\n" * 600 + "%% endif\n")
    assert problem.message == "blocks nest too deeply"


def test_directives_of_mermaid_stand_in_its_fence() -> None:
    line = "%%{init: {'theme': 'dark'}}%%"
    assert filled(f"```mermaid\n{line}\ngraph LR\n{line}\n```\n") == [
        Fence("mermaid", (), f"{line}\ngraph LR\n{line}", 1)
    ]
    assert filled(f"%% if yes\n```mermaid\n%% if yes\n{line}\n%% endif\n```\n%% endif\n", yes=True) == [
        Fence("mermaid", (), line, 2)
    ]
    for text in (f"{line}\n", f"```bash\n{line}\n```\n", f"```mermaid\nx\n```\n{line}\n"):
        assert [code for code, *_ in wrong(text)] == ["E302"]


@pytest.mark.parametrize("line", ["for a, a in [1]", "for loop in [1]", "for a, loop in [1]", "set loop = 5"])
def test_names_that_could_not_be_told_apart_are_refused(line: str) -> None:
    end = "%% endfor\n" if "for" in line else ""
    ((code, number, _),) = wrong(f"text\n%% {line}\n{end}")
    assert (code, number) == ("E302", 2)
