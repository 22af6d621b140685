"""Everything of a static picture: where nodes, edges, labels and the legend lie. Lengths are CSS pixels."""

import math
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from kg.views.graph import View
from kg.views.layout import places
from kg.views.style import DOTTED, KINDS, SAID, UNKNOWN, rank, tones

LIMIT = 300  # nodes that a picture shows
EDGES = 1500
SIZE, LINE = 12.5, 15.0
_MARGIN, _WIDTH = 40.0, 640.0
_LABELLED = 45  # edges, up to which each bears its relation
_BEND = 30.0
_UNNAMED = frozenset({"on", "about"})  # what only joins the parts of a claim

ROWS = 80  # events that a picture shows
_PRECISION: Mapping[str, str] = {"day": "circle", "month": "half", "year": "ring", "none": "open"}
_TOLD: Mapping[str, str] = {"day": "to the day", "month": "to the month", "year": "to the year", "none": "undated"}

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Text:
    """Lines of text, the first one's baseline at y; anchor start, middle or end; the box that it covers."""

    x: float
    y: float
    lines: tuple[str, ...]
    anchor: str
    box: Box


@dataclass(frozen=True, slots=True)
class Node:
    """A mark of radius r, or a box of width by height, at x, y with its label."""

    id: str
    kind: str
    shape: str
    colour: str
    x: float
    y: float
    r: float
    width: float
    height: float
    label: str
    text: Text


@dataclass(frozen=True, slots=True)
class Edge:
    """A quadratic curve over a control point, with an arrow where it has a direction; `text` may be missing."""

    source: str
    target: str
    key: str
    colour: str
    width: float
    dash: str
    arrow: bool
    points: tuple[float, float, float, float, float, float]
    text: Text | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """A sample in the legend: a line (with dash) or a mark (with shape)."""

    label: str
    colour: str
    shape: str = ""
    dash: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """A drawing of width by height, what its legend explains, and what has to be said beside it."""

    name: str
    width: float
    height: float
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    legend: tuple[Entry, ...]
    notes: tuple[str, ...]


def cut(graph: View, nodes: int = LIMIT, edges: int = EDGES) -> View:
    """The graph itself if it can be drawn, else the part with the most documents, and a note that says so."""
    if len(graph) <= nodes and graph.number_of_edges() <= edges:
        return graph
    ranked = sorted(
        graph.edges(keys=True, data=True), key=lambda e: (-e[3]["weight"], -e[3]["count"], -e[3]["confidence"], e[:3])
    )
    kept = View(**graph.graph)
    kept.graph["notes"] = list(graph.graph.get("notes", ()))
    for source, target, key, data in ranked:
        new = {source, target} - set(kept)
        if len(kept) + len(new) > nodes:
            continue
        if kept.number_of_edges() >= edges:
            break
        for node in sorted(new):
            kept.add_node(node, **graph.nodes[node])
        kept.add_edge(source, target, key=key, **data)
    kept.note(
        f"Shown are {len(kept):,} of {len(graph):,} nodes and {kept.number_of_edges():,} of {graph.number_of_edges():,} "
        "ties, those with the most independent documents first; --min-documents, --from or the view ego choose others."
    )
    return kept


def scene(graph: View) -> Scene:
    """Lays a view out: the same graph gives the same drawing."""
    kinds = {graph.nodes[n]["type"] for n in graph}
    if "Event" in kinds:
        return timeline(graph)
    graph = cut(graph)
    colours = tones(d["predicate"] for *_, d in graph.edges(data=True))
    columns = bool(kinds & {"Claim", "Issue"})
    bare = _columns(graph) if columns else _spread(graph)
    edges = _edges(graph, {n.id: n for n in bare}, {p: t.paper for p, t in colours.items()})
    nodes = tuple(bare if columns else _relabelled(bare, edges))
    if len(edges) <= _LABELLED:
        edges = _named(edges, nodes)
    covered = [box for n in nodes for box in (n.text.box, _mark(n))] + [e.text.box for e in edges if e.text]
    covered += [(x, y, x, y) for e in edges for x, y in (_at(e, 0.25), _at(e, 0.5), _at(e, 0.75))]
    left, top = min((b[0] for b in covered), default=0.0), min((b[1] for b in covered), default=0.0)
    right, bottom = max((b[2] for b in covered), default=0.0), max((b[3] for b in covered), default=0.0)
    width, height = round(max(_WIDTH, right - left + 2 * _MARGIN)), round(bottom - top + 2 * _MARGIN)
    dx, dy = (width - (right - left)) / 2 - left, _MARGIN - top
    return Scene(
        str(graph.name), width, height, tuple(_moved_node(n, dx, dy) for n in nodes),
        tuple(_moved_edge(e, dx, dy) for e in edges), tuple(_legend(graph)), tuple(graph.graph.get("notes", ())),
    )  # fmt: skip


def timeline(graph: View) -> Scene:
    """Events under each other in order: the date left, a mark that shows how well it is known, what happened right."""
    events = sorted((n for n in graph if graph.nodes[n]["type"] == "Event"), key=lambda n: graph.nodes[n]["order"])
    notes = list(graph.graph.get("notes", ()))
    if len(events) > ROWS:
        notes.append(
            f"Shown are {ROWS} of {len(events):,} events, those with the most independent documents; --from, --to or a name choose others."
        )
        events = sorted(
            sorted(events, key=lambda n: (-graph.nodes[n]["weight"], graph.nodes[n]["order"]))[:ROWS],
            key=lambda n: graph.nodes[n]["order"],
        )
    colours = tones(graph.nodes[n]["predicate"] for n in events)
    wide = max((text_width(graph.nodes[n]["when"] or "undated") for n in events), default=0.0)
    nodes, y, year = [], _MARGIN, None
    for n in events:
        data = graph.nodes[n]
        y += 10.0 if year not in (None, data["when"][:4]) else 0.0
        year = data["when"][:4]
        mark, x = _PRECISION[data["precision"]], _MARGIN + wide + 22
        said = (
            data["label"]
            + (f" (says {data['by']})" if data["by"] else "")
            + {"denied": " (denied)", "possible": " (not certain)"}.get(data["stance"], "")
        )
        lines = tuple(textwrap.wrap(said, 84))
        colour = colours[data["predicate"]].paper
        nodes.append(
            Node(
                f"{n} date",
                "",
                "blank",
                colour,
                x,
                y + 8,
                0,
                0,
                0,
                "",
                _text(_MARGIN + wide, y, (data["when"] or "undated",), "end"),
            )
        )
        nodes.append(
            Node(n, "Event", mark, colour, x, y + 8, 5.5, 11, 11, data["label"], _text(x + 18, y, lines, "start"))
        )
        y += LINE * len(lines) + 8
    width = max([_WIDTH, *(n.text.box[2] + _MARGIN for n in nodes)])
    labels = {d["predicate"]: d["label"] for *_, d in graph.edges(data=True)}
    legend = [Entry(labels[p], colours[p].paper, shape="circle") for p in sorted(colours, key=rank)]
    told = {graph.nodes[n]["precision"] for n in events}
    legend += [Entry(words, "#666666", shape=_PRECISION[key]) for key, words in _TOLD.items() if key in told]
    return Scene(str(graph.name), round(width), round(y + 12), tuple(nodes), (), tuple(legend), tuple(notes))


def _mark(n: Node) -> Box:
    return n.x - n.width / 2, n.y - n.height / 2, n.x + n.width / 2, n.y + n.height / 2


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


@cache
def _font() -> Any:
    """DejaVu Sans as matplotlib ships it: wider than what browsers use, so what fits here fits there."""
    from matplotlib.font_manager import findfont
    from matplotlib.ft2font import FT2Font

    font = FT2Font(findfont("DejaVu Sans"))  # of our own: those that matplotlib draws with change their size
    font.set_size(SIZE, 72)
    return font


@cache
def text_width(text: str) -> float:
    """Width of a line at 12.5 pixels."""
    import warnings

    font = _font()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a letter that the font lacks is measured by its stand-in
        font.set_text(text, 0.0)
    return float(font.get_width_height()[0]) / 64 + 1


def _text(x: float, y: float, lines: tuple[str, ...], anchor: str = "middle") -> Text:
    """Lines whose first begins below y."""
    wide = max(map(text_width, lines))
    left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
    return Text(round(x, 1), round(y + SIZE * 0.8, 1), lines, anchor, (left, y - 1, left + wide, y + LINE * len(lines)))


def _lines(label: str, width: int = 22, most: int = 3) -> tuple[str, ...]:
    lines = textwrap.wrap(label, width) or [label or " "]
    return tuple([*lines[: most - 1], f"{lines[most - 1][: width - 2]} …"] if len(lines) > most else lines)


def radius(graph: View, node: str) -> float:
    """Grows with the documents behind the ties of a node."""
    if graph.nodes[node]["type"] in ("Mediation", "Talks", "Event"):
        return 5.0
    weight = sum(d["weight"] for *_, d in graph.in_edges(node, data=True)) + sum(
        d["weight"] for *_, d in graph.out_edges(node, data=True)
    )
    return round(min(16.0, 6.5 + 1.9 * math.log2(1 + weight)), 1)


def _node(graph: View, node: str, x: float, y: float, text: Text, width: float = 0.0, height: float = 0.0) -> Node:
    data = graph.nodes[node]
    shape, colour, _ = KINDS.get(data["type"], UNKNOWN)
    if "camp" in data:
        colour = ("#1f5fbf", "#b3561d")[data["camp"]]
    r = radius(graph, node)
    return Node(
        node,
        data["type"],
        shape,
        colour,
        round(x, 1),
        round(y, 1),
        r,
        width or 2 * r,
        height or 2 * r,
        data["label"],
        text,
    )


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
        lines = _lines(graph.nodes[node]["label"])
        r = radius(graph, node)
        found[node] = (max(r, max(map(text_width, lines)) / 2) + 2, r + 3 + LINE * len(lines))
    return found


def _spread(graph: View) -> list[Node]:
    spots, _, _ = places(simple(graph), boxes(graph))
    nodes = []
    for node in sorted(graph):
        x, y = spots[node][0] + _MARGIN, spots[node][1] + _MARGIN
        nodes.append(
            _node(graph, node, x, y, _text(x, y + radius(graph, node) + 3, _lines(graph.nodes[node]["label"])))
        )
    return nodes


_ORDER: Mapping[str, int] = {"Claim": 1, "Version": 1, "Issue": 2}


def _columns(graph: View) -> list[Node]:
    """Sources left, what they say in the middle, what it is about right; each at the mean height of its neighbours."""
    column = {
        n: _ORDER.get(graph.nodes[n]["type"], 0 if graph.out_degree(n) and not graph.in_degree(n) else 2) for n in graph
    }
    columns = [sorted(n for n in graph if column[n] == i) for i in range(3)]
    height = {n: float(i) for part in columns for i, n in enumerate(part)}
    near = {n: sorted({*graph.successors(n), *graph.predecessors(n)}) for n in graph}
    for _ in range(12):
        for part in (columns[1], columns[2], columns[1], columns[0]):
            part.sort(key=lambda n: (sum(height[m] for m in near[n]) / max(1, len(near[n])), n))
            height |= {n: i * len(columns[1]) / max(1, len(part)) for i, n in enumerate(part)}
    nodes = []
    wide = [
        max((text_width(line) for n in part for line in _lines(graph.nodes[n]["label"], 30)), default=0.0)
        for part in columns
    ]
    left = [_MARGIN, _MARGIN + wide[0] + 150, _MARGIN + wide[0] + wide[1] + 320]
    step = [46.0, 50.0, 46.0]
    total = max((step[i] * len(part) for i, part in enumerate(columns)), default=0.0)
    for i, part in enumerate(columns):
        gap = total / max(1, len(part))
        for number, node in enumerate(part):
            lines = _lines(graph.nodes[node]["label"], 30)
            y = _MARGIN + gap * (number + 0.5)
            top = y - LINE * len(lines) / 2
            if KINDS.get(graph.nodes[node]["type"], UNKNOWN)[0] == "box":
                x = left[i] + wide[i] / 2
                nodes.append(_node(graph, node, x, y, _text(x, top, lines), wide[i] + 20, LINE * len(lines) + 10))
            elif i == 0:
                nodes.append(
                    _node(graph, node, left[0] + wide[0] + 12, y, _text(left[0] + wide[0] - 8, top, lines, "end"))
                )
            else:
                nodes.append(_node(graph, node, left[2], y, _text(left[2] + 20, top, lines, "start")))
    return sorted(nodes, key=lambda n: n.id)


def _edges(graph: View, nodes: Mapping[str, Node], colours: Mapping[str, str]) -> list[Edge]:
    """Curves between nodes; those of one pair fan out."""
    pairs: dict[tuple[str, str], list[tuple[str, str, str, dict[str, Any]]]] = defaultdict(list)
    for source, target, key, data in sorted(
        graph.edges(keys=True, data=True), key=lambda e: (rank(e[3]["predicate"]), e[:3])
    ):
        pairs[min(source, target), max(source, target)].append((source, target, key, data))
    found = []
    for (first, second), group in sorted(pairs.items()):
        for number, (source, target, key, data) in enumerate(group):
            a, b = nodes[source], nodes[target]
            arrow = not data["symmetric"]
            if first == second:
                points = _loop(a, number)
            else:
                bend = (number - (len(group) - 1) / 2) * _BEND * (1 if source == first else -1)
                points = _curve(a, b, bend, arrow)
            dash = (
                "2 4"
                if data["predicate"] in DOTTED
                else "7 5"
                if data["claimed"] and data["predicate"] not in SAID
                else ""
            )
            found.append(
                Edge(
                    source, target, key, colours[data["predicate"]], min(5.5, 1.4 + 0.8 * math.log2(1 + data["weight"])), dash,
                    arrow, points, None, data,
                )
            )  # fmt: skip
    return found


def _loop(a: Node, number: int) -> tuple[float, float, float, float, float, float]:
    reach = 2.4 * (a.r + 14 + 12 * number)
    return a.x - a.r, a.y, a.x, round(a.y - reach, 1), a.x + a.r, a.y


def _curve(a: Node, b: Node, bend: float, arrow: bool) -> tuple[float, float, float, float, float, float]:
    length = math.hypot(b.x - a.x, b.y - a.y) or 1.0
    cx = (a.x + b.x) / 2 - (b.y - a.y) / length * bend * 2
    cy = (a.y + b.y) / 2 + (b.x - a.x) / length * bend * 2
    x1, y1 = _rim(a, cx, cy, 2.0)
    x2, y2 = _rim(b, cx, cy, 4.0 if arrow else 2.0)
    return round(x1, 1), round(y1, 1), round(cx, 1), round(cy, 1), round(x2, 1), round(y2, 1)


def _rim(node: Node, tx: float, ty: float, gap: float) -> tuple[float, float]:
    """The point of a node's border towards tx, ty, and a gap further."""
    dx, dy = tx - node.x, ty - node.y
    length = math.hypot(dx, dy) or 1.0
    if node.shape == "box":
        return node.x + math.copysign(node.width / 2 + gap, dx), node.y
    return node.x + dx / length * (node.r + gap), node.y + dy / length * (node.r + gap)


def _at(edge: Edge, t: float) -> tuple[float, float]:
    x1, y1, cx, cy, x2, y2 = edge.points
    return (1 - t) ** 2 * x1 + 2 * t * (1 - t) * cx + t * t * x2, (1 - t) ** 2 * y1 + 2 * t * (1 - t) * cy + t * t * y2


def _relabelled(nodes: list[Node], edges: list[Edge]) -> Iterable[Node]:
    """Each label below its node, or above or beside it where fewer lines cross it and nothing else stands."""
    points = np.array([_at(e, i / 16) for e in edges for i in range(1, 16)]).reshape(-1, 2)
    room = {n.id: (n.x - b, n.y - h, n.x + b, n.y + h) for n in nodes for b, h in [_room(n)]}
    for n in nodes:
        lines, high = n.text.lines, LINE * len(n.text.lines)
        level = n.y - high / 2
        beside = [_text(n.x + n.r + 5, level, lines, "start"), _text(n.x - n.r - 5, level, lines, "end")]
        free = [t for t in beside if not any(meet(t.box, box) for other, box in room.items() if other != n.id)]
        choices = [n.text, _text(n.x, n.y - n.r - 3 - high, lines), *free]
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


def _inside(point: tuple[float, float], box: Box) -> bool:
    return box[0] < point[0] < box[2] and box[1] < point[1] < box[3]


def meet(a: Box, b: Box) -> bool:
    """Whether two boxes overlap."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _named(edges: list[Edge], nodes: tuple[Node, ...]) -> list[Edge]:
    """Edges with their relation written beside their middle, where there is room."""
    taken = [n.text.box for n in nodes]
    taken += [_mark(n) for n in nodes]
    lines = [(i, _at(e, t / 16)) for i, e in enumerate(edges) for t in range(1, 16)]
    found = []
    for number, e in enumerate(edges):
        words = e.data["label"]
        spots = [
            _text(x, y - LINE / 2, (words,)) for x, y in (_at(e, t) for t in (0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73))
        ]
        free = [s for s in spots if not any(meet(s.box, other) for other in taken)]
        crossed = [sum(_inside(p, s.box) for i, p in lines if i != number) for s in free]
        text = free[crossed.index(min(crossed))] if free and e.data["predicate"] not in _UNNAMED else None
        if text:
            taken.append(text.box)
        found.append(replace(e, text=text))
    return found


def _legend(graph: View) -> Iterable[Entry]:
    colours = tones(d["predicate"] for *_, d in graph.edges(data=True))
    labels: dict[str, str] = {}
    for *_, data in sorted(graph.edges(data=True), key=lambda e: e[:2]):
        own = data["label"] if data["predicate"] != "officeHolderOf" else "holds office"
        labels.setdefault(data["predicate"], own)
    for predicate in sorted(labels.keys() - _UNNAMED, key=rank):
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
