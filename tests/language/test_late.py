"""Patterns that are compiled on their first use are what `re.compile` returns."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

import efdgen
from efdgen.language.late import Late, late


def test_it_is_the_pattern_that_it_is_made_of(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[object] = []

    def compile_(pattern: str, flags: int) -> re.Pattern[str]:
        compiled.append(pattern)
        return original(pattern, flags)

    original = re.compile
    monkeypatch.setattr(re, "compile", compile_)
    pattern = late(r"(?P<letter>[a-z])(\d)?", re.IGNORECASE)
    assert compiled == []
    found = pattern.search("1 B2")
    assert found is not None
    assert found["letter"] == "B"
    assert pattern.sub("-", "a1 b") == "- -"
    assert pattern.pattern == r"(?P<letter>[a-z])(\d)?"
    assert pattern.groupindex == {"letter": 1}
    assert late(rb"a+").match(b"aa") is not None
    assert compiled == [r"(?P<letter>[a-z])(\d)?", b"a+"]
    with pytest.raises(AttributeError):
        _ = pattern.nothing  # type: ignore[attr-defined]


def test_all_of_them_are_patterns() -> None:
    count = 0
    root = Path(efdgen.__file__).parent
    for path in root.rglob("*.py"):
        if "import late\n" in path.read_text(encoding="utf-8"):
            module = importlib.import_module(".".join(["efdgen", *path.relative_to(root).with_suffix("").parts]))
            for value in vars(module).values():
                if isinstance(value, Late):
                    assert value.groups >= 0
                    count += 1
    assert count
