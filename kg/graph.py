"""A graph from Python: opened from a file, a store or rdflib, asked, drawn, explained and exported.

The parts of the house do the work; this is their one door for people who write a script or a notebook.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Store, parse

from kg import queries
from kg.errors import KgError, UsageError
from kg.naming import Term
from kg.store import in_default, open_graph
from kg.turtle import XSD

if TYPE_CHECKING:
    import pandas
    import polars
    import rdflib

    from kg.exports.records import Record
    from kg.views import View

Cell = str | int | float | bool | date | None
_RDFLIB_DEFAULT = NamedNode("urn:x-rdflib:default")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Answer:
    """What a query gives: `columns` and `rows`, in which entities stand by their labels and numbers and days are values.

    A row is a tuple in the order of the columns; iterating gives the rows. `answer` is what ASK says, `more` whether a
    limit has cut rows off.
    """

    result: queries.Result

    @property
    def columns(self) -> tuple[str, ...]:
        return self.result.columns

    @property
    def answer(self) -> bool | None:
        return self.result.answer

    @property
    def more(self) -> bool:
        return self.result.more

    @cached_property
    def rows(self) -> list[tuple[Cell, ...]]:
        """The rows; what is unbound is None, a month or a year stays text."""
        if self.result.answer is not None:
            return [(self.result.answer,)]
        if not self.result.terms:
            return [tuple(row) for row in self.result.rows]
        pairs = zip(self.result.rows, self.result.terms, strict=True)
        return [tuple(_cell(text, term) for text, term in zip(row, terms, strict=True)) for row, terms in pairs]

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def dicts(self) -> list[dict[str, Cell]]:
        """The rows as dicts by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def pandas(self) -> "pandas.DataFrame":
        """The rows as a DataFrame; KgError where pandas is not installed."""
        try:
            import pandas
        except ImportError as error:
            raise KgError("pandas is not installed", "pip install pandas, or use .polars() or .dicts()") from error
        return pandas.DataFrame(self.rows, columns=list(self.columns))

    def polars(self) -> "polars.DataFrame":
        """The rows as a DataFrame of polars; a column of mixed kinds is text. KgError where polars is not installed."""
        try:
            import polars
        except ImportError as error:
            raise KgError("polars is not installed", "pip install polars, or use .pandas() or .dicts()") from error
        columns = zip(*self.rows, strict=True) if self.rows else ([] for _ in self.columns)
        return polars.DataFrame({name: _alike(values) for name, values in zip(self.columns, columns, strict=True)})


@dataclass(frozen=True)
class Graph:
    """An opened graph; `store` is that of pyoxigraph, for whatever is not here."""

    store: Store

    def query(self, query: str | Path, limit: int | None = None, iris: bool = False, **params: object) -> Answer:
        """Asks a saved query by name, a .rq file, or SPARQL text; `params` are the parameters of a saved query.

        At most `limit` rows; `iris` gives IRIs instead of labels. Queries that change the graph or call other servers are
        refused. KgError for a query that fails, UsageError for a name or parameter that there is not.
        """
        text = str(query)
        found = queries.parse(text.encode(), Path("the query")) if "{" in text else queries.find(text)
        given = {name: str(value) for name, value in params.items()}
        return Answer(queries.run(found, self.store, given, limit, iris))

    def view(self, name: str, *actors: str, depth: int | None = None, **options: Any) -> "View":
        """A view as a `networkx.MultiDiGraph`: alliances, conflict, mediation, ego (of one actor) and more.

        `options` are those of `kg.views.Options`: start, end, claimed, level, min_documents, predicates and so on. An edge
        carries its evidence. UsageError for what there is not.
        """
        from kg import views

        try:
            chosen = views.Options(**options)
        except TypeError as error:
            raise UsageError(f"a view has no such option: {error}", "kg.views.Options lists them") from error
        return views.build(name, self.store, chosen, actors=actors, depth=depth)

    def explain(self, subject: str, obj: str) -> tuple[queries.Evidence, ...]:
        """Every statement between two entities, by name or IRI: its sentence, its document, who says so, the rule."""
        return queries.explain(subject, obj, self.store)

    def statements(self, include: Iterable[str] = ("claimed", "hypothetical", "negated")) -> Iterator["Record"]:
        """All statements with sentence and document, by document, one at a time; `include` as for `export`."""
        from kg.exports.records import Records, stances

        return iter(Records(self.store, stances(include)))

    def export(self, path: str | Path, form: str, include: Iterable[str] = ()) -> int:
        """Writes a format of `kg.exports.FORMATS`; returns how many statements it has no place for."""
        from kg import exports

        return exports.write(self.store, Path(path), form, include)

    def rdflib(self) -> "rdflib.Dataset":
        """An `rdflib.Dataset` over the same store: nothing is copied. KgError where oxrdflib is not installed."""
        try:
            import oxrdflib
        except ImportError as error:
            raise KgError(
                "a graph for rdflib needs oxrdflib, which is not installed", "pip install oxrdflib"
            ) from error
        import rdflib

        return rdflib.Dataset(store=oxrdflib.OxigraphStore(store=self.store))


def open(what: "str | os.PathLike[str] | Store | rdflib.Graph") -> Graph:  # noqa: A001 - kg.open(…) reads as it should
    """Opens an RDF file, a store's folder, a `pyoxigraph.Store`, or an rdflib `Graph` or `Dataset`.

    A store is opened for reading; of rdflib what it holds is copied. KgError where there is no such graph.

    >>> import rdflib
    >>> graph = open(rdflib.Graph().parse(data="<urn:a> <urn:b> <urn:c> .", format="nt"))
    >>> graph.query("SELECT ?s WHERE { ?s ?p ?o }", iris=True).rows
    [('urn:a',)]
    """
    if isinstance(what, Store):
        return Graph(what)
    if isinstance(what, str | os.PathLike):
        return Graph(open_graph(Path(what)))
    return Graph(_copied(what))


def _copied(graph: "rdflib.Graph") -> Store:
    try:
        import rdflib

        form = "nquads" if isinstance(graph, rdflib.Dataset) else "nt"
        data = graph.serialize(format=form, encoding="utf-8")
    except (AttributeError, ImportError) as error:
        raise KgError(
            f"a {type(graph).__name__} is no graph", "give a path, a pyoxigraph.Store or an rdflib Graph or Dataset"
        ) from error
    store = Store()
    try:
        for quad in parse(data, format=RdfFormat.N_QUADS):
            if quad.graph_name not in (_RDFLIB_DEFAULT, DefaultGraph()):
                store.add(quad)
            store.add(in_default(quad))
    except (SyntaxError, ValueError) as error:
        raise KgError(f"the rdflib graph is no valid RDF: {error}", "look for IRIs with blanks") from error
    return store


def _cell(text: str, term: Term | None) -> Cell:
    if term is None:
        return None
    if not isinstance(term, Literal):
        return text
    kind = term.datatype.value.removeprefix(XSD)
    try:
        if kind == "integer":
            return int(term.value)
        if kind in ("decimal", "double", "float"):
            return float(Decimal(term.value))
        if kind == "boolean":
            return term.value in ("true", "1")
        if kind == "date" and _DAY.fullmatch(term.value):
            return date.fromisoformat(term.value)
    except (ValueError, ArithmeticError):
        return text
    return text


def _alike(values: Iterable[Cell]) -> list[Cell]:
    """A column as it is if its values are of one kind, else all as text."""
    cells = list(values)
    kinds = {type(cell) for cell in cells} - {type(None)}
    if len(kinds) < 2:
        return cells
    return [None if cell is None else str(cell) for cell in cells]
