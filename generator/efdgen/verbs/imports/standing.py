"""A repository that stands already: what people wrote in it, and the charts that lie in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from efdgen.repository import chartfolders, paths, snapshot
from efdgen.verbs.imports.definition import CHARTS


def read(root: Path, imported: Iterable[str]) -> Mapping[str, bytes] | None:
    """Return the files of a repository that an import is compared with, by path; None: it can't be read.

    Args:
        root: the repository.
        imported: the files that the import makes: charts among them may lie there, though no app names them.
    """
    taken = snapshot.take(root) if paths.is_repository(root) else None
    if taken is None:
        return None
    made = {"/".join(path.split("/")[:2]) for path in imported if path.startswith(f"{CHARTS}/")}
    folders = {*chartfolders.named(root), *made}
    with_charts = snapshot.with_folders(taken, root, [each for each in folders if (root / each).is_dir()])
    return None if with_charts is None else with_charts.contents
