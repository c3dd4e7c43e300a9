"""A runbook as Markdown: what a reader of Markdown makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from efdgen.language.documents import Fence, Heading, Prose
from efdgen.render.runbook.markdown import markdown
from efdgen.render.runbook.model import Phase


def page(*parts: Prose | Fence) -> str:
    return markdown([Phase("a", "Make it", "10-a.md", (Heading(3, "Push", "one", 1), *parts))])


def command(text: str, *words: str) -> Fence:
    return Fence("bash", words, text, 2)


@pytest.mark.parametrize(
    ("text", "fence"),
    [("ls", "```"), ("echo `ls`", "```"), ("``", "```"), ("```\nls", "````"), ("ls\n  `````\n", "``````")],
)
def test_a_fence_is_longer_than_the_backticks_that_begin_a_line_in_it(text: str, fence: str) -> None:
    assert page(command(text)) == f"## Make it\n\n### Push\n\n{fence}bash\n{text}\n{fence}\n"


@given(st.text("`~a \n", max_size=20))
def test_no_command_ends_its_fence(text: str) -> None:
    tokens = MarkdownIt("commonmark").parse(page(command(text), Prose("The end.")))
    fences = [token for token in tokens if token.type == "fence"]
    assert [(token.info, token.content) for token in fences] == [("bash", f"{text}\n")]
    assert tokens[-2].content == "The end."


def test_what_is_for_the_script_is_not_on_the_page() -> None:
    assert page(Prose("Text."), command("a", "script"), command("b", "page"), command("c", "by-hand")) == (
        "## Make it\n\n### Push\n\nText.\n\n```bash\nb\n```\n\n```bash\nc\n```\n"
    )


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", "a <!-- b", "x #", "`a", "[a](javascript:b)", "~~a~~"])
def test_a_phase_s_title_is_a_heading_of_just_that_text(title: str) -> None:
    found = MarkdownIt("commonmark").enable("strikethrough").parse(markdown([Phase("a", title, "10-a.md", ())]))
    assert [token.type for token in found] == ["heading_open", "inline", "heading_close"]
    assert "".join(child.content for child in found[1].children or ()) == title
    assert {child.type for child in found[1].children or ()} <= {"text", "text_special"}
