"""Markdown as GitHub shows it: where the headings of a page are, and where its links lead."""

from __future__ import annotations

import re
from pathlib import Path

HEADING = re.compile(r"(#{1,6}) (.+)")
LINK = re.compile(r"(?<!!)\[(?P<words>(?:[^\[\]\\]|\\.)*)\]\((?P<address>[^()\s]+)\)")


def prose(page: Path) -> str:
    """Return a page without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives a page: https://github.com/Flet/github-slugger, written down anew."""
    found: dict[str, int] = {}
    for line in prose(page).splitlines():
        heading = HEADING.fullmatch(line)
        if heading:
            shown = re.sub(r"\\(.)", r"\1", heading[2].replace("`", ""))
            slug = "".join(c for c in shown.lower() if c.isalnum() or c in "-_ ").replace(" ", "-")
            while slug in found:
                found[slug] += 1
                slug = f"{slug}-{found[slug]}"
            found[slug] = 0
    return set(found)


def links(page: Path) -> list[str]:
    """Return the addresses of a page's links."""
    return [link["address"] for link in LINK.finditer(prose(page))]


def dead_links(page: Path, root: Path) -> list[str]:
    """Return the addresses that lead to no file of a repository, or to no heading; those of other servers are fine."""
    return [address for address in links(page) if not re.match(r"\w+:", address) and not _leads(address, page, root)]


def _leads(address: str, page: Path, root: Path) -> bool:
    path, _, anchor = address.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.is_file() or not target.is_relative_to(root):
        return False
    return not anchor or anchor in anchors(target)
