"""Where everything of a drawing lies: computed once, drawn as SVG, HTML or PNG. Lengths are CSS pixels."""

import math
import textwrap
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx

# Colour-blind safe, readable on white and on near-black (after Okabe and Ito).
FRIENDLY = ("#0072b2", "#009e73", "#56b4e9", "#6a4c93", "#8a8d00")
HOSTILE = ("#d55e00", "#cc3311", "#cc79a7", "#b8860b", "#994455", "#aa3377", "#7a4b00", "#882255")
_HOSTILE = ("fights", "attacks", "threatens", "accuses", "condemns", "sanctions", "coerces", "occupies")
NODE_COLOURS: Mapping[str, str] = {
    "State": "#3b6ea5", "Force": "#b3561d", "Organization": "#5b7f3a", "Person": "#7a5c99", "Group": "#8c6d1f",
    "Place": "#4f8a8b", "Agreement": "#8b4a62", "Conflict": "#a33b3b",
}  # fmt: skip
RADIUS = 11.0
_LINE = 15.0
_CHARACTER = 7.0
_MARGIN = 60.0


@dataclass(frozen=True, slots=True)
class Node:
    """A node at x, y with its label in lines."""

    id: str
    x: float
    y: float
    type: str
    label: str
    lines: tuple[str, ...]
    colour: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A quadratic curve from x1, y1 over the control point cx, cy to x2, y2; `arrow` only where it has a direction."""

    source: str
    target: str
    key: str
    predicate: str
    label: str
    x1: float
    y1: float
    cx: float
    cy: float
    x2: float
    y2: float
    colour: str
    width: float
    arrow: bool
    dashed: bool
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """A whole drawing, width by height."""

    name: str
    width: float
    height: float
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def relations(self) -> dict[str, tuple[str, str, int]]:
        """Predicate -> label, colour and number of edges, for the legend."""
        found: dict[str, tuple[str, str, int]] = {}
        for edge in self.edges:
            label, colour, count = found.get(edge.predicate, (edge.label, edge.colour, 0))
            found[edge.predicate] = (label, colour, count + 1)
        return dict(sorted(found.items()))

    def types(self) -> dict[str, str]:
        """Type -> colour, for the legend."""
        return {n.type: n.colour for n in sorted(self.nodes, key=lambda n: n.type)}


def scene(graph: "nx.MultiDiGraph") -> Scene:
    """Lays a graph out: the same graph gives the same drawing."""
    boxes = {n: _box(graph.nodes[n]["label"]) for n in sorted(graph)}
    places, width, height = _places(graph, boxes)
    nodes = tuple(
        Node(
            n,
            round(places[n][0], 1),
            round(places[n][1], 1),
            d["type"],
            d["label"],
            _lines(d["label"]),
            NODE_COLOURS.get(d["type"], "#666666"),
        )
        for n, d in sorted(graph.nodes(data=True))
    )
    return Scene(str(graph.name), round(width), round(height), nodes, tuple(_edges(graph, places)))


def _lines(label: str) -> tuple[str, ...]:
    return tuple(textwrap.wrap(label, 20)[:3]) or (label,)


def _box(label: str) -> tuple[float, float]:
    """Half the width and half the height that a node needs with its label below it."""
    lines = _lines(label)
    return max(RADIUS, max(map(len, lines)) * _CHARACTER / 2) + 6, RADIUS + len(lines) * _LINE / 2 + 6


def _places(
    graph: "nx.MultiDiGraph", boxes: Mapping[str, tuple[float, float]]
) -> tuple[dict[str, tuple[float, float]], float, float]:
    """Each component by itself, the components side by side in rows, the largest first."""
    import networkx as nx

    simple = nx.Graph()
    simple.add_nodes_from(sorted(graph))
    simple.add_edges_from(sorted({tuple(sorted((a, b))) for a, b in graph.edges()}))
    parts = sorted(nx.connected_components(simple), key=lambda c: (-len(c), min(c)))
    places: dict[str, tuple[float, float]] = {}
    x, y, row, widest = _MARGIN, _MARGIN, 0.0, 0.0
    limit = max(900.0, 260 * math.sqrt(max(1, len(graph))))
    for part in parts:
        own = _component(simple.subgraph(sorted(part)), boxes)
        left, right = min(p[0] - boxes[n][0] for n, p in own.items()), max(p[0] + boxes[n][0] for n, p in own.items())
        top, bottom = min(p[1] - boxes[n][1] for n, p in own.items()), max(p[1] + boxes[n][1] for n, p in own.items())
        if x > _MARGIN and x + right - left > limit:
            x, y, row = _MARGIN, y + row + 70, 0.0
        for node, (px, py) in own.items():
            places[node] = (x + px - left, y + py - top)
        x += right - left + 70
        row, widest = max(row, bottom - top), max(widest, x - 70)
    return places, widest + _MARGIN, y + row + _MARGIN


def _component(part: "nx.Graph", boxes: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    import networkx as nx

    order = sorted(part)
    if len(order) == 2:
        return {order[0]: (0.0, 0.0), order[1]: (260.0, 0.0)}
    ordered = nx.Graph()
    ordered.add_nodes_from(order)
    ordered.add_edges_from(sorted(tuple(sorted(e)) for e in part.edges()))
    raw = nx.spring_layout(ordered, seed=7, iterations=300, k=1.6 / math.sqrt(len(order)))
    scale = 150 * math.sqrt(len(order))
    spots = {n: [float(raw[n][0]) * scale * 1.25, float(raw[n][1]) * scale] for n in order}
    for _ in range(200):
        if not _push_apart(spots, boxes, order):
            break
    return {n: (p[0], p[1]) for n, p in spots.items()}


def _push_apart(spots: dict[str, list[float]], boxes: Mapping[str, tuple[float, float]], order: list[str]) -> bool:
    """Moves nodes whose boxes overlap away from each other along the shorter way; says whether any did."""
    moved = False
    for i, a in enumerate(order):
        for b in order[i + 1 :]:
            dx, dy = spots[b][0] - spots[a][0], spots[b][1] - spots[a][1]
            need_x, need_y = boxes[a][0] + boxes[b][0] + 40, boxes[a][1] + boxes[b][1] + 34
            over_x, over_y = need_x - abs(dx), need_y - abs(dy)
            if over_x <= 0 or over_y <= 0:
                continue
            moved = True
            axis, shift = (0, over_x / 2 + 0.5) if over_x < over_y else (1, over_y / 2 + 0.5)
            sign = 1 if (dx, dy)[axis] >= 0 else -1
            spots[a][axis] -= sign * shift
            spots[b][axis] += sign * shift
    return moved


def _edges(graph: "nx.MultiDiGraph", places: Mapping[str, tuple[float, float]]) -> list[Edge]:
    """Curves between nodes; those of one pair fan out."""
    pairs: dict[tuple[str, str], list[tuple[str, str, str, Mapping[str, Any]]]] = defaultdict(list)
    for source, target, key, data in sorted(graph.edges(keys=True, data=True), key=lambda e: e[:3]):
        pairs[min(source, target), max(source, target)].append((source, target, key, data))
    predicates = sorted({d["predicate"] for _, _, d in graph.edges(data=True)})
    colours = _colours(predicates)
    edges = []
    for (first, second), group in sorted(pairs.items()):
        for number, (source, target, key, data) in enumerate(group):
            bend = (number - (len(group) - 1) / 2) * 46
            (xa, ya), (xb, yb) = places[first], places[second]
            length = math.hypot(xb - xa, yb - ya) or 1.0
            cx, cy = (xa + xb) / 2 - (yb - ya) / length * bend, (ya + yb) / 2 + (xb - xa) / length * bend
            (xs, ys), (xt, yt) = places[source], places[target]
            x1, y1 = _towards(xs, ys, cx, cy, RADIUS + 1)
            x2, y2 = _towards(xt, yt, cx, cy, RADIUS + (3 if data["symmetric"] else 7))
            edges.append(Edge(
                source, target, key, data["predicate"], data["label"], round(x1, 1), round(y1, 1), round(cx, 1), round(cy, 1),
                round(x2, 1), round(y2, 1), colours[data["predicate"]], min(6.0, 1.6 + 0.6 * data["count"]),
                not data["symmetric"], data["claimed"], data,
            ))  # fmt: skip
    return edges


def _colours(predicates: list[str]) -> dict[str, str]:
    friendly = [p for p in predicates if p not in _HOSTILE]
    return {p: FRIENDLY[i % len(FRIENDLY)] for i, p in enumerate(friendly)} | {
        p: HOSTILE[_HOSTILE.index(p)] for p in predicates if p in _HOSTILE
    }


def _towards(x: float, y: float, tx: float, ty: float, by: float) -> tuple[float, float]:
    length = math.hypot(tx - x, ty - y) or 1.0
    return x + (tx - x) / length * by, y + (ty - y) / length * by
