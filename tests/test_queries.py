"""Saved queries: each one's answer on a small world, worked out by hand; parameters, refusals and formats."""

import csv
import io
import json
import re
from pathlib import Path

import pyoxigraph
import pytest

from graphs import FIRST_SENTENCES, SECOND_SENTENCES, WORLD
from kg import queries, rdf, sparql, store
from kg.document import Document
from kg.errors import KgError, UsageError
from kg.statement import Entity, Extraction, Passage, Statement

ALLY, OFFICE, TRUCE, FOUGHT, SHELLED, DENIED = FIRST_SENTENCES
BREACH, SANCTIONED, OCCUPIED, LEAVE, PREPARED, ALLY_AGAIN, DEATHS = SECOND_SENTENCES
ONE, TWO = "first.txt", "second.txt"
FORCES, THEIRS = "Norland armed forces", "Southmark armed forces"
MINISTRY, CIVILIANS = "Southmark Defence Ministry", "Southmark civilians"
PUBLISHED = ("2024-05-15", "2024-05-15")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> pyoxigraph.Store:
    path = tmp_path_factory.mktemp("graph") / "world.nq"
    rdf.write(WORLD, path)
    return store.open_graph(path)


# Columns after the names: stance, said by, when, sentence, document.
ANSWERS: dict[str, list[tuple[str, ...]]] = {
    "alliances": [
        ("Easteria", "allyOf", "Norland", "", "", "", ALLY, ONE),
        ("Easteria", "allyOf", "Norland", "", "", "", ALLY_AGAIN, TWO),
    ],
    "mediations": [
        ("Easteria", "Norland", "May truce", "", "", "2024-05-03", ALLY, ONE),
        ("Easteria", "Norland", "May truce", "", "", "", TRUCE, ONE),
        ("Easteria", "Southmark", "May truce", "", "", "2024-05-03", ALLY, ONE),
        ("Easteria", "Southmark", "May truce", "", "", "", TRUCE, ONE),
    ],
    "who-fights-whom": [
        (FORCES, "attacks", THEIRS, "Norland", "", "", MINISTRY, "2024-05-10", SHELLED, ONE),
        (FORCES, "attacks", THEIRS, "Norland", "", "denied", "Norland", "", DENIED, ONE),
        (FORCES, "fights", THEIRS, "Norland", "", "", "", "", FOUGHT, ONE),
        (FORCES, "participatesIn", "valley war", "Norland", "", "", "", "", FOUGHT, ONE),
    ],
    "attacks": [
        (FORCES, "attacks", THEIRS, "", MINISTRY, "2024-05-10", SHELLED, ONE),
        (FORCES, "attacks", THEIRS, "denied", "Norland", "", DENIED, ONE),
    ],
    "claims": [
        ("Ada Vell", "valley war", "killed", "300", "", "2024", DEATHS, TWO),
        ("Norland", FORCES, "attacks", THEIRS, "denied", "", DENIED, ONE),
        ("Southmark", "Norland", "violates", "May truce", "", "", BREACH, TWO),
        (MINISTRY, FORCES, "attacks", THEIRS, "", "2024-05-10", SHELLED, ONE),
        (MINISTRY, CIVILIANS, "killed", "12", "", "2024-05-10", SHELLED, ONE),
    ],
    "contradictions": [
        ("denied", "attacks", FORCES, THEIRS, MINISTRY, SHELLED, "Norland", DENIED),
        ("each the other", "accuses", "Norland", "Southmark", "", PREPARED, "", BREACH),
    ],
    "agreements": [
        ("May truce", "Easteria", "brokers", "", "", "", TRUCE, ONE),
        ("May truce", "Norland", "partyTo", "", "", "", TRUCE, ONE),
        ("May truce", "Southmark", "partyTo", "", "", "", TRUCE, ONE),
        ("May truce", "Norland", "violates", "", "Southmark", "", BREACH, TWO),
    ],
    "casualties": [
        ("", CIVILIANS, "killed", "12", "", MINISTRY, "2024-05-10", SHELLED, ONE),
        ("", "valley war", "killed", "300", "", "Ada Vell", "2024", DEATHS, TWO),
    ],
    "offices": [
        ("Ada Vell", "President", "Norland", *PUBLISHED, OFFICE),
        ("Jon Orm", "Foreign Minister", "Southmark", *PUBLISHED, OFFICE),
    ],
    "timeline": [
        ("2024", "valley war", "killed", "300", "", "Ada Vell", DEATHS, TWO),
        ("2024-05-03", "Easteria", "mediates", "Norland", "", "", ALLY, ONE),
        ("2024-05-03", "Easteria", "mediates", "Southmark", "", "", ALLY, ONE),
        ("2024-05-03", "Norland", "talksWith", "Southmark", "", "", ALLY, ONE),
        ("2024-05-10", FORCES, "attacks", THEIRS, "", MINISTRY, SHELLED, ONE),
        ("2024-05-10", CIVILIANS, "killed", "12", "", MINISTRY, SHELLED, ONE),
        ("2025", "Norland", "withdrawsFrom", "Gray Valley", "possible", "", LEAVE, TWO),
    ],
    "most-connected": [
        ("Norland", "4", "2"),
        ("Southmark", "4", "2"),
        ("Ada Vell", "2", "2"),
        ("Easteria", "2", "2"),
        ("Jon Orm", "2", "1"),
        (FORCES, "2", "1"),
        (THEIRS, "1", "1"),
        (MINISTRY, "1", "1"),
    ],
    "sanctions": [("Norland", "sanctions", "Southmark", "", "", "", SANCTIONED, TWO)],
    "territory": [
        ("Norland", "occupies", "Gray Valley", "", "", "", OCCUPIED, TWO),
        ("Norland", "withdrawsFrom", "Gray Valley", "possible", "", "2025", LEAVE, TWO),
        ("Southmark", "claimsTerritory", "Gray Valley", "", "", "", OCCUPIED, TWO),
    ],
    "documents": [
        (ONE, "2024-05-15", "A truce in May", "17", "11"),
        (TWO, "2024-06-01", "", "10", "7"),
    ],
    "summary": [
        ("documents", "Document", "2"),
        ("entities", "State", "3"),
        ("entities", "Force", "2"),
        ("entities", "Person", "2"),
        *(("entities", kind, "1") for kind in ("Agreement", "Conflict", "Group", "Organization", "Place")),
        *(
            ("statements", name, "2")
            for name in ("accuses", "allyOf", "attacks", "belongsTo", "killed", "mediates", "officeHolderOf", "partyTo")
        ),
        *(
            ("statements", name, "1")
            for name in (
                "brokers",
                "claimsTerritory",
                "fights",
                "hosts",
                "occupies",
                "participatesIn",
                "sanctions",
                "talksWith",
                "urges",
                "violates",
                "withdrawsFrom",
            )
        ),
    ],
    "talks": [
        ("Ada Vell", "hosts", "Jon Orm", "", "", "", OFFICE, ONE),
        ("Norland", "talksWith", "Southmark", "", "", "2024-05-03", ALLY, ONE),
    ],
    "partners": [
        ("Ada Vell", "Jon Orm", "1", "1"),
        ("Ada Vell", "Norland", "1", "1"),
        ("Easteria", "Norland", "3", "4"),
        ("Easteria", "Southmark", "1", "1"),
        ("Jon Orm", "Ada Vell", "1", "1"),
        ("Jon Orm", "Southmark", "1", "1"),
        ("Norland", "Easteria", "3", "4"),
        ("Norland", "Southmark", "3", "4"),
        ("Norland", "Ada Vell", "1", "1"),
        ("Norland", FORCES, "1", "1"),
        (FORCES, "Norland", "1", "1"),
        (FORCES, THEIRS, "1", "1"),
        ("Southmark", "Norland", "3", "4"),
        ("Southmark", "Easteria", "1", "1"),
        ("Southmark", "Jon Orm", "1", "1"),
        ("Southmark", MINISTRY, "1", "1"),
        (THEIRS, FORCES, "1", "1"),
        (MINISTRY, "Southmark", "1", "1"),
    ],
    "common-allies": [],
    "backers": [
        ("Easteria", "allyOf", "Norland", "accuses", "Southmark"),
        ("Easteria", "allyOf", "Norland", "sanctions", "Southmark"),
    ],
    "mediators-between": [("Easteria", "Norland", "Southmark", "May truce")],
    "balance": [
        ("Norland", "Southmark", "1", "3"),
        (FORCES, THEIRS, "0", "1"),
        ("Easteria", "Norland", "2", "0"),
        ("Ada Vell", "Jon Orm", "1", "0"),
    ],
    "participants": [("valley war", FORCES, "Norland")],
    "violations": [("Norland", "May truce", "", "Southmark", "", BREACH, TWO)],
    "signatories": [("May truce", "2", "1", "1")],
    "life-cycle": [
        ("2024-05-15", "May truce", "Easteria", "brokers", "", "", TRUCE, ONE),
        ("2024-05-15", "May truce", "Norland", "partyTo", "", "", TRUCE, ONE),
        ("2024-05-15", "May truce", "Southmark", "partyTo", "", "", TRUCE, ONE),
        ("2024-06-01", "May truce", "Norland", "violates", "", "Southmark", BREACH, TWO),
    ],
    "denials": [("Norland", FORCES, "attacks", THEIRS, "", DENIED, ONE)],
    "claims-about": [
        ("Norland", "Southmark", "violates", "May truce", "1"),
        (FORCES, MINISTRY, "attacks", THEIRS, "1"),
        (CIVILIANS, MINISTRY, "killed", "12", "1"),
        ("valley war", "Ada Vell", "killed", "300", "1"),
    ],
    "casualty-range": [(CIVILIANS, "killed", "12", "12", "1"), ("valley war", "killed", "300", "300", "1")],
    "belongs-to": [(FORCES, "belongsTo", "Norland"), (MINISTRY, "belongsTo", "Southmark")],
    "disputed-places": [("Gray Valley", "Norland", "occupies", "Southmark", "claimsTerritory")],
    "by-month": [
        *(("2024-05", name, "2") for name in ("attacks", "belongsTo", "mediates", "officeHolderOf", "partyTo")),
        *(
            ("2024-05", name, "1")
            for name in ("allyOf", "brokers", "fights", "hosts", "killed", "participatesIn", "talksWith")
        ),
        ("2024-06", "accuses", "2"),
        *(
            ("2024-06", name, "1")
            for name in (
                "allyOf",
                "claimsTerritory",
                "killed",
                "occupies",
                "sanctions",
                "urges",
                "violates",
                "withdrawsFrom",
            )
        ),
    ],
    "first-and-last": [("Easteria", "allyOf", "Norland", "2024-05-15", "2024-06-01", "2")],
    "publishers": [("Example News", "1", "17"), ("not known", "1", "10")],
    "words": [
        ("Norland", "accuses", "Southmark", "", "", "", PREPARED, TWO),
        ("Norland", "urges", "Easteria", "", "", "", SANCTIONED, TWO),
        ("Southmark", "accuses", "Norland", "", "", "", BREACH, TWO),
    ],
}
NARROWED: list[tuple[str, dict[str, str], list[tuple[str, ...]]]] = [
    ("alliances", {"actor": "Southmark"}, []),
    ("attacks", {"attacker": THEIRS}, []),
    ("attacks", {"target": THEIRS}, ANSWERS["attacks"]),
    ("words", {"to": "Norland"}, [ANSWERS["words"][2]]),
    ("sanctions", {"from": "Southmark"}, []),
    ("partners", {"actor": "Jon Orm"}, ANSWERS["partners"][4:6]),
    ("names", {"entity": "Sutha"}, [("Southmark", "Southmark", ""), ("Southmark", "Sutha", "")]),
    ("names", {"entity": "Norra"}, [("Norland", name, "wd:Q1000001") for name in ("Norland", "Norlanders", "Norra")]),
    ("mediators-between", {"one": "Southmark", "other": "Norland"}, ANSWERS["mediators-between"]),
    ("mediators-between", {"one": "Southmark", "other": "Easteria"}, []),
    ("balance", {"actor": "Easteria"}, [ANSWERS["balance"][2]]),
    ("claims-about", {"actor": "Norland"}, ANSWERS["claims-about"][:1]),
    ("by-month", {"relation": "killed"}, [("2024-05", "killed", "1"), ("2024-06", "killed", "1")]),
    ("uncertain", {"below": "0.85"}, [("0.8", FORCES, "attacks", THEIRS, "attacks/verb", SHELLED, ONE)]),
    ("claims", {"source": "norland"}, [ANSWERS["claims"][1]]),
    ("mediations", {"mediator": "Norland"}, []),
    ("agreements", {"agreement": "truce"}, ANSWERS["agreements"]),
    ("casualties", {"victim": "valley war"}, [ANSWERS["casualties"][1]]),
    ("offices", {"holder": "Vell"}, [ANSWERS["offices"][0]]),
    ("timeline", {"from": "2024-05-04", "until": "2024-12"}, [ANSWERS["timeline"][i] for i in (0, 4, 5)]),
    ("timeline", {"from": "2025"}, [ANSWERS["timeline"][6]]),
    ("timeline", {"actor": "Southmark", "until": "2024-05-03"}, ANSWERS["timeline"][2:4]),
    ("most-connected", {"kind": "Force"}, [ANSWERS["most-connected"][i] for i in (5, 6)]),
    ("contradictions", {"actor": "Southmark"}, [ANSWERS["contradictions"][1]]),
    ("territory", {"actor": "Gray Valley"}, ANSWERS["territory"]),
    ("corroborated", {"relation": "allyOf"}, [("Easteria", "allyOf", "Norland", "2", "2", ALLY_AGAIN)]),
    ("entity", {"entity": "Southmark civilians"},
     [(CIVILIANS, "killed", "12", "", MINISTRY, "2024-05-10", SHELLED, ONE)]),
    ("entity", {"entity": MINISTRY}, [
        (FORCES, "attacks", THEIRS, "", MINISTRY, "2024-05-10", SHELLED, ONE),
        (MINISTRY, "belongsTo", "Southmark", "", "", "", SHELLED, ONE),
        (CIVILIANS, "killed", "12", "", MINISTRY, "2024-05-10", SHELLED, ONE),
    ]),
]  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_a_saved_query_gives_the_answer_worked_out_by_hand(name: str, world: pyoxigraph.Store) -> None:
    assert list(queries.run(queries.find(name), world).rows) == ANSWERS[name]


@pytest.mark.parametrize(("name", "params", "answer"), NARROWED)
def test_parameters_narrow_the_answer(
    name: str, params: dict[str, str], answer: list[tuple[str, ...]], world: pyoxigraph.Store
) -> None:
    assert list(queries.run(queries.find(name), world, params).rows) == answer


def test_corroborated_counts_documents_not_statements(world: pyoxigraph.Store) -> None:
    rows = queries.run(queries.find("corroborated"), world).rows
    assert rows[0] == ("Easteria", "allyOf", "Norland", "2", "2", ALLY_AGAIN)
    assert {row[3:5] for row in rows[1:]} == {("1", "1")}
    assert not {"violates", "attacks", "withdrawsFrom"} & {row[1] for row in rows}, "claims are no facts"
    assert len(rows) == 20


def test_copies_of_one_report_are_one_independent_support(tmp_path: Path) -> None:
    """An agency's sentence in three papers, and another paper's own words: two supports in four documents."""
    copied, own = "Norland attacked Southmark at dawn.", "Norland attacked Southmark with rockets."
    norland, southmark = Entity("norland", "State", "Norland"), Entity("southmark", "State", "Southmark")

    def told(name: str, text: str) -> Extraction:
        document = Document(name, text)
        said = Statement("norland", "attacks", "southmark", Passage(document.key, 0, len(text), text))
        return Extraction(document, (norland, southmark), (said,))

    store.fill(tmp_path / "s", [told("a", copied), told("b", copied), told("c", copied), told("d", own)])
    (row,) = queries.run(queries.find("corroborated"), store.open_graph(tmp_path / "s")).rows
    assert row[3:5] == ("4", "2")


def test_evidence_is_found_in_both_directions(world: pyoxigraph.Store) -> None:
    rows = queries.run(queries.find("evidence"), world, {"one": "Southmark", "other": "Norland"}).rows
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("Norland", "talksWith", "Southmark"),
        ("Southmark", "accuses", "Norland"),
        ("Norland", "sanctions", "Southmark"),
        ("Norland", "accuses", "Southmark"),
    ]


def test_the_network_of_an_actor_is_a_graph(world: pyoxigraph.Store) -> None:
    result = queries.run(queries.find("network"), world, {"actor": "Jon Orm"})
    facts = {row for row in result.rows if row[1] in ("hosts", "officeHolderOf")}
    assert facts == {("Ada Vell", "hosts", "Jon Orm"), ("Jon Orm", "officeHolderOf", "Southmark")}
    text = queries.format_result(result, "ttl")
    assert {quad.triple for quad in pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.TURTLE)} == set(result.triples)


@pytest.mark.parametrize("query", queries.checks(), ids=lambda query: query.name)
def test_the_checks_find_nothing_in_a_sound_graph(query: queries.Query, world: pyoxigraph.Store) -> None:
    assert queries.run(query, world).rows == ()


@pytest.mark.parametrize(
    ("check", "change"),
    [
        ("statement-without-passage", "DELETE WHERE { ?s prov:wasDerivedFrom ?p }"),
        ("statement-incomplete", "DELETE WHERE { ?s kg:confidence ?c }"),
        ("passage-without-document", "DELETE WHERE { ?s schema:isPartOf ?d }"),
        ("passage-offsets", "DELETE { ?s kg:end ?e } INSERT { ?s kg:end 1 } WHERE { ?s kg:end ?e }"),
        ("entity-without-label", "DELETE WHERE { id:norland rdfs:label ?l }"),
        ("entity-unmentioned", "DELETE WHERE { ?d schema:mentions id:norland }"),
        ("confidence-range", "INSERT { ?s kg:confidence 1.5 } WHERE { ?s a kg:Statement }"),
        ("symmetric-one-way", "DELETE DATA { id:norland kg:talksWith id:southmark }"),
        ("fact-without-statement", "INSERT DATA { id:norland kg:attacks id:southmark }"),
        ("statement-without-fact", "DELETE WHERE { id:norland kg:occupies ?o }"),
    ],
)
def test_each_check_finds_its_fault(check: str, change: str, tmp_path: Path) -> None:
    rdf.write(WORLD, tmp_path / "g.nt")
    broken = store.open_graph(tmp_path / "g.nt")
    broken.update(change, prefixes=queries.PREFIXES)
    assert queries.run(queries.find(check), broken).rows != ()


def test_every_check_has_a_fault_above() -> None:
    assert len(queries.checks()) == 10


@pytest.mark.parametrize("query", queries.catalog(), ids=lambda query: query.name)
def test_a_saved_query_is_documented_and_repeatable(query: queries.Query, tmp_path: Path) -> None:
    assert query.title
    assert query.description.endswith(".")
    assert query.group
    assert all(parameter.description and parameter.default for parameter in query.parameters)
    answers = set()
    for number, order in enumerate((WORLD, WORLD[::-1])):
        store.fill(tmp_path / str(number), order)
        answers.add(queries.run(query, store.open_graph(tmp_path / str(number))).rows)
    assert len(answers) == 1


def test_the_catalog_holds_what_is_tested() -> None:
    tested = {*ANSWERS, *(name for name, _, _ in NARROWED), "corroborated", "evidence", "network", "rules"}
    assert {query.name for query in queries.catalog()} == tested
    assert len(tested) >= 30
    assert {query.group for query in queries.catalog()} == set(queries.GROUPS)


def test_rules_count_every_statement_once(world: pyoxigraph.Store) -> None:
    rows = queries.run(queries.find("rules"), world).rows
    assert rows[0] == ("accuses", "accuses/verb", "2", "0.9", "0.9")
    assert ("attacks", "attacks/verb", "2", "0.8", "0.9") in rows
    assert sum(int(row[2]) for row in rows) == 27


def test_an_ally_of_two_is_common_to_them(tmp_path: Path) -> None:
    rdf.write(WORLD, tmp_path / "g.nt")
    graph = store.open_graph(tmp_path / "g.nt")
    graph.update("INSERT DATA { id:easteria kg:supports id:southmark }", prefixes=queries.PREFIXES)
    rows = queries.run(queries.find("common-allies"), graph).rows
    assert rows == (("Norland", "Southmark", "Easteria"),)
    assert queries.find("common-allies").example == rows[0]


@pytest.mark.parametrize("query", queries.catalog(), ids=lambda query: query.name)
def test_the_example_in_the_header_is_true(query: queries.Query, world: pyoxigraph.Store) -> None:
    if query.name != "common-allies":  # which has its own test
        assert query.example in queries.run(query, world).rows


def test_the_manual_is_made_from_the_headers(root: Path) -> None:
    assert (root / "docs" / "queries.md").read_text(encoding="utf-8") == queries.manual(), "run: make docs"


# Names


def test_an_entity_is_found_by_label_alias_and_iri(world: pyoxigraph.Store) -> None:
    norland = pyoxigraph.NamedNode(rdf.BASE + "norland")
    for name in ("Norland", "norland", "  NORLAND ", "Norra", "norlanders", f"<{norland.value}>", "id:norland"):
        assert queries.entity(name, world) == norland


def test_a_name_in_another_spelling_is_found() -> None:
    graph = pyoxigraph.Store()
    graph.update(
        """INSERT DATA { id:state-turkey rdfs:label "Turkey"@en . id:x rdfs:label "Sao Tome"@en .
        id:y rdfs:label "Ivory Coast"@en ; owl:sameAs wd:Q1008 . id:z rdfs:label "Aéroport"@fr }""",
        prefixes=queries.PREFIXES,
    )
    found = {name: queries.entity(name, graph).value for name in ("Türkiye", "turkiye", "São Tomé", "aeroport")}
    assert {name: iri.removeprefix(rdf.BASE) for name, iri in found.items()} == {
        "Türkiye": "state-turkey", "turkiye": "state-turkey", "São Tomé": "x", "aeroport": "z",
    }  # fmt: skip
    for nothing in ("", "  ", "\u0301", "?"):
        with pytest.raises(KgError, match="no entity"):
            queries.entity(nothing, graph)


def test_a_limit_says_that_there_is_more(world: pyoxigraph.Store) -> None:
    query = queries.find("alliances")
    cut, whole = queries.run(query, world, limit=1), queries.run(query, world, limit=2)
    assert (len(cut.rows), cut.more, len(whole.rows), whole.more) == (1, True, 2, False)
    graph = queries.ask("CONSTRUCT WHERE { ?s kg:allyOf ?o }", world, limit=1)
    assert (len(graph.triples), graph.more) == (1, True)


def test_iris_are_shown_where_asked(world: pyoxigraph.Store) -> None:
    assert queries.run(queries.find("alliances"), world, iris=True).rows[0][0] == rdf.BASE + "easteria"


def test_a_name_near_miss_is_helped(world: pyoxigraph.Store) -> None:
    with pytest.raises(KgError, match=r"no entity is called 'Norlnd' \(near it: Norland"):
        queries.entity("Norlnd", world)


def test_a_label_wins_over_aliases_and_two_labels_are_listed() -> None:
    graph = pyoxigraph.Store()
    graph.update(
        """INSERT DATA { id:a rdfs:label "Republic"@en . id:b rdfs:label "Other"@en ; skos:altLabel "Republic"@en .
        id:c rdfs:label "Front"@en . id:d rdfs:label "front"@en .
        id:e skos:altLabel "Party" . id:f skos:altLabel "Party" }""",
        prefixes=queries.PREFIXES,
    )
    assert queries.entity("republic", graph).value == rdf.BASE + "a"
    with pytest.raises(
        KgError,
        match=r"several entities are called 'Front': Front, no kind, in 0 documents: <.*id/c>; front, .*: <.*id/d>",
    ):
        queries.entity("Front", graph)
    with pytest.raises(KgError, match="several entities are called 'party'"):
        queries.entity("party", graph)


HOSTILE = [
    'x" } UNION { ?s ?p ?o } #', "x' } ; DROP ALL #", "\\", "\\u0022", '"""', "a\nb", "?s", "<http://evil.example/>x",
    "{}", "}", "#", "@en", '"^^<http://x>', "\u202eabc", "\x00", "\\1", "\\g<0>",
]  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE)
def test_a_text_parameter_is_a_term_and_nothing_else(value: str, world: pyoxigraph.Store) -> None:
    assert queries.run(queries.find("most-connected"), world, {"kind": value}).rows == ()
    with pytest.raises(KgError, match="no entity"):
        queries.run(queries.find("alliances"), world, {"actor": value})


@pytest.mark.parametrize("value", ["<http://x> } #>", "id:a b", "<no iri>", "\ud800"])
def test_a_value_that_is_no_term_is_refused(value: str, world: pyoxigraph.Store) -> None:
    with pytest.raises(KgError):
        queries.run(queries.find("alliances"), world, {"actor": value})


def test_a_text_parameter_that_is_no_unicode_is_refused(world: pyoxigraph.Store) -> None:
    with pytest.raises(UsageError, match="no text"):
        queries.run(queries.find("most-connected"), world, {"kind": "\ud800"})


def test_wrong_parameters_are_named(world: pyoxigraph.Store) -> None:
    with pytest.raises(UsageError, match=r"has no parameter 'who' \(it has: actor\)"):
        queries.run(queries.find("alliances"), world, {"who": "x"})
    with pytest.raises(UsageError, match="from is no date: 'soon'"):
        queries.run(queries.find("timeline"), world, {"from": "soon"})
    with pytest.raises(UsageError, match="relation is no predicate"):
        queries.run(queries.find("corroborated"), world, {"relation": "no> }"})


# Files


def test_an_unknown_name_is_a_wrong_call_with_a_hint() -> None:
    with pytest.raises(UsageError, match="did you mean alliances"):
        queries.find("aliances")
    with pytest.raises(UsageError, match="cannot read the query"):
        queries.find("/nowhere/x.rq")


def test_a_file_of_ones_own_needs_no_header_and_no_prefixes(tmp_path: Path, world: pyoxigraph.Store) -> None:
    (tmp_path / "own.rq").write_text("\ufeffSELECT ?s { ?s a kg:Agreement }", encoding="utf-8")
    assert queries.run(queries.find(str(tmp_path / "own.rq")), world).rows == (("May truce",),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * {\n ?s ?p }", r"own\.rq is no valid SPARQL, line 2, column 9"),
        ("", r"own\.rq is no valid SPARQL, line 1"),
        ("SELECT * { ?s nope:x ?o }", "own.rq is no valid SPARQL"),
        ("INSERT DATA { <http://a> <http://b> 1 }", "own.rq is an update"),
        ("# a note\nPREFIX x: <http://x>\nLOAD <file:///etc/hostname>", "own.rq is an update"),
        ("ASK {} ; DROP ALL", "own.rq is no valid SPARQL"),
        ("# param actor entity\nASK {}", r"own\.rq, line 1: a parameter is written"),
        ("# param actor: entity - who\nASK {}", r"own\.rq, line 1: the query needs one line `VALUES \?actor"),
    ],
)
def test_a_broken_file_is_named_with_its_line(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "own.rq").write_text(text)
    with pytest.raises(KgError, match=message) as caught:
        queries.find(str(tmp_path / "own.rq"))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.rq").write_bytes("ASK {}".encode("utf-16"))
    with pytest.raises(KgError, match=r"own\.rq is not UTF-8"):
        queries.find(str(tmp_path / "own.rq"))


# Nothing listens at this address: were it asked, the query would fail in another way than by refusal.
ELSEWHERE = "<http://127.0.0.1:9/x>"


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT * {{ SERVICE {ELSEWHERE} {{ ?s ?p ?o }} }}",
        f"SELECT * {{ service silent {ELSEWHERE} {{ ?s ?p ?o }} }}",
        f"ASK {{ SeRvIcE SILENT {ELSEWHERE} {{}} }}",
        f"SELECT * {{ SERVICESILENT{ELSEWHERE}{{ ?s ?p ?o }} }}",
        "PREFIX :<http://127.0.0.1:9/> SELECT * { SERVICE:x{ ?s ?p ?o } }",
        "PREFIX x:<http://127.0.0.1:9/> PREFIX SERVICEx:<http://y/> SELECT * { SERVICE x:y{ ?s ?p ?o } }",
        "PREFIX x:<http://127.0.0.1:9/> SELECT * { ?s ?p ?o FILTER(?o<?p||true)SERVICEx:y#>\n{ ?a ?b ?c } }",
        f"SELECT * {{ VALUES ?u {{ {ELSEWHERE} }} SERVICE ?u {{ ?s ?p ?o }} }}",
        f"SELECT * {{ FILTER EXISTS {{ OPTIONAL {{ SERVICE#service\n{ELSEWHERE} {{}} }} }} }}",
        f'ASK {{ ?s ?service "SERVICE" SERVICE {ELSEWHERE} {{}} }}',
    ],
)
def test_no_query_reaches_another_server(text: str) -> None:
    with pytest.raises(sparql.RefusedError, match="SERVICE"):
        sparql.check(text)


@pytest.mark.parametrize(
    "text",
    [
        'SELECT ("Foreign Service" AS ?x) {}',
        "ASK { ?s <http://e/service> ?o } # SERVICE <x> {}",
        "PREFIX service: <http://service/> SELECT ?service ?SERVICE { ?service service:service ?SERVICE }",
        "ASK { ?s ?p 'service'@service }",
    ],
)
def test_the_word_itself_is_no_offence(text: str) -> None:
    sparql.check(text)


# Answers


def test_explain_gathers_the_evidence_for_a_pair(world: pyoxigraph.Store) -> None:
    claimed, denied, fought = sorted(
        queries.explain(FORCES, THEIRS, world), key=lambda one: (one.predicate, one.negated)
    )
    assert (claimed.attributed_to, claimed.negated, claimed.date) == ((MINISTRY,), False, "2024-05-10")
    assert (claimed.confidence, claimed.rule, claimed.document) == (0.8, "attacks/verb", ONE)
    assert (denied.attributed_to, denied.negated, denied.date) == (("Norland",), True, None)
    assert (fought.predicate, fought.sentence, fought.published) == ("fights", FOUGHT, "2024-05-15")
    assert {one.statement for one in queries.explain(THEIRS, FORCES, world)} == {
        claimed.statement, denied.statement, fought.statement,
    }  # fmt: skip
    assert claimed.statement.startswith(rdf.BASE + "statement-")


def test_several_sources_of_one_statement_are_one_evidence() -> None:
    graph = pyoxigraph.Store()
    graph.update(
        """INSERT DATA { id:s rdf:subject id:a ; rdf:predicate kg:attacks ; rdf:object id:b ; kg:confidence 0.5 ;
        kg:attributedTo id:c, id:d ; prov:wasDerivedFrom id:p .
        id:p schema:text "t" ; kg:start 0 ; schema:isPartOf id:x .
        id:x schema:identifier "x" }""",
        prefixes=queries.PREFIXES,
    )
    (only,) = queries.explain("id:a", "id:b", graph)
    assert only.attributed_to == ("c", "d")


def test_csv_and_tsv_are_tables_whatever_the_cells_hold() -> None:
    cells = ('a "b", c', "d\te\nf", "")
    result = queries.Result(("x", "y", "z"), (cells,), ((None, None, None),))
    assert list(csv.reader(io.StringIO(queries.format_result(result, "csv"), newline=""))) == [
        ["x", "y", "z"],
        [*cells],
    ]
    assert queries.format_result(result, "tsv") == 'x\ty\tz\na "b", c\td e f\t\n'


def test_json_keeps_the_terms(world: pyoxigraph.Store) -> None:
    text = 'SELECT ?e ?l ?n ?u { ?e rdfs:label ?l . FILTER(?l = "Gray Valley"@en) BIND(3 AS ?n) }'
    answer = json.loads(queries.format_result(queries.ask(text, world), "json"))
    assert answer["head"]["vars"] == ["e", "l", "n", "u"]
    assert answer["results"]["bindings"] == [
        {
            "e": {"type": "uri", "value": rdf.BASE + "gray-valley"},
            "l": {"type": "literal", "value": "Gray Valley", "xml:lang": "en"},
            "n": {"type": "literal", "value": "3", "datatype": "http://www.w3.org/2001/XMLSchema#integer"},
        }
    ]
    assert json.loads(queries.format_result(queries.ask("ASK {}", world), "json"))["boolean"] is True


def test_turtle_is_only_for_graphs(world: pyoxigraph.Store) -> None:
    with pytest.raises(UsageError, match="CONSTRUCT"):
        queries.format_result(queries.ask("SELECT ?s { ?s a kg:State }", world), "ttl")
    with pytest.raises(UsageError, match="no such format"):
        queries.format_result(queries.ask("ASK {}", world), "pdf")


def test_saved_queries_stand_alone_in_standard_sparql() -> None:
    for query in (*queries.catalog(), *queries.checks()):
        assert set(re.findall(r"(?<![\w:/])([a-z]+):\w", re.sub(r"#.*|<[^>]*>|\"[^\"]*\"", "", query.text))) <= set(
            re.findall(r"PREFIX (\w+):", query.text)
        ), query.name
