"""The entries of charts.lock as they are written, each a chart with its archive. Pure: text in, data out."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

from efdgen.errors import InvalidInputError, Path, Problem
from efdgen.language import schema, yamlio
from efdgen.repository import chartaddress, paths
from efdgen.repository.model import ChartReference

FETCH = "run: efdgen charts fetch"
"""What to do about entries that are not as they should be."""

_ANEW = f"remove this entry, and {FETCH}"


@functools.lru_cache(maxsize=8)
def read(text: str) -> yamlio.Document | None:
    """Read a lock; None: it has no entries.

    Raises:
        InvalidInputError: with everything wrong with it, located.
    """
    above, _, last = text.rstrip().rpartition("\n")
    # Somebody may have removed its only entry, as messages say.
    document = yamlio.parse(above if last == "charts:" else text, paths.LOCK, is_located=False)
    if document.data is None:
        return None
    found = schema.check(document, "lock")
    if found:
        raise InvalidInputError(found)
    first: dict[ChartReference, int] = {}
    for index, entry in enumerate(document.data["charts"]):
        at: Path = ("charts", index)
        reference = reference_of(entry)
        if first.setdefault(reference, index) != index:
            line = document.locate(("charts", first[reference])).line
            message = f"{reference.name} {reference.version} is locked twice (first on line {line})"
            found.append(Problem("E206", message, document.locate(at), at, "keep one of the entries"))
        found += _of_its_commit(document, at, entry)
    if found:
        raise InvalidInputError(found)
    return document


def reference_of(entry: Mapping[str, str]) -> ChartReference:
    """Return the chart that an entry of a lock is about, as app definitions pin it."""
    return ChartReference(*[entry[key] for key in ChartReference._fields])


def _of_its_commit(document: yamlio.Document, at: Path, entry: Mapping[str, str]) -> Iterator[Problem]:
    """Yield what is wrong with the commit of an entry: one of a chart from Git has one, and no other has."""
    commit, version = entry.get("commit", ""), entry["version"]
    is_git = chartaddress.git_of(entry["repository"]) is not None
    if is_git and not commit:
        message = "'commit' is missing: nobody could tell that the tag was moved"
        yield Problem("E202", message, document.locate(at), (*at, "commit"), _ANEW)
    elif commit and not is_git:
        place = document.locate((*at, "commit"), key=True)
        yield Problem("E405", "only a chart from Git has a commit", place, (*at, "commit"), _ANEW)
    elif is_git and chartaddress.is_commit(version) and version != commit:
        place = document.locate((*at, "commit"))
        yield Problem("E405", "the chart's version is another commit", place, (*at, "commit"), _ANEW)
