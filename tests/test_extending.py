"""docs/extending.md keeps its word: its files and its commands, as they stand there, in their order.

A block whose first line is `# PATH` is that file, from its second line on. A block `console` holds calls, each
with what it prints.
"""

import csv
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

TUTORIAL = (Path(__file__).resolve().parent.parent / "docs" / "extending.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TUTORIAL, re.DOTALL | re.MULTILINE)


def kg(place: Path, root: Path, *call: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg", *call], cwd=place, capture_output=True, encoding="utf-8", check=False, timeout=300,
        env=os.environ | {"PYTHONPATH": str(root)} | environment,
    )  # fmt: skip


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A folder in which the tutorial has been followed to its end."""
    place = tmp_path_factory.mktemp("tutorial")
    for kind, text in BLOCKS:
        if kind != "console":
            name, _, content = text.partition("\n")
            path = place / name.removeprefix("# ")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
            continue
        for call, printed in re.findall(r"^\$ kg (.*)\n((?:[^$].*\n)*)", text, re.MULTILINE):
            ended = kg(place, root, *shlex.split(call))
            assert (ended.returncode, ended.stdout) == (0, printed), (call, ended.stderr)
    return place


def test_the_tutorial_does_what_it_says(done: Path) -> None:
    graph = (done / "graph.ttl").read_text(encoding="utf-8")
    assert "id:state-kenya" in graph and "kg:grantsAmnestyTo id:force-tana-river-front" in graph


def test_views_and_exports_carry_the_relation(done: Path) -> None:
    assert "Tana River Front" in (done / "alliances.svg").read_text(encoding="utf-8")
    rows = list(csv.DictReader((done / "events.csv").read_text(encoding="utf-8").splitlines()))
    assert any("CONCEDE" in row.values() and "Tana River Front" in row.values() for row in rows)


def test_without_the_folder_nothing_of_it_is_there(done: Path, root: Path, tmp_path: Path) -> None:
    ended = kg(tmp_path, root, "query", "amnesties", str(done / "graph.ttl"))
    assert ended.returncode == 2
    assert "no saved query is called 'amnesties'" in ended.stderr


def test_what_is_laid_over_makes_a_store_stale(done: Path, root: Path) -> None:
    code = "from kg.versions import current; print(current().ontology)"

    def digest(**environment: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=root,
            env=os.environ | environment,
        ).stdout

    own = str(done / "my-ontology")
    before = digest(KG_ONTOLOGY=own)
    assert before == digest(KG_ONTOLOGY=own) != digest()
    with (done / "my-ontology" / "views.toml").open("a") as stream:
        stream.write("# only how it is shown\n")
    assert digest(KG_ONTOLOGY=own) == before
    with (done / "my-ontology" / "gazetteer" / "my-forces.tsv").open("a") as stream:
        stream.write("tana-guard\tTana Guard\n")
    assert digest(KG_ONTOLOGY=own) != before
