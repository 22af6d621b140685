"""Questions in English: what is understood, and what is not, over the small world of the other tests."""

from pathlib import Path

import pyoxigraph
import pytest

from graphs import WORLD
from kg import ask, queries, rdf, store
from kg.errors import KgError


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> pyoxigraph.Store:
    path = tmp_path_factory.mktemp("graph") / "world.nt"
    rdf.write(WORLD, path)
    return store.open_graph(path)


@pytest.mark.parametrize(
    ("question", "query", "parameters", "first"),
    [
        ("Who mediates between Norland and Southmark?", "mediators-between", {"one": "Norland", "other": "Southmark"}, "Easteria"),
        ("who   is allied with  norra", "alliances", {"actor": "norra"}, "Easteria"),
        ("Who are Norland’s allies?", "alliances", {"actor": "Norland"}, "Easteria"),
        ("What does the Southmark Defence Ministry claim?", "claims", {"source": "Southmark Defence Ministry"}, "Southmark Defence Ministry"),
        ("What happened in 2025?", "timeline", {"from": "2025", "until": "2025"}, "2025"),
        ("what happened between 2024-05-04 and 2024-12", "timeline", {"from": "2024-05-04", "until": "2024-12"}, "2024"),
        ("Who took part in the valley war?", "participants", {"conflict": "valley war"}, "valley war"),
        ("Which states matter most?", "most-connected", {"kind": "State"}, "Norland"),
        ("How many people were killed in the valley war?", "casualties", {"victim": "valley war"}, ""),
        ("What became of the May truce?", "life-cycle", {"agreement": "May truce"}, "2024-05-15"),
    ],
)  # fmt: skip
def test_a_question_becomes_a_saved_query(
    question: str, query: str, parameters: dict[str, str], first: str, world: pyoxigraph.Store
) -> None:
    understood = ask.understand(question, world)
    assert (understood.query, dict(understood.parameters)) == (query, parameters)
    assert queries.run(queries.find(query), world, parameters).rows[0][0] == first


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("Who mediates between Norland and Norlnd?", r"no entity is called 'Norlnd' \(near it: Norland"),
        ("Who will win the war?", "the question is not understood: 'Who will win the war\\?'"),
        ("", r"not understood: '' \(kg ask --list"),
        ("Who mediates between Norland?", "not understood"),
        ("Who attacked } UNION { ?s ?p ?o }?", "no entity"),
        ("What happened in spring?", "not a date: 'spring'"),
    ],
)
def test_what_is_not_understood_is_said(question: str, message: str, world: pyoxigraph.Store) -> None:
    with pytest.raises(KgError, match=message):
        ask.understand(question, world)


def test_a_question_near_to_a_known_form_is_helped(world: pyoxigraph.Store) -> None:
    with pytest.raises(KgError, match=r"it may be asked as: .*who accuses whom"):
        ask.understand("who accused whom", world)


def test_every_pattern_leads_to_its_query_with_names_that_fit(world: pyoxigraph.Store) -> None:
    fitting = {"agreement": "May truce", "conflict": "valley war", "from": "2024", "until": "2025"}
    dates = {"timeline"}
    for pattern in ask.patterns():
        given = {one.name: "Norland" for one in queries.find(pattern.query).parameters}
        given |= {
            name: value
            for name, value in fitting.items()
            if name in given and (pattern.query in dates or name not in ("from", "until"))
        }
        understood = ask.understand(pattern.text.format_map(given), world)
        queries.bind(queries.find(understood.query), world, understood.parameters)
        assert understood.query == pattern.query, pattern.text


def test_the_call_shown_can_be_pasted(world: pyoxigraph.Store) -> None:
    understood = ask.understand("who took part in the valley war", world)
    assert understood.call(Path("my graph.ttl")) == "kg query participants 'my graph.ttl' --param 'conflict=valley war'"
