"""What a new environment needs in the tables that a repository's definitions read for their JSON files.

feeds.yaml      items: {base: {title: Base, items: [hello]}}        gets   summit: {title: Summit, items: [news, hello]}
feedsitems.yaml items: {hello: {text: Hello}}                       gets   news: {text: News}
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping, Sequence
from typing import Any

from efdgen.language import yamlio
from efdgen.language.yamlio import editing
from efdgen.repository import paths
from efdgen.verbs.imports.specs import App


def added(there: Mapping[str, bytes], app: App, name: str, environment: str) -> dict[str, bytes]:
    """Return the tables with what an environment's files take, where the definition is one that an import made.

    Args:
        there: the repository's files.
        app: the app as an import of the whole source makes it.
        name: what the app is called.
        environment: the environment that is new.
    """
    definition = yamlio.load(there[f"{paths.APPS}/{name}/app.yaml"].decode()) or {}
    files = definition.get("environmentFiles")
    wanted = {table: data for table, data in app.files.tables.items() if paths.table(table) in there}
    if not isinstance(files, list) or not wanted or f"tables.{next(iter(wanted))}" not in json.dumps(files):
        return {}
    if not any(posixpath.basename(path) == f"{environment}.json" for path in app.files.content):
        return _only_where_listed(there, name, files, set(wanted))
    if _without_conditions(files) != _without_conditions(app.data.get("environmentFiles", [])):
        return {}
    renamed: dict[str, str] = {}
    found = {}
    for table, data in wanted.items():
        text = there[paths.table(table)].decode()
        old = yamlio.load(text) or {}
        if environment not in data["items"]:
            needed = _listed(app, environment)
            entries = {key: entry for key, entry in _whole(data).items() if key in needed}
            for key, entry in entries.items():
                text, renamed[key] = _with_entry(text, old, key, entry)
        found[paths.table(table)] = text
    for table, data in wanted.items():
        if environment in data["items"]:
            own = {key: _renamed(value, renamed) for key, value in data["items"][environment].items()}
            path = paths.table(table)
            found[path] = editing.put(found[path], ("items", environment), own, keep=1)
    return {path: text.encode() for path, text in found.items() if text.encode() != there[path]}


def _without_conditions(files: Sequence[Any]) -> list[dict[str, Any]]:
    """Return what a definition says of its files, but for which environments have them."""
    return [{key: value for key, value in each.items() if key != "when"} for each in files]


def _only_where_listed(
    there: Mapping[str, bytes], name: str, files: Sequence[Any], tables: set[str]
) -> dict[str, bytes]:
    """Return the definition with a condition on files that read an entry of the environment: the new one has none."""
    path = f"{paths.APPS}/{name}/app.yaml"
    text = there[path].decode()
    for number, each in enumerate(files):
        said = json.dumps(each)
        table = next((table for table in sorted(tables) if f"tables.{table}[name]" in said), None)
        if table is not None and "when" not in each:
            text = editing.put(text, ("environmentFiles", number, "when"), f"<% name in tables.{table} %>")
    return {path: text.encode()} if text.encode() != there[path] else {}


def _listed(app: App, environment: str) -> set[str]:
    """Return the entries of other tables that an environment's own entry lists."""
    own = [data["items"].get(environment, {}) for data in app.files.tables.values()]
    lists = [value for each in own for value in each.values() if isinstance(value, list)]
    return {item for each in lists for item in each if isinstance(item, str)}


def _whole(data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the entries of a table, each with the table's defaults."""
    defaults = data.get("defaults") or {}
    return {key: {**defaults, **(entry or {})} for key, entry in (data.get("items") or {}).items()}


def _with_entry(text: str, old: dict[str, Any], key: str, entry: Mapping[str, Any]) -> tuple[str, str]:
    """Return a table that has an entry, and what it is called there."""
    whole = _whole(old)
    same = next((name for name, other in whole.items() if other == entry), None)
    if same is not None:
        return text, same
    name, number = key, 1
    while name in whole:
        number += 1
        name = f"{key}-{number}"
    defaults = old.get("defaults") or {}
    said = {part: value for part, value in entry.items() if part not in defaults or defaults[part] != value}
    old.setdefault("items", {})[name] = said
    return editing.put(text, ("items", name), said, keep=1), name


def _renamed(value: Any, renamed: Mapping[str, str]) -> Any:
    return (
        [renamed.get(item, item) if isinstance(item, str) else item for item in value]
        if isinstance(value, list)
        else value
    )
