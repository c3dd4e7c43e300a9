# ruff: noqa: INP001 - a script, no package
"""Draws docs/terminal.svg: a real session with efdgen, in a copy of this repository.

Run it when the tool's output changes: `.venv/bin/python docs/make_terminal_svg.py`. Linux and macOS only: it
needs a pseudo-terminal, so that efdgen writes in color.
"""

from __future__ import annotations

import fcntl
import html
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "terminal.svg"
COPIED = ("environments", "templates", "schemas", "rendered")

COLUMNS = 100
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
FONT_SIZE = 14
CELL_WIDTH = 8.4
LINE_HEIGHT = 20
MARGIN = 16
TITLE_BAR = 34

BACKGROUND, FOREGROUND, DIM, PROMPT = "#16191f", "#d8dee9", "#8a94a6", "#8fbcbb"
COLORS = {
    31: "#ff7b85",
    32: "#9ece6a",
    33: "#e5c07b",
    34: "#7aa2f7",
    35: "#c49bea",
    36: "#56c8d8",
}

_SGR = re.compile(r"\x1b\[([0-9;]*)m")


class Edit(NamedTuple):
    """A change that a person makes in a spec: `before` becomes `after`, once."""

    file: str
    before: str
    after: str


class Command(NamedTuple):
    """A run of efdgen."""

    arguments: tuple[str, ...]


SESSION: tuple[Edit | Command, ...] = (
    Edit("environments/summit.yaml", "query_timeout: 900s", "query_timeout: 600sec"),
    Command(("check",)),
    Edit("environments/summit.yaml", "query_timeout: 600sec", "query_timeout: 600s"),
    Command(("check",)),
    Command(("render", "summit")),
    Command(("check",)),
)


class Run(NamedTuple):
    """Text of one color that begins at a column."""

    column: int
    text: str
    color: str
    bold: bool


Line = list[Run]


def session(folder: Path) -> Iterator[Line]:
    """Play the session in a copy of the repository, and yield the lines that a terminal shows.

    Args:
        folder: the copy; its specs and its rendered tree are changed.
    """
    for number, step in enumerate(SESSION):
        if number:
            yield []
        if isinstance(step, Edit):
            path = folder / step.file
            text = path.read_text(encoding="utf-8")
            if text.count(step.before) != 1:
                sys.exit(f"{step.file} does not hold {step.before!r} once: change SESSION")
            path.write_text(text.replace(step.before, step.after), encoding="utf-8")
            yield _typed(f"vi {step.file}", f"    # {step.after}")
        else:
            yield _typed(" ".join(("efdgen", *step.arguments)))
            yield from lines(run(("-m", "efdgen", *step.arguments), folder))


def _typed(command: str, comment: str = "") -> Line:
    typed = [Run(0, "$", PROMPT, bold=True), Run(2, command, FOREGROUND, bold=True)]
    return [*typed, Run(2 + len(command), comment, DIM, bold=False)] if comment else typed


def run(arguments: Sequence[str], folder: Path) -> str:
    """Run Python under a pseudo-terminal, and return what it writes to stdout and stderr."""
    main, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    environment |= {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    command = [sys.executable, *arguments]
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=terminal, stderr=terminal):
        os.close(terminal)
        chunks = list(_chunks(main))
    os.close(main)
    return b"".join(chunks).decode().replace("\r\n", "\n")


def _chunks(descriptor: int) -> Iterator[bytes]:
    while True:
        try:
            chunk = os.read(descriptor, 65536)
        except OSError:  # Linux says so when the last writer is gone
            return
        if not chunk:
            return
        yield chunk


def lines(output: str) -> Iterator[Line]:
    """Yield the lines of a program's output, wrapped and colored as a terminal shows them."""
    color, bold = FOREGROUND, False
    for written in output.removesuffix("\n").split("\n"):
        line: Line = []
        column = end = 0
        for match in (*_SGR.finditer(written), None):
            text = written[end : match.start() if match else None]
            while column + len(text) > COLUMNS:
                room = COLUMNS - column
                yield [*line, Run(column, text[:room], color, bold)]
                text, line, column = text[room:], [], 0
            line.append(Run(column, text, color, bold))
            column += len(text)
            if match:
                color, bold = _styled(match[1], color, bold=bold)
                end = match.end()
        yield line


def _styled(codes: str, color: str, *, bold: bool) -> tuple[str, bool]:
    for code in map(int, (codes or "0").split(";")):
        if code == 0:
            color, bold = FOREGROUND, False
        elif code == 1:
            bold = True
        else:
            color = COLORS.get(code, FOREGROUND)
    return color, bold


def svg(shown: Sequence[Line]) -> str:
    """Return lines as a picture of a terminal."""
    width = round(COLUMNS * CELL_WIDTH + 2 * MARGIN)
    height = TITLE_BAR + len(shown) * LINE_HEIGHT + 2 * MARGIN
    dots = enumerate(("#ff5f57", "#febc2e", "#28c840"))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">',
        "<title>A changed value: efdgen finds a mistake, shows the diff and renders</title>",
        f'<rect width="{width}" height="{height}" rx="8" fill="{BACKGROUND}"/>',
        *(f'<circle cx="{22 + 20 * number}" cy="20" r="6" fill="{fill}"/>' for number, fill in dots),
        f'<g font-family="{FONTS}" font-size="{FONT_SIZE}">',
    ]
    for number, line in enumerate(shown):
        baseline = TITLE_BAR + MARGIN + number * LINE_HEIGHT + FONT_SIZE
        parts.extend(_text(run, baseline) for run in line if run.text.strip())
    return "\n".join([*parts, "</g>", "</svg>", ""])


def _text(shown: Run, baseline: int) -> str:
    """Return one run at its place; its length is given, so that no font can move what follows."""
    text = shown.text.strip()
    column = shown.column + len(shown.text) - len(shown.text.lstrip())
    weight = ' font-weight="bold"' if shown.bold else ""
    escaped = html.escape(text, quote=False).replace(" ", "\N{NO-BREAK SPACE}")
    return (
        f'<text x="{MARGIN + column * CELL_WIDTH:.1f}" y="{baseline}" fill="{shown.color}"{weight}'
        f' textLength="{len(text) * CELL_WIDTH:.1f}" lengthAdjust="spacingAndGlyphs">{escaped}</text>'
    )


def main() -> None:
    """Draw the picture."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for copied in COPIED:
            shutil.copytree(ROOT / copied, folder / copied)
        run(("-m", "efdgen", "render"), folder)
        PICTURE.write_text(svg(list(session(folder))), encoding="utf-8")


if __name__ == "__main__":
    main()
