"""What an audit found out about each environment, as the site shows it: from `efdgen audit --format json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from efdgen.errors import UsageError
from efdgen.language.tuples import NamedTuple
from efdgen.review.audit import Status

_BAD = (Status.MISSING, Status.DIFFERENT, Status.UNKNOWN)


class Audited(NamedTuple):
    """How an environment was when somebody looked.

    Attributes:
        said: `there`, or how many things are not, by how they are.
        at: when, in UTC.
        is_there: whether everything was.
    """

    said: str
    at: str
    is_there: bool


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
    bad = [f"{int(counts[status.value])} {status.value}" for status in _BAD if counts[status.value]]
    return Audited(", ".join(bad) or Status.THERE.value, str(each["at"]), is_there=not bad)
