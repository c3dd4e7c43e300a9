"""Ends commands that would outlive this process: who is killed (SIGKILL) can end nothing any more.

A shell beside this process reads which commands are at work, from a pipe that only this process can write to. When
the process is gone, however it went, the pipe ends; what is at work then is killed.

    began 4711      sent when a command was started
    ended 4711      sent when it was waited for
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Iterator

_SHELL = "/bin/sh"
_WATCH = """\
at_work=
while read -r what process; do
  left=
  for each in $at_work; do
    [ "$each" = "$process" ] || left="$left $each"
  done
  at_work=$left
  [ "$what" = ended ] || at_work="$at_work $process"
done
[ -z "$at_work" ] || kill -9 $at_work
"""


@contextlib.contextmanager
def ended_with_us(process: int) -> Iterator[None]:
    """Have a command killed when this process ends before it does.

    Args:
        process: the command's process, which nobody has waited for yet; it must be waited for inside.
    """
    pipe = _pipe(os.getpid())
    _say(pipe, f"began {process}\n")
    try:
        yield
    finally:
        _say(pipe, f"ended {process}\n")


@functools.cache
def _pipe(_process: int) -> int | None:
    """Start the shell, once a process, and return the pipe that it reads; None: there is none such here."""
    if sys.platform == "win32":
        return None
    reading, writing = os.pipe()
    nowhere = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
    try:
        # In a process group of its own, which Ctrl-C does not reach.
        os.posix_spawn(
            _SHELL,
            ["sh", "-c", _WATCH],
            {},
            file_actions=[(os.POSIX_SPAWN_DUP2, reading, 0), *nowhere],
            setpgroup=0,
        )
    except OSError:
        os.close(writing)
        return None
    finally:
        os.close(reading)
    return writing


def _say(pipe: int | None, line: str) -> None:
    if pipe is not None:
        with contextlib.suppress(OSError):
            os.write(pipe, line.encode())
