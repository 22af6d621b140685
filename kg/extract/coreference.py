"""Pronouns and descriptions: "he", "its", "both countries", "its neighbour", "the group", "the president"."""

from bisect import bisect_right
from dataclasses import replace
from itertools import islice

from spacy.language import Language
from spacy.tokens import Doc, Token

from kg.extract.actors import Actors, either, head_lemma
from kg.extract.cast import Cast, Mention, cast, phrase
from kg.extract.casualties import whole_number
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
        self.starts = [s.start for s in doc.sents]
        self.author = self._author()
        self.lead = self._lead()

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
        elif low == "whose":
            self._refer(token, self._relative(token), 0.9)
        elif low in _WE:
            self._speaker(token)
        elif low in _IT and not self._expletive(token):
            self._refer(token, self._thing(token, plural=False), 0.75)
        elif low in _THEY:
            self._refer(token, self._several(token), 0.7)
        elif low == "both" and token.dep_ in {"nsubj", "pobj", "dobj"}:
            self._refer(token, self._pair(token), 0.8)

    def _relative(self, whose: Token) -> tuple[str, ...]:
        """Whom "whose" means: the noun that its clause is said of."""
        clause = next((t for t in whose.ancestors if t.dep_ == "relcl"), None)
        mention = self.cast.at(clause.head) if clause is not None else None
        return mention.keys if mention is not None and len(mention.keys) == 1 else ()

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
        here = self._sentence(token.i)
        earliest = self.starts[max(0, here - sentences)]
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
            distance = here - self._sentence(mention.head)
            aside = any(
                t.dep_ == "appos"
                for t in (head, *head.ancestors)
                if t.i > mention.head - 8 and t.head.i in self.cast.by_head
            )
            return (
                distance,
                4  # only said of another: "the EMC, a faction of the FARC"
                if aside and head.dep_ not in {"nsubj", "nsubjpass"}
                else 0
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
            found = [m for m in found if not self._strikes(token, m)]
            nearest = next((m for m in self._near_its(token) if m in found), None)
            if nearest is not None:
                return nearest.keys
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

    def _near_its(self, token: Token) -> list[Mention]:
        """Whose "its" is by its own clause: the object's in "thanked Kenya for *its* help", else the clause's subject's."""
        verb, through = token.head, ""
        while verb.pos_ not in {"VERB", "AUX"} and verb.head.i != verb.i:
            if verb.dep_ == "prep" and (verb.lower_ in {"for", "over", "about"} or verb.head.pos_ in {"VERB", "AUX"}):
                through = verb.lower_
            verb = verb.head
        if verb.lemma_ in self.actors.hostile and not through:
            return []  # what is struck is not of whoever strikes
        if verb.dep_ == "pcomp" and verb.head.lower_ in {"of", "for", "over"}:
            owners = children(verb.head.head, "dobj", "nsubjpass")
        elif through in {
            "for",
            "of",
            "over",
            "about",
        }:  # "thanked Kenya for its help", "broke ties with Kenya over its war"
            inside = [t for t in verb.subtree if verb.i < t.i < token.head.left_edge.i and t.dep_ in {"dobj", "pobj"}]
            owners = [t for t in reversed(inside) if self.cast.at(t) is not None][:1]
        else:
            owners = []
        owners = [o for o in owners if o.i < token.i] or subjects(verb)
        return [m for o in owners if o.i < token.i and (m := self.cast.at(o)) and len(m.keys) == 1]

    def _strikes(self, token: Token, mention: Mention) -> bool:
        """ "the army shelled *its* lines": not those of whoever shells them."""
        thing, head = token.head, self.doc[mention.head]
        verb = thing.head.head if thing.dep_ == "pobj" else thing.head
        return (
            thing.dep_ in {"dobj", "pobj"}
            and verb.lemma_ in self.actors.hostile
            and _subject(head)
            and head.head == verb
        )

    def _several(self, token: Token) -> tuple[str, ...]:
        """The coordinated or plural subject before; else a body that "they" can be."""
        for mention in self.cast.before(token.i):
            head = self.doc[mention.head]
            if head.sent.start < token.sent.start and self._sentences_between(head, token) > 2:
                break
            if len(mention.keys) > 1 and _subject(head):
                return mention.keys
            if head.sent == token.sent and head.tag_ in {"NNS", "NNPS"} and self.cast.type(mention.keys[0]) != "Place":
                return mention.keys  # "likened the Chinese to pirates and demanded that they leave"
            if _subject(head) and len(_all_conjuncts(head)) > 1:
                group = [self.cast.at(t) for t in _all_conjuncts(head)]
                keys = tuple(dict.fromkeys(k for m in group if m for k in m.keys))
                if len(keys) > 1:
                    return keys
        if token.dep_ == "poss":
            found = [m for m in self._candidates(token, _THEMATIC | {"Group"}, 0) if _subject(self.doc[m.head])]
            return found[0].keys if found else ()
        found = list(self._candidates(token, frozenset({"Force", "Organization", "Group"}), 1))
        if token.lower_ == "them":  # one body is rather "it"
            found = [m for m in found if self.cast.type(m.keys[0]) != "Organization"]
        return found[0].keys if found and (_subject(self.doc[found[0].head]) or len(found) == 1) else ()

    def _sentences_between(self, a: Token, b: Token) -> int:
        return max(0, self._sentence(b.i) - self._sentence(a.i))

    def _sentence(self, i: int) -> int:
        """The number of the sentence that holds a token."""
        return bisect_right(self.starts, i) - 1

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
        named = next((c for c in children(noun, "appos") if noun.i < c.i and c.left_edge.i == noun.i + 1), None)
        if named is not None and named.i in self.actors.at and named.i in self.cast.by_head:
            self._refer_noun(noun, self.cast.by_head[named.i].keys, 0.9)  # "the group INSEC"
            return
        said_of = self.cast.by_head.get(noun.head.i) if noun.dep_ == "appos" and noun.head.i < noun.i else None
        if said_of is not None and len(said_of.keys) == 1 and said_of.kind == "name" and children(noun, "det"):
            self._refer_noun(noun, said_of.keys, 0.9)  # "Karuna, a colonel who"
            return
        determiner = next((c.lower_ for c in children(noun, "det", "predet")), "")
        plural = noun.tag_ in {"NNS", "NNPS"}
        if (
            plural
            and lemma in words["nouns.reference.pair"]
            and (determiner == "both" or any(c.lower_ in words["nouns.reference.together"] for c in noun.lefts))
        ):
            self._refer_noun(noun, self._pair(noun), 0.8)
            return
        count = next((whole_number(c) for c in children(noun, "nummod")), None)
        if (
            plural
            and count
            and count > 2
            and determiner in {"the", "these", "those"}
            and lemma in words["nouns.reference.pair"]
        ):
            self._refer_noun(noun, self._so_many(noun, int(count)), 0.8)
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
        if owner_noun is not None and either(noun, words["nouns.force.irregular"]):
            forces = self._candidates(owner_noun, frozenset({"Force"}), 2)  # who has fighters is rather armed than not
            owner = forces[0] if forces else self.cast.by_head.get(owner_noun.i)
            self._fighters(noun, owner.keys if owner else (), owner_noun.left_edge.i)
            return
        armed = either(noun, words["nouns.force.military"] | words["nouns.force.equipment"])
        if armed and plural and any(c.lower_ == "government" for c in noun.lefts):
            self._government_forces(noun)
            return
        if determiner not in {"the", "this", "that", "these"}:
            return
        if any(
            i in self.actors.at and self.actors.at[i].type != "Place"
            for c in noun.lefts
            if c.dep_ in {"amod", "compound", "nmod"}
            for i in range(c.left_edge.i, c.i + 1)
        ):
            return  # "the Kenyan territory" is none that was spoken of before
        if any(c.dep_ in {"relcl", "acl"} or (c.dep_ == "prep" and c.lower_ == "of") for c in noun.children):
            return
        if self._called_by(noun):
            return
        if noun.tag_.startswith("NNP") and any(
            c.text[:1].isupper() and c.is_alpha and c.dep_ != "det" for c in noun.lefts
        ):
            return  # "the People's Party" is a name, known or not
        if either(noun, words["nouns.force.military"]) and plural | (lemma in words["nouns.force.itself"]):
            found = [m for m in self._candidates(noun, frozenset({"Force"}), 2) if self.actors.regular(m.keys[0])]
            if len({m.keys for m in found}) == 1:
                self._refer_noun(noun, found[0].keys, 0.7)
            elif not found and lemma in words["nouns.force.itself"] and (home := self.actors.home(noun)) is not None:
                self._forces(noun, [home], noun.left_edge.i)
        elif lemma in words["nouns.reference.state"] and not plural:
            found = self._candidates(noun, frozenset({"State"}), 2)
            if lemma == "government":
                self._refer_noun(noun, self._government(found), 0.7)
                return
            acting = {
                self.cast.entities[k].owner
                for m in self.cast.before(noun.i)
                if m.start >= noun.sent.start
                for k in m.keys
            }
            if noun.dep_ in {"dobj", "pobj"}:
                verb = next((t for t in noun.ancestors if t.pos_ in {"VERB", "AUX"}), noun)
                acting |= {k for t in subjects(verb) if (m := self.cast.at(t)) for k in m.keys}
            # who does it, by itself or by its troops, is not "the country" it is done to
            found = [m for m in found if m.keys[0] not in acting]
            self._refer_noun(noun, found[0].keys if found else (), 0.7)
        elif lemma in words["nouns.reference.organization"] and not plural:
            found = self._candidates(noun, frozenset({"Organization", "Force"}), 2)
            if (found and len({m.keys for m in found[:2]}) == 1) or (found and _subject(self.doc[found[0].head])):
                self._refer_noun(noun, found[0].keys, 0.7)
        elif lemma in words["nouns.reference.place"] and not plural:
            found = self._candidates(noun, frozenset({"Place"}), 2)
            kinds = [k for k in ("water", "island", "city", "region") if lemma in words[f"nouns.reference.{k}"]]
            fitting = [m for m in found if self._kind(m.keys[0]) in kinds] or [
                m for m in found if not self._kind(m.keys[0])
            ]
            if len({m.keys for m in fitting}) == 1:
                self._refer_noun(noun, fitting[0].keys, 0.65)
        else:
            self._by_title(noun)

    def _government(self, near: list[Mention]) -> tuple[str, ...]:
        """Whose "the government" is: the state's that the text is about; where it is about none, one that stands alone."""
        home = self.doc._.kg_home or self.lead
        if home is not None:
            self.actors.known(self.actors.gazetteer.entries[home])
            return (home,)
        return near[0].keys if len({m.keys for m in near}) == 1 else ()

    def _lead(self) -> str | None:
        """The only state that the first two sentences name."""
        end = max((s.end for s in islice(self.doc.sents, 2)), default=0)
        named = {n.entry for n in self.actors.names if n.start < end and n.type == "State" and n.entry}
        return named.pop() if len(named) == 1 else None

    def _kind(self, place: str) -> str:
        """What the gazetteer says a place is: "city", "water"; nothing where it does not know the place."""
        entry = self.actors.gazetteer.entries.get(place)
        return (entry.kind or "") if entry is not None else ""

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

    def _fighters(self, noun: Token, owners: tuple[str, ...], start: int) -> None:
        """ "its fighters", "the group's fighters": the group itself where it is armed, else its armed men."""
        sides = tuple(dict.fromkeys(self._side(k) for k in owners))
        if len(sides) == 1 and self.cast.type(sides[0]) == "Force":
            self._refer_noun(noun, sides, 0.8)
        elif len(sides) == 1 and self.cast.type(sides[0]) == "Organization":
            self._forces(noun, list(sides), start)

    def _government_forces(self, noun: Token) -> None:
        """ "government forces": the army of the state that the sentence names, that the text is about, or that it has just named."""
        here = self.actors.states_in(noun.sent)
        near = {m.keys[0] for m in self._candidates(noun, frozenset({"State"}), 2)}
        for states in (here, {self.doc._.kg_home} - {None}, near | here):
            if len(states) == 1:
                self.actors.known(self.actors.gazetteer.entries[next(iter(states))])
                self._forces(noun, list(states), noun.left_edge.i)
                return

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
            others = self._neighbours(noun, keys) or [k for k in self._pair(noun) if k not in keys]
            if len(others) == 1:
                self._refer_noun(noun, (others[0],), 0.7)
            return
        if head_lemma(noun) in words["nouns.reference.state"]:
            self._refer_noun(noun, tuple(k for k in keys if self.cast.type(k) == "State"), 0.75)
        elif either(
            noun, words["nouns.force.military"] | words["nouns.force.service"] | words["nouns.force.equipment"]
        ):
            self._forces(noun, [k for k in keys if self.cast.type(k) in {"State", "Force"}], pronoun.i)
        elif either(noun, words["nouns.force.irregular"]):
            self._fighters(noun, keys, pronoun.i)
        elif (
            either(noun, words["nouns.government.stands_for_state"])
            and head_lemma(noun) not in words["nouns.reference.office"]
        ):
            self._refer_noun(noun, keys, 0.7)
        elif either(noun, words["nouns.group.people"]) and len(keys) == 1 and self.cast.type(keys[0]) == "State":
            self.actors._group(noun, list(keys), pronoun.i)

    def _neighbours(self, noun: Token, owners: tuple[str, ...]) -> list[str]:
        """The states named before that border on the one state whose neighbour is meant."""
        entries = self.actors.gazetteer.entries
        if len(owners) != 1 or owners[0] not in entries:
            return []
        beside = set(entries[owners[0]].related.get("borders", ()))
        return sorted({k for m in self.cast.before(noun.i) if len(m.keys) == 1 for k in m.keys if k in beside})

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

    def _so_many(self, token: Token, count: int) -> tuple[str, ...]:
        """ "the three countries": as many states or forces that the text has named in a row, up to two sentences before."""
        for mention in self.cast.before(token.i):
            head = self.doc[mention.head]
            if self._sentences_between(head, token) > 2:
                break
            group = [m for t in _all_conjuncts(head) if (m := self.cast.at(t))]
            keys = tuple(dict.fromkeys(k for m in group for k in m.keys if self.cast.type(k) in {"State", "Force"}))
            if len(keys) == count:
                return keys
        return ()

    def _pair(self, token: Token) -> tuple[str, ...]:
        """The two states (or forces) that the text before sets side by side, else its only two states.

        Two that are named beside each other once, sentences ago, are not what the text is about.
        """
        counts: dict[str, int] = {}
        for mention in self.cast.before(token.i):
            for key in mention.keys if mention.kind != "pronoun" and len(mention.keys) == 1 else ():
                counts[key] = counts.get(key, 0) + 1
        actors = self._acting(token)
        for mention in self.cast.before(token.i):
            head = self.doc[mention.head]
            if head.i in actors:
                continue  # "mediators from A and B met the two sides"
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
            alike = len(keys) == 2 and len({self.cast.type(k) for k in keys}) == 1
            if alike and (self._sentences_between(head, token) < 2 or min(counts.get(k, 0) for k in keys) > 1):
                return keys
            if token.sent.start - mention.start > 250:
                break
        states = {k: n for k, n in counts.items() if self.cast.type(k) == "State"}
        top = sorted(states, key=lambda k: (-states[k], k))[:3]
        if len(top) == 2 or (len(top) == 3 and states[top[1]] >= 2 * states[top[2]]):
            return tuple(sorted(top[:2]))
        forces = {k: n for k, n in counts.items() if self.cast.type(k) == "Force" and n > 1}
        return tuple(sorted(forces)) if len(forces) == 2 else ()

    def _acting(self, token: Token) -> set[int]:
        """The tokens of the subject of the verb whose object or complement `token` is in."""
        verb = next((t for t in token.ancestors if t.pos_ in {"VERB", "AUX"}), None)
        found = subjects(verb) if verb is not None else []
        return {
            t.i for s in found for c in coordinated(s) for t in c.subtree if s.i < token.i and token not in c.subtree
        }


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
