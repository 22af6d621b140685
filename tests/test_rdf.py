"""The graph as RDF: its shape, its files, and that nothing in a text can break them."""

import random
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
import rdflib.compare

from graphs import (
    FIRST,
    FIRST_EXTRACTION,
    FIRST_SENTENCES,
    NORLAND,
    SECOND,
    SOUTHMARK,
    WORLD,
    passage,
    says,
)
from kg import rdf, store
from kg.document import Document
from kg.errors import KgError, UsageError
from kg.statement import Entity, Extraction, Statement
from kg.turtle import KG, iri

# rdflib's own parsers use what rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning:rdflib")

ID = rdf.BASE
HOSTILE = (
    'say "no"', "back\\slash", "{curly} <angle> [square]", "line\nbreak\r\ttab", "\u202eright to left\u202c",
    "ﬀ é 😀 𐍈", "' ''' \"\"\"", "# not a comment", "a ; b . c @en ^^<x>", "\x07bell", "zero\u200bwidth",
    "%20 \\u0041 \\n",
)  # fmt: skip


def triples(extraction: Extraction) -> set[tuple[str, str, str]]:
    return {tuple(str(term) for term in (q.subject, q.predicate, q.object)) for q in rdf.quads(extraction)}


def single(**more: object) -> Extraction:
    fields = says(NORLAND, more.pop("predicate", "attacks"), more.pop("target", SOUTHMARK), **more)
    statement = Statement(passage=passage(FIRST, FIRST_SENTENCES[0]), **fields)
    return Extraction(FIRST, (NORLAND, SOUTHMARK), (statement,))


def name(local: str) -> str:
    return f"<{ID}{local}>"


def test_an_entity_has_its_class_its_kind_labels_and_wikidata() -> None:
    found = {fact[1:] for fact in triples(FIRST_EXTRACTION) if fact[0] == name("norland")}
    assert found >= {
        (f"<{iri('rdf:type')}>", f"<{KG}State>"),
        (f"<{iri('rdf:type')}>", f"<{KG}Actor>"),
        (f"<{iri('rdfs:label')}>", '"Norland"@en'),
        (f"<{iri('skos:altLabel')}>", '"Norra"@en'),
        (f"<{iri('owl:sameAs')}>", "<http://www.wikidata.org/entity/Q1000001>"),
    }
    truce = {fact[2] for fact in triples(FIRST_EXTRACTION) if fact[:2] == (name("may-truce"), f"<{iri('rdf:type')}>")}
    assert truce == {f"<{KG}Ceasefire>", f"<{KG}Agreement>"}


def test_a_document_names_itself_and_what_it_mentions() -> None:
    found = {fact[1:] for fact in triples(FIRST_EXTRACTION) if fact[0] == name(FIRST.key)}
    assert (f"<{iri('schema:identifier')}>", '"first.txt"') in found
    assert (f"<{iri('schema:datePublished')}>", f'"2024-05-15"^^<{iri("xsd:date")}>') in found
    assert len([fact for fact in found if fact[0] == f"<{iri('schema:mentions')}>"]) == len(FIRST_EXTRACTION.entities)


def test_all_quads_of_a_document_lie_in_its_graph() -> None:
    assert {str(quad.graph_name) for quad in rdf.quads(FIRST_EXTRACTION)} == {name(FIRST.key)}


@pytest.mark.parametrize(
    ("more", "asserted"),
    [({}, True), ({"negated": True}, False), ({"hypothetical": True}, False), ({"by": (SOUTHMARK,)}, False)],
)
def test_the_plain_fact_is_there_exactly_in_the_articles_own_voice(more: dict, asserted: bool) -> None:
    fact = (name("norland"), f"<{KG}attacks>", name("southmark"))
    found = triples(single(**more))
    assert (fact in found) is asserted
    assert (fact[2], fact[1], fact[0]) not in found


def test_a_symmetric_fact_stands_in_both_directions_with_one_statement() -> None:
    found = triples(single(predicate="fights"))
    assert (name("norland"), f"<{KG}fights>", name("southmark")) in found
    assert (name("southmark"), f"<{KG}fights>", name("norland")) in found
    assert len([fact for fact in found if fact[2] == f"<{KG}Statement>"]) == 1


def test_negated_and_hypothetical_are_present_only_when_true() -> None:
    predicates = {fact[1] for fact in triples(single())}
    assert not predicates & {f"<{KG}negated>", f"<{KG}hypothetical>", f"<{KG}attributedTo>", f"<{KG}when>"}
    denied = triples(single(negated=True))
    assert f'"true"^^<{iri("xsd:boolean")}>' in {fact[2] for fact in denied if fact[1] == f"<{KG}negated>"}


@pytest.mark.parametrize(
    ("written", "datatype"),
    [("2024", "gYear"), ("2024-05", "gYearMonth"), ("2024-05-03", "date"), ("2024-02-30", "string"), ("x", "string")],
)
def test_dates_are_typed_by_length_and_never_ill_typed(written: str, datatype: str) -> None:
    assert rdf.dated(written) == pyoxigraph.Literal(written, datatype=pyoxigraph.NamedNode(iri(f"xsd:{datatype}")))


@pytest.mark.parametrize(("value", "written"), [(0.934, "0.93"), (0.9, "0.9"), (1.0, "1"), (0.0, "0"), (0.999, "1")])
def test_confidence_is_a_decimal_as_a_store_keeps_it(value: float, written: str) -> None:
    (found,) = (fact[2] for fact in triples(single(confidence=value)) if fact[1] == f"<{KG}confidence>")
    assert found == f'"{written}"^^<{iri("xsd:decimal")}>'


def test_a_count_is_an_integer() -> None:
    assert (name("norland"), f"<{KG}killed>", f'"12"^^<{iri("xsd:integer")}>') in triples(
        single(predicate="killed", target=12)
    )


def test_another_base_moves_everything_minted() -> None:
    moved = [q for q in rdf.quads(FIRST_EXTRACTION, "https://example.org/x/") if ID in str(q)]
    assert moved == []
    assert rdf.local_iri("a b/c", "https://example.org/x/").value == "https://example.org/x/a%20b%2Fc"


@pytest.mark.parametrize("base", ["", "no iri/", "https://example.org/x", "relative/"])
def test_a_base_that_mints_no_iris_is_refused(base: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        rdf.write(WORLD, tmp_path / "g.ttl", base)


def expected(extractions: tuple[Extraction, ...]) -> rdflib.Graph:
    lines = {f"{q.triple} .\n" for extraction in extractions for q in rdf.quads(extraction)}
    return rdflib.Graph().parse(data="".join(lines), format="nt")


def hostile() -> tuple[Extraction, ...]:
    text = " | ".join(HOSTILE)
    document = Document('bad"\n> name\\.txt', text, "2024-05-15", text, "http://x/ y", text)
    entities = tuple(Entity(f"e{at}", "State", bad, (bad + "'",)) for at, bad in enumerate(HOSTILE))
    statements = tuple(
        Statement("e0", "attacks", "e1", passage(document, bad), office=bad, rule=bad) for bad in HOSTILE
    )
    return (Extraction(document, entities, statements), *WORLD)


@pytest.mark.parametrize("ending", rdf.FORMATS)
@pytest.mark.parametrize("kind", ["world", "hostile"])
def test_every_format_is_read_back_as_it_was_written(ending: str, kind: str, tmp_path: Path) -> None:
    extractions = WORLD if kind == "world" else hostile()
    path = tmp_path / f"g{ending}"
    if kind == "hostile" and ending == ".rdf":
        with pytest.raises(KgError, match=r"U\+0007"):
            rdf.write(extractions, path)
        assert list(tmp_path.iterdir()) == []
        return
    rdf.write(extractions, path)
    graph = expected(extractions)
    by_pyoxigraph = {quad.triple for quad in pyoxigraph.parse(path=path)}
    assert by_pyoxigraph == {quad.triple for extraction in extractions for quad in rdf.quads(extraction)}
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(path, format={".jsonld": "json-ld", ".rdf": "xml"}.get(ending, ending[1:].replace("nq", "nquads")))
    read = rdflib.Graph()
    for quad in dataset.quads():
        read.add(quad[:3])
    assert rdflib.compare.isomorphic(read, graph)


@pytest.mark.parametrize("ending", [".nq", ".trig"])
def test_quad_formats_keep_one_graph_a_document(ending: str, tmp_path: Path) -> None:
    rdf.write(WORLD, tmp_path / f"g{ending}")
    read = set(pyoxigraph.parse(path=tmp_path / f"g{ending}"))
    assert read == {quad for extraction in WORLD for quad in rdf.quads(extraction)}
    assert {quad.graph_name.value for quad in read} == {ID + FIRST.key, ID + SECOND.key}


def shuffled(extraction: Extraction, seed: int) -> Extraction:
    draw = random.Random(seed)
    parts = (list(extraction.entities), list(extraction.statements))
    for part in parts:
        draw.shuffle(part)
    return Extraction(extraction.document, tuple(parts[0]), tuple(parts[1]))


@pytest.mark.parametrize("ending", rdf.FORMATS)
def test_the_order_of_the_input_does_not_change_a_byte(ending: str, tmp_path: Path) -> None:
    rdf.write(WORLD, tmp_path / f"a{ending}")
    for seed in range(3):
        rdf.write((shuffled(one, seed) for one in reversed(WORLD)), tmp_path / f"b{ending}")
        assert (tmp_path / f"a{ending}").read_bytes() == (tmp_path / f"b{ending}").read_bytes()


def test_turtle_goes_from_entities_by_documents_to_passages_in_text_order(tmp_path: Path) -> None:
    rdf.write(WORLD, tmp_path / "g.ttl")
    text = (tmp_path / "g.ttl").read_text()
    headings = [line[2:] for line in text.splitlines() if line.startswith("# ")]
    assert headings == [
        "State", "Force", "Organization", "Person", "Group", "Place", "Agreement", "Conflict", "Documents",
        'Passages and statements of "first.txt"', 'Passages and statements of "second.txt"',
    ]  # fmt: skip
    places = [text.index(f'"{sentence}"') for sentence in FIRST_SENTENCES]
    assert places == sorted(places)
    assert "id:easteria a kg:State, kg:Actor ;\n" in text
    assert text.index("id:easteria a") < text.index("id:norland a") < text.index("id:southmark a")
    assert "    kg:allyOf id:norland ;\n" in text


def test_turtle_shows_what_would_hide_or_reorder_the_text(tmp_path: Path) -> None:
    rdf.write(hostile(), tmp_path / "g.ttl")
    text = (tmp_path / "g.ttl").read_text()
    assert "\u202e" not in text
    assert "\\u202Eright to left" in text
    comments = [line for line in text.splitlines() if line.startswith("# ")]
    assert r'# Passages and statements of "bad\"\n> name\\.txt"' in comments


def test_an_unknown_ending_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.ttl, \.nt"):
        rdf.write(WORLD, tmp_path / "g.docx")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "g.ttl"
    path.write_text("old")

    def broken():  # type: ignore[no-untyped-def]
        yield FIRST_EXTRACTION
        raise KgError("stop")

    with pytest.raises(KgError, match="stop"):
        rdf.write(broken(), path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_path_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KgError, match=r"cannot write .*file/g\.ttl"):
        rdf.write(WORLD, tmp_path / "file" / "g.ttl")


@pytest.mark.parametrize("ending", rdf.FORMATS)
def test_a_store_exports_the_bytes_that_a_build_writes(ending: str, tmp_path: Path) -> None:
    rdf.write(WORLD, tmp_path / f"built{ending}")
    store.fill(tmp_path / "store", WORLD)
    rdf.convert(store.open_graph(tmp_path / "store"), tmp_path / f"exported{ending}")
    assert (tmp_path / f"exported{ending}").read_bytes() == (tmp_path / f"built{ending}").read_bytes()


def test_blank_nodes_of_a_foreign_graph_are_named_the_same_each_time(tmp_path: Path) -> None:
    written = set()
    for order in ("_:a <http://x/p> _:b . _:b <http://x/p> 1 .", "_:q <http://x/p> 1 . _:r <http://x/p> _:q ."):
        (tmp_path / "foreign.ttl").write_text(order)
        rdf.convert(store.open_graph(tmp_path / "foreign.ttl"), tmp_path / "out.ttl")
        written.add((tmp_path / "out.ttl").read_bytes())
    assert len(written) == 1
