"""The world by name: `ontology/gazetteer/*.tsv` (see FORMAT.md there), checked and indexed by surface form."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path

from kg.errors import OntologyError
from kg.resources import folder

# One file a kind of thing: its columns, and the class where the file gives none.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "states": (
        "key", "name", "names", "adjectives", "people", "capital", "seats", "wikidata", "from", "to", "kind", "iso", "borders",
    ),
    "organizations": ("key", "name", "names", "kind", "of", "wikidata", "members"),
    "forces": ("key", "name", "names", "kind", "of", "wikidata", "operates", "affiliation"),
    "people": ("key", "name", "names", "of", "office", "from", "to", "wikidata"),
    "places": ("key", "name", "names", "kind", "in", "wikidata", "claimed", "held"),
    "agreements": ("key", "name", "names", "type", "year", "wikidata", "parties", "brokers"),
    "conflicts": ("key", "name", "names", "type", "year", "wikidata", "parties"),
}  # fmt: skip
# The columns whose cells are keys of other entries.
_REFERENCES = ("borders", "members", "operates", "affiliation", "claimed", "held", "parties", "brokers")
_CLASS = {"states": "State", "organizations": "Organization", "forces": "Force", "people": "Person", "places": "Place"}
_PREFIX = {**{stem: name.lower() for stem, name in _CLASS.items()}, "agreements": "agreement", "conflicts": "conflict"}
# Mirrors the tokenizer of spaCy's English models closely enough for names: a test compares the two.
_TOKEN = re.compile(
    r"(?:[A-Za-z]\.){2,}|(?:St|Mr|Dr|Jr|[A-Z])\.|'s\b|[^\W_]+-\d+|[^\W_]+(?:['.](?!s\b)[^\W_]+)*|[^\w\s]"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the gazetteer; `key` is the local part of its IRI.

    `of`, `within` and what is `related`, by column ("borders", "members" …), are keys of other entries.
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
    office: str | None = None
    start: str | None = None
    end: str | None = None
    within: tuple[str, ...] = ()
    wikidata: str | None = None
    iso: str | None = None
    related: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sense:
    """What a surface form can mean: an entry, as its name, adjective, people, capital, seat or surname."""

    entry_key: str
    role: str


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Entries by key, senses by surface form, and the same by token sequence for matching in texts."""

    entries: Mapping[str, Entry]
    surfaces: Mapping[str, tuple[Sense, ...]]
    sequences: Mapping[str, Mapping[tuple[str, ...], tuple[Sense, ...]]]

    def longest(self, words: Sequence[str], start: int) -> tuple[int, tuple[Sense, ...]] | None:
        """The longest known name that begins at `words[start]`: how many words, and its senses.

        >>> load().longest(["the", "African", "Union", "said"], 1)
        (2, (Sense(entry_key='organization-african-union', role='name'),))
        """
        table = self.sequences.get(words[start])
        if table is None:
            return None
        longest = max(map(len, table))
        for length in range(min(longest, len(words) - start), 0, -1):
            senses = table.get(tuple(words[start : start + length]))
            if senses:
                return length, senses
        return None

    def person(self, surname: str, year: int | None) -> Entry | None:
        """The one person of that surname who was in office in `year` (or a year beside), else the only one at all."""
        found = [self.entries[s.entry_key] for s in self.surfaces.get(surname, ()) if s.role == "surname"]
        if year is not None:
            current = [e for e in found if int(e.start or 0) <= year + 1 and int(e.end or 9999) >= year - 1]
            if len(current) == 1:
                return current[0]
        return found[0] if len(found) == 1 and (year is None or year >= int(found[0].start or 0) - 10) else None


def tokens(text: str) -> tuple[str, ...]:
    """A name as the tokens that a text's tokenizer gives.

    >>> tokens("Nagorno-Karabakh")
    ('Nagorno', '-', 'Karabakh')
    """
    return tuple(_TOKEN.findall(text.replace("’", "'")))


@cache
def load(extra: tuple[Path, ...] = (), root: Path | None = None) -> Gazetteer:
    """The shipped gazetteer, and files of the same format laid over it, which win where keys are the same.

    A file of a user is named like the shipped one that it adds to ("people.tsv", "my-people.tsv").
    """
    root = root or folder("ontology") / "gazetteer"
    entries: dict[str, Entry] = {}
    origin: dict[str, str] = {}
    for stem in COLUMNS:
        for where, entry in _read(root / f"{stem}.tsv", stem):
            if entry.key in entries:
                raise OntologyError(
                    f"{where}: the key {entry.key} is taken at {origin[entry.key]}", "choose another key"
                )
            entries[entry.key], origin[entry.key] = entry, where
    for path in extra:
        kind = next((s for s in COLUMNS if path.stem.endswith(s)), None)
        if kind is None:
            raise OntologyError(
                f"{path}: cannot tell what it lists", f"let the name end in one of {', '.join(COLUMNS)}"
            )
        for where, entry in _read(path, kind):
            entries[entry.key], origin[entry.key] = entry, where
    for key, entry in entries.items():
        for other in (*((entry.of,) if entry.of else ()), *entry.within, *chain(*entry.related.values())):
            if other not in entries:
                raise OntologyError(
                    f"{origin[key]}: {other} is not in the gazetteer", "correct the key or add an entry"
                )
    return _index(entries)


def _read(path: Path, stem: str) -> Iterator[tuple[str, Entry]]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as err:
        raise OntologyError(f"{path}: {err.strerror}", "see FORMAT.md beside the shipped files") from err
    header: list[str] | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        where, cells = f"{path}:{number}", [c.strip() for c in line.split("\t")]
        if header is None:
            header = cells
            for column in cells:
                if column not in COLUMNS[stem]:
                    raise OntologyError(
                        f"{where}: unknown column {column!r}", f"the columns are {', '.join(COLUMNS[stem])}"
                    )
            continue
        if len(cells) > len(header):
            raise OntologyError(
                f"{where}: {len(cells)} cells under {len(header)} columns", "separate cells by single tabs"
            )
        yield where, _entry(dict(zip(header, cells, strict=False)), stem, where)


def _entry(row: Mapping[str, str], stem: str, where: str) -> Entry:
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", row.get("key", "")) or not row.get("name"):
        raise OntologyError(
            f"{where}: an entry needs a name and a key of lower-case letters, digits and hyphens", "correct it"
        )
    for column in ("from", "to", "year"):
        if row.get(column) and not row[column].isdigit():
            raise OntologyError(f"{where}: {column} is {row[column]!r}, no year", "write it as YYYY")
    if row.get("wikidata") and not re.fullmatch(r"Q\d+", row["wikidata"]):
        raise OntologyError(f"{where}: {row['wikidata']!r} is no Wikidata id", "write Q and digits, or leave it empty")
    return Entry(
        f"{_PREFIX[stem]}-{row['key']}", _CLASS.get(stem) or row["type"], row["name"], _many(row, "names"), row.get("kind", ""),
        row.get("of") or None, _many(row, "adjectives"), _many(row, "people"), _many(row, "capital"), _many(row, "seats"),
        row.get("office") or None, row.get("from") or row.get("year") or None, row.get("to") or None, _many(row, "in"),
        row.get("wikidata") or None, row.get("iso") or None,
        {column: keys for column in _REFERENCES if (keys := _many(row, column))},
    )  # fmt: skip


def _many(row: Mapping[str, str], column: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in row.get(column, "").split("|") if part.strip())


def _index(entries: Mapping[str, Entry]) -> Gazetteer:
    surfaces: dict[str, dict[Sense, None]] = defaultdict(dict)
    for key in sorted(entries):
        entry = entries[key]
        for role, forms in (
            ("name", (entry.name, *entry.names)), ("adjective", entry.adjectives), ("people", entry.people),
            ("capital", entry.capitals), ("seat", entry.seats),
        ):  # fmt: skip
            for form in forms:
                single = entry.type == "Person" and " " not in form
                surfaces[form.replace("’", "'")][Sense(key, "surname" if single else role)] = None
    frozen = {form: tuple(senses) for form, senses in surfaces.items()}
    sequences: dict[str, dict[tuple[str, ...], tuple[Sense, ...]]] = defaultdict(dict)
    for form, senses in frozen.items():
        words = tokens(form)
        sequences[words[0]][words] = senses
    return Gazetteer(dict(sorted(entries.items())), frozen, sequences)
