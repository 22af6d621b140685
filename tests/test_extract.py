"""The pipeline as spaCy sees it, and the same bytes whatever the machine is set to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import spacy

from kg.document import Document
from kg.extract import COMPONENTS, add_components, extract, extraction, pipeline
from kg.statement import Extraction


def test_every_component_gets_what_it_requires() -> None:
    assert not [
        p for name, found in pipeline().analyze_pipes()["problems"].items() if name.startswith("kg_") for p in found
    ]


def test_components_come_by_entry_point() -> None:
    """In a process that imports nothing of kg."""
    code = f"""
import spacy
nlp = spacy.blank("en")
for name in {("kg_paragraphs", *COMPONENTS)!r}:
    assert nlp.has_factory(name), name
    nlp.create_pipe(name)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_a_plain_doc_of_a_pipeline_of_ones_own() -> None:
    nlp = add_components(spacy.load(pipeline().meta["lang"] + "_" + pipeline().meta["name"]))
    found = extraction(nlp("Kenya accused Somalia of shelling Mandera."))
    assert [(s.subject, s.predicate, s.object) for s in found.statements if s.predicate == "accuses"] == [
        ("state-kenya", "accuses", "state-somalia")
    ]


def read(text: str, date: str | None = "2024-05-15") -> Extraction:
    (found,) = extract([Document("a.txt", text, date)])
    return found


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\n", ".", "?!", "—", "\u200b", "a", "1 2 3", "(((", '"' * 50, "Kenya", "KENYA ATTACKED SOMALIA"],
)
def test_any_text_can_be_read(text: str) -> None:
    assert read(text).document.text == text


def test_every_statement_stands_in_its_sentence() -> None:
    text = "Kenya accused Somalia of shelling Mandera.\n\nSomalia denied that. It said that Kenya's troops had crossed the border on Monday."
    found = read(text)
    assert found.statements
    for statement in found.statements:
        assert text[statement.passage.start : statement.passage.end] == statement.passage.text


def test_a_heading_is_not_run_into_the_next_sentence() -> None:
    found = read("Truce in Chad\n\nLibya condemned Mali.")
    assert {s.passage.text for s in found.statements if s.predicate == "condemns"} == {"Libya condemned Mali."}


@pytest.mark.parametrize(
    "setting",
    [
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Kiritimati"},
        {"PYTHONHASHSEED": "7", "LC_ALL": "C", "TZ": "America/Lima"},
    ],
    ids=lambda s: " ".join(s.values()),
)
def test_the_machine_does_not_show(root: Path, tmp_path: Path, seeds_graph: Path, setting: dict[str, str]) -> None:
    seeds = sorted((root / "seeds").glob("*.txt"), reverse=True)
    graph = tmp_path / "g.ttl"
    subprocess.run(
        [sys.executable, "-m", "kg", "build", *map(str, seeds), "-o", str(graph)],
        env={**os.environ, **setting}, check=True, timeout=120, capture_output=True,
    )  # fmt: skip
    assert graph.read_bytes() == seeds_graph.read_bytes()


def triples(text: str) -> set[tuple[str, str, str]]:
    found = read(text)
    names = {e.key: e.name for e in found.entities}
    return {(names[s.subject], s.predicate, names.get(str(s.object), str(s.object))) for s in found.statements}


@pytest.mark.parametrize(
    ("text", "said", "unsaid"),
    [
        (
            "Chadian foreign ministry spokesman Idriss Sabo told reporters that Niger opposed the plan.",
            ("Idriss Sabo", "officeHolderOf", "Chadian foreign ministry"),
            ("Niger", "rejects", "Idriss Sabo"),  # the plan is nobody
        ),
        (
            "A Chadian army spokesman, Colonel Idriss Sabo, said the rebels had fled.",
            ("Idriss Sabo", "officeHolderOf", "Chadian armed forces"),
            ("Idriss Sabo", "officeHolderOf", "Chad"),
        ),
        (
            "The Kenyan Truth Commission visited Nakuru on Monday. Ethiopia accused the commission of bias, and Uganda condemned the court.",
            ("Ethiopia", "accuses", "Kenyan Truth Commission"),
            ("Uganda", "condemns", "Kenyan Truth Commission"),
        ),
        (
            "The UN refugee agency said on Monday that NATO had sent blankets to Chad.",
            ("UNHCR", "belongsTo", "United Nations"),
            ("UNHCR", "belongsTo", "NATO"),
        ),
        (
            "Colonel Ivo Pech spoke in Brno on Monday. Police arrested the colonel. Later police arrested the farmer.",
            ("Police", "coerces", "Ivo Pech"),
            ("Ivo Pech", "coerces", "Police"),
        ),
    ],
)
def test_descriptions_are_only_of_those_called_so(
    text: str, said: tuple[str, str, str], unsaid: tuple[str, str, str]
) -> None:
    found = triples(text)
    assert said in found and unsaid not in found


def test_an_unknown_farmer_is_not_the_only_person_named() -> None:
    found = triples("President Ivo Pech spoke in Brno on Monday. Police arrested the farmer.")
    assert not [t for t in found if t[1] == "coerces" and t[2] == "Ivo Pech"]
