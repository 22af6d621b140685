"""What was found, for users of spaCy: `Doc._.statements`, `Doc._.entities` and `Span._.entity`, kept when a doc is saved.

`kg_source` and `kg_statements` stand at the two ends of a pipeline. The first takes what is known of a document from
`doc.user_data["document"]`, a plain dict. The last writes down what was found as plain data, and takes away what the
components left for each other, which cannot be saved; so a doc goes through `to_bytes`, `DocBin` and other processes.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from kg.document import Document
from kg.errors import InputError
from kg.extract.cast import cast
from kg.statement import Entity, Passage, Statement

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCE = "document"
"""The key of `doc.user_data` under which a user says what is known of a document."""
_KNOWN = ("identifier", "date", "title", "url", "source")
_PREFIX = "kg_"

Doc.set_extension("kg_record", default=None, force=True)


@Language.component("kg_source", assigns=["doc._.kg_document"])
def kg_source(doc: Doc) -> Doc:
    """Takes identifier, date, title, url and source of the document from `doc.user_data["document"]`."""
    given = doc.user_data.get(SOURCE) or {}
    if not isinstance(given, dict) or given.keys() - set(_KNOWN):
        raise InputError(
            f'doc.user_data["{SOURCE}"] cannot be {given!r}', f"give a dict with some of {', '.join(_KNOWN)}"
        )
    if doc._.kg_document is None:
        doc._.kg_document = Document(text=doc.text, **{"identifier": "text", **given})
    return doc


@Language.component(
    "kg_statements", requires=["doc._.kg_cast", "doc._.kg_findings"], assigns=["doc._.statements", "span._.entity"]
)
def kg_statements(doc: Doc) -> Doc:
    """Writes down what was found, as plain data, and forgets what the components left for each other."""
    from kg.extract import extraction

    found = extraction(doc)
    known = {entity.key for entity in found.entities}
    doc._.kg_record = {
        "document": {k: v for k, v in asdict(found.document).items() if k != "text"},
        "entities": [{**asdict(entity), "aliases": list(entity.aliases)} for entity in found.entities],
        "statements": [_plain(statement) for statement in found.statements],
        "mentions": [[m.start, m.end, m.head, m.keys[0]] for m in cast(doc).mentions() if len(m.keys) == 1 and m.keys[0] in known],
    }  # fmt: skip
    for key in [key for key in doc.user_data if _is_ours(key)]:
        del doc.user_data[key]
    return doc


def add_record(nlp: Language) -> Language:
    """Adds the two components to a pipeline that has the others."""
    nlp.add_pipe("kg_source", first=True)
    nlp.add_pipe("kg_statements", last=True)
    return nlp


def _is_ours(key: object) -> bool:
    return isinstance(key, tuple) and key[0] == "._." and key[1].startswith(_PREFIX) and key[1] != "kg_record"


def _plain(statement: Statement) -> dict[str, Any]:
    passage = statement.passage
    return {
        "subject": statement.subject, "predicate": statement.predicate, "object": statement.object,
        "start": passage.start, "end": passage.end, "attributed_to": list(statement.attributed_to),
        "negated": statement.negated, "hypothetical": statement.hypothetical, "when": statement.when,
        "office": statement.office, "confidence": statement.confidence, "rule": statement.rule,
    }  # fmt: skip


def _statements(doc: Doc) -> tuple[Statement, ...]:
    record: Mapping[str, Any] | None = doc._.kg_record
    if record is None:
        return ()
    text = doc.text
    key = Document(text=text, **record["document"]).key
    found = []
    for plain in record["statements"]:
        start, end = plain["start"], plain["end"]
        rest = {name: value for name, value in plain.items() if name not in ("start", "end", "attributed_to")}
        passage = Passage(key, start, end, text[start:end])
        found.append(Statement(passage=passage, attributed_to=tuple(plain["attributed_to"]), **rest))
    return tuple(found)


def _entities(doc: Doc) -> tuple[Entity, ...]:
    record: Mapping[str, Any] | None = doc._.kg_record
    return tuple(Entity(**{**e, "aliases": tuple(e["aliases"])}) for e in record["entities"]) if record else ()


def _entity(span: Span) -> Entity | None:
    """What a span speaks of: that of the mention with the same tokens, or else with the same head."""
    record: Mapping[str, Any] | None = span.doc._.kg_record
    if record is None:
        return None
    head = span.root.i if len(span) else -1
    same = [m for m in record["mentions"] if (m[0], m[1]) == (span.start, span.end)]
    same = same or [m for m in record["mentions"] if m[2] == head]
    if not same:
        return None
    return next((entity for entity in _entities(span.doc) if entity.key == same[0][3]), None)


def _of_sentence(span: Span) -> tuple[Statement, ...]:
    return tuple(
        s for s in _statements(span.doc) if span.start_char <= s.passage.start and s.passage.end <= span.end_char
    )


Doc.set_extension("statements", getter=_statements, force=True)
Doc.set_extension("entities", getter=_entities, force=True)
Span.set_extension("entity", getter=_entity, force=True)
Span.set_extension("statements", getter=_of_sentence, force=True)
