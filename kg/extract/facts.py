"""Standing facts that names and titles state by themselves: offices, belonging, location, neighbours."""

from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc, Token

from kg.extract.cast import Cast, Mention, cast
from kg.extract.clauses import children, coordinated
from kg.extract.offices import Office
from kg.extract.relations import Finding
from kg.extract.stance import Stance
from kg.lexicon import load as load_lexicon

_ASSERTED = Stance()
_BELONGING = frozenset({"Force", "Organization", "Group"})


@Language.component(
    "kg_facts", requires=["doc._.kg_cast", "doc._.kg_offices", "doc._.kg_located"], assigns=["doc._.kg_findings"]
)
def kg_facts(doc: Doc) -> Doc:
    """Adds offices, belonging and location to the document's findings."""
    the_cast = cast(doc)
    for name in doc._.kg_names:  # "Kenyan" is how the text calls Kenya, too
        if name.role == "adjective" and name.entry in the_cast.entities:
            the_cast.entities[name.entry].aliases.add(doc[name.start : name.end].text)
    doc._.kg_findings.extend([
        *_offices(doc._.kg_offices), *_belonging(the_cast), *_regions(doc), *_places(doc, the_cast),
        *_neighbours(doc, the_cast), *_members(doc, the_cast),
    ])  # fmt: skip
    return doc


def _offices(offices: tuple[Office, ...]) -> Iterator[Finding]:
    """Offices, once each; the title of one that is not held any more says so: "former President"."""
    seen: set[tuple[str, str, str]] = set()
    for office in offices:
        what = (office.person, office.owner, office.title.lower())
        if what in seen:
            continue
        seen.add(what)
        title = f"former {office.title}" if office.former else office.title
        yield Finding(
            office.person,
            "officeHolderOf",
            office.owner,
            office.start,
            _ASSERTED,
            None,
            title,
            office.certainty,
            "titles",
        )


def _belonging(the_cast: Cast) -> Iterator[Finding]:
    """Whose a force, body or group is, at the first phrase that says so."""
    for draft in the_cast.entities.values():
        owner, at = draft.owner, draft.owner_stated_at
        if owner is None or at is None or draft.type not in _BELONGING:
            continue
        if the_cast.type(owner) in {"State", "Organization", "Force"}:
            yield Finding(draft.key, "belongsTo", owner, at, _ASSERTED, None, None, 0.95, "owned noun")


def _members(doc: Doc, the_cast: Cast) -> Iterator[Finding]:
    """ "Pedro Ruiz of the Unity Movement", "Arnel Reyes from the Coast Guard", where no office says it better."""
    for mention in the_cast.mentions():
        person = mention.keys[0]
        if mention.kind != "name" or the_cast.type(person) != "Person":
            continue
        for prep in children(doc[mention.head], "prep"):
            if prep.i != mention.end or prep.lower_ not in {"of", "from"}:
                continue
            for body in (m for o in children(prep, "pobj") if (m := the_cast.at(o)) and len(m.keys) == 1):
                held = any(o.person == person and o.owner == body.keys[0] for o in doc._.kg_offices)
                if the_cast.type(body.keys[0]) in {"Organization", "Force"} and not held:
                    yield Finding(
                        person, "memberOf", body.keys[0], mention.head, _ASSERTED, None, None, 0.75, "name of body"
                    )


def _regions(doc: Doc) -> Iterator[Finding]:
    for key, state, start, _ in doc._.kg_located:
        yield Finding(key, "locatedIn", state, start, _ASSERTED, None, None, 0.9, "compass word and name")


def _neighbours(doc: Doc, the_cast: Cast) -> Iterator[Finding]:
    """ "Sudan and neighbouring Chad", "the neighbouring states of Kenya and Somalia", "fled to neighbouring Chad"."""
    adjacent = load_lexicon()["nouns.place.adjacent"]
    for word in doc:
        if word.lower_ not in adjacent or word.dep_ not in {"amod", "compound", "nmod"}:
            continue
        head = word.head
        near = [m for t in coordinated(head) if (m := _land(the_cast, t))]
        for prep in children(head, "prep"):
            near += [m for o in children(prep, "pobj") for t in coordinated(o) if prep.lower_ == "of" and (m := _land(the_cast, t))]  # fmt: skip
        if not near:
            continue
        inside = {k for m in near for k in m.keys}
        others = [
            m
            for m in the_cast.mentions()
            if word.sent.start <= m.head < word.i
            and _land(the_cast, doc[m.head])
            and the_cast.type(m.keys[0]) == "State"
            and not inside & set(m.keys)
        ]
        if len(near) == 2 and near[0].head == head.i and not others:
            pairs = [(near[0].keys[0], near[1].keys[0])]
        elif len({m.keys for m in others}) == 1:
            pairs = [(others[0].keys[0], m.keys[0]) for m in near if len(m.keys) == 1]
        else:
            continue
        for one, two in pairs:
            yield Finding(one, "borders", two, word.i, _ASSERTED, None, None, 0.8, "neighbouring")


def _land(the_cast: Cast, token: Token) -> Mention | None:
    mention = the_cast.at(token)
    return mention if mention and the_cast.type(mention.keys[0]) in {"State", "Place"} else None


def _places(doc: Doc, the_cast: Cast) -> Iterator[Finding]:
    """ "Lerik, Azerbaijan" and "Stepanakert in Nagorno-Karabakh", for names of places only."""
    for mention in the_cast.mentions():
        if mention.kind != "name" or the_cast.type(mention.keys[0]) != "Place":
            continue
        for container, rule in _containers(doc, the_cast, mention):
            if container.keys[0] != mention.keys[0] and the_cast.type(container.keys[0]) in {"Place", "State"}:
                yield Finding(
                    mention.keys[0], "locatedIn", container.keys[0], mention.head, _ASSERTED, None, None, 0.85, rule
                )


def _containers(doc: Doc, the_cast: Cast, mention: Mention) -> Iterator[tuple[Mention, str]]:
    end = mention.end
    if end + 1 < len(doc) and doc[end].text == ",":
        after = the_cast.covering(end + 1)
        speaks = (
            after is not None and doc[after.head].dep_ in {"nsubj", "nsubjpass"} and doc[after.head].head.i > after.head
        )
        if (
            after is not None
            and after.kind == "name"
            and after.start == end + 1
            and not speaks
            and not _list(doc, mention, after)
        ):
            yield after, "place, place"
    head: Token = doc[mention.head]
    for prep in children(head, "prep"):
        if prep.lower_ == "in" and prep.i == end:
            for obj in children(prep, "pobj"):
                found = the_cast.at(obj)
                if found is not None and found.kind == "name":
                    yield found, "place in place"


def _list(doc: Doc, first: Mention, second: Mention) -> bool:
    """ "Kyiv, Kharkiv, and Odessa": a list of places, not a place and what it lies in."""
    follows = doc[second.end].lower_ if second.end < len(doc) else ""
    return (
        doc[second.head].dep_ == "conj"
        or follows == "and"
        or (follows == "," and second.end + 1 < len(doc) and (doc[second.end + 1].lower_ == "and" or doc[second.end + 1].ent_type_ in {"GPE", "LOC"}))
        or (first.start > 1 and doc[first.start - 1].text == "," and doc[first.start - 2].ent_type_ in {"GPE", "LOC"})
    )  # fmt: skip
