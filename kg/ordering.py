"""Sorting more than the memory should hold: what has come so far goes to files, which are merged at the end."""

import heapq
import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import Any, Generic, TypeVar

Row = TypeVar("Row", str, tuple[str | int, ...])
BUDGET = 16_000_000
_MOST_RUNS = 200  # files that are open at once


class Ordering(Generic[Row]):
    """Texts, or tuples of texts and numbers, that come in any order and are given back in order, each once.

    About `budget` characters are in memory at a time, the rest in files in `room` whose names begin with `name`.

    >>> found = Ordering[str](Path("."))
    >>> found.add("b"); found.add("a"); found.add("b")
    >>> list(found)
    ['a', 'b']
    """

    def __init__(self, room: Path, name: str = "run", budget: int | None = None) -> None:
        self._room, self._name, self._budget = room, name, budget or BUDGET
        self._held: set[Row] = set()
        self._runs: list[Path] = []
        self._size = self._made = 0

    def add(self, row: Row) -> None:
        if row in self._held:
            return
        self._held.add(row)
        self._size += len(row) if isinstance(row, str) else sum(len(cell) for cell in row if isinstance(cell, str))
        if self._size <= self._budget:
            return
        self._write(sorted(self._held))
        self._held.clear()
        self._size = 0
        if len(self._runs) == _MOST_RUNS:
            joined, self._runs = self._runs, []
            self._write(_merged(joined))
            for run in joined:
                run.unlink()

    def __iter__(self) -> Iterator[Row]:
        rest = sorted(self._held)
        yield from _merged(self._runs, rest) if self._runs else rest

    def _write(self, rows: Iterable[Row]) -> None:
        path = self._room / f"{self._name}-{self._made}"
        self._made += 1
        with path.open("w", encoding="ascii", newline="") as stream:
            stream.writelines(json.dumps(row) + "\n" for row in rows)
        self._runs.append(path)


def ordered(rows: Iterable[Row], room: Path, budget: int | None = None) -> Iterator[Row]:
    """The rows in order and each once, as of an Ordering."""
    found = Ordering[Row](room, budget=budget)
    for row in rows:
        found.add(row)
    yield from found


def _merged(runs: list[Path], rest: Iterable[Row] = ()) -> Iterator[Row]:
    with ExitStack() as files:
        streams: list[Iterable[Row]] = [map(_row, files.enter_context(run.open("rb"))) for run in runs]
        yield from (row for row, _ in groupby(heapq.merge(*streams, rest)))


def _row(line: bytes) -> Any:
    found = json.loads(line)
    return found if isinstance(found, str) else tuple(found)
