"""A graph for Mermaid, which GitHub draws: https://mermaid.js.org/syntax/flowchart.html."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from efdgen.render.graph.model import Edge, Graph, Node, lines

_OWN = re.compile(r"""[#"<>&`;*_\\]""")


def mermaid(graph: Graph) -> str:
    """Return the text of a flowchart, without a line break at its end."""
    return "\n".join(_lines(graph))


def _lines(graph: Graph) -> Iterator[str]:
    # Hosts are long: a label's line is as wide as its text.
    yield '%%{init: {"flowchart": {"wrappingWidth": 600}}}%%'
    yield "flowchart TB"
    yield f"  {_box(graph.root, 'the app of apps')}"
    apps, provided = graph.apps, graph.provided
    yield from _frame("apps", "Applications", apps)
    yield from _frame("provided", "provided by the cluster", provided)
    if apps:
        yield f"  {_identifier(graph.root.name)} ==> apps"
        # An arrow to a frame says nothing of who stands above whom; this line, which is not drawn, does.
        yield f"  {_identifier(graph.root.name)} ~~~ {_identifier(graph.top.name)}"
    if graph.edges:
        yield _arrows(graph.edges)
    if provided:
        yield "  classDef provided stroke-dasharray:5 5"
        yield f"  class provided,{','.join(_identifier(node.name) for node in provided)} provided"


@functools.lru_cache(maxsize=256)
def _arrows(edges: tuple[Edge, ...]) -> str:
    """Return the arrows of apps, a line each. Many environments have the same."""
    return "\n".join(
        f"  {_identifier(edge.source)} {'-.->' if edge.is_implied else '-->'} {_identifier(edge.target)}"
        for edge in edges
    )


def _frame(name: str, title: str, nodes: Sequence[Node]) -> Iterator[str]:
    if nodes:
        yield f'  subgraph {name}["{title}"]'
        for node in nodes:
            yield f"    {_box(node, node.version)}"
        yield "  end"


def _identifier(name: str) -> str:
    """Return a name that is not a word of Mermaid's, and has no dash in it: `a---b` would be a line."""
    return "app_" + name.replace("-", "_")


@functools.lru_cache(maxsize=1024)
def _box(node: Node, remark: str) -> str:
    """Return the box of a node. Without hosts of its own, it is the same in many environments."""
    return f"{_identifier(node.name)}[{_label(node, remark)}]"


def _label(node: Node, remark: str) -> str:
    """Return text in quotes, without any character that Mermaid, its Markdown or HTML would take for its own."""
    head = f"<b>{_escaped(node.name)}</b> {_escaped(remark)}".rstrip()
    return f'"{"<br/>".join([head, *[f"{what} {_escaped(which)}" for what, which in lines(node)]])}"'


def _escaped(text: str) -> str:
    return _OWN.sub(lambda own: f"#{ord(own[0])};", text)
