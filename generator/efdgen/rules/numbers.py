"""Whole numbers that Helm writes with an exponent: it reads every number as a float, and Go prints a large one so.

maxRequestSize: 26214400     {{ .Values.maxRequestSize }}  ->  2.62144e+07
maxRequestSize: "26214400"                                 ->  26214400
"""

from __future__ import annotations

from collections.abc import Iterator

from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.errors import Path, dotted
from efdgen.language.layers import leaves
from efdgen.rules.findings import Finding, in_app
from efdgen.rules.identities import Identities

_FIRST_WITH_EXPONENT = 1_000_000
"""Go's `%v` writes 999999 as it is, and 1e+06 from here on: strconv.FormatFloat with the format `g`, -1."""


def have_no_exponents(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find whole numbers from a million on among the values of apps."""
    for app in environment.apps:
        for path, value in large(app) if any(map(_is_large, app.inside.numbers)) else ():
            where: Path = ("values", *path)
            message = f"{dotted(path)}: a template can make {as_go_prints(value)} of {value}"
            yield in_app("W518", message, environment, app, where, f'quote it: "{value}"')


def large(app: ResolvedApp) -> Iterator[tuple[Path, int]]:
    """Yield the whole numbers from a million on among an app's values, each with its path."""
    for path, value in leaves(app.values):
        if type(value) is int and _is_large(value):
            yield path, value


def _is_large(number: int) -> bool:
    return abs(number) >= _FIRST_WITH_EXPONENT


def as_go_prints(number: int) -> str:
    """Return a number from a million on as Go prints it: `26214400` is `2.62144e+07`."""
    digits, _, exponent = f"{float(number)!r}".partition("e")
    if exponent:
        return f"{digits}e{int(exponent):+03d}"
    whole = str(abs(int(float(number))))
    fraction = whole[1:].rstrip("0")
    sign = "-" if number < 0 else ""
    return f"{sign}{whole[0]}{'.' if fraction else ''}{fraction}e{len(whole) - 1:+03d}"
