"""A graph for Mermaid, which GitHub draws: https://mermaid.js.org/syntax/flowchart.html."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

from efdgen.render.graph.model import Graph, Node, lines

_ENTITIES = str.maketrans({character: f"#{ord(character)};" for character in '#"<>&`;*_\\'})


def mermaid(graph: Graph) -> str:
    """Return the text of a flowchart, without a line break at its end."""
    return "\n".join(_lines(graph))


def _lines(graph: Graph) -> Iterator[str]:
    # Hosts are long: a label's line is as wide as its text.
    yield '%%{init: {"flowchart": {"wrappingWidth": 600}}}%%'
    yield "flowchart TB"
    yield f"  {_identifier(graph.root)}[{_label(graph.root, 'the app of apps')}]"
    yield from _box("apps", "Applications", graph.apps)
    yield from _box("provided", "provided by the cluster", graph.provided)
    if graph.apps:
        yield f"  {_identifier(graph.root)} ==> apps"
        # An arrow to a frame says nothing of who stands above whom; this line, which is not drawn, does.
        yield f"  {_identifier(graph.root)} ~~~ {_identifier(graph.top)}"
    by_name = {node.name: _identifier(node) for node in graph.nodes}
    for edge in graph.edges:
        yield f"  {by_name[edge.source]} {'-.->' if edge.is_implied else '-->'} {by_name[edge.target]}"
    if graph.provided:
        yield "  classDef provided stroke-dasharray:5 5"
        yield f"  class provided,{','.join(map(_identifier, graph.provided))} provided"


def _box(name: str, title: str, nodes: Sequence[Node]) -> Iterator[str]:
    if nodes:
        yield f'  subgraph {name}["{title}"]'
        for node in nodes:
            yield f"    {_identifier(node)}[{_label(node, node.version)}]"
        yield "  end"


def _identifier(node: Node) -> str:
    """Return a name that is not a word of Mermaid's, and has no dash in it: `a---b` would be a line."""
    return "app_" + node.name.replace("-", "_")


def _label(node: Node, remark: str) -> str:
    """Return text in quotes, without any character that Mermaid, its Markdown or HTML would take for its own."""
    head = f"<b>{_escaped(node.name)}</b> {_escaped(remark)}".rstrip()
    return f'"{"<br/>".join([head, *(f"{what} {_escaped(which)}" for what, which in lines(node))])}"'


@functools.lru_cache(maxsize=4096)
def _escaped(text: str) -> str:
    return text.translate(_ENTITIES)
