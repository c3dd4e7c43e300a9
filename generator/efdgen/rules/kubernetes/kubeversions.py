"""Charts that are not for the cluster's version of Kubernetes.

Helm asks only the outermost chart, which is our wrapper chart; nobody asks those inside it. So nothing refuses them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from efdgen.errors import Location, Problem, Severity
from efdgen.helm.charts import constraints
from efdgen.repository.model import AppChart, AppDefinition
from efdgen.rules.kubernetes.check import Finding

CODE = "W719"


def find(
    environment: str, apps: Iterable[AppDefinition], kubernetes_version: str, wanted: Callable[[AppChart], str]
) -> Iterator[Finding]:
    """Find charts that say that they are for other versions of Kubernetes than the cluster's.

    Args:
        environment: its name.
        apps: the apps that it has.
        kubernetes_version: the cluster's.
        wanted: returns the versions that a chart is for, as its Chart.yaml says it; empty: any, or not known.
    """
    for app in apps:
        for chart in app.charts:
            constraint = wanted(chart)
            if constraint and constraints.allows(constraint, kubernetes_version) is False:
                message = f"{chart.name} {chart.shown_version} is for Kubernetes {constraint}"
                where = f"{message}, and the cluster has {kubernetes_version}; nothing refuses it"
                which = f" --chart {chart.key}" if len(app.charts) > 1 else ""
                hint = f"pin a version that is for it, older or newer: efdgen charts upgrade {app.name}{which}"
                location = chart.location
                if chart.folder:
                    location = Location(f"{chart.folder}/Chart.yaml")
                    hint = "correct its kubeVersion, or what keeps it from that version"
                problem = Problem(CODE, where, location, hint=hint, severity=Severity.WARNING)
                yield Finding(problem, environment, app.name, "")
