"""Which place a value stands in, in the text of a document."""

from __future__ import annotations

import pytest

from efdgen.language.expressions import ExpressionError
from efdgen.language.markdowntext import Places
from efdgen.language.places import Place
from support.foreach import for_each


def reached(text: str, language: str = "") -> Places:
    """Follow a text, with values where it has `@`."""
    places = Places(language)
    *before, last = text.split("@")
    line = 1
    for part in before:
        places.follow(part, line)
        places.of_value()
        line += part.count("\n")
    places.follow(last, line)
    return places


@for_each(
    ("text", "place"),
    [
        ("", Place.PROSE_LINE),
        ("The ", Place.PROSE),
        ("one\n", Place.PROSE_LINE),
        ("- ", Place.PROSE_LINE),
        ("12", Place.PROSE_LINE),
        ("@", Place.PROSE_LINE),
        ("> # ", Place.PROSE_LINE),
        ("### ", Place.PROSE_LINE),
        ("### A ", Place.PROSE),
        ("### A {#b-", Place.NAME),
        ("### A @ {#@-", Place.NAME),
        ("### A {#b} ", Place.PROSE),
        ("A {#b-", Place.PROSE),
        ("| a | ", Place.CELL),
        ("| `", Place.CELL_CODE_BEGIN),
        ("| `a ", Place.CELL_CODE),
        ("The `", Place.CODE_BEGIN),
        ("The `a ", Place.CODE),
        ("The `a` ", Place.PROSE),
        ("The `` a` ", Place.CODE),
        ("The \\` ", Place.PROSE),
        ("The `a\\` ", Place.PROSE),
        ("The `a\n", Place.CODE),
        ("The `a\nb` ", Place.PROSE),
        ("See [", Place.LINK_TEXT),
        ("See [a @\n[b] ", Place.LINK_TEXT),
        ("See [a\n", Place.PROSE_LINE),
        ("See [a]] ", Place.PROSE),
        ("See \\[a ", Place.PROSE),
        ("See `[` ", Place.PROSE),
        ("See [a\n\nb ", Place.PROSE),
        ("### A [b {#c-", Place.NAME),
        ("| [a ", Place.CELL_LINK_TEXT),
        ("| [a] ", Place.CELL),
        ("See <", Place.ADDRESS_WHOLE),
        ("See <https://a.org/", Place.ADDRESS),
        ("See <https://@/", Place.ADDRESS),
        ("See <https://a.org> ", Place.PROSE),
        ("See <@", Place.ADDRESS),
        ("See \\<", Place.PROSE),
        ("See \\\\<", Place.ADDRESS_WHOLE),
        ("See [it](", Place.ADDRESS_BEGIN),
        ("See [it](<", Place.ADDRESS_WHOLE),
        ("See [it](java", Place.ADDRESS_PATH),
        ("See [it](@", Place.ADDRESS_PATH),
        ("See [it](/a", Place.ADDRESS),
        ("See [it](../", Place.ADDRESS),
        ("The `a` <br> ", Place.PROSE),
        ("The `<a ", Place.CODE),
        (" | ", Place.CELL),
        (" | `a ", Place.CELL_CODE),
        ("- | a |\n  | - |\n  | `a ", Place.CELL_CODE),
        ("> | `a ", Place.CELL_CODE),
        ("| a |\n| - |\n`a ", Place.CELL_CODE),
        ("| a |\n\n`a ", Place.CODE),
        ("See [it](https://a.org/", Place.ADDRESS),
        ("a < ", Place.PROSE),
        ("```bash\nls ", Place.SHELL_ARGUMENT),
        ("```sh by-hand\nls '", Place.SHELL_SINGLE_FIRST),
        ("```bash\necho '\n'\n```\n", Place.PROSE_LINE),
        ("````text\n```\n````\nA ", Place.PROSE),
        ("```json\n{", Place.DATA),
        ('```json\n{"a": "b', Place.DATA_TEXT),
        ('```json\n{"a": "b\\"c', Place.DATA_TEXT),
        ("```yaml\na: it's ", Place.DATA),
        ("```yaml\na: 'b' ", Place.DATA),
        ("```text\n'", Place.VERBATIM),
        ("```\n", Place.VERBATIM),
    ],
)
def test_a_value_stands_in(text: str, place: Place) -> None:
    assert reached(text).of_value() is place


@for_each(
    ("text", "message"),
    [
        ('The <a href="', "HTML"),
        ('The <a title=">" href="', "HTML"),
        ("The <a\nhref=", "HTML"),
        ("The <scr", "HTML"),
        ("The </", "HTML"),
        ("The <!-- ", "HTML"),
        ("The <!-- > ", "HTML"),
        ("<div>", "HTML"),
        ("- <div>", "HTML"),
        ("<pre>\na ", "HTML"),
        ("C:\\", "behind a backslash"),
        ("| C:\\", "behind a backslash"),
        ("[a]", "right behind brackets"),
        ("[a](b\\", "behind a backslash"),
    ],
)
def test_no_value_stands_in_html_or_behind_a_backslash(text: str, message: str) -> None:
    places = reached(text)
    with pytest.raises(ExpressionError, match=message) as caught:
        places.of_value()
    assert caught.value.code == "E302"


def test_two_backslashes_are_a_whole_one() -> None:
    assert reached("C:\\\\").of_value() is Place.PROSE


def test_a_long_paragraph_and_a_long_line_are_read_once() -> None:
    places = Places()
    for separator in ("\n", " "):
        for number in range(6_000):
            places.follow(f"`a` is a word{separator}", number)
            places.of_value()


def test_a_document_of_commands_is_followed_from_its_beginning() -> None:
    assert reached("# it's\nls ", "bash").of_value() is Place.SHELL_ARGUMENT
    with pytest.raises(ExpressionError, match="begins in this file"):
        reached("echo '\n", "bash").end()


def test_no_value_stands_between_single_quotes_of_data() -> None:
    places = reached("```yaml\na: 'b")
    with pytest.raises(ExpressionError) as caught:
        places.of_value()
    assert (caught.value.code, caught.value.hint) == ("E302", "write double quotes")


@for_each(
    ("text", "number", "message"),
    [
        ("a\n```bash\nls\n", 2, "the fence has no end"),
        ("a\n\n~~~\nls\n", 3, "can't be read"),
        ("a\n ```bash\n", 2, "can't be read"),
        ("```bash by hand!\n", 1, "can't be read"),
        ("```bash\necho '\n```\n", 3, "begins in this fence"),
        ("a `b\n\nc\n", 2, "a backtick"),
        ("<pre>\n\nc\n", 2, "HTML before this line goes on as far as </pre>"),
        ("<!-- a\n\nc -->\n", 2, "HTML before this line goes on as far as -->"),
    ],
)
def test_what_can_t_be_followed_is_located(text: str, number: int, message: str) -> None:
    places = Places()

    def follow() -> None:
        places.follow(text, 1)
        places.end()

    with pytest.raises(ExpressionError) as caught:
        follow()
    assert (caught.value.code, places.number) == ("E302", number)
    assert message in caught.value.message


@for_each(
    ("before", "text", "is_same"),
    [
        ("", "```bash\nls\n```\n", True),
        ("", "```bash\nls\n", False),
        ("```bash\n", "```\n```yaml\n", False),
        ("```bash\n", "ls 'a'\n", True),
        ("```bash\n", "ls 'a\n", False),
        ("```bash\ncat <<'EOF'\n", "a\n", True),
        ("```bash\ncat <<'EOF'\n", "EOF\n", False),
        ("a ", "`b` ", True),
        ("a ", "`b ", False),
    ],
)
def test_the_state_says_whether_something_is_left_open(before: str, text: str, is_same: bool) -> None:
    places = reached(before)
    state = places.state()
    places.follow(text, 1)
    assert (places.state() == state) is is_same


def test_the_head_of_a_table_with_a_value_begins_with_a_bar() -> None:
    with pytest.raises(ExpressionError, match="head of a table"):
        reached("- `@` | b\n  |---|---|\n")
