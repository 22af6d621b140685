"""Graphs in the formats of other fields: one small module a format, all fed with the same records.

What the formats call our classes and properties is data, in `ontology/formats.toml`. A claim, and what is negated or only
possible, is written when it is asked for, and then says so in each row.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from pyoxigraph import Store

from kg.errors import UsageError
from kg.exports import casualties, events, ftm, jsonld, nanopubs, neo4j, stix, table
from kg.exports.records import Records, stances
from kg.rdf import replace

__all__ = ["FORMATS", "check", "write"]

_Table = tuple[tuple[tuple[str, str], ...], Callable[[Records], Iterator[tuple[table.Cell, ...]]]]
_TABLES: Mapping[str, _Table] = {
    "events": (events.COLUMNS, events.rows),
    "casualties": (casualties.COLUMNS, casualties.rows),
}
FORMATS: Mapping[str, tuple[str, ...]] = {
    "casualties": (".csv", ".parquet"),
    "events": (".csv", ".parquet"),
    "ftm": (".json", ".jsonl", ".ndjson"),
    "jsonld": (".jsonld", ".json"),
    "nanopubs": (".trig",),
    "neo4j": (),
    "stix": (".json",),
}
"""The formats there are, and the endings that a file of each may have; none for a folder."""


def check(name: str, path: Path, include: Iterable[str] = ()) -> None:
    """UsageError for a call that no graph can make right, before any graph is read.

    >>> check("stix", Path("graph.csv"))
    Traceback (most recent call last):
    kg.errors.UsageError: graph.csv: stix is not written as .csv (use one of .json)
    """
    if name not in FORMATS:
        raise UsageError(f"no format is called {name!r}", f"there are {', '.join(FORMATS)}")
    include = tuple(include)
    stances(include)
    if include and name == "jsonld":
        raise UsageError("jsonld holds the whole graph, claims at their statements", "leave --include away")
    if FORMATS[name] and path.suffix.lower() not in FORMATS[name]:
        named = path.suffix or "a file without ending"
        raise UsageError(f"{path}: {name} is not written as {named}", f"use one of {', '.join(FORMATS[name])}")


def write(store: Store, path: Path, name: str, include: Iterable[str] = ()) -> int:
    """Writes a graph in a format of FORMATS; returns how many statements the format has no place for.

    What the articles assert is written; `include` adds "claimed", "hypothetical" and "negated". `path` is replaced at
    once; for neo4j it is a folder, in which the two files are.
    """
    include = tuple(include)
    check(name, path, include)
    records = Records(store, stances(include))
    if name in _TABLES:
        columns, rows = _TABLES[name]
        if path.suffix.lower() == ".parquet":
            replace(path, table.parquet(columns, rows(records)))
        else:
            replace(path, table.lines([column for column, _ in columns], rows(records)))
    elif name == "neo4j":
        replace(path / "nodes.csv", neo4j.nodes(records))
        replace(path / "relationships.csv", neo4j.relationships(records))
    elif name == "jsonld":
        replace(path, jsonld.pieces(store))
    else:
        made = {"ftm": ftm.lines, "nanopubs": nanopubs.pieces, "stix": stix.pieces}[name]
        replace(path, made(records))
    return records.skipped
