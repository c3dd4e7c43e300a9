"""The page about one environment: a document of the repository's, with a few blocks that are made here.

    <% page.apps %>       a table: the apps in the order of syncing, with versions, images, hosts and pins
    <% page.picture %>    the apps and what they depend on, for Mermaid
    <% page.contents %>   links to the runbook's phases and steps
    <% page.runbook %>    the runbook

Without a runbook the last two are null.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from efdgen.environment.hosts import PublicHost, public
from efdgen.environment.images import Image
from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.environment.order import sync_order
from efdgen.errors import InvalidInputError, Problem, dotted
from efdgen.language import documents
from efdgen.language.documents import Block, Heading, Prose
from efdgen.language.quoting import Blocks
from efdgen.output import layout
from efdgen.render.graph.content import graph
from efdgen.render.graph.mermaid import mermaid
from efdgen.render.pages.markdown import Anchors, code, host_link, link, table, text, written
from efdgen.render.runbook.markdown import markdown
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
    before = found[: _place(found, runbook)]
    links = Prose("\n".join(_contents(before, todo)))
    return "\n" + written(links if contents is not None and _is(block, contents) else block for block in found)


def _is(block: Block, made: Blocks) -> bool:
    return isinstance(block, Prose) and block.text is made


def _place(blocks: Sequence[Block], made: Blocks | None) -> int:
    """Return the place of a block among others, or their number where it is not there."""
    return next((at for at, each in enumerate(blocks) if made is not None and _is(each, made)), len(blocks))


def _apps(environment: ResolvedEnvironment) -> list[str]:
    hosts: dict[str, list[PublicHost]] = {}
    for host in public(environment):
        hosts.setdefault(host.app, []).append(host)
    here = {app.definition.name for app in environment.apps}
    header = ("app", "chart", "version", "images", "namespace", "hosts", "depends on", "pins")
    return table(
        header,
        (
            (
                _app(app, environment.facts.name),
                ", ".join(map(_chart, app.definition.charts)) or "none",
                ", ".join(text(chart.shown_version) for chart in app.definition.charts),
                ", ".join(map(_image, app.images)),
                code(app.definition.namespace),
                ", ".join(map(host_link, hosts.get(app.definition.name, ()))),
                ", ".join(name if name in here else f"{name} (provided)" for name in app.definition.requires),
                _pins(app),
            )
            for app in sync_order(environment.apps)
        ),
    )


def _app(app: ResolvedApp, environment: str) -> str:
    """Return a link to an app's values, with what Argo CD calls it, where that is not its name."""
    name = app.definition.name
    shown = link(name, _UP + layout.values(name, environment))
    return shown if app.application == name else f"{shown} (in Argo CD: {code(app.application)})"


def _chart(chart: AppChart) -> str:
    return text(chart.name if chart.name == chart.key else f"{chart.key} ({chart.name})")


def _image(image: Image) -> str:
    """Return an image that values name; of one whose name only the chart knows, its tag and where the values say it."""
    return code(f"{image.name}:{image.tag}") if image.name else f"{code(image.tag)} at {code(dotted(image.path))}"


def _pins(app: ResolvedApp) -> str:
    return " ".join(f"{code(pin.path)} is {code(pin.text)}: {text(pin.reason)}" for pin in app.pins)


def _contents(before: Sequence[Block], todo: Sequence[Phase]) -> Iterator[str]:
    """Yield links to the runbook's sections: a list of its phases, each with its steps."""
    anchors = Anchors()
    for block in before:
        if isinstance(block, Heading):
            anchors.of(block.text)
    for phase in todo:
        yield f"- {link(text(phase.title), '#' + anchors.of(phase.title))}"
        for step in phase.steps:
            yield f"  - {link(step.title, '#' + anchors.of(step.title))}"
