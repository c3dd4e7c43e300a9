"""Checks that what documents look up by name exists: `app('influxdb')`, `host('influxdb')`.

An environment that is rendered finds the first one that does not, in each document. Here all are found at once, as when
an app goes that many documents name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from efdgen.errors import Location, Problem
from efdgen.language import expressions, suggest
from efdgen.language.documents import Document
from efdgen.language.documents.model import Value
from efdgen.language.documents.parts import For, If, Run, Set
from efdgen.language.documents.rows import Row
from efdgen.language.expressions import ExpressionError
from efdgen.language.syntaxtree import Call, Const, Name, Node
from efdgen.repository.kept import Kept
from efdgen.repository.model import AppDefinition, Pages, RunbookDocuments, Written

MISSING = {"app": "no app is made from a chart", "host": "there is no service"}
"""The functions of documents that look something up, each with what is said of a name that nothing has."""


def problems(apps: Mapping[str, AppDefinition], runbook: RunbookDocuments, pages: Pages) -> Iterator[Problem]:
    """Yield every lookup of the runbook and of pages that finds nothing in any environment.

    Args:
        apps: every app definition.
        runbook: the documents of the runbook.
        pages: what pages show.
    """
    known = {
        "app": {name for app in apps.values() for name in app.made_of},
        "host": {service for app in apps.values() for service in (*app.ingress_hosts, *app.node_port_hosts)},
    }
    for function, name, location in (*_of_runbook(runbook), *_of_pages(pages)):
        if name not in known[function]:
            hint = suggest.hint(name, known[function])
            yield Problem("E301", f"{MISSING[function]} {name!r}", location, hint=hint)


_Lookup = tuple[str, str, Location]
"""A function, the name that it is given, and where its expression begins."""


def _of_runbook(runbook: RunbookDocuments) -> Iterator[_Lookup]:
    for document in (*runbook.phases.values(), *([runbook.functions] if runbook.functions else [])):
        yield from _of_document(document)
        head = document.head
        for key, value in head.data.items() if head is not None else ():
            for item in value if isinstance(value, list) else [value]:
                yield from _of_text(Written(item, head.locate_in_text, (key,))) if head is not None else ()


def _of_pages(pages: Pages) -> Iterator[_Lookup]:
    yield from _of_document(pages.environment)
    for column in pages.columns:
        for function, name, _ in _of_document(column.cell.document):
            yield function, name, column.cell.locate(column.cell.path)
    written = [
        *(column.when for column in pages.columns),
        *(each for row in pages.addresses for each in (row.address, row.when)),
        *pages.services.values(),
    ]
    for each in written:
        yield from _of_text(each) if each is not None else ()


_of_documents: Kept[tuple[_Lookup, ...]] = Kept(512)


def _of_document(document: Document) -> tuple[_Lookup, ...]:
    return _of_documents.once(_looked_up, document)


def _looked_up(document: Document) -> tuple[_Lookup, ...]:
    return tuple(
        (function, name, Location(document.source, line, column))
        for node, line, column in _nodes(document.parts)
        for function, name in _calls(node)
    )


def _nodes(parts: Iterable[Any]) -> Iterator[tuple[Node, int, int]]:
    """Yield the expressions of a document, each with the line and the column of what it stands in."""
    for part in parts:
        if isinstance(part, Value | Set):
            yield part.expression, part.line, part.column
        elif isinstance(part, Row):
            yield from _nodes(part.pieces)
        elif isinstance(part, Run):
            yield from _nodes(part.lines)
        elif isinstance(part, If | For):
            for node in (part.items, part.test) if isinstance(part, For) else (part.test,):
                if node is not None:
                    yield node, part.line, part.column
            yield from _nodes(part.body)
            yield from _nodes(part.otherwise)


def _of_text(written: Written) -> Iterator[_Lookup]:
    if not isinstance(written.text, str) or not any(function in written.text for function in MISSING):
        return  # most say nothing of either
    try:
        found = [(offset, call) for offset, node in expressions.parsed(written.text) for call in _calls(node)]
    except ExpressionError:
        return  # it is malformed, which evaluating it says
    for offset, (function, name) in found:
        yield function, name, written.locate(written.path, offset)


def _calls(node: Node) -> Iterator[tuple[str, str]]:
    for each in node.walk():
        if isinstance(each, Call) and isinstance(each.node, Name) and each.node.name in MISSING:
            given = each.args[0] if len(each.args) == 1 else None
            if isinstance(given, Const) and isinstance(given.value, str):
                yield each.node.name, given.value
