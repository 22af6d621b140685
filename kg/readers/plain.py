"""Plain text: .txt."""

from collections.abc import Iterator
from typing import BinaryIO

from kg.document import Document
from kg.errors import InputError
from kg.readers.decoding import decode
from kg.readers.notes import Notes

MOST_BYTES = 256_000_000  # a text beyond is no article, and would not fit into memory several times over


def whole(stream: BinaryIO, most: int = MOST_BYTES) -> bytes:
    """All bytes of a stream; InputError where there are more than `most`."""
    data = stream.read(most + 1)
    if len(data) > most:
        raise InputError(f"larger than {most:,} bytes", "split it into one file for each article")
    return data


def read(stream: BinaryIO, name: str, notes: Notes) -> Iterator[Document]:
    """One document: the text as it stands."""
    text, warning = decode(whole(stream))
    if warning:
        notes.warn(name, warning)
    yield Document(name, text)
