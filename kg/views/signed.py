"""Friends and foes as +1 and -1, and how far they fall into two camps."""

from collections import defaultdict

import networkx as nx
from pyoxigraph import Store

from kg.ontology import ACTORS
from kg.views import vocabulary
from kg.views.balance import Balance, balance
from kg.views.graph import View, add_edge, tie_data, view
from kg.views.options import ALL, Options
from kg.views.reader import Evidence, Reader


def signed(store: Store | Reader, options: Options = ALL) -> View:
    """A friendly and a hostile edge at most between two actors (a place is none), `sign` +1 and -1, `weight` the independent documents.

    Where both are there the ties pull both ways. `camp` of a node is the side of the best partition into two.
    """
    reader = Reader(store, options)
    words = vocabulary.load()
    graph = view("signed")
    groups: dict[tuple[str, str, int, str], list[Evidence]] = defaultdict(list)
    for sign, key in ((1, "signed.friendly"), (-1, "signed.hostile")):
        for e in reader.ties(words[key]):
            if isinstance(e.object, str) and e.object != e.subject and reader.type(e.object) in ACTORS:
                groups[min(e.subject, e.object), max(e.subject, e.object), sign, e.stance].append(e)
    for (one, other, sign, stance), evidence in sorted(groups.items()):
        name = "friendly" if sign > 0 else "hostile"
        data = tie_data(name, name, evidence, symmetric=True) | {"sign": sign}
        add_edge(reader, graph, one, other, name if stance == "asserted" else f"{name} {stance}", data)
    found = balance_of(graph)
    for node in sorted(found.camp):
        graph.nodes[node]["camp"] = found.camp[node]
    if graph:
        graph.note(found.summary())
    torn = sorted(graph.nodes[n]["label"] for n in torn_actors(graph))
    if torn:
        graph.note("Ties pull both ways at: " + ", ".join(torn[:12]) + (" and others." if len(torn) > 12 else "."))
    return graph


def net(graph: View) -> nx.Graph:
    """One signed edge a pair, by the heavier side; a pair whose sides weigh the same has none."""
    total: dict[tuple[str, str], int] = defaultdict(int)
    for one, other, data in graph.edges(data=True):
        total[min(one, other), max(one, other)] += data["sign"] * data["weight"]
    simple = nx.Graph()
    simple.add_nodes_from(sorted(graph))
    for (one, other), weight in sorted(total.items()):
        if weight:
            simple.add_edge(one, other, sign=1 if weight > 0 else -1, weight=abs(weight))
    return simple


def balance_of(graph: View) -> Balance:
    """Structural balance of a signed view."""
    return balance(net(graph))


def torn_actors(graph: View) -> list[str]:
    """Actors with both friendly and hostile ties to one and the same other."""
    signs: dict[tuple[str, str], set[int]] = defaultdict(set)
    for one, other, data in graph.edges(data=True):
        signs[min(one, other), max(one, other)].add(data["sign"])
    return sorted({node for pair, both in signs.items() if len(both) > 1 for node in pair})
