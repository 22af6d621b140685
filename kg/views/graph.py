"""The graph that every view is: NetworkX, with what a reader needs at its nodes and edges."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import networkx as nx

from kg.ontology import load
from kg.views.options import span
from kg.views.reader import Evidence, Reader


class View(nx.MultiDiGraph):  # type: ignore[misc]  # networkx carries no types
    """A view as a directed multigraph that shows itself in a notebook.

    Nodes are IRIs (or made-up names for what is no entity: a mediation, a claim) with `label` and `type`. Edges have

    - `predicate`, `label`, `symmetric`; `stance`: asserted, claimed, possible or denied; `claimed`: not asserted,
    - `count` of statements, `documents`, `weight`: independent documents, `confidence`: the highest,
    - `first` and `last` date as told, `start` and `end` as days; absent where no statement is dated,
    - `statements` (their IRIs) and `evidence`, in order of date and document; never empty.

    `graph` holds `name`, and `notes`: sentences that a reader of the picture has to know.
    """

    def note(self, text: str) -> None:
        """Adds a sentence that has to stand beside the picture."""
        notes = self.graph.setdefault("notes", [])
        if text not in notes:
            notes.append(text)

    def _repr_html_(self) -> str:
        from html import escape

        from kg.views.page import html

        height = 560 if len(self) else 160
        return (
            f'<iframe srcdoc="{escape(html(self))}" title="{escape(self.name)}" '
            f'style="width:100%;height:{height}px;border:1px solid #8886"></iframe>'
        )


def view(name: str) -> View:
    """An empty view."""
    return View(name=name, notes=[])


def tie_data(
    predicate: str, label: str, evidence: Iterable[Evidence], *, symmetric: bool = False, stance: str | None = None
) -> dict[str, Any]:
    """What an edge carries, from the statements behind it."""
    behind = sorted({e.statement: e for e in evidence}.values(), key=_order)
    stance = stance or behind[0].stance
    data: dict[str, Any] = {
        "predicate": predicate, "label": label, "symmetric": symmetric, "stance": stance,
        "claimed": stance != "asserted", "count": len(behind), "documents": len({e.document.iri for e in behind}),
        "weight": independent(behind), "confidence": max(e.confidence for e in behind),
        "statements": sorted(e.statement for e in behind), "evidence": behind,
    }  # fmt: skip
    dated = sorted((s, e.when) for e in behind if (s := span(e.when)))
    if dated:
        data |= {
            "first": dated[0][1], "last": max(dated, key=lambda d: (d[0][1], d[0][0]))[1],
            "start": dated[0][0][0], "end": max(s[1] for s, _ in dated),
        }  # fmt: skip
    return data


def _order(e: Evidence) -> tuple[str, ...]:
    return e.when or "9999", e.document.published or "9999", e.document.name, e.statement


def independent(evidence: Sequence[Evidence]) -> int:
    """How many documents say so by themselves: copies of one text, and those that print one and the same
    sentence, count as one.
    """
    if len(evidence) == 1:
        return 1
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    for e in evidence:
        parent[root(e.document.original)] = root("=" + " ".join(e.sentence.split()))
    return len({root(e.document.original) for e in evidence})


def ties(reader: Reader, graph: View, predicates: Iterable[str]) -> View:
    """Adds an edge for each property and pair: one for what is asserted, one for what is only claimed."""
    groups: dict[tuple[str, str, str, str], list[Evidence]] = {}
    for e in reader.ties(predicates):
        if not isinstance(e.object, str):
            continue
        ends = (e.subject, e.object)
        if load().properties[e.predicate].symmetric:
            ends = (min(ends), max(ends))
        groups.setdefault((*ends, e.predicate, e.stance), []).append(e)
    for (source, target, predicate, stance), evidence in sorted(groups.items()):
        shown = load().properties[predicate]
        data = tie_data(predicate, shown.label, evidence, symmetric=shown.symmetric)
        add_edge(reader, graph, source, target, predicate if stance == "asserted" else f"{predicate} {stance}", data)
    return graph


def add_edge(reader: Reader, graph: View, source: str, target: str, key: str, data: Mapping[str, Any]) -> bool:
    """Adds an edge with its ends if the options keep it, and says whether they do."""
    if not keeps(reader, data):
        return False
    for node in (source, target):
        add_node(reader, graph, node)
    graph.add_edge(source, target, key=key, **data)
    return True


def keeps(reader: Reader, data: Mapping[str, Any]) -> bool:
    """Whether an edge has the documents and the dates that the options ask for."""
    interval = (data["start"], data["end"]) if "start" in data else None
    return data["weight"] >= reader.options.min_documents and reader.options.meets(interval)


def add_node(reader: Reader, graph: View, node: str) -> None:
    """Adds an entity with its label and kind, unless it is there."""
    if node not in graph:
        graph.add_node(node, label=reader.label(node), type=reader.type(node))


def when(data: Mapping[str, Any]) -> str:
    """The time of an edge for a reader.

    >>> when({"first": "2020", "last": "2022-11"}), when({"first": "2020", "last": "2020"}), when({})
    ('2020 to 2022-11', '2020', '')
    """
    first, last = data.get("first", ""), data.get("last", "")
    return first if first == last else f"{first} to {last}"
