"""Many documents: read, extract, write to a file or a store, and say what became of each."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from kg.crew import default_workers
from kg.document import Document
from kg.errors import KgError, UsageError
from kg.gazetteer import load as load_gazetteer
from kg.outcome import Built, Event, Report, Started
from kg.parts import extract_all
from kg.readers import Skipped, read
from kg.readers.metadata import valid_date
from kg.statement import Extraction

__all__ = ["Built", "Event", "Report", "Started", "build", "check_place", "extract_all", "extractions"]


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
    on_event: Callable[[Event], None] = lambda _: None,
) -> Report:
    """Reads files, folders and `-`, and writes their graph to a file, brings a store up to date with them, or both.

    `date` is the publication date of documents without one; `base` begins the IRIs of what is built; `prune` drops
    documents from the store that no input gives; `refresh` builds again what other versions built; `network` allows
    inputs that are web addresses; `gazetteer` are files of names of one's own (ontology/gazetteer/FORMAT.md), which win
    over the shipped ones; `workers` is how many processes extract at most (by default one for each core; the result is
    the same). Whatever is wrong with one document is told to `on_event` and counted; the others
    are built. Where nothing is left to build, nothing is written. A target that cannot be written is refused before
    any work.
    """
    if output is None and store is None:
        raise UsageError("nowhere to put the graph", "name a file with -o graph.ttl, or a store with --store DIR")
    if store is None and (prune or refresh):
        raise UsageError("only a store can be pruned or refreshed", "name one with --store DIR")
    if date is not None and valid_date(date) is None:
        raise UsageError(f"no such date: {date}", "write it as YYYY-MM-DD")
    if workers is not None and workers < 1:
        raise UsageError(f"{workers} workers do nothing", "give at least 1")
    from kg import rdf

    workers = workers or default_workers()
    names = tuple(Path(path).absolute() for path in gazetteer)
    load_gazetteer(names)  # a mistake in them is better known before the work
    if output is not None:
        rdf.file_format(output)  # refuses an ending that no format has
        check_place(output)
    if store is None:
        checked = rdf.checked_base(base) if base is not None else rdf.BASE
        return _build_file(inputs, output, date, checked, network, names, workers, on_event)  # type: ignore[arg-type]
    from kg import incremental
    from kg.store import base_of, named_quads

    check_place(store, folder=True)
    if base is None:
        base = base_of(store)
    rdf.checked_base(base)
    report, keys = incremental.update(
        store, inputs, date, base, prune=prune, refresh=refresh, network=network, gazetteer=names, workers=workers,
        on_event=on_event,
    )  # fmt: skip
    if output is not None and keys:
        rdf.write_quads(set(named_quads(store, keys, base)), output, base)
    return report


def extractions(
    inputs: Iterable[str | Path | Document],
    *,
    date: str | None = None,
    network: bool = False,
    gazetteer: Sequence[str | Path] = (),
    workers: int = 1,
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

    with closing(extract_all(documents(), on_event, names, workers)) as found:
        yield from found


def _build_file(
    inputs: Sequence[str | Path],
    output: Path,
    date: str | None,
    base: str,
    network: bool,
    gazetteer: tuple[Path, ...],
    workers: int,
    on_event: Callable[[Event], None],
) -> Report:
    from kg import rdf, versions

    skipped: list[Skipped] = []

    def skip(what: Skipped) -> None:
        skipped.append(what)
        on_event(what)

    found = read(inputs, date, skip, on_warning=on_event, network=network)
    documents = sorted(found, key=lambda document: (document.identifier, document.text))
    on_event(Started(len(documents)))
    extractions = []
    with closing(extract_all(documents, skip, gazetteer, workers)) as found_in:
        for extraction in found_in:
            extractions.append(extraction)
            on_event(Built(extraction.document.identifier))
    if extractions:
        rdf.write(extractions, output, base, versions.current(gazetteer))
    return Report(
        stored=len(extractions),
        unchanged=0,
        skipped=tuple(skipped),
        statements=len({statement.key for extraction in extractions for statement in extraction.statements}),
        entities=len({entity.key for extraction in extractions for entity in extraction.entities}),
    )


def check_place(path: Path, folder: bool = False) -> None:
    """KgError unless a file, or a store's folder, can be written at `path`."""
    parent = path.absolute().parent
    if not parent.is_dir():
        raise UsageError(f"no such folder: {parent}", "make it first, or write elsewhere")
    if path.exists() and path.is_dir() != folder:
        raise UsageError(f"{path} is a {'file' if folder else 'folder'}", "name another place")
    if not os.access(parent, os.W_OK | os.X_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise KgError(f"cannot write {path}: no permission", "write elsewhere")
