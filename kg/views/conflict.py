"""Who is against whom: fighting, attacks, threats, accusations, sanctions, coercion, occupation."""

from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.views.graph import statements_graph

if TYPE_CHECKING:
    import networkx as nx

PREDICATES = ("fights", "attacks", "threatens", "accuses", "condemns", "sanctions", "coerces", "occupies")


def conflict(store: ox.Store, include_claimed: bool = False) -> "nx.MultiDiGraph":
    """The conflict in a store, edges as `statements_graph` describes them."""
    return statements_graph(store, PREDICATES, "conflict", include_claimed)
