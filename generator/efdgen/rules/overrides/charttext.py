"""What a third-party chart's own text says about a value's name."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterable, Mapping
from typing import Any

from efdgen.errors import Path, dotted
from efdgen.language import suggest, yamlio
from efdgen.language.layers import at, reach

_LITERAL = re.compile(r'"([^"\n]*)"|`([^`\n]*)`|(?<![\w.$])(\d+(?:\.\d+)?)(?![\w.])')
_MAX_BYTES = 1_000_000
"""Files above that are no templates."""


class ChartText:
    """The templates of an app's charts, and the charts' own values.

    Args:
        charts: the charts' files, each with where its values stand in the app's.
        others: more templates that read the app's values.
    """

    def __init__(self, charts: Iterable[tuple[Path, Mapping[str, str]]], others: Iterable[str] = ()) -> None:
        templates: list[str] = []
        self._switches: dict[Path, tuple[Path, ...]] = {}
        self._values: dict[str, Any] = {}
        for above, files in charts:
            templates += [text for path, text in files.items() if "/templates/" in path]
            values: Mapping[str, Any] = _mapping(
                files.get(min((path for path in files if path.endswith("/values.yaml")), key=len, default=""))
            )
            self._switches.update(_switches(files, above))
            for key in reversed(above):
                values = {str(key): values}
            self._values.update(values)
        self._lines = [line for text in (*templates, *others) for line in text.splitlines() if "{{" in line]

    def literals(self, key: str) -> list[str]:
        """Return the texts and numbers on lines that mention a key: what its value may be compared with."""
        word = re.compile(rf"(?<![\w-]){re.escape(key)}(?![\w-])")
        found = [match for line in self._lines if word.search(line) for match in _LITERAL.finditer(line)]
        texts = [next(group for group in match.groups() if group is not None) for match in found]
        return [text for text in dict.fromkeys(texts) if text and text != key and "{{" not in text]

    def switched_off(self, path: Path, values: Any) -> str:
        """Return the switch that keeps a chart inside from reading a value, if it is off; else nothing.

        Args:
            path: where the value is in those of the app.
            values: the app's values: they win over the charts'.
        """
        for inside, switches in self._switches.items():
            # The switch itself is read by whoever switches.
            if path[: len(inside)] != inside or path in switches:
                continue
            for switch in switches:
                said = at(values, switch, at(self._values, switch, None))
                if isinstance(said, bool):  # the first one that is there decides
                    if not said:
                        return dotted(switch)
                    break
        return ""

    def default(self, path: Path) -> Any:
        """Return what the chart's own values say; None where they say nothing."""
        return at(self._values, path, None)

    def hint(self, path: Path) -> str:
        """Return which of the chart's own values may be meant by one that it does not read."""
        depth, values = reach(self._values, path)
        match = None
        if depth < len(path) and isinstance(values, Mapping):
            match = suggest.closest(str(path[depth]), map(str, values))
        return f"remove it; or did you mean {match!r}?" if match else "remove it"


def texts(archive: bytes) -> dict[str, str]:
    """Return the text of an archive's files, by their path in there; what can't be read is left out."""
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            members = [member for member in tar if member.isfile() and member.size <= _MAX_BYTES]
            streams = {member.name: tar.extractfile(member) for member in members}
            return {name: stream.read().decode("utf-8", "replace") for name, stream in streams.items() if stream}
    except (tarfile.TarError, OSError, EOFError):
        return {}


def _switches(files: Mapping[str, str], above: Path) -> dict[Path, tuple[Path, ...]]:
    """Return, by where the values of charts inside a chart stand, the conditions that switch these on and off."""
    found = {}
    for name in ("Chart.yaml", "requirements.yaml"):
        file = min((path for path in files if path.endswith(f"/{name}")), key=len, default="")
        declared = _mapping(files.get(file)).get("dependencies")
        for each in declared if isinstance(declared, list) else ():
            condition = each.get("condition") if isinstance(each, dict) else None
            if isinstance(condition, str):
                switches = (part.strip() for part in condition.split(",") if part.strip())
                inside = (*above, str(each.get("alias") or each.get("name")))
                found[inside] = tuple((*above, *switch.split(".")) for switch in switches)
    return found


def _mapping(text: str | None) -> Mapping[str, Any]:
    try:
        data = yamlio.load(text or "")
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
