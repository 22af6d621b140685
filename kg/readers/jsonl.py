"""JSON Lines: .jsonl, one record a line with id, text, date, title, url, source."""

import io
import json
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from kg.document import Document
from kg.errors import InputError
from kg.readers.decoding import clean, line, marked_encoding, refuse_binary
from kg.readers.metadata import from_fields
from kg.readers.notes import Notes

_MOST_LINE_BYTES = 128_000_000
LONGEST_ID = 1_000


def read(stream: BinaryIO, name: str, notes: Notes) -> Iterator[Document]:
    """A document for each good record; a bad line is named by its number and the rest read."""
    empty = True
    for number, raw in enumerate(_lines(stream), start=1):
        if not raw.strip():
            continue
        empty = False
        where = f"{name}:{number}"
        try:
            yield from_record(record(raw), where, notes)
        except InputError as error:
            notes.skip(where, error.message, error.hint)
    if empty:
        raise InputError("empty", "")


def record(raw: bytes) -> dict[str, object]:
    """The JSON object of a line, or InputError.

    >>> record(b'{"text": "Peace."}')
    {'text': 'Peace.'}
    """
    if len(raw) > _MOST_LINE_BYTES:
        raise InputError(f"a line of more than {_MOST_LINE_BYTES:,} bytes", "split it")
    try:
        found = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError("not UTF-8", "save it as UTF-8") from error
    except json.JSONDecodeError as error:
        raise InputError(f"no JSON: {error.msg} at column {error.colno}", "one JSON object a line") from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, a hundred thousand brackets
        raise InputError("JSON that is too deep or has too long a number", "one JSON object a line") from error
    if not isinstance(found, dict):
        raise InputError("not a JSON object", 'write {"id": "a", "text": "..."}')
    return found


def from_record(fields: Mapping[str, object], where: str, notes: Notes) -> Document:
    """The document that a record with the fields id, text, date, title, url, source tells of, or InputError."""
    text, given = fields.get("text"), fields.get("id")
    if not isinstance(text, str):
        raise InputError("no text", 'a record needs a field "text" that holds a text')
    if given is not None and (not isinstance(given, str | int) or isinstance(given, bool)):
        raise InputError("its id is neither text nor number", "give each record a text as id")
    identifier = line(str(given)) if given is not None else ""
    if len(identifier) > LONGEST_ID:
        raise InputError(f"an id of more than {LONGEST_ID:,} characters", "give each record a short id")
    about = from_fields(fields, where, notes)
    return Document(identifier or where, clean(text), about.date, about.title, about.url, about.source)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines in UTF-8 without byte-order mark, none read further than it takes to see that it is too long."""
    first = stream.readline(_MOST_LINE_BYTES + 1)
    refuse_binary(first)  # else each chance line break in it would count as a bad record
    encoding = marked_encoding(first)
    if encoding and encoding != "utf-8-sig":
        try:
            text = (first + stream.read()).decode(encoding)
        except UnicodeDecodeError as error:
            raise InputError(f"broken {encoding.upper()}", "save it as UTF-8") from error
        first, stream = b"", io.BytesIO(text.encode("utf-8", "surrogatepass"))
        yield from stream
        return
    raw = first.removeprefix(b"\xef\xbb\xbf")
    while raw:
        yield raw
        while len(raw) > _MOST_LINE_BYTES and not raw.endswith(b"\n"):  # the rest of a line that is too long
            raw = stream.readline(_MOST_LINE_BYTES + 1)
        raw = stream.readline(_MOST_LINE_BYTES + 1)
