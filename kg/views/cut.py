"""What of a large graph is shown, and how the picture says so."""

from kg.views.graph import View

LIMIT = 300  # nodes that a picture shows
EDGES = 1500


def cut(graph: View, nodes: int = LIMIT, edges: int = EDGES) -> View:
    """The graph itself if it can be drawn, else the part with the most documents, and a note that says so."""
    if len(graph) <= nodes and graph.number_of_edges() <= edges:
        return graph
    ranked = sorted(
        graph.edges(keys=True, data=True), key=lambda e: (-e[3]["weight"], -e[3]["count"], -e[3]["confidence"], e[:3])
    )
    kept = View(**graph.graph)
    kept.graph["notes"] = list(graph.graph.get("notes", ()))
    for source, target, key, data in ranked:
        new = {source, target} - set(kept)
        if len(kept) + len(new) > nodes:
            continue
        if kept.number_of_edges() >= edges:
            break
        for node in sorted(new):
            kept.add_node(node, **graph.nodes[node])
        kept.add_edge(source, target, key=key, **data)
    kept.note(
        f"Shown are {len(kept):,} of {len(graph):,} nodes and {kept.number_of_edges():,} of {graph.number_of_edges():,} "
        "ties, those with the most independent documents first; --min-documents, --from or the view ego choose others."
    )
    return kept
