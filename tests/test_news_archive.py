"""An archive as Common Crawl's news crawl writes them: one article a good page, each page left out named with its reason."""

import gzip
import io
import json
from pathlib import Path

import pytest

import standin
from kg.run import build
from kg.store import open_graph
from kg.turtle import KG

AGENCY = (
    "Norland attacked Southmark. The shelling began before dawn and went on for about three hours, residents of the border "
    "towns said by telephone. Hospitals in the valley took in dozens of people, most of them with wounds from falling masonry, "
    "and asked for blood. Schools stayed shut, and the railway stopped its trains at the last station before the river."
)
GERMAN = (
    "Die Außenminister beider Länder trafen sich am Montag in der Hauptstadt und sprachen mehrere Stunden lang über den Streit "
    "um die Grenze. Danach sagte ein Sprecher, man sei sich in wichtigen Punkten näher gekommen, doch bleibe vieles offen. Die "
    "nächste Runde soll im Herbst stattfinden, wenn auch die Nachbarn mit am Tisch sitzen."
)
MENU = "".join(f"<li><a href='/{name}'>{name}</a></li>" for name in ("World", "Sport", "Weather", "Subscribe now"))


def page(text: str, date: str | None, lang: str = "en") -> bytes:
    stated = f'<meta property="article:published_time" content="{date}T08:00:00Z">' if date else ""
    return (
        f"<html lang='{lang}'><head><meta charset='utf-8'><title>A story</title>{stated}</head><body><nav><ul>{MENU}</ul></nav>"
        f"<article><h1>A story</h1><p>{text}</p></article><footer>All rights reserved. Cookies.</footer></body></html>"
    ).encode()


def record(kind: str, address: str, body: bytes, media: str = "text/html", status: str = "200 OK") -> bytes:
    if kind == "response":
        body = f"HTTP/1.1 {status}\r\nContent-Type: {media}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2024-06-01T00:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:{len(address):032}>\r\nContent-Type: application/http; msgtype={kind}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as stream:
        stream.write(head.encode() + body + b"\r\n\r\n")
    return packed.getvalue()


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("kg.extract.extract", standin.extract)
    records = (
        record("warcinfo", "", b"software: a crawler\r\n"),
        record("request", "https://wire.example/1", b"GET /1 HTTP/1.1\r\n\r\n"),
        record("response", "https://wire.example/1", page(AGENCY, "2024-05-02")),
        record("response", "https://herald.example/2", page(AGENCY + " Read on for more.", "2024-05-03")),
        record("response", "https://blatt.example/3", page(GERMAN, "2024-05-03", "de")),
        record("response", "https://undated.example/4", page(AGENCY.replace("valley", "hills"), None)),
        record("response", "https://gone.example/5", page(AGENCY, "2024-05-03"), status="404 Not Found"),
        record("response", "https://pictures.example/6", b"\x89PNG", media="image/png"),
        record("response", "https://empty.example/7", b"<html><body></body></html>"),
    )
    path = tmp_path / "CC-NEWS-20240601000000-00001.warc.gz"
    path.write_bytes(b"".join(records))
    return path


def documents(graph: Path) -> dict[str, str | None]:
    rows = open_graph(graph).query(
        f"PREFIX s: <https://schema.org/> SELECT ?url ?date {{ ?d a <{KG}Document> ; s:url ?url OPTIONAL {{ ?d s:datePublished ?date }} }}"
    )
    return {row["url"].value: row["date"].value if row["date"] else None for row in rows}


def test_articles_are_read_and_the_rest_is_named(archive: Path, tmp_path: Path) -> None:
    report = build([archive], tmp_path / "g.nq", copies=True, workers=1)
    assert documents(tmp_path / "g.nq") == {
        "https://wire.example/1": "2024-05-02",
        "https://herald.example/2": "2024-05-03",
        "https://undated.example/4": None,  # the day of the crawl is not the day of publication
    }
    reasons = {what.where.split("@")[0].split(" ")[0]: what.reason for what in report.skipped}
    assert "not in English" in reasons["https://blatt.example/3"]
    assert report.stored == 3
    assert len(report.skipped) == 2  # the German page and the one without an article; others are no articles at all
    written = (tmp_path / "g.nq").read_text()
    assert "Subscribe" not in written
    assert written.count("copyOf") == 2
    assert all("2024-05-02" not in line for line in written.splitlines() if "undated" in line)


def test_an_archive_that_is_cut_off_gives_what_is_whole(archive: Path, tmp_path: Path) -> None:
    whole = archive.read_bytes()
    second = whole.index(b"\x1f\x8b\x08", whole.index(b"\x1f\x8b\x08", whole.index(b"\x1f\x8b\x08", 1) + 1) + 1)
    archive.write_bytes(whole[: second + 200])
    report = build([archive], store=tmp_path / "s", workers=1)
    assert (report.stored, len(report.skipped)) == (1, 1)
    archive.write_bytes(whole)
    report = build([archive], store=tmp_path / "s", workers=1)
    assert (report.stored, report.unchanged) == (2, 1)


def test_parquet_is_read_where_its_library_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install 'conflict-kg[parquet]'")
    parquet = pytest.importorskip("pyarrow.parquet")

    monkeypatch.setattr("kg.extract.extract", standin.extract)
    rows = [
        {"id": "a", "text": AGENCY, "date": "2024-05-02"},
        {"id": "b", "text": "Norland met Southmark.", "date": "2024-05-03"},
    ]
    (tmp_path / "news.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "news.parquet")
    for kind in ("jsonl", "parquet"):
        build([tmp_path / f"news.{kind}"], tmp_path / f"{kind}.nq", workers=1)
    assert (tmp_path / "jsonl.nq").read_bytes() == (tmp_path / "parquet.nq").read_bytes()
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing else")
    report = build([tmp_path / "broken.parquet", tmp_path / "news.parquet"], tmp_path / "g.nq", workers=1)
    assert (report.stored, len(report.skipped)) == (2, 1)
