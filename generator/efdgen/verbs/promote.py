"""`efdgen promote`: what one stage runs, taken to the next."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence

from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.errors import Path, UsageError, dotted
from efdgen.explain.edits import making, promoting, targets
from efdgen.explain.edits.making import Edit
from efdgen.explain.edits.model import DEFINITION, SPEC
from efdgen.explain.edits.promoting import Plan, Running, Steps
from efdgen.language import suggest
from efdgen.language.layers import Layer, at, merge_layers, winner
from efdgen.language.tuples import NamedTuple
from efdgen.repository.speclayers import SHARED_FACTS
from efdgen.verbs.edit import Sources
from efdgen.verbs.edited import Edited

Tagged = tuple[str, str, Path]
"""An environment, an app, and the path of a tag."""


class Promotion(NamedTuple):
    """The edits that take tags to a stage, and the tag of each image after them.

    Attributes:
        skipped: the environments of stages that were passed over, since none of them runs the app.
        stray: the environments that stay behind, and are in no stage.
    """

    edits: tuple[Edit, ...]
    wanted: Mapping[Tagged, str]
    skipped: tuple[str, ...] = ()
    stray: tuple[str, ...] = ()


def promotion(sources: Sources, question: str, target: str, source: str, *, sets_default: bool = False) -> Promotion:
    """Plan to take an image, or all images of an app, to an environment's stage.

    Args:
        sources: the repository.
        question: an app, or the path of an image's tag: `influxdb.image.tag`.
        target: the environment; without a source, all of its stage are meant.
        source: the environment that runs it already; empty: those of the stage before.
        sets_default: whether a tag becomes the default that is in no known order with it, such as `latest`, or that is
            a pre-release.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when there is nothing that can be promoted.
    """
    environments = {each.facts.name: each for each in sources.rendered().environments}
    app, dot, path_of_tag = question.partition(".")
    if dot and (not path_of_tag or path_of_tag.endswith(".")):
        raise UsageError(f"{question!r} ends with a dot: name what stands behind it")
    if app not in sources.written.apps:
        raise UsageError(suggest.unknown("app", app, sources.written.apps))
    for name in filter(None, (target, source)):
        if name not in environments:
            raise UsageError(suggest.unknown("environment", name, environments))
    stages = sources.rendered().project.repository.stages
    having = {name: found for name, each in environments.items() if (found := _app(each, app)) is not None}
    froms, tos, skipped = Steps((source,), (target,)) if source else promoting.before(stages, target, having)
    if not any(name in having for name in tos):
        raise UsageError(f"{promoting.doing(tos, 'list')} {app}")
    stray: dict[str, None] = {}
    made: list[Edit] = []
    wanted = _tags(environments.values())
    for path in _paths(having, app, question):
        running = {name: now for name, found in having.items() if (now := _running(found, path)) is not None}
        default = at(merge_layers(sources.written.apps[app].layers), ("values", *path), "")
        try:
            plan = promoting.plan(running, str(default), froms, tos, back=bool(source), sets_default=sets_default)
        except UsageError as error:
            raise UsageError(f"{app}.{dotted(path)}: {error}") from None
        if plan.default:
            _refuse_heirs(sources, environments, app, path)
        stray |= dict.fromkeys(plan.pin)
        made += _written(sources, app, ".".join(map(str, path)), plan)
        wanted |= {(name, app, path): plan.tag for name in tos if name in running}
    return Promotion(tuple(made), wanted, skipped, () if source else _unstaged(stray, stages))


def _unstaged(names: Iterable[str], stages: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(name for name in names if not any(name in stage for stage in stages))


def refuse_surprises(promotion: Promotion, edited: Edited) -> None:
    """Refuse a promotion after which somebody would run anything else than the plan says.

    Raises:
        UsageError: naming the first environment that would, and the layer that says so.
    """
    after = _tags(edited.environments)
    for key, tag in promotion.wanted.items():
        if after.get(key) != tag:
            name, app, path = key
            raise UsageError(
                f"{name} would run {after.get(key)} of {app}.{dotted(path)}, and not {tag}: "
                f"{_who_wins(edited.environments, key)}. Nothing was written; pin it there: "
                f"{_pinning(name, app, path, tag)}"
            )


def _who_wins(environments: Sequence[ResolvedEnvironment], key: Tagged) -> str:
    name, app, path = key
    found = next((_app(each, app) for each in environments if each.facts.name == name), None)
    layer = None if found is None else winner(found.layers, ("values", *path))
    if layer is None:
        return "nothing says what"
    says = "say" if layer.name == SHARED_FACTS else "says"
    return f"its {layer.name} {says} so ({layer.locate(('values', *path))})"


def _tags(environments: Iterable[ResolvedEnvironment]) -> dict[Tagged, str]:
    """Return the tag of each image that values name."""
    return {
        (each.facts.name, app.definition.name, image.path): str(at(app.values, image.path))
        for each in environments
        for app in each.apps
        for image in app.images
    }


def _refuse_heirs(sources: Sources, environments: Mapping[str, ResolvedEnvironment], app: str, path: Path) -> None:
    """Refuse to move a default that another app has inherited, and that runs somewhere: it would change there, too."""
    where = sources.written.apps[app].layers[-1].locate(("values", *path)).file
    for name, environment in environments.items():
        for heir in environment.apps:
            place = winner(heir.layers, ("values", *path))
            is_heir = heir.definition.name != app and place is not None
            if is_heir and place is not None and place.locate(("values", *path)).file == where:
                what = f"{heir.definition.name}.{dotted(path)}"
                pin = _pinning(name, heir.definition.name, path, at(heir.values, path))
                raise UsageError(f"{what} of {name} inherits the default, and would change, too. Hold it first: {pin}")


def _pinning(environment: str, app: str, path: Path, tag: object) -> str:
    return f"efdgen pin {environment} {shlex.join([f'{app}.{dotted(path)}', str(tag)])} --reason TEXT"


def _app(environment: ResolvedEnvironment, app: str) -> ResolvedApp | None:
    return next((each for each in environment.apps if each.definition.name == app), None)


def _paths(having: Mapping[str, ResolvedApp], app: str, question: str) -> list[Path]:
    """Return where the tags of an app's images stand that a question means."""
    found = dict.fromkeys(image.path for each in having.values() for image in each.images)
    tags = [path for path in found if path[-1] != "image"]
    wanted = question.partition(".")[2]
    chosen = [path for path in tags if not wanted or dotted(path) == wanted]
    if not chosen:
        if not tags:
            raise UsageError(f"no value of {app} is the tag of an image: there is nothing to promote")
        known = ", ".join(f"{app}.{dotted(path)}" for path in tags)
        raise UsageError(f"{question} is not the tag of an image; {app} has: {known}")
    return chosen


def _running(app: ResolvedApp, path: Path) -> Running | None:
    tag = at(app.values, path)
    if not isinstance(tag, str):
        return None
    pin = next((pin for pin in app.pins if pin.path == ".".join(map(str, path))), None)
    layer = winner(app.layers, ("values", *path))
    if layer is None or not _is_above(layer):
        return Running(tag)
    if pin is None or layer.name != SPEC:
        return Running(tag, layer.name if pin is not None else "", tag, layer.name)
    under = [each for each in app.layers if each.name != SPEC]
    below = winner(under, ("values", *path))
    if below is None or not _is_above(below):
        return Running(tag, SPEC)
    return Running(tag, SPEC, str(at(below.data, ("values", *path))), below.name)


def _is_above(layer: Layer) -> bool:
    """Say whether a layer stands above the app definition."""
    return layer.name in (SPEC, SHARED_FACTS) or layer.name.startswith("site ")


def _written(sources: Sources, app: str, path: str, plan: Plan) -> Iterator[Edit]:
    """Yield the edits of a plan: who stays behind first, the default, then who moves."""
    for name, (tag, reason) in plan.pin.items():
        pin = making.pin_at(targets.find(sources.written, name, f"{app}.{path}"))
        yield from making.pin(pin, sources.value_at(pin), tag, reason, None)
    if plan.default:
        yield making.put(targets.find(sources.written, DEFINITION, f"{app}.{path}"), plan.default)
    for name in plan.unpin:
        yield making.remove(making.pin_at(targets.find(sources.written, name, f"{app}.{path}")))
