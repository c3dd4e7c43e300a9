"""Helm's own warnings: said once each, whichever way Helm says them, and nothing else of the error output is lost."""

from __future__ import annotations

import contextlib
import os
import pty
import sys
from typing import Any, cast

import pytest

from efdgen.cli import helmwarnings
from efdgen.helm.engines.engine import Engine

TEXT = "destination for store.config is a table. Ignoring non-table value ([])"


class Noting:
    """An engine that notes warnings, as the command does."""

    noted = (f"coalesce.go:301: warning: {TEXT}", f'level=INFO msg="warning: {TEXT}"')


@pytest.mark.parametrize("engine", [object(), Noting()])
def test_a_warning_is_said_once_and_the_rest_stays(engine: Any, capfd: pytest.CaptureFixture[str]) -> None:
    with helmwarnings.once(cast("Engine", engine)):
        for line in (f"2026/11/29 12:15:16 warning: {TEXT}", "something else", f"2026/11/29 12:15:17 warning: {TEXT}"):
            os.write(2, f"{line}\n".encode())
    os.write(2, b"after\n")
    said = capfd.readouterr().err
    assert said == f"something else\nwarning: Helm: {TEXT}\nafter\n"


def test_what_helm_logs_is_the_same_text_whichever_version_logs_it() -> None:
    same = [
        (
            'dependencies.go:286: Warning: ImportValues missing table: "x" is not a table',
            '2026/11/29 22:07:05 WARN ImportValues missing table error="\\"x\\" is not a table"',
            'time=2026-11-29T22:07:05.000Z level=WARN msg="ImportValues missing table" error="\\"x\\" is not a table"',
        ),
        (
            'dependencies.go:269: Warning: ImportValues missing table from chart c: "y" is not a table',
            '2026/11/29 22:07:05 WARN ImportValues missing table from chart chart=c error="\\"y\\" is not a table"',
            'level=WARN msg="ImportValues missing table from chart" chart=c error="\\"y\\" is not a table"',
        ),
        ('manifest_sorter.go:199: info: skipping unknown hook: "a"', 'info: skipping unknown hook: "a"'),
    ]
    for first, *others in same:
        text = helmwarnings.text_of(first)
        assert first.endswith(f": {text}")
        assert [helmwarnings.text_of(each) for each in others] == [text] * len(others)
    assert helmwarnings.text_of("WARN of something else") == ""


def test_a_terminal_shows_progress_and_no_raw_line(monkeypatch: pytest.MonkeyPatch) -> None:
    controller, terminal = pty.openpty()
    saved = os.dup(2)
    try:
        os.dup2(terminal, 2)
        with os.fdopen(os.dup(terminal), "w") as stream:
            monkeypatch.setattr(sys, "stderr", stream)
            with helmwarnings.once(cast("Engine", object())) as shown:
                assert shown.isatty()
                os.write(2, f"2026/11/29 12:15:16 warning: {TEXT}\n".encode())
                print("half done", file=shown, flush=True)
            monkeypatch.undo()
    finally:
        os.dup2(saved, 2)
        os.close(saved)
    os.close(terminal)
    said = ""
    with contextlib.suppress(OSError):  # nobody has the terminal any more
        while piece := os.read(controller, 10_000):
            said += piece.decode()
    os.close(controller)
    assert said.splitlines()[0] == "half done"
    assert (said.count(TEXT), "2026/11/29" in said) == (1, False)


def test_what_fails_in_between_fails_and_the_error_output_is_back(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        os.write(2, b"x warning: " + b"y" * 500 + b"\n")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), helmwarnings.once(cast("Engine", object())):
        fail()
    (line,) = capfd.readouterr().err.splitlines()
    assert (line.endswith("yyy..."), len(line) < 200) == (True, True)
