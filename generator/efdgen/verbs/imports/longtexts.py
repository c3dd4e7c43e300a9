r"""Long texts that differ in few lines, such as configuration files: these lines become parameters.

north: "[a]\nx = 1\n[b]\n..."        text: "[a]\n<% parameters.x %>[b]\n..."    parameters: {x: "x = 1\n"}
south: "[a]\nx = 2\n[b]\n..."   ->   south:                                     parameters: {x: "x = 2\n"}
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from efdgen.language.tuples import NamedTuple
from efdgen.verbs.imports.facts import at, leaves
from efdgen.verbs.imports.forms import Expression, literal

_FEWEST_LINES = 12
_MOST_PARTS = 3
_SHARE = 4
"""The parts that differ have at most one line in so many of the text."""

Path = tuple[Any, ...]


class Parts(NamedTuple):
    """What differs in a text: parameters with their defaults, and what environments say otherwise."""

    defaults: dict[str, str]
    entries: dict[str, dict[str, str]]


def separate(
    values: Mapping[str, Mapping[str, Any]], is_own: Callable[[str, str], bool], taken: Sequence[str]
) -> tuple[dict[str, dict[str, Any]], list[Parts]]:
    """Return the values of each environment with expressions in texts, and what these stand for.

    Args:
        values: the values, by environment.
        is_own: says of a text of an environment that it holds what follows from its facts: such a text is left alone.
        taken: the parameters that there are.
    """
    changed = {name: dict(each) for name, each in values.items()}
    found: list[Parts] = []
    names = list(taken)
    for path in dict.fromkeys(path for each in values.values() for path, value in leaves(each) if _is_long(value)):
        if not all(isinstance(key, str) for key in path):
            continue
        texts = {name: text for name, each in values.items() if _is_long(text := at(each, path))}
        if len(set(texts.values())) < 2 or any(is_own(name, text) for name, text in texts.items()):  # noqa: PLR2004
            continue
        separated = _separated(texts, names)
        if separated is not None:
            text, parts = separated
            found.append(parts)
            names += parts.defaults
            for name in texts:
                changed[name] = _with(changed[name], path, Expression(text))
    return changed, found


def _is_long(value: Any) -> bool:
    return isinstance(value, str) and value.count("\n") >= _FEWEST_LINES and "\r" not in value


def _separated(texts: Mapping[str, str], taken: Sequence[str]) -> tuple[str, Parts] | None:
    """Return the text with expressions, and its parts; None: too much differs."""
    usual = Counter(texts.values()).most_common(1)[0][0]
    lines = usual.splitlines(keepends=True)
    differing: dict[tuple[int, int], dict[str, str]] = {}
    for name, text in texts.items():
        other = text.splitlines(keepends=True)
        for kind, start, end, begin, stop in difflib.SequenceMatcher(None, lines, other, autojunk=False).get_opcodes():
            if kind != "equal":
                differing.setdefault((start, end), {})[name] = "".join(other[begin:stop])
    spans = sorted(differing)
    overlap = any(first[1] > second[0] for first, second in itertools.pairwise(spans))
    if overlap or not 0 < len(spans) <= _MOST_PARTS or sum(end - start for start, end in spans) * _SHARE > len(lines):
        return None
    defaults: dict[str, str] = {}
    entries: dict[str, dict[str, str]] = {}
    out: list[str] = []
    done = 0
    for start, end in spans:
        default = "".join(lines[start:end])
        parameter = _name(default or next(iter(differing[start, end].values())), [*taken, *defaults])
        defaults[parameter] = str(literal(default))
        for name, part in differing[start, end].items():
            entries.setdefault(name, {})[parameter] = str(literal(part))
        out += [literal("".join(lines[done:start])), f"<% parameters.{parameter} %>"]
        done = end
    return "".join([*out, literal("".join(lines[done:]))]), Parts(defaults, entries)


def _name(part: str, taken: Sequence[str]) -> str:
    """Return a name for a part of a text, of its first words: `inputsDiskio` for `[[inputs.diskio]]`."""
    words = re.findall(r"[A-Za-z]+", part)[:2] or ["part"]
    name: str = words[0].lower() + "".join(word.capitalize() for word in words[1:])
    number = 2
    found = name
    while found in taken:
        found, number = f"{name}{number}", number + 1
    return found


def _with(data: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    if len(path) == 1:
        return {**data, path[0]: value}
    return {**data, path[0]: _with(data[path[0]], path[1:], value)}
