"""Killed, wounded, captured, displaced: who suffered it and the number that the text gives."""

import re
from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc, Token

from kg import frames
from kg.extract.actors import Actors
from kg.extract.cast import Cast, cast
from kg.extract.clauses import children, coordinated, passive, patients, prepositional, subjects
from kg.extract.relations import Finding, sentence_times
from kg.extract.stance import stance
from kg.extract.times import when
from kg.frames import Pattern
from kg.ontology import load as load_ontology

_SCALE = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
_TIMES = frozenset({"DATE", "TIME", "MONEY", "PERCENT"})


@Language.component(
    "kg_casualties", requires=["token.dep", "doc._.kg_cast", "doc._.kg_speakers"], assigns=["doc._.kg_findings"]
)
def kg_casualties(doc: Doc) -> Doc:
    """Adds counts of killed, wounded, captured and displaced to the document's findings."""
    doc._.kg_findings.extend(_Casualties(doc).run())
    return doc


def whole_number(token: Token) -> int | None:
    """The number that a numeral and its modifiers stand for; None for "dozens" and fractions.

    "6,700" is 6700, "forty-nine" 49, "1.2 million" 1200000.
    """
    parts = sorted(
        [t for t in token.subtree if t.pos_ == "NUM" or (t.text == "-" and t.dep_ == "punct")], key=lambda t: t.i
    )
    parts = [t for t in parts if abs(t.i - token.i) <= 4]
    if not parts:
        return None
    text = "".join(t.text_with_ws for t in parts).strip().lower()
    if match := re.fullmatch(r"(\d[\d,]*(?:\.\d+)?)(?:\s+(hundred|thousand|million))?", text):
        value = float(match[1].replace(",", "")) * _SCALE.get(match[2] or "", 1)
        return int(value) if value == int(value) else None
    if not re.fullmatch(r"[a-z\- ]+", text):
        return None
    from text_to_num import text2num  # reads spelled-out numbers; imported where a text has one

    try:
        return int(text2num(text, "en"))
    except ValueError:
        return None


class _Casualties:
    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.cast: Cast = cast(doc)
        self.frames = frames.load()
        ontology = load_ontology()
        self.counts = {name for name, p in ontology.properties.items() if p.counts}
        self.actors = Actors(doc)
        self.last: dict[int, str] = {}

    def run(self) -> Iterator[Finding]:
        for token in self.doc:
            kind = "verb" if token.pos_ in {"VERB", "AUX"} else "noun" if token.pos_ in {"NOUN", "ADJ"} else ""
            if not kind:
                continue
            for pattern in self.frames.of(kind, token.lemma_.lower()):
                if pattern.predicate in self.counts:
                    yield from self._counted(token, pattern)

    def _counted(self, token: Token, pattern: Pattern) -> Iterator[Finding]:
        objects = [*patients(token), *(o for p in children(token, "prep") for o in children(p, "pobj"))]
        said = [t for t in objects if t.lemma_.lower() in pattern.nouns]
        if pattern.nouns and not said:
            return
        victims = [c for v in self._victims(token, pattern, said) for c in coordinated(v)]
        for victim in victims:
            number = self._number(victim)
            if number is None and said and "subject" in pattern.subject:  # "the army lost twelve men"
                number = self._number(said[0])
            if number is None:
                continue
            who = self._who(victim, token)
            if who is None:
                continue
            key, certainty = who
            self.last[token.sent.start] = key
            if (
                said and self.cast.type(key) == "Group"
            ):  # "the Kenyans lost twelve men": who fought, not who lives there
                key = self.cast.entities[key].owner or key
            verb = token.head if "state" in pattern.subject and token.head.pos_ == "VERB" else token
            held = stance(verb, (key,))
            yield Finding(key, pattern.predicate, number, token.i, held, when(verb, sentence_times(self.doc, token)), None,
                          round(pattern.confidence * certainty * held.certainty, 2), pattern.rule)  # fmt: skip

    def _victims(self, token: Token, pattern: Pattern, said: list[Token]) -> list[Token]:
        for place in pattern.subject:
            if place == "object":
                found = patients(token)
                if not found and token.tag_ in {"VBN", "VBD"} and token.dep_ == "conj":  # "were killed and 16 hurt"
                    found = [c for c in children(token, "nsubj") if c.pos_ == "NUM"]
            elif place == "state":  # "left 13 militants dead": the noun whose state it is
                found = children(token, "nsubj") or [o for o in children(token.head, "dobj") if o.i < token.i]
            elif place == "subject":
                found = subjects(token) if not passive(token) else []
            else:
                found = [v for t in (token, *said) for v in prepositional(t, place)]
            if found:
                return found
        return []

    def _number(self, victim: Token) -> int | None:
        if victim.ent_type_ in _TIMES:
            return None
        if victim.pos_ == "NUM":
            return whole_number(victim)
        numerals = [c for c in children(victim, "nummod") if c.ent_type_ not in _TIMES or c.ent_type_ == "MONEY"]
        return whole_number(numerals[0]) if numerals else None

    def _who(self, victim: Token, trigger: Token) -> tuple[str, float] | None:
        """The force or group that suffered it; where it has no name, the conflict that did it."""
        heads = [victim]
        if victim.pos_ == "NUM" or victim.lower_ in {"people", "members", "others"}:
            heads += [o for p in children(victim, "prep") if p.lower_ in {"of", "from"} for o in children(p, "pobj")]
        for head in reversed(heads):
            mention = self.cast.at(head)
            if mention is None or len(mention.keys) != 1:
                continue
            draft = self.cast.entities[mention.keys[0]]
            if draft.type in {"State", "Force", "Organization"} or (draft.type == "Group" and draft.owner):
                return draft.key, mention.certainty
        if victim.pos_ == "NUM" and len(heads) == 1 and trigger.sent.start in self.last:
            return self.last[trigger.sent.start], 0.9  # "nine soldiers were killed and 16 hurt"
        owned = self.actors.forces_at_home(victim)
        if owned is not None:
            return owned, 0.75
        conflict = self._conflict(trigger)
        if conflict is not None:
            return conflict, 0.9
        for head in reversed(heads):
            mention = self.cast.at(head)
            if mention is not None and self.cast.type(mention.keys[0]) == "Group":
                return mention.keys[0], mention.certainty
        unnamed = self.actors.unnamed(victim)
        return (unnamed, 0.85) if unnamed is not None and self.cast.type(unnamed) == "Force" else None

    def _conflict(self, trigger: Token) -> str | None:
        options = [] if passive(trigger) else subjects(trigger)
        if passive(trigger):
            options = subjects(trigger)
        for prep in ("in", "during", "of"):
            options = options + prepositional(trigger, prep)
        for token in options:
            for head in (token, *[o for p in children(token, "prep") if p.lower_ == "of" for o in children(p, "pobj")]):
                mention = self.cast.at(head)
                if mention is not None and self.cast.type(mention.keys[0]) in {"Conflict", "War"}:
                    return mention.keys[0]
        told = [
            m
            for m in self.cast.before(trigger.sent.end)
            if m.head >= trigger.sent.start and self.cast.type(m.keys[0]) in {"Conflict", "War"}
        ]
        return told[0].keys[0] if len({m.keys for m in told}) == 1 else None
