"""Environments in no stage, and tags that a later stage runs before an earlier one, where no pin says why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from efdgen.environment.inside import inside
from efdgen.environment.versions import is_older
from efdgen.errors import Location, Path, Problem, Severity, dotted
from efdgen.language.expressions import has_expression
from efdgen.language.inheriting import expanded
from efdgen.language.layers import at, merge_layers, winner
from efdgen.language.shown import listed
from efdgen.language.tuples import NamedTuple
from efdgen.repository import paths
from efdgen.repository.model import EnvironmentSpec, Repository
from efdgen.rules.acceptance import is_accepted

CODE = "W544"


class _Tag(NamedTuple):
    """A tag as it is written, and whether a pin says so."""

    tag: str
    is_pinned: bool
    location: Location


def strays(repository: Repository, names: Iterable[str]) -> Iterator[tuple[str, Problem]]:
    """Yield each of these environments that is in no stage, where others have stages, with a warning.

    Args:
        repository: what people wrote.
        names: the environments.
    """
    staged = {name for stage in repository.stages for name in stage}
    for name in names if staged else ():
        spec = repository.environments.get(name)
        if spec is not None and name not in staged and not is_accepted(spec, "W545", ""):
            message = f"{name} is in no stage: nothing is promoted to it"
            hint = f"write it among the stages in {paths.FACTS}"
            where = spec.document.locate(("name",))
            yield name, Problem("W545", message, where, ("name",), hint, Severity.WARNING)


def tags(repository: Repository, names: Collection[str]) -> Iterator[tuple[str, Problem]]:
    """Yield each of these environments with a warning for each tag that later stages are ahead of without a pin.

    Tags are looked at as they are written: one that an expression yields is not.

    Args:
        repository: what people wrote.
        names: the environments.
    """
    running = {name: _running(repository, spec) for name, spec in repository.environments.items()}
    order: Sequence[Sequence[str]] = repository.stages
    for index, stage in enumerate(order):
        later = [name for each in order[index + 1 :] for name in each if name in running]
        for name in stage:
            if name in names and name in running:
                yield from ((name, problem) for problem in _behind(repository.environments[name], running, later))


def _behind(
    spec: EnvironmentSpec, running: Mapping[str, Mapping[tuple[str, Path], _Tag]], later: Sequence[str]
) -> Iterator[Problem]:
    for (app, path), own in running[spec.name].items():
        theirs = {name: running[name].get((app, path)) for name in later}
        ahead = [
            f"{name} {their.tag}"
            for name, their in theirs.items()
            if their is not None and not their.is_pinned and is_older(own.tag, their.tag)
        ]
        where = ("apps", app, "values", *path)
        if ahead and not is_accepted(spec, CODE, app, where):
            message = f"{spec.name} runs {own.tag}, and later stages are ahead: {listed(ahead)}"
            # Not: pin those to what they run. That is the default mostly, and such a pin says nothing new (W517).
            hint = f"try it in {spec.name} first, or pin those to what they ran before, with the reason; "
            hint += f"if they are to lead, accept {CODE} for {app} in the spec of {spec.name}"
            text = f"{message} ({app}, {dotted(path)})"
            yield Problem(CODE, text, own.location, where, hint, Severity.WARNING)


def _running(repository: Repository, spec: EnvironmentSpec) -> dict[tuple[str, Path], _Tag]:
    """Return the tags of an environment, by app and path."""
    found: dict[tuple[str, Path], _Tag] = {}
    for app in spec.apps:
        layers = expanded((*repository.apps[app].layers, *spec.app_layers[app]))
        for image in inside(merge_layers(layers).get("values") or {}).images:
            where: Path = ("values", *image.path)
            layer = winner(layers, where)
            if layer is not None and not has_expression(image.tag):
                pin = ".".join(map(str, image.path))
                is_pinned = at(layer.data, ("pins", pin), None) is not None
                found[app, image.path] = _Tag(image.tag, is_pinned, layer.locate(where))
    return found
