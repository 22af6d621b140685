"""Reads the annotated sentences of `training/sentences/` (see FORMAT.md): words, mentions and relations."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from spacy.lang.en import English

TYPES = {"P": "Person", "S": "State", "O": "Organization", "F": "Force", "G": "Group", "L": "Place", "A": "Agreement", "C": "Conflict", "N": "Number"}  # fmt: skip
_MENTION = re.compile(r"\[([a-z]|n\d)\|([PSOFGLACN]) ([^\[\]]+)\]")
_RELATION = re.compile(r"R: (\w+) (\w+) (\w+)((?: (?:n|h|@(?:[a-z]|\?)))*)\s*")
_nlp = English()


@dataclass(frozen=True, slots=True)
class Mention:
    """Words start to end (exclusive) that mention the entity `entity` of the class `type`."""

    entity: str
    type: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Relation:
    """What a sentence says of two of its entities; `sources` are entities, or "?" for an unmarked one."""

    subject: str
    predicate: str
    object: str
    negated: bool
    hypothetical: bool
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One annotated sentence."""

    text: str
    words: tuple[str, ...]
    mentions: tuple[Mention, ...]
    relations: tuple[Relation, ...]


def read(folder: Path) -> Iterator[Sentence]:
    """All sentences of a folder's .txt files, in order of file name."""
    for path in sorted(folder.glob("*.txt")):
        for number, block in enumerate(re.split(r"\n\s*\n", path.read_text(encoding="utf-8").strip()), 1):
            yield _sentence(block.strip().split("\n"), f"{path.name}, sentence {number}")


def _sentence(lines: Sequence[str], where: str) -> Sentence:
    if not lines[0].startswith("S: "):
        raise ValueError(f"{where}: the first line must start with 'S: '")
    text, spans = "", []
    marked = lines[0][3:].strip()
    last = 0
    for match in _MENTION.finditer(marked):
        text += marked[last : match.start()]
        spans.append((match[1], TYPES[match[2]], len(text), len(text) + len(match[3])))
        text += match[3]
        last = match.end()
    text += marked[last:]
    doc = _nlp(text)
    mentions = []
    for entity, type_, start, end in spans:
        span = doc.char_span(start, end, alignment_mode="expand")
        if span is not None:
            mentions.append(Mention(entity, type_, span.start, span.end))
    relations = []
    for line in lines[1:]:
        found = _RELATION.fullmatch(line)
        if found is None:
            raise ValueError(f"{where}: cannot read {line!r}")
        flags = found[4].split()
        sources = tuple(f[1:] for f in flags if f.startswith("@"))
        relations.append(Relation(found[1], found[2], found[3], "n" in flags, "h" in flags, sources))
    return Sentence(text, tuple(t.text for t in doc), tuple(mentions), tuple(relations))
