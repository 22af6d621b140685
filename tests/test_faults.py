"""What goes wrong between documents and graph, beside what test_incremental.py and test_bad_inputs.py hold."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
import unicodedata
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, QueryResultsFormat, RdfFormat, Store, parse

import standin
from kg import rdf, upkeep
from kg.document import Document
from kg.errors import KgError
from kg.readers import Skipped, read
from kg.run import build
from kg.statement import Entity, Extraction
from kg.store import fill, open_graph

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning:rdflib")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.extract.extract", standin.extract)


def kg(*arguments: str | Path, **options: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "kg", *map(str, arguments)], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, **options,
    )  # fmt: skip


# Every control, noncharacter, surrogate and mark that moves or hides letters, with what else could become syntax.
HOSTILE = "".join(map(chr, (*range(32), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF, 0xD800, 0xDFFF, 0x202E, 0x200B, 0xAD)))
SYNTAX = "\" ' \\ {{ }} <x> \\u0041 ^^@en ''' \"\"\" # ; . \t é 😀"


def test_hostile_characters_end_at_the_reader_and_the_rest_survives_every_format(tmp_path: Path) -> None:
    text = f"Norland attacked Southmark. {HOSTILE} {SYNTAX}\nEnd."
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": f"x {SYNTAX}", "text": text, "title": SYNTAX + HOSTILE}))
    build([tmp_path / "a.jsonl"], store=tmp_path / "s")
    store = open_graph(tmp_path / "s")
    literals = {quad.object.value for quad in store if isinstance(quad.object, Literal)}
    assert not any(c in value for value in literals for c in set(HOSTILE) - set("\t\n"))
    assert any(SYNTAX.split("\t", maxsplit=1)[0].strip() in value for value in literals)
    for ending, form in rdf.FORMATS.items():
        rdf.convert(store, tmp_path / f"g{ending}")
        data = (tmp_path / f"g{ending}").read_bytes()
        assert {q.object.value for q in parse(data, format=form) if isinstance(q.object, Literal)} == literals
        names = {".ttl": "turtle", ".nt": "nt", ".nq": "nquads", ".trig": "trig", ".jsonld": "json-ld", ".rdf": "xml"}
        dataset = rdflib.Dataset()
        dataset.parse(data=data, format=names[ending])
        found = {str(o) for _, _, o, _ in dataset.quads((None, None, None, None)) if isinstance(o, rdflib.Literal)}
        assert found == literals, ending


def test_hostile_characters_survive_every_result_format(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "a", "text": "Peace.", "title": f"{SYNTAX} {HOSTILE}"}))
    build([tmp_path / "a.jsonl"], store=tmp_path / "s")
    query = "SELECT ?o { ?s <https://schema.org/headline> ?o }"
    (title,) = (row["o"].value for row in open_graph(tmp_path / "s").query(query))

    def answer(form: QueryResultsFormat) -> str:
        data = open_graph(tmp_path / "s").query(query).serialize(format=form)
        return data.decode("utf-8")

    assert json.loads(answer(QueryResultsFormat.JSON))["results"]["bindings"][0]["o"]["value"] == title
    assert ET.fromstring(answer(QueryResultsFormat.XML))[1][0][0][0].text == title
    assert list(csv.reader(io.StringIO(answer(QueryResultsFormat.CSV))))[1] == [title]
    written = answer(QueryResultsFormat.TSV).splitlines()[1]
    (quad,) = parse(f"<http://a> <http://b> {written} .".encode(), format=RdfFormat.TURTLE)
    assert quad.object.value == title


def test_a_lone_surrogate_becomes_the_replacement_character(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "a", "text": "Pea\\ud800ce."}\n{"id": "b", "text": "\\ud83d\\ude00."}\n')
    report = build([tmp_path / "a.jsonl"], store=tmp_path / "s")
    assert report.stored == 2
    assert [document.text for document in read([tmp_path / "a.jsonl"])] == ["Pea\ufffdce.", "😀."]


@pytest.mark.parametrize("raw", ['a b<c>"d{e}|f^g`h\\i', "x> } <http://evil.example/s> <p> <o> .", "%zz", "é\u202e"])
def test_no_key_or_address_breaks_an_iri_and_the_raw_value_is_kept(raw: str, tmp_path: Path) -> None:
    entity = Entity(raw, "Person", raw)
    document = Document(raw, "Peace.", url="https://news.example/a%20b")
    fill(tmp_path / "s", [Extraction(document, (entity,), ())])
    rdf.convert(open_graph(tmp_path / "s"), tmp_path / "g.nq")
    data = (tmp_path / "g.nq").read_bytes()
    strict = list(parse(data, format=RdfFormat.N_QUADS))
    loose = rdflib.Dataset()
    loose.parse(data=data, format="nquads")
    assert len(strict) == len(list(loose.quads((None, None, None, None)))) == data.count(b"\n")
    assert {quad.object.value for quad in strict if isinstance(quad.object, Literal)} >= {raw}
    assert not any(q.subject.value == "evil.example/s" for q in strict if isinstance(q.subject, NamedNode))


@pytest.mark.parametrize(
    "name", ["Ána Petróva", "\u202aÁna\u202c Petróva", "Á\u200bna Pet\u00adróva", "\u2067Ána Petróva\u2069"]
)
def test_marks_in_a_name_do_not_make_another_entity(name: str, tmp_path: Path) -> None:
    for form in ("NFC", "NFD"):
        (tmp_path / "a.txt").write_text(f"Then {unicodedata.normalize(form, name)} spoke.", "utf-8")
        (document,) = read([tmp_path / "a.txt"])
        assert document.text == "Then Ána Petróva spoke."


def test_special_files_never_block_and_each_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "special"
    folder.mkdir()
    (folder / "loop.txt").symlink_to(folder)
    (folder / "dangling.txt").symlink_to(folder / "none")
    (folder / "out.txt").symlink_to("/dev/zero")
    (folder / "passwd.txt").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe.txt")
    (folder / "empty.txt").mkdir()
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / "locked.txt").write_text("Peace.")
    (folder / "locked.txt").chmod(0)
    started = time.monotonic()
    skipped: list[Skipped] = []
    list(read([folder], on_skip=skipped.append))
    assert time.monotonic() - started < 20
    expected = {entry.name for entry in folder.iterdir()}
    if os.geteuid() == 0:
        expected.discard("locked.txt")  # root reads everything
    assert {Path(skip.where).name for skip in skipped} == expected


@pytest.mark.parametrize(
    "name",
    [b"line\nbreak.txt", b"x" * 251 + b".txt", b"caf\xe9.txt", b"-rf --store=x.txt", b"a 'b\" #%2e?&.txt", b"\xff.txt"],
)
def test_odd_file_names_give_valid_sources_that_lead_back(name: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    path = os.fsencode(folder) + b"/" + name
    try:
        with open(path, "w") as stream:
            stream.write("Norland attacked Southmark.")
    except OSError:
        pytest.skip("the file system takes no such name")
    assert build([folder], store=tmp_path / "s").stored == 1
    (found,) = read([folder])
    back = unquote_to_bytes(found.identifier) if not name.isascii() else found.identifier.encode()
    assert back == name
    assert build([folder], store=tmp_path / "s").unchanged == 1


@pytest.mark.parametrize("version", ["0.3.22", "0.4.11"])
def test_a_store_of_an_older_oxigraph_is_named_and_upgraded_with_a_backup(version: str, tmp_path: Path) -> None:
    with tarfile.open(ROOT / "tests" / "data" / f"oxigraph-{version}.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    before = {file.name: file.read_bytes() for file in (tmp_path / "store").iterdir()}
    with pytest.raises(KgError, match="kg upgrade"):
        open_graph(tmp_path / "store")
    assert {file.name: file.read_bytes() for file in (tmp_path / "store").iterdir()} == before
    count, backup = upkeep.upgrade(tmp_path / "store")
    assert count == 2
    named = sum(1 for quad in open_graph(tmp_path / "store") if isinstance(quad.graph_name, NamedNode))
    assert named == 414
    assert {file.name: file.read_bytes() for file in backup.iterdir()} == before


def test_too_few_open_files_are_named_with_what_to_do(tmp_path: Path) -> None:
    fill(tmp_path / "s", [standin.find(Document("a", "Norland attacked Southmark."))])
    result = subprocess.run(
        ["sh", "-c", f'ulimit -n 40; exec "{sys.executable}" -m kg query summary "{tmp_path}/s"'],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "ulimit" in result.stderr


def test_neither_clock_nor_place_nor_order_shows(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    for n in range(5):
        (folder / f"{n}.txt").write_text(f"Norland attacked State{n}. State{n} met Southmark.")
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'tests')!r}]\n"
        "import kg.extract, standin; kg.extract.extract = standin.extract\n"
        "from pathlib import Path; from kg import rdf; from kg.run import build; from kg.store import open_graph\n"
        "inputs = [Path(p) for p in sys.argv[2:]]; store = Path(sys.argv[1])\n"
        "build(inputs, store=store); rdf.convert(open_graph(store), store.with_suffix('.nq'))\n"
    )
    files = sorted(folder.iterdir())
    settings = [
        ({"TZ": "Asia/Kolkata", "LC_ALL": "C", "PYTHONHASHSEED": "1"}, files),
        ({"TZ": "America/St_Johns", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"}, files[::-1]),
        ({"PYTHONHASHSEED": "3", "SOURCE_DATE_EPOCH": "0"}, [folder]),
    ]
    written = set()
    for number, (setting, inputs) in enumerate(settings):
        store = tmp_path / f"s{number}"
        subprocess.run(
            [sys.executable, "-c", code, str(store), *map(str, inputs)], env={**os.environ, **setting}, check=True
        )  # fmt: skip
        written.add(store.with_suffix(".nq").read_bytes())
    assert len(written) == 1


def test_impossible_dates_are_no_ill_typed_literals(tmp_path: Path) -> None:
    records = [{"id": d, "text": f"Norland attacked State{n}.", "date": d}
               for n, d in enumerate(("2024-02-30", "2024-13-01", "0000-00-00", "9999-99-99", "2024-02-29"))]  # fmt: skip
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, records)))
    assert build([tmp_path / "a.jsonl"], store=tmp_path / "s").stored == 5
    dated = [
        q.object
        for q in open_graph(tmp_path / "s")
        if isinstance(q.object, Literal) and "date" in q.object.datatype.value
    ]
    assert {literal.value for literal in dated} == {"2024-02-29"}


def test_both_clocks_stand_on_a_statement(tmp_path: Path) -> None:
    fill(tmp_path / "s", [standin.find(Document("a", "Norland attacked Southmark.", "2024-05-15"))])
    query = (
        "SELECT ?when ?reported { ?s <https://w3id.org/conflict-kg/ontology#when> ?when ; "
        "<https://w3id.org/conflict-kg/ontology#reported> ?reported }"
    )
    (row,) = open_graph(tmp_path / "s").query(query)
    assert (row["when"].value, row["reported"].value) == ("2024-05-15", "2024-05-15")


def test_an_activity_says_what_made_each_statement(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Norland attacked Southmark.")
    build([tmp_path / "a.txt"], store=tmp_path / "s")
    query = """PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX schema: <https://schema.org/>
    SELECT ?version ?model ?ontology { ?statement a <https://w3id.org/conflict-kg/ontology#Statement> ;
      prov:wasGeneratedBy ?activity . ?activity a prov:Activity ; prov:wasAssociatedWith/schema:softwareVersion ?version ;
      prov:used/schema:name ?model ; prov:used/schema:version ?ontology ; prov:used ?document .
      ?document a <https://w3id.org/conflict-kg/ontology#Document> }"""
    from kg.versions import current

    (row,) = open_graph(tmp_path / "s").query(query)
    now = current()
    assert (row["version"].value, row["model"].value, row["ontology"].value) == (now.tool, now.model, now.ontology)


def test_ctrl_c_ends_a_build_at_once_and_the_store_is_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    for n in range(50):
        (tmp_path / "news" / f"{n}.txt").write_text(f"Norland attacked State{n}.")
    code = (
        f"import sys, time; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'tests')!r}]\n"
        "import kg.extract, standin\n"
        "def slowly(documents):\n    for d in documents:\n        print('at', flush=True); time.sleep(0.2); yield standin.find(d)\n"
        "kg.extract.extract = slowly\nfrom kg.cli import main; main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, "build", str(tmp_path / "news"), "--store", str(tmp_path / "s")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    sent = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    assert time.monotonic() - sent < 3
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert build([tmp_path / "news"], store=tmp_path / "s").stored == 50


def test_a_store_that_is_a_foreign_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    for command in (("query", "summary"), ("export",), ("status",), ("upgrade",)):
        extra = ("-o", tmp_path / "g.ttl") if command == ("export",) else ()
        result = kg(*command, tmp_path / "mine", *extra)
        assert result.returncode == 1 and "no store" in result.stderr
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
    with pytest.raises(OSError, match="lock"):
        _two_writers(tmp_path)


def _two_writers(tmp_path: Path) -> None:
    """Oxigraph's own lock, on which nothing here relies, but which would tell of a way around ours."""
    one = Store(str(tmp_path / "bare"))
    one.add(next(iter(rdf.quads(standin.find(Document("a", "Peace."))))))
    Store(str(tmp_path / "bare"))
