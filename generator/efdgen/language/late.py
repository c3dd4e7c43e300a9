"""Regular expressions that most runs have no text for: compiled when the first text is held against them.

Compiling one takes a tenth of a millisecond of every start, and more where it has large sets of characters.

    _CONFLICT = late(r"^<{7}", re.MULTILINE)      what `re.compile` returns, to all who use its methods
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


def late(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return a pattern that is compiled on its first use; one that is malformed is an error then."""
    return cast("re.Pattern[AnyStr]", Late(pattern, flags))


class Late:
    """A pattern that gets the methods of the compiled one on its first use."""

    def __init__(self, pattern: Any, flags: int) -> None:
        self._made_of = pattern, flags

    def __getattr__(self, name: str) -> Any:
        """Return what is not here yet: whatever is asked for first."""
        compiled = re.compile(*self._made_of)
        self.__dict__.update((each, getattr(compiled, each)) for each in dir(compiled) if not each.startswith("_"))
        return getattr(compiled, name)
