"""The ontology stands by itself as OWL 2 DL, and says all that is promised of each term."""

from collections import defaultdict
from pathlib import Path

import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SKOS, XSD

from kg import ontology
from kg.errors import OntologyError
from kg.resources import folder

KG = rdflib.Namespace(ontology.KG)
SYMMETRIC = {"allyOf", "cooperatesWith", "fights", "talksWith", "agreesWith", "borders"}
COUNTS = {"killed", "wounded", "captured", "displaced"}
DIRECTED = {
    "supports",
    "aids",
    "officeHolderOf",
    "belongsTo",
    "locatedIn",
    "memberOf",
    "attacks",
    "coerces",
    "threatens",
    "accuses",
    "condemns",
    "rejects",
    "protestsAgainst",
    "sanctions",
    "occupies",
    "claimsTerritory",
    "deploysTo",
    "withdrawsFrom",
    "concedesTo",
    "mediates",
    "hosts",
    "urges",
    "partyTo",
    "brokers",
    "violates",
    "participatesIn",
}
KINDS = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.NamedIndividual, OWL.Ontology}
BUILT_IN = (str(OWL), str(RDF), str(RDFS), str(XSD))


@pytest.fixture(scope="module")
def graph() -> rdflib.Graph:
    return rdflib.Graph().parse(folder("ontology") / "kg.ttl")


def kinds(graph: rdflib.Graph) -> dict[rdflib.term.Node, set[rdflib.term.Node]]:
    found: dict[rdflib.term.Node, set[rdflib.term.Node]] = defaultdict(set)
    for subject, kind in graph.subject_objects(RDF.type):
        if kind in KINDS:
            found[subject].add(kind)
    return found


def test_the_properties_are_those_of_the_contract() -> None:
    properties = ontology.load().properties
    assert set(properties) == SYMMETRIC | COUNTS | DIRECTED
    assert {name for name, p in properties.items() if p.symmetric} == SYMMETRIC
    assert {name for name, p in properties.items() if p.counts} == COUNTS


def test_every_term_has_label_definition_and_example(graph: rdflib.Graph) -> None:
    terms = {s for s in graph.subjects(RDF.type, None) if str(s).startswith(ontology.KG)} - {KG.plover}
    for term in terms:
        for wanted in (RDFS.label, SKOS.definition, SKOS.example):
            assert len(set(graph.objects(term, wanted))) == 1, (term, wanted)


def test_every_property_has_domain_and_range(graph: rdflib.Graph) -> None:
    for kind in (OWL.ObjectProperty, OWL.DatatypeProperty):
        for term in graph.subjects(RDF.type, kind):
            if str(term).startswith(ontology.KG):
                assert len(set(graph.objects(term, RDFS.domain))) == len(set(graph.objects(term, RDFS.range))) == 1, (
                    term
                )


def test_every_event_is_mapped_to_plover(graph: rdflib.Graph) -> None:
    standing = {"officeHolderOf", "belongsTo", "locatedIn", "memberOf", "borders", "claimsTerritory"} | COUNTS
    mapped = {name for name, p in ontology.load().properties.items() if p.event}
    assert mapped == (SYMMETRIC | DIRECTED) - standing
    for concept in graph.objects(None, KG.plover):
        assert (concept, RDF.type, SKOS.Concept) in graph


def test_all_terms_used_are_declared(graph: rdflib.Graph) -> None:
    declared = set(kinds(graph))
    for _, predicate, _ in graph:
        assert predicate in declared or str(predicate).startswith(BUILT_IN), predicate
    for relation in (RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range):
        for term in graph.objects(None, relation):
            if isinstance(term, rdflib.URIRef):
                assert term in declared or str(term).startswith((str(XSD), str(RDFS))), term


def test_no_term_is_two_things(graph: rdflib.Graph) -> None:
    properties = {OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}
    for term, mine in kinds(graph).items():
        assert len(mine & properties) <= 1, term
        assert not (mine & properties and OWL.Class in mine), term
        assert not str(term).startswith(BUILT_IN), term


def test_subproperties_and_symmetry_stay_within_their_kind(graph: rdflib.Graph) -> None:
    kind = kinds(graph)
    for lower, upper in graph.subject_objects(RDFS.subPropertyOf):
        assert kind[lower] == kind[upper], (lower, upper)
    for term in graph.subjects(RDF.type, OWL.SymmetricProperty):
        assert OWL.ObjectProperty in kind[term]


def test_data_ranges_are_of_owl_2(graph: rdflib.Graph) -> None:
    allowed = {XSD.integer, XSD.decimal, XSD.string, XSD.boolean, RDFS.Literal}
    for term in graph.subjects(RDF.type, OWL.DatatypeProperty):
        assert set(graph.objects(term, RDFS.range)) <= allowed, term


def test_the_closure_holds_no_contradiction(graph: rdflib.Graph) -> None:
    import owlrl

    closure = rdflib.Graph()
    for triple in graph:
        closure.add(triple)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(closure)
    errors = rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#ErrorMessage")
    assert not list(closure.subjects(RDF.type, errors))
    assert (KG.Ceasefire, RDFS.subClassOf, KG.Agreement) in closure
    for name in ("Person", "State", "Place", "Agreement"):
        assert (KG[name], RDFS.subClassOf, OWL.Nothing) not in closure


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("kg:Actor a owl:Class", "kg.ttl.*prefix"),
        (
            "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n<https://w3id.org/conflict-kg/ontology#Actor> a owl:Class .",
            "Actor has 0 values",
        ),
        ("", "no property"),
    ],
)
def test_a_broken_ontology_is_named(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "kg.ttl"
    path.write_text(content)
    with pytest.raises(OntologyError, match=message):
        ontology.load(path)
