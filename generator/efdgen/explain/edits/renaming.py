"""An environment's new name, in everything that people wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from efdgen.environment.hosts import public
from efdgen.environment.model import ResolvedEnvironment
from efdgen.environment.secrets import secrets
from efdgen.language import expressions
from efdgen.language.annotations import Keys, Place, found
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import editing, parse
from efdgen.repository.model import ENVIRONMENTS

_EXPRESSION = re.compile(r"<%.*?%>", re.DOTALL)


class Moved(NamedTuple):
    """Something of an environment in the world that gets another name.

    Attributes:
        what: what it is.
        before: how it is called.
        after: how it will be.
    """

    what: str
    before: str
    after: str


def in_document(text: str, file: str, places: Iterable[Place], old: str, new: str) -> str:
    """Return a text with another name of an environment at the places that name environments.

    Raises:
        EditError: when an alias or anchor is in the way.
    """
    data = parse(text, file).data
    for place in places:
        if place.says != ENVIRONMENTS:
            continue
        for path, name in found(data, place):
            if name == old:
                is_key = isinstance(place.path[-1], Keys)
                text = editing.rename(text, path, new) if is_key else editing.put(text, path, new)
    return text


def in_expressions(text: str, old: str, new: str) -> str:
    """Return a text whose expressions name a link by its new name.

    `<% links.summit.url %>` becomes `<% links['new-one'].url %>`, or `<% links.new.url %>`.
    """
    way = re.compile(rf"\blinks(?:\.{re.escape(old)}(?![\w])|\[(['\"]){re.escape(old)}\1\])")
    named = f"links.{new}" if expressions.is_name(new) else f"links['{new}']"
    return _EXPRESSION.sub(lambda match: way.sub(named, match[0]), text)


def mentions(texts: Mapping[str, str], old: str) -> list[tuple[str, int]]:
    """Return the lines that still say the old name, as a word: for people to read."""
    word = re.compile(rf"(?<![\w-]){re.escape(old)}(?![\w-])", re.IGNORECASE)
    return [
        (file, number)
        for file, text in texts.items()
        for number, line in enumerate(text.split("\n"), 1)
        if word.search(line)
    ]


def moved(before: ResolvedEnvironment, after: ResolvedEnvironment) -> Sequence[Moved]:
    """Return what has another name in the world: hosts, Vault paths, Applications, addresses."""
    hosts = {(each.app, each.service): each.host for each in public(before)}
    found = [
        Moved("host", hosts[each.app, each.service], each.host)
        for each in public(after)
        if (each.app, each.service) in hosts
    ]
    vault = {(each.namespace, each.name): each.path for each in secrets(before)}
    found += [
        Moved("Vault", vault[each.namespace, each.name], each.path)
        for each in secrets(after)
        if (each.namespace, each.name) in vault
    ]
    found.append(Moved("Application", before.parent, after.parent))
    names = {app.definition.name: app.application for app in before.apps}
    found += [Moved("Application", names[app.definition.name], app.application) for app in after.apps]
    return [each for each in dict.fromkeys(found) if each.before != each.after]
