"""The scores: on a small gold of our own, and the same as the reference scorer gives where that is at hand."""

import importlib.util
import json
import random
from pathlib import Path
from types import ModuleType

import pytest

from kg.document import Document
from kg.errors import KgError
from kg.evaluation import annotations, evaluate, read_gold, score, table
from kg.gold import comparable
from kg.statement import Entity, Extraction, Passage, Statement

TEXT = (
    "Kenyan troops shelled Chad on Monday, Chad's defence ministry said. Kenya denied that it had attacked Chad. "
    "The truce was brokered by Niger. Chad condemned Kenya."
)
SENTENCES = [s + "." for s in TEXT.rstrip(".").split(". ")]
GOLD = {
    "file": "a.txt",
    "date": "2024-05-15",
    "entities": [
        {"id": "e1", "name": "Kenya", "type": "State", "aliases": ["Kenyan"]},
        {"id": "e2", "name": "Kenyan armed forces", "type": "Force", "of": "e1", "aliases": ["Kenyan troops"]},
        {"id": "e3", "name": "Chad", "type": "State"},
        {"id": "e4", "name": "Chad's defence ministry", "type": "Organization", "of": ["e3"]},
        {"id": "e5", "name": "the truce of May", "type": "Agreement", "aliases": ["truce"]},
        {"id": "e6", "name": "Niger", "type": "State"},
    ],
    "statements": [
        {"s": "e2", "p": "attacks", "o": "e3", "by": ["e4"], "date": "2024-05-13", "evidence": SENTENCES[0]},
        {"s": "e1", "p": "attacks", "o": "e3", "by": ["e1"], "negated": True, "evidence": SENTENCES[1]},
        {"s": "e6", "p": "brokers", "o": "e5", "by": [], "evidence": SENTENCES[2]},
        {"s": "e3", "p": "condemns", "o": "e1", "by": [], "evidence": SENTENCES[3]},
    ],
}
ENTITIES = (
    Entity("kenya", "State", "Kenya"),
    Entity("kenyan-armed-forces", "Force", "Kenyan armed forces"),
    Entity("chad", "State", "Chad"),
    Entity("ministry", "Organization", "Chadian Ministry of Defence", ("Chad's defence ministry",)),
    Entity("accord", "Ceasefire", "some accord"),
    Entity("niger", "State", "Niger"),
    Entity("mali", "State", "Mali"),
)
DOCUMENT = Document("a.txt", TEXT, "2024-05-15")


def statement(subject: str, predicate: str, target: str, sentence: int, **more: object) -> Statement:
    start = TEXT.index(SENTENCES[sentence])
    passage = Passage(DOCUMENT.key, start, start + len(SENTENCES[sentence]), SENTENCES[sentence])
    return Statement(subject, predicate, target, passage, **more)  # type: ignore[arg-type]


BELONGS = statement("kenyan-armed-forces", "belongsTo", "kenya", 0)
RIGHT = statement("kenyan-armed-forces", "attacks", "chad", 0, attributed_to=("ministry",), when="2024-05-13")
BROKERS = statement("niger", "brokers", "accord", 2)


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "a.json").write_text(json.dumps(GOLD))
    return tmp_path


def scored(gold: Path, *statements: Statement) -> dict[str, object]:
    return score(read_gold(gold)[0], annotations([Extraction(DOCUMENT, ENTITIES, statements)]))


def counts(result: dict[str, object], what: str) -> tuple[int, int, int]:
    tally = result[what]
    assert isinstance(tally, dict)
    return tally["tp"], tally["fp"], tally["fn"]


def test_names_are_compared_without_what_varies() -> None:
    assert comparable("The Kenyan  Troops") == comparable("kenyan troops")
    assert comparable("Kenya's") == "kenya"
    assert comparable("Çavuşoğlu") == comparable("Cavusoglu")


def test_right_statements_count_at_both_levels(gold: Path) -> None:
    result = scored(gold, RIGHT, BROKERS, BELONGS)
    assert counts(result, "triples_actor") == (2, 1, 1)  # that the troops belong to Kenya is not in this gold
    assert counts(result, "triples_side") == (2, 0, 1)  # at side level it falls away
    assert counts(result, "entities") == (6, 1, 0)
    assert (result["attribution"], result["date"], result["false_assertions"]) == (1.0, 1.0, 0.0)


def test_another_member_of_the_same_side_counts_at_side_level(gold: Path) -> None:
    result = scored(gold, statement("kenya", "attacks", "chad", 0, attributed_to=("chad",)))
    assert counts(result, "triples_actor") == (0, 1, 3)
    assert counts(result, "triples_side") == (1, 0, 2)


def test_a_nameless_agreement_is_known_by_its_sentence_alone(gold: Path) -> None:
    assert counts(scored(gold, BROKERS), "triples_actor")[0] == 1
    assert counts(scored(gold, statement("niger", "brokers", "accord", 1)), "triples_actor")[0] == 0


def test_the_wrong_source_and_a_denied_fact_show(gold: Path) -> None:
    unsourced = scored(gold, statement("kenyan-armed-forces", "attacks", "chad", 0))
    assert (unsourced["attribution"], unsourced["false_assertions"]) == (0.0, 0.0)
    assert scored(gold, statement("kenya", "attacks", "chad", 1, negated=True))["false_assertions"] is None
    gold_file = gold / "a.json"
    gold_file.write_text(json.dumps({**GOLD, "statements": GOLD["statements"][1:]}))
    assert scored(gold, statement("kenya", "attacks", "chad", 1))["false_assertions"] == 1.0


def test_each_error_is_listed_with_its_sentence(gold: Path) -> None:
    errors = scored(gold, RIGHT, statement("mali", "attacks", "chad", 0))["errors"]
    assert isinstance(errors, list)
    assert {(e["kind"], e["s"], e["p"], e["o"]) for e in errors} == {
        ("spurious", "mali", "attacks", "chad"),
        ("missed", "niger", "brokers", "truce of may"),
        ("missed", "chad", "condemns", "kenyan"),
    }


def test_evaluate_builds_from_the_texts_with_the_dates_of_the_gold(gold: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Document] = []

    def extract(documents):
        for document in documents:
            seen.append(document)
            yield Extraction(document, ENTITIES, (RIGHT,))

    monkeypatch.setattr("kg.extract.extract", extract)
    result = evaluate(gold)
    assert seen == [DOCUMENT]
    assert (result["documents"], result["built"]) == (1, 1)
    assert table(result)[2][0] == "triples_actor"


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"file": "a.txt"}', '{"file": "a.txt", "entities": [{}], "statements": []}']
)
def test_a_malformed_gold_file_is_named(gold: Path, content: str) -> None:
    (gold / "b.json").write_text(content)
    with pytest.raises(KgError, match=r"b\.json"):
        read_gold(gold)


def test_a_folder_without_gold_is_named(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="no gold"):
        read_gold(tmp_path)
    with pytest.raises(KgError, match="no such folder"):
        read_gold(tmp_path / "none")


SHARED = Path(__file__).resolve().parents[2] / "shared" / "eval"


@pytest.mark.skipif(not (SHARED / "score.py").is_file(), reason="the reference scorer in ../shared is not here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of rdflib, by the way the reference scorer reads
@pytest.mark.parametrize("seed", range(3))
def test_the_reference_scorer_gives_the_same_figures(tmp_path: Path, seed: int) -> None:
    from kg.rdf import write

    extractions = _blurred(SHARED / "dev", random.Random(seed))
    write(extractions, tmp_path / "g.nt")
    reference = _reference()
    total, by, errors = reference.score(reference.load_gold(SHARED / "dev"), reference.load_graph(tmp_path / "g.nt"))
    ours = score(read_gold(SHARED / "dev")[0], annotations(extractions))
    assert ours["by_predicate"] == {predicate: list(values) for predicate, values in by.items()}
    ours_errors = ours["errors"]
    assert isinstance(ours_errors, list)
    key = lambda e: (e["file"], e["kind"], e["p"], e["evidence"])  # noqa: E731
    assert sorted(map(key, ours_errors)) == sorted(map(key, errors))
    assert {name: ours[name] for name in total} == total
    assert 0.2 < ours["triples_side"]["f1"] < 0.95  # type: ignore[index]


def _reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference_scorer", SHARED / "score.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _blurred(folder: Path, chance: random.Random) -> list[Extraction]:
    """Extractions that are right in part: the gold with entities renamed and statements lost, turned and changed."""
    extractions = []
    for path in sorted(folder.glob("*.json")):
        raw = json.loads(path.read_text(encoding="utf-8"))
        document = Document(raw["file"], (folder / raw["file"]).read_text(encoding="utf-8-sig"))
        keys = {e["id"]: f"{path.stem}-{e['id']}" for e in raw["entities"]}
        uses = [key for s in raw["statements"] for key in (s["s"], s["o"])]
        entities, statements = [], {}
        for e in raw["entities"]:
            named = chance.random() < 0.8 or uses.count(e["id"]) > 1
            aliases = tuple(e.get("aliases", ())) if named else ()
            entities.append(Entity(keys[e["id"]], e["type"], e["name"] if named else f"unknown {e['id']}", aliases))
            for up in [e["of"]] if isinstance(e.get("of"), str) else e.get("of") or ():
                if chance.random() < 0.7:
                    s = Statement(keys[e["id"]], "belongsTo", keys[up], Passage(document.key, 0, 5, document.text[:5]))
                    statements[s.subject, s.predicate, s.object] = s
        for s in raw["statements"]:
            if chance.random() < 0.3:
                continue
            predicate = s["p"] if chance.random() < 0.8 or isinstance(s["o"], int) else "condemns"
            evidence = s["evidence"]
            start = document.text.find(evidence[:20])
            made = Statement(
                keys[s["s"]], predicate, s["o"] if isinstance(s["o"], int) else keys[s["o"]],
                Passage(document.key, max(start, 0), max(start, 0) + len(evidence), evidence),
                tuple(keys[b] for b in s.get("by") or ()) if chance.random() < 0.7 else (),
                bool(s.get("negated")) and chance.random() < 0.7, bool(s.get("hypothetical")) and chance.random() < 0.7,
                s.get("date") if chance.random() < 0.7 else None,
            )  # fmt: skip
            # One statement a triple: where several differ, which of them counts is a matter of chance in the reference.
            statements.setdefault((made.subject, made.predicate, made.object), made)
        extractions.append(
            Extraction(document, tuple(entities), tuple(sorted(statements.values(), key=lambda s: s.key)))
        )
    return extractions
