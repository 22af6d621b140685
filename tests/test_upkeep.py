"""Status, remove, merge, diff and upgrade."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import Store

import standin
from graphs import FIRST, FIRST_EXTRACTION, SECOND, SECOND_EXTRACTION, WORLD
from kg import generations, rdf, upkeep, versions
from kg.document import Document
from kg.errors import KgError, UsageError
from kg.ordering import ordered
from kg.run import build
from kg.statement import Extraction
from kg.store import fill, open_graph

ROOT = Path(__file__).resolve().parent.parent


def everything(path: Path) -> set[object]:
    return set(open_graph(path))


def kg(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "kg", *map(str, arguments)], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
    )  # fmt: skip


def test_status_counts_and_names_versions(tmp_path: Path) -> None:
    fill(tmp_path / "s", WORLD, versions=versions.current())
    found = upkeep.status(tmp_path / "s")
    statements = sum(len(extraction.statements) for extraction in WORLD)
    assert (found.documents, found.statements, found.generation) == (2, statements, 1)
    assert found.entities == len({entity.key for extraction in WORLD for entity in extraction.entities})
    assert found.versions == ((versions.current(), 2),)
    assert (found.stale, found.waiting, found.damage) == (0, 0, ())
    fill(tmp_path / "s", [FIRST_EXTRACTION])
    assert upkeep.status(tmp_path / "s").stale == 1


def test_status_on_the_command_line_ends_with_1_only_for_damage(tmp_path: Path) -> None:
    fill(tmp_path / "s", WORLD)
    good = kg("status", tmp_path / "s")
    assert good.returncode == 0 and "documents" in good.stdout and "none" in good.stdout
    next((tmp_path / "s").rglob("*.sst")).write_bytes(b"")
    bad = kg("status", tmp_path / "s")
    assert bad.returncode == 1 and "not what was written" in bad.stdout and "damaged" in bad.stderr


@pytest.mark.parametrize("name", [FIRST.identifier, FIRST.key, rdf.BASE + FIRST.key])
def test_a_removed_document_takes_its_whole_support_along(tmp_path: Path, name: str) -> None:
    fill(tmp_path / "s", WORLD)
    fill(tmp_path / "other", [SECOND_EXTRACTION])
    assert upkeep.remove(tmp_path / "s", [name]) == [FIRST.identifier]
    assert everything(tmp_path / "s") == everything(tmp_path / "other")


def test_where_one_name_is_wrong_nothing_is_removed(tmp_path: Path) -> None:
    fill(tmp_path / "s", WORLD)
    before = everything(tmp_path / "s")
    with pytest.raises(KgError, match=r"no document 'typo\.txt'"):
        upkeep.remove(tmp_path / "s", [FIRST.identifier, "typo.txt"])
    assert everything(tmp_path / "s") == before


def test_all_can_be_removed(tmp_path: Path) -> None:
    fill(tmp_path / "s", WORLD)
    upkeep.remove(tmp_path / "s", [FIRST.identifier, SECOND.identifier])
    assert everything(tmp_path / "s") == set()
    assert upkeep.status(tmp_path / "s").documents == 0


def test_a_merge_is_what_both_built_together_are(tmp_path: Path) -> None:
    fill(tmp_path / "a", [FIRST_EXTRACTION])
    fill(tmp_path / "b", [SECOND_EXTRACTION])
    fill(tmp_path / "both", WORLD)
    assert upkeep.merge([tmp_path / "a", tmp_path / "b"], tmp_path / "c") == 2
    assert everything(tmp_path / "c") == everything(tmp_path / "both")
    assert upkeep.status(tmp_path / "c").damage == ()


def test_a_merged_store_knows_what_is_unchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.extract.extract", standin.extract)
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(f"Norland met State{name}.")
        build([tmp_path / f"{name}.txt"], store=tmp_path / name)
    upkeep.merge([tmp_path / "a", tmp_path / "b"], tmp_path / "c")
    monkeypatch.setattr("kg.extract.extract", lambda documents: [1 / 0 for _ in documents])
    assert build([tmp_path / "a.txt", tmp_path / "b.txt"], store=tmp_path / "c").unchanged == 2


def test_a_merge_overwrites_nothing_and_mixes_no_bases(tmp_path: Path) -> None:
    fill(tmp_path / "a", WORLD)
    fill(tmp_path / "b", WORLD, base="https://graph.example/x/")
    with pytest.raises(UsageError, match="exists"):
        upkeep.merge([tmp_path / "a"], tmp_path / "b")
    with pytest.raises(KgError, match="different bases"):
        upkeep.merge([tmp_path / "a", tmp_path / "b"], tmp_path / "c")
    assert not (tmp_path / "c").exists()


def test_a_difference_names_document_sentence_and_what_has_changed(tmp_path: Path) -> None:
    from dataclasses import replace

    statements = list(FIRST_EXTRACTION.statements)
    gone, other = statements[0], replace(statements[1], when="1999", confidence=0.5)
    assert statements[1].when != "1999"
    changed = Extraction(FIRST, FIRST_EXTRACTION.entities, (other, *statements[2:]))
    rdf.write([FIRST_EXTRACTION], tmp_path / "before.nq")
    fill(tmp_path / "after", [changed, SECOND_EXTRACTION])
    found = upkeep.diff(tmp_path / "before.nq", tmp_path / "after")
    assert {(one.document, one.change) for one in found if one.document == FIRST.identifier} == {
        (FIRST.identifier, "removed"), (FIRST.identifier, "changed"),
    }  # fmt: skip
    removed = next(one for one in found if one.change == "removed")
    assert (removed.predicate, removed.sentence) == (gone.predicate, gone.passage.text)
    (said,) = [one for one in found if one.change == "changed"]
    assert "→" in said.detail and "when 1999" in said.detail and "confidence 0.5" in said.detail
    added = [one for one in found if one.document == SECOND.identifier]
    assert len(added) == len(SECOND_EXTRACTION.statements) and {one.change for one in added} == {"added"}
    assert upkeep.diff(tmp_path / "after", tmp_path / "after") == []


def test_a_difference_on_the_command_line(tmp_path: Path) -> None:
    fill(tmp_path / "a", [FIRST_EXTRACTION])
    fill(tmp_path / "b", WORLD)
    result = kg("diff", tmp_path / "a", tmp_path / "b", "--format", "json")
    assert result.returncode == 0
    rows = json.loads(result.stdout)
    assert len(rows) == len(SECOND_EXTRACTION.statements)
    assert f"{len(rows)} added, 0 removed, 0 changed" in result.stderr
    assert kg("diff", tmp_path / "a", tmp_path / "b", "--format", "csv").stdout.startswith("document,change,")


def test_a_store_of_the_older_layout_is_framed_and_kept_beside(tmp_path: Path) -> None:
    old = Store(str(tmp_path / "s"))
    for extraction in WORLD:
        for quad in rdf.quads(extraction):
            old.add(quad)
    old.flush()
    del old
    with pytest.raises(KgError, match="kg upgrade"):
        upkeep.status(tmp_path / "s")
    count, backup = upkeep.upgrade(tmp_path / "s")
    fill(tmp_path / "new", WORLD)
    assert count == 2 and everything(tmp_path / "s") == everything(tmp_path / "new")
    assert len(Store.read_only(str(backup))) > 0
    assert upkeep.status(tmp_path / "s").stale == 2


def test_a_store_of_today_can_be_upgraded_too(tmp_path: Path) -> None:
    fill(tmp_path / "s", WORLD)
    before = everything(tmp_path / "s")
    count, backup = upkeep.upgrade(tmp_path / "s")
    assert (count, everything(tmp_path / "s"), backup.is_dir()) == (2, before, True)
    present = generations.current(tmp_path / "s")
    assert present is not None and generations.damage(present) == []


def test_an_upgrade_counts_although_nobody_reads_what_it_replaces(tmp_path: Path) -> None:
    fill(tmp_path / "s", WORLD)  # never opened here, so the old generation goes at once
    count, backup = upkeep.upgrade(tmp_path / "s")
    assert count == 2
    assert [folder.name for folder in (tmp_path / "s" / "generations").iterdir()] == ["2"]
    assert (backup / "ledger.sqlite").is_file()


@pytest.mark.parametrize("ending", rdf.FORMATS)
def test_an_export_is_what_a_build_writes(tmp_path: Path, ending: str) -> None:
    fill(tmp_path / "s", WORLD)
    rdf.convert(open_graph(tmp_path / "s"), tmp_path / f"export{ending}")
    rdf.write(WORLD, tmp_path / f"written{ending}")
    assert (tmp_path / f"export{ending}").read_bytes() == (tmp_path / f"written{ending}").read_bytes()


def test_lines_are_ordered_in_files_where_memory_is_short(tmp_path: Path) -> None:
    lines = [f"{n * 7919 % 1000:03}\u2028\r \n" for n in range(1000)] * 2
    assert list(ordered(iter(lines), tmp_path, budget=150)) == sorted(set(lines))
    assert list(ordered(iter([]), tmp_path)) == []


def test_a_document_with_the_same_text_and_another_date_wins_alike_from_both_sides(tmp_path: Path) -> None:
    for name, date in (("a", "2024-01-01"), ("b", "2024-02-02")):
        document = Document(FIRST.identifier, FIRST.text, date)
        fill(tmp_path / name, [Extraction(document, FIRST_EXTRACTION.entities, FIRST_EXTRACTION.statements)])
    upkeep.merge([tmp_path / "a", tmp_path / "b"], tmp_path / "ab")
    upkeep.merge([tmp_path / "b", tmp_path / "a"], tmp_path / "ba")
    assert everything(tmp_path / "ab") == everything(tmp_path / "ba")
    assert everything(tmp_path / "ab") in (everything(tmp_path / "a"), everything(tmp_path / "b"))
