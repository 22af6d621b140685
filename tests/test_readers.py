"""Reading: whatever comes in becomes clean documents, or is named and left out."""

import io
import json
import os
from pathlib import Path

import pytest

from kg.document import Document
from kg.readers import Skipped, Warned, read

GERMAN = (
    "Der Präsident sprach am Montag mit dem Außenminister über die Lage an der Grenze zum Nachbarland. Nach Angaben "
    "des Ministeriums kamen bei den Kämpfen mindestens zwölf Soldaten ums Leben. Die Regierung warf der Gegenseite "
    "vor, den Waffenstillstand gebrochen zu haben, und bat die Vereinten Nationen um Vermittlung."
)
RUSSIAN = (
    "Президент встретился в понедельник с министром обороны соседней страны. По словам военных, за минувшую неделю "
    "погибли двенадцать солдат. Правительство обвинило соседей в нарушении перемирия и попросило о посредничестве. "
    "Переговоры продолжатся в среду."
)
CHINESE = "国防部长星期一会见了邻国代表，讨论边境冲突和停火问题。双方同意继续谈判，但没有公布具体日期。" * 3
FOREIGN_NAMES = (
    "Mwai Kibaki, Raila Odinga, Yoweri Museveni and Jakaya Kikwete met Meles Zenawi in Addis Ababa. Also there were "
    "Abdullahi Yusuf Ahmed, Ali Mohammed Ghedi and Hassan Dahir Aweys of Mogadishu, Kismayo and Baidoa, with Pierre "
    "Nkurunziza of Bujumbura, Joseph Kabila of Kinshasa and Ismail Omar Guelleh of Djibouti."
)


def gather(*inputs: object, **options: object) -> tuple[list[Document], list[Skipped], list[Warned]]:
    skipped: list[Skipped] = []
    warned: list[Warned] = []
    documents = list(read(inputs, on_skip=skipped.append, on_warning=warned.append, **options))
    return documents, skipped, warned


@pytest.mark.row_02
@pytest.mark.parametrize(
    ("data", "text", "warns"),
    [
        (b"Peace.\n", "Peace.\n", False),
        (b"\xef\xbb\xbfPeace.", "Peace.", False),
        ("Peace in Zürich.".encode("utf-16"), "Peace in Zürich.", False),
        (b"\xfe\xff" + "Peace.".encode("utf-16-be"), "Peace.", False),
        ("Peace.".encode("utf-32"), "Peace.", False),
        (b"\x93We agree\x94 \x97 so they said.", "\u201cWe agree\u201d \u2014 so they said.", True),
        (b"Peace \xed\xa0\xbd\xed\xb8\x80 now", "Peace \U0001f600 now", True),
        ("Genève, Zürich, ".encode() + b"Gen\xc3", "Genève, Zürich, Gen\ufffd", True),
        (b"A\x00na\x07 met \x1b[31mEva" + b" again" * 20, "Ana met [31mEva" + " again" * 20, False),
        (b"one\r\ntwo\rthree\x0cfour", "one\ntwo\nthree\nfour", False),
        ("A\u200bna \u202ePetro\u00adva".encode(), "Ana Petrova", False),
        ("Zu\u0308rich".encode(), "Zürich", False),
        (b"Caption\n\nFirst paragraph.\n\nSecond.", "Caption\n\nFirst paragraph.\n\nSecond.", False),
    ],
)
def test_bytes_become_clean_text(tmp_path: Path, data: bytes, text: str, warns: bool) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    documents, skipped, warned = gather(tmp_path / "a.txt")
    assert [d.text for d in documents] == [text]
    assert not skipped
    assert bool(warned) == warns


@pytest.mark.row_01
@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b"\xef\xbb\xbf \n\t\n", "empty"),
        ("a.txt", bytes(range(256)) * 20, "binary"),
        ("a.txt", "No mark.".encode("utf-16-le"), "binary"),
        ("a.txt", b"%PDF-1.7\nrest", "a PDF"),
        ("a.txt", b"\x1f\x8b\x08\x00rest", "gzip"),
        ("a.txt", GERMAN.encode(), "not in English"),
        ("a.txt", RUSSIAN.encode(), "not in English"),
        ("a.txt", CHINESE.encode(), "not in English"),
        ("a.html", b"", "empty"),
        ("a.html", b"<html><body><script>x()</script></body></html>", "no article"),
        ("a.jsonl", b"\n\n", "empty"),
        ("a.docx", b"Peace.", "not a Word file"),
        ("a.xls", b"Peace.", "unknown kind of file"),
    ],
)
def test_what_is_no_text_is_named_and_skipped(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    documents, skipped, _ = gather(path)
    assert documents == []
    assert len(skipped) == 1
    assert name in skipped[0].where
    assert reason in skipped[0].reason


@pytest.mark.parametrize("text", [FOREIGN_NAMES, GERMAN[:150], "War. " * 500])
def test_only_a_clear_verdict_on_the_language_counts(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    assert len(gather(tmp_path / "a.txt")[0]) == 1


def test_a_missing_path_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("Peace.")
    documents, skipped, _ = gather(tmp_path / "a.txt", tmp_path / "b.txt")
    assert [d.identifier for d in documents] == ["b.txt"]
    assert [s.reason for s in skipped] == ["no such file or folder"]


def test_folders_are_read_in_order_and_hidden_files_left_out(tmp_path: Path) -> None:
    for name in (
        "z.txt",
        "b/c.md",
        "b/a.TXT",
        "b/.hidden.txt",
        ".git/x.txt",
        "z.meta.json",
        "d.txt/e.txt",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}" if name.endswith("json") else f"Peace in {name}.")
    documents, skipped, _ = gather(tmp_path)
    assert [d.identifier for d in documents] == ["b/a.TXT", "b/c.md", "d.txt/e.txt", "z.txt"]
    assert skipped == []


def test_a_folder_without_texts_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    _, skipped, _ = gather(tmp_path / "empty")
    assert [s.reason for s in skipped] == ["a folder without texts"]


def test_links_out_of_the_folder_and_loops_are_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "a.txt").write_text("Peace.")
    (tmp_path / "secret.txt").write_text("Secret.")
    (root / "out.txt").symlink_to(tmp_path / "secret.txt")
    (root / "loop").symlink_to(root)
    (root / "sub" / "up").symlink_to(tmp_path)
    (root / "gone.txt").symlink_to(root / "nothing.txt")
    (root / "same.txt").symlink_to(root / "a.txt")
    documents, skipped, _ = gather(root)
    assert [d.identifier for d in documents] == ["a.txt", "same.txt"]
    assert {Path(s.where).name for s in skipped} == {"out.txt", "loop", "up", "gone.txt"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipes_never_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p.txt")
    (tmp_path / "a.txt").write_text("Peace.")
    documents, skipped, _ = gather(tmp_path, tmp_path / "p.txt", "/dev/null")
    assert len(documents) == 1
    assert [s.reason for s in skipped] == ["a pipe, not a file", "a pipe, not a file", "a device, not a file"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Peace.")
    (tmp_path / "a.txt").chmod(0)
    _, skipped, _ = gather(tmp_path / "a.txt")
    assert "cannot be read" in skipped[0].reason


def test_a_name_that_is_not_utf8_maps_back(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    try:
        Path(os.fsdecode(path)).write_text("Peace.")
    except OSError:
        pytest.skip("the file system takes only UTF-8")
    assert gather(tmp_path)[0][0].identifier == "caf%E9.txt"


def test_metadata_beside_a_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Peace.")
    meta = {"date": "2022-11-10", "title": " Peace\nat last ", "url": "https://ann:pw@news.example/1", "source": "News"}
    (tmp_path / "a.meta.json").write_text(json.dumps(meta))
    (document,), _, warned = gather(tmp_path / "a.txt", date="1999-01-01")
    assert document == Document("a.txt", "Peace.", "2022-11-10", "Peace at last", "https://news.example/1", "News")
    assert warned == []


@pytest.mark.parametrize(
    "meta", ['{"date": "2022-02-30"}', '{"date": "soon"}', '{"url": "javascript:x"}', "[]", "{", '{"title": ["x"]}']
)
def test_unusable_metadata_is_warned_about_and_dropped(tmp_path: Path, meta: str) -> None:
    (tmp_path / "a.txt").write_text("Peace.")
    (tmp_path / "a.meta.json").write_text(meta)
    documents, skipped, warned = gather(tmp_path / "a.txt")
    assert documents == [Document("a.txt", "Peace.")]
    assert skipped == []
    assert len(warned) == 1
    assert "a.meta.json" in warned[0].where


def test_a_given_date_only_fills_in(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "x", "text": "Peace.", "date": "2020-05"}\n{"id": "y", "text": "War."}\n')
    documents, _, _ = gather(tmp_path / "a.jsonl", date="2022-11-10")
    assert [d.date for d in documents] == ["2020-05", "2022-11-10"]


@pytest.mark.row_13
def test_good_records_are_read_and_bad_lines_named(tmp_path: Path) -> None:
    lines = [
        b'\xef\xbb\xbf{"id": "one", "text": "Peace.", "title": "T", "url": "https://news.example/", "source": "S"}\r\n',
        b"\n",
        b'{"id": "two", "text": \n',
        b'["three"]\n',
        b'{"id": "four"}\n',
        b'{"text": "\\ud800 lone", "id": 5}\n',
        b'{"text": "caf\xe9"}\n',
        b'{"id": ' + b"9" * 5000 + b', "text": "x"}\n',
        b"[" * 100_000 + b"\n",
        b'{"id": "blank", "text": " "}\n',
        b'{"text": "Last, without a line end."}',
    ]
    (tmp_path / "a.jsonl").write_bytes(b"".join(lines))
    documents, skipped, _ = gather(tmp_path / "a.jsonl")
    assert [(d.identifier, d.text) for d in documents] == [
        ("one", "Peace."),
        ("5", "\ufffd lone"),
        ("a.jsonl:11", "Last, without a line end."),
    ]
    assert documents[0].source == "S"
    assert [s.where for s in skipped] == [*(f"a.jsonl:{n}" for n in (3, 4, 5, 7, 8, 9)), "blank"]


def test_the_same_document_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Peace.")
    documents, skipped, _ = gather(tmp_path, tmp_path / "a.txt")
    assert len(documents) == 1
    assert "duplicate" in skipped[0].reason


def test_two_texts_of_one_name_are_both_read_with_a_warning(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(f"Peace in {folder}.")
    documents, _, warned = gather(tmp_path / "one", tmp_path / "two")
    assert len(documents) == 2
    assert "same name" in warned[0].message or "this name" in warned[0].message


def test_standard_input_is_text_or_records() -> None:
    (text,), _, _ = gather("-", stdin=io.BytesIO(b"{Peace} at last.\n"))
    assert (text.identifier, text.text) == ("stdin", "{Peace} at last.\n")
    documents, skipped, _ = gather("-", stdin=io.BytesIO(b'\n{"text": "Peace."}\n{"id": "b", "text": "War."}\nbad\n'))
    assert [d.identifier for d in documents] == ["stdin:2", "b"]
    assert [s.where for s in skipped] == ["stdin:4"]


def test_markdown_loses_its_markup_and_keeps_its_paragraphs(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "---\ntitle: 'Talks'\ndate: 2022-11-10\n---\n# Talks *fail*\nKenya and **Chad** [met](https://x.example/a_b).\n"
        "![map](m.png)\n\n> They did not agree.\n\nSub\n---\n- one side\n- snake_case_name stays\n\n"
        "```\ncode\n```\n<!-- no -->5 \\* 3 is `x`.\n"
    )
    (document,), _, _ = gather(tmp_path / "a.md")
    assert (document.title, document.date) == ("Talks", "2022-11-10")
    paragraphs = [" ".join(p.split()) for p in document.text.split("\n\n") if p.strip()]
    assert paragraphs == [
        "Talks fail", "Kenya and Chad met.", "They did not agree.", "Sub", "one side", "snake_case_name stays",
        "5 * 3 is x.",
    ]  # fmt: skip


PAGE = """<?xml version="1.0" encoding="latin-1"?><!DOCTYPE html><html lang="en"><head><title>Talks in Nairobi</title>
<meta property="article:published_time" content="2021-05-03T08:00:00Z">
<link rel="canonical" href="https://news.example/talks"><meta property="og:site_name" content="Example News">
<meta charset="utf-7"></head><body><nav><a href="/">Home</a></nav><article><h1>Talks in Nairobi</h1>
<p>The foreign ministers of Kenya and Chad met in Nairobi on Monday&#0; to speak about the border.</p>
<p>They agreed to meet again in Zürich next week, the hosts said after the talks had ended.</p></article>
<footer>Copyright 2019</footer></body></html>"""


def test_a_web_page_gives_its_article_and_what_it_says_of_itself(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    (document,), skipped, _ = gather(tmp_path / "a.html")
    assert skipped == []
    paragraphs = document.text.split("\n\n")
    assert paragraphs[-2].startswith("The foreign ministers")
    assert paragraphs[-1].startswith("They agreed to meet again in Zürich")
    assert "Home" not in document.text
    assert (document.title, document.date) == ("Talks in Nairobi", "2021-05-03")
    assert (document.url, document.source) == ("https://news.example/talks", "Example News")


def test_no_date_is_guessed_for_a_web_page(tmp_path: Path) -> None:
    page = PAGE.replace('<meta property="article:published_time" content="2021-05-03T08:00:00Z">', "")
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    assert gather(tmp_path / "a.html")[0][0].date is None


def test_metadata_named_beside_its_text_is_no_input_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Norland met Southmark.")
    (tmp_path / "a.meta.json").write_text('{"date": "2024-05-13"}')
    (tmp_path / "b.meta.json").write_text("{}")
    skipped: list[Skipped] = []
    found = list(read(sorted(tmp_path.iterdir()), None, skipped.append))
    assert [d.date for d in found] == ["2024-05-13"]
    assert [Path(s.where).name for s in skipped] == ["b.meta.json"]
