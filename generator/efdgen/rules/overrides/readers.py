"""Which values the templates of an app's charts name, whether or not that shows in any object."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping

from efdgen.errors import ChartError, Path
from efdgen.helm.charts import archive, keys, reads
from efdgen.helm.charts.reads import Reads


class Readers:
    """What reads values of an app: templates of its charts, and its own.

    Args:
        charts: the files of its charts that are at hand, each with where its values stand in the app's.
        own: the texts of the templates of the app itself.
        values_at: where the app's values stand in those of the wrapper chart, which its own templates read.
    """

    def __init__(self, charts: Iterable[tuple[Path, Reads]], own: Iterable[str], values_at: Path) -> None:
        texts = {str(number): text for number, text in enumerate(own)}
        self._found: list[tuple[Path, Path, Reads]] = [((), values_at, reads.of([reads.Chart((), texts)]))]
        self._found += [(above, (), found) for above, found in charts]

    def read(self, path: Path) -> bool:
        """Say whether a template reads a value, or what is below it, under some condition."""
        return any(
            _reads(found, (*below, *path[len(above) :]))
            for above, below, found in self._found
            if path[: len(above)] == above
        )


def _reads(found: Reads, path: Path) -> bool:
    texts = tuple(map(str, path))
    return texts in found.asked or any(texts[:end] in found.whole for end in range(len(texts) + 1))


def of_chart(files: Mapping[str, bytes]) -> Reads:
    """Return what the templates of a chart, and of those inside it, read; of one that is damaged, nothing."""
    try:
        return keys.read_by_templates(files)
    except ChartError:
        return reads.NO_READS


@functools.lru_cache(maxsize=64)
def of_archive(content: bytes) -> Reads:
    """Return the same of a chart's archive."""
    try:
        return of_chart(archive.files(content))
    except ChartError:
        return reads.NO_READS
