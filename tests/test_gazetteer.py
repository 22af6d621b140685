"""The gazetteer: what is shipped holds together, what is wrong is named with file and line, what is ambiguous stays open."""

from pathlib import Path

import pytest
import spacy

from kg.document import Document
from kg.errors import OntologyError
from kg.extract import extract
from kg.gazetteer import COLUMNS, load, tokens
from kg.ontology import load as load_ontology


def test_every_name_is_cut_into_words_as_the_tokenizer_cuts_texts() -> None:
    tokenizer = spacy.blank("en").tokenizer
    wrong = {
        form: (tokens(form), words)
        for form in load().surfaces
        if tokens(form) != (words := tuple(t.text for t in tokenizer(f"{form} said"))[:-1])
    }
    assert not wrong


def test_classes_are_those_of_the_ontology() -> None:
    classes = load_ontology().classes
    assert {e.type for e in load().entries.values()} <= set(classes)


def test_every_member_state_has_a_word_for_its_people() -> None:
    members = [e for e in load().entries.values() if e.type == "State" and e.kind == "member"]
    assert len(members) >= 190
    assert not [e.key for e in members if not e.adjectives and not e.people]


def test_a_people_is_no_capital() -> None:
    assert not [e.key for e in load().entries.values() if set(e.people) & set(e.capitals)]


def test_a_state_that_ended_began() -> None:
    assert not [e.key for e in load().entries.values() if e.start and e.end and int(e.start) > int(e.end)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("key\tname\nkenya2\tKenya\textra", ":2: 3 cells under 2 columns"),
        ("key\tcolour\nkenya\tgreen", ":1: unknown column 'colour'"),
        ("key\tname\nKenya\tKenya", ":2: an entry needs a name and a key"),
        ("key\tname\nkenya2\t", ":2: an entry needs a name and a key"),
        ("key\tname\tfrom\nkenya2\tKenya\tsince 1963", ":2: from is 'since 1963'"),
        ("key\tname\twikidata\nkenya2\tKenya\tKenya", ":2: 'Kenya' is no Wikidata id"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "my-states.tsv"
    path.write_text(content)
    with pytest.raises(OntologyError) as caught:
        load((path,))
    assert f"{path}{says}" in str(caught.value)


def test_a_reference_to_nothing_is_named(tmp_path: Path) -> None:
    path = tmp_path / "people.tsv"
    path.write_text("key\tname\tof\nx\tAda Vell\tstate-norland\n")
    with pytest.raises(OntologyError, match=r"people\.tsv:2: state-norland is not in the gazetteer"):
        load((path,))


def test_a_file_that_lists_nobody_knows_what(tmp_path: Path) -> None:
    path = tmp_path / "things.tsv"
    path.write_text("key\tname\n")
    with pytest.raises(OntologyError, match="cannot tell what it lists"):
        load((path,))


def test_ones_own_entries_win(tmp_path: Path) -> None:
    path = tmp_path / "my-states.tsv"
    path.write_text("# mine\nkey\tname\tnames\nkenya\tRepublic of Kenya\tKenya\nnorland\tNorland\tNorra\n")
    gazetteer = load((path,))
    assert gazetteer.entries["state-kenya"].name == "Republic of Kenya"
    assert gazetteer.longest(["Norra", "said"], 0) == (1, gazetteer.surfaces["Norra"])
    assert "state-norland" not in load().entries


def test_the_shipped_files_are_the_ones_that_are_read(root: Path) -> None:
    shipped = {p.stem for p in (root / "ontology" / "gazetteer").glob("*.tsv")}
    assert {stem.removeprefix("generated-") for stem in shipped} == set(COLUMNS) <= shipped


def entities(text: str, date: str | None = "2024-05-15") -> set[tuple[str, str]]:
    (extraction,) = extract([Document("a.txt", text, date)])
    return {(e.type, e.name) for e in extraction.entities}


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("Chad's army attacked Libya.", ("State", "Chad")),
        ("Jordan expelled two diplomats of Iran.", ("State", "Jordan")),
        ("Georgia and Russia signed a truce in Tbilisi.", ("State", "Georgia")),
        ("Ivory Coast condemned Mali.", ("State", "Ivory Coast")),
        ("The U.S. warned Burma.", ("State", "United States")),
        ("The Kremlin accused Tbilisi of lying.", ("State", "Russia")),
        ("Downing Street criticised Tehran.", ("State", "United Kingdom")),
        ("The Soviet Union invaded Afghanistan in 1979.", ("State", "Soviet Union")),
        ("Hamas fired rockets at Israel.", ("Force", "Hamas")),
        ("NATO urged Serbia to withdraw.", ("Organization", "NATO")),
    ],
)
def test_who_is_meant(text: str, entity: tuple[str, str]) -> None:
    assert entity in entities(text)


@pytest.mark.parametrize(
    ("text", "nobody"),
    [
        ("Jordan Henderson scored twice on Saturday.", ("State", "Jordan")),
        ("Chad Smith plays the drums.", ("State", "Chad")),
    ],
)
def test_a_person_is_no_state(text: str, nobody: tuple[str, str]) -> None:
    assert nobody not in entities(text)


def test_a_city_in_a_places_position_is_no_government() -> None:
    found = entities("The rebels shelled Kyiv and a suburb of Damascus.")
    assert ("State", "Ukraine") not in found
    assert ("State", "Syria") not in found


def test_a_surname_is_who_held_office_then() -> None:
    assert ("Person", "Joe Biden") in entities("Biden condemned the attack on Kyiv.", "2022-03-01")
    assert ("Person", "Joe Biden") not in entities("Biden condemned the attack on Kyiv.", "1950-03-01")
