"""Outputs that nobody takes: as processes, with real descriptors."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from efdgen.cli import streams
from efdgen.verbs import render
from support import needs
from support.checkout import edit

EFDGEN = f"{sys.executable} -m efdgen"


def shell(small: Path, line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", line], cwd=small, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("say", [streams.say, streams.say_error, streams.say_warning])
def test_an_error_of_another_program_repeats_no_secret(
    say: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    say("git fetch failed: unable to access 'https://me:hunter2@git.example.org/x/': The requested URL returned 403")

    said = capsys.readouterr().err
    assert "'https://***@git.example.org/x/': The requested URL returned 403" in said


def test_with_a_closed_output_nothing_is_done(small: Path) -> None:
    edit(small / "environments/dome.yaml", "place: the dome", "place: the hill")
    done = shell(small, f"{EFDGEN} render >&-")
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == "error: can't write to the standard output: it is closed\n"
    assert render.check(small).changes


def test_with_closed_messages_the_work_is_done(small: Path) -> None:
    edit(small / "environments/dome.yaml", "place: the dome", "place: the hill")
    done = shell(small, f"{EFDGEN} render 2>&-")
    assert done.returncode == 0
    assert "changed rendered/docs/dome.md" in done.stdout
    assert render.check(small).is_clean


@pytest.mark.parametrize(("verb", "status"), [("validate nope", 2), ("nope", 2), ("validate", 3), ("check", 3)])
def test_messages_that_nobody_takes_change_no_status(small: Path, verb: str, status: int) -> None:
    needs.DEV_FULL.require()
    edit(small / "environments/dome.yaml", "name: dome", "name: doom")
    done = shell(small, f"{EFDGEN} {verb} 2>/dev/full")
    assert (done.returncode, done.stderr) == (status, "")


def test_a_full_temporary_folder_is_not_taken_for_the_output(small: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    git = "git init --quiet . && git -c user.name=a -c user.email=a@b commit --quiet --allow-empty -m one"
    place = tmp_path / "file"
    done = shell(small, f"{git} && TMPDIR={place} TEMP={place} TMP={place} {EFDGEN} diff --base HEAD")
    # Python goes on to /tmp, which is there: what counts is that nothing is said of the standard output.
    assert "standard output" not in done.stderr
    assert done.returncode in (0, 4)


def test_a_folder_that_is_gone_is_wrong_usage(tmp_path: Path) -> None:
    done = shell(tmp_path, f"mkdir gone && cd gone && rmdir ../gone && {EFDGEN} list")
    assert done.returncode == 2
    assert done.stderr == "error: the current folder is not there any more; go to another one, or use --root\n"


INTERRUPTED = """
import os, signal, sys

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
awaited = [sys.argv.pop(1)]

class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name in awaited:
            awaited.clear()
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupts())
from efdgen.__main__ import main
main()
"""


@pytest.mark.parametrize("module", ["efdgen.cli", "click", "efdgen.cli.list_command", "efdgen.verbs.project", "yaml"])
def test_an_interrupted_run_says_so_wherever_it_is(small: Path, module: str) -> None:
    command = [sys.executable, "-c", INTERRUPTED, module, "list"]
    done = subprocess.run(command, cwd=small, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "Interrupted.")
