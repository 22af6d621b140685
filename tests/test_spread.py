"""Builds in parts: the union is the graph, a part that is there is not made again, and no worker's death loses more than
the document at fault."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import standin
from kg import cluster, rdf, spread, upkeep
from kg.document import Document
from kg.errors import InputError, KgError, UsageError
from kg.run import build
from kg.store import open_graph


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.extract.extract", standin.extract)
    monkeypatch.setattr(spread, "_ENOUGH", 300)


def article(number: int) -> str:
    return f"Norland attacked Land{number % 5}. " + f"A quiet day at the river, number {number}. " * 3


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    for number in range(30):
        (folder / f"{number:02}.txt").write_text(article(number))
    return folder


def union(folder: Path) -> list[str]:
    found: set[str] = set()
    for path in folder.glob("part-*.nq.gz"):
        found.update(gzip.decompress(path.read_bytes()).decode().splitlines())
    return sorted(found)


def parts(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("part-*")}


@pytest.mark.usefixtures("stand_in")
def test_the_union_of_the_parts_is_the_graph(news: Path, tmp_path: Path) -> None:
    report = build([news], tmp_path / "parts", engine="processes", workers=1)
    whole = build([news], tmp_path / "g.nq")
    assert union(tmp_path / "parts") == (tmp_path / "g.nq").read_text().splitlines()
    assert (report.stored, report.statements, report.entities) == (whole.stored, whole.statements, whole.entities)
    lines = (tmp_path / "parts" / spread.MANIFEST).read_text().splitlines()
    named = {json.loads(line)["data"] for line in lines[1:]}
    assert named == {path.name for path in (tmp_path / "parts").glob("*.nq.gz")}
    assert len(named) > 3


@pytest.mark.usefixtures("stand_in")
def test_a_second_run_makes_only_what_is_missing(news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build([news], tmp_path / "parts", engine="processes", workers=1)
    before = parts(tmp_path / "parts")
    with monkeypatch.context() as patch:
        patch.setattr("kg.extract.extract", lambda documents: (pytest.fail("nothing is to be made") for _ in documents))
        report = build([news], tmp_path / "parts", engine="processes", workers=1)
    assert (report.stored, report.unchanged) == (0, 30)
    assert parts(tmp_path / "parts") == before
    (news / "145.txt").write_text(article(145))
    report = build([news], tmp_path / "parts", engine="processes", workers=1)
    assert report.stored + report.unchanged == 31
    assert 0 < report.stored < 20
    build([news], tmp_path / "new", engine="processes", workers=1)
    assert {path.name for path in (tmp_path / "new").iterdir()} == {
        path.name for path in (tmp_path / "parts").iterdir()
    }


@pytest.mark.usefixtures("stand_in")
def test_a_build_that_was_ended_goes_on(news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stops(documents):
        for number, document in enumerate(documents):
            if number == 17:
                raise KeyboardInterrupt
            yield standin.find(document)

    with monkeypatch.context() as patch:
        patch.setattr("kg.extract.extract", stops)
        with pytest.raises(KeyboardInterrupt):
            build([news], tmp_path / "parts", engine="processes", workers=1)
    before = parts(tmp_path / "parts")
    assert before
    with (tmp_path / "parts" / spread.MANIFEST).open("a") as stream:
        stream.write('{"part": "cut o')
    build([news], tmp_path / "parts", engine="processes", workers=1)
    after = parts(tmp_path / "parts")
    assert before.items() <= after.items()
    build([news], tmp_path / "g.nq")
    assert union(tmp_path / "parts") == (tmp_path / "g.nq").read_text().splitlines()


@pytest.mark.usefixtures("stand_in")
def test_parts_and_stores_become_one_store(news: Path, tmp_path: Path) -> None:
    files = sorted(news.iterdir())
    build(files[:20], tmp_path / "parts", engine="processes", workers=1)
    build(files[20:], store=tmp_path / "s")
    assert upkeep.merge([tmp_path / "parts", tmp_path / "s"], tmp_path / "both") == 30
    rdf.convert(open_graph(tmp_path / "both"), tmp_path / "both.nq")
    build([news], tmp_path / "g.nq")
    assert (tmp_path / "both.nq").read_bytes() == (tmp_path / "g.nq").read_bytes()
    build([news], store=tmp_path / "both")
    assert upkeep.status(tmp_path / "both").documents == 30


def test_what_fails_is_named_in_its_part(news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def extract(documents):
        for document in documents:
            if document.identifier in ("03.txt", "29.txt"):
                raise InputError("too strange", "")
            yield standin.find(document)

    monkeypatch.setattr("kg.extract.extract", extract)
    monkeypatch.setattr(spread, "_ENOUGH", 300)
    for again in (False, True):
        report = build([news], tmp_path / "parts", engine="processes", workers=1)
        assert sorted(what.where for what in report.skipped) == ["03.txt", "29.txt"]
        assert (report.stored, report.unchanged) == ((0, 28) if again else (28, 0))


def test_wrong_calls_are_refused(news: Path, tmp_path: Path) -> None:
    for more in (
        {"engine": "spark"},
        {"engine": "ray", "store": tmp_path / "s"},
        {"engine": "processes", "copies": True},
    ):
        with pytest.raises(UsageError):
            build([news], tmp_path / "parts", **more)
    with pytest.raises(KgError, match="holds no parts"):
        build([news], news, engine="processes")
    build([news / "01.txt"], tmp_path / "parts", engine="processes")
    with pytest.raises(KgError, match="base"):
        build([news / "01.txt"], tmp_path / "parts", engine="processes", base="https://other.example/")


def test_without_ray_its_extra_is_named(news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(KgError, match="not installed") as found:
        build([news], tmp_path / "parts", engine="ray")
    assert "conflict-kg[ray]" in found.value.hint


def test_a_part_whose_worker_dies_twice_is_made_document_by_document() -> None:
    documents = tuple(Document(f"{number}.txt", article(number)) for number in range(3))
    divided = cluster._Divided(spread.Task("whole", documents))
    keys = [task.key for task in divided.tasks]
    assert len(set(keys)) == 3
    assert divided.take(spread.Part(keys[2], ())) is None
    assert divided.take(spread.Part(keys[0], (), (cluster._lost(divided.tasks[0]),))) is None
    whole = divided.take(spread.Part(keys[1], ()))
    assert whole is not None
    assert (whole.key, [what.where for what in whole.skipped]) == ("whole", ["0.txt"])


def test_ray_makes_the_same_parts_though_a_worker_is_killed(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'conflict-kg[ray]'")
    texts = [path.read_text() for path in sorted((root / "seeds").rglob("*.txt"))]
    news = tmp_path / "news.jsonl"
    rows = [{"id": f"{number}", "text": texts[number % len(texts)] + f" {number}."} for number in range(24)]
    news.write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = [sys.executable, "-m", "kg", "build", str(news), "--workers", "2", "-o", str(tmp_path / "parts")]
    process = subprocess.Popen(
        [*command, "--engine", "ray"],
        cwd=root,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    try:
        killed = 0
        end = time.monotonic() + 120
        while not killed and process.poll() is None and time.monotonic() < end:
            if list((tmp_path / "parts").glob("part-*.json")):
                for worker in workers_of(process.pid):
                    os.kill(worker, signal.SIGKILL)
                    killed = worker
                    break
            time.sleep(0.05)
        _, said = process.communicate(timeout=300)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0, said
    assert killed, "it was over before a worker could be killed"
    assert "stored 24 + unchanged 0 + skipped 0" in said
    build([news], tmp_path / "g.nq", workers=1)
    assert union(tmp_path / "parts") == (tmp_path / "g.nq").read_text().splitlines()


def workers_of(driver: int) -> list[int]:
    """The processes of a build's actors: their titles say so, and they descend from it."""
    parents: dict[int, int] = {}
    actors = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if (folder / "cmdline").read_bytes().startswith(b"ray::Maker"):
                actors.append(int(folder.name))
        except OSError:
            continue
    return [actor for actor in actors if driver in _above(actor, parents)]


def _above(process: int, parents: dict[int, int]) -> list[int]:
    found = []
    while process := parents.get(process, 0):
        found.append(process)
    return found
