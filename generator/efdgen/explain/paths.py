"""Paths as people type them: `persistence.size`, `env[0].name`, `config['log.retention.hours']`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from efdgen.errors import Path, dotted
from efdgen.language import suggest

Spell = Callable[["str | int"], tuple[str, ...]]
"""Returns the spellings of a part of a path."""


def find(data: Any, text: str) -> Path | None:
    """Return the path in nested data that a text means, or None.

    A text as `dotted` writes it means just that. Beyond that, a key that holds dots need not be quoted: what there is
    decides how a text is read, and longer keys are tried first.
    """
    found = _find(data, text, _as_written)
    return found if found is not None else _find(data, text, _as_typed)


def _find(data: Any, text: str, spell: Spell) -> Path | None:
    if not text:
        return ()
    for part, below, rest in _steps(data, text, spell):
        path = _find(below, rest, spell)
        if path is not None:
            return (part, *path)
    return None


def beginning(data: Any, text: str) -> Path:
    """Return the first part of the path that a text means, if it is one that the data has."""
    return next(((part,) for part, _, _ in _steps(data, text, _as_typed)), ())


def lead(data: Any, text: str) -> tuple[Path, str]:
    """Return the longest path in nested data that the beginning of a text means, and the rest of the text."""
    reached, _, rest = _farthest(data, text, ())
    return reached, rest


def hint(data: Any, text: str) -> str:
    """Return a "did you mean" for a path that leads nowhere."""
    reached, below, rest = _farthest(data, text, ())
    known = [str(key) for key in below] if isinstance(below, Mapping) else []
    if isinstance(below, list):
        known = [f"[{index}]" for index in range(len(below))]
    if not known:
        return f"{dotted(reached)} holds nothing below it" if reached else ""
    word = rest.lstrip(".").partition(".")[0] if isinstance(below, Mapping) else rest
    match = suggest.closest(word, known)
    if match is not None and isinstance(below, Mapping):
        right = find(below[match], rest.lstrip(".")[len(word) :])
        return f"did you mean {dotted((*reached, match, *(right or ())))!r}?"
    where = f"in {dotted(reached)}: " if reached else ""
    return where + suggest.hint("", known)


def _farthest(data: Any, text: str, reached: Path) -> tuple[Path, Any, str]:
    """Return the longest path that the beginning of a text means, what is there, and the rest of the text."""
    found = (reached, data, text)
    for part, below, rest in _steps(data, text, _as_typed):
        candidate = _farthest(below, rest, (*reached, part))
        if len(candidate[2]) < len(found[2]):
            found = candidate
    return found


def _steps(data: Any, text: str, spell: Spell) -> Iterator[tuple[str | int, Any, str]]:
    """Yield the parts that a text can begin with, longest keys first: the part, what is below, and what is left."""
    parts: Iterable[str | int] = range(len(data)) if isinstance(data, list) else ()
    if isinstance(data, Mapping):
        parts = sorted((str(key) for key in data if isinstance(key, str)), key=lambda key: -len(str(key)))
    for part in parts:
        for spelling in spell(part):
            rest = text.removeprefix(spelling)
            if len(rest) < len(text) and (not rest or rest[0] in ".["):
                yield part, data[part], rest
                break


def _as_written(part: str | int) -> tuple[str, ...]:
    """Return how `dotted` writes a part of a path, at its beginning and further on."""
    written = dotted((part,))
    return (written,) if written.startswith("[") else (written, f".{written}")


def _as_typed(part: str | int) -> tuple[str, ...]:
    """Return how people type a part of a path."""
    plain = str(part)
    return (*_as_written(part), plain, f".{plain}", f"[{plain!r}]", f"[{json.dumps(part)}]", f"[{plain}]")
