"""What a part of a template may stand for, while templates are followed. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from efdgen.language.tuples import NamedTuple

KeyPath = tuple[str, ...]


class Value(NamedTuple):
    """What a part of a template may stand for.

    Attributes:
        paths: values of the chart.
        roots: what charts hand to their templates (`.Values`, `.Chart`...): where the chart's values begin.
        families: the charts inside charts (`.Subcharts`): where the values of those that hold them begin.
        fields: the entries of a map that the template itself makes.
        written: charts all of whose values it is the text of. Who only sums it up (`toYaml .Values | sha256sum`) reads
            no value of them.
    """

    paths: frozenset[KeyPath] = frozenset()
    roots: frozenset[KeyPath] = frozenset()
    families: frozenset[KeyPath] = frozenset()
    fields: tuple[tuple[str, Value], ...] = ()
    written: frozenset[KeyPath] = frozenset()


NOTHING = Value()
"""What stands for no value of a chart."""


def union(values: Iterable[Value]) -> Value:
    """Return what may stand for any of several values."""
    given = [value for value in values if value != NOTHING]
    if len(given) < 2:  # noqa: PLR2004 - one is its own union
        return given[0] if given else NOTHING
    fields: dict[str, list[Value]] = {}
    for value in given:
        for name, field in value.fields:
            fields.setdefault(name, []).append(field)
    return Value(
        frozenset().union(*(value.paths for value in given)),
        frozenset().union(*(value.roots for value in given)),
        frozenset().union(*(value.families for value in given)),
        tuple(sorted((name, union(found)) for name, found in fields.items())),
        frozenset().union(*(value.written for value in given)),
    )


def depth(value: Value) -> int:
    """Return how many maps that a template makes stand inside each other."""
    return 1 + max((depth(field) for _, field in value.fields), default=0)
