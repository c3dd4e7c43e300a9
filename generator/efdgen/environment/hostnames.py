"""What the DNS allows as the name of a host: https://www.rfc-editor.org/rfc/rfc1123#section-2."""

from __future__ import annotations

import re

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\Z")
_MOST_IN_LABEL = 63
_MOST_IN_NAME = 253


def fault(host: str) -> str:
    """Return why the DNS does not allow a host; empty: it does."""
    if len(host) > _MOST_IN_NAME:
        return f"it has {len(host)} characters, at most {_MOST_IN_NAME} are allowed"
    for label in host.split("."):
        if len(label) > _MOST_IN_LABEL:
            return f"{label!r} has {len(label)} characters, at most {_MOST_IN_LABEL} are allowed between two dots"
        if label != label.lower():
            return f"{label!r} has upper-case letters"
        if not _LABEL.match(label):
            return f"{label!r} may hold letters, digits and, inside, hyphens only"
    return ""


def unfit(host: str, service: str, reason: str) -> str:
    """Return the message about such a host."""
    return f"the host {host!r} of {service} does not fit the DNS: {reason}"
