"""Literals that look like secrets: they belong in Vault, never into Git."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.errors import Location, Path, Problem
from efdgen.language import secrecy
from efdgen.language.secrecy import SHORTEST, WORDS, Secret, in_text, is_of_secret, is_suspect, literal_at
from efdgen.language.texttemplate import TextFile
from efdgen.language.yamlio import Document

_UNQUOTED = re.compile(rf"\s*(?:- )?({WORDS})[ ]*:[ ]+(?P<value>[^\s\"'#&*|>][^#]*)\Z", re.IGNORECASE)
_COMMENT = re.compile(r"#[^\r\n]*")
"""What may be a comment: all behind the first such character of a line."""
_HINT = "keep it in Vault, and let the app read it from a Secret"
_OF_LOGINS: Mapping[str | int, str] = {
    "git": "take it out: give Argo CD the login, and let git here know it as for a clone",
    "repository": "take it out: use a repository that needs no login",
    "repoURL": "take it out: give Argo CD the login",
}
"""What to do about the login in a URL that Argo CD reads, not the app."""


def literals(document: Document, text: str) -> list[Problem]:
    """Return a problem for each literal in a document, or in its comments, that looks like a secret."""
    found = [
        Problem("E506", secret.what, document.locate_in_text(path, secret.start, key=is_key), path, _hint(path))
        for path, secret, is_key in _found(document.data)
    ]
    seen = {problem.location.line for problem in found}
    # In all comments together: in nearly none of them is anything.
    for number, line in enumerate(text.splitlines(), 1) if any(in_text("\n".join(_COMMENT.findall(text)))) else ():
        comment = line.find("#")
        if comment >= 0 and number not in seen:
            for secret in in_text(line[comment:]):
                place = Location(document.file, number, comment + secret.start + 1)
                found.append(Problem("E506", secret.what, place, hint=_HINT))
    return found


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


def _found(value: Any) -> list[_Found]:
    """Return what looks like a secret in a mapping, a list or a text; paths begin there."""
    kind = type(value)
    if kind is str:
        return [((), secret, False) for secret in in_text(value)] if len(value) > SHORTEST else []
    found: list[_Found] = []
    if kind is dict:
        if "name" in value and "value" in value:
            found += _found_by_name(value["name"], value["value"])
        for key, item in value.items():
            if is_suspect(key):
                found += _found_under(key, item)
            elif below := _found(item):
                found += _behind(key, below)
    elif kind is list:
        for index, item in enumerate(value):
            if below := _found(item):
                found += _behind(index, below)
    return found


def _behind(key: str | int, found: list[_Found]) -> list[_Found]:
    """Return the same with the path from where a key, or an index, leads."""
    return [((key, *path), secret, is_key) for path, secret, is_key in found]


def _found_by_name(name: Any, value: Any) -> list[_Found]:
    """Return what looks like a secret in the value that a list of variables, say, has under a name."""
    at = _literal_at(value) if isinstance(name, str) and is_of_secret(name) else None
    return [] if at is None else [(("value",), Secret(at, f"the value of {name!r} looks like a secret"), False)]


def _found_under(key: str, value: Any) -> list[_Found]:
    """Return what looks like a secret under a key that it can stand under, or that looks like one itself."""
    found: list[_Found] = []
    if len(key) > SHORTEST:
        found += [((key,), secret, True) for secret in in_text(key)]
    at = _literal_at(value) if is_of_secret(key) else None
    if at is not None:
        return [*found, ((key,), Secret(at, f"the value of {key!r} looks like a secret"), False)]
    return [*found, *_behind(key, _found(value))]


def _literal_at(value: Any) -> int | None:
    """Return where in a value a literal begins that may be a secret; None: there is none."""
    if isinstance(value, str):
        return literal_at(value)
    is_literal = isinstance(value, int | float) and not isinstance(value, bool) and literal_at(str(value)) is not None
    return 0 if is_literal else None
