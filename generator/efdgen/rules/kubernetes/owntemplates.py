"""Templates of our own that fail, found at their line: wrapper charts run without the charts that they depend on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from efdgen.errors import Location, Problem
from efdgen.helm.hydrate import HydratedApp
from efdgen.output import layout
from efdgen.repository.model import Repository
from efdgen.rules.kubernetes.check import Finding, Places

CODE = "E714"

_PLACE = re.compile(r"([\w.-]+/templates/[\w./-]+\.\w+):(\d+)(?::(\d+))?")
_HEAD = re.compile(r"\Aexecution error at \([^)]*\): ")


def failing(
    failed: HydratedApp, alone: HydratedApp, tree: Mapping[str, bytes], repository: Repository
) -> Iterator[Finding]:
    """Find the template of ours that keeps an app from being hydrated, if it is one of ours.

    Args:
        failed: the app, with Helm's message.
        alone: the same without the charts that it depends on.
        tree: the rendered tree.
        repository: the repository, for locations.
    """
    error = alone.error
    places = list(_PLACE.finditer(error))
    if not places:
        return
    path, number, column = places[-1].groups()  # the deepest one: what others include
    location, template = Places(repository).locate(failed.app, path)
    if template:
        return
    text = tree.get(f"{layout.chart(failed.app)}/{path.partition('/')[2]}", b"").decode("utf-8", "replace")
    line = _in_source(text, int(number), _source(repository, location.file))
    place = Location(location.file, line, int(column or 0) + 1 if line else 0)
    # Helm counts the lines of what is rendered, which has a mark at its top.
    message = _HEAD.sub("", error.replace(places[-1].group(), str(place)) if line else error)
    yield Finding(Problem(CODE, message, place), failed.environment, failed.app, "")


def _source(repository: Repository, file: str) -> str:
    templates = [*repository.wrapper.values(), *repository.parent.values()]
    templates += [template for app in repository.apps.values() for template in app.templates.values()]
    return next((template.text for template in templates if template.source == file), "")


def _in_source(rendered: str, number: int, source: str) -> int:
    """Return the line of a template's source that a line of what is rendered from it was; 0: not known.

    A rendered file has a mark at its top, and may lack lines.
    """
    lines = rendered.splitlines()
    if not 0 < number <= len(lines):
        return 0
    same = [index for index, line in enumerate(source.splitlines(), 1) if line == lines[number - 1]]
    return min(same, key=lambda index: abs(index - number), default=0)
