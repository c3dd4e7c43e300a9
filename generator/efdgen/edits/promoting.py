"""Taking a value from one stage of a fleet to the next: which pins come, which go, and whether the default moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from efdgen.errors import UsageError
from efdgen.language.shown import listed


class Running(NamedTuple):
    """What an environment runs of one image.

    Attributes:
        tag: the tag.
        pinned_by: the layer whose pin says so: `spec`, `site ncsa`, `shared facts`; empty: no pin does.
        reason: the pin's reason.
    """

    tag: str
    pinned_by: str = ""
    reason: str = ""


class Plan(NamedTuple):
    """What is to be written.

    Attributes:
        default: the new default; empty: it stays.
        unpin: the environments whose pin goes.
        pin: the environments that are pinned to what they run, each with the reason.
        tag: what is promoted.
    """

    default: str
    unpin: tuple[str, ...]
    pin: Mapping[str, tuple[str, str]]
    tag: str


def before(order: Sequence[Sequence[str]], target: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the environments of the stage before an environment's, and of its own.

    Raises:
        UsageError: when there is no such stage, or none before it.
    """
    found = next((index for index, stage in enumerate(order) if target in stage), None)
    if found is None:
        known = " -> ".join(", ".join(stage) for stage in order)
        raise UsageError(f"{target} is in no stage ({known})" if order else NO_STAGES)
    if not found:
        raise UsageError(f"{target} is in the first stage: pin what is new there, and promote it from there")
    return tuple(order[found - 1]), tuple(order[found])


NO_STAGES = "environments/shared/facts.yaml has no stages; write them there, or say --from ENV"


def plan(running: Mapping[str, Running], default: str, source: Sequence[str], target: Sequence[str]) -> Plan:
    """Return the smallest edit after which some environments run what others do, and nobody else runs anything new.

    Where it is the default, that is to take their pins away. Else the default moves, and who is left behind is pinned.

    Args:
        running: what each environment runs that has the image.
        default: what the app definition says.
        source: the environments that run it already.
        target: the environments that are to.

    Raises:
        UsageError: when the source does not run one thing, or the pin of an environment is not its own.
    """
    tags = {name: running[name].tag for name in source if name in running}
    if not tags:
        raise UsageError(f"{listed(list(source))} {'does' if len(source) == 1 else 'do'} not run it")
    if len(set(tags.values())) > 1:
        said = ", ".join(f"{name} {tag}" for name, tag in tags.items())
        raise UsageError(f"the stage does not run one thing: {said}; say which one with --from ENV")
    tag = next(iter(tags.values()))
    wanted = {name: tag if name in target else now.tag for name, now in running.items()}
    moves = tag != default and any(running[name].tag != tag for name in target if name in running)
    base = tag if moves else default
    unpin: list[str] = []
    pin: dict[str, tuple[str, str]] = {}
    for name, now in running.items():
        if wanted[name] == base and now.pinned_by:
            if now.pinned_by != "spec":
                where = "defaults" if now.pinned_by == "shared facts" else now.pinned_by.removeprefix("site ")
                raise UsageError(f"what {name} runs is pinned by {where}, and not by its spec: change that pin first")
            unpin.append(name)
        elif wanted[name] != base and not now.pinned_by:
            pin[name] = (now.tag, f"{tag} is not yet promoted to here.")
    return Plan(base if moves else "", tuple(unpin), pin, tag)
