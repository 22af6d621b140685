"""Checking a graph against `ontology/shapes.ttl`."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg.errors import OntologyError
from kg.ontology import load as load_ontology
from kg.resources import layers
from kg.store import open_graph
from kg.turtle import PREFIXES

if TYPE_CHECKING:
    import rdflib

_SH = "http://www.w3.org/ns/shacl#"


@dataclass(frozen=True, slots=True)
class Violation:
    """What breaks a shape: the node, the property and value where there is one, what is wrong, and the shape's name."""

    focus: str
    path: str
    value: str
    message: str
    shape: str


def validate(path: Path) -> list[Violation]:
    """The violations in an RDF file or a store folder, sorted; none where the graph conforms."""
    return validate_store(open_graph(path))


def validate_store(store: ox.Store) -> list[Violation]:
    """The violations in an open store. Nothing is imported or fetched."""
    import pyshacl
    import rdflib

    data = rdflib.Graph()
    triples = sorted(
        str(ox.Triple(q.subject, q.predicate, q.object)) + " .\n"
        for q in store.quads_for_pattern(None, None, None, ox.DefaultGraph())
    )
    data.parse(data="".join(triples), format="nt")
    shapes = _parsed("shapes.ttl")
    _add_own(shapes)
    for parts in _parsed("kg.ttl").triples((None, rdflib.RDFS.subClassOf, None)):
        data.add(parts)
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", do_owl_imports=False, advanced=False)
    if not isinstance(report, rdflib.Graph):
        raise OntologyError(f"shapes.ttl: {report}", "correct the shapes")
    results = report.subjects(rdflib.RDF.type, rdflib.URIRef(_SH + "ValidationResult"))
    return sorted(
        {_violation(report, shapes, node) for node in results},
        key=lambda v: (v.shape, v.focus, v.path, v.value, v.message),
    )


def _parsed(name: str) -> "rdflib.Graph":
    """A file of the ontology with the user's of the same name."""
    import rdflib

    graph = rdflib.Graph()
    for path in layers(f"ontology/{name}"):
        try:
            graph.parse(path, format="turtle")
        except Exception as err:  # rdflib's parsers raise many kinds
            raise OntologyError(f"{path}: {err}", "correct the file") from err
    return graph


def _add_own(shapes: "rdflib.Graph") -> None:
    """Lets statements have the properties of the user's own, with shapes for their domain and range."""
    from rdflib import RDF, URIRef
    from rdflib.collection import Collection

    allowed = next(
        terms
        for node in shapes.subjects(URIRef(_SH + "path"), RDF.predicate)
        for terms in shapes.objects(node, URIRef(_SH + "in"))
    )
    listed = Collection(shapes, allowed)
    new = [rule for name, rule in load_ontology().properties.items() if URIRef(PREFIXES["kg"] + name) not in listed]
    for rule in new:
        listed.append(URIRef(PREFIXES["kg"] + rule.name))
        for end, target, classes in (("Domain", "Subjects", rule.domain), ("Range", "Objects", rule.range)):
            kinds = " ".join(f"[ sh:class kg:{name} ]" for name in sorted(classes))
            whole = end == "Range" and rule.counts
            shapes.parse(format="turtle", data=f"""
                @prefix kg: <{PREFIXES["kg"]}> . @prefix sh: <{_SH}> . @prefix xsd: <{PREFIXES["xsd"]}> .
                kg:{rule.name}{end} a sh:NodeShape ; sh:target{target}Of kg:{rule.name} ;
                    {"sh:datatype xsd:integer" if whole else f"sh:or ( {kinds} )"} ;
                    sh:message "The {end.lower()} of {rule.name} is {"a number" if whole else " or ".join(sorted(classes))}." .
            """)  # fmt: skip


def _violation(report: "rdflib.Graph", shapes: "rdflib.Graph", result: Any) -> Violation:
    import rdflib

    def get(name: str) -> Any:
        return report.value(result, rdflib.URIRef(_SH + name))

    shape = get("sourceShape")
    if isinstance(shape, rdflib.BNode):
        shape = next(shapes.subjects(rdflib.URIRef(_SH + "property"), shape), shape)
    focus, path, value = get("focusNode"), get("resultPath"), get("value")
    if focus == rdflib.URIRef(PREFIXES["kg"] + "Statement") and value is not None:
        focus, value = value, None  # rules over the whole graph name the culprit as value
    return Violation(_short(focus), _short(path), _short(value), str(get("resultMessage") or ""), _short(shape))


def _short(term: Any) -> str:
    """A term for a person: prefixed where a prefix is known."""
    if term is None:
        return ""
    text = str(term)
    for prefix, iri in PREFIXES.items():
        if text.startswith(iri):
            return f"{prefix}:{text.removeprefix(iri)}"
    return text
