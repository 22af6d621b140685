"""Large made-up graphs: what a view does with hundreds of actors and many statements of every stance."""

import random
from collections.abc import Iterator

from kg.document import Document
from kg.statement import Entity, Extraction, Passage, Statement

_SYLLABLES = (
    "ba",
    "dor",
    "el",
    "ga",
    "hin",
    "ka",
    "lu",
    "mar",
    "nes",
    "or",
    "pra",
    "quen",
    "ri",
    "sol",
    "tav",
    "ur",
    "ven",
    "yl",
    "zan",
)
_STATES = (
    "allyOf",
    "supports",
    "aids",
    "cooperatesWith",
    "talksWith",
    "accuses",
    "condemns",
    "sanctions",
    "mediates",
    "urges",
)
_FORCES = ("fights", "attacks", "threatens")


def actors(count: int, seed: int = 1) -> tuple[Entity, ...]:
    """A third states, the others their forces and leaders."""
    chance = random.Random(seed)
    names: set[str] = set()
    while len(names) < count:
        names.add("".join(chance.choice(_SYLLABLES) for _ in range(2 + chance.randrange(2))).capitalize())
    found = []
    for i, name in enumerate(sorted(names)):
        kind = ("State", "Force", "Person")[i % 3]
        label = {"State": name, "Force": f"{name} armed forces", "Person": f"{name} of {sorted(names)[i - i % 3]}"}[
            kind
        ]
        found.append(Entity(f"{kind.lower()}-{name.lower()}", kind, label))
    return tuple(found)


def extractions(statements: int, people: int = 300, seed: int = 1, each: int = 20) -> Iterator[Extraction]:
    """Documents with `each` statements; few actors have many ties, many have few; every stance, with and without dates."""
    chance = random.Random(seed)
    world = actors(people, seed)
    states = [e for e in world if e.type == "State"]
    agreements = [Entity(f"agreement-{i}", "Agreement", f"accord {i}") for i in range(max(1, people // 10))]
    for number in range(0, statements, each):
        size = min(each, statements - number)
        sentences = [_statement(chance, world, states, agreements) for _ in range(size)]
        yield _document(f"{number // each:06}.txt", chance, sentences)


def _pick(chance: random.Random, among: list[Entity] | tuple[Entity, ...]) -> Entity:
    return among[int(len(among) * chance.random() ** 2.2)]


def _statement(
    chance: random.Random, world: tuple[Entity, ...], states: list[Entity], agreements: list[Entity]
) -> tuple[Entity, str, Entity | int, dict[str, object]]:
    more: dict[str, object] = {"confidence": round(chance.uniform(0.5, 1), 2)}
    if chance.random() < 0.45:
        more["when"] = f"{chance.randrange(1990, 2025)}" + ("-05", "-05-17", "")[chance.randrange(3)]
    draw = chance.random()
    if draw < 0.2:
        more["attributed_to"] = (_pick(chance, states).key,)
    elif draw < 0.28:
        more["negated"] = True
    elif draw < 0.36:
        more["hypothetical"] = True
    subject, obj = _pick(chance, world), _pick(chance, world)
    while obj == subject:
        obj = _pick(chance, world)
    draw = chance.random()
    if draw < 0.05:
        return subject, "killed", chance.randrange(1, 40), more
    if draw < 0.11:
        return subject, ("partyTo", "brokers", "violates")[chance.randrange(3)], _pick(chance, agreements), more
    if draw < 0.16:
        own = world[chance.randrange(len(world) // 3) * 3]
        return world[min(len(world) - 1, world.index(own) + 1)], "belongsTo", own, {"confidence": 0.9}
    predicate = _FORCES[chance.randrange(3)] if subject.type == "Force" else _STATES[chance.randrange(len(_STATES))]
    return subject, predicate, obj, more


def _document(
    name: str, chance: random.Random, told: list[tuple[Entity, str, Entity | int, dict[str, object]]]
) -> Extraction:
    texts = [
        f"{s.name} {p} {o if isinstance(o, int) else o.name}, sentence {i} of {name}."
        for i, (s, p, o, _) in enumerate(told)
    ]
    document = Document(name, " ".join(texts), f"2024-{1 + chance.randrange(12):02}-{1 + chance.randrange(28):02}")
    entities: set[Entity] = set()
    statements, start = [], 0
    for (s, p, o, more), text in zip(told, texts, strict=True):
        entities |= {s} | ({o} if isinstance(o, Entity) else set())
        by = more.get("attributed_to", ())
        entities |= {Entity(k, "State", k.removeprefix("state-").capitalize()) for k in by}  # type: ignore[attr-defined]
        passage = Passage(document.key, start, start + len(text), text)
        statements.append(Statement(s.key, p, o.key if isinstance(o, Entity) else o, passage, rule="made up", **more))  # type: ignore[arg-type]
        start += len(text) + 1
    return Extraction(document, tuple(sorted(entities, key=lambda e: e.key)), tuple(statements))
