"""Where what people write is, below a repository's top folder."""

from __future__ import annotations

import stat
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath

ENVIRONMENTS = "environments"
"""The folder of the specs, one file an environment."""

SHARED = f"{ENVIRONMENTS}/shared"
"""The folder of what environments share: facts, and tables."""

FACTS = f"{SHARED}/facts.yaml"

CHARTS = f"{SHARED}/charts.yaml"
"""Where third-party charts are fetched; a repository can do without."""

SCHEMAS = "schemas"
"""The folder of what a repository declares itself: its facts, and what its tables hold. It can do without."""

OWN_FACTS = f"{SCHEMAS}/facts.schema.json"

APPS = "templates/apps"
"""The folder of the app definitions, one folder an app."""

WRAPPER = "templates/wrapper"
"""The folder of what every wrapper chart has."""

RUNBOOK = "templates/runbook"
"""The folder of the runbook: a document a phase, in the order of their names."""

FUNCTIONS = "functions.sh"
"""The file of the runbook that holds shell functions for its script."""

PROJECT = "templates/project.yaml"
"""What the project is called, for people."""

PAGES = "templates/pages"
"""The folder of what pages, the site and `efdgen list` show."""

MOST_IN_RELEASE = 53
"""Characters of the name of a release, and so of an app, which Helm limits so that names of objects can have suffixes.

https://github.com/helm/helm/blob/main/pkg/chart/common/util/validate_name.go
"""

PARENT = "efd"
"""The name of the parent chart: no app can have it."""

APPLICATION = "application.yaml"
"""The parent chart's file that each app's Application is made from; it is not rendered itself."""

APPLICATION_WITH_GIT = "application-with-git.yaml"
"""The same for apps with charts that Argo CD takes from Git; needed by those only."""

APPLICATIONS = (APPLICATION, APPLICATION_WITH_GIT)

TEMPLATES = "templates"

IN_TEMPLATES = frozenset(PurePosixPath(path).name for path in (APPS, WRAPPER, RUNBOOK, PAGES, PROJECT))
"""What that folder holds."""

OUTPUT = "rendered"
"""The folder that efdgen writes."""

LOCK = "charts.lock"
"""Which archives the third-party charts are, written by `efdgen charts fetch`."""

LIKE_SPECS = (".json", ".yaml", ".yml")
"""How the names of files end that are specs, or look like some."""

FOLDERS = (ENVIRONMENTS, TEMPLATES, SCHEMAS)
"""The folders that hold everything that people write."""


def application(*, has_git: bool) -> str:
    """Return the parent chart's file that the Application of an app is made from."""
    return APPLICATION_WITH_GIT if has_git else APPLICATION


def spec(environment: str) -> str:
    """Return the path of an environment's spec."""
    return f"{ENVIRONMENTS}/{environment}.yaml"


def stray_spec(root: Path, name: str) -> str:
    """Return the path of a file that would be an environment's spec under another name or in another folder, if any."""
    found = (path for path in sorted((root / ENVIRONMENTS).rglob("*")) if path.stem == name)
    strays = (path.relative_to(root).as_posix() for path in found if path.suffix.casefold() in LIKE_SPECS)
    return next((path for path in strays if not path.startswith(f"{SHARED}/")), "")


def environment_of(path: str) -> str:
    """Return the environment whose spec a path is; empty: it is none."""
    folder, _, name = path.rpartition("/")
    return name.removesuffix(".yaml") if folder == ENVIRONMENTS and name.endswith(".yaml") else ""


def beginning(path: str) -> str:
    """Return how a file of its kind begins, for one that holds nothing: a hint, if there is one."""
    name = environment_of(path)
    if name:
        return f"begin with `name: {name}` and `apps: {{}}`, or delete it, and run: efdgen new {name}"
    folder, _, file = path.rpartition("/")
    if file == "app.yaml" and folder.startswith(f"{APPS}/"):
        return "begin with `description: ...` and `chart: ...`, or delete its folder, and run: efdgen new-app"
    begins = {FACTS: "defaults: {}"}.get(path, "items: {}" if folder == SHARED and path != CHARTS else "")
    return f"begin with `{begins}`" if begins else ""


def table(name: str) -> str:
    """Return the path of a table."""
    return f"{SHARED}/{name}.yaml"


def table_schema(name: str) -> str:
    """Return the path of the schema that says what a table holds."""
    return f"{SCHEMAS}/{name}.schema.json"


def table_names(root: Path) -> list[str]:
    """Return the names of the tables that have a file, without reading any."""
    names = (path.stem for path in (root / SHARED).glob("*.yaml") if not path.name.startswith("."))
    return sorted(name for name in names if table(name) not in (FACTS, CHARTS))


def is_repository(folder: Path) -> bool:
    """Say whether a folder holds specs and app definitions."""
    try:
        if not (folder / ENVIRONMENTS).is_dir():
            return False
    except OSError:  # a folder that can't be searched
        return False
    try:
        return stat.S_ISDIR((folder / APPS).stat().st_mode)
    except PermissionError:
        return True  # loading says which folder can't be read
    except OSError:
        return False


def app_names(root: Path) -> list[str]:
    """Return the names of the apps that have a definition, without reading any, and the parent chart's."""
    defined = (path.parent.name for path in (root / APPS).glob("*/app.yaml") if not path.parent.name.startswith("."))
    return sorted({PARENT, *defined})


def environment_names(root: Path) -> list[str]:
    """Return the names of the environments that have a spec, without reading any."""
    return sorted(path.stem for path in (root / ENVIRONMENTS).glob("*.yaml") if not path.name.startswith("."))


def apps_of(file: str, elsewhere: Mapping[str, Collection[str]]) -> Collection[str]:
    """Return the apps whose definition a file, or a folder, is a part of; none: it is a part of none.

    Args:
        file: the file.
        elsewhere: files that are not in the apps' folders, each with its apps.
    """
    if file in elsewhere:
        return elsewhere[file]
    return {file.split("/")[2]} if file.startswith(f"{APPS}/") else frozenset()
