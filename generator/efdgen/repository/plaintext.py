"""Literals that look like secrets: they belong in Vault, never into Git."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.errors import Location, Path, Problem
from efdgen.language.texttemplate import TextFile
from efdgen.language.yamlio import Document

_WORDS = (
    r"(?:pass(?:word|wd|phrase)|(?:auth|access|bearer|api|refresh|vault)?[_-]?token|api[_-]?key|private[_-]?key"
    r"|access[_-]?key(?:[_-]?id)?|(?:client|shared|cookie|token)[_-]?secret|credentials?)"
)
_SECRET_KEY = re.compile(
    rf"(?:.*[^a-z])?{_WORDS}\Z|.*(?:Password|Token|ApiKey|PrivateKey|ClientSecret)\Z", re.IGNORECASE
)
_ASSIGNMENT = re.compile(
    rf"(?:^|[^a-zA-Z])({_WORDS})[\"']?\s*[=:]\s*(?P<quote>[\"'])(?P<value>[^\"'\n]+)(?P=quote)",
    re.IGNORECASE,
)
_MATERIAL = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{22,}\b|\bglpat-[A-Za-z0-9_-]{20,}\b"
    r"|\bhv[sb]\.[A-Za-z0-9_-]{24,}|\b[sb]\.[A-Za-z0-9]{24}\b"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}"
    r"|\beyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"
)
_RUN = re.compile(r"[\w-]{15}", re.ASCII)
"""What all material has, but JSON Web Tokens and private keys in PEM."""

_UNQUOTED = re.compile(rf"\s*(?:- )?({_WORDS})[ ]*:[ ]+(?P<value>[^\s\"'#&*|>][^#]*)\Z", re.IGNORECASE)
_IN_URL = re.compile(r"[a-z]://[^/\s:@]+:(?P<value>[^@\s/]+)@")
_HINT = "keep it in Vault, and let the app read it from a Secret"


def literals(document: Document, text: str) -> list[Problem]:
    """Return a problem for each literal in a document, or in its comments, that looks like a secret."""
    found = [
        Problem("E506", message, document.locate_in_text(path, offset), path, _HINT)
        for path, offset, message in _find(document.data, ())
    ]
    seen = {problem.location.line for problem in found}
    for number, line in enumerate(text.splitlines(), 1):
        comment = line.find("#")
        if comment >= 0 and number not in seen:
            for offset, message in _in_text(line[comment:]):
                found.append(
                    Problem("E506", message, Location(document.file, number, comment + offset + 1), hint=_HINT)
                )
    return found


def literals_in_text(file: TextFile) -> Iterator[Problem]:
    """Yield a problem for each literal in a text file that looks like a secret."""
    for number, line in enumerate(file.text.splitlines(), 1):
        unquoted = _UNQUOTED.match(line) if ":" in line else None
        if unquoted and not _is_no_secret(unquoted["value"]):
            message = f"the value of {unquoted[1]!r} looks like a secret"
            yield Problem("E506", message, Location(file.source, number, unquoted.start("value") + 1), hint=_HINT)
            continue
        for offset, message in _in_text(line):
            yield Problem("E506", message, Location(file.source, number, offset + 1), hint=_HINT)


def _find(value: Any, path: Path) -> Iterator[tuple[Path, int, str]]:
    if isinstance(value, Mapping):
        name = value.get("name")
        if isinstance(name, str) and _is_of_secret(name) and _is_literal(value.get("value")):
            yield (*path, "value"), 0, f"the value of {name!r} looks like a secret"
        for key, item in value.items():
            if _is_of_secret(key) and _is_literal(item):
                yield (*path, key), 0, f"the value of {key!r} looks like a secret"
            else:
                yield from _find(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _find(item, (*path, index))
    elif isinstance(value, str) and len(value) > _SHORTEST:
        for offset, message in _in_text(value):
            yield path, offset, message


@functools.lru_cache(maxsize=8192)
def _is_of_secret(key: str) -> bool:
    """Say whether a key is one that secrets stand under; the same few stand everywhere."""
    return _SECRET_KEY.match(key) is not None


_SHORTEST = 10
"""Characters: nothing shorter is key material."""


def _in_text(text: str) -> Iterator[tuple[int, str]]:
    # Most text has nothing that key material, a URL or an assignment could be: look for these only where it has.
    material = _MATERIAL.search(text) if _RUN.search(text) or "PRIVATE KEY" in text or "eyJ" in text else None
    if material:
        yield material.start(), "this looks like key material or a token"
    in_url = _IN_URL.search(text) if "://" in text else None
    if in_url and not _is_no_secret(in_url["value"]):
        yield in_url.start("value"), "the URL holds a password"
    for match in _ASSIGNMENT.finditer(text) if _may_assign(text) else ():
        if not _is_no_secret(match["value"]):
            yield match.start("value"), f"the value of {match[1]!r} looks like a secret"


def _may_assign(text: str) -> bool:
    return ("=" in text or ":" in text) and ('"' in text or "'" in text)


def _is_literal(value: Any) -> bool:
    if isinstance(value, str):
        return not _is_no_secret(value)
    return isinstance(value, int | float) and not isinstance(value, bool) and not _is_no_secret(str(value))


_SWITCH = re.compile(r"(?:yes|no|true|false|on|off|none|null|[0-9])\Z", re.IGNORECASE)
"""What is said of a password rather than being one: `allowEmptyPassword: "yes"`, `rotateToken: 0`."""


def _is_no_secret(value: str) -> bool:
    """Say whether a value is empty, a switch, or only says where the secret is: a variable, a path, an expression."""
    return value == "" or value.startswith(_ELSEWHERE) or _SWITCH.match(value) is not None


_ELSEWHERE = ("$", "/", "<%", "{{", "file:", "http://", "https://", "secret/")
