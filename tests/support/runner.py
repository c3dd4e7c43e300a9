"""As much of GitHub's runner as a composite action needs: expressions, steps, outputs, workflow commands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from support.gitrepo import variables

_EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")
_OUTPUT = re.compile(r"([\w-]+)=(.*)")


class Run(NamedTuple):
    """What came of an action."""

    status: int
    log: str
    summary: str
    outputs: Mapping[str, str]

    def commands(self) -> list[str]:
        """Return the workflow commands that the runner sees in the log."""
        seen = []
        stopped = ""
        for line in self.log.splitlines():
            text = line.strip()
            if stopped:
                stopped = "" if text == f"::{stopped}::" else stopped
            elif text.startswith("::stop-commands::"):
                stopped = text.removeprefix("::stop-commands::")
            elif text.startswith("::") or "##[" in text:
                seen.append(text)
        assert not stopped, "commands are on again in the end"
        return seen


def run(
    action: Path,
    workspace: Path,
    temp: Path,
    inputs: Mapping[str, str],
    github: Mapping[str, str],
    python: Path = Path(sys.executable),
) -> Run:
    """Run the shell steps of a composite action in a workspace.

    Args:
        action: the action's file.
        workspace: the checkout.
        temp: a new folder for what the runner keeps.
        inputs: the inputs that are given; the others have their defaults.
        github: the values of the context `github`, such as `base_ref`.
        python: the Python that is set up; its folder goes first on the PATH.
    """
    described: dict[str, Any] = yaml.safe_load(action.read_text(encoding="utf-8"))
    assert inputs.keys() <= described["inputs"].keys()
    given = {name: inputs.get(name, about["default"]) for name, about in described["inputs"].items()}
    context = {f"inputs.{name}": value for name, value in given.items()}
    context["runner.temp"] = str(temp)
    context |= {f"github.{name}": value for name, value in github.items()}
    temp.mkdir()
    log = ""
    summary = ""
    status = 0
    for number, step in enumerate(described["runs"]["steps"]):
        if "run" not in step:
            continue
        assert step["shell"] == "bash"
        assert "if" not in step, "this runner knows no conditions"
        files = {name: temp / f"{number}-{name}" for name in ("output", "summary", "script.sh")}
        for file in files.values():
            file.touch()
        files["script.sh"].write_text(step["run"], encoding="utf-8")
        env = {key: value for key, value in variables().items() if not key.startswith(("PYTHON", "COV_"))}
        env |= {name: fill(text, context) for name, text in step.get("env", {}).items()}
        env |= {
            "GITHUB_ACTION_PATH": str(action.parent),
            "GITHUB_OUTPUT": str(files["output"]),
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "GITHUB_WORKSPACE": str(workspace),
            # As after actions/setup-python: this Python goes before what a user has for it on the PATH.
            "PATH": os.pathsep.join([str(python.parent), os.environ["PATH"]]),
            "RUNNER_TEMP": str(temp),
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(files["script.sh"])],
            cwd=os.path.normpath(workspace / fill(step.get("working-directory", "."), context)),
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        log += done.stdout
        summary += files["summary"].read_text(encoding="utf-8")
        assert files["summary"].stat().st_size <= 1024 * 1024
        context |= {f"steps.{step.get('id')}.outputs.{key}": value for key, value in _outputs(files["output"]).items()}
        status = done.returncode
        if status:
            break
    outputs = {name: fill(about["value"], context) for name, about in described["outputs"].items()}
    return Run(status, log, summary, outputs)


def fill(text: str, context: Mapping[str, str]) -> str:
    """Put values into a text's expressions; what is unknown is empty, as on GitHub."""
    filled = _EXPRESSION.sub("", text)
    assert "${{" not in filled, f"this runner knows names only: {text}"
    return _EXPRESSION.sub(lambda match: context.get(match[1], ""), text)


def _outputs(file: Path) -> dict[str, str]:
    found = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        match = _OUTPUT.fullmatch(line)
        assert match is not None, f"{line!r} is no output"
        found[match[1]] = match[2]
    return found
