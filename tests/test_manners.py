"""What every command does alike: configuration, messages, completion, examples; and kg check, kg doctor."""

import json
import os
import sys
from pathlib import Path

import pytest
import typer

from kg import cli, exports, extending, inspection, ontology, resources, views
from kg.cli import completion
from kg.cli.calls import app
from kg.errors import OntologyError, UsageError
from kg.views import measures, options

PREFIXES = extending._HEAD


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder; what a call sets in the environment is taken back."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KG_ONTOLOGY", "")
    (tmp_path / "g.nt").write_text("<http://x.example/a> <http://x.example/b> <http://x.example/c> .\n")
    return tmp_path


@pytest.fixture
def kg(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    def run(*call: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kg", *call])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return (int(ended.value.code or 0), *capsys.readouterr())

    return run


def test_a_configuration_gives_defaults_and_the_command_line_wins(kg, place: Path) -> None:  # type: ignore[no-untyped-def]
    (place / "any.rq").write_text("SELECT ?s WHERE { ?s ?p ?o }")
    (place / "kg.toml").write_text('format = "json"\n[query]\nformat = "csv"\niris = true\n')
    assert kg("query", "any.rq", "g.nt")[1] == "s\nhttp://x.example/a\n"
    assert json.loads(kg("query", "any.rq", "g.nt", "--format", "json")[1])
    (place / "other.toml").write_text('[query]\nformat = "json"\n')
    assert json.loads(kg("query", "any.rq", "g.nt", "--config", "other.toml")[1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n[query]\nlimt = 2\n", "kg.toml:3: query has no option limt (did you mean limit?)"),
        ("[serve]\nprt = 2\n", "kg.toml:2: serve has no option prt (did you mean port?)"),
        ("fromat = 'csv'\n", "kg.toml:1: there is no option fromat (did you mean format?)"),
        ("[query]\nlimit = 'many'\n", "kg.toml:2: limit: "),
        ("[query]\niris = 3\n", "kg.toml:2: iris is true or false, not 3"),
        ("[query\n", "kg.toml: "),
    ],
)
def test_a_wrong_configuration_is_named_with_its_line(kg, place: Path, text: str, message: str) -> None:  # type: ignore[no-untyped-def]
    (place / "kg.toml").write_text(text)
    status, out, err = kg("query", "documents", "g.nt")
    assert (status, out) == (2, "")
    assert err.startswith(f"kg: {message}")
    assert len(err.splitlines()) == 1


def test_messages_as_json(kg) -> None:  # type: ignore[no-untyped-def]
    status, _, err = kg("query", "nothing", "g.nt", "--log-format", "json")
    assert (status, json.loads(err)["level"]) == (2, "error")
    status, _, err = kg("query", "--wrong", "--log-format=json")
    assert status == 2 and json.loads(err)["message"].startswith("kg: No such option: --wrong")


def test_quiet_and_verbose(kg, place: Path) -> None:  # type: ignore[no-untyped-def]
    (place / "my").mkdir()
    assert kg("validate", "g.nt", "--quiet") == (0, "", "")
    assert kg("validate", "g.nt")[2] == "g.nt conforms\n"
    assert kg("validate", "g.nt", "--verbose", "--ontology", "my")[2] == "ontology: my\ng.nt conforms\n"
    assert kg("query", "nothing", "g.nt", "--quiet")[2].startswith("kg: no saved query")


def test_every_command_has_an_example_in_its_help() -> None:
    def commands(command: object, called: str) -> None:
        for name, below in getattr(command, "commands", {}).items():
            if hasattr(below, "commands"):
                commands(below, f"{called} {name}")
            else:
                assert f"{called} {name}" in (below.epilog or ""), name

    commands(typer.main.get_command(app), "kg")


def test_what_is_completed_is_what_there_is() -> None:
    assert views.names() == completion.VIEWS
    assert tuple(exports.FORMATS) == completion.FORMATS
    assert options.LEVELS == completion.LEVELS
    assert set(measures.NAMES) == set(completion.MEASURES)
    assert completion.queries("mediators-") == ["mediators-between"]
    assert completion.predicates("att") == ["attacks"]


def test_doctor_says_what_is_broken(kg, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    status, out, _ = kg("doctor", "--json")
    assert (status, json.loads(out)["sound"]) == (0, True)
    monkeypatch.setattr("kg.doctor.MODELS", ("no_such_model",))
    status, out, err = kg("doctor")
    assert (status, err) == (1, "broken: language model\n")
    assert "pip install no-such-model" in out


def test_a_relation_is_not_begun_twice(place: Path) -> None:
    extending.new_relation("blames", place, ("State",), ("State", "Force"))
    assert "unionOf ( kg:State kg:Force )" in (place / "kg.ttl").read_text()
    with pytest.raises(UsageError, match="exists"):
        extending.new_relation("blames", place, ("State",), ("State",))
    with pytest.raises(UsageError, match="there is a relation attacks"):
        extending.new_relation("attacks", place, ("State",), ("State",))
    with pytest.raises(UsageError, match="no class Wizard"):
        extending.new_relation("enchants", place, ("Wizard",), ("State",))


STANZA = """kg:blames a owl:ObjectProperty ; rdfs:label "blames"@en ; skos:definition "d"@en ; skos:example "e"@en ;
    rdfs:domain kg:Actor ; rdfs:range kg:Actor .
"""
FRAME = '[[verb]]\nlemmas = ["blame"]\n'
EXAMPLE = '[[example]]\ntext = "Kenya blamed Somalia."\nyields = ["Kenya -> Somalia"]\n'
SOUND = {"kg.ttl": PREFIXES + STANZA, "frames/blames.toml": FRAME + EXAMPLE}


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({}, ""),
        ({"kg.ttl": PREFIXES + STANZA.replace('skos:definition "d"@en ; ', "")}, "kg.ttl:6: error: kg:blames has no definition"),
        ({"kg.ttl": PREFIXES + STANZA.replace("kg:Actor .", "kg:Actr .")}, "kg.ttl:6: error: the range of kg:blames is kg:Actr"),
        ({"kg.ttl": PREFIXES + "kg:x a"}, "kg.ttl:6: error: "),
        ({"frames/blamed.toml": FRAME}, "frames/blamed.toml: error: there is no property blamed"),
        ({"kg.ttl": PREFIXES + STANZA + STANZA.replace("blames", "praises")}, "kg.ttl:8: warning: kg:praises has no frames"),
        ({"frames/blames.toml": f'{FRAME}subject_types = ["Plce"]\n{EXAMPLE}'}, "frames/blames.toml:1: error: subject_types names Plce"),
        ({"frames/blames.toml": f'{FRAME}subject_types = ["Place"]\n'}, "frames/blames.toml:1: error: it never fits"),
        ({"frames/blames.toml": f'{FRAME}{FRAME}needs = ["for"]\n{EXAMPLE}'}, "frames/blames.toml:3: warning: blame: says nothing"),
        ({"frames/blames.toml": FRAME + EXAMPLE.replace("-> Somalia", "-> Chad")}, "frames/blames.toml:3: error: 'Kenya blamed"),
        ({"gazetteer/my-conflicts.tsv": "key\tname\ttype\nx\tX War\tWarr\n"}, "gazetteer/my-conflicts.tsv:2: error: X War is of the type Warr"),
        ({"gazetteer/my-states.tsv": "key\tname\nkenya\tKenya\n"}, "gazetteer/my-states.tsv:2: warning: state-kenya takes the place"),
        ({"gazetteer/my-states.tsv": "key\tname\nx\tX\nx\tY\n"}, "gazetteer/my-states.tsv:3: error: the key x is taken"),
        ({"views.toml": '[ties]\nconflict = ["blmes"]\n'}, "views.toml: error: ties.conflict names blmes"),
        ({"queries/q.rq": "PREFIX kg: <https://w3id.org/conflict-kg/ontology#>\nSELECT * { ?s kg:blmes ?o }"}, "queries/q.rq:2: error: there is no kg:blmes"),
        ({"queries/q.rq": "SELECT * {"}, "queries/q.rq: error: "),
        ({"shapes.ttl": PREFIXES + "kg:S <http://www.w3.org/ns/shacl#path> kg:blmes ."}, "shapes.ttl:6: error: there is no kg:blmes"),
        ({"frame/blames.toml": FRAME}, "frame/blames.toml: warning: is not read"),
    ],
)  # fmt: skip
def test_check_names_file_and_line(
    place: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], problem: str
) -> None:
    folder = place / "my"
    for name, text in (SOUND | files).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("KG_ONTOLOGY", str(folder))
    found = [str(one).removeprefix(f"{folder}{os.sep}") for one in inspection.inspect()]
    assert any(one.startswith(problem) for one in found) if problem else found == [], found


def test_a_folder_that_is_not_there_is_named(kg) -> None:  # type: ignore[no-untyped-def]
    status, _, err = kg("query", "--list", "--ontology", "nowhere")
    assert status == 2
    assert "no such folder" in err


def test_what_is_laid_over_is_refused_where_it_is_wrong(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "kg.ttl").write_text(PREFIXES + STANZA.replace("kg:blames", "kg:attacks"))
    monkeypatch.setenv("KG_ONTOLOGY", str(place))
    with pytest.raises(OntologyError, match=r"kg.ttl:6: kg:attacks has 2 values of label"):
        ontology.load()
    assert resources.layers("ontology/kg.ttl")[1] == place / "kg.ttl"
