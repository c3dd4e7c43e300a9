"""What the phases share: small pieces of Markdown and shell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from shlex import quote


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def code(words: Iterable[str]) -> str:
    """Return words in code style, separated by commas."""
    return ", ".join(f"`{word}`" for word in words)


def stop(message: str) -> str:
    """Return what follows `||`: say why, and fail; a script ends there, a terminal stays open."""
    return f"{{ echo {quote('STOP: ' + message)} >&2; false; }}"
