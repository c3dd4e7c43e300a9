"""Texts that nearly have the form that they must have: how they have it."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from efdgen.language import expressions, patterns

_SHORT_FOR_SSH = re.compile(r"[\w.-]+@(?P<host>[\w.-]+):(?P<path>[^/\s].*)\Z", re.ASCII)
"""How Git writes a URL of ssh: https://git-scm.com/docs/git-clone#_git_urls."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/\s]*@)?", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?=/|\Z)")


def nearly(value: Any, pattern: str) -> str:
    """Return the hint for a text that nearly has the form that it must have: how it has; empty: it is far from it."""
    if not isinstance(value, str) or expressions.has_expression(value):
        return ""
    short, scheme = _SHORT_FOR_SSH.match(value), _SCHEME.match(value)
    path = posixpath.normpath(value.strip()).strip("/") if value.strip() and "://" not in value else ""
    candidates = [value.strip(), value.strip().rstrip("/"), path, value.lower()]
    candidates += [f"https://{short['host']}/{short['path']}"] if short else []
    candidates += [f"https://{value[scheme.end() :]}"] if scheme else []
    candidates += [f"https://{value}"] if _HOST.match(value) else []
    found = next((each for each in candidates if each not in {value, "", "."} and patterns.fits(pattern, each)), "")
    return f"write {found}" if found else ""
