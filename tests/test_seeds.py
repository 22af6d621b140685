"""What the two articles of seeds/ must yield, and what they must not, from a reading of them by hand."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.document import Document
from kg.extract import extract
from kg.ontology import load as load_ontology
from kg.statement import Statement

FIRST, SECOND = "000_40598ab79c5c9e44", "002_70fdddf4cdfd6301"


class Told:
    """A statement with labels for keys."""

    def __init__(self, statement: Statement, names: dict[str, str], article: str) -> None:
        self.article = article
        self.predicate = statement.predicate
        self.subject = names[statement.subject]
        self.object = names[statement.object] if isinstance(statement.object, str) else statement.object
        self.by = tuple(names[k] for k in statement.attributed_to)
        self.plain = not statement.negated and not statement.hypothetical
        self.when, self.office, self.sentence = statement.when, statement.office, statement.passage.text


@pytest.fixture(scope="module")
def told(root: Path) -> list[Told]:
    return list(_told(root / "seeds"))


def _told(folder: Path) -> Iterator[Told]:
    for path in sorted(folder.glob("*.txt")):
        date = json.loads(path.with_name(f"{path.stem}.meta.json").read_text())["date"]
        for extraction in extract([Document(path.name, path.read_text(), date)]):
            names = {e.key: e.name for e in extraction.entities}
            for statement in extraction.statements:
                yield Told(statement, names, path.stem)


def find(told: list[Told], subject: str, predicate: str, obj: object) -> list[Told]:
    """The statements that hold, of either direction where the property is symmetric."""
    either = load_ontology().properties[predicate].symmetric
    return [
        t
        for t in told
        if t.plain
        and t.predicate == predicate
        and ((t.subject, t.object) == (subject, obj) or (either and (t.object, t.subject) == (subject, obj)))
    ]


@pytest.mark.parametrize(
    ("subject", "predicate", "obj"),
    [
        ("Turkey", "allyOf", "Azerbaijan"),
        ("Turkey", "supports", "Azerbaijan"),
        ("Russia", "allyOf", "Armenia"),
        ("Turkey", "cooperatesWith", "Azerbaijan"),
        ("United States", "mediates", "Armenia"),
        ("United States", "mediates", "Azerbaijan"),
        ("Vladimir Putin", "hosts", "Nikol Pashinyan"),
        ("Vladimir Putin", "hosts", "Ilham Aliyev"),
        ("Nikol Pashinyan", "agreesWith", "Ilham Aliyev"),
        ("Russia", "brokers", "ceasefire"),
        ("Armenia", "accuses", "Azerbaijan"),
        ("Azerbaijan", "accuses", "Armenia"),
        ("Armenia", "talksWith", "Azerbaijan"),
        ("Armenian armed forces", "occupies", "Nagorno-Karabakh"),
        ("Armenian armed forces", "belongsTo", "Armenia"),
        ("Azerbaijani Defense Ministry", "belongsTo", "Azerbaijan"),
        ("Stepanakert", "locatedIn", "Nagorno-Karabakh"),
        ("Lerik", "locatedIn", "Azerbaijan"),
        ("Turkey", "urges", "Armenia"),
        ("Mevlut Cavusoglu", "urges", "Armenia"),
        ("Ilham Aliyev", "condemns", "Armenia"),
    ],
)
def test_told_in_the_articles_own_voice(told: list[Told], subject: str, predicate: str, obj: str) -> None:
    assert [t for t in find(told, subject, predicate, obj) if not t.by]


@pytest.mark.parametrize(
    ("subject", "predicate", "obj", "by"),
    [
        ("Azerbaijani armed forces", "attacks", "Armenian armed forces", "Armenian Defence Ministry"),
        ("Armenian armed forces", "attacks", "Azerbaijani armed forces", "Azerbaijan"),
        ("Armenia", "violates", "ceasefire", "Ilham Aliyev"),
        ("Azerbaijani armed forces", "wounded", 282, "Azerbaijani Defense Ministry"),
        ("Armenian armed forces", "killed", 49, "Nikol Pashinyan"),
    ],
)
def test_claimed_by_somebody_and_only_claimed(
    told: list[Told], subject: str, predicate: str, obj: object, by: str
) -> None:
    found = find(told, subject, predicate, obj)
    assert found
    assert {t.by for t in found} == {(by,)}


@pytest.mark.parametrize(
    ("person", "owner", "title"),
    [
        ("Nikol Pashinyan", "Armenia", "Prime Minister"),
        ("Mevlut Cavusoglu", "Turkey", "foreign minister"),
        ("Antony Blinken", "United States", "Secretary of State"),
        ("Vladimir Putin", "Russia", "President"),
        ("Ilham Aliyev", "Azerbaijan", "President"),
    ],
)
def test_offices(told: list[Told], person: str, owner: str, title: str) -> None:
    assert title in {t.office for t in find(told, person, "officeHolderOf", owner)}


def test_the_dead_of_the_war_of_2020(told: list[Told]) -> None:
    (found,) = [t for t in told if t.predicate == "killed" and t.object == 6700]
    assert (found.by, found.when) == ((), "2020")


@pytest.mark.parametrize(
    ("subject", "predicate", "obj", "when"),
    [
        ("United States", "mediates", "Armenia", "2022-11-07"),
        ("Russia", "brokers", "ceasefire", "2020-11"),
        ("Ilham Aliyev", "condemns", "Armenia", "2022-11-10"),
        ("Armenian armed forces", "occupies", "Nagorno-Karabakh", "1991"),
    ],
)
def test_when(told: list[Told], subject: str, predicate: str, obj: str, when: str) -> None:
    assert when in {t.when for t in find(told, subject, predicate, obj)}


def test_no_withdrawal_is_dated_into_2022(told: list[Told]) -> None:
    assert not [t for t in told if t.predicate == "withdrawsFrom" and (t.when or "").startswith("2022")]


@pytest.mark.parametrize(
    "words",
    [
        "not fully withdrawing",  # of a complaint: nobody withdrew
        "demilitarized zone",  # called for
        "there can be no military solution",
        "should stop its provocations",  # demanded
        "must be resolved",
    ],
)
def test_nothing_demanded_feared_or_denied_happened(told: list[Told], words: str) -> None:
    speech = {"urges", "accuses", "condemns", "officeHolderOf", "brokers", "allyOf", "belongsTo"}
    assert not [t for t in told if words in t.sentence and t.plain and not t.by and t.predicate not in speech]
