"""Names and quotations as a model writes them, found in the text and in the gazetteer."""

import re
from pathlib import Path

from kg.document import Document
from kg.gazetteer import Entry
from kg.gazetteer import load as load_gazetteer
from kg.ontology import load as load_ontology
from kg.statement import Entity, Passage, slug

# Models write typewriter quotes and hyphens where the text has printed ones, and the other way round.
_ALIKE = [frozenset("'‘’`"), frozenset('"“”„«»'), frozenset("-‐‑–—")]
_LEAST_WORDS, _LONGEST = 3, 1500


def found(written: str, text: str) -> tuple[int, int] | None:
    """Where a text has these words: any white space between them, quotes and dashes of any kind, as whole words.

    >>> found('said  "no"', "Kenya said “no” again.")
    (6, 15)
    >>> found("Oman", "The Omani envoy") is None
    True
    """
    words = written.split()
    if not words:
        return None
    pattern = r"\s+".join("".join(map(_alike, word)) for word in words)
    before, after = (r"(?<!\w)" if words[0][0].isalnum() else "", r"(?!\w)" if words[-1][-1].isalnum() else "")
    match = re.search(before + pattern + after, text)
    return match.span() if match else None


def sentence(quotation: str, document: Document) -> Passage | None:
    """The passage that a quotation stands for, None where the text has no such words.

    >>> sentence("Chad condemned  Kenya.", Document("a", "Now: Chad condemned Kenya.")).start
    5
    """
    place = found(quotation, document.text)
    return Passage(document.key, *place, document.text[slice(*place)]) if place else None


def is_sentence(passage: Passage) -> bool:
    """Whether a passage can be one sentence: some words, of one paragraph."""
    text = passage.text
    return len(text.split()) >= _LEAST_WORDS and len(text) <= _LONGEST and not re.search(r"\n[ \t]*\n", text)


def entity(name: str, type_: str, document: Document, gazetteer: tuple[Path, ...] = ()) -> Entity:
    """Whom a name of a class of the ontology stands for: one of the gazetteer where that is clear, else one of its own.

    What has no capital has no name: it stays an entity of this document, as "rebels" of two texts are not the same.

    >>> text = Document("a", "Uganda's rebels")
    >>> entity("Uganda", "State", text).key, entity("rebels", "Force", text).key == f"force-rebels-{text.digest[:8]}"
    ('state-uganda', True)
    """
    known = _known(name, type_, document, gazetteer)
    if known is not None:
        aliases = (name,) if name != known.name else ()
        return Entity(known.key, known.type, known.name, aliases, known.same_as, known.iso)
    key = f"{load_ontology().top(type_).lower()}-{slug(name)}"
    if not any(word[0].isupper() for word in name.split()):
        key += f"-{document.digest[:8]}"
    return Entity(key, type_, name)


def _known(name: str, type_: str, document: Document, gazetteer: tuple[Path, ...]) -> Entry | None:
    meaning, names = load_ontology(), load_gazetteer(gazetteer)
    top = meaning.top(type_)
    surface = re.sub(r"^[Tt]he ", "", " ".join(name.split())).replace("’", "'")
    entries = {
        sense.entry_key: names.entries[sense.entry_key]
        for sense in names.surfaces.get(surface, ())
        if sense.role == "name" and meaning.top(names.entries[sense.entry_key].type) == top
    }
    if len(entries) == 1:
        return next(iter(entries.values()))
    if top == "Person" and not entries:
        year = int(document.date[:4]) if document.date else None
        return names.person(surface, year)
    return None


def _alike(character: str) -> str:
    same = next((kind for kind in _ALIKE if character in kind), None)
    return "[" + re.escape("".join(sorted(same))) + "]" if same else re.escape(character)
