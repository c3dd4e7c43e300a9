"""Graphs of apps: the data, and how Mermaid, Graphviz and browsers take it."""

from __future__ import annotations

import functools
import re
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Sequence

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from efdgen import cli
from efdgen.render.graph import content, dot, mermaid, svg
from efdgen.render.graph.arrange import Gap, arrange
from efdgen.render.graph.model import Edge, Graph, Node, lines
from efdgen.render.graph.svg import text_width
from support import few, many, needs, words
from support.browser import Show
from support.checkout import names, resolved
from support.efd import EFD
from support.parsers import libyaml

SVG = "{http://www.w3.org/2000/svg}"


@functools.cache
def graph(name: str) -> Graph:
    environment = resolved()[name]
    return content.graph(environment)


def definition(app: str) -> dict[str, object]:
    """Read an app definition, with what it extends."""
    data: dict[str, object] = libyaml((EFD / f"templates/apps/{app}/app.yaml").read_text(encoding="utf-8"))
    return {**definition(str(data["extends"])), **data} if "extends" in data else data


# -- data


@pytest.mark.parametrize("name", names())
def test_nodes_are_the_spec_s_apps_and_what_the_cluster_provides(name: str) -> None:
    spec = libyaml((EFD / f"environments/{name}.yaml").read_text(encoding="utf-8"))
    assert {node.name for node in graph(name).apps} == set(spec["apps"])
    provided = spec.get("cluster", {}).get("provides", ["vault-secrets-operator", "ingress-nginx"])
    expected = set(provided) - set(spec["apps"])
    assert {node.name for node in graph(name).provided} == expected


@pytest.mark.parametrize("name", names())
def test_edges_are_what_the_app_definitions_require(name: str) -> None:
    expected = {(node.name, other) for node in graph(name).apps for other in definition(node.name)["requires"]}  # type: ignore[attr-defined]
    assert {(edge.source, edge.target) for edge in graph(name).edges} == expected


@pytest.mark.parametrize("name", names())
def test_nodes_say_the_versions_secrets_and_namespaces_of_the_rendered_files(name: str) -> None:
    for node in graph(name).apps:
        folder = EFD / "rendered/apps" / node.name
        (dependency,) = libyaml((folder / "Chart.yaml").read_text(encoding="utf-8"))["dependencies"]
        values = libyaml((folder / f"values-{name}.yaml").read_text(encoding="utf-8"))
        assert node.version == dependency["version"]
        assert list(node.secrets) == [each["name"] for each in values.get("vault", {}).get("secrets", [])]
        application = (EFD / f"rendered/apps/efd/templates/{node.name}.yaml").read_text(encoding="utf-8")
        assert f"namespace: {node.namespace}\n" in application


@pytest.mark.parametrize("name", names())
def test_nodes_have_the_public_hosts(name: str) -> None:
    environment = resolved()[name]
    expected = {(each.app, each.host) for each in environment.public_hosts}
    nodes = (graph(name).root, *graph(name).nodes)
    assert {(node.name, host) for node in nodes for host in node.hosts} == expected


def _reachable(edges: Sequence[tuple[str, str]], source: str) -> set[str]:
    found: set[str] = set()
    waiting = [source]
    while waiting:
        new = {target for start, target in edges if start == waiting[-1]} - found
        waiting.pop()
        found |= new
        waiting += new
    return found


@pytest.mark.parametrize("name", names())
def test_an_edge_is_implied_when_the_rest_leads_there_without_it(name: str) -> None:
    edges = [(edge.source, edge.target) for edge in graph(name).edges]
    for edge in graph(name).edges:
        rest = [pair for pair in edges if pair != (edge.source, edge.target)]
        assert edge.is_implied is (edge.target in _reachable(rest, edge.source))


# -- any graph


names_of_apps = st.lists(
    words.filter(lambda word: word != "efd" and not word.endswith("-")), min_size=1, max_size=8, unique=True
)
nasty = st.text('ab1 "<>&#;`*_|\\[](){}%é~:/-', min_size=1, max_size=12).filter(lambda text: text == text.strip())


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Return a graph without circles, with texts that each format takes for something else somewhere."""
    chosen = draw(names_of_apps)
    provided = draw(st.integers(0, len(chosen) - 1))
    nodes = [
        Node(name, is_provided=True)
        if index < provided
        else Node(name, draw(nasty), draw(nasty), tuple(draw(st.lists(nasty, max_size=2))), (draw(nasty),))
        for index, name in enumerate(chosen)
    ]
    edges = [
        Edge(chosen[upper], chosen[lower], draw(st.booleans()))
        for upper in range(provided, len(chosen))
        for lower in range(upper)
        if draw(st.integers(0, 2)) == 0
    ]
    return Graph(draw(nasty), Node("efd", namespace="argocd"), (*nodes[provided:], *nodes[:provided]), tuple(edges))


# -- Mermaid: its grammar of flowcharts, as far as we use it


LABEL = r'\["[^"`]*"\]'
STATEMENTS = re.compile(
    rf"(?:  app_\w+{LABEL}|  subgraph \w+{LABEL}|    app_\w+{LABEL}|  end|  app_efd ==> apps|  app_efd ~~~ app_\w+"
    r"|  app_\w+ (?:-->|-\.->) app_\w+|  classDef provided stroke-dasharray:5 5|  class \w+(?:,\w+)* provided)\Z"
)


def _labels(text: str) -> dict[str, str]:
    """Return the nodes' labels as a browser shows them, by identifier."""
    labels = {}
    for identifier, label in re.findall(r'^ +(app_\w+)\["(.*)"\]$', text, re.MULTILINE):
        plain = re.sub(r"</?b>", "", label).replace("<br/>", "\n")
        assert not set('<>"`') & set(plain)
        labels[identifier] = re.sub(r"#(\d+);", lambda match: chr(int(match[1])), plain)
    return labels


def _expected(node: Node, remark: str) -> str:
    head = f"{node.name} {remark}" if remark else node.name
    return "\n".join([head, *(f"{what} {which}" for what, which in lines(node))])


@many
@given(graphs())
def test_mermaid_reads_every_line_and_shows_every_text(any_graph: Graph) -> None:
    first, second, *rest = mermaid.mermaid(any_graph).split("\n")
    assert (first, second) == ('%%{init: {"flowchart": {"wrappingWidth": 600}}}%%', "flowchart TB")
    assert [line for line in rest if not STATEMENTS.match(line)] == []
    text = "\n".join(rest)
    shown = _labels(text)
    for node in any_graph.nodes:
        label = shown.pop("app_" + node.name.replace("-", "_"))
        assert label == _expected(node, node.version)
    assert shown == {"app_efd": "efd the app of apps\nnamespace argocd"}
    arrows = re.findall(r"(app_\w+) (-->|-\.->) (app_\w+)", text)
    assert len(arrows) == len(any_graph.edges)
    assert text.count("-.->") == sum(edge.is_implied for edge in any_graph.edges)


@pytest.mark.parametrize("name", names())
def test_what_the_cluster_provides_is_dashed_in_mermaid(name: str) -> None:
    dashed = re.findall(r"^  class provided,(.*) provided$", mermaid.mermaid(graph(name)), re.MULTILINE)
    expected = ["app_" + node.name.replace("-", "_") for node in graph(name).provided]
    assert [word for line in dashed for word in line.split(",")] == expected


# -- Graphviz


def drawn(text: str) -> str:
    done = subprocess.run(
        [needs.GRAPHVIZ.require(), "-Tsvg"], input=text, capture_output=True, text=True, check=False, encoding="utf-8"
    )
    problems = [line for line in done.stderr.splitlines() if "ontconfig" not in line]
    assert (done.returncode, problems) == (0, [])
    return done.stdout


@pytest.mark.parametrize("name", names())
def test_graphviz_draws_it(name: str) -> None:
    picture = ET.fromstring(drawn(dot.dot(graph(name))))  # noqa: S314 - our own
    titles = {each.text for each in picture.iter(f"{SVG}title")}
    assert {node.name for node in graph(name).nodes} <= titles
    assert {f"{edge.source}->{edge.target}" for edge in graph(name).edges} <= titles


@few
@given(graphs())
def test_graphviz_reads_any_text(any_graph: Graph) -> None:
    shown = "".join(ET.fromstring(drawn(dot.dot(any_graph))).itertext())  # noqa: S314 - our own
    squeezed = re.sub(r"\s", "", shown)
    for node in any_graph.nodes:
        for _, which in lines(node):
            assert re.sub(r"\s", "", which) in squeezed


@pytest.mark.parametrize("title", ["R&D;x", "&;", "&amp;"])
def test_a_title_is_no_entity_of_graphviz(title: str) -> None:
    picture = ET.fromstring(drawn(dot.dot(graph("summit")._replace(title=title))))  # noqa: S314 - our own
    assert title in {each.text for each in picture.iter(f"{SVG}title")}


# -- our own picture


@many
@given(graphs())
def test_the_picture_is_xml_and_holds_every_text(any_graph: Graph) -> None:
    root = ET.fromstring(svg.svg(any_graph))  # noqa: S314 - our own
    assert root.tag == f"{SVG}svg"
    texts = ["".join(each.itertext()) for each in root.iter(f"{SVG}text")]
    for node in (any_graph.root, *any_graph.nodes):
        assert node.name in texts
        for what, which in lines(node):
            assert what in texts
            assert which in texts
    arrows = [path for path in root.iter(f"{SVG}path") if path.find(f"{SVG}title") is not None]
    assert len(arrows) == len(any_graph.edges)


def _boxes(root: ET.Element, kinds: set[str]) -> list[tuple[float, ...]]:
    rectangles = [each for each in root.iter(f"{SVG}rect") if each.get("class") in kinds]
    return [tuple(float(each.get(key, "")) for key in ("x", "y", "width", "height")) for each in rectangles]


@many
@given(graphs())
def test_no_box_lies_on_another_and_all_are_in_the_picture(any_graph: Graph) -> None:
    root = ET.fromstring(svg.svg(any_graph))  # noqa: S314 - our own
    width, height = (float(root.get(key, "")) for key in ("width", "height"))
    boxes = _boxes(root, {"box", "box root", "box provided"})
    assert len(boxes) == len(any_graph.nodes) + 1
    for index, (x, y, w, h) in enumerate(boxes):
        assert x >= 0
        assert y >= 0
        assert x + w <= width
        assert y + h <= height
        for other_x, other_y, other_w, other_h in boxes[:index]:
            is_beside = x + w <= other_x or other_x + other_w <= x
            assert is_beside or y + h <= other_y or other_y + other_h <= y


@many
@given(graphs())
def test_what_is_required_stands_below(any_graph: Graph) -> None:
    found = arrange(
        [node.name for node in (*any_graph.provided, *any_graph.apps)],
        [(edge.source, edge.target) for edge in any_graph.edges],
        {node.name: 100 for node in any_graph.nodes},
        frozenset(node.name for node in any_graph.provided),
        10,
    )
    level = {slot: number for number, layer in enumerate(found.layers) for slot in layer}
    assert {slot for slot in level if isinstance(slot, str)} == {node.name for node in any_graph.nodes}
    for edge in any_graph.edges:
        way = found.ways[edge.source, edge.target]
        assert [level[slot] for slot in way] == list(range(level[edge.source], level[edge.target] - 1, -1))
        assert all(isinstance(slot, Gap) for slot in way[1:-1])
    for layer in found.layers:
        middles = [found.middles[slot] for slot in layer]
        assert middles == sorted(middles)


def test_a_circle_is_drawn_without_the_arrow_that_closes_it() -> None:
    nodes = (Node("a", "1"), Node("b", "1"))
    picture = svg.svg(Graph("x", Node("efd"), nodes, (Edge("b", "a"), Edge("a", "b"))))
    assert "b requires a" in picture
    assert "a requires b" not in picture


def test_an_environment_without_apps_is_drawn() -> None:
    empty = Graph("x", Node("efd"), (), ())
    assert ET.fromstring(svg.svg(empty)).tag == f"{SVG}svg"  # noqa: S314 - our own
    assert mermaid.mermaid(empty).count("\n") == 2
    assert dot.dot(empty).endswith("\n}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_every_text_inside_its_box(show: Show, scheme: str) -> None:
    shown = show(html=f"<body style='margin:0'>{svg.svg(graph('ncsa-stable'))}</body>", color_scheme=scheme)
    outside = shown.page.evaluate(
        """() => [...document.querySelectorAll("g")].flatMap(g => {
            const box = g.querySelector("rect").getBBox();
            return [...g.querySelectorAll("text")].filter(text => {
                const {x, y, width, height} = text.getBBox();
                return x < box.x || y < box.y || x + width > box.x + box.width || y + height > box.y + box.height;
            }).map(text => text.textContent);
        })"""
    )
    assert outside == []
    paper = shown.page.evaluate("getComputedStyle(document.querySelector('svg')).backgroundColor")
    assert paper == {"light": "rgb(246, 248, 250)", "dark": "rgb(13, 17, 23)"}[scheme]


def test_text_is_measured_by_its_letters() -> None:
    assert text_width("iiii", 12) < text_width("nnnn", 12) < text_width("mmmm", 12)
    assert text_width("abc", 24) == 2 * text_width("abc", 12)
    assert text_width("漢字", 10) == 20


# -- the verb


@pytest.mark.parametrize(
    ("form", "begin"), [("mermaid", "%%{init"), ("dot", 'digraph "Summit EFD" {\n'), ("svg", "<svg xmlns=")]
)
def test_the_verb_writes_each_format(form: str, begin: str) -> None:
    result = CliRunner().invoke(cli.command, ["graph", "summit", "--format", form, "--root", str(EFD)])
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(begin)


def test_the_verb_draws_mermaid_unless_told_otherwise() -> None:
    result = CliRunner().invoke(cli.command, ["graph", "base", "--root", str(EFD)])
    assert result.stdout == mermaid.mermaid(graph("base")) + "\n"
