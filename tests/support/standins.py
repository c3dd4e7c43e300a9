"""Charts written for tests: packed in memory, and stand-ins for the third-party ones."""

from __future__ import annotations

import functools
import gzip
import io
import tarfile
import types
from collections.abc import Mapping
from pathlib import Path

from efdgen.errors import ChartError
from efdgen.helm.hydrate import dependencies
from efdgen.output import disk
from efdgen.repository.model import ChartReference

ECHO = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-values
  namespace: {{ .Release.Namespace }}
data:
  values: {{ toJson .Values | quote }}
"""
"""A template that shows the values that reach the chart."""


def pack(name: str, files: Mapping[str, str | bytes]) -> bytes:
    """Return a chart's archive; the same of the same files, whenever that is."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for path, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return gzip.compress(stream.getvalue(), compresslevel=1, mtime=0)


def metadata(name: str, version: str = "1.0.0", more: str = "") -> str:
    """Return a Chart.yaml."""
    return f"apiVersion: v2\nname: {name}\nversion: {version}\n{more}"


class Whichever:
    """A chart cache in memory that has whatever chart it is asked for, so that no tree has to be rendered before.

    Args:
        files: the files of charts, by their names, less Chart.yaml; what is not named echoes its values.

    Attributes:
        asked: what it was asked for.
    """

    def __init__(self, files: Mapping[str, Mapping[str, str]] = types.MappingProxyType({})) -> None:
        self._files = files
        self.asked: list[ChartReference] = []

    def archive(self, chart: ChartReference) -> bytes:
        """Return a chart's archive."""
        self.asked.append(chart)
        files = self._files.get(chart.name, _ECHOING)
        return _packed(chart.name, chart.version, tuple(files.items()))


_ECHOING = {"templates/echo.yaml": ECHO}


@functools.lru_cache(maxsize=256)
def _packed(name: str, version: str, files: tuple[tuple[str, str], ...]) -> bytes:
    return pack(name, {"Chart.yaml": metadata(name, version), **dict(files)})


class StandIns:
    """A chart cache in memory: each chart that a tree depends on, with one template that echoes its values.

    Args:
        tree: the rendered tree.
        without: names of charts that are not there.
    """

    def __init__(self, tree: Mapping[str, bytes], without: tuple[str, ...] = ()) -> None:
        self.archives: dict[ChartReference, bytes] = {}
        self.asked: list[ChartReference] = []
        for path, content in tree.items():
            if path.endswith("/Chart.yaml"):
                for chart in dependencies(content):
                    if chart.name not in without and not chart.repository.startswith("file:"):
                        self.archives[chart] = _packed(chart.name, chart.version, tuple(_ECHOING.items()))

    @classmethod
    def open(cls, root: Path, *_: object) -> StandIns:
        """Return stand-ins for everything that a repository's rendered tree depends on."""
        return cls(disk.read(root / "rendered"))

    def archive(self, chart: ChartReference) -> bytes:
        """Return a chart's archive."""
        self.asked.append(chart)
        if chart not in self.archives:
            raise ChartError(f"the chart {chart.name} {chart.version} is not in the cache; run: efdgen charts fetch")
        return self.archives[chart]
