"""From an import of an older revision to that of a newer one: what is factored stays, and so does what can't be read.

What is broken in the newer source would be gone from what is made of it. So the files that it is about are taken as
they were in the older one, and named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from efdgen.helm.engines.engine import Engine
from efdgen.language.tuples import NamedTuple
from efdgen.verbs.imports import result
from efdgen.verbs.imports.model import Finding, Source
from efdgen.verbs.imports.result import Imported

_ROUNDS = 8
_UNREAD = frozenset(("I101", "I201", "I202", "I203", "I204", "I205", "I206", "I207"))
"""Findings of what is not imported."""


class Followed(NamedTuple):
    """An import that follows an older one.

    Attributes:
        imported: what is made of the newer source, with the files that were kept.
        as_it_is: what is made of the newer source as it is.
        kept: the files that are taken as they were in the older source.
        lost: what is in the older one, and can't be read, nor kept: environments and apps.
    """

    imported: Imported
    as_it_is: Imported
    kept: tuple[str, ...]
    lost: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Say whether all of the newer source was read."""
        return not self.kept and not self.lost


def follow(
    older: Imported, newer: Source, engine: Engine, environments: Sequence[str] = (), parent: str = ""
) -> Followed:
    """Import a newer revision by the smallest edit of what was made of an older one.

    Args:
        older: the import of the older revision.
        newer: the files of the newer one.
        engine: Helm.
        environments: see `result.run`.
        parent: see `result.run`.

    Raises:
        UsageError: when there is no app of apps, or no environment that can be imported.
    """
    as_it_is = found = result.run(newer, engine, environments, parent, older.made)
    kept: set[str] = set()
    for _ in range(_ROUNDS):
        more = {path for finding in found.findings for path in _files(older, found, finding)} - kept
        if not more:
            break
        kept |= more
        files = {**newer.files, **{path: older.hand.source.files[path] for path in kept}}
        found = result.run(newer._replace(files=files), engine, environments, parent, older.made)
    return Followed(found, as_it_is, tuple(sorted(kept)), tuple(_lost(older, found)))


def _files(older: Imported, newer: Imported, finding: Finding) -> Iterator[str]:
    """Yield the files that a finding is about, and that are otherwise in the older source."""
    if finding.code not in _UNREAD or any(_is_same(finding, each) for each in older.findings):
        return
    before, after = older.hand.source.files, newer.hand.source.files
    if finding.code != "I204" and finding.file in before and before[finding.file] != after.get(finding.file):
        yield finding.file
        return
    used = dict.fromkeys(
        path
        for (environment, app), each in older.hand.deployed.items()
        for path in (*each.files, each.template)
        if _is_about(finding, environment, app) and path in before and before[path] != after.get(path)
    )
    gone = [path for path in used if path not in after]
    yield from gone or used


def _is_same(one: Finding, other: Finding) -> bool:
    """Say whether two findings are of one thing: what was broken before has nothing to keep."""
    return (one.code, one.file, one.environment, one.app) == (other.code, other.file, other.environment, other.app)


def _is_about(finding: Finding, environment: str, app: str) -> bool:
    is_some = bool(finding.environment or finding.app)
    return is_some and finding.environment in ("", environment) and finding.app in ("", app)


def _lost(older: Imported, newer: Imported) -> Iterator[str]:
    """Yield what the older import has, and the newer one has not, for a reason other than that it is not deployed."""
    told = [each for each in newer.findings if each.code in _UNREAD]
    for name, spec in older.made.specs.items():
        for app in spec["apps"]:
            is_there = name in newer.made.specs and app in newer.made.specs[name]["apps"]
            if not is_there and any(_is_about(each, name, app) for each in told):
                yield f"{app} in {name}"
