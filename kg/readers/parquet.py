"""Parquet: .parquet, one article a row, with the columns text, id, date, title, url, source as in JSON Lines."""

from collections.abc import Iterator
from typing import BinaryIO

from kg.document import Document
from kg.errors import InputError
from kg.readers.jsonl import from_record
from kg.readers.notes import Notes

_COLUMNS = ("id", "text", "date", "title", "url", "source")


def read(stream: BinaryIO, name: str, notes: Notes) -> Iterator[Document]:
    """A document for each good row, some rows in memory at a time; a bad one is named by its number."""
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise InputError("Parquet, and pyarrow is not installed", "pip install 'conflict-kg[parquet]'") from None
    number = 0
    try:
        table = ParquetFile(stream)
        wanted = [column for column in table.schema_arrow.names if column in _COLUMNS]
        if "text" not in wanted:
            raise InputError("no column text", f"name the columns: {', '.join(_COLUMNS)}")
        for batch in table.iter_batches(batch_size=256, columns=wanted):
            for row in batch.to_pylist():
                number += 1
                where = f"{name}:{number}"
                fields = {
                    key: value if isinstance(value, int) else str(value)
                    for key, value in row.items()
                    if value is not None
                }
                try:
                    yield from_record(fields, where, notes)
                except InputError as error:
                    notes.skip(where, error.message, error.hint)
    except (ArrowException, OSError) as error:
        raise InputError(f"broken Parquet: {' '.join(str(error).split())}", "fetch or write it again") from error
    if number == 0:
        raise InputError("empty", "")
