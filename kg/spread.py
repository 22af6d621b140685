"""A build in parts: documents in, N-Quads parts out, on this machine or on a cluster, and no part is made twice.

    DIR/manifest.jsonl     what the folder is, and a line for each finished part
    DIR/part-KEY.nq.gz     the N-Quads of its documents, for any loader
    DIR/part-KEY.json      a line of the ledger for each of them, and what had to be skipped

A part is named by a digest of all that it depends on, so a build that is run again, also with more documents, makes only
what is missing. Where a part ends depends on its documents alone: one that is added changes its own part and no other.
The union of the parts is the graph; `kg merge` makes a store of it.
"""

import gzip
import hashlib
import json
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from kg.copies import Print, printed
from kg.document import Document
from kg.errors import KgError
from kg.ledger import Record, content
from kg.outcome import Built, Event, Report
from kg.parts import extract_all
from kg.rdf import quads, replace
from kg.readers import Skipped, read
from kg.statement import Extraction
from kg.store import lines, recorded
from kg.versions import Versions

FORMAT = 1
MANIFEST = "manifest.jsonl"
_ENOUGH = 40_000  # characters from which on a part may end: some seconds' work
_MOST = 200_000
_ENDS = 4  # from there on, one document in so many ends it


@dataclass(frozen=True, slots=True)
class How:
    """What all parts of a build have in common."""

    base: str
    versions: Versions
    gazetteer: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """One part to be made."""

    key: str
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one document: its record, the print of its text, the keys of its entities, its N-Quads, packed."""

    record: Record
    text: Print
    entities: tuple[str, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """A finished part."""

    key: str
    documents: tuple[Done, ...]
    skipped: tuple[Skipped, ...] = ()


Engine: TypeAlias = Callable[[Iterator[Task], How, int | None], Generator[Part, None, None]]
"""Makes the parts, in any order, on so many workers (None: as many as there are)."""


def tasks(documents: Iterable[Document], how: How) -> Iterator[Task]:
    """Neighbouring documents as parts.

    >>> [len(task.documents) for task in tasks([Document("a", "Peace."), Document("b", "War.")], How("", Versions(*"1234")))]
    [2]
    """
    held: list[Document] = []
    size = 0
    for document in documents:
        held.append(document)
        size += len(document.text)
        if size >= _MOST or (size >= _ENOUGH and int(document.digest, 16) % _ENDS == 0):
            yield _task(held, how)
            held, size = [], 0
    if held:
        yield _task(held, how)


def _task(documents: Sequence[Document], how: How) -> Task:
    what = [FORMAT, how.base, astuple(how.versions), [content(document) for document in documents]]
    return Task(hashlib.sha256(json.dumps(what).encode()).hexdigest()[:32], tuple(documents))


def make(task: Task, how: How) -> Part:
    """Makes one part in this process."""
    skipped: list[Skipped] = []
    with closing(extract_all(task.documents, skipped.append, how.gazetteer)) as found:
        return Part(task.key, tuple(done(extraction, how) for extraction in found), tuple(skipped))


def done(extraction: Extraction, how: How) -> Done:
    """What is kept of an extraction."""
    document = extraction.document
    written = lines(quads(extraction, how.base, how.versions)).encode()
    return Done(
        recorded(extraction, how.versions),
        printed(document.text, document.date),
        tuple(entity.key for entity in extraction.entities),
        gzip.compress(written, 6, mtime=0),
    )


def processes(given: Iterator[Task], how: How, workers: int | None) -> Generator[Part, None, None]:
    """The engine that uses the cores of this machine."""
    under_way: deque[tuple[Task, list[Done], list[Skipped]]] = deque()

    def documents() -> Iterator[Document]:
        for task in given:
            under_way.append((task, [], []))
            yield from task.documents

    def skip(what: Skipped) -> None:  # results come in order: it belongs to the first that is not complete
        next(entry for entry in under_way if not _complete(*entry))[2].append(what)

    with closing(extract_all(documents(), skip, how.gazetteer, workers or 1)) as found:
        for extraction in found:
            while under_way and _complete(*under_way[0]):
                yield _part(*under_way.popleft())
            under_way[0][1].append(done(extraction, how))
    for entry in under_way:
        yield _part(*entry)


def _complete(task: Task, found: list[Done], skipped: list[Skipped]) -> bool:
    return len(found) + len(skipped) == len(task.documents)


def _part(task: Task, found: list[Done], skipped: list[Skipped]) -> Part:
    return Part(task.key, tuple(found), tuple(skipped))


def build(
    inputs: Sequence[str | Path],
    folder: Path,
    engine: Engine,
    how: How,
    *,
    date: str | None = None,
    network: bool = False,
    workers: int | None = None,
    on_event: Callable[[Event], None] = lambda _: None,
) -> Report:
    """Makes the parts of a graph in `folder`; those that no input gives any more are dropped from it."""
    skipped: list[Skipped] = []

    def skip(what: Skipped) -> None:
        skipped.append(what)
        on_event(what)

    finished = _open(folder, how.base)
    kept: set[str] = set()

    def missing() -> Iterator[Task]:
        taken: set[str] = set()
        for task in tasks(_once(read(inputs, date, skip, on_warning=on_event, network=network), skip), how):
            if task.key in finished and all(path.is_file() for path in _files(folder, task.key)):
                kept.add(task.key)
            elif task.key not in taken:
                taken.add(task.key)
                yield task

    made: set[str] = set()
    with closing(engine(missing(), how, workers)) as parts:
        for part in parts:
            _write(folder, part)
            made.add(part.key)
            for what in part.skipped:
                skip(what)
            for one in part.documents:
                on_event(Built(one.record.identifier))
    stored = unchanged = statements = 0
    entities: set[str] = set()
    for key in sorted(kept | made):
        about = _about(folder, key)
        stored += len(about["documents"]) * (key in made)
        unchanged += len(about["documents"]) * (key in kept)
        statements += sum(one["record"][3] for one in about["documents"])
        entities.update(name for one in about["documents"] for name in one["entities"])
        if key in kept:
            for what in about["skipped"]:
                skip(Skipped(*what))
    if stored + unchanged:
        _settle(folder, how.base, sorted(kept | made))
    return Report(stored, unchanged, tuple(skipped), statements, len(entities))


def _once(documents: Iterator[Document], skip: Callable[[Skipped], None]) -> Iterator[Document]:
    taken: set[str] = set()
    for document in documents:
        if document.key in taken:
            skip(Skipped(document.identifier, "a duplicate: the same name and text were read before"))
            continue
        taken.add(document.key)
        yield document


# The folder


def is_folder(path: Path) -> bool:
    """Whether a folder holds the parts of a build."""
    return (path / MANIFEST).is_file()


class Folder:
    """The finished parts of a build, for reading."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.base, self._keys = _manifest(path)
        self._places: dict[tuple[str, str], tuple[str, int, int, Print]] = {}

    def records(self) -> Iterator[Record]:
        """A record for each document."""
        for key in self._keys:
            at = 0
            for one in _about(self._path, key)["documents"]:
                name, identifier, what, statements, entities, made_by = one["record"]
                record = Record(name, identifier, what, statements, entities, Versions(*made_by))
                text = Print(one["date"], bytes.fromhex(one["signature"]))
                self._places[record.key, record.content] = key, at, one["length"], text
                at += one["length"]
                yield record

    def quads(self, record: Record) -> bytes:
        """The N-Quads of a document that `records` gave."""
        key, at, length, _ = self._places[record.key, record.content]
        data, _ = _files(self._path, key)
        try:
            with data.open("rb") as stream:
                stream.seek(at)
                return gzip.decompress(stream.read(length))
        except (OSError, EOFError) as error:
            raise KgError(f"cannot read {data}: {error}", "remove it, and build again") from error

    def text(self, record: Record) -> Print:
        """The print of the text of a document that `records` gave."""
        return self._places[record.key, record.content][3]


def _files(folder: Path, key: str) -> tuple[Path, Path]:
    return folder / f"part-{key}.nq.gz", folder / f"part-{key}.json"


def _head(base: str) -> str:
    return json.dumps({"format": FORMAT, "base": base}) + "\n"


def _open(folder: Path, base: str) -> set[str]:
    """The keys of the parts that are finished; the folder is made where there is none."""
    try:
        if is_folder(folder):
            known, keys = _manifest(folder)
            if known != base:
                raise KgError(f"{folder} was built with the base {known}, not {base}", f"give --base {known}")
            return set(keys)
        if folder.exists() and any(folder.iterdir()):
            raise KgError(f"{folder} exists and holds no parts", "name an empty or a new folder")
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise KgError(f"cannot use {folder}: {error.strerror or error}", "name another folder") from error
    replace(folder / MANIFEST, [_head(base).encode()])
    return set()


def _manifest(folder: Path) -> tuple[str, list[str]]:
    """The base and the keys of the parts; a last line that was cut off when a build was ended is left out."""
    path = folder / MANIFEST
    try:
        first, *rest = path.read_text("ascii").splitlines(keepends=True)
        head = json.loads(first)
        keys = [str(json.loads(line)["part"]) for line in rest if line.endswith("\n")]
        if head["format"] != FORMAT:
            raise KgError(f"{path} has format {head['format']}; this kg knows {FORMAT}", "use the kg that wrote it")
        return str(head["base"]), keys
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KgError(f"{path} cannot be read: {error}", "remove the folder, and build again") from error


def _about(folder: Path, key: str) -> dict[str, Any]:
    _, path = _files(folder, key)
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise KgError(f"{path} cannot be read: {error}", "remove it, and build again") from error
    return found


def _write(folder: Path, part: Part) -> None:
    data, about = _files(folder, part.key)
    rows = [
        {
            "record": astuple(one.record), "date": one.text.date, "signature": one.text.signature.hex(),
            "entities": one.entities, "length": len(one.data),
        }
        for one in part.documents
    ]  # fmt: skip
    replace(data, [one.data for one in part.documents])
    replace(about, [json.dumps({"documents": rows, "skipped": [astuple(what) for what in part.skipped]}).encode()])
    try:
        with (folder / MANIFEST).open("a", encoding="ascii") as stream:
            stream.write(_entry(part.key))
    except OSError as error:
        raise KgError(f"cannot write {folder / MANIFEST}: {error.strerror}", "make room, then run it again") from error


def _entry(key: str) -> str:
    return json.dumps({"part": key, "data": f"part-{key}.nq.gz"}) + "\n"


def _settle(folder: Path, base: str, keys: Sequence[str]) -> None:
    """The manifest in order, and no file that it does not name."""
    replace(folder / MANIFEST, [_head(base).encode(), *(_entry(key).encode() for key in keys)])
    wanted = {path for key in keys for path in _files(folder, key)}
    for path in folder.glob("part-*"):
        if path not in wanted:
            path.unlink(missing_ok=True)
