"""What expressions can look up of other environments: `links.summit.kafka.broker`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from efdgen.errors import InvalidInputError, Problem
from efdgen.language.scope import Scope


class Links(Mapping[str, Any]):
    """The facts of the environments that a spec declares a link to; `doubts`: what is wrong with links already."""

    def __init__(
        self, scope_of: Callable[[str], Scope], declared: Mapping[str, str], doubts: Sequence[Problem]
    ) -> None:
        self._scope_of = scope_of
        self._declared = declared
        self._doubts = doubts

    def __getitem__(self, name: str) -> Scope:
        if name not in self._declared and self._doubts:
            raise InvalidInputError(self._doubts)
        if name not in self._declared:
            raise KeyError(name)
        return self._scope_of(name)

    def __iter__(self) -> Any:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)
