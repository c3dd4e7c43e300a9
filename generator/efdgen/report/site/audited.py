"""What an audit found out about each environment, as the site shows it: from `efdgen audit --format json`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from efdgen.errors import UsageError
from efdgen.language.shown import count
from efdgen.language.tuples import NamedTuple
from efdgen.review.audit import AREAS, Status

_BAD = (Status.MISSING, Status.DIFFERENT, Status.UNKNOWN)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Said(NamedTuple):
    """How many things there are of one status: `missing`, `2 missing`; that all is there, only where nothing is bad."""

    status: str
    text: str


class Audited(NamedTuple):
    """How an environment was when somebody looked.

    Attributes:
        said: what was found, worst first.
        areas: what was looked at, where that was not everything.
        at: when, in UTC: `2026-11-29T14:05:00Z`.
    """

    said: tuple[Said, ...]
    areas: tuple[str, ...]
    at: str

    @property
    def when(self) -> str:
        """Return the time for people: `2026-11-29 14:05 UTC`."""
        return f"{self.at[:10]} {self.at[11:16]} UTC"


def read(text: str, file: str) -> dict[str, Audited]:
    """Return what is known of each environment, by its name.

    Args:
        text: what `efdgen audit --format json` printed.
        file: where it stands, for the message.

    Raises:
        UsageError: when it is something else.
    """
    try:
        return {str(each["environment"]): _audited(each) for each in json.loads(text)["audits"]}
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        raise UsageError(f"{file} is not what efdgen audit --format json prints") from None


def _audited(each: Mapping[str, Any]) -> Audited:
    counts = each["counts"]
    said = [
        Said(status.value, f"{int(counts[status.value])} {status.value}") for status in _BAD if counts[status.value]
    ]
    said = said or [Said(Status.THERE.value, Status.THERE.value)]
    if counts["warnings"]:
        said.append(Said("warning", count(int(counts["warnings"]), "warning")))
    areas = tuple(area for area in AREAS if area in each["areas"])
    at = each["at"]
    if not _TIME.fullmatch(at):
        raise ValueError(at)
    return Audited(tuple(said), areas if areas != AREAS else (), at)
