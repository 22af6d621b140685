"""Work that may hang or crash, done in a process of its own: the engine has no timeout, and a bad query can end it."""

import multiprocessing
import signal
import sys
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeVar

from kg.errors import KgError
from kg.sandbox import close_off, silence

Given = TypeVar("Given")
Made = TypeVar("Made")

MEMORY = 4 << 30
"""Bytes of memory that the work may take beyond what it was given."""


def isolated(prepare: Callable[[], Given], work: Callable[[Given], Made], seconds: float | None, what: str) -> Made:
    """What `work` makes of what `prepare` returns, or the KgError that either raises; `what` names it in messages.

    `work` has no network, writes no files and has MEMORY bytes. KgError as well where both take longer than `seconds`,
    or where their process crashes. What is returned has to be picklable. Where there is no fork, as on Windows, the
    work is done here, without these guards.

    >>> isolated(lambda: 20, lambda given: given + 1, 10, "the sum")
    21
    """
    if "fork" not in multiprocessing.get_all_start_methods() or sys.platform == "darwin":
        return work(prepare())
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_do, args=(prepare, work, theirs), daemon=True)
    with warnings.catch_warnings():
        # Python 3.12 warns of threads; the child uses nothing that they could hold a lock on.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    theirs.close()
    try:
        if not ours.poll(seconds):
            raise KgError(
                f"{what} took longer than {seconds:g} seconds and was stopped", "ask for less, or give --timeout more"
            )
        done: Made | Exception = ours.recv()
    except EOFError:
        process.join()
        if process.exitcode is None or process.exitcode >= 0:
            raise RuntimeError(f"{what}: the process that did it ended without a word") from None
        reason = {
            -signal.SIGABRT: f"needs more than {MEMORY >> 30} GiB of memory",
            -signal.SIGSYS: "asks another server, which is never done",
        }.get(process.exitcode or 0, "is too deep or too large for the engine, which gave up")
        raise KgError(f"{what} {reason}") from None
    finally:
        process.kill()
        process.join()
        ours.close()
    if isinstance(done, Exception):
        raise done
    return done


def _do(prepare: Callable[[], Given], work: Callable[[Given], object], pipe: Connection) -> None:
    silence()
    try:
        given = prepare()
        close_off(MEMORY)
        pipe.send(work(given))
    except MemoryError:
        pipe.send(KgError(f"the work needs more than {MEMORY >> 30} GiB of memory"))
    except Exception as error:
        pipe.send(error if isinstance(error, KgError | OSError) else RuntimeError(repr(error)))
    except KeyboardInterrupt:
        pipe.close()
