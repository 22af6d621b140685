"""A STIX 2.1 bundle, for OpenCTI and other platforms of threat intelligence.

Entities are identities, locations and incidents; each statement is a relationship, with the sentence as description, the
article as external reference, and stance, speakers and date in an extension. What is not asserted has its stance in the
type of the relationship too ("claimed-attacks"), so that who ignores the extension takes no claim for a fact.

Nothing here tells the time of writing: an object is as old as its article, others as the epoch. Ids are UUIDs of IRIs.
"""

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

from kg.exports.ftm import web
from kg.exports.mapping import load
from kg.exports.records import Party, Record, Records, Source

_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://w3id.org/conflict-kg/")
_EPOCH = "1970-01-01T00:00:00.000Z"
_Object = dict[str, Any]


def identifier(type_: str, iri: str) -> str:
    """The id of an object of a type that stands for what has an IRI.

    >>> identifier("identity", "https://w3id.org/conflict-kg/id/armenia")
    'identity--c5243cc6-527a-5f5c-b461-e738a0a67f75'
    """
    return f"{type_}--{uuid.uuid5(_SPACE, iri)}"


MAKER = identifier("identity", "https://w3id.org/conflict-kg")
EXTENSION = identifier("extension-definition", "https://w3id.org/conflict-kg/ontology#Statement")


def pieces(records: Records) -> Iterator[bytes]:
    """The bundle, an object a line; what is said of agreements, and numbers of casualties, are skipped."""
    name = uuid.uuid5(_SPACE, "bundle")
    yield b'{"type": "bundle", "objects": [\n'
    for number, item in enumerate(_objects(records)):
        text = json.dumps(item, ensure_ascii=False, sort_keys=True)
        name = uuid.uuid5(name, text.encode("utf-8", "backslashreplace").decode())
        yield (",\n" * (number > 0) + text).encode("utf-8", "backslashreplace")
    yield f'\n], "id": "bundle--{name}"}}\n'.encode()


def _objects(records: Records) -> Iterator[_Object]:
    yield _object(MAKER, _EPOCH, name="conflict-kg", identity_class="system")
    yield _object(
        EXTENSION, _EPOCH, created_by_ref=MAKER, name="Statement of conflict-kg", version="1.0.0",
        description="Stance, speakers, date and passage of a statement that was read from an article.",
        schema="https://w3id.org/conflict-kg/ontology", extension_types=["property-extension"],
    )  # fmt: skip
    for party in records.entities():
        if party.kind in load().stix_classes:
            yield _entity(party)
    for record in records:
        relation = load().stix_relations.get(record.predicate)
        if relation is None or not isinstance(record.object, Party) or _ref(record.object) is None:
            records.skipped += 1
        else:
            yield _relationship(record, record.object, relation)


def _object(id_: str, created: str, **properties: Any) -> _Object:
    kept = {name: value for name, value in properties.items() if value not in ("", None, [], ())}
    return {
        "type": id_.partition("--")[0], "spec_version": "2.1", "id": id_, "created": created, "modified": created, **kept
    }  # fmt: skip


def _ref(party: Party) -> str | None:
    """The id of an entity, None where STIX has no object for its kind."""
    entry = load().stix_classes.get(party.kind)
    return identifier(entry["type"], party.iri) if entry else None


def _entity(party: Party) -> _Object:
    entry = load().stix_classes[party.kind]
    also = f"Also called {'; '.join(party.aliases)}." if party.aliases else ""
    known = [{"source_name": "conflict-kg", "external_id": party.iri}]
    if web(party.wikidata):
        known.append(
            {"source_name": "Wikidata", "url": party.wikidata, "external_id": party.wikidata.rsplit("/", 1)[-1]}
        )
    more = {k: v for k, v in entry.items() if k != "type"}
    if entry["type"] == "location":  # which must say a country or a region
        more |= {"country": party.country} if party.country else {"region": party.name}
    return _object(
        identifier(entry["type"], party.iri), _EPOCH, created_by_ref=MAKER, name=party.name, description=also,
        external_references=known, labels=[party.type.lower()], **more,
    )  # fmt: skip


def _relationship(record: Record, target: Party, relation: str) -> _Object:
    stance = record.stance
    details = {
        "extension_type": "property-extension", "stance": stance, "attributed_to": [s.name for s in record.sources],
        "attributed_to_refs": [_ref(s) for s in record.sources], "date": record.when, "reported": record.document.published,
        "office": record.office, "document": record.document.name, "statement": record.iri,
    }  # fmt: skip
    day = _midnight(record.when)
    return _object(
        identifier("relationship", record.iri), _midnight(record.document.published) or _EPOCH, created_by_ref=MAKER,
        relationship_type=relation if stance == "asserted" else f"{stance}-{relation}", description=record.sentence,
        source_ref=_ref(record.subject), target_ref=_ref(target), start_time=day, confidence=round(record.confidence * 100),
        external_references=[_reference(record.document)], extensions={EXTENSION: {k: v for k, v in details.items() if v}},
    )  # fmt: skip


def _reference(document: Source) -> dict[str, str]:
    found = {
        "source_name": document.publisher or document.name, "description": document.title, "url": web(document.url),
        "external_id": document.name,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


def _midnight(day: str) -> str:
    """A day as a timestamp; nothing for a month or a year, which no timestamp can tell."""
    return f"{day}T00:00:00.000Z" if re.fullmatch(r"\d{4}-\d\d-\d\d", day) else ""
