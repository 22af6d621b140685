"""Other extractors: what they say is held against text and ontology, and what goes wrong is named and counted."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kg import evaluation, extractors, shapes, upkeep
from kg.document import Document
from kg.errors import KgError, UsageError
from kg.extract import extract
from kg.extractors import Settings
from kg.extractors.checking import checked
from kg.extractors.llm import LanguageModel, from_settings
from kg.readers import Warned
from kg.run import build, extractions
from kg.statement import Entity, Extraction, Passage, Statement

TEXT = (
    "Kenya’s army shelled Chad on Monday, Chad said.\n\nKenya denied that it had\nattacked Chad. At least 12 rebels of the "
    "Vosk Front were killed near Abéché."
)
DOCUMENT = Document("a.txt", TEXT, "2024-05-15")
KEY = "sk-not-to-be-told"
ENTITIES = [
    {"id": "1", "name": "Kenya", "type": "State", "aliases": ["Kenya's", "Kenyans"]},
    {"id": "2", "name": "Kenya's army", "type": "Force", "aliases": []},
    {"id": "3", "name": "Chad", "type": "State", "aliases": []},
    {"id": "4", "name": "Vosk Front", "type": "Force", "aliases": []},
    {"id": "5", "name": "Abéché", "type": "Place", "aliases": []},
]
SHELLED = {
    "subject": "2", "property": "attacks", "object": "3", "count": None, "polarity": "affirmed", "modality": "fact",
    "attributed_to": ["3"], "date": "2024-05-13", "office": None, "quote": "Kenya's army shelled Chad on Monday, Chad said.",
}  # fmt: skip
DENIED = {
    **SHELLED, "subject": "1", "polarity": "negated", "attributed_to": ["1"], "date": None,
    "quote": "Kenya denied that it had attacked Chad.",
}  # fmt: skip
KILLED = {
    **SHELLED, "subject": "4", "property": "killed", "object": None, "count": 12, "attributed_to": [], "date": None,
    "quote": "At least 12 rebels of the Vosk Front were killed near Abéché.",
}  # fmt: skip


def answer(*statements: dict[str, Any], entities: list[dict[str, Any]] = ENTITIES) -> str:
    return json.dumps({"entities": entities, "statements": statements})


@dataclass
class Fake:
    """An endpoint that gives one prepared answer after the other, the last one again and again."""

    url: str = ""
    answers: list[Any] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def next(self) -> Any:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def fake() -> Iterator[Fake]:
    state = Fake()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            state.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            state.keys.append(self.headers["Authorization"])
            given = state.next()
            if given is None:  # never
                state.over.wait(60)
                return
            status, body, headers = given if isinstance(given, tuple) else (200, chat(given), {})
            data = body.encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    yield state
    state.over.set()
    server.shutdown()
    server.server_close()
    thread.join(60)


def chat(content: str | None, finish: str = "stop") -> str:
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": finish}]})


def asking(fake: Fake, waited: list[float] | None = None, **options: str) -> LanguageModel:
    """The extractor that asks the endpoint, and only notes how long it would wait."""
    made = from_settings(Settings({"url": fake.url, "model": "tiny", **options}))
    return replace(made, endpoint=replace(made.endpoint, wait=(waited if waited is not None else []).append))


def run(fake: Fake, *documents: Document, **more: Any) -> tuple[list[Extraction], list[str]]:
    said: list[str] = []
    found = extractions(documents or [DOCUMENT], extractor=asking(fake, **more), on_event=lambda e: said.append(str(e)))
    return list(found), said


def test_a_good_answer_becomes_statements(fake: Fake) -> None:
    fake.answers = [answer(SHELLED, DENIED, KILLED)]
    [found], said = run(fake)
    assert not said and not found.dropped
    by = {(s.subject, s.predicate, s.object): s for s in found.statements}
    shelled = by["force-kenya-s-army", "attacks", "state-chad"]
    assert shelled.attributed_to == ("state-chad",) and shelled.when == "2024-05-13" and not shelled.asserted
    denied = by["state-kenya", "attacks", "state-chad"]
    assert denied.negated and denied.passage.text == "Kenya denied that it had\nattacked Chad."
    assert by["force-vosk-front", "killed", 12].asserted
    for statement in found.statements:
        assert TEXT[statement.passage.start : statement.passage.end] == statement.passage.text
    entities = {entity.key: entity for entity in found.entities}
    assert entities["state-kenya"].iso == "KE" and entities["state-kenya"].aliases == ("Kenya's",)


def test_the_graph_of_a_model_conforms(fake: Fake, tmp_path: Path) -> None:
    fake.answers = [answer(SHELLED, DENIED, KILLED)]
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    build([tmp_path / "a.txt"], tmp_path / "graph.ttl", date="2024-05-15", extractor=asking(fake))
    assert shapes.validate(tmp_path / "graph.ttl") == []


def test_what_is_asked_follows_the_ontology(fake: Fake) -> None:
    fake.answers = [answer()]
    run(fake)
    [asked] = fake.asked
    form = asked["response_format"]["json_schema"]
    assert asked["response_format"]["type"] == "json_schema" and form["strict"] is True
    properties = form["schema"]["properties"]["statements"]["items"]["properties"]
    assert "allyOf" in properties["property"]["enum"] and properties["polarity"]["enum"] == ["affirmed", "negated"]
    assert "Ceasefire" in form["schema"]["properties"]["entities"]["items"]["properties"]["type"]["enum"]
    assert TEXT in asked["messages"][1]["content"] and "2024-05-15" in asked["messages"][1]["content"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"quote": "Kenya's army bombed Chad on Monday."}, "quotation not in the text"),
        ({"quote": "Chad"}, "quotation is not a sentence"),
        ({"quote": "Chad said.\n\nKenya denied that it had attacked Chad."}, "quotation is not a sentence"),
        ({"property": "adores"}, "unknown property"),
        ({"subject": "9"}, "unknown entity"),
        ({"attributed_to": ["9"]}, "unknown entity"),
        ({"subject": "5"}, "class not allowed by the property"),
        ({"object": "2"}, "class not allowed by the property"),
        ({"property": "killed"}, "no whole number where the property counts"),
        ({"object": None, "count": 3}, "no whole number where the property counts"),
    ],
)
def test_what_is_invented_is_dropped_and_counted(fake: Fake, change: dict[str, Any], reason: str) -> None:
    fake.answers = [answer({**SHELLED, **change}, DENIED)]
    [found], said = run(fake)
    assert [s.subject for s in found.statements] == ["state-kenya"]
    assert found.dropped == ((reason, 1),)
    assert said == [f"a.txt: warning: dropped 1 ({reason})"]


def test_invented_entities_and_dates_are_dropped(fake: Fake) -> None:
    more = [*ENTITIES, {**ENTITIES[0], "id": "6", "name": "Wakanda"}, {**ENTITIES[0], "id": "7", "type": "Planet"}]
    fake.answers = [answer({**SHELLED, "date": "last week"}, entities=more)]
    [found], _ = run(fake)
    assert [s.when for s in found.statements] == [None]
    assert dict(found.dropped) == {"name not in the text": 1, "unknown class": 1, "no date": 1}
    assert not [entity for entity in found.entities if entity.name == "Wakanda"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("Certainly! Here is", "the model's answer is not JSON"),
        (json.dumps({"entities": []}), "the model's answer does not follow the schema"),
        (json.dumps([1]), "the model's answer does not follow the schema"),
        (answer({**SHELLED, "polarity": "denied"}), "the model's answer does not follow the schema"),
        (answer({**SHELLED, "date": 2024}), "the model's answer does not follow the schema"),
        (answer({"subject": "1"}), "the model's answer does not follow the schema"),
        ((200, chat("{}", "length"), {}), "the model's answer was cut off"),
        ((200, chat(None), {}), "the model gave no answer"),
        ((200, "<html>", {}), "the endpoint's answer is none of a chat completion"),
        ((503, "", {}), "the model gave no answer in 4 attempts: it answered 503"),
    ],
)
def test_a_bad_answer_costs_one_document(fake: Fake, given: Any, reason: str) -> None:
    fake.answers = [*[given] * (4 if "attempts" in reason else 1), answer(DENIED)]
    found, said = run(fake, DOCUMENT, replace(DOCUMENT, identifier="b.txt"))
    assert [one.document.identifier for one in found] == ["b.txt"]
    assert len(said) == 1 and said[0].startswith(f"a.txt: skipped: {reason}")


def test_a_busy_endpoint_is_asked_again(fake: Fake) -> None:
    fake.answers = [(429, "", {"Retry-After": "7"}), (500, "", {}), answer(DENIED)]
    waited: list[float] = []
    [found], _ = run(fake, waited=waited)
    assert len(found.statements) == 1 and waited == [7.0, 2.0]


def test_a_silent_endpoint_is_given_up(fake: Fake) -> None:
    fake.answers = [None]
    found, said = run(fake, timeout="0.1")
    assert not found and "no answer within 0.1 seconds" in said[0] and len(said) == 1


def test_where_any_request_would_fail_the_build_ends(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_LLM_KEY", KEY)
    cases = {
        (401, f"wrong key {KEY}"): r"refuses the key \(401\)",
        (404, ""): "does not know the path or the model",
        (400, json.dumps({"error": {"message": f"no json_schema for {KEY}"}})): "no json_schema for …",
    }
    for (status, body), message in cases.items():
        fake.answers = [(status, body, {})]
        with pytest.raises(KgError, match=message) as caught:
            run(fake)
        assert KEY not in str(caught.value)
    fake.answers = [(302, "", {"Location": "http://example.com/"})]
    with pytest.raises(KgError, match="leads elsewhere"):
        run(fake)
    with pytest.raises(KgError, match="nobody answers"):
        list(extractions([DOCUMENT], extractor=from_settings(Settings({"url": "http://localhost:1/v1", "model": "m"}))))


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("https://api.example.com/v1", "is not this machine"),
        ("http://localhost.example.com/v1", "is not this machine"),
        ("http://127.0.0.1@example.com/v1", "an address with a password"),
        ("http://localhost/v1?key=1", "a query in it is refused"),
        ("ftp://localhost/v1", "no web address"),
        ("localhost:11434", "no web address"),
        ("http://[::1", "no web address"),
    ],
)
def test_texts_stay_on_the_machine(url: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        from_settings(Settings({"url": url, "model": "m"}))


def test_the_network_needs_leave_and_the_key_a_safe_way(monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"url": "https://api.example.com/v1/", "model": "m"}
    assert from_settings(Settings(options, network=True)).endpoint.url == "https://api.example.com/v1"
    monkeypatch.setenv("KG_LLM_KEY", KEY)
    from_settings(Settings(options, network=True))
    with pytest.raises(UsageError, match="unencrypted"):
        from_settings(Settings({**options, "url": "http://api.example.com/v1"}, network=True))


def test_the_key_is_sent_and_kept_nowhere(fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_LLM_KEY", KEY)
    fake.answers = [answer(DENIED)]
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    model = asking(fake)
    build([tmp_path / "a.txt"], tmp_path / "graph.nq", store=tmp_path / "store", extractor=model)
    assert fake.keys == [f"Bearer {KEY}"]
    assert KEY not in repr(model)
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or KEY.encode() not in path.read_bytes()
    graph = (tmp_path / "graph.nq").read_text(encoding="utf-8")
    assert f'"llm {model.version}"' in graph and '"llm tiny"' in graph and fake.url not in graph


def test_a_store_knows_which_extractor_filled_it(fake: Fake, tmp_path: Path) -> None:
    fake.answers = [answer({**DENIED, "quote": "not in there at all"}, DENIED)]
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    store, said = tmp_path / "store", list[object]()
    report = build([tmp_path / "a.txt"], store=store, extractor=asking(fake))
    assert report.dropped == 1 and str(report).endswith("1 findings of the extractor dropped")
    assert upkeep.status(store).stale == 0
    assert build([tmp_path / "a.txt"], store=store, extractor=asking(fake)).unchanged == 1
    build([tmp_path / "a.txt"], store=store, extractor=asking(fake, model="other"), on_event=said.append)
    assert [e for e in said if isinstance(e, Warned) and "another extractor and model" in str(e)]
    assert build([tmp_path / "a.txt"], store=store, extractor=asking(fake, model="other"), refresh=True).stored == 1
    assert upkeep.status(store).stale == 0


def test_a_long_document_goes_in_parts(fake: Fake) -> None:
    fake.answers = [answer({**DENIED, "quote": "invented from nothing"}, DENIED), answer(DENIED)]
    # A part knows only its own words: of the same answer for the next one, nothing is kept.
    text = TEXT + "\n\n" + "Nothing was said. " * 60
    [found], _ = run(fake, replace(DOCUMENT, text=text), window="600")
    assert len(fake.asked) > 1
    [statement] = found.statements
    assert text[statement.passage.start : statement.passage.end] == statement.passage.text
    assert dict(found.dropped)["quotation not in the text"] == len(fake.asked)


def test_the_shipped_extractor_passes_the_checks() -> None:
    document = Document(
        "a", "Kenyan troops killed 3 rebels in Somalia on Monday, the African Union said.", "2024-05-15"
    )
    [found] = extract([document])
    assert found.statements and checked(found, document) == found
    [same] = extractions([document], extractor=extractors.load("default"))
    assert same == found
    [rules] = extractions([document], extractor=extractors.load("rules"))
    assert rules.statements and all(s.rule != "trained reader" for s in rules.statements)


THIRD = """
from kg.statement import Entity, Extraction, Passage, Statement

class Shout:
    name, version, window = "shout", "2", 1000

    def __init__(self, word):
        self.word = word

    def extract(self, document):
        text = document.text
        at = Passage(document.key, 0, len(text), text if self.word != "lie" else "something else")
        kenya, chad = Entity("state-kenya", "State", "Kenya"), Entity("state-chad", "State", "Chad")
        return Extraction(document, (kenya, chad), (Statement("state-kenya", "attacks", "state-chad", at),))

def make(settings):
    settings.only("word")
    return Shout(settings.options.get("word", ""))
"""


@pytest.fixture
def third(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of somebody else's that registers an extractor."""
    info = tmp_path / "site" / "shouting-2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shouting\nVersion: 2\n")
    (info / "entry_points.txt").write_text("[kg.extractors]\nshout = shouting:make\nbroken = shouting:nothing\n")
    (tmp_path / "site" / "shouting.py").write_text(THIRD)
    monkeypatch.syspath_prepend(tmp_path / "site")


@pytest.mark.usefixtures("third")
def test_other_packages_register_extractors() -> None:
    assert extractors.names() == ["default", "rules", "llm", "gliner", "broken", "shout"]
    document = Document("a", "Kenya attacked Chad.")
    [shout] = extractors.select(["shout"])
    [found] = extractions([document], extractor=shout)
    assert len(found.statements) == 1 and not found.dropped
    [lying] = extractors.select(["shout"], ["shout.word=lie"])
    [found] = extractions([document], extractor=lying)
    assert not found.statements and found.dropped == (("quotation not in the text", 1),)
    with pytest.raises(UsageError, match="no option 'volume'"):
        extractors.select(["shout"], ["shout.volume=11"])
    with pytest.raises(KgError, match="broken cannot be imported"):
        extractors.load("broken")


@pytest.mark.parametrize(
    ("chosen", "given", "url", "message"),
    [
        (["oracle"], [], None, "no extractor is called 'oracle'"),
        (["rules"], [], "http://localhost/v1", "options for llm, which is not used"),
        (["rules", "rules"], [], None, "given twice"),
        (["llm"], ["timeout=3"], None, "not an option of an extractor"),
        (["llm"], ["llm.timeout=3", "llm.timeout=4"], None, "given twice"),
        (["llm"], [], None, "needs --llm-url"),
        (["llm"], ["llm.timeout=soon", "llm.model=m"], "http://localhost/v1", "no number above 0"),
    ],
)
def test_wrong_calls_are_named(chosen: Sequence[str], given: Sequence[str], url: str | None, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        extractors.select(chosen, given, url)


class StandIn:
    """Called as GLiNER's models for relations are; finds the names that it was given, and joins the first two."""

    loaded: tuple[str, bool] = ("", False)

    @classmethod
    def from_pretrained(cls, model_id: str, *, local_files_only: bool = False) -> "StandIn":
        if model_id == "missing":
            raise OSError("no such model\nmore of it")
        cls.loaded = (model_id, local_files_only)
        return cls()

    def map_relations_to_text(self) -> None: ...

    def inference(
        self, texts: list[str], labels: list[str], relations: list[str], *, threshold: float, relation_threshold: float,
        return_relations: bool,
    ) -> tuple[list[list[dict[str, Any]]], list[list[dict[str, Any]]]]:  # fmt: skip
        assert "state" in labels and "attacks" in relations and return_relations and threshold < relation_threshold
        entities, found = [], []
        for text in texts:
            own = [
                {"start": at, "end": at + len(name), "text": name, "label": "state", "score": 0.9}
                for name in ("Kenya", "Chad")
                if (at := text.find(name)) >= 0
            ]
            entities.append(own)
            ends = [
                {**{k: e[k] for k in ("start", "end", "text")}, "type": e["label"], "entity_idx": i}
                for i, e in enumerate(own)
            ]
            both = len(own) == 2
            found.append([{"head": ends[0], "tail": ends[1], "relation": "attacks", "score": 0.812}] if both else [])
        return entities, found


@pytest.fixture
def gliner(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("gliner")
    module.GLiNER = StandIn  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "gliner", module)


@pytest.mark.usefixtures("gliner")
def test_gliner_finds_and_the_rules_tell_who_says_so() -> None:
    [relex] = extractors.select(["gliner"], ["gliner.model=some/model"])
    assert StandIn.loaded == ("some/model", True) and relex.version == "some/model 0.5 0.7"
    text = "Kenya attacked Chad on Monday. Kenya did not attack Chad. Niger said that Kenya had attacked Chad. Nobody came."
    [found] = extractions([Document("a", text, "2024-05-15")], extractor=relex)
    assert not found.dropped
    told = {s.passage.text: s for s in found.statements}
    assert len(told) == 3
    assert all(text[s.passage.start : s.passage.end] == s.passage.text for s in found.statements)
    plain = told["Kenya attacked Chad on Monday."]
    assert plain.asserted and plain.when == "2024-05-13" and plain.confidence == 0.81
    assert told["Kenya did not attack Chad."].negated
    assert told["Niger said that Kenya had attacked Chad."].attributed_to == ("state-niger",)


@pytest.mark.usefixtures("gliner")
def test_gliner_without_its_model() -> None:
    with pytest.raises(KgError, match="missing cannot be loaded: no such model \\(name a folder"):
        extractors.load("gliner", Settings({"model": "missing"}))
    with pytest.raises(UsageError, match="between 0 and 1"):
        extractors.load("gliner", Settings({"threshold": "3"}))


def test_gliner_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gliner", None)
    with pytest.raises(KgError, match=r"not installed \(pip install 'conflict-kg\[gliner\]'\)"):
        extractors.load("gliner")


def test_nothing_is_imported_unless_asked_for(root: Path) -> None:
    code = (
        "import sys, kg.cli, kg.run, kg.evaluation\nbefore = set(sys.modules)\nimport kg.extractors\n"
        "kg.extractors.names()\nprint([m for m in before if m.startswith('kg.extractors')])\n"
        "print([m for m in sys.modules if m.startswith('kg.extractors.') or m in ('spacy', 'gliner', 'torch')])"
    )
    env = {"PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.stdout == "[]\n[]\n", done.stderr


def test_extractors_are_compared(fake: Fake, tmp_path: Path) -> None:
    gold = {
        "file": "a.txt",
        "date": "2024-05-15",
        "entities": [{"id": "k", "name": "Kenya", "type": "State"}, {"id": "c", "name": "Chad", "type": "State"}],
        "statements": [{"s": "k", "p": "attacks", "o": "c", "by": [], "evidence": "Kenya attacked Chad."}],
    }
    for name, content in (("a.txt", "Kenya attacked Chad."), ("a.json", json.dumps(gold))):
        (tmp_path / name).write_text(content)
    said = {**SHELLED, "subject": "1", "attributed_to": [], "date": None, "quote": "Kenya attacked Chad."}
    fake.answers = [answer(said, {**said, "quote": "Chad attacked Kenya."}, entities=[ENTITIES[0], ENTITIES[2]]), "no"]
    rivals = evaluation.compare(
        tmp_path, [extractors.load("rules"), asking(fake), replace(asking(fake), name="silent")]
    )
    rows = [dict(zip(evaluation.COMPARED, row, strict=True)) for row in evaluation.comparison(rivals)]
    assert [row["extractor"] for row in rows] == ["rules", "llm", "silent"]
    assert [row["F1 side"] for row in rows] == ["1.000", "1.000", "0.000"]
    assert [(row["dropped"], row["skipped"]) for row in rows] == [("0", "0"), ("1", "0"), ("0", "1")]


def test_the_command_line_compares_and_builds(fake: Fake, tmp_path: Path, root: Path) -> None:
    fake.answers = [answer(DENIED)]
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")

    def kg(*call: str) -> subprocess.CompletedProcess[str]:
        env = {"PYTHONPATH": str(root)}
        return subprocess.run(
            [sys.executable, "-m", "kg", *call], cwd=tmp_path, env=env, capture_output=True, text=True
        )

    call = ("--extractor", "llm", "--llm-url", fake.url, "--llm-model", "tiny")
    done = kg("build", "a.txt", "-o", "graph.nt", *call)
    assert done.returncode == 0 and "1 statements" in done.stderr, done.stderr
    gold = {"file": "a.txt", "date": None, "entities": [], "statements": []}
    (tmp_path / "a.json").write_text(json.dumps(gold))
    done = kg("evaluate", ".", "--json", *call)
    [rival] = json.loads(done.stdout)
    assert rival["name"] == "llm" and rival["version"].startswith("tiny ") and rival["scores"]["documents"] == 1


def test_checks_hold_for_any_extractor() -> None:
    document = Document("a", "Kenya attacked Chad.")
    place = Passage(document.key, 0, 20, document.text)
    kenya, chad = Entity("k", "State", "Kenya"), Entity("c", "State", "Chad")
    good = Statement("k", "attacks", "c", place, when="2024-05-13T08:00", confidence=0.5)
    bad = [
        replace(good, passage=replace(place, document="document-other")),
        replace(good, passage=replace(place, end=99)),
        replace(good, passage=replace(place, start=5, end=5, text="")),
        replace(good, confidence=7.0),
        replace(good, object="k"),
        replace(good, predicate="killed", object=-1),
        replace(good, predicate="killed", object=True),
    ]
    found = checked(Extraction(document, (kenya, chad), (good, *bad, replace(good, confidence=0.9))), document)
    assert [(s.when, s.confidence) for s in found.statements] == [("2024-05-13", 0.9)]
    assert sum(count for _, count in found.dropped) == len(bad)


@pytest.fixture(scope="module")
def random_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GLiNER model for relations of the real library, as small as can be and with weights of chance."""
    library = pytest.importorskip("gliner", reason="the extra gliner is not installed: the stand-in has to do")
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("model")
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{c}" for c in letters), ".", ","]
    (folder / "vocab.txt").write_text("\n".join(words))
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=len(words), max_position_embeddings=2048, **sizes)).save_pretrained(folder)
    kind = {"span_mode": "markerV0", "relations_layer": "none", "labels_encoder": None, "labels_decoder": None}
    config = {"model_name": str(folder), "hidden_size": 32, "max_width": 4, "max_len": 1024, "has_rnn": False, **kind}
    library.GLiNER.from_config(config).save_pretrained(folder / "relex")
    return folder / "relex"


@pytest.mark.filterwarnings("ignore")
def test_the_real_gliner_is_called_as_it_wants(random_model: Path) -> None:
    [relex] = extractors.select(
        ["gliner"], [f"gliner.model={random_model}", "gliner.threshold=0.3", "gliner.relations=0.3"]
    )
    text = "Kenya attacked Chad on Monday."
    [found] = extractions([Document("a", text, "2024-05-15")], extractor=relex)
    assert relex.version == "relex 0.3 0.3" and found.entities  # of such a model nothing more can be said
    assert all(text[s.passage.start : s.passage.end] == s.passage.text for s in found.statements)
