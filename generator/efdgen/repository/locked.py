"""Whether charts.lock is one, and about the charts that apps pin. What an archive must be, `efdgen charts` looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from efdgen.errors import InvalidInputError, Problem, Severity
from efdgen.language.yamlio import Document
from efdgen.repository import lockentries, paths
from efdgen.repository.files import Files
from efdgen.repository.model import AppDefinition


def problems(files: Files, apps: Iterable[AppDefinition] | None) -> list[Problem]:
    """Return what is wrong with the lock, and a warning for each entry that no app pins any more.

    Args:
        files: the repository's, by which nothing was read yet: they say what keeps the lock from being read.
        apps: every app definition; None: something is wrong with one, so that nobody knows what it pins.
    """
    text = files.text(paths.LOCK) if files.exists(paths.LOCK) else None
    if text is None:
        return files.problems
    try:
        document = lockentries.read(text)
    except InvalidInputError as error:
        return [*error.problems]
    return [] if document is None or apps is None else [*_stale(document, apps)]


def _stale(document: Document, apps: Iterable[AppDefinition]) -> Iterator[Problem]:
    pins = {chart.reference for app in apps for chart in app.charts if not chart.folder}
    for index, entry in enumerate(document.data["charts"]):
        reference = lockentries.reference_of(entry)
        if reference not in pins:
            message = f"no app pins {reference.name} {reference.version} from {reference.repository} any more"
            location = document.locate(("charts", index))
            yield Problem("W409", message, location, ("charts", index), lockentries.FETCH, Severity.WARNING)
