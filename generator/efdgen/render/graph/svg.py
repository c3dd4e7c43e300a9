"""A graph as a picture: SVG, drawn here, for light and dark pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from efdgen.language.tuples import NamedTuple
from efdgen.render.graph.arrange import Arrangement, Gap, Slot, arrange
from efdgen.render.graph.model import Edge, Graph, Node, lines

# All in pixels.
_MARGIN = 24
_PADDING = 12
_GAP = 22
_BETWEEN_LAYERS = 72
_HEAD = 32
_LINE = 17
_FRAME = 22
"""From a frame to the boxes in it, and its title's height."""
_LABEL_WIDTH = 68
_LEGEND = 28
_SIZE, _HEAD_SIZE = 12, 14

_STYLE = """
svg { --ink: #1f2328; --soft: #59636e; --line: #d1d9e0; --box: #ffffff; --paper: #f6f8fa; --arrow: #424a53;
  --faint: #afb8c1; --link: #0969da; --root: #ddf4ff; font: 12px Helvetica, Arial, sans-serif;
  background: var(--paper) }
@media (prefers-color-scheme: dark) { svg { --ink: #f0f6fc; --soft: #9198a1; --line: #3d444d; --box: #151b23;
  --paper: #0d1117; --arrow: #b1bac4; --faint: #545d68; --link: #4493f8; --root: #121d2f } }
text { fill: var(--ink) } .soft { fill: var(--soft) } .name { font-size: 14px; font-weight: bold }
.title { font-size: 18px; font-weight: bold } a text { fill: var(--link) } a:hover text { text-decoration: underline }
.box { fill: var(--box); stroke: var(--line) } .root { fill: var(--root) } .frame { fill: none; stroke: var(--line) }
.provided { stroke: var(--soft); stroke-dasharray: 5 4 } path { fill: none; stroke: var(--arrow); stroke-width: 1.3 }
path.implied { stroke: var(--faint); stroke-width: 1 } path.root { fill: none; stroke-width: 2 }
marker path { fill: var(--arrow); stroke: none } marker.implied path { fill: var(--faint); stroke: none }
""".strip()


class _Place(NamedTuple):
    """A box: its left upper corner, and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


class _Drawing(NamedTuple):
    """Where everything is: boxes, the upper and lower end of each layer, frames, and the size of all."""

    graph: Graph
    arrangement: Arrangement
    places: Mapping[str, _Place]
    bands: Sequence[tuple[float, float]]
    shift: float
    root: _Place
    frames: Sequence[tuple[_Place, str, bool]]
    width: float
    height: float


def svg(graph: Graph) -> str:
    """Return an SVG document, without a line break at its end."""
    return "\n".join(_elements(_drawing(graph)))


def _drawing(graph: Graph) -> _Drawing:
    sizes = {node.name: _size(node) for node in graph.nodes}
    arrangement = arrange(
        [node.name for node in (*graph.provided, *graph.apps)],
        [(edge.source, edge.target) for edge in graph.edges],
        {name: width for name, (width, _) in sizes.items()},
        frozenset(node.name for node in graph.provided),
        _GAP,
    )
    root_width, root_height = _size(graph.root)
    left, right = _extent(arrangement, sizes, root_width)
    title_width = text_width(graph.title, 18)
    width = max(right - left + 2 * (_MARGIN + _FRAME), title_width + 2 * _MARGIN, _legend_width() + 2 * _MARGIN)
    shift = (width - (right - left)) / 2 - left
    root = _Place(width / 2 - root_width / 2, _MARGIN + 30, root_width, root_height)
    bands, places = [], {}
    at = root.y + root.height + _BETWEEN_LAYERS + _FRAME / 2
    for number in range(len(arrangement.layers) - 1, -1, -1):
        layer = arrangement.layers[number]
        tallest = max((sizes[slot][1] for slot in layer if not isinstance(slot, Gap)), default=0)
        for slot in layer:
            if not isinstance(slot, Gap):
                own_width, own_height = sizes[slot]
                middle = arrangement.middles[slot] + shift
                places[slot] = _Place(middle - own_width / 2, at, own_width, own_height)
        bands.append((at, at + tallest))
        is_last_of_apps = number == 1 and bool(graph.provided)
        at += tallest + _BETWEEN_LAYERS + (_FRAME if is_last_of_apps else 0)
    bands.reverse()
    inner = _MARGIN, width - 2 * _MARGIN
    frames = [
        (_around([places[node.name] for node in nodes], *inner), title, is_dashed)
        for nodes, title, is_dashed in (
            (graph.apps, "Applications", False),
            (graph.provided, "provided by the cluster", True),
        )
        if nodes
    ]
    bottom = max([root.y + root.height, *(frame.y + frame.height for frame, _, _ in frames)])
    return _Drawing(graph, arrangement, places, bands, shift, root, frames, width, bottom + _LEGEND + _MARGIN)


def _extent(arrangement: Arrangement, sizes: Mapping[str, tuple[float, float]], least: float) -> tuple[float, float]:
    """Return the left and right end of everything in the layers, as they were arranged."""
    ends = [-least / 2, least / 2]
    for slot, middle in arrangement.middles.items():
        half = (_GAP if isinstance(slot, Gap) else sizes[slot][0]) / 2
        ends += (middle - half, middle + half)
    return min(ends), max(ends)


def _around(places: Sequence[_Place], x: float, width: float) -> _Place:
    top = min(place.y for place in places) - _FRAME - 6
    bottom = max(place.y + place.height for place in places) + _FRAME - 6
    return _Place(x, top, width, bottom - top)


def _size(node: Node) -> tuple[float, float]:
    head = text_width(node.name, _HEAD_SIZE, is_bold=True) + 8 + text_width(_remark(node), _SIZE)
    below = lines(node)
    widest = max([head, *(_LABEL_WIDTH + text_width(which, _SIZE) for _, which in below)])
    return widest + 2 * _PADDING, _HEAD + len(below) * _LINE + (8 if below else 0)


def _remark(node: Node) -> str:
    return node.version or ("" if node.is_provided else "the app of apps")


_NARROW, _WIDE = frozenset("iljft.,:;'|!()[]/ -"), frozenset("mwMW@%")


def text_width(text: str, size: float, *, is_bold: bool = False) -> float:
    """Return about how wide a text is in Helvetica, in pixels; rather too much than too little."""
    ems = 0.0
    for character in text:
        if character in _NARROW:
            ems += 0.36
        elif character in _WIDE:
            ems += 0.9
        elif character.isupper() or ord(character) > 0x2000:  # noqa: PLR2004 - from here on, wide scripts and signs
            ems += 0.75 if character.isupper() else 1.0
        else:
            ems += 0.57
    return ems * size * (1.07 if is_bold else 1.0)


def _elements(drawing: _Drawing) -> Iterator[str]:
    width, height = _number(drawing.width), _number(drawing.height)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img">'
    )
    yield f"<title>{_escaped(drawing.graph.title)}: apps, and what they require</title>"
    yield f"<style>\n{_STYLE}\n</style>"
    yield "<defs>"
    for name in ("direct", "implied"):
        yield (
            f'<marker id="{name}" class="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
            'markerUnits="userSpaceOnUse" orient="auto"><path d="M0,0.5 L8,4 L0,7.5 z"/></marker>'
        )
    yield "</defs>"
    yield _text(_MARGIN, _MARGIN + 10, drawing.graph.title, "title")
    for frame, title, is_dashed in drawing.frames:
        yield _rectangle(frame, "frame provided" if is_dashed else "frame")
        yield _text(frame.x + 10, frame.y + 17, title, "soft")
    yield from _root_arrow(drawing)
    for is_implied in (True, False):
        for edge in drawing.graph.edges:
            if edge.is_implied is is_implied:
                yield from _arrow(drawing, edge)
    yield from _box(drawing.graph.root, drawing.root, "box root")
    for node in drawing.graph.nodes:
        yield from _box(node, drawing.places[node.name], "box provided" if node.is_provided else "box")
    yield from _legend(drawing)
    yield "</svg>"


def _root_arrow(drawing: _Drawing) -> Iterator[str]:
    if drawing.graph.apps:
        x, start, end = drawing.root.middle, drawing.root.y + drawing.root.height, drawing.frames[0][0].y
        yield f'<path class="root" d="M{_number(x)},{_number(start)} V{_number(end)}" marker-end="url(#direct)"/>'


def _arrow(drawing: _Drawing, edge: Edge) -> Iterator[str]:
    """Yield one arrow: a curve from layer to layer, straight down where it passes one."""
    way = drawing.arrangement.ways.get((edge.source, edge.target))
    if way is None:
        return
    source, target = drawing.places[edge.source], drawing.places[edge.target]
    x, y = _port(drawing, edge, source, is_start=True), source.y + source.height
    parts = [f"M{_number(x)},{_number(y)}"]
    for slot in way[1:]:
        if isinstance(slot, Gap):
            upper, lower = drawing.bands[slot.layer]
            next_x = drawing.arrangement.middles[slot] + drawing.shift
        else:
            upper = lower = target.y
            next_x = _port(drawing, edge, target, is_start=False)
        # A box lower than its neighbours: straight down to where the gap between the layers begins.
        begin = max(y, upper - _BETWEEN_LAYERS)
        if begin > y:
            parts.append(f"V{_number(begin)}")
        half = _number((begin + upper) / 2)
        parts.append(f"C{_number(x)},{half} {_number(next_x)},{half} {_number(next_x)},{_number(upper)}")
        if lower > upper:
            parts.append(f"V{_number(lower)}")
        x, y = next_x, lower
    kind = "implied" if edge.is_implied else "direct"
    yield (
        f'<path class="{kind}" d="{" ".join(parts)}" marker-end="url(#{kind})">'
        f"<title>{_escaped(edge.source)} requires {_escaped(edge.target)}</title></path>"
    )


def _port(drawing: _Drawing, edge: Edge, place: _Place, *, is_start: bool) -> float:
    """Return where an arrow begins or ends on a box: arrows share its edge in the order in which they come."""
    own = edge.source if is_start else edge.target
    near = {}
    for ends, way in drawing.arrangement.ways.items():
        if ends[0 if is_start else 1] == own:
            other: Slot = way[1] if is_start else way[-2]
            near[ends] = (drawing.arrangement.middles[other], ends)
    order = sorted(near, key=near.__getitem__)
    share = (order.index((edge.source, edge.target)) + 1) / (len(order) + 1)
    return place.x + place.width * (0.15 + 0.7 * share)


def _box(node: Node, place: _Place, kind: str) -> Iterator[str]:
    yield "<g>"
    yield _rectangle(place, kind)
    x, y = place.x + _PADDING, place.y + 21
    yield _text(x, y, node.name, "name")
    if _remark(node):
        yield _text(place.x + place.width - _PADDING, y, _remark(node), "soft", anchor="end")
    for what, which in lines(node):
        y += _LINE
        yield _text(x, y + 4, what, "soft")
        value = _text(x + _LABEL_WIDTH, y + 4, which)
        yield f'<a href="https://{_escaped(which)}">{value}</a>' if what == "host" else value
    yield "</g>"


_MEANINGS = (("direct", "requires"), ("implied", "requires, as something else that it requires does"))


def _legend_width() -> float:
    return sum(60 + text_width(meaning, _SIZE) for _, meaning in _MEANINGS)


def _legend(drawing: _Drawing) -> Iterator[str]:
    x, y = float(_MARGIN), drawing.height - _MARGIN + 4
    for kind, meaning in _MEANINGS:
        yield f'<path class="{kind}" d="M{_number(x)},{_number(y - 4)} h30" marker-end="url(#{kind})"/>'
        yield _text(x + 38, y, meaning, "soft")
        x += 60 + text_width(meaning, _SIZE)


def _rectangle(place: _Place, kind: str) -> str:
    x, y, width, height = map(_number, place)
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>'


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "") -> str:
    attributes = f' class="{kind}"' if kind else ""
    if anchor:
        attributes += f' text-anchor="{anchor}"'
    return f'<text x="{_number(x)}" y="{_number(y)}"{attributes}>{_escaped(text)}</text>'


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _escaped(text: str) -> str:
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(character, entity)
    return text
