"""A scene as an SVG file, for a page, a printer or a paper."""

import math
from html import escape

from kg.views.marks import LINE, SIZE, Edge, Entry, Node, Scene, Text, text_width

_FONT = "font-family=\"'DejaVu Sans',Verdana,Helvetica,Arial,sans-serif\""
_INK, _PAPER = "#1c1c1c", "#ffffff"
_ROW = 24.0


def svg(scene: Scene, links: dict[tuple[str, str, str], str] | None = None) -> str:
    """The picture with its legend and notes; `links` gives edges an address."""
    legend, high = legend_rows(scene)
    top = scene.height if scene.nodes else 70.0
    notes = [line for note in scene.notes for line in wrapped(note, scene.width - 48)]
    height = top + high + 16 * len(notes) + 18
    names = {n.id: n.label for n in scene.nodes}
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {scene.width:.0f} {height:.0f}" width="{scene.width:.0f}" '
            f'height="{height:.0f}" font-size="{SIZE}" {_FONT} role="img" aria-label="{_text(scene.name)}">'
        ),
        f"<title>{_text(scene.name)}</title>",
        f'<rect width="100%" height="100%" fill="{_PAPER}"/>',
    ]
    if not scene.nodes:
        parts.append(f'<text x="24" y="44" fill="{_INK}">No {_text(scene.name)} in this graph.</text>')
    parts += [_edge(e, names, (links or {}).get((e.source, e.target, e.key))) for e in scene.edges]
    parts += [_mark(n) for n in scene.nodes]
    parts += [_words(n.text, weight="500") for n in scene.nodes]
    parts += [_words(e.text, e.colour, size=11) for e in scene.edges if e.text]
    if legend:
        parts.append(f'<path d="M24 {top:.0f}H{scene.width - 24:.0f}" stroke="#d5d8dd"/>')
    for entry, x, y in legend:
        parts.append(_entry(entry, x, top + y))
    for number, line in enumerate(notes):
        y = top + high + 16 * number + 12
        parts.append(f'<text x="24" y="{y:.0f}" font-size="11.5" fill="#4a4f57">{_text(line)}</text>')
    return "\n".join([*parts, "</svg>\n"])


def legend_rows(scene: Scene) -> tuple[list[tuple[Entry, float, float]], float]:
    """Entries with their places below the drawing, and how high they are."""
    found: list[tuple[Entry, float, float]] = []
    x, y = 24.0, 22.0
    for entry in scene.legend:
        need = 34 + text_width(entry.label) + 18
        if x + need > scene.width - 12 and x > 24:
            x, y = 24.0, y + _ROW
        found.append((entry, x, y))
        x += need
    return found, (y + 18 if found else 8.0)


def wrapped(text: str, width: float) -> list[str]:
    """A text in lines of at most `width` pixels."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer) * 0.92 > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _text(text: str) -> str:
    """Escaped, without the control characters that XML cannot hold."""
    return escape(
        "".join(
            c for c in text if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff")
        )
    )


def _edge(e: Edge, names: dict[str, str], link: str | None) -> str:
    x1, y1, cx, cy, x2, y2 = e.points
    joint = "and" if not e.arrow else "to"
    voice = "" if e.data["stance"] == "asserted" else f" ({e.data['stance']})"
    title = f"{e.data['label']}{voice}: {names[e.source]} {joint} {names[e.target]}; documents: {e.data['documents']}"
    path = f"M{x1} {y1}Q{cx} {cy} {x2} {y2}"
    dash = f' stroke-dasharray="{e.dash}"' if e.dash else ""
    inner = f'<path d="{path}" fill="none" stroke="{e.colour}" stroke-width="{e.width:.1f}"{dash}/>'
    if e.arrow:
        inner += f'<path d="{tip(e)}" fill="{e.colour}"/>'
    inner = f'<g class="edge"><title>{_text(title)}</title>{inner}</g>'
    return f'<a href="{escape(link)}">{inner}</a>' if link else inner


def tip(e: Edge) -> str:
    """The arrowhead as a path, its point where the curve ends."""
    _, _, cx, cy, x2, y2 = e.points
    length = math.hypot(x2 - cx, y2 - cy) or 1.0
    ux, uy = (x2 - cx) / length, (y2 - cy) / length
    long, half = 7 + e.width, 2.6 + e.width * 0.75
    bx, by = x2 - ux * long, y2 - uy * long
    px, py = x2 + ux * 2, y2 + uy * 2
    return f"M{px:.1f} {py:.1f}L{bx - uy * half:.1f} {by + ux * half:.1f}L{bx + uy * half:.1f} {by - ux * half:.1f}z"


def _mark(n: Node) -> str:
    title = f"<title>{_text(n.label)}{', ' + n.kind.lower() if n.kind else ''}</title>"
    return f'<g class="node">{title}{shape(n.shape, n.x, n.y, n.r, n.colour, n.width, n.height)}</g>'


def shape(kind: str, x: float, y: float, r: float, colour: str, width: float = 0, height: float = 0) -> str:
    """A mark as an SVG element."""
    style = f'fill="{colour}" stroke="{_PAPER}" stroke-width="1.5"'
    if kind == "box":
        return f'<rect x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width:.1f}" height="{height:.1f}" rx="6" fill="{_PAPER}" stroke="{colour}" stroke-width="1.2"/>'
    if kind == "blank":
        return ""
    if kind in ("half", "open"):
        right = f'<path d="M{x} {y - r:.1f}A{r} {r} 0 0 1 {x} {y + r:.1f}z" fill="{colour}"/>' if kind == "half" else ""
        dots = ' stroke-dasharray="2 2"' if kind == "open" else ""
        return f'<circle cx="{x}" cy="{y}" r="{r - 1:.1f}" fill="{_PAPER}" stroke="{colour}" stroke-width="2"{dots}/>{right}'
    if kind == "ring":
        return f'<circle cx="{x}" cy="{y}" r="{r - 2:.1f}" fill="{_PAPER}" stroke="{colour}" stroke-width="4"/>'
    corners = outline(kind, r)
    if not corners:
        return f'<circle cx="{x}" cy="{y}" r="{r}" {style}/>'
    if kind in ("round", "page"):
        return f'<rect x="{x - r * 0.9:.1f}" y="{y - r * 0.9:.1f}" width="{r * 1.8:.1f}" height="{r * 1.8:.1f}" rx="{r * (0.4 if kind == "round" else 0.1):.1f}" {style}/>'
    return (
        f'<path d="M{"L".join(f"{x + px:.1f} {y + py:.1f}" for px, py in corners)}z" {style} stroke-linejoin="round"/>'
    )


def outline(kind: str, r: float) -> list[tuple[float, float]]:
    """The corners of a mark around 0, 0; none for what is round."""
    if kind == "triangle":
        return [(0, -1.15 * r), (1.1 * r, 0.85 * r), (-1.1 * r, 0.85 * r)]
    if kind == "pin":
        return [(-1.05 * r, -0.85 * r), (1.05 * r, -0.85 * r), (0, 1.15 * r)]
    if kind == "diamond":
        return [(0, -1.2 * r), (1.2 * r, 0), (0, 1.2 * r), (-1.2 * r, 0)]
    if kind in ("round", "page"):
        return [(-0.9 * r, -0.9 * r), (0.9 * r, -0.9 * r), (0.9 * r, 0.9 * r), (-0.9 * r, 0.9 * r)]
    if kind == "hexagon":
        return [(r * math.cos(a), r * math.sin(a)) for a in (math.pi / 3 * i for i in range(6))]
    if kind == "star":
        return [((1.2 if i % 2 == 0 else 0.62) * r * math.sin(math.pi / 6 * i), -(1.2 if i % 2 == 0 else 0.62) * r * math.cos(math.pi / 6 * i)) for i in range(12)]  # fmt: skip
    return []


def _words(text: Text, colour: str = _INK, size: float = SIZE, weight: str = "400") -> str:
    lines = "".join(
        f'<tspan x="{text.x}" dy="{0 if i == 0 else LINE}">{_text(line)}</tspan>' for i, line in enumerate(text.lines)
    )
    left, top, right, bottom = text.box
    ground = f'<rect x="{left:.1f}" y="{top + 1:.1f}" width="{right - left:.1f}" height="{bottom - top - 1:.1f}" fill="{_PAPER}"/>'
    return (
        f'{ground if size < SIZE else ""}<text x="{text.x}" y="{text.y}" text-anchor="{text.anchor}" font-size="{size}" font-weight="{weight}" fill="{colour}" '
        f'stroke="{_PAPER}" stroke-width="3" stroke-linejoin="round" paint-order="stroke">{lines}</text>'
    )


def _entry(entry: Entry, x: float, y: float) -> str:
    if entry.shape:
        sample = shape(entry.shape, x + 12, y, 7, entry.colour)
    else:
        dash = f' stroke-dasharray="{entry.dash}"' if entry.dash else ""
        sample = f'<path d="M{x} {y}h26" stroke="{entry.colour}" stroke-width="3"{dash}/>'
    return f'{sample}<text x="{x + 34}" y="{y + 4.3:.1f}" fill="{_INK}">{_text(entry.label)}</text>'
