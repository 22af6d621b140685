"""Names: the gazetteer first, then what the language model's recognizer adds; which sense of a name is meant."""

from collections.abc import Iterator, Set
from dataclasses import dataclass, replace

from spacy.language import Language
from spacy.tokens import Doc, Span, Token
from spacy.util import filter_spans

from kg.document import Document
from kg.extract.cast import Cast
from kg.extract.mentions import Mark, marks
from kg.extract.senses import Match, Senses
from kg.gazetteer import Gazetteer, load
from kg.lexicon import load as load_lexicon

_LABEL = {"Person": "PERSON", "State": "GPE", "Place": "LOC", "Organization": "ORG", "Force": "ORG"}
# What the recognizer's labels become where the gazetteer knows nothing.
_TYPE = {"PERSON": "Person", "ORG": "Organization", "GPE": "Place", "LOC": "Place", "FAC": "Place", "NORP": "Group"}
# "Sudanese Army", "Chinese Foreign Ministry": the state and what it owns are found apart.
_READ_FROM_PARTS = (
    "nouns.force.military",
    "nouns.force.service",
    "nouns.government.bodies",
    "nouns.government.written",
)
# What a new name can be; states are all known, agreements and conflicts are read from their parts.
_NEW = frozenset({"Person", "Organization", "Force", "Place", "Group"})
SURE, ALONE = 0.7, 0.9
_INSIDE = {"of", "the", "and", "for", "de", "del", "la", "al", "-", "&", "'s", "’s", "in", "on", "to"}


@dataclass(frozen=True, slots=True)
class Name:
    """Tokens start to end (exclusive): a gazetteer `entry` in a `role`, or a new name of the class `type`."""

    start: int
    end: int
    type: str
    entry: str | None = None
    role: str = "name"


@Language.component(
    "kg_names", requires=["doc.ents", "token.tag"], assigns=["doc.ents", "doc._.kg_names", "doc._.kg_cast"]
)
def kg_names(doc: Doc) -> Doc:
    """Finds names; leaves them in `doc.ents` (with the gazetteer's key as `kb_id_`) and for the later components."""
    source: Document = doc._.kg_document or Document("text", doc.text)
    doc._.kg_document = source
    doc._.kg_gazetteer = doc._.kg_gazetteer or ()
    gazetteer = load(doc._.kg_gazetteer)
    found = _known(doc, gazetteer, _year(source.date))
    found = _merge(doc, found)
    doc._.kg_names = found
    doc._.kg_located, doc._.kg_findings, doc._.kg_times, doc._.kg_speakers = [], [], {}, {}
    doc._.kg_cast = Cast(source.digest[:8])
    rest = [e for e in doc.ents if e.label_ in {"DATE", "TIME", "CARDINAL", "MONEY", "PERCENT", "QUANTITY", "ORDINAL"}]
    ours = [Span(doc, n.start, n.end, label=_LABEL.get(n.type, "NORP" if n.role in {"adjective", "people"} else "EVENT"), kb_id=n.entry or "") for n in found]  # fmt: skip
    doc.ents = filter_spans([*ours, *rest])
    return doc


def _year(date: str | None) -> int | None:
    return int(date[:4]) if date else None


def _known(doc: Doc, gazetteer: Gazetteer, year: int | None) -> list[Name]:
    """The gazetteer's names, longest first from left to right, one sense each; ambiguous ones are left out."""
    senses = Senses(doc, gazetteer, year)
    names = list(_shared(doc, senses.texts, gazetteer, senses.matches))
    for start, end, sense in senses.chosen():
        names.append(Name(start, end, gazetteer.entries[sense.entry_key].type, sense.entry_key, sense.role))
    return names


def _shared(doc: Doc, words: list[str], gazetteer: Gazetteer, matches: list[Match]) -> Iterator[Name]:
    """ "North and South Korea": the first word shares the last word of the name that follows."""
    for start, end, senses in matches:
        if end - start < 2 or start < 2 or doc[start - 1].lower_ != "and" or not doc[start - 2].text[:1].isupper():
            continue
        hit = gazetteer.longest([words[start - 2], *words[start + 1 : end]], 0)
        if hit is not None and hit[0] == end - start and hit[1][0].entry_key != senses[0].entry_key:
            entry = gazetteer.entries[hit[1][0].entry_key]
            if entry.type == gazetteer.entries[senses[0].entry_key].type:
                yield Name(start - 2, start - 1, entry.type, entry.key)


def _merge(doc: Doc, known: list[Name]) -> list[Name]:
    """Adds the recognizer's names where the gazetteer is silent, or where they are longer proper names around its own."""
    compass = load_lexicon()["nouns.place.compass"]
    taken = {i: n for n in known for i in range(n.start, n.end)}
    added: list[Name] = []
    dropped: set[Name] = set()
    for first, last, type_ in _recognized(doc, taken.keys()):
        start, end = _trim(doc, first, last)
        if (
            start - 1 in taken
            and end - start < 3
            and any(doc[end - 1].lower_ in load_lexicon()[w] for w in _READ_FROM_PARTS)
        ):
            continue  # "Pakistan | Army"
        while type_ == "Person" and end < len(doc) and end not in taken and _continues(doc, start, end):
            end += 1
        if end - start > 1:
            type_ = _by_last_word(doc[end - 1]) or type_
        if (
            type_ == "Person"
            and end - start == 1
            and doc[start].is_sent_start
            and doc[start].head.i == end
            and doc[end].pos_ == "NOUN"
        ):
            continue  # "Riot police": written large because it comes first
        if end - start == 1 and doc[start].lower_ in compass:
            continue  # "the North" is a description, resolved later
        if (
            end <= start
            or not doc[start].text[:1].isupper()
            or (type_ != "Organization" and not all(_namelike(t) for t in doc[start:end]))
        ):
            continue
        inner = {taken[i] for i in range(start, end) if i in taken}
        if type_ == "Organization" and inner:
            person = _person_after_body(doc, start, end)
            if person is not None:
                added.append(person)
                continue
        if inner and type_ != "Group" and not _encloses(doc, start, end, inner, type_):
            continue
        if any(n.start < start or n.end > end for n in inner):
            continue
        if (
            type_ == "Group"
            and not inner
            and end - start == 1
            and start > 0
            and (start - 1) in taken
            and taken[start - 1].role == "adjective"
        ):
            start, inner = start - 1, {taken[start - 1]}  # "Palestinian Arabs"
        if type_ == "Group" and (
            end - start > 2 or not _a_people(doc[end - 1]) or any(n.role != "adjective" for n in inner)
        ):
            continue
        if not inner and type_ == "Organization" and not _organization(doc, start, end):
            continue
        dropped |= inner
        added.append(Name(start, end, type_))
    names = sorted([n for n in known if n not in dropped] + added, key=lambda n: n.start)
    surnames = {doc[n.end - 1].text for n in names if n.type == "Person" and n.end - n.start > 1}
    names = [replace(n, type="Person") if _surname(doc, n, surnames) else n for n in names]
    names = [_as_its_neighbours(doc, names, i) for i in range(len(names))]
    return [replace(n, type="Place") if _somewhere(doc, n) else n for n in names]


def _recognized(doc: Doc, known: Set[int]) -> Iterator[tuple[int, int, str]]:
    """Names that are recognized by what stands around them: the language model's, set right and completed by the reader's.

    The reader is asked about sentences that have names which the gazetteer does not know, the tokens of which are `known`.
    """
    asked = [s for s in doc.sents if any(_unknown(t, known) for t in s)]
    seen = [m for s in asked for m in marks(doc, s) if m.probability >= SURE and _proper(doc, m.start, m.end)]
    found, used = [], set()
    for ent in doc.ents:
        if ent.label_ not in _TYPE:
            continue
        inside = [m for m in seen if m.start < ent.end and ent.start < m.end]
        used |= set(inside)
        if len(inside) > 1:  # "Granda inside Venezuela" is no one name
            found += [(m.start, m.end, m.type) for m in inside if m.type in _NEW and _whole(doc, m)]
        elif not inside or inside[0].type == "State" or not _whole(doc, inside[0]):
            found.append((ent.start, ent.end, _TYPE[ent.label_]))
        elif inside[0].type in _NEW:
            found.append((min(ent.start, inside[0].start), max(ent.end, inside[0].end), inside[0].type))
    for m in seen:
        if m not in used and m.type in _NEW and m.probability >= ALONE and _whole(doc, m):
            found.append((m.start, m.end, m.type))
    return iter(sorted(set(found)))


def _unknown(token: Token, known: Set[int]) -> bool:
    """Whether a word may be of a name that the gazetteer lacks."""
    if token.i in known or not token.text[:1].isupper() or token.ent_type_ in {"DATE", "TIME"}:
        return False
    return token.tag_.startswith("NNP") or not (token.is_sent_start or token.i == 0 or token.nbor(-1).is_punct)


def _whole(doc: Doc, mark: Mark) -> bool:
    """Whether a mark is a name by itself: not "Army" after "Pakistan", "Tutsi" before "rebels" or a lone first name."""
    last = doc[mark.end - 1]
    if mark.end - mark.start == 1:
        return mark.type != "Person" and last.dep_ not in {"amod", "compound", "nmod", "npadvmod"}
    return True


def _proper(doc: Doc, start: int, end: int) -> bool:
    """Whether a mention is a name: written large, and not only because it comes first."""
    words = [t for t in doc[start:end] if t.is_alpha and t.lower_ not in _INSIDE]
    large = bool(words) and words[0].text[:1].isupper() and all(_namelike(t) for t in words)
    return large and (any(t.tag_.startswith("NNP") for t in words) or not doc[start].is_sent_start)


def _surname(doc: Doc, name: Name, surnames: set[str]) -> bool:
    """A new one-word name that ends a person's full name elsewhere in the text is that person's."""
    return name.entry is None and name.end - name.start == 1 and doc[name.start].text in surnames


def _somewhere(doc: Doc, name: Name) -> bool:
    """A new name that the recognizer takes for a person, where only a place can stand: "fighting in NAME"."""
    if name.entry is not None or name.type != "Person":
        return False
    head = doc[name.start : name.end].root
    while head.dep_ == "conj":
        head = head.head
    before = doc[name.start - 1].lower_ if name.start else ""
    return (
        head.dep_ == "pobj" and head.head.lower_ in {"in", "near", "outside", "around"} and before not in {"and", ","}
    ) or (head.dep_ == "dobj" and head.head.lemma_ in load_lexicon()["verbs.place.only"])


def _by_last_word(token: Token) -> str | None:
    """The kind that a name's last word gives away, whatever the recognizer says: "Delhi Police", "Karzai Airport"."""
    words, low = load_lexicon(), token.lower_
    if not token.text[:1].isupper():
        return None
    if low in words["nouns.place.site"]:
        return "Place"
    if low in words["nouns.government.bodies"] or low in words["nouns.force.service"]:
        return "Organization"
    return None


def _as_its_neighbours(doc: Doc, names: list[Name], i: int) -> Name:
    """A new name that the recognizer takes for an organization is a person where it stands in a list of persons."""
    name = names[i]
    if name.entry is not None or name.type != "Organization" or not 1 < name.end - name.start < 4:
        return name
    if not all(t.is_alpha and t.is_title for t in doc[name.start : name.end]):
        return name
    before, after = (names[k] if 0 <= k < len(names) else None for k in (i - 1, i + 1))
    joined = [n for n, gap in ((before, (before.end, name.start) if before else (0, 9)), (after, (name.end, after.start) if after else (0, 9)))
              if n is not None and 0 < gap[1] - gap[0] <= 2 and all(doc[k].lower_ in {",", "and"} for k in range(*gap))]  # fmt: skip
    if joined and all(n.type == "Person" for n in joined):
        return Name(name.start, name.end, "Person")
    return name


def _continues(doc: Doc, start: int, end: int) -> bool:
    """Whether the recognizer stopped short of a surname: "Superintendent Ana | Reyes"."""
    token = doc[end]
    return (
        token.tag_.startswith("NNP")
        and token.text[:1].isupper()
        and token.is_alpha
        and not token.ent_type_
        and any(t.dep_ == "compound" and t.head.i == end for t in doc[start:end])
    )


def _person_after_body(doc: Doc, start: int, end: int) -> Name | None:
    """ "Chinese Foreign Ministry | Hua Chunying": the recognizer runs a body and its spokeswoman together."""
    bodies = load_lexicon()["nouns.government.bodies"]
    for i in range(start + 1, end - 1):
        rest = doc[i + 1 : end]
        if (
            doc[i].lower_ in bodies
            and 2 <= len(rest) <= 3
            and all(t.is_title and t.is_alpha and t.lower_ not in bodies for t in rest)
        ):
            return Name(i + 1, end, "Person")
    return None


def _a_people(token: Token) -> bool:
    """ "Christians", "the Hutu": people as a body, no adjective before a noun."""
    return token.tag_ in {"NNPS", "NNS"} or (
        token.text.endswith("s") and token.dep_ in {"nsubj", "dobj", "pobj", "conj", "nsubjpass"}
    )


def _namelike(token: Token) -> bool:
    return (
        token.text[:1].isupper()
        or token.text[:1].isdigit()
        or token.text in _INSIDE
        or token.lower_
        in {
            "al",
            "bin",
            "van",
            "von",
            "der",
            "el",
            "ibn",
            "di",
            "da",
            "dos",
            "ul",
            "dela",
            "ould",
            "ag",
            "ben",
            "le",
            "y",
            "das",
        }
    )


def _trim(doc: Doc, start: int, end: int) -> tuple[int, int]:
    while start < end and (doc[start].lower_ in {"the", "a", "an"} or doc[start].is_punct or doc[start].is_space):
        start += 1
    while end > start and (
        doc[end - 1].text in {"'s", "’s", "'", "’"} or doc[end - 1].is_punct or doc[end - 1].is_space
    ):
        end -= 1
    return start, end


def _organization(doc: Doc, start: int, end: int) -> bool:
    """Single acronyms and runs of capitalised words; never lower-case phrases."""
    words = [t for t in doc[start:end] if t.is_alpha]
    if not words or any(t.text in {"'s", "’s"} for t in doc[start:end]):
        return False
    if doc[end - 1].pos_ not in {"PROPN", "NOUN"}:
        return False
    if end - start == 1 and doc[start].tag_ == "NN" and doc[start].is_sent_start:
        return False  # written large because it comes first
    portfolio = load_lexicon()["titles.portfolio"]
    if start > 1 and doc[start - 1].lower_ in {"of", "for"} and doc[start - 2].lower_ in portfolio:
        return False  # "Secretary of State", "Minister for Foreign Affairs": the rest of a title
    if end < len(doc) and doc[end].lower_ in portfolio and doc[end].text[:1].isupper():
        return False  # "Defence Minister"
    return all(_namelike(t) for t in words)


def _encloses(doc: Doc, start: int, end: int, inner: set[Name], type_: str) -> bool:
    """Whether a recognized span is a longer proper name around gazetteer names: "Bank of Israel", not "Israel's army"."""
    words = load_lexicon()
    if any(t.text in {"'s", "’s", ",", "and"} for t in doc[start:end]):
        return False
    if type_ == "Place" and end - start > 1 and doc[end - 1].lower_ in words["nouns.place.site"]:
        return True
    if any(n.entry and n.type not in {"State", "Place"} for n in inner):
        return False
    rest = [t for t in doc[start:end] if not any(n.start <= t.i < n.end for n in inner) and t.text not in _INSIDE]
    if not rest or not all(t.text[:1].isupper() and t.pos_ in {"PROPN", "NOUN", "ADJ"} for t in rest):
        return False
    if type_ == "Organization" and any(t.lower_ in words[w] for t in rest for w in _READ_FROM_PARTS):
        return False
    if type_ == "Person":
        return (
            len(rest) >= 1
            and all(n.end - n.start == 1 and n.role in {"name", "capital"} for n in inner)
            and not any(n.role == "adjective" for n in inner)
        )
    return type_ == "Organization" and any(t.pos_ == "PROPN" for t in rest)
