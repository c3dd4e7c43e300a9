"""What is kept of environments beside their records, and read only where one of them changed.

A change of a value writes little anew: what an environment is known by is the same then, and what it asks of others is
kept with its record until there are many such.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from efdgen.verbs import records
from efdgen.verbs.records import Kept, Known

if TYPE_CHECKING:
    from efdgen.output.cache.store import AsKept, Parts
    from efdgen.render.pages.fleetrow import Row
    from efdgen.rules.fleet import Index
    from efdgen.rules.identity import Identity


KNOWN, INDEX, ROWS = 1, 2, 3
"""The numbers of the parts."""


class LostError(Exception):
    """A part of what was kept is not there any more: what is known is nothing."""


class Rest:
    """What is kept beside `Kept`, and read when somebody asks.

    Args:
        parts: what holds it; None: there is nothing, since nothing is kept.
    """

    def __init__(self, parts: Parts | None) -> None:
        self._parts = parts

    @functools.cached_property
    def known(self) -> Mapping[str, Known]:
        """What each environment is known by.

        Raises:
            LostError: when that is not there any more.
        """
        return {name: Known(*each) for name, each in self._part(KNOWN).items()}

    @functools.cached_property
    def rows(self) -> Mapping[str, tuple[Any, ...]]:
        """The parts of the row of each environment that has one on the page about all.

        Raises:
            LostError: when that is not there any more.
        """
        return self._part(ROWS)

    @functools.cached_property
    def index(self) -> Index:
        """What they are known by together.

        Raises:
            LostError: when that is not there any more.
        """
        from efdgen.rules.fleet import Index

        return Index(**self._part(INDEX))

    @property
    def is_there(self) -> bool:
        """Say whether anything is kept."""
        return self._parts is not None

    def _part(self, number: int) -> dict[str, Any]:
        if self._parts is None:
            return {}
        found = self._parts.other(number)
        if not isinstance(found, dict):
            raise LostError
        return found

    def as_kept(self, number: int) -> AsKept:
        """Return a part as it is kept: `KNOWN`, `INDEX` or `ROWS`.

        Raises:
            LostError: when that is not there any more.
        """
        found = self._parts.as_kept(number) if self._parts is not None else None
        if found is None:
            raise LostError
        return found


class Identified(Mapping[str, "Identity"]):
    """What environments are known by: those whose facts are right, each looked up when somebody asks.

    Args:
        rest: what is kept of all of them.
        now: what is known of some, as it is kept, whether their facts are right or not.
    """

    def __init__(self, rest: Rest, now: Mapping[str, Identity | None]) -> None:
        self._rest = rest
        self._now = dict(now)

    def __getitem__(self, name: str) -> Identity:
        if name not in self._now:
            known = self._rest.known[name]
            self._now[name] = records.identity(known.identity, known.places)
        found = self._now[name]
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return (name for name, known in self._rest.known.items() if known.identity)

    def __len__(self) -> int:
        return sum(1 for _ in self)


_MOST_NEWER = 50
"""Environments whose questions are kept with their records: from then on, all questions are written anew."""


def packed(
    now: Kept,
    before: Kept,
    rest: Rest,
    known: Mapping[str, Known],
    rows: Mapping[str, Row],
    index: Callable[[], Index],
) -> tuple[Any, ...]:
    """Return all parts as they are kept; one in which nothing is new is taken as it is.

    Args:
        now: the environments.
        before: the same, before the run.
        rest: what was kept beside these.
        known: what is new of what environments are known by.
        rows: what is new of their rows.
        index: returns what all are known by together.

    Raises:
        LostError: when what was kept is not there any more.
    """
    is_beside = rest.is_there and before.records.keys() == now.records.keys()
    newer = {name: each.asked for name, each in now.records.items() if each.asked is not None}
    same = (before.records[name].identity == each.identity for name, each in now.records.items())
    if is_beside and len(newer) <= _MOST_NEWER and all(same):
        parts = [records.packed(now), rest.as_kept(KNOWN), rest.as_kept(INDEX)]
    else:
        every = {**rest.known, **known}
        every.update({name: every[name]._replace(asked=asked) for name, asked in newer.items()})
        settled = {name: each._replace(asked=None) for name, each in now.records.items()}
        all_known = {name: tuple(every[name]) for name in settled}
        parts = [records.packed(now._replace(records=settled)), all_known, index().packed()]
    if is_beside and not rows:
        return (*parts, rest.as_kept(ROWS))
    all_rows = {**rest.rows, **records.shared(rows)}
    return (*parts, {name: all_rows[name] for name, each in now.records.items() if each.row is not None})
