"""What the rules know of a sentence, for the trained reader: words that frames list, paths in the parse, findings."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import numpy as np
from spacy.tokens import Token

from kg.extract.encoder import PREDICATES, Array
from kg.frames import KINDS
from kg.frames import load as load_frames
from kg.resources import folder


@cache
def _triggers() -> Mapping[str, tuple[int, ...]]:
    """The predicates, by number, that a word can express by some frame."""
    found: dict[str, set[int]] = {}
    frames = load_frames(folder("ontology") / "frames")
    for kind in KINDS:
        for word, patterns in frames.index[kind].items():
            for pattern in patterns:
                for each in (word, *pattern.nouns):
                    found.setdefault(each.split()[-1], set()).add(PREDICATES.index(pattern.predicate))
    return {word: tuple(sorted(numbers)) for word, numbers in found.items() if word != "*"}


def lexical(tokens: Sequence[Token]) -> Array:
    """For each word which predicates it can express: (words, predicates), 0 or 1."""
    table, known = np.zeros((len(tokens), len(PREDICATES)), dtype=np.float32), _triggers()
    for row, token in enumerate(tokens):
        for word in {token.lemma_.lower(), token.lower_}:
            table[row, list(known.get(word, ()))] = 1
    return table


def path(tokens: Sequence[Token], one: tuple[int, int], two: tuple[int, int]) -> list[int]:
    """The words, by number, on the way through the parse from one range of words to another, ends included."""
    place = {t.i: n for n, t in enumerate(tokens)}
    up = [_upwards(tokens, span, place) for span in (one, two)]
    shared = next((n for n in up[0] if n in up[1]), None)
    if shared is None:
        return sorted({*up[0], *up[1]})
    return sorted({*up[0][: up[0].index(shared) + 1], *up[1][: up[1].index(shared) + 1]})


def _upwards(tokens: Sequence[Token], span: tuple[int, int], place: Mapping[int, int]) -> list[int]:
    """From the head of a range up to the root."""
    inside = range(*span)
    at = next(
        (n for n in inside if place.get(tokens[n].head.i, -1) not in inside or tokens[n].head == tokens[n]), span[0]
    )
    found = [at]
    while tokens[at].head.i != tokens[at].i and tokens[at].head.i in place:
        at = place[tokens[at].head.i]
        if at in found:
            break
        found.append(at)
    return found


def told(rows: Iterable[Mapping[str, float]]) -> Array:
    """How sure the rules are of each predicate, for each pair of mentions: (pairs, predicates)."""
    rows = list(rows)
    table = np.zeros((len(rows), len(PREDICATES)), dtype=np.float32)
    for n, row in enumerate(rows):
        for predicate, confidence in row.items():
            if predicate in PREDICATES:  # one of a user's own it has never seen
                table[n, PREDICATES.index(predicate)] = confidence
    return table
