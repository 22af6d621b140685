"""Nanopublications as TriG: each statement with its assertion, its provenance and what is said of the publication.

The assertion of what an article reports is the plain triple. Of what is claimed, negated or hypothetical it is the
statement as a node, which asserts nothing. Names are not trusty IRIs: they are given when a nanopublication is signed.
"""

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple

from kg.exports.records import Party, Record, Records
from kg.rdf import dated
from kg.turtle import KG, XSD, iri

_NP = "http://www.nanopub.org/nschema#"
_MAKER = NamedNode("https://w3id.org/conflict-kg")
_TRUE = Literal("true", datatype=NamedNode(f"{XSD}boolean"))
_Object = NamedNode | Literal


def pieces(records: Records) -> Iterator[bytes]:
    """The file in pieces; a nanopublication is four graphs, named after the statement."""
    for record in records:
        for name, triples in _graphs(record):
            lines = sorted({f"  {triple} .\n" for triple in triples})
            yield f"{NamedNode(name)} {{\n{''.join(lines)}}}\n".encode()


def _graphs(record: Record) -> Iterator[tuple[str, list[Triple]]]:
    publication = f"{record.iri}-nanopub"
    head, assertion, provenance, about = (f"{publication}-{p}" for p in ("head", "assertion", "provenance", "pubinfo"))
    yield (
        head,
        [
            _triple(publication, iri("rdf:type"), NamedNode(f"{_NP}Nanopublication")),
            _triple(publication, f"{_NP}hasAssertion", NamedNode(assertion)),
            _triple(publication, f"{_NP}hasProvenance", NamedNode(provenance)),
            _triple(publication, f"{_NP}hasPublicationInfo", NamedNode(about)),
        ],
    )
    yield assertion, list(_assertion(record))
    yield provenance, list(_provenance(record, assertion))
    named = {
        party.iri: party.name for party in (record.subject, record.object, *record.sources) if isinstance(party, Party)
    }
    yield (
        about,
        [
            _triple(publication, iri("prov:wasAttributedTo"), _MAKER),
            *(_triple(node, iri("rdfs:label"), Literal(name, language="en")) for node, name in named.items()),
        ],
    )


def _assertion(record: Record) -> Iterator[Triple]:
    target: _Object = (
        NamedNode(record.object.iri)
        if isinstance(record.object, Party)
        else Literal(str(record.object), datatype=NamedNode(f"{XSD}integer"))
    )
    if record.stance == "asserted":
        yield _triple(record.subject.iri, KG + record.predicate, target)
        return
    yield _triple(record.iri, iri("rdf:type"), NamedNode(f"{KG}Statement"))
    yield _triple(record.iri, iri("rdf:subject"), NamedNode(record.subject.iri))
    yield _triple(record.iri, iri("rdf:predicate"), NamedNode(KG + record.predicate))
    yield _triple(record.iri, iri("rdf:object"), target)
    yield from (_triple(record.iri, f"{KG}attributedTo", NamedNode(s.iri)) for s in record.sources)
    if record.negated:
        yield _triple(record.iri, f"{KG}negated", _TRUE)
    if record.hypothetical:
        yield _triple(record.iri, f"{KG}hypothetical", _TRUE)


def _provenance(record: Record, assertion: str) -> Iterator[Triple]:
    document = record.document
    yield _triple(assertion, iri("prov:wasDerivedFrom"), NamedNode(record.passage))
    yield from (_triple(assertion, iri("prov:wasAttributedTo"), NamedNode(s.iri)) for s in record.sources)
    if record.when:
        yield _triple(record.iri, f"{KG}when", dated(record.when))
    if record.office:
        yield _triple(record.iri, f"{KG}office", Literal(record.office))
    confidence = Literal(f"{record.confidence:.4g}", datatype=NamedNode(f"{XSD}decimal"))
    yield _triple(record.iri, f"{KG}confidence", confidence)
    yield _triple(record.passage, iri("schema:text"), Literal(record.sentence))
    yield _triple(record.passage, iri("schema:isPartOf"), NamedNode(document.iri))
    yield _triple(document.iri, iri("schema:identifier"), Literal(document.name))
    if document.published:
        yield _triple(document.iri, iri("schema:datePublished"), dated(document.published))
    for name, value in (("headline", document.title), ("publisher", document.publisher)):
        if value:
            yield _triple(document.iri, iri(f"schema:{name}"), Literal(value))
    if document.url:
        yield _triple(document.iri, iri("schema:url"), Literal(document.url, datatype=NamedNode(f"{XSD}anyURI")))


def _triple(subject: str, predicate: str, obj: _Object) -> Triple:
    return Triple(NamedNode(subject), NamedNode(predicate), obj)
