"""Pins that are to be looked at again by a day. Nothing here knows what day it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from efdgen.errors import Problem, Severity
from efdgen.language.tuples import NamedTuple
from efdgen.repository.model import EnvironmentSpec, Repository


class Dated(NamedTuple):
    """A pin of an environment, or of what it shares, the last day on which it is right, and the warning from then on.

    Days are as 2027-01-31: in this form they are in the order of their texts.
    """

    environment: str
    until: str
    problem: Problem


def pins(repository: Repository, names: Iterable[str]) -> Iterator[Dated]:
    """Yield each pin of these environments, or of what they share, that has an `until`.

    Args:
        repository: what people wrote.
        names: the environments.
    """
    about = repository.about
    for name in names:
        spec = repository.environments.get(name)
        for app in spec.apps if spec is not None else ():
            if spec is not None and (about.is_on_all or app in about.apps):
                yield from _of_app(spec, app)


def _of_app(spec: EnvironmentSpec, app: str) -> Iterator[Dated]:
    for layer in spec.app_layers[app]:
        for path, pin in layer.data.get("pins", {}).items():
            until = pin.get("until")
            if until is not None:
                message = f"the pin of {path} was to be looked at again by {until} ({app})"
                hint = "take it away with efdgen unpin, or give it a later day"
                where = ("pins", path, "until")
                problem = Problem("W527", message, layer.locate(where), where, hint, Severity.WARNING)
                yield Dated(spec.name, until, problem)
