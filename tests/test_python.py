"""The Python API: graphs opened from what people have, answers in the shapes that they use, streams of any length."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from itertools import count, islice
from pathlib import Path

import networkx as nx
import pytest
import rdflib

import kg
from graphs import WORLD
from kg import rdf
from kg.errors import KgError, UsageError
from kg.store import fill

# rdflib uses these itself.
pytestmark = pytest.mark.filterwarnings(
    r"ignore:Dataset\.\w+ is deprecated:DeprecationWarning", "ignore:ConjunctiveGraph is deprecated:DeprecationWarning"
)
COUNT = "SELECT ?s ?n ?when ?c WHERE { ?s rdf:predicate kg:killed ; rdf:object ?n ; kg:confidence ?c . OPTIONAL { ?s kg:when ?when } } ORDER BY ?n"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("python") / "world.nq"
    rdf.write(WORLD, path)
    return path


@pytest.fixture(params=["file", "text", "store", "pyoxigraph", "dataset", "graph"])
def graph(request: pytest.FixtureRequest, file: Path, tmp_path: Path) -> kg.Graph:
    if request.param == "store":
        fill(tmp_path / "store", WORLD)
        return kg.open(tmp_path / "store")
    if request.param == "dataset":
        return kg.open(rdflib.Dataset().parse(file, format="nquads"))
    if request.param == "graph":
        rdf.write(WORLD, tmp_path / "g.nt")
        return kg.open(rdflib.Graph().parse(tmp_path / "g.nt"))
    return kg.open({"file": file, "text": str(file), "pyoxigraph": kg.open_graph(file)}[request.param])


def test_whatever_it_was_opened_from_a_graph_answers_the_same(graph: kg.Graph, file: Path) -> None:
    expected = kg.open(file)
    assert graph.query("alliances").rows == expected.query("alliances").rows != []
    assert [e.sentence for e in graph.explain("Norland", "Southmark")] == [
        e.sentence for e in expected.explain("Norland", "Southmark")
    ]
    assert [r.iri for r in graph.statements()] == [r.iri for r in expected.statements()]
    assert len(list(graph.statements())) == sum(len(e.statements) for e in WORLD)


def test_cells_are_values(file: Path) -> None:
    answer = kg.open(file).query(COUNT)
    assert [row[1:] for row in answer] == [(12, date(2024, 5, 10), 0.9), (300, "2024", 0.9)]
    assert answer.dicts()[0]["n"] == 12 and len(answer) == 2 and not answer.more
    asked = kg.open(file).query("ASK { ?s kg:killed ?n }")
    assert (asked.answer, asked.rows) == (False, [(False,)])
    unbound = kg.open(file).query("SELECT ?x ?y WHERE { VALUES ?x { 1 } OPTIONAL { ?y a kg:Nothing } }")
    assert unbound.rows == [(1, None)]
    triples = kg.open(file).query("CONSTRUCT { ?s kg:allyOf ?o } WHERE { ?s kg:allyOf ?o }")
    assert {(row[0], row[2]) for row in triples} == {("Easteria", "Norland"), ("Norland", "Easteria")}


def test_answers_as_data_frames(file: Path) -> None:
    answer = kg.open(file).query(COUNT)
    pandas, polars = answer.pandas(), answer.polars()
    assert list(pandas.columns) == polars.columns == ["s", "n", "when", "c"]
    assert pandas["n"].sum() == polars["n"].sum() == 312
    assert polars["when"].to_list() == ["2024-05-10", "2024"]
    nothing = kg.open(file).query("SELECT ?s ?n WHERE { ?s kg:captured ?n }")
    assert nothing.pandas().shape == nothing.polars().shape == (0, 2)


@pytest.mark.parametrize("name", ["pandas", "polars"])
def test_a_library_that_is_not_there_is_named(name: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "oxrdflib", None)
    with pytest.raises(KgError, match=f"{name} is not installed"):
        getattr(kg.open(file).query(COUNT), name)()
    with pytest.raises(KgError, match="needs oxrdflib"):
        kg.open(file).rdflib()


def test_parameters_and_limits(file: Path, tmp_path: Path) -> None:
    graph = kg.open(file)
    everything = graph.query("claims")
    assert 0 < len(graph.query("claims", source="Southmark")) < len(everything)
    assert len(graph.query("claims", limit=1)) == 1 and graph.query("claims", limit=1).more
    (tmp_path / "own.rq").write_text(COUNT, "utf-8")
    assert graph.query(tmp_path / "own.rq").rows == graph.query(COUNT).rows


def test_views_are_networkx_graphs(file: Path) -> None:
    graph = kg.open(file)
    view = graph.view("alliances")
    assert isinstance(view, nx.MultiDiGraph) and view.number_of_edges() == 1
    assert graph.view("conflict", claimed=True).number_of_edges() > graph.view("conflict").number_of_edges()
    assert graph.view("ego", "Easteria", depth=1).number_of_nodes() > 1


def test_rdflib_sees_the_store_itself(file: Path) -> None:
    dataset = kg.open(file).rdflib()
    assert isinstance(dataset, rdflib.Dataset)
    plain = rdflib.Dataset().parse(file, format="nquads")
    triples = {(s, p, str(o)) for s, p, o, _ in plain.quads()}  # oxrdflib gives plain strings their datatype
    assert {(s, p, str(o)) for s, p, o in dataset.triples((None, None, None))} == triples
    assert len(list(dataset.query("SELECT ?d WHERE { ?d a <https://w3id.org/conflict-kg/ontology#Document> }"))) == 2


def test_what_is_wrong_is_said(file: Path, tmp_path: Path) -> None:
    graph = kg.open(file)
    for error, message, call in [
        (KgError, "no such graph", lambda: kg.open(tmp_path / "none.ttl")),
        (KgError, "is no graph", lambda: kg.open(3)),  # type: ignore[arg-type]
        (KgError, "alliancess", lambda: graph.query("alliancess")),
        (UsageError, "no such option", lambda: graph.view("alliances", claim=True)),
        (UsageError, "no view", lambda: graph.view("allies")),
        (KgError, "INSERT|changes|update", lambda: graph.query("INSERT DATA { <urn:a> <urn:b> <urn:c> }")),
        (UsageError, "no such date", lambda: next(iter(kg.extractions([], date="May")))),
    ]:
        with pytest.raises(error, match=message):
            call()


def test_a_stream_without_end_is_read_as_it_comes() -> None:
    """No more documents are taken than are needed, some ahead at most, so that memory does not grow with the stream."""
    taken = 0

    def endless() -> Iterator[kg.Document]:
        nonlocal taken
        for number in count():
            taken += 1
            yield kg.Document(f"{number}", "Kenya accused Somalia of shelling the border on Monday.")

    found = kg.extractions(endless(), date="2024-05-15")
    some = list(islice(found, 5))
    assert [e.document.identifier for e in some] == ["0", "1", "2", "3", "4"]
    assert {e.document.date for e in some} == {"2024-05-15"} and all(e.statements for e in some)
    assert taken < 50
    found.close()  # type: ignore[attr-defined]


def test_files_and_documents_may_be_mixed_and_bad_ones_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Kenya accused Somalia of lying.", "utf-8")
    (tmp_path / "b.txt").write_bytes(b"")
    events: list[object] = []
    given = [tmp_path / "a.txt", tmp_path / "b.txt", kg.Document("c", "It rained.")]
    found = list(kg.extractions(given, on_event=events.append))
    assert [(e.document.identifier, len(e.statements)) for e in found] == [("a.txt", 1), ("c", 0)]
    assert len(events) == 1 and "b.txt" in str(events[0])


def test_to_import_kg_loads_nothing_heavy() -> None:
    code = "import sys, kg; kg.Document, kg.KgError; print(sorted({'spacy', 'rdflib', 'networkx', 'pandas', 'pyoxigraph'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there_and_described() -> None:
    assert set(kg.__all__) <= set(dir(kg))
    for name in kg.__all__:
        assert getattr(kg, name).__doc__ or name == "__version__"
    assert (Path(kg.__file__).parent / "py.typed").exists()
