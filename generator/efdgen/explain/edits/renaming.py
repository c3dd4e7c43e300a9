"""An environment's new name, in everything that people wrote."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from efdgen.environment.model import ResolvedEnvironment
from efdgen.environment.secrets import secrets
from efdgen.errors import InvalidInputError
from efdgen.language import expressions
from efdgen.language.annotations import Keys, Place, found
from efdgen.language.layers import leaves
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import editing, lineends, parse
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
    """Return a text whose expressions name a link by its new name. What stands between quotes there is no link.

    `<% links.summit.url %>` becomes `<% links['new-one'].url %>`, or `<% links.new.url %>`.
    """
    way = re.compile(
        rf"\blinks\s*(?:\.\s*(?P<name>{re.escape(old)})(?!\w)|\[\s*(?P<quote>['\"]){re.escape(old)}(?P=quote)\s*\])"
        r"|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"",
        re.DOTALL,
    )

    def named(match: re.Match[str]) -> str:
        if match["quote"] and (expressions.is_name(old) or not expressions.is_name(new)):
            return match[0].replace(f"{match['quote']}{old}{match['quote']}", f"{match['quote']}{new}{match['quote']}")
        if match["name"] or match["quote"]:  # brackets that only the old name needed go
            return f"links.{new}" if expressions.is_name(new) else f"links['{new}']"
        return match[0]

    return _EXPRESSION.sub(lambda match: way.sub(named, match[0]), text)


def in_yaml(text: str, file: str, old: str, new: str) -> str:
    """Return a YAML text whose expressions name a link by its new name, as `in_expressions` does.

    Where the quotes of YAML stand around those of an expression, the value is written anew:
    `'<% links.summit.url %>'` becomes `'<% links[''new-one''].url %>'`.

    Raises:
        EditError: when a value has to be changed by hand.
    """
    changed = in_expressions(text, old, new)
    try:
        data = parse(text, file).data
    except InvalidInputError:
        return changed
    wanted = _mapped(data, old, new)
    with contextlib.suppress(InvalidInputError):
        if parse(changed, file).data == wanted:
            return changed
    for path, value in leaves(data):
        if isinstance(value, str) and in_expressions(value, old, new) != value:
            text = editing.put(text, path, in_expressions(value, old, new))
    return text


def _mapped(data: Any, old: str, new: str) -> Any:
    """Return data in whose texts expressions name a link by its new name."""
    if isinstance(data, dict):
        return {key: _mapped(value, old, new) for key, value in data.items()}
    if isinstance(data, list):
        return [_mapped(each, old, new) for each in data]
    return in_expressions(data, old, new) if isinstance(data, str) else data


def mentions(texts: Mapping[str, str], old: str, others: Collection[str] = ()) -> list[tuple[str, int]]:
    """Return the lines that still say the old name, as a word or as a part of one: for people to read.

    Args:
        texts: the files.
        old: the old name.
        others: names that hold it, and are of something else.
    """
    word = re.compile(rf"(?<![A-Za-z0-9]){re.escape(old)}(?![A-Za-z0-9])", re.IGNORECASE)
    longer = sorted((re.escape(name) for name in others if name != old and word.search(name)), key=len, reverse=True)
    other = re.compile(rf"(?<![\w-])(?:{'|'.join(longer)})(?![\w-])") if longer else None
    return [
        (file, number)
        for file, text in texts.items()
        if word.search(text)
        for number, line in enumerate(lineends.lines(text, file), 1)
        if word.search(other.sub("", line) if other is not None else line)
    ]


def moved(before: ResolvedEnvironment, after: ResolvedEnvironment) -> Sequence[Moved]:
    """Return what has another name in the world: hosts, Vault paths, Applications, addresses."""
    hosts = {(each.app, each.service): each.host for each in before.public_hosts}
    found = [
        Moved("host", hosts[each.app, each.service], each.host)
        for each in after.public_hosts
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
