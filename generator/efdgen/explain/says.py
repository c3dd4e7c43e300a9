"""What an explanation consists of."""

from __future__ import annotations

from typing import Any

from efdgen.environment.model import PublicHost
from efdgen.environment.secrets import Secret
from efdgen.errors import Location, Path
from efdgen.language.tuples import NamedTuple

DERIVED = "derived"
"""The name of the layer that efdgen itself is: what it composes by a rule that stands in no file."""

CHART_DEFAULT = "chart default"
"""The name of the lowest layer: the values that the third-party chart brings itself."""


class Say(NamedTuple):
    """What one layer says.

    Attributes:
        layer: its name.
        location: where it says so.
        written: what is written there; an expression stays one.
        value: what that yields; ABSENT when it yields nothing, or can't be evaluated alone.
        wins: whether it is the one that counts.
        note: what else there is to know, such as the reason of a pin.
    """

    layer: str
    location: Location
    written: Any
    value: Any
    wins: bool
    note: str = ""


class Source(NamedTuple):
    """Where a value stands in the layers: in the facts of an environment or, with `app`, in the settings of an app."""

    environment: str
    app: str
    path: Path


class Explanation(NamedTuple):
    """One value, and why it is so.

    Attributes:
        environment: the environment that was asked about.
        app: the app, or `efd`; empty for a fact.
        path: where the value stands: in the chart's values, in the values of the wrapper chart or in the facts.
        value: the value; ABSENT when the key is left out.
        source: where the layers have it.
        says: the layers that had a say, the least specific first. Empty: no layer says anything.
        formula: for a derived value, the expression or the rule.
        within: where in that which the formula yields the value stands.
        copy_of: what the formula takes the value from, unchanged, where that can be known.
        inputs: what else the formula looks at.
        switched_off: the value that is false, and keeps the chart inside a chart from being deployed that would read
            this one; empty: there is none such.
    """

    environment: str
    app: str
    path: Path
    value: Any
    source: Source
    says: tuple[Say, ...]
    formula: str = ""
    within: Path = ()
    copy_of: Explanation | None = None
    inputs: tuple[Explanation, ...] = ()
    switched_off: str = ""

    @property
    def winner(self) -> Say | None:
        """Return the layer that counts."""
        return next((say for say in reversed(self.says) if say.wins), None)


class ExplainedHost(NamedTuple):
    """A public host of an environment, and why it is so."""

    host: PublicHost
    explanation: Explanation


class ExplainedSecret(NamedTuple):
    """A Secret that an app needs, and why its Vault path is so."""

    app: str
    secret: Secret
    explanation: Explanation
