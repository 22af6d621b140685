"""Which sense of a known name is meant, if any: by its neighbours in the sentence, then by what else the text names."""

from collections import Counter
from collections.abc import Iterable

from spacy.tokens import Doc, Token

from kg.gazetteer import Entry, Gazetteer, Sense
from kg.lexicon import Lexicon
from kg.lexicon import load as load_lexicon

Match = tuple[int, int, tuple[Sense, ...]]
_OF_COUNTRIES = frozenset({"name", "capital"})
# After a state's or city's name they are its own ("Kenya Police", "Ukraine War"), not the rest of a longer name.
_OWN = (
    "nouns.force.military", "nouns.force.service", "nouns.force.irregular", "nouns.government.bodies",
    "nouns.government.stands_for_state", "nouns.government.official", "nouns.conflict.war", "nouns.conflict.other",
    "nouns.agreement.ceasefire", "nouns.agreement.peace", "nouns.place.border",
)  # fmt: skip
# More of these in a text than this make it one about sport, also where a sentence has none.
_SPORTS_TEXT = 3


class Senses:
    """The names of the gazetteer in one document, and the choice between their senses."""

    def __init__(self, doc: Doc, gazetteer: Gazetteer, year: int | None) -> None:
        self.doc, self.gazetteer, self.year = doc, gazetteer, year
        self.entries = gazetteer.entries
        self.words: Lexicon = load_lexicon()
        self.titles = self.words["titles.office"]
        self.own = frozenset().union(*(self.words[name] for name in _OWN))
        self.national = self.words["nouns.force.military"] | self.words["nouns.government.national"]
        self.texts = [t.text.replace("’", "'") for t in doc]
        self.matches = list(self._found())
        self.at = {i: m for m in self.matches for i in range(m[0], m[1])}
        self.plain = Counter(
            keys.pop() for _, _, senses in self.matches
            if len(keys := {s.entry_key for s in senses if self._now(self.entries[s.entry_key])}) == 1
            and senses[0].role not in {"surname", "common"}
        )  # fmt: skip
        people = [e for e in doc.ents if e.label_ == "PERSON" and len(e) > 1 and not any(t.is_punct for t in e)]
        self.first_names = {e[0].text for e in people if not self._is_whole_name(e.start, e.end)}
        self.strangers = {e[-1].text for e in people if not self._is_whole_name(e.start, e.end)}
        self.sport = [t.i for t in doc if t.lower_ in self.words["nouns.sport.mark"] or t.lemma_.lower() in self.words["nouns.sport.mark"]]  # fmt: skip
        self.lower_case = {t.text for t in doc if t.is_lower}

    def chosen(self) -> Iterable[tuple[int, int, Sense]]:
        """Each known name with the sense that is meant; those that mean something else, or are open, are left out."""
        for start, end, senses in self.matches:
            sense = self._choose(start, end, senses)
            if sense is not None:
                yield start, end, sense

    def _found(self) -> Iterable[Match]:
        """The gazetteer's names, longest first from left to right."""
        i = 0
        while i < len(self.texts):
            begins = self.texts[i][:1].isupper() or not self.doc[i].is_alpha or self.texts[i] in {"al", "bin", "de", "von", "el", "arap", "dos"}  # fmt: skip
            hit = self.gazetteer.longest(self.texts, i) if begins else None
            if hit is None:
                i += 1
                continue
            yield i, i + hit[0], hit[1]
            i += hit[0]

    def _choose(self, start: int, end: int, senses: tuple[Sense, ...]) -> Sense | None:
        types = {self.entries[s.entry_key].type for s in senses}
        if all(s.role in {"surname", "common"} for s in senses):
            return self._surname(start, end)
        senses = tuple(s for s in senses if s.role not in {"surname", "common"} and self._exists(s))
        if not senses:
            return None
        if types == {"Person"}:
            return self._only(senses, start)
        if (self._in_headline(start, end)) or (end - start == 1 and self._something_else(start, types)):
            return None
        if (
            end - start == 1
            and self.doc[start].is_sent_start
            and self.doc[start].tag_ == "NN"
            and types == {"Organization"}
        ):
            return None  # "Time is short": a common noun that is written large because it comes first
        capital = next((s for s in senses if s.role == "capital"), None)
        if capital is not None and {s.role for s in senses} == {"capital", "name"} and "State" in types:
            capitals = tuple(s for s in senses if s.role == "capital")
            return self._only(capitals, start) or (capital if len({s.entry_key for s in capitals}) == 1 else None)
        for role in ("name", "capital", "adjective", "people", "seat"):
            same = tuple(s for s in senses if s.role == role)
            if same:
                return self._only(same, start)
        return None

    def _only(self, senses: tuple[Sense, ...], start: int) -> Sense | None:
        """The one sense that the text supports most, among those whose entries existed then; None if several do."""
        now = [s for s in senses if self._now(self.entries[s.entry_key])] or list(senses)
        if len({s.entry_key for s in now}) == 1:
            return now[0]
        support = {s.entry_key: self._support(self.entries[s.entry_key]) for s in now}
        best = max(support.values())
        likely = [s for s in now if support[s.entry_key] == best]
        if len({s.entry_key for s in likely}) == 1:
            return likely[0]
        states = [s for s in likely if self.entries[s.entry_key].type == "State"]
        others = [self.entries[s.entry_key] for s in likely if s not in states]
        if len(states) == 1 and all(e.type == "Place" for e in others):  # a de-facto state is its territory too
            same = all(e.name == self.entries[states[0].entry_key].name for e in others)
            return states[0] if best or same or self._among_states(start, others) else None
        return None

    def _among_states(self, start: int, places: list[Entry]) -> bool:
        """Whether a name that is a state's and a region's has what only states have, or stands among states."""
        head = self.doc[start].head
        if self.doc[start].dep_ in {"poss", "compound", "nmod"} and {head.lower_, head.lemma_.lower()} & self.national:
            return True
        containers = {key for place in places for key in place.within}
        sentence = self.doc[start].sent
        return any(
            self.entries[key].type == "State" and key not in containers
            for i in range(sentence.start, sentence.end) if i in self.at and self.at[i][0] == i != start
            for key in {s.entry_key for s in self.at[i][2]} if key in self.plain
        )  # fmt: skip

    def _support(self, entry: Entry) -> int:
        """How often the text names the entry beyond doubt, or what belongs to it, lies in it or beside it."""
        total = 0
        for key, times in self.plain.items():
            other = self.entries[key]
            if key == entry.key:
                total += 3 * times
            elif (
                other.of == entry.key
                or entry.key in other.within
                or any(term.of == entry.key for term in other.terms)
                or key in entry.related.get("borders", ())
                or (entry.type == other.type == "Place" and entry.within and set(entry.within) & set(other.within))
            ):
                total += times
        return total

    def _exists(self, sense: Sense) -> bool:
        """A capital or seat stands for a state only while there is one."""
        return sense.role not in {"capital", "seat"} or self._now(self.entries[sense.entry_key])

    def _now(self, entry: Entry) -> bool:
        if entry.terms:
            return self.year is None or entry.spans(self.year)
        if entry.type != "State":
            return True
        if self.year is None:
            return entry.end is None
        return (not entry.start or int(entry.start) <= self.year + 1) and (not entry.end or int(entry.end) >= self.year)

    # persons

    def _surname(self, start: int, end: int) -> Sense | None:
        """Whom a bare surname means; nobody where it is the end of another's name or the beginning of a thing's."""
        token = self.doc[start]
        if end - start == 1 and (self._continued(start) or self._first_name(start) is not None or token.ent_type_ in {"DATE", "FAC", "ORDINAL"}):  # fmt: skip
            return None
        text = " ".join(self.texts[start:end]).replace(" - ", "-").replace(" ' ", "'")
        title = self._title_before(start)
        senses = self.gazetteer.surfaces.get(text) or self._senses_of(start, end)
        common = all(s.role == "common" for s in senses)
        if end - start == 1 and text in self.strangers and not any(s.entry_key in self.plain for s in senses):
            return None
        near = self.plain if not common or token.ent_type_ in {"PERSON", ""} or title else ()
        if common and token.pos_ != "PROPN":
            return None
        named = [s for s in senses if s.entry_key in self.plain]
        if len(named) == 1:
            return Sense(named[0].entry_key, "surname")
        person = self.gazetteer.person(text, self.year, title, near)
        return Sense(person.key, "surname") if person else None

    def _senses_of(self, start: int, end: int) -> tuple[Sense, ...]:
        hit = self.gazetteer.longest(self.texts[:end], start)
        return hit[1] if hit else ()

    def _title_before(self, start: int) -> str | None:
        """The title of office that ends before token `start`, in lower case: "prime minister"."""
        while start > 0 and self.doc[start - 1].lower_ in self.words["titles.address"]:
            start -= 1
        for length in (4, 3, 2, 1):
            if length <= start and (title := " ".join(self.texts[start - length : start]).lower()) in self.titles:
                return title
        return None

    def _first_name(self, i: int) -> Token | None:
        """The capitalised word before a surname that makes it another's: "Hunter | Biden"."""
        before = self.doc[i - 1] if i > self.doc[i].sent.start else None
        if before is None or not before.text[:1].isupper() or before.tag_ not in {"NNP", "NNPS"} or before.i in self.at:
            return None
        if before.dep_ not in {"compound", "nmod", "flat"} or before.head.i != i or not before.is_alpha:
            return None
        low = before.lower_
        known = (
            low in self.own or low in self.titles or low in self.words["titles.address"] | self.words["titles.former"]
        )
        return None if known or low in self.words["nouns.place.compass"] or self._title_before(i) else before

    def _is_whole_name(self, start: int, end: int) -> bool:
        return any(m[0] >= start and m[1] == end and (m[1] - m[0] > 1 or m[0] == start) for m in map(self.at.get, range(start, end)) if m)  # fmt: skip

    # what is no state

    def _something_else(self, i: int, types: set[str]) -> bool:
        """Whether a name of one word belongs to a longer one, to a person, a team or a thing."""
        token = self.doc[i]
        roles = {s.role for s in self.at[i][2]}
        if not roles & _OF_COUNTRIES or not types & {"State", "Place"}:
            return False
        if self._continued(i) or self._first_name(i) is not None or self._named_after(i):
            return True
        if types == {"Place"} and any(self._named_after(k) and self.doc[k].head.head.i == i for k in (i + 2, i + 3) if k < len(self.doc)):  # fmt: skip
            return True
        if self._team(token):
            return True
        if "State" not in types:
            return False
        if self._ware(token) or self._town(i):
            return True
        return token.text in self.first_names and not self._backed(i)

    def _continued(self, i: int) -> bool:
        """Whether the name goes on in a word that no state owns: "Kenya | Airways", "Jordan | Peterson"."""
        token = self.doc[i]
        if i + 1 >= len(self.doc) or token.dep_ not in {"compound", "nmod", "amod", "nsubj"}:
            return False
        after = self.doc[i + 1]
        if (
            after.tag_ not in {"NNP", "NNPS"}
            or not after.text[:1].isupper()
            or after.i in self.at
            or not after.is_alpha
        ):
            return False
        if token.dep_ == "nsubj" or not (
            token.head.i == after.i or (token.head == after.head and after.dep_ == "compound")
        ):
            return False
        span = [t for t in self.doc[i + 1 : token.head.i + 1] if t.text[:1].isupper()] or [after]
        if after.is_upper and len(after) > 1 and not token.is_upper:
            return False
        return not any(
            t.lower_ in self.own or t.lemma_.lower() in self.own or t.lower_ in self.titles or t.i in self.at
            or t.lower_ in self.words["titles.address"] | self.words["titles.portfolio"]
            for t in span
        )  # fmt: skip

    def _named_after(self, i: int) -> bool:
        """ "Bank of | Jordan", "University of | Georgia": part of the name of what is no body of a state."""
        token = self.doc[i]
        if token.dep_ != "pobj" or token.head.lower_ != "of":
            return False
        head = token.head.head
        if head.tag_ not in {"NNP", "NNPS"} or not head.text[:1].isupper() or head.i > i:
            return False
        if head.i in self.at and self.at[head.i][1] - self.at[head.i][0] > 1:
            return False
        if head.i == head.sent.start and not any(c.tag_ == "NNP" for c in head.lefts):
            return False
        body = self.own - {"bank", "court", "house", "state"}
        if f"{self.doc[head.i - 1].lower_} {head.lower_}" in self.words["nouns.government.bodies"]:
            return False  # "Supreme Court of Kenya"
        return not (head.lower_ in body or head.lemma_.lower() in body or head.lower_ in self.titles)

    def _team(self, token: Token) -> bool:
        """Whether a state's name stands where a team plays: "Brazil beat Germany 3-1"."""
        near = any(token.sent.start <= k < token.sent.end for k in self.sport)
        score = any(
            t.text in {"-", "–"} and 0 < t.i < len(self.doc) - 1 and t.nbor(-1).like_num and t.nbor(1).like_num
            and len(t.nbor(-1)) < 4 and len(t.nbor(1)) < 4
            for t in token.sent
        ) or any(len(p := t.text.replace("–", "-").split("-")) == 2 and all(x.isdigit() and len(x) < 4 for x in p) for t in token.sent)  # fmt: skip
        if not near and not score and len(self.sport) < _SPORTS_TEXT:
            return False
        head = token
        while (
            head.dep_ in {"conj", "pobj", "prep", "agent", "poss", "compound", "appos", "pcomp"}
            and head.head.i != head.i
        ):
            head = head.head
            if head.lower_ in self.words["nouns.sport.mark"] or head.lemma_.lower() in self.words["nouns.sport.mark"]:
                return True
        chain = [head, head.head, *(head.head.conjuncts if near or score else ())]
        return any(
            t.lemma_.lower() in self.words["verbs.sport"] or t.lower_ in self.words["verbs.sport"] for t in chain
        )

    def _ware(self, token: Token) -> bool:
        """ "China plates", "turkey": the thing that is written like the state."""
        before_head = token.head.i == token.i + 1 and token.dep_ in {"compound", "amod", "nmod"}
        if before_head and {token.head.lower_, token.head.lemma_.lower()} & self.words["nouns.thing.ware"]:
            return True
        return token.is_sent_start is True and token.lower_ in self.lower_case and not self._backed(token.i)

    def _town(self, i: int) -> bool:
        """ "Lebanon, Ohio": what is said to lie in a part of another state is no state."""
        match = self.at.get(i + 2)
        if (
            match is None
            or self.doc[i + 1].text != ","
            or self.doc[match[1] - 1].dep_ not in {"appos", "npadvmod", "nmod"}
        ):
            return False
        places = [self.entries[s.entry_key] for s in match[2] if s.role == "name"]
        own = {s.entry_key for s in self.at[i][2]}
        return any(e.type == "Place" and e.kind == "region" and e.within and not own & set(e.within) for e in places)

    def _backed(self, i: int) -> bool:
        """Whether the text speaks of the state in other words too."""
        own = self.doc[i].text
        others = {s.entry_key for a, b, senses in self.matches if self.doc[a:b].text != own for s in senses}
        return any(s.entry_key in others for s in self.at[i][2])

    def _in_headline(self, start: int, end: int) -> bool:
        """ "CAR BOMB", "JOIN US NOW": among capitals an abbreviation may be a word."""
        if not self.texts[start].isupper() or end - start > 1 or len(self.texts[start]) > 3:
            return False
        around = [t for t in self.doc[max(0, start - 2) : end + 2] if t.i != start and t.is_alpha and len(t) > 2]
        return bool(around) and all(t.is_upper for t in around)
