"""Templates that know environments by name: what they make does not follow from a spec."""

from __future__ import annotations

import re
from collections.abc import Iterator

from efdgen.verbs.imports.facts import leaves, token
from efdgen.verbs.imports.model import Finding, Hand

_TEXT = r"\"[^\"]*\""
_HINT = "give what differs a name of its own among the facts or values, and read that"


def asks(text: str, key: str = "env") -> bool:
    """Say whether a template asks which environment it is in.

    Args:
        text: the template.
        key: the value that says the environment.
    """
    value = rf"\$?\.Values\.{re.escape(key)}\b"
    compared = rf"\b(?:eq|ne)\s+(?:{_TEXT}\s+)?{value}"
    searched = rf"\b(?:has|contains|hasPrefix|hasSuffix|regexMatch)\b[^}}\n]*{value}"
    return re.search(f"{compared}|{searched}", text) is not None


def of_parent(hand: Hand, name: str, text: str, place: str) -> Iterator[Finding]:
    """Yield what a template of the app of apps knows of environments by their names.

    Args:
        hand: the source.
        name: the template, by its path in the chart.
        text: what it says.
        place: where it lies in the source.
    """
    if asks(text, hand.parent.key or "env"):
        message = "a template of the app of apps asks for names of environments, and stays as it is"
        yield Finding("I402", message, place, 0, _HINT)
    for environment, objects in hand.beside.items():
        others = [other for other in hand.environments if other != environment and not token(other).search(environment)]
        for item in objects:
            if item.template != name:
                continue
            what = f"{item.data['kind']} {item.data['metadata'].get('name')}"
            for path, value in leaves(item.data):
                named = next((o for o in others if isinstance(value, str) and _names(value, o, environment)), "")
                if named:
                    where = ".".join(map(str, path))
                    message = f"{what} of {environment} names {named} at {where}: {value}"
                    yield Finding("I402", message, place, 0, "look whether that is meant", environment)


def _names(value: str, other: str, environment: str) -> bool:
    """Say whether a text is about another environment, and not about this one, too: a host or a path, not a word."""
    is_long = "." in value or "/" in value
    return is_long and bool(token(other).search(value)) and not token(environment).search(value)
