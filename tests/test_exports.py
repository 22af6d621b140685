"""Formats of other fields: read back by the libraries of their fields, with claims apart and hostile names harmless."""

import csv
import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
import rdflib.compare

from graphs import CIVILIANS, FIRST, FIRST_EXTRACTION, NORLAND, SECOND_EXTRACTION, SOUTHMARK, WORLD, passage, says
from kg import exports, rdf
from kg.document import Document
from kg.errors import KgError, OntologyError, UsageError
from kg.exports import events, mapping, neo4j, stix
from kg.exports.ftm import identifier
from kg.ontology import KG, load
from kg.statement import Entity, Extraction, Statement
from kg.store import fill, open_graph

# rdflib's own parsers still use them.
RDFLIB = pytest.mark.filterwarnings(
    "ignore:ConjunctiveGraph is deprecated:DeprecationWarning", "ignore:Dataset.default_context:DeprecationWarning"
)
ALL = ("claimed", "hypothetical", "negated")
NP = rdflib.Namespace("http://www.nanopub.org/nschema#")
STATEMENTS = [s for e in WORLD for s in e.statements]
EVIL = (
    "=cmd()|'/c calc'!A1", '+1",evil', "-x\n}{\n<a> <b> <c> .", "@sum(1)\r\nnew,row", '"]}, {"type": "x"', "\t=tab()",
    "semi;colon; DROP", "‮gnirts\u2028line", "{{7*7}} ${x} <script>alert(1)</script>", "back\\slash\\", "nul\x00l",
)  # fmt: skip


def graph_of(*extractions: Extraction) -> ox.Store:
    store = ox.Store()
    for extraction in extractions:
        for quad in rdf.quads(extraction):
            store.add(quad)
            store.add(ox.Quad(quad.subject, quad.predicate, quad.object, ox.DefaultGraph()))
    return store


def evil_extraction() -> Extraction:
    """Every name, title, publisher and sentence is an attempt to break out of the format."""
    document = Document("=evil.txt", " ".join(EVIL), "2024-01-02", EVIL[0], "javascript:alert(1)", EVIL[1])
    people = [Entity(f"evil-{n}", "Person", name, (EVIL[(n + 1) % len(EVIL)],)) for n, name in enumerate(EVIL)]
    made = [
        Statement(
            passage=passage(document, EVIL[n]),
            **says(person, "attacks", people[n - 1], by=(people[n - 2],) if n % 2 else ()),
        )
        for n, person in enumerate(people)
    ]
    made.append(
        Statement(passage=passage(document, EVIL[0]), **says(people[0], "officeHolderOf", NORLAND, office=EVIL[1]))
    )
    return Extraction(document, tuple(sorted([*people, NORLAND], key=lambda e: e.key)), tuple(sorted(made, key=lambda s: s.key)))  # fmt: skip


@pytest.fixture(scope="module")
def world() -> ox.Store:
    return graph_of(*WORLD)


@pytest.fixture(scope="module")
def evil() -> ox.Store:
    return graph_of(evil_extraction())


def written(store: ox.Store, folder: Path, name: str, ending: str, include: tuple[str, ...] = ()) -> bytes:
    exports.write(store, folder / f"x{ending}", name, include)
    return (folder / f"x{ending}").read_bytes()


def table(store: ox.Store, folder: Path, name: str, include: tuple[str, ...] = ()) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written(store, folder, name, ".csv", include).decode(), newline="")))


@pytest.mark.parametrize("name", [name for name in exports.FORMATS if name != "jsonld"])
def test_the_same_graph_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    """From a file, from a store, and whatever the order in which documents came."""
    rdf.write(WORLD, tmp_path / "g.nq")
    fill(tmp_path / "store", reversed(WORLD))
    ending = (exports.FORMATS[name] or ("",))[0]
    found = []
    for number, graph in enumerate(("g.nq", "store")):
        target = tmp_path / f"{number}{ending}"
        exports.write(open_graph(tmp_path / graph), target, name, ALL)
        files = sorted(target.iterdir()) if target.is_dir() else [target]
        found.append([(f.name if target.is_dir() else "", f.read_bytes()) for f in files])
    assert found[0] == found[1] and all(content for _, content in found[0])


def test_events_are_rows_with_codes_and_sentences(world: ox.Store, tmp_path: Path) -> None:
    rows = table(world, tmp_path, "events")
    by = {(r["actor_name"], r["relation"], r["recipient_name"]): r for r in rows if r["document"] == "first.txt"}
    row = by["Easteria", "mediates", "Norland"]
    expected = {
        "event_date": "2024-05-03", "event_type": "CONSULT", "event_mode": "third-party", "cameo_code": "045", "cameo_root": "04",
        "quad_class": "1", "actor_type": "State", "stance": "asserted", "publisher": "Example News", "publication_date": "2024-05-15",
    }  # fmt: skip
    assert expected.items() <= row.items() and row["sentence"] in FIRST.text
    standing = {"officeHolderOf", "belongsTo", "claimsTerritory", "killed"}
    events_there = {s.key for s in STATEMENTS if s.asserted and s.predicate not in standing}
    assert {r["event_id"].rpartition("/")[2] for r in rows} == events_there


def test_the_code_of_a_broken_truce_is_not_that_of_a_broken_treaty(tmp_path: Path) -> None:
    treaty = Entity("pact", "Treaty", "Pact")
    made = Statement(passage=passage(FIRST, FIRST.text[:20]), **says(NORLAND, "violates", treaty))
    (row,) = table(graph_of(Extraction(FIRST, (NORLAND, treaty), (made,))), tmp_path, "events")
    assert (row["event_type"], row["cameo_code"], row["quad_class"]) == ("ASSAULT", "", "")
    (truce,) = [r for r in table(graph_of(*WORLD), tmp_path, "events", ALL) if r["relation"] == "violates"]
    assert truce["cameo_code"] == "196"


@pytest.mark.parametrize("name", ["events", "casualties", "ftm", "neo4j", "nanopubs", "stix"])
@pytest.mark.parametrize("include", [(), ("claimed",), ("negated",), ("hypothetical",), ALL])
def test_only_stances_asked_for_are_written(
    name: str, include: tuple[str, ...], world: ox.Store, tmp_path: Path
) -> None:
    """Nothing else than asserted statements but what is asked for; the keys of others stand nowhere in the file."""
    ending = (exports.FORMATS[name] or ("",))[0]
    exports.write(world, tmp_path / f"x{ending}", name, include)
    place = tmp_path / f"x{ending}"
    text = "".join(f.read_text("utf-8") for f in (place.iterdir() if place.is_dir() else [place]))
    for s in STATEMENTS:
        stance = (
            "negated"
            if s.negated
            else "hypothetical"
            if s.hypothetical
            else "claimed"
            if s.attributed_to
            else "asserted"
        )
        if stance not in ("asserted", *include):
            assert s.key not in text
    if name == "neo4j":
        assert all(s.key in text for s in STATEMENTS if s.asserted)


@pytest.mark.parametrize("name", ["events", "casualties"])
def test_parquet_holds_what_csv_holds(name: str, world: ox.Store, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    written(world, tmp_path, name, ".parquet", ALL)
    rows = pq.read_table(tmp_path / "x.parquet").to_pylist()
    plain = [{k: "" if v is None else str(v) for k, v in row.items()} for row in rows]
    assert plain == table(world, tmp_path, name, ALL) and rows


def test_parquet_without_pyarrow_says_so(world: ox.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(KgError, match="needs pyarrow"):
        exports.write(world, tmp_path / "x.parquet", "events")
    assert list(tmp_path.iterdir()) == []


def test_casualties_have_a_span_over_accounts_and_a_precision(tmp_path: Path) -> None:
    at = passage(FIRST, FIRST.text[:20])

    def account(number: int, **more: object) -> Statement:
        return Statement(passage=at, **says(CIVILIANS, "killed", number, **more))

    made = (
        account(12, when="2024-05-10"), account(30, when="2024-05-10", by=(NORLAND,)), account(9, when="2024-05"),
        account(4), account(7), account(99, when="2024-05-10", negated=True), account(80, when="2024-05-10", hypothetical=True),
    )  # fmt: skip
    store = graph_of(Extraction(FIRST, (CIVILIANS, NORLAND), tuple(sorted(made, key=lambda s: s.key))))
    spans = {r["best"]: (r["low"], r["high"], r["accounts"], r["date_prec"]) for r in table(store, tmp_path, "casualties", ("claimed",))}  # fmt: skip
    assert spans == {
        "12": ("12", "30", "2", "1"), "30": ("12", "30", "2", "1"), "9": ("9", "9", "1", "4"), "4": ("4", "4", "1", ""),
        "7": ("7", "7", "1", ""),
    }  # fmt: skip
    asserted = {r["best"]: (r["low"], r["high"]) for r in table(store, tmp_path, "casualties")}
    assert asserted["12"] == ("12", "12")


def test_an_actor_has_the_country_that_it_belongs_to(tmp_path: Path) -> None:
    """A force through its state; nothing where it belongs to two, or only to one by a claim."""
    state, other = replace(NORLAND, iso="NL"), replace(SOUTHMARK, iso="SM")
    forces = [Entity(f"force-{n}", "Force", f"Force {n}") for n in range(3)]
    at = passage(FIRST, FIRST.text[:20])
    made = [
        says(forces[0], "belongsTo", state), says(forces[1], "belongsTo", state), says(forces[1], "belongsTo", other),
        says(forces[2], "belongsTo", state, by=(other,)), *(says(force, "attacks", other) for force in forces),
    ]  # fmt: skip
    statements = tuple(sorted((Statement(passage=at, **fields) for fields in made), key=lambda s: s.key))
    rows = table(graph_of(Extraction(FIRST, (state, other, *forces), statements)), tmp_path, "events")
    assert {r["actor_name"]: r["actor_country"] for r in rows} == {"Force 0": "NL", "Force 1": "", "Force 2": ""}
    assert {r["recipient_country"] for r in rows} == {"SM"}


@pytest.mark.parametrize("which", ["world", "evil"])
def test_followthemoney_takes_every_entity(which: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    ftm = pytest.importorskip("followthemoney", reason="in the extra validate-ftm, as it brings LGPL packages")
    lines = written(request.getfixturevalue(which), tmp_path, "ftm", ".jsonl", ALL).splitlines()
    known = {}
    for line in lines:
        data = json.loads(line)
        entity = ftm.model.get_proxy(data, cleaned=False)
        ftm.model.get(data["schema"]).validate(data)
        assert entity.to_dict()["properties"].keys() == data["properties"].keys(), "a property was refused"
        known[entity.id] = entity
    assert len(known) == len(lines)
    for entity in known.values():  # links lead to entities that are there and of the kind that the schema wants
        for prop, value in entity.itervalues():
            if prop.type.name == "entity":
                assert known[value].schema.is_a(prop.range)


def test_followthemoney_links_carry_sentence_article_and_stance(world: ox.Store, tmp_path: Path) -> None:
    data = [json.loads(line) for line in written(world, tmp_path, "ftm", ".jsonl", ALL).splitlines()]
    links = {d["properties"]["recordId"][0]: d for d in data if "recordId" in d["properties"]}
    assert len(links) == sum(isinstance(s.object, str) for s in STATEMENTS)
    for s in (s for s in STATEMENTS if isinstance(s.object, str)):
        found = links[rdf.local_iri(s.key).value]["properties"]
        assert found["description"] == [s.passage.text]
        assert found["proof"] == [identifier(rdf.local_iri(s.passage.document).value)]
        assert (found["status"] == ["asserted"]) == s.asserted
    schemas = {tuple(d["properties"]["role"]): d["schema"] for d in links.values()}
    assert schemas[("President",)] == "Employment" and schemas[("ally of",)] == "UnknownLink"


@pytest.mark.parametrize("which", ["world", "evil"])
def test_stix2_takes_the_bundle(which: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    import stix2

    text = written(request.getfixturevalue(which), tmp_path, "stix", ".json", ALL).decode()
    bundle = stix2.parse(text, allow_custom=False, version="2.1")
    ids = [o["id"] for o in bundle.objects]
    assert len(set(ids)) == len(ids)
    for item in bundle.objects:
        for key in ("source_ref", "target_ref", "created_by_ref"):
            assert item.get(key) is None or item[key] in ids
        for reference in item.get("external_references", ()):
            assert reference.get("url", "http").startswith("http")
    raw = [o for o in json.loads(text)["objects"] if o["type"] == "relationship"]
    assert raw
    for item in raw:
        stance = item["extensions"][stix.EXTENSION]["stance"]
        assert item["relationship_type"].startswith(f"{stance}-") == (stance != "asserted") and item["description"]


def test_stix_says_how_much_it_has_no_place_for(world: ox.Store, tmp_path: Path) -> None:
    about_agreements = sum(s.predicate in ("partyTo", "brokers", "violates") for s in STATEMENTS)
    left = exports.write(world, tmp_path / "x.json", "stix", ALL)
    assert left == about_agreements + sum(isinstance(s.object, int) for s in STATEMENTS)


@pytest.mark.parametrize("which", ["world", "evil"])
def test_neo4j_files_have_typed_headers_and_ends_that_exist(
    which: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    store = request.getfixturevalue(which)
    exports.write(store, tmp_path / "x", "neo4j", ALL)
    nodes, ties = (
        list(csv.reader(io.StringIO((tmp_path / "x" / f"{n}.csv").read_text("utf-8")), strict=True))
        for n in ("nodes", "relationships")
    )
    assert tuple(nodes[0]) == neo4j.NODES and tuple(ties[0]) == neo4j.RELATIONSHIPS
    assert {len(row) for row in nodes} == {len(neo4j.NODES)} and {len(row) for row in ties} == {
        len(neo4j.RELATIONSHIPS)
    }
    ids = [row[0] for row in nodes[1:]]
    assert len(set(ids)) == len(ids)
    types = {neo4j.type_of(name) for name in load().properties}
    for start, end, type_, *rest in ties[1:]:
        assert start in ids and end in ids and type_ in types and rest[8], "no sentence"
    for row in nodes[1:]:
        assert set(row[-1].split(";")) <= {*load().classes, "Casualties"}
        assert row[5] == "" or row[5].isdecimal()


@RDFLIB
@pytest.mark.parametrize("ending", [".ttl", ".nq"])
def test_json_ld_is_the_same_graph_for_rdflib(ending: str, tmp_path: Path) -> None:
    rdf.write([*WORLD, evil_extraction()], tmp_path / f"g{ending}")
    text = written(open_graph(tmp_path / f"g{ending}"), tmp_path, "jsonld", ".jsonld")
    found = rdflib.Graph().parse(data=text, format="json-ld")
    rdf.convert(open_graph(tmp_path / f"g{ending}"), tmp_path / "plain.nt")
    expected = {line for line in (tmp_path / "plain.nt").read_text("utf-8").split("\n") if line}
    store = ox.Store()
    store.load(found.serialize(format="nt", encoding="utf-8"), format=ox.RdfFormat.N_TRIPLES)
    assert {f"{quad.triple} ." for quad in store} == expected
    assert rdf_triples(text) == expected
    assert "attacks" in json.loads(text)["@context"]


def rdf_triples(json_ld: bytes) -> set[str]:
    return {f"{quad.triple} ." for quad in ox.parse(json_ld, format=ox.RdfFormat.JSON_LD)}


@RDFLIB
def test_json_ld_of_a_foreign_graph_keeps_terms_of_all_kinds(tmp_path: Path) -> None:
    text = f"""<urn:a> <urn:p> "x", "x"@en, "x"@de, "1"^^<http://www.w3.org/2001/XMLSchema#integer>, _:b .
        _:b a <urn:C>, "odd" ; <{KG}killed> "many", "012"^^<http://www.w3.org/2001/XMLSchema#integer> ;
        <{KG}attacks> "not a node" ; <http://www.w3.org/2000/01/rdf-schema#label> "x", "y"@en, <urn:l> ."""
    store = ox.Store()
    store.load(text, format=ox.RdfFormat.TURTLE)
    data = written(store, tmp_path, "jsonld", ".jsonld")
    again = rdflib.Graph().parse(data=data, format="json-ld")
    assert rdflib.compare.isomorphic(again, rdflib.Graph().parse(data=text, format="turtle"))
    assert written(store, tmp_path, "jsonld", ".jsonld") == data


def test_the_published_context_knows_every_term(root: Path) -> None:
    context = json.loads((root / "ontology" / "context.jsonld").read_text("utf-8"))["@context"]
    iris = {entry["@id"] if isinstance(entry, dict) else entry for entry in context.values()}
    assert {KG + name for name in (*load().classes, *load().properties)} <= iris
    graph = rdflib.Graph().parse(root / "ontology" / "kg.ttl")
    own = {str(s) for s in graph.subjects(rdflib.RDF.type) if str(s).startswith(KG)} - {KG + "plover"}
    assert own <= iris


@RDFLIB
@pytest.mark.parametrize("which", ["world", "evil"])
def test_nanopublications_have_their_four_graphs(which: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """What the nanopublication guidelines ask of the structure, for each; and that only what is asserted is asserted."""
    store = request.getfixturevalue(which)
    data = rdflib.Dataset()
    data.parse(data=written(store, tmp_path, "nanopubs", ".trig", ALL), format="trig")
    found = {(p, g) for p, _, _, g in data.quads((None, rdflib.RDF.type, NP.Nanopublication, None))}
    statements = STATEMENTS if which == "world" else evil_extraction().statements
    assert len(found) == len(statements) and len({g for _, g in found}) == len(found)
    graphs = {g.identifier for g in data.graphs() if len(g)}
    assert len(graphs) == 4 * len(found)
    for publication, head in found:
        parts = [
            data.graph(head).value(publication, NP[p]) for p in ("hasAssertion", "hasProvenance", "hasPublicationInfo")
        ]
        assert None not in parts and {*parts, head} <= graphs and len({*parts, head}) == 4
        assertion, provenance, about = (data.graph(part) for part in parts)
        assert (parts[0], None, None) in provenance and (publication, None, None) in about
        assert any(provenance.objects(None, rdflib.SDO.text)) and any(provenance.objects(None, rdflib.SDO.identifier))
        plain = [
            (s, p, o)
            for s, p, o in assertion
            if str(p).startswith(KG) and (s, rdflib.RDF.subject, None) not in assertion
        ]
        claim = any(provenance.objects(parts[0], rdflib.PROV.wasAttributedTo))
        marked = [
            (None, rdflib.URIRef(KG + mark), None) in assertion for mark in ("attributedTo", "negated", "hypothetical")
        ]
        assert len(plain) == (0 if any(marked) else 1) and claim == marked[0]


@pytest.mark.parametrize("name", ["events", "neo4j"])
def test_no_cell_is_a_formula_or_a_row(name: str, evil: ox.Store, tmp_path: Path) -> None:
    exports.write(evil, tmp_path / ("x.csv" if name == "events" else "x"), name, ALL)
    for path in [*tmp_path.rglob("*.csv")]:
        content = path.read_text("utf-8")
        rows = list(csv.reader(io.StringIO(content), strict=True))
        assert len(rows) == content.count("\n") and len({len(row) for row in rows}) == 1
        for row in rows[1:]:
            assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_statements_that_are_not_whole_are_left_out(tmp_path: Path) -> None:
    """Two subjects, no sentence, an unknown predicate, a number that is none, an entity of no kind: none stops the rest."""
    broken = f"""
        PREFIX k: <{KG}> PREFIX r: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> PREFIX p: <http://www.w3.org/ns/prov#>
        PREFIX s: <https://schema.org/>
        <u:d> a k:Document . <u:p> s:isPartOf <u:d> ; s:text "Said." . <u:q> s:isPartOf <u:d> .
        <u:a> a k:State . <u:b> a k:State .
        <u:1> r:subject <u:a>, <u:b> ; r:predicate k:attacks ; r:object <u:b> ; p:wasDerivedFrom <u:p> .
        <u:2> r:subject <u:a> ; r:predicate k:attacks ; r:object <u:b> ; p:wasDerivedFrom <u:q> .
        <u:3> r:subject <u:a> ; r:predicate k:likes ; r:object <u:b> ; p:wasDerivedFrom <u:p> .
        <u:4> r:subject <u:a> ; r:predicate k:killed ; r:object "9{"9" * 40}" ; p:wasDerivedFrom <u:p> .
        <u:5> r:subject <u:a> ; r:predicate k:attacks ; r:object <u:c> ; p:wasDerivedFrom <u:p> .
        <u:6> r:subject <u:a> ; r:predicate k:attacks ; r:object <u:b> ; p:wasDerivedFrom <u:p> ; k:confidence "odd" ."""
    store = ox.Store()
    store.load(broken, format=ox.RdfFormat.TURTLE)
    (row,) = table(store, tmp_path, "events", ALL)
    assert (row["event_id"], row["document"], row["actor_name"]) == ("u:6", "u:d", "u:a")
    assert table(store, tmp_path, "casualties", ALL) == []


@pytest.mark.parametrize("name", list(exports.FORMATS))
def test_an_empty_graph_is_a_whole_file(name: str, tmp_path: Path) -> None:
    place = tmp_path / f"x{(exports.FORMATS[name] or ('',))[0]}"
    assert exports.write(ox.Store(), place, name) == 0
    assert place.exists()


def kg(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg", *map(str, words)], capture_output=True, encoding="utf-8", check=False
    )


def test_the_command_writes_and_refuses(tmp_path: Path) -> None:
    rdf.write([FIRST_EXTRACTION, SECOND_EXTRACTION], tmp_path / "g.ttl")
    done = kg("export", tmp_path / "g.ttl", "-o", tmp_path / "b.json", "--format", "stix", "--include", "claimed")
    assert (done.returncode, done.stdout) == (0, "") and done.stderr.endswith("statements have no place in stix\n")
    for words, message in [
        (("b.csv", "--format", "stix"), "stix is not written as .csv"),
        (("b.json", "--format", "stixx"), "no format is called 'stixx'"),
        (("b.csv", "--format", "events", "--include", "rumours"), "nothing to include is called 'rumours'"),
        (("b.ttl", "--include", "claimed"), "give --include with --format"),
        (("b.jsonld", "--format", "jsonld", "--include", "claimed"), "leave --include away"),
    ]:
        done = kg("export", tmp_path / "g.ttl", "-o", tmp_path / words[0], *words[1:])
        assert done.returncode == 2 and message in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('attacks = { cameo = "190" }', "", "no entry attacks"),
        ('attacks = { cameo = "190" }', 'attacks = { cameo = "999" }', "events.attacks.cameo cannot be '999'"),
        ('attacks = { cameo = "190" }', 'attacks = { cameo = "190", kind = "x" }', "unknown entry kind"),
        ('only = "Ceasefire"', 'only = "Cease"', "'Cease', which is no class"),
        ('Person = "Person"', "Person = 3", "ftm.classes.Person cannot be 3"),
        ('identity_class = "individual"', 'identity_class = "human"', "needs an identity_class"),
        ('attacks = "attacks"', 'attacks = "At tacks"', "stix.relations.attacks"),
        ('target = ["Organization", "Force"]', 'target = ["Planet"]', "target is no list of kinds"),
        ("[events]", "[events", "formats.toml"),
    ],
)
def test_a_mistake_in_the_mapping_is_named(root: Path, tmp_path: Path, old: str, new: str, message: str) -> None:
    text = (root / "ontology" / "formats.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "formats.toml").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(OntologyError, match=r"formats\.toml") as error:
        mapping.load(tmp_path / "formats.toml")
    assert message in str(error.value)


def test_modes_and_codes_are_those_of_the_ontology_s_types() -> None:
    """An event of cooperation has a code of cooperation: the two scales do not contradict each other."""
    friendly = {"AGREE", "CONSULT", "SUPPORT", "COOPERATE", "AID", "CONCEDE"}
    for name, coding in mapping.load().events.items():
        if coding.plover != "REQUEST":
            assert (coding.plover in friendly) == (events.quad_class(coding.cameo) <= 2), name


def test_what_is_asked_wrongly_is_refused_before_the_graph_is_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no format"):
        exports.write(ox.Store(), tmp_path / "x.csv", "xml")
