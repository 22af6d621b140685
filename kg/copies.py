"""Which documents print one text: many papers carry one agency's report, and it shall count as one source.

A text's runs of words are reduced to a signature (MinHash); two texts are alike as the signatures are. What is alike is
joined, also through others, and the earliest document stands for all. So the outcome depends on the documents alone, in
whatever order they came; each keeps what it says, and the link can be taken back.
"""

import hashlib
import re
import struct
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kg.errors import OntologyError
from kg.resources import folder

SLOTS = 128
_SEED = 1
_BAND = 5  # slots that must be equal for two texts to be compared: at a similarity of 0.8 they are, in 9,999 of 10,000
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Settings:
    """`ontology/copies.toml`."""

    similarity: float
    run: int
    least: int


@dataclass(frozen=True, slots=True, order=True)
class Print:
    """What is kept of a document's text: its date of publication, and the signature (empty for a short text)."""

    date: str = ""
    signature: bytes = b""

    @property
    def mark(self) -> int:
        """A number for the signature, below 2 to the 63."""
        return _number(self.signature)


@cache
def settings(path: Path | None = None) -> Settings:
    """The settings; OntologyError where they are malformed."""
    path = path or folder("ontology") / "copies.toml"
    try:
        found = Settings(**tomllib.loads(path.read_text("utf-8")))
        if not 0.5 <= found.similarity <= 1 or min(found.run, found.least) < 1:
            raise ValueError("similarity lies between 0.5 and 1, run and least are 1 or more")
    except (OSError, tomllib.TOMLDecodeError, TypeError, ValueError) as error:
        raise OntologyError(f"{path}: {error}", "correct the file") from error
    return found


def printed(text: str, date: str | None = None) -> Print:
    """The print of a text.

    >>> printed("Too short.", "2024-05-15").signature
    b''
    """
    from rensa import RMinHash

    words = _WORD.findall(text.casefold())
    run = settings().run
    if len(words) < max(settings().least, run):
        return Print(date or "")
    found = RMinHash(num_perm=SLOTS, seed=_SEED)
    found.update([" ".join(words[at : at + run]) for at in range(len(words) - run + 1)])
    return Print(date or "", struct.pack(f"<{SLOTS}I", *found.digest()))


def bands(signature: bytes) -> list[int]:
    """Numbers of which two signatures that are alike share at least one."""
    width = _BAND * 4
    run = settings().run  # texts cut into other runs are not comparable
    return [
        _number(f"{run} {at} ".encode() + signature[at : at + width]) for at in range(0, SLOTS * 4 - width + 1, width)
    ]


def alike(one: bytes, other: bytes) -> int:
    """In how many of SLOTS slots two signatures agree."""
    pair = zip(struct.unpack(f"<{SLOTS}I", one), struct.unpack(f"<{SLOTS}I", other), strict=True)
    return sum(first == second for first, second in pair)


def enough(agreeing: int) -> bool:
    """Whether so many equal slots make two documents copies of one text.

    >>> enough(128), enough(64)
    (True, False)
    """
    return agreeing >= settings().similarity * SLOTS


def originals(marks: Iterable[tuple[str, str, str, int]], pairs: Iterable[tuple[int, int]]) -> dict[str, str]:
    """The key of each copy with that of the document that stands for it, from keys, identifiers, dates and marks.

    That document is the earliest; among those of one day, or without a date, the one whose identifier comes first. A
    date known to the month or year only counts as that month's or year's end.

    >>> originals([("k2", "b.txt", "2024-05-02", 7), ("k1", "a.txt", "", 7), ("k3", "c.txt", "2024-05-01", 8)], [(7, 8)])
    {'k1': 'k3', 'k2': 'k3'}
    """
    parent: dict[int, int] = {}

    def root(mark: int) -> int:
        while parent.setdefault(mark, mark) != mark:
            parent[mark] = parent[parent[mark]]
            mark = parent[mark]
        return mark

    for first, second in pairs:
        parent[root(first)] = root(second)
    groups: dict[int, list[tuple[str, str, str]]] = {}
    for key, identifier, date, mark in marks:
        groups.setdefault(root(mark), []).append((date.ljust(10, "~"), identifier, key))
    found: dict[str, str] = {}
    for members in groups.values():
        source = min(members)[2]
        found |= {key: source for _, _, key in members if key != source}
    return dict(sorted(found.items()))


def _number(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big") >> 1
