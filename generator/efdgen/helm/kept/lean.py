"""Charts without the files that only `.Files` shows: a wrapper chart holds the values of every environment.

In the place of such files is one that nobody expects. Where its name is in what comes of the chart after all, as of a
template that prints all it has, the chart is taken as it is.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping

from efdgen.errors import ChartError
from efdgen.helm.charts import archive
from efdgen.helm.engines.engine import Release

_READ_BY_HELM = ("templates/", "charts/", "crds/")
_NAMES = frozenset(
    (
        *("Chart.yaml", "Chart.lock", "values.yaml", "values.schema.json"),
        *("requirements.yaml", "requirements.lock", ".helmignore"),
    )
)
_UNEXPECTED = "efdgen-looks-who-reads-this"
_WORD = b"Files"


def leaned(release: Release) -> Release:
    """Return a release without the files that Helm has for templates only."""
    kept = {
        path: content for path, content in release.chart.items() if path in _NAMES or path.startswith(_READ_BY_HELM)
    }
    return release._replace(chart={**kept, _UNEXPECTED: b""}) if len(kept) < len(release.chart) else release


def may_read_files(release: Release) -> bool:
    """Say whether a template may read files of its chart: whether the word is anywhere in it, or among the values."""
    return _has_word(release.chart) or any(_WORD in content for content in release.values)


def _has_word(files: Mapping[str, bytes]) -> bool:
    return any(
        _is_in_archive(content) if path.endswith(".tgz") else _WORD in content for path, content in files.items()
    )


@functools.lru_cache(maxsize=64)
def _is_in_archive(content: bytes) -> bool:
    try:
        return _has_word(archive.files(content))
    except ChartError:
        return True


def is_shown(texts: Iterable[str]) -> bool:
    """Say whether the file that nobody expects is in what came of a chart."""
    return any(_UNEXPECTED in text for text in texts)
