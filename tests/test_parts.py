"""Long documents: divided where sentences end, with offsets into the whole, and joined as if read at once."""

import json
import random
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import standin
from kg import parts
from kg.document import Document
from kg.extract import extract, pipeline
from kg.parts import borders, extract_all
from kg.run import build

ROOT = Path(__file__).resolve().parent.parent
SENTENCES = (
    "Russia attacked Ukraine on Monday.", "Turkey mediated talks between Armenia and Azerbaijan.",
    "President Vladimir Putin met President Recep Tayyip Erdogan in Ankara.",
    "The United States imposed sanctions on Iran.", "Kenya supports Ethiopia.",
    "Rebels attacked government troops in Sudan, killing 12 people.",
)  # fmt: skip


@given(st.text(alphabet='ab .!?\n"”AÉ😀', max_size=400), st.integers(2, 60))
def test_borders_leave_nothing_out_and_no_part_too_long(text: str, most: int) -> None:
    found = borders(text, most)
    assert found == sorted(set(found)) or text == ""
    assert "".join(text[a:b] for a, b in pairwise(found)) == text
    assert all(b - a <= most for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("text", "most", "first"),
    [
        ("One came.\n\nTwo left. Three. Four", 25, "One came.\n\nTwo left. "),
        ("One came. Two left home.\n\nThree stayed here.", 30, "One came. Two left home.\n\n"),
        ("One came there\nand Two left. The end", 30, "One came there\nand Two left. "),
        ("one two three four five", 12, "one two "),
        ("x" * 30, 12, "x" * 12),
        ("He saw J. Smith there. Then", 25, "He saw J. Smith there. "),
    ],
)
def test_a_border_lies_at_the_best_place(text: str, most: int, first: str) -> None:
    assert text[: borders(text, most)[1]] == first


def whole_and_divided(text: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    document = Document("long.txt", text, "2024-05-15")
    (whole,) = extract([document])
    monkeypatch.setattr("kg.parts.PART", most)
    assert len(borders(text)) > 2
    (divided,) = extract_all([document], print)
    # how sure it is that "the rebels" are those of the paragraph before may differ
    assert [replace(s, confidence=1.0) for s in divided.statements] == [
        replace(s, confidence=1.0) for s in whole.statements
    ]
    assert divided.entities == whole.entities
    for statement in divided.statements:
        place = statement.passage
        assert text[place.start : place.end] == place.text


def test_a_divided_document_says_what_the_whole_says(monkeypatch: pytest.MonkeyPatch) -> None:
    whole_and_divided("\n\n".join(SENTENCES * 3), 300, monkeypatch)


# What only a reader of the whole can number and look up: unnamed events, surnames, pronouns, a year named long before.
LOOKED_UP = (
    *SENTENCES, "Armenia and Azerbaijan signed a ceasefire in 2020.", "The ceasefire was broken by Azerbaijan.",
    "A second ceasefire was signed by Kenya and Somalia.", "Erdogan met Putin again.", "On 5 March it attacked the rebels.",
    "Rebels and the government signed a peace deal.", "They signed another peace deal in May.",
)  # fmt: skip


def read_at_once_and_in_pieces(text: str, piece: int, reader: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    document = Document("long.txt", text)
    monkeypatch.setattr("kg.extract.analysis.WHOLE", 10**9)
    (whole,) = extract([document], reader=reader)
    monkeypatch.setattr("kg.extract.analysis.WHOLE", 100)
    monkeypatch.setattr("kg.extract.analysis.PIECE", piece)
    (pieces,) = extract([document], reader=reader)
    assert pieces == whole
    assert [s.rule for s in pieces.statements] == [s.rule for s in whole.statements]
    assert len(whole.statements) > 20
    assert any(entity.key.startswith("agreement-") for entity in whole.entities)


@pytest.mark.row_07
@pytest.mark.parametrize(("between", "piece"), [("\n\n", 120), (" ", 200)])
def test_a_text_read_in_pieces_says_what_it_says_at_once(
    between: str, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(4)
    text = between.join(chance.choice(LOOKED_UP) for _ in range(120))
    read_at_once_and_in_pieces(text, piece, False, monkeypatch)


@pytest.mark.row_07
@pytest.mark.soak
def test_a_long_text_read_in_pieces_says_what_it_says_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(5)
    text = "\n\n".join(" ".join(chance.choice(LOOKED_UP) for _ in range(5)) for _ in range(600))
    read_at_once_and_in_pieces(text, 8_000, True, monkeypatch)


@pytest.mark.row_08
@pytest.mark.parametrize("text", ["ab-" * 2_000, "x" * 20_000, "troops of the government said " * 1_500])
def test_what_never_stops_is_divided(text: str) -> None:
    (found,) = extract([Document("x.txt", text)], reader=False)
    assert all(text[s.passage.start : s.passage.end] == s.passage.text for s in found.statements)
    doc = pipeline(False)(text[:12_000])
    assert max(len(sentence) for sentence in doc.sents) <= 301


def test_one_part_that_fails_is_the_documents_fault_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(documents):
        for document in documents:
            if "BOOM" in document.text:
                raise ValueError("broken")
            yield standin.find(document)

    monkeypatch.setattr("kg.extract.extract", breaks)
    monkeypatch.setattr("kg.parts.PART", 20)
    skipped = []
    texts = ("Norland met Chad.", "Norland met Chad. BOOM now. And more of it here.", "Chad met Norland. " * 5)
    found = list(extract_all([Document(str(n), text) for n, text in enumerate(texts)], skipped.append))
    assert [extraction.document.identifier for extraction in found] == ["0", "2"]
    assert [skip.where for skip in skipped] == ["1"]
    assert len(found[1].statements) == 5


@pytest.mark.row_07
def test_a_million_characters_are_built_with_the_right_offsets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.extract.extract", standin.extract)
    filler = "Then it was said at length, in é and in other letters, that nobody would speak of it again. " * 20
    text = "".join(f"{filler}Norland attacked State{n}. " for n in range(600))
    assert len(text) > 1_000_000
    (tmp_path / "a.txt").write_text(text, "utf-8")
    (tmp_path / "b.jsonl").write_text(json.dumps({"id": "b", "text": text}))
    assert build([tmp_path / "a.txt", tmp_path / "b.jsonl"], tmp_path / "g.nq").stored == 2
    (divided,) = extract_all([Document("a.txt", text)], print)
    assert divided == standin.find(Document("a.txt", text))
    assert len(divided.statements) == 600
    assert all(text[s.passage.start : s.passage.end] == s.passage.text for s in divided.statements)
    assert len(text) > parts.PART


# One process for each size, so that what is measured is its own.
HUGE = """
import sys
sys.path[:0] = [{root!r}, {tests!r}]
import kg.extract, standin
from pathlib import Path
from kg import run
{real}
report = run.build([Path(sys.argv[1])], store=Path(sys.argv[2]))
(peak,) = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(report.stored, int(peak) // 1024)
"""


needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")


def huge(tmp_path: Path, characters: int) -> tuple[int, int]:
    """A text of one line, built with the stand-in for the extractor: documents stored and peak memory in MiB."""
    with (tmp_path / "huge.txt").open("w", encoding="utf-8") as stream:
        sentence = "Norland said on Monday that its troops would stay as long as it takes, and nobody asked why. "
        stream.writelines(sentence for _ in range(characters // len(sentence)))
        stream.write("Norland attacked Southmark.")
    code = HUGE.format(root=str(ROOT), tests=str(ROOT / "tests"), real="kg.extract.extract = standin.extract")
    result = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "huge.txt"), str(tmp_path / "s")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    stored, memory = map(int, result.stdout.split())
    return stored, memory


@pytest.mark.row_07
@needs_proc
def test_ten_megabytes_in_one_line_take_little_memory(tmp_path: Path) -> None:
    stored, memory = huge(tmp_path, 10_000_000)
    assert stored == 1
    assert memory < 400


@pytest.mark.row_07
@needs_proc
@pytest.mark.soak
def test_a_hundred_megabytes_in_one_line_take_less_than_a_gigabyte_and_a_half(tmp_path: Path) -> None:
    stored, memory = huge(tmp_path, 100_000_000)
    assert stored == 1
    assert memory <= 1536


@settings(max_examples=30)
@given(st.lists(st.sampled_from(("Norland met Chad.", "Chad attacked Norland.", "Nothing.", "\n\n")), max_size=40))
def test_divided_anywhere_the_offsets_hold(pieces: list[str]) -> None:
    document = Document("x", " ".join(pieces))
    at = borders(document.text, 40)
    found = [
        standin.find(Document("x", document.text[a:b])) for a, b in pairwise(at)
    ]  # fmt: skip
    joined = parts.joined(document, at, found)
    assert {*joined.statements} <= {*standin.find(document).statements}
    assert all(document.text[s.passage.start : s.passage.end] == s.passage.text for s in joined.statements)
