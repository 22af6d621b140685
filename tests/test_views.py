"""Views of the small world of graphs.py, whose edges can be read off its sentences, and of made-up graphs."""

from collections.abc import Iterable
from pathlib import Path

import networkx as nx
import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs import WORLD
from kg import rdf, store, views
from kg.document import Document
from kg.errors import OntologyError, UsageError
from kg.ontology import load
from kg.statement import Entity, Extraction, Passage, Statement
from kg.views import Options, View, vocabulary
from kg.views.graph import independent
from kg.views.reader import Reader

KG = "https://w3id.org/conflict-kg/ontology#"


def opened(extractions: Iterable[Extraction]) -> ox.Store:
    """The store that a file with these would be opened as."""
    found = ox.Store()
    for extraction in extractions:
        for quad in rdf.quads(extraction):
            found.add(ox.Quad(quad.subject, quad.predicate, quad.object))
    return found


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


def the_edge(graph: nx.MultiDiGraph, predicate: str) -> dict:
    (found,) = [d for _, _, d in graph.edges(data=True) if d["predicate"] == predicate]
    return found


# A sentence by its parts, for worlds of a few lines.


def told(*sentences: tuple, name: str = "a.txt", date: str | None = "2024-05-15", **entities: str) -> Extraction:
    """A document of (subject, predicate, object, {more}); `entities` gives the kinds of those that are no states."""
    kinds = {key: entities.get(key, "State") for s, _, o, *_ in sentences for key in (s, o) if isinstance(key, str)}
    texts = [more[0].pop("text", "") if more else "" for *_, more in [(*row[:3], row[3:]) for row in sentences]]
    texts = [
        text or f"{s} {p} {o} ({i}, {name})."
        for i, (text, (s, p, o, *_)) in enumerate(zip(texts, sentences, strict=True))
    ]
    document = Document(name, " ".join(texts), date)
    statements, start = [], 0
    for text, (s, p, o, *more) in zip(texts, sentences, strict=True):
        extra = dict(more[0]) if more else {}
        for by in extra.get("attributed_to", ()):
            kinds.setdefault(by, "State")
        passage = extra.pop("passage", None) or Passage(document.key, start, start + len(text), text)
        statements.append(Statement(s, p, o, passage, rule="test", **extra))
        start += len(text) + 1
    found = tuple(Entity(key, kind, key.capitalize()) for key, kind in sorted(kinds.items()))
    return Extraction(document, found, tuple(statements))


def one_sentence(*rows: tuple, text: str = "All in one sentence.", name: str = "a.txt", **entities: str) -> Extraction:
    """The same, all from one passage."""
    passage = Passage(Document(name, text, "2024-05-15").key, 0, len(text), text)
    kinds = {key: entities.get(key, "State") for s, _, o, *_ in rows for key in (s, o) if isinstance(key, str)}
    statements = tuple(Statement(s, p, o, passage, rule="test", **(more[0] if more else {})) for s, p, o, *more in rows)
    found = tuple(Entity(key, kind, key.capitalize()) for key, kind in sorted(kinds.items()))
    return Extraction(Document(name, text, "2024-05-15"), found, statements)


# ---- Alliances, conflict, offices, ego


def test_alliances(world: ox.Store) -> None:
    assert edges(views.build("alliances", world)) == {("Easteria", "allyOf", "Norland")}


def test_conflict_leaves_claims_out_unless_asked(world: ox.Store) -> None:
    told_ = {
        ("Norland armed forces", "fights", "Southmark armed forces"), ("Southmark", "accuses", "Norland"),
        ("Norland", "accuses", "Southmark"), ("Norland", "sanctions", "Southmark"), ("Norland", "occupies", "Gray Valley"),
    }  # fmt: skip
    claim = ("Norland armed forces", "attacks", "Southmark armed forces")
    assert told_ == edges(views.build("conflict", world))
    graph = views.build("conflict", world, Options(claimed=True))
    assert edges(graph) == told_ | {claim}
    data = the_edge(graph, "attacks")
    assert data["claimed"] and data["stance"] == "claimed"
    assert [e.by for e in data["evidence"]] == [("Southmark Defence Ministry",)]


def test_an_edge_says_where_it_comes_from(world: ox.Store) -> None:
    data = the_edge(views.build("alliances", world), "allyOf")
    assert (data["count"], data["documents"], data["weight"], data["confidence"]) == (2, 2, 2, 0.9)
    assert [e.document.name for e in data["evidence"]] == ["first.txt", "second.txt"]
    assert data["evidence"][1].sentence == "Easteria is an ally of Norland."
    assert all(world.query(f"ASK {{ <{s}> a <{KG}Statement> }}") for s in data["statements"])


def test_documents_that_print_the_same_sentence_are_one_independent_source() -> None:
    copies = [told(("a", "aids", "b", {"text": "A sent B arms."}), name=f"{i}.txt") for i in range(3)]
    own = told(("a", "aids", "b", {"text": "Arms went from A to B."}), name="own.txt")
    both = told(
        ("a", "aids", "b", {"text": "A sent  B arms."}), ("a", "aids", "b", {"text": "Arms went."}), name="both.txt"
    )
    data = the_edge(views.build("alliances", opened([*copies, own])), "aids")
    assert (data["documents"], data["weight"]) == (4, 2)
    assert views.build("alliances", opened(copies), Options(min_documents=2)).number_of_edges() == 0
    assert views.build("alliances", opened([*copies, own]), Options(min_documents=2)).number_of_edges() == 1
    assert independent(the_edge(views.build("alliances", opened([*copies, both])), "aids")["evidence"]) == 1


def test_offices_have_titles_and_when_they_were_cited(world: ox.Store) -> None:
    graph = views.build("offices", world)
    held = {d["office"]: (d["cited_first"], d["cited_last"]) for _, _, d in graph.edges(data=True) if "office" in d}
    assert set(held) == {"President", "Foreign Minister"}
    assert held["President"] == ("2024-05-15", "2024-05-15")
    assert ("Southmark Defence Ministry", "belongsTo", "Southmark") in edges(graph)


def test_ego_reaches_as_far_as_the_depth() -> None:
    chain = opened([told(("a", "aids", "b"), ("b", "aids", "c"), ("c", "aids", "d"), ("x", "aids", "y"))])
    assert edges(views.build("ego", chain, actors=["a"])) == {("A", "aids", "B")}
    assert edges(views.build("ego", chain, actors=["A"], depth=2)) == {("A", "aids", "B"), ("B", "aids", "C")}
    ring = opened([told(("a", "aids", "b"), ("a", "aids", "c"), ("b", "fights", "c"))])
    assert ("B", "fights", "C") in edges(views.build("ego", ring, actors=["a"]))


# ---- Mediation


def test_mediation_keeps_each_mediator_with_his_parties() -> None:
    graph = views.build("mediation", opened([
        one_sentence(("q", "mediates", "a"), ("q", "mediates", "b"), name="1.txt"),
        one_sentence(("q", "mediates", "c"), ("q", "mediates", "d"), name="2.txt"),
    ]))  # fmt: skip
    acts = {n for n, d in graph.nodes(data=True) if d["type"] == "Mediation"}
    parties = {frozenset(graph.nodes[p]["label"] for p in graph.successors(act)) for act in acts}
    assert parties == {frozenset("AB"), frozenset("CD")}
    assert all([graph.nodes[m]["label"] for m in graph.predecessors(act)] == ["Q"] for act in acts)


def test_mediators_of_one_sentence_act_together_and_the_host_stands_beside() -> None:
    rows = [(m, "mediates", p) for m in ("q", "e") for p in ("a", "b")] + [("q", "hosts", "a"), ("q", "hosts", "b")]
    graph = views.build("mediation", opened([one_sentence(*rows)]))
    (act,) = [n for n, d in graph.nodes(data=True) if d["type"] == "Mediation"]
    roles = {(graph.nodes[s]["label"], graph.nodes[t]["label"], d["role"]) for s, t, d in graph.edges(data=True)}
    name = graph.nodes[act]["label"]
    assert roles == {
        ("Q", name, "mediator"), ("E", name, "mediator"), ("Q", name, "host"), (name, "A", "party"), (name, "B", "party"),
    }  # fmt: skip


def test_who_brokered_an_agreement_mediated_between_those_who_joined_it(world: ox.Store) -> None:
    assert edges(views.build("mediators", world)) == {
        ("Easteria", "mediates", "Norland"), ("Easteria", "mediates", "Southmark"),
        ("Easteria", "brokers", "Norland"), ("Easteria", "brokers", "Southmark"),
    }  # fmt: skip
    graph = views.build("mediators", world)
    brokered = [d for _, _, d in graph.edges(data=True) if d["predicate"] == "brokers"]
    assert {d["agreement"] for d in brokered} == {"May truce"}
    assert {d["between"] for d in brokered} == {"Norland; Southmark"}


def test_the_same_mediation_in_two_documents_is_one() -> None:
    graph = views.build("mediation", opened(
        one_sentence(("q", "mediates", "a"), ("q", "mediates", "b"), name=f"{i}.txt", text=f"Told {i}.") for i in range(2)
    ))  # fmt: skip
    assert sum(d["type"] == "Mediation" for _, d in graph.nodes(data=True)) == 1
    assert {d["documents"] for _, _, d in graph.edges(data=True)} == {2}


def test_an_agreement_shows_who_broke_it() -> None:
    graph = views.build(
        "mediation", opened([told(("q", "brokers", "t"), ("a", "partyTo", "t"), ("a", "violates", "t"), t="Ceasefire")])
    )
    assert ("A", "violates", "T") in edges(graph)
    assert the_edge(graph, "violates")["role"] == "outcome"


def test_a_visit_is_no_mediation_but_hosted_talks_are_shown() -> None:
    assert len(views.build("mediation", opened([one_sentence(("q", "hosts", "a"))]))) == 0
    talks = views.build("mediation", opened([one_sentence(("q", "hosts", "a"), ("q", "hosts", "b"))]))
    assert [d["type"] for _, d in talks.nodes(data=True) if d["type"] != "State"] == ["Talks"]
    assert len(views.build("mediators", opened([one_sentence(("q", "hosts", "a"), ("q", "hosts", "b"))]))) == 0


# ---- Claims and what is contested


def test_claims_say_who_says_what_about_whom(world: ox.Store) -> None:
    graph = views.build("claims", world)
    claim = "Norland armed forces attacks Southmark armed forces"
    assert {
        ("Southmark Defence Ministry", "says", claim),
        ("Norland", "denies", claim),
        (claim, "about", "Norland armed forces"),
    } <= edges(graph)
    assert ("Southmark Defence Ministry", "says", "12 killed: Southmark civilians") in edges(graph)
    assert not any(d["stance"] == "asserted" for _, _, d in graph.edges(data=True))


def issues(graph: View) -> dict[str, dict[str, set[str]]]:
    """Issue -> version -> sources."""
    name = nx.get_node_attributes(graph, "label")
    return {
        name[n]: {name[v]: {name[s] for s in graph.predecessors(v)} for v in graph.predecessors(n)}
        for n, d in graph.nodes(data=True)
        if d["type"] == "Issue"
    }


def test_contested_shows_denials_side_by_side(world: ox.Store) -> None:
    assert issues(views.build("contested", world)) == {
        "Norland armed forces attacks Southmark armed forces?": {
            "yes": {"Southmark Defence Ministry"},
            "no": {"Norland"},
        }
    }


def test_contested_shows_who_attacked_whom_and_how_many_died() -> None:
    graph = opened([
        told(("a", "attacks", "b", {"attributed_to": ("b",), "when": "2024-05"}), ("b", "attacks", "a", {"attributed_to": ("a",), "when": "2024-05-03"}),
             ("a", "killed", 12, {"attributed_to": ("b",)}), ("a", "killed", 40, {"attributed_to": ("a",)})),
    ])  # fmt: skip
    assert issues(views.build("contested", graph)) == {
        "Who attacks whom: A or B?": {"A attacks B": {"B"}, "B attacks A": {"A"}},
        "How many killed: A?": {"12": {"B"}, "40": {"A"}},
    }


@pytest.mark.parametrize(
    "rows",
    [
        [("a", "attacks", "b"), ("b", "attacks", "a")],  # both reported as facts
        [
            ("a", "attacks", "b", {"attributed_to": ("b",), "when": "2010"}),
            ("b", "attacks", "a", {"attributed_to": ("a",), "when": "2020"}),
        ],
        [("a", "killed", 12, {"when": "2010"}), ("a", "killed", 40, {"when": "2020"})],
        [("a", "killed", 12, {"attributed_to": ("b",)}), ("a", "killed", 40, {"attributed_to": ("b",)})],  # one mouth
        [("a", "aids", "b"), ("a", "aids", "b", {"hypothetical": True})],
        [("a", "aids", "b"), ("a", "aids", "b", {"hypothetical": True, "negated": True})],  # "may not aid"
    ],
)
def test_what_is_no_dispute(rows: list[tuple]) -> None:
    assert issues(views.build("contested", opened([told(*rows)]))) == {}


# ---- Timeline


def test_a_timeline_is_in_order_and_shows_how_precise_a_date_is() -> None:
    graph = views.build("timeline", opened([
        told(("a", "fights", "b", {"when": "2021"}), ("a", "aids", "b", {"when": "2020-05-17"}), ("a", "urges", "c", {"when": "2021-03"}), ("c", "urges", "a")),
    ]))  # fmt: skip
    events = sorted(
        (d["order"], d["label"], d["when"], d["precision"]) for _, d in graph.nodes(data=True) if d["type"] == "Event"
    )
    assert [e[1:] for e in events] == [
        ("A aids B", "2020-05-17", "day"), ("A fights B", "2021", "year"), ("A urges C", "2021-03", "month"), ("C urges A", "", "none"),
    ]  # fmt: skip


def test_a_timeline_of_two_and_the_life_of_an_agreement() -> None:
    graph = opened([
        told(("a", "fights", "b"), ("a", "fights", "c"), ("a", "partyTo", "t", {"hypothetical": True, "when": "2019"}),
             ("a", "partyTo", "t", {"when": "2020"}), ("b", "violates", "t", {"attributed_to": ("a",)}), t="Ceasefire"),
    ])  # fmt: skip

    def shown(*names: str) -> list[tuple[str, str]]:
        return sorted(
            (d["label"], d["stance"]) for _, d in views.timeline(graph, *names).nodes(data=True) if d["type"] == "Event"
        )

    assert shown("a", "b") == [("A fights B", "asserted")]
    assert shown("t") == [("A party to T", "asserted"), ("A party to T", "possible"), ("B violates T", "claimed")]
    assert ("A party to T", "possible") not in shown("a")


# ---- Options


def test_a_window_keeps_edges_whose_interval_meets_it() -> None:
    graph = opened(
        [
            told(
                ("a", "fights", "b", {"when": "2010"}),
                ("a", "fights", "b", {"when": "2020-06"}),
                ("a", "accuses", "b", {"when": "2015-03-04"}),
                ("a", "condemns", "b"),
            )
        ]
    )

    def shown(**options: object) -> set[str]:
        return {p for _, p, _ in edges(views.build("conflict", graph, Options(**options)))}

    assert shown() == {"fights", "accuses", "condemns"}
    assert shown(start="2012", end="2013") == {"fights", "condemns"}  # still in force between its first and last date
    assert shown(start="2012", end="2013", undated=False) == {"fights"}
    assert shown(undated=False) == {"fights", "accuses"}
    assert shown(start="2020-07", undated=False) == set()
    assert shown(start="2020-06-30", undated=False) == {"fights"}
    assert shown(end="2009-12-31", undated=False) == set()
    data = the_edge(views.build("conflict", graph), "fights")
    assert (data["first"], data["last"], data["start"], data["end"]) == ("2010", "2020-06", "2010-01-01", "2020-06-30")


def test_confidence_predicates_and_sources_choose_statements() -> None:
    graph = opened([
        told(("a", "fights", "b", {"confidence": 0.5}), ("a", "accuses", "b", {"confidence": 0.9}), name="one.txt"),
        told(("a", "fights", "b", {"confidence": 0.7, "attributed_to": ("c",)}), name="two.txt"),
    ])  # fmt: skip

    def shown(**options: object) -> set[tuple[str, str, str]]:
        return edges(views.build("conflict", graph, Options(**options)))

    assert {p for _, p, _ in shown(min_confidence=0.6)} == {"accuses"}
    assert {p for _, p, _ in shown(predicates=("fights",))} == {"fights"}
    assert shown(sources=("two.txt",)) == set()
    assert shown(sources=("C",), claimed=True) == shown(sources=("TWO.txt",), claimed=True) == {("A", "fights", "B")}


def test_sides_fold_forces_ministries_and_leaders_but_not_civilians(world: ox.Store) -> None:
    graph = views.build("conflict", world, Options(level="side", claimed=True))
    assert ("Norland", "fights", "Southmark armed forces") in edges(graph)  # nobody says whose forces the latter are
    assert ("Norland", "attacks", "Southmark armed forces") in edges(graph)
    assert [e.by for e in the_edge(graph, "attacks")["evidence"]] == [("Southmark",)]
    folded = opened([told(("f", "belongsTo", "m"), ("m", "belongsTo", "s"), ("p", "officeHolderOf", "s"), ("c", "belongsTo", "s"),
                          ("f", "fights", "x"), ("x", "condemns", "p"), ("x", "attacks", "c"), ("f", "accuses", "p"), f="Force", m="Organization", p="Person", c="Group")])  # fmt: skip
    assert edges(views.build("conflict", folded, Options(level="side"))) == {
        ("S", "fights", "X"),
        ("X", "condemns", "S"),
        ("X", "attacks", "C"),
    }


def test_who_belongs_to_two_stays_himself() -> None:
    graph = opened(
        [told(("p", "officeHolderOf", "s"), ("p", "officeHolderOf", "t"), ("p", "condemns", "x"), p="Person")]
    )
    assert edges(views.build("conflict", graph, Options(level="side"))) == {("P", "condemns", "X")}
    claimed = opened([told(("f", "belongsTo", "s", {"attributed_to": ("x",)}), ("f", "fights", "x"), f="Force")])
    assert edges(views.build("conflict", claimed, Options(level="side"))) == {("F", "fights", "X")}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"start": "2022", "end": "2020"}, "the wrong way round"),
        ({"start": "22.1.2020"}, "YYYY-MM-DD"),
        ({"end": "2023-02-30"}, "no such date"),
        ({"level": "states"}, "actor and side"),
        ({"min_documents": 0}, "0 documents"),
        ({"min_confidence": 70}, "from 0 to 1"),
        ({"predicates": ("atacks",)}, "did you mean attacks"),
    ],
)
def test_options_that_cannot_be_meant(wrong: dict, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Options(**wrong)


@pytest.mark.parametrize(
    ("name", "options", "actors", "depth", "words"),
    [
        ("alliance", {}, (), None, "did you mean alliances"),
        ("zzz", {}, (), None, "there are alliances"),
        ("ego", {}, (), None, "about one actor, not 0"),
        ("ego", {}, ("Norland",), 9, "give 1 to"),
        ("ego", {}, ("Norlend",), None, "near it: Norland"),
        ("ego", {}, ("Qqqqqq",), None, "not in this graph"),
        ("ego", {}, ("<https://example.org/none>",), None, "nobody"),
        ("timeline", {}, ("Norland", "Southmark", "Easteria"), None, "not of 3"),
        ("alliances", {}, ("Norland",), None, "only ego and timeline"),
        ("alliances", {}, (), 2, "has no depth"),
        ("alliances", {"predicates": ("attacks",)}, (), None, "never shows attacks"),
        ("conflict", {"sources": ("firsd.txt",)}, (), None, "near it: first.txt"),
    ],
)
def test_calls_that_cannot_be_meant(
    world: ox.Store, name: str, options: dict, actors: tuple, depth: int | None, words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        views.build(name, world, Options(**options), actors=actors, depth=depth)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_name_that_means_several_is_refused_with_their_iris() -> None:
    graph = opened(
        [
            told(("a", "partyTo", "t", {}), t="Ceasefire"),
            Extraction(Document("b", "x"), (Entity("t2", "Ceasefire", "T"),), ()),
        ]
    )
    with pytest.raises(UsageError, match="several are called 'T'") as caught:
        views.timeline(graph, "T")
    assert "id/t2>" in str(caught.value)
    assert len(views.timeline(graph, "<https://w3id.org/conflict-kg/id/t>")) > 0


def test_an_empty_graph_gives_empty_views() -> None:
    for name in set(views.names()) - {"ego"}:
        assert len(views.build(name, ox.Store())) == 0


def test_other_names_find_an_entity(world: ox.Store) -> None:
    assert Reader(world, Options()).entity("norra") == Reader(world, Options()).entity("Norland")


def test_a_file_of_views_that_names_no_property_is_refused(tmp_path: Path, root: Path) -> None:
    text = (root / "ontology" / "views.toml").read_text()
    for before, after, words in [
        ('"allyOf", "supports", "aids", "cooperatesWith", "memberOf"', '"allyOff"', "allyOff, which is no property"),
        ('up = ["belongsTo", "officeHolderOf"]', "", "missing entry side.up"),
        ("[side]", '[side]\ndown = ["hosts"]', "unknown entry side.down"),
        ("friendly = [", 'friendly = ["fights", ', "both friendly and hostile"),
        ('broker = ["brokers"]', 'broker = "brokers"', "no list of properties"),
    ]:
        path = tmp_path / "views.toml"
        assert before in text
        path.write_text(text.replace(before, after, 1))
        with pytest.raises(OntologyError) as caught:
            vocabulary.load(path)
        assert words in str(caught.value)


# ---- Whatever the graph

_PEOPLE = {
    "a": "State",
    "b": "State",
    "c": "State",
    "f": "Force",
    "m": "Organization",
    "p": "Person",
    "t": "Ceasefire",
    "w": "War",
    "v": "Place",
}
_PREDICATES = tuple(sorted(load().properties))


@st.composite
def _rows(draw: st.DrawFn) -> list[tuple]:
    rows = []
    for _ in range(draw(st.integers(1, 12))):
        predicate = draw(st.sampled_from(_PREDICATES))
        subject = draw(st.sampled_from(sorted(_PEOPLE)))
        obj = draw(st.integers(0, 5)) if load().properties[predicate].counts else draw(st.sampled_from(sorted(_PEOPLE)))
        more = {
            "negated": draw(st.booleans()) and draw(st.booleans()), "hypothetical": draw(st.booleans()) and draw(st.booleans()),
            "attributed_to": tuple(draw(st.lists(st.sampled_from(["a", "b", "p"]), max_size=2, unique=True))),
            "when": draw(st.sampled_from([None, "2020", "2021-02", "2022-03-04"])), "confidence": draw(st.sampled_from([0.4, 0.9])),
        }  # fmt: skip
        rows.append((subject, predicate, obj, more))
    return rows


_OPTIONS = st.builds(
    Options, start=st.sampled_from([None, "2021"]), end=st.sampled_from([None, "2021-06"]), undated=st.booleans(),
    min_documents=st.integers(1, 2), min_confidence=st.sampled_from([0.0, 0.5]), claimed=st.booleans(),
    level=st.sampled_from(["actor", "side"]),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(first=_rows(), second=_rows(), options=_OPTIONS, together=st.booleans())
def test_what_is_denied_possible_or_claimed_is_never_a_plain_edge_and_each_edge_has_a_sentence(
    first: list[tuple], second: list[tuple], options: Options, together: bool
) -> None:
    known = {k: v for k, v in _PEOPLE.items() if v != "State"}
    graph = opened([(one_sentence if together else told)(*first, **known), told(*second, name="b.txt", **known)])
    for name in views.names():
        if name == "ego" and not any("a" in row[:3] for row in (*first, *second)):
            continue
        drawn = views.build(name, graph, options, actors=["a"] if name == "ego" else ())
        for source, target, data in drawn.edges(data=True):
            stances = {e.stance for e in data["evidence"]}
            assert all(e.sentence and e.document.name for e in data["evidence"])
            assert len(data["evidence"]) == data["count"] == len(data["statements"]) >= 1
            assert all(graph.query(f"ASK {{ <{s}> a <{KG}Statement> }}") for s in data["statements"])
            assert data["claimed"] == (data["stance"] != "asserted")
            assert drawn.nodes[source]["label"] and drawn.nodes[target]["label"]
            if name == "claims" or (name == "contested" and data["predicate"] == "on"):
                assert data["stance"] != "asserted"
            elif data["stance"] == "asserted":
                assert stances == {"asserted"}
            elif name != "contested":
                assert (
                    data["stance"] == "claimed"
                    and options.claimed
                    and "denied" not in stances
                    and "possible" not in stances
                )
            if data["predicate"] not in ("about", "on"):
                assert data["weight"] >= options.min_documents
                assert options.meets((data["start"], data["end"]) if "start" in data else None)


@settings(max_examples=25, deadline=None)
@given(rows=_rows(), seed=st.randoms())
def test_the_order_of_statements_does_not_matter(rows: list[tuple], seed) -> None:
    known = {k: v for k, v in _PEOPLE.items() if v != "State"}
    extraction = told(*rows, **known)
    quads = list(rdf.quads(extraction))
    seed.shuffle(quads)
    mixed = ox.Store()
    mixed.extend(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    for name in set(views.names()) - {"ego"}:
        one, other = (views.build(name, s, Options(claimed=True)) for s in (opened([extraction]), mixed))
        assert dict(one.nodes(data=True)) == dict(other.nodes(data=True))
        assert sorted(one.edges(keys=True, data="statements")) == sorted(other.edges(keys=True, data="statements"))
