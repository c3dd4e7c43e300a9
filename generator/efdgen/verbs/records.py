"""What is kept of each environment from one run to the next, and its form as plain data.

A record holds what came of an environment, and what that depends on beside what all environments share: its own spec,
and the specs of others that were looked at. What rules see of all the others follows from their identities: a record
holds what was asked about these (`rules.fleet`). While the answers are the same, and the files above, so is what came
of it.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from efdgen.errors import Location, Problem, Severity
from efdgen.language.tuples import NamedTuple

if TYPE_CHECKING:
    from efdgen.render.pages.fleet import Row
    from efdgen.repository.model import AppDefinition
    from efdgen.rules.identity import Identity


class Record(NamedTuple):
    """What is kept of one environment.

    Attributes:
        specs: the specs that it was made from, its own and others, by environment: the digest of each;
            None: there is none.
        accepts: whether its spec accepts what looks like a secret.
        identity: what it is known by, as plain data, but for the places; empty: its facts are wrong.
        places: where that is written, as plain data.
        found: what resolving it and its rules found, as plain data; None: nobody asked, only the identity is known.
        wrong: what is wrong with the templates of its pages, as plain data.
        files: what it renders to: the digest of each file; None: nothing, because something is wrong with it.
        row: its row of the page about all environments, as plain data; None: it has none.
        asked: what its rules asked about other environments, see `rules.fleet`.
    """

    specs: Mapping[str, bytes | None]
    accepts: bool
    identity: bytes
    places: bytes
    found: tuple[Any, ...] | None
    wrong: tuple[Any, ...]
    files: Mapping[str, bytes] | None
    row: bytes | None
    asked: bytes = b""

    def is_of(self, specs: Mapping[str, bytes]) -> bool:
        """Say whether the specs that it was made from are these."""
        return all(specs.get(name) == digest for name, digest in self.specs.items())


class Kept(NamedTuple):
    """What is kept of a repository's environments, all of them known to each other by the same identities.

    Attributes:
        folders: the folders with charts that were read.
        charts: a digest of what is in them.
        shared: what environments share in the tree: the digest of each file; None: not known.
        is_vendored: whether the archives of any charts belong in the tree.
        page: the digest of the page about all environments that the rows make; None: not known.
        records: the environments'.
    """

    folders: tuple[str, ...]
    charts: str
    shared: Mapping[str, bytes] | None
    page: bytes | None
    is_vendored: bool
    records: Mapping[str, Record]


NOTHING = Kept((), "", None, None, True, {})


def packed(kept: Kept) -> Any:
    """Return plain data that holds everything."""
    records = {name: tuple(record) for name, record in kept.records.items()}
    return (kept.folders, kept.charts, kept.shared, kept.page, kept.is_vendored, records)


def unpacked(data: Any) -> Kept:
    """Return what plain data holds; of data of any other form, nothing."""
    try:
        folders, charts, shared, page, is_vendored, records = data
        found = {name: Record(*record) for name, record in records.items()}
        return Kept(folders, charts, shared, page, is_vendored, found)
    except (TypeError, ValueError, AttributeError):
        return NOTHING


def plain_problems(problems: Iterable[Problem]) -> tuple[Any, ...]:
    """Return problems as plain data."""
    return tuple((p.code, p.message, tuple(p.location), p.path, p.hint, p.severity.value) for p in problems)


def problems(plain: Iterable[Any]) -> tuple[Problem, ...]:
    """Return problems from plain data."""
    return tuple(
        Problem(code, message, Location(*location), path, hint, Severity(severity))
        for code, message, location, path, hint, severity in plain
    )


def plain_identity(identity: Identity | None) -> tuple[bytes, bytes]:
    """Return what an environment is known by as plain data, and, apart from it, where that is written.

    Equal identities yield equal data.
    """
    if identity is None:
        return b"", b""
    places = tuple((path, tuple(location)) for path, location in identity.places.items())
    plain = tuple(
        tuple(sorted(value))
        if isinstance(value, frozenset)
        else tuple(value.items())
        if isinstance(value, dict)
        else value
        for value in identity._replace(places={})
    )
    return _dumped(plain), _dumped(places)


def identity(plain: bytes, places: bytes) -> Identity | None:
    """Return what an environment is known by from plain data."""
    from efdgen.rules.identity import Identity

    if not plain:
        return None
    found = Identity(*_loaded(plain))
    return found._replace(
        hosts=dict(found.hosts),
        places={path: Location(*location) for path, location in _loaded(places)},
        aliases=frozenset(found.aliases),
        links=frozenset(found.links),
        apart=frozenset(found.apart),
        applications=frozenset(found.applications),
        destinations=frozenset(found.destinations),
    )


def plain_row(row: Row) -> bytes:
    """Return a row of the page about all environments as plain data; equal rows yield equal data.

    Raises:
        ValueError: when it holds what is no plain data.
    """
    apps = {name: (app.said, tuple(map(tuple, app.pins))) for name, app in row.apps.items()}
    return _dumped(tuple(row._replace(hosts=tuple(map(tuple, row.hosts)), apps=apps)))  # type: ignore[arg-type]


def row(plain: bytes, definitions: Mapping[str, AppDefinition]) -> Row:
    """Return a row of the page about all environments from plain data."""
    from efdgen.environment.hosts import PublicHost
    from efdgen.environment.model import Pin
    from efdgen.render.pages import fleet

    found = fleet.Row(*_loaded(plain))
    of_apps: Mapping[str, Any] = found.apps
    apps = {
        name: fleet.App(definitions[name], said, tuple(Pin(*pin) for pin in pins))
        for name, (said, pins) in of_apps.items()
    }
    return found._replace(hosts=tuple(PublicHost(*host) for host in found.hosts), apps=apps)


def _dumped(data: Any) -> bytes:
    # Later versions of the form tell the same object from an equal one.
    return marshal.dumps(data, 2)


def _loaded(data: bytes) -> Any:
    return marshal.loads(data)  # noqa: S302 - kept by `cache.store`
