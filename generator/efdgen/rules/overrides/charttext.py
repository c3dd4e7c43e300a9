"""What a third-party chart's own text says about a value's name."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterable, Mapping
from typing import Any

from efdgen.errors import Path
from efdgen.language import suggest, yamlio
from efdgen.language.layers import reach

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
        self._values: dict[str, Any] = {}
        for above, files in charts:
            templates += [text for path, text in files.items() if "/templates/" in path]
            values: Mapping[str, Any] = _mapping(
                files.get(min((path for path in files if path.endswith("/values.yaml")), key=len, default=""))
            )
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


def _mapping(text: str | None) -> Mapping[str, Any]:
    try:
        data = yamlio.load(text or "")
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
