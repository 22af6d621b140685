"""Articles as the scores see them: what readers marked in them, and what the extractor found, in one form."""

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.errors import KgError
from kg.statement import Extraction

TYPES = ("Person", "State", "Organization", "Force", "Group", "Place", "Agreement", "Conflict")
_BELONG = frozenset({"belongsTo", "officeHolderOf"})


@dataclass(frozen=True, slots=True)
class Thing:
    """An entity as the scores see it: its names in comparable form, and the keys of those it belongs to."""

    key: str
    type: str
    names: frozenset[str]
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement as the scores see it; `evidence` is its sentence without anything but letters and digits."""

    subject: str
    predicate: str
    object: str | int
    by: tuple[str, ...] = ()
    date: str | None = None
    negated: bool = False
    hypothetical: bool = False
    evidence: str = ""

    @property
    def plain(self) -> bool:
        return not (self.negated or self.hypothetical)


@dataclass(frozen=True, slots=True)
class Annotation:
    """One article: its entities and those they belong to by key, its statements, and the entities that it mentions."""

    things: Mapping[str, Thing] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    mentioned: frozenset[str] = frozenset()


def read_gold(folder: Path) -> tuple[dict[str, Annotation], dict[str, str | None]]:
    """The annotations of a gold folder and the articles' dates, both by the text's file name."""
    if not folder.is_dir():
        raise KgError(f"no such folder: {folder}", "give the folder with the gold files and their texts")
    wanted: dict[str, Annotation] = {}
    dates: dict[str, str | None] = {}
    for path in sorted(folder.glob("*.json")):
        if path.name.endswith(".meta.json"):
            continue
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            things = {e["id"]: _gold_thing(e) for e in raw["entities"]}
            claims = tuple(_gold_claim(s) for s in raw["statements"])
            wanted[raw["file"]] = Annotation(things, claims, frozenset(things))
            dates[raw["file"]] = raw.get("date")
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            what = f"not a gold file: {path}: {type(error).__name__}: {error}"
            raise KgError(what, "it needs file, entities and statements") from error
    if not wanted:
        raise KgError(f"no gold files in {folder}", "put a.json beside a.txt for each article")
    return wanted, dates


def annotations(extractions: Iterable[Extraction]) -> dict[str, Annotation]:
    """What was extracted in the form that is scored, by document identifier.

    An entity is one thing across all documents: each of them lends it its names, and what it belongs to by a statement
    in an article's own voice.
    """
    from kg import ontology

    meaning = ontology.load()
    extractions = list(extractions)
    types: dict[str, str] = {}
    names: dict[str, set[str]] = defaultdict(set)
    of: dict[str, set[str]] = defaultdict(set)
    for extraction in extractions:
        for entity in extraction.entities:
            top = next((cls for cls in meaning.types(entity.type) if cls in TYPES), None)
            if top is not None:
                types[entity.key] = top
                names[entity.key] |= {comparable(name) for name in (entity.name, *entity.aliases)} - {""}
        for statement in extraction.statements:
            if statement.predicate in _BELONG and statement.asserted:
                of[statement.subject].add(str(statement.object))
    things = {
        key: Thing(key, type_, frozenset(names[key]), tuple(sorted(up for up in of[key] if up in types)))
        for key, type_ in types.items()
    }
    claims: dict[str, list[Claim]] = defaultdict(list)
    mentioned: dict[str, set[str]] = defaultdict(set)
    for extraction in extractions:
        identifier = extraction.document.identifier
        mentioned[identifier] |= {entity.key for entity in extraction.entities}
        for s in extraction.statements:
            claims[identifier].append(
                Claim(
                    s.subject, s.predicate, s.object, s.attributed_to, s.when, s.negated, s.hypothetical,
                    squashed(s.passage.text),
                )
            )  # fmt: skip
            mentioned[identifier] |= {s.subject, str(s.object), *s.attributed_to}
    return {name: _annotation(claims[name], keys & things.keys(), things) for name, keys in mentioned.items()}


def comparable(name: str) -> str:
    """A name without case, accents, punctuation, leading article and possessive.

    >>> comparable("The Özil's")
    'ozil'
    """
    name = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
    name = re.sub(r"[^\w]+", " ", re.sub(r"[\u2019'`]s\b", "", name)).strip()
    return re.sub(r"^(the|a|an) ", "", name)


def squashed(text: str) -> str:
    """Letters and digits alone, in lower case."""
    return re.sub(r"\W+", "", text).casefold()


def _annotation(claims: Sequence[Claim], mentioned: set[str], things: Mapping[str, Thing]) -> Annotation:
    """With the entities that those mentioned belong to: a side need not be named in the article itself."""
    reached, todo = set(mentioned), list(mentioned)
    while todo:
        above = set(things[todo.pop()].of) - reached
        reached |= above
        todo += above
    return Annotation({key: things[key] for key in sorted(reached)}, tuple(claims), frozenset(mentioned))


def _gold_thing(raw: Mapping[str, Any]) -> Thing:
    of = raw.get("of") or ()
    names = {comparable(name) for name in (raw["name"], *raw.get("aliases", ()))} - {""}
    return Thing(raw["id"], raw["type"], frozenset(names), (of,) if isinstance(of, str) else tuple(of))


def _gold_claim(raw: Mapping[str, Any]) -> Claim:
    return Claim(
        raw["s"], raw["p"], raw["o"], tuple(raw.get("by") or ()), raw.get("date"),
        bool(raw.get("negated")), bool(raw.get("hypothetical")), squashed(raw.get("evidence", "")),
    )  # fmt: skip
