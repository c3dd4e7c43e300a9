from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.errors import InvalidInputError
from efdgen.language import documents
from efdgen.language.documents import Block, Fence, Heading, Prose
from efdgen.language.texttemplate import TextFile


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
