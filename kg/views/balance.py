"""Structural balance of a signed graph: triangles, frustration, and the two camps that fit best.

A signed graph is balanced if its nodes fall into two camps with friendly edges within and hostile ones between. The
frustration is the least number of edges that stand against any such partition (Harary's line index). To find it is
NP-hard: it adds up over the blocks of the graph (its two-connected parts), is exact for blocks of up to 22 nodes, and
bounded for larger ones: from above by the best partition found, from below by edge-disjoint unbalanced cycles.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import networkx as nx
import numpy as np

EXACT = 22
_STARTS, _MANY = 24, 3000  # starts of the search; few for a block of more edges than that


@dataclass(frozen=True, slots=True)
class Balance:
    """Triangles by kind; frustration lies between `lower` and `upper`; `camp` is 0 or 1 for each node.

    `against` are the edges that stand against the two camps, `upper` in number.
    """

    balanced: int
    unbalanced: int
    lower: int
    upper: int
    camp: dict[str, int]
    against: tuple[tuple[str, str], ...]
    edges: int

    @property
    def exact(self) -> bool:
        """Whether the frustration is known."""
        return self.lower == self.upper

    def summary(self) -> str:
        """The numbers in a sentence or two.

        >>> balance(nx.Graph()).summary()
        'Structural balance: no triangles; frustration 0 of 0 ties (exact).'
        """
        all_ = self.balanced + self.unbalanced
        triangles = f"{self.balanced} of {all_} triangles balanced" if all_ else "no triangles"
        size = f"{self.upper}" if self.exact else f"between {self.lower} and {self.upper}"
        return f"Structural balance: {triangles}; frustration {size} of {self.edges} ties ({'exact' if self.exact else 'bounds'})."


def balance(graph: nx.Graph) -> Balance:
    """Balance of an undirected graph whose edges have `sign` 1 or -1.

    >>> triangle = nx.Graph([("a", "b", {"sign": 1}), ("b", "c", {"sign": 1}), ("a", "c", {"sign": -1})])
    >>> found = balance(triangle)
    >>> found.unbalanced, found.upper, found.exact
    (1, 1, True)
    """
    signs = {frozenset(e): d["sign"] for *e, d in graph.edges(data=True)}
    good, bad = _triangles(graph, signs)
    lower, camp = 0, _sorted_camps(graph, signs)
    blocks = sorted((sorted(b) for b in nx.biconnected_components(graph)), key=lambda b: (-len(b), b))
    local: list[dict[str, int]] = []
    for block in blocks:
        part = graph.subgraph(block)
        least, own = _exact(block, part, signs) if len(block) <= EXACT else _bounded(block, part, signs, camp)
        lower += least
        local.append(own)
    camp = _joined(graph, local)
    against = tuple(
        sorted((min(e), max(e)) for e in graph.edges if signs[frozenset(e)] * (-1) ** (camp[e[0]] != camp[e[1]]) < 0)
    )
    return Balance(good, bad, lower, len(against), camp, against, graph.number_of_edges())


def _triangles(graph: nx.Graph, signs: dict[frozenset[str], int]) -> tuple[int, int]:
    """Numbers of balanced and unbalanced triangles: a product of three signs that is positive or negative."""
    order = {n: i for i, n in enumerate(sorted(graph, key=lambda n: (graph.degree(n), n)))}
    later = {n: {m for m in graph[n] if order[m] > order[n]} for n in graph}
    found = [0, 0]
    for a in graph:
        for b in later[a]:
            for c in later[a] & later[b]:
                product = signs[frozenset((a, b))] * signs[frozenset((b, c))] * signs[frozenset((a, c))]
                found[product < 0] += 1
    return found[0], found[1]


def _sorted_camps(graph: nx.Graph, signs: dict[frozenset[str], int]) -> dict[str, int]:
    """Camps along a spanning tree, which is balanced by itself."""
    camp: dict[str, int] = {}
    for start in sorted(graph):
        if start in camp:
            continue
        camp[start] = 0
        stack = [start]
        for at in stack:
            for near in sorted(graph[at]):
                if near not in camp:
                    camp[near] = camp[at] if signs[frozenset((at, near))] > 0 else 1 - camp[at]
                    stack.append(near)
    return camp


def _exact(block: list[str], part: nx.Graph, signs: dict[frozenset[str], int]) -> tuple[int, dict[str, int]]:
    """All partitions of a block, the first node held fast."""
    place = {n: i for i, n in enumerate(block)}
    edges = [(place[a], place[b], signs[frozenset((a, b))] < 0) for a, b in sorted(map(sorted, part.edges))]
    best, chosen = len(edges) + 1, 0
    total, step = 1 << (len(block) - 1), 1 << 16
    for start in range(0, total, step):
        codes = np.arange(start, min(total, start + step), dtype=np.int64) << 1
        wrong = np.zeros(len(codes), dtype=np.int32)
        for a, b, hostile in edges:
            wrong += ((codes >> a ^ codes >> b) & 1) != hostile
        at = int(wrong.argmin())
        if wrong[at] < best:
            best, chosen = int(wrong[at]), int(codes[at])
    return best, {n: chosen >> i & 1 for n, i in place.items()}


def _bounded(
    block: list[str], part: nx.Graph, signs: dict[frozenset[str], int], start: dict[str, int]
) -> tuple[int, dict[str, int]]:
    """A lower bound, and the best partition that moving one node at a time reaches from several starts."""
    place = {n: i for i, n in enumerate(block)}
    near = [[(place[m], signs[frozenset((n, m))]) for m in sorted(part[n])] for n in block]
    chance = np.random.default_rng(7)
    best: tuple[int, list[int]] | None = None
    for attempt in range(_STARTS if part.number_of_edges() <= _MANY else 4):
        side = (
            [1 - 2 * start[n] for n in block] if attempt == 0 else [int(s) for s in chance.choice((-1, 1), len(block))]
        )
        pull = [side[i] * sum(sign * side[j] for j, sign in near[i]) for i in range(len(block))]
        moved = True
        while moved:
            moved = False
            for i in range(len(block)):
                if pull[i] < 0:
                    moved = True
                    side[i], pull[i] = -side[i], -pull[i]
                    for j, sign in near[i]:
                        pull[j] += 2 * sign * side[i] * side[j]
        wrong = sum(sign * side[i] * side[j] < 0 for i in range(len(block)) for j, sign in near[i]) // 2
        if best is None or wrong < best[0]:
            best = wrong, side
    assert best is not None  # noqa: S101 - there is at least one start
    lower = min(best[0], _disjoint(part, signs))
    return lower, {n: (1 - best[1][i]) // 2 for n, i in place.items()}


def _disjoint(part: nx.Graph, signs: dict[frozenset[str], int]) -> int:
    """How many edge-disjoint unbalanced triangles and squares are found: each needs one edge changed."""
    free = {n: set(part[n]) for n in part}
    count = 0
    for a, b in sorted(map(sorted, part.edges)):
        if b in free[a]:
            for c in sorted(free[a] & free[b]):
                if _take(free, signs, ((a, b), (b, c), (c, a))):
                    count += 1
                    break
    if part.number_of_edges() > _MANY:
        return count
    for a in sorted(free):
        for b, c in combinations(sorted(free[a]), 2):
            if b in free[a] and c in free[a]:
                for d in sorted((free[b] & free[c]) - {a}):
                    if _take(free, signs, ((a, b), (b, d), (d, c), (c, a))):
                        count += 1
                        break
    return count


def _take(free: dict[str, set[str]], signs: dict[frozenset[str], int], cycle: Iterable[tuple[str, str]]) -> bool:
    edges = tuple(cycle)
    product = 1
    for e in edges:
        product *= signs[frozenset(e)]
    if product < 0:
        for a, b in edges:
            free[a].discard(b)
            free[b].discard(a)
    return product < 0


def _joined(graph: nx.Graph, local: list[dict[str, int]]) -> dict[str, int]:
    """One partition of all: blocks meet in single nodes, so each can be turned to agree with its neighbours."""
    at: dict[str, list[int]] = {n: [] for n in graph}
    for i, block in enumerate(local):
        for node in block:
            at[node].append(i)
    camp: dict[str, int] = {}
    for start in sorted(graph):
        if start in camp:
            continue
        camp[start] = 0
        stack, done = [start], set()
        for node in stack:
            for i in at[node]:
                if i in done:
                    continue
                done.add(i)
                turn = camp[node] ^ local[i][node]
                for other in sorted(local[i].keys() - camp.keys()):
                    camp[other] = local[i][other] ^ turn
                    stack.append(other)
    return camp
