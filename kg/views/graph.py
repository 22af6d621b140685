"""Statements of a store as the edges of a NetworkX graph."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg.ontology import KG, TOP, load

if TYPE_CHECKING:
    import networkx as nx

_QUERY = """
PREFIX kg: <https://w3id.org/conflict-kg/ontology#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX schema: <https://schema.org/>
SELECT ?statement ?s ?p ?o ?by ?negated ?hypothetical ?when ?confidence ?text ?document ?published ?url WHERE {
  VALUES ?p { %s }
  ?statement rdf:predicate ?p ; rdf:subject ?s ; rdf:object ?o ; kg:confidence ?confidence ; prov:wasDerivedFrom ?passage .
  ?passage schema:text ?text ; schema:isPartOf ?source .
  ?source schema:identifier ?document .
  OPTIONAL { ?source schema:datePublished ?published }
  OPTIONAL { ?source schema:url ?url }
  OPTIONAL { ?statement kg:attributedTo ?by }
  OPTIONAL { ?statement kg:negated ?negated }
  OPTIONAL { ?statement kg:hypothetical ?hypothetical }
  OPTIONAL { ?statement kg:when ?when }
}
"""
_ENTITIES = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?e ?label ?type WHERE { ?e rdfs:label ?label ; a ?type }
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One statement behind an edge: where it stands and who says so (labels; empty in the article's own voice)."""

    statement: str
    sentence: str
    document: str
    published: str
    url: str
    when: str
    attributed_to: tuple[str, ...]
    confidence: float


def statements_graph(
    store: ox.Store, predicates: Iterable[str], name: str, include_claimed: bool = False
) -> "nx.MultiDiGraph":
    """The graph of the statements with one of `predicates`, an edge a predicate and pair.

    Nodes are IRIs with `label` and `type`. Edges have `predicate`, `label`, `symmetric`, `claimed`, `count` (statements),
    `documents`, `first` and `last` (dates, where known), `confidence` (the highest), `statements` (their IRIs) and
    `evidence`. Only what articles say in their own voice becomes an edge, unless `include_claimed` adds what somebody
    claims, as edges of their own. What is negated or hypothetical never does.
    """
    import networkx as nx

    wanted = sorted(predicates)
    names, types = _entities(store)
    groups = _groups(store, wanted, names, include_claimed)
    graph = nx.MultiDiGraph(name=name)
    properties = load().properties
    for key in sorted(groups):
        source, predicate, target, claimed = key
        evidence = sorted(groups[key].values(), key=lambda e: (e.when, e.document, e.statement))
        for node in (source, target):
            graph.add_node(node, label=names.get(node, node), type=types.get(node, ""))
        dates = sorted(e.when for e in evidence if e.when)
        data: dict[str, Any] = {
            "predicate": predicate, "label": properties[predicate].label, "symmetric": properties[predicate].symmetric,
            "claimed": claimed, "count": len(evidence), "documents": len({e.document for e in evidence}),
            "confidence": max(e.confidence for e in evidence), "statements": sorted(e.statement for e in evidence),
            "evidence": evidence,
        }  # fmt: skip
        if dates:
            data |= {"first": dates[0], "last": dates[-1]}
        graph.add_edge(source, target, key=f"{predicate} claimed" if claimed else predicate, **data)
    return graph


def _entities(store: ox.Store) -> tuple[Mapping[str, str], Mapping[str, str]]:
    names: dict[str, str] = {}
    types: dict[str, str] = {}
    for row in _rows(store, _ENTITIES):
        entity = row["e"].value
        names[entity] = min(names.get(entity, row["label"].value), row["label"].value)
        local = row["type"].value.removeprefix(KG)
        if local in TOP:
            types[entity] = local
    return names, types


_Key = tuple[str, str, str, bool]


def _groups(
    store: ox.Store, predicates: list[str], names: Mapping[str, str], include_claimed: bool
) -> Mapping[_Key, dict[str, Evidence]]:
    """Evidence by edge and statement; a statement with two sources is one."""
    groups: dict[_Key, dict[str, Evidence]] = defaultdict(dict)
    properties = load().properties
    sources: dict[str, set[str]] = defaultdict(set)
    rows = [
        r
        for r in _rows(store, _QUERY % " ".join(f"kg:{p}" for p in predicates))
        if not r["negated"] and not r["hypothetical"]
    ]
    for row in rows:
        if row["by"]:
            sources[row["statement"].value].add(names.get(row["by"].value, row["by"].value))
    for row in rows:
        statement = row["statement"].value
        claimed = statement in sources
        if claimed and not include_claimed:
            continue
        predicate = row["p"].value.removeprefix(KG)
        ends = [row["s"].value, row["o"].value]
        if properties[predicate].symmetric:
            ends.sort()
        groups[ends[0], predicate, ends[1], claimed][statement] = Evidence(
            statement, row["text"].value, row["document"].value, row["published"].value if row["published"] else "",
            row["url"].value if row["url"] else "", row["when"].value if row["when"] else "",
            tuple(sorted(sources.get(statement, ()))), float(row["confidence"].value),
        )  # fmt: skip
    return groups


def _rows(store: ox.Store, query: str) -> list[Any]:
    return list(store.query(query))  # type: ignore[arg-type]
