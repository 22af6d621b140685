"""Views as files: read back by networkx and by what their formats ask for, and pictures without overlaps."""

import csv
import io
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import networkx as nx
import pyoxigraph as ox
import pytest
from lxml import etree

from crowd import extractions
from graphs import WORLD
from kg import views
from kg.errors import KgError, UsageError
from kg.views import Options, View
from kg.views.cut import EDGES, LIMIT, cut
from kg.views.files import COLUMNS, flat
from kg.views.marks import meet
from kg.views.rows import ROWS
from kg.views.scene import scene
from kg.views.svg import svg
from test_views import opened, told

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def world() -> ox.Store:
    return opened(WORLD)


@pytest.fixture(scope="module")
def crowd() -> ox.Store:
    return opened(extractions(900, people=330))


@pytest.fixture(params=["conflict", "mediation", "claims", "timeline", "signed"])
def graph(request: pytest.FixtureRequest, world: ox.Store) -> View:
    return views.build(request.param, world, Options(claimed=True))


def plain(graph: View) -> tuple[dict, list]:
    """Nodes and edges with their attributes as files hold them."""
    edges = [(s, t, dict(flat(d).items())) for s, t, d in graph.edges(data=True)]
    return dict(graph.nodes(data=True)), sorted(edges, key=lambda e: (e[0], e[1], e[2]["predicate"], e[2]["stance"]))


def read_back(graph: nx.MultiDiGraph, *dropped: str) -> tuple[dict, list]:
    edges = [(s, t, {k: v for k, v in d.items() if k not in dropped}) for s, t, d in graph.edges(data=True)]
    nodes = {n: {k: v for k, v in d.items() if k not in dropped} for n, d in graph.nodes(data=True)}
    return nodes, sorted(edges, key=lambda e: (e[0], e[1], e[2]["predicate"], e[2]["stance"]))


def test_graphml_comes_back(graph: View, tmp_path: Path) -> None:
    views.write(graph, tmp_path / "v.graphml")
    assert read_back(
        nx.read_graphml(tmp_path / "v.graphml", force_multigraph=True), "edge_id", "id", "networkx_key"
    ) == plain(graph)


def test_gexf_comes_back(graph: View, tmp_path: Path) -> None:
    views.write(graph, tmp_path / "v.gexf")
    assert read_back(nx.read_gexf(tmp_path / "v.gexf"), "id", "viz") == plain(graph)


# What the schemas say of the elements that we write, as RELAX NG of our own.
GEXF_GRAMMAR = """
<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="http://www.gexf.net/1.2draft"
 datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes"><start><element name="gexf"><attribute name="version"><value>1.2</value></attribute>
 <element name="meta"><element name="description"><text/></element></element>
 <element name="graph"><attribute name="defaultedgetype"><value>directed</value></attribute><attribute name="mode"><value>dynamic</value></attribute>
  <attribute name="timeformat"><value>date</value></attribute><ref name="interval"/>
  <oneOrMore><element name="attributes"><attribute name="class"><choice><value>node</value><value>edge</value></choice></attribute><attribute name="mode"><value>static</value></attribute>
   <zeroOrMore><element name="attribute"><attribute name="id"><data type="string"/></attribute><attribute name="title"/>
    <attribute name="type"><choice><value>integer</value><value>double</value><value>boolean</value><value>string</value></choice></attribute></element></zeroOrMore></element></oneOrMore>
  <element name="nodes"><zeroOrMore><element name="node"><attribute name="id"/><attribute name="label"/><ref name="values"/><ref name="look"/></element></zeroOrMore></element>
  <element name="edges"><zeroOrMore><element name="edge"><attribute name="id"><data type="nonNegativeInteger"/></attribute><attribute name="source"/><attribute name="target"/>
   <attribute name="label"/><attribute name="weight"><data type="float"/></attribute><ref name="interval"/><ref name="values"/><ref name="look"/></element></zeroOrMore></element>
 </element></element></start>
 <define name="interval"><optional><attribute name="start"><data type="date"/></attribute><attribute name="end"><data type="date"/></attribute></optional></define>
 <define name="values"><element name="attvalues"><zeroOrMore><element name="attvalue"><attribute name="for"/><attribute name="value"/></element></zeroOrMore></element></define>
 <define name="look"><element name="color" ns="http://www.gexf.net/1.2draft/viz"><attribute name="r"><data type="unsignedByte"/></attribute><attribute name="g"><data type="unsignedByte"/></attribute><attribute name="b"><data type="unsignedByte"/></attribute></element>
  <element name="shape" ns="http://www.gexf.net/1.2draft/viz"><attribute name="value"/></element></define>
</grammar>"""


def test_gexf_is_what_gephi_reads(graph: View, tmp_path: Path) -> None:
    views.write(graph, tmp_path / "v.gexf")
    root = etree.parse(tmp_path / "v.gexf").getroot()
    grammar = etree.RelaxNG(etree.fromstring(GEXF_GRAMMAR))
    assert grammar.validate(root), grammar.error_log
    space = {"g": "http://www.gexf.net/1.2draft"}
    ids = [e.get("id") for e in root.iterfind(".//g:edge", space)]
    assert len(set(ids)) == len(ids) == graph.number_of_edges()
    for what in ("node", "edge"):
        declared = {
            a.get("id"): a.get("type") for a in root.iterfind(f".//g:attributes[@class='{what}']/g:attribute", space)
        }
        for value in root.iterfind(f".//g:{what}/g:attvalues/g:attvalue", space):
            kind, text = declared[value.get("for")], value.get("value")
            assert {
                "integer": r"-?\d+",
                "double": r"-?\d+(\.\d+)?(e-?\d+)?",
                "boolean": "true|false",
                "string": "(?s).*",
            }[kind] and re.fullmatch(
                {"integer": r"-?\d+", "double": r"-?\d+(\.\d+)?(e-?\d+)?", "boolean": "true|false", "string": "(?s).*"}[
                    kind
                ],
                text,
            )
    nodes = {n.get("id") for n in root.iterfind(".//g:node", space)}
    for edge, (_, _, data) in zip(
        root.iterfind(".//g:edge", space),
        sorted(graph.edges(keys=False, data=True), key=lambda e: (e[0], e[1], e[2]["predicate"], e[2]["stance"])),
        strict=True,
    ):
        assert {edge.get("source"), edge.get("target")} <= nodes
        assert (edge.get("start"), edge.get("end")) == (data.get("start"), data.get("end"))


def test_graphml_keeps_to_its_schema(graph: View, tmp_path: Path) -> None:
    """Ids of edges occur once, each datum has its key, and ends are nodes."""
    views.write(graph, tmp_path / "v.graphml")
    space = {"g": "http://graphml.graphdrawing.org/xmlns"}
    root = etree.parse(tmp_path / "v.graphml").getroot()
    ids = [e.get("id") for e in root.iterfind(".//g:edge", space)]
    assert len(set(ids)) == len(ids)
    keys = {k.get("id"): k.get("for") for k in root.iterfind("g:key", space)}
    for what in ("node", "edge"):
        assert {keys[d.get("key")] for d in root.iterfind(f".//g:{what}/g:data", space)} <= {what}
    assert [child.tag.partition("}")[2] for child in root] == ["key"] * len(keys) + ["graph"]


def test_both_kinds_of_json_come_back_with_the_sentences(graph: View, tmp_path: Path) -> None:
    views.write(graph, tmp_path / "v.json")
    views.write(graph, tmp_path / "v.cyjs")
    link = nx.node_link_graph(json.loads((tmp_path / "v.json").read_text("utf-8")))
    cyto = nx.cytoscape_graph(json.loads((tmp_path / "v.cyjs").read_text("utf-8")))
    for again in (link, cyto):
        assert sorted(again) == sorted(graph)
        assert sorted((s, t, k) for s, t, k in again.edges(keys=True)) == sorted(graph.edges(keys=True))
        for source, target, key, data in graph.edges(keys=True, data=True):
            found = again.edges[source, target, key]
            assert [e["sentence"] for e in found["evidence"]] == [e.sentence for e in data["evidence"]]
            assert {k: v for k, v in data.items() if k != "evidence"}.items() <= {
                k: v for k, v in found.items() if k != "evidence"
            }.items()


def test_csv_has_a_line_an_edge_and_no_formulas(world: ox.Store, tmp_path: Path) -> None:
    graph = views.build("conflict", world, Options(claimed=True))
    views.write(graph, tmp_path / "v.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "v.csv").read_text("utf-8"))))
    assert tuple(rows[0]) == COLUMNS and len(rows) == graph.number_of_edges()
    back = {(r["source"], r["relation"], r["target"], r["stance"], r["count"], r["statements"]) for r in rows}
    assert back == {
        (s, d["predicate"], t, d["stance"], str(d["count"]), " ".join(d["statements"]))
        for s, t, d in graph.edges(data=True)
    }
    evil = views.build("alliances", opened([told(("=1+1", "aids", "b"))]))
    views.write(evil, tmp_path / "e.csv")
    assert next(csv.DictReader(io.StringIO((tmp_path / "e.csv").read_text("utf-8"))))["source_label"] == "'=1+1"


@pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz")
def test_graphviz_reads_dot(graph: View, tmp_path: Path) -> None:
    views.write(graph, tmp_path / "v.dot")
    done = subprocess.run(["dot", "-Tjson", str(tmp_path / "v.dot")], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stderr
    data = json.loads(done.stdout)
    name = {o["_gvid"]: o["name"] for o in data["objects"]}
    assert set(name.values()) == set(graph)
    read = [
        (name[e["tail"]], name[e["head"]], e["edge_key"], e.get("dir") == "none", e.get("style") == "dashed")
        for e in data["edges"]
    ]
    assert sorted(read) == sorted(
        (s, t, k, d["symmetric"], d["claimed"]) for s, t, k, d in graph.edges(keys=True, data=True)
    )


def test_mermaid_names_each_node_once_and_draws_each_edge(graph: View, tmp_path: Path) -> None:
    views.write(graph, tmp_path / "v.mmd")
    head, *lines = (tmp_path / "v.mmd").read_text("utf-8").splitlines()
    assert head == "flowchart LR"
    nodes = [
        m
        for line in lines
        if (m := re.fullmatch(r'  (n\d+)[\[({]+"([^"\[\](){}|<>]*)"[\])}]+', line.replace("(", "[").replace(")", "]")))
    ]
    drawn = [m for line in lines if (m := re.fullmatch(r'  (n\d+) (---|-->|-\.-|-\.->)\|"[^"|]*"\| (n\d+)', line))]
    assert len(nodes) + len(drawn) == len(lines)
    assert len({m[1] for m in nodes}) == len(graph) and len(drawn) == graph.number_of_edges()
    assert {m[1] for m in drawn} | {m[3] for m in drawn} <= {m[1] for m in nodes}


def test_mermaid_cannot_be_broken_by_a_name(tmp_path: Path) -> None:
    views.write(views.build("alliances", opened([told(('x"] --> y; click', "aids", "b"))])), tmp_path / "v.mmd")
    assert '"]' not in (tmp_path / "v.mmd").read_text("utf-8").splitlines()[2][:-2].replace('"])', "")
    assert "X#34;#93; --#62; y#59; click" in (tmp_path / "v.mmd").read_text("utf-8")


@pytest.mark.parametrize("ending", views.ENDINGS)
@pytest.mark.parametrize("name", ["mediation", "timeline"])
def test_the_same_view_gives_the_same_bytes(world: ox.Store, tmp_path: Path, ending: str, name: str) -> None:
    first, second = tmp_path / f"a{ending}", tmp_path / f"b{ending}"
    views.write(views.build(name, world), first)
    views.write(views.build(name, world), second)
    assert first.read_bytes() == second.read_bytes() != b""


@pytest.mark.parametrize("ending", views.ENDINGS)
def test_an_empty_view_can_be_written(tmp_path: Path, ending: str) -> None:
    views.write(views.build("alliances", ox.Store()), tmp_path / f"v{ending}")
    content = (tmp_path / f"v{ending}").read_bytes()
    if ending in (".html", ".svg", ".mmd"):
        assert b"No alliances in this graph" in content


def test_a_file_that_cannot_be_written_is_named(world: ox.Store, tmp_path: Path) -> None:
    graph = views.build("alliances", world)
    with pytest.raises(UsageError, match=r"\.docx"):
        views.write(graph, tmp_path / "view.docx")
    (tmp_path / "file").write_text("")
    with pytest.raises(KgError, match="cannot write"):
        views.write(graph, tmp_path / "file" / "v.svg")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file"]


# ---- Pictures


def overlaps(graph: View) -> int:
    """How many pairs of labels, or of a label and another's mark, lie upon each other."""
    drawn = scene(graph)
    labels = [(n.id, n.text.box) for n in drawn.nodes] + [
        (f"{e.source} {e.key} {e.target}", e.text.box) for e in drawn.edges if e.text
    ]
    marks = [
        (n.id, (n.x - n.width / 2, n.y - n.height / 2, n.x + n.width / 2, n.y + n.height / 2))
        for n in drawn.nodes
        if n.shape not in ("box", "blank")
    ]
    pairs = [(a, b) for i, a in enumerate(labels) for b in labels[i + 1 :]] + [(a, b) for a in labels for b in marks]
    return sum(a[0] != b[0] and meet(a[1], b[1]) for a, b in pairs)


@pytest.mark.parametrize(
    "name", ["alliances", "conflict", "mediation", "claims", "contested", "offices", "signed", "timeline"]
)
def test_no_label_lies_upon_another(seeds_graph: Path, crowd: ox.Store, name: str) -> None:
    from kg.store import open_graph

    assert overlaps(views.build(name, open_graph(seeds_graph), Options(claimed=True))) == 0
    if name not in ("claims", "contested", "offices"):
        assert overlaps(views.build(name, crowd)) == 0


def test_everything_is_inside_the_picture(crowd: ox.Store) -> None:
    drawn = scene(views.build("signed", crowd))
    for n in drawn.nodes:
        assert (
            n.text.box[0] >= 0 and n.text.box[1] >= 0 and n.text.box[2] <= drawn.width and n.text.box[3] <= drawn.height
        )
        assert n.r <= n.x <= drawn.width - n.r and n.r <= n.y <= drawn.height - n.r


def test_parallel_edges_lie_apart_and_symmetric_ones_have_no_arrow(world: ox.Store) -> None:
    drawn = scene(views.build("conflict", world, Options(claimed=True)))
    middle = [(frozenset((e.source, e.target)), e.points[2:4]) for e in drawn.edges]
    assert len(set(middle)) == len(middle)
    by = {e.data["predicate"]: e for e in drawn.edges}
    assert not by["fights"].arrow and by["sanctions"].arrow
    assert by["attacks"].dash and not by["sanctions"].dash


def test_the_order_of_building_does_not_move_anything(world: ox.Store) -> None:
    graph = views.build("conflict", world)
    mixed = View(name=graph.name, notes=[])
    mixed.add_nodes_from(reversed(list(graph.nodes(data=True))))
    for source, target, key, data in reversed(list(graph.edges(keys=True, data=True))):
        mixed.add_edge(source, target, key=key, **data)
    assert svg(scene(graph)) == svg(scene(mixed))


def test_a_large_graph_is_cut_to_what_has_most_documents_and_says_so() -> None:
    graph = views.build("conflict", opened(extractions(3000, people=900)), Options(claimed=True))
    assert len(graph) > LIMIT
    kept = cut(graph)
    assert LIMIT - 1 <= len(kept) <= LIMIT and kept.number_of_edges() <= EDGES
    weights = sorted((d["weight"] for *_, d in graph.edges(data=True)), reverse=True)
    assert max(d["weight"] for *_, d in kept.edges(data=True)) == weights[0]
    assert f"Shown are {len(kept):,} of {len(graph):,} nodes" in svg(scene(graph))
    assert not graph.graph["notes"]
    small = cut(graph, nodes=10)
    assert len(small) == 10 and f"10 of {len(graph):,}" in small.graph["notes"][0]


def test_a_long_timeline_is_cut(crowd: ox.Store) -> None:
    graph = views.build("timeline", crowd)
    assert sum(d["type"] == "Event" for _, d in graph.nodes(data=True)) > ROWS
    assert f"Shown are {ROWS} of" in svg(scene(graph)).replace("\n", " ")


def test_pictures_are_pictures(world: ox.Store, tmp_path: Path) -> None:
    graph = views.build("mediation", world)
    views.write(graph, tmp_path / "v.svg")
    root = ET.fromstring((tmp_path / "v.svg").read_text())
    assert root.tag == SVG + "svg"
    assert len([g for g in root.iter(SVG + "g") if g.get("class") == "edge"]) == graph.number_of_edges()
    words = {"".join(t.itertext()) for t in root.iter(SVG + "text")}
    assert {"Easteria", "mediator", "party", "May truce"} <= words
    views.write(graph, tmp_path / "v.png")
    assert (tmp_path / "v.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_a_notebook_shows_the_page(world: ox.Store) -> None:
    shown = views.build("alliances", world)._repr_html_()
    assert shown.startswith("<iframe srcdoc=") and "&lt;svg id=&quot;graph&quot;" in shown
