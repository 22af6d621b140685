"""What a query makes, CONSTRUCT or DESCRIBE, as a graph to look at: resources, and the properties between them."""

from collections.abc import Iterable

from pyoxigraph import NamedNode, Store, Triple

from kg.naming import kind, readable
from kg.ontology import load
from kg.turtle import KG
from kg.views.graph import View, view

DRAWN = 60
"""Resources that the picture shows."""


def between(triples: Iterable[Triple], store: Store) -> View:
    """The triples between two resources, drawn as a view is; those with a value or a class at the end are left out,
    and a symmetric property is drawn once.

    It has no evidence, so it is for a picture only. Beyond DRAWN resources the first are kept, and a note says so.
    """
    graph = view("result")
    ends: set[str] = set()
    total = 0
    for triple in triples:
        source, target = triple.subject, triple.object
        name = triple.predicate.value.removeprefix(KG)
        known = load().properties.get(name)
        symmetric = known is not None and known.symmetric
        if not isinstance(source, NamedNode) or not isinstance(target, NamedNode) or target.value.startswith(KG):
            continue
        if symmetric and graph.has_edge(target.value, source.value, name):
            continue
        total += 1
        new = {source.value, target.value} - ends
        if len(ends) + len(new) > DRAWN:
            continue
        ends |= new
        for node in (source, target):
            graph.add_node(node.value, label=readable(node, store), type=kind(node, store))
        graph.add_edge(
            source.value, target.value, key=name, predicate=name, label=known.label if known else readable(triple.predicate, store),
            symmetric=symmetric, stance="asserted", claimed=False, weight=1, count=1, documents=1, confidence=1.0,
        )  # fmt: skip
    if graph.number_of_edges() < total:
        graph.note(f"Drawn are {graph.number_of_edges():,} of {total:,} triples between resources; the table has all.")
    return graph
