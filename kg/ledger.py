"""What a store knows about its documents: one SQLite file beside the quads, and one for work not yet published."""

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from kg.copies import SLOTS, Print, alike, bands, enough, originals
from kg.document import Document
from kg.errors import KgError
from kg.versions import Versions

_LEDGER = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS documents (
    key TEXT PRIMARY KEY, identifier TEXT NOT NULL, content TEXT NOT NULL, statements INTEGER NOT NULL,
    entities INTEGER NOT NULL, tool TEXT NOT NULL, extractor TEXT NOT NULL, model TEXT NOT NULL, ontology TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS by_identifier ON documents (identifier);
CREATE TABLE IF NOT EXISTS inputs (
    name TEXT NOT NULL, fingerprint TEXT NOT NULL, key TEXT NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (name, fingerprint, key)
);
CREATE TABLE IF NOT EXISTS judgements (
    first TEXT NOT NULL, second TEXT NOT NULL, judge TEXT NOT NULL, same INTEGER NOT NULL, score REAL NOT NULL,
    evidence TEXT NOT NULL, PRIMARY KEY (first, second, judge)
);
CREATE TABLE IF NOT EXISTS prints (key TEXT PRIMARY KEY, date TEXT NOT NULL, mark INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS by_mark ON prints (mark);
CREATE TABLE IF NOT EXISTS signatures (mark INTEGER PRIMARY KEY, signature BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS bands (band INTEGER NOT NULL, mark INTEGER NOT NULL, PRIMARY KEY (band, mark)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pairs (
    first INTEGER NOT NULL, second INTEGER NOT NULL, agreeing INTEGER NOT NULL, PRIMARY KEY (first, second)
) WITHOUT ROWID;
"""
_PENDING = """
CREATE TABLE IF NOT EXISTS extracted (
    key TEXT NOT NULL, content TEXT NOT NULL, identifier TEXT NOT NULL, statements INTEGER NOT NULL,
    entities INTEGER NOT NULL, tool TEXT NOT NULL, extractor TEXT NOT NULL, model TEXT NOT NULL, ontology TEXT NOT NULL,
    base TEXT NOT NULL, quads BLOB NOT NULL, date TEXT NOT NULL, signature BLOB NOT NULL, PRIMARY KEY (key, content)
);
"""
_FIELDS = "key, identifier, content, statements, entities, tool, extractor, model, ontology"


@dataclass(frozen=True, slots=True, order=True)
class Record:
    """One document in a store: `content` is the digest of text and metadata, the counts are of what it holds."""

    key: str
    identifier: str
    content: str
    statements: int
    entities: int
    versions: Versions

    @classmethod
    def _of(cls, row: tuple[Any, ...]) -> "Record":
        key, identifier, what, statements, entities, *made_by = row
        return cls(key, identifier, what, statements, entities, Versions(*made_by))

    def _row(self) -> tuple[Any, ...]:
        return (self.key, self.identifier, self.content, self.statements, self.entities, *astuple(self.versions))


RULE, REVIEW = "rule", "review"


@dataclass(frozen=True, slots=True, order=True)
class Judgement:
    """That two entities are the same, or are not: by `judge` (RULE or REVIEW), with a score and its evidence.

    `first` and `second` are entity keys, in order.
    """

    first: str
    second: str
    judge: str
    same: bool
    score: float
    evidence: str

    @property
    def key(self) -> str:
        """The local part of the judgement's IRI."""
        what = json.dumps((self.first, self.second, self.judge)).encode()
        return f"judgement-{hashlib.sha256(what).hexdigest()[:16]}"


def content(document: Document) -> str:
    """A digest of all that a document's extraction depends on.

    >>> content(Document("a", "Peace.")) == content(Document("a", "Peace.", date="2022"))
    False
    """
    fields = (
        document.identifier, document.text, document.date, document.title, document.url, document.source,
    )  # fmt: skip
    return hashlib.sha256(json.dumps(fields, ensure_ascii=True).encode()).hexdigest()[:32]


def holding(said: Iterable[Judgement]) -> list[Judgement]:
    """The judgements that hold: a reviewer's before the rule's, and no chain of the same that joins two kept apart.

    >>> one = Judgement("a", "b", "rule", True, 0.9, ""); other = Judgement("a", "b", "review", False, 1.0, "")
    >>> [judgement.judge for judgement in holding([one, other])]
    ['review']
    """
    best: dict[tuple[str, str], Judgement] = {}
    for judgement in sorted(said, key=lambda one: (one.judge == REVIEW, not one.same, one)):
        best[judgement.first, judgement.second] = judgement
    apart = [one for one in best.values() if not one.same]
    joined: dict[str, frozenset[str]] = {}
    held = list(apart)
    for one in sorted(
        (one for one in best.values() if one.same), key=lambda one: (one.judge != REVIEW, -one.score, one)
    ):
        left = joined.get(one.first, frozenset({one.first}))
        right = joined.get(one.second, frozenset({one.second}))
        crosses = any({no.first, no.second} <= left | right for no in apart)
        if crosses and one.judge != REVIEW:
            continue
        for member in left | right:
            joined[member] = left | right
        held.append(one)
    return sorted(held)


class Ledger:
    """The documents of one generation. Use as a context manager; changes are kept by `commit`."""

    def __init__(self, path: Path, write: bool = False) -> None:
        self._path = path
        with _named(path):
            address = f"file:{_quoted(path)}?mode={'rwc' if write else 'ro'}"
            self._connection = sqlite3.connect(address, uri=True)
            if write:
                self._connection.executescript(_LEDGER)

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def commit(self) -> None:
        with _named(self._path):
            self._connection.commit()

    def fact(self, name: str) -> str | None:
        """A property of the store as a whole, such as its base."""
        row = self._one("SELECT value FROM facts WHERE name = ?", name)
        return None if row is None else str(row[0])

    def state(self, name: str, value: str) -> None:
        self._change("INSERT OR REPLACE INTO facts VALUES (?, ?)", name, value)

    def records(self) -> Iterator[Record]:
        """All documents, by key."""
        return map(Record._of, self._all(f"SELECT {_FIELDS} FROM documents ORDER BY key"))

    def record(self, key: str) -> Record | None:
        row = self._one(f"SELECT {_FIELDS} FROM documents WHERE key = ?", key)
        return None if row is None else Record._of(row)

    def named(self, identifier: str) -> list[Record]:
        """The documents of one identifier; several where texts of one name were built together."""
        rows = self._all(f"SELECT {_FIELDS} FROM documents WHERE identifier = ? ORDER BY key", identifier)
        return [Record._of(row) for row in rows]

    def put(self, record: Record) -> None:
        marks = ", ".join("?" * 9)
        self._change(f"INSERT OR REPLACE INTO documents VALUES ({marks})", *record._row())

    def drop(self, key: str) -> None:
        self._change("DELETE FROM documents WHERE key = ?", key)
        self.unsign(key)

    def sign(self, key: str, text: Print) -> None:
        """Keeps the print of a document's text, and compares it with those of the others."""
        self.unsign(key)
        if not text.signature:
            return
        self._change("INSERT INTO prints VALUES (?, ?, ?)", key, text.date, text.mark)
        if self._one("SELECT 1 FROM signatures WHERE mark = ?", text.mark):
            return
        shared = bands(text.signature)
        query = f"SELECT DISTINCT mark FROM bands WHERE band IN ({', '.join('?' * len(shared))}) ORDER BY mark"
        for (mark,) in list(self._all(query, *shared)):
            (other,) = self._one("SELECT signature FROM signatures WHERE mark = ?", mark) or (b"",)
            pair = min(mark, text.mark), max(mark, text.mark)
            if (agreeing := alike(text.signature, other)) >= SLOTS // 2:
                self._change("INSERT OR REPLACE INTO pairs VALUES (?, ?, ?)", *pair, agreeing)
        self._change("INSERT INTO signatures VALUES (?, ?)", text.mark, text.signature)
        for band in shared:
            self._change("INSERT OR IGNORE INTO bands VALUES (?, ?)", band, text.mark)

    def unsign(self, key: str) -> None:
        """Forgets the print of a document."""
        row = self._one("SELECT mark, signature FROM prints JOIN signatures USING (mark) WHERE key = ?", key)
        if row is None:
            return
        mark, signature = row
        self._change("DELETE FROM prints WHERE key = ?", key)
        if self._one("SELECT 1 FROM prints WHERE mark = ?", mark):
            return
        self._change("DELETE FROM signatures WHERE mark = ?", mark)
        self._change("DELETE FROM pairs WHERE ? IN (first, second)", mark)
        for band in bands(signature):
            self._change("DELETE FROM bands WHERE band = ? AND mark = ?", band, mark)

    def text(self, key: str) -> Print:
        """The print of a document; an empty one where none was kept, as in stores of before there were any."""
        if not self._one("SELECT 1 FROM sqlite_master WHERE name = 'prints'"):
            return Print()
        row = self._one("SELECT date, signature FROM prints JOIN signatures USING (mark) WHERE key = ?", key)
        return Print(*row) if row else Print()

    def copies(self) -> dict[str, str]:
        """The key of each document that prints another's text, with the key of that one."""
        pairs = [(a, b) for a, b, agreeing in self._all("SELECT * FROM pairs") if enough(agreeing)]
        marks = self._all(
            "SELECT key, identifier, date, mark FROM prints JOIN documents USING (key) WHERE mark IN"
            " (SELECT first FROM pairs UNION SELECT second FROM pairs"
            " UNION SELECT mark FROM prints GROUP BY mark HAVING COUNT(*) > 1)"
        )
        return originals(marks, pairs)

    def counts(self) -> tuple[int, int]:
        """How many documents and statements there are."""
        row = self._one("SELECT COUNT(*), COALESCE(SUM(statements), 0) FROM documents")
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def by_versions(self) -> list[tuple[Versions, int]]:
        """How many documents were built by which versions."""
        columns = "tool, extractor, model, ontology"
        rows = self._all(f"SELECT {columns}, COUNT(*) FROM documents GROUP BY {columns} ORDER BY {columns}")
        return [(Versions(*row[:4]), row[4]) for row in rows]

    def input(self, name: str, fingerprint: str) -> list[tuple[str, str]]:
        """Key and content of what a file with this fingerprint gave; empty if it was not read or is not known."""
        query = "SELECT key, content FROM inputs WHERE name = ? AND fingerprint = ? ORDER BY key"
        return [(str(key), str(what)) for key, what in self._all(query, name, fingerprint)]

    def put_input(self, name: str, fingerprint: str, documents: Iterable[tuple[str, str]]) -> None:
        for key, what in documents:
            self._change("INSERT OR REPLACE INTO inputs VALUES (?, ?, ?, ?)", name, fingerprint, key, what)

    def tidy_inputs(self) -> None:
        """Forgets the files whose documents are gone or have become others."""
        self._change(
            "DELETE FROM inputs WHERE (name, fingerprint) IN (SELECT name, fingerprint FROM inputs LEFT JOIN documents"
            " ON documents.key = inputs.key AND documents.content = inputs.content WHERE documents.key IS NULL)"
        )

    def inputs(self) -> Iterator[tuple[str, str, str, str]]:
        return self._all("SELECT name, fingerprint, key, content FROM inputs ORDER BY 1, 2, 3")

    def judgements(self) -> list[Judgement]:
        """All judgements, in order."""
        rows = self._all("SELECT * FROM judgements ORDER BY first, second, judge")
        return [Judgement(a, b, judge, bool(same), score, why) for a, b, judge, same, score, why in rows]

    def judge(self, judgement: Judgement) -> None:
        self._change("INSERT OR REPLACE INTO judgements VALUES (?, ?, ?, ?, ?, ?)", *astuple(judgement))

    def unjudge(self, judge: str, pair: tuple[str, str] | None = None) -> None:
        """Takes back what one judge said, about one pair or about all."""
        if pair is None:
            self._change("DELETE FROM judgements WHERE judge = ?", judge)
        else:
            self._change("DELETE FROM judgements WHERE judge = ? AND first = ? AND second = ?", judge, *pair)

    def _all(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        with _named(self._path):
            yield from self._connection.execute(query, values)

    def _one(self, query: str, *values: object) -> tuple[Any, ...] | None:
        return next(self._all(query, *values), None)

    def _change(self, query: str, *values: object) -> None:
        with _named(self._path):
            self._connection.execute(query, values)


class Pending:
    """What was extracted but is not yet in a generation: a build that was ended goes on from here."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with _named(path):
            self._connection = sqlite3.connect(path)
            try:
                self._connection.executescript(_PENDING)
                self._connection.execute("SELECT COUNT(*) FROM extracted").fetchone()
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                self._connection.close()  # damaged: what it held is extracted again
                path.unlink()
                self._connection = sqlite3.connect(path)
                self._connection.executescript(_PENDING)

    def __enter__(self) -> "Pending":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def commit(self) -> None:
        with _named(self._path):
            self._connection.commit()

    def find(self, key: str, what: str, base: str) -> Record | None:
        """The record of a document that was extracted, whatever versions did it."""
        with _named(self._path):
            query = f"SELECT {_FIELDS} FROM extracted WHERE key = ? AND content = ? AND base = ?"
            row = self._connection.execute(query, (key, what, base)).fetchone()
        return None if row is None else Record._of(row)

    def put(self, record: Record, base: str, quads: str, text: Print) -> None:
        data = zlib.compress(quads.encode(), 1)
        with _named(self._path):
            self._connection.execute(
                f"INSERT OR REPLACE INTO extracted ({_FIELDS}, base, quads, date, signature)"
                f" VALUES ({', '.join('?' * 13)})",
                (*record._row(), base, data, text.date, text.signature),
            )

    def quads(self, key: str, what: str) -> bytes:
        """What `put` was given, as N-Quads in UTF-8."""
        with _named(self._path):
            row = self._connection.execute("SELECT quads FROM extracted WHERE key = ? AND content = ?", (key, what))
            return zlib.decompress(row.fetchone()[0])

    def text(self, key: str, what: str) -> Print:
        """The print of the text, as `put` was given it."""
        with _named(self._path):
            query = "SELECT date, signature FROM extracted WHERE key = ? AND content = ?"
            return Print(*self._connection.execute(query, (key, what)).fetchone())

    def count(self) -> int:
        with _named(self._path):
            return int(self._connection.execute("SELECT COUNT(*) FROM extracted").fetchone()[0])


def _quoted(path: Path) -> str:
    from urllib.parse import quote

    return quote(str(path.absolute()).encode("utf-8", "surrogateescape"))


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        reason = str(error)
        full = "full" in reason or "disk I/O" in reason
        hint = "no space left? make room and run it again" if full else "see: kg status " + str(path.parent)
        reason = "no space left on the disk" if "full" in reason else reason
        raise KgError(f"cannot use {path}: {reason}", hint) from error
