"""The examples of README.md and docs/: what stands in fences, and commands with what they print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from support.checkout import ROOT

PAGES = ("README.md", *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")))

_FENCE = re.compile(r"^(?P<ticks>`{3,})(?P<language>[^\n]*)\n(?P<text>.*?)^(?P=ticks)$", re.DOTALL | re.MULTILINE)
_INDENTED = re.compile(r"(?:^(?:    .*)?\n)+", re.MULTILINE)
_PROMPT = "$ "


class Example(NamedTuple):
    """An example: its page, what it is, and its text."""

    page: str
    language: str
    text: str

    @property
    def key(self) -> tuple[str, str]:
        """The page and the first line: no two examples of a page begin alike."""
        return self.page, self.text.split("\n", 1)[0]


class Step(NamedTuple):
    """A command of an example, and what the page says that it prints; no command: only what is printed is shown."""

    command: str
    output: str


def examples(*languages: str) -> list[Example]:
    """Return the examples of all pages in some languages; `console` are also indented ones that begin with `$`."""
    return [each for page in PAGES for each in _of_page(page) if each.language.split(" ")[0] in languages]


def _of_page(page: str) -> Iterator[Example]:
    text = (ROOT / page).read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        yield Example(page, match["language"], match["text"])
    for block in _INDENTED.findall(_FENCE.sub("", text)):
        lines = re.sub(r"^ {4}", "", block, flags=re.MULTILINE).strip("\n")
        if lines.startswith(_PROMPT):
            yield Example(page, "console", f"{lines}\n")


def steps(example: Example) -> list[Step]:
    """Return the commands of an example; a line that begins with `$` is one."""
    parts = re.split(r"^\$ (.*)\n", example.text, flags=re.MULTILINE)
    found = [Step("", parts[0])] if parts[0] else []
    return [
        *found,
        *(Step(command.split(" #")[0].strip(), out) for command, out in zip(parts[1::2], parts[2::2], strict=True)),
    ]


def matches(shown: str, printed: str) -> bool:
    """Say whether a text is what was printed; `...` alone in a line stands for lines, in a line for a part of it."""
    pattern = ""
    for line in shown.splitlines():
        pattern += r"(?:.*\n)*?" if line.strip() == "..." else rf"{re.escape(line)}\n".replace(r"\.\.\.", ".*")
    return re.fullmatch(pattern, printed) is not None
