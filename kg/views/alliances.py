"""Who is on whose side: allies, supporters, aid, cooperation, membership."""

from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.views.graph import statements_graph

if TYPE_CHECKING:
    import networkx as nx

PREDICATES = ("allyOf", "supports", "aids", "cooperatesWith", "memberOf")


def alliances(store: ox.Store, include_claimed: bool = False) -> "nx.MultiDiGraph":
    """The alliances in a store, edges as `statements_graph` describes them."""
    return statements_graph(store, PREDICATES, "alliances", include_claimed)
