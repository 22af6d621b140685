"""Many documents: read, extract, write to a file or a store, and say what became of each."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from kg.crew import default_workers
from kg.document import Document
from kg.errors import KgError, UsageError
from kg.gazetteer import load as load_gazetteer
from kg.outcome import Built, Event, Report, tell_dropped
from kg.parts import extract_all
from kg.readers import Skipped, read
from kg.readers.metadata import valid_date
from kg.statement import Extraction

if TYPE_CHECKING:
    from pyoxigraph import Quad

    from kg.extractors import Extractor
    from kg.ledger import Ledger

ENGINES = ("processes", "ray")
__all__ = ["Built", "Event", "Report", "build", "check_place", "extract_all", "extractions"]


def build(
    inputs: Sequence[str | Path],
    output: Path | None = None,
    *,
    store: Path | None = None,
    date: str | None = None,
    base: str | None = None,
    prune: bool = False,
    refresh: bool = False,
    network: bool = False,
    gazetteer: Sequence[str | Path] = (),
    workers: int | None = None,
    copies: bool | None = None,
    engine: str | None = None,
    extractor: "Extractor | None" = None,
    on_event: Callable[[Event], None] = lambda _: None,
) -> Report:
    """Reads files, folders and `-`, and writes their graph to a file, brings a store up to date with them, or both.

    `date` is the publication date of documents without one; `base` begins the IRIs of what is built; `prune` drops
    documents from the store that no input gives; `refresh` builds again what other versions built; `network` allows
    inputs that are web addresses; `gazetteer` are files of names of one's own (ontology/gazetteer/FORMAT.md), which win
    over the shipped ones; `copies` links documents that print one text to the earliest of them, so that they count as
    one source (a store goes on as it began where it is None); `workers` is how many processes extract at most (by
    default one for each core; the result is the same); `extractor` takes the place of kg's own (kg.extractors), by
    default in one process. Whatever is wrong with one document is told to `on_event` and counted; the others
    are built. Where nothing is left to build, nothing is written. A target that cannot be written is refused before
    any work.

    With `engine`, "processes" or "ray", `output` is a folder of parts (kg.spread), and a part that is there is not made
    again.
    """
    if engine is not None and (engine not in ENGINES or output is None or store is not None or copies):
        raise UsageError(
            f"an engine ({' or '.join(ENGINES)}) makes parts in a folder",
            "name it with -o; kg merge makes a store of them",
        )
    if engine is not None and extractor is not None:
        raise UsageError("an engine makes parts with kg's own extractor", "leave --engine or --extractor away")
    if output is None and store is None:
        raise UsageError("nowhere to put the graph", "name a file with -o graph.ttl, or a store with --store DIR")
    if store is None and (prune or refresh):
        raise UsageError("only a store can be pruned or refreshed", "name one with --store DIR")
    if date is not None and valid_date(date) is None:
        raise UsageError(f"no such date: {date}", "write it as YYYY-MM-DD")
    if workers is not None and workers < 1:
        raise UsageError(f"{workers} workers do nothing", "give at least 1")
    from kg import rdf

    names = tuple(Path(path).absolute() for path in gazetteer)
    load_gazetteer(names)  # a mistake in them is better known before the work
    if engine is not None and output is not None:
        check_place(output, folder=True)
        return _build_parts(inputs, output, engine, date, base, network, names, workers, on_event)
    workers = workers or default_workers(extractor)
    if output is not None:
        rdf.file_format(output)  # refuses an ending that no format has
        check_place(output)
    if store is None:
        checked = rdf.checked_base(base) if base is not None else rdf.BASE
        return _build_file(inputs, output, date, checked, network, names, workers, bool(copies), extractor, on_event)  # type: ignore[arg-type]
    from kg import incremental
    from kg.store import base_of, named_quads

    check_place(store, folder=True)
    if base is None:
        base = base_of(store)
    rdf.checked_base(base)
    report, keys = incremental.update(
        store, inputs, date, base, prune=prune, refresh=refresh, network=network, gazetteer=names, workers=workers,
        copies=copies, extractor=extractor, on_event=on_event,
    )  # fmt: skip
    if output is not None and keys:
        rdf.write_quads(set(named_quads(store, keys, base)), output, base)
    return report


def _build_parts(
    inputs: Sequence[str | Path],
    output: Path,
    engine: str,
    date: str | None,
    base: str | None,
    network: bool,
    gazetteer: tuple[Path, ...],
    workers: int | None,
    on_event: Callable[[Event], None],
) -> Report:
    from kg import cluster, rdf, spread, versions

    how = spread.How(rdf.checked_base(base or rdf.BASE), versions.current(gazetteer), gazetteer)
    if engine == "processes":
        make, workers = spread.processes, workers or default_workers()
    else:
        make = cluster.parts
    return spread.build(inputs, output, make, how, date=date, network=network, workers=workers, on_event=on_event)


def extractions(
    inputs: Iterable[str | Path | Document],
    *,
    date: str | None = None,
    network: bool = False,
    gazetteer: Sequence[str | Path] = (),
    workers: int = 1,
    extractor: "Extractor | None" = None,
    on_event: Callable[[Event], None] = lambda _: None,
) -> Iterator[Extraction]:
    """What each document says, one document at a time: as many as there are, in the memory of one.

    `inputs` are files, folders, `-`, or documents of one's own, also from a generator that never ends. The rest is as for
    `build`. What cannot be read is told to `on_event`, and the others go on.

    >>> for found in extractions([Document("a.txt", "Kenya accused Somalia of shelling the border.")]):
    ...     print(found.document.identifier, [s.predicate for s in found.statements])
    a.txt ['accuses']
    """
    if date is not None and valid_date(date) is None:
        raise UsageError(f"no such date: {date}", "write it as YYYY-MM-DD")
    names = tuple(Path(path).absolute() for path in gazetteer)
    load_gazetteer(names)

    def documents() -> Iterator[Document]:
        for item in inputs:
            if isinstance(item, Document):
                yield item if item.date or date is None else replace(item, date=date)
            else:
                yield from read([item], date, on_event, on_warning=on_event, network=network)

    with closing(extract_all(documents(), on_event, names, workers, extractor)) as found:
        for extraction in found:
            tell_dropped(extraction, on_event)
            yield extraction


def _build_file(
    inputs: Sequence[str | Path],
    output: Path,
    date: str | None,
    base: str,
    network: bool,
    gazetteer: tuple[Path, ...],
    workers: int,
    copies: bool,
    extractor: "Extractor | None",
    on_event: Callable[[Event], None],
) -> Report:
    from kg import rdf, versions
    from kg.copies import printed
    from kg.ledger import Ledger
    from kg.store import recorded

    skipped: list[Skipped] = []
    stored = statements = dropped = 0
    entities: set[str] = set()

    def skip(what: Skipped) -> None:
        skipped.append(what)
        on_event(what)

    def once() -> Iterator[Document]:
        taken: set[str] = set()
        for document in read(inputs, date, skip, on_warning=on_event, network=network):
            if document.key in taken:
                skip(Skipped(document.identifier, "a duplicate: the same name and text were read before"))
                continue
            taken.add(document.key)
            yield document

    now = versions.current(gazetteer).by(extractor)
    with ExitStack() as open_:
        found = open_.enter_context(closing(extract_all(once(), skip, gazetteer, workers, extractor)))
        ledger = open_.enter_context(
            Ledger(Path(open_.enter_context(TemporaryDirectory(prefix="kg-"))) / "ledger", True)
        )

        def counted(extractions: Iterable[Extraction]) -> Iterator[Extraction]:
            nonlocal stored, statements, dropped
            for extraction in extractions:
                dropped += tell_dropped(extraction, on_event)
                stored += 1
                statements += len({statement.key for statement in extraction.statements})
                entities.update(entity.key for entity in extraction.entities)
                if copies:
                    record = recorded(extraction, now)
                    ledger.put(record)
                    ledger.sign(record.key, printed(extraction.document.text, extraction.document.date))
                yield extraction
                on_event(Built(extraction.document.identifier))

        if (first := next(found, None)) is not None:
            links = partial(_links, ledger, base)
            rdf.write(counted(chain([first], found)), output, base, now, links)
    return Report(stored, 0, tuple(skipped), statements, len(entities), dropped=dropped)


def _links(ledger: "Ledger", base: str) -> "Iterator[Quad]":
    from kg.rdf import copied, local_iri
    from kg.store import COPIES

    return copied(ledger.copies(), local_iri(COPIES, base), base)


def check_place(path: Path, folder: bool = False) -> None:
    """KgError unless a file, or a store's folder, can be written at `path`."""
    parent = path.absolute().parent
    if not parent.is_dir():
        raise UsageError(f"no such folder: {parent}", "make it first, or write elsewhere")
    if path.exists() and path.is_dir() != folder:
        raise UsageError(f"{path} is a {'file' if folder else 'folder'}", "name another place")
    if not os.access(parent, os.W_OK | os.X_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise KgError(f"cannot write {path}: no permission", "write elsewhere")
