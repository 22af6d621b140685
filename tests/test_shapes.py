"""One small valid graph, and a change for every kind of violation that the shapes must catch."""

from pathlib import Path

import pytest

from kg.shapes import validate

VALID = """
@prefix kg: <https://w3id.org/conflict-kg/ontology#> .
@prefix id: <https://w3id.org/conflict-kg/id/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
id:kenya a kg:State , kg:Actor ; rdfs:label "Kenya"@en ; kg:fights id:chad .
id:chad a kg:State , kg:Actor ; rdfs:label "Chad"@en ; kg:fights id:kenya .
id:ruto a kg:Person , kg:Actor ; rdfs:label "William Ruto"@en ; kg:officeHolderOf id:kenya .
id:doc a kg:Document ; schema:identifier "a.txt" ; schema:datePublished "2024-05-15"^^xsd:date ; schema:mentions id:kenya , id:chad , id:ruto .
id:passage a kg:Passage ; schema:text "Kenya fought Chad." ; kg:start 0 ; kg:end 18 ; schema:isPartOf id:doc .
id:fight a kg:Statement ; rdf:subject id:kenya ; rdf:predicate kg:fights ; rdf:object id:chad ;
    kg:confidence 0.9 ; prov:wasDerivedFrom id:passage .
id:office a kg:Statement ; rdf:subject id:ruto ; rdf:predicate kg:officeHolderOf ; rdf:object id:kenya ;
    kg:office "President" ; kg:confidence 0.9 ; prov:wasDerivedFrom id:passage .
id:claim a kg:Statement ; rdf:subject id:chad ; rdf:predicate kg:attacks ; rdf:object id:kenya ; kg:attributedTo id:ruto ;
    kg:negated true ; kg:when "2024-05"^^xsd:gYearMonth ; kg:confidence 0.9 ; prov:wasDerivedFrom id:passage .
id:toll a kg:Statement ; rdf:subject id:chad ; rdf:predicate kg:killed ; rdf:object 12 ; kg:attributedTo id:kenya ;
    kg:confidence 0.9 ; prov:wasDerivedFrom id:passage .
"""
FIGHT = "id:fight a kg:Statement ; rdf:subject id:kenya ; rdf:predicate kg:fights ; rdf:object id:chad"
CLAIM = "rdf:subject id:chad ; rdf:predicate kg:attacks ; rdf:object id:kenya ;"

# what is replaced, by what, and what the message must say
VIOLATIONS = [
    (FIGHT, FIGHT.replace("rdf:subject id:kenya ; ", ""), "exactly one subject"),
    (FIGHT, FIGHT.replace(" ; rdf:object id:chad", ""), "exactly one object"),
    (FIGHT, FIGHT.replace("rdf:predicate kg:fights ; ", ""), "exactly one predicate"),
    (CLAIM, CLAIM.replace("kg:attacks", "kg:tickles"), "one of the ontology's properties"),
    (
        "kg:confidence 0.9 ; prov:wasDerivedFrom id:passage .\nid:office",
        "kg:confidence 0.9 .\nid:office",
        "derived from exactly one passage",
    ),
    (
        "kg:confidence 0.9 ; prov:wasDerivedFrom id:passage .\nid:office",
        "kg:confidence 1.5 ; prov:wasDerivedFrom id:passage .\nid:office",
        "from 0 to 1",
    ),
    (
        "kg:confidence 0.9 ; prov:wasDerivedFrom id:passage .\nid:office",
        'kg:confidence "high" ; prov:wasDerivedFrom id:passage .\nid:office',
        "decimal",
    ),
    ("kg:negated true", "kg:negated false", "kg:negated is true or absent"),
    ("kg:negated true", "kg:hypothetical false", "kg:hypothetical is true or absent"),
    ('"2024-05"^^xsd:gYearMonth', '"May 2024"', "xsd:gYearMonth or xsd:gYear"),
    ("kg:attributedTo id:ruto", "kg:attributedTo id:doc", "attributed to actors"),
    ('kg:office "President"', 'kg:office "President" , "Chair"', "one title"),
    (CLAIM, CLAIM + ' kg:office "President" ;', "Only a statement of officeHolderOf"),
    ('schema:text "Kenya fought Chad." ; ', "", "its text"),
    ("kg:start 0", "kg:start -1", "starts at one whole number"),
    ("kg:end 18", 'kg:end "late"', "ends at one whole number"),
    ("kg:start 0 ; kg:end 18", "kg:start 18 ; kg:end 18", "starts before it ends"),
    (" ; schema:isPartOf id:doc", "", "part of exactly one document"),
    ('schema:identifier "a.txt" ; ', "", "one identifier"),
    ('"2024-05-15"^^xsd:date', '"2024-02-31"^^xsd:date', "date of publication"),
    ('rdfs:label "Chad"@en ; ', "", "has a label"),
    ("id:chad a kg:State , kg:Actor", "id:chad a kg:Actor", "is a person, state"),
    ("id:ruto a kg:Person", "id:ruto a kg:State", "What officeHolderOf starts from"),
    ("kg:officeHolderOf id:kenya .\nid:doc", "kg:officeHolderOf id:ruto .\nid:doc", "What officeHolderOf leads to"),
    (CLAIM, CLAIM.replace("rdf:subject id:chad", "rdf:subject id:doc"), "subject is of a class"),
    (CLAIM, CLAIM.replace("rdf:object id:kenya", "rdf:object id:doc"), "object is of a class"),
    ("rdf:object 12", 'rdf:object "dozens"', "whole number from 0"),
    (
        'rdfs:label "Chad"@en ; kg:fights id:kenya .',
        'rdfs:label "Chad"@en ; kg:fights id:kenya ; kg:attacks id:kenya .',
        "rests on a statement",
    ),
    (
        'rdfs:label "William Ruto"@en ; kg:officeHolderOf id:kenya .',
        'rdfs:label "William Ruto"@en .',
        "has its plain triple",
    ),
]


def messages(tmp_path: Path, turtle: str) -> list[str]:
    path = tmp_path / "graph.ttl"
    path.write_text(turtle, encoding="utf-8")
    return [v.message for v in validate(path)]


def test_a_valid_graph_conforms(tmp_path: Path) -> None:
    assert messages(tmp_path, VALID) == []


@pytest.mark.parametrize(("old", "new", "message"), VIOLATIONS, ids=[m for _, _, m in VIOLATIONS])
def test_a_violation_is_caught(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in VALID
    assert any(message in m for m in messages(tmp_path, VALID.replace(old, new, 1)))
