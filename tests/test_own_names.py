"""Names of one's own, what a name can mean, and what the graph says of who is known."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import Store

from kg.document import Document
from kg.errors import OntologyError
from kg.extract import extract
from kg.gazetteer import Term, load, meanings
from kg.rdf import quads
from kg.run import build

HEADER = "key\tname\tnames\tcommon\tof\toffice\tfrom\tto\n"


def kg(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    return subprocess.run([sys.executable, "-m", "kg", *args], capture_output=True, text=True, cwd=cwd, env=environment)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "my-people.tsv"
    path.write_text(HEADER + "ada-vell\tAda Vell\tVell\t\tstate-kenya\tForeign Minister\t2020\t\n", encoding="utf-8")
    return path


def test_ones_own_person_is_found_by_surname(tmp_path: Path, own: Path) -> None:
    (tmp_path / "a.txt").write_text("Vell accused Somalia of shelling the border.", encoding="utf-8")
    graph = tmp_path / "graph.nt"
    build([tmp_path / "a.txt"], graph, date="2024-05-15", gazetteer=[own])
    assert "<https://w3id.org/conflict-kg/id/person-ada-vell>" in graph.read_text(encoding="utf-8")
    build([tmp_path / "a.txt"], graph, date="2024-05-15")
    assert "person-ada-vell" not in graph.read_text(encoding="utf-8")


def test_ones_own_file_is_checked_before_the_work(tmp_path: Path, own: Path) -> None:
    own.write_text(HEADER + "x\tX Y\t\t\tstate-nowhere\t\t\t\n", encoding="utf-8")
    (tmp_path / "a.txt").write_text("Kenya accused Somalia.", encoding="utf-8")
    with pytest.raises(OntologyError, match=r"my-people\.tsv:2: state-nowhere is not in the gazetteer"):
        build([tmp_path / "a.txt"], tmp_path / "graph.nt", gazetteer=[own])
    assert not (tmp_path / "graph.nt").exists()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("a-b\tA B\t\t\tstate-kenya\tx | y\t1990 | 1991 | 1992\t", ":2: 2 values in office, 3 elsewhere"),
        ("a-b\tA B\t\t\tstate-kenya\tx\t1990\t1980", ":2: from 1990 to 1980"),
        ("a-b\tA B\tBee | Bee\t\t\t\t\t", ":2: Bee is listed twice"),
        ("a-b\tA B\t\t\t\t\t\t\na-b\tA C\t\t\t\t\t\t", ":3: the key a-b is taken at"),
        ("a-b\tA B\t\t\t\t\t\t\na-c\tA B\t\t\t\t\t\t", ":3: the name A B is taken at"),
        ("a-b\tA B\t\t\t\t\t\t\na-c\tA C\tA B\t\t\t\t\t", ":3: A B is the name of the entry at"),
    ],
)
def test_a_clash_is_named(own: Path, line: str, says: str) -> None:
    own.write_text(HEADER + line + "\n", encoding="utf-8")
    with pytest.raises(OntologyError) as caught:
        load((own,))
    assert f"{own}{says}" in str(caught.value)


def test_offices_stand_side_by_side(own: Path) -> None:
    own.write_text(HEADER + "a-b\tA B\t\t\tstate-kenya | state-chad\tMinister\t1990 | 2001\t1995 |\n", encoding="utf-8")
    entry = load((own,)).entries["person-a-b"]
    assert entry.terms == (
        Term("state-kenya", "Minister", 1990, 1995),
        Term("state-chad", "Minister", 2001, None),
    )
    assert (entry.of, entry.start, entry.end) == ("state-chad", "2001", None)
    assert [entry.in_office(year) for year in (1989, 1995, 1998, 2024)] == [False, True, False, True]


@pytest.mark.parametrize(
    ("surname", "year", "office", "near", "who"),
    [
        ("Aliyev", 1998, None, (), "person-heydar-aliyev"),
        ("Aliyev", 2020, None, (), "person-ilham-aliyev"),
        ("Aliyev", 1960, None, (), None),
        ("Bush", 1991, None, (), None),
        ("Bush", 1991, "president", (), "person-george-h-w-bush"),
        ("Bush", 2005, None, ("state-united-states",), "person-george-w-bush"),
        ("Rice", 2006, None, (), None),
        ("Rice", 2006, "secretary of state", (), "person-condoleezza-rice"),
        ("Rice", 2014, "national security adviser", (), None),
        ("Rice", 2014, "national security advisor", (), "person-susan-rice"),
        ("Kim", 1999, None, ("state-north-korea",), "person-kim-jong-il"),
        ("Kim", 1999, None, (), None),
    ],
)
def test_whom_a_surname_means(
    surname: str, year: int, office: str | None, near: tuple[str, ...], who: str | None
) -> None:
    found = load().person(surname, year, office, near)
    assert (found.key if found else None) == who


def test_what_a_name_can_mean(own: Path) -> None:
    rows = {row[0]: row for row in meanings(load((own,)), "Vell")}
    assert rows == {
        "person-ada-vell": ("person-ada-vell", "Person", "surname", "Ada Vell", "state-kenya", "2020-", f"{own}:2")
    }
    assert {row[0] for row in meanings(load(), "Korea")} >= {"state-north-korea", "state-south-korea"}


def test_the_command_that_looks_a_name_up(tmp_path: Path, own: Path) -> None:
    shown = kg("gazetteer", "lookup", "Baku", "--format", "json", cwd=tmp_path)
    assert shown.returncode == 0
    (row, *_) = json.loads(shown.stdout)
    assert (row["key"], row["role"]) == ("state-azerbaijan", "capital")
    assert "states.tsv:" in row["where"]
    assert "person-ada-vell" in kg("gazetteer", "lookup", "Vell", "--gazetteer", str(own), cwd=tmp_path).stdout
    unknown = kg("gazetteer", "lookup", "Nowhereland", cwd=tmp_path)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr.count("\n") == 1 and "does not know 'Nowhereland'" in unknown.stderr


def test_the_command_that_builds_takes_files_of_names(tmp_path: Path, own: Path) -> None:
    (tmp_path / "a.txt").write_text("Vell accused Somalia of shelling the border.", encoding="utf-8")
    call = ("build", "a.txt", "-o", "graph.nt", "--date", "2024-05-15", "--gazetteer", own.name)
    assert kg(*call, cwd=tmp_path).returncode == 0
    assert "person-ada-vell" in (tmp_path / "graph.nt").read_text(encoding="utf-8")


def test_who_is_known_is_identified_in_the_graph() -> None:
    (extraction,) = extract([Document("a.txt", "Kenya accused Kosovo and the Soviet Union.", "1990-05-15")])
    store = Store()
    store.extend(quads(extraction))
    found = store.query(
        """PREFIX kg: <https://w3id.org/conflict-kg/ontology#> PREFIX owl: <http://www.w3.org/2002/07/owl#>
        SELECT ?wikidata ?iso { GRAPH ?g { ?kenya a kg:State ; owl:sameAs ?wikidata OPTIONAL { ?kenya kg:isoCode ?iso } } }"""
    )
    pairs = {(row["wikidata"].value.rpartition("/")[2], row["iso"] and row["iso"].value) for row in found}
    assert pairs == {("Q114", "KE"), ("Q1246", "XK"), ("Q15180", None)}
