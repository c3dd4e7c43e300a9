"""`efdgen promote`: what one stage runs, taken to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from efdgen.edits import making, promoting, targets
from efdgen.edits.making import Edit
from efdgen.edits.model import DEFINITION
from efdgen.edits.promoting import Plan, Running
from efdgen.environment.images import images
from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.errors import Path, UsageError, dotted
from efdgen.language import suggest
from efdgen.language.layers import at, merge_layers, winner
from efdgen.verbs.edit import Sources


def edits(sources: Sources, question: str, target: str, source: str) -> list[Edit]:
    """Return the edits that take an image, or all images of an app, to an environment's stage.

    Args:
        sources: the repository.
        question: an app, or the path of an image's tag: `influxdb.image.tag`.
        target: the environment; without a source, all of its stage are meant.
        source: the environment that runs it already; empty: those of the stage before.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when there is nothing that can be promoted.
    """
    environments = {each.facts.name: each for each in sources.rendered().environments}
    app = question.partition(".")[0]
    if app not in sources.written.apps:
        raise UsageError(suggest.unknown("app", app, sources.written.apps))
    for name in filter(None, (target, source)):
        if name not in environments:
            raise UsageError(suggest.unknown("environment", name, environments))
    stages = sources.rendered().project.repository.stages
    froms, tos = ((source,), (target,)) if source else promoting.before(stages, target)
    having = {name: found for name, each in environments.items() if (found := _app(each, app)) is not None}
    if not any(name in having for name in tos):
        raise UsageError(f"{', '.join(tos)} {'does' if len(tos) == 1 else 'do'} not list {app}")
    made: list[Edit] = []
    for path in _paths(having, app, question):
        running = {name: now for name, found in having.items() if (now := _running(found, path)) is not None}
        default = at(merge_layers(sources.written.apps[app].layers), ("values", *path), "")
        plan = promoting.plan(running, str(default), froms, tos)
        if plan.default:
            _refuse_heirs(sources, environments, app, path)
        made += _written(sources, app, ".".join(map(str, path)), plan)
    return made


def _refuse_heirs(sources: Sources, environments: Mapping[str, ResolvedEnvironment], app: str, path: Path) -> None:
    """Refuse to move a default that another app has inherited, and that runs somewhere: it would change there, too."""
    where = sources.written.apps[app].layers[-1].locate(("values", *path)).file
    for name, environment in environments.items():
        for heir in environment.apps:
            place = winner(heir.layers, ("values", *path))
            is_heir = heir.definition.name != app and place is not None
            if is_heir and place is not None and place.locate(("values", *path)).file == where:
                what = f"{heir.definition.name}.{dotted(path)}"
                pin = f"efdgen pin {name} {what} {at(heir.values, path)} --reason TEXT"
                raise UsageError(f"{what} of {name} inherits the default, and would change, too. Hold it first: {pin}")


def _app(environment: ResolvedEnvironment, app: str) -> ResolvedApp | None:
    return next((each for each in environment.apps if each.definition.name == app), None)


def _paths(having: Mapping[str, ResolvedApp], app: str, question: str) -> list[Path]:
    """Return where the tags of an app's images stand that a question means."""
    found = dict.fromkeys(image.path for each in having.values() for image in images(each.values))
    tags = [path for path in found if path[-1] != "image"]
    wanted = question.partition(".")[2]
    chosen = [path for path in tags if not wanted or dotted(path) == wanted]
    if not chosen:
        known = ", ".join(f"{app}.{dotted(path)}" for path in tags) or "none"
        raise UsageError(f"{question} is not the tag of an image; {app} has: {known}")
    return chosen


def _running(app: ResolvedApp, path: Path) -> Running | None:
    tag = at(app.values, path)
    if not isinstance(tag, str):
        return None
    pin = next((pin for pin in app.pins if pin.path == ".".join(map(str, path))), None)
    layer = winner(app.layers, ("values", *path))
    return Running(tag, layer.name, pin.reason) if pin is not None and layer is not None else Running(tag)


def _written(sources: Sources, app: str, path: str, plan: Plan) -> Iterator[Edit]:
    """Yield the edits of a plan: who stays behind first, the default, then who moves."""
    for name, (tag, reason) in plan.pin.items():
        pin = making.pin_at(targets.find(sources.written, name, f"{app}.{path}"))
        yield from making.pin(pin, sources.value_at(pin), tag, reason, None)
    if plan.default:
        yield making.put(targets.find(sources.written, DEFINITION, f"{app}.{path}"), plan.default)
    for name in plan.unpin:
        yield making.remove(making.pin_at(targets.find(sources.written, name, f"{app}.{path}")))
