"""JSON files that an app has for each environment, such as feeds: their content becomes data of tables.

feeds/base.json    {title: Base, items: [{id: "1", text: Hello}]}
feeds/summit.json  {title: Summit, items: [{id: "2", text: News}, {id: "1", text: Hello}]}

environments/shared/feeds.yaml      items: {base: {title: Base, items: [hello]}, summit: {...: [news, hello]}}
environments/shared/feedsitems.yaml items: {hello: {text: Hello}, news: {text: News}}
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import Any

from efdgen.language.tuples import NamedTuple
from efdgen.repository import paths
from efdgen.verbs.imports.forms import Forms
from efdgen.verbs.imports.model import Finding, Hand

_LONGEST = 40
_TEXTS = ("title", "name", "url", "text")


class EnvironmentFiles(NamedTuple):
    """The files of an app by environment.

    Attributes:
        declared: what app.yaml says of them, under environmentFiles.
        tables: the tables, by name.
        content: what each file holds, by its path in the app's chart.
        findings: files that are no JSON.
    """

    declared: list[dict[str, Any]]
    tables: dict[str, dict[str, Any]]
    content: dict[str, Any]
    findings: list[Finding]


def find(hand: Hand, app: str, forms: Mapping[str, Any], taken: Sequence[str]) -> EnvironmentFiles:
    """Return the files of an app by environment.

    Args:
        hand: the source.
        app: the app.
        forms: how a value can be written, by environment.
        taken: tables that other apps have.
    """
    chart = hand.deployed[hand.having(app)[0], app].chart
    found = EnvironmentFiles([], {}, {}, [])
    folders: dict[str, dict[str, Any]] = {}
    for path, text in sorted(chart.files.items()):
        folder, name = posixpath.split(path)
        environment = name.removesuffix(".json")
        if not folder or not name.endswith(".json") or environment not in hand.having(app):
            continue
        try:
            data = json.loads(text.decode("utf-8-sig"))
        except ValueError as error:
            where = posixpath.join(chart.folder, path)
            line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
            found.findings.append(
                Finding("I201", f"it is no JSON: {str(error).partition(':')[0]}", where, line, "", environment, app)
            )
            continue
        if isinstance(data, dict) and "<%" not in text.decode():
            folders.setdefault(folder, {})[environment] = data
            found.content[path] = data
    for folder, datas in folders.items():
        table = _name(folder, [*taken, *found.tables])
        content = _content(table, datas, forms, found.tables)
        is_everywhere = len(datas) == len(hand.having(app))
        if table not in found.tables and not is_everywhere:
            found.tables[table] = {"items": {name: {} for name in datas}}
        entry: dict[str, Any] = {"path": f"{folder}/<% name %>.json"}
        if not is_everywhere:
            entry["when"] = f"<% name in tables.{table} %>"
        found.declared.append({**entry, "content": content})
    return found


def _name(folder: str, taken: Sequence[str]) -> str:
    name = re.sub(r"[^a-z0-9]", "", folder.lower()) or "files"
    name = name if name[0].isalpha() else f"files{name}"
    number = 1
    while name in (*taken, posixpath.splitext(posixpath.basename(paths.FACTS))[0], "charts"):
        number += 1
        name = f"{name.rstrip('0123456789')}{number}"
    return name


def _content(table: str, datas: Mapping[str, Any], forms: Mapping[str, Any], tables: dict[str, Any]) -> dict[str, Any]:
    """Return the content as app.yaml says it; what differs goes into tables."""
    content: dict[str, Any] = {}
    own: dict[str, dict[str, Any]] = {name: {} for name in datas}
    for key in dict.fromkeys(key for data in datas.values() for key in data):
        shared = _shared({name: forms[name]((), data[key]) if key in data else () for name, data in datas.items()})
        if shared is not None:
            content[key] = shared[0]
            continue
        lists = {name: data[key] for name, data in datas.items() if key in data}
        expression = f"tables.{table}[name]['{key}']"
        if len(lists) == len(datas) and all(_is_items(each) for each in lists.values()) and _overlap(lists.values()):
            # A list by environment of entries that several have: each is written once.
            entries = f"{table}{re.sub('[^a-z0-9]', '', key.lower())}"
            number = _numbered(lists.values())
            tables[entries], names = _entries(lists, number)
            for name, listed in names.items():
                own[name][key] = listed
            listed_by = f"entries(tables.{entries}, {expression})"
            content[key] = f"<% numbered({listed_by}, '{number}') %>" if number else f"<% {listed_by} %>"
        else:
            for name, value in lists.items():
                own[name][key] = value
            content[key] = f"<% {expression} | default(none) %>" if len(lists) < len(datas) else f"<% {expression} %>"
    if any(own.values()):
        tables[table] = {"items": own}
    return content


def _shared(ways: Mapping[str, Forms]) -> tuple[Any] | None:
    """Return how a value is written that all have alike; None: there is no such way."""
    first = next(iter(ways.values()))
    for way in first:
        if all(any(json.dumps(way) == json.dumps(other) for other in each) for each in ways.values()):
            return (way,)
    return None


def _is_items(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _overlap(lists: Any) -> bool:
    """Say whether several lists have entries alike: else there is nothing to write once."""
    return sum(map(len, lists)) > 1


def _numbered(lists: Any) -> str:
    """Return the key that numbers the entries of all lists, the last one 1; empty: none does."""
    for key in ("id", "number"):
        if all(each.get(key) == str(len(items) - index) for items in lists for index, each in enumerate(items)):
            return key
    return ""


def _entries(lists: Mapping[str, list[dict[str, Any]]], number: str) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Return the table of all entries, and the names that each environment lists."""
    plain = {name: [{k: v for k, v in each.items() if k != number} for each in items] for name, items in lists.items()}
    all_items = [each for items in plain.values() for each in items]
    defaults = (
        {key: value for key, value in all_items[0].items() if all(key in e and e[key] == value for e in all_items)}
        if len(all_items) > 1
        else {}
    )
    names: dict[str, str] = {}
    items: dict[str, Any] = {}
    listed: dict[str, list[str]] = {}
    for name, entries in plain.items():
        listed[name] = []
        for each in entries:
            key = json.dumps(each, sort_keys=True)
            if key not in names:
                names[key] = _slug(each, items)
                items[names[key]] = {k: v for k, v in each.items() if k not in defaults}
            listed[name].append(names[key])
    return {**({"defaults": defaults} if defaults else {}), "items": items}, listed


def _slug(entry: Mapping[str, Any], taken: Mapping[str, Any]) -> str:
    """Return a short name for an entry, from what it is called."""
    text = next((str(entry[key]) for key in _TEXTS if isinstance(entry.get(key), str) and entry[key]), "entry")
    name = re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.")[:_LONGEST].strip("-.") or "entry"
    number = 1
    while (name if number == 1 else f"{name}-{number}") in taken:
        number += 1
    return name if number == 1 else f"{name}-{number}"
