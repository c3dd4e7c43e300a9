"""Helm's own idea of merging values."""

from __future__ import annotations

import functools
import io
import json
import tarfile
from typing import Any

import helm_python

_CHART = b"apiVersion: v2\nname: chart\nversion: 1.0.0\n"


def coalesce(defaults: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Return what a chart with these defaults sees when it is installed with these values.

    Numbers become float64; `global` and the names of subcharts are special to Helm.
    """
    with helm_python.Chart.load_archive(_archive(json.dumps(defaults))) as chart:
        merged: dict[str, Any] = chart.merge_values(values)
        return merged


@functools.lru_cache(maxsize=256)
def _archive(defaults: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=1) as archive:
        for name, content in (("Chart.yaml", _CHART), ("values.yaml", defaults.encode())):
            entry = tarfile.TarInfo(f"chart/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()
