"""A stand-in for the extractor: quick, and it finds a fact wherever a text says "X attacked Y"."""

import re
from collections.abc import Iterable, Iterator

from kg.document import Document
from kg.statement import Entity, Extraction, Passage, Statement, slug

_FACT = re.compile(r"\b([A-Z]\w+) (attacked|met|denied attacking) ([A-Z]\w+)\.")
_NAME = re.compile(r"\b[A-Z]\w+(?: [A-Z]\w+)+")


def find(document: Document) -> Extraction:
    """Statements "X attacked Y." and "X met Y.", persons of two or more capitalized words."""
    entities: dict[str, Entity] = {}
    statements: dict[str, Statement] = {}
    for match in _NAME.finditer(document.text):
        entities[slug(match[0])] = Entity(slug(match[0]), "Person", match[0])
    for match in _FACT.finditer(document.text):
        for name in (match[1], match[3]):
            entities[slug(name)] = Entity(slug(name), "State", name)
        passage = Passage(document.key, match.start(), match.end(), match[0])
        predicate = "talksWith" if match[2] == "met" else "attacks"
        said = Statement(
            slug(match[1]), predicate, slug(match[3]), passage, negated=match[2].startswith("denied"),
            when=document.date, confidence=0.9, rule="stand-in",
        )  # fmt: skip
        statements[said.key] = said
    return Extraction(
        document,
        tuple(entities[key] for key in sorted(entities)),
        tuple(statements[key] for key in sorted(statements)),
    )


def extract(documents: Iterable[Document]) -> Iterator[Extraction]:
    return map(find, documents)
