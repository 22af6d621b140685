"""What the endpoint answers: SPARQL results, saved queries, graphs, searches, and the description of a resource."""

import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    serialize,
)

from kg import pages, queries, views
from kg.errors import KgError
from kg.naming import Term
from kg.sparql import RefusedError, check
from kg.turtle import KG, PREFIXES, iri, turtle
from kg.views.scene import scene
from kg.views.svg import svg
from kg.views.triples import between

RESULT = 50 << 20
"""Bytes that an answer may have."""
ROWS = 100_000
"""Rows that an answer for the page may have, which are all held at once; those of /sparql are bounded by their bytes."""

RESULTS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
    "application/json": QueryResultsFormat.JSON,
    "application/xml": QueryResultsFormat.XML,
}
BOOLEANS = {kind: form for kind, form in RESULTS.items() if not kind.startswith("text/")}
GRAPHS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
}
HTML = "text/html; charset=utf-8"
_VOID = "http://rdfs.org/ns/void#"


@dataclass(frozen=True, slots=True)
class Question:
    """What a worker is asked.

    `kind` is one of KINDS. `text` is SPARQL, the name of a saved query or of a view, or the path or IRI of a resource;
    `parameters` are its fields by name.
    """

    kind: str
    text: str = ""
    accept: str = "*/*"
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status, a media type and the whole body; more headers where needed."""

    status: int
    kind: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def plain(status: int, message: str) -> Answer:
    """A short message for people."""
    return Answer(status, "text/plain; charset=utf-8", (message + "\n").encode("utf-8", "replace"))


def answer(question: Question, store: Store) -> Answer:
    """The answer to a question of any kind; an Answer as well where the question is at fault."""
    try:
        given = KINDS[question.kind](question, store)
    except RefusedError as error:
        return plain(403, str(error))
    except _TooLargeError:
        return _too_large()
    except (KgError, SyntaxError, ValueError, OSError, RuntimeError) as error:
        return plain(400, str(error))
    return _too_large() if len(given.body) > RESULT else given


def _too_large() -> Answer:
    return plain(400, f"the answer is larger than {RESULT >> 20} MiB, so none is given: use LIMIT, or ask for less")


def _sparql(question: Question, store: Store) -> Answer:
    """SPARQL text that only reads; the media type is chosen by what the client accepts."""
    check(question.text)
    dataset = _dataset(question)
    found = store.query(question.text, base_iri=PREFIXES["id"], prefixes=PREFIXES, **dataset)  # type: ignore[arg-type]
    offers: dict[str, QueryResultsFormat] | dict[str, RdfFormat] = GRAPHS
    if isinstance(found, QueryBoolean):
        offers = BOOLEANS
    elif isinstance(found, QuerySolutions):
        offers = RESULTS
    kind = negotiate(question.accept, offers)
    if kind is None:
        return plain(406, f"this query can be answered as: {', '.join(offers)}")
    out = _Limited()
    found.serialize(out, format=offers[kind])  # type: ignore[arg-type]
    return Answer(200, _with_charset(kind), out.getvalue(), {"Vary": "Accept"})


def _run(question: Question, store: Store) -> Answer:
    """SPARQL text for the page: rows as a person reads them, beside their IRIs."""
    check(question.text)
    return _shown(queries.ask(question.text, store, ROWS), store)


def _saved(question: Question, store: Store) -> Answer:
    """A saved query, for the page; with the field `format`, as CSV, TSV, JSON or Turtle."""
    query = next((one for one in (*queries.catalog(), *queries.checks()) if one.name == question.text), None)
    if query is None:
        return plain(404, f"no saved query is called {question.text!r}")
    given = {name: value for name, value in question.parameters if value}
    text = queries.bind(query, store, given)
    return _shown(queries.ask(text, store, ROWS), store, text)


def _shown(result: queries.Result, store: Store, text: str = "") -> Answer:
    """Rows, and what a query constructs also as Turtle and as a picture; no part of an answer that has too many."""
    if result.more:
        return plain(400, f"the answer has more than {ROWS:,} rows, so none is given: use LIMIT, or ask for less")
    if result.graph:
        terms: Iterable[tuple[Term | None, ...]] = ((t.subject, t.predicate, t.object) for t in result.triples)
        more: dict[str, object] = {"turtle": "".join(turtle(result.triples, PREFIXES))}
        if drawn := between(result.triples, store):
            more["picture"] = svg(scene(drawn))
    else:
        terms, more = result.terms, {} if result.answer is None else {"boolean": result.answer}
    shown = {
        "columns": result.columns,
        "rows": result.rows,
        "iris": [[cell.value if isinstance(cell, NamedNode) else None for cell in row] for row in terms],
        "query": text,
        **more,
    }
    return _json(shown)


def _json(content: object) -> Answer:
    return Answer(200, "application/json", json.dumps(content, ensure_ascii=False).encode("utf-8", "replace"))


def _dataset(question: Question) -> dict[str, list[NamedNode]]:
    """The graphs that the protocol's parameters choose, instead of the store's own; ValueError for a bad IRI."""
    if not question.default_graphs and not question.named_graphs:
        return {}
    return {
        "default_graph": [NamedNode(name) for name in question.default_graphs],
        "named_graphs": [NamedNode(name) for name in question.named_graphs],
    }


# Graphs


def _graph(question: Question, store: Store) -> Answer:
    """Graph Store Protocol, reading: the default graph, or the one that `graph` names."""
    named = dict(question.parameters).get("graph")
    graph = DefaultGraph() if named is None else NamedNode(named)
    if isinstance(graph, NamedNode) and not store.contains_named_graph(graph):
        return plain(404, f"there is no graph <{named}>")
    kind = negotiate(question.accept, GRAPHS)
    if kind is None:
        return plain(406, f"graphs come as: {', '.join(GRAPHS)}")
    out = _Limited()
    store.dump(out, format=GRAPHS[kind], from_graph=graph, prefixes=PREFIXES)
    return Answer(200, _with_charset(kind), out.getvalue(), {"Vary": "Accept"})


def _void(question: Question, store: Store) -> Answer:
    """What the graph holds, in the VoID vocabulary: numbers of triples, classes and properties, and where to ask."""
    root, place = NamedNode(question.text + ".well-known/void#graph"), NamedNode
    facts: list[tuple[str, NamedNode | Literal]] = [
        (iri("rdf:type"), place(_VOID + "Dataset")),
        (_VOID + "sparqlEndpoint", place(question.text + "sparql")),
        (_VOID + "vocabulary", place(KG)),
        (_VOID + "triples", Literal(sum(1 for _ in store.quads_for_pattern(None, None, None, DefaultGraph())))),
        ("http://purl.org/dc/terms/title", Literal("A knowledge graph of conflict and diplomacy", language="en")),
        *((_VOID + "uriSpace", Literal(base)) for base in _bases(store)),
    ]
    triples = [Triple(root, NamedNode(name), value) for name, value in facts]
    counted = (
        ("class", "classPartition", "entities", "SELECT ?x (COUNT(*) AS ?n) { ?s a ?x } GROUP BY ?x ORDER BY ?x"),
        ("property", "propertyPartition", "triples", "SELECT ?x (COUNT(*) AS ?n) { ?s ?x ?o } GROUP BY ?x ORDER BY ?x"),
    )
    for name, partition, measure, query in counted:
        for number, (what, count) in enumerate(store.query(query)):  # type: ignore[arg-type]
            node = BlankNode(f"{name}{number}")
            triples += [
                Triple(root, NamedNode(_VOID + partition), node),
                Triple(node, NamedNode(_VOID + name), what),
                Triple(node, NamedNode(_VOID + measure), count),
            ]
    return described(triples, question.accept)


def described(triples: Iterable[Triple], accept: str) -> Answer:
    """Triples in the RDF format that the client likes best."""
    kind = negotiate(accept, GRAPHS)
    if kind is None:
        return plain(406, f"this comes as: {', '.join(GRAPHS)}")
    body = serialize(triples, format=GRAPHS[kind], prefixes=PREFIXES) or b""
    return Answer(200, _with_charset(kind), body, {"Vary": "Accept"})


# Resources and pages


def _resource(question: Question, store: Store) -> Answer:
    """A resource by the path of its IRI, or by its IRI: a page for a browser, RDF for a program."""
    node = _node(question.text, store)
    if node is None:
        return plain(404, "nothing here: SPARQL is at /sparql, a page at /")
    kind = negotiate(question.accept, (*GRAPHS, "text/html"))
    if kind is None:
        return plain(406, f"this comes as: text/html, {', '.join(GRAPHS)}")
    if kind == "text/html":
        return Answer(200, HTML, pages.resource(node, store).encode(), {"Vary": "Accept"})
    about = [*store.quads_for_pattern(node, None, None, DefaultGraph())]
    for predicate in ("rdf:subject", "rdf:object", "kg:attributedTo", "schema:mentions", "schema:isPartOf"):
        about += store.quads_for_pattern(None, NamedNode(iri(predicate)), node, DefaultGraph())
    for quad in list(about):
        if quad.predicate.value in (iri("rdf:subject"), iri("rdf:object"), iri("kg:attributedTo")):
            about += store.quads_for_pattern(quad.subject, None, None, DefaultGraph())
    return described(sorted({quad.triple for quad in about}, key=str), kind)


def _node(text: str, store: Store) -> NamedNode | None:
    if not text.startswith("/"):
        node = NamedNode(text)
        return node if _known(node, store) else None
    for base in _bases(store):
        root = urlsplit(base).path
        if text.startswith(root) and len(text) > len(root):
            node = NamedNode(base + quote(unquote(text[len(root) :]), safe="-._~"))
            if _known(node, store):
                return node
    return None


def _known(node: NamedNode, store: Store) -> bool:
    return next(iter(store.quads_for_pattern(node, None, None, None)), None) is not None


@lru_cache(maxsize=1)
def _bases(store: Store) -> tuple[str, ...]:
    """How the IRIs of the entities and documents begin that have a path of their own; a worker's store never changes."""
    found = set()
    for name in ("rdfs:label", "schema:identifier"):
        for quad in store.quads_for_pattern(None, NamedNode(iri(name)), None, None):
            if isinstance(quad.subject, NamedNode) and "#" not in quad.subject.value:
                found.add(quad.subject.value.rpartition("/")[0] + "/")
    return tuple(sorted(found))


def _edge(question: Question, store: Store) -> Answer:
    """The sentences behind one edge."""
    given = dict(question.parameters)
    try:
        ends = NamedNode(given["s"]), NamedNode(given["p"])
        target = NamedNode(given["o"]) if "o" in given else Literal(int(given["n"]))
    except KeyError as error:
        return plain(400, f"an edge needs s, p and o (or n, a number): {error} is missing")
    return Answer(200, HTML, pages.edge(*ends, target, store).encode())


def _search(question: Question, store: Store) -> Answer:
    return _json(pages.found(question.text, store))


def _view(question: Question, store: Store) -> Answer:
    """A view as a page: narrowed by `from`, `until`, `min_documents`, `level` and `claimed=1`, about each `actor`."""
    if question.text not in views.names():
        return plain(404, f"no such view: {question.text}")
    from kg.views import page
    from kg.views.options import Options

    given = {name: value for name, value in question.parameters if value}
    options = Options(
        start=given.get("from"),
        end=given.get("until"),
        min_documents=int(given.get("min_documents", "1")),
        claimed=given.get("claimed") == "1",
        level=given.get("level", "actor"),
    )
    actors = [value for name, value in question.parameters if name == "actor" and value]
    drawn = views.build(question.text, store, options, actors=actors)
    return Answer(200, HTML, page.html(drawn).encode(), {"X-Inline": "1"})


KINDS: Mapping[str, Callable[[Question, Store], Answer]] = {
    "sparql": _sparql,
    "run": _run,
    "saved": _saved,
    "graph": _graph,
    "void": _void,
    "resource": _resource,
    "edge": _edge,
    "search": _search,
    "view": _view,
}


def negotiate(accept: str, offers: Iterable[str]) -> str | None:
    """The offer that an Accept header likes best, the earlier on a tie; None if it takes none of them.

    >>> negotiate("text/csv;q=0.5, application/*", ["text/csv", "application/json"])
    'application/json'
    """
    wishes: dict[str, float] = {}
    for entry in accept.lower().split(","):
        kind, *options = (part.strip() for part in entry.split(";"))
        weight = next((option[2:] for option in options if option.startswith("q=")), "1")
        try:
            wishes[kind] = float(weight)
        except ValueError:
            wishes[kind] = 0.0

    def liking(offer: str) -> float:
        for pattern in (offer, offer.partition("/")[0] + "/*", "*/*"):
            if pattern in wishes:
                return wishes[pattern]
        return 0.0

    best = max(offers, key=liking)
    return best if liking(best) > 0 else None


def _with_charset(kind: str) -> str:
    return kind + ("; charset=utf-8" if kind.startswith("text/") else "")


class _TooLargeError(Exception):
    """An answer beyond RESULT bytes."""


class _Limited(io.BytesIO):
    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        if self.tell() + len(data) > RESULT:
            raise _TooLargeError
        return super().write(data)
