"""Commands do not outlive the process that began them, not even when it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from efdgen.helm.engines import orphans
from support import needs

STARTS = f"""\
import subprocess, sys, time
sys.path.insert(0, {str(Path(orphans.__file__).parents[3])!r})
from efdgen.helm.engines import orphans
with subprocess.Popen(["sleep", "0"]) as done, orphans.ended_with_us(done.pid):
    done.wait()
with subprocess.Popen(["sleep", "60"]) as at_work, orphans.ended_with_us(at_work.pid):
    print(at_work.pid, flush=True)
    at_work.wait()
"""


def is_there(process: int) -> bool:
    """Say whether a process runs; one that ended and was not waited for does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@needs.LINUX.needed
def test_who_is_killed_takes_its_commands_along() -> None:
    starting = subprocess.Popen([sys.executable, "-c", STARTS], stdout=subprocess.PIPE, text=True)
    with starting as started:
        assert started.stdout is not None
        command = int(started.stdout.readline())
        assert is_there(command)
        os.kill(started.pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while is_there(command) and time.monotonic() < until:
        time.sleep(0.01)
    assert not is_there(command)


def test_without_a_shell_commands_run_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "_SHELL", "/nowhere/sh")
    orphans._pipe.cache_clear()  # noqa: SLF001
    try:
        with subprocess.Popen(["true"]) as started, orphans.ended_with_us(started.pid):
            assert started.wait() == 0
    finally:
        orphans._pipe.cache_clear()  # noqa: SLF001
