"""Names and things: what a term is called, and which entities a name can mean."""

import difflib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from pyoxigraph import BlankNode, Literal, NamedNode, Store, Triple

from kg import ontology
from kg.errors import KgError, UsageError
from kg.turtle import KG, PREFIXES, iri

Term = NamedNode | BlankNode | Literal | Triple

_TYPE, _LABEL, _ALIAS = NamedNode(iri("rdf:type")), NamedNode(iri("rdfs:label")), NamedNode(iri("skos:altLabel"))
_IDENTIFIER, _MENTIONS = NamedNode(iri("schema:identifier")), NamedNode(iri("schema:mentions"))
_SAME = NamedNode(iri("owl:sameAs"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that a name can mean: `name` is the name by which it was found, `documents` how many mention it."""

    node: NamedNode
    label: str
    kind: str
    name: str
    documents: int


def entity(name: str, store: Store) -> NamedNode:
    """The entity of that name: its IRI as <…> or id:…, its label, or else another of its names, in any case.

    A spelling that the graph does not have, such as Türkiye for Turkey, is looked up in the gazetteer. KgError where no
    entity, or several, are called so: these are listed, with their kinds and the number of documents.
    """
    try:
        if name.startswith("<") and name.endswith(">"):
            return NamedNode(name[1:-1])
        if name.startswith("id:"):
            return NamedNode(PREFIXES["id"] + name.removeprefix("id:"))
    except ValueError as error:
        raise UsageError(f"not an IRI: {name!r}") from error
    called = candidates(name, store)
    if len(called) == 1:
        return called[0].node
    if called:
        listed = "; ".join(
            f"{one.label}, {one.kind or 'no kind'}, in {one.documents} documents: {one.node}" for one in called
        )
        raise KgError(f"several entities are called {name!r}: {listed}", "give one by its IRI in < >")
    known = {folded(text): text for text, _, _ in _names(store)}
    near = difflib.get_close_matches(folded(name), sorted(known), n=4, cutoff=0.5)
    raise KgError(f"no entity is called {name!r}", f"near it: {', '.join(known[one] for one in near)}" if near else "")


def candidates(name: str, store: Store) -> tuple[Candidate, ...]:
    """The entities that a name can mean, by the best kind of match that there is; the most mentioned first.

    Kinds of match: a label, another name, either of them without regard to accents, a name of the gazetteer.
    """
    by_kind: tuple[dict[NamedNode, str], ...] = ({}, {}, {})
    exact, rough = folded(name), plain(name)
    if not rough:
        return ()
    for text, node, is_label in _names(store):
        if folded(text) == exact:
            by_kind[0 if is_label else 1].setdefault(node, text)
        elif plain(text) == rough:
            by_kind[2].setdefault(node, text)
    called = next((found for found in by_kind if found), None) or _by_gazetteer(rough, store)
    return described(called, store)


def described(called: Mapping[NamedNode, str], store: Store) -> tuple[Candidate, ...]:
    """Entities with the names by which they were found, as candidates; the most mentioned first."""
    found = [
        Candidate(node, readable(node, store), kind(node, store), name, mentions(node, store))
        for node, name in called.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.documents, one.label, one.node.value)))


def _names(store: Store) -> Iterable[tuple[str, NamedNode, bool]]:
    for predicate in (_LABEL, _ALIAS):
        for quad in store.quads_for_pattern(None, predicate, None):
            if isinstance(quad.object, Literal) and isinstance(quad.subject, NamedNode):
                yield quad.object.value, quad.subject, predicate is _LABEL


def _by_gazetteer(rough: str, store: Store) -> dict[NamedNode, str]:
    """Entities of the graph that the gazetteer knows by this name; told by their key or by their Wikidata IRI."""
    from kg import gazetteer  # here, since most names are in the graph

    found: dict[NamedNode, str] = {}
    for key in sorted(_spellings().get(rough, ())):
        entry = gazetteer.load().entries[key]
        for text, node, is_label in _names(store):
            if is_label and (node.value.endswith("/" + key) or text == entry.name):
                found.setdefault(node, entry.name)
        if entry.wikidata:
            same = NamedNode(PREFIXES["wd"] + entry.wikidata)
            for quad in store.quads_for_pattern(None, _SAME, same):
                if isinstance(quad.subject, NamedNode):
                    found.setdefault(quad.subject, entry.name)
    return found


@cache
def _spellings() -> Mapping[str, frozenset[str]]:
    """Keys of the gazetteer by name, without regard to case and accents."""
    from kg import gazetteer

    known: dict[str, set[str]] = defaultdict(set)
    for entry in gazetteer.load().entries.values():
        for name in (entry.name, *entry.names):
            known[plain(name)].add(entry.key)
    return {name: frozenset(keys) for name, keys in known.items()}


def folded(name: str) -> str:
    """A name without regard to case and spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def plain(name: str) -> str:
    """A name without regard to case, spaces, accents and punctuation.

    >>> plain("Türkiye"), plain("Côte  d’Ivoire")
    ('turkiye', 'cote d ivoire')
    """
    letters = unicodedata.normalize("NFKD", name.casefold().replace("ı", "i").replace("ø", "o").replace("ł", "l"))
    kept = (c for c in letters if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in kept).split())


def kind(node: NamedNode, store: Store) -> str:
    """The most specific class of a node that the ontology has, such as State; empty if it has none."""
    classes = ontology.load().classes
    held = {
        quad.object.value.removeprefix(KG)
        for quad in store.quads_for_pattern(node, _TYPE, None)
        if isinstance(quad.object, NamedNode)
    }
    return max(sorted(held & set(classes)), key=lambda name: len(ontology.load().types(name)), default="")


def mentions(node: NamedNode, store: Store) -> int:
    """How many documents mention an entity."""
    return len({quad.subject for quad in store.quads_for_pattern(None, _MENTIONS, node)})


def readable(term: Term | None, store: Store) -> str:
    """What a person reads for a term: the label of an entity, a document's name, a property's name, a plain value."""
    if term is None:
        return ""
    if not isinstance(term, NamedNode):
        return term.value if isinstance(term, Literal) else str(term)
    for predicate in (_LABEL, _IDENTIFIER):
        held = (quad.object for quad in store.quads_for_pattern(term, predicate, None))
        labels = [label.value for label in held if isinstance(label, Literal)]
        if labels:
            return min(labels)
    for prefix, namespace in PREFIXES.items():
        if term.value.startswith(namespace):
            local = term.value[len(namespace) :]
            return local if prefix in ("id", "kg") else f"{prefix}:{local}"
    return term.value
