"""Views of the small world of graphs.py: the edges can be read off its sentences."""

import json
import random
import xml.etree.ElementTree as ET
from pathlib import Path

import networkx as nx
import pyoxigraph as ox
import pytest

from graphs import WORLD
from kg import rdf, store, views
from kg.document import Document
from kg.errors import UsageError
from kg.statement import Entity, Extraction, Passage, Statement
from kg.views.scene import RADIUS, Scene, scene


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    graph = tmp_path_factory.mktemp("world") / "world.ttl"
    rdf.write(WORLD, graph)
    return store.open_graph(graph)


def edges(graph: nx.MultiDiGraph) -> set[tuple[str, str, str]]:
    """(label, predicate, label); the ends of a symmetric edge in order of name."""
    labels = nx.get_node_attributes(graph, "label")
    found = set()
    for source, target, data in graph.edges(data=True):
        ends = labels[source], labels[target]
        first, second = sorted(ends) if data["symmetric"] else ends
        found.add((first, data["predicate"], second))
    return found


def test_alliances(world: ox.Store) -> None:
    assert edges(views.build("alliances", world)) == {("Easteria", "allyOf", "Norland")}


def test_mediation(world: ox.Store) -> None:
    assert edges(views.build("mediation", world)) == {
        ("Easteria", "mediates", "Norland"),
        ("Easteria", "mediates", "Southmark"),
        ("Norland", "talksWith", "Southmark"),
        ("Ada Vell", "hosts", "Jon Orm"),
        ("Norland", "partyTo", "May truce"),
        ("Southmark", "partyTo", "May truce"),
        ("Easteria", "brokers", "May truce"),
    }


def test_conflict_leaves_claims_out_unless_asked(world: ox.Store) -> None:
    told = {
        ("Norland armed forces", "fights", "Southmark armed forces"),
        ("Southmark", "accuses", "Norland"),
        ("Norland", "accuses", "Southmark"),
        ("Norland", "sanctions", "Southmark"),
        ("Norland", "occupies", "Gray Valley"),
    }
    claim = ("Norland armed forces", "attacks", "Southmark armed forces")
    assert told <= edges(views.build("conflict", world))
    assert claim not in edges(views.build("conflict", world))
    graph = views.build("conflict", world, include_claimed=True)
    assert claim in edges(graph)
    ((_, _, data),) = [e for e in graph.edges(data=True) if e[2]["predicate"] == "attacks"]
    assert data["claimed"]
    assert [e.attributed_to for e in data["evidence"]] == [("Southmark Defence Ministry",)]


def test_an_edge_says_where_it_comes_from(world: ox.Store) -> None:
    graph = views.build("alliances", world)
    ((_, _, data),) = graph.edges(data=True)
    assert (data["count"], data["documents"], data["confidence"], data["claimed"]) == (2, 2, 0.9, False)
    assert [e.document for e in data["evidence"]] == ["first.txt", "second.txt"]
    assert data["evidence"][1].sentence == "Easteria is an ally of Norland."
    found = world.query(
        "ASK {{ <{}> a <https://w3id.org/conflict-kg/ontology#Statement> }}".format(data["statements"][0])
    )
    assert len(data["statements"]) == 2 and bool(found)


def test_dates_of_an_edge(world: ox.Store) -> None:
    graph = views.build("mediation", world)
    assert {d.get("first") for _, _, d in graph.edges(data=True) if d["predicate"] == "mediates"} == {"2024-05-03"}
    assert all("first" not in d for _, _, d in graph.edges(data=True) if d["predicate"] == "partyTo")


def test_an_unknown_view_and_ending(world: ox.Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="alliance") as caught:
        views.build("alliance", world)
    assert "alliances" in str(caught.value.hint)
    with pytest.raises(UsageError, match=r"\.docx"):
        views.write(views.build("alliances", world), tmp_path / "view.docx")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", views.ENDINGS)
def test_the_same_view_gives_the_same_bytes(world: ox.Store, tmp_path: Path, ending: str) -> None:
    first, second = tmp_path / f"a{ending}", tmp_path / f"b{ending}"
    views.write(views.build("mediation", world), first)
    views.write(views.build("mediation", world), second)
    assert first.read_bytes() == second.read_bytes() != b""


@pytest.mark.parametrize(("ending", "read"), [(".graphml", nx.read_graphml), (".gexf", nx.read_gexf)])
def test_networkx_reads_what_was_written(world: ox.Store, tmp_path: Path, ending: str, read) -> None:
    graph = views.build("conflict", world)
    views.write(graph, tmp_path / f"v{ending}")
    again = read(tmp_path / f"v{ending}")
    assert sorted(again) == sorted(graph)
    assert again.number_of_edges() == graph.number_of_edges()
    assert {d["predicate"] for _, _, d in again.edges(data=True)} == {
        d["predicate"] for _, _, d in graph.edges(data=True)
    }


def test_json_is_node_link_with_the_sentences(world: ox.Store, tmp_path: Path) -> None:
    views.write(views.build("alliances", world), tmp_path / "v.json")
    data = json.loads((tmp_path / "v.json").read_text())
    assert {n["label"] for n in data["nodes"]} == {"Easteria", "Norland"}
    (edge,) = data["links"]
    assert [e["sentence"] for e in edge["evidence"]][1] == "Easteria is an ally of Norland."


def test_pictures_are_pictures(world: ox.Store, tmp_path: Path) -> None:
    graph = views.build("mediation", world)
    views.write(graph, tmp_path / "v.svg")
    root = ET.fromstring((tmp_path / "v.svg").read_text())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    drawn = [g for g in root.iter("{http://www.w3.org/2000/svg}g") if g.get("class") == "edge"]
    assert len(drawn) == graph.number_of_edges()
    views.write(graph, tmp_path / "v.png")
    assert (tmp_path / "v.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_a_symmetric_edge_has_no_arrow_and_a_claim_is_dashed(world: ox.Store) -> None:
    drawn = scene(views.build("conflict", world, include_claimed=True))
    by_predicate = {e.predicate: e for e in drawn.edges}
    assert not by_predicate["fights"].arrow
    assert by_predicate["sanctions"].arrow
    assert by_predicate["attacks"].dashed
    assert not by_predicate["sanctions"].dashed


def crowd(size: int) -> nx.MultiDiGraph:
    """A graph as a view gives it, with several edges between some pairs."""
    chance = random.Random(size)
    graph = nx.MultiDiGraph(name="alliances")
    for i in range(size):
        graph.add_node(f"urn:{i}", label=f"Actor {i} of somewhere"[: 6 + i % 17], type="State")
    for i in range(size):
        for j in {chance.randrange(size) for _ in range(2)} - {i}:
            for predicate in ("allyOf", "aids")[: 1 + chance.randrange(2)]:
                graph.add_edge(f"urn:{i}", f"urn:{j}", key=predicate, predicate=predicate, label=predicate,
                               symmetric=predicate == "allyOf", claimed=False, count=1, evidence=[])  # fmt: skip
    return graph


@pytest.mark.parametrize("size", [2, 3, 9, 40])
def test_nodes_and_labels_do_not_overlap(size: int) -> None:
    drawn: Scene = scene(crowd(size))
    boxes = []
    for node in drawn.nodes:
        half = max(RADIUS, max(map(len, node.lines)) * 3.5)
        boxes.append((node.x - half, node.y - RADIUS, node.x + half, node.y + RADIUS + 15 * len(node.lines)))
        assert boxes[-1][0] >= 0 and boxes[-1][2] <= drawn.width and boxes[-1][1] >= 0 and boxes[-1][3] <= drawn.height
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_parallel_edges_lie_apart() -> None:
    drawn = scene(crowd(12))
    curves = [(frozenset((e.source, e.target)), e.cx, e.cy) for e in drawn.edges]
    assert len(set(curves)) == len(curves)


def test_the_order_of_building_does_not_move_anything() -> None:
    graph = crowd(15)
    mixed = nx.MultiDiGraph(name=graph.name)
    mixed.add_nodes_from(reversed(list(graph.nodes(data=True))))
    for source, target, key, data in reversed(list(graph.edges(keys=True, data=True))):
        mixed.add_edge(source, target, key=key, **data)
    assert scene(graph) == scene(mixed)


HOSTILE = '</script><script>alert(1)</script> {{data}} " & \u2028'


@pytest.fixture
def hostile(tmp_path: Path) -> nx.MultiDiGraph:
    """A view whose names, sentence and address want to be markup."""
    text = f"{HOSTILE} backed Bravo."
    document = Document("a.txt", text, None, None, "javascript:alert(1)")
    first, second = Entity("organization-x", "Organization", HOSTILE), Entity("organization-y", "Organization", "Bravo")
    said = Statement(
        first.key, "supports", second.key, Passage(document.key, 0, len(text), text), confidence=0.9, rule="test"
    )
    rdf.write([Extraction(document, (first, second), (said,))], tmp_path / "h.nt")
    return views.build("alliances", store.open_graph(tmp_path / "h.nt"))


def test_text_never_becomes_markup(hostile: nx.MultiDiGraph, tmp_path: Path) -> None:
    views.write(hostile, tmp_path / "v.html")
    page = (tmp_path / "v.html").read_text()
    assert "<script>alert" not in page
    assert page.count("</script>") == 2
    views.write(hostile, tmp_path / "v.svg")
    assert "<script" not in (tmp_path / "v.svg").read_text()
    ET.fromstring((tmp_path / "v.svg").read_text())


def test_a_page_needs_nothing_from_anywhere(world: ox.Store, tmp_path: Path) -> None:
    views.write(views.build("conflict", world), tmp_path / "v.html")
    page = (tmp_path / "v.html").read_text()
    assert "default-src 'none'" in page
    assert not any(word in page for word in ('src="http', "@import", "fetch(", "<link"))
    assert len(page.encode()) < 150_000


def test_an_empty_view_says_so(tmp_path: Path) -> None:
    views.write(views.build("alliances", ox.Store()), tmp_path / "v.html")
    assert "No alliances in this graph" in (tmp_path / "v.html").read_text()
