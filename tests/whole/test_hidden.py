"""Characters that can't be seen: none that a spec holds reaches a page, a chart or a script as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from efdgen.verbs import project, render, runbook
from support.checkout import edit
from support.documents import problems_of
from support.repository import overlay, small_repository

HIDDEN = r"x\0\e\u202ey"
RAW = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
STEP = """---
phase: one
title: One
tools: [ls]
---
### One {#one}

PROSE

```bash
ls <% "x\\x1b\\u202ey" %>
```
"""


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("environments/dome.yaml", "place: the dome\n", f'place: "{HIDDEN}"\n'),
        ("environments/lab.yaml", "reason: 1.9.4 has not been tried here.", f'reason: "{HIDDEN}"'),
    ],
)
def test_in_facts_they_are_refused(tmp_path: Path, file: str, old: str, new: str) -> None:
    root = small_repository(tmp_path)
    edit(root / file, old, new)
    (problem,) = problems_of(render.write, root)
    assert (problem.code, problem.location.file) == ("E102", file)
    assert not (root / "rendered").exists()


def test_values_of_charts_hold_them_as_numbers(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    edit(root / "environments/dome.yaml", "  view: {}\n", f'  view: {{values: {{env: {{WORD: "{HIDDEN}"}}}}}}\n')
    render.write(root)
    files = [file for file in (root / "rendered").rglob("*") if file.is_file()]
    assert r"x\0\e\u202ey" in (root / "rendered/apps/view/values-dome.yaml").read_text(encoding="utf-8")
    assert [file for file in files if RAW.search(file.read_bytes().decode())] == []


def test_in_commands_they_are_numbers(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    overlay(root, {"templates/runbook": None})
    overlay(root, {"templates/runbook/10-one.md": STEP.replace("PROSE", "Look.")})
    script = runbook.as_script(project.resolve(root, ("dome",)))
    assert r"ls $'x\x1b\xe2\x80\xaey'" in script
    assert not RAW.search(script)


def test_in_a_document_s_prose_they_are_refused(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    overlay(root, {"templates/runbook": None})
    overlay(root, {"templates/runbook/10-one.md": STEP.replace("PROSE", r'Look at <% "x\x1b" %>.')})
    said = {(problem.code, problem.message.split(" (")[0]) for problem in problems_of(render.write, root)}
    assert said == {("E304", r"'x\x1b' holds the character U+001B, which can't be seen")}


def test_a_title_is_prose_on_the_runbook_s_first_line(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    overlay(root, {"templates/project.yaml": "title: <!-- A\n"})
    first = runbook.as_page(project.resolve(root, ("dome",))).partition("\n")[0]
    assert first.startswith("# ")
    assert r"\<!-- A" in first
