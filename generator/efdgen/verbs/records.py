"""What is kept of each environment from one run to the next, and its form as plain data.

A record holds what came of an environment, and what that depends on beside what all environments share: its own spec,
and the specs of others that were looked at. What rules see of all the others follows from their identities: a record
holds what was asked about these (`rules.fleet`). While the answers are the same, and the files above, so is what came
of it.
"""

from __future__ import annotations

import functools
import marshal
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from efdgen.errors import Location, Path, Problem, Severity
from efdgen.language.tuples import NamedTuple
from efdgen.output import layout, seen

if TYPE_CHECKING:
    from efdgen.render.pages.fleetrow import Row
    from efdgen.rules.identity import Identity


class Record(NamedTuple):
    """What is kept of one environment, and looked at by every run.

    Attributes:
        specs: the specs that it was made from, its own and others, by environment: the digest of each;
            None: there is none.
        accepts: whether its spec accepts what looks like a secret.
        found: what resolving it and its rules found, as plain data; None: nobody asked, only the identity is known.
        wrong: what is wrong with the templates of its pages, as plain data.
        files: what it renders to: the digest of each file; None: nothing, because something is wrong with it.
        row: a digest of its row of the page about all environments; None: it has none.
        identity: a digest of what it is known by, and of where that is written.
        asked: what its rules asked about other environments, if that is newer than what is kept beside (`Known`).
    """

    specs: Mapping[str, bytes | None]
    accepts: bool
    found: tuple[Any, ...] | None
    wrong: tuple[Any, ...]
    files: Mapping[str, bytes] | None
    row: bytes | None
    identity: bytes
    asked: bytes | None = None

    def is_of(self, specs: Mapping[str, bytes]) -> bool:
        """Say whether the specs that it was made from are these."""
        return all(specs.get(name) == digest for name, digest in self.specs.items())


class Known(NamedTuple):
    """What an environment is known by, and what it asked: looked at where what one of them is known by changed.

    Attributes:
        identity: what it is known by, as plain data, but for the places; empty: its facts are wrong.
        places: where that is written, as plain data.
        asked: what its rules asked about other environments, see `rules.fleet`.
    """

    identity: bytes
    places: bytes
    asked: bytes = b""

    def digest(self) -> bytes:
        """Return a digest of what it is known by."""
        return seen.digest(self.identity + self.places)


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

    def digests(self) -> dict[str, bytes]:
        """Return the digest of every file that the specs rendered to."""
        found = dict(self.shared or {})
        for record in self.records.values():
            found.update(record.files or {})
        if self.page is not None:
            found[layout.FLEET] = self.page
        return found


NOTHING = Kept((), "", None, None, True, {})


def packed(kept: Kept) -> Any:
    """Return plain data that holds the same."""
    records = {name: tuple(record) for name, record in kept.records.items()}
    return (kept.folders, kept.charts, kept.shared, kept.page, kept.is_vendored, records)


def unpacked(data: Any) -> Kept:
    """Return what the first part holds; of data of any other form, nothing."""
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
    places = tuple([(path, tuple(location)) for path, location in identity.places.items()])
    alike = identity.apart, identity.applications, identity.destinations
    plain = (
        identity.name,
        tuple(identity.hosts.items()),
        identity.vault_prefix,
        tuple(sorted(identity.aliases)),
        identity.domain,
        identity.argocd,
        identity.is_managing,
        tuple(sorted(identity.links)),
        identity.is_at_home,
        tuple(sorted(identity.called)),
        _dumped(tuple([tuple(sorted(each)) for each in alike])),
    )
    return _dumped(plain), _dumped(places)


def identity(plain: bytes, places: bytes) -> Identity | None:
    """Return what an environment is known by from plain data."""
    from efdgen.rules.identity import Identity

    if not plain:
        return None
    name, hosts, prefix, aliases, domain, argocd, is_managing, links, is_at_home, called, alike = _loaded(plain)
    apart, applications, destinations = _alike(alike)
    return Identity(
        name,
        dict(hosts),
        _places(places),
        prefix,
        frozenset(aliases),
        domain,
        argocd,
        is_managing,
        frozenset(links),
        is_at_home,
        apart,
        applications,
        destinations,
        frozenset(called),
    )


# Most environments have the same apps, whose hosts are decided in the same places.


@functools.lru_cache(maxsize=1024)
def _places(plain: bytes) -> Mapping[Path, Location]:
    return {path: Location(*location) for path, location in _loaded(plain)}


@functools.lru_cache(maxsize=1024)
def _alike(plain: bytes) -> tuple[frozenset[Any], ...]:
    return tuple(map(frozenset, _loaded(plain)))


def digest_of_row(row: tuple[Any, ...]) -> bytes:
    """Return a digest of a row of the page about all environments, or of its parts: equal rows have the same."""
    return seen.digest(_dumped(tuple(row)))


def shared(rows: Mapping[str, Row]) -> dict[str, tuple[Any, ...]]:
    """Return rows as plain data, in which what several environments set in the same way is there once."""
    known: dict[Any, Any] = {}
    found = {}
    for name, row in rows.items():
        settings = tuple(known.setdefault(setting, setting) for setting in row.settings)
        apps, provided = (known.setdefault(each, each) for each in (row.apps, row.provided))
        found[name] = tuple(row._replace(settings=settings, apps=apps, provided=provided))
    return found


def _dumped(data: Any) -> bytes:
    # Later versions of the form tell the same object from an equal one.
    return marshal.dumps(data, 2)


def _loaded(data: bytes) -> Any:
    return marshal.loads(data)  # noqa: S302 - kept by `cache.store`
