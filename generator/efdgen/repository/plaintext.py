"""Literals that look like secrets: they belong in Vault, never into Git."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.errors import Location, Path, Problem
from efdgen.language import layers, secrecy
from efdgen.language.secrecy import SHORTEST, WORDS, Secret, in_key, in_text, is_of_secret, literal_at
from efdgen.language.texttemplate import TextFile
from efdgen.language.yamlio import Document

_UNQUOTED = re.compile(rf"\s*(?:- )?({WORDS})[ ]*:[ ]+(?P<value>[^\s\"'#&*|>][^#]*)\Z", re.IGNORECASE)
_HINT = "keep it in Vault, and let the app read it from a Secret"
_OF_LOGINS: Mapping[str | int, str] = {
    "git": "take it out: give Argo CD the login, and let git here know it as for a clone",
    "repository": "take it out: use a repository that needs no login",
    "repoURL": "take it out: give Argo CD the login",
}
"""What to do about the login in a URL that Argo CD reads, not the app."""


def literals(document: Document, text: str) -> list[Problem]:
    """Return a problem for each literal in a document, or in its comments, that looks like a secret."""
    secrets: list[_Found] = []
    if _may_hold(document.data):
        _find(document.data, (), secrets)
    lines = text.splitlines() if secrets else []
    found = [
        Problem("E506", secret.what, _place(document, lines, path, secret, is_key), path, _hint(path))
        for path, secret, is_key in secrets
    ]
    seen = {problem.location.line for problem in found}
    for number, line in enumerate(text.splitlines(), 1) if _comments_may_hold(text) else ():
        comment = line.find("#")
        if comment >= 0 and number not in seen:
            for secret in in_text(line[comment:]):
                place = Location(document.file, number, comment + secret.start + 1)
                found.append(Problem("E506", secret.what, place, hint=_HINT))
    return found


def _comments_may_hold(text: str) -> bool:
    """Say whether something may be found behind a `#` of a line: in all of them together, which nearly never is."""
    comments = "\n".join([line[line.find("#") :] for line in text.splitlines() if "#" in line])
    return any(in_text(comments))


def _place(document: Document, lines: Sequence[str], path: Path, secret: Secret, is_key: bool) -> Location:
    """Return where something stands that looks like a secret: in a text of several lines, the line that has it."""
    place = document.locate_in_text(path, secret.start, key=is_key)
    value = layers.at(document.data, path)
    if is_key or not isinstance(value, str):
        return place
    word = value[secret.start :].split(maxsplit=1)[0]
    for number in range(place.line, len(lines) + 1):
        line = lines[number - 1]
        if word in line:
            return place if number == place.line else Location(document.file, number, line.index(word) + 1)
        if number > place.line and line.split(maxsplit=1)[:1] and line.split(maxsplit=1)[0] not in value:
            break  # behind the text
    return place


def _hint(path: Path) -> str:
    return _OF_LOGINS.get(path[-1], _HINT) if path else _HINT


def literals_in_text(file: TextFile) -> Iterator[Problem]:
    """Yield a problem for each literal in a text file that looks like a secret."""
    for number, line in secrecy.suspect_lines(file.text):
        unquoted = _UNQUOTED.match(line) if ":" in line else None
        at = literal_at(unquoted["value"]) if unquoted else None
        if unquoted and at is not None:
            message = f"the value of {unquoted[1]!r} looks like a secret"
            yield Problem("E506", message, Location(file.source, number, unquoted.start("value") + at + 1), hint=_HINT)
            continue
        for secret in in_text(line):
            yield Problem("E506", secret.what, Location(file.source, number, secret.start + 1), hint=_HINT)


_Found = tuple[Path, Secret, bool]
"""Where something stands that looks like a secret, what, and whether it is the key there."""


def _find(value: Any, path: Path, found: list[_Found]) -> None:
    """Add what looks like a secret in a mapping, a list or a text, with where it stands."""
    kind = type(value)
    if kind is str:
        found.extend((path, secret, False) for secret in in_text(value))
    elif kind is dict:
        _find_in_mapping(value, path, found)
    elif kind is list:
        for index, item in enumerate(value):
            if _may_hold(item):
                _find(item, (*path, index), found)


def _find_in_mapping(value: Mapping[str, Any], path: Path, found: list[_Found]) -> None:
    name = value.get("name")
    at = _literal_at(value.get("value")) if isinstance(name, str) and is_of_secret(name) else None
    if at is not None:
        found.append(((*path, "value"), Secret(at, f"the value of {name!r} looks like a secret"), False))
    for key, item in value.items():
        if len(key) > SHORTEST and (in_it := in_key(key)):
            found.extend(((*path, key), secret, True) for secret in in_it)
        at = _literal_at(item) if is_of_secret(key) else None
        if at is not None:
            found.append(((*path, key), Secret(at, f"the value of {key!r} looks like a secret"), False))
        elif _may_hold(item):
            _find(item, (*path, key), found)


def _may_hold(item: Any) -> bool:
    """Say whether something may be found in an item: before a path is made for it."""
    kind = type(item)
    return len(item) > SHORTEST if kind is str else kind is dict or kind is list


def _literal_at(value: Any) -> int | None:
    """Return where in a value a literal begins that may be a secret; None: there is none."""
    if isinstance(value, str):
        return literal_at(value)
    is_literal = isinstance(value, int | float) and not isinstance(value, bool) and literal_at(str(value)) is not None
    return 0 if is_literal else None
