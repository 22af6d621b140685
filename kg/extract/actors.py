"""Noun phrases that stand for actors and places: "Kenyan forces", "Kenya's Defence Ministry", "the government of Kenya"."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from kg.extract.cast import Cast, Draft, Mention, cast, phrase
from kg.extract.clauses import children, coordinated
from kg.extract.names import Name
from kg.frames import Pattern
from kg.frames import load as load_frames
from kg.gazetteer import Entry, Gazetteer
from kg.gazetteer import load as load_gazetteer
from kg.lexicon import load as load_lexicon
from kg.statement import slug

_OWNERS = frozenset({"State", "Organization", "Force"})
# Kinds of organizations whose officers and units are no armed forces.
_UNARMED = frozenset({"ngo", "media", "company"})
_SPEECH = ("accuses", "condemns", "urges", "rejects", "threatens", "talksWith", "agreesWith", "supports")
# Tokens: about three sentences.
_NEAR = 80
_LOCATIVE = frozenset({"in", "at", "near", "outside", "around", "inside", "over", "through", "throughout", "across", "into", "from", "toward", "towards", "within", "via"})  # fmt: skip
_PLACE_PREDICATES = frozenset({"attacks", "occupies", "deploysTo", "withdrawsFrom", "claimsTerritory"})


def head_lemma(token: Token) -> str:
    """The lemma in lower case; the model leaves capitalised plurals as they are ("Republics")."""
    lemma = token.lemma_.lower()
    if token.tag_ == "NNPS" and lemma.endswith("s"):
        return lemma[:-3] + "y" if lemma.endswith("ies") else lemma[:-1]
    return lemma


def compound_lemma(token: Token) -> str:
    """The lemma with the word before it: "security force", "peace deal", "cease-fire"."""
    before = _before(token)
    if before is None:
        return head_lemma(token)
    if before.text == "-" and (first := _before(before)) is not None:
        return f"{first.lower_}-{head_lemma(token)}"
    return f"{before.lower_} {head_lemma(token)}"


def either(token: Token, words: frozenset[str]) -> bool:
    """Whether the noun, alone or with the word before it, is in a list of the lexicon."""
    return not words.isdisjoint(_forms(token))


def _forms(token: Token) -> tuple[str, ...]:
    """All ways in which a list may have the noun; kept for the document, since many lists are asked."""
    memo: dict[int, tuple[str, ...]] = token.doc.user_data.setdefault("kg_forms", {})
    found = memo.get(token.i)
    if found is None:
        before = _before(token)
        pair = () if before is None else (compound_lemma(token), f"{before.lower_} {token.lower_}")
        found = memo[token.i] = (head_lemma(token), token.lower_, *pair)
    return found


def _before(token: Token) -> Token | None:
    """The token before it in its sentence; `token.sent` says the same, but makes two spans for it."""
    return None if token.is_sent_start or token.i == 0 else token.nbor(-1)


@Language.component(
    "kg_actors", requires=["token.dep", "token.lemma", "doc._.kg_names", "doc._.kg_cast"], assigns=["doc._.kg_located"]
)
def kg_actors(doc: Doc) -> Doc:
    """Turns names and owned nouns into mentions of entities."""
    Actors(doc).run()
    return doc


class Actors:
    """One pass over one document; holds what every rule needs to see."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.cast: Cast = cast(doc)
        self.names: list[Name] = doc._.kg_names
        self.gazetteer: Gazetteer = load_gazetteer(doc._.kg_gazetteer)
        self.words = load_lexicon()
        self.at = {i: n for n in self.names for i in range(n.start, n.end)}
        self.speech, self.into_place, self.hostile = _governing_verbs()
        self.armies = _armies(doc._.kg_gazetteer)

    def run(self) -> None:
        for name in self.names:
            self._name(name)
        for token in self.doc:
            if token.pos_ in {"NOUN", "PROPN"} and token.i not in self.cast.by_head and token.i not in self.at:
                self._noun(token)
        for name in self.names:
            if name.type == "Person":
                continue
            self._region(name)

    # names

    def _name(self, name: Name) -> None:
        head = self.doc[name.start : name.end].root
        if name.role == "adjective":
            if self._as_people(name, head):
                self._people(name, self.gazetteer.entries[str(name.entry)], head)
            return
        if name.entry is None:
            self._new_name(name, head)
            return
        entry = self.gazetteer.entries[name.entry]
        if name.role == "people":
            self._people(name, entry, head)
            return
        if name.role == "capital" and self._as_place(head, name):
            self._capital(name, entry, head)
            return
        self.known(entry).named = True
        alias = self.doc[name.start : name.end].text
        self.cast.add(
            Mention(
                name.start, name.end, head.i, (entry.key,), certainty=0.95 if name.role in {"capital", "seat"} else 1.0
            ),
            alias,
        )
        owned = entry.type in {"Force", "Organization"} and entry.of in self.gazetteer.entries
        if owned and self._names(str(entry.of), name.start, name.end):
            self._owned(entry.key, str(entry.of), head)

    def _as_people(self, name: Name, head: Token) -> bool:
        """ "the British", "the Dutch": an adjective that stands for a people."""
        before, after = head.i - 1, name.end
        return (
            name.entry is not None and name.type == "State" and name.start == head.i and before >= 0 and self.doc[before].lower_ == "the"
            and head.dep_ in {"nsubj", "nsubjpass", "dobj", "pobj", "conj", "dative"}
            and not (after < len(self.doc) and self.doc[after].pos_ in {"NOUN", "PROPN", "ADJ"})
        )  # fmt: skip

    def known(self, entry: Entry) -> Draft:
        """Makes sure that a gazetteer entry is in the cast; it is reported where the text names it or a statement needs it."""
        same = f"http://www.wikidata.org/entity/{entry.wikidata}" if entry.wikidata else None
        return self.cast.entity(entry.key, entry.type, entry.name, same_as=same, named=False)

    def _names(self, owner: str, start: int, end: int) -> bool:
        """Whether a name has its owner's in it: "Kenyan Navy", "United Nations General Assembly"."""
        spans = [(i, i + 1) for i in range(start, end)] + [(start, i) for i in range(start + 2, end)]
        return any(
            sense.entry_key == owner and sense.role in {"name", "adjective"}
            for i, j in spans
            for sense in self.gazetteer.surfaces.get(self.doc[i:j].text, ())
        )

    def _new_name(self, name: Name, head: Token) -> None:
        text = phrase(self.doc, name.start, name.end)
        words = text.split()
        if name.type == "Person" and len(words) == 1:
            return  # linked to a full name by the offices, where the text has one
        if name.type == "Organization" and text.lower() in self.words["nouns.force.service"]:
            key = self.cast.local_key("Force", text)
            self.cast.entity(key, "Force", text)
            self.cast.add(Mention(name.start, name.end, head.i, (key,), certainty=0.9), text)
            return
        if name.type == "Organization":
            for core in (head, self.doc[name.end - 1]):
                if any(
                    either(core, self.words[w])
                    for w in (
                        "nouns.government.bodies",
                        "nouns.government.written",
                        "nouns.force.military",
                        "nouns.force.service",
                    )
                ):
                    self._noun(core)
                    if core.i in self.cast.by_head:
                        return
        key = f"{slug(name.type)}-{slug(text)}"
        if name.type == "Organization" and len(words) == 1:
            for other in self.names:
                if (
                    other.entry is None
                    and other.type == "Person"
                    and other.end - other.start > 1
                    and self.doc[other.end - 1].text == text
                ):
                    return
        self.cast.entity(key, name.type, text)
        self.cast.add(Mention(name.start, name.end, head.i, (key,), certainty=0.85), text)
        owner = self._inside(name) if name.type == "Organization" else None
        if owner is not None:
            self._owned(key, owner, head)

    def _inside(self, name: Name) -> str | None:
        """The state whose body an organization is by its own name: "Kenya Wildlife Authority", "Ministry of Defence of Peru"."""
        words = self.doc[name.start : name.end]
        texts = [t.text for t in words]
        after = [i for i in range(1, len(texts) - 1) if texts[i].lower() == "of"]
        for start in (0, *(i + 1 for i in after)):
            hit = self.gazetteer.longest(texts, start)
            if hit is None or hit[0] == len(texts) or (start and start + hit[0] < len(texts)):
                continue
            owners = {
                s.entry_key for s in hit[1]
                if s.role in {"name", "adjective"} and self.gazetteer.entries[s.entry_key].type == "State"
            }  # fmt: skip
            if len(owners) == 1 and any(either(t, self.words["nouns.government.official"]) for t in words):
                return owners.pop()
        return None

    def _capital(self, name: Name, state: Entry, head: Token) -> None:
        text = phrase(self.doc, name.start, name.end)
        key = f"place-{slug(text)}"
        place = self.gazetteer.entries.get(key)
        if place is not None:
            self.known(place).named = True
        else:
            self.cast.entity(key, "Place", text)
        self.cast.add(Mention(name.start, name.end, head.i, (key,)), text)

    def _as_place(self, head: Token, name: Name) -> bool:
        """Whether a capital's name means the city: "in Baku", "Baku, Azerbaijan", "shelled Kyiv"; else its government."""
        token = head
        while token.dep_ == "conj":
            token = token.head
        if token.dep_ == "pobj":
            preposition = token.head.lower_
            if preposition in _LOCATIVE:
                return not (
                    preposition == "from"
                    and token.head.head.pos_ == "NOUN"
                    and head_lemma(token.head.head) in self.speech
                )
            if preposition in {"on", "to", "of", "against"}:
                governor = token.head.head
                if preposition == "to":
                    return governor.lemma_ in self.words["verbs.place.motion"]
                if preposition == "of":
                    return head_lemma(governor) in self.words["nouns.place.common"] | self.words["nouns.place.part"]
                return head_lemma(governor) in self.words["nouns.place.struck"]
        if token.dep_ == "poss":
            return head_lemma(token.head) in self.words["nouns.place.common"]
        if token.dep_ in {"dobj", "nsubjpass"}:
            return token.head.lemma_ in self.into_place | self.words["verbs.place.reaching"]
        if token.dep_ in {"compound", "nmod"}:
            return head_lemma(token.head) in self.words["nouns.place.common"] | self.words["nouns.place.event"]
        if token.dep_ == "appos" and token.head.pos_ in {"NOUN", "PROPN"}:
            return True
        after = self.at.get(name.end + 1)
        return (
            name.end + 1 < len(self.doc)
            and self.doc[name.end].text in {",", "in"}
            and after is not None
            and after.type == "State"
            and after.role == "name"
        )

    def _people(self, name: Name, state: Entry, head: Token) -> None:
        if (
            head.dep_ in {"compound", "amod", "poss", "nmod"}
            and head.head.pos_ in {"NOUN", "PROPN"}
            and not head.tag_.endswith("S")
        ):
            return
        verb = head
        while verb.dep_ in {"conj", "pobj", "prep", "agent"} and verb.head.i != verb.i:
            verb = verb.head
        governor = verb.head if verb.dep_ in {"nsubj", "dobj", "nsubjpass", "poss"} else verb
        counted = any(c.dep_ == "nummod" or c.lower_ in {"many", "some", "several", "most"} for c in head.children)
        speaks = verb.dep_ in {"nsubj", "poss"} or head.dep_ == "nsubj"
        if governor.lemma_ in self.speech and speaks and not counted:
            self.known(state)
            self.cast.add(Mention(name.start, name.end, head.i, (state.key,), "noun", 0.85), head.text)
            return
        text = phrase(self.doc, name.start, name.end)
        key = f"group-{slug(text)}"
        self.cast.entity(key, "Group", text, owner=state.key)
        self.cast.add(Mention(name.start, name.end, head.i, (key,), "noun", 0.9), text)

    def _region(self, name: Name) -> None:
        """ "eastern Ukraine" is a place in Ukraine."""
        start = name.start
        while start > 0 and (
            self.doc[start - 1].lower_ in self.words["nouns.place.compass"]
            or (self.doc[start - 1].text == "-" and self.doc[start - 2].lower_ in self.words["nouns.place.compass"])
        ):
            start -= 1
        mention = self.cast.by_head.get(self.doc[name.start : name.end].root.i)
        if start == name.start or mention is None or name.type not in {"State", "Place"} or name.role != "name":
            return
        if start > 0 and self.doc[start - 1].text in {"-", "and"}:
            return
        text = phrase(self.doc, start, name.end)
        key = f"place-{slug(text)}"
        self.cast.entity(key, "Place", text)
        self.cast.drop(mention.head)
        self.cast.add(Mention(start, name.end, mention.head, (key,)), text)
        self.doc._.kg_located.append((key, mention.keys[0], start, name.end))

    # common nouns

    def owners(self, noun: Token) -> tuple[list[str], int]:
        """Whom a noun belongs to by nationality, possessor or "of", and the token where the phrase starts."""
        keys: list[str] = []
        start = noun.i
        for child in noun.children:
            if child.dep_ in {"amod", "compound", "poss", "nmod"} and child.i < noun.i:
                for token in [
                    child,
                    *[c for c in child.children if c.dep_ == "conj" and c.i < noun.i],
                    *[c for c in child.children if c.dep_ in {"compound", "amod"} and child.dep_ == "compound"],
                ]:
                    key = self._owner(token)
                    if key and key not in keys:
                        keys.append(key)
                        start = min(start, token.i, self.at[token.i].start if token.i in self.at else token.i)
        for prep in noun.children:
            if not keys and prep.dep_ == "prep" and prep.lower_ in {"of", "from"}:
                for obj in (c for o in children(prep, "pobj") for c in coordinated(o)):
                    key = self._owner(obj)
                    if key and obj.i in self.at and self.at[obj.i].role != "capital":
                        keys.append(key)
        return keys, start

    def _owner(self, token: Token) -> str | None:
        name = self.at.get(token.i)
        if name is not None and name.entry is not None:
            entry = self.gazetteer.entries[name.entry]
            before = self.doc[name.start - 1].text if name.start else ""
            if before == "-" and name.start > 1 and self.doc[name.start - 2].lower_ in {"pro", "anti", "non"}:
                return None
            if entry.type in _OWNERS:
                self.known(entry)
                return entry.key
            return None
        mention = self.cast.by_head.get(token.i)
        if mention and len(mention.keys) == 1 and self.cast.type(mention.keys[0]) in _OWNERS and token.i in self.at:
            return mention.keys[0]
        return None

    def _noun(self, noun: Token) -> None:
        """One common noun, by what the lexicon says it stands for."""
        words = self.words
        if self._modifies(noun):
            named = self.at.get(noun.i + 1)
            if self._employs(noun):
                self._employer(noun)
                return
            if named is None or named.type != "Person" or not either(noun, words["nouns.government.bodies"]):
                return
        if self._introduces(noun):
            return
        keys, start = self.owners(noun)
        if not keys and self._regional(noun):
            return
        if (
            either(noun, words["nouns.force.service"])
            or either(noun, words["nouns.force.military"])
            or either(noun, words["nouns.force.equipment"])
        ):
            armed = self.armed(keys)
            if not either(noun, words["nouns.force.military"] | words["nouns.force.service"]):
                armed = [k for k in armed if self.cast.type(k) != "Organization"]  # "a MiG jet"
            for key in armed:
                self._force(noun, key, start)
            if len(armed) > 1:
                self._join(noun, start, armed)
                for key in self.cast.by_head[noun.i].keys:
                    self.cast.entities[key].aliases.discard(self._alias(start, noun))
        elif either(noun, words["nouns.force.irregular"]):
            self._irregular(noun, keys, start)
        elif (
            either(noun, words["nouns.government.bodies"])
            and keys
            and noun.text[:1].isupper() | (head_lemma(noun) in {"ministry", "parliament", "medium"})
        ):
            self._body(noun, keys[0], start)
        elif either(noun, words["nouns.government.stands_for_state"]):
            owner = keys or (self._seat(noun) if head_lemma(noun) in words["nouns.government.seated"] else [])
            if (
                owner
                and not any(c.lower_ in words["titles.former"] for c in noun.children)
                and all(self.cast.type(k) in {"State", "Force", "Organization"} for k in owner)
                and not self._appositive_name(noun)
                and not self._of_others(noun)
            ):
                itself = head_lemma(noun) in words["nouns.government.itself"]
                alias = self._alias(start, noun) if itself and start < noun.i and len(owner) == 1 else None
                certainty = 0.95 if itself else 0.8
                for key in owner if itself else ():  # "the Kenyan government" names Kenya
                    self.cast.entities[key].named = True
                self.cast.add(Mention(start, noun.i + 1, noun.i, tuple(owner), "noun", certainty), alias)
        elif either(noun, words["nouns.group.people"]):
            self._group(noun, keys, start)
        elif either(noun, words["nouns.place.of_state"]) and keys and self.cast.type(keys[0]) == "State":
            self.cast.add(Mention(start, noun.i + 1, noun.i, tuple(keys), "noun", 0.85), None)
        elif either(noun, words["nouns.place.common"]):
            self._place(noun)

    def _introduces(self, noun: Token) -> bool:
        """ "the allied militia GATIA": the name that follows is whom the noun means."""
        name = self.at.get(noun.i + 1)
        if name is None or name.type not in {"Force", "Organization", "Group"} or name.role == "adjective":
            return False
        head = self.doc[name.start : name.end].root
        return (head.dep_ == "appos" and head.head.i == noun.i) or (
            noun.dep_ in {"compound", "nmod"} and noun.head.i == head.i
        )

    def _modifies(self, noun: Token) -> bool:
        """Whether a noun only says what kind the next noun is of; a plural does not: "gave the rebels | weapons"."""
        if noun.dep_ not in {"compound", "nmod"} or noun.head.pos_ not in {"NOUN", "PROPN"} or noun.head.i < noun.i:
            return False
        return noun.tag_ != "NNS" or not either(noun, self.words["nouns.force.irregular"])

    def _regional(self, noun: Token) -> bool:
        """ "the Gujarat government", "Kirkuk's provincial council", "Marseille police": a body of a place that is no state."""
        force = either(noun, self.words["nouns.force.service"])
        if not force and head_lemma(noun) not in self.words["nouns.government.regional"]:
            return False
        names = [self.at[c.i] for c in noun.lefts if c.i in self.at and c.dep_ in {"amod", "compound", "nmod", "poss"}]
        if len(names) != 1 or names[0].type != "Place":
            return False
        place, first = names[0], names[0].end
        while (first < noun.i and not self.doc[first].is_alpha) or self.doc[first].lower_ == "s":
            first += 1
        type_ = "Force" if force else "Organization"
        text = f"{phrase(self.doc, place.start, place.end)} {phrase(self.doc, first, noun.i + 1)}"
        key = f"{type_.lower()}-{slug(text)}"
        self.cast.entity(key, type_, text)
        self.cast.add(Mention(place.start, noun.i + 1, noun.i, (key,), "noun", 0.9), self._alias(place.start, noun))
        return True

    def _employs(self, noun: Token) -> bool:
        """Whether a noun is the body whose officer the next word is: "a Kenyan army spokesman", "foreign ministry envoy"."""
        after = noun.nbor(1) if noun.i + 1 < noun.sent.end else None
        if after is None or after.i != noun.head.i or head_lemma(after) not in self.words["titles.officer"]:
            return False
        return either(noun, self.words["nouns.force.employer"])

    def _employer(self, noun: Token) -> None:
        keys, start = self.owners(noun.head)
        if len(keys) != 1 or self.cast.type(keys[0]) != "State" or start > noun.i:
            return
        if head_lemma(noun) in self.words["nouns.government.bodies"]:
            self._body(noun, keys[0], start)
        else:
            self._force(noun, keys[0], start)

    def unnamed(self, noun: Token) -> str | None:
        """The key of somebody who has no name but is an actor by the noun: "a court", "armed men", "the judge"."""
        words = self.words
        plural = noun.tag_ == "NNS"
        modified = any(c.dep_ in {"amod", "compound", "nmod"} and c.is_alpha for c in noun.lefts)
        if either(noun, words["nouns.unnamed.force"]) or (head_lemma(noun) == "force" and plural and modified):
            type_ = "Force"
        elif either(noun, words["nouns.unnamed.organization"]):
            type_ = "Group" if plural else "Organization"
        elif either(noun, words["nouns.unnamed.person"]) or head_lemma(noun) in words["titles.office"]:
            if any(o.title.lower().endswith(head_lemma(noun)) for o in self.doc._.kg_offices or ()):
                return None  # "the minister" is one of those whom the text names, though it is not clear which
            type_ = "Group" if plural else "Person"
        else:
            return None
        left = [c for c in noun.lefts if c.dep_ in {"amod", "compound", "nmod"} and (c.is_alpha or "-" in c.text)]
        start = min([noun.i, *[c.left_edge.i for c in left]])
        text = phrase(self.doc, start, noun.i + 1)
        key = self.cast.local_key(type_, text)
        self.cast.entity(key, type_, text, named=False)
        return key

    def _of_others(self, noun: Token) -> bool:
        """ "Congolese militia leaders", "Russian opposition leader": who leads them is no government."""
        words = self.words
        others = words["nouns.force.irregular"] | words["nouns.group.people"] | words["nouns.group.apart"]
        before = [c for c in noun.lefts if c.dep_ in {"compound", "amod", "nmod"} and c.i not in self.at]
        return any({c.lemma_.lower(), c.lower_} & others for c in before)

    def _appositive_name(self, noun: Token) -> bool:
        """ "President Putin": the name that follows is the person, not the state."""
        after = range(noun.i + 1, min(noun.i + 4, noun.sent.end))
        near = [i for i in after if i in self.at and all(self.doc[k].text in {",", "-"} for k in range(noun.i + 1, i))]
        if any(self.at[i].type == "Person" for i in near):
            return True
        return any(self.at[c.i].type == "Person" for c in noun.subtree if c.i in self.at and abs(c.i - noun.i) < 4) or (
            noun.dep_ in {"compound", "appos"} and noun.head.i in self.at and self.at[noun.head.i].type == "Person"
        )

    def _seat(self, noun: Token) -> list[str]:
        """ "officials in Kiev": the state whose capital it is."""
        for prep in children(noun, "prep"):
            for obj in children(prep, "pobj"):
                name = self.at.get(obj.i)
                if prep.lower_ == "in" and name and name.entry and (name.role in {"capital", "seat"}):
                    self.known(self.gazetteer.entries[name.entry])
                    return [name.entry]
        return []

    def _alias(self, start: int, noun: Token) -> str:
        return phrase(self.doc, start, noun.i + 1)

    def _join(self, noun: Token, start: int, owners: list[str]) -> None:
        """ "Kenyan and Somali troops": one phrase for two forces."""
        keys = tuple(o if self.cast.type(o) == "Force" else self._force_key(noun, o)[0] for o in owners)
        self.cast.put(Mention(start, noun.i + 1, noun.i, keys, "noun", 0.95))

    def _force_key(self, noun: Token, owner: str) -> tuple[str, str]:
        entry = self.gazetteer.entries.get(owner)
        adjective = entry.adjectives[0] if entry and entry.adjectives else self.cast.entities[owner].name
        if either(noun, self.words["nouns.force.service"]):
            lemma = (
                compound_lemma(noun) if compound_lemma(noun) in self.words["nouns.force.service"] else head_lemma(noun)
            )
            lemma = {
                "police officer": "police",
                "policeman": "police",
                "coastguard": "coast guard",
                "gendarme": "gendarmerie",
            }.get(lemma, lemma)
            plural = lemma + "s" if lemma in {"peacekeeper", "border guard"} else lemma
            return f"force-{_bare(owner)}-{slug(plural)}", f"{adjective} {plural}"
        if entry is None or entry.type != "State":
            return f"force-{_bare(owner)}-forces", f"{adjective} forces"
        army = self.armies.get(owner)
        if army is not None:
            return army.key, army.name
        return f"force-{_bare(owner)}-armed-forces", f"{adjective} armed forces"

    def armed(self, owners: list[str]) -> list[str]:
        """Those of the owners that can have armed forces."""
        entries = self.gazetteer.entries
        return [k for k in owners if k not in entries or entries[k].kind not in _UNARMED]

    def states_in(self, sentence: Span) -> set[str]:
        """The states that a sentence names, by name or adjective."""
        inside = range(sentence.start, sentence.end)
        return {n.entry for i in inside if (n := self.at.get(i)) is not None and n.type == "State" and n.entry}

    def home(self, noun: Token) -> str | None:
        """The state that the text is about, where the noun's sentence names no other."""
        home: str | None = self.doc._.kg_home
        return home if home is not None and self.states_in(noun.sent) <= {home} else None

    def forces_at_home(self, noun: Token) -> str | None:
        """ "Nine soldiers were killed": of the state that the text is about, where it is about one."""
        home, words = self.doc._.kg_home, self.words
        if (
            home is None
            or noun.i in self.cast.by_head
            or not either(noun, words["nouns.force.military"] | words["nouns.force.service"])
        ):
            return None
        self._force(noun, home, noun.i)
        key = self.cast.by_head[noun.i].keys[0]
        self.cast.entities[key].aliases.discard(phrase(self.doc, noun.i, noun.i + 1))
        return key

    def regular(self, force: str) -> bool:
        """Whether a force is a state's or an organization's: "the army" does not mean the rebels that it fights."""
        entry = self.gazetteer.entries.get(force)
        return self.cast.entities[force].owner is not None if entry is None else entry.kind != "armed-group"

    def _force(self, noun: Token, owner: str, start: int) -> None:
        if self.cast.type(owner) == "Force":
            self.cast.add(Mention(start, noun.i + 1, noun.i, (owner,), "noun", 0.9), None)
            return
        key, name = self._force_key(noun, owner)
        if key in self.gazetteer.entries:
            self.known(self.gazetteer.entries[key])
        self.cast.entity(key, "Force", name, owner=owner)
        equipment = either(noun, self.words["nouns.force.equipment"]) and not either(
            noun, self.words["nouns.force.military"]
        )
        several = noun.i in self.cast.by_head
        alias = None if equipment or several else self._alias(start, noun)
        self.cast.add(Mention(start, noun.i + 1, noun.i, (key,), "noun", 0.9 if equipment else 0.95), alias)
        self._owned(key, owner, noun)

    def force_of(self, noun: Token, state: str) -> str:
        """The armed forces of a state, for "Kenyan military movements"."""
        army = self.armies.get(state)
        if army is not None:
            self.known(army)
            key = army.key
        else:
            entry = self.gazetteer.entries.get(state)
            adjective = entry.adjectives[0] if entry and entry.adjectives else self.cast.entities[state].name
            key = f"force-{_bare(state)}-armed-forces"
            self.cast.entity(key, "Force", f"{adjective} armed forces", owner=state)
        self._owned(key, state, noun)
        return key

    def _owned(self, key: str, owner: str, at: Token) -> None:
        draft = self.cast.entities[key]
        draft.owner = owner
        if draft.owner_stated_at is None and owner != key:
            draft.owner_stated_at = at.i
            if owner in self.gazetteer.entries:
                self.known(self.gazetteer.entries[owner])

    def _irregular(self, noun: Token, owners: list[str], start: int) -> None:
        if owners and self.cast.type(owners[0]) == "Force":  # "FARC rebels", "ISIS militants"
            self.cast.add(Mention(start, noun.i + 1, noun.i, (owners[0],), "noun", 0.95), self._alias(start, noun))
            return
        described = self.words["nouns.reference.organization"] | self.words["nouns.reference.state"]
        if any(c.dep_ == "poss" and (c.tag_ == "PRP$" or c.lower_ in described) for c in noun.children):
            return  # "its fighters", "the group's fighters": whose, only the text before can say
        left = [
            c
            for c in noun.children
            if c.i < noun.i
            and c.dep_ in {"amod", "compound", "nmod", "npadvmod"}
            and c.lower_ not in self.words["nouns.force.vague"]
        ]
        first = min([noun.i, *[t.left_edge.i for t in left]])
        text = phrase(self.doc, first, noun.i + 1)
        lemma = head_lemma(noun)
        if not left:
            for mention in self.cast.before(noun.i):
                draft = self.cast.entities[mention.keys[0]]
                if draft.type == "Force" and draft.name.lower().split()[-1].startswith(lemma[:5]):
                    self.cast.add(Mention(noun.i, noun.i + 1, noun.i, mention.keys, "noun", 0.85), text)
                    return
            rebels = (
                self._rebels_before(noun) if any(c.lower_ in {"the", "these"} for c in children(noun, "det")) else set()
            )
            if len(rebels) == 1:
                self.cast.add(Mention(noun.i, noun.i + 1, noun.i, (rebels.pop(),), "noun", 0.75))
                return
        key = self.cast.local_key("Force", text)
        self.cast.entity(key, "Force", text, named=bool(left))
        self.cast.add(Mention(first, noun.i + 1, noun.i, (key,), "noun", 0.9), text)
        if owners and self.cast.type(owners[0]) == "State":
            self.cast.entities[key].owner = None

    def _rebels_before(self, noun: Token) -> set[str]:
        """The armed groups that have been named shortly before: one of them is "the militants"."""
        found = set()
        for mention in self.cast.before(noun.i):
            if mention.start < noun.i - _NEAR:
                break
            key = mention.keys[0]
            if mention.kind == "name" and self.cast.type(key) == "Force" and not self.regular(key):
                found.add(key)
        return found

    def _body(self, noun: Token, owner: str, start: int) -> None:
        end = noun.i + 1
        while (
            end + 1 < len(self.doc)
            and self.doc[end].text in {"of", "for", "and", "&"}
            and self.doc[end + 1].text[:1].isupper()
            and not self._gazetteer_name(end + 1)
        ):
            end += 2
            while (
                end < len(self.doc)
                and self.doc[end].text[:1].isupper()
                and self.doc[end].is_alpha
                and not self._gazetteer_name(end)
            ):
                end += 1
        core_start = noun.i
        while (
            (core_start - 1 >= start or (core_start > 0 and self.doc[core_start - 1].text[:1].isupper()))
            and not self._gazetteer_name(core_start - 1)
            and self.doc[core_start - 1].lower_ not in {"'s", "’s", "'", "’", "the", "a", "an"}
            and self.doc[core_start - 1].is_alpha
        ):
            core_start -= 1
        core = phrase(self.doc, core_start, end)
        key = f"organization-{_bare(owner)}-{slug(_ministry(core))}"
        entry = self.gazetteer.entries.get(owner)
        adjective = entry.adjectives[0] if entry and entry.adjectives else self.cast.entities[owner].name
        draft = self.cast.entity(key, "Organization", f"{adjective} {core}", owner=owner)
        draft.aliases.add(core)
        start = min(start, core_start)
        self.cast.add(Mention(start, end, noun.i, (key,), "noun", 0.95), phrase(self.doc, start, end))
        if (
            end + 1 < len(self.doc)
            and self.doc[end].lower_ == "of"
            and (name := self.at.get(end + 1))
            and name.entry == owner
        ):
            draft.aliases.add(phrase(self.doc, core_start, name.end))  # "Supreme Court of Kenya"
        self._owned(key, owner, noun)

    def _gazetteer_name(self, i: int) -> bool:
        return i in self.at and self.at[i].entry is not None

    def _group(self, noun: Token, owners: list[str], start: int) -> None:
        lemma = head_lemma(noun)
        counted = any(c.dep_ == "nummod" for c in noun.children)
        if lemma in self.words["nouns.group.bare_when_counted"] and not owners and not counted:
            return
        irregular = {"man": "men", "woman": "women", "child": "children", "person": "people", "people": "people"}
        plural = noun.lower_ if noun.tag_ in {"NNS", "NNPS"} else irregular.get(noun.lower_, noun.lower_ + "s")
        if owners and self.cast.type(owners[0]) == "State":
            entry = self.gazetteer.entries[owners[0]]
            adjective = entry.adjectives[0] if entry.adjectives else entry.name
            key = f"group-{_bare(owners[0])}-{slug(plural)}"
            self.cast.entity(key, "Group", f"{adjective} {plural}", owner=owners[0])
            self._owned(key, owners[0], noun)
        else:
            key = self.cast.local_key("Group", plural)
            self.cast.entity(key, "Group", plural, named=False)
        self.cast.add(Mention(start, noun.i + 1, noun.i, (key,), "noun", 0.9), self._alias(start, noun))

    def _place(self, noun: Token) -> None:
        """ "the Kenya-Somalia border", "the Donbas region", "the town of Lerik"."""
        names = [self.at[c.i] for c in noun.lefts if c.i in self.at] + [
            self.at[g.i] for c in noun.lefts for g in c.children if g.i in self.at and c.dep_ in {"compound", "amod"}
        ]
        status = [
            c
            for c in noun.lefts
            if c.dep_ in {"amod", "nmod", "compound"} and c.lower_ in self.words["nouns.place.status"]
        ]
        if status:
            self._held(noun, status[0])
            return
        names = sorted(
            {
                n
                for n in names
                if self.doc[n.start : n.end].root.dep_ in {"compound", "amod", "nmod", "npadvmod", "poss"}
            },
            key=lambda n: n.start,
        )
        if head_lemma(noun) in self.words["nouns.place.border"]:
            if names:
                text = phrase(self.doc, names[0].start, noun.i + 1)
            else:
                between = [
                    o for p in children(noun, "prep") if p.lower_ == "between" for o in p.subtree if o.i in self.at
                ]
                if len(between) < 2:
                    return
                names = [self.at[o.i] for o in between]
                text = phrase(self.doc, noun.i, names[-1].end)
            owners = sorted({self.gazetteer.entries[n.entry].name for n in names if n.entry})
            key = f"place-{slug('-'.join(owners))}-border"
            self.cast.entity(key, "Place", text)
            self.cast.add(
                Mention(min(noun.i, names[0].start), noun.i + 1, noun.i, (key,), "noun", 0.95),
                text,
            )
            return
        for name in names:
            mention = self.cast.by_head.get(self.doc[name.start : name.end].root.i)
            if mention and name.type == "Place":
                self.cast.put(Mention(name.start, noun.i + 1, noun.i, mention.keys, "noun", 0.95))
                self.cast.entities[mention.keys[0]].aliases.add(phrase(self.doc, name.start, noun.i + 1))
                return

    def _held(self, noun: Token, status: Token) -> None:
        """ "Houthi-controlled areas", "the occupied areas around Kherson": a place that has no other name."""
        start, end = status.left_edge.i, noun.i + 1
        for prep in children(noun, "prep"):
            if prep.i == end and prep.lower_ in {"of", "in", "around", "near"} and prep.right_edge.i - end < 5:
                end = prep.right_edge.i + 1
        text = phrase(self.doc, start, end)
        key = self.cast.local_key("Place", text)
        self.cast.entity(key, "Place", text, named=False)
        self.cast.add(Mention(start, noun.i + 1, noun.i, (key,), "noun", 0.9), text)


def _bare(key: str) -> str:
    return key.split("-", 1)[1]


def _ministry(core: str) -> str:
    """One form for "Ministry of Defense" and "Defence Ministry"."""
    low = core.lower().replace("defense", "defence")
    for head in ("ministry", "department"):
        for link in (" of the ", " of ", " for "):
            if low.startswith(head + link):
                low = f"{low.removeprefix(head + link)} {head}"
    return {"foreign affairs ministry": "foreign ministry", "interior affairs ministry": "interior ministry"}.get(
        low, low
    )


@cache
def _governing_verbs() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Verbs whose subject speaks or acts as a government, whose object can be a city, and whose object is struck."""
    index = load_frames().index["verb"]
    speech = {lemma for p in _SPEECH for lemma in _verbs(index, p)} | load_lexicon()["stance.verb.report"]
    places = frozenset(lemma for p in _PLACE_PREDICATES for lemma in _verbs(index, p))
    return frozenset(speech), places, frozenset(_verbs(index, "attacks"))


@cache
def _armies(extra: tuple[Path, ...]) -> Mapping[str, Entry]:
    """The armed forces of each state that has a name for them, by the state's key."""
    entries = load_gazetteer(extra).entries.values()
    return {e.of: e for e in entries if e.type == "Force" and e.of and e.kind == "military"}


def _verbs(index: Mapping[str, tuple[Pattern, ...]], predicate: str) -> set[str]:
    return {
        lemma for lemma, patterns in index.items() if any(p.predicate == predicate and not p.nouns for p in patterns)
    }
