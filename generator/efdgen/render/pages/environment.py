"""The page about one environment: a document of the repository's, with a few blocks that are made here.

    <% page.apps %>       a table: the apps in the order of syncing, with versions, images, hosts and pins
    <% page.picture %>    the apps and what they depend on, for Mermaid
    <% page.contents %>   links to the runbook's phases and steps
    <% page.runbook %>    the runbook

Without a runbook the last two are null.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable
from typing import Any

from efdgen.environment.images import Image
from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.errors import InvalidInputError, Problem, dotted
from efdgen.language import documents
from efdgen.language.documents import Block, Heading
from efdgen.language.quoting import Blocks
from efdgen.output import layout
from efdgen.render.graph.content import graph
from efdgen.render.graph.mermaid import mermaid
from efdgen.render.pages.markdown import Anchors, code, host_link, link, table, text
from efdgen.render.runbook.markdown import below_each_other, markdown, texts
from efdgen.render.runbook.model import Phase
from efdgen.render.runbook.read import read
from efdgen.repository.model import AppChart, Repository

_UP = "../"
"""From this page's folder to the output folder."""


def page(environment: ResolvedEnvironment, repository: Repository) -> str:
    """Return the page as Markdown.

    Raises:
        InvalidInputError: with everything wrong with it and with the runbook.
    """
    given = environment.names
    where = f"environment {environment.facts.name}"
    problems: list[Problem] = []
    todo: tuple[Phase, ...] = ()
    try:
        todo = read(environment, repository.runbook).phases
    except InvalidInputError as error:
        problems.extend(error.problems)
    runbook = Blocks(markdown(todo).strip("\n")) if todo else None
    contents = Blocks("contents") if todo else None
    blocks: dict[str, Any] = {
        "apps": Blocks("\n".join(_apps(environment)).strip("\n")),
        "picture": Blocks(f"```mermaid\n{mermaid(graph(environment))}\n```"),
        "contents": contents,
        "runbook": runbook,
    }
    found: tuple[Block, ...] = ()
    try:
        found = documents.fill(repository.pages.environment, {**given, "page": blocks}, where)
    except InvalidInputError as error:
        problems.extend(error.problems)
    if problems:
        raise InvalidInputError(problems)
    # What the contents link to depends on the headings before the runbook, so they are written last.
    before = itertools.takewhile(lambda block: block.text is not runbook, found)
    links = "\n".join(_contents(before, todo))
    return "\n" + below_each_other([links if each is contents else each for each in texts(found)])


def _apps(environment: ResolvedEnvironment) -> list[str]:
    hosts: dict[str, list[str]] = {}
    for host in environment.public_hosts:
        hosts.setdefault(host.app, []).append(host_link(host))
    here = {app.definition.name for app in environment.apps}
    header = ("app", "chart", "version", "images", "namespace", "hosts", "depends on", "pins")
    return table(
        header,
        [
            (
                _app(app, environment.facts.name),
                *_charts(app.definition.charts),
                ", ".join(map(_image, app.images)),
                code(app.definition.namespace),
                ", ".join(hosts.get(app.definition.name, ())),
                ", ".join([name if name in here else f"{name} (provided)" for name in app.definition.requires]),
                _pins(app) if app.pins else "",
            )
            for app in environment.in_sync_order
        ],
    )


def _app(app: ResolvedApp, environment: str) -> str:
    """Return a link to an app's values, with what Argo CD calls it, where that is not its name."""
    name = app.definition.name
    shown = link(name, _UP + layout.values(name, environment))
    return shown if app.application == name else f"{shown} (in Argo CD: {code(app.application)})"


@functools.lru_cache(maxsize=256)
def _charts(charts: tuple[AppChart, ...]) -> tuple[str, str]:
    """Return the cells of an app's charts, and of their versions: most environments have the same."""
    names = [text(chart.name if chart.name == chart.key else f"{chart.key} ({chart.name})") for chart in charts]
    return ", ".join(names) or "none", ", ".join([text(chart.shown_version) for chart in charts])


def _image(image: Image) -> str:
    """Return an image that values name; of one whose name only the chart knows, its tag and where the values say it."""
    return code(f"{image.name}:{image.tag}") if image.name else f"{code(image.tag)} at {code(dotted(image.path))}"


def _pins(app: ResolvedApp) -> str:
    return " ".join([f"{code(pin.path)} is {code(pin.text)}: {text(pin.reason)}" for pin in app.pins])


def _contents(before: Iterable[Block], todo: Iterable[Phase]) -> list[str]:
    """Return links to the runbook's sections: a list of its phases, each with its steps."""
    lines: list[str] = []
    anchors = Anchors()
    anchors.of(_headings(before))
    for phase in todo:
        titles = _headings(phase.blocks)
        own, *others = anchors.of((phase.title, *titles))
        lines.append(f"- {link(text(phase.title), f'#{own}')}")
        lines += [f"  - {link(title, f'#{anchor}')}" for title, anchor in zip(titles, others, strict=True)]
    return lines


def _headings(blocks: Iterable[Block]) -> list[str]:
    return [block.text for block in blocks if isinstance(block, Heading)]
