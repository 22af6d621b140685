"""A view as a graph file that other programs read: GraphML, GEXF, JSON."""

import io
import json
from typing import TYPE_CHECKING, Any

from kg.views.graph import Evidence

if TYPE_CHECKING:
    import networkx as nx


def _evidence(evidence: list[Evidence]) -> list[dict[str, Any]]:
    return [
        {
            "statement": e.statement, "sentence": e.sentence, "document": e.document, "published": e.published, "url": e.url,
            "when": e.when, "attributed_to": list(e.attributed_to), "confidence": e.confidence,
        }
        for e in evidence
    ]  # fmt: skip


def flat(graph: "nx.MultiDiGraph") -> "nx.MultiDiGraph":
    """The same graph with text and numbers as only attributes: lists are joined by line breaks."""
    import networkx as nx

    result = nx.MultiDiGraph(name=graph.name)
    for node, data in sorted(graph.nodes(data=True)):
        result.add_node(_xml(node), **{k: _xml(v) for k, v in data.items()})
    for source, target, key, data in sorted(graph.edges(keys=True, data=True), key=lambda e: e[:3]):
        plain = {
            k: _xml(v) if isinstance(v, str) else v for k, v in data.items() if k not in {"statements", "evidence"}
        }
        plain["statements"] = "\n".join(data["statements"])
        plain["sentences"] = _xml("\n".join(e.sentence for e in data["evidence"]))
        result.add_edge(_xml(source), _xml(target), key=key, **plain)
    return result


def _xml(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(c for c in text if c in "\t\n" or (c >= " " and c not in "￾￿"))


def graphml(graph: "nx.MultiDiGraph") -> bytes:
    """GraphML."""
    import networkx as nx

    buffer = io.BytesIO()
    nx.write_graphml_xml(flat(graph), buffer)
    return buffer.getvalue()


def gexf(graph: "nx.MultiDiGraph") -> bytes:
    """GEXF 1.2 without the day it was written, so that the same graph gives the same bytes."""
    import re

    import networkx as nx

    text = "\n".join(nx.generate_gexf(flat(graph)))
    return (re.sub(r' lastmodifieddate="[^"]*"', "", text) + "\n").encode()


def node_link(graph: "nx.MultiDiGraph") -> bytes:
    """JSON of nodes and links, with the evidence of each link; `networkx.node_link_graph(data, edges="links")` reads it."""
    data = {
        "directed": True, "multigraph": True, "graph": {"name": graph.name},
        "nodes": [{"id": n, **d} for n, d in sorted(graph.nodes(data=True))],
        "links": [
            {"source": s, "target": t, "key": k, **d, "evidence": _evidence(d["evidence"])}
            for s, t, k, d in sorted(graph.edges(keys=True, data=True), key=lambda e: e[:3])
        ],
    }  # fmt: skip
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()
