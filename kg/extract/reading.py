"""The trained reader: relations said in ways that no frame lists.

The rules come first; the reader adds what they miss and doubts what it finds unlikely. Its network (`encoder.py`) sees a
sentence at a time, and only those that mention two entities or more.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from kg.extract.cast import Cast, cast
from kg.extract.casualties import whole_number
from kg.extract.encoder import Pair, network
from kg.extract.features import lexical, path, told
from kg.extract.mentions import vectors
from kg.extract.relations import Finding, sentence_times
from kg.extract.stance import stance
from kg.extract.times import when
from kg.lexicon import load as load_lexicon
from kg.ontology import load as load_ontology

# Chosen on annotated articles so that what is added is right about as often as what the rules find.
ADDS, DOUBTS = 0.82, 0.002
_NO_COUNT = frozenset({"DATE", "TIME", "MONEY", "PERCENT", "ORDINAL"})
# Names and numerals say these by themselves, and the rules read them better; or the reader concludes them too readily.
_LEFT_TO_RULES = frozenset({
    "officeHolderOf", "belongsTo", "memberOf", "killed", "wounded", "captured", "displaced", "participatesIn", "borders",
})  # fmt: skip


@Language.component(
    "kg_reader", requires=["doc._.kg_cast", "doc._.kg_findings", "doc._.kg_vectors"], assigns=["doc._.kg_findings"]
)
def kg_reader(doc: Doc) -> Doc:
    """Adds the relations that the reader is sure of, and drops findings that it doubts."""
    found: dict[tuple[int, str, str, str | int], float] = {}
    added: list[Finding] = []
    ontology, the_cast = load_ontology(), cast(doc)
    side = _sides(doc, the_cast)
    known = {(doc[f.trigger].sent.start, side(f.subject), f.predicate, side(f.object)) for f in doc._.kg_findings}
    for sentence in doc.sents:
        for one, two, pair, trigger in _pairs(doc, sentence):
            for predicate, probability in pair.predicates.items():
                rule = ontology.properties[predicate]
                if isinstance(two, int) != rule.counts or not _fits(predicate, one, two, the_cast):
                    continue
                key = (sentence.start, one, predicate, two)
                found[key] = max(probability, found.get(key, 0.0))
                if probability < ADDS or predicate in _LEFT_TO_RULES or side(one) == side(two):
                    continue
                # what the rules say of a state's troops, the reader does not say of the state again
                ends = side(one), side(two)
                told = (sentence.start, ends[0], predicate, ends[1]) in known
                if not told and not (rule.symmetric and (sentence.start, ends[1], predicate, ends[0]) in known):
                    added.append(_finding(one, predicate, two, probability, pair, trigger))
                    known.add((sentence.start, ends[0], predicate, ends[1]))
    kept = []
    for finding in doc._.kg_findings:
        start = doc[finding.trigger].sent.start
        doubt = found.get((start, finding.subject, finding.predicate, finding.object))
        if doubt is None or doubt > DOUBTS or ontology.properties[finding.predicate].counts:
            kept.append(finding)
    doc._.kg_findings = kept + added
    return doc


def _sides(doc: Doc, the_cast: Cast) -> Callable[[str | int], str | int]:
    """Whom an actor belongs to or speaks for, itself where it is nobody's."""
    held = {o.person: o.owner for o in doc._.kg_offices}

    def side(key: str | int) -> str | int:
        if isinstance(key, int):
            return key
        return held.get(key) or the_cast.entities[key].owner or key

    return side


def _fits(predicate: str, one: str, two: str | int, the_cast: Cast) -> bool:
    return _accepts(predicate, the_cast.type(one), None if isinstance(two, int) else the_cast.type(two))


@cache
def _accepts(predicate: str, one: str, two: str | None) -> bool:
    """Whether a property can hold between two classes, or count what befell one; asked for each pair in each sentence."""
    ontology = load_ontology()
    if two is None:
        return not ontology.properties[predicate].domain.isdisjoint(ontology.types(one))
    return ontology.accepts(predicate, one, two)


def _pairs(doc: Doc, sentence: Span) -> Iterator[tuple[str, str | int, Pair, Token]]:
    """What the reader says of each two entities that a sentence mentions, by mention; and the word that says it."""
    tokens = [t for t in sentence if not t.is_space]
    place = {t.i: n for n, t in enumerate(tokens)}
    spans: list[tuple[int, int]] = []
    keys: list[str | int] = []
    for start, end, key in _mentions(doc, sentence):
        if start in place and end - 1 in place:
            spans.append((place[start], place[end - 1] + 1))
            keys.append(key)
    telling = [_tells(tokens[a:b]) for a, b in spans]
    ordered = [
        (i, j)
        for i, one in enumerate(keys)
        for j, two in enumerate(keys)
        if isinstance(one, str) and one != two and spans[i] != spans[j] and not telling[i] and not telling[j]
    ]
    words = vectors(doc, sentence) if ordered else None
    if words is None:
        return
    ontology, the_cast = load_ontology(), cast(doc)
    kinds = ["Number" if isinstance(k, int) else ontology.top(the_cast.type(k)) for k in keys]
    findings = _told(doc, sentence)
    known = told(findings.get((str(keys[i]), keys[j]), {}) for i, j in ordered)
    paths = [path(tokens, spans[i], spans[j]) for i, j in ordered]
    read_pairs = network().pairs(words, spans, kinds, ordered, lexical(tokens), paths, known)
    for (i, j), pair in zip(ordered, read_pairs, strict=True):
        yield str(keys[i]), keys[j], pair, _saying(tokens, spans[i], spans[j], pair.focus)


def _tells(words: Sequence[Token]) -> bool:
    """Whether a mention is only whose word it is: "according to Kenya", "Uganda, Kenya said, sent troops"."""
    inside = {t.i for t in words}
    for token in words:
        if token.dep_ == "pobj" and token.head.lower_ == "to" and token.head.head.lower_ == "according":
            return True
        if token.head.i not in inside:
            verb = token.head
            return (
                token.dep_ == "nsubj" and verb.dep_ == "parataxis" and not any(c.dep_ in {"ccomp", "dobj"} for c in verb.children)
                and verb.lemma_.lower() in load_lexicon()["stance.verb.report"]
            )  # fmt: skip
    return False


def _told(doc: Doc, sentence: Span) -> dict[tuple[str, str | int], dict[str, float]]:
    """What the rules have found in a sentence, and how sure they are."""
    properties = load_ontology().properties
    found: dict[tuple[str, str | int], dict[str, float]] = {}
    for f in doc._.kg_findings:
        if not sentence.start <= f.trigger < sentence.end:
            continue
        both = [(f.subject, f.object)]
        if properties[f.predicate].symmetric:
            both.append((str(f.object), f.subject))
        for pair in both:
            own = found.setdefault(pair, {})
            own[f.predicate] = max(f.confidence, own.get(f.predicate, 0.0))
    return found


def _mentions(doc: Doc, sentence: Span) -> Iterator[tuple[int, int, str | int]]:
    """The mentions of a sentence as the reader was trained to see them: "Kenyan" and "troops" apart."""
    the_cast = cast(doc)
    names = {n.start: n for n in doc._.kg_names if sentence.start <= n.start < sentence.end}
    for mention in the_cast.within(sentence):
        start, end = mention.start, mention.end
        if mention.kind == "noun":
            inside = [n.end for n in names.values() if start <= n.start and n.end <= mention.head]
            start = max([start, *inside])
            while (start < mention.head and not doc[start].is_alpha) or doc[start].lower_ in {"the", "a", "an"}:
                start += 1
        for key in mention.keys:
            yield start, end, key
    for name in names.values():
        if name.role == "adjective" and name.entry in the_cast.entities and name.start not in the_cast.by_head:
            yield name.start, name.end, name.entry
    for token in sentence:
        if token.pos_ == "NUM" and token.ent_type_ not in _NO_COUNT and the_cast.covering(token.i) is None:
            value = whole_number(token)
            if value:
                yield token.i, token.i + 1, value


def _saying(tokens: list[Token], one: tuple[int, int], two: tuple[int, int], focus: int) -> Token:
    """The verb or noun of the word that decided; not one above what joins the two, such as "said" in "A hit B, C said"."""
    trigger = _trigger(tokens[focus])
    first, second = (
        next(t for t in tokens[a:b] if t.head.i == t.i or t.head not in tokens[a:b]) for a, b in (one, two)
    )
    above = {t.i for t in (second, *second.ancestors)}
    joint = next((t for t in (first, *first.ancestors) if t.i in above), trigger)
    return _trigger(joint) if trigger.i != joint.i and trigger.is_ancestor(joint) else trigger


def _finding(one: str, predicate: str, two: str | int, probability: float, pair: Pair, trigger: Token) -> Finding:
    held = stance(trigger, (one,))
    if predicate in {"accuses", "condemns", "urges", "threatens", "rejects"} and one in held.sources:
        held = replace(held, sources=())
    if predicate == "locatedIn":  # where a place lies is nobody's claim
        held = replace(held, sources=())
    held = replace(
        held,
        negated=held.negated if pair.negated < 0.5 else True,
        hypothetical=held.hypothetical or pair.hypothetical > 0.3,
    )
    doc = trigger.doc
    date = when(trigger, sentence_times(doc, trigger))
    return Finding(one, predicate, two, trigger.i, held, date, None, round(probability * 0.95, 2), "trained reader")


def _trigger(token: Token) -> Token:
    """The verb or noun that the word that decided belongs to."""
    while token.head.i != token.i and not (
        token.pos_ in {"VERB", "NOUN", "ADJ"} or (token.pos_ == "AUX" and token.dep_ not in {"aux", "auxpass"})
    ):
        token = token.head
    return token
