"""Several processes: the bytes of one, whatever dies meanwhile."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import standin
from kg.document import Document
from kg.errors import OntologyError, UsageError
from kg.outcome import Built
from kg.parts import extract_all
from kg.readers import Skipped
from kg.run import build
from kg.statement import Extraction

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked")


def text(number: int) -> str:
    return f"Norland attacked State{number}. Ada Vell of Town{number} spoke. " + "Nobody asked why. " * (number % 7)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.extract.extract", standin.extract)
    monkeypatch.setattr("kg.crew.CHUNK", 200)
    monkeypatch.setattr("kg.crew.ENOUGH", 300)


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number:02}.txt").write_text(text(number))
    return folder


def dies_at(document: Document, how: int = signal.SIGKILL) -> None:
    if "BOOM" in document.text:
        os.kill(os.getpid(), how)


@pytest.mark.row_29
@pytest.mark.parametrize("workers", [2, 3, 50])
@pytest.mark.parametrize("ending", [".nq", ".ttl"])
def test_any_number_of_workers_writes_the_same_bytes(news: Path, tmp_path: Path, workers: int, ending: str) -> None:
    events: list[object] = []
    one = build([news], tmp_path / f"one{ending}", workers=1)
    many = build([news], tmp_path / f"many{ending}", workers=workers, on_event=events.append)
    assert one == many
    assert [e.identifier for e in events if isinstance(e, Built)] == sorted(path.name for path in news.iterdir())
    assert (tmp_path / f"one{ending}").read_bytes() == (tmp_path / f"many{ending}").read_bytes()


def test_a_store_is_the_same_too(news: Path, tmp_path: Path) -> None:
    build([news], tmp_path / "one.nq", store=tmp_path / "one", workers=1)
    report = build([news], tmp_path / "two.nq", store=tmp_path / "two", workers=2)
    assert (report.stored, report.skipped) == (40, ())
    assert (tmp_path / "one.nq").read_bytes() == (tmp_path / "two.nq").read_bytes()
    assert build([news], store=tmp_path / "two", workers=2).unchanged == 40


def test_the_work_is_done_elsewhere_and_by_no_more_processes_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def telling(documents: Iterable[Document]) -> Iterator[Extraction]:
        for document in documents:
            yield standin.find(Document(document.identifier, document.text, source=str(os.getpid())))

    monkeypatch.setattr("kg.extract.extract", telling)

    def processes(count: int, workers: int) -> set[str | None]:
        documents = iter([Document(str(n), text(n)) for n in range(count)])
        return {one.document.source for one in extract_all(documents, print, workers=workers)}

    assert processes(3, 2) == {str(os.getpid())}  # too little to share out
    assert processes(60, 1) == {str(os.getpid())}
    assert len(processes(60, 2)) <= 2
    assert str(os.getpid()) not in processes(60, 2)


def test_no_more_is_read_ahead_than_the_workers_need() -> None:
    taken = 0

    def documents() -> Iterator[Document]:
        nonlocal taken
        for number in range(2000):
            taken += 1
            yield Document(str(number), text(number))

    results = extract_all(documents(), print, workers=2)
    next(results)
    assert taken < 100
    results.close()


def test_a_document_that_kills_its_worker_twice_is_skipped_and_the_others_are_built(
    news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deadly(documents: Iterable[Document]) -> Iterator[Extraction]:
        for document in documents:
            dies_at(document)
            yield standin.find(document)

    monkeypatch.setattr("kg.extract.extract", deadly)
    for number in (0, 17, 18, 39):
        (news / f"{number:02}.txt").write_text("BOOM " + text(number))
    report = build([news], tmp_path / "g.nq", workers=2)
    assert report.stored == 36
    assert [skip.where for skip in report.skipped] == ["00.txt", "17.txt", "18.txt", "39.txt"]
    assert all("ended 2 times (signal 9)" in str(skip) for skip in report.skipped)
    for skip in report.skipped:
        (news / skip.where).unlink()
    build([news], tmp_path / "without.nq", workers=1)
    assert (tmp_path / "g.nq").read_bytes() == (tmp_path / "without.nq").read_bytes()


def test_a_worker_that_is_killed_once_costs_no_document(
    news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build([news], tmp_path / "one.nq", workers=1)

    def deadly_once(documents: Iterable[Document]) -> Iterator[Extraction]:
        for document in documents:
            if document.identifier in ("05.txt", "21.txt"):
                with suppress(FileExistsError):
                    (tmp_path / document.identifier).touch(exist_ok=False)
                    os.kill(os.getpid(), signal.SIGKILL)
            yield standin.find(document)

    monkeypatch.setattr("kg.extract.extract", deadly_once)
    assert build([news], tmp_path / "two.nq", workers=2).skipped == ()
    assert (tmp_path / "05.txt").exists() and (tmp_path / "21.txt").exists()
    assert (tmp_path / "one.nq").read_bytes() == (tmp_path / "two.nq").read_bytes()


def test_a_document_that_breaks_the_extractor_is_the_only_one_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(documents: Iterable[Document]) -> Iterator[Extraction]:
        for document in documents:
            if "BOOM" in document.text:
                raise ValueError("broken")
            yield standin.find(document)

    monkeypatch.setattr("kg.extract.extract", breaks)
    skipped: list[Skipped] = []
    documents = [Document(str(n), ("BOOM " if n % 9 == 4 else "") + text(n)) for n in range(40)]
    found = [one.document.identifier for one in extract_all(documents, skipped.append, workers=2)]
    assert found == [str(n) for n in range(40) if n % 9 != 4]
    assert [skip.where for skip in skipped] == ["4", "13", "22", "31"]
    assert "ValueError: broken" in str(skipped[0])


def test_what_is_wrong_with_the_installation_ends_the_work_and_the_workers(
    news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(documents: Iterable[Document]) -> Iterator[Extraction]:
        for document in documents:
            if document.identifier != "warm-up":
                raise OntologyError("frames/attacks.toml: no lemmas", "add some")
            yield standin.find(document)

    monkeypatch.setattr("kg.extract.extract", broken)
    with pytest.raises(OntologyError, match=r"no lemmas \(add some\)"):
        build([news], tmp_path / "g.nq", workers=2)
    assert not (tmp_path / "g.nq").exists()


def test_no_workers_are_a_wrong_call(news: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="0 workers"):
        build([news], tmp_path / "g.nq", workers=0)


# A build in which a worker stops at a document for good.
STOPPED = """
import sys, os, time
sys.path[:0] = [{root!r}, {tests!r}]
import kg.crew, kg.extract, standin
from pathlib import Path
from kg import run
kg.crew.CHUNK = kg.crew.ENOUGH = 200
def slow(documents):
    for document in documents:
        (Path(sys.argv[3]) / f"pid-{{os.getpid()}}").touch()
        while document.identifier == "30.txt":
            time.sleep(0.05)
        yield standin.find(document)
kg.extract.extract = slow
from kg import incremental
incremental._COMMIT_SECONDS = -1.0
def told(event):
    if type(event).__name__ == "Built" and event.identifier == "20.txt":
        (Path(sys.argv[3]) / "far").touch()
run.build([Path(sys.argv[1])], store=Path(sys.argv[2]), workers=2, on_event=told)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_ended_it_leaves_no_process_and_a_store_that_goes_on_from_there(
    news: Path, tmp_path: Path, how: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "signs").mkdir()
    code = STOPPED.format(root=str(ROOT), tests=str(ROOT / "tests"))
    process = subprocess.Popen(
        [sys.executable, "-c", code, news, tmp_path / "s", tmp_path / "signs"],
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    await_(lambda: (tmp_path / "signs" / "far").exists() and len([*(tmp_path / "signs").glob("pid-*")]) == 3)
    workers = [int(path.name.removeprefix("pid-")) for path in (tmp_path / "signs").glob("pid-*")]
    workers.remove(process.pid)  # which only warmed up
    assert len(workers) == 2
    if how == signal.SIGINT:
        os.killpg(process.pid, how)  # as a terminal does
    else:
        process.send_signal(how)
    process.wait(60)
    await_(lambda: not any(alive(worker) for worker in workers))

    extracted = []

    def counted(documents: Iterable[Document]) -> Iterator[Extraction]:
        for document in documents:
            extracted.append(document)
            yield standin.find(document)

    monkeypatch.setattr("kg.extract.extract", counted)
    assert build([news], store=tmp_path / "s", workers=1).stored == 40
    assert len(extracted) < 20
    build([news], tmp_path / "fresh.nq", workers=1)
    build([news], tmp_path / "resumed.nq", store=tmp_path / "s", workers=1)
    assert (tmp_path / "fresh.nq").read_bytes() == (tmp_path / "resumed.nq").read_bytes()


def await_(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
