"""Bytes to documents: one file for each format, and `read` for whatever mixture a call names.

A new format is a module with `read(stream, name, notes)` that yields documents or raises InputError, and a line in
`FORMATS`.
"""

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from kg.document import Document
from kg.errors import InputError
from kg.readers import html, jsonl, markdown, plain
from kg.readers.folder import files
from kg.readers.language import foreign_language
from kg.readers.metadata import beside
from kg.readers.notes import Notes, Skipped, Warned

__all__ = ["FORMATS", "Skipped", "Warned", "read"]

Reader = Callable[[BinaryIO, str, Notes], Iterator[Document]]
FORMATS: dict[str, Reader] = {
    ".htm": html.read,
    ".html": html.read,
    ".jsonl": jsonl.read,
    ".md": markdown.read,
    ".txt": plain.read,
}
_MOST_CHARACTERS = 1_000_000
_STANDARD_INPUT = "stdin"
_FIELDS = ("date", "title", "url", "source")


def read(
    inputs: Sequence[str | Path],
    date: str | None = None,
    on_skip: Callable[[Skipped], None] = lambda _: None,
    stdin: BinaryIO | None = None,
    on_warning: Callable[[Warned], None] = lambda _: None,
) -> Iterator[Document]:
    """The documents of files, folders and `-` (standard input), in the order given, folders by name.

    `date` is the publication date of documents that have none. Nothing that is wrong with one input stops the others:
    it is handed to `on_skip`, and what was read with doubt to `on_warning`. The same document (identifier and text)
    is read once.
    """
    notes = Notes(on_skip, on_warning)
    seen: dict[str, str] = {}
    for where, document in _all(inputs, stdin, notes):
        refusal = _refusal(document)
        before = seen.get(document.identifier)
        if refusal is None and before == document.digest:
            refusal = ("a duplicate: the same name and text were read before", "")
        if refusal:
            notes.skip(where, *refusal)
            continue
        if before is not None:
            notes.warn(where, "another input of this name has another text; a store keeps one of the two")
        seen.setdefault(document.identifier, document.digest)
        yield document if document.date or date is None else replace(document, date=date)


def _all(inputs: Iterable[str | Path], stdin: BinaryIO | None, notes: Notes) -> Iterator[tuple[str, Document]]:
    """Each document with the name by which a person finds it."""
    for given in inputs:
        if str(given) == "-":
            yield from _standard_input(stdin if stdin is not None else sys.stdin.buffer, notes)
            continue
        for path, name in files(Path(given), FORMATS, notes):
            yield from _file(path, name, notes)


def _file(path: Path, name: str, notes: Notes) -> Iterator[tuple[str, Document]]:
    ending = path.suffix.lower()
    reader = FORMATS.get(ending or ".txt")
    if reader is None:
        notes.skip(str(path), f"unknown kind of file: {ending}", f"kg reads {', '.join(FORMATS)}")
        return
    try:
        with path.open("rb") as stream:
            if reader is jsonl.read:
                yield from ((document.identifier, document) for document in reader(stream, name, notes))
                return
            about = beside(path, notes)
            for document in reader(stream, name, notes):
                known = {field: getattr(about, field) or getattr(document, field) for field in _FIELDS}
                yield str(path), replace(document, **known)
    except InputError as error:
        notes.skip(str(path), error.message, error.hint)
    except OSError as error:
        notes.skip(str(path), f"cannot be read: {error.strerror or error}", "check its permissions")


def _standard_input(stream: BinaryIO, notes: Notes) -> Iterator[tuple[str, Document]]:
    """JSON Lines where the first line that is not blank is a JSON object, else plain text."""
    try:
        data = stream.read()
        reader = jsonl.read if _starts_with_record(data) else plain.read
        for document in reader(io.BytesIO(data), _STANDARD_INPUT, notes):
            yield document.identifier, document
    except InputError as error:
        notes.skip(_STANDARD_INPUT, error.message, error.hint)


def _starts_with_record(data: bytes) -> bool:
    first = next((line for line in io.BytesIO(data.removeprefix(b"\xef\xbb\xbf")) if line.strip()), b"")
    try:
        return first.lstrip().startswith(b"{") and bool(jsonl.record(first))
    except InputError:
        return False


def _refusal(document: Document) -> tuple[str, str] | None:
    """Why a document that could be read is not worth building from, and what to do about it."""
    if not document.text.strip():
        return "empty", ""
    if len(document.text) > _MOST_CHARACTERS:
        return f"more than {_MOST_CHARACTERS:,} characters", "split it into one file for each article"
    if language := foreign_language(document.text):
        return f"not in English but, it seems, in {language!r}", "translate it first"
    return None
