"""Titles and places that two environments have: to people, the two look like one."""

from __future__ import annotations

from collections.abc import Iterator

from efdgen.environment.model import ResolvedEnvironment
from efdgen.language.shown import listed
from efdgen.rules.findings import Finding, in_facts
from efdgen.rules.identities import Identities
from efdgen.rules.identity import called


def environments_are_told_apart(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find a title or a place that the specs of other environments say, too: in one of them, it was left from a copy.

    Whose it is can't be known, so each is told. Environments that do share a place can have it from their site.
    """
    own = environment.facts.name
    for fact, text in called(environment.spec):
        others = identities.fleet.by_what_it_is_called.of(f"{fact} {text}") - {own}
        if others:
            message = f"{text!r} is the {fact} of {listed(sorted(others))}, too"
            same = "" if fact == "title" else "; a place that they share can stand at their site"
            yield in_facts("W550", message, environment, (fact,), f"give one of them its own{same}")
