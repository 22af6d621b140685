"""Who stands between whom: mediators, parties, hosts, talks and agreements."""

from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.views.graph import statements_graph

if TYPE_CHECKING:
    import networkx as nx

PREDICATES = ("mediates", "hosts", "brokers", "partyTo", "talksWith")


def mediation(store: ox.Store, include_claimed: bool = False) -> "nx.MultiDiGraph":
    """The mediation in a store, edges as `statements_graph` describes them."""
    return statements_graph(store, PREDICATES, "mediation", include_claimed)
