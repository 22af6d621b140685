"""Turtle and TriG that a person can read: prefixes, entities first, then documents and statements in text order."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from kg.ordering import Ordering

KG = "https://w3id.org/conflict-kg/ontology#"
XSD = "http://www.w3.org/2001/XMLSchema#"
PREFIXES = {
    "id": "https://w3id.org/conflict-kg/id/",
    "kg": KG,
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "wd": "http://www.wikidata.org/entity/",
    "xsd": XSD,
}
SECTIONS = ("State", "Force", "Organization", "Person", "Group", "Place", "Agreement", "Conflict")
"""The kinds of entities in the order in which a file lists them."""

_Term = NamedNode | BlankNode | Literal | Triple
_Facts = dict[str, list[_Term]]
_Place = tuple[int, str, str, int, str, str]

_FIRST = (
    "rdf:type", "rdfs:label", "skos:altLabel", "owl:sameAs", "kg:isoCode", "schema:identifier", "schema:headline",
    "schema:datePublished", "schema:publisher", "schema:url", "schema:text", "kg:start", "kg:end",
    "rdf:subject", "rdf:predicate", "rdf:object", "kg:attributedTo", "kg:negated", "kg:hypothetical", "kg:when", "kg:reported",
    "kg:office", "kg:confidence", "kg:rule", "prov:wasDerivedFrom", "prov:wasGeneratedBy", "schema:isPartOf", "kg:copyOf", "schema:mentions",
)  # fmt: skip
_SHORT = {  # values that Turtle writes without quotes, told by datatype and form
    f"{XSD}integer": re.compile(r"[+-]?[0-9]+"),
    f"{XSD}decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    f"{XSD}boolean": re.compile("true|false"),
}
_LOCAL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9_])?")
# Characters that are legal in a Turtle string but would hide or reorder what a reader sees.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def iri(name: str) -> str:
    """The full IRI of a prefixed name.

    >>> iri("kg:attacks")
    'https://w3id.org/conflict-kg/ontology#attacks'
    """
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


_RANK = {iri(name): rank for rank, name in enumerate(_FIRST)}
_SUBJECT, _PREDICATE = iri("rdf:subject"), iri("rdf:predicate")
_TYPE, _LABEL, _IDENTIFIER = iri("rdf:type"), iri("rdfs:label"), iri("schema:identifier")
_TEXTUAL = {iri("kg:Passage"), iri("kg:Statement")}
_MAKERS = {iri("prov:Activity"), iri("prov:SoftwareAgent"), iri("prov:Entity")}
_IS_PART_OF, _DERIVED, _START = iri("schema:isPartOf"), iri("prov:wasDerivedFrom"), iri("kg:start")


def turtle(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> Iterator[str]:
    """A Turtle file in pieces; the same triples in any order give the same text."""
    yield from trig_header(prefixes)
    yield from _body(triples, prefixes)


def turtle_apart(groups: Iterable[Iterable[Triple]], prefixes: Mapping[str, str], room: Path) -> Iterator[str]:
    """As `turtle`, of more than fits into memory: each group has all that is said of the passages and statements in it.

    What else they speak of may be told in several. Intermediate files lie in `room`.
    """
    facts = Ordering[tuple[str | int, ...]](room, "facts")
    blocks = Ordering[tuple[str | int, ...]](room, "blocks")
    for group in groups:
        subjects = _by_subject(group)
        for subject, held in subjects.items():
            if {term.value for term in held.get(_TYPE, ()) if isinstance(term, NamedNode)} & _TEXTUAL:
                blocks.add(_block(subject, subjects, prefixes))
                continue
            for predicate, objects in held.items():
                for obj in objects:
                    facts.add((str(subject), f"<{predicate}> {obj} .\n"))
    for _, rows in groupby(facts, key=lambda row: row[0]):
        told = parse("".join(f"{subject} {fact}" for subject, fact in rows), format=RdfFormat.N_TRIPLES)
        subjects = _by_subject(quad.triple for quad in told)
        for subject in subjects:
            blocks.add(_block(subject, subjects, prefixes))
    yield from trig_header(prefixes)
    yield from _under_headings(blocks)


def trig(quads: Iterable[Quad], prefixes: Mapping[str, str]) -> Iterator[str]:
    """A TriG file in pieces: one block a named graph, the default graph first and without a block."""
    graphs: dict[str, list[Triple]] = defaultdict(list)
    for quad in quads:
        graphs[trig_name(quad.graph_name, prefixes)].append(quad.triple)
    yield from trig_header(prefixes)
    for name in sorted(graphs):
        yield from trig_graph(name, graphs[name], prefixes)


def trig_name(graph: NamedNode | BlankNode | DefaultGraph, prefixes: Mapping[str, str]) -> str:
    """How the name of a graph is written; empty for the default graph."""
    return "" if isinstance(graph, DefaultGraph) else _written(graph, prefixes)


def trig_graph(name: str, triples: Iterable[Triple], prefixes: Mapping[str, str]) -> Iterator[str]:
    """One graph of a TriG file, by its name as written."""
    if not name:
        yield from _body(triples, prefixes)
        return
    yield f"\n{name} {{\n"
    yield from _body(triples, prefixes)
    yield "}\n"


def trig_header(prefixes: Mapping[str, str]) -> Iterator[str]:
    """The prefixes of a file."""
    for prefix in sorted(prefixes):
        yield f"@prefix {prefix}: <{prefixes[prefix]}> .\n"


def _body(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> Iterator[str]:
    subjects = _by_subject(triples)
    yield from _under_headings(sorted(_block(subject, subjects, prefixes) for subject in subjects))


def _by_subject(triples: Iterable[Triple]) -> dict[_Term, _Facts]:
    subjects: dict[_Term, _Facts] = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        subjects[triple.subject][triple.predicate.value].append(triple.object)
    return subjects


def _block(subject: _Term, subjects: Mapping[_Term, _Facts], prefixes: Mapping[str, str]) -> tuple[str | int, ...]:
    """What is said of a subject: its place in the file, its name, the title it stands under, and the text."""
    place, title = _place(subject, subjects)
    text = "".join(_subject(subject, subjects[subject], prefixes, apart=place[0] != 2 or not place[5]))
    return (*place, str(subject), title, text)


def _under_headings(blocks: Iterable[tuple[str | int, ...]]) -> Iterator[str]:
    heading: str | int | None = None
    for *_, title, text in blocks:
        if title != heading:
            heading = title
            yield f"\n# {title}\n"
        yield str(text)


def _place(subject: _Term, subjects: Mapping[_Term, _Facts]) -> tuple[_Place, str]:
    """Where a subject stands in the file, and the title of the part it stands in."""
    facts = subjects[subject]
    types = {term.value for term in facts.get(_TYPE, ()) if isinstance(term, NamedNode)}
    if iri("kg:Document") in types:
        return (1, _first(facts, _IDENTIFIER), "", 0, "", ""), "Documents"
    if iri("kg:Passage") in types or iri("kg:Statement") in types:
        passage = subject if iri("kg:Passage") in types else next(iter(sorted(facts.get(_DERIVED, ()), key=str)), None)
        at = subjects.get(passage, {}) if passage else {}
        document = next(iter(sorted(at.get(_IS_PART_OF, ()), key=str)), None)
        name = _first(subjects.get(document, {}), _IDENTIFIER) if document else ""
        start = _first(at, _START)
        about = "" if passage == subject else " ".join(_first(facts, part) for part in (_PREDICATE, _SUBJECT))
        return (
            (2, name, str(document), int(start) if start.isdecimal() else 0, str(passage), about),
            f"Passages and statements of {_escaped(str(Literal(name)))}",
        )
    for rank, section in enumerate(SECTIONS):
        if KG + section in types:
            return (0, f"{rank}", _first(facts, _LABEL).casefold(), 0, "", ""), section
    if types & _MAKERS:
        return (4, "", "", 0, "", ""), "How this was found"
    return (3, "", "", 0, "", ""), "Other"


def _first(facts: Mapping[str, list[_Term]], predicate: str) -> str:
    return min((t.value for t in facts.get(predicate, ()) if isinstance(t, NamedNode | Literal)), default="")


def _subject(subject: _Term, facts: _Facts, prefixes: Mapping[str, str], apart: bool) -> Iterator[str]:
    lines = []
    for predicate in sorted(facts, key=lambda name: (_RANK.get(name, len(_RANK)), name)):
        verb = "a" if predicate == _TYPE else _written(NamedNode(predicate), prefixes)
        objects = facts[predicate]
        written = sorted({_written(term, prefixes) for term in objects}, key=_class_order)
        lines.append(f"{verb} {', '.join(written)}")
    yield ("\n" if apart else "") + _written(subject, prefixes) + " " + " ;\n    ".join(lines) + " .\n"


def _class_order(written: str) -> tuple[int, str]:
    """The most specific class first, then its kind, kg:Actor last; whatever is no class by its text."""
    return (2 if written == "kg:Actor" else written.removeprefix("kg:") in SECTIONS), written


def _written(term: _Term, prefixes: Mapping[str, str]) -> str:
    if isinstance(term, NamedNode):
        for prefix, namespace in prefixes.items():
            local = term.value[len(namespace) :]
            if term.value.startswith(namespace) and _LOCAL.fullmatch(local):
                return f"{prefix}:{local}"
        return _escaped(str(term))
    if isinstance(term, Literal):
        form = _SHORT.get(term.datatype.value)
        if form and form.fullmatch(term.value):
            return term.value
        if term.language is None and term.datatype.value.startswith(XSD) and term.datatype.value != XSD + "string":
            return f"{_escaped(str(Literal(term.value)))}^^xsd:{term.datatype.value[len(XSD) :]}"
        return _escaped(str(term))
    return str(term)


def _escaped(text: str) -> str:
    return _UNSEEN.sub(lambda match: f"\\u{ord(match.group()):04X}", text)
