"""Which versions of a chart its repository had when somebody last asked: kept beside the archives, for runs offline."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from efdgen.errors import ChartError
from efdgen.helm.charts import cache
from efdgen.repository.model import ChartReference


def remember(chart: ChartReference, versions: Sequence[str]) -> None:
    """Keep the versions of a chart; where nothing can be kept, nobody is the worse for it."""
    with contextlib.suppress(ChartError, OSError):
        path = _file(chart)
        path.parent.mkdir(parents=True, exist_ok=True)
        cache.replace(path, json.dumps(list(versions)).encode())


def versions(chart: ChartReference) -> list[str]:
    """Return the versions of a chart that were kept last; none where nobody asked."""
    try:
        found = json.loads(_file(chart).read_bytes())
    except (ChartError, OSError, ValueError):
        return []
    return [version for version in found if isinstance(version, str)] if isinstance(found, list) else []


def _file(chart: ChartReference) -> Path:
    asked = f"{chart.repository.rstrip('/')} {chart.name}"
    return cache.folder() / "versions" / f"{hashlib.sha256(asked.encode()).hexdigest()}.json"
