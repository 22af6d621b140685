"""Building: what one document does to the others, what is counted, and what is refused before any work."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from kg.document import Document
from kg.errors import KgError, OntologyError, UsageError
from kg.readers import Skipped
from kg.run import Built, Report, build, extract_all
from kg.statement import Entity, Extraction, Passage, Statement

KENYA, CHAD = Entity("kenya", "State", "Kenya"), Entity("chad", "State", "Chad")


def found_in(document: Document) -> Extraction:
    """A stand-in for the extractor: Kenya attacks Chad, in the first sentence; a text with BOOM breaks it."""
    if "BOOM" in document.text:
        raise ValueError("broken")
    passage = Passage(document.key, 0, len(document.text), document.text)
    return Extraction(document, (CHAD, KENYA), (Statement("kenya", "attacks", "chad", passage),))


def one_by_one(documents: Iterable[Document]) -> Iterator[Extraction]:
    for document in documents:
        yield found_in(document)


def in_batches(documents: Iterable[Document]) -> Iterator[Extraction]:
    """Takes three documents before it gives any back, as a pipeline does."""
    batch: list[Document] = []
    for document in documents:
        batch.append(document)
        if len(batch) == 3:
            yield from [found_in(one) for one in batch]
            batch = []
    yield from [found_in(one) for one in batch]


@pytest.fixture(autouse=True)
def _extractor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.extract.extract", one_by_one)


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    for name in ("a.txt", "b.txt", "c.txt"):
        (folder / name).write_text(f"Kenya attacked Chad, says {name}.")
    return folder


@pytest.mark.parametrize("extractor", [one_by_one, in_batches])
@pytest.mark.parametrize("broken", [{0}, {2}, {3}, {6}, {1, 2}, {0, 6}, set(range(7))])
def test_a_document_that_breaks_the_extractor_is_the_only_one_lost(extractor, broken, monkeypatch) -> None:
    monkeypatch.setattr("kg.extract.extract", extractor)
    documents = [Document(str(n), "BOOM" if n in broken else "Kenya attacked Chad.") for n in range(7)]
    skipped: list[Skipped] = []
    found = [extraction.document.identifier for extraction in extract_all(documents, skipped.append)]
    assert found == [str(n) for n in range(7) if n not in broken]
    assert [s.where for s in skipped] == [str(n) for n in sorted(broken)]


def test_what_is_wrong_with_the_installation_ends_the_work(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def extract(documents: Iterable[Document]) -> Iterator[Extraction]:
        raise OntologyError("frames/attacks.toml: no lemmas")
        yield

    monkeypatch.setattr("kg.extract.extract", extract)
    with pytest.raises(OntologyError):
        build([news], news.parent / "g.ttl")
    monkeypatch.setattr("kg.extract.extract", lambda documents: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        build([news], news.parent / "g.ttl")
    assert not (news.parent / "g.ttl").exists()


def test_every_input_is_counted_and_told(news: Path, tmp_path: Path) -> None:
    (news / "b.txt").write_text("BOOM")
    (news / "empty.txt").write_text("")
    events: list[object] = []
    report = build([news, news / "a.txt", "missing.txt"], tmp_path / "g.nt", on_event=events.append)
    assert (report.read, report.stored, report.unchanged) == (6, 2, 0)
    skipped = sorted([str(news / "empty.txt"), str(news / "a.txt"), "missing.txt", "b.txt"])
    assert sorted(s.where for s in report.skipped) == skipped
    assert (report.statements, report.entities) == (2, 2)
    assert [e for e in events if isinstance(e, Skipped)] == list(report.skipped)
    assert [e for e in events if isinstance(e, Built)] == [Built("a.txt"), Built("c.txt")]
    assert str(report).startswith("read 6 = stored 2 + unchanged 0 + skipped 4")


@pytest.mark.parametrize("ending", [".ttl", ".nt", ".nq", ".trig", ".jsonld", ".rdf"])
def test_the_order_of_the_inputs_does_not_show(news: Path, tmp_path: Path, ending: str) -> None:
    files = sorted(news.iterdir())
    build(files, tmp_path / f"one{ending}")
    build(reversed(files), tmp_path / f"two{ending}")  # type: ignore[arg-type]
    written = (tmp_path / f"one{ending}").read_bytes()
    assert b"attacks" in written
    assert written == (tmp_path / f"two{ending}").read_bytes()


def test_records_and_files_of_one_text_give_one_graph(news: Path, tmp_path: Path) -> None:
    records = tmp_path / "all.jsonl"
    records.write_text(
        "".join(json.dumps({"id": p.name, "text": p.read_text()}) + "\n" for p in sorted(news.iterdir(), reverse=True))
    )
    build([news], tmp_path / "one.ttl", date="2022-11-10")
    build([records], tmp_path / "two.ttl", date="2022-11-10")
    assert (tmp_path / "one.ttl").read_bytes() == (tmp_path / "two.ttl").read_bytes()


def test_a_base_of_ones_own(news: Path, tmp_path: Path) -> None:
    build([news], tmp_path / "g.nt", base="https://graph.example/x/")
    assert "<https://graph.example/x/kenya>" in (tmp_path / "g.nt").read_text()


def test_nothing_is_written_where_nothing_was_built(tmp_path: Path) -> None:
    (tmp_path / "g.ttl").write_text("# kept\n")
    (tmp_path / "a.txt").write_text("")
    report = build([tmp_path / "a.txt"], tmp_path / "g.ttl", store=tmp_path / "store")
    assert (report.stored, report.read) == (0, 1)
    assert (tmp_path / "g.ttl").read_text() == "# kept\n"
    assert not (tmp_path / "store").exists()


def test_a_store_beside_a_file(news: Path, tmp_path: Path) -> None:
    from kg.store import open_graph

    build([news], tmp_path / "g.nq", store=tmp_path / "store")
    from_file, from_store = open_graph(tmp_path / "g.nq"), open_graph(tmp_path / "store")
    assert set(from_file) == set(from_store)
    assert len(from_file) > 0


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, UsageError, "nowhere"),
        ({"output": "g.doc"}, UsageError, ".doc"),
        ({"output": "none/g.ttl"}, UsageError, "no such folder"),
        ({"output": "folder.ttl"}, UsageError, "is a folder"),
        ({"output": "g.ttl", "date": "2022-02-30"}, UsageError, "no such date"),
        ({"output": "g.ttl", "base": "here"}, UsageError, "base"),
        ({"store": "none/store"}, UsageError, "no such folder"),
        ({"store": "a.txt"}, UsageError, "is a file"),
        ({"store": "folder.ttl"}, KgError, "no store"),
    ],
)
def test_an_impossible_target_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, str], error: type[KgError], message: str
) -> None:
    (tmp_path / "a.txt").write_text("Peace.")
    (tmp_path / "folder.ttl").mkdir()
    (tmp_path / "folder.ttl" / "kept.txt").write_text("Peace.")
    monkeypatch.chdir(tmp_path)

    def never(*_: object, **__: object) -> Iterator[Document]:
        raise AssertionError("read although the target is impossible")
        yield

    monkeypatch.setattr("kg.run.read", never)
    places = {key: Path(value) if key in ("output", "store") else value for key, value in options.items()}
    with pytest.raises(error, match=message):
        build(["a.txt"], **places)  # type: ignore[arg-type]


def test_a_report_adds_up() -> None:
    assert Report(2, 1, (Skipped("a", "empty"),), 0, 0).read == 4
