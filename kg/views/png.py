"""A scene as pixels without a browser, drawn by matplotlib with a font of its own: the same on every machine."""

import io
import warnings
from typing import Any

from kg.views.marks import LINE, SIZE, Scene, Text
from kg.views.svg import legend_rows, outline, wrapped

_INK = "#1c1c1c"
_MOST = 5200.0  # pixels in width or height
_POINT = 0.72  # of a CSS pixel, at the 100 units an inch that the figure has


def png(scene: Scene) -> bytes:
    """The picture with its legend and notes, at twice the pixels of the SVG."""
    from matplotlib.figure import Figure
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    legend, high = legend_rows(scene)
    top = scene.height if scene.nodes else 70.0
    notes = [line for note in scene.notes for line in wrapped(note, scene.width - 48)]
    width, height = scene.width, top + high + 16 * len(notes) + 18
    figure = Figure(figsize=(width / 100, height / 100), dpi=min(200.0, _MOST / max(width, height) * 100))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")

    def write(x: float, y: float, words: str, size: float, colour: str = _INK, anchor: str = "left") -> None:
        words = words.replace("$", r"\$")
        text = axes.text(
            x, y, words, fontsize=size * _POINT, color=colour, ha=anchor, va="baseline", zorder=4, family="DejaVu Sans"
        )
        from matplotlib.patheffects import withStroke

        text.set_path_effects([withStroke(linewidth=2.2, foreground="white")])

    def words(text: Text, size: float = SIZE, colour: str = _INK) -> None:
        anchor = {"start": "left", "middle": "center", "end": "right"}[text.anchor]
        for number, line in enumerate(text.lines):
            write(text.x, text.y + LINE * number, line, size, colour, anchor)

    def line(points: list[tuple[float, float]], codes: list[Any], colour: str, wide: float, dash: str) -> None:
        style = (0, tuple(float(d) * 1.4 / wide for d in dash.split())) if dash else "-"
        axes.add_patch(
            PathPatch(Path(points, codes), fill=False, ec=colour, lw=wide * _POINT, ls=style, capstyle="butt", zorder=1)
        )

    def area(
        points: list[tuple[float, float]], colour: str, edge: str = "white", wide: float = 1.1, order: int = 2
    ) -> None:
        closed = Path([*points, points[0]], [Path.MOVETO, *[Path.LINETO] * (len(points) - 1), Path.CLOSEPOLY])
        axes.add_patch(PathPatch(closed, fc=colour, ec=edge, lw=wide, zorder=order, joinstyle="round"))

    def mark(kind: str, x: float, y: float, r: float, colour: str, wide: float = 0, high: float = 0) -> None:
        from matplotlib.patches import Circle, FancyBboxPatch, Wedge

        if kind == "blank":
            return
        if kind == "box":
            box = FancyBboxPatch(
                (x - wide / 2 + 5, y - high / 2 + 5),
                wide - 10,
                high - 10,
                boxstyle="round,pad=5,rounding_size=6",
                fc="white",
                ec=colour,
                lw=0.9,
                zorder=2,
            )
            axes.add_patch(box)
        elif kind in ("half", "open"):
            axes.add_patch(
                Circle((x, y), r - 1, fc="white", ec=colour, lw=1.5, ls=":" if kind == "open" else "-", zorder=2)
            )
            if kind == "half":
                axes.add_patch(Wedge((x, y), r, -90, 90, fc=colour, lw=0, zorder=3))
        elif corners := outline(kind, r):
            area([(x + px, y + py) for px, py in corners], colour)
        else:
            ring = kind == "ring"
            axes.add_patch(
                Circle(
                    (x, y),
                    r - 2 if ring else r,
                    fc="white" if ring else colour,
                    ec=colour if ring else "white",
                    lw=2.9 if ring else 1.1,
                    zorder=2,
                )
            )

    for e in scene.edges:
        x1, y1, cx, cy, x2, y2 = e.points
        line([(x1, y1), (cx, cy), (x2, y2)], [Path.MOVETO, Path.CURVE3, Path.CURVE3], e.colour, e.width, e.dash)
        if e.arrow:
            length = ((x2 - cx) ** 2 + (y2 - cy) ** 2) ** 0.5 or 1.0
            ux, uy = (x2 - cx) / length, (y2 - cy) / length
            long, half = 7 + e.width, 2.6 + e.width * 0.75
            bx, by = x2 - ux * long, y2 - uy * long
            area(
                [(x2 + ux * 2, y2 + uy * 2), (bx - uy * half, by + ux * half), (bx + uy * half, by - ux * half)],
                e.colour,
                "none",
                0,
                1,
            )
        if e.text:
            left, upper, right, bottom = e.text.box
            area([(left, upper + 1), (right, upper + 1), (right, bottom), (left, bottom)], "white", "none", 0, 1)
            words(e.text, 11, e.colour)
    for n in scene.nodes:
        mark(n.shape, n.x, n.y, n.r, n.colour, n.width, n.height)
        words(n.text)
    if not scene.nodes:
        write(24, 44, f"No {scene.name} in this graph.", SIZE)
    if legend:
        line([(24, top), (width - 24, top)], [Path.MOVETO, Path.LINETO], "#d5d8dd", 1, "")
    for entry, x, y in legend:
        if entry.shape:
            mark(entry.shape, x + 12, top + y, 7, entry.colour)
        else:
            line([(x, top + y), (x + 26, top + y)], [Path.MOVETO, Path.LINETO], entry.colour, 3, entry.dash)
        write(x + 34, top + y + 4.3, entry.label, SIZE)
    for number, note in enumerate(notes):
        write(24, top + high + 16 * number + 12, note, 11.5, "#4a4f57")
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a letter that the font lacks is drawn as its box
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
