"""Bytes to documents: one file for each format, and `read` for whatever mixture a call names.

A new format is a module with `read(stream, name, notes)` that yields documents or raises InputError, and a line in
`FORMATS`; one that holds many articles stands in `COLLECTIONS` as well.
"""

import hashlib
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import BinaryIO

from kg.document import Document
from kg.errors import InputError
from kg.readers import feed, html, jsonl, markdown, packed, parquet, pdf, plain, table, warc, web, word
from kg.readers.folder import files
from kg.readers.language import foreign_language
from kg.readers.metadata import beside, beside_a_text, sidecar
from kg.readers.notes import Notes, Skipped, Warned

__all__ = ["FORMATS", "Finished", "Skipped", "Warned", "read", "scan"]

Reader = Callable[[BinaryIO, str, Notes], Iterator[Document]]
FORMATS: dict[str, Reader] = {
    ".atom": feed.read,
    ".csv": table.read,
    ".docx": word.read,
    ".htm": html.read,
    ".html": html.read,
    ".jsonl": jsonl.read,
    ".md": markdown.read,
    ".parquet": parquet.read,
    ".pdf": pdf.read,
    ".rss": feed.read,
    ".tsv": table.read,
    ".txt": plain.read,
    ".warc": warc.read,
    ".xml": feed.read,
}
COLLECTIONS: frozenset[Reader] = frozenset({feed.read, jsonl.read, parquet.read, table.read, warc.read})
_PACKED = ".gz"
_KINDS = (*FORMATS, _PACKED)
_STANDARD_INPUT = "stdin"
_FIELDS = ("date", "title", "url", "source")
_UNREADABLE_HINT = "check its permissions"


@dataclass(frozen=True, slots=True)
class Finished:
    """A file has been read to its end: `whole` where nothing in it was skipped.

    `fingerprint` stands for its bytes, for what lies beside it, and for the date given; `known` says that it was not
    read at all, since its fingerprint was known.
    """

    name: str
    fingerprint: str
    whole: bool
    known: bool = False


def read(
    inputs: Sequence[str | Path],
    date: str | None = None,
    on_skip: Callable[[Skipped], None] = lambda _: None,
    stdin: BinaryIO | None = None,
    on_warning: Callable[[Warned], None] = lambda _: None,
    network: bool = False,
) -> Iterator[Document]:
    """The documents of files, folders and `-` (standard input), in the order given, folders by name.

    `date` is the publication date of documents that have none; web addresses are read only with `network`. Nothing
    that is wrong with one input stops the others: it is handed to `on_skip`, and what was read with doubt to
    `on_warning`. The same document (identifier and text) is read once.
    """
    for found in scan(inputs, date, on_skip, stdin, on_warning, network):
        if isinstance(found, Document):
            yield found


def scan(
    inputs: Sequence[str | Path],
    date: str | None = None,
    on_skip: Callable[[Skipped], None] = lambda _: None,
    stdin: BinaryIO | None = None,
    on_warning: Callable[[Warned], None] = lambda _: None,
    network: bool = False,
    known: Callable[[str, str], bool] | None = None,
) -> Iterator[Document | Finished]:
    """As `read`, and after the documents of each file what is to be said of the file.

    A file for whose name and fingerprint `known` says yes is not read; without `known`, nothing is fingerprinted.
    """
    notes = Notes(on_skip, on_warning)
    seen: dict[str, str] = {}
    for found in _all(inputs, stdin, notes, network, date, known):
        if isinstance(found, Finished):
            yield found
            continue
        where, document = found
        refusal = _refusal(document)
        before = seen.get(document.identifier)
        if refusal is None and before == document.digest:
            refusal = ("a duplicate: the same name and text were read before", "")
        if refusal:
            notes.skip(where, *refusal)
            continue
        if before is not None:
            notes.warn(where, "another input of this name has another text; both are built")
        seen.setdefault(document.identifier, document.digest)
        yield document if document.date or date is None else replace(document, date=date)


def _all(
    inputs: Iterable[str | Path],
    stdin: BinaryIO | None,
    notes: Notes,
    network: bool,
    date: str | None,
    known: Callable[[str, str], bool] | None,
) -> Iterator[tuple[str, Document] | Finished]:
    """Each document with the name by which a person finds it."""
    for given in inputs:
        if str(given) == "-":
            yield from _standard_input(stdin if stdin is not None else sys.stdin.buffer, notes)
            continue
        if isinstance(given, str) and web.is_address(given):
            yield from _address(given, notes, network)
            continue
        if beside_a_text(Path(given)):
            continue  # it is read with its text
        for path, name in files(Path(given), _KINDS, notes):
            if known is None:
                yield from _file(path, name, notes)
            else:
                yield from _unless_known(path, name, notes, date, known)


def _unless_known(
    path: Path, name: str, notes: Notes, date: str | None, known: Callable[[str, str], bool]
) -> Iterator[tuple[str, Document] | Finished]:
    try:
        fingerprint = _fingerprint(path, date)
    except OSError as error:
        notes.skip(str(path), f"cannot be read: {error.strerror or error}", _UNREADABLE_HINT)
        return
    if known(name, fingerprint):
        yield Finished(name, fingerprint, whole=True, known=True)
        return
    before = notes.skipped
    yield from _file(path, name, notes)
    yield Finished(name, fingerprint, whole=notes.skipped == before)


def _fingerprint(path: Path, date: str | None) -> str:
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256")
    found.update(f"\0{date or ''}\0".encode())
    with suppress(OSError):  # there is none, or none can be: beside() says what is wrong with it
        found.update(sidecar(path).read_bytes())
    return found.hexdigest()[:32]


def _file(path: Path, name: str, notes: Notes) -> Iterator[tuple[str, Document]]:
    ending, inner = _endings(path)
    reader = FORMATS.get(inner)
    if reader is None:
        notes.skip(str(path), f"unknown kind of file: {inner}", f"kg reads {', '.join(sorted(_KINDS))}")
        return
    try:
        with path.open("rb") as raw:
            if ending == _PACKED and reader is not warc.read:  # which unpacks record by record
                with closing(packed.unpack(raw, str(path), notes)) as stream:
                    yield from _documents(reader, stream, path, name, notes)
            else:
                yield from _documents(reader, raw, path, name, notes)
    except InputError as error:
        notes.skip(str(path), error.message, error.hint)
    except OSError as error:
        notes.skip(str(path), f"cannot be read: {error.strerror or error}", _UNREADABLE_HINT)


def _endings(path: PurePath) -> tuple[str, str]:
    """The last ending of a name, and the one that says what it holds; a name without one is taken for text.

    >>> _endings(PurePath("a.jsonl.gz")), _endings(PurePath("README"))
    (('.gz', '.jsonl'), ('.txt', '.txt'))
    """
    ending = path.suffix.lower() or ".txt"
    inner = PurePath(path.stem).suffix.lower() if ending == _PACKED else ending
    return ending, inner or ".txt"


def _documents(reader: Reader, stream: BinaryIO, path: Path, name: str, notes: Notes) -> Iterator[tuple[str, Document]]:
    if reader in COLLECTIONS:
        yield from ((document.identifier, document) for document in reader(stream, name, notes))
        return
    about = beside(path, notes)
    for document in reader(stream, name, notes):
        known = {field: getattr(about, field) or getattr(document, field) for field in _FIELDS}
        yield str(path), replace(document, **known)


def _address(address: str, notes: Notes, network: bool) -> Iterator[tuple[str, Document]]:
    if not network:
        notes.skip(address, "a web address, and the network is not allowed", "allow it with --allow-network")
        return
    try:
        data, ending = web.fetch(address)
        reader = FORMATS.get(ending, html.read)
        for document in reader(io.BytesIO(data), address, notes):
            yield address, document if document.url else replace(document, url=address)
    except InputError as error:
        notes.skip(address, error.message, error.hint)


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
    if not document.text or document.text.isspace():
        return "empty", ""
    if language := foreign_language(document.text):
        return f"not in English but, it seems, in {language!r}", "translate it first"
    return None
