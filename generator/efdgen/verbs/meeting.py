"""Environments that were loaded get to know each other: those that changed, and what is kept of the others."""

from __future__ import annotations

from collections.abc import Mapping

from efdgen.language.tuples import NamedTuple
from efdgen.rules import Identities, fleet
from efdgen.rules.fleet import Fleet
from efdgen.rules.identity import identity
from efdgen.verbs import records
from efdgen.verbs.model import Project
from efdgen.verbs.records import Known, Record
from efdgen.verbs.rest import Identified, Rest


class Met(NamedTuple):
    """What comes of it.

    Attributes:
        identities: what all are known by.
        changed: the same of those that nothing was known of, as it is kept.
        known: what is known of the others, less of those that would find something else among all now.
    """

    identities: Identities
    changed: Mapping[str, Known]
    known: Mapping[str, Record]


def known_by(name: str, project: Project) -> Known:
    """Return what an environment is known by, as it is kept."""
    return Known(*records.plain_identity(identity(name, project.repository, project.resolver)))


def all_new(project: Project, known: Mapping[str, Known], *, is_noted: bool = True) -> Met:
    """Return what comes of it where nothing is kept of any environment.

    Args:
        project: the repository; it has no problems.
        known: what each environment is known by.
        is_noted: whether anybody wants to know what rules ask about them.
    """
    every = {name: records.identity(each.identity, each.places) for name, each in known.items()}
    everybody = Fleet({name: each for name, each in every.items() if each is not None})
    return Met(Identities(project.repository, project.resolver, everybody, is_noted=is_noted), known, {})


def meet(project: Project, fresh: Mapping[str, Record], before: Mapping[str, Record], rest: Rest) -> Met:
    """Find out what environments are known by. Where that is as it was for all, what is kept of the others is not read.

    Args:
        project: the repository; it has no problems.
        fresh: the environments that nothing changed for.
        before: all environments, as they were.
        rest: what else is kept of these.

    Raises:
        LostError: when what is kept is not there any more.
    """
    repository = project.repository
    names = repository.environments.keys()
    changed = {name: identity(name, repository, project.resolver) for name in names if name not in fresh}
    plain = {name: Known(*records.plain_identity(each)) for name, each in changed.items()}
    if fresh and before.keys() == names and all(before[name].identity == plain[name].digest() for name in plain):
        known = fresh
        everybody = Fleet(Identified(rest, changed), rest.index)
    else:
        others = {name: rest.known[name] for name in fresh}
        every = {**changed, **{name: records.identity(each.identity, each.places) for name, each in others.items()}}
        everybody = Fleet({name: each for name in names if (each := every[name]) is not None})
        known = _not_affected(everybody, fresh, rest) if fresh else {}
    return Met(Identities(repository, project.resolver, everybody), plain, known)


def _not_affected(now: Fleet, fresh: Mapping[str, Record], rest: Rest) -> Mapping[str, Record]:
    """Return what is known of environments whose rules would find of all the others what they found before."""
    known = rest.known
    before = {name: records.identity(each.identity, each.places) for name, each in known.items()}
    changes = now.changes(Fleet({name: each for name, each in before.items() if each is not None}))
    if changes is None:
        return {}
    return {
        name: record
        for name, record in fresh.items()
        if name not in changes.neighbours
        and not fleet.is_any(changes.questions, known[name].asked if record.asked is None else record.asked)
    }
