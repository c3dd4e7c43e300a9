"""Templates of our own, run by Helm without the charts that their apps depend on: they need none to fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from efdgen.errors import ChartError, InvalidInputError, Problem
from efdgen.helm import folders, hydrate, threads
from efdgen.helm.engines.engine import Capabilities, Engine, is_late
from efdgen.helm.hydrate import Charts, HydratedApp
from efdgen.language.tuples import NamedTuple
from efdgen.repository import paths
from efdgen.repository.model import ChartReference, Repository
from efdgen.rules import acceptance
from efdgen.rules.kubernetes import owntemplates
from efdgen.rules.kubernetes.check import Finding
from efdgen.verbs.model import Rendering

CODE = owntemplates.CODE


class OwnTemplates(NamedTuple):
    """What is wrong with templates of our own, and Helm's messages that say the same."""

    findings: list[Finding]
    errors: list[str]


class _None:
    """No third-party charts."""

    def archive(self, chart: ChartReference) -> bytes:
        raise ChartError(f"{chart.name} is not looked at")


def of_failed(
    apps: Sequence[HydratedApp],
    tree: Mapping[str, bytes],
    repository: Repository,
    engine: Engine,
    capabilities: Capabilities,
) -> OwnTemplates:
    """Run the wrapper charts of apps that failed, and find those whose own templates are why.

    Args:
        apps: what was hydrated of an environment.
        tree: the rendered tree.
        repository: the repository, for locations.
        engine: Helm.
        capabilities: what the environment's cluster can do.
    """
    known = {app.app: hydrate.deployments(app) for app in apps if app.app == paths.PARENT}.get(paths.PARENT, {})
    found = OwnTemplates([], [])
    for failed in apps:
        if not failed.error or is_late(failed.error):
            continue  # of what never ends, nobody knows which template it is
        alone = failed if failed.app == paths.PARENT else _alone(tree, failed, known, engine, capabilities)
        problems = list(owntemplates.failing(failed, alone, tree, repository)) if alone is not None else []
        found.findings.extend(problems)
        found.errors.extend([alone.error] if problems and alone is not None else [])
    return found


def refuse_failing(rendered: Rendering, engine: Engine, apps: Sequence[str] = ()) -> None:
    """Run the wrapper charts of what was rendered, all of it or some apps, and the parent chart.

    Args:
        rendered: what the specs render to, with the environments.
        engine: Helm.
        apps: the apps; none: all.

    Raises:
        InvalidInputError: with every template of ours that fails, unless a spec accepts it.
    """
    repository = rendered.project.repository
    tree = folders.built(rendered.tree, rendered.project.root)
    problems: dict[Problem, dict[str, list[str]]] = {}
    for environment in rendered.environments:
        name = environment.facts.name
        capabilities = hydrate.capabilities(tree, name, environment.facts.cluster)
        for one in _hydrated(tree, name, apps, engine, capabilities):
            for finding in owntemplates.failing(one, one, tree, repository):
                if not acceptance.is_accepted(environment.spec, CODE, finding.app, finding.problem.path):
                    problems.setdefault(finding.problem, {}).setdefault(finding.app, []).append(name)
    if problems:
        raise InvalidInputError(
            problem._replace(message=f"{problem.message} ({shown_by(apps_of)})")
            for problem, apps_of in problems.items()
        )


def shown_by(apps: Mapping[str, Sequence[str]]) -> str:
    """Return who shows a problem of a template: an app with its environments, or, of one that apps share, how many do.

    `chronograf in base, summit`, or `in 13 apps of base, summit`.
    """
    names = ", ".join(dict.fromkeys(name for those in apps.values() for name in those))
    return f"in {len(apps)} apps of {names}" if len(apps) > 1 else f"{next(iter(apps))} in {names}"


def _hydrated(
    tree: Mapping[str, bytes], environment: str, apps: Sequence[str], engine: Engine, capabilities: Capabilities
) -> Iterator[HydratedApp]:
    charts: Charts = _None()
    parent = hydrate.hydrate_app(tree, paths.PARENT, environment, engine, charts, capabilities)
    yield parent
    known = hydrate.deployments(parent)
    wanted = [app for app in known if not apps or app in apps]

    def one(app: str) -> HydratedApp | None:
        return _alone(tree, HydratedApp(environment, app, (), ""), known, engine, capabilities)

    for _, result in threads.as_done(one, wanted):
        if result is not None:
            yield result


def _alone(
    tree: Mapping[str, bytes],
    app: HydratedApp,
    known: Mapping[str, hydrate.Deployment | str],
    engine: Engine,
    capabilities: Capabilities,
) -> HydratedApp | None:
    """Hydrate an app's wrapper chart without its charts; None: how it is deployed is not known."""
    deployment = known.get(app.app, "")
    if isinstance(deployment, str):
        return None
    alone, without_git = folders.alone(tree, app.app), deployment._replace(from_git=())
    return hydrate.hydrate_app(alone, app.app, app.environment, engine, _None(), capabilities, without_git)
