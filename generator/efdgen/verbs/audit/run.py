"""From environments to what an audit finds out about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from efdgen.errors import InvalidInputError, Severity
from efdgen.review.audit import AREAS, Audit, Finding, Status
from efdgen.verbs.audit.answers import TokenState
from efdgen.verbs.audit.asking import dns, threads, vault
from efdgen.verbs.audit.asking.reach import Means
from efdgen.verbs.audit.sites import Logins, Site, Wanted
from efdgen.verbs.audit.sites import sites as every_site

Progress = Callable[[int, int], None]


def told_apart(words: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tell names of environments from areas: `summit dns tls` -> `(summit,), (dns, tls)`."""
    areas = tuple(area for area in AREAS if area in words)
    return tuple(word for word in words if word not in AREAS), areas


def audit(
    root: Path,
    wanted: Wanted,
    means: Means,
    logins: Logins,
    now: dt.datetime,
    progress: Progress = lambda _done, _all: None,
    interrupted: Callable[[], None] | None = None,
) -> list[Audit]:
    """Ask the real servers of environments, and hold what they say to what the specs say.

    Args:
        root: the repository.
        wanted: what is looked at.
        means: how servers are reached.
        logins: what is needed to be answered.
        now: what time it is, with its zone.
        progress: is told how many questions were answered, and of how many.
        interrupted: is told when somebody presses Ctrl-C: what was found until then is returned. None: nothing is.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment is unknown, or a package is missing.
    """
    areas = wanted.areas or AREAS
    sites, faults, names = every_site(root, wanted, means, logins)
    if means.dns_server or any(site.plan.hosts for site in sites):
        dns.require()
    questions = {(number, *key): ask for number, site in enumerate(sites) for key, ask in site.questions.items()}
    answers = threads.ask_all(questions, vault.WHOLE * means.timeout, progress, interrupted)
    _said_once(sites, answers)
    at = now.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    found = [Audit(name, at, tuple(areas), tuple(_unasked(areas, why)), ()) for name, why in faults.items()]
    for number, site in enumerate(sites):
        own = {key[1:]: answer for key, answer in answers.items() if key[0] == number}
        findings = tuple(site.findings(own, now))
        found.append(Audit(site.plan.environment, at, tuple(areas), findings, site.reach.asked))
    return sorted(found, key=lambda each: names.index(each.environment))


def _unasked(areas: Sequence[str], why: InvalidInputError) -> Iterator[Finding]:
    first = next(each for each in why.problems if each.severity is Severity.ERROR)
    for area in areas:
        detail = f"its spec is wrong, so nothing was asked: {first.location}: {first.message} ({first.code})"
        yield Finding(area, "the spec", Status.UNKNOWN, detail, "efdgen validate says all that is wrong")


def _said_once(sites: Sequence[Site], answers: dict[tuple[Any, ...], Any]) -> None:
    """Let a token that several environments are asked with be told of once."""
    first: dict[Any, str] = {}
    for number, site in enumerate(sites):
        key = (number, "vault", vault.TOKEN)
        if not isinstance(answers.get(key), TokenState):
            continue
        asked = site.plan.vault
        whose = first.setdefault((site.tokens.vault, asked and asked.address), site.plan.environment)
        if whose != site.plan.environment:
            answers[key] = answers[key]._replace(told_in=whose)
