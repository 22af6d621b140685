"""Pronouns and descriptions: "he", "its", "both countries", "its neighbour", "the group", "the president"."""

from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc, Token

from kg.extract.actors import Actors, either, head_lemma
from kg.extract.cast import Cast, Mention, cast, phrase
from kg.extract.clauses import children, coordinated, subjects
from kg.extract.offices import Office
from kg.lexicon import load as load_lexicon

_HE = frozenset({"he", "him", "his", "himself", "she", "her", "herself"})
_IT = frozenset({"it", "its", "itself"})
_THEY = frozenset({"they", "them", "their", "themselves"})
_WE = frozenset({"i", "my", "me", "we", "our", "us"})
_THEMATIC = frozenset({"State", "Organization", "Force"})


@Language.component(
    "kg_coreference",
    requires=["token.dep", "doc._.kg_offices", "doc._.kg_unowned", "doc._.kg_speakers"],
    assigns=["doc._.kg_cast", "doc._.kg_offices"],
)
def kg_coreference(doc: Doc) -> Doc:
    """Adds mentions for pronouns and descriptions that one earlier mention clearly explains; others stay open."""
    _Coreference(doc).run()
    return doc


class _Coreference:
    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.cast: Cast = cast(doc)
        self.actors = Actors(doc)
        self.words = load_lexicon()
        self.compass = self.words["nouns.place.compass"]
        self.offices: tuple[Office, ...] = doc._.kg_offices
        self.author = self._author()

    def run(self) -> None:
        unowned = {u.at: u.office for u in self.doc._.kg_unowned}
        for token in self.doc:
            self._token(token)
            if token.i in unowned:
                self._office(unowned[token.i], token)
        self.doc._.kg_offices = self.offices

    def _office(self, office: Office, owner: Token) -> None:
        """An office whose owner a pronoun or description gives: "its foreign minister NAME"."""
        mention = self.cast.by_head.get(owner.i)
        if mention is None or len(mention.keys) != 1:
            return
        key = mention.keys[0]
        if self.cast.type(key) == "Person" and office.title.lower() in self.words["titles.national"]:
            key = self._side(key)  # "his foreign minister"
        if self.cast.type(key) in _THEMATIC and key != office.person:
            certainty = round(office.certainty * mention.certainty, 2)
            self.offices = (*self.offices, replace(office, owner=key, certainty=certainty))

    def _token(self, token: Token) -> None:
        if token.i in self.cast.by_head or token.is_space:
            return
        if token.lower_ in {"other", "another"} and token.i and self.doc[token.i - 1].lower_ in {"each", "one"}:
            self._reciprocal(token)
        elif token.pos_ in {"PRON", "DET"}:
            self._pronoun(token)
        elif token.lower_ in self.compass and token.text[:1].isupper() | (token.lower_ in {"north", "south"}):
            self._half(token)
        elif token.pos_ in {"NOUN", "PROPN"} and self.cast.covering(token.i) is None:
            self._description(token)

    # pronouns

    def _pronoun(self, token: Token) -> None:
        low = token.lower_
        said = self._who_says(token) if low in {"it", "they", "he", "she"} else None
        if said is not None:
            self._refer(token, said.keys, 0.9)
        elif low in _HE:
            self._refer(token, self._person(token), 0.85)
        elif low in _WE:
            self._speaker(token)
        elif low in _IT and not self._expletive(token):
            self._refer(token, self._thing(token, plural=False), 0.75)
        elif low in _THEY:
            self._refer(token, self._several(token), 0.7)
        elif low == "both" and token.dep_ in {"nsubj", "pobj", "dobj"}:
            self._refer(token, self._pair(token), 0.8)

    def _half(self, token: Token) -> None:
        """ "the North" where the text names North Korea."""
        if token.i == 0 or self.doc[token.i - 1].lower_ != "the" or token.dep_ in {"compound", "amod", "nmod"}:
            return
        if any(c.dep_ == "prep" and c.lower_ == "of" for c in token.children):
            return
        keys = {
            k for m in self.cast.before(token.i) for k in m.keys
            if self.cast.type(k) == "State" and self.cast.entities[k].name.lower().split()[0] == token.lower_
        }  # fmt: skip
        if len(keys) == 1:
            self.cast.add(Mention(token.i - 1, token.i + 1, token.i, (keys.pop(),), "noun", 0.85))

    def _who_says(self, token: Token) -> Mention | None:
        """ "Kenya said it had withdrawn": the subject of a clause that is said is most often who says it."""
        verb = token.head
        if token.dep_ not in {"nsubj", "nsubjpass"} or verb.dep_ not in {"ccomp", "advcl"}:
            return None
        if verb.head.lemma_.lower() not in self.words["stance.verb.report"] | self.words["stance.verb.deny"]:
            return None
        if verb.dep_ == "advcl" or any(
            c.i != verb.i and c.i < token.i and c.dep_ == "nsubj" for c in verb.head.children if c.i > verb.i
        ):
            return None
        found = [
            (s, m) for s in subjects(verb.head) if (m := self.cast.at(s)) and m.kind != "pronoun" and s.i < token.i
        ]
        if len(found) != 1:
            return None
        subject, mention = found[0]
        type_ = self.cast.type(mention.keys[0])
        plural = subject.tag_ in {"NNS", "NNPS"} or len(mention.keys) > 1
        match token.lower_:
            case "they":
                return mention if plural or type_ in {"Force", "Organization", "Group"} else None
            case "it":
                return mention if not plural and type_ in _THEMATIC else None
        return mention if type_ == "Person" else None

    def _reciprocal(self, token: Token) -> None:
        """ "each other" stands for all members of the subject."""
        verb = token
        while verb.pos_ not in {"VERB", "AUX"} and verb.head.i != verb.i:
            verb = verb.head
        found = [m for s in subjects(verb) for c in coordinated(s) if (m := self.cast.at(c))]
        keys = tuple(dict.fromkeys(k for m in found for k in m.keys))
        if len(keys) > 1:
            self._refer(token, keys, 0.9)

    def _refer(self, token: Token, keys: tuple[str, ...], certainty: float) -> None:
        if keys:
            self.cast.add(Mention(token.i, token.i + 1, token.i, keys, "pronoun", certainty))

    def _expletive(self, token: Token) -> bool:
        """ "it is believed that", "it was the first time"."""
        verb = token.head
        if token.dep_ not in {"nsubj", "nsubjpass", "expl"}:
            return False
        if token.dep_ == "expl":
            return True
        return verb.lemma_ == "be" or (any(c.dep_ == "ccomp" for c in verb.children) and token.dep_ == "nsubjpass")

    def _candidates(self, token: Token, types: frozenset[str], sentences: int) -> list[Mention]:
        """Single earlier mentions of the types, the best first: subjects of this and the last sentences before others."""
        starts = [s.start for s in self.doc.sents]
        here = max(i for i, s in enumerate(starts) if s <= token.i)
        earliest = starts[max(0, here - sentences)]
        found = []
        for mention in self.cast.before(token.i):
            if mention.start < earliest:
                break
            if mention.head == token.head.i and token.dep_ == "poss":
                continue
            if len(mention.keys) == 1 and self.cast.type(mention.keys[0]) in types:
                found.append(mention)

        def rank(mention: Mention) -> tuple[int, int, int]:
            head = self.doc[mention.head]
            distance = here - max(i for i, s in enumerate(starts) if s <= mention.head)
            return (
                distance,
                0
                if _subject(head) and head.head.dep_ == "ROOT"
                else 1
                if _subject(head)
                else 3
                if head.dep_ in {"poss", "compound", "amod", "pobj"}
                else 2,
                -mention.start,
            )

        return sorted(found, key=rank)

    def _person(self, token: Token) -> tuple[str, ...]:
        found = self._candidates(token, frozenset({"Person"}), 3)
        return found[0].keys if found else ()

    def _thing(self, token: Token, plural: bool) -> tuple[str, ...]:
        found = self._candidates(token, _THEMATIC, 1)
        found = [m for m in found if not self._same_clause_object(token, m)]
        if token.dep_ == "poss":
            inside = [m for m in found if m.head > token.sent.start - 1 and _subject(self.doc[m.head])]
            found = inside or found
        if not found:
            return ()
        return found[0].keys

    def _same_clause_object(self, token: Token, mention: Mention) -> bool:
        """A subject or object pronoun is not the other argument of its own verb."""
        head = self.doc[mention.head]
        return (
            token.dep_ in {"nsubj", "dobj"}
            and head.head.i == token.head.i
            and head.dep_ in {"nsubj", "dobj", "nsubjpass"}
        )

    def _several(self, token: Token) -> tuple[str, ...]:
        """The coordinated or plural subject before; else a body that "they" can be."""
        for mention in self.cast.before(token.i):
            head = self.doc[mention.head]
            if head.sent.start < token.sent.start and self._sentences_between(head, token) > 2:
                break
            if len(mention.keys) > 1 and _subject(head):
                return mention.keys
            if _subject(head) and len(_all_conjuncts(head)) > 1:
                group = [self.cast.at(t) for t in _all_conjuncts(head)]
                keys = tuple(dict.fromkeys(k for m in group if m for k in m.keys))
                if len(keys) > 1:
                    return keys
        if token.dep_ == "poss":
            found = [m for m in self._candidates(token, _THEMATIC | {"Group"}, 0) if _subject(self.doc[m.head])]
            return found[0].keys if found else ()
        found = list(self._candidates(token, frozenset({"Force", "Organization", "Group"}), 1))
        return found[0].keys if found and (_subject(self.doc[found[0].head]) or len(found) == 1) else ()

    def _sentences_between(self, a: Token, b: Token) -> int:
        return sum(1 for s in self.doc.sents if a.i < s.start <= b.i)

    def _author(self) -> str | None:
        """Who speaks in the first person throughout: the one whom the heading names, "Statement by A", "A's remarks"."""
        heading = next(iter(self.doc.sents), None)
        if heading is None or not any(head_lemma(t) in self.words["stance.noun.address"] for t in heading):
            return None
        named = [m for m in self.cast.mentions() if m.start < heading.end and m.kind == "name"]
        people = {m.keys[0] for m in named if self.cast.type(m.keys[0]) == "Person"}
        return people.pop() if len(people) == 1 else None

    def _speaker(self, token: Token) -> None:
        """ "we" is the side of whoever speaks: in a quotation, or throughout a statement."""
        speaker = self.doc._.kg_speakers.get(token.i) or self.author
        if speaker is None:
            return
        side = next((o.owner for o in self.offices if o.person == speaker), None) or self._usual_side(speaker)
        if token.lower_ in {"i", "me", "my"}:
            self._refer(token, (speaker,), 0.9)
        elif side is not None:
            self._refer(token, (side,), 0.75)
        elif self.cast.type(speaker) != "Person":
            self._refer(token, (speaker,), 0.75)

    def _usual_side(self, person: str) -> str | None:
        """The state that a person is known to speak for, where the text has named it."""
        entry = self.actors.gazetteer.entries.get(person)
        side = entry.of if entry is not None else None
        return side if side in self.cast.entities and self.cast.type(side) == "State" else None

    # descriptions

    def _description(self, noun: Token) -> None:
        words = self.words
        lemma = head_lemma(noun)
        pronoun = next((c for c in children(noun, "poss") if c.pos_ == "PRON" or c.tag_ == "PRP$"), None)
        determiner = next((c.lower_ for c in children(noun, "det", "predet")), "")
        plural = noun.tag_ in {"NNS", "NNPS"}
        if (
            plural
            and lemma in words["nouns.reference.pair"]
            and (determiner == "both" or any(c.lower_ in words["nouns.reference.together"] for c in noun.lefts))
        ):
            self._refer_noun(noun, self._pair(noun), 0.8)
            return
        if noun.dep_ == "poss" and plural and lemma in words["nouns.reference.pair"]:
            self._refer_noun(noun, self._pair(noun), 0.75)
            return
        if pronoun is not None:
            self._owned(noun, pronoun)
            return
        owner_noun = next((c for c in children(noun, "poss")), None)
        if (
            owner_noun is not None
            and owner_noun.i in self.cast.by_head
            and either(noun, words["nouns.force.military"] | words["nouns.force.service"])
        ):
            owners = [self._side(k) for k in self.cast.by_head[owner_noun.i].keys]
            self._forces(noun, [k for k in owners if self.cast.type(k) in _THEMATIC], owner_noun.left_edge.i)
            return
        if lemma == "force" and plural and any(c.lower_ == "government" for c in noun.lefts):
            self._government_forces(noun)
            return
        if determiner not in {"the", "this", "that", "these"}:
            return
        if any(
            i in self.actors.at
            for c in noun.lefts
            if c.dep_ in {"amod", "compound", "nmod"}
            for i in range(c.left_edge.i, c.i + 1)
        ):
            return  # "the Kenyan territory" is none that was spoken of before
        if any(c.dep_ in {"relcl", "acl"} or (c.dep_ == "prep" and c.lower_ == "of") for c in noun.children):
            return
        if self._called_by(noun):
            return
        if either(noun, words["nouns.force.military"]) and plural | (lemma in words["nouns.force.itself"]):
            found = list(self._candidates(noun, frozenset({"Force"}), 2))
            if len({m.keys for m in found}) == 1:
                self._refer_noun(noun, found[0].keys, 0.7)
        elif lemma in words["nouns.reference.state"] and not plural:
            found = self._candidates(noun, frozenset({"State"}), 2)
            acting = {
                self.cast.entities[k].owner
                for m in self.cast.before(noun.i)
                if m.start >= noun.sent.start
                for k in m.keys
            }
            found = [
                m for m in found if m.keys[0] not in acting
            ]  # whose troops do it is not "the country" it is done to
            self._refer_noun(noun, found[0].keys if found else (), 0.7)
        elif lemma in words["nouns.reference.organization"] and not plural:
            found = self._candidates(noun, frozenset({"Organization", "Force"}), 2)
            if (found and len({m.keys for m in found[:2]}) == 1) or (found and _subject(self.doc[found[0].head])):
                self._refer_noun(noun, found[0].keys, 0.7)
        elif lemma in words["nouns.reference.place"] and not plural:
            found = self._candidates(noun, frozenset({"Place"}), 2)
            if len({m.keys for m in found}) == 1:
                self._refer_noun(noun, found[0].keys, 0.65)
        else:
            self._by_title(noun)

    def _called_by(self, noun: Token) -> bool:
        """ "the commission" where the text has named the Kenyan Truth Commission: the last that is called so."""
        if children(noun, "amod", "compound", "nmod") or noun.tag_ not in {"NN", "NNP"}:
            return False
        for mention in self.cast.before(noun.i):
            if (
                mention.kind == "name"
                and mention.end - mention.start > 1
                and self.doc[mention.head].lower_ == noun.lower_
                and self.cast.type(mention.keys[0]) not in {"State", "Person"}
            ):
                self._refer_noun(noun, mention.keys, 0.85)
                return True
        return False

    def _government_forces(self, noun: Token) -> None:
        """ "government forces": the army of the state that the text has just spoken of."""
        found = self._candidates(noun, frozenset({"State"}), 2)
        near = {m.keys[0] for m in found} | {
            str(n.entry) for n in self.actors.names
            if n.entry and n.type == "State" and noun.sent.start <= n.start < noun.i
        }  # fmt: skip
        if len(near) == 1:
            self.actors.known(self.actors.gazetteer.entries[next(iter(near))])
            self._forces(noun, list(near), noun.left_edge.i)

    def _refer_noun(self, noun: Token, keys: tuple[str, ...], certainty: float) -> None:
        if keys:
            self.cast.add(Mention(noun.left_edge.i, noun.i + 1, noun.i, keys, "noun", certainty))

    def _by_title(self, noun: Token) -> None:
        """ "the president": the only one of the persons before who holds such an office."""
        plural = noun.tag_ in {"NNS", "NNPS"}
        title = head_lemma(noun)
        holders = sorted(
            {o.person for o in self.offices if o.title.lower().endswith(title) and o.start < noun.i and not o.former}
        )
        if (plural and len(holders) > 1) or (not plural and len(holders) == 1):
            self._refer_noun(noun, tuple(holders), 0.75)

    def _owned(self, noun: Token, pronoun: Token) -> None:
        """ "its troops", "his government", "its neighbour"."""
        if pronoun.i not in self.cast.by_head:
            self._pronoun(pronoun)
        owner = self.cast.by_head.get(pronoun.i)
        if owner is None:
            return
        keys = tuple(dict.fromkeys(self._side(k) for k in owner.keys))
        words = self.words
        if head_lemma(noun) in words["nouns.reference.neighbour"]:
            others = [k for k in self._pair(noun) if k not in keys]
            if len(others) == 1:
                self._refer_noun(noun, (others[0],), 0.7)
            return
        if head_lemma(noun) in words["nouns.reference.state"]:
            self._refer_noun(noun, tuple(k for k in keys if self.cast.type(k) == "State"), 0.75)
        elif either(
            noun, words["nouns.force.military"] | words["nouns.force.service"] | words["nouns.force.equipment"]
        ):
            self._forces(noun, [k for k in keys if self.cast.type(k) in {"State", "Force"}], pronoun.i)
        elif (
            either(noun, words["nouns.government.stands_for_state"])
            and head_lemma(noun) not in words["nouns.reference.office"]
        ):
            self._refer_noun(noun, keys, 0.7)
        elif either(noun, words["nouns.group.people"]) and len(keys) == 1 and self.cast.type(keys[0]) == "State":
            self.actors._group(noun, list(keys), pronoun.i)

    def _forces(self, noun: Token, owners: list[str], start: int) -> None:
        """ "its troops", "the two countries' troops": the phrase itself is no name of them."""
        owners = self.actors.armed(owners)
        for key in owners:
            self.actors._force(noun, key, start)
        if len(owners) > 1:
            self.actors._join(noun, start, owners)
        for key in self.cast.by_head[noun.i].keys if owners else ():
            self.cast.entities[key].aliases.discard(phrase(self.doc, start, noun.i + 1))

    def _side(self, key: str) -> str:
        if self.cast.type(key) != "Person":
            return key
        return next((o.owner for o in self.offices if o.person == key), key)

    def _pair(self, token: Token) -> tuple[str, ...]:
        """The two states (or forces) that the text before sets side by side, else its only two states."""
        for mention in self.cast.before(token.i):
            head = self.doc[mention.head]
            group = (
                [self.cast.at(t) for t in _all_conjuncts(head)]
                if head.dep_ == "conj" or any(c.dep_ == "conj" for c in head.children)
                else [mention]
            )
            keys = tuple(
                dict.fromkeys(
                    k
                    for m in group
                    if m
                    for k in m.keys
                    if self.cast.type(k) in {"State", "Force", "Organization", "Person"}
                )
            )
            if len(keys) == 2 and len({self.cast.type(k) for k in keys}) == 1:
                return keys
            if token.sent.start - mention.start > 250:
                break
        counts: dict[str, int] = {}
        for mention in self.cast.before(token.i):
            for key in mention.keys:
                if self.cast.type(key) == "State":
                    counts[key] = counts.get(key, 0) + 1
        top = sorted(counts, key=lambda k: (-counts[k], k))[:3]
        if len(top) == 2 or (len(top) == 3 and counts[top[1]] >= 2 * counts[top[2]]):
            return tuple(sorted(top[:2]))
        return ()


def _subject(token: Token) -> bool:
    while token.dep_ == "conj":
        token = token.head
    return token.dep_ in {"nsubj", "nsubjpass"}


def _all_conjuncts(token: Token) -> list[Token]:
    while token.dep_ == "conj" and token.head.pos_ in {"NOUN", "PROPN"}:
        token = token.head
    found = [token]
    for item in found:
        found += [c for c in item.children if c.dep_ == "conj" or (c.dep_ == "appos" and children(c, "conj"))]
    return found
