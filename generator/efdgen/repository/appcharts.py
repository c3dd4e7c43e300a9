"""Which charts an app is made of: `chart` or `charts` in app.yaml, its own or one that it extends."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from efdgen.errors import Path, Problem
from efdgen.language import suggest
from efdgen.language.expressions import has_expression
from efdgen.language.layers import at
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import Document
from efdgen.repository import chartsource
from efdgen.repository.files import Files
from efdgen.repository.model import AppChart

RESERVED = ("env", "hosts", "kubernetesVersion", "vault")
"""What the values of a wrapper chart hold beside the app's: no value of an app can have these names there."""

_NONE, _ONE, _SEVERAL = "none", "chart", "charts"
"""What an app can be made of. Nobody forgets a chart by writing `chart: none`."""

_WORDS: Mapping[str, str] = {_NONE: "no chart", _ONE: "a chart", _SEVERAL: "charts"}

_GLOBAL = "global"
"""The values that Helm hands to every chart of a wrapper chart."""


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
    if {_ONE, _SEVERAL} <= own.data.keys():
        message = "an app has one chart, or charts by name: not both"
        files.problem("E405", message, own.locate((_SEVERAL,), key=True), (_SEVERAL,), "write both under charts")
        return None
    kinds = [(document, kind) for document in lineage if (kind := _kind(document))]
    if not kinds:
        return None  # refused by the schema
    document, kind = kinds[-1]
    inherited = [other for said_by, other in kinds if said_by is not own]
    if document is own and inherited and kind != inherited[-1]:
        where: Path = (_SEVERAL if kind == _SEVERAL else _ONE,)
        message = f"an app with {_WORDS[kind]} can't extend an app with {_WORDS[inherited[-1]]}"
        hint = "the values that it inherits would mean something else: write them out, without extends"
        files.problem("E405", message, own.locate(where, key=True), where, hint)
        return None
    if kind == _NONE:
        return Charts(None, ())
    if kind == _ONE:
        chart = _chart(files, document, (_ONE,), own)
        return None if chart is None else Charts(chart, (chart,))
    return _several(files, lineage)


def _kind(document: Document) -> str:
    """Return what a definition says that it is made of; nothing: it says nothing."""
    if _SEVERAL in document.data:
        return _SEVERAL
    if _ONE in document.data:
        return _NONE if document.data[_ONE] == _NONE else _ONE
    return ""


def _several(files: Files, lineage: Sequence[Document]) -> Charts | None:
    own = lineage[-1]
    said_by: dict[str, Document] = {}
    for document in lineage:
        for key, said in document.data.get(_SEVERAL, {}).items():
            said_by.pop(key, None)
            if said is not None:
                said_by[key] = document
    if not said_by:
        hint = "an app of only templates/ says chart: none"
        files.problem("E202", "there is no chart", own.locate((_SEVERAL,), key=True), (_SEVERAL,), hint)
        return None
    charts = [_chart(files, document, (_SEVERAL, key), own) for key, document in said_by.items()]
    found = tuple(chart for chart in charts if chart is not None)
    if len(found) < len(charts):
        return None
    clashes = [problem for chart in found if (problem := _clash(own, chart, found)) is not None]
    files.refuse(clashes)
    return None if clashes else Charts(None, found)


def _clash(own: Document, chart: AppChart, others: Iterable[AppChart]) -> Problem | None:
    """Return what is wrong with two charts that Helm keeps in one place; it is said of the second."""
    for other in others:
        if other == chart:
            return None
        is_same = other.repository == chart.repository
        if not is_same and (other.name, other.version) == (chart.name, chart.version):
            message = f"{other.key} is {chart.name} {chart.version}, too, from elsewhere: Helm takes one for the other"
        elif not is_same and chart.folder and other.folder and chart.name == other.name:
            message = f"{other.key} is a folder's chart of the name {chart.name}, too"
        else:
            continue
        place = chart.location if chart.location.file == own.file else own.locate((_SEVERAL,), key=True)
        return Problem("E405", message, place, (_SEVERAL, chart.key), "give one of the charts another name")
    return None


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


def without_removed(lineage: Sequence[Document], index: int, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return values of a definition of a lineage without those of charts that a later one takes away."""
    later = (document.data.get(_SEVERAL, {}) for document in lineage[index + 1 :])
    removed = {key for said in later for key, chart in said.items() if chart is None}
    return {key: value for key, value in values.items() if key not in removed} if removed else values


def check_deploys(files: Files, lineage: Sequence[Document], charts: Charts, others: Iterable[str]) -> bool:
    """Say whether an app deploys anything: a chart, or one of the others, which are templates and Secrets.

    That it does not is recorded, unless it has templates that something is wrong with.

    Args:
        files: the repository's.
        lineage: the definition, behind those that it extends.
        charts: its charts.
        others: what it has beside them.
    """
    if charts.all or any(others):
        return True
    document = lineage[-1]
    templates = tuple(f"{PurePosixPath(each.file).parent}/templates" for each in lineage)
    if any(problem.location.file.startswith(templates) for problem in files.problems):
        return False
    message = "an app without a chart needs templates/ or secrets: there is nothing that it would deploy"
    at = document.locate((_ONE,)) if _ONE in document.data else document.locate()
    files.problem("E202", message, at, (_ONE,), "write templates/, or name its chart")
    return False


def check_vendored(files: Files, document: Document, charts: Charts) -> None:
    """Record that an app says that its charts are vendored, and has none that can be."""
    if document.data.get("vendored") and not any(chart.git is None for chart in charts.all):
        message = "there is no chart whose archive could stand in rendered/"
        hint = "leave it out: Argo CD takes charts from Git by itself" if charts.all else "leave it out"
        where: Path = ("vendored",)
        files.problem("E405", message, document.locate(where, key=True), where, hint)


def check_values(files: Files, charts: Charts, documents: Iterable[Document], *, has_templates: bool) -> None:
    """Record values of an app's definition, those of a wrapper chart, that can't be read, or stand where others do."""
    if charts.only is not None:
        return
    for document in documents:
        for key in document.data:
            if key in RESERVED or not has_templates:
                refuse_unread(files, document, (key,), key, Readers(charts.all))
        check_mappings(files, document, (), charts.all)


class Readers(NamedTuple):
    """What reads the values of an app without one chart.

    Attributes:
        charts: its charts, each the value that has its key.
        templates: the values that its own templates can read, which have a default in its values.yaml; None: it has
            no templates.
        defaults: its values.yaml.
    """

    charts: Sequence[AppChart]
    templates: Collection[str] | None = None
    defaults: str = ""

    def known(self) -> list[str]:
        """Return the first keys that values can have."""
        return list(dict.fromkeys((*self._inherent(), *(self.templates or ()))))

    def knows(self, key: str) -> bool:
        """Say whether values can have a first key: of many, without a look at all others for each."""
        return key in (self.templates or ()) or key in self._inherent()

    def _inherent(self) -> list[str]:
        return [*(chart.key for chart in self.charts), *([_GLOBAL] if self.charts else [])]


def refuse_unread(files: Files, document: Document, where: Path, key: str, readers: Readers, what: str = "") -> None:
    """Record a value of a wrapper chart that nothing reads, or that efdgen makes itself.

    Args:
        files: where problems go.
        document: what says the value.
        where: the place of its first key in there.
        key: its first key.
        readers: what reads values.
        what: what the value would be, for people.
    """
    location = document.locate(where, key=True)
    if files.is_refused(location) or (key not in RESERVED and readers.knows(key)):
        return
    if key in RESERVED:
        message, hint = f"every wrapper chart has a value {key!r}, made by efdgen", "rename it"
        files.problem("E401", message, location, where, hint)
        return
    similar = suggest.closest(key, readers.known())
    if readers.templates is None:
        message = f"nothing reads {key!r}: neither a chart nor a template of the app"
        hint = "remove it, or write a template that reads it"
    else:
        message, hint = f"unknown {what} {key!r}", f"give it a default, be it null, in {readers.defaults}"
    files.problem("E402", message, location, where, suggest.did_you_mean(similar) if similar else hint)


def check_mappings(files: Files, document: Document, path: Path, charts: Iterable[AppChart]) -> None:
    """Record values of charts, each under its key below `path`, that are no mapping, and can't become one."""
    values = at(document.data, path)
    for chart in charts:
        said = values.get(chart.key)
        if not (said is None or isinstance(said, dict) or (isinstance(said, str) and has_expression(said))):
            where = (*path, chart.key)
            message = f"must be a mapping: the values of the chart {chart.name}"
            files.refuse([Problem("E204", message, document.locate(where), where)])
