"""How much of what careful readers marked in a set of articles the extractor finds, and how much of its own is right.

A gold folder holds `a.txt` and `a.json` for each article: entities with their types and aliases, statements with their
qualifiers and the sentence each was taken from. Statements count as (subject, predicate, object) per article, where
they are neither negated nor hypothetical. At side level whatever is a person, force, group or organization counts as
the state or organization it belongs to, so "Kenyan troops attacked" and "Kenya attacked" are the same.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from kg.document import Document
from kg.errors import KgError
from kg.gold import Annotation, Claim, Thing, annotations, read_gold
from kg.readers import Skipped, read

if TYPE_CHECKING:
    from kg.extractors import Extractor

SYMMETRIC = frozenset({"allyOf", "cooperatesWith", "fights", "talksWith", "agreesWith", "borders"})
COUNTS = frozenset({"killed", "wounded", "captured", "displaced"})
NAMELESS = frozenset({"Agreement", "Conflict"})
"""Often have no name: these also match where the sentence is the same."""
_STEPS_UP = 4
_RATES = ("precision", "recall", "f1")

Triple = tuple[object, str, object]


@dataclass(slots=True)
class Tally:
    """Right, spurious and missed, in all and for each predicate."""

    by: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))

    def add(self, gold: set[Triple], found: set[Triple]) -> None:
        for place, triples in enumerate((gold & found, found - gold, gold - found)):
            for triple in triples:
                self.by[triple[1]][place] += 1

    def result(self) -> dict[str, float | int]:
        """Precision, recall, F1 and the counts they come from."""
        right, spurious, missed = (sum(counts[place] for counts in self.by.values()) for place in range(3))
        precision, recall, f1 = rates(right, spurious, missed)
        return {"precision": precision, "recall": recall, "f1": f1, "tp": right, "fp": spurious, "fn": missed}


def evaluate(gold: Path) -> dict[str, object]:
    """Builds from the texts beside the gold files, each with the date the gold gives, and scores what comes out."""
    from kg.extract import extract

    wanted, dates = read_gold(gold)
    return score(wanted, annotations(extract(_documents(gold, dates))))


@dataclass(frozen=True, slots=True)
class Rival:
    """What an extractor achieved: its scores as `score` gives them, and what it cost.

    `seconds` is the median for an article, with the loading of a model left out; `dropped` counts findings that did not
    fit the text or the ontology, `skipped` articles on which it failed (whose statements count as missed).
    """

    name: str
    version: str
    scores: Mapping[str, object]
    seconds: float
    dropped: int
    skipped: int


def compare(
    gold: Path, extractors: Sequence["Extractor"], on_skip: Callable[[Skipped], None] = lambda _: None
) -> list[Rival]:
    """Lets each extractor read the texts beside the gold files, one after the other, and scores them alike."""
    from kg.parts import extract_all

    wanted, dates = read_gold(gold)
    rivals = []
    for extractor in extractors:
        found, skipped, lasted = [], list[Skipped](), list[float]()
        before = time.perf_counter()
        for extraction in extract_all(_documents(gold, dates), skipped.append, extractor=extractor):
            lasted.append(time.perf_counter() - before)
            found.append(extraction)
            before = time.perf_counter()
        for what in skipped:
            on_skip(what)
        dropped = sum(count for extraction in found for _, count in extraction.dropped)
        seconds = round(median(lasted), 3) if lasted else 0.0
        scores = score(wanted, annotations(found))
        rivals.append(Rival(extractor.name, extractor.version, scores, seconds, dropped, len(skipped)))
    return rivals


COMPARED = (
    "extractor", "P side", "R side", "F1 side", "P actor", "R actor", "F1 actor", "F1 entities", "attribution",
    "false assertions", "s/article", "dropped", "skipped",
)  # fmt: skip


def comparison(rivals: Iterable[Rival]) -> list[tuple[str, ...]]:
    """The rivals as rows of text under the columns COMPARED."""

    def cells(scores: Mapping[str, object]) -> Iterator[str]:
        for of, keys in (("triples_side", _RATES), ("triples_actor", _RATES), ("entities", ("f1",))):
            found = scores[of]
            assert isinstance(found, Mapping)  # noqa: S101 - narrows for the type checker
            yield from (f"{found[key]:.3f}" for key in keys)
        for share in ("attribution", "false_assertions"):
            yield "-" if scores[share] is None else f"{scores[share]:.3f}"

    return [(r.name, *cells(r.scores), f"{r.seconds:.2f}", str(r.dropped), str(r.skipped)) for r in rivals]


def score(gold: Mapping[str, Annotation], found: Mapping[str, Annotation]) -> dict[str, object]:
    """All figures for a set of articles: both arguments by the article's identifier.

    Besides the totals the result holds `by_predicate` (side level) and `errors`: every missed and spurious triple.
    """
    actors, sides, entities = Tally(), Tally(), Tally()
    attribution, attribution_named, dates, false = [0, 0], [0, 0], [0, 0], [0, 0]
    errors: list[dict[str, str]] = []
    for name, want in gold.items():
        article = _Article(want, found.get(name, Annotation()))
        have = article.found
        entities.add(
            {("e", want.things[key].type, key) for key in want.mentioned},
            {("e", have.things[key].type, article.matched(key)) for key in have.mentioned},
        )
        want_plain = {triple(c, str): c for c in want.claims if c.plain}
        have_plain = {triple(c, article.matched): c for c in have.claims if c.plain}
        actors.add(set(want_plain), set(have_plain))
        sides.add(
            {t for c in want.claims if c.plain and (t := triple(c, article.gold_side))[0] != t[2]},
            {t for c in have.claims if c.plain and (t := triple(c, article.found_side))[0] != t[2]},
        )
        by_triple, by_side = defaultdict(list), defaultdict(list)
        for claim in want.claims:
            by_triple[triple(claim, str)].append(claim)
            by_side[triple(claim, article.gold_side)].append(claim)
        for key, claim in have_plain.items():
            same = [c for c in by_triple.get(key, ()) if c.plain]
            if not same:
                continue
            sources = [{article.gold_side(source) for source in c.by} for c in same]
            given = {article.found_side(source) for source in claim.by}
            right = any((not want_by and not given) or bool(want_by & given) for want_by in sources)
            _count(attribution, right)
            if all(sources):
                _count(attribution_named, right)
            if stamps := [c.date for c in same if c.date]:
                _count(dates, any(claim.date is not None and claim.date.startswith(stamp) for stamp in stamps))
        for claim in have.claims:
            if claim.plain and not claim.by:
                same = by_triple.get(triple(claim, article.matched), [])
                same = same or by_side.get(triple(claim, article.found_side), [])
                _count(false, bool(same) and not any(c.plain for c in same))
        errors += _errors(name, "missed", want.things, want_plain, have_plain)
        errors += _errors(name, "spurious", have.things, have_plain, want_plain)
    return {
        "documents": len(gold),
        "built": sum(name in found for name in gold),
        "triples_actor": actors.result(),
        "triples_side": sides.result(),
        "entities": entities.result(),
        "attribution": _share(attribution),
        "attribution_where_gold_names_a_source": _share(attribution_named),
        "date": _share(dates),
        "false_assertions": _share(false),
        "counted": {"attribution": attribution[1], "date": dates[1]},
        "by_predicate": {p: [*rates(*counts), *counts] for p, counts in sorted(sides.by.items())},
        "errors": errors,
    }


def table(result: Mapping[str, object]) -> list[tuple[str, ...]]:
    """The totals as rows of text: what, precision, recall, F1, right, spurious, missed."""
    rows: list[tuple[str, ...]] = []
    for name, value in result.items():
        if isinstance(value, Mapping) and "f1" in value:
            rates_ = (f"{value[key]:.3f}" for key in _RATES)
            rows.append((name, *rates_, *(str(value[key]) for key in ("tp", "fp", "fn"))))
        elif isinstance(value, int | float) or value is None:
            rows.append((name, "-" if value is None else str(value), "", "", "", "", ""))
    return rows


def rates(right: int, spurious: int, missed: int) -> tuple[float, float, float]:
    """Precision, recall and their harmonic mean.

    >>> rates(2, 2, 0)
    (0.5, 1.0, 0.6667)
    """
    precision = right / (right + spurious) if right + spurious else 0.0
    recall = right / (right + missed) if right + missed else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return round(precision, 4), round(recall, 4), round(f1, 4)


def triple(claim: Claim, resolved: Callable[[str], object]) -> Triple:
    """What counts as the same: subject, predicate and object, in either order where the predicate is symmetric."""
    subject: object = resolved(claim.subject)
    obj: object = claim.object if claim.predicate in COUNTS else resolved(str(claim.object))
    if claim.predicate in SYMMETRIC and str(obj) < str(subject):
        subject, obj = obj, subject
    return subject, claim.predicate, obj


def side(key: str, things: Mapping[str, Thing]) -> str:
    """The state that someone belongs to in the end, or the last organization on the way there."""
    for _ in range(_STEPS_UP):
        thing = things.get(key)
        if thing is None or thing.type not in ("Person", "Force", "Group", "Organization"):
            break
        above = [up for up in thing.of if up in things]
        if not above:
            break
        key = min(above, key=lambda up: (things[up].type != "State", up))
    return key


class _Article:
    """One article's gold beside what was found in it, and which found entity is which gold one."""

    def __init__(self, gold: Annotation, found: Annotation) -> None:
        self.gold, self.found = gold, found
        self.matches = _matches(gold, found)

    def matched(self, key: str) -> object:
        return self.matches.get(key, ("?", key))

    def gold_side(self, key: str) -> object:
        return side(key, self.gold.things)

    def found_side(self, key: str) -> object:
        if key in self.matches:
            return side(self.matches[key], self.gold.things)
        return self.matched(side(key, self.found.things))


def _matches(gold: Annotation, found: Annotation) -> dict[str, str]:
    """Found key to gold key: same type and a name in common, most names first; nameless kinds also by sentence."""
    pairs = [
        (-len(shared), theirs.key, ours.key)
        for theirs in found.things.values()
        for ours in gold.things.values()
        if theirs.type == ours.type and (shared := theirs.names & ours.names)
    ]
    matches: dict[str, str] = {}
    for _, theirs_key, ours_key in sorted(pairs):
        matches.setdefault(theirs_key, ours_key)
    sentences: dict[str, set[str]] = defaultdict(set)
    for key, claim in _nameless(gold):
        sentences[key].add(claim.evidence)
    for key, claim in _nameless(found):
        for ours_key, seen in sorted(sentences.items()):
            same_type = gold.things[ours_key].type == found.things[key].type
            if same_type and claim.evidence and any(e and (claim.evidence in e or e in claim.evidence) for e in seen):
                matches.setdefault(key, ours_key)
    return matches


def _nameless(annotation: Annotation) -> Iterator[tuple[str, Claim]]:
    for claim in annotation.claims:
        for key in (claim.subject, claim.object):
            if isinstance(key, str) and key in annotation.things and annotation.things[key].type in NAMELESS:
                yield key, claim


def _documents(folder: Path, dates: Mapping[str, str | None]) -> Iterator[Document]:
    for name, date in dates.items():
        skipped: list[Skipped] = []
        for document in read([folder / name], on_skip=skipped.append):
            yield replace(document, identifier=name, date=date or document.date)
        if skipped:
            raise KgError(f"the text of a gold file cannot be used: {skipped[0]}", "correct it, or take the file away")


def _errors(
    name: str, kind: str, things: Mapping[str, Thing], own: Mapping[Triple, Claim], other: Mapping[Triple, Claim]
) -> Iterator[dict[str, str]]:
    def label(key: str | int) -> str:
        names = things[key].names if isinstance(key, str) and key in things else ()
        return max(names, key=lambda n: (len(n), n)) if names else str(key)

    for key in sorted(own.keys() - other.keys(), key=str):
        claim = own[key]
        yield {
            "file": name, "kind": kind, "s": label(claim.subject), "p": claim.predicate, "o": label(claim.object),
            "evidence": claim.evidence[:160],
        }  # fmt: skip


def _count(pair: list[int], hit: bool) -> None:
    pair[0] += hit
    pair[1] += 1


def _share(pair: Sequence[int]) -> float | None:
    return round(pair[0] / pair[1], 4) if pair[1] else None
