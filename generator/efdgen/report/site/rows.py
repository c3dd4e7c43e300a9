"""From resolved environments to what the site shows. Pure."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from efdgen.environment import values
from efdgen.environment.model import ResolvedEnvironment
from efdgen.language.tuples import NamedTuple
from efdgen.report.site.audited import Audited
from efdgen.report.site.model import Environment, Fleet, Row
from efdgen.report.site.naming import named
from efdgen.repository import paths
from efdgen.review.semantic import Item, Steps


class Makers(NamedTuple):
    """Who makes what the site shows beside the values.

    Attributes:
        page: writes the page about an environment, as Markdown.
        picture: draws an environment's apps, as SVG; an empty text: no picture.
        fleet_page: writes the page about all environments, as Markdown.
    """

    page: Callable[[ResolvedEnvironment], str]
    picture: Callable[[ResolvedEnvironment], str]
    fleet_page: Callable[[Sequence[ResolvedEnvironment]], str]


def fleet(
    environments: Sequence[ResolvedEnvironment],
    makers: Makers,
    audited: Mapping[str, Audited] = types.MappingProxyType({}),
) -> Fleet:
    """Return what the site shows of environments: all of them.

    Args:
        environments: the environments.
        makers: who makes what is shown beside the values.
        audited: how environments were when somebody looked, by name.
    """
    found = []
    groups: dict[str, dict[str, Any]] = {}
    for environment in environments:
        how = audited.get(environment.facts.name)
        found.append(Environment(environment, makers.page(environment), makers.picture(environment), how))
        for group, data in _groups(environment):
            groups.setdefault(group, {})[environment.facts.name] = data
    values = tuple(row for group in sorted(groups) for row in rows(group, (), groups[group]))
    return Fleet(tuple(found), values, makers.fleet_page(environments))


def _groups(environment: ResolvedEnvironment) -> Iterator[tuple[str, Any]]:
    """Yield what is rendered for an environment, as data: the values of each chart, and the files beside them."""
    yield paths.PARENT, values.parent_values(environment)
    name = environment.facts.name
    for app in environment.apps:
        yield app.definition.name, values.app_values(environment, app)
        for file in app.files:
            # Such a file is called after its environment: so it is the same file in each.
            folder, _, base = file.path.rpartition("/")
            yield f"{app.definition.name}: {folder}/{base.replace(name, '<env>', 1)}", file.content


def rows(group: str, path: Steps, values: Mapping[str, Any]) -> Iterator[Row]:
    """Yield every value in the data of some environments.

    Args:
        group: what the data belongs to.
        path: where it stands.
        values: the data there, by environment.
    """
    maps = {name: value for name, value in values.items() if isinstance(value, Mapping) and value}
    lists = {name: value for name, value in values.items() if isinstance(value, list | tuple) and _is_deep(value)}
    plain = {name: value for name, value in values.items() if name not in maps and name not in lists}
    if plain:
        yield Row(group, path, plain)
    for key in _union(maps.values()):
        yield from rows(group, (*path, key), {name: held[key] for name, held in maps.items() if key in held})
    yield from _items(group, path, lists)


def _is_deep(value: Iterable[Any]) -> bool:
    return any(isinstance(item, Mapping | list | tuple) for item in value)


def _items(group: str, path: Steps, lists: Mapping[str, Any]) -> Iterator[Row]:
    """Yield the values in lists; items are named by what names them in all environments, else by their number."""
    names = named(lists)
    if names is None:
        for index in range(max(map(len, lists.values()))):
            held = {name: items[index] for name, items in lists.items() if index < len(items)}
            yield from rows(group, (*path, index), held)
        return
    if _in_conflict({tuple(items) for items in names.items.values()}):
        yield Row(group, path, {name: list(items) for name, items in names.items.items()}, is_order=True)
    for item in _union(names.items.values()):
        held = {name: items[item] for name, items in names.items.items() if item in items}
        if not names.key:
            held = {name: only[item] for name, only in held.items()}
        here = (*path, Item(names.key, item))
        for row in rows(group, here, held):
            yield row._replace(is_number=row.path == (*here, names.counter))


def _union(maps: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the keys of all maps, each after the one that it follows where it is new."""
    found: list[str] = []
    for each in maps:
        place = 0
        for key in each:
            if key in found:
                place = found.index(key) + 1
            else:
                found.insert(place, key)
                place += 1
    return found


def _in_conflict(orders: Iterable[tuple[str, ...]]) -> bool:
    """Say whether two orders differ in what they share."""
    known = list(orders)
    return any(
        [item for item in one if item in other] != [item for item in other if item in one]
        for number, one in enumerate(known)
        for other in known[:number]
    )
