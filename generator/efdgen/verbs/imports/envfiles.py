"""JSON files that an app has for each environment, such as feeds: their content becomes data of tables.

feeds/base.json    {title: Base, items: [{id: "1", text: Hello}]}
feeds/summit.json  {title: Summit, items: [{id: "2", text: News}, {id: "1", text: Hello}]}

environments/shared/feeds.yaml      items: {base: {title: Base, items: [hello]}, summit: {...: [news, hello]}}
environments/shared/feedsitems.yaml items: {hello: {text: Hello}, news: {text: News}}
"""

from __future__ import annotations

import json
import math
import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import Any

from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import lineends
from efdgen.repository import paths
from efdgen.verbs.imports.forms import Forms
from efdgen.verbs.imports.model import Finding, Hand

_LONGEST = 40
_DEEPEST = 50
_FOLDER = re.compile(r"[a-z0-9-]{1,63}\Z")
_ODD_KEY = re.compile(r"['\"\\\x00-\x1f\x7f\ud800-\udfff]|<%|%>")
_HINT = "give the app a value for it, or a template"
_TEXTS = ("title", "name", "url", "text")


class EnvironmentFiles(NamedTuple):
    """The files of an app by environment.

    Attributes:
        declared: what app.yaml says of them, under environmentFiles.
        tables: the tables, by name.
        content: what each file that is carried holds, by its path in the app's chart.
        findings: files that are no JSON, and those that can't be carried.
        lost: why a file is not carried, by its path.
    """

    declared: list[dict[str, Any]]
    tables: dict[str, dict[str, Any]]
    content: dict[str, Any]
    findings: list[Finding]
    lost: dict[str, str]


def find(hand: Hand, app: str, forms: Mapping[str, Any], taken: Sequence[str]) -> EnvironmentFiles:
    """Return the files of an app by environment.

    Args:
        hand: the source.
        app: the app.
        forms: how a value can be written, by environment.
        taken: tables that other apps have.
    """
    chart = hand.deployed[hand.having(app)[0], app].chart
    found = EnvironmentFiles([], {}, {}, [], {})
    folders: dict[str, dict[str, Any]] = {}
    for path, text in sorted(chart.files.items()):
        folder, name = posixpath.split(path)
        environment = name.removesuffix(".json")
        if not folder or not name.endswith(".json") or environment not in hand.having(app):
            continue
        if folder.partition("/")[0] in ("templates", "crds", "charts"):
            continue  # what becomes of these is said elsewhere
        finding = Finding("I302", "", posixpath.join(chart.folder, path), 0, _HINT, environment, app)
        try:
            data = json.loads(text.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            line = lineends.behind(error.doc[: error.pos])[0] if isinstance(error, json.JSONDecodeError) else 0
            message = f"it is no JSON: {str(error).partition(':')[0]}"
            _lose(found, path, finding._replace(code="I201", message=message, line=line, hint=""))
            continue
        why = _unsayable(data) or ("" if _FOLDER.match(folder) else f"no definition can have the folder {folder}")
        if why:
            _lose(found, path, finding._replace(message=f"{why}: it is not imported"))
            continue
        folders.setdefault(folder, {})[environment] = data
        found.content[path] = data
    for folder, datas in folders.items():
        _add(found, hand, app, folder, datas, forms, taken)
    return found


def _add(
    found: EnvironmentFiles,
    hand: Hand,
    app: str,
    folder: str,
    datas: Mapping[str, Any],
    forms: Mapping[str, Any],
    taken: Sequence[str],
) -> None:
    """Add the files of a folder, or say why they are not carried."""
    where = hand.deployed[hand.having(app)[0], app].chart.folder
    table = _name(folder, [*taken, *found.tables])
    content, tables, why = _carried(table, datas, forms)
    for name in datas if why else ():
        path = f"{folder}/{name}.json"
        del found.content[path]
        message = f"{why}: it is not imported"
        _lose(found, path, Finding("I302", message, posixpath.join(where, path), 0, _HINT, name, app))
    if why:
        return
    found.tables.update(tables)
    is_everywhere = len(datas) == len(hand.having(app))
    if table not in found.tables and not is_everywhere:
        found.tables[table] = {"items": {name: {} for name in datas}}
    entry: dict[str, Any] = {"path": f"{folder}/<% name %>.json"}
    if not is_everywhere:
        entry["when"] = f"<% name in tables.{table} %>"
    found.declared.append({**entry, "content": content})


def _carried(table: str, datas: Mapping[str, Any], forms: Mapping[str, Any]) -> tuple[Any, dict[str, Any], str]:
    """Return the content as app.yaml says it, with its tables; or why nothing can say it."""
    if all(isinstance(data, dict) for data in datas.values()):
        tables: dict[str, dict[str, Any]] = {}
        content = _content(table, datas, forms, tables)
        held = "<%" in json.dumps(tables)
        return content, tables, "it differs, and holds <%, which tables can't have" if held else ""
    shared = _shared({name: forms[name]((), data) for name, data in datas.items()})
    if shared is None or not isinstance(shared[0], list | dict):
        return None, {}, "it is no mapping, and is not the same in each environment"
    return shared[0], {}, ""


def _lose(found: EnvironmentFiles, path: str, finding: Finding) -> None:
    found.findings.append(finding)
    found.lost[path] = finding.message


def _unsayable(data: Any, depth: int = 0) -> str:
    """Return why YAML, or an expression, can't say what a file holds; empty: they can."""
    if depth > _DEEPEST:
        return f"it is more than {_DEEPEST} levels deep"
    if isinstance(data, float) and not math.isfinite(data):
        return "it holds a number that is too big, or none"
    if isinstance(data, str) and not data.isascii() and any("\ud800" <= letter <= "\udfff" for letter in data):
        return "it holds half of a character (a surrogate)"
    if isinstance(data, dict):
        odd = next((key for key in data if _ODD_KEY.search(key)), None)
        if odd is not None:
            return f"it holds a key that no table can have: {json.dumps(odd)}"
    below = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return next(filter(None, (_unsayable(each, depth + 1) for each in below)), "")


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
