"""Which charts an app is made of: `chart` in app.yaml, its own or one that it extends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from efdgen.errors import Path, Problem
from efdgen.language.yamlio import Document
from efdgen.repository import chartsource
from efdgen.repository.files import Files
from efdgen.repository.model import AppChart

RESERVED = ("env", "hosts", "kubernetesVersion", "vault")
"""What the values of a wrapper chart hold beside the app's: no value of an app can have these names there."""

_NONE = "none"
"""What `chart` says where there is none: nobody forgets a chart by writing a word."""


class Charts(NamedTuple):
    """An app's charts.

    Attributes:
        only: the one chart whose values the app's values are; None: the app's values are those of its wrapper chart.
        all: every chart that the wrapper chart depends on.
    """

    only: AppChart | None
    all: tuple[AppChart, ...]


def load(files: Files, lineage: Sequence[Document]) -> Charts | None:
    """Return the charts of the last definition of a lineage; None when something is wrong with what it says.

    What the ancestors say was checked with them.
    """
    own = lineage[-1]
    kinds = [(document, kind) for document in lineage if (kind := _kind(document))]
    inherited = [kind for document, kind in kinds if document is not own]
    if _kind(own) and inherited and _kind(own) != inherited[-1]:
        message = f"an app with {_WORDS[_kind(own)]} can't extend an app with {_WORDS[inherited[-1]]}"
        hint = "the values that it inherits would mean something else: write them out, without extends"
        files.problem("E405", message, own.locate(("chart",), key=True), ("chart",), hint)
        return None
    if not kinds:
        return None  # refused by the schema
    document, kind = kinds[-1]
    if kind == _NONE:
        return Charts(None, ())
    chart = _chart(files, document, ("chart",), own)
    return None if chart is None else Charts(chart, (chart,))


_WORDS: Mapping[str, str] = {_NONE: "no chart", "chart": "a chart"}


def _kind(document: Document) -> str:
    """Return what a definition says of its charts: `none` or `chart`; nothing: what it inherits."""
    if "chart" not in document.data:
        return ""
    return _NONE if document.data["chart"] == _NONE else "chart"


def _chart(files: Files, document: Document, where: Path, own: Document) -> AppChart | None:
    """Return a chart that a definition names, or None when something is wrong with it.

    Args:
        files: where problems go.
        document: the definition that names it.
        where: the chart's place in there.
        own: the definition that is loaded: what others name was checked with them.
    """
    problems: list[Problem] = []
    chart = chartsource.read(files, document, where, problems)
    if document is own:
        files.refuse(problems)
    return chart


def check_deploys(files: Files, document: Document, charts: Charts, others: Iterable[str]) -> None:
    """Record that an app would deploy nothing: no chart, and none of the others, which are templates and Secrets."""
    if not charts.all and not any(others):
        message = "an app without a chart needs templates/ or secrets: there is nothing that it would deploy"
        where: Path = ("chart",)
        at = document.locate(where) if "chart" in document.data else document.locate()
        files.problem("E202", message, at, where, "write templates/, or name its chart")


def check_values(files: Files, charts: Charts, documents: Iterable[Document]) -> None:
    """Record values of an app that can't stand where they would: beside those that every wrapper chart has."""
    if charts.only is not None:
        return
    for document in documents:
        for key in document.data:
            if key in RESERVED:
                message = f"every wrapper chart has a value {key!r}, made by efdgen"
                files.problem("E401", message, document.locate((key,), key=True), (key,), "rename it")


def takes(charts: Sequence[AppChart], values: Mapping[str, Any]) -> list[str]:
    """Return the first keys that the values of an app without one chart can have in specs.

    Args:
        charts: its charts.
        values: what its definition says of them: other values of the wrapper chart have a default there.
    """
    return [*(chart.key for chart in charts), *values, *(["global"] if charts else [])]
