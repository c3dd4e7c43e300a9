"""What a spec has to say over what is rendered without it, so that an app becomes what the source has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.environment.argocd import without_empty
from efdgen.language import yamlio
from efdgen.output import layout as outputs
from efdgen.repository import paths
from efdgen.verbs.imports import facts
from efdgen.verbs.imports.definition import OWN, Definition
from efdgen.verbs.imports.factor import EMPTY, NONE
from efdgen.verbs.imports.forms import literal
from efdgen.verbs.imports.model import Deployed

_MEANT = {"project": "default"}
"""What Argo CD takes where an Application says nothing."""


def values(each: Deployed, definition: Definition, tree: Mapping[str, bytes]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield the values of an app that are rendered otherwise than the source has them, by their path in a spec.

    Args:
        each: the app in the source.
        definition: what an import makes of it.
        tree: what is rendered; paths below `rendered/`.
    """
    rendered = _loaded(tree, outputs.values(each.app, each.environment))
    about = _loaded(tree, f"{outputs.chart(each.app)}/Chart.yaml")
    charts = [str(chart.get("alias") or chart["name"]) for chart in about.get("dependencies") or []]
    source = {key: value for key, value in each.values.items() if key not in OWN}
    after = {key: value for key, value in rendered.items() if key not in OWN}
    if definition.own_values is not None and charts == [definition.prefix]:
        # The source has the chart itself, so its values stand at the top there; those of values.yaml are with them.
        source, after = definition.values(each.values), after.get(charts[0]) or {}
    elif len(charts) == 1 and set(after) <= set(charts):
        source, after = source.get(charts[0]) or {}, after.get(charts[0]) or {}
    yield from _different(after, source)


def settings(each: Deployed, tree: Mapping[str, bytes]) -> Iterator[tuple[str, Any]]:
    """Yield how an app's Application is rendered otherwise than the source has it, as settings of the app.

    The revision is not among them: it is that of the source there, and that of the repository here.

    Args:
        each: the app in the source.
        tree: what is rendered; paths below `rendered/`.
    """
    rendered = _loaded(tree, outputs.values(paths.PARENT, each.environment))["applications"][each.app]
    for key in ("project", "destinationServer"):
        said = facts.argocd_fact(each.application, key) or _MEANT.get(key)
        if said is not None and said != rendered.get(key):
            yield key, said
    policy = facts.argocd_fact(each.application, "syncPolicy") or None
    if (without_empty(policy) if policy else None) != (rendered.get("syncPolicy") or None):
        yield "syncPolicy", policy


def _loaded(tree: Mapping[str, bytes], path: str) -> dict[str, Any]:
    return yamlio.load(tree[path].decode()) or {}


def _different(rendered: Any, source: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield what has to be said over what is rendered, so that it becomes what the source has."""
    for key in dict.fromkeys([*source, *rendered]):
        here = (*path, key)
        if key not in source:
            yield here, NONE
        elif key not in rendered:
            yield here, literal(source[key])
        elif isinstance(source[key], dict) and isinstance(rendered[key], dict):
            if not source[key] and rendered[key]:
                yield here, EMPTY
            else:
                yield from _different(rendered[key], source[key], here)
        elif type(source[key]) is not type(rendered[key]) or source[key] != rendered[key]:
            yield here, literal(source[key])
