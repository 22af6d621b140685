"""Oxigraph: an RDF file or a store folder opened for reading, and a store changed document by document.

The default graph always holds the union of the documents' graphs, so a plain query sees each fact once, whatever number
of documents hold it; `GRAPH ?g { … }` tells them apart.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse

from kg import generations
from kg.copies import Print, printed
from kg.errors import KgError
from kg.generations import Generation, named_errors
from kg.ledger import Judgement, Ledger, Record, content
from kg.rdf import BASE, checked_base, copied, file_format, judged, local_iri, quads
from kg.statement import Extraction
from kg.turtle import iri
from kg.versions import Versions

UNKNOWN = Versions("", "", "", "")
"""The versions of documents that were put into a store without saying what found them."""
JUDGEMENTS = "judgements"
"""The local name of the graph that holds the judgements on who is the same as whom."""
COPIES = "copies"
"""The local name of the graph that says which documents print the text of another."""
_MENTIONS = NamedNode(iri("schema:mentions"))
_MANY = 100  # documents from which on Oxigraph's bulk loader is worth its start
_AT_ONCE = 40_000  # quads that it is given: about 100 MB


def open_graph(path: Path) -> Store:
    """A graph to ask: an RDF file is read into memory, a store folder is opened read-only. Creates nothing."""
    if path.is_dir():
        return _folder(path)
    if not path.exists():
        raise KgError(f"no such graph: {path}", "build one with: kg build INPUT -o graph.ttl")
    form = file_format(path)
    store = Store()
    try:
        data = path.read_bytes()
        _refuse_traps(data, form, path)
        store.load(data, format=form)
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise KgError(f"{path}{line} is not valid {form.name}: {_reason(error)}") from error
    except (OSError, ValueError) as error:
        raise KgError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error
    store.extend(in_default(quad) for quad in list(store) if quad.graph_name != DefaultGraph())
    return store


@dataclass(slots=True)
class Change:
    """What the next generation of a store has that the present one lacks, and what it lacks.

    `put` are the records of new documents by key, `quads` gives the N-Quads of one and `text` the print of its text;
    `drop` are keys of documents; `inputs` are files with their fingerprint and what they gave; `judgements`, where given,
    replace those there are; `copies`, where given, says whether documents that print one text are linked from now on.
    """

    put: dict[str, Record] = field(default_factory=dict)
    quads: Callable[[Record], bytes] = lambda _: b""
    text: Callable[[Record], Print] = lambda _: Print()
    drop: set[str] = field(default_factory=set)
    inputs: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    judgements: list[Judgement] | None = None
    copies: bool | None = None


def fill(path: Path, extractions: Iterable[Extraction], base: str = BASE, versions: Versions | None = None) -> int:
    """Puts documents into the store folder `path`, which is made if it does not exist; returns how many.

    They take the place of those with the same identifier; what no other document supports goes with them.
    """
    checked_base(base)
    generations.create(path)
    change, texts, prints = Change(), {}, {}
    for extraction in extractions:
        record = recorded(extraction, versions or UNKNOWN)
        change.put[record.key] = record
        texts[record.key] = lines(quads(extraction, base, versions))
        prints[record.key] = printed(extraction.document.text, extraction.document.date)
    change.quads = lambda record: texts[record.key].encode()
    change.text = lambda record: prints[record.key]
    with generations.locked(path), named_ledger(path) as ledger:
        if ledger is not None:
            check_base(path, ledger, base)
            for identifier in {record.identifier for record in change.put.values()}:
                change.drop |= {record.key for record in ledger.named(identifier)} - change.put.keys()
        apply(path, change, base)
    return len(change.put)


def recorded(extraction: Extraction, versions: Versions) -> Record:
    """The ledger's line on a document."""
    document = extraction.document
    counts = len(extraction.statements), len(extraction.entities)
    return Record(document.key, document.identifier, content(document), *counts, versions)


def lines(found: Iterable[Quad]) -> str:
    """Quads as N-Quads in order."""
    return "".join(sorted({f"{quad} .\n" for quad in found}))


def named_ledger(path: Path) -> "_Opened":
    """The ledger of the published generation, or None where there is none yet; a context manager."""
    return _Opened(path)


class _Opened:
    def __init__(self, path: Path) -> None:
        present = generations.current(path)
        self._ledger = Ledger(present.ledger) if present else None

    def __enter__(self) -> Ledger | None:
        return self._ledger

    def __exit__(self, *_: object) -> None:
        if self._ledger is not None:
            self._ledger.__exit__()


def check_base(path: Path, ledger: Ledger, base: str) -> None:
    """KgError if a store was built with another base."""
    if (known := ledger.fact("base")) not in (None, base):
        raise KgError(f"the store {path} was built with the base {known}, not {base}", f"give --base {known}")


def required(path: Path) -> Path:
    """The path, if a store of this version lies there; KgError otherwise."""
    if not path.exists():
        raise KgError(f"no such store: {path}", "check the path")
    if not generations.is_store(path):
        hint = f"bring it up to date with: kg upgrade {path}" if path.is_dir() and is_bare(path) else "name a store"
        raise KgError(f"{path} is no store of this version", hint)
    return path


def base_of(path: Path) -> str:
    """The base of a store's IRIs; the usual one for anything else."""
    if not generations.is_store(path):
        return BASE
    with named_ledger(path) as ledger:
        return (ledger.fact("base") if ledger else None) or BASE


def apply(path: Path, change: Change, base: str) -> None:
    """Publishes the next generation of a store. Needs `generations.locked`."""
    before = generations.current(path)
    with generations.draft(path) as work, named_errors(path):
        if before is None or _rewrite(before, change):
            _from_scratch(before, work, change, base)
        else:
            _step(before, work, change, base)


def _rewrite(before: Generation, change: Change) -> bool:
    """Whether so much changes that writing all anew is less work than taking out what goes."""
    with Ledger(before.ledger) as ledger:
        gone = sum(ledger.record(key) is not None for key in change.drop | change.put.keys())
        return gone * 2 > ledger.counts()[0]


def _from_scratch(before: Generation | None, work: Generation, change: Change, base: str) -> None:
    old = Store.read_only(str(before.quads)) if before else None
    with Ledger(work.ledger, write=True) as ledger:
        judgements = change.judgements or []
        kept: list[str] = []
        if before is not None:
            with Ledger(before.ledger) as known:
                for record in known.records():
                    if record.key not in change.drop and record.key not in change.put:
                        ledger.put(record)
                        ledger.sign(record.key, known.text(record.key))
                        kept.append(record.key)
                for name, fingerprint, key, what in known.inputs():
                    ledger.put_input(name, fingerprint, [(key, what)])
                if change.judgements is None:
                    judgements = known.judgements()
                ledger.state(COPIES, known.fact(COPIES) or "")

        def everything() -> Iterator[Quad]:
            for key in kept:
                if old is not None:
                    for quad in old.quads_for_pattern(None, None, None, local_iri(key, base)):
                        yield from (quad, in_default(quad))
            for record in change.put.values():
                for quad in _parsed(change.quads(record)):
                    yield from (quad, in_default(quad))
            for quad in judged(judgements, local_iri(JUDGEMENTS, base), base):
                yield from (quad, in_default(quad))

        store = Store(str(work.quads))
        _extend(store, everything())
        _write_ledger(ledger, store, change, judgements, base)


def _step(before: Generation, work: Generation, change: Change, base: str) -> None:
    generations.copy(before, work)
    store = Store(str(work.quads))
    with Ledger(work.ledger, write=True) as ledger:
        for key in sorted(change.drop | change.put.keys()):
            if ledger.record(key) is not None:
                _take_out(store, local_iri(key, base))
                ledger.drop(key)
        if len(change.put) > _MANY:
            _extend(
                store,
                (
                    form
                    for record in change.put.values()
                    for quad in _parsed(change.quads(record))
                    for form in (quad, in_default(quad))
                ),
            )
        else:
            for record in change.put.values():
                new = list(_parsed(change.quads(record)))
                store.extend([form for quad in new for form in (quad, in_default(quad))])
        if change.judgements is not None:
            graph = local_iri(JUDGEMENTS, base)
            _take_out(store, graph)
            new = list(judged(change.judgements, graph, base))
            store.extend([form for quad in new for form in (quad, in_default(quad))])
        judgements = ledger.judgements() if change.judgements is None else change.judgements
        _write_ledger(ledger, store, change, judgements, base)


def _extend(store: Store, found: Iterator[Quad]) -> None:
    """Adds many quads, some at a time: at once, the bulk loader would hold gigabytes of them."""
    while part := list(islice(found, _AT_ONCE)):
        store.bulk_extend(part)


def _take_out(store: Store, graph: NamedNode) -> None:
    """Removes a document's graph, and from the default graph what no other document supports."""
    gone = list(store.quads_for_pattern(None, None, None, graph))
    for quad in gone:
        store.remove(quad)
    store.remove_graph(graph)
    for quad in gone:
        holders = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        if all(holder.graph_name == DefaultGraph() for holder in holders):
            store.remove(in_default(quad))


def _write_ledger(ledger: Ledger, store: Store, change: Change, judgements: list[Judgement], base: str) -> None:
    """Completes the ledger after the quads are safe on the disk."""
    for record in change.put.values():
        ledger.put(record)
        ledger.sign(record.key, change.text(record))
    for (name, fingerprint), documents in change.inputs.items():
        ledger.put_input(name, fingerprint, documents)
    ledger.tidy_inputs()
    if change.judgements is not None:
        for known in ledger.judgements():
            ledger.unjudge(known.judge, (known.first, known.second))
    for judgement in judgements:
        ledger.judge(judgement)
    if change.copies is not None:
        ledger.state(COPIES, "yes" if change.copies else "")
    _link_copies(ledger, store, base)
    mentioned = store.quads_for_pattern(None, _MENTIONS, None, DefaultGraph())
    ledger.state("entities", str(len({quad.object.value for quad in mentioned if isinstance(quad.object, NamedNode)})))
    ledger.state("base", base)
    store.flush()
    ledger.commit()


def _link_copies(ledger: Ledger, store: Store, base: str) -> None:
    """Lets the graph of copies say what the ledger knows, if the store links them; else it is empty."""
    graph = local_iri(COPIES, base)
    wanted = set(copied(ledger.copies(), graph, base)) if ledger.fact(COPIES) else set()
    present = set(store.quads_for_pattern(None, None, None, graph))
    for quad in present - wanted:
        store.remove(quad)
        store.remove(in_default(quad))
    store.extend([form for quad in wanted - present for form in (quad, in_default(quad))])
    if not wanted:
        store.remove_graph(graph)


def links_copies(path: Path) -> bool:
    """Whether a store links documents that print one text."""
    with named_ledger(path) as ledger:
        return bool(ledger and ledger.fact(COPIES))


def _parsed(data: bytes) -> Iterator[Quad]:
    return parse(data, format=RdfFormat.N_QUADS)


def in_default(quad: Quad) -> Quad:
    """The same triple in the default graph."""
    return Quad(quad.subject, quad.predicate, quad.object, DefaultGraph())


def _folder(path: Path) -> Store:
    if generations.is_store(path):
        generation = generations.hold(path)
        generations.check_small_files(generation)
        with named_errors(path):
            return Store.read_only(str(generation.quads))
    if not is_bare(path):
        raise KgError(f"{path} is a folder but no store", "build one with: kg build INPUT --store " + str(path))
    with named_errors(path):
        return Store.read_only(str(path))


def named_quads(path: Path, keys: Iterable[str], base: str) -> Iterator[Quad]:
    """What the graphs of some documents hold."""
    store = open_graph(path)
    documents = {local_iri(key, base) for key in keys}
    for document in documents:
        yield from store.quads_for_pattern(None, None, None, document)
    for quad in store.quads_for_pattern(None, None, None, local_iri(COPIES, base)):
        if quad.subject in documents and quad.object in documents:
            yield quad


def is_bare(path: Path) -> bool:
    """Whether a folder is an Oxigraph store without the frame that kg puts around it."""
    return (path / "CURRENT").is_file()


def _refuse_traps(data: bytes, form: RdfFormat, path: Path) -> None:
    """What would crash or swamp the parser: JSON nested thousands deep, XML that declares entities."""
    if form == RdfFormat.JSON_LD:
        try:
            json.loads(data)
        except RecursionError:
            raise KgError(f"{path} is nested too deeply to be read") from None
    if form == RdfFormat.RDF_XML and b"<!DOCTYPE" in data.replace(b"\0", b""):
        raise KgError(f"{path} has a DOCTYPE, which is not read", "remove it, or convert the file to Turtle")


def _reason(error: SyntaxError) -> str:
    return " ".join(str(error.msg).split())
