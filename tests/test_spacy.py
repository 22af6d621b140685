"""For users of spaCy: what is found is on the doc, through other processes and on the disk, and `kg show` prints it."""

import subprocess
import sys
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin

from kg import show
from kg.document import Document
from kg.errors import KgError, UsageError
from kg.extract import extract, nlp

TEXTS = (
    "Kenya accused Somalia of shelling the border on Monday. Uganda said that Rwanda had attacked its troops.",
    "President William Ruto of Kenya met Ugandan officials in Nairobi. They signed an agreement.",
    "It rained.",
    "The rebels shelled Bunia, killing 12 soldiers. Congo may withdraw from the ceasefire.",
)
DATE = "2024-05-15"


@pytest.fixture(scope="module")
def loaded() -> Language:
    return nlp()


def given(loaded: Language) -> list[Doc]:
    docs = [loaded.make_doc(text) for text in TEXTS]
    for number, doc in enumerate(docs):
        doc.user_data["document"] = {"identifier": f"{number}.txt", "date": DATE}
    return docs


def expected() -> list[tuple]:
    documents = [Document(f"{number}.txt", text, DATE) for number, text in enumerate(TEXTS)]
    return [(e.statements, e.entities) for e in extract(documents)]


def found(docs: list[Doc]) -> list[tuple]:
    return [(doc._.statements, doc._.entities) for doc in docs]


def test_docs_carry_what_the_extractor_finds(loaded: Language) -> None:
    docs = list(loaded.pipe(given(loaded)))
    assert found(docs) == expected()
    assert [bool(doc._.statements) for doc in docs] == [True, True, False, True]
    assert docs[0]._.statements[0].confidence < 1 and docs[0]._.statements[0].rule


def test_two_processes_give_the_same(loaded: Language) -> None:
    assert found(list(loaded.pipe(given(loaded), n_process=2, batch_size=1))) == expected()


def test_a_doc_comes_back_from_bytes_and_from_the_disk(loaded: Language, tmp_path: Path) -> None:
    docs = list(loaded.pipe(given(loaded)))
    again = [Doc(loaded.vocab).from_bytes(doc.to_bytes()) for doc in docs]
    assert found(again) == found(docs)
    DocBin(docs=docs, store_user_data=True).to_disk(tmp_path / "docs.spacy")
    saved = list(DocBin(store_user_data=True).from_disk(tmp_path / "docs.spacy").get_docs(spacy.blank("en").vocab))
    assert found(saved) == found(docs)
    assert [[e._.entity for e in doc.ents] for doc in saved] == [[e._.entity for e in doc.ents] for doc in docs]


def test_a_span_has_its_entity_and_its_statements(loaded: Language) -> None:
    doc = loaded(TEXTS[0])
    assert {e.text: e._.entity.key for e in doc.ents if e._.entity} == {
        "Kenya": "state-kenya", "Somalia": "state-somalia", "Uganda": "state-uganda", "Rwanda": "state-rwanda",
    }  # fmt: skip
    first, second = doc.sents
    assert [s.predicate for s in first._.statements] == ["accuses"]
    assert {s.predicate for s in second._.statements} >= {"attacks"}
    assert set(first._.statements) | set(second._.statements) == set(doc._.statements)
    assert doc[1:2]._.entity is None and doc[0:0]._.entity is None


def test_a_doc_that_was_not_read_has_nothing() -> None:
    doc = spacy.blank("en")("Kenya accused Somalia.")
    assert (doc._.statements, doc._.entities, doc[0:1]._.entity) == ((), (), None)


def test_a_document_that_is_none_is_named(loaded: Language) -> None:
    for wrong in ({"day": DATE}, "a.txt"):
        doc = loaded.make_doc("It rained.")
        doc.user_data["document"] = wrong
        with pytest.raises(KgError, match="cannot be"):
            loaded(doc)


def test_the_components_are_in_order(loaded: Language) -> None:
    problems = loaded.analyze_pipes()["problems"]
    assert [p for name in ("kg_source", "kg_statements") for p in problems[name]] == []
    assert (loaded.pipe_names[0], loaded.pipe_names[-1]) == ("kg_source", "kg_statements")


def test_a_model_that_is_not_there_or_lacks_a_part_is_named(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="en_core_web_xx is not installed"):
        nlp("en_core_web_xx")
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(KgError, match="has no ner"):
        nlp(str(tmp_path / "blank"))


def kg(*words: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg", *words], input=text, capture_output=True, encoding="utf-8", check=False
    )


def test_show_prints_sentences_with_their_statements() -> None:
    done = kg(
        "show", "-", "--date", DATE, text="Kenya accused Somalia of lying. It rained. Uganda did not attack Rwanda."
    )
    assert (done.returncode, done.stderr) == (0, "")
    first, accuses, rain, nothing, second, attacks = done.stdout.splitlines()
    assert (first, rain, second) == ("Kenya accused Somalia of lying.", "It rained.", "Uganda did not attack Rwanda.")
    assert accuses.split()[:3] == ["Kenya", "accuses", "Somalia"] and nothing == "  no statement"
    assert attacks.split()[:3] == ["Uganda", "attacks", "Rwanda"] and "not so" in attacks


def test_a_page_draws_the_statements_and_runs_nothing(tmp_path: Path) -> None:
    text = "Kenya accused Somalia of <script>alert(1)</script> lies. {0} Tanzania said that Uganda had attacked Rwanda."
    pages = [show.page(show.sentences(text)) for _ in range(2)]
    assert pages[0] == pages[1] and "<script" not in pages[0] and "{0}" in pages[0]
    assert pages[0].count("<svg") == 2 and "attacks (claimed)" in pages[0] and 'class="claim"' in pages[0]
    done = kg("show", text, "-o", str(tmp_path / "p.html"))
    assert done.returncode == 0 and (tmp_path / "p.html").read_text("utf-8") == pages[0]


def test_what_cannot_be_shown_is_refused(tmp_path: Path) -> None:
    for words, message in [
        (("show", "  "), "no text"), (("show", "It rained.", "-o", str(tmp_path / "p.png")), ".html"),
        (("show", "It rained.", "--date", "May"), "no such date"),
    ]:  # fmt: skip
        done = kg(*words)
        assert done.returncode == 2 and message in done.stderr and done.stderr.count("\n") == 1
    with pytest.raises(UsageError, match="too long"):
        show.sentences("It rained. " * 5000)


def test_nothing_steers_the_terminal() -> None:
    shown = show.sentences("Kenya\x1b[31m accused Somalia of lying.")
    assert all(line.isprintable() for line in show.lines(shown))
