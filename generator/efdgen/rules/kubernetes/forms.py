"""Small forms that the API server wants: names, ports, quantities. Each yields what is refused, after its place."""

from __future__ import annotations

import decimal
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from efdgen.language import suggest
from efdgen.language.layers import at
from efdgen.rules.kubernetes.schemas import Violation

_PART = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
NAME = re.compile(rf"(?=.{{1,253}}\Z){_PART}(?:\.{_PART})*\Z")
"""A DNS-1123 subdomain: names of most objects."""
OF_NAMES = "at most 253 lower case letters, digits, - and ., a letter or a digit first and last"
LABEL = re.compile(rf"(?=.{{1,63}}\Z){_PART}\Z")
"""A DNS-1123 label: names of containers, Services and namespaces."""
OF_LABELS = "at most 63 lower case letters, digits and -, a letter or a digit first and last"
_PORT_NAME = re.compile(r"(?=.{1,15}\Z)(?=.*[a-z])(?!.*--)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\Z")
_OF_PORTS = "at most 15 lower case letters, digits and single -, with a letter; a letter or a digit first and last"
_KEY = re.compile(r"(?!\.\.)(?!\.\Z)[-._a-zA-Z0-9]{1,253}\Z")
_QUANTITY = re.compile(r"(?P<number>[+-]?(?:\d+|\d+\.\d*|\.\d+))(?P<unit>[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?\Z")
_MOST_PORT = 65535
_RESOURCES = ("cpu", "ephemeral-storage", "memory")

_UNITS: Mapping[str, Decimal] = {
    **{
        unit: Decimal(10) ** (3 * power)
        for power, unit in enumerate(("n", "u", "m", "", "k", "M", "G", "T", "P", "E"), -3)
    },
    **{f"{unit}i": Decimal(2) ** (10 * power) for power, unit in enumerate("KMGTPE", 1)},
}


def one_of(where: str, value: Any, known: Sequence[str]) -> Iterator[Violation]:
    """Yield a word that is none of those that Kubernetes knows there."""
    if isinstance(value, str) and value and value not in known:
        yield Violation(f"{where}: unknown {value!r}", suggest.hint(value, known))


def name(where: str, value: Any) -> Iterator[Violation]:
    """Yield a name that no object of most kinds can have, such as one of a storage class; an empty one names none."""
    if isinstance(value, str) and value and not NAME.match(value):
        yield Violation(f"{where} {value!r} is no name that Kubernetes takes", OF_NAMES)


def port(where: str, value: Any) -> Iterator[Violation]:
    """Yield a number that no port has."""
    if isinstance(value, int) and not 1 <= value <= _MOST_PORT:
        yield Violation(f"{where} must be 1 to {_MOST_PORT}, not {value}", "")


def port_name(where: str, value: Any) -> Iterator[Violation]:
    """Yield a name that is none for the port of a container."""
    if isinstance(value, str) and value and not _PORT_NAME.match(value):
        yield Violation(f"{where} {value!r} is no name of a port that Kubernetes takes", _OF_PORTS)


def not_negative(data: Any, *wheres: tuple[str, ...]) -> Iterator[Violation]:
    """Yield numbers below 0, where none may be."""
    for where in wheres:
        value = at(data, where, None)
        if isinstance(value, int) and value < 0:
            yield Violation(f"{'.'.join(where)} must be greater than or equal to 0, not {value}", "")


def keys(where: str, held: Any) -> Iterator[Violation]:
    """Yield keys that a ConfigMap or a Secret can't have: each is the name of a file."""
    for key in held if isinstance(held, Mapping) else ():
        if not _KEY.match(str(key)):
            yield Violation(f"{where}: a valid config key must consist of letters, digits, -, _ or ., not {key!r}", "")


def quantities(where: str, value: Any) -> Iterator[Violation]:
    """Yield amounts that are none, or that are negative."""
    for key, amount in value.items() if isinstance(value, Mapping) else ():
        if isinstance(amount, str) and not _QUANTITY.match(amount):
            yield Violation(f"{where}.{key}: {amount!r} is no quantity", "such as 500m, 2, 512Mi or 10Gi")
        elif (number := quantity(amount)) is not None and number < 0:
            yield Violation(f"{where}.{key} must be greater than or equal to 0, not {amount}", "")


def resource_names(where: str, value: Any) -> Iterator[Violation]:
    """Yield names of what a container can't ask for: one of others has its domain, as `nvidia.com/gpu`."""
    for key in value if isinstance(value, Mapping) else ():
        if isinstance(key, str) and "/" not in key and key not in _RESOURCES and not key.startswith("hugepages-"):
            yield Violation(f"{where}.{key} must be a standard resource for containers", suggest.hint(key, _RESOURCES))


def quantity(amount: Any) -> Decimal | None:
    """Return how much an amount such as `500m` or `1.5Gi` is; None: it is none."""
    match = _QUANTITY.match(str(amount)) if isinstance(amount, str | int | float) else None
    if match is None or isinstance(amount, bool):
        return None
    unit = match["unit"] or ""
    try:
        return Decimal(f"{match['number']}{unit}") if unit not in _UNITS else Decimal(match["number"]) * _UNITS[unit]
    except decimal.DecimalException:
        return None


def twice(what: str, names: Iterable[Any]) -> Iterator[Violation]:
    """Yield names that several have."""
    for name, times in Counter(name for name in names if isinstance(name, str)).items():
        if times > 1:
            yield Violation(f"{times} {what} have the name {name!r}", "rename one, or take it out")
