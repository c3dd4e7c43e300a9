"""Processes that run as long as a test needs them, each with a log of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

Found = TypeVar("Found")

_GRACE = 10
"""How many seconds a process has to end by itself."""


class NotInTimeError(Exception):
    """Something did not come about."""


class Started(NamedTuple):
    """A process that was started."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


class Processes:
    """Starts processes, and ends all of them, the last one first.

    Args:
        folder: where the logs go.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[Started] = []
        folder.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Path:
        """Start a process, with `environment` on top of the environment variables; return its log."""
        log = self._folder / f"{name}.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [str(word) for word in command],
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                # Ctrl+C ends the test, which ends them in order.
                start_new_session=True,
            )
        self._started.append(Started(name, process, log))
        return log

    def wait(self, what: str, found: Callable[[], Found | None], seconds: float = 60) -> Found:
        """Return the first thing that `found` finds.

        Raises:
            NotInTimeError: when it finds nothing in time, or a process ended meanwhile.
        """
        return wait(what, found, seconds, self._must_run)

    def ends(self) -> Iterator[tuple[str, str]]:
        """Yield the name of each process and the end of its log."""
        for name, _, log in self._started:
            yield name, tail(log.read_text(encoding="utf-8", errors="replace"))

    def stop(self) -> None:
        """End all of them."""
        for _, process, _ in reversed(self._started):
            process.terminate()
            try:
                process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _must_run(self) -> None:
        for name, process, log in self._started:
            if process.poll() is not None:
                said = tail(log.read_text(encoding="utf-8", errors="replace"), 10)
                raise NotInTimeError(f"{name} ended with status {process.returncode}:\n{said}")


def wait(
    what: str, found: Callable[[], Found | None], seconds: float = 60, check: Callable[[], None] = lambda: None
) -> Found:
    """Return the first thing that `found` finds; an OSError counts as nothing.

    Raises:
        NotInTimeError: when it finds nothing in time. What `check` raises, too.
    """
    until = time.monotonic() + seconds
    while True:
        check()
        with contextlib.suppress(OSError):
            result = found()
            if result:
                return result
        if time.monotonic() > until:
            raise NotInTimeError(f"{what}: not within {seconds:g} seconds")
        time.sleep(0.2)


def follow(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path, seconds: float
) -> tuple[int, str]:
    """Run a command to its end; return its status and what it said.

    Args:
        command: the command.
        folder: where it runs.
        environment: its environment variables, all of them.
        log: where each line is added, with the second in which it was said.
        seconds: how long it may take; what it started ends with it.
    """
    began = time.monotonic()
    said = []
    with (
        subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process,
        log.open("a", encoding="utf-8") as stream,
    ):
        assert process.stdout is not None
        end = threading.Timer(seconds, os.killpg, (process.pid, signal.SIGKILL))
        end.start()
        try:
            for line in process.stdout:
                said.append(line)
                stream.write(f"{time.monotonic() - began:6.1f} {line}")
                stream.flush()
        except BaseException:
            # Ctrl+C, for one.
            os.killpg(process.pid, signal.SIGTERM)
            raise
        finally:
            end.cancel()
    return process.returncode, "".join(said)


def free_port() -> int:
    """Return a port on loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def tail(text: str, lines: int = 40) -> str:
    """Return the last lines of a text."""
    return "\n".join(text.splitlines()[-lines:])
