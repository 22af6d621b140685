"""The atom of the system: one statement from one passage of one document, and what it speaks of."""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, field

from kg.document import Document


def slug(text: str) -> str:
    """ASCII letters, digits and hyphens that stand for a name in an IRI.

    >>> slug("Recep Tayyip Erdoğan")
    'recep-tayyip-erdogan'
    """
    plain = unicodedata.normalize("NFKD", text.replace("ı", "i").replace("ø", "o").replace("ł", "l"))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Entity:
    """Something that statements are about.

    `key` is the local part of its IRI; `type` its most specific class of the ontology; `name` its label; `aliases` the
    other forms that one document uses for it; `same_as` a Wikidata IRI and `iso` an ISO 3166-1 alpha-2 code where known.
    """

    key: str
    type: str
    name: str
    aliases: tuple[str, ...] = ()
    same_as: str | None = None
    iso: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence: `document` is the document's key, text[start:end] of the document is `text`."""

    document: str
    start: int
    end: int
    text: str

    @property
    def key(self) -> str:
        """The local part of the passage's IRI."""
        return f"passage-{_digest(self.document, self.start, self.end)}"


@dataclass(frozen=True, slots=True)
class Statement:
    """Who did what to whom, who says so, and in which sentence.

    `subject` and `object` are entity keys, or `object` a whole number for killed, wounded, captured and displaced;
    `attributed_to` are the keys of those who say so, empty in the article's own voice; `when` is YYYY, YYYY-MM or
    YYYY-MM-DD; `confidence` lies between 0 and 1; `rule` names what found it. Confidence and rule are no part of a
    statement's identity.
    """

    subject: str
    predicate: str
    object: str | int
    passage: Passage
    attributed_to: tuple[str, ...] = ()
    negated: bool = False
    hypothetical: bool = False
    when: str | None = None
    office: str | None = None
    confidence: float = field(default=1.0, compare=False)
    rule: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """The local part of the statement's IRI: a hash of its content."""
        return "statement-" + _digest(
            self.subject, self.predicate, self.object, self.passage.key, self.attributed_to,
            self.negated, self.hypothetical, self.when, self.office,
        )  # fmt: skip

    @property
    def asserted(self) -> bool:
        """Whether the article itself says, in its own voice, that this is so."""
        return not (self.negated or self.hypothetical or self.attributed_to)


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that was found in one document: every entity mentioned, and the statements, both sorted by key.

    `dropped` says why an extractor's findings were not taken, and how many each time.
    """

    document: Document
    entities: tuple[Entity, ...]
    statements: tuple[Statement, ...]
    dropped: tuple[tuple[str, int], ...] = ()


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()[:16]
