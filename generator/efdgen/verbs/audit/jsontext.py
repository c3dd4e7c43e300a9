r"""JSON that servers send, read in one place.

`{"a": "\ud800"}`, half of a character, which no other program could read in a report  ->  {"a": "\ufffd"}
"""

from __future__ import annotations

import json
from typing import Any


def data(content: bytes) -> Any:
    """Return what JSON in UTF-8 says, each half of a character replaced; None: it is none."""
    try:
        text = content.decode("utf-8-sig", errors="replace")
        found = json.loads(text)
        if "\\u" not in text:
            return found
        units = json.dumps(found, ensure_ascii=False).encode("utf-16-le", "surrogatepass")
        return json.loads(units.decode("utf-16-le", "replace"))
    except (ValueError, RecursionError):
        return None
