"""The command line as a person meets it: results on stdout, one clear line on stderr, the right exit status."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from kg import cli
from kg.document import Document
from kg.statement import Entity, Extraction, Passage, Statement

STATES = (Entity("chad", "State", "Chad"), Entity("kenya", "State", "Kenya"))


def one_by_one(documents: Iterable[Document]) -> Iterator[Extraction]:
    """A stand-in for the extractor: each text says that Kenya is an ally of Chad, and that it does not threaten it."""
    for document in documents:
        passage = Passage(document.key, 0, len(document.text), document.text)
        statements = (
            Statement("kenya", "allyOf", "chad", passage, confidence=0.9, rule="allyOf/role"),
            Statement("kenya", "threatens", "chad", passage, ("chad",), negated=True, when="2022-11"),
        )
        yield Extraction(document, STATES, tuple(sorted(statements, key=lambda s: s.key)))


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.err.splitlines()


Run = Callable[..., Outcome]


@pytest.fixture
def kg(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr("kg.extract.extract", one_by_one)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "argv", ["kg", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(stdin), close=lambda: None))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.txt"
    path.write_text("Kenya is an ally of Chad.")
    return path


@pytest.fixture
def graph(kg: Run, good: Path, tmp_path: Path) -> Path:
    assert kg("build", good, "--date", "2022-11-10", "-o", tmp_path / "graph.ttl").status == 0
    return tmp_path / "graph.ttl"


def test_build_ends_with_what_it_did(kg: Run, good: Path, tmp_path: Path) -> None:
    done = kg("build", good, "-o", tmp_path / "g.ttl")
    assert (done.status, done.out) == (0, "")
    assert done.lines == ["read 1 = stored 1 + unchanged 0 + skipped 0; 2 statements, 2 entities"]


def empty(folder: Path) -> Path:
    (folder / "empty.txt").write_bytes(b" \n")
    return folder / "empty.txt"


def binary(folder: Path) -> Path:
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 9)
    return folder / "binary.txt"


def missing(folder: Path) -> Path:
    return folder / "missing.txt"


def bare_folder(folder: Path) -> Path:
    (folder / "bare").mkdir()
    (folder / "bare" / "picture.png").write_bytes(b"x")
    return folder / "bare"


def unreadable(folder: Path) -> Path:
    if not hasattr(os, "geteuid") or os.geteuid() == 0:
        pytest.skip("root may read everything")
    (folder / "closed.txt").write_text("Peace.")
    (folder / "closed.txt").chmod(0)
    return folder / "closed.txt"


def odd_line(folder: Path) -> Path:
    (folder / "odd.jsonl").write_text('{"text": \n')
    return folder / "odd.jsonl"


def strange_name(folder: Path) -> Path:
    (folder / "a\x1b[31m\nb.txt").write_bytes(b"")
    return folder / "a\x1b[31m\nb.txt"


@pytest.mark.parametrize("bad", [empty, binary, missing, bare_folder, unreadable, odd_line, strange_name])
def test_a_bad_input_gets_one_line_and_the_rest_is_built(kg: Run, good: Path, tmp_path: Path, bad) -> None:
    path = bad(tmp_path)
    done = kg("build", path, good, "-o", tmp_path / "g.ttl")
    assert done.status == 0
    assert len(done.lines) == 2
    assert path.name.split("\x1b")[0] in done.lines[0]
    assert "skipped" in done.lines[0]
    assert "\x1b" not in done.err
    assert done.lines[1].startswith("read 2 = stored 1 + unchanged 0 + skipped 1")
    assert "Kenya" in (tmp_path / "g.ttl").read_text()

    assert kg("build", path, good, "-o", tmp_path / "g.ttl", "--strict").status == 1
    alone = kg("build", path, "-o", tmp_path / "none.ttl")
    assert alone.status == 1
    assert alone.lines[-1].startswith("kg: nothing was built")
    assert not (tmp_path / "none.ttl").exists()


def test_standard_input_is_built(kg: Run, tmp_path: Path) -> None:
    done = kg("build", "-", "-o", tmp_path / "g.nt", stdin=b'{"id": "one", "text": "Peace."}\n')
    assert done.status == 0
    assert '"one"' in (tmp_path / "g.nt").read_text()


WRONG_CALLS = [
    (["build", "{good}"], "nowhere to put the graph"),
    (["build", "{good}", "-o", "g.docx"], "g.docx"),
    (["build", "{good}", "-o", "none/g.ttl"], "no such folder"),
    (["build", "{good}", "-o", "g.ttl", "--date", "2022-13-01"], "2022-13-01"),
    (["build"], "INPUT"),
    (["biuld"], "biuld"),
    (["query", "alliances"], "a graph"),
    (["query", "aliances", "{graph}"], "aliances"),
    (["query", "none.rq", "{graph}"], "none.rq"),
    (["query", "alliances", "{graph}", "--format", "xls"], "xls"),
    (["query", "alliances", "{graph}", "--param", "actor"], "--param name=value"),
    (["query", "alliances", "{graph}", "--param", "no-such=x"], "no-such"),
    (["view", "aliances", "{graph}"], "aliances"),
    (["view", "alliances", "{graph}", "-o", "a.doc"], "a.doc"),
    (["view", "alliances", "{graph}", "-o", "none/a.html"], "no such folder"),
    (["export", "{graph}", "-o", "g.docx"], "g.docx"),
    (["export", "{graph}"], "--output"),
    (["serve", "{graph}", "--port", "70000"], "--port"),
    (["serve", "{graph}", "--host", "0.0.0.0"], "--token"),  # noqa: S104 - refused
    (["ask", "Who mediates?"], "a graph"),
]


@pytest.mark.parametrize(("call", "says"), WRONG_CALLS)
def test_a_wrong_call_is_2(kg: Run, good: Path, graph: Path, monkeypatch, call: list[str], says: str) -> None:
    monkeypatch.chdir(good.parent)
    done = kg(*(part.format(good=good, graph=graph) for part in call))
    assert done.status == 2
    assert says in done.err
    assert done.out == ""
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "command", [["query", "alliances"], ["view", "alliances"], ["validate"], ["explain", "a", "b"]]
)
@pytest.mark.parametrize("kind", ["missing.ttl", "broken.ttl", "binary.nq", "folder"])
def test_a_graph_that_is_none_gets_one_line(kg: Run, tmp_path: Path, command: list[str], kind: str) -> None:
    (tmp_path / "broken.ttl").write_text("<a> <b> .\n")
    (tmp_path / "binary.nq").write_bytes(bytes(range(256)))
    (tmp_path / "folder").mkdir()
    done = kg(*command, tmp_path / kind)
    assert done.status == 1
    assert len(done.lines) == 1
    assert done.lines[0].startswith("kg: ")
    assert kind in done.lines[0]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["binary.nq", "broken.ttl", "folder"]


def test_a_broken_query_file_gets_one_line(kg: Run, graph: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.rq").write_text("SELECT ?s WHERE {\n ?s ?p \n")
    done = kg("query", tmp_path / "broken.rq", graph)
    assert done.status == 1
    assert len(done.lines) == 1
    assert "broken.rq" in done.lines[0]


def test_a_saved_query_as_table_and_as_csv(kg: Run, graph: Path) -> None:
    table = kg("query", "alliances", graph)
    assert table.status == 0
    assert "Kenya" in table.out and "Chad" in table.out
    assert "\x1b" not in table.out
    csv = kg("query", "alliances", graph, "--format", "csv")
    assert len(csv.out.splitlines()) == len(table.out.splitlines())


def test_a_query_of_ones_own_in_every_format(kg: Run, graph: Path, tmp_path: Path) -> None:
    (tmp_path / "own.rq").write_text("SELECT ?who WHERE { ?who a kg:State } ORDER BY ?who")
    assert kg("query", tmp_path / "own.rq", graph).out.split() == ["who", "Chad", "Kenya"]
    assert kg("query", tmp_path / "own.rq", graph, "--format", "tsv").out == "who\nChad\nKenya\n"
    answer = json.loads(kg("query", tmp_path / "own.rq", graph, "--format", "json").out)
    assert len(answer["results"]["bindings"]) == 2
    assert kg("query", tmp_path / "own.rq", graph, "--format", "ttl").status == 2


def test_the_list_of_queries_names_their_parameters(kg: Run) -> None:
    done = kg("query", "--list")
    assert done.status == 0
    names = [line.split()[0] for line in done.out.splitlines()]
    assert names[0] == "name"
    assert {"alliances", "mediations"} <= set(names)


def test_a_view_as_table_and_as_file(kg: Run, graph: Path, tmp_path: Path) -> None:
    table = kg("view", "alliances", graph)
    assert table.status == 0
    header, first = table.out.splitlines()[:2]
    assert header.split()[:3] == ["subject", "predicate", "object"]
    assert {"Kenya", "Chad", "allyOf"} <= set(first.split())
    assert kg("view", "alliances", graph, "-o", tmp_path / "a.html").status == 0
    assert "Kenya" in (tmp_path / "a.html").read_text()


def test_a_query_from_standard_input(kg: Run, graph: Path) -> None:
    done = kg("query", "-", graph, stdin=b"SELECT ?who { ?who a kg:State } ORDER BY ?who")
    assert (done.status, done.out.split()) == (0, ["who", "Chad", "Kenya"])
    broken = kg("query", "-", graph, stdin=b"SELECT {")
    assert broken.status == 1
    assert broken.lines[0].startswith("kg: standard input is no valid SPARQL, line 1")


def test_a_limit_is_told_and_iris_are_shown(kg: Run, graph: Path) -> None:
    done = kg("query", "-", graph, "--limit", 1, "--iris", stdin=b"SELECT ?who { ?who a kg:State } ORDER BY ?who")
    assert done.out.split() == ["who", "https://w3id.org/conflict-kg/id/chad"]
    assert done.lines == ["only the first 1 rows are shown, as --limit says; there are more"]
    assert kg("query", "-", graph, "--limit", 2, stdin=b"SELECT ?who { ?who a kg:State }").err == ""


@pytest.mark.parametrize(
    ("text", "status"), [("ASK { ?s a kg:State }", 0), ("ASK { ?s a kg:War }", 1), ("SELECT * { ?s a kg:War }", 1)]
)
def test_quiet_answers_by_exit_status(kg: Run, graph: Path, text: str, status: int) -> None:
    done = kg("query", "-", graph, "--quiet", stdin=text.encode())
    assert (done.status, done.out, done.err) == (status, "", "")


def test_construct_gives_turtle_unless_asked_otherwise(kg: Run, graph: Path) -> None:
    text = b"CONSTRUCT WHERE { ?s kg:allyOf ?o }"
    assert "kg:allyOf id:kenya" in kg("query", "-", graph, stdin=text).out
    assert kg("query", "-", graph, "--format", "csv", stdin=text).out.startswith("subject,predicate,object\n")
    assert "id:chad" in kg("query", "-", graph, stdin=b"DESCRIBE id:chad").out


def test_an_endless_and_a_deadly_query_end_in_one_line(kg: Run, graph: Path) -> None:
    endless = "SELECT (COUNT(*) AS ?n) { " + " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(9)) + " }"
    done = kg("query", "-", graph, "--timeout", "0.5", stdin=endless.encode())
    assert (done.status, done.lines) == (
        1, ["kg: the query took longer than 0.5 seconds and was stopped (ask for less, or give --timeout more)"],
    )  # fmt: skip
    deadly = b"ASK " + b"{" * 9000 + b"}" * 9000
    done = kg("query", "-", graph, stdin=deadly)
    assert (done.status, done.lines) == (1, ["kg: the query is too deep or too large for the engine, which gave up"])


def test_a_question_in_english_shows_the_query_it_ran(kg: Run, graph: Path) -> None:
    done = kg("ask", "Who is allied with Kenya?", graph, "--format", "csv")
    assert done.status == 0
    assert done.lines == [f"runs: kg query alliances {graph} --param actor=Kenya"]
    assert done.out.splitlines()[1].startswith("Kenya,allyOf,Chad")
    text = kg("ask", "Who is allied with Kenya?", graph, "--sparql").out
    assert "VALUES ?actor { <https://w3id.org/conflict-kg/id/kenya> }" in text
    lost = kg("ask", "Why?", graph)
    assert (lost.status, lost.out) == (1, "")
    assert lost.lines[0].startswith("kg: the question is not understood: 'Why?'")
    assert kg("ask", "Who mediates?").status == 2
    assert "who mediates between {one} and {other}" in kg("ask", "--list").out


def test_explain_shows_sentence_source_and_rule(kg: Run, graph: Path) -> None:
    done = kg("explain", "Kenya", "Chad", graph)
    assert done.status == 0
    assert "Kenya is an ally of Chad." in done.out
    assert "good.txt, 2022-11-10" in done.out
    assert "rule allyOf/role" in done.out
    assert "[negated]" in done.out
    assert "according to Chad" in done.out


def test_explain_of_a_name_that_is_not_there(kg: Run, graph: Path) -> None:
    done = kg("explain", "Kenya", "Atlantis", graph)
    assert done.status == 1
    assert "Atlantis" in done.lines[0]


@pytest.mark.parametrize("ending", [".nt", ".nq", ".trig", ".jsonld", ".rdf"])
def test_export_and_back_is_the_same_graph(kg: Run, graph: Path, tmp_path: Path, ending: str) -> None:
    assert kg("export", graph, "-o", tmp_path / f"x{ending}").status == 0
    assert kg("export", tmp_path / f"x{ending}", "-o", tmp_path / "y.ttl").status == 0
    assert (tmp_path / "y.ttl").read_bytes() == graph.read_bytes()


def test_validate_tells_conforming_from_not(kg: Run, graph: Path, tmp_path: Path) -> None:
    sound = kg("validate", graph)
    assert (sound.status, sound.out) == (0, "")
    assert sound.lines == [f"{graph} conforms"]
    (tmp_path / "bad.ttl").write_text(graph.read_text().replace("kg:confidence", "kg:unheardOf"))
    unsound = kg("validate", tmp_path / "bad.ttl")
    assert unsound.status == 1
    assert "confidence" in unsound.out


def test_evaluate_prints_the_scores(kg: Run, good: Path, tmp_path: Path) -> None:
    gold = {
        "file": "good.txt",
        "entities": [{"id": "a", "name": "Kenya", "type": "State"}, {"id": "b", "name": "Chad", "type": "State"}],
        "statements": [{"s": "b", "p": "allyOf", "o": "a", "evidence": "Kenya is an ally of Chad."}],
    }
    (tmp_path / "good.json").write_text(json.dumps(gold))
    plain = kg("evaluate", tmp_path, "--by-predicate", "--errors", tmp_path / "errors.jsonl")
    assert plain.status == 0
    assert any(line.split() == ["allyOf", "1.000", "1.000", "1.000", "1", "0", "0"] for line in plain.out.splitlines())
    assert (tmp_path / "errors.jsonl").read_text() == ""
    result = json.loads(kg("evaluate", tmp_path, "--json").out)
    assert result["triples_side"]["f1"] == 1.0
    assert "by_predicate" not in result


def test_an_unexpected_error_is_one_line(kg: Run, good: Path, tmp_path: Path, monkeypatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("kg.run.build", broken)
    done = kg("build", good, "-o", tmp_path / "g.ttl")
    assert done.status == 1
    assert len(done.lines) == 1
    assert "internal error: ZeroDivisionError: oh" in done.lines[0]
    monkeypatch.setenv("KG_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        cli.main()


def test_ctrl_c_is_130(kg: Run, good: Path, tmp_path: Path, monkeypatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kg.run.build", interrupted)
    done = kg("build", good, "-o", tmp_path / "g.ttl")
    assert (done.status, done.err) == (130, "")


HEAVY = {"spacy", "rdflib", "networkx", "trafilatura", "pyshacl", "numpy", "lxml", "matplotlib"}
LOADED = """
import sys
from kg import cli
sys.argv = ["kg", *sys.argv[1:]]
try:
    cli.main()
except SystemExit as ended:
    assert not ended.code
print("LOADED", *sorted(sys.modules), file=sys.stderr)
"""


def loaded(*call: str | Path) -> tuple[str, set[str]]:
    """What a command prints, and the modules that are loaded when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *map(str, call)], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout, set(done.stderr.rpartition("LOADED")[2].split())


@pytest.mark.parametrize("command", [[], ["build"], ["query"], ["view"]])
def test_help_teaches_by_example_and_loads_nothing_heavy(command: list[str]) -> None:
    printed, modules = loaded(*command, "--help")
    assert f"kg {command[0] if command else 'build'}" in printed
    assert not modules & (HEAVY | {"pyoxigraph", "sqlite3"})
    ours = {module for module in modules if module.startswith("kg.") and not module.startswith("kg.cli.")}
    assert ours == {"kg.cli", "kg.errors", "kg.terminal"}


def test_a_query_loads_no_parser_and_no_second_rdf_library(tmp_path: Path) -> None:
    (tmp_path / "g.nt").write_text("<http://x.example/a> <http://x.example/b> <http://x.example/c> .\n")
    for call in (["--list"], ["alliances", tmp_path / "g.nt"]):
        _, modules = loaded("query", *call)
        assert "kg.queries" in modules
        assert not modules & HEAVY


def test_a_reader_who_leaves_early_gets_no_error() -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "kg", "query", "--list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert program.stdout is not None and program.stderr is not None
    program.stdout.close()
    errors = program.stderr.read()
    program.stderr.close()
    program.wait(timeout=60)
    assert errors == b""


@pytest.mark.parametrize(
    "command", ["build", "query", "view", "export", "validate", "serve", "evaluate", "explain", "ask"]
)
def test_every_command_explains_itself(kg: Run, command: str) -> None:
    done = kg(command, "--help")
    assert done.status == 0
    assert f"kg {command} " in done.out


def test_version(kg: Run) -> None:
    assert kg("--version").out.startswith("kg ")
