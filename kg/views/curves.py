"""Edges as curves: those of one pair fan out, and each bears its relation where there is room."""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kg.views.graph import View
from kg.views.marks import LINE, Edge, Node, extent, inside, letter, meet
from kg.views.style import DOTTED, SAID, rank

UNNAMED = frozenset({"on", "about"})  # what only joins the parts of a claim
_BEND = 30.0


def curves(graph: View, nodes: Mapping[str, Node], colours: Mapping[str, str]) -> list[Edge]:
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


def at(edge: Edge, t: float) -> tuple[float, float]:
    x1, y1, cx, cy, x2, y2 = edge.points
    return (1 - t) ** 2 * x1 + 2 * t * (1 - t) * cx + t * t * x2, (1 - t) ** 2 * y1 + 2 * t * (1 - t) * cy + t * t * y2


def named(edges: list[Edge], nodes: tuple[Node, ...]) -> list[Edge]:
    """Edges with their relation written beside their middle, where there is room."""
    taken = [n.text.box for n in nodes]
    taken += [extent(n) for n in nodes]
    lines = [(i, at(e, t / 16)) for i, e in enumerate(edges) for t in range(1, 16)]
    found = []
    for number, e in enumerate(edges):
        words = e.data["label"]
        spots = [
            letter(x, y - LINE / 2, (words,)) for x, y in (at(e, t) for t in (0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73))
        ]
        free = [s for s in spots if not any(meet(s.box, other) for other in taken)]
        crossed = [sum(inside(p, s.box) for i, p in lines if i != number) for s in free]
        text = free[crossed.index(min(crossed))] if free and e.data["predicate"] not in UNNAMED else None
        if text:
            taken.append(text.box)
        found.append(replace(e, text=text))
    return found
