"""Statements: the patterns of `ontology/frames/` applied to the parse."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from kg import frames
from kg.extract.actors import Actors, compound_lemma, either, head_lemma
from kg.extract.cast import Cast, Mention, cast
from kg.extract.clauses import (
    children,
    controller,
    coordinated,
    passive,
    patients,
    prepositional,
    starts_next_clause,
    subjects,
)
from kg.extract.stance import Stance, stance
from kg.extract.times import Time, times, when
from kg.frames import Pattern
from kg.lexicon import load as load_lexicon
from kg.ontology import load as load_ontology

_VERBAL = frozenset({"VERB", "AUX"})
_NOMINAL = frozenset({"NOUN", "PROPN"})
_STANDING = frozenset({"partyTo", "agreesWith", "participatesIn", "fights", "borders", "locatedIn", "memberOf"})
_MAKING = frozenset({"brokers", "partyTo", "participatesIn", "agreesWith"})
# What nouns of these say is done by somebody: "an attack", "the siege".
_DEEDS = frozenset({"attacks", "coerces", "fights", "participatesIn"})
_SPEECH = frozenset({"accuses", "condemns", "urges", "threatens", "rejects"})
# The places of a slot that are no prepositions (see FORMAT.md).
_SLOT_WORDS = frozenset({"subject", "object", "poss", "adj", "members", "participants", "perpetrator", "target", "answered", "self", "clause", "deed", "owner", "site", "number"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """A statement before it has its passage: keys, the trigger token and how it came about."""

    subject: str
    predicate: str
    object: str | int
    trigger: int
    stance: Stance
    when: str | None = None
    office: str | None = None
    confidence: float = 0.9
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Argument:
    """An entity that fills a slot, how sure that is, and the token of the coordinated phrase that it comes from."""

    key: str
    certainty: float = 1.0
    phrase: int = -1


@Language.component(
    "kg_relations",
    requires=["token.dep", "token.lemma", "doc._.kg_cast", "doc._.kg_speakers"],
    assigns=["doc._.kg_findings"],
)
def kg_relations(doc: Doc) -> Doc:
    """Adds what the frames find to the document's findings."""
    doc._.kg_findings.extend(_Relations(doc).run())
    return doc


def sentence_times(doc: Doc, token: Token) -> list[Time]:
    """The times of a token's sentence, worked out once a sentence."""
    memo: dict[int, list[Time]] = doc._.kg_times
    sentence = token.sent
    if sentence.start not in memo:
        memo[sentence.start] = times(sentence, doc._.kg_document.date)
    return memo[sentence.start]


class _Relations:
    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.cast: Cast = cast(doc)
        self.actors = Actors(doc)
        self.frames = frames.load()
        self.ontology = load_ontology()
        self.words = load_lexicon()
        self.transparent = self.words["nouns.transparent.of"]
        self.starts = _title_starts(doc, self.cast)
        self.titled = {i: o.person for o in doc._.kg_offices for i in range(o.start, o.end)}
        self.entry_at = {i: n.entry for n in reversed(doc._.kg_names) if n.entry for i in range(n.start, n.end)}
        self.made = _made(doc, self.cast)
        self.found: list[Finding] = []

    def run(self) -> list[Finding]:
        for token in self.doc:
            self.found += self._at(token)
        return self.found

    def _at(self, token: Token) -> Iterator[Finding]:
        if token.pos_ in _VERBAL:
            yield from self._demand(token)
            fitting = [p for p in self.frames.of("verb", token.lemma_.lower()) if self._is_verb(token, p)]
            light = {
                p.predicate for p in fitting if p.nouns and p.nouns != {"*"} and self._carrier(token, p) is not None
            }
            for pattern in fitting:
                # "hold responsible" is no holding: the noun says what a light verb does
                if pattern.nouns or not light or pattern.predicate in light or pattern.confidence > 0.75:
                    yield from self._verb(token, pattern)
        elif token.pos_ in _NOMINAL:
            lemma = token.lemma_.lower()
            for pattern in self.frames.of("noun", lemma):
                if self._is_noun(token, pattern):
                    yield from self._nominal(token, pattern)
            for pattern in self.frames.of("role", lemma):
                if self._is_noun(token, pattern):
                    yield from self._role(token, pattern)
        if (
            token.pos_ in {"VERB", "ADJ", "NOUN", "PROPN"}
            and token.i >= 2
            and (self.doc[token.i - 1].text == "-" or (token.tag_ in {"VBN", "VBD"} and token.dep_ == "amod"))
        ):
            for pattern in self.frames.of("compound", token.lower_):
                yield from self._compound(token, pattern)

    def _demand(self, verb: Token) -> Iterator[Finding]:
        """ "Kenya should withdraw," said Uganda: a demand of Kenya by whoever says so."""
        modal = any(c.dep_ == "aux" and c.lower_ in self.words["stance.auxiliary.demand"] for c in verb.children)
        if not modal and not (verb.lemma_ in self.words["verbs.needing"] and children(verb, "xcomp")):
            return
        held = stance(verb)
        if held.negated or not held.sources:
            return
        for subject in subjects(verb):
            for argument in (a for c in coordinated(subject) for a in self._argument(c)):
                if argument.key in held.sources or self.cast.type(argument.key) not in {
                    "Person",
                    "State",
                    "Organization",
                    "Force",
                }:
                    continue
                for speaker in held.sources:
                    if self.ontology.accepts("urges", self.cast.type(speaker), self.cast.type(argument.key)):
                        yield Finding(speaker, "urges", argument.key, verb.i, Stance(), when(verb, sentence_times(self.doc, verb)), None,
                                      round(0.85 * argument.certainty, 2), "demand by modal verb")  # fmt: skip

    # triggers

    def _is_verb(self, verb: Token, pattern: Pattern) -> bool:
        if (not pattern.passive and passive(verb)) or (not pattern.active and not passive(verb)):
            return False
        for lemma in pattern.lemmas:
            first, *particles = lemma.split()
            if first == verb.lemma_.lower() and all(self._has_particle(verb, p) for p in particles):
                return (
                    not pattern.needs
                    or ("infinitive" in pattern.needs and self._infinitive(verb))
                    or any(prepositional(verb, p) for p in pattern.needs)
                    or any(
                        prepositional(n, p)
                        for n in patients(verb)
                        for p in pattern.needs
                        if n.pos_ in _NOMINAL and n.sent.start == verb.sent.start
                    )
                )
        return False

    def _infinitive(self, verb: Token) -> bool:
        """ "told Kenya to withdraw", not "told reporters that"."""
        return any(
            any(a.dep_ == "aux" and a.lower_ == "to" for a in c.children)
            for c in children(verb, "xcomp", "ccomp", "advcl")
        )

    def _has_particle(self, verb: Token, particle: str) -> bool:
        return any(
            c.lower_ == particle and c.dep_ in {"prt", "prep", "advmod", "dobj", "acomp", "oprd"} for c in verb.children
        )

    def _is_noun(self, noun: Token, pattern: Pattern) -> bool:
        lemma = noun.lemma_.lower()
        return any(word in {lemma, compound_lemma(noun)} for word in pattern.lemmas)

    # patterns

    def _verb(self, verb: Token, pattern: Pattern) -> Iterator[Finding]:
        carrier: Token | None = None
        if pattern.nouns:
            carrier = self._carrier(verb, pattern)
            if carrier is None:
                return
        subjects_ = self._fill(pattern, "subject", verb, carrier)
        if not subjects_:
            return
        objects = self._fill(pattern, "object", verb, carrier, subjects_)
        stance_of = (
            carrier
            if carrier is not None and not children(verb, "nsubj", "nsubjpass") and verb.dep_ == "relcl"
            else verb
        )
        yield from self._findings(stance_of, verb, pattern, subjects_, objects, carrier)

    def _carrier(self, verb: Token, pattern: Pattern) -> Token | None:
        """The noun that says what a light verb does: its object, or the object of its preposition."""
        options = [t for o in patients(verb) for t in coordinated(o)]
        for prep in children(verb, "prep", "agent"):
            options += [t for o in children(prep, "pobj") for t in coordinated(o)]
        options += [t for t in children(verb, "ccomp", "oprd", "acomp", "attr", "xcomp") if t.pos_ in {"ADJ", "NOUN"}]
        if pattern.nouns == {"*"}:
            return next(iter(patients(verb)), None)
        for noun in options:
            names = {noun.lemma_.lower(), noun.lower_, compound_lemma(noun)}
            if names & pattern.nouns:
                return noun
        return None

    def _nominal(self, noun: Token, pattern: Pattern) -> Iterator[Finding]:
        subjects_ = self._fill(pattern, "subject", noun, None)
        if not subjects_:
            return
        objects = self._fill(pattern, "object", noun, None, subjects_)
        yield from self._findings(noun, noun, pattern, subjects_, objects, None)

    def _role(self, noun: Token, pattern: Pattern) -> Iterator[Finding]:
        """Whoever is called so: by apposition, copula, or "as its ally"."""
        objects = self._fill(pattern, "object", noun, None)
        if not objects:
            return
        called: list[Token] = []
        trigger = noun
        top = noun
        while top.dep_ == "conj" and top.head.pos_ in _NOMINAL:
            top = top.head
        if top.dep_ == "appos":
            called = [top.head]
            beside = self._beside(top)
            if beside is not None and not self._argument(top.head):
                called = [beside]
        elif top.dep_ == "attr" and top.head.lemma_ in {"be", "become", "remain"}:
            called, trigger = subjects(top.head), top.head
        elif top.dep_ == "oprd":
            called = patients(top.head)
        elif top.dep_ == "pobj" and top.head.lower_ == "as" and top.head.head.pos_ in _VERBAL:
            verb = top.head.head
            called = patients(verb) or subjects(verb)
            owner = {a.key for a in objects}
            if any(a.key in owner for t in called for a in self._argument(t)):
                called = subjects(verb)
            if {a.key for t in called for a in self._argument(t)} == owner:
                called = patients(verb)
        called += list(children(noun, "appos"))
        if noun.dep_ in {"compound", "nmod"} and noun.head.pos_ == "PROPN":
            called.append(noun.head)
        subjects_ = [a for t in called for c in coordinated(t) for a in self._argument(c)]
        if not subjects_:
            own = self.cast.at(noun)
            subjects_ = [Argument(k, own.certainty) for k in own.keys] if own and own.kind == "name" else []
        yield from self._findings(trigger, noun, pattern, subjects_, objects, None)

    def _beside(self, noun: Token) -> Token | None:
        """The name right before the comma that the noun's phrase follows: "the United States, a Kenyan ally"."""
        start = noun.left_edge.i
        if start < 2 or self.doc[start - 1].text != ",":
            return None
        mention = self.cast.covering(start - 2)
        return self.doc[mention.head] if mention is not None and mention.kind == "name" else None

    def _compound(self, token: Token, pattern: Pattern) -> Iterator[Finding]:
        """ "Kenyan-backed rebels"."""
        agent = self._name_at(token.i - (2 if self.doc[token.i - 1].text == "-" else 1))
        noun = token.head if token.dep_ in {"amod", "compound", "nmod", "acl"} else None
        if agent is None or noun is None or noun.pos_ not in _NOMINAL:
            return
        objects = self._phrase(noun) if pattern.object == ("object",) else self._fill(pattern, "object", noun, None)
        yield from self._findings(noun, token, pattern, [Argument(agent)], objects, None)

    def _name_at(self, i: int) -> str | None:
        if i < 0:
            return None
        if entry := self.entry_at.get(i):
            self.actors.known(self.actors.gazetteer.entries[entry])
            return str(entry)
        mention = self.cast.covering(i)
        return mention.keys[0] if mention and (mention.kind == "name" or len(mention.keys) == 1) else None

    # slots

    def _fill(
        self, pattern: Pattern, slot: str, token: Token, carrier: Token | None, others: Sequence[Argument] = ()
    ) -> list[Argument]:
        """The arguments of the first place of a slot that holds any of a fitting kind; never those of the other slot."""
        rule = self.ontology.properties[pattern.predicate]
        places, kinds = (pattern.subject, rule.domain) if slot == "subject" else (pattern.object, rule.range)
        if slot == "subject" and pattern.subject_types:
            kinds = pattern.subject_types
        if slot == "object" and pattern.object_types:
            kinds = pattern.object_types
        taken = {a.key for a in others}

        def fits(argument: Argument) -> bool:
            return argument.key not in taken and not kinds.isdisjoint(self.ontology.types(self.cast.type(argument.key)))

        for place in places:
            if place == "members" and others:
                return list(others)
            found = self._place(place, token, carrier)
            if not found and place == "subject" and pattern.kind == "verb":
                found = self._doers(token)
            if len(found) > 1 and {a.key for a in found} <= taken:  # "accused each other"
                return found
            found = [a for a in found if fits(a)]
            if found:
                return found
        if "owner" in places:  # "strikes against rebel positions": whose the positions are
            for place in places:
                found = [a for a in self._owners(self._heads(place, token, carrier)) if fits(a)]
                if found:
                    return found
        if "site" in places:  # "strikes on targets in Aden": where the targets are
            for place in places:
                found = [a for a in self._sites(self._heads(place, token, carrier)) if fits(a)]
                if found:
                    return found
        return []

    def _doers(self, verb: Token) -> list[Argument]:
        """Whose a deed is that is the subject: "Kenyan strikes killed", "an attack by the rebels left"."""
        deeds = [
            s
            for s in subjects(verb)
            if any(p.predicate in _DEEDS for p in self.frames.of("noun", s.lemma_.lower()) if self._is_noun(s, p))
        ]
        return self._owners(deeds, depth=0)

    def _sites(self, nouns: Iterable[Token]) -> list[Argument]:
        """Where a thing is that nobody owns: "targets in Aden", "a market near Aden"."""
        for noun in nouns:
            if noun.pos_ != "NOUN" or self._argument(noun):
                continue
            for preposition in ("in", "near", "at", "around", "outside", "of"):
                found = self._phrases(prepositional(noun, preposition))
                if found:
                    return [replace(a, certainty=round(a.certainty * 0.9, 3)) for a in found]
        return []

    def _place(self, place: str, token: Token, carrier: Token | None) -> list[Argument]:
        verbal = token.pos_ in _VERBAL
        noun = carrier if carrier is not None else None if verbal else token
        heads: list[Token] = []
        match place:
            case "subject":
                heads = subjects(token) if verbal else self._light_subject(token)
                if verbal and token.dep_ == "acl" and not any(self._argument(h) for h in heads):
                    heads = controller(token.head)  # "passed a bill recognizing"
            case "object":
                heads = [t for t in patients(token) if carrier is None or t.i != carrier.i] if verbal else []
            case "self":
                mention = self.cast.at(noun) if noun is not None else None
                return [Argument(k, mention.certainty) for k in mention.keys] if mention else []
            case "clause":
                heads = self._clause_subject(token)
            case "deed":
                return self._deed(token, carrier)
            case "site":
                return self._sites(patients(token)) if verbal and carrier is None else []
            case "owner":
                of = [noun] if noun is not None else patients(token)
                return self._owners(of)
            case "participants":
                return self._participants(noun) if noun is not None else []
            case "perpetrator":
                return self._perpetrator(token)
            case "target":
                return self._target(token)
            case "answered":
                return self._answered(token)
            case "members":
                heads = subjects(token) if verbal else []
                if not verbal:
                    return self._modifiers(token)
            case "poss":
                of_ = noun if noun is not None else next(iter(patients(token)), None)
                heads = children(of_, "poss") if of_ is not None else []
            case "adj":
                of_ = noun if noun is not None else next(iter(patients(token)), None)
                return self._modifiers(of_) if of_ is not None else []
            case _:
                heads = self._heads(place, token, carrier)
        return self._phrases(heads)

    def _heads(self, preposition: str, token: Token, carrier: Token | None) -> list[Token]:
        """The objects of a preposition at the trigger, at its carrier, or at its direct object."""
        if preposition in _SLOT_WORDS:
            return []
        heads = prepositional(token, preposition)
        if preposition in {"in", "at", "near"}:  # "In Germany, police raided": where, not what
            heads = [h for h in heads if h.i > token.i]
        if carrier is not None:
            for prep in children(carrier, "prep"):  # "restrictions on flying to Cuba"
                if prep.lower_ == preposition:
                    heads += [
                        o for c in children(prep, "pcomp") for p in children(c, "prep") for o in children(p, "pobj")
                    ]
        if carrier is not None:
            heads = [h for h in heads + prepositional(carrier, preposition) if h.i != carrier.i]
        elif token.pos_ in _VERBAL and not heads:
            for obj in patients(token):
                if obj.pos_ in _NOMINAL and obj.i > token.i:
                    heads = heads + prepositional(obj, preposition)
        return heads

    def _phrases(self, heads: Iterable[Token]) -> list[Argument]:
        return list({a.key: a for h in heads for a in self._phrase(h)}.values())

    def _phrase(self, head: Token) -> list[Argument]:
        """The entities of a phrase and of what is coordinated with it."""
        members = coordinated(head)
        for name in children(head, "appos"):  # "A, B, C and D", of which the parser takes "B" for another name of "A"
            if self._is_name(head) and self._is_name(name) and children(name, "conj"):
                members = members + coordinated(name)
        found = [replace(a, phrase=c.i) for c in members for a in self._argument(c)]
        for mention in self._listed(head):
            found += [Argument(k, mention.certainty * 0.95, mention.head) for k in mention.keys]
        return list({a.key: a for a in found}.values())

    def _is_name(self, token: Token) -> bool:
        mention = self.cast.at(token)
        return mention is not None and mention.kind == "name"

    def _listed(self, head: Token) -> list[Mention]:
        """Names joined to the phrase's by "and" that the parser has hung below it in another way.

        "US President A and Turkish President B spoke": A is parsed as an apposition to "US".
        """
        own = self.cast.at(head)
        if own is None or own.kind != "name":
            return []
        type_ = self.cast.type(own.keys[0])
        below = {own.start: own}
        elsewhere = {t.i for c in children(head, "conj") if starts_next_clause(c) for t in c.subtree}
        for token in head.subtree:
            if token.i in elsewhere:
                continue
            mention = self.cast.by_head.get(token.i)
            if mention is not None and mention.kind == "name" and self.cast.type(mention.keys[0]) == type_:
                below[mention.start] = mention
        names = [below[k] for k in sorted(below)]
        here = names.index(own)
        found = [own]
        for before in reversed(names[:here]):
            if not self._joined(before, found[0]):
                break
            found.insert(0, before)
        for after in names[here + 1 :]:
            if not self._joined(found[-1], after):
                break
            found.append(after)
        start, end = found[0].end, found[-1].start
        if not any(self.doc[i].lower_ == "and" for i in range(start, end)):
            return []
        return [m for m in found if m is not own]

    def _joined(self, first: Mention, second: Mention) -> bool:
        """Whether only commas and "and" stand between two names with their titles."""
        start = self.starts.get(second.start, second.start)
        return first.end < start and all(
            self.doc[i].lower_ in {"and", ",", "the", "&"} for i in range(first.end, start)
        )

    def _owners(self, nouns: Iterable[Token], depth: int = 3) -> list[Argument]:
        """Whose a thing is: "Kenya's offer", "the Kenyan offer", "the offer by Kenya", "a bid of the government of Kenya"."""
        for noun in nouns:
            mention = self.cast.at(noun)
            if noun.pos_ not in _NOMINAL or (
                mention is not None and "Agreement" in self.ontology.types(self.cast.type(mention.keys[0]))
            ):
                continue
            found = self._phrases(children(noun, "poss")) or self._modifiers(noun)
            if self._each_their_own(noun, found):
                return []
            for preposition in ("by", "from", "of"):
                found = found or self._phrases(prepositional(noun, preposition))
            if not found:
                made = [v for v in children(noun, "acl") if passive(v)]
                found = self._phrases(t for v in made for t in subjects(v))
            if not found and depth:
                found = self._owners(prepositional(noun, "of"), depth - 1)
            if found:
                return [replace(a, certainty=round(a.certainty * 0.9, 3)) for a in found]
        return []

    def _each_their_own(self, noun: Token, owners: list[Argument]) -> bool:
        """ "A and B recalled their ambassadors": each its own, not the other's."""
        if len(owners) < 2 or not any(c.tag_ == "PRP$" for c in children(noun, "poss")):
            return False
        verb = next((t for t in noun.ancestors if t.pos_ in _VERBAL), None)
        doers = {a.key for a in self._phrases(subjects(verb))} if verb is not None else set()
        return bool(doers & {a.key for a in owners})

    def _deed(self, token: Token, carrier: Token | None) -> list[Argument]:
        """Whom the deed would touch that completes a verb or noun: "threatened to attack Kenya", "a threat to attack it"."""
        for clause in children(token, "xcomp", "ccomp") or (children(carrier, "acl") if carrier is not None else []):
            for verb in (clause, *children(clause, "xcomp")):
                found = self._phrases(patients(verb)) or self._owners(patients(verb))
                if found:
                    return found
                for prep in children(verb, "prep", "agent", "dative"):
                    found = self._phrases(children(prep, "pobj"))
                    if found:
                        return found
                for noun in patients(verb):
                    for prep in children(noun, "prep"):
                        found = self._phrases(children(prep, "pobj"))
                        if found:
                            return found
        return []

    def _participants(self, noun: Token) -> list[Argument]:
        """Who takes part in talks: "between A and B", "A and B held talks", "during a summit, A and B agreed"."""
        found = self._place("between", noun, None)
        if len(found) > 1:
            return found
        head = noun
        while (
            head.dep_ in {"conj", "pobj", "prep", "dobj", "nsubjpass"}
            and head.head.i != head.i
            and head.head.pos_ not in _VERBAL
        ):
            head = head.head
        if head.dep_ in {"dobj", "prep"} and head.head.pos_ in _VERBAL:
            found = self._phrases(subjects(head.head))
        if len(found) > 1:
            return found
        return self._talking(noun) if any(c.lower_ in {"the", "these", "this"} for c in children(noun, "det")) else []

    def _talking(self, noun: Token) -> list[Argument]:
        """Who was last said to talk: "joined the talks"."""
        told = [f for f in self.found if f.predicate == "talksWith" and f.trigger < noun.i and not f.stance.negated]
        told = [f for f in told if f.trigger == told[-1].trigger]
        return [Argument(k, 0.75) for k in dict.fromkeys(str(k) for f in told for k in (f.subject, f.object))]

    def _perpetrator(self, verb: Token) -> list[Argument]:
        """ "condemned the attack": whoever made the last attack that the text has told of."""
        finding = self._told(patients(verb), verb)
        if finding is None:
            return []
        owner = self.cast.entities[finding.subject].owner
        return [Argument(owner or finding.subject, 0.75)]

    def _target(self, verb: Token) -> list[Argument]:
        """ "claimed responsibility for the attack": whom the last attack hit that the text has told of."""
        finding = self._told((), verb)
        return [Argument(finding.object, 0.75)] if finding is not None and isinstance(finding.object, str) else []

    def _answered(self, verb: Token) -> list[Argument]:
        """ "rejected the accusation": whoever made the last one that the text has told of."""
        for noun in patients(verb):
            lemma = noun.lemma_.lower()
            if not any(c.lower_ in {"the", "this", "that", "these", "those"} for c in children(noun, "det")):
                continue
            for finding in reversed(self.found):
                if finding.trigger >= verb.i:
                    continue
                if lemma in self.words["nouns.speech.claim"] and finding.stance.sources:
                    return [Argument(finding.stance.sources[0], 0.75)]
                if (
                    finding.predicate in {"threatens", "accuses", "urges", "condemns"}
                    and lemma in self.words[f"nouns.speech.{finding.predicate}"]
                ):
                    return [Argument(finding.subject, 0.75)]
        return []

    def _told(self, nouns: Iterable[Token], verb: Token) -> Finding | None:
        """The last attack told of before; the nouns, where there are any, must speak of one that is known."""
        for noun in nouns:
            acts = self.frames.of("noun", noun.lemma_.lower())
            if not any(p.predicate == "attacks" for p in acts) or any(
                c.dep_ == "det" and c.lower_ in {"a", "an"} for c in noun.children
            ):
                return None
        for finding in reversed(self.found):
            if finding.predicate == "attacks" and finding.trigger < verb.i and not finding.stance.negated:
                return finding
        return None

    def _light_subject(self, noun: Token) -> list[Token]:
        head = noun
        while head.dep_ == "conj":
            head = head.head
        if head.dep_ == "dobj" and head.head.lemma_.lower() in self.words["verbs.light"]:
            return subjects(head.head)
        return []

    def _clause_subject(self, verb: Token) -> list[Token]:
        found: list[Token] = []
        for clause in children(verb, "ccomp", "xcomp"):
            found += children(clause, "nsubj", "nsubjpass") or (
                agents_or_objects(verb) if clause.dep_ == "xcomp" else []
            )
        for prep in children(verb, "prep"):
            for clause in children(prep, "pcomp"):
                found += children(clause, "nsubj")
        return found

    def _modifiers(self, noun: Token) -> list[Argument]:
        """States and organizations named right before a noun: "the Kenyan attack", "Kenyan-Somali talks"."""
        keys: list[str] = []
        for child in noun.lefts:
            if child.dep_ not in {"amod", "compound", "nmod", "npadvmod"}:
                continue
            for part in child.subtree:
                if part.i > child.i and part.dep_ != "conj":
                    continue
                if any(x.i != part.i and x.pos_ == "VERB" for x in part.ancestors if child.i <= x.i < noun.i):
                    continue
                if (
                    self.doc[part.i - 1].text == "-"
                    and part.i > 1
                    and self.doc[part.i - 2].lower_ in {"anti", "pro", "non", "ex"}
                ):
                    continue
                key = self._name_at(part.i)
                if key and key not in keys and self.cast.type(key) != "Place":
                    keys.append(key)
        if any(c.lower_ in self.words["nouns.force.modifier"] for c in noun.lefts):  # "Kenyan military movements"
            keys = [self.actors.force_of(noun, k) if self.cast.type(k) == "State" else k for k in keys]
        return [Argument(k, 0.95) for k in keys]

    def _argument(self, token: Token, depth: int = 4) -> list[Argument]:
        """The entities that a phrase stands for; through "dozens of", "leaders of", appositions."""
        mention = self.cast.at(token)
        if mention is not None and not (mention.head != token.i and token.i not in range(mention.start, mention.end)):
            return [Argument(k, mention.certainty) for k in mention.keys]
        if token.i in self.titled:  # "the Prime Minister of Kenya A", hung on the title by the parser
            return [Argument(self.titled[token.i], 0.95)]
        if depth == 0:
            return []
        if (
            token.lemma_.lower() in self.transparent
            or token.pos_ in {"NUM", "DET", "PRON"}
            or token.lower_ in self.transparent
        ):
            found = [
                a
                for p in children(token, "prep")
                if p.lower_ == "of"
                for o in children(p, "pobj")
                for c in coordinated(o)
                for a in self._argument(c, depth - 1)
            ]
            if found:
                return found
        named = [
            a
            for c in children(token, "appos")
            if c.i in self.cast.by_head and self.cast.by_head[c.i].kind == "name"
            for member in coordinated(c)
            for a in self._argument(member, depth - 1)
        ]
        if not named and (mention := self._named_after(token)) is not None:
            named = [Argument(k, mention.certainty * 0.95) for k in mention.keys]
        return named or self._unnamed(token)

    def _named_after(self, token: Token) -> Mention | None:
        """The person named after the comma that a description ends with: "charged one of his critics, the activist A,"."""
        end = token.right_edge.i + 1
        if end + 1 >= token.sent.end or self.doc[end].text != ",":
            return None
        for start, first in self.starts.items():
            if first == end + 1:
                end = start - 1
                break
        mention = self.cast.covering(end + 1)
        if mention is None or mention.kind != "name" or self.cast.type(mention.keys[0]) != "Person":
            return None
        closed = mention.end >= token.sent.end or self.doc[mention.end].text in {",", "."}
        return mention if closed and self.doc[mention.head].dep_ in {"npadvmod", "appos", "dep", "oprd"} else None

    def _unnamed(self, noun: Token) -> list[Argument]:
        """Somebody who has no name but acts: "a court", "striking workers", "armed men"; known in this text only."""
        if noun.pos_ not in _NOMINAL or self.cast.covering(noun.i) is not None:
            return []
        meant = self._meant(noun)
        if meant is not None:
            return meant
        key = self.actors.unnamed(noun)
        return [Argument(key, 0.85)] if key is not None else []

    def _meant(self, noun: Token) -> list[Argument] | None:
        """Who "the bloc", "the coast guard", "the colonel" is that was spoken of before: known or, where several could
        be, nobody. None where nobody of the kind was spoken of.
        """
        definite = any(c.lower_ in {"the", "this", "that"} for c in children(noun, "det"))
        if (
            not definite
            or noun.tag_ not in {"NN", "NNP"}
            or children(noun, "amod", "compound", "nmod", "poss", "relcl")
        ):
            return None
        words = self.words
        if either(noun, words["nouns.unnamed.force"]):
            types = {"Force"}
        elif either(noun, words["nouns.unnamed.organization"] | words["nouns.reference.organization"]):
            types = {"Organization", "Force"} if not either(noun, words["nouns.government.itself"]) else {"State"}
        elif either(noun, words["nouns.unnamed.person"]) or head_lemma(noun) in words["titles.office"]:
            types = {"Person"}
        else:
            return None
        before = [m for m in self.cast.before(noun.i) if m.kind == "name" or m.keys[0] in self.cast.entities]
        before = [m for m in before if len(m.keys) == 1 and self.cast.type(m.keys[0]) in types]
        found = [m.keys[0] for m in before]
        if not found:
            return None
        if not types & {"Force", "State"} or types == {"Organization", "Force"}:
            called = {k for m in before for k in m.keys if self._called(m, noun)}
            if not either(noun, words["nouns.reference.organization"] | words["nouns.reference.person"]) or called:
                found = [k for k in found if k in called]
        if not found:
            return None
        word = noun.lower_
        if types == {"Force"}:
            exact = [k for k in found if self.cast.entities[k].name.lower().endswith((word, "armed forces"))]
            if either(noun, words["nouns.force.service"]):
                found = [k for k in exact if self.cast.entities[k].name.lower().endswith(word)]
            elif either(noun, words["nouns.force.military"]):
                found = exact or [k for k in found if self.actors.regular(k)]
            else:
                found = exact or found
            if not found:
                return None
        recent = list(dict.fromkeys(found))
        earliest = self._start_of_last(noun)
        near = {k for m in before if m.start >= earliest for k in m.keys} & set(found)
        if len(recent) == 1:
            return [Argument(recent[0], 0.8)]
        return [Argument(near.pop(), 0.75)] if len(near) == 1 else []

    def _called(self, mention: Mention, noun: Token) -> bool:
        """Whether the text calls the one mentioned by the noun: "the court" of a Supreme Court, "the colonel" of Colonel A."""
        word, key = head_lemma(noun), mention.keys[0]
        if word in self.cast.entities[key].name.lower().split():
            return True
        before = self.doc[mention.start - 1].lower_ if mention.start else ""
        return before == word or any(o.person == key and o.title.lower().endswith(word) for o in self.doc._.kg_offices)

    def _start_of_last(self, noun: Token) -> int:
        """Where the sentence before the noun's begins."""
        start = noun.sent.start
        return self.doc[start - 1].sent.start if start else 0

    def _one_side(self, first: str, second: str) -> bool:
        """Whether one is the other's office holder or part: nobody talks with his own state."""
        held = {(o.person, o.owner) for o in self.doc._.kg_offices}
        parts = {(k, self.cast.entities[k].owner) for k in (first, second)}
        return bool({(first, second), (second, first)} & (held | parts))

    def _nobody(self, key: str) -> bool:
        """Whether nobody says who it is: "the bank charged customers" is of no interest."""
        draft = self.cast.entities[key]
        return not draft.named and draft.owner is None and key.endswith(self.cast.scope)

    # statements

    def _date(self, where: Token, obj: Argument, pattern: Pattern, held: Stance) -> str | None:
        date = when(where, self._times(where, obj, pattern))
        if pattern.predicate in _MAKING and obj.key in self.made:
            made = self.made[obj.key]
            date = made if date is None or made.startswith(date) else date
        told = where.tag_ == "VBD" and not held.hypothetical and not held.negated
        if date is None and told and (where.dep_ == "ROOT" or (where.dep_ == "conj" and where.head.dep_ == "ROOT")):
            date = self._carried(where.sent)
        if date is None and told and "participants" in pattern.object:  # "joined the talks": those told of before
            return next((f.when for f in reversed(self.found) if f.predicate == "talksWith" and f.when), None)
        return date

    def _carried(self, sentence: Span, depth: int = 4) -> str | None:
        """The day of a sentence that goes on about its subject: "They met on Monday. They agreed to meet again"."""
        root = sentence.root
        if root.tag_ != "VBD" or depth == 0:
            return None
        own = when(root, sentence_times(self.doc, root))
        if own is not None:
            return own if len(own) == 10 else None
        mentions = [m for s in subjects(root) if (m := self.cast.at(s)) and (m.kind == "pronoun" or len(m.keys) > 1)]
        if not mentions:
            return None
        keys = set(mentions[0].keys)
        before = sentence
        for _ in range(3):
            if before.start == 0:
                return None
            before = self.doc[before.start - 1].sent
            found = {k for s in subjects(before.root) for a in self._phrase(s) for k in (a.key,)}
            if found & keys:
                return self._carried(before, depth - 1)
        return None

    def _times(self, where: Token, obj: Argument, pattern: Pattern) -> list[Time]:
        """The times of the sentence; the year in an agreement's name dates its making, not its breach."""
        found = sentence_times(self.doc, where)
        told_of = where.pos_ in _NOMINAL and where.dep_ in {"dobj", "pobj"}
        if told_of and pattern.predicate in _STANDING and _definite(where):
            # "on Friday he denounced the accord between": when it was denounced, not when it was made
            start, end = where.left_edge.idx, where.right_edge.idx + len(where.right_edge.text)
            return [t for t in found if start <= t.start and t.end <= end]
        if (
            pattern.predicate in _MAKING
            or obj.phrase < 0
            or self.cast.type(obj.key) in {"State", "Person", "Force", "Organization", "Group", "Place"}
        ):
            return found
        head = self.doc[obj.phrase]
        start, end = head.left_edge.idx, head.right_edge.idx + len(head.right_edge.text)
        return [t for t in found if not (start <= t.start and t.end <= end)]

    def _findings(
        self,
        trigger: Token,
        where: Token,
        pattern: Pattern,
        subjects_: list[Argument],
        objects: list[Argument],
        carrier: Token | None,
    ) -> Iterator[Finding]:
        rule = self.ontology.properties[pattern.predicate]
        if rule.counts:
            return
        pairs: list[tuple[Argument, Argument]] = [(s, o) for s in subjects_ for o in objects if s.key != o.key]
        if rule.symmetric:
            pairs = _unordered(pairs)
        if (
            not rule.symmetric
            and len(subjects_) == len(objects) > 1
            and any(t.lower_ == "respectively" for t in where.sent)
        ):
            pairs = list(zip(subjects_, objects, strict=True))
        for subject, obj in pairs:
            types = self.cast.type(subject.key), self.cast.type(obj.key)
            if (
                not self.ontology.accepts(pattern.predicate, *types)
                or (rule.symmetric and self._one_side(subject.key, obj.key))
                or ("Force" not in types and self._nobody(subject.key) and self._nobody(obj.key))
            ):
                continue
            held = stance(trigger, (subject.key,))
            if subject.key in held.sources and pattern.predicate in _SPEECH:
                held = replace(held, sources=())  # "we urge": the act of speech is the speaker's own
            if pattern.kind == "compound" or (
                where.pos_ in _NOMINAL and pattern.predicate in _STANDING and _definite(where)
            ):
                held = replace(
                    held, sources=(), hypothetical=False
                )  # what is said of it takes for granted that it is so
            if carrier is not None and trigger is where:
                inner = _adjectives(carrier, self)
                held = replace(held, hypothetical=held.hypothetical or inner)
            held = replace(
                held, hypothetical=held.hypothetical or pattern.hypothetical, negated=held.negated != pattern.negated
            )
            confidence = pattern.confidence * subject.certainty * obj.certainty * held.certainty
            yield Finding(
                subject.key, pattern.predicate, obj.key, where.i, held, self._date(where, obj, pattern, held),
                None, round(confidence, 2), pattern.rule,
            )  # fmt: skip


def _definite(noun: Token) -> bool:
    return any(c.lower_ not in {"a", "an", "any", "no"} for c in children(noun, "det")) or noun.tag_ == "NNS"


def _made(doc: Doc, the_cast: Cast) -> dict[str, str]:
    """The dates that agreements and conflicts have in their own phrases: "the truce of November 2020"."""
    found: dict[str, str] = {}
    for mention in the_cast.mentions():
        if the_cast.type(mention.keys[0]) in {"Person", "State", "Organization", "Force", "Group", "Place"}:
            continue
        head = doc[mention.head]
        end = min(head.right_edge.i + 1, mention.end + 4)
        stop = next((i for i in range(mention.end, end) if doc[i].pos_ in {"VERB", "AUX", "PUNCT"}), end)
        for time in sentence_times(doc, head):
            inside = doc[mention.start].idx <= time.start and time.end <= doc[stop - 1].idx + len(doc[stop - 1].text)
            if inside and len(time.value) > len(found.get(mention.keys[0], "")):
                found[mention.keys[0]] = time.value
    return found


def _title_starts(doc: Doc, the_cast: Cast) -> dict[int, int]:
    """Where the phrase of a name starts that has a title or nationality in front: "US President A"."""
    starts: dict[int, int] = {}
    for office in doc._.kg_offices:
        mention = the_cast.covering(office.end - 1)
        if mention is not None and office.start < mention.start:
            starts[mention.start] = office.start
    return starts


def _adjectives(noun: Token, relations: _Relations) -> bool:
    words = load_lexicon()
    return any(c.lower_ in words["stance.adjective.unreal"] for c in noun.children if c.dep_ == "amod")


def agents_or_objects(verb: Token) -> list[Token]:
    """The object that controls an infinitive: "urged Kenya to withdraw"; the subject in the passive."""
    return patients(verb)


def _unordered(pairs: list[tuple[Argument, Argument]]) -> list[tuple[Argument, Argument]]:
    several = len({x.phrase for pair in pairs for x in pair}) > 1
    seen: dict[frozenset[str], tuple[Argument, Argument]] = {}
    for a, b in pairs:
        if several and a.phrase == b.phrase != -1:
            continue  # "between A and its neighbours B and C" sets nothing between B and C
        first, second = sorted((a, b), key=lambda x: x.key)
        seen.setdefault(frozenset((a.key, b.key)), (first, second))
    return list(seen.values())
