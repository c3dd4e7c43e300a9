"""What `.helmignore` leaves out of a chart's folder: Helm's own rules, which are not Git's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

FILE = ".helmignore"

_ALWAYS = "templates/.?*"
_PIECE = re.compile(
    r"\\(?P<escaped>.)|\[(?P<not>\^?)(?P<set>\]?(?:\\.|[^\]\\])*)\]|(?P<any>\*)|(?P<one>\?)|(?P<text>.)", re.DOTALL
)


def kept(paths: Iterable[str], text: str) -> list[str]:
    """Return the files of a chart's folder that belong to the chart, in their order.

    Args:
        paths: the files, by their path in the folder.
        text: what its .helmignore says.

    Raises:
        ValueError: when Helm would refuse what it says.
    """
    rules = [_Rule(line) for line in (*map(str.strip, text.splitlines()), _ALWAYS) if line and not line.startswith("#")]
    return [path for path in paths if not any(_is_ignored(rules, *part) for part in _steps(path))]


def _steps(path: str) -> Iterator[tuple[str, bool]]:
    """Yield each folder that leads to a file, the outermost first, then the file; and whether it is a folder."""
    parts = path.split("/")
    for count in range(1, len(parts)):
        yield "/".join(parts[:count]), True
    yield path, False


class _Rule:
    def __init__(self, line: str) -> None:
        if "**" in line:
            raise ValueError(f"{line}: Helm knows no ** in {FILE}")
        self.is_negated = line.startswith("!")
        line = line.removeprefix("!")
        self.is_of_folders = line.endswith("/")
        line = line.removesuffix("/")
        self.is_of_names = "/" not in line
        self.pattern = _compiled(line.removeprefix("/"))

    def matches(self, path: str) -> bool:
        name = path.rpartition("/")[2] if self.is_of_names else path
        return self.pattern.fullmatch(name) is not None


def _is_ignored(rules: Iterable[_Rule], path: str, is_folder: bool) -> bool:
    for rule in rules:
        is_other = rule.is_of_folders and not is_folder
        if rule.is_negated:
            # What a negated rule does not match is ignored: that is what Helm does.
            if is_other or not rule.matches(path):
                return True
        elif not is_other and rule.matches(path):
            return True
    return False


def _compiled(pattern: str) -> re.Pattern[str]:
    """Return what Go's filepath.Match takes a pattern for: `*` and `?` stop at a slash, `[a-z]` is a set."""
    found = []
    for match in _PIECE.finditer(pattern):
        if match["any"]:
            found.append("[^/]*")
        elif match["one"]:
            found.append("[^/]")
        elif match["set"] is not None:
            found.append(f"[{match['not']}{match['set']}]")
        elif match["text"] in {"[", "\\"}:
            raise ValueError(f"{pattern}: no pattern that Helm knows")
        else:
            found.append(re.escape(match["escaped"] or match["text"]))
    return re.compile("".join(found), re.DOTALL)
