r"""Text as Markdown that means it, and that links the bare addresses in it.

    See https://a.example/x_y.           stays as it is: an underscore between letters is nothing of Markdown's
    See https://a.example/~b, *c*        See <https://a.example/~b>, \*c\*
    See www.a.example/_b                 See [www.a.example/\_b](<http://www.a.example/_b>)

GitHub links a bare address as it is written, so no backslash can stand in one. It ends where GitHub's ends:
https://github.github.com/gfm/#autolinks-extension-.
"""

from __future__ import annotations

import re

from efdgen.language.late import late

_MARKDOWN = re.compile(r"[\\`*_\[\]<>&|{~$]|(?<!\S)#")
"""What Markdown, or GitHub's (`~~a~~`, `$a$`), takes for its own; a heading can end in a `#`."""

_WWW = "www."
_BARE = late(
    r"(?:(?<![A-Za-z])(?:https?|ftp)://|(?<![^\s*_~(])(?-i:www\.)(?=(?:(?:[\w.-]{0,250}\.)?[a-z0-9-]*\.)?[a-z0-9-]*(?![\w.-])))"
    r"[^\W_][^\s<>\[\]|\\\"`]*",
    re.IGNORECASE,
)
"""What GitHub links; behind `www.`, neither of the last two labels of a host has an underscore."""

_AWKWARD = late(r"[\\`*\[\]<>|{~$]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)")
"""What Markdown takes for its own in an address, where it is not known for one."""

_GOES_ON = late(r"(?:!|&#?\w*)\Z")
"""What can become Markdown's own by what follows the text."""

_BEHIND = "?!.,:;*_~'\""
"""What ends a sentence or an emphasis, and no address."""

_NOT_POINTED = late(r"[{}$]|&(?=#?\w+;)")
_POINTED = late(
    r"\\.|(?P<ticks>`+).*?(?<!`)(?P=ticks)(?!`)|<(?P<address>(?:https?|ftp)://[^\s<>\\]*)>"
    r"|\[(?P<shown>www\.(?:[^\[\]\\]|\\.)*)\]\(<http://[^\s<>\\]*>\)",
    re.IGNORECASE,
)
"""What follows a backslash; code; an address between `<` and `>`; one that begins with `www.`, as a link."""


def escaped(text: str) -> str:
    """Return text with a backslash before each character that Markdown would take for its own."""
    return _MARKDOWN.sub(r"\\\g<0>", text)


def linked(text: str) -> str:
    """Return text, on one line, as Markdown; its bare addresses are links."""
    if "://" not in text and _WWW not in text:
        return escaped(text)
    parts: list[str] = []
    done = 0
    while bare := _BARE.search(text, done):
        begin = bare.start()
        parts.append(escaped(text[done:begin]))
        blank = text.find(" ", begin)
        done = len(text) if blank < 0 else blank
        if _AWKWARD.search(text, begin, done) or (blank < 0 and _GOES_ON.search(text, begin)):
            done = begin + _length(bare[0])
            address = _NOT_POINTED.sub(lambda found: f"%{ord(found[0]):02X}", text[begin:done])
            is_whole = "://" in address
            parts.append(f"<{address}>" if is_whole else f"[{escaped(text[begin:done])}](<http://{address}>)")
        else:
            parts.append(text[begin:done])
    return "".join([*parts, escaped(text[done:])])


def _length(text: str) -> int:
    """Return how much of a text that begins with an address is one."""
    superfluous = text.count(")") - text.count("(")
    end = len(text)
    while text[end - 1] in _BEHIND or (text[end - 1] == ")" and superfluous > 0):
        superfluous -= text[end - 1] == ")"
        end -= 1
    return end


def unlinked(markdown: str) -> str:
    """Return Markdown for the text of a link, which can hold no other: its own links of addresses become text."""
    if "://" not in markdown:
        return markdown
    return _POINTED.sub(_as_text, markdown)


def _as_text(found: re.Match[str]) -> str:
    return escaped(found["address"]) if found["address"] else found["shown"] or found[0]
