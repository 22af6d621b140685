"""Event records as political scientists use them: who did what to whom, in PLOVER's types and CAMEO's codes.

One row is one statement, not one event of the world: two articles that tell of the same attack are two rows, which the
columns of document and publisher keep apart. Standing facts (offices, borders, membership) are no events.
"""

from collections.abc import Iterable, Iterator

from kg.exports.mapping import load
from kg.exports.records import Party, Record
from kg.exports.table import Cell

COLUMNS = (
    ("event_id", "string"), ("event_date", "string"), ("event_type", "string"), ("event_mode", "string"), ("cameo_code", "string"),
    ("cameo_root", "string"), ("quad_class", "int64"), ("actor_id", "string"), ("actor_name", "string"), ("actor_type", "string"),
    ("actor_country", "string"), ("recipient_id", "string"), ("recipient_name", "string"), ("recipient_type", "string"),
    ("recipient_country", "string"), ("relation", "string"), ("stance", "string"), ("attributed_to", "string"),
    ("confidence", "float64"), ("sentence", "string"), ("document", "string"), ("headline", "string"),
    ("publication_date", "string"), ("publisher", "string"), ("url", "string"),
)  # fmt: skip
"""Names and types of the columns; dates are YYYY, YYYY-MM or YYYY-MM-DD, countries ISO 3166-1 alpha-2."""


def rows(records: Iterable[Record]) -> Iterator[tuple[Cell, ...]]:
    """A row for each statement that tells of an event."""
    codings = load().events
    for record in records:
        coding = codings.get(record.predicate)
        if coding is None or not isinstance(record.object, Party):
            continue
        is_meant = not coding.only or coding.only == record.object.type
        cameo = coding.cameo if is_meant else None
        yield (
            record.iri, record.when or None, coding.plover, coding.mode or None, cameo, cameo[:2] if cameo else None,
            quad_class(cameo) if cameo else None, *_party(record.subject), *_party(record.object), record.predicate,
            record.stance, record.said_by or None, record.confidence, record.sentence, record.document.name,
            record.document.title or None, record.document.published or None, record.document.publisher or None,
            record.document.url or None,
        )  # fmt: skip


def _party(party: Party) -> tuple[Cell, ...]:
    return party.iri, party.name, party.type, party.country or None


def quad_class(cameo: str) -> int:
    """1 and 2 for cooperation in words and deeds, 3 and 4 for conflict, by the root of a CAMEO code.

    >>> [quad_class(code) for code in ("045", "070", "112", "190")]
    [1, 2, 3, 4]
    """
    root = int(cameo[:2])
    return 1 if root <= 5 else 2 if root <= 9 else 3 if root <= 13 else 4
