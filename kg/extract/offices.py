"""Persons and the offices that the text gives them: "Kenyan President William Ruto", "Ruto, president of Kenya"."""

from collections import Counter
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.cast import Cast, Mention, cast, phrase
from kg.extract.names import Name
from kg.gazetteer import load as load_gazetteer
from kg.gazetteer import tokens
from kg.lexicon import load as load_lexicon
from kg.statement import slug

_POSSESSIVE = {"'s", "’s", "'", "’"}
_LINKS = {"of", "for", "to"}


@dataclass(frozen=True, slots=True)
class Office:
    """`person` holds `title` at `owner`, said at tokens start to end; `former` offices are no longer held."""

    person: str
    title: str
    owner: str
    start: int
    end: int
    former: bool = False
    certainty: float = 0.95


@dataclass(frozen=True, slots=True)
class Unowned:
    """An office whose owner token `at` stands for: "*its* spokesman NAME", "the *party*'s chairman NAME"; see coreference."""

    at: int
    office: Office


@dataclass(frozen=True, slots=True)
class _Title:
    start: int
    end: int
    text: str
    owner: str | None
    former: bool
    owner_at: int | None = None


@Language.component(
    "kg_offices",
    requires=["doc._.kg_names", "doc._.kg_cast"],
    assigns=["doc._.kg_offices", "doc._.kg_unowned", "doc._.kg_home"],
)
def kg_offices(doc: Doc) -> Doc:
    """Names persons, links surnames to full names, and reads titles; leaves `Office` records for the statements."""
    offices = _Offices(doc)
    doc._.kg_offices = offices.run()
    doc._.kg_unowned = tuple(offices.unowned)
    doc._.kg_home = offices.home
    return doc


class _Offices:
    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.cast: Cast = cast(doc)
        self.gazetteer = load_gazetteer(doc._.kg_gazetteer)
        lexicon = load_lexicon()
        self.lower = tuple(t.lower_ for t in doc)
        self.titles = sorted((tokens(t) for t in lexicon["titles.office"]), key=lambda t: (-len(t), t))
        self.address, self.former, self.standing = (lexicon[f"titles.{k}"] for k in ("address", "former", "standing"))
        self.sent_to, self.national = lexicon["titles.sent_to"], lexicon["titles.national"]
        self.described = lexicon["nouns.reference.organization"] | lexicon["nouns.reference.state"]
        self.names: list[Name] = doc._.kg_names
        self.at = {i: n for n in self.names for i in range(n.start, n.end)}
        self.home = self._home()
        self.unowned: list[Unowned] = []

    def _home(self) -> str | None:
        """The state that the text is about: named at least three times, and twice as often as any other."""
        counts = Counter(n.entry for n in self.names if n.entry and n.type == "State").most_common(2)
        if not counts or counts[0][1] < 3 or (len(counts) > 1 and counts[0][1] < 2 * counts[1][1]):
            return None
        self._know(str(counts[0][0]))
        return counts[0][0]

    def _national_owner(self, name: Name) -> str | None:
        """Whose minister a person is of whom the text does not say it: of the state that the sentence is about, or the text."""
        sentence = self.doc[name.start].sent
        near = [n for n in self.names if n.type == "State" and n.entry and sentence.start <= n.start < sentence.end]
        first = near[0] if near else None
        if (
            first is not None
            and first.role == "name"
            and self.doc[first.start : first.end].root.dep_ in {"nsubj", "nsubjpass"}
        ):
            self._know(str(first.entry))
            return first.entry
        return self.home if {n.entry for n in near} <= {self.home} else None

    def run(self) -> tuple[Office, ...]:
        people = [n for n in self.names if n.type == "Person"]
        offices: list[Office] = []
        full: dict[str, str] = {}
        for name in people:
            key = self._person(name, full)
            if key is None:
                continue
            for title in self._around(name, offices):
                start, end = min(title.start, name.start), max(title.end, name.end)
                if title.owner is None and title.owner_at is not None:
                    office = Office(key, title.text, "", start, end, title.former, 0.9)
                    self.unowned.append(Unowned(title.owner_at, office))
                    continue
                national = title.text.lower() in self.national
                owner = title.owner or self._usual_owner(key)
                if (
                    title.owner is None
                    and owner is not None
                    and national
                    and self.gazetteer.entries[owner].type != "State"
                ):
                    owner = None  # what a prime minister became later
                certainty = 0.95
                if owner is None and national:
                    owner, certainty = self._national_owner(name), 0.75
                if owner is not None:
                    offices.append(Office(key, title.text, owner, start, end, title.former, certainty))
        return (*offices, *self._counterparts(offices))

    def _counterparts(self, offices: list[Office]) -> list[Office]:
        """ "his Greek and French counterparts, A and B": the office of the one before, each at their own state."""
        found: list[Office] = []
        for token in self.doc:
            if token.lemma_.lower() != "counterpart":
                continue
            model = next((o for o in reversed(offices) if o.end <= token.i and o.start >= token.sent.start), None)
            states = self._run(token.i - 1, -1, "State")
            people = self._run(token.i + 1, 1, "Person")
            if model is None or len(states) not in {1, len(people)}:
                continue
            for number, name in enumerate(people):
                state = states[number if len(states) > 1 else 0].entry
                mention = self.cast.covering(name.start)
                if state is not None and mention is not None:
                    self._know(state)
                    found.append(Office(mention.keys[0], model.title, state, token.i, name.end))
        return found

    def _run(self, i: int, step: int, type_: str) -> list[Name]:
        """The names of one kind next to each other from token i on: "Greek, Cypriot and French"."""
        names: list[Name] = []
        while 0 <= i < len(self.doc):
            name = self.at.get(i)
            if name is not None and name.type == type_:
                names.append(name)
                i = name.start - 1 if step < 0 else name.end
            elif self.doc[i].text == "," or self.doc[i].lower_ == "and":
                i += step
            else:
                break
        return names[::step]

    def _person(self, name: Name, full: dict[str, str]) -> str | None:
        """The entity of a person's name; a bare surname is the fuller name in the text that ends with it."""
        text = phrase(self.doc, name.start, name.end)
        words = text.split()
        while len(words) > 1 and words[0].lower() in self.address:
            words = words[1:]
        short = " ".join(words)
        entry = self.gazetteer.entries.get(name.entry or "")
        if entry is not None:
            key, label = entry.key, entry.name
        elif len(words) == 1:
            linked = full.get(words[-1].casefold())
            if linked is None:
                title = any(True for _ in self._before(name))
                key, label = self.cast.local_key("Person", short), short
                self.cast.entity(key, "Person", label, named=title)
            else:
                key, label = linked, self.cast.entities[linked].name
        else:
            key, label = f"person-{slug(short)}", short
            linked = full.get(words[-1].casefold())
            if (
                linked
                and self.cast.entities[linked].name.split()[0][0] == words[0][0]
                and len(self.cast.entities[linked].name.split()) > 1
            ):
                key, label = linked, self.cast.entities[linked].name
        same = f"http://www.wikidata.org/entity/{entry.wikidata}" if entry and entry.wikidata else None
        draft = self.cast.entity(key, "Person", label, same_as=same)
        draft.aliases.add(short)
        full.setdefault(words[-1].casefold(), key)
        full.setdefault(label.split()[-1].casefold(), key)
        head = self.doc[name.start : name.end].root
        self.cast.drop(head.i)
        self.cast.add(Mention(name.start, name.end, head.i, (key,), certainty=1.0 if len(words) > 1 else 0.95), short)
        return key

    # titles

    def _around(self, name: Name, offices: list[Office]) -> list[_Title]:
        found = [*self._before(name), *self._after(name)]
        if found and found[0].owner is None:  # "Defence Secretary A and Foreign Secretary B"
            for office in reversed(offices):
                if office.end == found[0].start - 1 and self.doc[office.end].lower_ == "and":
                    found[0] = _Title(found[0].start, found[0].end, found[0].text, office.owner, office.former)
                break
        return found

    def _before(self, name: Name) -> list[_Title]:
        end = name.start
        while end > 0 and self.doc[end - 1].lower_ in self.address and self._ending(end) is None:
            end -= 1
        comma = end > 0 and self.doc[end - 1].text == ","
        if comma:
            end -= 1
        direct = self._ending(end)
        if direct is not None:
            if comma and direct.owner is None and direct.owner_at is None and direct.text.lower() not in self.national:
                return []
            return [direct]
        # "President of the European Commission NAME", "spokesman for the Kenyan Foreign Ministry NAME"
        owner_at = end - 1
        owner = self._owner_at(owner_at)
        if owner is None:
            return []
        key, start = owner
        while start > 0 and self.doc[start - 1].lower_ in {"the", "of", "for", "to"}:
            start -= 1
        if self.doc[start].lower_ not in {*_LINKS}:
            return []
        title = self._ending(start)
        if title is None:
            return []
        owner_key = title.owner if title.text.lower() in self.sent_to else title.owner or key
        return [_Title(title.start, end, title.text, owner_key, title.former)]

    def _after(self, name: Name) -> list[_Title]:
        i = name.end
        if i >= len(self.doc) or self.doc[i].text not in {",", "("}:
            return []
        limit = min(len(self.doc), i + 9)
        for start in range(i + 1, limit):
            if self.doc[start].text in {".", ";", ":"} or (self.doc[start].pos_ == "VERB" and start > i + 1):
                break
            length = self._title_at(start)
            if length:
                title = self._complete(start, start + length)
                if title.owner is None and title.owner_at is None and title.text.lower() not in self.national:
                    return []
                return [title]
            if (
                self.doc[start].lower_ not in {"the", "a", "its", "their"}
                and start not in self.at
                and self.doc[start].text not in _POSSESSIVE
                and self.doc[start].lower_ not in self.former | self.standing | {"-"}
                and self.doc[start].pos_ not in {"ADJ", "PROPN", "NOUN"}
            ):
                break
        return []

    def _title_at(self, i: int) -> int:
        return next((len(words) for words in self.titles if self.lower[i : i + len(words)] == words), 0)

    def _ending(self, end: int) -> _Title | None:
        """A title whose last token is end - 1, with what stands before it."""
        for words in self.titles:
            start = end - len(words)
            if start >= 0 and self.lower[start:end] == words:
                return self._complete(start, end, after=False)
        return None

    def _complete(self, start: int, end: int, after: bool = True) -> _Title:
        text = phrase(self.doc, start, end)
        owner: str | None = None
        left = start
        former = False
        while left > 0 and (self.doc[left - 1].lower_ in self.former | self.standing | {"-"}):
            former = former or self.doc[left - 1].lower_ in self.former
            left -= 1
        if left > 0:
            at = left - 2 if self.doc[left - 1].text in _POSSESSIVE else left - 1
            found = self._owner_at(at)
            if found:
                owner, left = found
        if left > 0 and self.doc[left - 1].lower_ in self.former:
            former = True
        stop = end
        if after and end < len(self.doc) - 1 and self.doc[end].lower_ in _LINKS and text.lower() not in self.sent_to:
            i = end + 1
            while i < len(self.doc) and self.doc[i].lower_ in {"the", "former"}:
                i += 1
            name = self.at.get(i)
            mention = self.cast.covering(i)
            if (
                name is not None
                and name.entry
                and self.doc[name.end - 1].i + 1
                and name.type in {"State", "Organization", "Force"}
                and name.role != "adjective"
            ):
                owner, stop = owner or name.entry, name.end
                self._know(name.entry)
            elif mention is not None and self.cast.type(mention.keys[0]) in {"State", "Organization", "Force"}:
                owner, stop = owner or mention.keys[0], mention.end
            elif name is not None and name.type == "Organization" and mention is not None:
                owner, stop = mention.keys[0], mention.end
        owner_at = self._stands_for_owner(left - 1) if owner is None else None
        return _Title(left, stop, text, owner, former, owner_at)

    def _stands_for_owner(self, i: int) -> int | None:
        """The token of a pronoun or description that ends at token i: "its", "the party's"."""
        if i < 0:
            return None
        if self.doc[i].tag_ == "PRP$":
            return i
        if i > 1 and self.doc[i].text in _POSSESSIVE and self.doc[i - 1].lower_ in self.described:
            return i - 1 if self.doc[i - 2].lower_ in {"the", "that", "this"} else None
        return None

    def _know(self, key: str) -> None:
        entry = self.gazetteer.entries[key]
        self.cast.entity(
            entry.key,
            entry.type,
            entry.name,
            same_as=f"http://www.wikidata.org/entity/{entry.wikidata}" if entry.wikidata else None,
        )

    def _owner_at(self, i: int) -> tuple[str, int] | None:
        """The state, organization or force whose name ends at token i, and where it starts."""
        if i < 0:
            return None
        if self.doc[i].text == ")" and i > 2 and self.doc[i - 2].text == "(":
            i -= 3
        mention = self.cast.covering(i)
        if (
            mention is not None
            and mention.end == i + 1
            and self.cast.type(mention.keys[0]) in {"Organization", "Force", "State"}
        ):
            return mention.keys[0], mention.start
        name = self.at.get(i)
        if name is None or name.end != i + 1:
            return None
        if name.entry and name.type in {"State", "Organization", "Force"}:
            self._know(name.entry)
            return name.entry, name.start
        return None

    def _usual_owner(self, person: str) -> str | None:
        """ "President Biden": the state of the one whom the gazetteer knows."""
        entry = self.gazetteer.entries.get(person)
        if entry is None or entry.of is None or entry.of not in self.gazetteer.entries:
            return None
        if self.gazetteer.entries[entry.of].type not in {"State", "Organization", "Force"}:
            return None
        self._know(entry.of)
        return entry.of
