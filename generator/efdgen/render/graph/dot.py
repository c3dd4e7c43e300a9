"""A graph for Graphviz: https://graphviz.org/doc/info/lang.html."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from efdgen.render.graph.model import Graph, Node, lines

# Graphviz reads a backslash as the begin of an escape, even after its entity is decoded.
_HTML = str.maketrans({"\\": "&#92;&#92;", "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def dot(graph: Graph) -> str:
    """Return the text of a directed graph, without a line break at its end."""
    return "\n".join(_lines(graph))


def _lines(graph: Graph) -> Iterator[str]:
    yield f"digraph {_quoted(graph.title)} {{"
    # compound: the arrow from the app of apps ends at the frame around the others.
    yield "  graph [compound=true, fontname=Helvetica, labeljust=l, nodesep=0.3, ranksep=0.6]"
    yield '  node [fontname=Helvetica, fontsize=11, shape=box, style="rounded"]'
    yield "  edge [arrowsize=0.7, color=gray30]"
    yield f"  {_identifier(graph.root)} [label={_label(graph.root, 'the app of apps')}, penwidth=2]"
    yield from _box("apps", "Applications", graph.apps, "rounded")
    yield from _box("provided", "provided by the cluster", graph.provided, "rounded,dashed")
    if graph.apps:
        yield f"  {_identifier(graph.root)} -> {_identifier(graph.top)} [lhead=cluster_apps, penwidth=2]"
    by_name = {node.name: _identifier(node) for node in graph.nodes}
    for edge in graph.edges:
        style = " [style=dotted, color=gray60]" if edge.is_implied else ""
        yield f"  {by_name[edge.source]} -> {by_name[edge.target]}{style}"
    yield "}"


def _box(name: str, title: str, nodes: Sequence[Node], style: str) -> Iterator[str]:
    if nodes:
        yield f"  subgraph cluster_{name} {{"
        yield f'    graph [label={_quoted(title)}, style="{style}", color=gray50]'
        for node in nodes:
            dashed = ', style="rounded,dashed"' if node.is_provided else ""
            yield f"    {_identifier(node)} [label={_label(node, node.version)}{dashed}]"
        yield "  }"


def _identifier(node: Node) -> str:
    return _quoted(node.name)


def _quoted(text: str) -> str:
    # What could be an entity, such as the `&D;` of "R&D;x", would go into an SVG as one.
    return '"' + text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"') + '"'


def _label(node: Node, remark: str) -> str:
    """Return a label in Graphviz's own HTML: https://graphviz.org/doc/info/shapes.html#html."""
    head = f"<b>{node.name.translate(_HTML)}</b> {remark.translate(_HTML)}".rstrip()
    below = (f"{what} {which.translate(_HTML)}" for what, which in lines(node))
    return f"<{'<br/>'.join([head, *below])}>"
