"""Many documents: read, extract, write, and say what became of each."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from kg.document import Document
from kg.errors import InputError, KgError, UsageError
from kg.gazetteer import load as load_gazetteer
from kg.readers import Skipped, Warned, read
from kg.readers.metadata import valid_date
from kg.statement import Extraction


@dataclass(frozen=True, slots=True)
class Started:
    """All inputs are read; `documents` go into the extractor now."""

    documents: int


@dataclass(frozen=True, slots=True)
class Built:
    """One document is done."""

    identifier: str


Event: TypeAlias = Started | Built | Skipped | Warned


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the inputs, and how many different statements and entities they gave.

    >>> print(Report(stored=2, unchanged=0, skipped=(Skipped("a.txt", "empty"),), statements=9, entities=5))
    read 3 = stored 2 + unchanged 0 + skipped 1; 9 statements, 5 entities
    """

    stored: int
    unchanged: int
    skipped: tuple[Skipped, ...]
    statements: int
    entities: int

    @property
    def read(self) -> int:
        """All inputs: documents, and what was skipped."""
        return self.stored + self.unchanged + len(self.skipped)

    def __str__(self) -> str:
        return (
            f"read {self.read} = stored {self.stored} + unchanged {self.unchanged} + skipped {len(self.skipped)}; "
            f"{self.statements} statements, {self.entities} entities"
        )


def build(
    inputs: Sequence[str | Path],
    output: Path | None = None,
    *,
    store: Path | None = None,
    date: str | None = None,
    base: str | None = None,
    gazetteer: Sequence[str | Path] = (),
    on_event: Callable[[Event], None] = lambda _: None,
) -> Report:
    """Reads files, folders and `-`, and writes their graph to a file, fills a store with it, or both.

    `date` is the publication date of documents without one; `base` begins the IRIs of what is built; `gazetteer`
    are files of names of one's own (ontology/gazetteer/FORMAT.md), which win over the shipped ones. Whatever is wrong
    with one document is told to `on_event` and counted; the others are built. Where nothing is left to build, nothing
    is written. A target that cannot be written is refused before any work.
    """
    if output is None and store is None:
        raise UsageError("nowhere to put the graph", "name a file with -o graph.ttl, or a store with --store DIR")
    if date is not None and valid_date(date) is None:
        raise UsageError(f"no such date: {date}", "write it as YYYY-MM-DD")
    from kg import rdf
    from kg.store import fill

    base = rdf.checked_base(base) if base is not None else rdf.BASE
    if output is not None:
        rdf.file_format(output)  # refuses an ending that no format has
        check_place(output)
    if store is not None:
        check_place(store, folder=True)
        if store.exists():
            fill(store, (), base)  # in use, damaged, or no store at all: better known before the work than after

    names = tuple(Path(path).absolute() for path in gazetteer)
    load_gazetteer(names)  # a mistake in them is better known before the work

    skipped: list[Skipped] = []

    def skip(what: Skipped) -> None:
        skipped.append(what)
        on_event(what)

    documents = sorted(read(inputs, date, skip, on_warning=on_event), key=lambda d: (d.identifier, d.text))
    on_event(Started(len(documents)))
    extractions = []
    for extraction in extract_all(documents, skip, names):
        extractions.append(extraction)
        on_event(Built(extraction.document.identifier))
    if extractions:
        if output is not None:
            rdf.write(extractions, output, base)
        if store is not None:
            fill(store, extractions, base)
    return Report(
        stored=len(extractions),
        unchanged=0,
        skipped=tuple(skipped),
        statements=len({statement.key for extraction in extractions for statement in extraction.statements}),
        entities=len({entity.key for extraction in extractions for entity in extraction.entities}),
    )


def extract_all(
    documents: Iterable[Document], skip: Callable[[Skipped], None], gazetteer: Sequence[Path] = ()
) -> Iterator[Extraction]:
    """What the extractor finds in each document; one on which it fails is skipped, the others go on.

    The extractor takes documents in batches. When it fails, the documents it had taken and not given back are done
    again one by one, so that only the one at fault is lost.
    """
    from kg.extract import extract

    read_all = partial(extract, gazetteer=gazetteer) if gazetteer else extract
    source = iter(documents)
    taken: list[Document] = []

    def handed() -> Iterator[Document]:
        for document in source:
            taken.append(document)
            yield document

    while True:
        try:
            for extraction in read_all(handed()):
                taken.remove(extraction.document)
                yield extraction
            return
        except Exception as error:
            if (isinstance(error, KgError) and not isinstance(error, InputError)) or not taken:
                raise  # not a matter of one document: no model, a broken ontology
        for document in taken:
            try:
                yield from list(read_all([document]))
            except InputError as error:
                skip(Skipped(document.identifier, error.message, error.hint))
            except KgError:
                raise
            except Exception as error:
                reason = f"the extraction failed: {type(error).__name__}: {error}"
                skip(Skipped(document.identifier, reason, "please report it with the text"))
        taken.clear()


def check_place(path: Path, folder: bool = False) -> None:
    """KgError unless a file, or a store's folder, can be written at `path`."""
    parent = path.absolute().parent
    if not parent.is_dir():
        raise UsageError(f"no such folder: {parent}", "make it first, or write elsewhere")
    if path.exists() and path.is_dir() != folder:
        raise UsageError(f"{path} is a {'file' if folder else 'folder'}", "name another place")
    if not os.access(parent, os.W_OK | os.X_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise KgError(f"cannot write {path}: no permission", "write elsewhere")
