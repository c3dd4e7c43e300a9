"""`efdgen lint --dead-values`: overrides that change nothing that is deployed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path as FilePath

from efdgen.errors import Location, Path, Problem, Severity, dotted
from efdgen.helm import folders, hydrate, threads
from efdgen.helm.engines.engine import Engine
from efdgen.helm.hydrate import Charts, HydratedApp
from efdgen.language.layers import Layer
from efdgen.language.tuples import NamedTuple
from efdgen.output import layout
from efdgen.repository import paths
from efdgen.rules import acceptance
from efdgen.rules.overrides import edits
from efdgen.rules.overrides.search import Tools, Trial, Verdict, Worth
from efdgen.verbs.lint import Linted, listed, refuse_absent
from efdgen.verbs.project import Rendering, rendering

Progress = Callable[[int, int], None]
"""Told how much is done, of how much."""

_DEFINITION = "app definition"


class _Use(NamedTuple):
    """A layer, where it is used: in a trial, at a place among its app's layers."""

    trial: Trial
    place: int


class _Judged(NamedTuple):
    """An override, and what it is good for wherever its layer is used."""

    path: Path
    layer: Layer
    verdicts: tuple[tuple[_Use, Verdict], ...]


def search(
    root: FilePath,
    names: Sequence[str],
    engine: Engine,
    charts: Charts,
    only: Sequence[str] = (),
    *,
    redundant: bool = False,
    progress: Progress = lambda _done, _all: None,
) -> Linted:
    """Take each override away that the named environments have (none named: all), and look whether anything changes.

    Args:
        root: the repository.
        names: the environments. What they share with others is judged only if all of those are named, too.
        engine: Helm.
        charts: third-party charts.
        only: the apps (none: all); the same holds for what they share with others.
        redundant: whether to report all that say nothing new: also what app definitions write down though the chart
            does the same, and what other layers override everywhere.
        progress: told how far it is.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment or an app is unknown, or none of the environments has any of the apps.
    """
    given = rendering(root, names, only, keep=True)
    refuse_absent(given, only)
    trials, failed = _trials(given, engine, charts)
    threads.in_order(Trial.prepare, trials)
    failed += [HydratedApp(t.environment.facts.name, t.app.definition.name, (), t.error) for t in trials if t.error]
    shared_with = _elsewhere(given)
    uses = [uses for origin, uses in _by_origin(trials).items() if origin not in shared_with]
    judged = [one for found in threads.in_order(_judge, uses, progress=progress) for one in found]
    reported = [(one, problem) for one in judged for problem in _problems(one, redundant=redundant)]
    not_yet = _not_together([one for one, _ in reported])
    for trial in trials:
        trial.effects.keep()
    problems = {problem for one, problem in reported if id(one) not in not_yet}
    notes = [*_not_judged({user for users in shared_with.values() for user in users})]
    if not_yet:
        notes.append(f"{len(not_yet)} more can go, but not together with these: remove these, and look again")
    failed.sort(key=lambda app: (app.environment, app.app))
    found = tuple(sorted(problems, key=lambda p: p.sort_key))
    return Linted(given.project.selected, found, tuple(failed), tuple(notes), warnings=given.warnings)


def _trials(given: Rendering, engine: Engine, charts: Charts) -> tuple[list[Trial], list[HydratedApp]]:
    """Return every app of every environment, and parent charts that fail: nobody knows how their apps are deployed."""
    trials: list[Trial] = []
    failed: list[HydratedApp] = []
    resolving = threading.Lock()
    tree = folders.built(given.tree, given.project.root)
    for environment in given.environments:
        name = environment.facts.name
        capabilities = hydrate.capabilities(tree, name, environment.facts.cluster)
        parent = hydrate.hydrate_app(tree, paths.PARENT, name, engine, charts, capabilities)
        if parent.error:
            failed.append(parent)
        deployed = hydrate.deployments(parent)
        tools = Tools(given.project.resolver, resolving, engine, charts, capabilities)
        for app in environment.apps:
            if not _is_looked_at(given, app.definition.name):
                continue
            folder = f"{layout.chart(app.definition.name)}/"
            files = {path: content for path, content in tree.items() if path.startswith(folder)}
            deployment = deployed.get(
                app.definition.name, f"the parent chart has no Application of {app.definition.name}"
            )
            trials.append(Trial(environment, app, files, parent.error or deployment, tools))
    return trials, failed


_Origin = tuple[Location, Path]
"""Where a layer's first override was written: the same for every app and environment that has the layer."""


def _origin(layer: Layer) -> _Origin | None:
    for path in edits.overrides(layer)[:1]:
        return layer.locate(path, key=True), path
    return None


def _by_origin(trials: Iterable[Trial]) -> dict[_Origin, list[_Use]]:
    found: dict[_Origin, list[_Use]] = {}
    for trial in trials:
        for index, layer in enumerate(trial.app.layers):
            origin = _origin(layer)
            if origin is not None:
                found.setdefault(origin, []).append(_Use(trial, index))
    return found


def _is_looked_at(given: Rendering, app: str) -> bool:
    apps = given.project.repository.about.apps
    return not apps or app in apps


def _elsewhere(given: Rendering) -> dict[_Origin, set[tuple[str, str]]]:
    """Return the layers that are used where nobody looks, each with who uses it.

    That is `(environment, "")` for one that is not looked at, `("", app)` for an app that is not.
    """
    mine: set[_Origin] = set()
    found: dict[_Origin, set[tuple[str, str]]] = {}
    for name, app, origin in _origins(given):
        if name not in given.project.selected:
            found.setdefault(origin, set()).add((name, ""))
        elif not _is_looked_at(given, app):
            found.setdefault(origin, set()).add(("", app))
        else:
            mine.add(origin)
    return {origin: users for origin, users in found.items() if origin in mine}


def _origins(given: Rendering) -> Iterator[tuple[str, str, _Origin]]:
    """Yield every layer of every app of every environment."""
    for name, spec in given.project.repository.environments.items():
        for app in spec.apps:
            for layer in (*given.project.repository.apps[app].layers, *spec.app_layers[app]):
                origin = _origin(layer)
                if origin is not None:
                    yield name, app, origin


def _not_judged(users: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield a note about the environments, and one about the apps, that something is shared with."""
    users = sorted(users)
    environments = [name for name, _ in users if name]
    apps = [app for _, app in users if app]
    if environments:
        yield f"what is shared with {listed(environments)} was not judged: name them, too, or none"
    if apps:
        what = f"the app{'' if len(apps) == 1 else 's'} {', '.join(apps)}"
        yield f"what is shared with {what} was not judged: name them, too, or none"


def _judge(uses: Sequence[_Use]) -> list[_Judged]:
    """Judge the overrides of one layer wherever it is used. What is alive somewhere is not looked at elsewhere."""
    layer = uses[0].trial.app.layers[uses[0].place]
    verdicts: dict[Path, list[tuple[_Use, Verdict]]] = {path: [] for path in edits.overrides(layer)}
    for use in uses:
        # Nobody knows what an app reads that can't be hydrated.
        found = {} if use.trial.error else use.trial.judge(use.place, verdicts)
        for path in list(verdicts):
            if path not in found or found[path].worth is Worth.ALIVE:
                del verdicts[path]
            else:
                verdicts[path].append((use, found[path]))
    return [_Judged(path, layer, tuple(found)) for path, found in verdicts.items()]


def _not_together(judged: Sequence[_Judged]) -> set[int]:
    """Return what can't go at once with the others, as `id` of each: who reads on would remove all.

    A chart may want one or the other of two values; each of them alone can go.
    """
    trials = {id(use.trial): use.trial for one in judged for use, _ in one.verdicts}
    out: set[int] = set()
    while True:
        left = [one for one in judged if id(one) not in out]
        failing = next((trial for trial in trials.values() if not _can_go(trial, left)), None)
        if failing is None:
            return out
        some: list[_Judged] = []
        for one in left:
            if _can_go(failing, [*some, one]):
                some.append(one)
            else:
                out.add(id(one))


def _can_go(trial: Trial, judged: Iterable[_Judged]) -> bool:
    removed: dict[int, list[Path]] = {}
    for path, _, verdicts in judged:
        for use, _ in verdicts:
            if use.trial is trial:
                removed.setdefault(use.place, []).append(path)
    return trial.can_go(removed)


def _problems(judged: _Judged, *, redundant: bool) -> Iterator[Problem]:
    path, layer, verdicts = judged
    kinds = {verdict.worth for _, verdict in verdicts}
    is_dead = Worth.DEAD in kinds and kinds <= {Worth.DEAD, Worth.OVERRIDDEN}
    code = "W704" if is_dead else "W705"
    is_news = layer.name != _DEFINITION and Worth.OVERRIDDEN not in kinds
    kept = [
        (use.trial, verdict)
        for use, verdict in verdicts
        if not acceptance.is_accepted(use.trial.environment.spec, code, use.trial.app.definition.name, path)
    ]
    if not kept or not (is_dead or is_news or redundant):
        return
    what = f"the parameter {dotted(path[1:])}" if path[0] == "parameters" else dotted(path[1:])
    trial = kept[0][0]
    definition = trial.app.definition
    taker = definition.taker(path[1:])
    chart = definition.takes(path[1:]) + (f" {taker.version}" if taker is not None else "")
    if is_dead:
        reader = definition.source if path[0] == "parameters" else chart
        is_named = any(trial.names(path) for trial, _ in kept)
        message = f"{what} has no effect now" if is_named else f"nothing in {reader} reads {what}"
        hint = trial.hint(path)
    else:
        message, hint = f"{what} {_saying(kinds, {v.layer for _, v in kept}, chart)}", "remove it"
    where = f"{message} ({_where(trial for trial, _ in kept)})"
    yield Problem(code, where, layer.locate(path, key=True), path, hint, Severity.WARNING)


def _saying(kinds: set[Worth], layers: set[str], chart: str) -> str:
    """Say why an override is superfluous."""
    others = " or ".join(f"the {layer}" for layer in sorted(layers) if layer)
    if kinds == {Worth.REPEATED}:
        return f"says what {others} says anyway"
    if kinds == {Worth.OVERRIDDEN}:
        return f"is overridden everywhere, by {others}"
    if kinds == {Worth.DEFAULT}:
        return f"says what {chart} does anyway"
    return "changes nothing"


def _where(trials: Iterable[Trial]) -> str:
    """Return the apps, each with its environments."""
    by_app: dict[str, list[str]] = {}
    for trial in trials:
        by_app.setdefault(trial.app.definition.name, []).append(trial.environment.facts.name)
    return "; ".join(f"{app} in {listed(names)}" for app, names in by_app.items())
