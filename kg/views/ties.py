"""Views whose edges are properties: alliances, conflict, offices, and one actor with all around it."""

from pyoxigraph import Store

from kg.errors import UsageError
from kg.ontology import load
from kg.views import vocabulary
from kg.views.graph import View, ties, view
from kg.views.options import ALL, Options
from kg.views.reader import Reader

DEEPEST = 4


def alliances(store: Store | Reader, options: Options = ALL) -> View:
    """Who is on whose side: allies, supporters, aid, cooperation, membership."""
    return ties(Reader(store, options), view("alliances"), vocabulary.load()["ties.alliances"])


def conflict(store: Store | Reader, options: Options = ALL) -> View:
    """Who is against whom: fights, attacks, threats, accusations, sanctions, occupation."""
    return ties(Reader(store, options), view("conflict"), vocabulary.load()["ties.conflict"])


def offices(store: Store | Reader, options: Options = ALL) -> View:
    """Who holds which office, and which force or body belongs to whom; an edge of an office has its title in `office`.

    `cited_first` and `cited_last` are when the documents that say so were published: not when the office began or ended.
    """
    graph = ties(Reader(store, options), view("offices"), vocabulary.load()["ties.offices"])
    for _, _, data in graph.edges(data=True):
        titles = sorted({e.office for e in data["evidence"] if e.office})
        if titles:
            data["office"] = "; ".join(titles)
            data["label"] = data["office"] if len(titles) < 3 else f"{'; '.join(titles[:2])} …"
        cited = sorted(e.document.published for e in data["evidence"] if e.document.published)
        if cited:
            data |= {"cited_first": cited[0], "cited_last": cited[-1]}
    return graph


def ego(store: Store | Reader, name: str, options: Options = ALL, depth: int = 1) -> View:
    """One actor, called by name or IRI, with all that is said of it; and of those around it, up to `depth` steps away.

    Depth 1 is the actor's own ties and those among its neighbours.
    """
    if not 1 <= depth <= DEEPEST:
        raise UsageError(f"no such depth: {depth}", f"give 1 to {DEEPEST}")
    reader = Reader(store, options)
    centre = reader.entity(name)
    if options.level == "side":
        centre = reader.side(centre)
    graph = ties(reader, view(f"around {reader.label(centre)}"), sorted(load().properties))
    near, edge = {centre}, {centre}
    for _ in range(depth):
        edge = {n for at in edge if at in graph for n in (*graph.successors(at), *graph.predecessors(at))} - near
        near |= edge
    graph.remove_nodes_from([node for node in graph if node not in near])
    if centre in graph:
        graph.nodes[centre]["centre"] = True
    return graph
