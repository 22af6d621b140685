"""What a static picture is made of, and how wide its words are. Lengths are CSS pixels."""

import math
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from kg.views.graph import View
from kg.views.style import KINDS, UNKNOWN

SIZE, LINE = 12.5, 15.0
MARGIN, WIDTH = 40.0, 640.0

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


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


def letter(x: float, y: float, lines: tuple[str, ...], anchor: str = "middle") -> Text:
    """Lines whose first begins below y."""
    wide = max(map(text_width, lines))
    left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
    return Text(round(x, 1), round(y + SIZE * 0.8, 1), lines, anchor, (left, y - 1, left + wide, y + LINE * len(lines)))


def wrap(label: str, width: int = 22, most: int = 3) -> tuple[str, ...]:
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


def mark(graph: View, node: str, x: float, y: float, text: Text, width: float = 0.0, height: float = 0.0) -> Node:
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


def extent(n: Node) -> Box:
    return n.x - n.width / 2, n.y - n.height / 2, n.x + n.width / 2, n.y + n.height / 2


def meet(a: Box, b: Box) -> bool:
    """Whether two boxes overlap."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def inside(point: tuple[float, float], box: Box) -> bool:
    return box[0] < point[0] < box[2] and box[1] < point[1] < box[3]
