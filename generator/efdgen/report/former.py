"""Whether a file is a report of an earlier run: only such a one is replaced by a later one."""

from __future__ import annotations

import json
import re

_BEGINNING = re.compile(
    r"(?:error|warning)\[[EW]\d{3}\] "
    r"|\d+ files are what the specs render to"
    r"|(?:interrupted|missing|extra|changed|foreign) +rendered/"
    r"|(?:valid|note|error): |nothing found in |Compared with |Nothing changes, compared with "
    r"|## What an audit (?:found|asks)|environment +(?:vault|dns|tls|services|argocd) |\S+: \d+ there"
    r"|\S+: (?:(?:\d+ servers?|kubectl|nobody)(?: and kubectl)? would be asked|nobody is asked; )"
    r"|### (?:What changes, compared with|Nothing could be compared)"
    r"|::(?:error|warning|notice) "
)
"""What the text, the Markdown and GitHub's commands begin with that a run tells."""

_PAGE = re.compile(r"<!doctype html>.{0,3000}?<meta name=\"generator\" content=\"efdgen ", re.DOTALL)
_KEYS = tuple(
    map(
        frozenset,
        (
            ("problems", "errors", "warnings"),
            ("base", "environments", "nothingChanges"),
            ("audits",),
            ("plans", "notUsed"),
        ),
    )
)


def is_report(content: bytes) -> bool:
    """Say whether a file holds what a run reported, in any format, or nothing at all."""
    try:
        text = content.decode().lstrip()
    except UnicodeDecodeError:
        return False
    if text.startswith("{"):
        return _is_data(text)
    return not text or _BEGINNING.match(text) is not None or _PAGE.match(text) is not None


def _is_data(text: str) -> bool:
    try:
        data = json.loads(text)
        if "runs" in data:
            return bool(data["runs"][0]["tool"]["driver"]["name"] == "efdgen")
    except (ValueError, RecursionError, LookupError, TypeError):
        return False
    return any(keys <= data.keys() for keys in _KEYS)
