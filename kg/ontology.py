"""The meaning: classes and properties of `ontology/kg.ttl`, checked and frozen."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from kg.errors import OntologyError
from kg.resources import layers

KG = "https://w3id.org/conflict-kg/ontology#"
ACTORS = ("Person", "State", "Organization", "Force", "Group")
# The classes that every entity has one of in the output, besides its most specific one.
TOP = (*ACTORS, "Place", "Agreement", "Conflict")
_RECORDS = frozenset({"Statement", "Passage", "Document"})
_OWL, _RDFS, _SKOS = (
    "http://www.w3.org/2002/07/owl#",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2004/02/skos/core#",
)
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_INTEGER = "http://www.w3.org/2001/XMLSchema#integer"


@dataclass(frozen=True, slots=True)
class OntologyClass:
    """A class by its local name, with the local names of its direct superclasses here."""

    name: str
    label: str
    definition: str
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Property:
    """A property between entities, or from an entity to a count; `domain` and `range` are local names of classes.

    `plover` is the event type of PLOVER that it corresponds to, empty where it tells of no event.
    """

    name: str
    label: str
    definition: str
    example: str
    domain: frozenset[str]
    range: frozenset[str]
    symmetric: bool
    counts: bool
    plover: str

    @property
    def event(self) -> bool:
        """Whether it corresponds to an event type of PLOVER."""
        return bool(self.plover)


@dataclass(frozen=True, slots=True)
class Ontology:
    """Classes and properties by local name."""

    classes: Mapping[str, OntologyClass]
    properties: Mapping[str, Property]

    def types(self, name: str) -> tuple[str, ...]:
        """The class and its superclasses, the most specific first.

        >>> load().types("Ceasefire")
        ('Ceasefire', 'Agreement')
        """
        found = [name]
        for item in found:
            found += [p for p in self.classes[item].parents if p not in found]
        return tuple(found)

    def top(self, name: str) -> str:
        """The one of the eight kinds of entity that a class belongs to.

        >>> load().top("War")
        'Conflict'
        """
        return next(t for t in self.types(name) if t in TOP)

    def accepts(self, predicate: str, subject: str, obj: str) -> bool:
        """Whether the property may hold between entities of these classes.

        >>> load().accepts("attacks", "Force", "Place"), load().accepts("attacks", "Place", "Force")
        (True, False)
        """
        rule = self.properties[predicate]
        return not rule.domain.isdisjoint(self.types(subject)) and not rule.range.isdisjoint(self.types(obj))


def load(path: Path | None = None) -> Ontology:
    """The ontology of `path`, by default the shipped one with the user's over it; OntologyError names what is at fault."""
    return _load((path,) if path else layers("ontology/kg.ttl"))


def place(name: str, paths: Iterable[Path]) -> str:
    """The file and line where a term is described, of the last file that does; the first file where none does."""
    found = ""
    for path in paths:
        found = found or str(path)
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if re.match(rf"(?:kg:|<{KG}){re.escape(name)}>?\s", line):
                found = f"{path}:{number}"
    return found


@cache
def _load(paths: tuple[Path, ...]) -> Ontology:
    store = ox.Store()
    for path in paths:
        try:
            store.load(path=path, format=ox.RdfFormat.TURTLE)
        except (OSError, SyntaxError) as err:
            line = f":{err.lineno}" if isinstance(err, SyntaxError) and err.lineno else ""
            raise OntologyError(f"{path}{line}: {err}", "correct the file") from err
    reader = _Reader(store, paths)
    classes = {name: reader.class_(name) for name in reader.names(_OWL + "Class")}
    properties = {}
    relations, values = reader.names(_OWL + "ObjectProperty"), reader.names(_OWL + "DatatypeProperty")
    for name in relations + values:
        found = reader.property(name)
        described = name in values and not found.counts  # what no statement says, such as kg:isoCode
        if found.domain and not found.domain & _RECORDS and not described:
            properties[name] = found
    if not properties:
        raise OntologyError(f"{paths[-1]}: no property has a domain", "every property needs rdfs:domain and rdfs:range")
    return Ontology(dict(sorted(classes.items())), dict(sorted(properties.items())))


class _Reader:
    def __init__(self, store: ox.Store, paths: tuple[Path, ...]) -> None:
        self.store, self.paths = store, paths

    def names(self, type_: str) -> list[str]:
        """The local names of our own terms of a type."""
        quads = self.store.quads_for_pattern(None, ox.NamedNode(_RDF + "type"), ox.NamedNode(type_))
        return sorted(
            q.subject.value.removeprefix(KG)
            for q in quads
            if isinstance(q.subject, ox.NamedNode) and q.subject.value.startswith(KG)
        )

    def values(
        self, node: ox.NamedNode | ox.BlankNode, predicate: str
    ) -> list[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]:
        return [q.object for q in self.store.quads_for_pattern(node, ox.NamedNode(predicate), None)]

    def text(self, name: str, predicate: str) -> str:
        found = [v.value for v in self.values(ox.NamedNode(KG + name), predicate) if isinstance(v, ox.Literal)]
        if len(found) != 1:
            short = predicate.rpartition("#")[2]
            raise OntologyError(
                f"{place(name, self.paths)}: kg:{name} has {len(found)} values of {short}", "give exactly one"
            )
        return str(found[0])

    def class_(self, name: str) -> OntologyClass:
        parents = [
            v.value.removeprefix(KG)
            for v in self.values(ox.NamedNode(KG + name), _RDFS + "subClassOf")
            if isinstance(v, ox.NamedNode) and v.value.startswith(KG)
        ]
        return OntologyClass(
            name, self.text(name, _RDFS + "label"), self.text(name, _SKOS + "definition"), tuple(sorted(parents))
        )

    def property(self, name: str) -> Property:
        node = ox.NamedNode(KG + name)
        types = {v.value for v in self.values(node, _RDF + "type") if isinstance(v, ox.NamedNode)}
        ranges = self.classes_of(node, _RDFS + "range")
        return Property(
            name, self.text(name, _RDFS + "label"), self.text(name, _SKOS + "definition"), self.text(name, _SKOS + "example"),
            self.classes_of(node, _RDFS + "domain"), ranges, _OWL + "SymmetricProperty" in types,
            ranges == {_INTEGER}, self.plover(node),
        )  # fmt: skip

    def plover(self, node: ox.NamedNode) -> str:
        """The notation of the event type that a property corresponds to."""
        types = [v for v in self.values(node, KG + "plover") if isinstance(v, ox.NamedNode)]
        found = [n.value for t in types for n in self.values(t, _SKOS + "notation") if isinstance(n, ox.Literal)]
        if len(found) != len(types) or len(found) > 1:
            raise OntologyError(
                f"{place(node.value.removeprefix(KG), self.paths)}: {node} has {len(found)} PLOVER types with a skos:notation",
                "give one",
            )
        return str(found[0]) if found else ""

    def classes_of(self, node: ox.NamedNode, predicate: str) -> frozenset[str]:
        """The local names in a domain or range: one class, or a union."""
        found: set[str] = set()
        for value in self.values(node, predicate):
            if isinstance(value, ox.NamedNode):
                found.add(value.value.removeprefix(KG))
            elif isinstance(value, ox.BlankNode):
                for union in self.values(value, _OWL + "unionOf"):
                    found |= self.members(union)
        return frozenset(found)

    def members(self, node: object) -> set[str]:
        found: set[str] = set()
        while isinstance(node, ox.BlankNode):
            found |= {
                v.value.removeprefix(KG) for v in self.values(node, _RDF + "first") if isinstance(v, ox.NamedNode)
            }
            node = next(iter(self.values(node, _RDF + "rest")), None)
        return found
