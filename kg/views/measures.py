"""Measures of the actors in a view, by networkx."""

from collections.abc import Callable, Mapping
from typing import Any

import networkx as nx

from kg.errors import UsageError
from kg.views.graph import View

NAMES = ("degree", "betweenness", "communities", "brokers")
COLUMNS = ("degree", "betweenness", "community", "parts")  # the attributes they become
_EXACT = 400
_PIVOTS = 200


def measure(graph: View, *names: str) -> View:
    """Adds measures to the nodes of a view, and returns it.

    `degree`: how many others; `betweenness`: the share of shortest paths through a node (from 200 pivots above 400
    nodes, which a note says); `communities`: numbers from 1, the largest first, of the partition by modularity that
    weighs documents; `brokers`: how many parts the graph falls into more without the node.

    >>> path = View([("a", "b", {"weight": 1}), ("b", "c", {"weight": 1})], name="path")
    >>> measure(path, "degree", "brokers").nodes["b"]
    {'degree': 2, 'parts': 1}
    """
    for name in names:
        if name not in NAMES:
            raise UsageError(f"no such measure: {name}", f"there are {', '.join(NAMES)}")
    simple = nx.Graph()
    simple.add_nodes_from(sorted(graph))
    for one, other, data in sorted(graph.edges(data=True), key=lambda e: e[:2]):
        if one != other:
            weight = simple.edges[one, other]["weight"] if simple.has_edge(one, other) else 0
            simple.add_edge(one, other, weight=weight + data["weight"])
    for name in dict.fromkeys(names):
        for node, value in _VALUES[name](simple, graph).items():
            graph.nodes[node][_KEYS[name]] = value
    return graph


def _degree(simple: nx.Graph, _: View) -> dict[str, int]:
    return dict(simple.degree())


def _betweenness(simple: nx.Graph, graph: View) -> dict[str, float]:
    pivots = _PIVOTS if len(simple) > _EXACT else None
    if pivots:
        graph.note(f"Betweenness is estimated from {pivots} of {len(simple)} nodes.")
    return {n: round(v, 4) for n, v in nx.betweenness_centrality(simple, k=pivots, seed=7).items()}


def _communities(simple: nx.Graph, _: View) -> dict[str, int]:
    found = (
        [sorted(c) for c in nx.community.louvain_communities(simple, weight="weight", seed=7)] if len(simple) else []
    )
    return {n: i for i, c in enumerate(sorted(found, key=lambda c: (-len(c), c)), 1) for n in c}


def _brokers(simple: nx.Graph, _: View) -> dict[str, int]:
    """An articulation point of b blocks leaves b - 1 parts more."""
    blocks = dict.fromkeys(simple, 0)
    for block in nx.biconnected_components(simple):
        for node in block:
            blocks[node] += 1
    return {n: max(0, count - 1) for n, count in blocks.items()}


_VALUES: Mapping[str, Callable[[nx.Graph, View], dict[str, Any]]] = {
    "degree": _degree,
    "betweenness": _betweenness,
    "communities": _communities,
    "brokers": _brokers,
}
_KEYS = dict(zip(NAMES, COLUMNS, strict=True))
