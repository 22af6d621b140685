"""Statements out of a store, narrowed by the options of a view, with what they speak of."""

import difflib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pyoxigraph import DefaultGraph, Literal, NamedNode, Store

from kg.errors import UsageError
from kg.ontology import TOP, load
from kg.turtle import KG, iri
from kg.views import vocabulary
from kg.views.options import Options, span

_DEFAULT = DefaultGraph()
_TYPE, _LABEL, _ALIAS = (NamedNode(iri(name)) for name in ("rdf:type", "rdfs:label", "skos:altLabel"))
_PREDICATE, _FROM = NamedNode(iri("rdf:predicate")), iri("prov:wasDerivedFrom")
_TEXT, _PART, _COPY = iri("schema:text"), iri("schema:isPartOf"), iri("kg:copyOf")
_FOLDED = frozenset({"Person", "Force", "Organization"})
_STEPS_UP = 6


@dataclass(frozen=True, slots=True)
class Document:
    """Where a sentence stands: IRI, name, publication date, publisher and address; empty where unknown.

    `original` is the IRI of the document whose text this one prints, where that is recorded; else its own.
    """

    iri: str
    name: str
    published: str
    publisher: str
    url: str
    original: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One statement: IRIs of subject, object and of those who say so; `object` is a number for casualties.

    `by` are the labels of those who say so, empty in the article's own voice. `when` is YYYY, YYYY-MM, YYYY-MM-DD or
    empty.
    """

    statement: str
    subject: str
    predicate: str
    object: str | int
    attributed_to: tuple[str, ...]
    by: tuple[str, ...]
    negated: bool
    hypothetical: bool
    when: str
    office: str
    confidence: float
    passage: str
    sentence: str
    document: Document

    @property
    def stance(self) -> str:
        """asserted, claimed, possible or denied: only the first is what the article itself reports as fact."""
        if self.negated:
            return "denied"
        if self.hypothetical:
            return "possible"
        return "claimed" if self.attributed_to else "asserted"


class Reader:
    """Reads a store through the options of a view; given another reader, it goes on with what that has read."""

    def __init__(self, store: "Store | Reader", options: Options) -> None:
        other = store if isinstance(store, Reader) else None
        self.store: Store = other.store if other else store  # type: ignore[assignment]
        self.options = options
        self._labels: dict[str, str] = other._labels if other else {}
        self._types: dict[str, str] = other._types if other else {}
        self._sides: dict[str, str] = other._sides if other else {}
        self._documents: dict[str, Document] = other._documents if other else {}
        self._columns: dict[str, dict[str, tuple[Any, ...]]] = other._columns if other else {}
        self._read: dict[str, list[Evidence]] = other._read if other else {}

    def ties(self, predicates: Iterable[str]) -> list[Evidence]:
        """Statements that may be edges: asserted ones, and claimed ones where the options include them."""
        stances = {"asserted", "claimed"} if self.options.claimed else {"asserted"}
        return [e for e in self.statements(predicates) if e.stance in stances]

    def statements(self, predicates: Iterable[str]) -> list[Evidence]:
        """Statements of any stance with these predicates, folded to the level wanted, sorted by IRI."""
        wanted = [p for p in predicates if not self.options.predicates or p in self.options.predicates]
        found = [e for p in wanted for e in self._with(p) if e.confidence >= self.options.min_confidence]
        if self.options.sources:
            sources = {folded(s) for s in self.options.sources}
            self._check_sources(sources)
            found = [e for e in found if not sources.isdisjoint(self._sources_of(e))]
        if self.options.level == "side":
            found = [moved for e in found if (moved := self._moved(e))]
        return sorted(found, key=lambda e: e.statement)

    def _with(self, predicate: str) -> list[Evidence]:
        """All statements with a predicate, read once; one that names two subjects, predicates or objects is left out."""
        if predicate not in self._read:
            nodes = self._predicates.get(KG + predicate, ())
            self._read[predicate] = [found for node in nodes if (found := self._evidence(node, predicate))]
        return self._read[predicate]

    @cached_property
    def _predicates(self) -> dict[str, list[str]]:
        """The statements with each predicate."""
        held: dict[str, set[str]] = defaultdict(set)
        for quad in self.store.quads_for_pattern(None, _PREDICATE, None, _DEFAULT):
            if isinstance(quad.subject, NamedNode):
                held[quad.subject.value].add(getattr(quad.object, "value", ""))
        found: dict[str, list[str]] = defaultdict(list)
        for node, predicates in held.items():
            if len(predicates) == 1:
                found[predicates.pop()].append(node)
        return found

    def _column(self, predicate: str) -> dict[str, tuple[Any, ...]]:
        """Subject -> values of one property, for all at once: many times faster than asking statement by statement."""
        if predicate not in self._columns:
            column: dict[str, tuple[Any, ...]] = {}
            for quad in self.store.quads_for_pattern(None, NamedNode(predicate), None, _DEFAULT):
                value = getattr(quad.object, "value", "")
                if predicate == _OBJECT and isinstance(quad.object, Literal):
                    value = int(value) if value.lstrip("+-").isdecimal() else ""
                node = getattr(quad.subject, "value", "")
                column[node] = (*column[node], value) if node in column else (value,)
            self._columns[predicate] = column
        return self._columns[predicate]

    def _evidence(self, node: str, predicate: str) -> Evidence | None:
        columns = self._table
        subjects, objects, passages = (columns[p].get(node, ()) for p in (_SUBJECT, _OBJECT, _FROM))
        if len(subjects) != 1 or len(objects) != 1 or objects[0] == "" or not passages:
            return None
        passage = min(passages)
        if (placed := self._passage(passage)) is None:
            return None
        sources = tuple(sorted(columns[_BY].get(node, ())))
        return Evidence(
            node, subjects[0], predicate, objects[0], sources, tuple(sorted({self.label(s) for s in sources})) if sources else (),
            "true" in columns[_NEGATED].get(node, ()), "true" in columns[_HYPOTHETICAL].get(node, ()),
            min((w for w in columns[_WHEN].get(node, ()) if span(w)), default=""), min(columns[_OFFICE].get(node, ("",))),
            float(min(columns[_CONFIDENCE].get(node, ("1",)))), passage, *placed,
        )  # fmt: skip

    @cached_property
    def _table(self) -> dict[str, dict[str, tuple[Any, ...]]]:
        names = (_SUBJECT, _OBJECT, _FROM, _BY, _NEGATED, _HYPOTHETICAL, _WHEN, _OFFICE, _CONFIDENCE)
        return {name: self._column(name) for name in names}

    def _passage(self, passage: str) -> tuple[str, Document] | None:
        texts, documents = self._column(_TEXT).get(passage), self._column(_PART).get(passage)
        return (min(texts), self._document(min(documents))) if texts and documents else None

    def _document(self, node: str) -> Document:
        if node not in self._documents:
            name, published, publisher, url = (
                min(self._objects(node, NamedNode(iri(f"schema:{p}"))), default="")
                for p in ("identifier", "datePublished", "publisher", "url")
            )
            original = min(self._column(_COPY).get(node, (node,)))
            self._documents[node] = Document(node, name or node, published, publisher, url, original)
        return self._documents[node]

    def _objects(self, node: str, predicate: NamedNode) -> list[str]:
        quads = self.store.quads_for_pattern(NamedNode(node), predicate, None, _DEFAULT)
        return sorted(getattr(q.object, "value", "") for q in quads)

    def label(self, node: str) -> str:
        """What a reader calls an entity; the end of its IRI where it has no label."""
        if node not in self._labels:
            self._labels[node] = " ".join(min(self._objects(node, _LABEL), default=_tail(node)).split())
        return self._labels[node]

    def type(self, node: str) -> str:
        """The one of the eight kinds of entity; empty where unknown."""
        if node not in self._types:
            held = {t.removeprefix(KG) for t in self._objects(node, _TYPE)}
            self._types[node] = next((t for t in TOP if t in held), "")
        return self._types[node]

    def side(self, node: str) -> str:
        """The state, or else the organization, that a person, force or body acts for; itself where that is open.

        Only one way up is followed: where an actor belongs to two, and not to exactly one state, it stays itself.
        """
        if node not in self._sides:
            seen, at = {node}, node
            for _ in range(_STEPS_UP):
                if self.type(at) not in _FOLDED:
                    break
                ups = {up for p in vocabulary.load()["side.up"] for up in self._objects(at, NamedNode(KG + p))} - seen
                states = {up for up in ups if self.type(up) == "State"}
                only = states if len(states) == 1 else ups
                if len(only) != 1:
                    break
                at = only.pop()
                seen.add(at)
            self._sides[node] = at
        return self._sides[node]

    def _moved(self, e: Evidence) -> Evidence | None:
        """The statement between sides; None for what happens within one."""
        subject = self.side(e.subject)
        obj = self.side(e.object) if isinstance(e.object, str) else e.object
        if subject == obj:
            return None
        sources = tuple(sorted({self.side(s) for s in e.attributed_to}))
        by = tuple(sorted({self.label(s) for s in sources}))
        return replace(e, subject=subject, object=obj, attributed_to=sources, by=by)

    def _sources_of(self, e: Evidence) -> set[str]:
        called = {folded(name) for s in e.attributed_to for name in (s, *self._names.get(s, ()))}
        return called | {folded(e.document.name), folded(e.document.publisher)}

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        """Labels and other names of all entities."""
        names: dict[str, list[str]] = defaultdict(list)
        for predicate in (_LABEL, _ALIAS):
            for quad in self.store.quads_for_pattern(None, predicate, None, _DEFAULT):
                if isinstance(quad.object, Literal) and isinstance(quad.subject, NamedNode):
                    names[quad.subject.value].append(quad.object.value)
        return {node: tuple(sorted(called)) for node, called in names.items()}

    def _check_sources(self, wanted: set[str]) -> None:
        known = {folded(name): name for called in self._names.values() for name in called}
        for predicate in ("schema:identifier", "schema:publisher"):
            for quad in self.store.quads_for_pattern(None, NamedNode(iri(predicate)), None, _DEFAULT):
                value = getattr(quad.object, "value", "")
                known.setdefault(folded(value), value)
        for one in sorted(wanted - known.keys() - {folded(node) for node in self._names}):
            near = [known[k] for k in difflib.get_close_matches(one, known, n=3)]
            hint = f"near it: {', '.join(near)}" if near else "name a document, its publisher, or whoever says so"
            raise UsageError(f"no source is called {one!r}", hint)

    def entity(self, name: str) -> str:
        """The IRI of what is called so by label, or else by another name; UsageError for none or several."""
        plain = name.removeprefix("<").removesuffix(">")
        if plain in self._names:
            return plain
        first: dict[str, set[str]] = defaultdict(set)
        other: dict[str, set[str]] = defaultdict(set)
        for node, names in self._names.items():
            first[folded(self.label(node))].add(node)
            for called in names:
                other[folded(called)].add(node)
        for table in (first, other):
            found = sorted(table.get(folded(name), ()))
            if len(found) == 1:
                return found[0]
            if found:
                listed = "; ".join(f"{self.label(node)} <{node}>" for node in found[:4])
                raise UsageError(f"several are called {name!r}: {listed}", "give one by its IRI in < >")
        near = difflib.get_close_matches(folded(name), sorted(other), n=4, cutoff=0.5)
        labels = dict.fromkeys(self.label(min(other[k])) for k in near)
        hint = f"near it: {', '.join(labels)}" if near else "it is not in this graph"
        raise UsageError(f"nobody and nothing is called {name!r}", hint)

    def shown(self, predicate: str) -> str:
        """How a property reads."""
        return load().properties[predicate].label


def folded(name: str) -> str:
    """A name for comparison.

    >>> folded("  The  Hague ")
    'the hague'
    """
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _tail(node: str) -> str:
    return node.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1] or node


_SUBJECT, _OBJECT = iri("rdf:subject"), iri("rdf:object")
_BY, _NEGATED, _HYPOTHETICAL, _WHEN, _OFFICE, _CONFIDENCE = (
    iri(f"kg:{p}") for p in ("attributedTo", "negated", "hypothetical", "when", "office", "confidence")
)
