"""What is surely not jq: a bracket or a quote without its other half. The rest is for jq itself to say."""

from __future__ import annotations

import re

from efdgen.language.late import late

_CLOSES = {"]": "[", ")": "(", "}": "{"}
_TEXT = late(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def fault(path: str) -> str:
    r"""Return why a jq path can't be one; empty: it may be.

    .spec.containers[0  ->  [ is not closed

    A text may hold an expression of its own, `"\(.a)"`, which is not looked into.
    """
    rest = _TEXT.sub("", path)
    if '"' in rest:
        return "a quote is not closed"
    opened: list[str] = []
    for sign in rest:
        if sign in _CLOSES.values():
            opened.append(sign)
        elif sign in _CLOSES and (not opened or opened.pop() != _CLOSES[sign]):
            return f"{sign} closes nothing"
    return f"{opened[-1]} is not closed" if opened else ""
