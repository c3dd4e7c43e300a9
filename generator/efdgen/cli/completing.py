"""What a shell completes beside environments and apps: it is silent where nothing can be known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from efdgen.verbs import project

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def completing(words: Callable[[Path, click.Context, str], Iterable[str]]) -> Complete:
    """Return what completes words of a repository that begin like what was typed.

    Args:
        words: returns them, from the repository's folder, what was typed before, and what was typed of this one.
    """

    def complete(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from efdgen.errors import EfdgenError

        try:
            root = project.find_root(Path(ctx.params.get("root") or ".").resolve())
            found = [word for word in words(root, ctx, incomplete) if word.startswith(incomplete)]
        except (EfdgenError, OSError):
            return []
        return [CompletionItem(word) for word in dict.fromkeys(found)]

    return complete


def _revisions(root: Path, _ctx: click.Context, _incomplete: str) -> Iterable[str]:
    from efdgen.repository import git

    return git.names(root)


def _sites(root: Path, _ctx: click.Context, _incomplete: str) -> Iterable[str]:
    from efdgen.verbs import edit

    return sorted(edit.Sources(root).written.sites)


def _questions(root: Path, ctx: click.Context, incomplete: str) -> Iterable[str]:
    """Return the apps of an environment and the facts or, behind the name of one, the paths below it."""
    from efdgen.repository import paths
    from efdgen.verbs import edit

    sources = edit.Sources(root)
    spec = sources.written.specs.get(ctx.params.get("environment") or "")
    if spec is None:
        return []
    listed = spec.data.get("apps") or {}
    found = [word for word in sources.paths(incomplete) if word != "site"]
    if "." in incomplete:
        return found
    return [*(word for word in found if word in listed or word not in sources.written.apps), paths.PARENT]


def _keys(root: Path, ctx: click.Context, _incomplete: str) -> Iterable[str]:
    """Return the names under which an app has several charts."""
    from efdgen.repository import definitions
    from efdgen.repository.files import Files

    app = definitions.load(Files(root)).get(ctx.params.get("app") or "")
    return [] if app is None else [chart.key for chart in app.charts]


def _rbac(root: Path, ctx: click.Context) -> Any:
    return next(iter(project.resolve(root, [ctx.params.get("environment") or ""]).environments), None)


def _subjects(root: Path, ctx: click.Context, _incomplete: str) -> Iterable[str]:
    from efdgen.environment import permissions

    rbac = _rbac(root, ctx).facts.argocd.rbac
    lines = (*permissions.BUILT_IN, *permissions.BUILT_IN_GROUPS, *rbac.policies, *rbac.groups)
    return sorted({line.subject for line in lines})


def _objects(root: Path, ctx: click.Context, _incomplete: str) -> Iterable[str]:
    return [f"{app.project}/{app.application}" for app in _rbac(root, ctx).apps]


def _zones(root: Path, ctx: click.Context, _incomplete: str) -> Iterable[str]:
    """Return the domains of hosts; click does not always know of which environment."""
    environments = project.resolve(
        root, [ctx.params["environment"]] if ctx.params.get("environment") else []
    ).environments
    return sorted({each.host.partition(".")[2] for environment in environments for each in environment.public_hosts})


revision = completing(_revisions)
site = completing(_sites)
question = completing(_questions)
chart_key = completing(_keys)
rbac_subject = completing(_subjects)
rbac_object = completing(_objects)
zone = completing(_zones)
