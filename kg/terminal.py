"""Where output goes: results to standard output, messages and progress to standard error."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.outcome import Event


class LogFormat(StrEnum):
    """How messages are written."""

    TEXT = "text"
    JSON = "json"


@dataclass(slots=True)
class _Manner:
    least: int = 1
    form: LogFormat = LogFormat.TEXT


LEVELS = ("detail", "note", "warning", "error")
"""How much a message matters; details are said with --verbose only, notes not with --quiet."""
_manner = _Manner()


def speak(quiet: bool, verbose: bool, form: LogFormat) -> None:
    """Settles for this process which messages are said, and how. Where both are wished, quiet wins."""
    _manner.least = 2 if quiet else 0 if verbose else 1
    _manner.form = form


def say(message: str, level: str = "note", **facts: str | int | float) -> None:
    """A line for people, without anything that could steer their terminal; as JSON it has `facts` as well."""
    if LEVELS.index(level) < _manner.least:
        return
    if _manner.form is LogFormat.JSON:
        print(json.dumps({"level": level, "message": message, **facts}, ensure_ascii=True), file=sys.stderr)
        return
    print("".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in message), file=sys.stderr)


def write(text: str) -> None:
    sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows to standard output: for a terminal as a table that wraps, otherwise in plain columns of full width."""
    if sys.stdout.isatty():
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        # What is empty throughout would only take room from the rest.
        filled = [at for at in range(len(columns)) if not rows or any(row[at] for row in rows)]
        table = Table(box=box.SIMPLE_HEAD)
        for at in filled:
            table.add_column(columns[at], overflow="fold")
        for row in rows:
            table.add_row(*(Text(row[at]) for at in filled))
        Console().print(table)
        return
    cells = [[" ".join(cell.split()) for cell in row] for row in (columns, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _tell(event: "Event") -> None:
    """What became of an input, in words: what was built only as a detail."""
    from kg.outcome import Built
    from kg.readers import Skipped

    if isinstance(event, Built):
        say(f"built {event.identifier}", "detail", built=event.identifier)
    else:
        facts = {"skipped": event.where, "reason": event.reason} if isinstance(event, Skipped) else {}
        say(str(event), "warning", **facts)


@contextmanager
def progress() -> Iterator[Callable[["Event"], None]]:
    """Tells of skipped inputs and warnings at once, and on a terminal how far the work is.

    The bar is drawn from here, at most four times a second, and by no thread: one that runs beside the parser makes it
    many times slower.
    """
    from kg.outcome import Built

    if not sys.stderr.isatty() or _manner.form is LogFormat.JSON or _manner.least > 1:
        yield _tell
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("extracting"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), auto_refresh=False, transient=True) as bar:
        task = bar.add_task("extracting", total=None, rate="")
        drawn = 0.0

        def show(event: "Event") -> None:
            nonlocal drawn
            if isinstance(event, Built):
                bar.advance(task)
            else:
                _tell(event)
            if (now := time.monotonic()) - drawn > 0.25:
                drawn = now
                bar.update(task, rate=f"{bar.tasks[0].speed:.1f}/s" if bar.tasks[0].speed else "")
                bar.refresh()

        yield show
