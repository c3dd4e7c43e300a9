"""Blocks of Markdown that the engine makes, in a document that people write."""

from __future__ import annotations

from efdgen.errors import Location
from efdgen.language import documents
from efdgen.language.documents import Block, Heading, Prose
from efdgen.language.quoting import Blocks, Verbatim
from efdgen.language.texttemplate import TextFile
from support.documents import problems_of
from support.foreach import for_each

TABLE = "| app |\n| --- |\n| store |\n\n# no heading of the document's"


def filled(text: str) -> tuple[Block, ...]:
    names = {"made": Blocks(TABLE), "word": "word", "raw": Verbatim(TABLE)}
    return documents.fill(documents.parse(TextFile("page.md", text)), names)


def test_a_block_stands_as_it_is() -> None:
    assert filled("# A\n\nBefore.\n\n<% made %>\n\nAfter.\n") == (
        Heading(1, "A", "", 1),
        Prose("Before."),
        Prose(TABLE),
        Prose("After."),
    )


def test_a_block_is_the_very_object_that_was_given() -> None:
    made = Blocks(TABLE)
    (block,) = documents.fill(documents.parse(TextFile("page.md", "<% made %>\n")), {"made": made})
    assert isinstance(block, Prose)
    assert block.text is made


def test_a_block_ends_a_paragraph_and_begins_none() -> None:
    assert filled("Before.\n<% made %>\nAfter.\n") == (Prose("Before."), Prose(TABLE), Prose("After."))


def test_text_that_is_only_not_quoted_makes_no_blocks() -> None:
    assert not [block for block in filled("<% raw %>\n") if isinstance(block, Heading)]


@for_each(
    ("text", "place"),
    [
        ("The apps: <% made %>\n", Location("page.md", 1, 11)),
        ("\n- <% made %>\n", Location("page.md", 2, 1)),
        ("| <% made %> |\n", Location("page.md", 1, 3)),
        ("# <% made %>\n", Location("page.md", 1, 1)),
        ("```\n<% made %>\n```\n", Location("page.md", 2, 1)),
        ("```bash\necho <% made %>\n```\n", Location("page.md", 2, 6)),
        ("<% made %><% made %>\n", Location("page.md", 1, 11)),
        ("\n<% made %> and more\n", Location("page.md", 2, 1)),
        ("\n<% made %><% word %>\n", Location("page.md", 2, 11)),
    ],
)
def test_a_block_has_a_line_of_its_own(text: str, place: Location) -> None:
    (problem,) = problems_of(filled, text)
    assert (problem.code, problem.message) == ("E304", "blocks of Markdown need a line of their own")
    assert problem.location == place
