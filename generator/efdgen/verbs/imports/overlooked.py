"""What a values file says, and Helm does not read: a key that stands twice, a second document."""

from __future__ import annotations

from collections.abc import Iterator

from efdgen.language import yamlio
from efdgen.language.yamlio import lineends, spans
from efdgen.language.yamlio.spans import Node
from efdgen.verbs.imports.model import Finding


def find(path: str, content: bytes) -> Iterator[Finding]:
    """Yield what Helm does not read of a values file that it takes."""
    text = content.decode("utf-8-sig").replace("\r\n", "\n")
    if sum(data is not None for data in yamlio.load_all(text)) > 1:
        message = "the file holds several documents: Helm reads the first one only"
        yield Finding("I405", message, path, 0, "take the others away there, or put them into the first")
    try:
        root = spans.read(text)
    except Exception:  # noqa: BLE001 - what the parser of places refuses, Helm's may take
        return
    yield from _twice(root, text, path)


def _twice(node: Node, text: str, path: str) -> Iterator[Finding]:
    seen = set()
    for entry in node.entries:
        if node.kind == "mapping" and entry.key in seen:
            message = f"the key {entry.key} stands twice: Helm takes the last one"
            line, _ = lineends.behind(text[: entry.start])
            yield Finding("I405", message, path, line, "keep one of them there")
        seen.add(entry.key)
        yield from _twice(entry.node, text, path)
