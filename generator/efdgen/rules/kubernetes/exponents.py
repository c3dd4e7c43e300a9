"""Whole numbers of the specs that a chart wrote into objects with an exponent: `8.64e+07` for `86400000`.

Whether a number reaches an object, and how, is asked of Helm: with the number in quotes, the exponent is gone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from efdgen.environment.model import ResolvedApp
from efdgen.errors import Path, Problem, Severity, dotted
from efdgen.helm import objects
from efdgen.helm.hydrate import HydratedApp
from efdgen.language import scope
from efdgen.language.layers import leaves, replaced
from efdgen.rules.kubernetes.check import Finding, name
from efdgen.rules.numbers import as_go_prints, large

CODE = "W706"

_EXPONENT = re.compile(r"(?<![\w.+-])-?\d(?:\.\d+)?e\+\d{2,}(?![\w.])")

Places = Mapping[tuple[objects.Key, Path, str], tuple[str, str]]
"""Where objects hold numbers with exponents: object, path and number, with the object's name and template."""


def find(hydrated: HydratedApp, app: ResolvedApp, again: Callable[[ResolvedApp], HydratedApp]) -> Iterator[Finding]:
    """Find whole numbers among an app's values that stand in its objects with an exponent.

    Args:
        hydrated: the app's objects.
        app: the app.
        again: hydrates the app with other values.
    """
    numbers = dict(large(app))
    seen = _exponents(hydrated)
    texts = {text for _, _, text in seen}
    for path, number in numbers.items():
        text = as_go_prints(number)
        if text in texts:
            quoted = again(app._replace(values=replaced(app.values, path, str(number))))
            left = _exponents(quoted)
            # Where the chart fails on text, nobody knows more than that the numbers are the same.
            places = [place for place in seen if place[2] == text and (quoted.error or place not in left)]
            if places:
                yield _finding(hydrated, app, path, number, [(place, seen[place]) for place in places])


def _finding(
    hydrated: HydratedApp,
    app: ResolvedApp,
    path: Path,
    number: int,
    places: list[tuple[tuple[objects.Key, Path, str], tuple[str, str]]],
) -> Finding:
    ((_, where, text), (what, template)), *others = places
    more = f", and at {len(others)} more place{'s' if len(others) > 1 else ''}" if others else ""
    message = f"{dotted(path)}: the chart writes {text} for {number}: {what}: {dotted(where)}{more}"
    written: Path = ("values", *path)
    location = scope.locate(app.layers, written)
    problem = Problem(CODE, message, location, written, f'quote it: "{number}"', Severity.WARNING)
    return Finding(problem, hydrated.environment, hydrated.app, template)


def _exponents(hydrated: HydratedApp) -> Places:
    found = {}
    for item in hydrated.objects:
        for path, value in leaves(item.data):
            for text in _texts(value):
                template = item.source.partition("/")[2].removeprefix("charts/")
                found[objects.key(item.data), path, text] = (name(item.data), template)
    return found


def _texts(value: Any) -> list[str]:
    """Return the numbers with exponents in a scalar: `8.64e+07` that is not part of a text, YAML reads as a float."""
    if isinstance(value, float) and value.is_integer() and abs(value) >= 1:
        return [as_go_prints(int(value))]
    return _EXPONENT.findall(value) if isinstance(value, str) else []
