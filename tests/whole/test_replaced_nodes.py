"""Every node of every file that people write, replaced by every type: refused where it stands, or taken, never a bug.

Each run of the suite takes one of 383, the same ones each time; `SEARCH=1` takes all 38,900 of them (half an hour).
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from click.testing import CliRunner

from efdgen.cli import command
from efdgen.errors import InvalidInputError, OutputError, Problem
from efdgen.language import schema
from efdgen.repository import paths
from efdgen.verbs import project
from support.repository import library_repository, small_repository

INSTEAD = {
    "null": "null",
    "nothing": "",
    "true": "true",
    "zero": "0",
    "negative": "-1",
    "huge": "1000000000000",
    "fraction": "1.5",
    "empty text": '""',
    "text": "some text",
    "number as text": '"1"',
    "long text": "x" * 300,
    "brackets": '"{{ [a] }}"',
    "expression": "<% nowhere %>",
    "list as expression": "<% [1] %>",
    "empty list": "[]",
    "list": "[a, 1, null]",
    "list of mappings": "[{name: a}, {}]",
    "empty mapping": "{}",
    "mapping": "{a: 1, name: b, b: {c: null}}",
    "odd text": '"a.b/c[0]"',
}
MOST_SECONDS = 10
STRIDE = 1 if os.environ.get("SEARCH") else 383
FOLDERS = ("environments", "schemas", "templates/apps", "templates/pages", "templates/runbook", "templates")
REPOSITORIES: dict[str, Callable[[Path], Path]] = {"small": small_repository, "library": library_repository}
FOR_EDITORS = {f"schemas/{file.name}" for file in schema.folder().glob("*.schema.json")} - {paths.OWN_FACTS}
FRONT = re.compile(r"---\n(.*?)^---$", re.DOTALL | re.MULTILINE)


class Place(NamedTuple):
    """A node of a file: where its text begins and ends."""

    file: str
    start: int
    end: int


def nodes(node: yaml.Node) -> Iterator[tuple[int, int]]:
    """Yield where each node begins and ends, keys among them."""
    yield node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.MappingNode):
        for pair in node.value:
            for each in pair:
                yield from nodes(each)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from nodes(item)


def places(root: Path) -> Iterator[Place]:
    """Yield every node of the data, and of the front matter, that people write in a repository."""
    for folder in FOLDERS:
        files = (root / folder).rglob("*") if folder != "templates" else (root / folder).glob("*")
        for file in sorted(files):
            name = file.relative_to(root).as_posix()
            is_data = file.suffix in (".yaml", ".json") and "/templates/" not in name and name not in FOR_EDITORS
            if not file.is_file() or not (is_data or file.suffix == ".md") or name.startswith("templates/apps/efd/"):
                continue
            text = file.read_text(encoding="utf-8")
            front = FRONT.match(text) if file.suffix == ".md" else None
            if is_data or front:
                tree = yaml.compose(front[1] if front else text, Loader=yaml.SafeLoader)
                before = front.start(1) if front else 0
                for start, end in nodes(tree):
                    yield Place(name, before + start, before + end)


def replaced(text: str, place: Place, instead: str) -> str:
    """Return a text with something else in place of a node; the ends of its lines stay."""
    node = text[place.start : place.end]
    return text[: place.start] + instead + node[len(node.rstrip()) :] + text[place.end :]


def test_a_node_is_replaced_as_a_whole() -> None:
    text = "a:\n  b: 1\n  c: [2]\nd: e\n"
    found = [replaced(text, Place("", *each), "X") for each in nodes(yaml.compose(text))]
    assert found == [
        "X\n",
        "X:\n  b: 1\n  c: [2]\nd: e\n",
        "a:\n  X\nd: e\n",
        "a:\n  X: 1\n  c: [2]\nd: e\n",
        "a:\n  b: X\n  c: [2]\nd: e\n",
        "a:\n  b: 1\n  X: [2]\nd: e\n",
        "a:\n  b: 1\n  c: X\nd: e\n",
        "a:\n  b: 1\n  c: [X]\nd: e\n",
        "a:\n  b: 1\n  c: [2]\nX: e\n",
        "a:\n  b: 1\n  c: [2]\nd: X\n",
    ]


def look_at_everything(root: Path, environment: str) -> None:
    """Run what shows a repository: none of it may end with a bug."""
    shown = ("list", f"hosts {environment}", f"graph {environment}", f"explain {environment}", f"runbook {environment}")
    for line in (*shown, f"runbook {environment} --format sh"):
        done = CliRunner().invoke(command, [*line.split(), "--root", str(root)])
        assert done.exception is None or isinstance(done.exception, SystemExit), line
        assert done.exit_code in (0, 2), line


def assert_located(root: Path, problem: Problem) -> None:
    """Hold that a problem stands in a file that is there, and at a character of it, or at its end."""
    file = root / problem.location.file
    assert file.exists() or problem.code in ("E101", "E401"), problem
    if problem.location.line:
        lines = file.read_text(encoding="utf-8").split("\n")
        assert problem.location.line <= len(lines), problem
        assert 1 <= problem.location.column <= len(lines[problem.location.line - 1]) + 1, problem


@pytest.mark.parametrize("instead", INSTEAD)
@pytest.mark.parametrize("kind", REPOSITORIES)
def test_whatever_stands_anywhere_is_refused_in_its_place_or_taken(kind: str, instead: str, tmp_path: Path) -> None:
    root = REPOSITORIES[kind](tmp_path)
    found = list(places(root))
    assert len(found) > 200
    # Another part of the nodes for each type, so that together they meet all.
    first = list(INSTEAD).index(instead) * 7 % STRIDE
    for place in found[first::STRIDE]:
        file = root / place.file
        text = file.read_text(encoding="utf-8")
        file.write_text(replaced(text, place, INSTEAD[instead]), encoding="utf-8")
        began = time.process_time()
        try:
            project.rendering(root)
            look_at_everything(root, min(paths.environment_names(root)))
        except InvalidInputError as error:
            for problem in error.problems:
                assert_located(root, problem)
        except OutputError:
            pass  # two files claim one path
        except Exception as error:
            line = text.count("\n", 0, place.start) + 1
            raise AssertionError(f"{place.file}:{line}: {text[place.start : place.end]!r}") from error
        finally:
            file.write_text(text, encoding="utf-8")
        assert time.process_time() - began < MOST_SECONDS
