"""Whether bash can read a runbook's script: asked of bash itself, where there is one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

from efdgen.errors import InvalidInputError, Location, Problem
from efdgen.render.runbook import script
from efdgen.render.runbook.model import Runbook
from efdgen.repository import paths

_SECONDS = 30
_PREFIX = re.compile(r"[^:]*: line \d+: ")


def check(text: str, runbook: Runbook) -> None:
    """Check a script with `bash -n`, which runs nothing; without bash, it is not checked.

    Args:
        text: the script.
        runbook: what it was made of.

    Raises:
        InvalidInputError: when bash can't read it, with the first step that is to blame.
    """
    bash = shutil.which("bash")
    wrong = _said(bash, text) if bash else ""
    if not bash or not wrong:
        return
    for phase in runbook.phases if not _said(bash, runbook.functions) else ():
        for step in phase.steps if phase.is_scripted else ():
            # Alone: of a word such as `if` without its end, bash says the line at which the whole script ends.
            said = _said(bash, script.commands(step))
            if said:
                raise _refusal(f"bash can't read the commands of the step {step.name!r}: {said}", step.location)
    raise _refusal(f"bash can't read the script: {wrong}", Location(f"{paths.RUNBOOK}/{paths.FUNCTIONS}"))


def _refusal(message: str, location: Location) -> InvalidInputError:
    return InvalidInputError([Problem("E406", message, location)])


def _said(bash: str, text: str) -> str:
    """Return what bash says is wrong with commands, without its own lines; empty: nothing."""
    try:
        done = subprocess.run(
            # What functions.sh could switch on is not switched on where nothing is run.
            [bash, "-O", "extglob", "-n"],
            input=text,
            capture_output=True,
            check=False,
            encoding="utf-8",
            env={**os.environ, "LC_ALL": "C"},
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    if done.returncode == 0:
        return ""
    first = next(iter(done.stderr.splitlines()), "a syntax error")
    return _PREFIX.sub("", first, count=1)
