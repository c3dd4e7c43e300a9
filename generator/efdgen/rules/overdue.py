"""Pins that were to be looked at again by now. The day is told: nothing here knows what day it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from efdgen.errors import Problem, Severity
from efdgen.repository.model import EnvironmentSpec, Repository


def pins(repository: Repository, names: Iterable[str], today: str) -> Iterator[Problem]:
    """Yield a warning for each pin of these environments, or of what they share, whose `until` is past.

    Args:
        repository: what people wrote.
        names: the environments.
        today: the day, as 2027-01-31; days in this form are in the order of their texts.
    """
    about = repository.about
    for name in names:
        spec = repository.environments.get(name)
        for app in spec.apps if spec is not None else ():
            if spec is not None and (about.is_on_all or app in about.apps):
                yield from _of_app(spec, app, today)


def _of_app(spec: EnvironmentSpec, app: str, today: str) -> Iterator[Problem]:
    for layer in spec.app_layers[app]:
        for path, pin in layer.data.get("pins", {}).items():
            until = pin.get("until", today)
            if until < today:
                message = f"the pin of {path} was to be looked at again by {until} ({app})"
                hint = "take it away with efdgen unpin, or give it a later day"
                where = ("pins", path, "until")
                yield Problem("W527", message, layer.locate(where), where, hint, Severity.WARNING)
