"""A scene as a static picture: SVG, and PNG without a browser."""

import io
from html import escape

from kg.views.scene import RADIUS, Edge, Node, Scene

_FONT = "font-family:system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif"
_LEGEND = 26.0


def drawing(scene: Scene) -> str:
    """The curves and nodes of a scene as SVG elements, with classes and data that the page's script uses."""
    colours = sorted({e.colour for e in scene.edges})
    parts = ["<defs>"]
    parts += [
        f'<marker id="tip-{colour[1:]}" viewBox="0 0 10 10" refX="7" refY="5" markerWidth="11" markerHeight="11" '
        f'markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 0 10 5 0 10z" fill="{colour}"/></marker>'
        for colour in colours
    ]
    parts.append("</defs>")
    parts += [_edge(number, edge, scene) for number, edge in enumerate(scene.edges)]
    parts += [_node(number, node) for number, node in enumerate(scene.nodes)]
    return "\n".join(parts)


def _edge(number: int, edge: Edge, scene: Scene) -> str:
    names = {n.id: n.label for n in scene.nodes}
    joint = "and" if edge.data["symmetric"] else "to"
    title = f"{edge.label}{' (claimed)' if edge.dashed else ''}: {names[edge.source]} {joint} {names[edge.target]}, {edge.data['count']} statement(s)"
    path = f"M{edge.x1} {edge.y1}Q{edge.cx} {edge.cy} {edge.x2} {edge.y2}"
    tip = f' marker-end="url(#tip-{edge.colour[1:]})"' if edge.arrow else ""
    dash = ' stroke-dasharray="7 5"' if edge.dashed else ""
    return (
        f'<g class="edge" data-edge="{number}" tabindex="0" role="button" aria-label="{escape(title)}"><title>{escape(title)}</title>'
        f'<path class="hit" d="{path}" fill="none" stroke="transparent" stroke-width="14"/>'
        f'<path class="line" d="{path}" fill="none" stroke="{edge.colour}" stroke-width="{edge.width:.1f}" stroke-linecap="round"{dash}{tip}/></g>'
    )


def _node(number: int, node: Node) -> str:
    lines = "".join(
        f'<tspan x="{node.x}" dy="{RADIUS + 15 if i == 0 else 15}">{escape(line)}</tspan>'
        for i, line in enumerate(node.lines)
    )
    title = f"{node.label}, {node.type}"
    return (
        f'<g class="node" data-node="{number}" tabindex="0" role="button" aria-label="{escape(title)}"><title>{escape(title)}</title>'
        f'{_shape(node)}<text class="label" x="{node.x}" y="{node.y}" text-anchor="middle" font-size="13" '
        f'paint-order="stroke" stroke="white" stroke-width="4" stroke-linejoin="round" fill="#1a1a1a">{lines}</text></g>'
    )


def _shape(node: Node) -> str:
    """States are circles, forces squares, agreements and conflicts diamonds, the rest round squares."""
    x, y, r = node.x, node.y, RADIUS
    style = f'fill="{node.colour}" stroke="white" stroke-width="2"'
    if node.type in {"State", "Person"}:
        return f'<circle class="mark" cx="{x}" cy="{y}" r="{r}" {style}/>'
    if node.type in {"Agreement", "Conflict"}:
        return f'<path class="mark" d="M{x} {y - r - 2}L{x + r + 2} {y}L{x} {y + r + 2}L{x - r - 2} {y}z" {style}/>'
    round_ = 0 if node.type == "Force" else 5
    return f'<rect class="mark" x="{x - r + 1:.1f}" y="{y - r + 1:.1f}" width="{2 * r - 2}" height="{2 * r - 2}" rx="{round_}" {style}/>'


def svg(scene: Scene) -> str:
    """A whole SVG file with a legend below the drawing."""
    entries = [("line", label, colour) for label, colour, _ in scene.relations().values()] + [
        ("mark", t, c) for t, c in scene.types().items()
    ]
    width = max(scene.width, 480.0)
    rows: list[list[tuple[str, str, str, float]]] = [[]]
    x = 24.0
    for kind, label, colour in entries:
        need = 44 + 7.4 * len(label) + 16
        if x + need > width - 12 and rows[-1]:
            rows.append([])
            x = 24.0
        rows[-1].append((kind, label, colour, x))
        x += need
    top = scene.height if scene.nodes else 80.0
    height = top + _LEGEND * len(rows) + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" style="{_FONT}" role="img">',
        f"<title>{escape(scene.name)}</title>",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="white"/>',
        drawing(scene)
        if scene.nodes
        else f'<text x="24" y="48" font-size="15">No {escape(scene.name)} in this graph.</text>',
    ]
    for number, row in enumerate(rows):
        y = top + _LEGEND * number + 8
        for kind, label, colour, x in row:
            mark = (
                f'<path d="M{x} {y}h24" stroke="{colour}" stroke-width="3"/>'
                if kind == "line"
                else f'<circle cx="{x + 12}" cy="{y}" r="7" fill="{colour}"/>'
            )
            parts.append(f'{mark}<text x="{x + 32}" y="{y + 4.5}" font-size="13" fill="#1a1a1a">{escape(label)}</text>')
    return "\n".join([*parts, "</svg>\n"])


def png(scene: Scene) -> bytes:
    """The same picture as pixels, drawn by matplotlib, whose own font makes it the same on every machine."""
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    width, height = max(scene.width, 480), max(scene.height, 120)
    figure = Figure(figsize=(width / 100, height / 100 + 0.9), dpi=160)
    axes = figure.add_axes((0, 0.9 / (height / 100 + 0.9), 1, 1 - 0.9 / (height / 100 + 0.9)))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    for edge in scene.edges:
        curve = Path(
            [(edge.x1, edge.y1), (edge.cx, edge.cy), (edge.x2, edge.y2)], [Path.MOVETO, Path.CURVE3, Path.CURVE3]
        )
        style = "-|>,head_length=5,head_width=2.6" if edge.arrow else "-"
        axes.add_patch(
            FancyArrowPatch(
                path=curve,
                arrowstyle=style,
                color=edge.colour,
                lw=edge.width * 0.72,
                ls="--" if edge.dashed else "-",
                zorder=1,
            )
        )
    markers = {"Force": "s", "Organization": "s", "Group": "s", "Place": "s", "Agreement": "D", "Conflict": "D"}
    for node in scene.nodes:
        axes.plot(node.x, node.y, markers.get(node.type, "o"), ms=13, color=node.colour, mec="white", mew=1.5, zorder=2)
        axes.text(
            node.x, node.y + RADIUS + 6, "\n".join(node.lines).replace("$", r"\$"), ha="center", va="top", fontsize=8.5, zorder=3,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.8},
        )  # fmt: skip
    if not scene.nodes:
        axes.text(24, 40, f"No {scene.name} in this graph.", fontsize=11)
    lines = [Line2D([], [], color=colour, lw=2.5, label=label) for label, colour, _ in scene.relations().values()]
    marks = [
        Line2D([], [], color=colour, marker=markers.get(t, "o"), ls="", label=t) for t, colour in scene.types().items()
    ]
    if lines:
        figure.legend(handles=[*lines, *marks], loc="lower left", ncols=5, frameon=False, fontsize=8.5)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
