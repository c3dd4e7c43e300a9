"""Whether charts.lock is about the charts that apps pin. What an archive must be, `efdgen charts` looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from efdgen.errors import InvalidInputError, Problem, Severity
from efdgen.language import yamlio
from efdgen.language.layers import at
from efdgen.repository import paths, texts
from efdgen.repository.files import Files
from efdgen.repository.model import AppDefinition, ChartReference

_HINT = "run: efdgen charts fetch"


def problems(files: Files, apps: Iterable[AppDefinition]) -> Iterator[Problem]:
    """Yield a warning for each entry of the lock that no app pins any more.

    Where there is no lock, nothing in it, or something wrong with it, nothing is said here: who needs a chart says it.

    Args:
        files: the repository's; what is wrong with the lock itself is added to their problems.
        apps: every app definition.
    """
    document = _document(files)
    if document is None:
        return
    pins = {chart.reference for app in apps for chart in app.charts if not chart.folder}
    locked = {_reference(entry): index for index, entry in enumerate(at(document.data, ("charts",), ()))}
    for reference, index in locked.items():
        if reference not in pins:
            message = f"no app pins {reference.name} {reference.version} from {reference.repository} any more"
            location = document.locate(("charts", index))
            yield Problem("W409", message, location, ("charts", index), _HINT, Severity.WARNING)


def _document(files: Files) -> yamlio.Document | None:
    """Return the lock; None: there is none, or it is not what it should be."""
    if not files.exists(paths.LOCK):
        return None
    text = files.text(paths.LOCK)
    try:
        document = None if text is None else texts.parsed(text, paths.LOCK)[0]
    except InvalidInputError:
        return None
    charts = at(document.data, ("charts",), []) if document is not None else None
    return document if isinstance(charts, list) and all(map(_is_entry, charts)) else None


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and all(isinstance(entry.get(key), str) for key in ChartReference._fields)


def _reference(entry: dict[str, str]) -> ChartReference:
    return ChartReference(*(entry[key] for key in ChartReference._fields))
