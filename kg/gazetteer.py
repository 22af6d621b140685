"""The world by name: `ontology/gazetteer/*.tsv` (see FORMAT.md there), checked and indexed by surface form."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path

from kg.errors import OntologyError
from kg.resources import layers

# One file a kind of thing: its columns, and the class where the file gives none.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "states": (
        "key", "name", "names", "adjectives", "people", "capital", "seats", "wikidata", "from", "to", "kind", "iso", "borders",
    ),
    "organizations": ("key", "name", "names", "kind", "of", "wikidata", "members"),
    "forces": ("key", "name", "names", "kind", "of", "wikidata", "operates", "affiliation"),
    "people": ("key", "name", "names", "common", "of", "office", "from", "to", "wikidata"),
    "places": ("key", "name", "names", "kind", "in", "wikidata", "claimed", "held"),
    "agreements": ("key", "name", "names", "type", "year", "wikidata", "parties", "brokers"),
    "conflicts": ("key", "name", "names", "type", "year", "wikidata", "parties"),
}  # fmt: skip
# The columns whose cells are keys of other entries.
_REFERENCES = ("borders", "members", "operates", "affiliation", "claimed", "held", "parties", "brokers")
# The columns whose cells list several values, and what an entry calls them.
_LISTS = {
    "names": "names", "adjectives": "adjectives", "people": "people", "capital": "capitals", "seats": "seats",
    "common": "common", "in": "within",
}  # fmt: skip
_CLASS = {"states": "State", "organizations": "Organization", "forces": "Force", "people": "Person", "places": "Place"}
_PREFIX = {**{stem: name.lower() for stem, name in _CLASS.items()}, "agreements": "agreement", "conflicts": "conflict"}
# Mirrors the tokenizer of spaCy's English models closely enough for names: a test compares the two.
_TOKEN = re.compile(
    r"(?:[A-Za-z]\.){2,}|(?:St|Mr|Dr|Jr|[A-Z])\.|'s\b|[^\W\d_][^\W_]*-\d+|[^\W_]+(?:['.](?!s\b)[^\W_]+)*|[^\w\s]"
)
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Beyond these years around an office a name is taken for somebody else's.
_BEFORE_OFFICE, _AFTER_OFFICE = 25, 60


@dataclass(frozen=True, slots=True)
class Term:
    """An `office` at `of` (a key) from one year to another; None where the year is unknown or the office goes on."""

    of: str | None
    office: str | None
    start: int | None
    end: int | None

    def covers(self, year: int, slack: int = 0) -> bool:
        """Whether `year`, give or take `slack`, lies in the term."""
        return (self.start or 0) - slack <= year <= (self.end or 9999) + slack


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the gazetteer; `key` is the local part of its IRI.

    `of`, `within` and what is `related`, by column ("borders", "members" …), are keys of other entries. A person's
    offices are its `terms`; `of`, `office`, `start` and `end` are those of the last one. `where` is file and line.
    """

    key: str
    type: str
    name: str
    names: tuple[str, ...] = ()
    kind: str = ""
    of: str | None = None
    adjectives: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    capitals: tuple[str, ...] = ()
    seats: tuple[str, ...] = ()
    common: tuple[str, ...] = ()
    office: str | None = None
    start: str | None = None
    end: str | None = None
    within: tuple[str, ...] = ()
    wikidata: str | None = None
    iso: str | None = None
    related: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    terms: tuple[Term, ...] = ()
    where: str = ""

    @property
    def same_as(self) -> str | None:
        """The Wikidata IRI, where it is known."""
        return f"http://www.wikidata.org/entity/{self.wikidata}" if self.wikidata else None

    def in_office(self, year: int, slack: int = 0) -> bool:
        """Whether a person held one of its offices in `year`, give or take `slack`."""
        return any(term.covers(year, slack) for term in self.terms)

    def spans(self, year: int) -> bool:
        """Whether a person of this name in a text of `year` can be this one: within a lifetime of its offices."""
        return not self.terms or any(
            (t.start or 0) - _BEFORE_OFFICE <= year <= (t.end or t.start or 9999) + _AFTER_OFFICE for t in self.terms
        )


@dataclass(frozen=True, slots=True)
class Sense:
    """What a surface form can mean: an entry, in a role.

    The roles: name, adjective, people, capital, seat, surname, and common, which is a surname that is a word or many
    people's name as well.
    """

    entry_key: str
    role: str


class _ByFirstWord(dict[str, tuple[int, dict[tuple[str, ...], str]]]):
    """Surface forms as token sequences by their first word, cut into words when a text first has that word.

    Most of the world is in no text: cutting all of it would cost half of the time to load.
    """

    def __init__(self, forms: Mapping[str, Sequence[str]]) -> None:
        super().__init__()
        self._forms = forms

    def __missing__(self, first: str) -> tuple[int, dict[tuple[str, ...], str]]:
        table = {words: form for form in self._forms.get(first, ()) if (words := tokens(form))[0] == first}
        self[first] = found = (max(map(len, table), default=0), table)
        return found


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Entries by key, and senses by surface form."""

    entries: Mapping[str, Entry]
    surfaces: Mapping[str, tuple[Sense, ...]]
    _sequences: _ByFirstWord

    def longest(self, words: Sequence[str], start: int) -> tuple[int, tuple[Sense, ...]] | None:
        """The longest known name that begins at `words[start]`: how many words, and its senses.

        >>> load().longest(["the", "African", "Union", "said"], 1)
        (2, (Sense(entry_key='organization-african-union', role='name'),))
        """
        longest, table = self._sequences[words[start]]
        for length in range(min(longest, len(words) - start), 0, -1):
            form = table.get(tuple(words[start : start + length]))
            if form is not None:
                return length, self.surfaces[form]
        return None

    def person(
        self, surname: str, year: int | None, office: str | None = None, near: Collection[str] = ()
    ) -> Entry | None:
        """Whom a bare surname means in a text of `year`, if that can be told.

        `office` is the title before the surname in lower case, `near` are the keys that the text names otherwise. The
        surname is that of the one who was in office then, of several who had that title or whose state is named; where
        nobody was in office it is the only one's at all. A surname that is also a word, or many people's (role
        "common"), needs the title or the state besides.

        >>> load().person("Aliyev", 1998).name, load().person("Aliyev", 2020).name
        ('Heydar Aliyev', 'Ilham Aliyev')
        """
        senses = [s for s in self.surfaces.get(surname, ()) if s.role in {"surname", "common"}]
        found = [(self.entries[s.entry_key], s.role == "common") for s in senses]
        if year is not None:
            current = [f for f in found if f[0].in_office(year)] or [f for f in found if f[0].in_office(year, 1)]
            possible = current or [f for f in found if f[0].spans(year) and year >= (f[0].terms[0].start or 0) - 10]
        else:
            possible = found
        backed = [e for e, _ in possible if _titled(e, office, year)] if office else []
        if not backed:
            backed = [e for e, _ in possible if any(t.of in near for t in e.terms if t.of)]
        if len(backed) == 1:
            return backed[0]
        return possible[0][0] if len(possible) == 1 and not possible[0][1] else None


def _titled(person: Entry, office: str, year: int | None) -> bool:
    """Whether the person had an office of that title, in that year where it is known."""
    return any(
        term.office is not None
        and (term.office.lower() == office or term.office.lower().endswith(" " + office))
        and (year is None or (term.start or 0) - 1 <= year)
        for term in person.terms
    )


def meanings(gazetteer: Gazetteer, surface: str) -> list[tuple[str, ...]]:
    """What a surface form can mean: key, class, role, label, whom it belongs to, years, and file and line, of each.

    >>> [row[:3] for row in meanings(load(), "Baku")]
    [('state-azerbaijan', 'State', 'capital')]
    """
    rows: list[tuple[str, ...]] = []
    for sense in gazetteer.surfaces.get(surface.replace("’", "'"), ()):
        entry = gazetteer.entries[sense.entry_key]
        terms = entry.terms or (Term(entry.of, None, _number(entry.start), _number(entry.end)),)
        owners = dict.fromkeys(term.of or "" for term in terms)
        years = [f"{term.start or ''}-{term.end or ''}" if term.start or term.end else "" for term in terms]
        rows.append(
            (entry.key, entry.type, sense.role, entry.name, ", ".join(filter(None, owners)), ", ".join(filter(None, years)),
             entry.where)
        )  # fmt: skip
    return rows


def _number(year: str | None) -> int | None:
    return int(year) if year else None


def tokens(text: str) -> tuple[str, ...]:
    """A name as the tokens that a text's tokenizer gives.

    >>> tokens("Nagorno-Karabakh")
    ('Nagorno', '-', 'Karabakh')
    """
    words = text.split(" ")
    if all(word.isalpha() for word in words):
        return tuple(words)
    return tuple(_TOKEN.findall(text.replace("’", "'")))


def load(extra: tuple[Path, ...] = (), root: Path | None = None) -> Gazetteer:
    """The shipped gazetteer, and files of the same format laid over it, which win where keys are the same.

    Over the shipped one lie first the files of the user's ontology, then those in `extra`.

    A file of a user is named like the shipped one that it adds to ("people.tsv", "my-people.tsv"). What a script has
    generated ("generated-states.tsv") completes the hand-written rows of the same key: its lists are added to theirs,
    its single cells fill those that they leave empty.
    """
    if root is None:
        root, *mine = layers("ontology/gazetteer")
        extra = (*(path for place in mine for path in sorted(place.glob("*.tsv"))), *extra)
    return _load(extra, root)


@cache
def _load(extra: tuple[Path, ...], root: Path) -> Gazetteer:
    entries: dict[str, Entry] = {}
    for stem in COLUMNS:
        rows = _rows(root / f"{stem}.tsv", stem)
        generated = root / f"generated-{stem}.tsv"
        if generated.exists():
            for key, (where, row) in _rows(generated, stem).items():
                rows[key] = (rows[key][0], _completed(rows[key][1], row)) if key in rows else (where, row)
        _check_labels(rows)
        for where, row in rows.values():
            entry = _entry(row, stem, where)
            entries[entry.key] = entry
    for path in extra:
        kind = next((s for s in COLUMNS if path.stem.endswith(s)), None)
        if kind is None:
            raise OntologyError(
                f"{path}: cannot tell what it lists", f"let the name end in one of {', '.join(COLUMNS)}"
            )
        rows = _rows(path, kind)
        _check_labels(rows)
        for where, row in rows.values():
            entry = _entry(row, kind, where)
            entries[entry.key] = entry
    for entry in entries.values():
        mentioned = [entry.of, *entry.within, *chain(*entry.related.values()), *(term.of for term in entry.terms)]
        for other in mentioned:
            if other and other not in entries:
                raise OntologyError(
                    f"{entry.where}: {other} is not in the gazetteer", "correct the key or add an entry"
                )
    return _index(entries)


def _rows(path: Path, stem: str) -> dict[str, tuple[str, dict[str, str]]]:
    """The rows of a file by key, each with its file and line."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as err:
        reason = err.strerror if isinstance(err, OSError) else "is not UTF-8"
        raise OntologyError(f"{path}: {reason}", "see FORMAT.md beside the shipped files") from err
    header: list[str] | None = None
    rows: dict[str, tuple[str, dict[str, str]]] = {}
    for number, line in enumerate(lines, 1):
        if line[:1] == "#" or not line.strip():
            continue
        cells = line.split("\t")
        if header is None:
            header = cells = [c.strip() for c in cells]
            for column in cells:
                if column not in COLUMNS[stem] or cells.count(column) > 1:
                    problem = "unknown column" if column not in COLUMNS[stem] else "a second column"
                    raise OntologyError(
                        f"{path}:{number}: {problem} {column!r}", f"the columns are {', '.join(COLUMNS[stem])}"
                    )
            continue
        where = f"{path}:{number}"
        if len(cells) > len(header):
            raise OntologyError(
                f"{where}: {len(cells)} cells under {len(header)} columns", "separate cells by single tabs"
            )
        row = {column: cell for column, raw in zip(header, cells, strict=False) if (cell := raw.strip())}
        key = row.get("key", "")
        if not _KEY.fullmatch(key) or not row.get("name"):
            raise OntologyError(
                f"{where}: an entry needs a name and a key of lower-case letters, digits and hyphens", "correct it"
            )
        if key in rows:
            raise OntologyError(f"{where}: the key {key} is taken at {rows[key][0]}", "choose another key")
        rows[key] = where, row
    return rows


def _completed(row: Mapping[str, str], by: Mapping[str, str]) -> dict[str, str]:
    merged = dict(row)
    for column, cell in by.items():
        if not merged.get(column):
            merged[column] = cell
        elif column in _LISTS or column in _REFERENCES:
            own = _many(row, column)
            merged[column] = " | ".join((*own, *(v for v in _many(by, column) if v not in own and v != row["name"])))
    return merged


def _check_labels(rows: Mapping[str, tuple[str, Mapping[str, str]]]) -> None:
    """A label stands for one entry of a file: no other may have it as its label or among its names."""
    labels: dict[str, str] = {}
    for where, row in rows.values():
        if row["name"] in labels:
            raise OntologyError(
                f"{where}: the name {row['name']} is taken at {labels[row['name']]}",
                "tell the two apart by their names",
            )
        labels[row["name"]] = where
    for where, row in rows.values():
        names = _many(row, "names")
        for number, name in enumerate(names):
            if name in names[:number] or name == row["name"]:
                raise OntologyError(f"{where}: {name} is listed twice", "list each name once")
            if name in labels:
                raise OntologyError(
                    f"{where}: {name} is the name of the entry at {labels[name]}", "leave it out of one of them"
                )


def _entry(row: Mapping[str, str], stem: str, where: str) -> Entry:
    lists = {_LISTS[column]: _many(row, column) for column in row if column in _LISTS}
    related = {column: _many(row, column) for column in row if column in _REFERENCES}
    wikidata, iso = row.get("wikidata"), row.get("iso")
    if wikidata and not re.fullmatch(r"Q\d+", wikidata):
        raise OntologyError(f"{where}: {wikidata!r} is no Wikidata id", "write Q and digits, or leave it empty")
    if iso and not re.fullmatch(r"[A-Z]{2}", iso):
        raise OntologyError(f"{where}: {iso!r} is no ISO 3166-1 code", "write two capitals, or leave it empty")
    if stem not in _CLASS and "type" not in row:
        raise OntologyError(f"{where}: the entry has no type", "name a class of kg.ttl in the column type")
    began = "year" if "year" in row else "from"
    terms: tuple[Term, ...] = ()
    if stem == "people":
        terms = _terms(row, where)
        last = terms[-1]
    else:
        last = _term(row.get("of"), None, row.get(began), row.get("to"), where, began)
    return Entry(
        f"{_PREFIX[stem]}-{row['key']}", _CLASS.get(stem) or row["type"], row["name"], kind=row.get("kind", ""),
        of=last.of, office=last.office, start=_text(last.start), end=_text(last.end), wikidata=wikidata, iso=iso, related=related,
        terms=terms, where=where, **lists,
    )  # fmt: skip


def _terms(row: Mapping[str, str], where: str) -> tuple[Term, ...]:
    """The terms that the cells of, office, from and to list side by side; a cell of one value holds for all."""
    columns = ("of", "office", "from", "to")
    cells = [[value.strip() for value in row.get(column, "").split("|")] for column in columns]
    count = max(map(len, cells))
    for column, values in zip(columns, cells, strict=True):
        if len(values) not in {1, count}:
            raise OntologyError(
                f"{where}: {len(values)} values in {column}, {count} elsewhere",
                "give one for each term, or one for all",
            )
        values += values * (count - len(values))
    return tuple(_term(of, office, start, end, where) for of, office, start, end in zip(*cells, strict=True))


def _term(
    of: str | None, office: str | None, start: str | None, end: str | None, where: str, began: str = "from"
) -> Term:
    for column, value in ((began, start), ("to", end)):
        if value and not value.isdigit():
            raise OntologyError(f"{where}: {column} is {value!r}, no year", "write it as YYYY")
    term = Term(of or None, office or None, int(start) if start else None, int(end) if end else None)
    if term.start and term.end and term.start > term.end:
        raise OntologyError(f"{where}: from {start} to {end}", "let it end after it has begun")
    return term


def _text(year: int | None) -> str | None:
    return None if year is None else str(year)


def _many(row: Mapping[str, str], column: str) -> tuple[str, ...]:
    cell = row.get(column)
    if not cell:
        return ()
    if "|" not in cell:
        return (cell,)
    return tuple(part for raw in cell.split("|") if (part := raw.strip()))


def _roles(entry: Entry) -> tuple[tuple[str, tuple[str, ...]], ...]:
    names = ("name", (entry.name, *entry.names))
    if entry.type == "Person":
        return names, ("common", entry.common)
    if entry.type != "State":
        return (names,)
    return (
        names, ("adjective", entry.adjectives), ("people", entry.people), ("capital", entry.capitals), ("seat", entry.seats)
    )  # fmt: skip


def _index(entries: Mapping[str, Entry]) -> Gazetteer:
    surfaces: dict[str, tuple[Sense, ...]] = {}
    ordered = dict(sorted(entries.items()))
    for key, entry in ordered.items():
        for role, forms in _roles(entry):
            for form in forms:
                sense = Sense(key, "surname" if role == "name" and entry.type == "Person" and " " not in form else role)
                form = form.replace("’", "'")
                known = surfaces.get(form)
                if known is None:
                    surfaces[form] = (sense,)
                elif sense not in known:
                    surfaces[form] = (*known, sense)
    by_first: dict[str, list[str]] = defaultdict(list)
    for form in surfaces:
        first = form.partition(" ")[0]
        by_first[first if first.isalpha() else tokens(first)[0]].append(form)
    return Gazetteer(ordered, surfaces, _ByFirstWord(by_first))
