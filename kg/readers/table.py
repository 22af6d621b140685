"""Tables: .csv and .tsv, one article a row, with the columns text, id, date, title, url, source in any order."""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from kg.document import Document
from kg.errors import InputError
from kg.readers.decoding import clean, decode, line
from kg.readers.jsonl import LONGEST_ID
from kg.readers.metadata import from_fields
from kg.readers.notes import Notes
from kg.readers.plain import whole

_MOST_BYTES = 1 << 30
_MOST_FIELD = 16_000_000
_COLUMNS = ("id", "text", "date", "title", "url", "source")


def read(stream: BinaryIO, name: str, notes: Notes) -> Iterator[Document]:
    """A document for each good row; a bad one is named by its line and the rest read."""
    text, warning = decode(whole(stream, _MOST_BYTES))
    if not text.strip():
        raise InputError("empty", "")
    if warning:
        notes.warn(name, warning)
    csv.field_size_limit(_MOST_FIELD)
    first = text.partition("\n")[0]
    mark = max("\t,;", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    header = [cell.strip().casefold() for cell in next(rows, [])]
    if "text" not in header:
        raise InputError(f"no column text in its first line: {first[:80]}", f"name the columns: {', '.join(_COLUMNS)}")
    if len(set(header) & set(_COLUMNS)) != sum(header.count(column) for column in _COLUMNS):
        raise InputError("a column stands there twice", "give each column a name of its own")
    while True:
        where = f"{name}:{rows.line_num + 1}"
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            notes.skip(where, f"no row of a table: {error}", "check its quotation marks")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        try:
            yield _document(dict(zip(header, cells, strict=False)), where, len(cells) > len(header), notes)
        except InputError as error:
            notes.skip(where, error.message, error.hint)


def _document(row: dict[str, str], where: str, too_long: bool, notes: Notes) -> Document:
    if too_long:
        raise InputError("more cells than the first line has columns", "put texts with commas into quotation marks")
    if not row.get("text", "").strip():
        raise InputError("no text", "a row needs a text in the column text")
    identifier = line(row.get("id", ""))
    if len(identifier) > LONGEST_ID:
        raise InputError(f"an id of more than {LONGEST_ID:,} characters", "give each row a short id")
    about = from_fields(row, where, notes)
    return Document(identifier or where, clean(row["text"]), about.date, about.title, about.url, about.source)
