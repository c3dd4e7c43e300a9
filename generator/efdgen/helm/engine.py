"""What an engine is, and which one is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from efdgen.errors import ChartError


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


WAYS = ("auto", "helm", "sdk")
"""How an engine can be chosen; `auto` is the command where it is installed, else the library."""


def choose(way: str = "auto") -> Engine:
    """Return an engine.

    Raises:
        ChartError: when it is not installed; says what to do.
    """
    from efdgen.helm import command, sdk

    found: Engine | None = None
    if way in ("auto", "helm"):
        found = command.find()
    if found is None and way in ("auto", "sdk"):
        found = sdk.find()
    if found is not None:
        return found
    missing = {
        "auto": "there is no Helm here",
        "helm": "the command `helm` is not installed",
        "sdk": "Helm's library is not installed",
    }[way]
    ways = [] if way == "sdk" else ["install the command: https://helm.sh/docs/intro/install/"]
    ways += [] if way == "helm" else ["install the library: pip install 'efdgen[helm]'"]
    raise ChartError(f"{missing}; {', or '.join(ways)}")
