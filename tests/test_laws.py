"""Laws that hold whatever the documents: merging, building step by step, and what comes back from a file."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from pyoxigraph import Literal

import standin
from kg import rdf, upkeep
from kg.document import Document
from kg.run import build
from kg.statement import Extraction
from kg.store import fill, open_graph

FACTS = (
    "Norland attacked Southmark.",
    "Norland met Easteria.",
    "Easteria denied attacking Norland.",
    "Ada Vell spoke.",
)
NAMES = ("a.txt", "b.txt", "c.txt")
texts = st.lists(st.sampled_from(FACTS), min_size=1, max_size=4).map(" ".join)
documents = st.builds(Document, st.sampled_from(NAMES), texts, st.sampled_from((None, "2024", "2024-05-15")))
worlds = st.lists(documents, min_size=1, max_size=5, unique_by=lambda document: document.identifier)
few = settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
many = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def filled(place: Path, world: list[Document]) -> Path:
    fill(place, map(standin.find, world))
    return place


def exported(store: Path) -> bytes:
    target = store.with_suffix(".nq")
    rdf.convert(open_graph(store), target)
    return target.read_bytes()


def merging(a: list[Document], b: list[Document], c: list[Document]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        one, two, three = (filled(room / name, world) for name, world in (("a", a), ("b", b), ("c", c)))

        def merged(name: str, *sources: Path) -> Path:
            upkeep.merge(sources, room / name)
            return room / name

        ab, ba = merged("ab", one, two), merged("ba", two, one)
        assert exported(ab) == exported(ba), "commutative"
        assert exported(merged("ab-c", ab, three)) == exported(merged("a-bc", one, merged("bc", two, three)))
        assert exported(merged("aa", one, one)) == exported(one), "idempotent"
        assert exported(merged("abc", one, two, three)) == exported(room / "ab-c")
        if not {document.key for document in a} & {document.key for document in b}:
            assert exported(ab) == exported(filled(room / "together", [*a, *b])), "as if built together"


@few
@given(worlds, worlds, worlds)
def test_merging_is_commutative_associative_and_idempotent(
    a: list[Document], b: list[Document], c: list[Document]
) -> None:
    merging(a, b, c)


@pytest.mark.soak
@many
@given(worlds, worlds, worlds)
def test_merging_obeys_its_laws_at_length(a: list[Document], b: list[Document], c: list[Document]) -> None:
    merging(a, b, c)


class History(RuleBasedStateMachine):
    """Files written, changed and withdrawn in any order, a store brought up to date now and then."""

    @initialize()
    def start(self) -> None:
        self.held = tempfile.TemporaryDirectory()
        self.room = Path(self.held.name)
        self.news = self.room / "news"
        self.news.mkdir()
        (self.news / "always.txt").write_text(FACTS[0])
        self.builds = 0

    @rule(name=st.sampled_from(NAMES), text=texts)
    def write(self, name: str, text: str) -> None:
        (self.news / name).write_text(text)

    @rule(name=st.sampled_from(NAMES), date=st.sampled_from(("2024", "2024-05-15", "nonsense")))
    def date(self, name: str, date: str) -> None:
        (self.news / name).with_suffix(".meta.json").write_text(f'{{"date": "{date}"}}')

    @rule(name=st.sampled_from(NAMES))
    def withdraw(self, name: str) -> None:
        (self.news / name).unlink(missing_ok=True)

    @rule()
    def update(self) -> None:
        build([self.news], store=self.room / "s", prune=True)
        self.builds += 1
        build([self.news], store=self.room / f"fresh{self.builds}")
        assert exported(self.room / "s") == exported(self.room / f"fresh{self.builds}")

    @invariant()
    def sound(self) -> None:
        if (self.room / "s").exists():
            assert upkeep.status(self.room / "s").damage == ()

    def teardown(self) -> None:
        if hasattr(self, "held"):
            self.held.cleanup()


@pytest.mark.row_28
def test_step_by_step_is_from_scratch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.extract.extract", standin.extract)
    run_state_machine_as_test(History, settings=settings(max_examples=3, stateful_step_count=12, deadline=None))


@pytest.mark.row_28
@pytest.mark.soak
def test_step_by_step_is_from_scratch_at_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.extract.extract", standin.extract)
    run_state_machine_as_test(History, settings=settings(max_examples=100, stateful_step_count=30, deadline=None))


@few
@given(worlds, st.data())
def test_a_small_step_and_a_rewrite_give_the_same_store(world: list[Document], data: st.DataObject) -> None:
    """The two ways in which a store is changed: taking out and putting in, and writing all anew."""
    changed = data.draw(worlds)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        for name, rewrite in (("step", False), ("anew", True)):
            filled(Path(folder) / name, world)
            patch.setattr("kg.store._rewrite", lambda before, change, rewrite=rewrite: rewrite)
            filled(Path(folder) / name, changed)
            patch.undo()
        assert exported(Path(folder) / "step") == exported(Path(folder) / "anew")


unicode = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=20
)


@settings(max_examples=40, deadline=None)
@given(unicode, unicode, st.sampled_from(sorted(rdf.FORMATS)))
def test_whatever_a_title_holds_comes_back_from_every_format(title: str, identifier: str, ending: str) -> None:
    extraction = Extraction(Document(identifier, "Peace.", title=title), (), ())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"g{ending}"
        rdf.write([extraction], path)
        found = {quad.object.value for quad in open_graph(path) if isinstance(quad.object, Literal)}
        assert found == {title, identifier}
        rdf.convert(open_graph(path), path.with_name(f"again{ending}"))
        assert path.read_bytes() == path.with_name(f"again{ending}").read_bytes()
