"""Taking a value from one stage of a fleet to the next: which pins come, which go, and whether the default moves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from efdgen.environment.versions import is_older, is_pre_release
from efdgen.errors import UsageError
from efdgen.language.shown import listed
from efdgen.language.tuples import NamedTuple


class Running(NamedTuple):
    """What an environment runs of one image.

    Attributes:
        tag: the tag.
        pinned_by: the layer whose pin says so: `spec`, `site ncsa`, `shared facts`; empty: no pin does.
        below: what it runs without a pin of its spec; empty: the default.
        below_by: the layer that says so; empty: the app definition.
    """

    tag: str
    pinned_by: str = ""
    below: str = ""
    below_by: str = ""


class Plan(NamedTuple):
    """What is to be written.

    Attributes:
        default: the new default; empty: it stays.
        unpin: the environments whose pin goes.
        pin: the environments that are pinned, each with the tag and the reason.
        tag: what is promoted.
    """

    default: str
    unpin: tuple[str, ...]
    pin: Mapping[str, tuple[str, str]]
    tag: str


class Steps(NamedTuple):
    """Where tags come from, and where they go.

    Attributes:
        source: the environments of the stage before.
        target: those of the stage.
        skipped: those of the stages between, none of which runs it.
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    skipped: tuple[str, ...] = ()


def before(order: Sequence[Sequence[str]], target: str, having: Collection[str]) -> Steps:
    """Return an environment's stage, and the nearest one before it that runs the app.

    Args:
        order: the stages.
        target: the environment.
        having: the environments that run the app.

    Raises:
        UsageError: when there is no such stage, or none before it.
    """
    found = next((index for index, stage in enumerate(order) if target in stage), None)
    if found is None:
        known = " -> ".join(", ".join(stage) for stage in order)
        raise UsageError(f"{target} is in no stage ({known})" if order else NO_STAGES)
    skipped: list[str] = []
    for stage in reversed(order[:found]):
        if any(name in having for name in stage):
            return Steps(tuple(stage), tuple(order[found]), tuple(skipped))
        skipped[:0] = stage
    which = f"the first stage that runs it ({doing(skipped, 'run')} it)" if skipped else "the first stage"
    raise UsageError(f"{target} is in {which}: pin what is new there, and promote it from there")


def doing(names: Sequence[str], verb: str) -> str:
    """Return what environments do not do, as a sentence begins."""
    return f"{listed(list(names))} {'does' if len(names) == 1 else 'do'} not {verb}"


NO_STAGES = "environments/shared/facts.yaml has no stages; write them there, or say --from ENV"


def plan(
    running: Mapping[str, Running],
    default: str,
    source: Sequence[str],
    target: Sequence[str],
    *,
    back: bool = False,
    sets_default: bool = False,
) -> Plan:
    """Return the smallest edit after which some environments run what others do, and nobody else runs anything new.

    Where the layers below a spec say the same, that is to take pins away. Where the default is older, it moves, and who
    is left behind is pinned. Else the target is pinned. Where nobody can tell which is older, and for a pre-release,
    people have to say. A pin of anyone else stays, with its reason.

    Args:
        running: what each environment runs that has the image.
        default: what the app definition says.
        source: the environments that run it already.
        target: the environments that are to.
        back: whether the target may come to run an older version.
        sets_default: whether the default moves to a tag that is in no known order with it, or a pre-release, too.

    Raises:
        UsageError: when the source does not run one thing, or an older one than the target, or nobody knows whether the
            default should move.
    """
    tags = {name: running[name].tag for name in source if name in running}
    if not tags:
        raise UsageError(f"{doing(source, 'run')} it")
    if len(set(tags.values())) > 1:
        said = ", ".join(f"{name} {tag}" for name, tag in tags.items())
        raise UsageError(f"the stage does not run one thing: {said}; say which one with --from ENV")
    first, tag = next(iter(tags.items()))
    newer = next((name for name in target if name in running and is_older(tag, running[name].tag)), None)
    if newer is not None and not back:
        what = f"{newer} runs {running[newer].tag}, and {tag} of {first} is older"
        raise UsageError(f"{what}; to take {newer} back to it, say --from {first}")
    follows = any(running[name].tag != tag and not running[name].below for name in target if name in running)
    # Whether the default moves there, people have to say, unless it is a release, and newer as far as anybody can tell.
    is_asked = tag != default and not is_older(tag, default) and (not is_older(default, tag) or is_pre_release(tag))
    if is_asked and follows and not (back or sets_default):
        raise UsageError(_asked(tag, first, default))
    moves = tag != default and follows and (sets_default if is_asked else not is_older(tag, default))
    base = tag if moves else default
    unpin: list[str] = []
    pin: dict[str, tuple[str, str]] = {}
    for name, now in running.items():
        wanted, below = tag if name in target else now.tag, now.below or base
        if wanted == below:
            if now.pinned_by == "spec" and name in (*source, *target):
                unpin.append(name)
        elif wanted != now.tag:
            pin[name] = (wanted, f"Promoted from {first}; {_saying(now.below_by)} {below}.")
        elif now.pinned_by != "spec":
            pin[name] = (wanted, f"{tag} is not yet promoted to here.")
    return Plan(base if moves else "", tuple(unpin), pin, tag)


def _asked(tag: str, first: str, default: str) -> str:
    """Return why people have to say whether a tag becomes the default, and how."""
    shown = f"the default {default}" if default else "the chart's own default"
    what = f"which of {tag} of {first} and {shown} is newer can't be told from their numbers"
    if is_older(default, tag):
        what = f"{tag} of {first} is a pre-release, and {shown} would become it"
    return (
        f"{what}. To make {tag} the default, say --default; to take an environment to it and leave the default, "
        f"say --from {first}"
    )


def _saying(layer: str) -> str:
    if not layer:
        return "the default is"
    return "the defaults say" if layer == "shared facts" else f"{'its' if layer == 'spec' else 'the'} {layer} says"
