"""Tables as CSV or Parquet: cells that no spreadsheet takes for a formula, rows written as they come."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from kg.errors import KgError

Cell = str | int | float | None
_ROWS = 20_000  # a row group of a Parquet file


def lines(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """CSV in pieces: one row a line, so that line breaks in a cell become blanks; what is unknown stays empty.

    A cell that a spreadsheet would take for a formula has an apostrophe before it.

    >>> [*lines(["name", "count"], [("=cmd()", 3), ("a, b", None)])]
    [b"name,count\\n'=cmd(),3\\n", b'"a, b",\\n', b'']
    """
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(columns)
    for row in rows:
        table.writerow([safe(cell) for cell in row])
        yield out.getvalue().encode("utf-8", "backslashreplace")
        out.seek(0)
        out.truncate()
    yield out.getvalue().encode()


def safe(cell: Cell) -> Cell:
    """A cell on one line, which no spreadsheet takes for a formula."""
    if not isinstance(cell, str):
        return cell
    line = " ".join(cell.split()).replace("\0", "")
    return f"'{line}" if line[:1] in ("=", "+", "-", "@") else line


def parquet(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The same as Parquet: names of columns with their types (string, int64, float64); KgError without pyarrow."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise KgError("Parquet needs pyarrow, which is not installed", "pip install pyarrow, or write .csv") from error
    schema = pa.schema([(name, getattr(pa, kind)()) for name, kind in columns])
    with tempfile.TemporaryDirectory(prefix="kg-") as room:
        place = Path(room) / "rows.parquet"
        with pq.ParquetWriter(place, schema, compression="zstd") as writer:
            for some in _groups(rows):
                values = [[_sound(row[i]) for row in some] for i in range(len(columns))]
                writer.write_table(pa.table(values, schema=schema))
        with place.open("rb") as stream:
            while piece := stream.read(1 << 20):
                yield piece


def _groups(rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Any]]:
    source = iter(rows)
    while some := list(islice(source, _ROWS)):
        yield some


def _sound(cell: Cell) -> Cell:
    """Parquet holds any text but half characters."""
    return cell.encode("utf-8", "backslashreplace").decode() if isinstance(cell, str) else cell
