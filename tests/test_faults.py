"""What goes wrong between documents and graph, beside what test_incremental.py and test_bad_inputs.py hold."""

import csv
import io
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import tarfile
import tempfile
import time
import unicodedata
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, QueryResultsFormat, RdfFormat, Store, parse

import standin
from kg import generations, rdf, upkeep
from kg.document import Document
from kg.errors import KgError
from kg.readers import Skipped, read
from kg.run import build
from kg.shapes import validate
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


@pytest.mark.row_01
@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_nothing_to_read_is_named_and_builds_nothing(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "bare.txt").write_bytes(data)
    result = kg("build", tmp_path / "bare.txt", "-o", tmp_path / "g.ttl", "--store", tmp_path / "s")
    assert (result.returncode, result.stdout) == (1, "")
    assert f"{tmp_path / 'bare.txt'}: skipped: empty" in result.stderr
    assert "read 1 = stored 0 + unchanged 0 + skipped 1" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["bare.txt"]


@pytest.mark.row_03
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


@pytest.mark.row_03
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


@pytest.mark.row_04
def test_a_lone_surrogate_becomes_the_replacement_character(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "a", "text": "Pea\\ud800ce."}\n{"id": "b", "text": "\\ud83d\\ude00."}\n')
    report = build([tmp_path / "a.jsonl"], store=tmp_path / "s")
    assert report.stored == 2
    assert [document.text for document in read([tmp_path / "a.jsonl"])] == ["Pea\ufffdce.", "😀."]


@pytest.mark.row_05
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
    loose_quads = {(str(s), str(p), str(o), str(g)) for s, p, o, g in loose.quads((None, None, None, None))}
    assert {tuple(term.value for term in quad) for quad in strict} == loose_quads
    assert len(strict) == len(loose_quads) == data.count(b"\n")
    assert {quad.object.value for quad in strict if isinstance(quad.object, Literal)} >= {raw}
    assert not any(q.subject.value == "evil.example/s" for q in strict if isinstance(q.subject, NamedNode))


@pytest.mark.row_06
@pytest.mark.parametrize(
    "name", ["Ána Petróva", "\u202aÁna\u202c Petróva", "Á\u200bna Pet\u00adróva", "\u2067Ána Petróva\u2069"]
)
def test_marks_in_a_name_do_not_make_another_entity(name: str, tmp_path: Path) -> None:
    for form in ("NFC", "NFD"):
        (tmp_path / "a.txt").write_text(f"Then {unicodedata.normalize(form, name)} spoke.", "utf-8")
        (document,) = read([tmp_path / "a.txt"])
        assert document.text == "Then Ána Petróva spoke."


@pytest.mark.row_06
def test_five_spellings_with_marks_are_one_entity(tmp_path: Path) -> None:
    plain = "Ana Petróva"
    spellings = (
        plain,
        unicodedata.normalize("NFD", plain),
        f"\u202e{plain}\u202c",
        "A\u200bna Pet\u00adróva",
        f"\ufeff{plain}",
    )
    (tmp_path / "news").mkdir()
    for number, name in enumerate(spellings):
        (tmp_path / "news" / f"{number}.txt").write_text(f"On day {number} {name} spoke of peace.", "utf-8")
    assert build([tmp_path / "news"], store=tmp_path / "s").stored == 5
    query = "SELECT DISTINCT ?who { ?who a <https://w3id.org/conflict-kg/ontology#Person> }"
    assert len(list(open_graph(tmp_path / "s").query(query))) == 1


@pytest.mark.row_16
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


@pytest.mark.row_16
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody else")
def test_what_another_user_may_not_read_is_named_and_so_are_devices_and_sockets() -> None:
    list(read([ROOT / "seeds"]))  # all that reading imports is there before the rights go
    with tempfile.TemporaryDirectory() as room, socket.socket(socket.AF_UNIX) as listener:
        folder = Path(room)
        folder.chmod(0o755)
        (folder / "good.txt").write_text("Norland attacked Southmark.")
        (folder / "locked.txt").write_text("Peace.")
        (folder / "locked.txt").chmod(0)
        (folder / "closed").mkdir(mode=0)
        (folder / "closed.txt").mkdir(mode=0)
        listener.bind(str(folder / "socket.txt"))
        try:
            os.mknod(folder / "zero.txt", 0o666 | stat.S_IFCHR, os.makedev(1, 5))
        except PermissionError:
            pytest.skip("no devices can be made here")
        skipped: list[Skipped] = []
        os.seteuid(65534)
        try:
            documents = list(read([folder], on_skip=skipped.append))
        finally:
            os.seteuid(0)
        assert [document.identifier for document in documents] == ["good.txt"]
        expected = {"locked.txt", "closed", "closed.txt", "socket.txt", "zero.txt"}
        assert {Path(skip.where).name for skip in skipped} == expected


@pytest.mark.row_17
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


@pytest.mark.row_23
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


@pytest.mark.row_26
def test_too_few_open_files_are_named_with_what_to_do(tmp_path: Path) -> None:
    fill(tmp_path / "s", [standin.find(Document("a", "Norland attacked Southmark."))])
    result = subprocess.run(
        ["sh", "-c", f'ulimit -n 40; exec "{sys.executable}" -m kg query summary "{tmp_path}/s"'],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "ulimit" in result.stderr


@pytest.mark.row_29
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


@pytest.mark.row_30
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


@pytest.mark.row_30
def test_no_literal_fails_its_datatype(tmp_path: Path) -> None:
    texts = [f"Norland attacked State{n}." for n in range(4)]
    records = [{"id": str(n), "text": text, "date": date}
               for n, (text, date) in enumerate(zip(texts, ("2023-02-29", "2024-00", "1", "2024"), strict=True))]  # fmt: skip
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, records)))
    warned: list[object] = []
    build([tmp_path / "a.jsonl"], tmp_path / "g.ttl", on_event=warned.append)
    assert sum("date" in str(event) for event in warned) >= 3
    assert not validate(tmp_path / "g.ttl")
    graph = rdflib.Graph().parse(tmp_path / "g.ttl")
    assert not [o for o in graph.objects() if isinstance(o, rdflib.Literal) and o.ill_typed]


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


PAGE = "<html><head><title>News</title></head><body><article>{}<p>{}</p></article></body></html>"
TOLD = "The foreign minister of Norland, Eva Petrova, said that talks with Southmark would go on in the coming weeks."


@pytest.mark.row_09
@pytest.mark.parametrize("mark", ["div", "b", "span", "table><tr><td"])
def test_a_deep_page_is_read_or_named(mark: str, tmp_path: Path) -> None:
    (tmp_path / "deep.html").write_text(PAGE.format(f"<{mark}>" * 30_000, TOLD))
    report = build([tmp_path / "deep.html"], store=tmp_path / "s")
    assert report.read == report.stored + len(report.skipped) == 1


@pytest.mark.row_10
def test_references_to_controls_cost_no_other_paragraph(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        PAGE.format(f"<p>Nul &#0; &#1; &#xFFFE; &#xD800; &#x110000;</p><p>{TOLD}</p>", TOLD)
    )
    (document,) = read([tmp_path / "a.html"])
    assert "Eva Petrova" in document.text
    assert not set(document.text) & set("\0\x01\ufffe")


@pytest.mark.row_12
def test_a_page_reads_no_file_and_expands_no_entity(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("the secret of the house")
    bomb = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))
    declared = f'<!ENTITY file SYSTEM "{(tmp_path / "secret").as_uri()}"><!ENTITY b0 "boom">{bomb}'
    page = PAGE.format(f"<p>&file; &b9;</p><p>{TOLD}</p>", TOLD)
    for name in ("a.html", "b.xhtml.html"):
        (tmp_path / name).write_text(f'<?xml version="1.0"?><!DOCTYPE html [{declared}]>{page}')
        (document,) = read([tmp_path / name])
        assert "Eva Petrova" in document.text
        assert "secret of" not in document.text and "boomboom" not in document.text
        assert len(document.text) < 2_000


@pytest.mark.row_11
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_a_table_that_claims_to_be_wide_takes_no_memory(tmp_path: Path) -> None:
    cells = '<table><tr><td colspan="999999999" rowspan="999999999">x</td></tr></table>' * 20
    (tmp_path / "a.html").write_text(PAGE.format(cells, TOLD))
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom kg.readers import read\n"
        "print([d.text.count('Petrova') for d in read([sys.argv[1]])])\n"
        "print([line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.html")], capture_output=True, text=True, check=True
    )  # fmt: skip
    found, peak = result.stdout.splitlines()
    assert found == "[1]"
    assert int(peak) // 1024 <= 300


@pytest.mark.row_20
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="which file was written through is read from /proc")
def test_all_of_a_generation_is_on_the_disk_before_it_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    safe: set[str] = set()
    before_publishing: list[set[str]] = []
    fsync, replace = os.fsync, os.replace

    def noting(handle: int) -> None:
        fsync(handle)
        safe.add(os.readlink(f"/proc/self/fd/{handle}").replace(".draft", ""))

    def publishing(source: Path, target: Path) -> None:
        if Path(target).name == "current":
            before_publishing.append({*safe})
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noting)
    monkeypatch.setattr(os, "replace", publishing)
    (tmp_path / "a.txt").write_text("Norland attacked Southmark.")
    store = tmp_path / "s"
    for text in ("Norland attacked Southmark.", "Norland met Southmark."):
        (tmp_path / "a.txt").write_text(text)
        build([tmp_path / "a.txt"], store=store)
        generation = generations.current(store)
        assert generation is not None
        files = {str(p) for p in generation.path.rglob("*") if p.name not in {"LOCK", "LOG"}}
        assert files <= before_publishing[-1]
        assert str(generation.path.parent) in before_publishing[-1]
    assert len(before_publishing) == 2


@pytest.mark.row_33
def test_the_time_limit_of_a_query_covers_its_planning(tmp_path: Path) -> None:
    """Joins that the engine ponders for hours before its first row, asked of three triples."""
    (tmp_path / "g.nt").write_text("".join(f"<http://x/{n}> <http://p> <http://x/{n + 1}> .\n" for n in range(3)))
    (tmp_path / "q.rq").write_text("SELECT * { " + " . ".join(f"?a{n} ?p{n} ?a{n + 1}" for n in range(640)) + " }")
    result = kg("query", tmp_path / "q.rq", tmp_path / "g.nt", "--timeout", "1", timeout=60)
    assert result.returncode == 1
    assert "1 second" in result.stderr and "Traceback" not in result.stderr


@pytest.mark.row_31
def test_ctrl_c_ends_an_endless_query(tmp_path: Path) -> None:
    lines = "".join(f'<http://x/{n}> <http://p> "{n}" .\n' for n in range(3_000))
    (tmp_path / "g.nt").write_text(lines)
    (tmp_path / "q.rq").write_text("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }")
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom kg.cli import main\nprint('ready', flush=True)\nmain()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "query", str(tmp_path / "q.rq"), str(tmp_path / "g.nt"), "--timeout", "300"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(3)  # it is at the query, or about to be: either way it does not end by itself
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors


@pytest.mark.row_31
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


@pytest.mark.row_24
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


def test_each_fault_of_the_table_has_its_tests() -> None:
    """docs/store.md names, row by row, the tests that carry the row's mark."""
    lines = re.findall(r"^\| (\d+) \|.*", (ROOT / "docs" / "store.md").read_text("utf-8"), re.MULTILINE)
    assert lines == [str(number) for number in range(1, 34)]
    table = re.findall(r"^\| (\d+) \|.*\| ([^|]+) \|$", (ROOT / "docs" / "store.md").read_text("utf-8"), re.MULTILINE)
    told = {(int(row), test) for row, tests in table for test in re.findall(r"`(test_\w+)`", tests)}
    marked = set()
    for file in (ROOT / "tests").glob("test_*.py"):
        for marks, test in re.findall(
            r"((?:^@.*\n(?:^[ )].*\n)*)+)def (test_\w+)", file.read_text("utf-8"), re.MULTILINE
        ):
            marked |= {(int(row), test) for row in re.findall(r"pytest\.mark\.row_(\d\d)\b", marks)}
    assert told == marked
    assert {row for row, _ in marked} == set(range(1, 34))
