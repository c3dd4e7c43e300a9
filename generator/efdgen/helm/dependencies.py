"""What charts a chart depends on."""

from __future__ import annotations

from efdgen.errors import ChartError
from efdgen.language import yamlio
from efdgen.language.shown import misread
from efdgen.repository.model import ChartReference


def dependencies(metadata: bytes) -> list[ChartReference]:
    """Return the charts that a Chart.yaml depends on.

    Raises:
        ChartError: when it is no YAML, or incomplete.
    """
    try:
        (data,) = yamlio.load_all(metadata.decode("utf-8-sig"))
        entries = data.get("dependencies") or []
        return [ChartReference(str(e["name"]), str(e["version"]), str(e.get("repository") or "")) for e in entries]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ChartError(f"Chart.yaml is damaged: {misread(error)}; efdgen render fixes it") from None
