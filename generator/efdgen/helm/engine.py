"""What an engine is, and which one is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol


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


class Engine(Protocol):
    """Helm, one way or another."""

    @property
    def description(self) -> str:
        """Return what it is, with its version."""

    @property
    def cautions(self) -> Sequence[str]:
        """Return where its results could differ from those of the `helm` command that Argo CD runs."""

    def template(self, release: Release, capabilities: Capabilities) -> list[tuple[str, str]]:
        """Return what `helm template --include-crds` yields: templates' paths and texts, hooks included.

        Raises:
            ChartError: with Helm's message.
        """
