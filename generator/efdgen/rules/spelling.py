"""Hosts, Vault paths and other names of an environment that hold a misspelling of its name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from efdgen.environment.model import ResolvedEnvironment
from efdgen.language import expressions
from efdgen.language.annotations import found
from efdgen.rules.findings import Finding, in_app, in_facts
from efdgen.rules.identities import Identities

_HINT = "if it is meant, accept E512 in the spec"
_ALIKE = 0.75
_SHORT = len("int")
"""How long a word is, at most, that others can be alike by chance."""


def names_are_spelt_right(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find exceptions in `hosts`, paths of Secrets and facts of its own that nearly hold the environment's name."""
    facts = environment.facts
    rights = [word for word in re.split(r"[.-]", facts.name) if len(word) > _SHORT]
    for service, host in facts.hosts.items():
        for word, what in _misspelt(host, rights):
            yield in_facts("E512", f"{word!r} in the host {host} {what}", environment, ("hosts", service), _HINT)
    written = environment.spec.document.data
    for path, text in (each for place in (*identities.identifying, *identities.own) for each in found(written, place)):
        # `hosts` are looked at already, and an alias may be how somebody else misspells the name.
        if isinstance(text, str) and path[0] not in ("hosts", "aliases") and not expressions.has_expression(text):
            for word, what in _misspelt(text, rights):
                yield in_facts("E512", f"{word!r} in {text} {what}", environment, path, _HINT)
    for app in environment.apps:
        for secret in app.secrets:
            if not secret.path.startswith(f"{facts.vault.path_prefix}/"):
                for word, what in _misspelt(secret.path, rights):
                    message = f"{word!r} in the Vault path {secret.path} {what}"
                    yield in_app("E512", message, environment, app, ("secrets", secret.name, "path"), _HINT)


def _misspelt(text: str, rights: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the words of a text that differ from a right one in a few letters only, and what to say of each."""
    for word in re.split(r"[./:-]", text) if rights else ():
        for right in rights:
            # Most are longer or shorter: that is asked first, since the rest takes long.
            is_alike = word != right and -1 <= len(word) - len(right) <= 1
            if is_alike and (sorted(word) == sorted(right) or _is_typo(word, right)):
                yield word, f"looks like a misspelling of {right!r}"


def _is_typo(word: str, right: str) -> bool:
    if word[:1] != right[:1]:
        return False
    # Nothing can be more alike than the letters that both have: that is counted sooner, and says no to nearly all.
    shared = sum(min(word.count(letter), right.count(letter)) for letter in set(word))
    if 2 * shared / (len(word) + len(right)) <= _ALIKE:
        return False
    import difflib

    return difflib.SequenceMatcher(None, word, right).ratio() > _ALIKE
