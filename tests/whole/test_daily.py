"""The commonest changes of docs/daily.md: each command changes as many lines as the page says."""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Sequence

import pytest
from click.testing import CliRunner

from efdgen import cli
from efdgen.cli import edits
from efdgen.explain.edits.making import Edit
from efdgen.verbs.edit import Sources
from support.checkout import ROOT
from support.efd import EFD

PAGE = (ROOT / "docs/daily.md").read_text(encoding="utf-8")
CHANGES = re.findall(r"^\| [^|]+ \| `efdgen ([^`]+)` \| (\d+) \|$", PAGE, re.MULTILINE)


def test_the_commonest_changes_take_as_many_lines_as_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = Sources(EFD)
    changed: list[int] = []

    def count(_sources: Sources, made: Sequence[Edit], *, dry_run: bool, **_options: object) -> None:
        assert not dry_run
        texts = {edit.target.file: (EFD / edit.target.file).read_text(encoding="utf-8") for edit in made}
        after = dict(texts)
        for edit in made:
            after[edit.target.file] = edit.apply(after[edit.target.file])
        changed.append(sum(_lines(texts[file], after[file]) for file in texts))

    monkeypatch.setattr(edits, "opened", lambda _root, **_options: sources)
    monkeypatch.setattr(edits, "run", count)
    for command, _ in CHANGES:
        result = CliRunner().invoke(cli.command, shlex.split(command))
        assert result.exit_code == 0, result.output
    assert len(CHANGES) == 10
    assert changed == [int(lines) for _, lines in CHANGES]


def _lines(before: str, after: str) -> int:
    """Return how many lines differ; one that takes the place of another counts once."""
    parts = difflib.SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False).get_opcodes()
    return sum(max(end - start, last - first) for kind, start, end, first, last in parts if kind != "equal")
