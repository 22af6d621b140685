"""Hostile inputs, one test for each line of ../shared/reliability/bad/manifest.jsonl: nothing breaks, nothing is lost."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import standin
from kg.readers import Warned, read
from kg.run import build
from kg.store import open_graph

BAD = Path(__file__).resolve().parents[2] / "shared" / "reliability" / "bad"
pytestmark = pytest.mark.skipif(not BAD.is_dir(), reason="the hostile inputs in ../shared are not here")
CASES = [json.loads(line) for line in (BAD / "manifest.jsonl").read_text("utf-8").splitlines()] if BAD.is_dir() else []
BUILD = [case for case in CASES if case["kind"] == "build"]
DATA = [case for case in CASES if case["kind"] == "data"]
QUERIES = [case for case in CASES if case["kind"] == "query"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.extract.extract", standin.extract)


@pytest.mark.row_02
@pytest.mark.parametrize("case", BUILD, ids=[case["file"] for case in BUILD])
def test_an_input_does_as_the_manifest_says(case: dict, tmp_path: Path) -> None:
    events: list[object] = []
    report = build([BAD / case["file"]], store=tmp_path / "store", on_event=events.append)
    assert report.read == report.stored + report.unchanged + len(report.skipped)
    assert report.read > 0
    name = Path(case["file"]).name
    assert all(name in s.where or case["docs"] > 0 for s in report.skipped)
    told = [*report.skipped, *(event for event in events if isinstance(event, Warned))]
    if case.get("either"):
        assert report.stored or report.skipped
        return
    assert report.stored == case["docs"]
    # The manifest counts bad records; a file without any document is itself reported as one.
    assert len(report.skipped) == (case["bad"] or (1 if case["docs"] == 0 else 0))
    if case.get("warn") and not _whole_utf8(case):
        assert told
    if report.stored:
        graph = open_graph(tmp_path / "store")
        text = "".join(str(quad) for quad in graph)
        if case["needle"]:
            assert any(case["needle"] in document.text for document in read([BAD / case["file"]]))
        if case.get("must_not"):
            assert f"<http://{case['must_not']}" not in text
            assert "root:x:" not in text


def _whole_utf8(case: dict) -> bool:
    """Whether there is nothing to warn of after all: text/truncated_utf8.txt was cut between two characters."""
    if not case["file"].endswith(".txt"):
        return False
    try:
        (BAD / case["file"]).read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def test_a_folder_of_hostile_files_is_read_to_its_end(tmp_path: Path) -> None:
    """All at once, twice: the second time nothing that was good is read again, and the counts still add up."""
    folder = tmp_path / "bad"
    for kind in ("text", "html", "jsonl", "gz", "warc"):
        shutil.copytree(BAD / kind, folder / kind)
    first = build([folder], store=tmp_path / "store")
    again = build([folder], store=tmp_path / "store")
    assert first.read == first.stored + len(first.skipped)
    assert (again.stored, again.unchanged, again.read) == (0, first.stored, first.read)
    said = {skip.where for skip in first.skipped}
    for case in BUILD:
        if case["docs"] == 0 and not case.get("either") and case["bad"] == 0:
            assert str(folder / case["file"]) in said


def kg(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    root = Path(__file__).resolve().parent.parent
    return subprocess.run(
        [sys.executable, "-m", "kg", *map(str, arguments)], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip


@pytest.mark.row_32
@pytest.mark.parametrize("case", DATA, ids=[case["file"] for case in DATA])
def test_a_graph_is_read_or_named(case: dict) -> None:
    result = kg("query", "summary", BAD / case["file"])
    assert result.returncode == (0 if case["expected"] == "processed" else 1)
    assert "Traceback" not in result.stderr
    assert result.returncode == 0 or case["file"] in result.stderr


@pytest.mark.row_32
@pytest.mark.parametrize("case", QUERIES, ids=[case["file"] for case in QUERIES])
def test_a_query_is_answered_or_named(case: dict, tmp_path: Path) -> None:
    """Those that only a large graph makes endless may be answered of this small one."""
    (tmp_path / "g.nt").write_text("<http://a> <http://b> <http://c> .\n")
    result = kg("query", BAD / case["file"], tmp_path / "g.nt", "--timeout", "2")
    assert result.returncode in ((0,) if case["expected"] == "processed" else (0, 1))
    assert "Traceback" not in result.stderr
    assert result.returncode == 0 or case["file"] in result.stderr
