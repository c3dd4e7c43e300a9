"""Loads tables: `environments/shared/<table>.yaml`, named things written once that specs list by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from efdgen.errors import Location
from efdgen.language import expressions
from efdgen.language.annotations import Place, places
from efdgen.language.layers import leaves
from efdgen.repository import ownschemas, paths
from efdgen.repository.files import Files
from efdgen.repository.kept import Kept
from efdgen.repository.model import APPS, ENVIRONMENTS, SERVICES, Table

_NAME = re.compile(r"[a-z][a-z0-9]*\Z")
_NO_NAMES = (APPS, SERVICES, ENVIRONMENTS)
"""What else `x-names` can say."""

_OTHERS = (paths.FACTS, paths.CHARTS)
"""What lies beside tables, and is none."""


def load(files: Files, named: Iterable[str]) -> dict[str, Table]:
    """Load every table; those with problems are empty.

    Args:
        files: the repository's.
        named: tables that facts name items of: one without a file is empty.
    """
    tables = {name: Table(name, None, {}, ()) for name in named}
    for path in files.entries(paths.SHARED) if files.exists(paths.SHARED) else ():
        name, suffix = PurePosixPath(path).stem, PurePosixPath(path).suffix
        if suffix != ".yaml" and suffix.casefold() in (".yaml", ".yml", ".json"):
            from efdgen.repository import freenames

            hint = freenames.of_table(files, name, lambda name: _is_name(name) or paths.table(name) in _OTHERS)
            files.problem("E401", "a table's file name must end in .yaml", Location(path), hint=hint)
        elif suffix == ".yaml" and path not in _OTHERS:
            if not _is_name(name):
                message = f"a table can't have the name {name!r}"
                hint = "use lower-case letters and digits, and no word that has a meaning, such as `apps` or `if`"
                files.problem("E401", message, Location(path), hint=hint)
            tables[name] = _table(files, name, path)
    return tables


def _is_name(name: str) -> bool:
    """Say whether a table can have a name."""
    return _NAME.match(name) is not None and expressions.is_name(name) and name not in _NO_NAMES


def _table(files: Files, name: str, file: str) -> Table:
    rules = _schema(files, name)
    document = files.document(file, "table", rules)  # what every table has, and what this one has
    if document is None:
        return Table(name, None, {}, ())
    for path, value in leaves(document.data):
        if isinstance(value, str) and expressions.has_expression(value):
            place = document.locate_in_text(path, value.index(expressions.OPEN))
            files.problem("E303", "a table holds data, and no expressions", place, path)
    defaults = document.data.get("defaults", {})
    items = {item: _with_defaults(own, defaults) for item, own in document.data["items"].items()}
    return Table(name, document, items, _names.once(_named, rules))


_names: Kept[tuple[Place, ...]] = Kept(128)


def _named(rules: Mapping[str, Any]) -> tuple[Place, ...]:
    return places(rules, "x-names")


def _schema(files: Files, name: str) -> Mapping[str, Any]:
    """Return what the repository says of a table; nothing where it has no schema for it, or one with problems."""
    path = paths.table_schema(name)
    own = ownschemas.read(files, path) if files.exists(path) else None
    if own is None:
        return {}
    ownschemas.check_names(files, own)
    return own.content


def _with_defaults(item: Any, defaults: Any) -> Any:
    """Return an item with what it does not say itself behind what it says: the order of keys is that of the output."""
    if not (isinstance(item, Mapping) and isinstance(defaults, Mapping)):
        return item
    own = {key: _with_defaults(value, defaults.get(key)) for key, value in item.items()}
    return {**own, **{key: value for key, value in defaults.items() if key not in item}}
