"""Everything of a static picture: where nodes, edges, labels and the legend lie. Lengths are CSS pixels."""

from collections.abc import Iterable
from dataclasses import replace

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from kg.views.curves import UNNAMED, at, curves, named
from kg.views.cut import cut
from kg.views.graph import View
from kg.views.layout import places
from kg.views.marks import (
    LINE,
    MARGIN,
    WIDTH,
    Box,
    Edge,
    Entry,
    Node,
    Scene,
    Text,
    extent,
    letter,
    mark,
    meet,
    radius,
    text_width,
    wrap,
)
from kg.views.rows import columns, timeline
from kg.views.style import DOTTED, KINDS, SAID, UNKNOWN, rank, tones

_LABELLED = 45  # edges, up to which each bears its relation


def scene(graph: View) -> Scene:
    """Lays a view out: the same graph gives the same drawing."""
    kinds = {graph.nodes[n]["type"] for n in graph}
    if "Event" in kinds:
        return timeline(graph)
    graph = cut(graph)
    colours = tones(d["predicate"] for *_, d in graph.edges(data=True))
    listed = bool(kinds & {"Claim", "Issue"})
    bare = columns(graph) if listed else _spread(graph)
    edges = curves(graph, {n.id: n for n in bare}, {p: t.paper for p, t in colours.items()})
    nodes = tuple(bare if listed else _relabelled(bare, edges))
    if len(edges) <= _LABELLED:
        edges = named(edges, nodes)
    covered = [box for n in nodes for box in (n.text.box, extent(n))] + [e.text.box for e in edges if e.text]
    covered += [(x, y, x, y) for e in edges for x, y in (at(e, 0.25), at(e, 0.5), at(e, 0.75))]
    left, top = min((b[0] for b in covered), default=0.0), min((b[1] for b in covered), default=0.0)
    right, bottom = max((b[2] for b in covered), default=0.0), max((b[3] for b in covered), default=0.0)
    width, height = round(max(WIDTH, right - left + 2 * MARGIN)), round(bottom - top + 2 * MARGIN)
    dx, dy = (width - (right - left)) / 2 - left, MARGIN - top
    return Scene(
        str(graph.name), width, height, tuple(_moved_node(n, dx, dy) for n in nodes),
        tuple(_moved_edge(e, dx, dy) for e in edges), tuple(_legend(graph)), tuple(graph.graph.get("notes", ())),
    )  # fmt: skip


def _moved_text(text: Text, dx: float, dy: float) -> Text:
    left, top, right, bottom = text.box
    return replace(
        text, x=round(text.x + dx, 1), y=round(text.y + dy, 1), box=(left + dx, top + dy, right + dx, bottom + dy)
    )


def _moved_node(n: Node, dx: float, dy: float) -> Node:
    return replace(n, x=round(n.x + dx, 1), y=round(n.y + dy, 1), text=_moved_text(n.text, dx, dy))


def _moved_edge(e: Edge, dx: float, dy: float) -> Edge:
    x1, y1, cx, cy, x2, y2 = (round(p + (dy if i % 2 else dx), 1) for i, p in enumerate(e.points))
    return replace(e, points=(x1, y1, cx, cy, x2, y2), text=_moved_text(e.text, dx, dy) if e.text else None)


def simple(graph: View) -> nx.Graph:
    """The graph without directions, loops and parallels, in a fixed order."""
    plain = nx.Graph()
    plain.add_nodes_from((n, {k: v for k, v in graph.nodes[n].items() if k == "camp"}) for n in sorted(graph))
    plain.add_edges_from(sorted({(min(a, b), max(a, b)) for a, b in graph.edges() if a != b}))
    return plain


def boxes(graph: View) -> dict[str, tuple[float, float]]:
    """Half the room of each node with its label, which may come to stand above or below."""
    found = {}
    for node in graph:
        lines = wrap(graph.nodes[node]["label"])
        r = radius(graph, node)
        found[node] = (max(r, max(map(text_width, lines)) / 2) + 2, r + 3 + LINE * len(lines))
    return found


def _spread(graph: View) -> list[Node]:
    spots, _, _ = places(simple(graph), boxes(graph))
    nodes = []
    for node in sorted(graph):
        x, y = spots[node][0] + MARGIN, spots[node][1] + MARGIN
        nodes.append(mark(graph, node, x, y, letter(x, y + radius(graph, node) + 3, wrap(graph.nodes[node]["label"]))))
    return nodes


def _relabelled(nodes: list[Node], edges: list[Edge]) -> Iterable[Node]:
    """Each label below its node, or above or beside it where fewer lines cross it and nothing else stands."""
    points = np.array([at(e, i / 16) for e in edges for i in range(1, 16)]).reshape(-1, 2)
    room = {n.id: (n.x - b, n.y - h, n.x + b, n.y + h) for n in nodes for b, h in [_room(n)]}
    for n in nodes:
        lines, high = n.text.lines, LINE * len(n.text.lines)
        level = n.y - high / 2
        beside = [letter(n.x + n.r + 5, level, lines, "start"), letter(n.x - n.r - 5, level, lines, "end")]
        free = [t for t in beside if not any(meet(t.box, box) for other, box in room.items() if other != n.id)]
        choices = [n.text, letter(n.x, n.y - n.r - 3 - high, lines), *free]
        best = min(enumerate(choices), key=lambda c: (_crossed(points, c[1].box), c[0]))[1]
        left, top, right, bottom = room[n.id]
        room[n.id] = min(left, best.box[0]), min(top, best.box[1]), max(right, best.box[2]), max(bottom, best.box[3])
        yield replace(n, text=best)


def _room(n: Node) -> tuple[float, float]:
    """Half the width and height of a mark with a label that may stand above or below."""
    return max(n.r, (n.text.box[2] - n.text.box[0]) / 2), n.r + 3 + LINE * len(n.text.lines)


def _crossed(points: NDArray[np.float64], box: Box) -> int:
    """How many of the points lie in a box."""
    x, y = points[:, 0], points[:, 1]
    return int(((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])).sum())


def _legend(graph: View) -> Iterable[Entry]:
    colours = tones(d["predicate"] for *_, d in graph.edges(data=True))
    labels: dict[str, str] = {}
    for *_, data in sorted(graph.edges(data=True), key=lambda e: e[:2]):
        own = data["label"] if data["predicate"] != "officeHolderOf" else "holds office"
        labels.setdefault(data["predicate"], own)
    for predicate in sorted(labels.keys() - UNNAMED, key=rank):
        yield Entry(labels[predicate], colours[predicate].paper, dash="2 4" if predicate in DOTTED else "")
    if any(d["claimed"] and d["predicate"] not in SAID for *_, d in graph.edges(data=True)):
        yield Entry("only claimed", "#555555", dash="7 5")
    camps = {d["camp"] for _, d in graph.nodes(data=True) if "camp" in d}
    kinds = sorted({d["type"] for _, d in graph.nodes(data=True)} - {"Claim", "Version", "Issue", ""})
    if len(camps) > 1:
        yield Entry("one camp", "#1f5fbf", shape="circle")
        yield Entry("the other", "#b3561d", shape="circle")
    for kind in kinds:
        shape, colour, _ = KINDS.get(kind, UNKNOWN)
        yield Entry(kind.lower(), "#666666" if camps else colour, shape=shape)
