"""The quick start and the tutorials keep their word: their files, calls and Python, as they stand there, in their order.

A block whose first line is `# NAME.rq` is that file. A block `console` holds calls, each with what it prints: a line `...`
stands for any lines, `...` in a line for anything, and blanks are as wide as the terminal makes them. Python runs as doctest.
"""

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from kg import cli

DOCS = Path(__file__).resolve().parent.parent / "docs"
BLOCK = re.compile(r"^```(console|sparql)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BUILD = "$ kg build docs/corpus/articles --ontology docs/corpus/world -o graph.ttl\n"


def kg(call: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """What a call prints that ends well. In this process, as there are many of them."""
    monkeypatch.setattr(sys, "argv", ["kg", *shlex.split(call)])
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        cli.main()
    printed = capsys.readouterr()
    assert ended.value.code in (None, 0), (call, printed.err)
    return printed.out


def pattern(promised: str) -> str:
    """What a printed text must match."""
    lines = ""
    for line in promised.splitlines():
        words = [re.escape(word).replace(r"\.\.\.", ".*") for word in line.split()]
        lines += r"(?:.*\n)*?" if line.strip() == "..." else r"[ ]*" + r"[ ]+".join(words) + r"[ ]*\n"
    return lines


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the corpus and its graph."""
    place = tmp_path_factory.mktemp("corpus")
    (place / "docs").symlink_to(DOCS)
    call = [sys.executable, "-m", "kg", *shlex.split(BUILD)[2:], "--workers", "1"]
    ended = subprocess.run(
        call, cwd=place, capture_output=True, encoding="utf-8", check=False, timeout=300,
        env=os.environ | {"PYTHONPATH": str(DOCS.parent)},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return place


@pytest.mark.parametrize("name", ["index", "corpus", "tutorial-sparql", "tutorial-export", "tutorial-views"])
# rdflib uses it itself.
@pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning")
def test_a_page_does_what_it_says(
    name: str, built: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(built)
    monkeypatch.setenv("COLUMNS", "200")
    page = DOCS / f"{name}.md"
    text = page.read_text(encoding="utf-8")
    assert BUILD in text or "[the corpus](corpus.md)" in text
    for kind, block in BLOCK.findall(text):
        if kind == "sparql":
            (built / block.partition("\n")[0].removeprefix("# ")).write_text(block, encoding="utf-8")
            continue
        for call, promised in re.findall(r"^\$ kg (.*)\n((?:[^$].*\n)*)", block, re.MULTILINE):
            if f"$ kg {call}\n" != BUILD:
                printed = kg(call, capsys, monkeypatch)
                assert re.fullmatch(pattern(promised), printed), (call, printed)
    assert doctest.testfile(str(page), module_relative=False).failed == 0


def test_the_corpus_is_whole() -> None:
    articles = sorted((DOCS / "corpus" / "articles").glob("*.txt"))
    assert [path.name[:2] for path in articles] == [f"{number:02}" for number in range(1, 21)]
    assert all(path.with_suffix(".meta.json").is_file() for path in articles)


@pytest.mark.parametrize(("view", "named"), [("alliances", "Kestria"), ("mediation", "Telmora")])
def test_the_pictures_are_of_the_corpus(view: str, named: str) -> None:
    picture = (DOCS / "corpus" / f"{view}.svg").read_text(encoding="utf-8")
    assert named in picture and "Maredia" in picture and "Torvia" in picture
