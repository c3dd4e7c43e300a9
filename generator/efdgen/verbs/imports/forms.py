"""How a value can be written for an environment: as it is, or as an expression of its facts that yields the same."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

from efdgen.verbs.imports.facts import HOST, Facts, is_class, token

STORAGE_CLASS = "<% cluster.storageClass %>"
PREFIX = "<% vault.pathPrefix %>"
NAME = "<% name %>"
_SHORTEST = 3
"""Letters that a name must have to be looked for in texts."""


class Expression(str):
    """An expression that stands in the place of a value, and not a text of the source that looks like one."""

    __slots__ = ()


Forms = tuple[Any, ...]
"""Ways to write a value, the one that follows most first."""


_WITHOUT_EXPRESSIONS = (("project",), ("targetRevision",))
"""Facts whose schema takes names only."""


def literal(value: Any) -> Any:
    """Return a value as a spec has it: what would begin an expression there is none."""
    if isinstance(value, str):
        return value.replace("<%", "<% '<%' %>")
    if isinstance(value, list):
        return [literal(each) for each in value]
    if isinstance(value, dict):
        return {key: literal(below) for key, below in value.items()}
    return value


def of_values(facts: Facts) -> Callable[[tuple[Any, ...], Any], Forms]:
    """Return what says how a value of an app can be written, by its path."""
    own = [(host, f"<% host('{service}') %>") for service, host in facts.hosts.items()]
    if facts.prefix:
        own.append((facts.prefix, PREFIX))
    own.sort(key=lambda each: -len(each[0]))
    # A host can be that of several services.
    turns = [own, own[::-1]] if len({host for host, _ in own}) < len(own) else [own]
    for turn in turns:
        turn.sort(key=lambda each: -len(each[0]))

    def forms(path: tuple[Any, ...], value: Any) -> Forms:
        if isinstance(value, Expression):
            return (str(value),)
        plain = literal(value)
        found = []
        for turn in turns:
            with_hosts = _mapped(plain, functools.partial(_with, own=turn))
            own_name = named if "-" in facts.name else _named_in_hosts
            own_form = _mapped(with_hosts, functools.partial(own_name, name=facts.name))
            found += [own_form, with_hosts, plain, _mapped(with_hosts, lambda text: named(text, facts.name))]
        if path and is_class(path[-1]) and value and value == facts.storage_class:
            found.insert(0, STORAGE_CLASS)
        return tuple(found)

    return forms


def of_facts(name: str, domain: str = "") -> Callable[[tuple[Any, ...], Any], Forms]:
    """Return what says how a fact can be written."""

    def forms(path: tuple[Any, ...], value: Any) -> Forms:
        plain = literal(value) if not isinstance(value, str) or "<%" not in value else value
        if path[-1:] in _WITHOUT_EXPRESSIONS:
            return (plain,)
        found = _mapped(plain, lambda text: named(text, name))
        if domain:
            found = _mapped(found, lambda text: text.replace(f".{domain}", ".<% domain %>"))
        return (plain, found)

    return forms


def _with(text: str, own: list[tuple[str, str]]) -> str:
    """Return a text with expressions for the environment's hosts and its Vault prefix."""
    for found, expression in own:
        if found in text:
            text = re.sub(
                rf"(?<![A-Za-z0-9.-]){re.escape(found)}(?![A-Za-z0-9-])", functools.partial(_always, expression), text
            )
    return text


def _always(text: str, _match: re.Match[str]) -> str:
    return text


def named(text: str, name: str) -> str:
    """Return a text with the environment's name as an expression, where it stands by itself."""
    if len(name) < _SHORTEST or name not in text or name in _inside(text):
        return text
    return token(name).sub(NAME, text)


def _named_in_hosts(text: str, name: str) -> str:
    """Return a text with the environment's name as an expression in hosts, so that a copy of the spec has its own.

    Elsewhere, a word may be that name by chance; one of two words is not.
    """
    if name not in text or "." not in text:
        return text
    return HOST.sub(lambda host: named(host[0], name) if name not in _inside(text) else host[0], text)


def _inside(text: str) -> str:
    """Return what stands in the expressions of a text."""
    return " ".join(part.partition("%>")[0] for part in text.split("<%")[1:])


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_mapped(each, change) for each in value]
    if isinstance(value, Mapping):
        return {key: _mapped(below, change) for key, below in value.items()}
    return value
