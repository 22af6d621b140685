"""Word, PDF, tables, feeds, gzip and web archives, good and broken, and addresses."""

import gzip
import http.server
import io
import random
import subprocess
import sys
import threading
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest

from kg.document import Document
from kg.readers import Skipped, Warned, packed, read

TEXT = "Norland and Southmark met in Geneva. Ada Vell spoke."
HTML = (
    "<html><head><title>Talks</title></head><body><article><h1>Talks in Geneva</h1><p>Norland and Southmark met in "
    "Geneva on Monday to discuss the truce that both had signed.</p><p>Ada Vell spoke for Norland at the talks.</p>"
    "</article></body></html>"
)


def gather(*inputs: Path | str, **options: object) -> tuple[list[Document], list[Skipped], list[Warned]]:
    skipped: list[Skipped] = []
    warned: list[Warned] = []
    found = list(read(inputs, on_skip=skipped.append, on_warning=warned.append, **options))  # type: ignore[arg-type]
    return found, skipped, warned


def test_a_word_file_gives_paragraphs_and_cells_in_order(tmp_path: Path) -> None:
    made = docx.Document()
    made.core_properties.title = "Talks"
    made.add_heading("In Geneva", 1)
    made.add_paragraph("Norland met Southmark.")
    made.add_table(rows=1, cols=2).rows[0].cells[1].text = "Ada Vell"
    made.add_paragraph("They left.")
    made.save(str(tmp_path / "a.docx"))
    (document,), skipped, _ = gather(tmp_path / "a.docx")
    assert document == Document(
        "a.docx", "In Geneva\n\nNorland met Southmark.\n\nAda Vell\n\nThey left.", title="Talks"
    )  # fmt: skip
    assert skipped == []


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<a>" + b" " * 60_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "empty"), (b"Peace.", "not a Word file"), (b"PK\x03\x04 cut", "not a Word file"), (bomb(), "unpack to")],
)
def test_what_is_no_word_file_is_named(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "a.docx").write_bytes(data)
    found, (skip,), _ = gather(tmp_path / "a.docx")
    assert found == [] and reason in skip.reason


def pdf(lines: list[str]) -> bytes:
    """A one-page PDF, written out by hand."""
    shown = "".join(f"({line}) Tj 0 -14 Td " for line in lines)
    content = f"BT /F1 12 Tf 50 700 Td {shown}ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Title(Talks)>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R/Info 6 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        size, table, size, len(out),
    )  # fmt: skip


def test_a_pdf_gives_its_lines_as_paragraphs(tmp_path: Path) -> None:
    lines = [
        "Norland and Southmark signed in Gen-",
        "eva the truce that both had wanted",
        "for years.",
        "Ada Vell spoke.",
    ]
    (tmp_path / "a.pdf").write_bytes(pdf(lines))
    (document,), skipped, _ = gather(tmp_path / "a.pdf")
    assert skipped == []
    assert document.title == "Talks" and document.date is None
    assert document.text == (
        "Norland and Southmark signed in Geneva the truce that both had wanted for years.\n\nAda Vell spoke."
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "empty"), (b"%PDF-1.4 cut", "not a PDF"), (pdf([]), "no text"), (pdf(["x"])[:-200], "")],
)
def test_a_pdf_that_gives_nothing_is_named_without_noise(
    tmp_path: Path, data: bytes, reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.pdf").write_bytes(data)
    found, skipped, _ = gather(tmp_path / "a.pdf")
    assert len(found) + len(skipped) == 1
    if reason:
        assert reason in skipped[0].reason
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(("name", "mark"), [("a.csv", ","), ("a.csv", ";"), ("a.tsv", "\t")])
def test_a_table_gives_a_document_a_row(tmp_path: Path, name: str, mark: str) -> None:
    rows = [
        ("Title", "text", "id", "date"),
        ("One", f'"{TEXT}\n\nThey ""left""{mark} then."', "r1", "2024-05-15"),
        ("Two", "", "r2", ""),
        ("Three", "Peace.", "", "2024-02-30"),
        ("Four", "Peace.", "r4", "", "more"),
    ]
    (tmp_path / name).write_text("\r\n".join(mark.join(row) for row in rows) + "\r\n", newline="")
    found, skipped, warned = gather(tmp_path / name)
    assert [(d.identifier, d.title, d.date) for d in found] == [
        ("r1", "One", "2024-05-15"),
        (f"{name}:6", "Three", None),
    ]
    assert found[0].text == f'{TEXT}\n\nThey "left"{mark} then.'
    assert [skip.where for skip in skipped] == [f"{name}:5", f"{name}:7"]
    assert len(warned) == 1 and "2024-02-30" in warned[0].message


@pytest.mark.parametrize(
    ("content", "reason"),
    [("", "empty"), ("title,body\na,b\n", "no column text"), ("text,text\na,b\n", "twice")],
)
def test_a_table_without_its_columns_is_named(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / "a.csv").write_text(content)
    found, (skip,), _ = gather(tmp_path / "a.csv")
    assert found == [] and reason in skip.reason


RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Example News</title><item><title>Talks</title><link>https://news.example/1</link><guid>g1</guid>
<pubDate>Wed, 15 May 2024 23:30:00 GMT</pubDate><description>Short.</description>
<content:encoded><![CDATA[<p>Norland met <b>Southmark</b>.</p><p>They left.</p>]]></content:encoded></item>
<item><title>Empty</title></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Example News</title><entry><title>Talks</title><id>g1</id>
<link href="https://news.example/1"/><published>2024-05-15T23:30:00Z</published><content type="html">&lt;p&gt;Norland met
 Southmark.&lt;/p&gt;&lt;p&gt;They left.&lt;/p&gt;</content></entry></feed>"""


@pytest.mark.parametrize(("name", "feed", "bad"), [("a.rss", RSS, 1), ("a.atom", ATOM, 0), ("a.xml", RSS, 1)])
def test_a_feed_gives_a_document_an_entry(tmp_path: Path, name: str, feed: str, bad: int) -> None:
    (tmp_path / name).write_text(feed)
    (document,), skipped, _ = gather(tmp_path / name)
    assert document == Document(
        "g1", "Norland met Southmark.\n\nThey left.", "2024-05-15", "Talks", "https://news.example/1", "Example News"
    )
    assert [skip.where for skip in skipped] == [f"{name}:2"] * bad


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty"),
        ("<html><p>No feed.</p></html>", "neither RSS nor Atom"),
        ('<!DOCTYPE r [<!ENTITY a "b">]><rss version="2.0"><channel/></rss>', "entities"),
        ('<rss version="2.0"><channel><title>x</title></channel></rss>', "without entries"),
    ],
)
def test_what_is_no_feed_is_named(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / "a.xml").write_text(content)
    found, (skip,), _ = gather(tmp_path / "a.xml")
    assert found == [] and reason in skip.reason


@pytest.mark.row_14
@pytest.mark.parametrize(
    ("name", "data", "documents"),
    [
        ("a.txt.gz", gzip.compress(TEXT.encode()), 1),
        ("a.gz", gzip.compress(TEXT.encode()), 1),
        ("a.jsonl.gz", gzip.compress(b'{"text": "Peace."}\n{"text": "War."}\n'), 2),
        ("a.html.gz", gzip.compress(HTML.encode()), 1),
        ("a.txt.gz", gzip.compress(b"Peace ") + gzip.compress(b"and war."), 1),
        ("a.txt.gz", gzip.compress(TEXT.encode()) + b"\0" * 512, 1),
    ],
)
def test_gzip_around_any_kind_is_unpacked(tmp_path: Path, name: str, data: bytes, documents: int) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "a.meta.json").write_text('{"title": "Beside"}')
    found, skipped, warned = gather(tmp_path / name)
    assert (len(found), skipped, warned) == (documents, [], [])
    if documents == 1:
        assert found[0].title == "Beside"


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


@pytest.mark.row_14
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"Peace.", "not gzip"),
        (gzip.compress(random.Random(1).randbytes(200_000), mtime=0)[:-5000], "cut off"),
        (flipped(gzip.compress(TEXT.encode()), -6), "broken gzip"),
        (gzip.compress(TEXT.encode())[:-4], "cut off"),
        (gzip.compress(b"a" * 30_000_000), "unpacks to more than"),
        (gzip.compress(gzip.compress(TEXT.encode(), mtime=0x0A0A0A0A)), "gzip data"),
    ],
)
def test_broken_gzip_and_bombs_give_all_or_nothing(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(data)
    (tmp_path / "a.txt.gz").write_bytes(data)
    found, skipped, _ = gather(tmp_path / "a.txt.gz")
    assert found == [] and reason in skipped[0].reason
    found, skipped, _ = gather(tmp_path / "a.jsonl.gz")
    assert found == [] and len(skipped) == 1


@pytest.mark.row_14
def test_bytes_after_the_gzip_data_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(TEXT.encode()) + b"garbage")
    (document,), _, (warning,) = gather(tmp_path / "a.txt.gz")
    assert document.text == TEXT and "after the end" in warning.message


@pytest.mark.row_14
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_a_bomb_takes_no_memory() -> None:
    """Half a gigabyte of nothing: refused after the first ten million bytes."""
    squeezer = zlib.compressobj(wbits=31)
    data = b"".join(squeezer.compress(b"\0" * (1 << 20)) for _ in range(512)) + squeezer.flush()
    code = (
        "import io, sys\nfrom kg.errors import InputError\nfrom kg.readers import packed\n"
        "from kg.readers.notes import Notes\npeak = lambda: int([l.split()[1] for l in open('/proc/self/status') if l.startswith('VmHWM')][0])\n"
        "data = sys.stdin.buffer.read()\nbefore = peak()\n"
        "try:\n    packed.unpack(io.BytesIO(data), 'x', Notes(print, print))\n"
        "except InputError:\n    print(peak() - before)\n"
    )
    found = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True)
    assert int(found.stdout) < 100_000  # KiB
    assert packed.MOST_TIMES == 200


def response(number: int, body: bytes, head: str = "", length: int | None = None, kind: str = "response") -> bytes:
    payload = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{head}\r\n".encode() + body
    return (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012}>\r\n"
        f"WARC-Date: 2024-05-15T10:00:00Z\r\nWARC-Target-URI: https://news.example/{number}\r\n"
        f"Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(payload) if length is None else length}\r\n\r\n"
    ).encode() + payload + b"\r\n\r\n"  # fmt: skip


def page(number: int) -> bytes:
    return HTML.replace("Geneva", f"Geneva{number}").encode()


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


@pytest.mark.row_15
@pytest.mark.parametrize(
    ("records", "good", "bad"),
    [
        ([response(1, page(1)), response(2, page(2))], [1, 2], 0),
        ([response(1, page(1)), response(2, page(2), length=4), response(3, page(3))], [1, 3], 1),
        ([response(1, page(1)), b"no record at all\r\n\r\n", response(3, page(3))], [1, 3], 1),
        ([response(1, page(1)), response(2, page(2), length=10**9)], [1], 1),
        ([response(1, page(1)), response(2, page(2))[:-300]], [1], 1),
        ([response(1, page(1)), response(2, chunked(page(2)), "Transfer-Encoding: chunked\r\n")], [1, 2], 0),
        ([response(1, page(1)), response(2, b"ZZ\r\n" + page(2), "Transfer-Encoding: chunked\r\n")], [1], 1),
        ([response(1, gzip.compress(page(1)), "Content-Encoding: gzip\r\n"), response(2, page(2))], [1, 2], 0),
        ([response(1, gzip.compress(b" " * 40_000_000), "Content-Encoding: gzip\r\n"), response(2, page(2))], [2], 1),
        ([response(1, page(1)), response(2, b"x", "Content-Encoding: br\r\n")], [1], 1),
    ],
    ids=["good", "short", "garbage", "long", "cut", "chunked", "chunks", "gzip", "bomb", "br"],
)
@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_records_before_and_after_a_broken_one_are_kept(
    tmp_path: Path, name: str, records: list[bytes], good: list[int], bad: int
) -> None:
    data = b"".join(gzip.compress(record) for record in records) if name.endswith("gz") else b"".join(records)
    (tmp_path / name).write_bytes(data)
    found, skipped, _ = gather(tmp_path / name)
    assert [document.url for document in found] == [f"https://news.example/{number}" for number in good]
    assert len(skipped) == bad
    assert all(skip.where.startswith(f"{name}@") for skip in skipped)
    assert all(f"Geneva{number}" in document.text for number, document in zip(good, found, strict=True))


@pytest.mark.row_15
def test_a_cut_or_broken_gzip_record_costs_only_itself(tmp_path: Path) -> None:
    records = [gzip.compress(response(number, page(number))) for number in (1, 2, 3)]
    records[1] = flipped(records[1], len(records[1]) // 2)
    (tmp_path / "a.warc.gz").write_bytes(b"".join(records)[:-20])
    found, skipped, _ = gather(tmp_path / "a.warc.gz")
    assert [document.url for document in found] == ["https://news.example/1"]
    assert len(skipped) >= 1


class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd")
            self.end_headers()
            return
        self.send_response(200 if self.path == "/page" else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(HTML.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_addresses_are_fetched_only_where_the_network_is_allowed(site: str) -> None:
    found, (skip,), _ = gather(f"{site}/page")
    assert found == [] and "--allow-network" in skip.hint
    (document,), skipped, _ = gather(f"{site}/page", network=True)
    assert skipped == [] and document.identifier == f"{site}/page" and "Ada Vell" in document.text
    found, skipped, _ = gather(f"{site}/none", f"{site}/away", network=True)
    assert found == [] and len(skipped) == 2
