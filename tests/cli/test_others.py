"""What verbs that show something say of specs that they were not asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.cli import lint_command
from support.checkout import edit
from support.gitrepo import commit
from support.standins import StandIns

LAB = "environments/lab.yaml"


def run(root: Path, verb: str) -> Result:
    return CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, [*verb.split(), "--root", str(root)])


@pytest.mark.parametrize(
    "verb",
    [
        "list dome",
        "list dome --format json",
        "hosts dome",
        "graph dome",
        "diff dome",
        "diff dome --format json",
        "diff dome --app view",
        "diff dome --base HEAD",
        "runbook dome",
        "runbook dome --format sh",
        "secrets dome",
        "explain dome store.persistence.size",
        "rbac lab can role:readonly get applications",
        "lint dome --engine sdk --format json",
        "lint dome --engine sdk --dead-values --app view",
    ],
)
def test_they_warn_of_one_that_is_broken_and_show_the_same(
    small: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setattr(lint_command, "open_charts", StandIns.open)
    if "--base" in verb:
        commit(small)
    before = run(small, verb)
    (small / "environments/tower.yaml").write_text("nonsense: 1\nname: tower\n", encoding="utf-8")
    after = run(small, verb)
    assert (after.exit_code, after.stdout) == (before.exit_code, before.stdout)
    assert before.stdout
    assert "warning[E201] unknown key 'nonsense'\n  --> environments/tower.yaml:1:1\n" in after.stderr
    assert "E201" not in before.stderr


def test_what_is_only_odd_there_is_left_to_checks(small: Path) -> None:
    edit(small / LAB, "      persistence:\n", "      persistance: {}\n      persistence:\n")
    assert "W511" in run(small, "check").stderr
    for verb in ("list lab", "list dome", "diff dome", "hosts lab"):
        assert run(small, verb).stderr == ""
