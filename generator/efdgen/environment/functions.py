"""The functions that expressions can call: `host()`, `named()`, `entries()` and `numbered()`."""

from __future__ import annotations

from typing import Any

from efdgen.language import expressions, suggest
from efdgen.language.layers import merge
from efdgen.language.scope import Scope
from efdgen.language.shown import shown

TABLES = "tables"
"""What tables stand under among the names of expressions."""


def host(names: Scope, services: frozenset[str]) -> expressions.Function:
    """Return `host()` for the expressions of one environment."""

    def host_of(service: Any) -> str:
        """Return the public host of a service: the exception in `hosts`, or what the pattern makes of it."""
        if service not in services:
            raise expressions.ExpressionError(
                "E301", f"there is no service {shown(service)}", suggest.hint(str(service), services)
            )
        exceptions = names.facts["hosts"]
        if service in exceptions:
            return str(names.lookup(("hosts", service), exceptions[service]))
        pattern = names.facts["hostPattern"]
        return str(names.evaluate_with(("hostPattern",), pattern, {"service": service}, (service,)))

    return host_of


def named(entries: Any, defaults: Any) -> dict[str, Any]:
    """Return a map of named things: each entry laid on top of the defaults, its key as its `name`."""
    expressions.bounded([defaults] * len(entries))
    return {
        key: merge({"name": key, **expressions.plain(defaults)}, expressions.plain(entry) or {})
        for key, entry in entries.items()
        if entry is not None
    }


def entries(table: Any, names: Any) -> list[Any]:
    """Return the items of a table that a list names, in the list's order, each with the table's defaults."""
    found = []
    for name in names:
        if not isinstance(name, str):
            raise expressions.ExpressionError("E301", f"{shown(name)} is not the name of an item")
        if name not in table:
            raise expressions.ExpressionError("E301", f"there is no item {name!r}", suggest.hint(name, table))
        found.append(table[name])
    return [expressions.plain(item) for item in expressions.bounded(found)]


def numbered(items: Any, key: Any) -> list[dict[str, Any]]:
    """Return a list of mappings, each with its number under a key in front, as text: the last one is `1`.

    So an item keeps its number when others are put before it.
    """
    return [{key: str(len(items) - index), **expressions.plain(item)} for index, item in enumerate(items)]
