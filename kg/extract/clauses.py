"""Where the arguments of verbs and nouns stand in a dependency parse: control, passives, relative clauses, coordination.

Every function takes spaCy tokens and gives tokens: the heads of argument phrases. Labels are those of ClearNLP, as in
spaCy's English models.
"""

from collections.abc import Iterator

from spacy.tokens import Token

from kg.lexicon import load as load_lexicon

RELATIVE = frozenset({"who", "which", "that", "whom", "whose"})
# After these, what follows in a pcomp or xcomp is done by the object: "accused X of shelling", "urged X to leave".
_OBJECT_CONTROL_PREPOSITIONS = frozenset({"of", "for", "from", "into", "with"})


def children(token: Token, *labels: str) -> list[Token]:
    """The children of `token` with one of the dependency `labels`, in text order."""
    return [child for child in token.children if child.dep_ in labels]


def coordinated(token: Token) -> list[Token]:
    """`token` and what is coordinated with it: "A, B and C"."""
    found = [token]
    for item in found:
        found += [
            c
            for c in item.children
            if c.dep_ == "conj" and c.pos_ in {"NOUN", "PROPN", "PRON", "NUM", "ADJ", "X"} and not starts_next_clause(c)
        ]
    return sorted(found, key=lambda t: t.i)


def starts_next_clause(conjunct: Token) -> bool:
    """Whether a conjunct of a phrase with a preposition is the subject of the verb after it.

    "At talks hosted by A, B and C agreed": the parser lists B and C with A, and leaves "agreed" without a subject.
    """
    top = conjunct.head
    if top.dep_ != "pobj" or conjunct.left_edge.i == 0 or conjunct.doc[conjunct.left_edge.i - 1].text != ",":
        return False
    verb = _verb_after(conjunct)
    return verb is not None and not children(verb, "nsubj", "nsubjpass") and top.i < verb.i


def _verb_after(phrase: Token) -> Token | None:
    """The finite verb that follows a phrase, adverbs and quotation marks between them aside."""
    for token in phrase.doc[phrase.right_edge.i + 1 : phrase.sent.end]:
        if token.pos_ in {"VERB", "AUX"} and token.tag_ in {"VBD", "VBZ", "VBP", "MD"}:
            return token if token.dep_ not in {"aux", "auxpass"} else token.head
        if token.pos_ not in {"ADV", "PUNCT"} or token.text in {",", ";", "."}:
            return None
    return None


def passive(verb: Token) -> bool:
    """Whether the verb form is passive: "was shelled", "accused of", "the town shelled by"."""
    if children(verb, "auxpass", "nsubjpass"):
        return True
    if (
        verb.lemma_ == "accuse"
        and verb.tag_ in {"VBN", "VBD"}
        and not children(verb, "aux", "dobj")
        and prepositional(verb, "of") + children(verb, "prep")
    ):
        return True  # headline: "Kenya accused of supporting rebels"
    if verb.dep_ == "conj" and verb.tag_ == "VBN" and not children(verb, "aux", "nsubj", "dobj"):
        return passive(verb.head)
    return verb.tag_ in {"VBN", "VBD"} and verb.dep_ in {"acl", "amod"} and not children(verb, "nsubj", "aux", "dobj")


def _relative_antecedent(verb: Token) -> Token | None:
    """The noun that a relative clause belongs to, for the verb that heads the clause or is coordinated in it."""
    while verb.dep_ in {"conj", "xcomp", "ccomp"} and verb.head.pos_ in {"VERB", "AUX"}:
        verb = verb.head
    return verb.head if verb.dep_ == "relcl" else None


def _resolve_relative(token: Token, verb: Token) -> Token:
    if token.lower_ in RELATIVE and token.pos_ in {"PRON", "DET", "SCONJ"}:
        antecedent = _relative_antecedent(verb)
        if antecedent is not None:
            return antecedent
    return token


def subjects(verb: Token, depth: int = 6) -> list[Token]:
    """Who does it: the logical subject, coordination not yet expanded."""
    if depth == 0:
        return []
    if passive(verb):
        return agents(verb)
    return _grammatical_subjects(verb, depth)


def agents(verb: Token) -> list[Token]:
    """The `by`-phrase of a passive."""
    found = [p for a in children(verb, "agent") for p in children(a, "pobj")]
    if not found:
        found = [
            p
            for a in children(verb, "prep")
            if a.lower_ == "by"
            for p in children(a, "pobj")
            if p.ent_type_ not in {"DATE", "TIME"}
        ]
    if not found and verb.dep_ != "conj":
        # "was attacked and burnt by X": the phrase hangs on the last of the coordinated verbs
        for other in children(verb, "conj"):
            if other.tag_ == "VBN" and not children(other, "nsubj", "nsubjpass"):
                found += agents(other)
    return found


def _grammatical_subjects(verb: Token, depth: int = 6) -> list[Token]:
    """The subject in form, of the verb itself or of whatever controls it."""
    if depth == 0:
        return []
    own = children(verb, "nsubj", "nsubjpass", "csubj")
    own = [_resolve_relative(t, verb) for t in own if t.dep_ != "csubj"]
    if own:
        return own
    if verb.tag_ in {"VBD", "VBZ", "VBP"} and verb.dep_ == "ROOT":
        return _stray_subject(verb)
    head = verb.head
    match verb.dep_:
        case "conj":
            if head.pos_ in {"VERB", "AUX"}:
                return _grammatical_subjects(head, depth - 1)
        case "xcomp" | "ccomp" if head.pos_ == "ADJ":  # "is willing to provide"
            while head.dep_ == "conj" and head.head.pos_ == "ADJ":
                head = head.head
            if head.dep_ in {"acomp", "oprd", "ccomp"} and head.head.pos_ in {"VERB", "AUX"}:
                return _grammatical_subjects(head.head, depth - 1)
        case "xcomp":
            objects_ = children(head, "dobj", "dative")
            if objects_ and not passive(head) and head.lemma_ not in {"promise", "threaten", "use"}:
                return objects_
            if passive(head):
                return patients(head, depth - 1) or []
            return subjects(head, depth - 1)
        case "ccomp":
            if verb.tag_ == "VBG" or (children(verb, "aux") and children(verb, "aux")[0].lower_ == "to"):
                return subjects(head, depth - 1)
        case "advcl":
            if verb.tag_ in {"VBG", "VBN", "VB"}:
                return _grammatical_subjects(head, depth - 1)
        case "acl":
            if verb.tag_ == "VBG":
                return [head]
            if verb.tag_ == "VB":
                return controller(head, depth - 1)
        case "relcl":
            if verb.tag_ in {"VBG", "VBD", "VBZ", "VBP"} and not children(verb, "dobj") and not children(verb, "nsubj"):
                return [head]
        case "pcomp":
            governor = gerund_governor(head)
            if governor.pos_ == "VERB":
                if head.lower_ in _OBJECT_CONTROL_PREPOSITIONS:
                    return patients(governor, depth - 1) or subjects(governor, depth - 1)
                return _grammatical_subjects(governor, depth - 1)
            if governor.pos_ in {"NOUN", "PROPN"}:
                return controller(governor, depth - 1)
    return []


def gerund_governor(preposition: Token) -> Token:
    """What a preposition before a gerund hangs on: the verb, also where the parser takes the verb's object for it.

    "Accused the army of shelling": it is the accusing that has "of shelling", not the army.
    """
    noun = preposition.head
    verb = noun.head
    if noun.dep_ in {"dobj", "nsubjpass"} and preposition.lower_ in _OBJECT_CONTROL_PREPOSITIONS:
        return verb if verb.lemma_.lower() in load_lexicon()["verbs.charging"] else noun
    return noun


def _stray_subject(verb: Token) -> list[Token]:
    """A name before the verb that the parser takes for an adverb: "On Monday, as troops clashed, President A derided B"."""
    for i in range(verb.i - 1, verb.sent.start - 1, -1):
        token = verb.doc[i]
        if token.dep_ == "npadvmod" and token.ent_type_ in {"PERSON", "GPE", "ORG"}:
            return [token]
        if (
            token.dep_ == "conj"
            and token.head.dep_ == "pobj"
            and starts_next_clause(token)
            and _verb_after(token) == verb
        ):
            return [token]
    return []


def controller(noun: Token, depth: int = 4) -> list[Token]:
    """Who would do what a noun's complement says: "Kenya's plan to invade", "Kenya has a plan to invade"."""
    owners = children(noun, "poss") or [
        p for prep in children(noun, "prep") if prep.lower_ in {"of", "by"} for p in children(prep, "pobj")
    ]
    if owners:
        return owners
    if noun.dep_ in {"dobj", "attr"} and noun.head.pos_ in {"VERB", "AUX"}:
        return subjects(noun.head, depth)
    return [noun] if noun.ent_type_ or noun.pos_ == "PROPN" else []


def patients(verb: Token, depth: int = 6) -> list[Token]:
    """Whom it is done to: direct object, subject of the passive, or the gap of a relative clause."""
    if depth == 0:
        return []
    if passive(verb):
        own = [_resolve_relative(t, verb) for t in children(verb, "nsubjpass", "nsubj")]
        if own:
            return own
        if verb.dep_ in {"acl", "amod"}:
            return [verb.head]
        return _grammatical_subjects(verb, depth)
    found = [
        _resolve_relative(t, verb)
        for t in children(verb, "dobj", "dative")
        if not (t.dep_ == "dative" and t.pos_ == "ADP")
    ]
    if not found:  # "found the minister guilty": the parser makes a clause of it that has no verb
        found = [t for c in children(verb, "ccomp") if c.pos_ in {"ADJ", "NOUN"} for t in children(c, "nsubj")]
    if not found and verb.dep_ == "relcl" and children(verb, "nsubj"):
        subject_words = {t.lower_ for t in children(verb, "nsubj")}
        if not subject_words & RELATIVE and not any(p.dep_ == "prep" and not list(p.children) for p in verb.children):
            found = [verb.head]
    if not found and verb.dep_ != "conj":
        # "shelled and burnt the town": the object hangs on the last of the coordinated verbs
        for other in children(verb, "conj"):
            if other.pos_ == "VERB" and other.i - verb.i <= 3 and not children(other, "nsubj"):
                found += patients(other, depth - 1)
    return found


def prepositional(token: Token, preposition: str) -> list[Token]:
    """The objects of `preposition` at a verb or noun, also of a two-word preposition's second half ("out of")."""
    found: list[Token] = []
    for prep in token.children:
        if prep.dep_ not in {"prep", "agent", "dative", "prt"} or prep.pos_ not in {
            "ADP",
            "SCONJ",
            "ADV",
            "PART",
            "VERB",
        }:
            continue
        if prep.lower_ == preposition:
            found += [_resolve_relative(p, token) for p in children(prep, "pobj")]
            for inner in children(prep, "prep"):  # "from across the border", "in between A and B"
                found += children(inner, "pobj")
            if not found:
                found += _stranded(token, prep)
        elif preposition == "between":  # "fighting in Sudan between A and B"
            found += [
                p
                for obj in children(prep, "pobj")
                for inner in children(obj, "prep")
                if inner.lower_ == preposition
                for p in children(inner, "pobj")
            ]
        elif prep.lower_ in {"out", "away", "off", "back", "because", "instead"}:
            found += [
                p for inner in children(prep, "prep") if inner.lower_ == preposition for p in children(inner, "pobj")
            ]
    return found


def _stranded(verb: Token, prep: Token) -> list[Token]:
    """ "the country it withdrew from"."""
    return [verb.head] if verb.dep_ == "relcl" and not list(prep.children) else []


def ancestors(token: Token) -> Iterator[tuple[Token, Token]]:
    """Pairs of (token, its head) from `token` up to the root of its sentence."""
    while token.head.i != token.i:
        yield token, token.head
        token = token.head
