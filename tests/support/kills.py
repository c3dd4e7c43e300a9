"""A render, or an edit, that dies at a known moment, in a process of its own."""

from __future__ import annotations

from pathlib import Path

from efdgen.output.journal import FOLDER
from support import warm

BEFORE_THE_JOURNAL, BEFORE_THE_SWITCH, IN_THE_SWITCH = 0, 1, 3
"""How many files have taken their names: the journal is the first."""

_STATUS = 9

_DYING = f"""
import os, sys
from pathlib import Path
left = int(sys.argv[1])
here = os.getcwd() + "/"
replace = os.replace
def killed(source, target, **more):
    global left
    if not os.path.abspath(target).startswith(here):  # in a cache
        return replace(source, target, **more)
    if left == 0:
        os._exit({_STATUS})
    left -= 1
    return replace(source, target, **more)
os.replace = killed
"""
_RENDER = "from efdgen.verbs import render; render.write(Path.cwd())"
_EDIT = "from efdgen import cli; cli.command(sys.argv[2:])"


def render_until(root: Path, moment: int) -> None:
    """Render a repository, and die when so many files have taken their names."""
    done = warm.python("-c", _DYING + _RENDER, str(moment), cwd=root)
    assert done.returncode == _STATUS, done.stderr
    assert (root / "rendered" / FOLDER).is_dir()


def edit_until(root: Path, moment: int, *arguments: str) -> None:
    """Run a command that edits a repository, and die when so many files have taken their names."""
    done = warm.python("-c", _DYING + _EDIT, str(moment), *arguments, cwd=root)
    assert done.returncode == _STATUS, done.stdout + done.stderr
    assert (root / FOLDER).is_dir()
