"""The cast of a document: the entities found so far and the phrases that mention them."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from spacy.tokens import Doc, Span, Token

from kg.statement import Entity, slug

# What the components leave on a document for each other; lists and dicts are made anew for each document.
for _name in (
    "document",
    "gazetteer",
    "names",
    "cast",
    "located",
    "offices",
    "unowned",
    "home",
    "speakers",
    "findings",
    "times",
    "vectors",
):
    Doc.set_extension(f"kg_{_name}", default=None, force=True)


@dataclass(frozen=True, slots=True)
class Mention:
    """Tokens start to end (exclusive) with the head at `head`, standing for `keys` (several for "both countries").

    `kind` is "name", "noun" or "pronoun"; `certainty` lowers the confidence of what rests on a guess.
    """

    start: int
    end: int
    head: int
    keys: tuple[str, ...]
    kind: str = "name"
    certainty: float = 1.0


@dataclass(slots=True)
class Draft:
    """An entity while its document is being read. `named` ones are reported even where no statement needs them."""

    key: str
    type: str
    name: str
    owner: str | None = None
    same_as: str | None = None
    named: bool = True
    aliases: set[str] = field(default_factory=set)
    owner_stated_at: int | None = None


def _in_text(mention: Mention) -> tuple[int, int]:
    return mention.start, mention.head


def _place(mention: Mention) -> tuple[int, int]:
    """Where a mention stands among those kept in order: by its start, of two that start alike the later head first."""
    return mention.start, -mention.head


class Cast:
    """Entities by key and mentions by head token of one document."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        self.entities: dict[str, Draft] = {}
        self.by_head: dict[int, Mention] = {}
        self._covered: dict[int, Mention] = {}
        self._ordered: list[Mention] = []

    def entity(self, key: str, type_: str, name: str, **rest: object) -> Draft:
        """The entity `key`, created when it is new."""
        draft = self.entities.get(key)
        if draft is None:
            draft = self.entities[key] = Draft(key, type_, name, **rest)  # type: ignore[arg-type]
        elif rest.get("named"):
            draft.named = True
        return draft

    def local_key(self, type_: str, name: str) -> str:
        """A key for what has no name of its own, so that two documents' "rebels" stay two entities."""
        return f"{slug(type_)}-{slug(name)}-{self.scope}"

    def add(self, mention: Mention, alias: str | None = None) -> Mention:
        """Records a mention; a name that is already there at the same head stays."""
        if mention.head in self.by_head:
            return self.by_head[mention.head]
        self.put(mention)
        for i in range(mention.start, mention.end):
            self._covered.setdefault(i, mention)
        if alias:
            for key in mention.keys:
                self.entities[key].aliases.add(clean(alias))
        return mention

    def put(self, mention: Mention) -> None:
        """Records a mention in the place of the one at the same head, or of none."""
        self.drop(mention.head)
        self.by_head[mention.head] = mention
        insort(self._ordered, mention, key=_place)

    def drop(self, head: int) -> None:
        """Forgets the mention at a head, if there is one."""
        known = self.by_head.pop(head, None)
        if known is not None:
            del self._ordered[bisect_left(self._ordered, _place(known), key=_place)]

    def at(self, token: Token) -> Mention | None:
        """The mention whose head is `token`, or the name that covers it."""
        return self.by_head.get(token.i) or self._covered.get(token.i)

    def covering(self, i: int) -> Mention | None:
        return self._covered.get(i)

    def mentions(self) -> list[Mention]:
        """All mentions in text order."""
        return sorted(self.by_head.values(), key=_in_text)

    def within(self, sentence: Span) -> list[Mention]:
        """The mentions whose heads lie in a sentence, in text order."""
        heads = range(sentence.start, sentence.end)
        return sorted((self.by_head[i] for i in heads if i in self.by_head), key=_in_text)

    def before(self, i: int) -> Iterator[Mention]:
        """The mentions that end before token `i`, nearest first."""
        last = bisect_left(self._ordered, i, key=lambda m: m.start)
        yield from (m for m in reversed(self._ordered[:last]) if m.end <= i)

    def type(self, key: str) -> str:
        return self.entities[key].type

    def frozen(self, used: Iterable[str]) -> tuple[Entity, ...]:
        """The entities that are named or used, in order of key."""
        wanted = set(used) | {k for k, d in self.entities.items() if d.named}
        return tuple(
            Entity(d.key, d.type, d.name, tuple(sorted(d.aliases - {d.name})), d.same_as)
            for d in (self.entities[k] for k in sorted(wanted))
        )


def clean(text: str) -> str:
    """One line, single spaces, no article in front, no possessive at the end."""
    text = " ".join(text.split())
    for article in ("the ", "The ", "a ", "A ", "an ", "An "):
        text = text.removeprefix(article)
    for ending in ("'s", "’s", "'", "’"):
        text = text.removesuffix(ending)
    return text.strip(' "“”,;')


def cast(doc: Doc) -> Cast:
    """The cast of `doc`, as the components before have left it."""
    found: Cast = doc._.kg_cast
    return found


def phrase(doc: Doc, start: int, end: int) -> str:
    span: Span = doc[start:end]
    return clean(span.text)
