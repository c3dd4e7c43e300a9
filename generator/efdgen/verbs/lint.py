"""`efdgen lint`: what is wrong with the objects that Argo CD would apply."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.errors import ChartError, Location, Problem, UsageError
from efdgen.helm import folders, hydrate
from efdgen.helm.charts import archive, keys
from efdgen.helm.engines.engine import Capabilities, Engine
from efdgen.helm.hydrate import Charts, HydratedApp
from efdgen.language import scope, suggest
from efdgen.language.layers import at, leaves
from efdgen.language.tuples import NamedTuple
from efdgen.render.files import app_files
from efdgen.repository import chartfolders, paths
from efdgen.repository.model import AppChart, EnvironmentSpec
from efdgen.rules import acceptance, hosts
from efdgen.rules.kubernetes import across, apis, check, exponents, kubeversions, pods, schemas
from efdgen.rules.kubernetes.check import Finding
from efdgen.rules.kubernetes.world import Cluster
from efdgen.verbs import fixingcharts, owntemplates, secondmakers
from efdgen.verbs.fixingcharts import Known
from efdgen.verbs.project import Rendering, rendering

_ALWAYS = (*check.CODES, *across.CODES, exponents.CODE, owntemplates.CODE, kubeversions.CODE)
"""The codes of what is looked for in every run."""


class Linted(NamedTuple):
    """What a look at the hydrated objects found.

    Attributes:
        environments: the environments that were looked at.
        problems: what is wrong, sorted.
        failed: apps that could not be hydrated, and were not looked at.
        notes: what was not looked at, and why.
        findings: what `problems` tells of objects, each once for every environment that has it.
        in_vain: those of `problems` that are about what is accepted and not found.
        warnings: what is odd about the specs, but no error.
    """

    environments: tuple[str, ...]
    problems: tuple[Problem, ...]
    failed: tuple[HydratedApp, ...]
    notes: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    in_vain: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def lint(
    root: Path,
    names: Sequence[str],
    engine: Engine,
    charts: Charts,
    only: Sequence[str] = (),
    *,
    resources: bool = False,
    known: Known = fixingcharts.NOTHING,
) -> Linted:
    """Hydrate the named environments (none named: all) and check their objects, or only those of some apps.

    With `resources`, containers without requests or limits are named, and not only counted. `known` has the
    versions of charts that can be tried where one makes what Kubernetes removes.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment or an app is unknown, or none of the environments has any of the apps.
    """
    given = rendering(root, names, only, keep=True)
    refuse_absent(given, only)
    return look(given, root, engine, charts, only, resources=resources, known=known)


def look(
    given: Rendering,
    root: Path,
    engine: Engine,
    charts: Charts,
    only: Sequence[str] = (),
    *,
    resources: bool = False,
    known: Known = fixingcharts.NOTHING,
) -> Linted:
    """Do the same with what was rendered, and kept with its environments."""
    tree = folders.built(given.tree, root)
    repository = given.project.repository
    findings: list[Finding] = []
    failed: list[HydratedApp] = []
    in_vain: list[Problem] = []
    assumed: dict[tuple[str, str], list[str]] = {}
    containers = [0, 0]
    fixing = fixingcharts.Fixing(known)
    meant_for = functools.cache(functools.partial(_kube_version, root, charts))
    for environment in given.environments:
        cluster = environment.facts.cluster
        name = environment.facts.name
        capabilities = hydrate.capabilities(tree, name, cluster)
        wanted = [app for app in only if app in deployed(environment)]
        if only and not wanted:
            continue
        apps = list(hydrate.hydrate(tree, name, wanted, engine, charts, capabilities))
        found = check.check(apps, repository, cluster.kubernetes_version)
        found += _exponents(environment, apps, tree, engine, charts, capabilities)
        failures = [app for app in apps if app.error]
        own = owntemplates.of_failed(apps, tree, repository, engine, capabilities)
        # What the finding says at its line need not be said once more as a failure.
        failures = [app for app in failures if not any(app.error == error for error in own.errors)]
        found += own.findings
        looked_at = [app.definition for app in environment.apps if not only or app.definition.name in only]
        found += kubeversions.find(name, looked_at, cluster.kubernetes_version, meant_for)
        if not failures and not only:
            around = _cluster(environment, apps)
            cause = secondmakers.cause(environment, _again(environment, tree, engine, charts, capabilities), charts)
            found += across.find(apps, repository, around, _written(environment), resources=resources, cause=cause)
            for what in across.assumed(apps, repository, around):
                assumed.setdefault(what, []).append(name)
            counted = across.unbounded(apps, repository)
            containers = [so_far + more for so_far, more in zip(containers, counted, strict=True)]
        if not failures and not only:
            blind = {"E701"} if schemas.missing(apis.minor(cluster.kubernetes_version)) else set()
            asked = (pods.UNBOUNDED,) if resources else ()
            lacking = hosts.lacking(environment)
            kinds = {(finding.problem.code, finding.app, finding.problem.path) for finding in found}
            kinds |= {(finding.problem.code, finding.app, finding.problem.path) for finding in lacking}
            in_vain += acceptance.accepted_in_vain(
                environment.spec,
                kinds,
                frozenset((*_ALWAYS, *asked)) - blind,
            )
        failed += failures
        kept = not_accepted(environment.spec, found)
        way = fixingcharts.Around(tree, repository, engine, charts, capabilities)
        findings += fixing.named(kept, way)
    problems = sorted({*combined(findings), *in_vain}, key=lambda problem: problem.sort_key)
    failed.sort(key=lambda app: (app.environment, app.app))
    notes = list(_notes(given.environments))
    notes += [f"{said} ({app} in {listed(names)})" for (app, said), names in sorted(assumed.items())]
    if not resources:
        notes += _unbounded(*containers)
    done = tuple(problems), tuple(failed), tuple(notes), tuple(findings), tuple(in_vain)
    return Linted(given.project.selected, *done, given.warnings)


def _unbounded(lacking: int, every: int) -> list[str]:
    """Return how many of the containers have no requests or no limits, if any."""
    if not lacking:
        return []
    what = f"container{'' if every == 1 else 's'} {'has' if lacking == 1 else 'have'}"
    return [f"{lacking} of {every} {what} no requests or no limits: efdgen lint --resources names them"]


def _kube_version(root: Path, charts: Charts, chart: AppChart) -> str:
    """Return the versions of Kubernetes that a chart is for; empty: any, or it is not at hand."""
    try:
        if chart.folder:
            files = chartfolders.read(root, chart.folder)
        else:
            files = archive.files(charts.archive(chart.reference))
    except ChartError:
        return ""  # hydrating it says what is wrong
    return str(keys.mapping(files, "Chart.yaml").get("kubeVersion") or "")


def _written(environment: ResolvedEnvironment) -> across.Written:
    """Return what finds the place where a value of an app is written, if one alone has it."""
    apps = {app.definition.name: app for app in environment.apps}

    def written(name: str, value: str) -> Location | None:
        app = apps.get(name)
        found = [path for path, leaf in leaves(app.values) if str(leaf) == value] if app is not None else []
        return scope.locate(app.layers, ("values", *found[0])) if app is not None and found else None

    return written


def _cluster(environment: ResolvedEnvironment, apps: Iterable[HydratedApp]) -> Cluster:
    """Return what is known of an environment's cluster beside its objects."""
    definitions = [app.definition for app in environment.apps]
    secrets = [(app.namespace, name) for app in definitions for name in app.manual_secrets]
    made = [
        str(at(item.data, ("spec", "destination", "namespace"), ""))
        for app in apps
        for item in app.objects
        if "CreateNamespace=true" in (at(item.data, ("spec", "syncPolicy", "syncOptions"), None) or ())
    ]
    cluster = environment.facts.cluster
    classes = [*([cluster.storage_class] if cluster.storage_class else []), *cluster.storage_classes]
    return Cluster(secrets, classes, made)


def deployed(environment: ResolvedEnvironment) -> frozenset[str]:
    """Return the charts that an environment has: its apps', and the parent chart."""
    return frozenset((paths.PARENT, *(app.definition.name for app in environment.apps)))


def refuse_absent(given: Rendering, apps: Iterable[str]) -> None:
    """Refuse apps that none of the environments has: nothing would be looked at.

    Raises:
        UsageError: when there is one.
    """
    there = {app for environment in given.environments for app in deployed(environment)}
    for app in apps:
        if app not in there:
            names = listed([environment.facts.name for environment in given.environments])
            raise UsageError(f"the app {app!r} is in none of: {names}; {suggest.hint(app, there)}")


def _exponents(
    environment: ResolvedEnvironment,
    hydrated: Iterable[HydratedApp],
    tree: Mapping[str, bytes],
    engine: Engine,
    charts: Charts,
    capabilities: Capabilities,
) -> list[Finding]:
    """Return the numbers that charts write with exponents."""
    by_name = {app.definition.name: app for app in environment.apps}
    again = _again(environment, tree, engine, charts, capabilities)
    these = [(app, by_name[app.app]) for app in hydrated if app.app in by_name]
    return [finding for app, resolved in these for finding in exponents.find(app, resolved, again)]


def _again(
    environment: ResolvedEnvironment,
    tree: Mapping[str, bytes],
    engine: Engine,
    charts: Charts,
    capabilities: Capabilities,
) -> Callable[[ResolvedApp], HydratedApp]:
    """Return what hydrates an app of an environment with other values."""

    def again(app: ResolvedApp) -> HydratedApp:
        files = {**tree, **dict(app_files(environment, app))}
        return hydrate.hydrate_app(files, app.definition.name, environment.facts.name, engine, charts, capabilities)

    return again


def not_accepted(spec: EnvironmentSpec, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings of an environment that its spec does not accept."""
    return [
        found
        for found in findings
        if not acceptance.is_accepted(spec, found.problem.code, found.app, found.problem.path)
    ]


def combined(findings: Iterable[Finding]) -> Iterator[Problem]:
    """Yield each problem once, with the app and the environments that have it. Hints say where they differ.

    What is wrong at one place of what all wrapper charts have is one problem, however many apps show it.
    """
    where: dict[tuple[Problem, str, str], dict[str, dict[str, list[str]]]] = {}
    for problem, environment, app, template in findings:
        shared = "" if problem.location.file.startswith(f"{paths.WRAPPER}/") else app
        apps = where.setdefault((problem._replace(hint=""), shared, template), {}).setdefault(problem.hint, {})
        if environment not in apps.setdefault(app, []):
            apps[app].append(environment)
    for (problem, _, template), hints in where.items():
        apps = {}
        for app, names in (each for those in hints.values() for each in those.items()):
            apps[app] = [*dict.fromkeys((*apps.get(app, ()), *names))]
        names = list(dict.fromkeys(name for those in apps.values() for name in those))
        app = next(iter(apps))
        who = f"{app} in" if len(apps) == 1 else f"in {len(apps)} apps of"
        source = f", template {template}" if template else ""
        message = f"{problem.message} ({who} {listed(names)}{source})"
        of_hints = {hint: [*dict.fromkeys(name for e in those.values() for name in e)] for hint, those in hints.items()}
        yield problem._replace(
            message=message, app=app if len(apps) == 1 else "", environments=tuple(names), hint=_hint(of_hints)
        )


def _hint(hints: Mapping[str, Sequence[str]]) -> str:
    """Return a hint, or those of several environments: `use v1 (lab); use v1beta1 (dome, base)`."""
    said = {hint: names for hint, names in hints.items() if hint}
    if len(hints) == 1:
        return next(iter(hints))
    return "; ".join(f"{hint} ({', '.join(names)})" for hint, names in said.items())


def listed(environments: Sequence[str]) -> str:
    """Return `environment a`, or `environments a, b`."""
    return f"environment{'' if len(environments) == 1 else 's'} {', '.join(environments)}"


def _notes(environments: Iterable[ResolvedEnvironment]) -> Iterator[str]:
    """Yield why objects were not held against Kubernetes' schemas, a reason once."""
    reasons: dict[str, list[str]] = {}
    for environment in environments:
        reason = schemas.missing(apis.minor(environment.facts.cluster.kubernetes_version))
        if reason:
            reasons.setdefault(reason, []).append(environment.facts.name)
    for reason, names in reasons.items():
        yield f"objects were not held against Kubernetes' schemas in {listed(names)}: {reason}"
