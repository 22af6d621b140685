"""Extraction over many documents, however long: a long one goes through in parts that end where sentences end.

What the extractor keeps of a text grows with it, so a file of a hundred million characters read whole would need tens
of gigabytes. What a part says of a local entity ("rebels") is joined with what the other parts say of it; a pronoun or
a bare surname is not looked up across a border, which lies between paragraphs wherever it can.
"""

import re
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kg.crew import Failed, extracted
from kg.document import Document
from kg.readers import Skipped
from kg.statement import Entity, Extraction, Passage, Statement

if TYPE_CHECKING:
    from kg.extractors import Extractor

PART = 1_000_000
"""Characters that the extractor reads as one text: a long book. A longer document is divided."""
# What is said once a document, where it is said first.
_ONCE = frozenset({"officeHolderOf", "belongsTo"})
# Where to divide, best first: between paragraphs, between lines, after a sentence, between words.
_BORDERS = (
    re.compile(r"\n[ \t]*\n\s*"),
    re.compile(r"\n\s*"),
    re.compile(r"""(?<!\b[A-Z])[.!?]["”’)]*\s+(?=["“‘(]?[A-Z])"""),
    re.compile(r"\s+"),
)


@dataclass(slots=True)
class _Job:
    """A document under way, with the borders of its parts and what came of them."""

    document: Document
    borders: list[int]
    done: list[Extraction] = field(default_factory=list)
    failed: Failed | None = None
    seen: int = 0

    def parts(self) -> Iterator[Document]:
        if len(self.borders) == 2:
            yield self.document
            return
        for start, end in zip(self.borders, self.borders[1:], strict=False):
            yield replace(self.document, text=self.document.text[start:end])


def borders(text: str, most: int | None = None) -> list[int]:
    """Offsets at which to divide a text so that no part is longer than `most`, with 0 and the text's length.

    >>> borders("One came. Two left. Three stayed.", 21)
    [0, 20, 33]
    """
    most = most or PART
    found = [0]
    while len(text) - found[-1] > most:
        found.append(_border(text, found[-1] + most // 2, found[-1] + most))
    return [*found, len(text)]


def _border(text: str, least: int, most: int) -> int:
    for pattern in _BORDERS:
        ends = [match.end() for match in pattern.finditer(text, least, most) if match.end() < most]
        if ends:
            return ends[-1]
    return most


def extract_all(
    documents: Iterable[Document],
    skip: Callable[[Skipped], None],
    gazetteer: tuple[Path, ...] = (),
    workers: int = 1,
    extractor: "Extractor | None" = None,
) -> Generator[Extraction, None, None]:
    """What the extractor finds in each document, in order; one on which it fails is skipped, the others go on."""
    jobs: deque[_Job] = deque()

    def handed() -> Iterator[Document]:
        for document in documents:
            jobs.append(_Job(document, borders(document.text, extractor.window if extractor else None)))
            yield from jobs[-1].parts()

    with closing(extracted(handed(), gazetteer, workers, extractor)) as results:
        for result in results:
            job = jobs[0]
            job.seen += 1
            if isinstance(result, Failed):
                job.failed = job.failed or result
            elif job.failed is None:
                job.done.append(result)
            if job.seen < len(job.borders) - 1:
                continue
            jobs.popleft()
            if job.failed is None:
                yield joined(job.document, job.borders, job.done)
            else:
                skip(Skipped(job.document.identifier, job.failed.reason, job.failed.hint))


def joined(document: Document, at: list[int], parts: list[Extraction]) -> Extraction:
    """The extractions of a document's parts as one: offsets into the whole text, each entity once."""
    if len(parts) == 1:
        return parts[0]
    entities: dict[str, Entity] = {}
    statements: dict[str, Statement] = {}
    held: dict[tuple[object, ...], int] = {}
    name_of_whole, whole = document.key, f"-{document.digest[:8]}"  # once: a digest of a book takes its time
    for start, part in zip(at, parts, strict=False):
        local = f"-{part.document.digest[:8]}"

        def key(name: str, local: str = local) -> str:
            return name.replace(local, whole)

        for entity in part.entities:
            known = entities.get(key(entity.key))
            entities[key(entity.key)] = _merged(known, replace(entity, key=key(entity.key)))
        for said in part.statements:
            place = said.passage
            statement = replace(
                said,
                subject=key(said.subject),
                object=key(said.object) if isinstance(said.object, str) else said.object,
                attributed_to=tuple(key(source) for source in said.attributed_to),
                passage=Passage(name_of_whole, place.start + start, place.end + start, place.text),
            )
            fact = statement.subject, statement.predicate, statement.object, statement.office
            if statement.predicate not in _ONCE or held.setdefault(fact, start) == start:
                statements[statement.key] = statement
    return Extraction(
        document,
        tuple(entities[name] for name in sorted(entities)),
        tuple(statements[name] for name in sorted(statements)),
        tuple(sorted(sum((Counter(dict(part.dropped)) for part in parts), Counter()).items())),
    )


def _merged(known: Entity | None, new: Entity) -> Entity:
    if known is None:
        return new
    aliases = {*known.aliases, *new.aliases, new.name} - {known.name}
    return replace(known, aliases=tuple(sorted(aliases)), same_as=known.same_as or new.same_as)
