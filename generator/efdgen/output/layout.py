"""Every output path is decided here: the argocd-efd layout, below the output folder."""

from __future__ import annotations

from collections.abc import Collection

from efdgen.language.late import late
from efdgen.repository.paths import PARENT

FLEET = "README.md"
"""The page about all environments."""

_OWNED = late(
    r"apps/[^/]+/(?:values-(?P<values>[^/]+)\.yaml|(?!templates/)[^/]+/(?P<file>[^/]+)\.json|git/[^/]+/values-(?P<git>[^/]+)\.yaml)\Z"
    r"|docs/(?P<page>[^/]+)\.md\Z"
)
_OF_GIT = late(r"/git/(?P<key>[^/]+)/values-[^/]+\Z")
_COMPANION = late(r"apps/[^/]+/(?!templates/|charts/|crds/)[a-z0-9-]{1,63}/[^/]+\.json\Z")
"""What an app definition can ask for beside the values: the schema of `environmentFiles` says the same."""


_CHART_LOCK = late(r"apps/[^/]+/Chart\.lock\Z")
_ARCHIVE = late(r"apps/[^/]+/charts/[^/]+\.tgz\Z")


def chart(app: str) -> str:
    """Return the folder of an app's wrapper chart, or of the parent chart."""
    return f"apps/{app}"


def chart_file(app: str) -> str:
    """Return the path of a chart's own description."""
    return f"{chart(app)}/Chart.yaml"


def chart_lock(app: str) -> str:
    """Return the path of Helm's own lock of the charts that a wrapper chart holds."""
    return f"{chart(app)}/Chart.lock"


def is_chart_lock(path: str) -> bool:
    """Say whether a file is Helm's lock of a wrapper chart: it vouches for the archives beside it."""
    return path.endswith("/Chart.lock") and _CHART_LOCK.match(path) is not None


def is_archive(path: str) -> bool:
    """Say whether a file is the archive of a chart in a wrapper chart."""
    return path.endswith(".tgz") and _ARCHIVE.match(path) is not None


def vendored(app: str, chart: str, version: str) -> str:
    """Return the path of the archive of a third-party chart in a wrapper chart, where Helm looks for it."""
    return f"apps/{app}/charts/{chart}-{version}.tgz"


def values(app: str, environment: str) -> str:
    """Return the path of an environment's values for a chart."""
    return f"{chart(app)}/{values_file(environment)}"


def values_file(environment: str) -> str:
    """Return the name of an environment's values in the folder of a chart."""
    return f"values-{environment}.yaml"


def git_folder(key: str) -> str:
    """Return the folder, in that of a wrapper chart, of the values of a chart that Argo CD takes from Git."""
    return f"git/{key}"


def git_values(app: str, key: str, environment: str) -> str:
    """Return the path of an environment's values for a chart that Argo CD takes from Git."""
    return f"{chart(app)}/{git_folder(key)}/{values_file(environment)}"


def git_chart(path: str) -> str:
    """Return the key of the chart from Git that a values file is of, wherever its path begins; empty: of none."""
    match = _OF_GIT.search(path)
    return match["key"] if match else ""


def is_values(path: str) -> bool:
    """Say whether a file holds values of a chart in one environment."""
    return path.endswith(".yaml") and environment_of(path) is not None


def application(app: str) -> str:
    """Return the path of the parent chart's template that yields an app's Application."""
    return f"{chart(PARENT)}/templates/{app}.yaml"


def page(environment: str) -> str:
    """Return the path of the page about an environment: its runbook."""
    return f"docs/{environment}.md"


def can_vouch(path: str) -> bool:
    """Say whether a file can vouch for others: it holds the values of one environment."""
    match = _OWNED.match(path)
    return match is not None and match.lastgroup == "values"


def vouches_for(path: str, companion: str) -> bool:
    """Say whether a file can vouch for another one.

    A values file can for what its app has beside it in its environment, Helm's lock for the archives of its chart.
    """
    if is_chart_lock(path):
        return is_archive(companion) and app_of(companion) == app_of(path)
    return (
        can_vouch(path)
        and _COMPANION.match(companion) is not None
        and app_of(companion) == app_of(path)
        and environment_of(companion) == environment_of(path)
    )


def voucher_of(companion: str) -> str | None:
    """Return the file that can vouch for another one, its app's values or Helm's lock; None: none can."""
    if is_archive(companion):
        return chart_lock(app_of(companion))
    environment = environment_of(companion)
    return None if environment is None or not _COMPANION.match(companion) else values(app_of(companion), environment)


def environment_of(path: str) -> str | None:
    """Return the environment that a path belongs to, or None when all share it."""
    match = _OWNED.match(path)
    return match[match.lastgroup or 0] if match else None


def is_page(path: str) -> bool:
    """Say whether a path is a page: made from the same data as the charts, it says nothing of its own."""
    return path == FLEET or (path.startswith("docs/") and path.endswith(".md"))


def is_in_chart(path: str) -> bool:
    """Say whether a path lies in a chart: Argo CD reads nothing else."""
    return path.startswith("apps/")


def is_of(path: str, apps: Collection[str]) -> bool:
    """Say whether a path is one of these apps': in its chart, or the parent chart's template of its Application."""
    if not is_in_chart(path) or path.count("/") < 2:  # noqa: PLR2004 - apps/<app>/...
        return False
    app = application_of(path)
    return app_of(path) in apps or (app in apps and path == application(app))


def app_of(path: str) -> str:
    """Return the app, or the parent chart, whose chart a path lies in."""
    return path.split("/", 2)[1]


def application_of(path: str) -> str:
    """Return the app whose Application the parent chart's template yields: the template's name says it."""
    return path.rpartition("/")[2].removesuffix(".yaml")
