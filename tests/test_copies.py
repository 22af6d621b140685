"""Many papers print one agency's text: it counts as one source, each document stays, and the link can be taken back."""

import itertools
from pathlib import Path

import pytest

import standin
from kg import copies, ordering, queries, rdf, upkeep
from kg.errors import OntologyError
from kg.run import build
from kg.store import open_graph
from kg.turtle import KG
from kg.views import Options
from kg.views.graph import independent
from kg.views.reader import Reader

AGENCY = (
    "Norland attacked Southmark. The shelling began before dawn and went on for about three hours, residents of the border "
    "towns said by telephone. Hospitals in the valley took in dozens of people, most of them with wounds from falling masonry, "
    "and asked for blood. Schools stayed shut, the railway stopped its trains at the last station before the river, and the "
    "market, which draws buyers from both banks on a Friday, did not open. Officials in the capital met through the morning. "
)
OTHER = (
    "Norland attacked Southmark. A fisherman who had moored his boat below the bridge told this paper that he counted nine "
    "flashes on the ridge, then none for a while, and then so many that he gave up. The ferry turned back halfway. By evening "
    "the water was calm, the lamps along the quay were lit as usual, and people had come out to look at what was left of the "
    "customs house, whose roof had slid into the yard where the lorries wait to be weighed."
)
TEXTS = {
    "wire.txt": ("2024-05-02", AGENCY),
    "herald.txt": ("2024-05-03", "From our news desk. " + AGENCY),
    "courier.txt": ("2024-05-03", AGENCY + "Read more on page nine."),
    "harbour.txt": ("2024-05-03", OTHER),
    "brief.txt": ("2024-05-03", "Norland attacked Southmark."),
    "note.txt": ("2024-05-04", "Norland attacked Southmark."),
}
LINKED = {("courier.txt", "wire.txt"), ("herald.txt", "wire.txt")}


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.extract.extract", standin.extract)


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    for name, (date, text) in TEXTS.items():
        (folder / name).write_text(text)
        (folder / name).with_suffix(".meta.json").write_text(f'{{"date": "{date}"}}')
    return folder


def links(graph: Path) -> set[tuple[str, str]]:
    found = open_graph(graph).query(
        f"PREFIX s: <https://schema.org/> SELECT ?a ?b {{ ?x <{KG}copyOf> ?y . ?x s:identifier ?a . ?y s:identifier ?b }}"
    )
    return {(row["a"].value, row["b"].value) for row in found}


def exported(store: Path) -> bytes:
    rdf.convert(open_graph(store), store.parent / "export.nq")
    return (store.parent / "export.nq").read_bytes()


def reports(graph: Path) -> int:
    """How many independent documents say that Norland attacked Southmark."""
    (row,) = queries.run(queries.find("corroborated"), open_graph(graph), {}).rows
    return int(row[3])


def test_a_text_that_many_print_counts_once_and_all_stay(news: Path, tmp_path: Path) -> None:
    build([news], tmp_path / "g.nq", store=tmp_path / "s", copies=True)
    build([news], tmp_path / "plain.nq")
    assert links(tmp_path / "s") == links(tmp_path / "g.nq") == LINKED
    assert exported(tmp_path / "s") == (tmp_path / "g.nq").read_bytes()
    assert reports(tmp_path / "g.nq") == len(TEXTS) - len(LINKED)
    assert reports(tmp_path / "plain.nq") == len(TEXTS)
    more = set((tmp_path / "g.nq").read_text().splitlines()) ^ set((tmp_path / "plain.nq").read_text().splitlines())
    assert all("copyOf" in line for line in more)
    assert len(more) == len(LINKED)


@pytest.mark.parametrize("ending", [".ttl", ".nt", ".trig", ".jsonld", ".rdf"])
def test_each_format_holds_the_links(news: Path, tmp_path: Path, ending: str) -> None:
    build([news], tmp_path / f"g{ending}", copies=True)
    assert links(tmp_path / f"g{ending}") == LINKED


def test_step_by_step_gives_what_one_build_gives(news: Path, tmp_path: Path) -> None:
    build([news], store=tmp_path / "whole", copies=True)
    for number, names in enumerate(itertools.islice(itertools.permutations(sorted(TEXTS)[:4]), 0, 24, 7)):
        store = tmp_path / f"steps{number}"
        for name in (*names, *TEXTS):
            build([news / name], store=store, copies=True if name == names[0] else None)
        assert exported(store) == exported(tmp_path / "whole")


def test_the_links_can_be_taken_back_and_set_again(news: Path, tmp_path: Path) -> None:
    build([news], store=tmp_path / "plain")
    without = exported(tmp_path / "plain")
    build([news], store=tmp_path / "plain", copies=True)
    assert links(tmp_path / "plain") == LINKED
    build([news], store=tmp_path / "plain")
    assert links(tmp_path / "plain") == LINKED
    build([news], store=tmp_path / "plain", copies=False)
    assert exported(tmp_path / "plain") == without


def test_without_the_earliest_the_next_stands_for_the_rest(news: Path, tmp_path: Path) -> None:
    build([news], store=tmp_path / "s", copies=True)
    upkeep.remove(tmp_path / "s", ["wire.txt"])
    assert links(tmp_path / "s") == {("herald.txt", "courier.txt")}
    upkeep.remove(tmp_path / "s", ["courier.txt"])
    assert links(tmp_path / "s") == set()


def test_merged_stores_know_each_others_copies(news: Path, tmp_path: Path) -> None:
    names = sorted(TEXTS)
    build([news / name for name in names[:3]], store=tmp_path / "one", copies=True)
    build([news / name for name in names[3:]], store=tmp_path / "other")
    upkeep.merge([tmp_path / "one", tmp_path / "other"], tmp_path / "both")
    build([news / name for name in names], store=tmp_path / "whole", copies=True)
    assert exported(tmp_path / "both") == exported(tmp_path / "whole")


def test_an_interrupted_build_goes_on_with_what_it_knew(
    news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stops(documents):
        for number, document in enumerate(documents):
            if number == 3:
                raise KeyboardInterrupt
            yield standin.find(document)

    monkeypatch.setattr("kg.extract.extract", stops)
    with pytest.raises(KeyboardInterrupt):
        build([news], store=tmp_path / "s", copies=True, workers=1)
    monkeypatch.setattr("kg.extract.extract", standin.extract)
    build([news], store=tmp_path / "s", copies=True)
    assert links(tmp_path / "s") == LINKED


def test_views_count_the_copies_of_a_text_once(news: Path, tmp_path: Path) -> None:
    sentences = {"wire.txt": "Norland attacked Southmark.", "herald.txt": "Norland met Southmark."}
    for name, said in sentences.items():
        text = TEXTS[name][1].replace("Norland attacked Southmark.", said)
        (news / name).write_text(text)
    build([news / name for name in sentences], tmp_path / "g.nq", copies=True)
    evidence = Reader(open_graph(tmp_path / "g.nq"), Options()).statements(["attacks", "talksWith"])
    assert len({e.sentence for e in evidence}) == len({e.document.iri for e in evidence}) == 2
    assert independent(evidence) == 1


def test_alike_is_what_shares_its_runs_of_words() -> None:
    one, same, other = (copies.printed(text).signature for text in (AGENCY, AGENCY.upper().replace(",", ""), OTHER))
    assert one == same
    assert not copies.enough(copies.alike(one, other))
    near = copies.printed(TEXTS["courier.txt"][1]).signature
    assert copies.enough(copies.alike(one, near))
    assert set(copies.bands(one)) & set(copies.bands(near))
    assert copies.printed(TEXTS["brief.txt"][1]).signature == b""


def test_figures_tell_the_bulletins_of_two_days_apart() -> None:
    bulletin = (
        "Norland's general staff said on {day} that {a} of its soldiers were wounded at the river, {b} vehicles were burnt "
        "and {c} drones shot down over the past day, that {d} villages had lost their power, and that {e} shells had fallen "
        "near the {f} bridge since {g} in the morning, with {h} houses damaged and {i} people brought to shelters nearby."
    )
    monday = bulletin.format(day="Monday", a=41, b=6, c=19, d=3, e=220, f="first", g="four", h=31, i=90)
    tuesday = bulletin.format(day="Tuesday", a=37, b=2, c=25, d=5, e=310, f="second", g="five", h=12, i=70)
    assert not copies.enough(copies.alike(copies.printed(monday).signature, copies.printed(tuesday).signature))


def test_the_earliest_stands_for_all_and_half_a_date_comes_late() -> None:
    marks = [("k1", "a", "2024", 1), ("k2", "b", "2024-06", 1), ("k3", "c", "2024-06-30", 1), ("k4", "d", "", 1)]
    for order in itertools.permutations(marks):
        assert copies.originals(order, []) == {"k1": "k3", "k2": "k3", "k4": "k3"}


@pytest.mark.parametrize(
    "text", ["similarity = 0.3\nrun = 5\nleast = 9", "run = 5", "run = x", "similarity = 0.9\nrun = 0\nleast = 1"]
)
def test_settings_that_make_no_sense_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "copies.toml").write_text(text)
    with pytest.raises(OntologyError, match=r"copies\.toml"):
        copies.settings(tmp_path / "copies.toml")


@pytest.mark.parametrize("ending", [".ttl", ".nt", ".nq", ".trig", ".rdf"])
def test_what_does_not_fit_into_memory_is_written_alike(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    texts = [path.read_text() for path in sorted((root / "seeds").rglob("*.txt"))]
    (tmp_path / "news").mkdir()
    for number in range(40):
        words = texts[number % len(texts)].split()
        text = " ".join(words[number : number + 60]) + f" Ada Vell {number}. Norland attacked Land{number % 7}."
        (tmp_path / "news" / f"{number}.txt").write_text(text)
    build([tmp_path / "news"], tmp_path / f"whole{ending}")
    monkeypatch.setattr(ordering, "BUDGET", 3_000)
    monkeypatch.setattr(ordering, "_MOST_RUNS", 5)
    build([tmp_path / "news"], tmp_path / f"parts{ending}")
    build([tmp_path / "news"], tmp_path / "g.nq")
    rdf.write_quads(set(open_quads(tmp_path / "g.nq")), tmp_path / f"set{ending}")
    assert (tmp_path / f"whole{ending}").read_bytes() == (tmp_path / f"parts{ending}").read_bytes()
    assert (tmp_path / f"whole{ending}").read_bytes() == (tmp_path / f"set{ending}").read_bytes()


def open_quads(path: Path):
    from pyoxigraph import RdfFormat, parse

    return parse(path=str(path), format=RdfFormat.N_QUADS)
