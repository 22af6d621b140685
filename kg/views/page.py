"""A view as one offline page: legend that filters, time, search, and the sentences behind whatever is chosen."""

import base64
import hashlib
import json
from html import escape
from pathlib import Path
from typing import Any

from kg.views.cut import cut
from kg.views.graph import View, when
from kg.views.layout import places
from kg.views.marks import radius
from kg.views.measures import COLUMNS
from kg.views.reader import Document
from kg.views.scene import boxes, simple
from kg.views.style import KINDS, SAID, UNKNOWN, rank, tones

_ASSETS = Path(__file__).parent / "assets"
_SENTENCES, _ALL = 25, 4000  # of an edge and of a page, at most; the page says how many more there are
_CARDS = frozenset({"Claim", "Issue"})


def html(graph: View) -> str:
    """The page; what comes from texts is data and never markup, and nothing is fetched from anywhere."""
    kinds = {graph.nodes[n]["type"] for n in graph}
    mode = "cards" if kinds & _CARDS else "timeline" if "Event" in kinds else "graph"
    graph = cut(graph) if mode == "graph" else cut(graph, 4000, 6000)
    script = (_ASSETS / "page.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    title = str(graph.name)[:1].upper() + str(graph.name)[1:]
    colours = tones(d["predicate"] for *_, d in graph.edges(data=True))
    relations = sorted(colours, key=rank)
    rules = [f".r{i}{{--c:light-dark({colours[p].paper},{colours[p].dark})}}" for i, p in enumerate(relations)]
    shown = sorted(kinds - {""})
    rules += [
        f".k{i}{{--c:light-dark({paper},{dark})}}"
        for i, k in enumerate(shown)
        for _, paper, dark in [KINDS.get(k, UNKNOWN)]
    ]
    return fill(
        (_ASSETS / "page.html").read_text(encoding="utf-8"),
        {
            "title": escape(title), "digest": digest, "script": script,
            "style": (_ASSETS / "page.css").read_text(encoding="utf-8") + "".join(rules),
            "notes": "".join(f"<p>{escape(note)}</p>" for note in graph.graph.get("notes", ())),
            "empty": "" if len(graph) else f'<p class="empty">No {escape(graph.name)} in this graph. What is only claimed, denied or '
            "possible is left out, as is whatever the options exclude.</p>",
            "data": script_safe(_data(graph, mode, relations, shown)),
        },
    )  # fmt: skip


def fill(template: str, values: dict[str, str]) -> str:
    """The template with each {{name}} replaced, once, so that what is filled in is never filled again."""
    pieces = []
    while "{{" in template:
        before, rest = template.split("{{", 1)
        name, template = rest.split("}}", 1)
        pieces += [before, values[name]]
    return "".join([*pieces, template])


def script_safe(data: object) -> str:
    """JSON that may stand in a script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in ("<", "\u2028", "\u2029"):
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode("utf-8", "replace").decode()


def _data(graph: View, mode: str, relations: list[str], kinds: list[str]) -> dict[str, Any]:
    order = sorted(graph)
    place = {n: i for i, n in enumerate(order)}
    spots = places(simple(graph), boxes(graph))[0] if mode == "graph" else {}
    documents: dict[Document, int] = {}
    sentences: dict[str, int] = {}
    said: list[list[Any]] = []
    edges = []
    most = max(3, min(_SENTENCES, _ALL // max(1, graph.number_of_edges())))
    labels: dict[str, str] = {}
    for source, target, _, data in sorted(
        graph.edges(keys=True, data=True), key=lambda e: (rank(e[3]["predicate"]), e[:3])
    ):
        own = "holds office" if data["predicate"] == "officeHolderOf" else data["label"]
        labels.setdefault(data["predicate"], own)
        refs = []
        for e in data["evidence"][:most]:
            if e.statement not in sentences:
                sentences[e.statement] = len(said)
                document = documents.setdefault(e.document, len(documents))
                said.append([" ".join(e.sentence.split()), document, e.when, list(e.by), e.stance, e.confidence])
            refs.append(sentences[e.statement])
        edges.append([
            place[source], place[target], relations.index(data["predicate"]), data["label"], data["stance"],
            0 if data["symmetric"] else 1, data["weight"], data["count"], data["documents"], data.get("start", ""),
            data.get("end", ""), when(data), refs, data.get("between", ""),
        ])  # fmt: skip
    nodes = []
    for n in order:
        d = graph.nodes[n]
        x, y = spots.get(n, (0.0, 0.0))
        more = {key: d[key] for key in COLUMNS if key in d}
        extra = {
            key: d[key]
            for key in ("camp", "when", "precision", "order", "stance", "by", "predicate", "centre")
            if key in d
        }
        if "predicate" in extra:
            extra["predicate"] = relations.index(extra["predicate"])
        nodes.append(
            [d["label"], kinds.index(d["type"]) if d["type"] else -1, round(x), round(y), radius(graph, n), more, extra]
        )
    return {
        "name": graph.name, "mode": mode, "nodes": nodes, "edges": edges, "said": said,
        "docs": [[d.name, d.published, d.publisher, d.url] for d in documents],
        "relations": [[labels[p], int(p in SAID)] for p in relations],
        "kinds": [[k, KINDS.get(k, UNKNOWN)[0]] for k in kinds],
    }  # fmt: skip
