"""Templates of our own that fail, found at their line: wrapper charts run without the charts that they depend on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from efdgen.errors import Location, Problem
from efdgen.helm.charts import reads
from efdgen.helm.hydrate import HydratedApp
from efdgen.language import suggest, yamlio
from efdgen.language.layers import at
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
    yield Finding(Problem(CODE, _HEAD.sub("", error), place), failed.environment, failed.app, "")


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


def without_hosts(app: str, environment: str, tree: Mapping[str, bytes], repository: Repository) -> Iterator[Finding]:
    """Find templates of ours that read a host that the app has not: it would be empty."""
    definition = repository.apps.get(app)
    if definition is None:
        return
    try:
        values = yamlio.load(tree[layout.values(app, environment)].decode())
    except (KeyError, ValueError):
        return
    hosts = at(values, ("hosts",), None)
    hosts = hosts if isinstance(hosts, Mapping) else {}
    for template in definition.templates.values():
        for path in sorted(reads.of([reads.Chart((), {template.source: template.text})]).asked):
            if len(path) > 1 and path[0] == "hosts" and path[1] not in hosts:
                line = _line(template.text, f".hosts.{path[1]}")
                message = f"the template reads .Values.hosts.{path[1]}, a host that {app} has not: it is empty"
                hint = suggest.hint(path[1], hosts) if hosts else f"give {app} the host: ingressHosts: [{path[1]}]"
                problem = Problem(CODE, message, Location(template.source, line), hint=hint)
                yield Finding(problem, environment, app, "")


def _line(text: str, word: str) -> int:
    return next((number for number, line in enumerate(text.splitlines(), 1) if word in line), 0)
