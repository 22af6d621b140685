"""Where the trained reader sees mentions, named or not, and of what class: for names that the language model's recognizer misses.

The vectors of a sentence are kept for `reading.py`, so that the network reads it once.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc, Span

from kg.extract.encoder import Array, network


@dataclass(frozen=True, slots=True)
class Mark:
    """Tokens start to end (exclusive) mention something of the class `type`, with a probability."""

    start: int
    end: int
    type: str
    probability: float


@Language.component("kg_mentions", assigns=["doc._.kg_vectors"])
def kg_mentions(doc: Doc) -> Doc:
    """Lets the later components ask the reader, which is slow: they ask for the sentences that leave something open."""
    doc._.kg_vectors = {}
    return doc


def marks(doc: Doc, sentence: Span) -> Iterator[Mark]:
    """Where the reader sees mentions in a sentence; none in a pipeline without it."""
    read = vectors(doc, sentence) if doc._.kg_vectors is not None else None
    if read is not None:
        tokens = [t for t in sentence if not t.is_space]
        for start, end, type_, probability in network().mentions(read):
            yield Mark(tokens[start].i, tokens[end - 1].i + 1, type_, probability)


def vectors(doc: Doc, sentence: Span) -> Array | None:
    """The network's vectors of a sentence's words, spaces left out; None where it is too long to be read."""
    known: dict[int, Array | None] = doc._.kg_vectors
    if sentence.start not in known:
        known[sentence.start] = network().words([t.text for t in sentence if not t.is_space])
    return known[sentence.start]
