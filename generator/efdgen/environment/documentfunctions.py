"""The functions of documents: how data becomes code style, JSON, or other data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from efdgen.language import expressions
from efdgen.language.expressions import ExpressionError
from efdgen.language.quoting import Markdown, Verbatim, in_code

_BLANK = re.compile(r"\{(\w*)\}")


def _code(words: Any) -> Markdown:
    """Return text in code style; of a list, each item, of a mapping, each key, separated by commas."""
    items = words if isinstance(words, list | tuple | Mapping) else [words]
    return Markdown(", ".join(in_code(expressions.text(item)) for item in items))


def _each(pattern: str, items: Iterable[Any]) -> list[str]:
    """Return a text once for each item, which stands for `{}`, and its parts for `{name}`.

    `each('--add-port={}/tcp', [80, 443])` is `['--add-port=80/tcp', '--add-port=443/tcp']`.
    """

    def filled(item: Any) -> str:
        return _BLANK.sub(
            lambda blank: expressions.text(expressions.item(item, blank[1]) if blank[1] else item), pattern
        )

    return [filled(item) for item in items]


def _ports(address: str, count: int) -> list[int]:
    """Return the ports that begin with that of an address: `ports('lab.org:31090', 2)` is `[31090, 31091]`."""
    _, _, port = address.rpartition(":")
    if not port.isdigit():
        raise ExpressionError("E304", f"{address!r} ends in no port")
    return list(range(int(port), int(port) + int(count)))


def _address(url: str) -> dict[str, str]:
    """Return the parts of a URL: `https://lab.org/argo-cd` has the host `lab.org` and the path `/argo-cd`."""
    _, _, rest = url.rpartition("://")
    host, slash, path = rest.partition("/")
    return {"host": host, "path": slash + path}


FUNCTIONS: Mapping[str, Any] = {
    "address": _address,
    "code": _code,
    "each": _each,
    "json": lambda data: json.dumps(expressions.plain(data), ensure_ascii=False),
    "ports": _ports,
    "raw": lambda text: Verbatim(expressions.text(text)),
    "sorted": sorted,
}
"""The functions, by the names that documents use."""
