"""What some libyaml refuse by themselves: nesting deeper than 1,000 levels."""

from __future__ import annotations

import yaml


def before_refused_nesting(error: yaml.MarkedYAMLError, text: str) -> str | None:
    """Return what stands before the level of nesting that libyaml refused; None when the error is another one.

    libyaml looks ahead on a line before it hands out events, and from PyYAML 6.0.4 on it refuses more than 1,000
    levels: of `"[" * 2000` it hands out no level at all, so that no reader meets the level that is one too many for
    it. What stands before the refused level has 1,000 of them, which every libyaml hands out, one after the other.
    """
    mark = error.problem_mark
    if error.problem != "exceeded maximum nesting depth" or mark is None:
        return None
    return text[: mark.index]
