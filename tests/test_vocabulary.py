"""The engine knows no EFD: what the EFD is stands in schemas/, templates/ and environments/."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import efdgen

PACKAGE = Path(efdgen.__file__).parent
PARTS = re.compile(
    r"kafka|influx|chronograf|kapacitor|telegraf|kafdrop|schema.?registry|science.?platform|k3d|mirror.?maker",
    re.IGNORECASE,
)
FILES = sorted(
    path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".jinja", ".js", ".css", ".json"} and path.is_file()
)


def _examples(text: str) -> set[int]:
    """Return the lines of a module's docstrings and comments, help texts among them: examples may stand there."""
    lines = {number for number, line in enumerate(text.splitlines(), 1) if line.lstrip().startswith("#")}
    for node in ast.walk(ast.parse(text)):
        body = getattr(node, "body", None)
        for statement in body if isinstance(body, list) else ():
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                lines.update(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
    return lines


def _without_examples(schema: Any) -> Any:
    """Return a schema without what it shows as examples."""
    if isinstance(schema, dict):
        return {key: _without_examples(value) for key, value in schema.items() if key != "examples"}
    return [_without_examples(item) for item in schema] if isinstance(schema, list) else schema


def _parts(path: Path) -> list[str]:
    """Return the lines of a file that name a part of the EFD, each with its number."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        text = json.dumps(_without_examples(json.loads(text)), indent=1)
    if not PARTS.search(text):
        return []
    allowed = _examples(text) if path.suffix == ".py" else set()
    return [f"{n}: {line}" for n, line in enumerate(text.splitlines(), 1) if PARTS.search(line) and n not in allowed]


SPOKEN = {
    "environment/probes.py": ['HTTP, BROKER = "http", "kafka"'],
    "schemas/app.schema.json": ['"kafka"'],
}
"""Where a protocol that audits speak has the name of one: where it is declared, and nowhere else."""


def test_no_line_names_a_part_of_the_efd() -> None:
    assert len(FILES) > 200
    found = {path.relative_to(PACKAGE).as_posix(): parts for path in FILES if (parts := _parts(path))}
    assert {path: [part.partition(": ")[2].strip() for part in parts] for path, parts in found.items()} == SPOKEN


def test_a_part_is_found_where_it_is_no_example(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('"""Kafka, say."""\n# kafka\nx = "Kafka"\n', encoding="utf-8")
    (tmp_path / "b.json").write_text('{"examples": ["kafka"], "title": "influx"}', encoding="utf-8")

    assert _parts(tmp_path / "a.py") == ['3: x = "Kafka"']
    assert len(_parts(tmp_path / "b.json")) == 1
