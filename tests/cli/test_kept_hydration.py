"""The verbs that hydrate, with and without what earlier runs kept: they say the same."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from efdgen import cli
from efdgen.cli import hydrate_command, lint_command, versions_command
from efdgen.output.cache import place
from efdgen.verbs import project, render
from support import asked, warm
from support.checkout import edit
from support.repository import small_repository
from support.standins import StandIns


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = small_repository(tmp_path)
    render.write(root)
    monkeypatch.setenv("EFDGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("EFDGEN_NO_CACHE")
    for module in (lint_command, hydrate_command, versions_command):
        monkeypatch.setattr(module, "open_charts", lambda root: StandIns(project.rendering(root).tree))
    return root


def told(root: Path, *words: str) -> tuple[int, str, str]:
    """Return the status of a command, and what it writes to both streams."""
    done = CliRunner().invoke(cli.command, [*words, "--engine", "sdk", "--root", str(root)], catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


def test_the_verbs_say_the_same_with_what_is_kept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = asked.noted(monkeypatch)
    for words in (
        ("lint",),
        ("lint", "--dead-values", "--app", "view"),
        ("hydrate", "lab"),
        ("hydrate", "lab", "--format", "json"),
        ("versions", "--hydrate"),
        ("diff", "--hydrate"),
    ):
        expected = told(root, *words, "--no-cache")
        assert expected[0] in (0, 1), expected
        assert told(root, *words) == expected, words
        names.clear()
        assert told(root, *words) == expected, words
        assert names == [], words


def test_who_wants_nothing_kept_gets_nothing_kept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = asked.noted(monkeypatch)
    folder = place.folder()
    assert folder is not None
    told(root, "lint", "--no-cache")
    monkeypatch.setenv("EFDGEN_NO_CACHE", "1")
    told(root, "lint")
    assert not folder.exists()
    monkeypatch.delenv("EFDGEN_NO_CACHE")
    told(root, "lint")
    kept = sorted((folder / "hydrated").iterdir())
    names.clear()
    edit(root / "environments/lab.yaml", "size: 20Gi", "size: 21Gi")
    told(root, "lint")
    # Of a changed line, the app and the environment that it is about.
    assert names == ["store"]
    assert len(list((folder / "hydrated").iterdir())) == len(kept) + 1


RUN = """\
import sys
from efdgen import cli
from efdgen.cli import lint_command
from efdgen.verbs import project
from support.standins import StandIns
lint_command.open_charts = lambda root: StandIns(project.rendering(root).tree)
sys.argv = ["efdgen", "lint", "--engine", "sdk", "--root", sys.argv[1]]
cli.main()
"""


def test_two_processes_at_once_say_the_same(root: Path) -> None:
    expected = told(root, "lint", "--no-cache")
    variables = {"EFDGEN_CACHE": os.environ["EFDGEN_CACHE"], "EFDGEN_NO_CACHE": ""}
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: warm.python("-c", RUN, root, env=variables), range(2)))
    assert [(done.returncode, done.stdout, done.stderr) for done in both] == [expected] * 2
    assert told(root, "lint") == expected
