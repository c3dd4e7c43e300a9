"""What rules know of others, where there are none."""

from __future__ import annotations

from typing import Any, cast

from efdgen.environment.model import ResolvedEnvironment
from efdgen.rules.identities import Identities
from efdgen.rules.looked import Looked, defined, looked


class _Alone:
    contested: dict[str, Any] = {}  # noqa: RUF012 - nobody changes it

    def looked(self, environment: ResolvedEnvironment) -> list[Looked]:
        return [looked(app, defined(app.definition)) for app in environment.apps]

    def once(self, question: Any, definition: Any) -> Any:
        return question(definition)


ALONE = cast("Identities", _Alone())
"""Of an environment that is alone: nobody else claims anything."""
