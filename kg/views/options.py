"""What a view is narrowed by: the same options for all."""

import difflib
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from kg.errors import UsageError
from kg.ontology import load

LEVELS = ("actor", "side")


@dataclass(frozen=True, slots=True)
class Options:
    """Narrows a view; UsageError where a value cannot be meant.

    `start` and `end` are dates as YYYY, YYYY-MM or YYYY-MM-DD: an edge stays whose interval, from the first to the last
    date that its statements tell, meets theirs. `undated` says whether an edge without any date stays. `min_documents`
    counts independent documents, of which those that print the same sentence are one. `min_confidence` and `sources`
    choose statements: a source is a document's name or publisher, or whoever says so. `claimed` adds what somebody
    claims, as edges of their own. `level` "side" folds forces, ministries and leaders into their states.

    >>> Options(start="2022-11", end="2022").window
    ('2022-11-01', '2022-12-31')
    """

    start: str | None = None
    end: str | None = None
    undated: bool = True
    min_documents: int = 1
    min_confidence: float = 0.0
    claimed: bool = False
    level: str = "actor"
    predicates: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        first, last = self.window
        if first > last:
            raise UsageError(f"the dates are the wrong way round: from {self.start} to {self.end}", "swap them")
        if self.level not in LEVELS:
            raise UsageError(f"no such level: {self.level}", f"there are {' and '.join(LEVELS)}")
        if self.min_documents < 1:
            raise UsageError(f"an edge cannot have {self.min_documents} documents", "give 1 or more")
        if not 0 <= self.min_confidence <= 1:
            raise UsageError(f"no such confidence: {self.min_confidence:g}", "give a number from 0 to 1")
        for predicate in self.predicates:
            if predicate not in load().properties:
                near = difflib.get_close_matches(predicate, load().properties, n=3, cutoff=0.4)
                hint = f"did you mean {' or '.join(near)}?" if near else "kg.ttl describes the properties"
                raise UsageError(f"no such predicate: {predicate}", hint)

    @property
    def window(self) -> tuple[str, str]:
        """First and last day as YYYY-MM-DD; from 0000 to 9999 where open."""
        first = span(self.start) if self.start is not None else ("0000-01-01", "")
        last = span(self.end) if self.end is not None else ("", "9999-12-31")
        if first is None or last is None:
            raise UsageError(f"no such date: {self.start if first is None else self.end}", "write it as YYYY-MM-DD")
        return first[0], last[1]

    def meets(self, interval: tuple[str, str] | None) -> bool:
        """Whether an edge with this interval, or with none, stays."""
        if interval is None:
            return self.undated
        first, last = self.window
        return interval[0] <= last and interval[1] >= first


ALL = Options()
"""Nothing narrowed."""


@lru_cache(maxsize=4096)
def span(when: str) -> tuple[str, str] | None:
    """First and last day of a year, a month or a day; None for what is no date.

    >>> span("2024"), span("2024-02"), span("2024-02-30")
    (('2024-01-01', '2024-12-31'), ('2024-02-01', '2024-02-29'), None)
    """
    try:
        first = date.fromisoformat(when + {4: "-01-01", 7: "-01"}.get(len(when), ""))
    except ValueError:
        return None
    if len(when) not in (4, 7, 10):
        return None
    month, day = (12, 31) if len(when) == 4 else (first.month, monthrange(first.year, first.month)[1])
    last = first if len(when) == 10 else first.replace(month=month, day=day)
    return first.isoformat(), last.isoformat()
