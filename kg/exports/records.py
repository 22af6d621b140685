"""Statements as flat records, read out of a store document by document, in the same order each time."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Store, Triple

from kg.errors import UsageError
from kg.ontology import TOP, load
from kg.turtle import KG, iri
from kg.views.options import ALL
from kg.views.reader import Reader

STANCES = ("asserted", "claimed", "hypothetical", "negated")
"""How a statement can be meant: in the article's own voice; by somebody it names; as possible; as not so."""
_DEFAULT = DefaultGraph()
_COUNT = re.compile(r"[0-9]{1,15}")
_KNOWN = 100_000  # entities that are remembered, so that those of each article are not read again

_Values = dict[str, list[NamedNode | BlankNode | Literal | Triple]]


@dataclass(frozen=True, slots=True)
class Party:
    """An entity: `kind` is one of the eight kinds, `type` its most specific class; `country` an ISO 3166-1 alpha-2 code.

    The country is a state's own, or that of the one state that an actor belongs to or a place lies in; empty where that is
    open. `wikidata` is an IRI, empty where unknown.
    """

    iri: str
    name: str
    kind: str
    type: str
    aliases: tuple[str, ...]
    country: str
    wikidata: str


@dataclass(frozen=True, slots=True)
class Source:
    """A document: what is unknown of it is empty."""

    iri: str
    name: str
    title: str
    published: str
    publisher: str
    url: str


@dataclass(frozen=True, slots=True)
class Record:
    """One statement with its sentence and document; `object` is a number for casualties; dates are empty where unknown."""

    iri: str
    subject: Party
    predicate: str
    object: Party | int
    sources: tuple[Party, ...]
    negated: bool
    hypothetical: bool
    when: str
    office: str
    confidence: float
    rule: str
    passage: str
    sentence: str
    document: Source

    @property
    def stance(self) -> str:
        """One of STANCES; of a claim that is negated or hypothetical, that."""
        if self.negated:
            return "negated"
        if self.hypothetical:
            return "hypothetical"
        return "claimed" if self.sources else "asserted"

    @property
    def said_by(self) -> str:
        """The names of those who say so, apart by semicolons."""
        return "; ".join(sorted({source.name for source in self.sources}))


def stances(include: Iterable[str]) -> frozenset[str]:
    """The stances to write: what is asserted, and what else is asked for; UsageError for what there is not.

    >>> sorted(stances(["claimed"]))
    ['asserted', 'claimed']
    """
    for one in include:
        if one not in STANCES[1:]:
            raise UsageError(f"nothing to include is called {one!r}", f"there are {', '.join(STANCES[1:])}")
    return frozenset({"asserted", *include})


class Records:
    """The statements of a store with these stances; `skipped` counts those that a format has no place for.

    A statement that names two subjects or no sentence, as hand-made graphs may have, is left out.
    """

    def __init__(self, store: Store, wanted: frozenset[str]) -> None:
        self.store, self.wanted = store, wanted
        self.skipped = 0
        self._reader = Reader(store, ALL)
        self.party = lru_cache(_KNOWN)(self._party)

    def __iter__(self) -> Iterator[Record]:
        for source in self.documents():
            for passage in self._subjects(iri("schema:isPartOf"), source.iri):
                facts = self._facts(passage)
                sentence = _only(facts, iri("schema:text"))
                if not sentence or min(_iris(facts, iri("schema:isPartOf"))) != source.iri:
                    continue  # a passage of two documents is read with the first
                for node in self._subjects(iri("prov:wasDerivedFrom"), passage):
                    record = self._record(node, passage, sentence, source)
                    if record is not None and record.stance in self.wanted:
                        yield record

    def documents(self) -> list[Source]:
        """All documents, by identifier."""
        nodes = self._subjects(iri("rdf:type"), iri("kg:Document"))
        return sorted(map(self._source, nodes), key=lambda source: (source.name, source.iri))

    def entities(self) -> Iterator[Party]:
        """All entities of the eight kinds, by IRI."""
        nodes = {node for kind in TOP for node in self._subjects(iri("rdf:type"), KG + kind)}
        return (party for node in sorted(nodes) if (party := self.party(node)) is not None)

    def _subjects(self, predicate: str, obj: str) -> list[str]:
        quads = self.store.quads_for_pattern(None, NamedNode(predicate), NamedNode(obj), _DEFAULT)
        return sorted({q.subject.value for q in quads if isinstance(q.subject, NamedNode)})

    def _facts(self, node: str) -> _Values:
        facts: _Values = {}
        for quad in self.store.quads_for_pattern(NamedNode(node), None, None, _DEFAULT):
            facts.setdefault(quad.predicate.value, []).append(quad.object)
        return facts

    def _source(self, node: str) -> Source:
        facts = self._facts(node)
        name, *rest = (
            _first(facts, iri(f"schema:{p}")) for p in ("identifier", "headline", "datePublished", "publisher", "url")
        )
        return Source(node, name or node, *rest)

    def _party(self, node: str) -> Party | None:
        facts = self._facts(node)
        known = load().classes
        types = {t.removeprefix(KG) for t in _iris(facts, iri("rdf:type"))} & known.keys()
        kind = next((kind for kind in TOP if kind in types), "")
        if not kind:
            return None
        name = _line(_first(facts, iri("rdfs:label"))) or node.rstrip("/#").rsplit("/", 1)[-1]
        aliases = {_line(v.value) for v in facts.get(iri("skos:altLabel"), ()) if isinstance(v, Literal)}
        same = [s for s in _iris(facts, iri("owl:sameAs")) if s.startswith(iri("wd:"))]
        specific = max(sorted(types), key=lambda t: len(load().types(t)))
        return Party(node, name, kind, specific, tuple(sorted(aliases - {name, ""})), self._country(node, kind, facts), min(same, default=""))  # fmt: skip

    def _country(self, node: str, kind: str, facts: _Values) -> str:
        if kind == "Place":
            states = {s for s in _iris(facts, KG + "locatedIn") if self._reader.type(s) == "State"}
        else:
            states = {side for side in [self._reader.side(node)] if self._reader.type(side) == "State"}
        codes = {_first(self._facts(state), KG + "isoCode") for state in states}
        return codes.pop() if len(codes) == 1 else ""

    def _record(self, node: str, passage: str, sentence: str, source: Source) -> Record | None:
        facts = self._facts(node)
        subject = _only_iri(facts, iri("rdf:subject"))
        predicate = _only_iri(facts, iri("rdf:predicate")).removeprefix(KG)
        meant = load().properties.get(predicate)
        if not subject or meant is None or min(_iris(facts, iri("prov:wasDerivedFrom"))) != passage:
            return None
        who = self.party(subject)
        whom: Party | int | None
        if meant.counts:
            count = _only(facts, iri("rdf:object"))
            whom = int(count) if _COUNT.fullmatch(count) else None
        else:
            target = _only_iri(facts, iri("rdf:object"))
            whom = self.party(target) if target else None
        speakers = [self.party(s) for s in _iris(facts, KG + "attributedTo")]
        if who is None or whom is None or None in speakers:
            return None
        return Record(
            node, who, predicate, whom, tuple(s for s in speakers if s is not None), "true" in _texts(facts, KG + "negated"),
            "true" in _texts(facts, KG + "hypothetical"), _first(facts, KG + "when"), _first(facts, KG + "office"),
            _number(_first(facts, KG + "confidence")), _first(facts, KG + "rule"), passage, sentence, source,
        )  # fmt: skip


def _texts(facts: _Values, predicate: str) -> list[str]:
    return sorted(v.value for v in facts.get(predicate, ()) if isinstance(v, Literal))


def _iris(facts: _Values, predicate: str) -> list[str]:
    return sorted(v.value for v in facts.get(predicate, ()) if isinstance(v, NamedNode))


def _first(facts: _Values, predicate: str) -> str:
    return min(_texts(facts, predicate), default="")


def _only(facts: _Values, predicate: str) -> str:
    found = _texts(facts, predicate)
    return found[0] if len(found) == 1 else ""


def _only_iri(facts: _Values, predicate: str) -> str:
    found = _iris(facts, predicate)
    return found[0] if len(found) == 1 else ""


def _number(text: str) -> float:
    try:
        return min(max(float(text or "1"), 0.0), 1.0)
    except ValueError:
        return 1.0


def _line(text: str) -> str:
    return " ".join(text.split())
