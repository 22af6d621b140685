"""FollowTheMoney entities, one a line, for Aleph, yente and what else reads them.

Entities and articles come first, then a link for each statement, with its sentence as description, its article as proof
and its stance as status. Numbers of casualties have no place here.
"""

import hashlib
import json
import re
from collections.abc import Iterator

from kg.exports.mapping import load
from kg.exports.records import Party, Record, Records, Source
from kg.ontology import load as ontology

_Properties = dict[str, list[str]]


def lines(records: Records) -> Iterator[bytes]:
    """The lines of a file: each a JSON object with id, schema and properties."""
    for party in records.entities():
        yield _line(party.iri, load().ftm_classes[party.kind], _entity(party))
    for source in records.documents():
        yield _line(source.iri, "Article", _article(source))
    for record in records:
        if isinstance(record.object, Party):
            schema, properties = _link(record, record.object)
            yield _line(record.iri, schema, properties)
        else:
            records.skipped += 1


def identifier(iri: str) -> str:
    """The id of what has an IRI: the same for the same entity in any export.

    >>> identifier("https://w3id.org/conflict-kg/id/armenia")
    'kg-85bcc8aad5ef7cad3611629698610a766c286937'
    """
    return "kg-" + hashlib.sha256(iri.encode()).hexdigest()[:40]


def _line(iri: str, schema: str, properties: _Properties) -> bytes:
    kept = {name: held for name, values in properties.items() if (held := [v for v in values if v])}
    data = {"id": identifier(iri), "schema": schema, "properties": kept}
    return (json.dumps(data, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8", "backslashreplace")


def _entity(party: Party) -> _Properties:
    properties = {
        "name": [party.name], "alias": list(party.aliases), "country": [party.country.lower()],
        "wikidataId": [party.wikidata.rsplit("/", 1)[-1]], "keywords": [party.type],
    }  # fmt: skip
    return {**properties, "full": [party.name]} if load().ftm_classes[party.kind] == "Address" else properties


def _article(source: Source) -> _Properties:
    return {
        "fileName": [source.name], "title": [source.title], "publishedAt": [source.published], "publisher": [source.publisher],
        "sourceUrl": [web(source.url)],
    }  # fmt: skip


def _link(record: Record, target: Party) -> tuple[str, _Properties]:
    link = load().ftm_links.get(record.predicate)
    if link is None or record.subject.kind not in link.source or target.kind not in link.target:
        schema, ends = "UnknownLink", ("subject", "object")
    else:
        schema, ends = link.schema, (link.subject, link.object)
    said = f"according to {record.said_by}" if record.said_by else ""
    return schema, {
        ends[0]: [identifier(record.subject.iri)], ends[1]: [identifier(target.iri)],
        "role": [record.office or ontology().properties[record.predicate].label], "status": [record.stance],
        "date": [record.when], "description": [record.sentence], "summary": [said], "recordId": [record.iri],
        "proof": [identifier(record.document.iri)], "publisher": [record.document.publisher],
        "sourceUrl": [web(record.document.url)],
    }  # fmt: skip


def web(url: str) -> str:
    """An address if it is one of the web, else nothing: what opens it shall not run it."""
    return url if re.fullmatch(r"https?://[^\s\"'<>\\]+", url) else ""
