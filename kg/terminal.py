"""Where output goes: results to standard output, messages and progress to standard error."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.outcome import Event


def say(message: str) -> None:
    """A line for people, without anything that could steer their terminal."""
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


@contextmanager
def progress() -> Iterator[Callable[["Event"], None]]:
    """Tells of skipped inputs and warnings at once, and on a terminal how far the work is.

    The bar is drawn from here, at most four times a second, and by no thread: one that runs beside the parser makes it
    many times slower.
    """
    from kg.outcome import Built, Started

    if not sys.stderr.isatty():
        yield lambda event: None if isinstance(event, Started | Built) else say(str(event))
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), auto_refresh=False, transient=True) as bar:
        task = bar.add_task("extracting", total=None)
        drawn = 0.0

        def show(event: "Event") -> None:
            nonlocal drawn
            if isinstance(event, Started):
                bar.update(task, total=event.documents)
            elif isinstance(event, Built):
                bar.advance(task)
            else:
                say(str(event))
            if (now := time.monotonic()) - drawn > 0.25:
                drawn = now
                bar.refresh()

        yield show
