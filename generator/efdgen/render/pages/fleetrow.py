"""What one environment contributes to the page about all: plain data, kept with it, so that the page is only joined."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Sequence
from typing import Any

from efdgen.environment.argocd import server_at
from efdgen.environment.model import Pin, ResolvedApp, ResolvedEnvironment
from efdgen.errors import InvalidInputError, Path, Problem
from efdgen.language import cells, scope, yamlio
from efdgen.language.layers import leaves, merge, sets
from efdgen.language.tuples import NamedTuple
from efdgen.render.pages.markdown import code, host_link, link
from efdgen.repository.model import Column

_JSON = json.JSONEncoder(ensure_ascii=False)

Pinned = tuple[str, tuple[str, str | int | float, str, str]]
"""An app, and one of its pins as plain data."""

Setting = tuple[str, Path, str, str]
"""An app, where something is set for it, what (as people write it), and the site that says so; empty: the spec."""


class Row(NamedTuple):
    """What the page says of one environment. What is in cells of a table is Markdown.

    Attributes:
        name: its name.
        title: its title.
        spec: the cell of its spec.
        argocd_url: the address of its Argo CD.
        argocd: the same, written one way: who has the same is deployed by the same.
        hosts: the cell of its public hosts.
        cells: what the columns of facts say.
        provided: what the cluster provides.
        apps: its apps.
        pins: their pins.
        settings: what its spec, and what that shares, set for them: the most specific, less the pins.
    """

    name: str
    title: str
    spec: str
    argocd_url: str
    argocd: str
    hosts: str
    cells: tuple[str, ...]
    provided: tuple[str, ...]
    apps: tuple[str, ...]
    pins: tuple[Pinned, ...]
    settings: tuple[Setting, ...]


def row(environment: ResolvedEnvironment, columns: Sequence[Column]) -> Row:
    """Return what the page says of an environment.

    Raises:
        InvalidInputError: with every column that can't be evaluated.
    """
    facts = environment.facts
    return Row(
        facts.name,
        facts.title,
        link(code(facts.name), f"../{environment.spec.document.file}"),
        facts.argocd.url,
        server_at(facts.argocd.url),
        ", ".join(map(host_link, environment.public_hosts)),
        tuple(_cells(environment, columns)),
        facts.cluster.provides,
        tuple([app.definition.name for app in environment.apps]),
        tuple([(app.definition.name, _plain(pin)) for app in environment.apps for pin in app.pins]),
        tuple([setting for app in environment.apps for setting in _settings(app)]),
    )


def _plain(pin: Pin) -> tuple[str, str | int | float, str, str]:
    return pin.path, pin.value, pin.reason, pin.until


def _cells(environment: ResolvedEnvironment, columns: Sequence[Column]) -> Iterator[str]:
    given = environment.names
    where = f"environment {environment.facts.name}"
    problems: list[Problem] = []
    for column in columns:
        try:
            when = column.when
            is_there = when is None or scope.holds(when.text, given, where, when.locate, when.path)
            yield cells.fill(column.cell, given, where) if is_there else "-"
        except InvalidInputError as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidInputError(problems)


def _settings(app: ResolvedApp) -> Iterator[Setting]:
    """Yield what an environment sets for an app: each value, but for pins, as people write it, and who says so."""
    own = app.layers[len(app.definition.layers) :]
    said = [(layer.name if layer.name != "spec" else "", layer.data) for layer in own if layer.data]
    if not said:
        return
    pinned = {("values", *pin.path.split(".")) for pin in app.pins}
    merged = functools.reduce(merge, [data for _, data in said])
    said.reverse()
    for key, settings in merged.items():
        # Helm replaces lists as a whole. An app that says `values: {}` says nothing.
        for path, value in leaves(settings, (key,), in_lists=False) if key != "pins" and settings != {} else ():
            if path not in pinned:
                source = said[0][0] if len(said) == 1 else next(name for name, data in said if sets(data, path))
                yield app.definition.name, path, words(value), source


def words(value: Any) -> str:
    """Return a value on one line, as people write it in YAML: text that looks like a number is in quotes."""
    # 0.0 and -0.0 are the same key.
    return _JSON.encode(value) if isinstance(value, list | dict | float) else _scalar(value)


@functools.lru_cache(maxsize=1024, typed=True)
def _scalar(value: str | int | None) -> str:
    if not isinstance(value, str):
        return _JSON.encode(value)
    try:
        is_text = isinstance(yamlio.resolve_plain(value), str)
    except yamlio.AmbiguousScalarError:
        is_text = False
    return " ".join(value.split()) if is_text else f'"{value}"'
