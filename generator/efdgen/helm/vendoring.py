"""The charts that a wrapper chart holds itself, and Helm's own lock of them. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from efdgen.errors import ChartError
from efdgen.language import yamlio
from efdgen.output import layout
from efdgen.output.marks import with_mark
from efdgen.repository import paths
from efdgen.repository.model import ChartReference

_FIELDS = ("name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias")
"""What Helm knows of a dependency, in the order in which it digests it."""


def files(
    app: str, metadata: bytes, archives: Mapping[ChartReference, bytes], sources: tuple[str, ...]
) -> dict[str, bytes]:
    """Return what a wrapper chart of vendored charts has more: their archives, and a Chart.lock that vouches for them.

    Args:
        app: the app.
        metadata: its Chart.yaml.
        archives: the charts that it depends on, as it names them.
        sources: what people wrote that this is made from.
    """
    found = {layout.vendored(app, chart.name, chart.version): content for chart, content in archives.items()}
    folder = f"{layout.chart(app)}/"
    path = layout.chart_lock(app)
    companions = {archive.removeprefix(folder): content for archive, content in found.items()}
    return {**found, path: with_mark(chart_lock(metadata), path, (paths.LOCK, *sources), companions)}


def chart_lock(metadata: bytes) -> str:
    """Return the Chart.lock that Helm makes of a Chart.yaml with exact versions; without the time, which would differ.

    Raises:
        ChartError: when the Chart.yaml is damaged.
    """
    try:
        (data,) = yamlio.load_all(metadata.decode("utf-8-sig"))
        required = data.get("dependencies") or []
        locked = [{key: each.get(key, "") for key in ("name", "version", "repository")} for each in required]
    except (ValueError, AttributeError) as error:
        raise ChartError(f"Chart.yaml is damaged: {error}") from None
    entries = [{key: each[key] for key in ("name", "repository", "version")} for each in locked]
    return yamlio.dump({"dependencies": entries, "digest": _digest(required, locked)})


def _digest(required: Sequence[Mapping[str, Any]], locked: Sequence[Mapping[str, Any]]) -> str:
    """Return the digest by which Helm sees that a Chart.lock fits its Chart.yaml.

    https://github.com/helm/helm/blob/v3.18.4/internal/resolver/resolver.go, HashReq: of the JSON that Go writes.
    """
    both = [[_as_helm_has_it(each) for each in side] for side in (required, locked)]
    text = json.dumps(both, separators=(",", ":"), ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _as_helm_has_it(dependency: Mapping[str, Any]) -> dict[str, Any]:
    """Return a dependency with its fields in Helm's order; what is empty is left out, but for the repository."""
    found = {key: _sorted(dependency.get(key)) for key in _FIELDS}
    return {key: value or "" for key, value in found.items() if value or key in ("name", "repository")}


def _sorted(value: Any) -> Any:
    """Return data whose mappings are sorted by their keys, as Go writes them."""
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(each) for each in value] if isinstance(value, list) else value
