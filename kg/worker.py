"""Queries answered in processes of their own: what hangs, crashes or swells takes a worker along, not the server."""

import contextlib
import itertools
import multiprocessing
import os
import queue
import shutil
import signal
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import Store

from kg.answers import Answer, Question, answer, plain
from kg.errors import KgError
from kg.sandbox import close_off, silence
from kg.store import open_graph

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext

MEMORY = 2 << 30
"""Bytes of address space that a worker may take."""
WORKERS = 12
"""Queries that may run at the same time: more than any machine's cores, so that slow ones leave room for others."""
_SLOW = 1.0
"""Seconds after which a query yields to the others, by the priority of its process."""


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    ready: bool = False


class Pool:
    """Worker processes over one graph; each answers one question at a time, for at most `deadline` seconds in all."""

    def __init__(self, path: Path, deadline: float, size: int = WORKERS, memory: int = MEMORY) -> None:
        self._deadline = deadline
        self._memory = memory
        self._context = _context()
        self._closed = False
        self._scratch: Path | None = None
        # Those that are ready first, then those that are starting, then the places of those not needed yet.
        self._idle: queue.PriorityQueue[tuple[int, int, _Worker | None]] = queue.PriorityQueue()
        self._order = itertools.count()
        self._path = path if path.is_dir() else self._loaded(path)
        try:
            first = self._start()
            self._await(first, None)
        except KgError:
            self.close()
            raise
        self._put(first)
        self._put(self._start() if size > 1 else None)
        for _ in range(size - 2):
            self._put(None)

    def ask(self, question: Question) -> Answer:
        """The answer, or a plain message: 400 where the query broke the engine, 503 where it took too long."""
        end = time.monotonic() + self._deadline
        try:
            worker = self._idle.get(timeout=self._deadline)[2]
        except queue.Empty:
            return plain(503, "all workers are busy: try again later")
        try:
            if worker is None:
                worker = self._start()
            if not self._await(worker, end):
                return plain(503, "all workers are busy or still starting: try again later")
            worker.pipe.send(question)
            slow = not worker.pipe.poll(_SLOW)
            if slow:
                _yield(worker)
            if not worker.pipe.poll(max(0.0, end - time.monotonic())):
                worker = self._replaced(worker)
                return plain(503, f"the query took longer than {self._deadline:g} seconds and was stopped")
            given: Answer = worker.pipe.recv()
            if slow:  # its priority cannot be raised again, and its memory goes back
                worker = self._replaced(worker)
            return given
        except (EOFError, OSError):
            message = self._fate(worker)
            worker = self._replaced(worker)
            return message
        except KgError as error:
            worker = None
            return plain(503, f"the graph cannot be read: {error}")
        finally:
            self._put(worker)

    def close(self) -> None:
        """Ends all workers that are idle; those at work end with their pipes."""
        self._closed = True
        while not self._idle.empty():
            worker = self._idle.get_nowait()[2]
            if worker is not None:
                _end(worker)
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _put(self, worker: _Worker | None) -> None:
        rank = 2 if worker is None else 0 if worker.ready else 1
        self._idle.put((rank, next(self._order), worker))

    def _loaded(self, path: Path) -> Path:
        """A file as a store on disk, which all workers share; read by a process of its own, for a file may be a trap."""
        self._scratch = Path(tempfile.mkdtemp(prefix="kg-serve-"))
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=load, args=(path, self._scratch / "store", theirs), daemon=True)
        process.start()
        theirs.close()
        loader = _Worker(process, ours)
        try:
            self._await(loader, None)
        except KgError:
            self.close()
            raise
        _end(loader)
        return self._scratch / "store"

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=work, args=(self._path, self._scratch is not None, self._memory, theirs), daemon=True
        )
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _await(self, worker: _Worker, end: float | None) -> bool:
        """Waits until a worker has opened the graph; False if it has not at the time `end`, KgError if it cannot.

        One that is late is kept: ended, it would only have to begin again.
        """
        if worker.ready:
            return True
        if end is not None and not worker.pipe.poll(max(0.0, end - time.monotonic())):
            return False
        problem = "the process that reads it ended"
        with contextlib.suppress(EOFError, OSError):
            problem = worker.pipe.recv()
        if problem:
            _end(worker)
            raise KgError(problem)
        worker.ready = True
        return True

    def _replaced(self, worker: _Worker | None) -> _Worker | None:
        if worker is not None:
            _end(worker)
        return None if self._closed else self._start()

    def _fate(self, worker: _Worker | None) -> Answer:
        """What to say of a worker that is gone."""
        if worker is not None:
            worker.process.join(1)
            if worker.process.exitcode == -signal.SIGSYS:
                return plain(403, "the query asks another server: queries only see the graph they are asked of")
            if worker.process.exitcode == -signal.SIGABRT:
                return plain(400, f"the query needs more than the {self._memory >> 20} MiB of memory that it may take")
        return plain(400, "the query is too deep or too large for the engine, which gave up")


def _context() -> "SpawnContext | ForkServerContext":
    """How processes begin: forked from one that has imported what they need but has no threads, where that exists."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", "kg.worker"])
    return context


def _yield(worker: _Worker) -> None:
    if hasattr(os, "setpriority") and worker.process.pid is not None:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, worker.process.pid, 10)


def _end(worker: _Worker) -> None:
    worker.process.kill()
    worker.process.join()
    worker.pipe.close()


def load(path: Path, folder: Path, pipe: Connection) -> None:
    """Puts the graph of a file into a new store, and says so (or why not)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        content = open_graph(path)
        store = Store(str(folder))
        store.bulk_extend(content)
        store.flush()
    except KgError as error:
        pipe.send(str(error))
    except (OSError, ValueError) as error:
        pipe.send(f"the graph {path} cannot be prepared in {folder.parent}: {error}")
    else:
        pipe.send("")


def work(path: Path, prepared: bool, memory: int, pipe: Connection) -> None:
    """A worker's life: opens the graph, says so (or why not), then answers until the pipe is closed."""
    silence()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        store = Store.read_only(str(path)) if prepared else open_graph(path)
    except (KgError, OSError) as error:
        pipe.send(str(error))
        return
    close_off(memory)
    pipe.send("")
    while True:
        try:
            question = pipe.recv()
        except EOFError:
            return
        try:
            given = answer(question, store)
        except MemoryError:
            given = plain(400, f"the query needs more than the {memory >> 20} MiB of memory that it may take")
        pipe.send(given)
