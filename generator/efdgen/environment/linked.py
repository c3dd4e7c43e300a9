"""What expressions can look up of other environments: `links.summit.kafka.broker`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from efdgen.errors import InvalidInputError, Problem
from efdgen.language import suggest
from efdgen.language.scope import Scope
from efdgen.language.shown import shown


class Links(Mapping[str, Any]):
    """The facts of the environments that a spec declares a link to.

    Args:
        scope_of: returns what the expressions of an environment can use.
        environment: the one whose spec it is.
        declared: the links, each with its reason.
        doubts: what is wrong with links already.
        known: the environments that there are: a link can be declared to any other.
    """

    def __init__(
        self,
        scope_of: Callable[[str], Scope],
        environment: str,
        declared: Mapping[str, str],
        doubts: Sequence[Problem],
        known: Collection[str],
    ) -> None:
        self._scope_of = scope_of
        self._environment = environment
        self._declared = declared
        self._doubts = doubts
        self._known = known

    def lacking(self, name: str) -> tuple[str, str]:
        """Return a message and a hint about an environment that no link is declared to."""
        message = f"no link to {shown(name)} is declared"
        others = set(self._known) - {self._environment}
        if name in others:
            return message, f"declare it, with the reason, under `links`: {name}: ..."
        return message, suggest.hint(name, self._declared or others)

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
