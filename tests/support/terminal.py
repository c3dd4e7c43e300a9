"""A command on a terminal of its own, at which somebody types what it asks for.

typed(["bash", "fill.sh"], [("password: ", "hunter2\\n")], environment)   # ("password: ...", 0)
"""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from collections.abc import Mapping, Sequence


def typed(
    command: Sequence[str], answers: Sequence[tuple[str, str]], environment: Mapping[str, str], seconds: float = 30
) -> tuple[str, int]:
    """Run a command, type each answer when what it waits for is shown, and return all that was shown, and the status.

    Raises:
        AssertionError: when something is not shown in time.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        # A shell makes what runs in the background ignore Ctrl-C, and what that starts, too.
        ["setsid", "--ctty", "--wait", "env", "--default-signal=INT", *command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=dict(environment),
    )
    os.close(theirs)
    shown, at, end = "", 0, time.monotonic() + seconds
    try:
        for awaited, answer in (*answers, (None, "")):
            while awaited is None or awaited not in shown[at:]:
                ready, _, _ = select.select([ours], [], [], max(0.0, end - time.monotonic()))
                assert ready, f"{awaited!r} was not shown in time; shown: {shown}"
                try:
                    data = os.read(ours, 4096)
                except OSError:
                    data = b""
                if not data:
                    assert awaited is None, f"{awaited!r} was not shown; shown: {shown}"
                    break
                shown += data.decode(errors="replace")
            if awaited is not None:
                at = shown.index(awaited, at) + len(awaited)
                os.write(ours, answer.encode())
        return shown, process.wait(timeout=10)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
