"""Casualties in rows like those of UCDP: best, low and high, side, date with precision, source.

One row is one account: what one sentence says of the killed, wounded, captured or displaced of one side. `best` is its
number; `low` and `high` are the least and the greatest number that any of the accounts written gives for the same
side, kind and date, so they are the same as `best` where nobody else counts. Accounts without a date stand alone.
"""

from collections.abc import Iterable, Iterator

from kg.exports.records import Record
from kg.exports.table import Cell
from kg.ontology import load

COLUMNS = (
    ("id", "string"), ("kind", "string"), ("side_id", "string"), ("side", "string"), ("side_type", "string"), ("country", "string"),
    ("best", "int64"), ("low", "int64"), ("high", "int64"), ("accounts", "int64"), ("date", "string"), ("date_prec", "int64"),
    ("year", "int64"), ("stance", "string"), ("attributed_to", "string"), ("confidence", "float64"), ("source_article", "string"),
    ("source_headline", "string"), ("source_date", "string"), ("source_office", "string"), ("source_url", "string"),
    ("sentence", "string"),
)  # fmt: skip
"""Names and types of the columns; `date_prec` is UCDP's: 1 the day, 4 the month, 5 the year is known, else empty."""

_Group = tuple[str, str, str]
_PRECISION = {10: 1, 7: 4, 4: 5}


def rows(records: Iterable[Record]) -> Iterator[tuple[Cell, ...]]:
    """A row for each account. Reads the records twice: first the spans, which need little memory, then the rows."""
    spans: dict[_Group, tuple[int, int, int]] = {}
    for record in records:
        if (number := counted(record)) is not None and record.when and not record.negated:
            low, high, accounts = spans.get(_group(record), (number, number, 0))
            spans[_group(record)] = min(low, number), max(high, number), accounts + 1
    for record in records:
        if (number := counted(record)) is None:
            continue
        low, high, accounts = spans.get(_group(record), (number, number, 1))
        if not record.when or record.negated:
            low, high, accounts = number, number, 1
        year = int(record.when[:4]) if record.when[:4].isdecimal() else None
        yield (
            record.iri, record.predicate, record.subject.iri, record.subject.name, record.subject.type,
            record.subject.country or None, number, low, high, accounts, record.when or None,
            _PRECISION.get(len(record.when)), year, record.stance, record.said_by or None, record.confidence,
            record.document.name, record.document.title or None, record.document.published or None,
            record.document.publisher or None, record.document.url or None, record.sentence,
        )  # fmt: skip


def counted(record: Record) -> int | None:
    """How many, for a statement about casualties."""
    return record.object if load().properties[record.predicate].counts and isinstance(record.object, int) else None


def _group(record: Record) -> _Group:
    return record.subject.iri, record.predicate, record.when
