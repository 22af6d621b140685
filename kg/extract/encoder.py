"""The sentence reader's network, computed with numpy: word vectors, and what holds between two mentions.

`training/train.py` trains it and writes `reader.npz`; the first part is a BERT encoder of 6 layers (MiniLM,
Wang et al. 2020, https://arxiv.org/abs/2002.10957), the rest is described there. A sentence is always computed by
itself, so that its result does not depend on what else is processed.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import threadpoolctl

from kg.errors import KgError
from kg.ontology import TOP
from kg.ontology import load as load_ontology
from kg.resources import folder

Array = npt.NDArray[np.float32]

# Those it was trained on: the shipped ones, whatever a user lays over them.
PREDICATES = tuple(sorted(load_ontology(folder("ontology") / "kg.ttl").properties))
KINDS = ("Person", "State", "Organization", "Force", "Group", "Place", "Agreement", "Conflict", "Number")
LABELS = ("O", *(f"{side}-{kind}" for kind in TOP for side in "BI"))
# Longer sentences are not read: they are lists and tables more often than sentences.
LONGEST = 254
_HEADS, _PAIR_HEADS = 12, 4
_CLS, _SEP, _UNKNOWN = 101, 102, 100
# Matrices whose rows are looked up; all others multiply.
_TABLES = frozenset({"kind.weight", "where.weight"})
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Pair:
    """What the network says of an ordered pair of mentions: a probability for each predicate, and of the flags.

    `focus` is the word that decided most.
    """

    predicates: Mapping[str, float]
    negated: float
    hypothetical: float
    focus: int


@cache
def _vocabulary() -> Mapping[str, int]:
    return {word: i for i, word in enumerate((_HERE / "vocab.txt").read_text(encoding="utf-8").split("\n")) if word}


@cache
def pieces(word: str) -> list[int]:
    """The word pieces of one word, by number: lower case, without accents, the longest known piece first."""
    vocabulary = _vocabulary()
    plain = "".join(c for c in unicodedata.normalize("NFD", word.lower()) if unicodedata.category(c) != "Mn")
    found: list[int] = []
    for part in _split(plain):
        start, own = 0, []
        while start < len(part):
            end = len(part)
            while end > start and ("##" * (start > 0) + part[start:end]) not in vocabulary:
                end -= 1
            if end == start:
                own = [_UNKNOWN]
                break
            own.append(vocabulary["##" * (start > 0) + part[start:end]])
            start = end
        found += own
    return found or [_UNKNOWN]


def _split(word: str) -> list[str]:
    parts, run = [], ""
    for c in word:
        if c.isalnum():
            run += c
            continue
        if run:
            parts.append(run)
            run = ""
        if not c.isspace():
            parts.append(c)
    return [*parts, run] if run else parts


class Network:
    """The trained weights; `words` and `pairs` are what it computes."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as stored:
            self.w: dict[str, Array] = {}
            for name in stored.files:
                if name.endswith(":q"):
                    self.w[name[:-2]] = stored[name].astype(np.float32) * stored[name[:-2] + ":s"]
                elif not name.endswith(":s"):
                    self.w[name] = stored[name]
        for name, matrix in self.w.items():
            if matrix.ndim == 2 and "embeddings" not in name and name not in _TABLES:
                self.w[name] = np.ascontiguousarray(matrix.T)  # half as fast again as multiplying by a transposed view

    def words(self, words: Sequence[str]) -> Array | None:
        """A vector for each word, (words, 384); None where the sentence is too long."""
        split = [pieces(w) for w in words]
        ids = [_CLS, *(p for ps in split for p in ps), _SEP]
        if len(ids) > LONGEST + 2 or not words:
            return None
        x: Array = self.w["embeddings.word_embeddings.weight"][ids]
        x = x + self.w["embeddings.position_embeddings.weight"][: len(ids)] + self.w["embeddings.token_type_embeddings.weight"][0]  # fmt: skip
        x = self._norm(x, "embeddings.LayerNorm")
        for layer in range(6):
            x = self._layer(x, f"encoder.layer.{layer}.")
        ends = np.cumsum([len(ps) for ps in split])
        sums = np.add.reduceat(x[1 : 1 + ends[-1]], np.concatenate(([0], ends[:-1])), axis=0)
        vectors: Array = (sums / np.array([[len(ps)] for ps in split])).astype(np.float32)
        return vectors

    def mentions(self, words: Array) -> list[tuple[int, int, str, float]]:
        """Where a sentence mentions something: (start, end, class, probability), in words; `LABELS` begin or go on."""
        scores = _softmax(self._linear(words, "tag"))
        found: list[tuple[int, int, str, float]] = []
        for i, row in enumerate(scores):
            label = LABELS[int(row.argmax())]
            kind = label[2:]
            if label.startswith("I-") and found and found[-1][1] == i and found[-1][2] == kind:
                start, _, _, sure = found.pop()
                found.append((start, i + 1, kind, min(sure, float(row.max()))))
            elif kind:
                found.append((i, i + 1, kind, float(row.max())))
        return found

    def pairs(
        self,
        words: Array,
        spans: Sequence[tuple[int, int]],
        kinds: Sequence[str],
        pairs: Sequence[tuple[int, int]],
        lexical: Array,
        paths: Sequence[Sequence[int]],
        told: Array,
    ) -> list[Pair]:
        """What holds between mentions; `spans` are (start, end) in words, `pairs` index them.

        `lexical`, `paths` and `told` are what the rules know of words and pairs (`features.py`).
        """
        kind = self.w["kind.weight"]
        vectors = np.stack([
            np.concatenate((words[a:b].mean(0), kind[KINDS.index(k)])) for (a, b), k in zip(spans, kinds, strict=True)
        ])  # fmt: skip
        left, right = [p[0] for p in pairs], [p[1] for p in pairs]
        both = np.concatenate((vectors[left], vectors[right]), 1)
        place = np.zeros((len(pairs), len(words)), dtype=np.int64)
        for row, (i, j) in enumerate(pairs):
            (a, b), (c, d) = spans[i], spans[j]
            place[row, min(b, d) : max(a, c)] = 1
            place[row, max(b, d) :] = 2
            place[row, a:b] = 3
            place[row, c:d] = 4
            place[row, list(paths[row])] += 5
        seen = words + lexical @ self.w["lexical.weight"]
        # the place of a word is added to its key and value; worked out apart, that takes a hundredth of the memory
        where = self.w["where.weight"].reshape(10, _PAIR_HEADS, -1)
        query = self._linear(both, "query").reshape(len(pairs), _PAIR_HEADS, -1)
        key = self._linear(seen, "key").reshape(len(words), _PAIR_HEADS, -1)
        by_word = np.einsum("phd,whd->phw", query, key, optimize=True)
        by_place = np.einsum("phd,chd->phc", query, where, optimize=True)
        at = np.broadcast_to(place[:, None], by_word.shape)
        weight = _softmax((by_word + np.take_along_axis(by_place, at, 2)) / np.float32(query.shape[-1] ** 0.5))
        share = np.stack([(weight * (at == c)).sum(2) for c in range(10)], 2)
        value = self._linear(seen, "value").reshape(len(words), _PAIR_HEADS, -1)
        context = np.einsum("phw,whd->phd", weight, value, optimize=True)
        context = (context + np.einsum("phc,chd->phd", share, where, optimize=True)).reshape(len(pairs), -1)
        hidden = _gelu(self._linear(np.concatenate((both, context, told), 1), "hidden"))
        score = 1 / (1 + np.exp(-self._linear(hidden, "out")))
        focus = (weight.sum(1) * (place % 5 < 3)).argmax(1)
        return [
            Pair(
                dict(zip(PREDICATES, map(float, row), strict=False)),
                float(row[-3]),
                float(row[-2]),
                int(f),
            )
            for row, f in zip(score, focus, strict=True)
        ]

    def _linear(self, x: Array, name: str) -> Array:
        found: Array = x @ self.w[name + ".weight"] + self.w[name + ".bias"]
        return found

    def _norm(self, x: Array, name: str) -> Array:
        centred = x - x.mean(-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(-1, keepdims=True) + np.float32(1e-12))
        found: Array = centred / spread * self.w[name + ".weight"] + self.w[name + ".bias"]
        return found

    def _layer(self, x: Array, name: str) -> Array:
        n, size = x.shape
        heads = [
            self._linear(x, f"{name}attention.self.{part}").reshape(n, _HEADS, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        ]
        weight = _softmax(heads[0] @ heads[1].transpose(0, 2, 1) / np.float32((size / _HEADS) ** 0.5))
        mixed = (weight @ heads[2]).transpose(1, 0, 2).reshape(n, size)
        x = self._norm(x + self._linear(mixed, name + "attention.output.dense"), name + "attention.output.LayerNorm")
        inner = _gelu(self._linear(x, name + "intermediate.dense"))
        return self._norm(x + self._linear(inner, name + "output.dense"), name + "output.LayerNorm")


@cache
def network() -> Network:
    """The network that is shipped; loaded once a process."""
    path = _HERE / "reader.npz"
    if not path.exists():
        raise KgError(f"{path}: the trained reader is missing", "install conflict-kg again, or run make train")
    # sentences are too small to be shared between threads, and the order of additions stays the same everywhere
    threadpoolctl.threadpool_limits(limits=1, user_api="blas")
    return Network(path)


def _softmax(x: Array, axis: int = -1) -> Array:
    e = np.exp(x - x.max(axis, keepdims=True))
    found: Array = e / e.sum(axis, keepdims=True)
    return found


def _gelu(x: Array) -> Array:
    """x Φ(x), with the error function to 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26)."""
    z = np.abs(x) * np.float32(0.5**0.5)
    t = 1 / (1 + np.float32(0.3275911) * z)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    error = np.sign(x) * (1 - series * np.exp(-z * z))
    found: Array = (x * (1 + error) / 2).astype(np.float32)
    return found
