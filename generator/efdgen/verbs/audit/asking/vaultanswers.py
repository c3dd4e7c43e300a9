"""What Vault's answers are made of."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from efdgen.verbs.audit.answers import AskError, Reply, Unanswered


class NoEngineError(AskError):
    """There is no secrets engine at a path, or none that the token knows of."""


class MayNotLookError(AskError):
    """The token counts, and may not look at itself."""


def not_understood() -> AskError:
    """Return the error for what is of no shape that Vault has."""
    return AskError("what came is no answer of Vault", "is vault.address right, and nothing in between?")


def sent_on(reply: Reply) -> Unanswered:
    """Return what an answer is that sends on to elsewhere."""
    reason = f"it sends on to {reply.leads_to} (status {reply.status}), which is not followed"
    return Unanswered(reason, "is vault.address right?")


def needs(path: str, right: str) -> str:
    """Return what to do about a right that a token lacks."""
    return f'its policy needs: path "{path}" {{ capabilities = ["{right}"] }}'


def held(data: Any, key: str) -> dict[str, Any]:
    """Return the mapping that data holds under a key; without one, an empty one."""
    found = data.get(key) if isinstance(data, Mapping) else None
    return found if isinstance(found, dict) else {}


_FRACTION = re.compile(r"\.\d+")


def time_of(text: Any) -> dt.datetime | None:
    """Return a time as Vault writes it, `2026-11-29T14:05:00.123456789Z`; None, from null: there is none.

    Raises:
        AskError: when it is none.
    """
    if text is None:
        return None
    try:
        found = dt.datetime.fromisoformat(_FRACTION.sub("", text).replace("Z", "+00:00"))
    except (ValueError, TypeError):
        raise not_understood() from None
    return found if found.tzinfo else found.replace(tzinfo=dt.timezone.utc)
