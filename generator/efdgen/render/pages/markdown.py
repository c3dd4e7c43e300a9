"""Small pieces of GitHub's Markdown: https://github.github.com/gfm/."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence

from efdgen.environment.hosts import NODE_PORT
from efdgen.environment.model import PublicHost
from efdgen.language.prose import unlinked
from efdgen.language.quoting import in_code, in_prose

__all__ = ["Anchors", "code", "host_link", "link", "table", "text"]

text = in_prose
"""Returns words as Markdown that means them."""

_NO_SLUG = re.compile(r"[^\w\- ]")


@functools.lru_cache(maxsize=4096)
def code(words: str) -> str:
    """Return words in code style, on one line, for a cell of a table: that ends at a bar, in code as well."""
    return in_code(words.replace("|", r"\|"))


@functools.lru_cache(maxsize=4096)
def link(words: str, address: str) -> str:
    """Return a link; the words are Markdown, and addresses in them lead nowhere else."""
    return f"[{unlinked(words)}]({address.replace(' ', '%20').replace('(', '%28').replace(')', '%29')})"


def host_link(host: PublicHost) -> str:
    """Return a public host as a link to its service; one on a node's port answers no browser."""
    return code(host.host) if host.kind == NODE_PORT else link(text(host.service), f"https://{host.host}")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table, with an empty one behind it; what is in the cells is Markdown."""
    return [f"| {' | '.join(line)} |" for line in (header, ["---"] * len(header), *rows)] + [""]


@functools.lru_cache(maxsize=4096)
def _slug(heading: str) -> str:
    return _NO_SLUG.sub("", heading.strip().lower()).replace(" ", "-")


class Anchors:
    """Gives headings the anchors that GitHub gives them, in the order of the page."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def of(self, headings: Iterable[str]) -> list[str]:
        """Return the anchors of the next headings of the page."""
        slugs = [*map(_slug, headings)]
        seen, new = self._seen, dict.fromkeys(slugs, 1)
        if len(new) == len(slugs) and seen.keys().isdisjoint(new):
            # Few headings are there twice.
            seen.update(new)
            return slugs
        for place, slug in enumerate(slugs):
            count = seen.get(slug, 0)
            seen[slug] = count + 1
            if count:
                slugs[place] = f"{slug}-{count}"
        return slugs
