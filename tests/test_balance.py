"""Structural balance against examples reckoned by hand and a published one."""

import random
from itertools import combinations

import networkx as nx
import pytest

from kg.views import balance as module
from kg.views.balance import balance
from kg.views.signed import signed
from test_views import opened, told

# The 16 tribes of Read (1954), "Cultures of the Central Highlands, New Guinea", Southwestern Journal of Anthropology 10,
# in the numbering of the KONECT collection (ucidata-gama): alliances, then enmities.
ALLIES = "1-2 3-4 3-6 3-7 5-7 6-7 3-8 4-8 6-8 7-8 5-9 9-10 6-11 7-11 8-11 6-12 7-12 8-12 11-12 7-13 9-13 10-13 5-14 13-14 1-15 2-15 1-16 2-16 15-16"
ENEMIES = "1-3 2-3 1-4 1-5 2-5 1-6 2-6 2-9 6-9 2-10 9-11 10-11 1-12 6-13 11-13 8-14 12-14 5-15 9-15 10-15 11-15 12-15 13-15 5-16 6-16 11-16 12-16 13-16 14-16"


def graph(friendly: str, hostile: str) -> nx.Graph:
    found = nx.Graph()
    for text, sign in ((friendly, 1), (hostile, -1)):
        found.add_edges_from((*pair.split("-"), {"sign": sign}) for pair in text.split())
    return found


def test_triangles_by_hand() -> None:
    # Friends of friends, the enemy of my enemy, a quarrel between my friends, three enemies.
    for friendly, hostile, balanced in [
        ("a-b b-c a-c", "", True),
        ("a-b", "b-c a-c", True),
        ("a-b b-c", "a-c", False),
        ("", "a-b b-c a-c", False),
    ]:
        found = balance(graph(friendly, hostile))
        assert (found.balanced, found.unbalanced) == ((1, 0) if balanced else (0, 1))
        assert (found.lower, found.upper) == ((0, 0) if balanced else (1, 1))


def test_a_square_has_no_triangle_but_may_be_frustrated() -> None:
    found = balance(graph("a-b b-c c-d", "a-d"))
    assert (found.balanced, found.unbalanced, found.upper, found.exact) == (0, 0, 1, True)
    assert len(found.against) == 1
    assert balance(graph("a-b c-d", "b-c a-d")).upper == 0


def test_the_camps_are_the_partition_that_fits() -> None:
    camp = balance(graph("a-b b-c x-y", "a-x b-y c-x")).camp
    assert camp["a"] == camp["b"] == camp["c"] != camp["x"] == camp["y"]


def test_the_highland_tribes() -> None:
    """Aref and Wilson, "Balance and frustration in signed networks" (2019): 16 nodes, 58 edges, 29 of them negative, frustration 7."""
    tribes = graph(ALLIES, ENEMIES)
    assert (len(tribes), tribes.number_of_edges()) == (16, 58)
    assert sum(d["sign"] < 0 for *_, d in tribes.edges(data=True)) == 29
    found = balance(tribes)
    assert found.exact and found.upper == len(found.against) == 7
    assert (found.balanced, found.unbalanced) == (59, 9)


def test_parts_that_meet_in_one_node_add_up() -> None:
    two = graph("a-b b-c c-d d-e", "a-c c-e")
    found = balance(two)
    assert (found.upper, found.exact, found.unbalanced) == (2, True, 2)


def slow(signed_graph: nx.Graph) -> int:
    nodes = sorted(signed_graph)
    best = signed_graph.number_of_edges()
    for size in range(len(nodes) // 2 + 1):
        for camp in combinations(nodes, size):
            best = min(
                best,
                sum(
                    d["sign"] * (1 if (a in camp) == (b in camp) else -1) < 0
                    for a, b, d in signed_graph.edges(data=True)
                ),
            )
    return best


@pytest.mark.parametrize("seed", range(8))
def test_exact_and_bounds_agree_with_trying_everything(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    made = nx.gnm_random_graph(9, 18, seed=seed)
    made = nx.relabel_nodes(made, {n: f"n{n}" for n in made})
    for _, _, data in made.edges(data=True):
        data["sign"] = chance.choice((1, -1))
    least = slow(made)
    assert balance(made).upper == least and balance(made).exact
    monkeypatch.setattr(module, "EXACT", 2)
    found = balance(made)
    assert found.lower <= least <= found.upper == len(found.against)


def test_a_large_graph_is_bounded_and_says_so() -> None:
    chance = random.Random(5)
    made = nx.relabel_nodes(nx.gnm_random_graph(60, 240, seed=5), {n: f"{n:02}" for n in range(60)})
    for _, _, data in made.edges(data=True):
        data["sign"] = chance.choice((1, -1))
    found = balance(made)
    assert 0 < found.lower < found.upper and not found.exact
    assert f"between {found.lower} and {found.upper} of 240" in found.summary()
    hidden = {n: chance.randrange(2) for n in made}
    for a, b, data in made.edges(data=True):
        data["sign"] = 1 if hidden[a] == hidden[b] else -1
    assert balance(made).upper == 0 and balance(made).exact


def test_the_signed_view_weighs_documents_and_names_those_torn() -> None:
    store = opened([
        told(("a", "allyOf", "b"), ("b", "accuses", "a"), ("a", "fights", "c"), ("b", "aids", "c"), name="1.txt"),
        told(("a", "aids", "b"), name="2.txt"),
    ])  # fmt: skip
    graph = signed(store)
    weights = {(data["sign"], data["weight"]) for _, _, data in graph.edges(data=True)}
    assert weights == {(1, 2), (-1, 1), (1, 1)}
    assert "0 of 1 triangles balanced; frustration 1 of 3 ties (exact)" in graph.graph["notes"][0]
    assert graph.graph["notes"][1] == "Ties pull both ways at: A, B."
