"""A render that was interrupted: every verb says so, `render` finishes it and says what that was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.output import disk
from efdgen.output.journal import FOLDER
from efdgen.verbs import render
from support import kills, warm
from support.checkout import edit, snapshot

SAID = "warning: a render was interrupted; run: efdgen render\n"
VERBS = [
    "check",
    "validate",
    "list",
    "diff",
    "hosts lab",
    "explain lab store.persistence.size",
    "graph lab",
    "runbook lab",
]


def at(root: Path, *arguments: str) -> Result:
    """Run the command in this process, on a repository."""
    return CliRunner().invoke(cli.command, [*arguments, "--root", str(root)])


@pytest.fixture
def interrupted(small: Path) -> Path:
    """A repository whose render was killed when some files were new and an environment's were deleted."""
    text = "name: annex\ncluster:\n  provides: [vault-secrets-operator, ingress-nginx]\napps:\n  store: {}\n"
    (small / "environments/annex.yaml").write_text(text, encoding="utf-8")
    render.write(small)
    (small / "environments/annex.yaml").unlink()
    edit(small / "environments/lab.yaml", 'kubernetesVersion: "1.21.5"', 'kubernetesVersion: "1.22.0"')
    kills.render_until(small, kills.IN_THE_SWITCH)
    return small


@pytest.fixture
def held(interrupted: Path) -> Iterator[Path]:
    """The same while a render goes on."""
    with disk.lock(interrupted / "rendered"):
        yield interrupted


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_says_it_first_and_what_to_do(interrupted: Path, verb: str) -> None:
    before = snapshot(interrupted)
    result = at(interrupted, *verb.split())
    assert result.exit_code == (1 if verb == "check" else 0), result.stderr
    assert result.stderr.startswith(SAID)
    assert result.stderr.count(SAID) == 1
    assert SAID not in result.stdout
    assert snapshot(interrupted) == before


@pytest.mark.parametrize("verb", ["list", "diff", "check"])
def test_no_verb_says_it_while_that_render_goes_on(held: Path, verb: str) -> None:
    assert SAID not in at(held, verb).stderr


@pytest.mark.parametrize("verb", ["list", "validate", "render"])
def test_no_verb_says_it_of_a_render_that_ended(small: Path, verb: str) -> None:
    assert "interrupted" not in at(small, verb).stderr


def test_a_check_finds_it_though_every_file_is_as_it_should_be(small: Path) -> None:
    (small / "rendered" / FOLDER).mkdir()
    result = at(small, "check")
    assert result.exit_code == 1
    assert result.stdout == "interrupted  rendered/.efdgen-staged/ (a render stopped while it wrote)\n"
    result = at(small, "check", "--format", "json")
    assert result.exit_code == 1
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["code"], problem["hint"]) == ("E606", "run: efdgen render")


def test_render_finishes_it_and_names_what_is_gone(interrupted: Path) -> None:
    result = at(interrupted, "render")
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        "deleted rendered/apps/efd/values-annex.yaml",
        "deleted rendered/apps/store/values-annex.yaml",
        "deleted rendered/docs/annex.md",
        "Finished a run that was interrupted: 7 files written, 3 deleted",
    ]
    assert result.stdout.endswith("0 written, 0 deleted, 41 left alone\n")
    assert at(interrupted, "check").exit_code == 0


def test_render_says_what_changed_since(interrupted: Path) -> None:
    (interrupted / "rendered/docs/lab.md").write_bytes(b"a day of work\n")
    result = at(interrupted, "render")
    assert result.exit_code == 4
    assert "warning: rendered/docs/lab.md changed since; that run left it alone\n" in result.stderr
    assert "not made by efdgen, and in the way: rendered/docs/lab.md" in result.stderr


def test_render_removes_what_was_staged_before_anything_changed(small: Path) -> None:
    (small / "rendered" / FOLDER).mkdir()
    result = at(small, "render")
    assert result.stderr == "A run was interrupted, and left nothing half done; what it had staged is removed\n"
    assert not (small / "rendered" / FOLDER).exists()


def test_a_site_that_was_interrupted_is_finished(interrupted: Path, tmp_path: Path) -> None:
    render.write(interrupted)
    site = tmp_path / "site"
    assert at(interrupted, "site", "-o", str(site)).exit_code == 0
    before = snapshot(site)
    (site / FOLDER).mkdir()
    result = at(interrupted, "site", "-o", str(site))
    assert result.exit_code == 0, result.stderr
    assert "what it had staged is removed" in result.stderr
    assert snapshot(site) == before


PRESSED = """
import os, signal, sys
from efdgen import cli
replace = os.replace
left = int(sys.argv.pop(1))
def pressed(source, target):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGINT)
    replace(source, target)
os.replace = pressed
cli.main()
"""


@pytest.mark.parametrize("moment", [1, 2, 4])
def test_ctrl_c_leaves_the_old_tree_or_the_new_one(small: Path, moment: int) -> None:
    before = snapshot(small / "rendered")
    edit(small / "environments/lab.yaml", 'kubernetesVersion: "1.21.5"', 'kubernetesVersion: "1.22.0"')
    after = {**before, **render.rendering(small, ()).tree}
    result = warm.python("-c", PRESSED, str(moment), "render", cwd=small)
    said = "Interrupted." if moment == 1 else "Interrupted, but everything is written."
    assert (result.returncode, result.stderr) == (130, f"\n{said}\n")
    assert snapshot(small / "rendered") == (before if moment == 1 else after)
