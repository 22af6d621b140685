"""Queries answered in processes of their own: what hangs, crashes or swells takes a worker along, not the server."""

import io
import json
import multiprocessing
import queue
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from pyoxigraph import NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, Store

from kg import queries
from kg.errors import KgError
from kg.sparql import RefusedError, check
from kg.store import open_graph
from kg.turtle import PREFIXES

MEMORY = 4 << 30
"""Bytes of address space that a worker may take."""
RESULT = 50 << 20
"""Bytes that an answer may have."""

RESULTS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
    "application/json": QueryResultsFormat.JSON,
    "application/xml": QueryResultsFormat.XML,
}
BOOLEANS = {kind: form for kind, form in RESULTS.items() if not kind.startswith("text/")}
GRAPHS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
}


@dataclass(frozen=True, slots=True)
class Question:
    """SPARQL `text` for the graphs named, or, with `saved`, a saved query by name with its parameters."""

    text: str = ""
    accept: str = "*/*"
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    saved: str = ""
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status, a media type and the whole body."""

    status: int
    kind: str
    body: bytes


def plain(status: int, message: str) -> Answer:
    """A short message for people."""
    return Answer(status, "text/plain; charset=utf-8", (message + "\n").encode("utf-8", "replace"))


class Pool:
    """Some worker processes over one graph; each answers one question at a time, for at most `deadline` seconds."""

    def __init__(self, path: Path, size: int, deadline: float) -> None:
        self._path = path
        self._deadline = deadline
        self._context = multiprocessing.get_context("spawn")
        self._idle: queue.Queue[tuple[BaseProcess, Connection] | None] = queue.Queue()
        first = self._start()
        self._ready(first)
        self._idle.put(first)
        for _ in range(size - 1):
            self._idle.put(None)  # started when first needed

    def ask(self, question: Question) -> Answer:
        """The answer, or a plain message with 400 where the query broke the engine, 503 where it took too long."""
        try:
            worker = self._idle.get(timeout=self._deadline)
        except queue.Empty:
            return plain(503, "all workers are busy: try again later")
        try:
            if worker is None:
                worker = self._start()
                self._ready(worker)
            worker[1].send(question)
            if worker[1].poll(self._deadline):
                answer: Answer = worker[1].recv()
                return answer
            self._end(worker)
            worker = None
            return plain(503, f"the query took longer than {self._deadline:g} seconds and was stopped")
        except (EOFError, OSError):
            if worker is not None:
                self._end(worker)
                worker = None
            return plain(400, "the query is too deep or too large for the engine, which gave up")
        except KgError as error:
            worker = None
            return plain(503, f"the graph cannot be read: {error}")
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """Ends all workers that are idle; those at work end with their pipes."""
        while not self._idle.empty():
            worker = self._idle.get_nowait()
            if worker is not None:
                self._end(worker)

    def _start(self) -> tuple[BaseProcess, Connection]:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=work, args=(self._path, theirs), daemon=True)
        process.start()
        theirs.close()
        return process, ours

    def _ready(self, worker: tuple[BaseProcess, Connection]) -> None:
        try:
            problem: str = worker[1].recv()
        except EOFError:
            problem = f"the graph {self._path} cannot be loaded: the process that read it ended"
        if problem:
            self._end(worker)
            raise KgError(problem)

    @staticmethod
    def _end(worker: tuple[BaseProcess, Connection]) -> None:
        worker[0].kill()
        worker[0].join()
        worker[1].close()


def work(path: Path, pipe: Connection) -> None:
    """A worker's life: opens the graph, says so (or why not), then answers until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        store = open_graph(path)
    except KgError as error:
        pipe.send(str(error))
        return
    _limit()
    pipe.send("")
    while True:
        try:
            question = pipe.recv()
        except EOFError:
            return
        try:
            answer = saved(question, store) if question.saved else sparql(question, store)
        except MemoryError:
            answer = plain(400, "the query needs too much memory")
        pipe.send(answer)


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def saved(question: Question, store: Store) -> Answer:
    """Runs a saved query; the answer is JSON with the columns and readable rows."""
    try:
        query = next((one for one in queries.catalog() if one.name == question.saved), None)
        if query is None:
            return plain(404, f"no saved query is called {question.saved!r}")
        result = queries.run(query, store, dict(question.parameters))
    except KgError as error:
        return plain(400, str(error))
    body = json.dumps({"columns": result.columns, "rows": result.rows}, ensure_ascii=False).encode()
    return Answer(200, "application/json", body)


def sparql(question: Question, store: Store) -> Answer:
    """Runs SPARQL text that only reads; the media type is chosen by what the client accepts."""
    try:
        check(question.text)
        dataset = _dataset(question)
        found = store.query(question.text, base_iri=PREFIXES["id"], prefixes=PREFIXES, **dataset)  # type: ignore[arg-type]
        offers: dict[str, QueryResultsFormat] | dict[str, RdfFormat] = GRAPHS
        if isinstance(found, QueryBoolean):
            offers = BOOLEANS
        elif isinstance(found, QuerySolutions):
            offers = RESULTS
        kind = negotiate(question.accept, offers)
        if kind is None:
            return plain(406, f"this query can be answered as: {', '.join(offers)}")
        out = _Limited()
        found.serialize(out, format=offers[kind])  # type: ignore[arg-type]
    except RefusedError as error:
        return plain(403, str(error))
    except _TooLargeError:
        return plain(400, f"the answer is larger than {RESULT >> 20} MiB: use LIMIT")
    except (KgError, SyntaxError, ValueError, OSError, RuntimeError) as error:
        return plain(400, str(error))
    return Answer(200, kind + ("; charset=utf-8" if kind.startswith("text/") else ""), out.getvalue())


def _dataset(question: Question) -> dict[str, list[NamedNode]]:
    """The graphs that the protocol's parameters choose, instead of the store's own; ValueError for a bad IRI."""
    if not question.default_graphs and not question.named_graphs:
        return {}
    return {
        "default_graph": [NamedNode(name) for name in question.default_graphs],
        "named_graphs": [NamedNode(name) for name in question.named_graphs],
    }


def negotiate(accept: str, offers: Iterable[str]) -> str | None:
    """The offer that an Accept header likes best, the earlier on a tie; None if it takes none of them.

    >>> negotiate("text/csv;q=0.5, application/*", ["text/csv", "application/json"])
    'application/json'
    """
    wishes: dict[str, float] = {}
    for entry in accept.lower().split(","):
        kind, *options = (part.strip() for part in entry.split(";"))
        weight = next((option[2:] for option in options if option.startswith("q=")), "1")
        try:
            wishes[kind] = float(weight)
        except ValueError:
            wishes[kind] = 0.0

    def liking(offer: str) -> float:
        for pattern in (offer, offer.partition("/")[0] + "/*", "*/*"):
            if pattern in wishes:
                return wishes[pattern]
        return 0.0

    best = max(offers, key=liking)
    return best if liking(best) > 0 else None


class _TooLargeError(Exception):
    """An answer beyond RESULT bytes."""


class _Limited(io.BytesIO):
    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        if self.tell() + len(data) > RESULT:
            raise _TooLargeError
        return super().write(data)
