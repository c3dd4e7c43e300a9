"""What Argo CD would apply: the objects that Helm makes of the rendered charts.

The charts are taken as they are, from any tree of files. Nothing of Helm is done here: an engine does it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from efdgen.environment.model import Cluster
from efdgen.errors import ChartError, UsageError
from efdgen.helm import objects, threads
from efdgen.helm.charts import archive
from efdgen.helm.dependencies import dependencies
from efdgen.helm.engines import messages
from efdgen.helm.engines.engine import Capabilities, Engine, Release
from efdgen.helm.made import Determined, make
from efdgen.helm.objects import Object
from efdgen.helm.printing import Manifests
from efdgen.language import suggest, yamlio
from efdgen.language.shown import misread
from efdgen.language.tuples import NamedTuple
from efdgen.output import layout
from efdgen.repository import chartaddress, paths
from efdgen.repository.model import ChartReference

__all__ = ["Capabilities", "Object", "dependencies"]

PARENT_NAMESPACE = "argocd"
"""Where the parent chart goes: `argocd app create efd --dest-namespace argocd`."""

_UNDERSTOOD = frozenset(("valueFiles", "releaseName"))
"""What an Application can say about Helm."""


class Charts(Protocol):
    """Where the archives of third-party charts come from."""

    def archive(self, chart: ChartReference) -> bytes:
        """Return a chart's archive.

        Raises:
            ChartError: when it is not there; says what to do.
        """


class FromGit(NamedTuple):
    """A chart that Argo CD takes from Git.

    Attributes:
        chart: the chart, but for its name.
        release: the release's name.
        value_files: paths in the folder of the app's wrapper chart; a later one wins.
    """

    chart: ChartReference
    release: str
    value_files: tuple[str, ...]


class Deployment(NamedTuple):
    """How Argo CD deploys an app: what an Application says.

    Attributes:
        folder: the folder of its wrapper chart in the tree.
        release: the release's name.
        namespace: the namespace that it goes to.
        value_files: paths in the chart's folder; a later one wins.
        from_git: charts that are deployed beside it.
    """

    folder: str
    release: str
    namespace: str
    value_files: tuple[str, ...]
    from_git: tuple[FromGit, ...] = ()


class HydratedApp(NamedTuple):
    """The objects of one app, or why there are none.

    Attributes:
        environment: the environment.
        app: the app; `efd` is the parent chart itself.
        objects: its objects, by template, kind, namespace and name.
        error: Helm's message; empty when it went well.
        namespace: where objects go that name no namespace.
        releases: what Helm made of each of its releases: the paths of templates, and what they yield.
        determined: that it would be the same again; None: that is not known.
    """

    environment: str
    app: str
    objects: tuple[Object, ...]
    error: str
    namespace: str = ""
    releases: tuple[Manifests, ...] = ()
    determined: Determined | None = None


def environments(tree: Mapping[str, bytes]) -> list[str]:
    """Return the environments that a tree has values of the parent chart for, sorted."""
    folder = f"{layout.chart(paths.PARENT)}/"
    found = (layout.environment_of(path) for path in tree if path.startswith(folder))
    return sorted({name for name in found if name is not None})


def capabilities(tree: Mapping[str, bytes], environment: str, cluster: Cluster | None) -> Capabilities:
    """Return what an environment's cluster can do: as its spec says, else as far as the rendered tree does.

    Raises:
        UsageError: when the environment is unknown.
    """
    if cluster is not None:
        return Capabilities(cluster.kubernetes_version, cluster.api_versions)
    _refuse_unknown(environment, environments(tree))
    try:
        (values,) = yamlio.load_all(tree[layout.values(paths.PARENT, environment)].decode())
        return Capabilities(str(values["kubernetesVersion"]), ())
    except (ValueError, LookupError, TypeError) as error:
        path = layout.values(paths.PARENT, environment)
        raise ChartError(
            f"rendered/{path} names no kubernetesVersion: {misread(error)}; efdgen render fixes it"
        ) from None


def _refuse_unknown(environment: str, known: list[str]) -> None:
    if not known:
        raise UsageError("nothing is rendered yet; run: efdgen render")
    if environment not in known:
        raise UsageError(suggest.unknown("environment", environment, known))


def hydrate(
    tree: Mapping[str, bytes],
    environment: str,
    apps: Sequence[str],
    engine: Engine,
    charts: Charts,
    capabilities: Capabilities,
    parent: HydratedApp | None = None,
) -> Iterator[HydratedApp]:
    """Yield an environment's apps as they are hydrated, many side by side, in the order in which they are done.

    Where the parent chart fails, nobody knows the apps: then it is all that is yielded.

    Args:
        tree: the rendered tree; paths below `rendered/`.
        environment: the environment.
        apps: the apps; `efd` is the parent chart; none: all.
        engine: Helm.
        charts: third-party charts.
        capabilities: what the environment's cluster can do.
        parent: what comes of the parent chart; None: that is found out.

    Raises:
        UsageError: when the environment or an app is unknown.
    """
    _refuse_unknown(environment, environments(tree))
    parent = parent or hydrate_app(tree, paths.PARENT, environment, engine, charts, capabilities)
    if parent.error:
        yield parent
        return
    deployed = deployments(parent)
    for app in apps:
        if app != paths.PARENT and app not in deployed:
            hint = suggest.hint(app, (paths.PARENT, *deployed))
            raise UsageError(f"{environment} has no app {app!r}: {hint}")
    if not apps or paths.PARENT in apps:
        yield parent
    wanted = [app for app in deployed if not apps or app in apps]

    def one(app: str) -> HydratedApp:
        return hydrate_app(tree, app, environment, engine, charts, capabilities, deployed[app])

    for _, result in threads.as_done(one, wanted):
        yield result


def hydrate_app(
    files: Mapping[str, bytes],
    app: str,
    environment: str,
    engine: Engine,
    charts: Charts,
    capabilities: Capabilities,
    deployment: Deployment | str = "",
) -> HydratedApp:
    """Return the objects of one app, or of the parent chart.

    Args:
        files: a tree of files; paths below `rendered/`.
        app: the app.
        environment: the environment.
        engine: Helm.
        charts: third-party charts.
        capabilities: what the environment's cluster can do.
        deployment: how it is deployed, or why that is not known; not given: the parent chart in `files` is asked.
    """
    read_by_helm: list[bytes] = []
    try:
        if app == paths.PARENT:
            # What `argocd app create efd --helm-set env=...` does.
            values = [yamlio.dump({"env": environment}).encode()]
            releases = [Release(app, PARENT_NAMESPACE, _chart(files, layout.chart(app), charts), values)]
        else:
            if not deployment:
                parent = hydrate_app(files, paths.PARENT, environment, engine, charts, capabilities)
                deployment = parent.error or deployments(parent).get(app, f"{environment} has no app {app!r}")
            releases = list(_releases(files, deployment, charts))
        read_by_helm += [content for each in releases for content in (*each.values, each.chart.get("values.yaml", b""))]
        made = make(engine, releases, capabilities)
        if made.error:
            error = messages.hidden(messages.shorten(made.error), read_by_helm)
            return HydratedApp(environment, app, (), error, determined=made.determined)
        return HydratedApp(environment, app, made.objects, "", releases[0].namespace, made.releases, made.determined)
    except ChartError as error:
        return HydratedApp(environment, app, (), messages.hidden(messages.shorten(str(error)), read_by_helm))


def deployments(parent: HydratedApp) -> dict[str, Deployment | str]:
    """Return how Argo CD deploys each app, by the app's name: what the parent chart's Applications say.

    For an Application that says what efdgen does not know, the reason stands instead.
    """
    found: dict[str, Deployment | str] = {}
    for item in parent.objects:
        if objects.key(item.data).kind == "Application":
            name = objects.key(item.data).name
            app = app_of(item.data) or name
            try:
                found[app] = _deployment(name, item.data)
            except (TypeError, KeyError, AttributeError) as error:
                found[app] = f"the Application {name} is incomplete: {misread(error)}"
            except ChartError as error:
                found[app] = str(error)
    return dict(sorted(found.items()))


def app_of(item: Mapping[str, Any]) -> str:
    """Return the app that an object of the parent chart is the Application of; empty: it is none's."""
    if objects.key(item).kind != "Application":
        return ""
    try:
        return posixpath.basename(str(_sources(item["spec"])[0]["path"]).rstrip("/"))
    except (TypeError, KeyError, AttributeError):
        return ""


def _sources(spec: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return what an Application is made of; the app's wrapper chart comes first."""
    return spec.get("sources") or [spec["source"]]


def _deployment(name: str, application: Mapping[str, Any]) -> Deployment:
    spec = application["spec"]
    first, *others = _sources(spec)
    folder = layout.chart(posixpath.basename(first["path"].rstrip("/")))
    release, value_files = _helm(name, first)
    lent = f"${first.get('ref')}/{first['path'].rstrip('/')}/"
    from_git = tuple(_other(name, source, lent) for source in others)
    return Deployment(folder, release, spec["destination"]["namespace"], value_files, from_git)


def _helm(name: str, source: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return the release's name and the value files of a source of an Application."""
    helm = source.get("helm") or {}
    unknown = sorted(helm.keys() - _UNDERSTOOD)
    if unknown:
        raise ChartError(f"efdgen does not know what {', '.join(unknown)} in the Application {name} means to Helm")
    return helm.get("releaseName") or name, tuple(helm.get("valueFiles") or ())


def _other(name: str, source: Mapping[str, Any], lent: str) -> FromGit:
    """Return a chart from Git; its value files are those of the wrapper chart, which begin as `lent` says."""
    release, value_files = _helm(name, source)
    for file in value_files:
        if not file.startswith(lent):
            raise ChartError(f"efdgen does not know where {file} in the Application {name} is")
    place = chartaddress.of_git(source["repoURL"], source["path"])
    files = tuple(file.removeprefix(lent) for file in value_files)
    return FromGit(ChartReference("", source["targetRevision"], place), release, files)


def _releases(files: Mapping[str, bytes], deployment: Deployment | str, charts: Charts) -> Iterator[Release]:
    """Yield what is installed for an app: its wrapper chart, then its charts from Git."""
    if isinstance(deployment, str):
        raise ChartError(deployment)
    folder, name, namespace, value_files, from_git = deployment
    values = _values(files, folder, value_files)
    yield Release(name, namespace, _chart(files, folder, charts), values)
    for chart in from_git:
        values = _values(files, folder, chart.value_files)
        yield Release(chart.release, namespace, archive.files(charts.archive(chart.chart)), values)


def _values(files: Mapping[str, bytes], folder: str, names: Sequence[str]) -> list[bytes]:
    values = []
    for name in names:
        path = posixpath.normpath(f"{folder}/{name}")
        if path not in files:
            raise ChartError(f"the value file {path} is not there; efdgen render makes it")
        values.append(files[path])
    return values


def _chart(files: Mapping[str, bytes], folder: str, charts: Charts) -> dict[str, bytes]:
    """Return a chart's files with its dependencies, as `helm dependency build` leaves them."""
    prefix = f"{folder}/"
    chart = {path.removeprefix(prefix): content for path, content in files.items() if path.startswith(prefix)}
    if "Chart.yaml" not in chart:
        raise ChartError(f"there is no chart {folder} in the rendered tree; efdgen render makes it")
    for reference in dependencies(chart["Chart.yaml"]):
        below = f"charts/{reference.name}/"
        path = f"charts/{reference.name}-{reference.version}.tgz"
        if path in chart:
            # Vendored: a folder that it was made from is not deployed beside it.
            chart = {name: content for name, content in chart.items() if not name.startswith(below)}
        elif chartaddress.folder_of(reference.repository):
            _refuse_another(reference, chart.get(f"{below}Chart.yaml"))
        else:
            chart[path] = charts.archive(reference)
        own = {name.removeprefix(below): text for name, text in chart.items() if name.startswith(below)}
        _refuse_incomplete(reference, chart.get(path, own))
    return chart


def _refuse_incomplete(reference: ChartReference, chart: bytes | Mapping[str, bytes]) -> None:
    try:
        if isinstance(chart, bytes):
            archive.refuse_incomplete_archive(chart)
        else:
            archive.refuse_incomplete(chart)
    except ChartError as error:
        raise ChartError(f"{reference.name} {reference.version}: {error}") from None


def _refuse_another(reference: ChartReference, metadata: bytes | None) -> None:
    """Refuse a chart of a folder that is not there, or is another version than the wrapper chart names."""
    what = f"{reference.name} {reference.version}: the folder {chartaddress.folder_of(reference.repository)}"
    if metadata is None:
        raise ChartError(f"{what} holds no chart; efdgen check says why")
    try:
        version = str(yamlio.load(metadata.decode("utf-8-sig"))["version"])
    except (ValueError, LookupError, TypeError) as error:
        raise ChartError(f"{what} has a Chart.yaml that can't be read: {misread(error)}") from None
    if version != reference.version:
        raise ChartError(f"{what} has {version} now; efdgen render writes that down")
