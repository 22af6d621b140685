"""Opening graphs, and filling a store document by document."""

import os
from pathlib import Path

import pytest
from pyoxigraph import Store

from graphs import FIRST, FIRST_EXTRACTION, SECOND_EXTRACTION, WORLD
from kg import generations, rdf
from kg.document import Document
from kg.errors import KgError, UsageError
from kg.statement import Extraction, Passage, Statement
from kg.store import fill, open_graph

PLAIN = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
NAMED = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }"


def count(store: Store, query: str) -> int:
    (row,) = store.query(query)
    return int(row["n"].value)


def merged() -> int:
    return len({quad.triple for extraction in WORLD for quad in rdf.quads(extraction)})


@pytest.mark.parametrize("ending", rdf.FORMATS)
def test_every_format_opens_to_the_same_plain_graph(ending: str, tmp_path: Path) -> None:
    rdf.write(WORLD, tmp_path / f"g{ending}")
    store = open_graph(tmp_path / f"g{ending}")
    assert count(store, PLAIN) == merged()
    assert count(store, NAMED) == (2 if ending in (".nq", ".trig") else 0)


def test_a_store_holds_each_fact_once_for_plain_queries(tmp_path: Path) -> None:
    assert fill(tmp_path / "s", WORLD) == 2
    store = open_graph(tmp_path / "s")
    assert count(store, PLAIN) == merged()
    assert count(store, NAMED) == 2
    assert count(store, "SELECT (COUNT(*) AS ?n) { ?s rdfs:label 'Norland'@en }".replace(
        "rdfs:label", "<http://www.w3.org/2000/01/rdf-schema#label>")) == 1  # fmt: skip


def test_filling_twice_or_in_another_order_changes_nothing(tmp_path: Path) -> None:
    fill(tmp_path / "a", WORLD)
    fill(tmp_path / "a", WORLD)
    fill(tmp_path / "b", reversed(WORLD))
    assert set(open_graph(tmp_path / "a")) == set(open_graph(tmp_path / "b"))


def changed() -> Extraction:
    """The first report again, rewritten: of all its statements one is left, and it is another one."""
    document = Document(FIRST.identifier, "Norland attacked Southmark.", "2024-05-16")
    passage = Passage(document.key, 0, len(document.text), document.text)
    entities = tuple(entity for entity in FIRST_EXTRACTION.entities if entity.key in ("norland", "southmark"))
    return Extraction(document, entities, (Statement("norland", "attacks", "southmark", passage),))


def test_a_changed_document_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    fill(tmp_path / "a", WORLD)
    fill(tmp_path / "a", [changed()])
    fill(tmp_path / "b", [changed(), SECOND_EXTRACTION])
    assert set(open_graph(tmp_path / "a")) == set(open_graph(tmp_path / "b"))
    store = open_graph(tmp_path / "a")
    ally = f"ASK {{ <{rdf.BASE}easteria> <https://w3id.org/conflict-kg/ontology#allyOf> ?o }}"
    assert bool(store.query(ally)), "the second report still says so"
    hosts = "ASK { ?s <https://w3id.org/conflict-kg/ontology#hosts> ?o }"
    assert not bool(store.query(hosts)), "only the old version of the first report said so"
    assert count(store, NAMED) == 2


def test_the_same_text_extracted_otherwise_leaves_nothing_behind(tmp_path: Path) -> None:
    less = Extraction(FIRST, FIRST_EXTRACTION.entities, FIRST_EXTRACTION.statements[:3])
    fill(tmp_path / "a", WORLD)
    fill(tmp_path / "a", [less])
    fill(tmp_path / "b", [less, SECOND_EXTRACTION])
    assert set(open_graph(tmp_path / "a")) == set(open_graph(tmp_path / "b"))


def test_a_store_is_opened_read_only(tmp_path: Path) -> None:
    fill(tmp_path / "s", WORLD)
    with pytest.raises(Exception, match="read-write"):
        open_graph(tmp_path / "s").update("CLEAR ALL")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "broken.ttl",
            "<http://a> <http://b> 1 .\n<http://a> <http://b>\n",
            r"broken\.ttl, line 3 is not valid Turtle",
        ),
        ("text.nt", "Norland attacked Southmark.\n", r"text\.nt, line 1 is not valid N-Triples"),
        ("prefix.ttl", "x:a x:b 1 .", "prefix.ttl, line 1"),
        ("open.trig", "<http://g> { <http://a> <http://b> 1", "open.trig"),
        ("list.jsonld", "[1, 2", "list.jsonld"),
        ("deep.jsonld", '{"http://a":' * 20000 + "1" + "}" * 20000, "nested too deeply"),
        ("remote.jsonld", '{"@context": "http://127.0.0.1:9/c", "a": 1}', "remote.jsonld"),
        ("page.rdf", "<html><p>no</html>", "page.rdf"),
        ("entity.rdf", '<!DOCTYPE r [<!ENTITY a "b">]><r/>', "DOCTYPE"),
    ],
)
def test_a_file_that_is_no_rdf_is_named_with_its_line(name: str, content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(KgError, match=message) as caught:
        open_graph(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_missing_path_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="no such graph"):
        open_graph(tmp_path / "typo")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_store_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(KgError, match="no store"):
        open_graph(tmp_path)
    with pytest.raises(KgError, match="is no store"):
        fill(tmp_path, WORLD)
    with pytest.raises(KgError, match="is no store"):
        fill(tmp_path / "notes.txt", WORLD)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_unknown_ending_is_a_wrong_call(tmp_path: Path) -> None:
    (tmp_path / "g.docx").write_text("")
    with pytest.raises(UsageError, match="ending"):
        open_graph(tmp_path / "g.docx")


def test_a_store_in_use_is_said_to_be_so(tmp_path: Path) -> None:
    fill(tmp_path / "s", WORLD)
    with generations.locked(tmp_path / "s"), pytest.raises(KgError, match=f"in use by process {os.getpid()}"):
        fill(tmp_path / "s", WORLD)


def test_a_damaged_store_is_named(tmp_path: Path) -> None:
    fill(tmp_path / "s", WORLD)
    (current,) = (tmp_path / "s").rglob("CURRENT")
    current.write_text("MANIFEST-999999\n")
    with pytest.raises(KgError, match="damaged"):
        open_graph(tmp_path / "s")


def test_a_bare_oxigraph_store_can_be_asked_but_not_filled(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "s"))
    store.extend([quad for extraction in WORLD for quad in rdf.quads(extraction)])
    store.flush()
    del store
    assert len(open_graph(tmp_path / "s")) > 0
    with pytest.raises(KgError, match="older layout"):
        fill(tmp_path / "s", WORLD)
