"""The functions of documents: how data becomes code style, JSON, or other data."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from efdgen.language import expressions
from efdgen.language.expressions import ExpressionError
from efdgen.language.quoting import Markdown, Verbatim, in_code
from efdgen.language.yielded import MOST

_PORT = re.compile(r"[0-9]{1,9}\Z")
_LAST_PORT = 65535
_MOST_PORTS = 1000
_TEXTS = frozenset({str})
_BLANK = re.compile(r"\{(\w*)\}")


def _code(words: Any) -> Markdown:
    """Return text in code style; of a list, each item, of a mapping, each key, separated by commas."""
    if type(words) is str:
        return _code_of_texts(words)
    if type(words) is list and _TEXTS.issuperset(map(type, words)):
        return _code_of_texts(*words)
    items = expressions.bounded(words if isinstance(words, list | tuple | Mapping) else [words])
    return Markdown(", ".join(in_code(expressions.text(item)) for item in items))


@functools.lru_cache(maxsize=1024)
def _code_of_texts(*words: str) -> Markdown:
    """Return texts in code style: the same few names stand in code everywhere."""
    return Markdown(", ".join(in_code(expressions.text(word)) for word in expressions.bounded(words)))


def _each(pattern: str, items: Iterable[Any]) -> list[str]:
    """Return a text once for each item, which stands for `{}`, and its parts for `{name}`.

    `each('--add-port={}/tcp', [80, 443])` is `['--add-port=80/tcp', '--add-port=443/tcp']`.
    """
    size = 0

    def longer(by: int) -> None:
        nonlocal size
        size += by
        if size > MOST:
            raise ExpressionError("E303", f"each() yields more than {MOST:,} characters")

    def filled(item: Any) -> str:
        def part(blank: re.Match[str]) -> str:
            text = expressions.text(expressions.item(item, blank[1]) if blank[1] else item)
            longer(len(text))
            return text

        longer(len(pattern))
        return _BLANK.sub(part, pattern)

    return [filled(item) for item in items]


def _ports(address: str, count: int) -> list[int]:
    """Return the ports that begin with that of an address: `ports('lab.org:31090', 2)` is `[31090, 31091]`."""
    _, _, port = address.rpartition(":")
    if not _PORT.match(port):
        raise ExpressionError("E304", f"{address!r} ends in no port")
    if not 0 <= count <= _MOST_PORTS:
        raise ExpressionError("E304", f"ports() yields 0 to {_MOST_PORTS:,} ports, not {count}")
    last = int(port) + max(count, 1) - 1
    if int(port) == 0 or last > _LAST_PORT:
        raise ExpressionError("E304", f"ports are 1 to {_LAST_PORT}; {last if int(port) else 0} is not one of them")
    return list(range(int(port), int(port) + count))


def _address(url: str) -> dict[str, str]:
    """Return the parts of a URL: `https://lab.org/argo-cd` has the host `lab.org` and the path `/argo-cd`."""
    _, _, rest = url.rpartition("://")
    host, slash, path = rest.partition("/")
    return {"host": host, "path": slash + path}


FUNCTIONS: Mapping[str, Any] = {
    "address": _address,
    "code": _code,
    "each": _each,
    "json": lambda data: json.dumps(expressions.plain(expressions.bounded(data)), ensure_ascii=False),
    "ports": _ports,
    "raw": lambda text: Verbatim(expressions.text(text)),
    "sorted": sorted,
}
"""The functions, by the names that documents use."""
