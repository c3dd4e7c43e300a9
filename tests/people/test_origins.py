"""What comes from elsewhere to run on GitHub: pinned by commits, with no token and no right too many."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.checkout import ROOT

FILES = [ROOT / "action.yml", *sorted((ROOT / ".github/workflows").glob("*.yml"))]
PAGE = ROOT / "docs/github.md"
USES = re.compile(r"^ *(?:- )?uses: (.+)$", re.MULTILINE)
PINNED = re.compile(r"([\w-]+/[\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)")

OURS = "lsst-sqre/argocd-efd@0123456789abcdef0123456789abcdef01234567"
"""This action in examples: the reader's own choice of a commit."""


def used(file: Path) -> list[str]:
    """Return the actions that a file uses, with what stands behind them, but not this one."""
    lines = USES.findall(file.read_text(encoding="utf-8"))
    return [line for line in lines if line != OURS and line.split()[0] != "./"]


WORKFLOWS = {file.name: file.read_text(encoding="utf-8") for file in FILES[1:]}
EXAMPLES = dict(
    re.findall(
        r"^```yaml\n# \.github/workflows/(\S+)\n(.*?)^```$",
        PAGE.read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
)
"""The workflows that people copy, by their names."""

every_workflow = pytest.mark.parametrize(
    "workflow", [pytest.param(yaml.safe_load(text), id=name) for name, text in {**WORKFLOWS, **EXAMPLES}.items()]
)


@pytest.mark.parametrize("file", [*FILES, PAGE], ids=lambda path: path.name)
def test_every_action_is_pinned_by_its_commit_and_says_its_version(file: Path) -> None:
    assert used(file)
    assert [line for line in used(file) if not PINNED.fullmatch(line)] == []


def test_an_action_has_one_commit_and_one_version_everywhere() -> None:
    pins = {pin.groups() for file in [*FILES, PAGE] for line in used(file) if (pin := PINNED.fullmatch(line))}
    assert len({action for action, _, _ in pins}) == len(pins)


def test_only_github_s_own_actions_are_used() -> None:
    assert {line.partition("/")[0] for file in FILES for line in used(file)} == {"actions"}
    assert {line.partition("/")[0] for line in used(PAGE)} == {"actions", "github"}


@every_workflow
def test_a_checkout_leaves_no_token_behind(workflow: dict[str, Any]) -> None:
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@every_workflow
def test_rights_are_named_and_no_more_than_needed(workflow: dict[str, Any]) -> None:
    everywhere = workflow["permissions"]
    jobs = [job.get("permissions", everywhere) for job in workflow["jobs"].values()]
    writing = {name for rights in jobs for name, right in rights.items() if right == "write"}
    uses = {step.get("uses", "").partition("@")[0] for job in workflow["jobs"].values() for step in job["steps"]}
    runs = "".join(step.get("run", "") for job in workflow["jobs"].values() for step in job["steps"])
    needed = {"pages", "id-token"} if "actions/deploy-pages" in uses else set()
    needed |= {"security-events"} if "github/codeql-action/upload-sarif" in uses else set()
    needed |= {"pull-requests"} if "gh pr comment" in runs else set()
    needed |= {"issues"} if "gh issue create" in runs else set()
    assert writing == needed
    assert all(rights.get("contents") == "read" for rights in jobs)


def audit(*files: Path, persona: str = "pedantic") -> tuple[int, str]:
    """Audit files, as `make lint` does by default."""
    command = [Path(sys.executable).parent / "zizmor", "--quiet", "--offline", "--persona", persona, *files]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def test_the_action_and_the_workflows_stand_an_audit() -> None:
    status, told = audit(*FILES)
    assert status == 0, told
    make = ["make", "--dry-run", "lint"]
    lint = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "zizmor --quiet --offline --pedantic action.yml .github/workflows\n" in lint


@pytest.mark.parametrize("name", EXAMPLES)
def test_workflows_to_copy_stand_an_audit(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(EXAMPLES[name], encoding="utf-8")
    status, told = audit(tmp_path / name, persona="regular")
    assert status == 0, told


def test_an_audit_finds_what_it_is_for(tmp_path: Path) -> None:
    text = FILES[1].read_text(encoding="utf-8")
    (tmp_path / "ci.yml").write_text(PINNED.sub(r"\1@\3", text).replace("persist-credentials: false", "lfs: true"))
    status, told = audit(tmp_path / "ci.yml")
    assert status != 0
    assert "unpinned-uses" in told
    assert "artipacked" in told
