"""Charts without the files that only `.Files` shows: a wrapper chart holds the values of every environment.

A chart is taken for one without them where it surely can't reach `.Files`: where the word is nowhere in it, and its
templates only hand on what they are given as a whole, and never look into that themselves (`roots`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from efdgen.errors import ChartError
from efdgen.helm.charts import archive
from efdgen.helm.engines.engine import Release
from efdgen.helm.kept import madeup

_READ_BY_HELM = ("templates/", "charts/", "crds/")
_NAMES = frozenset(
    (
        *("Chart.yaml", "Chart.lock", "values.yaml", "values.schema.json"),
        *("requirements.yaml", "requirements.lock", ".helmignore"),
    )
)
_WORD = b"Files"
_PLAIN_PATH = re.compile(r"\w[\w-]*(?:[./][\w-]+)*")
_MOST = 4 << 20


def leaned(release: Release) -> Release:
    """Return a release without the files that Helm has for templates only."""
    kept = {
        path: content for path, content in release.chart.items() if path in _NAMES or path.startswith(_READ_BY_HELM)
    }
    others = release.chart.keys() - kept.keys()
    # Helm refuses files that are too large, and odd names.
    is_plain = all(map(_PLAIN_PATH.fullmatch, others)) and sum(len(release.chart[path]) for path in others) <= _MOST
    return release._replace(chart=kept) if others and is_plain else release


def may_read_files(release: Release) -> bool:
    """Say whether a template may read files of its chart; what a text for `tpl` does, is found by trying."""
    if _has_word(release.chart) or any(_WORD in content for content in release.values):
        return True
    strict = madeup.strict(release)
    return strict is None or strict.may_show_all


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
