"""Addresses in text: where they lead, by a reader of Markdown, and by what GitHub's makes of a bare one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from efdgen.language import prose, quoting
from efdgen.language.places import Place
from support import many
from support.foreach import for_each

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
BARE = re.compile(
    r"(?:(?<![A-Za-z])(?:https?|ftp)://|(?<![^\s*_~(])(?-i:www\.))[^\s<]*[^\s<?!.,:;*_~'\")]", re.IGNORECASE
)
"""What GitHub's Markdown makes a link of, as it is written: https://github.github.com/gfm/#autolinks-extension-."""


def inline(markdown: str) -> list[Token]:
    (token,) = (token for token in MARKDOWN.parse(markdown) if token.type == "inline")
    return token.children or []


def shown(markdown: str) -> str:
    return "".join(token.content for token in inline(markdown))


def links(markdown: str) -> Iterator[str]:
    """Yield where GitHub has a text lead: by addresses between `<` and `>`, and by bare ones, backslashes included."""
    for token in inline(markdown):
        if token.type == "link_open":
            yield str(token.attrGet("href"))
    yield from BARE.findall(re.sub(r"<[^>]*>|(?<!\\)\[.*?(?<!\\)\]\(<[^>]*>\)", " ", markdown))


@for_each(
    ("text", "expected"),
    [
        ("https://a.example/x_y_z", "https://a.example/x_y_z"),
        ("https://a.example/?x=1&b=2, and", "https://a.example/?x=1&b=2, and"),
        ("(https://a.example/x_y).", "(https://a.example/x_y)."),
        ("https://a.example/*b*/c", "<https://a.example/*b*/c>"),
        ("https://a.example/~b/~~", "<https://a.example/~b/>\\~\\~"),
        ("https://a.example/_b", "<https://a.example/_b>"),
        ("https://a.example/b_(c), (https://a.example/~b)", "<https://a.example/b_(c)>, (<https://a.example/~b>)"),
        ("*https://a.example/b*", "\\*<https://a.example/b>\\*"),
        ("`https://a.example/b`", "\\`<https://a.example/b>\\`"),
        ("<https://a.example/b>", "\\<<https://a.example/b>\\>"),
        ("[x_y](HTTPS://a.example/b_c)", "\\[x\\_y\\](HTTPS://a.example/b_c)"),
        ("https://a.example/$b$/{c}", "<https://a.example/%24b%24/%7Bc%7D>"),
        ("https://a.example/?a&copy;b_", "<https://a.example/?a%26copy;b>\\_"),
        ("https://a.example/?a&b", "<https://a.example/?a&b>"),
        ("https://a.example/b!", "<https://a.example/b>!"),
        ("a|https://a.example/*|b", "a\\|<https://a.example/>\\*\\|b"),
        ("xhttps://a_b", "xhttps://a\\_b"),
        ("ftp://a.example/x_y", "ftp://a.example/x_y"),
        ("ftp://a.example/_y", "<ftp://a.example/_y>"),
        ("www.a.example/x_y", "www.a.example/x_y"),
        ("(*www.a.example/_b).", "(\\*[www.a.example/\\_b](<http://www.a.example/_b>))."),
        (
            "www.a_b.c.example/?a&copy;_b",
            "[www.a\\_b.c.example/?a\\&copy;\\_b](<http://www.a_b.c.example/?a%26copy;_b>)",
        ),
        ("www.a_b.c www.a.b_c www. x_y", "www.a\\_b.c www.a.b\\_c www. x\\_y"),
        ("WWW.a.example/_b !www.a.example/_b", "WWW.a.example/\\_b !www.a.example/\\_b"),
        ("https://... x_y", "https://... x\\_y"),
    ],
)
def test_a_bare_address_has_no_backslash(text: str, expected: str) -> None:
    assert prose.linked(text) == expected


@for_each(
    ("text", "addresses"),
    [
        ("See https://a.example/x_y_z, x_y.", ["https://a.example/x_y_z"]),
        ("See https://a.example/*b*/~c/_d.", ["https://a.example/*b*/~c/_d"]),
        ("See **https://a.example/?x=1&b=2**!", ["https://a.example/?x=1&b=2"]),
        ("https://a.example/x_ https://b.example/~a", ["https://a.example/x", "https://b.example/~a"]),
        ("See ftp://a.example/x_y, ftp://a.example/~b.", ["ftp://a.example/x_y", "ftp://a.example/~b"]),
        ("See www.a.example/x_y, or www.a.example/~b.", ["http://www.a.example/~b", "www.a.example/x_y"]),
    ],
)
def test_it_shows_what_it_is_and_leads_there(text: str, addresses: list[str]) -> None:
    for place in (Place.PROSE, Place.PROSE_LINE):
        markdown = quoting.quote(text, place)
        assert (shown(markdown), sorted(links(markdown))) == (text, sorted(addresses))


@given(
    st.text("htps:/.ab_~*&;!()'[]<>`\\$ #|{x1", max_size=12),
    st.sampled_from(["https://", "ftp://", "www.", "(www.", " www."]),
    st.text("_~*/a&;!()'[]<>`\\$ #|{x1", max_size=12),
)
@many
def test_nothing_but_links_comes_of_it(before: str, begin: str, behind: str) -> None:
    text = " ".join(f"{before}{begin}a.example/{behind}".split())
    markdown = quoting.quote(f"x {text}", Place.PROSE)
    tokens = inline(markdown)
    assert {token.type for token in tokens} <= {"text", "text_special", "link_open", "link_close"}
    assert not any("\\" in address for address in links(markdown))
    if not re.search(r"[{}$&]", text):
        assert "".join(token.content for token in tokens) == f"x {text}"


@for_each(
    ("words", "expected"),
    [
        ("See <https://a.example/~b>", "See https://a.example/\\~b"),
        ("Run `a <https://a.example/~b>`", "Run `a <https://a.example/~b>`"),
        ("See <ftp://a.example/~b>", "See ftp://a.example/\\~b"),
        ("See [www.a.example/\\~b](<http://www.a.example/~b>).", "See www.a.example/\\~b."),
        ("A \\<https://a.example/~b\\>", "A \\<https://a.example/~b\\>"),
        ("A https://a.example/b_c", "A https://a.example/b_c"),
    ],
)
def test_a_link_holds_no_other(words: str, expected: str) -> None:
    assert prose.unlinked(words) == expected
    assert [token.type for token in inline(f"[{prose.unlinked(words)}](b)")].count("link_open") == 1
