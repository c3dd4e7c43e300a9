"""`efdgen hydrate`: what Argo CD deploys from, and whether the specs still say so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from efdgen.environment.model import Cluster
from efdgen.errors import ChartError, InvalidInputError, UsageError
from efdgen.helm import folders, hydrate
from efdgen.helm.charts.cache import NotLockedError
from efdgen.helm.hydrate import Charts
from efdgen.language.tuples import NamedTuple
from efdgen.output import disk, layout
from efdgen.repository.model import ChartReference
from efdgen.verbs.project import rendering
from efdgen.verbs.render import OUTPUT, outcome_of
from efdgen.verbs.vendored import with_archives


class ChartsOfFormerPins:
    """The charts that an outdated output folder names: what is not locked there is a former pin, which no fetch brings.

    Args:
        charts: the locked charts.
    """

    def __init__(self, charts: Charts) -> None:
        self._charts = charts

    def archive(self, chart: ChartReference) -> bytes:
        """Return a chart's archive.

        Raises:
            ChartError: when it is not there; says what to do.
        """
        try:
            return self._charts.archive(chart)
        except NotLockedError:
            message = f"{chart.name} {chart.version}: rendered/ has it, and app definitions pin another version"
            raise ChartError(f"{message}; run: efdgen render") from None


class Deployed(NamedTuple):
    """The output folder as it is, and what the specs say about an environment in it.

    Attributes:
        tree: the output folder, and the charts in folders of the repository that it names.
        cluster: the environment's cluster; None when the specs are invalid, or there is no such spec.
        is_outdated: whether `check` would find differences; false when the specs are invalid.
    """

    tree: Mapping[str, bytes]
    cluster: Cluster | None
    is_outdated: bool


def deployed(root: Path, environment: str) -> Deployed:
    """Read the output folder, which is what Argo CD deploys from, and compare it with the specs.

    Raises:
        OutputError: when the output folder can't be read.
        InvalidInputError: with everything wrong with what people wrote, where nothing is rendered yet.
    """
    there = disk.read(root / OUTPUT)
    tree = folders.built(there, root)
    try:
        rendered = rendering(root, [environment], keep=True)
        (resolved,) = rendered.environments
        cluster = resolved.facts.cluster
    except (InvalidInputError, UsageError) as error:
        if isinstance(error, InvalidInputError) and not hydrate.environments(there):
            raise
        return Deployed(tree, None, is_outdated=False)
    try:
        outcome = outcome_of(there, with_archives(rendered, there), {environment})
    except ChartError:
        # An archive that were there as charts.lock says would have been found.
        return Deployed(tree, cluster, is_outdated=True)
    # Pages are nothing that Argo CD reads.
    is_outdated = bool(outcome.foreign) or any(layout.is_in_chart(change.path) for change in outcome.changes)
    return Deployed(tree, cluster, is_outdated)
