"""Where the nodes of a graph lie: distances on paper like distances in the graph, and no box upon another.

Stress majorization (Gansner, Koren, North 2004) for each connected part, a push apart of the boxes, parts side by side.
The same graph gives the same places; lengths are CSS pixels.
"""

import math
from collections.abc import Mapping

import networkx as nx
import numpy as np
from numpy.typing import NDArray

_Points = NDArray[np.float64]
Boxes = Mapping[str, tuple[float, float]]
"""Half the width and half the height that each node needs."""

_STEP = 120.0  # between neighbours
_CAMPS = 1.6  # steps more between nodes of different camps
_GAP = 18.0  # between boxes
_APART = 56.0  # between parts
_SEEDS, _FEW = 5, 90  # starts for a small part; two for one that has more nodes than that
_ROUNDS, _PUSHES = 220, 1500
_ASPECT, _NARROW = 1.5, 560.0


def places(graph: nx.Graph, boxes: Boxes) -> tuple[dict[str, tuple[float, float]], float, float]:
    """Centre of each node, and the width and height of the whole, without a margin."""
    parts = sorted((sorted(part) for part in nx.connected_components(graph)), key=lambda part: (-len(part), part))
    drawn = [_part(graph.subgraph(part), part, boxes) for part in parts]
    return _packed(parts, drawn, boxes)


def _part(graph: nx.Graph, order: list[str], boxes: Boxes) -> _Points:
    size = np.array([boxes[n] for n in order])
    if len(order) == 1:
        return np.zeros((1, 2))
    far = _distances(graph, order)
    starts = 1 if len(order) == 2 else _SEEDS if len(order) <= _FEW else 2
    spots = min((_majorized(far, seed) for seed in range(starts)), key=lambda s: _stress(s, far))
    return _apart(_turned(spots) * _STEP, size)


def _distances(graph: nx.Graph, order: list[str]) -> _Points:
    """Hops, with more room around whoever has many neighbours, and between the camps of a signed graph."""
    place = {n: i for i, n in enumerate(order)}
    far = np.zeros((len(order), len(order)))
    for one, reached in nx.all_pairs_shortest_path_length(graph):
        for other, hops in reached.items():
            far[place[one], place[other]] = hops
    degree = np.array([graph.degree(n) for n in order], dtype=float)
    room = np.maximum(np.sqrt(degree[:, None]), np.sqrt(degree[None, :]))
    far = np.where(far > 0, far + np.clip((room - 2) * 0.28, 0, 1.6), 0.0)
    camp = np.array([graph.nodes[n].get("camp", 0) for n in order])
    apart: _Points = far + _CAMPS * (camp[:, None] != camp[None, :])
    return apart


def _majorized(far: _Points, seed: int) -> _Points:
    count = len(far)
    spots = np.random.default_rng(seed).random((count, 2)) * math.sqrt(count)
    weight = np.divide(1.0, far * far, out=np.zeros_like(far), where=far > 0)
    total = weight.sum(axis=1)[:, None]
    for _ in range(_ROUNDS):
        length = _lengths(spots)
        pull = np.divide(weight * far, length, out=np.zeros_like(far), where=length > 1e-9)
        # By einsum, which adds in one order on every machine; a product of matrices does not.
        drawn = np.einsum("ij,jk->ik", weight - pull, spots)
        moved: _Points = (drawn + pull.sum(axis=1)[:, None] * spots) / total
        if np.abs(moved - spots).max() < 2e-3:
            return moved
        spots = moved
    return spots


def _lengths(spots: _Points) -> _Points:
    across, down = (np.subtract.outer(spots[:, i], spots[:, i]) for i in (0, 1))
    length: _Points = np.sqrt(across * across + down * down)
    return length


def _stress(spots: _Points, far: _Points) -> float:
    off = _lengths(spots) - far
    return float(np.divide(off * off, far * far, out=np.zeros_like(far), where=far > 0).sum())


def _turned(spots: _Points) -> _Points:
    """The longest stretch lies level, since windows and pages are wider than high."""
    centred = spots - spots.mean(axis=0)
    xx, yy, xy = (centred[:, 0] ** 2).sum(), (centred[:, 1] ** 2).sum(), (centred[:, 0] * centred[:, 1]).sum()
    angle = 0.5 * math.atan2(2 * xy, xx - yy)
    cos, sin = math.cos(-angle), math.sin(-angle)
    return np.stack([centred[:, 0] * cos - centred[:, 1] * sin, centred[:, 0] * sin + centred[:, 1] * cos], axis=1)


def _apart(spots: _Points, size: _Points) -> _Points:
    """Moves boxes off each other along the shorter way; where many overlap, everything spreads first."""
    one, other = np.triu_indices(len(spots), 1)
    need = size[one] + size[other] + _GAP
    for _ in range(12):
        if (np.abs(spots[one] - spots[other]) < need).all(axis=1).sum() <= len(spots) // 3:
            break
        spots = spots * 1.08
    spots = spots.copy()
    for _ in range(_PUSHES):
        away = spots[one] - spots[other]
        over = need - np.abs(away)
        hit = np.nonzero((over > 0).all(axis=1))[0]
        if not len(hit):
            break
        axis = np.where(over[hit, 0] <= over[hit, 1], 0, 1)
        shift = (over[hit, axis] / 2 + 0.6) * np.where(away[hit, axis] >= 0, 1.0, -1.0)
        count = np.maximum(1, np.bincount(np.concatenate([one[hit], other[hit]]), minlength=len(spots)))
        np.add.at(spots, (one[hit], axis), shift / np.sqrt(count[one[hit]]))
        np.add.at(spots, (other[hit], axis), -shift / np.sqrt(count[other[hit]]))
    return spots


def _packed(
    parts: list[list[str]], drawn: list[_Points], boxes: Boxes
) -> tuple[dict[str, tuple[float, float]], float, float]:
    """Parts in rows, the largest first, about half again as wide as high."""
    frames = []
    for part, spots in zip(parts, drawn, strict=True):
        size = np.array([boxes[n] for n in part])
        frames.append((*(spots - size).min(axis=0), *(spots + size).max(axis=0)))
    area = sum((right - left + _APART) * (bottom - top + _APART) for left, top, right, bottom in frames)
    limit = max(
        [_NARROW, math.sqrt(area * _ASPECT) * 1.05, *(right - left for left, _, right, _ in frames)], default=0.0
    )
    rows: list[list[int]] = []
    width = limit + 1
    for i, (left, _, right, _) in enumerate(frames):
        if width + _APART + right - left > limit:
            rows.append([])
            width = -_APART
        rows[-1].append(i)
        width += _APART + right - left
    found: dict[str, tuple[float, float]] = {}
    y = widest = 0.0
    for row in rows:
        high = max(frames[i][3] - frames[i][1] for i in row)
        x = 0.0
        for i in row:
            left, top, right, bottom = frames[i]
            for node, (px, py) in zip(parts[i], drawn[i], strict=True):
                found[node] = (x + float(px) - left, y + float(py) - top + (high - (bottom - top)) / 2)
            x += right - left + _APART
        widest = max(widest, x - _APART)
        y += high + _APART
    return found, widest, max(0.0, y - _APART)
