"""Markdown as HTML for a page: the only user of markdown-it. HTML in Markdown is text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from efdgen.errors import UsageError
from efdgen.language import installing, visible
from efdgen.language.tuples import NamedTuple
from efdgen.report.html import breakable

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

Link = Callable[[str], "str | None"]
"""Returns where a link leads in the site, or None when it leads nowhere: then only its text is shown."""

_TAKEN = ("main", "theme")
"""The anchors that each page has."""


class Heading(NamedTuple):
    """A heading, and its anchor: the same as on GitHub."""

    level: int
    text: str
    anchor: str


class Body(NamedTuple):
    """What Markdown becomes: HTML without its title, and the headings in it."""

    html: str
    headings: tuple[Heading, ...]


def body(text: str, link: Link, picture: str = "") -> Body:
    """Return Markdown as HTML.

    Args:
        text: Markdown, with tables as on GitHub. Its first heading is the page's title, and left out.
        link: tells where links lead.
        picture: markup that stands in the place of a Mermaid diagram; none: the diagram's source is shown.

    Raises:
        UsageError: when the library is not installed.
    """
    reader = _reader()
    headings: list[Heading] = []
    tokens = list(_tokens(_without_title(reader.parse(visible.lines(text))), headings, link, picture))
    return Body(reader.renderer.render(tokens, reader.options, {}), tuple(headings))


def _reader() -> MarkdownIt:
    try:
        from markdown_it import MarkdownIt
    except ImportError:
        raise UsageError(f"Markdown can't be read; install the library: {installing.command('site')}") from None
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def _without_title(tokens: Sequence[Token]) -> Sequence[Token]:
    is_titled = bool(tokens) and tokens[0].type == "heading_open" and tokens[0].tag == "h1"
    return tokens[3:] if is_titled else tokens


def _tokens(tokens: Sequence[Token], headings: list[Heading], link: Link, picture: str) -> Iterator[Token]:
    from markdown_it.token import Token

    taken = set(_TAKEN)
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            words = "".join(child.content for child in tokens[number + 1].children or ())
            anchor = _anchor(words, taken)
            headings.append(Heading(int(token.tag[1:]), words, anchor))
            token.attrSet("id", anchor)
        elif token.type == "inline":
            token.children = [_inline(child) for child in _linked(token.children or (), link)]
        if token.type == "table_open":
            yield Token("html_block", "", 0, content='<div class="scroll" tabindex="0">\n')
        if picture and token.type == "fence" and token.info.strip() == "mermaid":
            yield Token("html_block", "", 0, content=f'<div class="scroll picture" tabindex="0">\n{picture}\n</div>\n')
        else:
            yield token
        if token.type == "table_close":
            yield Token("html_block", "", 0, content="</div>\n")


def _linked(tokens: Sequence[Token], link: Link) -> Iterator[Token]:
    """Yield the parts of a text; links that lead nowhere are left out, their texts are not."""
    is_kept = True
    for token in tokens:
        if token.type == "link_open":
            target = link(str(token.attrGet("href") or ""))
            is_kept = target is not None
            if target is not None:
                token.attrSet("href", target)
        if is_kept or token.type not in ("link_open", "link_close"):
            yield token


_LONG = 20
"""Shorter paths and hosts stay on one line."""


def _inline(token: Token) -> Token:
    """Return a part of a text.

    A picture would have to be loaded, so its description stands for it. A line can end between the steps of a long path
    or the parts of a long host, but not within a version.
    """
    from markdown_it.token import Token

    if token.type == "image":
        return Token("text", "", 0, content=token.content)
    if token.type == "code_inline" and len(token.content) > _LONG:
        return Token("html_inline", "", 0, content=f"<code>{breakable(token.content)}</code>")
    return token


_NO_LETTER = re.compile(r"[^\w\- ]")


def _anchor(text: str, taken: set[str]) -> str:
    plain = _NO_LETTER.sub("", text.strip().lower()).replace(" ", "-")
    anchor = plain
    number = 0
    while anchor in taken:
        number += 1
        anchor = f"{plain}-{number}"
    taken.add(anchor)
    return anchor
