"""Characters that can't be seen: none that a spec holds reaches a page, a chart or a script as it is."""

from __future__ import annotations

import re
from pathlib import Path

from efdgen.verbs import render, runbook
from support.checkout import edit
from support.documents import problems_of
from support.repository import overlay, small_repository

HIDDEN = r"x\0\e\u202ey"
RAW = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
STEP = "---\nphase: one\ntitle: One\ntools: [ls]\n---\n### One {#one}\n\n```bash\nls <% place %>\n```\n"


def test_in_a_document_s_prose_they_are_refused(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    edit(root / "environments/dome.yaml", "place: the dome\n", f'place: "{HIDDEN}"\n')
    problems = problems_of(render.write, root)
    assert {problem.code for problem in problems} == {"E304"}
    assert all(r"'x\x00\x1b\u202ey' holds" in problem.message for problem in problems)
    assert not (root / "rendered").exists()


def test_in_the_tables_of_pages_they_are_replaced(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    edit(root / "environments/lab.yaml", "reason: 1.9.4 has not been tried here.", f'reason: "{HIDDEN}"')
    render.write(root)
    files = [file for file in (root / "rendered").rglob("*") if file.is_file()]
    assert "x\ufffd\ufffd\ufffdy" in (root / "rendered/README.md").read_text(encoding="utf-8")
    assert [file for file in files if RAW.search(file.read_bytes().decode())] == []


def test_in_commands_they_are_numbers(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    overlay(root, {"templates/runbook": None})
    overlay(root, {"templates/runbook/10-one.md": STEP})
    edit(root / "environments/dome.yaml", "place: the dome\n", r'place: "x\e\u202ey"' + "\n")
    script = runbook.as_script(root, "dome")
    assert r"ls $'x\x1b\xe2\x80\xaey'" in script
    assert not RAW.search(script)


def test_a_title_is_prose_on_the_runbook_s_first_line(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    overlay(root, {"templates/project.yaml": "title: <!-- A\n"})
    first = runbook.as_page(root, "dome").partition("\n")[0]
    assert first.startswith("# ")
    assert r"\<!-- A" in first
