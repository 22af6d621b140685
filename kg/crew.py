"""Extraction on one core or on many: processes that share the loaded model, and none of which is missed when it dies.

The results come in the order of the documents and are the same on any number of workers. A worker sends each result as
soon as it has it, so when it dies (out of memory, a crash in the parser) it is known which document it was at: that one
is tried once more, then given up, and the others go on in a worker that takes its place.
"""

import gc
import multiprocessing
import os
import signal
import sys
import warnings
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from kg.document import Document
from kg.errors import InputError, KgError
from kg.statement import Extraction

if TYPE_CHECKING:
    from kg.extractors import Extractor

CHUNK = 12_000
"""Characters that a worker is given at once: about a second's work."""
ENOUGH = 2 * CHUNK
"""Characters up to which one process does it all: it is done before others have begun."""
_AHEAD = 4  # chunks for each worker that are read before the first of them is done: bounds the memory
_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Failed:
    """A text on which the extractor failed."""

    document: Document
    reason: str
    hint: str


Result: TypeAlias = Extraction | Failed


@dataclass(frozen=True, slots=True)
class _Broken:
    """What a worker says when it is no matter of one document: no model, a broken ontology."""

    error: Exception


@dataclass(slots=True)
class _Chunk:
    """Neighbouring documents, and what has come of the first of them; `deaths` counts workers that died at the next."""

    documents: list[Document]
    results: list[Result] = field(default_factory=list)
    deaths: int = 0

    @property
    def done(self) -> bool:
        return len(self.results) == len(self.documents)


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    chunk: _Chunk | None = None


def default_workers(extractor: "Extractor | None" = None) -> int:
    """The cores that this process may use; 1 where processes cannot be forked, as on Windows and macOS.

    Also 1 for an extractor that is not kg's own: it may load a large model, or overwhelm a server.

    >>> default_workers() >= 1
    True
    """
    if not _forks() or not _is_own(extractor):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def extracted(
    documents: Iterator[Document],
    gazetteer: tuple[Path, ...] = (),
    workers: int = 1,
    extractor: "Extractor | None" = None,
) -> Generator[Result, None, None]:
    """One result for each document, in order, by at most so many `workers`: no more than the work is worth.

    The `extractor` is kg's own where none is given, with the names of `gazetteer`.
    """
    first: list[Document] = []
    if workers > 1:
        size = 0
        for document in documents:
            first.append(document)
            size += len(document.text)
            if size > ENOUGH:
                return _Crew(workers, gazetteer, extractor).results(chain(first, documents))
    return _here(chain(first, documents), gazetteer, extractor)


class _Crew:
    """Up to `size` processes; each has one chunk at a time."""

    def __init__(self, size: int, gazetteer: tuple[Path, ...], extractor: "Extractor | None") -> None:
        self._size = size
        self._gazetteer = gazetteer
        self._extractor = extractor
        self._context = multiprocessing.get_context("fork" if _forks() else "spawn")
        self._workers: list[_Worker] = []

    def results(self, documents: Iterator[Document]) -> Generator[Result, None, None]:
        if _forks() and _is_own(self._extractor):  # what is loaded before, all share
            _alone(Document("warm-up", "Peace."), self._gazetteer, self._extractor)
        chunks = _chunks(documents)
        order: deque[_Chunk] = deque()  # those read and not yet given back
        waiting: deque[_Chunk] = deque()  # those of them that no worker has
        more = True
        try:
            while more or order:
                self._dispatch(waiting)
                while more and not waiting and len(order) < _AHEAD * self._size:
                    chunk = next(chunks, None)
                    if chunk is None:
                        more = False
                        break
                    order.append(chunk)
                    waiting.append(chunk)
                    self._dispatch(waiting)
                while order and order[0].done:
                    yield from order.popleft().results
                    self._hear(waiting, 0)
                    self._dispatch(waiting)
                if order:
                    self._hear(waiting, None)
        finally:
            for worker in self._workers:
                _end(worker)

    def _free(self) -> bool:
        return len(self._workers) < self._size or any(worker.chunk is None for worker in self._workers)

    def _dispatch(self, waiting: deque[_Chunk]) -> None:
        """Gives the chunks that wait to workers that have none, and to new ones as long as there may be more."""
        while waiting and self._free():
            worker = next((worker for worker in self._workers if worker.chunk is None), None) or self._start()
            worker.chunk = waiting.popleft()
            with suppress(BrokenPipeError):  # it died idle: noticed when it is listened to
                worker.pipe.send(worker.chunk.documents[len(worker.chunk.results) :])

    def _hear(self, waiting: deque[_Chunk], seconds: float | None) -> None:
        """Takes what the workers have to say; waits until one says something, or for so many seconds."""
        busy = {worker.pipe: worker for worker in self._workers if worker.chunk is not None}
        for pipe in wait(list(busy), seconds):
            worker = busy[pipe]  # type: ignore[index]
            chunk = worker.chunk
            assert chunk is not None  # noqa: S101 - narrows for the type checker
            try:
                said: Result | _Broken = worker.pipe.recv()
            except (EOFError, OSError):
                self._workers.remove(worker)
                _end(worker)
                _after_a_death(chunk, worker.process.exitcode)
                if not chunk.done:
                    waiting.appendleft(chunk)
                continue
            if isinstance(said, _Broken):
                raise said.error
            chunk.results.append(said)
            chunk.deaths = 0
            if chunk.done:
                worker.chunk = None

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        inherited = [ours, *(worker.pipe for worker in self._workers)] if _forks() else []
        process = self._context.Process(  # type: ignore[attr-defined]
            target=work,
            args=(theirs, os.getpid(), inherited, self._gazetteer, self._extractor),
            daemon=True,
            name="kg-extract",
        )
        with warnings.catch_warnings():
            # Python 3.12 warns of threads; those of the arithmetic's library wind themselves up again.
            warnings.simplefilter("ignore", DeprecationWarning)
            gc.freeze()  # so that collecting garbage does not copy the model into each process
            process.start()
            gc.unfreeze()
        theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker


def _is_own(extractor: "Extractor | None") -> bool:
    if extractor is None:
        return True
    from kg.extractors import OWN

    return extractor.name in OWN


def _forks() -> bool:
    return "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"


def _chunks(documents: Iterator[Document]) -> Iterator[_Chunk]:
    found: list[Document] = []
    size = 0
    for document in documents:
        if found and size + len(document.text) > CHUNK:
            yield _Chunk(found)
            found, size = [], 0
        found.append(document)
        size += len(document.text)
    if found:
        yield _Chunk(found)


def _after_a_death(chunk: _Chunk, status: int | None) -> None:
    """The document that the worker was at has one attempt less; after the last it is given up."""
    chunk.deaths += 1
    if chunk.deaths < _ATTEMPTS:
        return
    how = f"signal {-status}" if status is not None and status < 0 else f"exit status {status}"
    reason = f"the process that extracted it ended {_ATTEMPTS} times ({how})"
    hint = "is there enough memory? --workers 1 takes least"
    chunk.results.append(Failed(chunk.documents[len(chunk.results)], reason, hint))
    chunk.deaths = 0


def _end(worker: _Worker) -> None:
    worker.process.kill()
    worker.process.join()
    worker.pipe.close()


def work(
    pipe: Connection,
    parent: int,
    inherited: list[Connection],
    gazetteer: tuple[Path, ...],
    extractor: "Extractor | None",
) -> None:
    """A worker's life: takes chunks and gives back results until the pipe is closed or its parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the parent ends the others
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in inherited:
        other.close()  # as long as a process holds them, the worker at the other end does not see that it is alone
    _die_with(parent)
    with suppress(EOFError, BrokenPipeError):
        while True:
            documents: list[Document] = pipe.recv()
            try:
                for result in _here(iter(documents), gazetteer, extractor):
                    pipe.send(result)
            except BrokenPipeError:
                raise
            except Exception as error:
                pipe.send(_Broken(error if isinstance(error, KgError | OSError) else RuntimeError(repr(error))))


def _die_with(parent: int) -> None:
    """Lets the kernel end this process with its parent, so that a killed build does not hold on to its store."""
    if sys.platform == "linux":
        import ctypes

        set_death_signal = 1
        ctypes.CDLL(None).prctl(set_death_signal, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def _here(
    documents: Iterable[Document], gazetteer: tuple[Path, ...], extractor: "Extractor | None" = None
) -> Generator[Result, None, None]:
    """One result for each document, in order, found in this process.

    The extractor takes documents in batches. When it fails, the documents it had taken and not given back are done
    again one by one, so that only the one at fault is lost.
    """
    given = iter(documents)
    taken: deque[Document] = deque()
    broken: list[BaseException] = []  # an error in reading the documents is none of the extractor

    def handed() -> Iterator[Document]:
        while True:
            try:
                document = next(given)
            except StopIteration:
                return
            except BaseException as error:
                broken.append(error)
                raise
            taken.append(document)
            yield document

    while True:
        try:
            for extraction in _found(handed(), gazetteer, extractor):
                taken.popleft()
                yield extraction
            return
        except Exception as error:
            if broken or (isinstance(error, KgError) and not isinstance(error, InputError)) or not taken:
                raise  # not a matter of one document: no model, a broken ontology
            if isinstance(error, InputError) and len(taken) == 1:  # known which one, and why
                yield Failed(taken.popleft(), error.message, error.hint)
        while taken:
            yield _alone(taken.popleft(), gazetteer, extractor)


def _alone(document: Document, gazetteer: tuple[Path, ...], extractor: "Extractor | None" = None) -> Result:
    try:
        (extraction,) = _found([document], gazetteer, extractor)
        return extraction
    except InputError as error:
        return Failed(document, error.message, error.hint)
    except KgError:
        raise
    except Exception as error:
        reason = f"the extraction failed: {type(error).__name__}: {error}"
        return Failed(document, reason, "please report it with the text")


def _found(
    documents: Iterable[Document], gazetteer: tuple[Path, ...], extractor: "Extractor | None"
) -> Iterator[Extraction]:
    if extractor is None:
        from kg.extract import extract

        return extract(documents, gazetteer=gazetteer) if gazetteer else extract(documents)
    from kg.extractors.checking import checked

    return (checked(extractor.extract(document), document) for document in documents)
