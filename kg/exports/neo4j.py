"""CSV for `neo4j-admin database import`: nodes.csv and relationships.csv with typed headers.

A node has its classes as labels; a relationship is one statement, with its type as ATTACKS and its stance as a property.
A number of casualties is a node of its own, labelled Casualties.
"""

import re
from collections.abc import Iterator

from kg.exports.records import Party, Record, Records
from kg.exports.table import Cell, lines
from kg.ontology import load

NODES = ("iri:ID", "name", "aliases", "country", "wikidata", "count:long", ":LABEL")
RELATIONSHIPS = (
    ":START_ID", ":END_ID", ":TYPE", "statement", "stance", "attributed_to", "negated:boolean", "hypothetical:boolean", "when",
    "office", "confidence:double", "sentence", "document", "headline", "published", "publisher", "url",
)  # fmt: skip


def nodes(records: Records) -> Iterator[bytes]:
    """The file of nodes: entities, then numbers of casualties."""
    return lines(NODES, _nodes(records))


def relationships(records: Records) -> Iterator[bytes]:
    """The file of relationships: one a statement."""
    return lines(RELATIONSHIPS, map(_relationship, records))


def type_of(predicate: str) -> str:
    """How Neo4j writes a type of relationship.

    >>> type_of("officeHolderOf")
    'OFFICE_HOLDER_OF'
    """
    return re.sub(r"(?=[A-Z])", "_", predicate).upper()


def _nodes(records: Records) -> Iterator[tuple[Cell, ...]]:
    for party in records.entities():
        labels = ";".join(load().types(party.type))
        yield party.iri, party.name, " | ".join(party.aliases), party.country, party.wikidata, None, labels
    for record in records:
        if not isinstance(record.object, Party):
            name = f"{record.object} {load().properties[record.predicate].label}"
            yield record.iri, name, None, None, None, record.object, "Casualties"


def _relationship(record: Record) -> tuple[Cell, ...]:
    target = record.object.iri if isinstance(record.object, Party) else record.iri
    document = record.document
    return (
        record.subject.iri, target, type_of(record.predicate), record.iri, record.stance, record.said_by,
        str(record.negated).lower(), str(record.hypothetical).lower(), record.when, record.office, record.confidence,
        record.sentence, document.name, document.title, document.published, document.publisher, document.url,
    )  # fmt: skip
