"""What an engine is, and which one is used."""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from typing import Protocol

from efdgen.errors import ChartError
from efdgen.language.tuples import NamedTuple

SECONDS = 30.0
"""How long one chart may take; real ones take less than one."""


MOST_PRINTED = 64 << 20
"""Bytes that one chart may yield; real ones yield less than a hundredth of that."""


def printed_too_much() -> ChartError:
    """Return what is said of a chart that yields more than anybody could deploy."""
    return ChartError(f"the chart prints more than {MOST_PRINTED / (1 << 20):g} MB: see what its templates repeat")


_LATE = "Helm was not done after "


def is_late(message: str) -> bool:
    """Say whether a message is that of a chart that took too long."""
    return message.startswith(_LATE)


class Capabilities(NamedTuple):
    """What a cluster can do, as far as charts ask.

    Attributes:
        kubernetes_version: its version, such as `1.21.5`.
        api_versions: API versions that it serves beside Kubernetes' own, such as `monitoring.coreos.com/v1`.
    """

    kubernetes_version: str
    api_versions: tuple[str, ...]


class Release(NamedTuple):
    """A chart that is to be installed.

    Attributes:
        name: the release's name.
        namespace: the namespace that it goes to.
        chart: the chart's files, by their path in its folder; dependencies are archives in `charts/`.
        values: value files, as they are; a later one wins.
    """

    name: str
    namespace: str
    chart: Mapping[str, bytes]
    values: Sequence[bytes]


class Printed(NamedTuple):
    """What Helm makes of a release.

    Attributes:
        manifests: templates' paths and texts, hooks included.
        said: what the command logs meanwhile, as far as the engine catches it.
    """

    manifests: list[tuple[str, str]]
    said: list[str]


class Late:
    """The charts that took too long: nobody waits for one of them again, whatever its values are.

    Args:
        seconds: how long a chart may take.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._charts: set[int] = set()

    def add(self, release: Release) -> ChartError:
        """Remember a chart; return what is said of it."""
        self._charts.add(_digest(release))
        return self._error()

    def refuse(self, release: Release) -> None:
        """Refuse a chart that took too long before.

        Raises:
            ChartError: when it is one.
        """
        if self._charts and _digest(release) in self._charts:
            raise self._error()

    def _error(self) -> ChartError:
        return ChartError(f"{_LATE}{self.seconds:g} seconds: a template of the chart may never end, or repeat too much")


def _digest(release: Release) -> int:
    return hash(tuple(sorted(release.chart.items())))


class Engine(Protocol):
    """Helm, one way or another."""

    @property
    def description(self) -> str:
        """Return what it is, with its version."""

    @property
    def cautions(self) -> Sequence[str]:
        """Return where its results could differ from those of Argo CD."""

    def template(self, release: Release, capabilities: Capabilities) -> list[tuple[str, str]]:
        """Return what `helm template --include-crds` yields: templates' paths and texts, hooks included.

        Raises:
            ChartError: with Helm's message.
        """


class Noting(abc.ABC):
    """An engine that notes what Helm logs.

    Attributes:
        noted: the lines.
    """

    noted: list[str]

    @abc.abstractmethod
    def printed(self, release: Release, capabilities: Capabilities) -> Printed:
        """Return what `helm template --include-crds` yields, with what the command logs about it, which is not noted.

        Raises:
            ChartError: with Helm's message, or when a chart takes too long: then, and whenever it comes again.
        """

    def template(self, release: Release, capabilities: Capabilities) -> list[tuple[str, str]]:
        """Return the same, and note what is logged.

        Raises:
            ChartError: as `printed` does.
        """
        printed = self.printed(release, capabilities)
        self.noted += printed.said
        return printed.manifests


def cautions(version: str) -> list[str]:
    """Return where a version of Helm, such as `v4.2.3`, could yield something else than Argo CD's own."""
    if version.startswith("v3."):
        return []
    return [
        (
            f"this is Helm {version}, and Argo CD runs a Helm of its own, mostly 3: where a chart's templates ask for "
            "Helm's version, or Helm 4 changed something, results can differ"
        )
    ]
