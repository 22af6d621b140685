"""Agreements and conflicts that have no name of their own: one entity for all mentions of the same one in a text."""

import re

from spacy.language import Language
from spacy.tokens import Doc, Token

from kg.extract.actors import compound_lemma, either, head_lemma
from kg.extract.cast import Cast, Mention, cast, phrase
from kg.extract.clauses import children
from kg.lexicon import load as load_lexicon

_CONFLICTS = frozenset({"War", "Conflict"})
_AGREEMENTS = frozenset({"Agreement", "Ceasefire", "PeaceAgreement", "Treaty"})
_YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b")


@Language.component("kg_events", requires=["token.dep", "token.lemma", "doc._.kg_cast"], assigns=["doc._.kg_cast"])
def kg_events(doc: Doc) -> Doc:
    """Adds mentions for agreements and conflicts in text order."""
    _Events(doc).run()
    return doc


class _Events:
    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.cast: Cast = cast(doc)
        self.words = load_lexicon()
        self.named = {i for n in doc._.kg_names for i in range(n.start, n.end)}
        self.traits: dict[str, frozenset[str]] = {}

    def run(self) -> None:
        words = self.words
        agreements = (
            words["nouns.agreement.ceasefire"]
            | words["nouns.agreement.peace"]
            | words["nouns.agreement.treaty"]
            | words["nouns.agreement.other"]
        )
        conflicts = words["nouns.conflict.war"] | words["nouns.conflict.other"]
        for token in self.doc:
            if token.pos_ not in {"NOUN", "PROPN"} or self.cast.at(token) is not None:
                continue
            if token.dep_ in {"compound", "nmod"} and token.head.i > token.i and token.head.pos_ in {"NOUN", "PROPN"}:
                continue
            if either(token, agreements):
                self._event(token, self._agreement_class(token))
            elif either(token, conflicts) and not self._many(token):
                self._event(token, "War" if either(token, words["nouns.conflict.war"]) else "Conflict")

    def _many(self, noun: Token) -> bool:
        """ "two wars", "frequent clashes over the decades" are no one conflict."""
        return noun.tag_ in {"NNS", "NNPS"} and any(c.dep_ == "nummod" for c in noun.children)

    def _agreement_class(self, token: Token) -> str:
        words = self.words
        lemmas = {head_lemma(token), compound_lemma(token)}
        if lemmas & words["nouns.agreement.ceasefire"]:
            return "Ceasefire"
        if lemmas & words["nouns.agreement.peace"]:
            return "PeaceAgreement"
        return "Treaty" if lemmas & words["nouns.agreement.treaty"] else "Agreement"

    def _event(self, noun: Token, type_: str) -> None:
        left = [
            c
            for c in noun.lefts
            if c.dep_ in {"amod", "compound", "nmod", "nummod", "npadvmod", "poss"}
            and c.lower_ not in {"its", "his", "their"}
        ]
        start = min([noun.i, *[c.left_edge.i for c in left if noun.i - c.left_edge.i < 8]])
        text = phrase(self.doc, start, noun.i + 1)
        traits = self._traits(noun, start)
        family = "agreement" if type_ not in {"War", "Conflict"} else "conflict"
        determiners = {c.lower_ for c in noun.children if c.dep_ in {"det", "poss"}}
        counted = any(c.dep_ == "nummod" for c in noun.children) and noun.tag_ in {"NNS", "NNPS"}
        indefinite = bool(determiners & {"a", "an", "another"}) or (counted and not determiners)
        key = self._known(noun, type_, family, traits, indefinite)
        if key is None:
            key = self._fresh(text, family, noun)
            self.cast.entity(
                key,
                type_,
                self._label(noun, start),
                named=family == "agreement" and (bool(left) or type_ != "Agreement"),
            )
            self.traits[key] = traits
        else:
            self.traits[key] = self.traits.get(key, frozenset()) | traits
            if family == "agreement" and left:
                self.cast.entities[key].named = True
        self.cast.add(Mention(start, noun.i + 1, noun.i, (key,), "noun", 0.9), text)
        self.cast.entities[key].aliases.add(noun.text)

    def _fresh(self, text: str, family: str, noun: Token) -> str:
        key = self.cast.local_key(family, text)
        n = 2
        while key in self.cast.entities:
            key, n = self.cast.local_key(family, f"{text} {n}"), n + 1
        return key

    def _label(self, noun: Token, start: int) -> str:
        """The noun with what stands before it, and with "between …" or "of YEAR" behind it where it says which one."""
        end = noun.i + 1
        for prep in children(noun, "prep"):
            last = prep.right_edge.i + 1
            if (
                prep.i == end
                and last - prep.i <= 6
                and prep.lower_ in {"between", "of", "in", "with", "on"}
                and not any(t.pos_ == "VERB" for t in self.doc[prep.i : last])
            ):
                end = last
                break
        return phrase(self.doc, start, end)

    def _traits(self, noun: Token, start: int) -> frozenset[str]:
        """What tells one event from another: its year and the names in its phrase."""
        end = min(noun.right_edge.i + 1, noun.i + 10)
        for i in range(noun.i + 1, end):
            if self.doc[i].pos_ in {"VERB", "AUX"} or self.doc[i].text in {",", ";"}:
                end = i
                break
        text = self.doc[start:end].text
        found = {f"year {y}" for y in _YEAR.findall(text)}
        for i in range(start, end):
            mention = self.cast.covering(i)
            if mention is not None and mention.kind == "name":
                found |= {f"name {k}" for k in mention.keys}
        for name in self.doc._.kg_names:
            if start <= name.start < end and name.entry:
                found.add(f"name {name.entry}")
        return frozenset(found)

    def _known(self, noun: Token, type_: str, family: str, traits: frozenset[str], indefinite: bool) -> str | None:
        """The event before that this noun means: nothing in the traits against it, and something that says so."""
        words = self.words
        years = {t for t in traits if t.startswith("year")}
        names = {t for t in traits if t.startswith("name")}
        mine = self._modifiers(noun)
        definite = any(c.dep_ == "det" and c.lower_ in {"the", "this", "that"} for c in noun.children)
        bare = not traits and not mine and definite
        for mention in self.cast.before(noun.left_edge.i):
            key = mention.keys[0]
            draft = self.cast.entities[key]
            other = self.doc[mention.head]
            if draft.type not in _AGREEMENTS | _CONFLICTS or (draft.type in _CONFLICTS) != (family == "conflict"):
                continue
            theirs = self.traits.get(key, frozenset())
            other_years = {t for t in theirs if t.startswith("year")}
            other_names = {t for t in theirs if t.startswith("name")}
            if (years and other_years and not years & other_years) or (
                names and other_names and not names & other_names
            ):
                continue
            same_noun = other.lemma_.lower() == noun.lemma_.lower()
            if indefinite and not traits & theirs:
                continue
            if family == "conflict":
                short = (
                    type_ == "War" and draft.type == "Conflict" and head_lemma(other) in words["nouns.conflict.blow"]
                )
                if same_noun or (bare and not short and head_lemma(noun) in words["nouns.reference.conflict"]):
                    return key
                continue
            apart = {head_lemma(noun), head_lemma(other)} & words["nouns.agreement.apart"]
            kin = (
                type_ == draft.type
                or (bare and "Agreement" in {type_, draft.type})
                or (
                    type_ in _AGREEMENTS
                    and draft.type in _AGREEMENTS
                    and bool(names & other_names or years & other_years)
                )
            )
            if not same_noun and (apart or not kin):
                continue
            if mention.kind == "name" and not same_noun:
                continue  # "the deal" is not the Charter of the United Nations
            shared = mine & self._modifiers(other)
            if (
                mine
                and not shared
                and not traits & theirs
                and not (same_noun and not self._modifiers(other))
                and type_ == "Agreement"
            ):
                continue
            if draft.type == "Agreement" and type_ != "Agreement":
                draft.type = type_
            return key
        return None

    def _modifiers(self, noun: Token) -> frozenset[str]:
        """What tells the noun's event from others: "border" of "the border agreement"; no names, years or counts."""
        return frozenset(
            t.lower_
            for c in noun.lefts
            if c.dep_ in {"amod", "compound", "nmod"}
            for t in c.subtree
            if t.is_alpha
            and t.i not in self.named
            and t.lower_ not in self.words["nouns.event.generic"]
            and t.pos_ != "VERB"
        )
