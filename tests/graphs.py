"""A small world, written out by hand, that the tests of the graph ask their questions of.

Two reports about three states: the answers to every saved query can be read off the statements below.
"""

from kg.document import Document
from kg.statement import Entity, Extraction, Passage, Statement

NORLAND = Entity("norland", "State", "Norland", ("Norlanders", "Norra"), "http://www.wikidata.org/entity/Q1000001")
SOUTHMARK = Entity("southmark", "State", "Southmark", ("Sutha",))
EASTERIA = Entity("easteria", "State", "Easteria")
NORLAND_FORCES = Entity("norland-armed-forces", "Force", "Norland armed forces", ("Norland troops",))
SOUTHMARK_FORCES = Entity("southmark-armed-forces", "Force", "Southmark armed forces")
MINISTRY = Entity("southmark-defence-ministry", "Organization", "Southmark Defence Ministry")
VELL = Entity("ada-vell", "Person", "Ada Vell", ("Vell",))
ORM = Entity("jon-orm", "Person", "Jon Orm", ("Orm",))
VALLEY = Entity("gray-valley", "Place", "Gray Valley")
TRUCE = Entity("may-truce", "Ceasefire", "May truce", ("truce",))
WAR = Entity("valley-war", "Conflict", "valley war")
CIVILIANS = Entity("southmark-civilians", "Group", "Southmark civilians")

FIRST_SENTENCES = (
    "Easteria, an ally of Norland, mediated talks between Norland and Southmark in Norra on May 3.",  # 0
    "President Ada Vell of Norland hosted Foreign Minister Jon Orm of Southmark.",  # 1
    "Norland and Southmark signed the May truce, which Easteria brokered.",  # 2
    "Norland troops fought Southmark forces in the valley war.",  # 3
    "Southmark's Defence Ministry said Norland troops had shelled Southmark forces on May 10, killing 12 people.",  # 4
    "Norland denied that its troops had shelled Southmark forces.",  # 5
)
SECOND_SENTENCES = (
    "Southmark accused Norland of breaking the May truce.",  # 0
    "Norland imposed sanctions on Southmark and urged Easteria to follow.",  # 1
    "Norland occupies Gray Valley, which Southmark claims.",  # 2
    "Norland may withdraw from Gray Valley in 2025.",  # 3
    "Norland accused Southmark of preparing an attack.",  # 4
    "Easteria is an ally of Norland.",  # 5
    "The valley war killed 300 people in 2024, according to Ada Vell.",  # 6
)

FIRST = Document(
    "first.txt", " ".join(FIRST_SENTENCES), "2024-05-15", "A truce in May", "https://news.example/first", "Example News"
)
SECOND = Document("second.txt", " ".join(SECOND_SENTENCES), "2024-06-01")


def passage(document: Document, sentence: str) -> Passage:
    start = document.text.index(sentence)
    return Passage(document.key, start, start + len(sentence), sentence)


def _statements(document: Document, sentences: tuple[str, ...], *rows: tuple[int, dict]) -> tuple[Statement, ...]:
    made = (Statement(passage=passage(document, sentences[at]), **fields) for at, fields in rows)
    return tuple(sorted(made, key=lambda statement: statement.key))


def says(subject: Entity, predicate: str, target: Entity | int, **more: object) -> dict:
    by = tuple(entity.key for entity in more.pop("by", ()))
    return {
        "subject": subject.key, "predicate": predicate, "object": target if isinstance(target, int) else target.key,
        "attributed_to": by, "confidence": 0.9, "rule": f"{predicate}/verb", **more,
    }  # fmt: skip


FIRST_STATEMENTS = _statements(
    FIRST, FIRST_SENTENCES,
    (0, says(EASTERIA, "allyOf", NORLAND)),
    (0, says(EASTERIA, "mediates", NORLAND, when="2024-05-03")),
    (0, says(EASTERIA, "mediates", SOUTHMARK, when="2024-05-03")),
    (0, says(NORLAND, "talksWith", SOUTHMARK, when="2024-05-03")),
    (1, says(VELL, "officeHolderOf", NORLAND, office="President")),
    (1, says(ORM, "officeHolderOf", SOUTHMARK, office="Foreign Minister")),
    (1, says(VELL, "hosts", ORM)),
    (2, says(NORLAND, "partyTo", TRUCE)),
    (2, says(SOUTHMARK, "partyTo", TRUCE)),
    (2, says(EASTERIA, "brokers", TRUCE)),
    (3, says(NORLAND_FORCES, "fights", SOUTHMARK_FORCES)),
    (3, says(NORLAND_FORCES, "participatesIn", WAR)),
    (4, says(NORLAND_FORCES, "attacks", SOUTHMARK_FORCES, by=(MINISTRY,), when="2024-05-10", confidence=0.8)),
    (4, says(CIVILIANS, "killed", 12, by=(MINISTRY,), when="2024-05-10")),
    (4, says(MINISTRY, "belongsTo", SOUTHMARK)),
    (4, says(NORLAND_FORCES, "belongsTo", NORLAND)),
    (5, says(NORLAND_FORCES, "attacks", SOUTHMARK_FORCES, by=(NORLAND,), negated=True)),
)  # fmt: skip
SECOND_STATEMENTS = _statements(
    SECOND, SECOND_SENTENCES,
    (0, says(SOUTHMARK, "accuses", NORLAND)),
    (0, says(NORLAND, "violates", TRUCE, by=(SOUTHMARK,))),
    (1, says(NORLAND, "sanctions", SOUTHMARK)),
    (1, says(NORLAND, "urges", EASTERIA)),
    (2, says(NORLAND, "occupies", VALLEY)),
    (2, says(SOUTHMARK, "claimsTerritory", VALLEY)),
    (3, says(NORLAND, "withdrawsFrom", VALLEY, hypothetical=True, when="2025")),
    (4, says(NORLAND, "accuses", SOUTHMARK)),
    (5, says(EASTERIA, "allyOf", NORLAND)),
    (6, says(WAR, "killed", 300, by=(VELL,), when="2024")),
)  # fmt: skip


def _extraction(document: Document, statements: tuple[Statement, ...], *entities: Entity) -> Extraction:
    return Extraction(document, tuple(sorted(entities, key=lambda entity: entity.key)), statements)


FIRST_EXTRACTION = _extraction(
    FIRST, FIRST_STATEMENTS, NORLAND, SOUTHMARK, EASTERIA, NORLAND_FORCES, SOUTHMARK_FORCES, MINISTRY, VELL, ORM,
    TRUCE, WAR, CIVILIANS,
)  # fmt: skip
SECOND_EXTRACTION = _extraction(SECOND, SECOND_STATEMENTS, NORLAND, SOUTHMARK, EASTERIA, VALLEY, TRUCE, WAR, VELL)
WORLD = (FIRST_EXTRACTION, SECOND_EXTRACTION)
