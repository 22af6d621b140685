"""Names in sentences: `names.tsv` says what each must give; what is read wrongly is listed."""

import csv
from pathlib import Path

import pytest

from kg.document import Document
from kg.extract import COMPONENTS, pipeline
from kg.extract.cast import cast
from kg.gazetteer import load

LEAST_RIGHT = 0.98


def rows() -> list[dict[str, str]]:
    with (Path(__file__).parent / "names.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE))  # fmt: skip


def meant(string: str, sentence: str, date: str) -> str:
    """The key of the gazetteer's entry that the string stands for in the sentence, or none."""
    nlp = pipeline()
    doc = nlp.make_doc(sentence)
    doc._.kg_document = Document("a.txt", sentence, date or "2024-05-15")
    with nlp.select_pipes(disable=[name for name in COMPONENTS if name not in {"kg_names", "kg_actors", "kg_offices"}]):
        doc = nlp(doc)
    start = sentence.index(string)
    inside = {t.i for t in doc if start <= t.idx < start + len(string)}
    entries = load().entries
    for mention in cast(doc).mentions():
        if mention.head in inside:
            return next((key for key in mention.keys if key in entries), "none")
    for name in doc._.kg_names:
        if inside & set(range(name.start, name.end)):
            return name.entry or "none"
    return "none"


@pytest.fixture(scope="module")
def wrong() -> list[str]:
    read = [(row, meant(row["string"], row["sentence"], row["date"])) for row in rows()]
    return [f"{row['string']} is {found}, not {row['entity']}: {row['sentence']}" for row, found in read if found != row["entity"]]  # fmt: skip


def test_nearly_all_names_mean_what_a_reader_takes_them_for(wrong: list[str]) -> None:
    right = 1 - len(wrong) / len(rows())
    assert right >= LEAST_RIGHT, "\n".join(wrong)


def test_the_table_is_sound() -> None:
    table = rows()
    assert len(table) >= 400
    entries = load().entries
    assert not [
        r for r in table if r["string"] not in r["sentence"] or (r["entity"] != "none" and r["entity"] not in entries)
    ]


def test_no_person_team_or_company_is_a_state_or_force(wrong: list[str]) -> None:
    assert not [
        w for w in wrong if w.partition(", not ")[2].startswith("none") and (" is state-" in w or " is force-" in w)
    ]
