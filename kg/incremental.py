"""A store brought up to date: what is unchanged is left alone, the rest extracted, and all of it published at once.

Each extraction is kept in a file of its own as soon as it is there, so a build that is ended, however, goes on where it
was. Only when all inputs are through does the next generation of the store appear.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kg import generations
from kg.copies import printed
from kg.document import Document
from kg.errors import KgError
from kg.ledger import Ledger, Pending, Record, content
from kg.outcome import Built, Event, Report, tell_dropped
from kg.parts import extract_all
from kg.rdf import quads
from kg.readers import Finished, Skipped, Warned, scan
from kg.store import Change, apply, check_base, lines, links_copies, named_ledger, recorded
from kg.versions import Versions, current

if TYPE_CHECKING:
    from kg.extractors import Extractor

_COMMIT_SECONDS = 1.0


@dataclass(slots=True)
class _Work:
    """What is known so far of a build that is under way; `taken` are the keys of what was handed to the extractor."""

    store: Path
    base: str
    refresh: bool
    versions: Versions
    ledger: Ledger | None
    pending: Pending
    skip: Callable[[Skipped], None]
    gazetteer: tuple[Path, ...] = ()
    workers: int = 1
    extractor: "Extractor | None" = None
    taken: set[str] = field(default_factory=set)
    change: Change = field(default_factory=Change)
    kept: dict[str, Record] = field(default_factory=dict)
    stale: int = 0
    dropped: int = 0

    def known(self, name: str, fingerprint: str) -> bool:
        """Whether a file need not be read: all that it gave is in the store as it was."""
        if self.ledger is None:
            return False
        documents = self.ledger.input(name, fingerprint)
        records = [self.ledger.record(key) for key, _ in documents]
        for (_, what), record in zip(documents, records, strict=True):
            if record is None or record.content != what or record.key in self.kept or record.key in self.change.put:
                return False
            if self.refresh and record.versions != self.versions:
                return False
        for record in records:
            if record is not None:
                self.keep(record)
        return bool(records)

    def keep(self, record: Record) -> None:
        self.kept[record.key] = record
        self.stale += record.versions != self.versions

    def settled(self, document: Document) -> bool:
        """Whether a document needs no extraction: it is in the store, or was extracted by a build that was ended."""
        key, what = document.key, content(document)
        present = self.ledger.record(key) if self.ledger else None
        if present and present.content == what and not (self.refresh and present.versions != self.versions):
            self.keep(present)
            return True
        waiting = self.pending.find(key, what, self.base)
        if waiting and waiting.versions == self.versions:
            self.change.put[key] = waiting
            return True
        return False

    def drop_what_is_replaced(self, prune: bool) -> None:
        """Old versions of what was read; with `prune`, also all that was not read."""
        if self.ledger is None:
            return
        stay = self.kept.keys() | self.change.put.keys()
        if prune:
            self.change.drop = {record.key for record in self.ledger.records()} - stay
            return
        for identifier in {record.identifier for record in (*self.kept.values(), *self.change.put.values())}:
            self.change.drop |= {record.key for record in self.ledger.named(identifier)} - stay


def update(
    store: Path,
    inputs: Sequence[str | Path],
    date: str | None,
    base: str,
    *,
    prune: bool = False,
    refresh: bool = False,
    network: bool = False,
    gazetteer: tuple[Path, ...] = (),
    workers: int = 1,
    copies: bool | None = None,
    extractor: "Extractor | None" = None,
    on_event: Callable[[Event], None] = lambda _: None,
) -> tuple[Report, list[str]]:
    """Brings the store folder up to date with the inputs; also returns the keys of the documents they gave.

    Documents of an earlier version of an input go; with `prune`, so do those that no input gave. Where nothing can be
    built, the store stays as it is. `copies` is whether documents that print one text are linked; None leaves that.
    """
    new = not store.exists()
    generations.create(store)
    try:
        with generations.locked(store):
            result = _update(
                store, inputs, date, base, prune, refresh, network, gazetteer, workers, copies, extractor, on_event
            )
    finally:
        if new and generations.current(store) is None and not generations.pending(store).exists():
            shutil.rmtree(store, ignore_errors=True)
    return result


def _update(
    store: Path,
    inputs: Sequence[str | Path],
    date: str | None,
    base: str,
    prune: bool,
    refresh: bool,
    network: bool,
    gazetteer: tuple[Path, ...],
    workers: int,
    copies: bool | None,
    extractor: "Extractor | None",
    on_event: Callable[[Event], None],
) -> tuple[Report, list[str]]:
    skipped: list[Skipped] = []

    def skip(what: Skipped) -> None:
        skipped.append(what)
        on_event(what)

    with named_ledger(store) as ledger, Pending(generations.pending(store)) as pending:
        if ledger is not None:
            check_base(store, ledger, base)
        versions = current(gazetteer).by(extractor)
        work = _Work(store, base, refresh, versions, ledger, pending, skip, gazetteer, workers, extractor)
        _extract(work, scan(inputs, date, skip, None, on_event, network, work.known), on_event)
        work.drop_what_is_replaced(prune and _all_there(inputs, on_event))
        work.change.quads = lambda record: pending.quads(record.key, record.content)
        work.change.text = lambda record: pending.text(record.key, record.content)
        work.change.copies = copies
        read = len(work.kept) + len(work.change.put)
        switched = copies is not None and copies != links_copies(store)
        if read and (work.change.put or work.change.drop or work.change.inputs or switched):
            apply(store, work.change, base)
        waiting = pending.count()
    if read or not waiting:
        generations.pending(store).unlink(missing_ok=True)
    if work.stale:
        names = " and ".join(_differences(work))
        message = f"{work.stale} documents were built with another {names}; --refresh builds them again"
        on_event(Warned(str(store), message))
    return _report(store, work, skipped), [*work.kept, *work.change.put]


def _extract(work: _Work, found: Iterator[Document | Finished], on_event: Callable[[Event], None]) -> None:
    given: list[tuple[str, str]] = []  # what the file that is being read has given

    def unsettled() -> Iterator[Document]:
        for item in found:
            if isinstance(item, Finished):
                if item.whole and not item.known and given:
                    work.change.inputs[item.name, item.fingerprint] = list(given)
                given.clear()
                continue
            if item.key in work.kept or item.key in work.change.put or item.key in work.taken:
                work.skip(Skipped(item.identifier, "a duplicate: the same name and text were read before"))
                given.clear()
                continue
            given.append((item.key, content(item)))
            if not work.settled(item):
                work.taken.add(item.key)
                yield item

    committed = time.monotonic()
    with closing(extract_all(unsettled(), work.skip, work.gazetteer, work.workers, work.extractor)) as extractions:
        for extraction in extractions:
            work.dropped += tell_dropped(extraction, on_event)
            record = recorded(extraction, work.versions)
            text = printed(extraction.document.text, extraction.document.date)
            work.pending.put(record, work.base, lines(quads(extraction, work.base, work.versions)), text)
            work.change.put[record.key] = record
            if time.monotonic() - committed > _COMMIT_SECONDS:
                work.pending.commit()
                committed = time.monotonic()
            on_event(Built(record.identifier))
    work.pending.commit()


def _all_there(inputs: Sequence[str | Path], on_event: Callable[[Event], None]) -> bool:
    """Whether every path of the call exists: a disk that is not mounted is no reason to drop what came from it."""
    gone = [str(given) for given in inputs if not _exists(given)]
    for given in gone:
        on_event(Warned(given, "not there, so nothing is pruned"))
    return not gone


def _exists(given: str | Path) -> bool:
    return str(given) == "-" or str(given).startswith(("http://", "https://")) or Path(given).exists()


def _differences(work: _Work) -> list[str]:
    found = {name for record in work.kept.values() for name in record.versions.differences(work.versions)}
    return sorted(found)


def _report(store: Path, work: _Work, skipped: list[Skipped]) -> Report:
    statements = entities = 0
    if generations.current(store) is not None:
        with named_ledger(store) as ledger:
            if ledger is None:
                raise KgError(f"the store {store} is gone", "who removed it?")
            statements, entities = ledger.counts()[1], int(ledger.fact("entities") or 0)
    counts = len(work.change.put), len(work.kept)
    return Report(*counts, tuple(skipped), statements, entities, removed=len(work.change.drop), dropped=work.dropped)
