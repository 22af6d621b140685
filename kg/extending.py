"""A relation of a user's own, begun: its stanza, a worked frame and examples, in a folder that is laid over ontology/."""

import re
from dataclasses import dataclass
from pathlib import Path

from kg import ontology
from kg.errors import UsageError

_HEAD = """@prefix kg: <https://w3id.org/conflict-kg/ontology#> .
@prefix plover: <https://w3id.org/conflict-kg/plover#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
_STANZA = """
kg:{name} a owl:ObjectProperty ;
    rdfs:label "{label}"@en ;
    skos:definition "{definition}"@en ;
    skos:example "{example}"@en ;
    rdfs:domain {domain} ;
    rdfs:range {range} .
"""
_FRAMES = """# kg:{name}: the wordings that say it. FORMAT.md beside the shipped frames explains each key.

[[verb]]
{pattern}

[[example]]
text = "{example}"
yields = ["{subject} -> {object}"]

[[example]]
text = "{subject} denied that it {label} {object}."
yields = ["{subject} -> {object} ; negated ; by {subject}"]

[[example]]
text = "{subject} said nothing about {object}."
yields = []
"""
_PREPOSITIONS = frozenset(
    [
        "about",
        "against",
        "at",
        "before",
        "by",
        "for",
        "from",
        "in",
        "into",
        "of",
        "on",
        "over",
        "to",
        "towards",
        "under",
        "with",
    ]
)
# Somebody of each class, for the sentences of the skeleton; the first one of a relation's classes is taken.
_SOMEBODY = {
    "State": ("Kenya", "Somalia"), "Force": ("the Kenyan army", "the Somali army"), "Place": ("Kismayo", "Kismayo"),
    "Organization": ("the African Union", "the African Union"), "Person": ("William Ruto", "William Ruto"),
    "Group": ("Kenyan civilians", "Somali civilians"), "Agreement": ("the truce", "the truce"),
    "Conflict": ("the war", "the war"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wording:
    """A label taken apart: the verb's dictionary form, the noun it carries, the preposition before the object.

    >>> Wording.of("grants amnesty to")
    Wording(verb='grant', noun='amnesty', preposition='to')
    """

    verb: str
    noun: str
    preposition: str

    @classmethod
    def of(cls, label: str) -> "Wording":
        """The parts of a label such as "grants amnesty to"."""
        first, *rest = label.split()
        preposition = rest.pop() if rest and rest[-1] in _PREPOSITIONS else ""
        return cls(_infinitive(first), " ".join(rest), preposition)

    def pattern(self) -> str:
        """The wording as a frame for a verb."""
        lines = [f'lemmas = ["{self.verb}"]']
        lines += [f'nouns = ["{self.noun}"]'] if self.noun else []
        lines += [f'object = ["{self.preposition}"]'] if self.preposition else []
        return "\n".join(lines)


def names_of(given: str) -> tuple[str, str]:
    """Name and label of a property, of which one is given.

    >>> names_of("grants amnesty to"), names_of("grantsAmnestyTo")
    (('grantsAmnestyTo', 'grants amnesty to'), ('grantsAmnestyTo', 'grants amnesty to'))
    """
    words = re.sub("(?<=[a-z])(?=[A-Z])", " ", given).lower().split()
    if not words or not all(re.fullmatch("[a-z]+", word) for word in words):
        raise UsageError(f"not a name for a relation: {given!r}", 'write words, as in "grants amnesty to"')
    return words[0] + "".join(word.capitalize() for word in words[1:]), " ".join(words)


def new_relation(given: str, folder: Path, domain: tuple[str, ...], range_: tuple[str, ...]) -> list[Path]:
    """Writes the beginnings of a relation into `folder`; returns the files. UsageError where it is there already."""
    name, label = names_of(given)
    known = ontology.load()
    if name in known.properties:
        raise UsageError(f"there is a relation {name} already", f"add wordings to it in {folder}/frames/{name}.toml")
    for class_ in (*domain, *range_):
        if class_ not in known.classes:
            raise UsageError(f"there is no class {class_}", f"classes are {', '.join(known.classes)}")
    subject, _ = _somebody(domain)
    _, obj = _somebody(range_)
    example = f"{subject[0].upper()}{subject[1:]} {label} {obj}."
    values = {
        "name": name, "label": label, "definition": f"{label.capitalize()} somebody.", "example": example,
        "domain": _classes(domain), "range": _classes(range_), "subject": subject, "object": obj,
        "pattern": Wording.of(label).pattern(),
    }  # fmt: skip
    meaning, frames = folder / "kg.ttl", folder / "frames" / f"{name}.toml"
    text = folder / "examples" / f"{name}.txt"
    for path in (frames, text):
        if path.exists():
            raise UsageError(f"{path} exists", "remove it, or choose another name")
        path.parent.mkdir(parents=True, exist_ok=True)
    before = meaning.read_text(encoding="utf-8") if meaning.exists() else _HEAD
    meaning.write_text(before.rstrip("\n") + "\n" + _STANZA.format_map(values), encoding="utf-8")
    frames.write_text(_FRAMES.format_map(values), encoding="utf-8")
    text.write_text(example + "\n", encoding="utf-8")
    return [meaning, frames, text]


def _somebody(classes: tuple[str, ...]) -> tuple[str, str]:
    return next((_SOMEBODY[name] for name in classes if name in _SOMEBODY), _SOMEBODY["State"])


def _classes(names: tuple[str, ...]) -> str:
    if len(names) == 1:
        return f"kg:{names[0]}"
    return f"[ a owl:Class ; owl:unionOf ( {' '.join(f'kg:{name}' for name in names)} ) ]"


def _infinitive(verb: str) -> str:
    """The dictionary form of a verb in the third person.

    >>> _infinitive("grants"), _infinitive("denies"), _infinitive("condemns"), _infinitive("pushes")
    ('grant', 'deny', 'condemn', 'push')
    """
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("s", "")):
        if verb.endswith(ending) and not verb.endswith("ss"):
            return verb.removesuffix(ending) + instead
    return verb
