"""The functions that expressions can call: `host()`, `named()` and `news()`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from efdgen.language import expressions, suggest
from efdgen.language.layers import merge
from efdgen.language.scope import Scope


def host(names: Scope, services: frozenset[str]) -> expressions.Function:
    """Return `host()` for the expressions of one environment."""

    def host_of(service: Any) -> str:
        """Return the public host of a service: the exception in `hosts`, or what the pattern makes of it."""
        if service not in services:
            raise expressions.ExpressionError(
                "E301", f"there is no service {service!r}", suggest.hint(str(service), services)
            )
        exceptions = names.facts["hosts"]
        if service in exceptions:
            return str(names.lookup(("hosts", service), exceptions[service]))
        pattern = names.facts["hostPattern"]
        return str(names.evaluate_with(("hostPattern",), pattern, {"service": service}))

    return host_of


def named(entries: Any, defaults: Any) -> dict[str, Any]:
    """Return a map of named things: each entry laid on top of the defaults, its key as its `name`."""
    if not (isinstance(entries, Mapping) and isinstance(defaults, Mapping)):
        raise expressions.ExpressionError("E303", "named() takes two mappings: the entries and their defaults")
    return {
        key: merge({"name": key, **expressions.plain(defaults)}, expressions.plain(entry) or {})
        for key, entry in entries.items()
        if entry is not None
    }


def news(items: Mapping[str, Mapping[str, Any]]) -> expressions.Function:
    """Return `news()` for a set of news items, by name."""

    def items_of(names: Any) -> list[dict[str, Any]]:
        """Return news items as JSON Feed 1.1 has them, numbered from the oldest."""
        if not isinstance(names, list):
            raise expressions.ExpressionError("E303", "news() takes a list of names")
        feed = []
        for index, name in enumerate(names):
            if name not in items:
                raise expressions.ExpressionError(
                    "E301", f"there is no news item {name!r}", suggest.hint(str(name), items)
                )
            item = items[name]
            feed.append(
                {
                    "id": str(len(names) - index),
                    "url": item["url"],
                    "title": item["title"],
                    "content_text": item["text"],
                    "date_published": item["date"],
                    "date_modified": item.get("modified", item["date"]),
                    **{key: item[key] for key in ("image", "authors") if key in item},
                }
            )
        return feed

    return items_of
