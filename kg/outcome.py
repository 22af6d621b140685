"""What a build says while it works, and at its end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from kg.readers import Skipped, Warned
from kg.statement import Extraction


@dataclass(frozen=True, slots=True)
class Built:
    """One document is done."""

    identifier: str


Event: TypeAlias = Built | Skipped | Warned


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the inputs, and how many different statements and entities the graph has.

    >>> print(Report(stored=2, unchanged=0, skipped=(Skipped("a.txt", "empty"),), statements=9, entities=5))
    read 3 = stored 2 + unchanged 0 + skipped 1; 9 statements, 5 entities
    """

    stored: int
    unchanged: int
    skipped: tuple[Skipped, ...]
    statements: int
    entities: int
    removed: int = 0
    dropped: int = 0

    @property
    def read(self) -> int:
        """All inputs: documents, and what was skipped."""
        return self.stored + self.unchanged + len(self.skipped)

    def __str__(self) -> str:
        return (
            f"read {self.read} = stored {self.stored} + unchanged {self.unchanged} + skipped {len(self.skipped)}; "
            + (f"{self.removed} removed; " if self.removed else "")
            + f"{self.statements} statements, {self.entities} entities"
            + (f"; {self.dropped} findings of the extractor dropped" if self.dropped else "")
        )


def tell_dropped(extraction: Extraction, on_event: Callable[[Event], None]) -> int:
    """Says what of a document's extraction was not taken and why; returns how many.

    >>> from kg.document import Document
    >>> tell_dropped(Extraction(Document("a.txt", ""), (), (), (("unknown property", 2),)), lambda e: print(e))
    a.txt: warning: dropped 2 (unknown property)
    2
    """
    for reason, count in extraction.dropped:
        on_event(Warned(extraction.document.identifier, f"dropped {count} ({reason})"))
    return sum(count for _, count in extraction.dropped)
