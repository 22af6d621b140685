"""Who is the same as whom across documents: proposed with evidence and score, recorded apart, never merged.

Nothing that a document says is rewritten: a judgement is a statement of its own beside the documents, and taking it
back leaves the store as it was. Two names are only compared where they share a word; offices held at the same time for
different states, or different entries of Wikidata, keep two entities apart however alike their names are.
"""

import csv
import io
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache
from itertools import combinations
from pathlib import Path

from pyoxigraph import QuerySolutions, Store

from kg import generations
from kg.errors import InputError, KgError, OntologyError
from kg.ledger import REVIEW, RULE, Judgement, holding
from kg.ontology import ACTORS
from kg.resources import folder
from kg.statement import slug
from kg.store import Change, apply, base_of, named_ledger, open_graph, required
from kg.turtle import KG, PREFIXES

COLUMNS = ("first", "second", "first_name", "second_name", "score", "verdict", "evidence")
_KINDS = (*ACTORS, "Agreement", "Conflict")
_MOST_ALIKE = 60  # entities that share a word; a word that more of them share tells nothing
_CLOSE = 0.84  # how alike two spellings of one word are, by the share of letters in common


@dataclass(frozen=True, slots=True)
class Rules:
    """`ontology/resolution.toml`."""

    apply: float
    propose: float
    evidence: Mapping[str, float]
    common: frozenset[str]
    kinds: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pair of entities that may be the same: `verdict` is "same", "different" or, where a person is asked, ""."""

    first: str
    second: str
    first_name: str
    second_name: str
    score: float
    verdict: str
    evidence: str


@dataclass(slots=True)
class _Known:
    """What the store says of one entity: all names, Wikidata, offices with their years, and its partners."""

    key: str
    kind: str
    name: str = ""
    names: set[str] = field(default_factory=set)
    wikidata: set[str] = field(default_factory=set)
    offices: set[tuple[str, str, str]] = field(default_factory=set)  # office, of whom, year or ""
    partners: set[tuple[str, str]] = field(default_factory=set)


@cache
def rules(path: Path | None = None) -> Rules:
    """The thresholds and word lists, checked.

    >>> 0 < rules().propose < rules().apply <= 1
    True
    """
    path = path or folder("ontology") / "resolution.toml"
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        found = Rules(
            float(data["score"]["apply"]),
            float(data["score"]["propose"]),
            {name: float(data["evidence"][name]) for name in ("same_office", "same_partner", "initial_only", "surname_only")},
            frozenset(data["words"]["common"]),
            {kind: frozenset(data["words"][kind.lower()]) for kind in ("Conflict", "Agreement")},
        )  # fmt: skip
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise OntologyError(f"{path}: {error}", "see the file that is shipped") from error
    if not 0 < found.propose < found.apply <= 1:
        raise OntologyError(f"{path}: 0 < propose < apply <= 1 must hold", "correct the scores")
    return found


def propose(path: Path) -> list[Proposal]:
    """The pairs of a store that the rules take to be the same, or keep apart, or have doubts about; best first."""
    return _proposals(_entities(open_graph(required(path)), base_of(path)))


def listed(path: Path) -> list[Proposal]:
    """What `propose` gives, with a reviewer's word, where there is one, in the place of the rule's."""
    known = _entities(open_graph(required(path)), base_of(path))
    found = {(one.first, one.second): one for one in _proposals(known)}
    with named_ledger(path) as ledger:
        said = ledger.judgements() if ledger is not None else []
    for one in said:
        if one.judge == REVIEW:
            pair = one.first, one.second
            first, second = (known[key].name if key in known else key for key in pair)
            score = found[pair].score if pair in found else one.score
            verdict = "same" if one.same else "different"
            found[pair] = Proposal(*pair, first, second, score, verdict, one.evidence)
    return _best_first(found.values())


def record(path: Path, proposals: Iterable[Proposal], judge: str = RULE) -> tuple[int, int]:
    """Records the verdicts of a list; those of the same judge before are taken back if it is the rule.

    Returns how many pairs are the same and how many are not, by all judgements that now hold.
    """
    given = {
        (p.first, p.second): Judgement(p.first, p.second, judge, p.verdict == "same", p.score, p.evidence)
        for p in proposals
        if p.verdict
    }
    return _change(path, lambda said: _replaced(said, judge, given, whole=judge == RULE))


def undo(path: Path, judge: str | None = None, pair: tuple[str, str] | None = None) -> tuple[int, int]:
    """Takes judgements back: of one judge or of all, on one pair or on all."""

    def without(said: list[Judgement]) -> list[Judgement]:
        kept = [
            one
            for one in said
            if (judge is not None and one.judge != judge)
            or (pair is not None and (one.first, one.second) != tuple(sorted(pair)))
        ]
        if pair is not None and len(kept) == len(said):
            raise KgError(f"nothing is recorded on {pair[0]} and {pair[1]}", "kg resolve lists what is proposed")
        return kept

    return _change(path, without)


def _proposals(known: Mapping[str, _Known]) -> list[Proposal]:
    return _best_first(made for one, other in _candidates(known) if (made := _compare(one, other)) is not None)


def _best_first(proposals: Iterable[Proposal]) -> list[Proposal]:
    return sorted(proposals, key=lambda proposal: (-proposal.score, proposal.first, proposal.second))


def listing(proposals: Iterable[Proposal]) -> str:
    """A review list as TSV: a person writes same or different under verdict, or leaves it empty."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in proposals:
        writer.writerow((
            one.first, one.second, one.first_name, one.second_name, f"{one.score:.2f}", one.verdict, one.evidence,
        ))  # fmt: skip
    return out.getvalue()


def reviewed(path: Path) -> list[Proposal]:
    """The verdicts of a review list; InputError, with the line, where it is none."""
    hint = "write one with: kg resolve STORE -o review.tsv"
    try:
        table = csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""), delimiter="\t")
        rows = list(table)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}", hint) from error
    if missing := [name for name in ("first", "second", "verdict") if name not in (table.fieldnames or ())]:
        raise InputError(f"{path}, line 1: no column named {missing[0]}", hint)
    found = []
    for number, row in enumerate(rows, start=2):
        first, second, verdict = (str(row.get(name) or "").strip() for name in ("first", "second", "verdict"))
        if not first or not second or first == second or verdict not in ("", "same", "different"):
            raise InputError(
                f"{path}, line {number}: first and second are two keys, verdict is same, different or empty",
                "keep the columns of kg resolve STORE -o review.tsv",
            )
        first, second = sorted((first, second))
        evidence = str(row.get("evidence") or "")
        if not evidence.startswith("reviewed"):  # as it is in a list that comes back again
            evidence = f"reviewed; {evidence}" if evidence else "reviewed"
        found.append(Proposal(first, second, "", "", 1.0, verdict, evidence))
    return found


def _replaced(
    said: list[Judgement], judge: str, given: Mapping[tuple[str, str], Judgement], whole: bool
) -> list[Judgement]:
    kept = [one for one in said if one.judge != judge or (not whole and (one.first, one.second) not in given)]
    return [*kept, *given.values()]


def _change(path: Path, changed: Callable[[list[Judgement]], list[Judgement]]) -> tuple[int, int]:
    with generations.locked(required(path)):
        with named_ledger(path) as ledger:
            if ledger is None:
                raise KgError(f"the store {path} holds nothing", "build it first")
            before = ledger.judgements()
        after = sorted(changed(before))
        if after != before:
            apply(path, Change(judgements=after), base_of(path))
    held = holding(after)
    return sum(one.same for one in held), sum(not one.same for one in held)


_FACTS = """
SELECT ?entity ?type ?label ?alias ?same WHERE {
  ?entity a ?type ; rdfs:label ?label . OPTIONAL { ?entity skos:altLabel ?alias } OPTIONAL { ?entity owl:sameAs ?same }
}
"""
_OFFICES = """
SELECT ?s ?o ?office ?when ?published WHERE {
  ?statement rdf:predicate kg:officeHolderOf ; rdf:subject ?s ; rdf:object ?o .
  OPTIONAL { ?statement kg:office ?office } OPTIONAL { ?statement kg:when ?when }
  OPTIONAL { ?statement kg:reported ?published }
  FILTER NOT EXISTS { ?statement kg:negated true } FILTER NOT EXISTS { ?statement kg:hypothetical true }
}
"""
_PARTNERS = "SELECT ?s ?p ?o WHERE { ?statement rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o . FILTER(isIRI(?o)) }"


def _entities(store: Store, base: str) -> dict[str, _Known]:
    found: dict[str, _Known] = {}
    for row in _rows(store, _FACTS):
        key, kind = _key(row["entity"], base), row["type"].removeprefix(KG)
        if key is None or kind not in _KINDS:
            continue
        label = row["label"]
        if not any(c.isupper() for c in label):
            continue  # "rebels": what has no name is never the same by name
        entity = found.setdefault(key, _Known(key, kind))
        entity.name = min(entity.name or label, label)
        entity.names |= {label, *([row["alias"]] if row.get("alias") else [])}
        if row.get("same", "").startswith(PREFIXES["wd"]):
            entity.wikidata.add(row["same"])
    for row in _rows(store, _OFFICES):
        subject, target = _key(row["s"], base), _key(row["o"], base)
        if subject in found and target is not None:
            year = (row.get("when") or row.get("published") or "")[:4]
            found[subject].offices.add((slug(row.get("office") or "office"), target, year))
    for row in _rows(store, _PARTNERS):
        subject, target = _key(row["s"], base), _key(row["o"], base)
        predicate = row["p"].removeprefix(KG)
        if subject in found and target is not None:
            found[subject].partners.add((predicate, target))
        if target in found and subject is not None:
            found[target].partners.add((f"{predicate} of", subject))
    return found


def _rows(store: Store, query: str) -> Iterator[dict[str, str]]:
    found = store.query(query, prefixes=PREFIXES)
    assert isinstance(found, QuerySolutions)  # noqa: S101 - narrows for the type checker
    names = [variable.value for variable in found.variables]
    for row in found:
        yield {name: str(getattr(row[name], "value", row[name])) for name in names if row[name] is not None}


def _key(value: str, base: str) -> str | None:
    return value.removeprefix(base) if value.startswith(base) else None


def _candidates(known: Mapping[str, _Known]) -> Iterator[tuple[_Known, _Known]]:
    """Pairs of one kind that share a word of their names, or its beginning, or an entry of Wikidata."""
    by_word: dict[tuple[str, str], set[str]] = defaultdict(set)
    for entity in known.values():
        split = [_words(name, entity.kind) for name in entity.names]
        words = {word for found in split for word in found}
        words |= {"".join(word[0] for word in found) for found in split if len(found) > 2}
        for word in words:
            by_word[entity.kind, word[:4]].add(entity.key)
        for same in entity.wikidata:
            by_word[entity.kind, same].add(entity.key)
    pairs = {
        pair for keys in by_word.values() if len(keys) <= _MOST_ALIKE for pair in combinations(sorted(keys), 2)
    }  # fmt: skip
    for first, second in sorted(pairs):
        yield known[first], known[second]


def _compare(one: _Known, other: _Known) -> Proposal | None:
    rule = rules()
    score, why = max(
        (_alike(a, b, one.kind) for a in sorted(one.names) for b in sorted(other.names)), key=lambda found: found[0]
    )
    if one.wikidata & other.wikidata:
        score, why = 1.0, f"the same entry of Wikidata: {min(one.wikidata & other.wikidata)}"
    if score < rule.propose - rule.evidence["same_office"] - rule.evidence["same_partner"]:
        return None
    evidence = [why]
    against = _against(one, other)
    if not against:
        offices = sorted({a[:2] for a in one.offices} & {b[:2] for b in other.offices})
        if offices:
            score += rule.evidence["same_office"]
            evidence.append(f"both {offices[0][0]} of {offices[0][1]}")
        elif partners := sorted(one.partners & other.partners):
            score += rule.evidence["same_partner"]
            evidence.append(f"both {' '.join(partners[0])}")
    score = round(min(max(score, 0.0), 1.0), 2)
    if score < rule.propose:
        return None
    verdict = "different" if against else "same" if score >= rule.apply else ""
    if verdict == "different":
        evidence.append(against)
    return Proposal(one.key, other.key, one.name, other.name, score, verdict, "; ".join(evidence))


def _against(one: _Known, other: _Known) -> str:
    """Why two entities cannot be the same, or an empty text."""
    if one.wikidata and other.wikidata and not one.wikidata & other.wikidata:
        return f"different entries of Wikidata: {min(one.wikidata)}, {min(other.wikidata)}"
    for office, owner, year in sorted(one.offices):
        for second_office, second_owner, second_year in sorted(other.offices):
            if owner != second_owner and (not year or not second_year or year == second_year):
                at = f" in {year}" if year and year == second_year else ""
                return f"{office} of {owner} and {second_office} of {second_owner}{at}"
    return ""


def _alike(one: str, other: str, kind: str) -> tuple[float, str]:
    """How alike two names are, and in what way."""
    rule = rules()
    left, right = _words(one, kind), _words(other, kind)
    if not left or not right:
        return 0.0, ""
    said = f"{one} / {other}"
    if left == right:
        return 0.95, f"the same words: {said}"
    if kind == "Person":
        return _alike_persons(left, right, said)
    if sorted(left) == sorted(right):
        return 0.92, f"the same words in another order: {said}"
    shorter, longer = sorted((left, right), key=len)
    if len(shorter) == 1 and len(longer) > 2 and shorter[0] == "".join(word[0] for word in longer):
        return 0.8, f"an abbreviation: {said}"
    matched = sum(any(_spelled_alike(a, b) for b in longer) for a in shorter)
    share = matched / len(longer)
    close = all(any(_spelled_alike(a, b) for b in longer) for a in shorter)
    if close and len(shorter) == len(longer):
        return 0.8, f"the same words in another spelling: {said}"
    if close and share >= 0.5:
        return rule.propose - 0.05 + 0.2 * share, f"one name within the other: {said}"
    return 0.5 * share, f"words in common: {said}"


def _alike_persons(left: list[str], right: list[str], said: str) -> tuple[float, str]:
    rule = rules()
    if not _spelled_alike(left[-1], right[-1]):
        return 0.0, ""
    surname = 0.9 if left[-1] == right[-1] else 0.8
    if len(left) == 1 or len(right) == 1:
        return surname + rule.evidence["surname_only"], f"the surname alone: {said}"
    first, second = left[0], right[0]
    if first[0] == second[0] and (len(first) == 1 or len(second) == 1):
        return surname + rule.evidence["initial_only"], f"an initial: {said}"
    if first == second:
        return surname, f"given and family name: {said}"
    if _spelled_alike(first, second):
        return surname - 0.05, f"another spelling: {said}"
    return 0.0, ""


def _spelled_alike(one: str, other: str) -> bool:
    if one == other:
        return True
    if min(len(one), len(other)) < 5 or one[0] != other[0]:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _CLOSE


def _words(name: str, kind: str) -> list[str]:
    """The words of a name that tell it from others, without accents, case and the words used for one another."""
    rule = rules()
    like = rule.kinds.get(kind, frozenset())
    return [word for word in slug(name).split("-") if word not in rule.common and word not in like]
