"""Pictures that are read like a text: events under each other, and claims in columns."""

import textwrap
from collections.abc import Mapping

from kg.views.graph import View
from kg.views.marks import LINE, MARGIN, WIDTH, Entry, Node, Scene, letter, mark, text_width, wrap
from kg.views.style import KINDS, UNKNOWN, rank, tones

ROWS = 80  # events that a picture shows
_PRECISION: Mapping[str, str] = {"day": "circle", "month": "half", "year": "ring", "none": "open"}
_TOLD: Mapping[str, str] = {"day": "to the day", "month": "to the month", "year": "to the year", "none": "undated"}


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
    nodes, y, year = [], MARGIN, None
    for n in events:
        data = graph.nodes[n]
        y += 10.0 if year not in (None, data["when"][:4]) else 0.0
        year = data["when"][:4]
        mark, x = _PRECISION[data["precision"]], MARGIN + wide + 22
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
                letter(MARGIN + wide, y, (data["when"] or "undated",), "end"),
            )
        )
        nodes.append(
            Node(n, "Event", mark, colour, x, y + 8, 5.5, 11, 11, data["label"], letter(x + 18, y, lines, "start"))
        )
        y += LINE * len(lines) + 8
    width = max([WIDTH, *(n.text.box[2] + MARGIN for n in nodes)])
    labels = {d["predicate"]: d["label"] for *_, d in graph.edges(data=True)}
    legend = [Entry(labels[p], colours[p].paper, shape="circle") for p in sorted(colours, key=rank)]
    told = {graph.nodes[n]["precision"] for n in events}
    legend += [Entry(words, "#666666", shape=_PRECISION[key]) for key, words in _TOLD.items() if key in told]
    return Scene(str(graph.name), round(width), round(y + 12), tuple(nodes), (), tuple(legend), tuple(notes))


_ORDER: Mapping[str, int] = {"Claim": 1, "Version": 1, "Issue": 2}


def columns(graph: View) -> list[Node]:
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
        max((text_width(line) for n in part for line in wrap(graph.nodes[n]["label"], 30)), default=0.0)
        for part in columns
    ]
    left = [MARGIN, MARGIN + wide[0] + 150, MARGIN + wide[0] + wide[1] + 320]
    step = [46.0, 50.0, 46.0]
    total = max((step[i] * len(part) for i, part in enumerate(columns)), default=0.0)
    for i, part in enumerate(columns):
        gap = total / max(1, len(part))
        for number, node in enumerate(part):
            lines = wrap(graph.nodes[node]["label"], 30)
            y = MARGIN + gap * (number + 0.5)
            top = y - LINE * len(lines) / 2
            if KINDS.get(graph.nodes[node]["type"], UNKNOWN)[0] == "box":
                x = left[i] + wide[i] / 2
                nodes.append(mark(graph, node, x, y, letter(x, top, lines), wide[i] + 20, LINE * len(lines) + 10))
            elif i == 0:
                nodes.append(
                    mark(graph, node, left[0] + wide[0] + 12, y, letter(left[0] + wide[0] - 8, top, lines, "end"))
                )
            else:
                nodes.append(mark(graph, node, left[2], y, letter(left[2] + 20, top, lines, "start")))
    return sorted(nodes, key=lambda n: n.id)
