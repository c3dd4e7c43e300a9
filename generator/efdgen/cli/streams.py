"""Where the command prints: losing the standard output is an error of its own, losing a message is none."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import click

from efdgen.language import visible


class StandardOutputError(Exception):
    """Nobody takes what the command prints."""

    def __init__(self, error: OSError) -> None:
        self.errno = error.errno
        super().__init__(f"can't write to the standard output: {error.strerror}")


class _Checked(io.RawIOBase):
    """The standard output, but an error of it is not taken for one of a file."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        try:
            return os.write(self._descriptor, data)
        except OSError as error:
            raise StandardOutputError(error) from None


def check_output() -> None:
    """Make errors of the standard output tell themselves from others.

    Raises:
        StandardOutputError: when the standard output is closed: what is opened next would take its place.
    """
    if sys.stderr is None:
        sys.stderr = _nowhere()
    if sys.stdout is None:
        sys.stdout = _nowhere()
        raise StandardOutputError(OSError(0, "it is closed"))
    there = sys.stdout
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(_Checked(there.fileno())),
        encoding=there.encoding,
        errors=there.errors,
        line_buffering=bool(there.line_buffering),
    )


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def give_up_output() -> None:
    """Send what is left of the standard output nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(message: str) -> None:
    """Print a message for people to the standard error. Where nobody takes it, the exit status says how it went."""
    from efdgen.language import secrecy

    try:
        click.echo(secrecy.masked(message), err=True)
        sys.stderr.flush()
    except OSError:
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def say_error(message: str) -> None:
    """Print what went wrong."""
    say(error(message, click.style))


def error(message: str, style: Callable[..., str]) -> str:
    """Return what went wrong as it is told, so that no line of it is a command to a workflow, or to a terminal."""
    from efdgen.language import secrecy

    first, *more = visible.lines(secrecy.masked(message)).split("\n")
    quoted = [f"| {line}" if line.lstrip().startswith("::") or "##[" in line else line for line in more]
    return "\n".join([f"{style('error:', fg='red', bold=True)} {first}", *quoted])


def say_warning(message: str) -> None:
    """Print what is odd, on one line."""
    say(f"{click.style('warning:', fg='yellow', bold=True)} {visible.line(message)}")
