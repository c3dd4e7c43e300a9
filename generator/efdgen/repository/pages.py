"""Loads what pages, the site and `efdgen list` show: `templates/pages/` and `templates/project.yaml`.

A repository can do without any of these files. Then efdgen's own stand in, which lie in `defaults/` beside this module:
they name what every environment has, and nothing else.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path

from efdgen.errors import InvalidInputError, Location
from efdgen.language import cells, documents, yamlio
from efdgen.language.texttemplate import TextFile
from efdgen.language.yamlio import Document
from efdgen.repository import paths
from efdgen.repository.files import Files
from efdgen.repository.model import AddressRow, AppDefinition, Column, Pages, Written

ENVIRONMENT, FLEET, ADDRESSES = "environment.md", "fleet.yaml", "addresses.yaml"
_DEFAULTS = Path(__file__).parent / "defaults"


def load_title(files: Files) -> str:
    """Load the title of the project; empty: it has none, and titles name the environment only."""
    document = files.document(paths.PROJECT, "project") if files.exists(paths.PROJECT) else None
    return document.data["title"] if document is not None else ""


def load(files: Files, apps: Mapping[str, AppDefinition]) -> Pages:
    """Load what pages show; what is not there, or wrong, is efdgen's own."""
    _refuse_others(files)
    environment = _markdown(files, _path(ENVIRONMENT)) if files.exists(_path(ENVIRONMENT)) else None
    fleet = _document(files, FLEET, "fleet")
    columns = default_columns() if fleet is None else tuple(_columns(files, fleet))
    addresses = _document(files, ADDRESSES, "addresses")
    if addresses is None:
        return Pages(environment or default_environment(), columns, (), {})
    rows, services = _addresses(files, addresses, apps)
    return Pages(environment or default_environment(), columns, rows, services)


@functools.cache
def default_environment() -> documents.Document:
    """Return efdgen's own page about one environment."""
    return documents.parse(TextFile(f"efdgen/{ENVIRONMENT}", (_DEFAULTS / ENVIRONMENT).read_text(encoding="utf-8")))


@functools.cache
def default_columns() -> tuple[Column, ...]:
    """Return efdgen's own columns of the page about all environments."""
    document = yamlio.parse((_DEFAULTS / FLEET).read_text(encoding="utf-8"), f"efdgen/{FLEET}")
    return tuple(_column(document, index) for index in range(len(document.data["columns"])))


def _path(name: str) -> str:
    return f"{paths.PAGES}/{name}"


def _refuse_others(files: Files) -> None:
    """Refuse files that nothing would read: a misspelt name must not bring efdgen's own page back."""
    known = (ENVIRONMENT, FLEET, ADDRESSES)
    for path in files.below(paths.PAGES) if files.exists(paths.PAGES) else ():
        name = path.removeprefix(f"{paths.PAGES}/")
        if name not in known:
            message = f"nothing reads a file of this name: {paths.PAGES}/ holds {', '.join(known)}"
            files.problem("E401", message, Location(path), hint=files.meant(paths.PAGES, name, known))


def _document(files: Files, name: str, schema: str) -> Document | None:
    return files.document(_path(name), schema) if files.exists(_path(name)) else None


def _markdown(files: Files, path: str) -> documents.Document | None:
    file = files.text_file(path)
    try:
        return None if file is None else documents.parse(file)
    except InvalidInputError as error:
        files.problems.extend(error.problems)
        return None


def _columns(files: Files, document: Document) -> Iterator[Column]:
    for index in range(len(document.data["columns"])):
        try:
            yield _column(document, index)
        except InvalidInputError as error:
            files.problems.extend(error.problems)


def _column(document: Document, index: int) -> Column:
    column = document.data["columns"][index]
    cell = cells.parse(column["is"], document.locate_in_text, ("columns", index, "is"))
    return Column(column["name"], cell, _when(document, ("columns", index)))


def _when(document: Document, place: tuple[str, int]) -> Written | None:
    list_, index = place
    return _written(document, place, "when") if "when" in document.data[list_][index] else None


def _addresses(
    files: Files, document: Document, apps: Mapping[str, AppDefinition]
) -> tuple[tuple[AddressRow, ...], Mapping[str, Written]]:
    rows = []
    keys: set[str] = set()
    for index, row in enumerate(document.data.get("addresses", ())):
        key = row.get("key", "")
        if key in keys:
            where = ("addresses", index, "key")
            files.problem("E405", "two addresses have one key", document.locate(where), where)
        keys |= {key} if key else set()
        address = _written(document, ("addresses", index), "address")
        when = _when(document, ("addresses", index))
        rows.append(AddressRow(row["name"], key, address, row.get("otherwise", ""), when))
    services = document.data.get("services", {})
    known = {service for app in apps.values() for service in app.ingress_hosts}
    are_known = not any(paths.apps_of(problem.location.file, files.of_apps) for problem in files.problems)
    for service in services:
        if are_known and service not in known:
            files.unknown("service", document, ("services", service), known, key=True)
    return tuple(rows), {service: _written(document, ("services",), service) for service in services}


def _written(document: Document, place: tuple[str | int, ...], key: str) -> Written:
    data = document.data
    for part in (*place, key):
        data = data[part]
    return Written(data, document.locate_in_text, (*place, key))
