"""docs/github.md: its examples are valid, and it tells of everything there is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from support import needs
from support.checkout import ROOT

PAGE = (ROOT / "docs/github.md").read_text(encoding="utf-8")
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))

EXAMPLES = re.findall(r"^```yaml\n# ([^\n]+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
WORKFLOWS = [text for name, text in EXAMPLES if name.startswith(".github/workflows/")]
STEPS = [text for name, text in EXAMPLES if name.startswith("a step of ")]
(HOOKS_EXAMPLE,) = [text for name, text in EXAMPLES if name == ".pre-commit-config.yaml"]


def as_workflow(steps: str) -> str:
    """Return a workflow with some steps."""
    head = "on: push\njobs:\n  it:\n    runs-on: ubuntu-latest\n    steps:\n"
    return head + "".join(f"    {line}" for line in steps.splitlines(keepends=True))


ALL = [*WORKFLOWS, *map(as_workflow, STEPS)]


def all_steps() -> Iterator[dict[str, Any]]:
    for text in ALL:
        for job in yaml.safe_load(text)["jobs"].values():
            yield from job["steps"]


def run(*arguments: str | Path) -> tuple[int, str]:
    command = [sys.executable, "-m", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def test_every_example_is_of_a_kind_that_is_tried() -> None:
    assert len(EXAMPLES) == len(re.findall(r"^```", PAGE, re.MULTILINE)) / 2
    assert len(EXAMPLES) == len(ALL) + 1


def test_every_workflow_is_valid(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.yml" for number in range(len(ALL))]
    for file, text in zip(files, ALL, strict=True):
        file.write_text(text, encoding="utf-8")
    status, output = run("check_jsonschema", "--builtin-schema", "vendor.github-workflows", *files)
    assert status == 0, output


def test_the_hooks_are_configured_validly(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(HOOKS_EXAMPLE, encoding="utf-8")
    assert run("pre_commit", "validate-config", file) == (0, "")
    (repository,) = yaml.safe_load(HOOKS_EXAMPLE)["repos"]
    assert {hook["id"] for hook in repository["hooks"]} <= {hook["id"] for hook in HOOKS}


def test_examples_give_inputs_and_use_outputs_that_there_are() -> None:
    uses = [step for step in all_steps() if step.get("uses", "").startswith("lsst-sqre/argocd-efd@")]
    assert uses
    for step in uses:
        assert step.get("with", {}).keys() <= ACTION["inputs"].keys()
    assert set(re.findall(r"steps\.efdgen\.outputs\.(\w+)", PAGE)) <= ACTION["outputs"].keys()


def test_every_input_output_and_hook_is_told_of() -> None:
    rows = set(re.findall(r"^\| `([\w-]+)` +\|", PAGE, re.MULTILINE))
    told = {*ACTION["inputs"], *ACTION["outputs"], *(hook["id"] for hook in HOOKS)}
    assert told <= rows
    assert rows - told == {"merge_group", "pull_request"}


def test_a_workflow_that_compares_has_the_history() -> None:
    checkouts = [step for step in all_steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["fetch-depth"] == 0 for step in checkouts)


@needs.SCRIPTS.needed
@pytest.mark.parametrize(
    ("status", "there", "does"),
    [
        ("0", "", []),
        ("0", "7", ["issue close 7"]),
        ("1", "", ["label create audit", "issue create --title summit is not as the repository says"]),
        ("6", "7", ["issue edit 7 --body-file audit.md"]),
    ],
)
def test_the_issue_of_the_nightly_audit_is_open_while_something_differs(
    status: str, there: str, does: list[str], tmp_path: Path
) -> None:
    (step,) = (step for step in all_steps() if step.get("name", "").startswith("Open, renew"))
    command = tmp_path / "gh"
    command.write_text(
        "#!/bin/bash\n"
        f'if [[ "$*" != "issue list"* ]]; then echo "$*" >>{tmp_path}/typed; exit; fi\n'
        # As gh has it: what --jq says is held to what --json names.
        f'[[ "$*" == *"--json number,title --jq "* ]] && jq -r "${{@: -1}}" {tmp_path}/issues\n',
        encoding="utf-8",
    )
    others = [{"number": 3, "title": "summit-2 is not as the repository says"}]
    own = [{"number": int(there), "title": "summit is not as the repository says"}] if there else []
    (tmp_path / "issues").write_text(json.dumps(others + own), encoding="utf-8")
    command.chmod(0o755)
    variables = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "STATUS": status, "ENVIRONMENT": "summit"}
    subprocess.run(["bash", "-eo", "pipefail", "-c", step["run"]], env=variables, check=True)
    typed = tmp_path / "typed"
    done = typed.read_text(encoding="utf-8").splitlines() if typed.exists() else []
    assert len(done) == len(does)
    assert all(line.startswith(begin) for line, begin in zip(done, does, strict=True))
