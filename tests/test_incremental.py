"""A store over the years: what is unchanged is left alone, and it always equals a store built anew."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Store

import standin
from kg import generations, rdf, versions
from kg.errors import KgError, UsageError
from kg.readers import Warned
from kg.run import Report, build
from kg.store import open_graph

ROOT = Path(__file__).resolve().parent.parent
NEWS = {
    "a.txt": "Norland attacked Southmark. Ada Vell spoke.",
    "b.txt": "Norland attacked Southmark. Easteria met Norland.",
    "sub/c.txt": "Southmark denied attacking Norland.",
    "d.jsonl": '{"id": "d1", "text": "Easteria met Southmark."}\n{"id": "d2", "text": "Norland met Southmark."}\n',
}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.extract.extract", standin.extract)


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    for name, text in NEWS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def exported(store: Path, ending: str = ".nq") -> bytes:
    target = store.with_name(f"{store.name}-export{ending}")
    rdf.convert(open_graph(store), target)
    return target.read_bytes()


def counts(report: Report) -> tuple[int, int, int]:
    return report.stored, report.unchanged, len(report.skipped)


def no_extraction(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(documents: object) -> Iterator[object]:
        for _ in documents:  # type: ignore[attr-defined]
            raise AssertionError("a document was extracted")
        return iter(())

    monkeypatch.setattr("kg.extract.extract", never)


def test_what_is_unchanged_is_not_extracted_again(news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert counts(build([news], store=tmp_path / "s")) == (5, 0, 0)
    before = exported(tmp_path / "s")
    no_extraction(monkeypatch)
    assert counts(build([news], store=tmp_path / "s")) == (0, 5, 0)
    assert exported(tmp_path / "s") == before


def test_a_touched_file_is_read_but_its_unchanged_records_are_not_extracted(
    news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build([news], store=tmp_path / "s")
    no_extraction(monkeypatch)
    (news / "d.jsonl").write_text("\n" + NEWS["d.jsonl"])
    assert counts(build([news], store=tmp_path / "s")) == (0, 5, 0)


@pytest.mark.row_28
@pytest.mark.parametrize("ending", rdf.FORMATS)
def test_edited_added_and_withdrawn_documents_leave_what_a_fresh_build_gives(
    news: Path, tmp_path: Path, ending: str
) -> None:
    build([news], store=tmp_path / "s")
    (news / "a.txt").write_text("Easteria attacked Norland.")
    (news / "e.txt").write_text("Westport met Norland.")
    (news / "b.txt").unlink()
    report = build([news], store=tmp_path / "s", prune=True)
    assert (counts(report), report.removed) == ((2, 3, 0), 2)
    build([news], store=tmp_path / "fresh")
    assert exported(tmp_path / "s", ending) == exported(tmp_path / "fresh", ending)
    build([news], tmp_path / f"file{ending}")
    assert exported(tmp_path / "s", ending) == (tmp_path / f"file{ending}").read_bytes()


def test_without_prune_what_is_gone_stays(news: Path, tmp_path: Path) -> None:
    build([news], store=tmp_path / "s")
    before = exported(tmp_path / "s")
    (news / "b.txt").unlink()
    build([news], store=tmp_path / "s")
    assert exported(tmp_path / "s") == before


def test_plain_facts_stand_as_long_as_one_document_supports_them(news: Path, tmp_path: Path) -> None:
    ask = f"ASK {{ <{rdf.BASE}norland> <https://w3id.org/conflict-kg/ontology#attacks> <{rdf.BASE}southmark> }}"
    build([news], store=tmp_path / "s")
    (news / "a.txt").write_text("Nothing happened.")
    build([news], store=tmp_path / "s")
    assert bool(open_graph(tmp_path / "s").query(ask))
    (news / "b.txt").write_text("Nothing happened.")
    build([news], store=tmp_path / "s")
    assert not bool(open_graph(tmp_path / "s").query(ask))


def test_a_missing_folder_prunes_nothing(news: Path, tmp_path: Path) -> None:
    build([news], store=tmp_path / "s")
    before = exported(tmp_path / "s")
    events: list[object] = []
    build([news / "a.txt", tmp_path / "unmounted"], store=tmp_path / "s", prune=True, on_event=events.append)
    assert exported(tmp_path / "s") == before
    assert any("nothing is pruned" in str(event) for event in events)


def test_a_broken_file_leaves_the_old_support_until_it_is_pruned(news: Path, tmp_path: Path) -> None:
    build([news], store=tmp_path / "s")
    before = exported(tmp_path / "s")
    (news / "a.txt").write_text("")
    assert counts(build([news], store=tmp_path / "s")) == (0, 4, 1)
    assert exported(tmp_path / "s") == before
    assert build([news], store=tmp_path / "s", prune=True).removed == 1


def test_other_metadata_is_another_document(news: Path, tmp_path: Path) -> None:
    build([news], store=tmp_path / "s")
    (news / "a.meta.json").write_text('{"date": "2024-05-15"}')
    assert counts(build([news], store=tmp_path / "s")) == (1, 4, 0)
    build([news], store=tmp_path / "fresh")
    assert exported(tmp_path / "s") == exported(tmp_path / "fresh")


def test_another_ontology_is_told_and_refreshed_on_demand(
    news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build([news], store=tmp_path / "s")
    now = versions.current()
    monkeypatch.setattr(
        "kg.incremental.current", lambda _: versions.Versions(now.tool, now.extractor, now.model, "new")
    )
    events: list[object] = []
    assert counts(build([news], store=tmp_path / "s", on_event=events.append)) == (0, 5, 0)
    (told,) = [event for event in events if isinstance(event, Warned)]
    assert "5 documents were built with another ontology" in told.message and "--refresh" in told.message
    assert counts(build([news], store=tmp_path / "s", refresh=True)) == (5, 0, 0)
    build([news], store=tmp_path / "fresh")
    assert exported(tmp_path / "s") == exported(tmp_path / "fresh")


def test_two_texts_of_one_name_both_stay(tmp_path: Path) -> None:
    for folder, text in (("one", "Norland met Southmark."), ("two", "Easteria met Southmark.")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(text)
    inputs = [tmp_path / "one", tmp_path / "two"]
    assert counts(build(inputs, store=tmp_path / "s")) == (2, 0, 0)
    assert counts(build(reversed(inputs), store=tmp_path / "s")) == (0, 2, 0)  # type: ignore[arg-type]
    build(inputs, tmp_path / "file.nq")
    assert exported(tmp_path / "s") == (tmp_path / "file.nq").read_bytes()


@pytest.mark.row_27
def test_one_text_under_two_names_is_two_sources_of_one_fact(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("Norland attacked Southmark.")
    build([tmp_path / "a.txt", tmp_path / "b.txt"], store=tmp_path / "s")
    graph = open_graph(tmp_path / "s")
    fact = "{ ?s <https://w3id.org/conflict-kg/ontology#attacks> ?o }"
    (plain,) = graph.query(f"SELECT (COUNT(*) AS ?n) {fact}")
    (sources,) = graph.query(f"SELECT (COUNT(DISTINCT ?g) AS ?n) {{ GRAPH ?g {fact} }}")
    assert (plain["n"].value, sources["n"].value) == ("1", "2")


def test_the_file_beside_a_store_holds_the_inputs_also_where_nothing_is_new(news: Path, tmp_path: Path) -> None:
    build([news], tmp_path / "one.ttl")
    build([news], store=tmp_path / "s")
    build([news], tmp_path / "two.ttl", store=tmp_path / "s")
    assert (tmp_path / "one.ttl").read_bytes() == (tmp_path / "two.ttl").read_bytes()


def test_a_store_keeps_its_base(news: Path, tmp_path: Path) -> None:
    build([news], store=tmp_path / "s", base="https://graph.example/x/")
    assert build([news], store=tmp_path / "s").unchanged == 5
    with pytest.raises(KgError, match="was built with the base"):
        build([news], store=tmp_path / "s", base="https://graph.example/y/")


def test_only_a_store_is_pruned(news: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="only a store"):
        build([news], tmp_path / "g.ttl", prune=True)


# --- what interrupts a build ---------------------------------------------------------------------------------------

WORKER = """
import sys, time
sys.path[:0] = [{root!r}, {tests!r}]
import kg.extract, standin
from pathlib import Path
def slowly(documents):
    for document in documents:
        time.sleep({pause})
        yield standin.find(document)
kg.extract.extract = slowly
from kg.run import build
print("ready", flush=True)
report = build([Path(sys.argv[1])], store=Path(sys.argv[2]))
print(report, flush=True)
"""


def worker(news: Path, store: Path, pause: float) -> "subprocess.Popen[str]":
    code = WORKER.format(root=str(ROOT), tests=str(ROOT / "tests"), pause=pause)
    return subprocess.Popen(
        [sys.executable, "-c", code, str(news), str(store)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def many(folder: Path, number: int) -> Path:
    folder.mkdir()
    for n in range(number):
        (folder / f"{n:03}.txt").write_text(f"Norland attacked Southmark. State{chr(65 + n % 26)}x met Easteria.")
    return folder


def kill_again_and_again(tmp_path: Path, times: int, seed: int) -> None:
    import random

    chance = random.Random(seed)
    news = many(tmp_path / "many", 12)
    build([news], store=tmp_path / "fresh")
    store = tmp_path / "s"
    killed = 0
    for round_ in range(times):
        if round_ % 4 == 3:  # a change, so that published generations are replaced under fire as well
            (news / f"{chance.randrange(12):03}.txt").write_text(f"Norland met State{round_}.")
        process = worker(news, store, pause=0.01)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.4))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        process.communicate()
        if generations.is_store(store) and generations.current(store):
            assert sum(1 for _ in open_graph(store)) > 0  # always readable
    assert killed > times // 2
    build([news], store=store)
    build([news], store=tmp_path / "undisturbed")
    assert exported(store) == exported(tmp_path / "undisturbed")
    assert len(list((store / "generations").iterdir())) <= 1 + times  # those that this process still reads


@pytest.mark.row_19
@pytest.mark.parametrize("left", [[], ["lock"], [".kg-store.json.new"], ["generations/"], ["lock", "generations/"]])
def test_killed_before_there_is_a_store(tmp_path: Path, left: list[str]) -> None:
    store = tmp_path / "s"
    store.mkdir()
    for name in left:
        (store / name).mkdir() if name.endswith("/") else (store / name).touch()
    build([many(tmp_path / "many", 1)], store=store)
    assert sum(1 for _ in open_graph(store)) > 0


@pytest.mark.row_19
def test_killed_at_random_it_ends_like_an_undisturbed_build(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, 6, seed=1)


@pytest.mark.row_19
@pytest.mark.soak
def test_killed_a_hundred_times_it_ends_like_an_undisturbed_build(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, 100, seed=2)


@pytest.mark.row_19
def test_an_interrupted_build_goes_on_where_it_was(news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def ends_early(documents):
        for document in documents:
            if len(seen) == 3:
                raise KeyboardInterrupt
            seen.append(document.identifier)
            yield standin.find(document)

    monkeypatch.setattr("kg.extract.extract", ends_early)
    monkeypatch.setattr("kg.incremental._COMMIT_SECONDS", 0.0)
    with pytest.raises(KeyboardInterrupt):
        build([news], store=tmp_path / "s")
    rest: list[str] = []
    monkeypatch.setattr(
        "kg.extract.extract", lambda documents: (rest.append(d.identifier) or standin.find(d) for d in documents)
    )
    assert counts(build([news], store=tmp_path / "s")) == (5, 0, 0)
    assert len(rest) == 2 and not set(rest) & set(seen)
    build([news], store=tmp_path / "fresh")
    assert exported(tmp_path / "s") == exported(tmp_path / "fresh")


@pytest.mark.row_21
def test_a_second_build_says_who_holds_the_store(tmp_path: Path) -> None:
    news = many(tmp_path / "many", 20)
    process = worker(news, tmp_path / "s", pause=0.2)
    assert process.stdout is not None
    process.stdout.readline()
    for _ in range(100):
        if (tmp_path / "s" / "lock").exists() and (tmp_path / "s" / "lock").stat().st_size:
            break
        time.sleep(0.05)
    started = time.monotonic()
    with pytest.raises(KgError, match=f"in use by process {process.pid}"):
        build([news], store=tmp_path / "s")
    assert time.monotonic() - started < 2
    process.kill()
    process.communicate()
    assert build([news], store=tmp_path / "s").stored == 20


def read_while_builds_go_on(tmp_path: Path, least: int) -> None:
    """Each build renames every fact; a reader that saw two builds mixed would find facts of both."""
    news = tmp_path / "news"
    news.mkdir()
    store = tmp_path / "s"

    def write(number: int) -> None:
        for n in range(6):
            (news / f"{n}.txt").write_text(f"Norland attacked State{number}.")

    write(0)
    build([news], store=store)
    held = open_graph(store)
    query = "SELECT DISTINCT ?o { ?s <https://w3id.org/conflict-kg/ontology#attacks> ?o }"
    asked = 0
    for number in range(1, 4):
        write(number)
        process = worker(news, store, pause=0.03)
        while process.poll() is None or asked < least * number // 3:
            (row,) = open_graph(store).query(query)
            assert row["o"].value in {f"{rdf.BASE}state{number - 1}", f"{rdf.BASE}state{number}"}
            (old,) = held.query(query)
            assert old["o"].value == f"{rdf.BASE}state0"
            asked += 2
        assert process.returncode == 0, process.communicate()
        process.communicate()
        (row,) = open_graph(store).query(query)
        assert row["o"].value == f"{rdf.BASE}state{number}"
    assert asked >= least


@pytest.mark.row_22
def test_readers_see_one_generation_while_builds_go_on(tmp_path: Path) -> None:
    read_while_builds_go_on(tmp_path, 10)


@pytest.mark.row_22
@pytest.mark.soak
def test_ten_thousand_answers_are_each_of_one_generation(tmp_path: Path) -> None:
    read_while_builds_go_on(tmp_path, 10_000)


def test_what_nobody_reads_any_more_is_cleared_away(news: Path, tmp_path: Path) -> None:
    for n in range(4):
        (news / "a.txt").write_text(f"Norland met State{n}.")
        process = worker(news, tmp_path / "s", pause=0)
        process.communicate()
    assert [folder.name for folder in (tmp_path / "s" / "generations").iterdir()] == ["4"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("this machine mounts no tmpfs")
    yield place
    with contextlib.suppress(OSError):
        subprocess.run(["umount", "-l", str(place)], capture_output=True)


@pytest.mark.row_18
def test_a_full_disk_leaves_the_store_readable_and_the_next_build_completes_it(
    small_disk: Path, tmp_path: Path
) -> None:
    store = small_disk / "s"
    few = many(tmp_path / "few", 3)
    build([few], store=store)
    before = exported_elsewhere(store, tmp_path)
    lot = tmp_path / "lot"
    lot.mkdir()
    for n in range(80):
        facts = " ".join(f"Norland attacked State{n}x{m}." for m in range(30))
        (lot / f"{n}.txt").write_text(facts)
    with pytest.raises(KgError, match="no space left"):
        build([few, lot], store=store)
    assert exported_elsewhere(store, tmp_path) == before
    subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
    build([few, lot], store=store)
    build([few, lot], store=tmp_path / "fresh")
    assert exported_elsewhere(store, tmp_path) == exported(tmp_path / "fresh")


def exported_elsewhere(store: Path, place: Path) -> bytes:
    rdf.convert(open_graph(store), place / "elsewhere.nq")
    return (place / "elsewhere.nq").read_bytes()


# --- what is no store, or a damaged one ----------------------------------------------------------------------------


@pytest.mark.row_24
def test_a_mistyped_path_creates_nothing(tmp_path: Path) -> None:
    for command in (["query", "summary", "typo"], ["status", "typo"], ["remove", "typo", "a.txt"],
                    ["export", "typo", "-o", "g.ttl"], ["merge", "typo", "-o", "both"], ["resolve", "typo"],
                    ["diff", "typo", "typo"], ["upgrade", "typo"], ["validate", "typo"]):  # fmt: skip
        result = subprocess.run(
            [sys.executable, "-m", "kg", *command], cwd=tmp_path, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert result.returncode == 1, command
        assert "typo" in result.stderr and "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_another_format_is_named(news: Path, tmp_path: Path) -> None:
    build([news], store=tmp_path / "s")
    (tmp_path / "s" / "kg-store.json").write_text(json.dumps({"format": 99}))
    with pytest.raises(KgError, match="format 99"):
        open_graph(tmp_path / "s")


@pytest.mark.row_25
@pytest.mark.parametrize("which", ["CURRENT", "MANIFEST", ".sst", "ledger.sqlite"])
def test_damage_is_named_and_never_a_wrong_count(news: Path, tmp_path: Path, which: str) -> None:
    from kg.upkeep import status

    build([news], store=tmp_path / "s")
    everything = len(open_graph(tmp_path / "s"))
    files = [f for f in (tmp_path / "s" / "generations").rglob("*") if f.is_file() and which in f.name]
    assert files
    for file in files:
        data = bytearray(file.read_bytes())
        middle = len(data) // 2
        data[middle : middle + 8] = bytes(byte ^ 0xFF for byte in data[middle : middle + 8])
        file.write_bytes(data)
    assert status(tmp_path / "s").damage
    if which == "ledger.sqlite":
        return  # no part of the graph
    with pytest.raises((KgError, OSError)):
        assert sum(1 for _ in open_graph(tmp_path / "s")) == everything


def test_a_store_is_opened_by_no_one_for_writing(news: Path, tmp_path: Path) -> None:
    build([news], store=tmp_path / "s")
    held = open_graph(tmp_path / "s")
    with pytest.raises((OSError, RuntimeError)):
        held.update("CLEAR ALL")
    generation = generations.current(tmp_path / "s")
    assert generation is not None
    before = generations.damage(generation)
    Store.read_only(str(generation.quads))
    assert before == generations.damage(generation) == []
