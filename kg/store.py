"""Oxigraph: an RDF file or a store folder opened for reading, and a store filled document by document.

The default graph always holds the union of the documents' graphs, so a plain query sees each fact once, whatever number
of documents hold it; `GRAPH ?g { … }` tells them apart.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store

from kg.errors import KgError
from kg.rdf import BASE, checked_base, file_format, quads
from kg.statement import Extraction
from kg.turtle import iri

_IDENTIFIER = NamedNode(iri("schema:identifier"))


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
    store.extend(_in_default(quad) for quad in list(store) if quad.graph_name != DefaultGraph())
    return store


def fill(path: Path, extractions: Iterable[Extraction], base: str = BASE) -> int:
    """Puts documents into the store folder `path`, which is made if it does not exist; returns how many.

    A document takes the place of one with the same identifier; what no other document supports goes with it.
    """
    checked_base(base)
    if path.exists() and not _is_store(path) and not (path.is_dir() and not any(path.iterdir())):
        raise KgError(f"{path} exists and is no store", "name an empty or a new folder")
    count = 0
    with _named_errors(path):
        store = Store(path)
        for extraction in extractions:
            _replace(store, extraction.document.identifier, set(quads(extraction, base)))
            count += 1
        store.flush()
    return count


def _replace(store: Store, identifier: str, new: set[Quad]) -> None:
    old = {
        quad
        for graph in list(_graphs_of(store, identifier))
        for quad in store.quads_for_pattern(None, None, None, graph)
    }
    # First all that is new, then away with the old: a reader or a crash in between meets too much, never too little.
    store.extend([form for quad in new for form in (quad, _in_default(quad))])
    gone = old - new
    for quad in gone:
        holders = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        if all(holder in gone or holder.graph_name == DefaultGraph() for holder in holders):
            store.remove(_in_default(quad))
    for quad in gone:
        store.remove(quad)
    for graph in {quad.graph_name for quad in gone} - {quad.graph_name for quad in new}:
        store.remove_graph(graph)


def _graphs_of(store: Store, identifier: str) -> Iterator[NamedNode]:
    for quad in store.quads_for_pattern(None, _IDENTIFIER, Literal(identifier), None):
        if isinstance(quad.graph_name, NamedNode) and quad.graph_name == quad.subject:
            yield quad.graph_name


def _in_default(quad: Quad) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object, DefaultGraph())


def _is_store(path: Path) -> bool:
    return (path / "CURRENT").is_file()


def _folder(path: Path) -> Store:
    if not _is_store(path):
        raise KgError(f"{path} is a folder but no store", "build one with: kg build INPUT --store " + str(path))
    with _named_errors(path):
        return Store.read_only(str(path))


@contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())
        hint = "another process writes to it: wait until it ends" if "lock" in reason.lower() else ""
        raise KgError(f"the store {path} cannot be used: {reason}", hint) from error


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
