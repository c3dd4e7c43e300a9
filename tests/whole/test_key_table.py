"""The table of keys in docs/spec.md: each key of a spec is in it, with the default that it has."""

from __future__ import annotations

import json
import re
from typing import Any

from efdgen.language import yamlio
from efdgen.language.layers import at
from support.checkout import FROZEN, ROOT, repository

DEFAULTS = yamlio.load((FROZEN / "environments/shared/facts.yaml").read_text(encoding="utf-8"))["defaults"]


def rows() -> dict[tuple[str, ...], str]:
    """Return the keys of the table, each with what is said of its default."""
    page = (ROOT / "docs/spec.md").read_text(encoding="utf-8").partition("\n## Keys\n")[2].partition("\n## ")[0]
    found: dict[tuple[str, ...], str] = {}
    group = ""
    for key, default in re.findall(r"^\| (\S+) \| .*\| ?(.*?) ?\|$", page, re.MULTILINE):
        if key.startswith("**`"):
            group = key.strip("*`")
        elif key.startswith("`"):
            name = key.strip("`")
            found[(group, name[1:]) if name.startswith(".") else (name,)] = default.replace("\\|", "|")
    return found


def written(value: Any) -> str:
    """Return a default as the table has it."""
    return value if isinstance(value, str) else json.dumps(value)


def test_the_table_has_every_key_of_a_spec() -> None:
    schema: Any = repository().schemas.environment
    groups = {path[0] for path in rows() if len(path) > 1}
    known = {(key,) for key in schema["properties"] if key not in groups}
    known |= {(group, key) for group in groups for key in schema["properties"][group]["properties"]}
    assert set(rows()) == known


def test_the_table_has_the_defaults_that_all_environments_share() -> None:
    quoted = {path: re.match(r"`([^`]*)`", default) for path, default in rows().items()}
    literal = {path: match[1] for path, match in quoted.items() if match}
    wrong = {
        path: (said, at(DEFAULTS, path))
        for path, said in literal.items()
        if said.strip('"') != written(at(DEFAULTS, path))
    }
    assert len(literal) > 30
    assert wrong == {}
