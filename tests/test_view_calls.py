"""`kg view` and `kg report` as commands: what they print, write and refuse."""

import subprocess
import sys
from pathlib import Path

import pytest

from graphs import WORLD
from kg import rdf, views


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("calls") / "world.ttl"
    rdf.write(WORLD, path)
    return path


def kg(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg", *map(str, words)], capture_output=True, encoding="utf-8", check=False
    )


def test_options_narrow_what_is_listed(graph: Path) -> None:
    done = kg("view", "conflict", graph, "--predicate", "sanctions", "--predicate", "attacks", "--include", "claimed")
    assert done.returncode == 0 and done.stderr == ""
    head, *rows = [line.split("  ") for line in done.stdout.splitlines()]
    assert [cell.strip() for cell in head if cell.strip()] == [
        "subject",
        "predicate",
        "object",
        "when",
        "statements",
        "documents",
        "confidence",
    ]
    assert {row[0].strip() for row in rows} == {"Norland", "Norland armed forces"}
    assert "attacks (claimed)" in done.stdout and "2024-05-10" in done.stdout


def test_a_timeline_of_two_lists_events(graph: Path) -> None:
    lines = kg("view", "timeline", "Norland", "Southmark", graph, "--no-undated").stdout.splitlines()
    assert lines[0].split()[:3] == ["when", "event", "said"]
    assert [line.split("  ")[0] for line in lines[1:]] == ["2024-05-03"]


def test_measures_are_listed_and_notes_told(graph: Path) -> None:
    done = kg("view", "signed", graph, "--measure", "degree", "--measure", "brokers")
    assert done.stdout.splitlines()[0].split() == ["actor", "kind", "degree", "parts"]
    assert done.stderr.startswith("Structural balance: ")


def test_a_view_and_a_report_are_written(graph: Path, tmp_path: Path) -> None:
    assert kg("view", "ego", "norra", graph, "--depth", 2, "-o", tmp_path / "v.csv").returncode == 0
    assert (tmp_path / "v.csv").read_text("utf-8").count("\n") > 5
    assert kg("report", graph, "-o", tmp_path / "r.html").returncode == 0
    assert "<h1>Report on world.ttl</h1>" in (tmp_path / "r.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["alliances"], "a view and a graph are needed"),
        (["alliance", "{}"], "did you mean alliances?"),
        (["ego", "{}"], "ego is about one actor, not 0"),
        (["ego", "Norlund", "{}"], "near it: Norland"),
        (["conflict", "Norland", "{}"], "only ego and timeline take names"),
        (["conflict", "{}", "--from", "2024", "--to", "2023"], "swap them"),
        (["conflict", "{}", "--from", "May"], "YYYY-MM-DD"),
        (["conflict", "{}", "--include", "denied"], "only claimed"),
        (["conflict", "{}", "--level", "state"], "actor and side"),
        (["conflict", "{}", "--predicate", "allyOf"], "never shows allyOf"),
        (["conflict", "{}", "--source", "thrid.txt"], "no source is called"),
        (["conflict", "{}", "--measure", "size"], "there are degree"),
        (["conflict", "{}", "--depth", "2"], "only ego has one"),
        (["conflict", "none.ttl", "-o", "v.docx"], "use one of .html"),
    ],
)
def test_a_wrong_call_is_one_line_and_status_2(graph: Path, words: list[str], told: str) -> None:
    done = kg("view", *(word.replace("{}", str(graph)) for word in words))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1 and told in done.stderr


def test_a_report_is_a_page(graph: Path, tmp_path: Path) -> None:
    done = kg("report", graph, "-o", tmp_path / "r.pdf")
    assert done.returncode == 2 and "ends in .html" in done.stderr and not list(tmp_path.iterdir())


def test_the_help_names_every_view_and_ending() -> None:
    shown = " ".join(kg("view", "--help").stdout.split())
    assert [name for name in views.names() if name not in shown] == []
    assert [ending for ending in views.ENDINGS if ending not in shown] == []
