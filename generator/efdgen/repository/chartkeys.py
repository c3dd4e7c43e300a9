"""Which values a chart knows, where its keys are known: `templates/apps/<app>/chart-keys.yaml`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Protocol

from efdgen.errors import Location, Path
from efdgen.language import yamlio
from efdgen.language.tuples import NamedTuple

FILE = "chart-keys.yaml"

_ALWAYS_KNOWN = frozenset(("fullnameOverride", "global", "nameOverride"))
"""What charts know by convention, whether their values list it or not."""

_MARK = re.compile(r"# Written by `efdgen charts keys` from (.+)\. Do not edit it: docs/charts\.md says more\.\Z")
_FOR_EDITORS = "# yaml-language-server:"
_MOST_COMMENTS = 20
"""Lines at the top of a file that its mark is looked for in."""


class Mark(NamedTuple):
    """What the keys of an app were made from: `influxdb 3.0.9`, a text a chart; and where the file says so."""

    charts: tuple[str, ...]
    location: Location


class Pinned(Protocol):
    """A chart that an app pins."""

    @property
    def name(self) -> str:
        """Return its name."""

    @property
    def version(self) -> str:
        """Return its version."""


class ChartKeys(NamedTuple):
    """The keys that charts know, as a tree, and what they were made from; None: they were written by hand."""

    tree: Mapping[str, Any]
    mark: Mark | None = None

    def are_of(self, charts: Iterable[Pinned]) -> bool:
        """Say whether they are those of charts, as far as they say what they were made from."""
        return self.mark is None or self.mark.charts == pinned(charts)


def pinned(charts: Iterable[Pinned]) -> tuple[str, ...]:
    """Return charts with their versions, as a mark has them."""
    return tuple(f"{chart.name} {chart.version}" for chart in charts)


class Unfit(NamedTuple):
    """A value that is not as the chart's keys have it: it is not among them, or no mapping where they have one.

    Attributes:
        path: where it stands.
        known: the keys that the chart has there, or below it.
        is_known: whether the chart has it: as a mapping.
    """

    path: Path
    known: Collection[str]
    is_known: bool


def unfit(values: Mapping[str, Any], keys: Mapping[str, Any], path: Path = ()) -> Iterator[Unfit]:
    """Yield what of values is not as the chart's keys have it; null is: it takes away what the chart has.

    An empty map of keys stands for any.
    """
    if not keys:
        return
    for key, value in values.items():
        if key in keys:
            below = keys[key]
            if below and type(value) is dict:
                yield from unfit(value, below, (*path, key))
            elif below and value is not None:
                yield Unfit((*path, key), below.keys(), is_known=True)
        elif key not in _ALWAYS_KNOWN:
            yield Unfit((*path, key), keys.keys(), is_known=False)


def unknown(values: Mapping[str, Any], keys: Mapping[str, Any]) -> Iterator[tuple[Path, Collection[str]]]:
    """Yield the paths of values that the chart's keys don't have, each with the keys that it has there."""
    return ((each.path, each.known) for each in unfit(values, keys) if not each.is_known)


def opened(former: Mapping[str, Any], keys: Mapping[str, Any], path: Path = ()) -> Iterator[Path]:
    """Yield the paths below which any key counts as known, and only some did; empty: the whole tree.

    Args:
        former: the keys as they were.
        keys: the keys as they are.
        path: where both stand.
    """
    if former and not keys:
        yield path
        return
    for key, below in former.items():
        if key in keys and isinstance(below, Mapping):
            yield from opened(below, keys[key], (*path, key))


def mark(text: str, file: str) -> Mark | None:
    """Return what a file says that it was made from; None: it was written by hand.

    Args:
        text: what is in the file.
        file: its path.
    """
    for number, line in enumerate(text.splitlines()[:_MOST_COMMENTS], 1):
        if not line.startswith("#"):
            return None
        if match := _MARK.match(line):
            return Mark(tuple(match.group(1).split(", ")), Location(file, number, 1))
    return None


def dump(keys: Mapping[str, Any], charts: Iterable[str], former: str = "") -> str:
    """Return the text of a file.

    Args:
        keys: the keys that the charts know.
        charts: what they were made from, a text a chart.
        former: what was in the file: where it names a schema for editors, it still does.
    """
    first = former.partition("\n")[0]
    head = [first] if first.startswith(_FOR_EDITORS) else []
    said = f"# Written by `efdgen charts keys` from {', '.join(charts)}. Do not edit it: docs/charts.md says more."
    return "\n".join((*head, said, yamlio.dump(keys)))
