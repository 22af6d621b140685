"""Stance: is it said to have happened, denied, feared or demanded, and who says so."""

from dataclasses import dataclass
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from kg.extract.cast import Cast, Mention, cast, phrase
from kg.extract.clauses import agents, children, coordinated, gerund_governor, passive, subjects
from kg.frames import load as load_frames
from kg.lexicon import Lexicon
from kg.lexicon import load as load_lexicon

_SPEAKERS = frozenset({"Person", "State", "Organization", "Force", "Group"})
_OPEN, _CLOSE, _EITHER = "“«", "”»", '"'


@dataclass(frozen=True, slots=True)
class Stance:
    """`sources` are entity keys; `certainty` is below 1 where the source is nobody who can be named."""

    negated: bool = False
    hypothetical: bool = False
    sources: tuple[str, ...] = ()
    certainty: float = 1.0


@Language.component("kg_stance", requires=["token.dep", "token.lemma", "doc._.kg_cast"], assigns=["doc._.kg_speakers"])
def kg_stance(doc: Doc) -> Doc:
    """Finds who speaks in each quotation; the stance of a trigger is read off where it is needed (`stance`)."""
    doc._.kg_speakers = _speakers(doc)
    return doc


def stance(trigger: Token, own: tuple[str, ...] = ()) -> Stance:
    """The stance towards what `trigger` says, from its own clause upwards to the root of the sentence.

    `own` are the keys of the statement's subject: an act of speech is not attributed to its own speaker.
    """
    return _Climb(trigger, own).run()


@cache
def _blaming() -> frozenset[str]:
    """Verbs of accusing and condemning: what follows "for" or "of" is what their subject says."""
    verbs = load_frames().index["verb"]
    return frozenset(
        v for v, found in verbs.items() if any(p.predicate in {"accuses", "condemns"} and not p.nouns for p in found)
    )


class _Climb:
    def __init__(self, trigger: Token, own: tuple[str, ...]) -> None:
        self.trigger, self.own = trigger, own
        self.cast: Cast = cast(trigger.doc)
        self.words: Lexicon = load_lexicon()
        self.blaming = _blaming()
        self.negated = self.hypothetical = self.presupposed = False
        self.sources: list[str] = []
        self.certainty = 1.0
        self.attributed = False
        # "the agreement between A and B", "its attack": that there is one is taken for granted, whatever is said of it
        self.definite = trigger.pos_ in {"NOUN", "PROPN"} and any(
            c.dep_ == "poss" or (c.dep_ == "det" and c.lower_ in {"the", "this", "that", "these", "those"})
            for c in trigger.children
        )

    def run(self) -> Stance:
        token = self.trigger
        self._own_clause(token)
        self._aside(token)
        while token.head.i != token.i:
            self._step(token, token.head)
            token = token.head
            self._aside(token)
        self._according(token.sent.root)
        speaker = self.trigger.doc._.kg_speakers.get(self.trigger.i)
        if speaker is not None and not self.sources:
            self.sources.append(speaker)
        if not self.sources:
            self.sources += _tail(token.sent, self.trigger.i)
        if self.attributed and not self.sources:
            self.certainty = 0.75  # "reportedly": told as true, but nobody is named
        return Stance(self.negated, self.hypothetical, tuple(sorted(set(self.sources))), self.certainty)

    def _own_clause(self, token: Token) -> None:
        words = self.words
        for child in token.children:
            low = child.lower_
            if (
                child.dep_ == "neg"
                or (child.dep_ == "det" and low == "no")
                or (child.dep_ in {"advmod", "preconj"} and low in words["stance.adverb.negative"])
            ):
                self.negated = not self.negated
            elif child.dep_ == "aux" and low in words["stance.auxiliary.unreal"]:
                self.hypothetical = True
            elif child.dep_ == "advmod" and low in words["stance.adverb.alleged"]:
                self._alleged(token)
            elif child.dep_ == "advmod" and low in words["stance.adverb.reported"]:
                self.attributed = True
            elif (child.dep_ == "advmod" and low in words["stance.adverb.unreal"]) or (
                child.dep_ in {"mark", "advmod"}
                and low in words["stance.marker.conditional"]
                and token.dep_ in {"advcl", "ccomp", "pcomp"}
            ):
                self.hypothetical = True
            elif child.dep_ in {"amod", "nmod", "compound"} and token.pos_ in {"NOUN", "PROPN"}:
                if low in words["stance.adjective.alleged"]:
                    self._alleged(token)
                elif low in words["stance.adjective.unreal"]:
                    self.hypothetical = True
        if token.pos_ in {"NOUN", "PROPN"} and any(c.lower_ == "no" and c.dep_ == "det" for c in token.children):
            self.negated = True
        if self.negated and any(c.lower_ in {"until", "till"} or any(g.lower_ == "until" and g.dep_ == "mark" for g in c.children) for c in token.children):  # fmt: skip
            self.negated = False  # "did not leave until March": then it left
        if token.sent.text.rstrip(" \"”'").endswith("?"):
            self.hypothetical = True

    def _aside(self, verb: Token) -> None:
        """ "Uganda, *Tanzania said*, sent troops": who tells it is put in between."""
        for child in children(verb, "parataxis"):
            edge = child.left_edge.i
            if (
                child.lemma_.lower() in self.words["stance.verb.report"]
                and children(child, "nsubj")
                and not children(child, "ccomp", "dobj")
                and edge > verb.sent.start
                and verb.doc[edge - 1 if verb.doc[edge].text != "," else edge].text == ","
            ):
                self._attribute(child)

    def _blamed(self, verb: Token) -> None:
        """What somebody is accused of: the accuser says so; nobody's accusation is no report."""
        self._attribute(verb)
        if not self.sources:
            self.hypothetical = True

    def _alleged(self, token: Token) -> None:
        """ "Kenya protested the alleged incursion": who speaks of it alleges it; where nobody does, it is in doubt."""
        self.attributed = True
        for above in token.ancestors:
            if above.pos_ == "VERB" and above.lemma_.lower() in self.blaming | self.words["stance.verb.report"] | {
                "protest"
            }:
                self._attribute(above)
                break
        if not self.sources:
            self.hypothetical = True

    def _step(self, child: Token, head: Token) -> None:
        """What `head` does to `child` below it."""
        dep, lemma, words = child.dep_, head.lemma_.lower(), self.words
        verbal = head.pos_ in {"VERB", "AUX"}
        if dep in {"conj", "cc"} and verbal:
            if (
                child.pos_ in {"VERB", "AUX"}
                and not children(child, "aux", "nsubj")
                and any(c.dep_ == "aux" and c.lower_ in words["stance.auxiliary.unreal"] for c in head.children)
            ):
                self.hypothetical = True
            if children(child, "nsubj", "nsubjpass"):
                self._told_before(child, head)
            return
        if dep == "relcl" or (dep == "acl" and child.tag_ in {"VBN", "VBG", "VBD"}):
            self.presupposed = True
            self._governing_noun(head, complement=False)
            return
        if dep == "acl":
            self._governing_noun(head, complement=True)
            return
        if dep == "advcl":
            if any(c.dep_ == "aux" and c.lower_ == "to" for c in child.children) and child.tag_ == "VB":
                self.hypothetical = True  # purpose: "in order to"
            elif any(
                c.lower_ in words["stance.marker.conditional"] for c in child.children if c.dep_ in {"mark", "advmod"}
            ):
                self.hypothetical = True
            elif any(c.lower_ == "without" for c in child.children):
                self.negated = True
            # modals of the main clause do not reach into an adverbial clause
            return
        if dep in {"ccomp", "parataxis"} and verbal:
            self._content(child, head)
            return
        if (dep == "xcomp" and verbal) or (dep == "oprd" and verbal):
            self._infinitive(child, head)
            return
        if dep in {"xcomp", "ccomp"} and head.pos_ == "ADJ":
            if lemma in words["stance.adjective.unreal_predicate"]:
                self.hypothetical = True
            return
        if dep == "pcomp":
            self._gerund(head)
            return
        if child.pos_ in {"NOUN", "PROPN", "PRON", "NUM"} and dep in {"dobj", "nsubjpass", "attr", "pobj", "nsubj"}:
            self._nominal(child, head)
            return
        if dep in {"prep", "agent"} and head.pos_ in {"NOUN", "PROPN"}:
            self._governing_noun(head, complement=True)

    def _told_before(self, child: Token, head: Token) -> None:
        """ "Kenya noted that A had fled, and B opened fire": what follows "that" goes on until somebody else speaks."""
        reports = self.words["stance.verb.report"]
        if child.lemma_.lower() in reports:
            return
        for verb in reversed(child.doc[head.i : child.left_edge.i]):
            said = [
                c
                for c in children(verb, "ccomp")
                if c.i > verb.i and any(m.lower_ == "that" for m in children(c, "mark"))
            ]
            if verb.lemma_.lower() in reports and said and said[0].i < child.i:
                self._attribute(verb)
                return

    def _flags(self, verb: Token) -> None:
        """Negation and modality of a verb that a clause or noun below depends on."""
        if self.presupposed or self.definite:
            return
        for child in verb.children:
            if child.dep_ == "neg":
                self.negated = not self.negated
            elif (
                child.dep_ == "aux"
                and child.lower_ in self.words["stance.auxiliary.unreal"]
                and verb.lemma_.lower() not in self.words["stance.verb.continuing"]
            ):
                self.hypothetical = True

    def _content(self, child: Token, head: Token) -> None:
        """A clause as the content of `head`: "said that", "denied that"."""
        words, lemma = self.words, head.lemma_.lower()
        beside = child.i < head.i and children(child, "nsubj", "nsubjpass") and not children(child, "mark")
        apart = any(t.text == ";" for t in child.doc[min(child.i, head.i) : max(child.i, head.i)])
        if (beside and lemma not in words["stance.verb.report"]) or apart:
            return  # "the troops left; the town was quiet": two sentences in one
        if lemma in words["stance.verb.deny"]:
            self.negated = not self.negated
            self._attribute(head)
        elif lemma in words["stance.verb.factual"] and lemma not in words["stance.verb.report"]:
            self._flags(head)
        elif lemma in words["stance.verb.report"] and not (child.tag_ == "VB" and not children(child, "nsubj")):
            self._attribute(head)
            if lemma in words["verbs.mandating"] and not children(child, "aux") and child.tag_ == "VB":
                self.hypothetical = True
        elif not self.definite:
            self.hypothetical = True
            if lemma in words["stance.verb.unreal"]:
                self._attribute(head, soft=True)

    def _infinitive(self, child: Token, head: Token) -> None:
        words, lemma = self.words, head.lemma_.lower()
        if lemma in words["stance.verb.failing"]:
            self.negated = not self.negated
        elif lemma in words["stance.verb.deny"]:
            self.negated = not self.negated
            self._attribute(head)
        elif lemma in words["stance.verb.factual"]:
            self._flags(head)
        elif lemma in words["verbs.claiming"] or (passive(head) and lemma in words["verbs.hearsay"]):
            if passive(head) and not agents(head):
                self.attributed = True
            self._attribute(head)
        else:
            self.hypothetical = True

    def _gerund(self, preposition: Token) -> None:
        """ "accused of shelling", "after shelling", "by shelling"."""
        governor = gerund_governor(preposition)
        words = self.words
        low = preposition.lower_
        if low == "without":
            self.negated = not self.negated
        elif governor.pos_ in {"VERB", "AUX"}:
            lemma = governor.lemma_.lower()
            if low in {"of", "for", "with", "over"} and lemma in words["stance.verb.report"] | self.blaming:
                self._blamed(governor)
            elif (
                low in {"of", "for", "from", "against", "about", "on"}
                and lemma in words["stance.verb.failing"] | words["verbs.preventing"]
            ):
                self.negated = not self.negated
            elif low in {"of", "for", "from", "against", "about", "on", "to"} and lemma in words["stance.verb.unreal"]:
                self.hypothetical = True
        elif governor.pos_ in {"NOUN", "PROPN"}:
            self._governing_noun(governor, complement=True)

    def _nominal(self, noun: Token, head: Token) -> None:
        """A noun that says something happened, as argument of a verb or object of a preposition."""
        words = self.words
        if noun.i != self.trigger.i and noun.pos_ != "NOUN":
            return
        if head.pos_ in {"VERB", "AUX"}:
            lemma = head.lemma_.lower()
            is_object = noun.dep_ in {"dobj", "nsubjpass", "attr"}
            if is_object and lemma in words["stance.verb.deny"]:
                self.negated = not self.negated
                self._attribute(head)
            elif is_object and lemma in words["verbs.mentioning"]:
                self._attribute(head)
                if lemma == "announce":
                    self.hypothetical = True
            elif is_object and lemma in words["stance.verb.failing"]:
                self.negated = not self.negated
            elif (
                is_object
                and lemma in words["stance.verb.unreal"]
                and lemma not in words["stance.verb.no_object"] | words["stance.verb.factual"]
            ):
                self.hypothetical = True
            if is_object or noun.dep_ == "nsubj":
                self._flags(head)
        elif head.pos_ in {"ADP", "SCONJ"}:
            governor = head.head
            low = head.lower_
            if low == "without":
                self.negated = True
            elif low in {"if", "unless"}:
                self.hypothetical = True
            elif governor.pos_ in {"VERB", "AUX"} and low in {
                "for",
                "against",
                "of",
                "about",
                "from",
                "to",
                "on",
                "with",
            }:
                lemma = governor.lemma_.lower()
                if low == "with" and lemma not in words["stance.verb.unreal"]:
                    return  # "threatened with sanctions", but "met with protests"
                if lemma in self.blaming:
                    self._blamed(governor)
                elif (
                    lemma in words["stance.verb.unreal"]
                    and lemma not in words["stance.verb.factual"] | words["stance.verb.no_object"]
                ):
                    self.hypothetical = True
                elif lemma in words["verbs.preventing"]:
                    self.negated = True
            elif governor.pos_ in {"NOUN", "PROPN"}:
                self._governing_noun(governor, complement=low in {"of", "for", "about", "on", "against"})

    def _governing_noun(self, noun: Token, complement: bool) -> None:
        """ "the threat of attacks", "allegations of shelling", "the claim that it shelled"."""
        if not complement or noun.i == self.trigger.i:
            return
        lemma, words = noun.lemma_.lower(), self.words
        if lemma in words["stance.noun.deny"] | words["stance.noun.failing"]:
            self.negated = not self.negated
        if lemma in words["stance.noun.report"] | words["stance.noun.deny"]:
            owners = [m for t in children(noun, "poss", "amod", "compound") if (m := self.cast.at(t))]
            owners += [
                m
                for p in children(noun, "prep")
                if p.lower_ in {"by", "from"}
                for o in children(p, "pobj")
                if (m := self.cast.at(o))
            ]
            if owners:
                self.sources += owners[0].keys
            elif noun.head.pos_ == "VERB" and noun.dep_ == "dobj":
                self._attribute(noun.head)
            else:
                self.attributed = True
        elif lemma in words["stance.noun.unreal"]:
            self.hypothetical = True

    def _attribute(self, verb: Token, soft: bool = False) -> None:
        """Attributes the content to the subject of a verb of saying."""
        if self.sources and not soft:
            return  # the innermost source holds
        keys = [k for t in subjects(verb) for c in coordinated(t) if (m := self._named(c)) for k in m.keys]
        keys = [k for k in keys if self.cast.type(k) not in {"Place", "Agreement", "Conflict", "Ceasefire"}]
        if not keys and not soft:
            keys = [k for t in subjects(verb) if t.pos_ in {"NOUN", "PROPN"} for k in self._unnamed(t)]
        if keys:
            self.sources += [k for k in keys if k not in self.sources]
        elif not soft:
            self.attributed = True

    def _named(self, noun: Token) -> Mention | None:
        """Who a subject is, by itself or by the name that follows it: "its spokesman, Daniel Okoth"."""
        return self.cast.at(noun) or next((m for a in children(noun, "appos") if (m := self.cast.at(a))), None)

    def _unnamed(self, noun: Token) -> list[str]:
        """A source that the text does not name: "residents", "a spokesman"; an entity of this text only."""
        if noun.lemma_.lower() not in self.words["stance.noun.source"] and noun.pos_ != "PROPN":
            return []
        if any(c.lower_ == "no" for c in children(noun, "det")):
            return []  # "no group claimed responsibility"
        type_ = "Group" if noun.tag_ in {"NNS", "NNPS"} else "Person"
        text = phrase(noun.doc, min([noun.i, *[c.i for c in noun.lefts if c.dep_ in {"amod", "compound"}]]), noun.i + 1)
        key = self.cast.local_key(type_, text)
        self.cast.entity(key, type_, text, named=False)
        return [key]

    def _according(self, root: Token) -> None:
        """ "According to X" holds for its sentence."""
        if self.sources:
            return
        for token in root.sent if hasattr(root, "sent") else ():
            if token.lower_ != "according" or token.i + 1 >= len(token.doc):
                continue
            for prep in [c for c in token.children if c.lower_ == "to"] or [token]:
                for obj in children(prep, "pobj"):
                    mention = self.cast.at(obj)
                    if mention and any(
                        self.cast.type(k) in {"Person", "State", "Organization", "Force", "Group"} for k in mention.keys
                    ):
                        clause = token.head
                        if self.trigger.i == clause.i or clause.is_ancestor(self.trigger):
                            self.sources += mention.keys
                    elif obj.pos_ != "PRON":
                        self.attributed = self.attributed or obj.lemma_.lower() in self.words["stance.noun.source"]


def _tail(sentence: Span, i: int) -> tuple[str, ...]:
    """Who says the whole sentence, where it ends in ", the ministry said"; the parser often hangs that elsewhere."""
    doc, verbs, the_cast = sentence.doc, load_lexicon()["stance.verb.quote"], cast(sentence.doc)
    for verb in reversed(sentence):
        if verb.i <= i:
            break
        if verb.lemma_.lower() not in verbs or verb.pos_ != "VERB" or children(verb, "ccomp"):
            continue
        mention = the_cast.covering(verb.i - 1)
        if mention is None or mention.start - 1 <= i:
            continue
        start = doc[mention.head].left_edge.i if doc[mention.head].left_edge.i > i else mention.start
        after_comma = doc[mention.start - 1].text == "," or (start > 0 and doc[start - 1].text == ",")
        if after_comma and all(the_cast.type(k) in _SPEAKERS for k in mention.keys):
            return mention.keys
    return ()


# quotations


def _speakers(doc: Doc) -> dict[int, str]:
    """For each token inside a quotation of a sentence or more, the key of who speaks, where the text says it nearby."""
    words = load_lexicon()["stance.verb.report"]
    the_cast = cast(doc)
    speakers: dict[int, str] = {}
    last: tuple[int, str] | None = None
    for start, end in quotations(doc):
        if end - start < 6:
            continue
        speaker = _speaker(doc, start, end, words, the_cast)
        if speaker is None and last is not None and start - last[0] < 40 and not _paragraph_break(doc, last[0], start):
            speaker = last[1]
        if speaker is not None:
            for i in range(start, end):
                speakers[i] = speaker
            last = (end, speaker)
    return speakers


def quotations(doc: Doc) -> list[tuple[int, int]]:
    """Token ranges between quotation marks; a mark left open ends with its paragraph."""
    found: list[tuple[int, int]] = []
    opened: int | None = None
    for token in doc:
        if "\n\n" in token.text or (token.is_space and "\n" in token.text):
            opened = None
        elif (opened is None and token.text in _OPEN + _EITHER) or (opened is None and token.text == "``"):
            opened = token.i + 1
        elif (opened is not None and token.text in _CLOSE + _EITHER) or (opened is not None and token.text == "''"):
            if token.i > opened:
                found.append((opened, token.i))
            opened = None
    return found


def _speaker(doc: Doc, start: int, end: int, verbs: frozenset[str], the_cast: Cast) -> str | None:
    """The subject of a verb of saying right before or right after the quotation."""
    near = [*range(end, min(end + 14, len(doc))), *range(start - 1, max(start - 16, -1), -1)]
    for i in near:
        token = doc[i]
        if i >= end and token.is_sent_start and i > end + 2 and doc[i - 1].text not in {'"', "”", ",", "''"}:
            continue
        if token.pos_ == "VERB" and token.lemma_.lower() in verbs:
            for subject in subjects(token):
                mention = the_cast.at(subject)
                if (
                    mention
                    and not start <= subject.i < end
                    and len(mention.keys) == 1
                    and the_cast.type(mention.keys[0]) in {"Person", "State", "Organization", "Force", "Group"}
                ):
                    return mention.keys[0]
    return None


def _paragraph_break(doc: Doc, start: int, end: int) -> bool:
    return any("\n" in doc[i].text for i in range(start, min(end, len(doc))))
