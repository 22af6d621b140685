"""What an extractor says, held against the text and the ontology: what does not fit is dropped and counted."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeGuard

from kg.document import Document
from kg.ontology import TOP, Ontology
from kg.ontology import load as load_ontology
from kg.readers.metadata import valid_date
from kg.statement import Entity, Extraction, Statement

# Why something is dropped.
NOT_IN_TEXT = "quotation not in the text"
NO_CLASS = "unknown class"
NO_PROPERTY = "unknown property"
NO_ENTITY = "unknown entity"
NOT_ALLOWED = "class not allowed by the property"
NO_COUNT = "no whole number where the property counts"
NO_DATE = "no date"
NO_CONFIDENCE = "confidence not between 0 and 1"


def checked(extraction: Extraction, document: Document) -> Extraction:
    """The extraction without what cannot stand in a graph of `document`; what is dropped is added to its counts.

    A statement stays when its passage is in the text where it says, its property and the classes of its arguments fit the
    ontology, and everybody it names is among the entities. A date that is none is dropped, and the statement kept.
    """
    meaning = load_ontology()
    dropped: Counter[str] = Counter(dict(extraction.dropped))
    entities: dict[str, Entity] = {}
    for entity in extraction.entities:
        if entity.type in meaning.classes and set(meaning.types(entity.type)) & set(TOP) and entity.name.strip():
            entities.setdefault(entity.key, entity)
        else:
            dropped[NO_CLASS] += 1
    statements: dict[str, Statement] = {}
    for given in extraction.statements:
        reason = _fault(given, document, entities, meaning)
        if reason is not None:
            dropped[reason] += 1
            continue
        statement = given
        if given.when is not None and (date := valid_date(given.when)) != given.when:
            dropped[NO_DATE] += date is None
            statement = replace(given, when=date)
        known = statements.get(statement.key)
        if known is None or (statement.confidence, statement.rule) > (known.confidence, known.rule):
            statements[statement.key] = statement
    return Extraction(
        document,
        tuple(entities[key] for key in sorted(entities)),
        tuple(statements[key] for key in sorted(statements)),
        tuple(sorted((+dropped).items())),
    )


def _fault(given: Statement, document: Document, entities: Mapping[str, Entity], meaning: Ontology) -> str | None:
    """Why a statement cannot stay, if it cannot."""
    place = given.passage
    inside = 0 <= place.start < place.end <= len(document.text)
    if not inside or document.text[place.start : place.end] != place.text or place.document != document.key:
        return NOT_IN_TEXT
    if given.predicate not in meaning.properties:
        return NO_PROPERTY
    rule = meaning.properties[given.predicate]
    if rule.counts != _whole(given.object):
        return NO_COUNT
    if not all(key in entities for key in _keys(given)):
        return NO_ENTITY
    if not 0 <= given.confidence <= 1:
        return NO_CONFIDENCE
    subject = entities[given.subject].type
    if rule.counts:
        fits = not rule.domain.isdisjoint(meaning.types(subject))
    else:
        fits = given.subject != given.object and meaning.accepts(
            given.predicate, subject, entities[str(given.object)].type
        )
    return None if fits else NOT_ALLOWED


def _whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _keys(given: Statement) -> Iterator[str]:
    yield given.subject
    if isinstance(given.object, str):
        yield given.object
    yield from given.attributed_to
