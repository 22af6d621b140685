"""Who is the same as whom: what is proposed, what is kept apart, and that all of it can be taken back."""

from pathlib import Path

import pytest

from graphs import WORLD
from kg import resolve, upkeep
from kg.document import Document
from kg.errors import InputError, KgError, OntologyError
from kg.ledger import Judgement, holding
from kg.statement import Entity, Extraction, Passage, Statement
from kg.store import fill, open_graph

NORLAND, SOUTHMARK = Entity("norland", "State", "Norland"), Entity("southmark", "State", "Southmark")


def report(name: str, *entities: Entity, offices: tuple[tuple[str, str, str], ...] = (), date: str = "2024-05-15",
           statements: tuple[tuple[str, str, str], ...] = ()) -> Extraction:  # fmt: skip
    document = Document(name, f"A report named {name}.", date)
    passage = Passage(document.key, 0, len(document.text), document.text)
    said = [Statement(who, "officeHolderOf", where, passage, office=office) for who, office, where in offices]
    said += [Statement(who, relation, whom, passage) for who, relation, whom in statements]
    everybody = {entity.key: entity for entity in (NORLAND, SOUTHMARK, *entities)}
    return Extraction(
        document, tuple(everybody[key] for key in sorted(everybody)), tuple(sorted(said, key=lambda s: s.key))
    )


def person(key: str, name: str, *aliases: str, same_as: str | None = None) -> Entity:
    return Entity(key, "Person", name, aliases, same_as)


def verdict(store: Path, first: str, second: str) -> str | None:
    found = [p for p in resolve.propose(store) if (p.first, p.second) == tuple(sorted((first, second)))]
    return found[0].verdict if found else None


@pytest.mark.parametrize(
    ("one", "other", "offices", "expected"),
    [
        # spellings
        (person("a", "Jon Orm"), person("b", "J. Orm"), ("president", "president"), "same"),
        (person("a", "Nikola Pashinian"), person("b", "Nikola Pashinyan"), ("president", "president"), "same"),
        (person("a", "Jon Orm"), person("b", "J. Orm"), ("", ""), ""),
        (person("a", "Jon Orm"), person("b", "Orm"), ("president", "president"), ""),
        (person("a", "Jon Orm"), person("b", "Orm"), ("", ""), ""),
        # apart
        (person("a", "Jon Orm"), person("b", "Ada Orm"), ("president", "president"), None),
        (person("a", "Jon Orm"), person("b", "Jon Vell"), ("president", "president"), None),
        # Wikidata
        (person("a", "Jon Orm", same_as="http://www.wikidata.org/entity/Q1"),
         person("b", "Jonas Orm-Vell, Orm", same_as="http://www.wikidata.org/entity/Q1"), ("", ""), "same"),
        (person("a", "Jon Orm", same_as="http://www.wikidata.org/entity/Q1"),
         person("b", "J. Orm", same_as="http://www.wikidata.org/entity/Q2"), ("", ""), "different"),
    ],
)  # fmt: skip
def test_persons(tmp_path: Path, one: Entity, other: Entity, offices: tuple[str, str], expected: str | None) -> None:
    held = [
        ((who.key, office, "norland"),) if office else () for who, office in zip((one, other), offices, strict=True)
    ]
    fill(tmp_path / "s", [report("1", one, offices=held[0]), report("2", other, offices=held[1])])
    assert verdict(tmp_path / "s", "a", "b") == expected


def test_two_of_one_name_stay_apart_when_offices_say_so(tmp_path: Path) -> None:
    one, other = person("a", "Jon Orm"), person("b", "J. Orm")
    fill(tmp_path / "s", [
        report("1", one, offices=(("a", "president", "norland"),)),
        report("2", other, offices=(("b", "foreign minister", "southmark"),)),
    ])  # fmt: skip
    (found,) = resolve.propose(tmp_path / "s")
    assert found.verdict == "different"
    assert "president of norland and foreign-minister of southmark in 2024" in found.evidence


def test_offices_of_different_years_do_not_keep_apart(tmp_path: Path) -> None:
    one, other = person("a", "Jon Orm"), person("b", "J. Orm")
    fill(tmp_path / "s", [
        report("1", one, offices=(("a", "president", "norland"),), date="2019-01-01"),
        report("2", other, offices=(("b", "envoy", "southmark"),), date="2024-01-01"),
    ])  # fmt: skip
    assert verdict(tmp_path / "s", "a", "b") == ""


@pytest.mark.parametrize(
    ("kind", "one", "other", "shared", "expected"),
    [
        ("Conflict", "Gray Valley War", "Gray Valley conflict", True, "same"),
        ("Conflict", "Gray Valley War", "Second Gray Valley War", True, ""),
        ("Conflict", "2020 Gray Valley War", "2023 Gray Valley War", True, None),
        ("Conflict", "Gray Valley War", "Green Hills War", True, None),
        ("Agreement", "Norra Accords", "Norra Agreement", True, "same"),
        ("Organization", "League of Southern States", "LSS", False, ""),
        ("Organization", "Southmark Defence Ministry", "Norland Defence Ministry", False, None),
    ],
)  # fmt: skip
def test_names_of_wars_agreements_and_organizations(
    tmp_path: Path, kind: str, one: str, other: str, shared: bool, expected: str | None
) -> None:
    relation = "partyTo" if kind == "Agreement" else "participatesIn"
    said = [(("norland", relation, key),) if shared else () for key in ("a", "b")]
    fill(tmp_path / "s", [
        report("1", Entity("a", kind, one), statements=said[0]),
        report("2", Entity("b", kind, other), statements=said[1]),
    ])  # fmt: skip
    assert verdict(tmp_path / "s", "a", "b") == expected


def test_what_has_no_name_is_never_the_same(tmp_path: Path) -> None:
    rebels = [Entity(f"group-rebels-{n}", "Group", "rebels") for n in "12"]
    fill(tmp_path / "s", [report("1", rebels[0]), report("2", rebels[1])])
    assert resolve.propose(tmp_path / "s") == []


@pytest.fixture
def store(tmp_path: Path) -> Path:
    one, other, third = person("a", "Jon Orm"), person("b", "J. Orm"), person("c", "Jan Orm")
    fill(tmp_path / "s", [
        *WORLD,
        report("1", one, offices=(("a", "president", "norland"),)),
        report("2", other, offices=(("b", "president", "norland"),)),
        report("3", third, offices=(("c", "minister", "southmark"),)),
    ])  # fmt: skip
    return tmp_path / "s"


def links(path: Path) -> set[tuple[str, str]]:
    query = (
        "SELECT ?a ?b { ?a <http://www.w3.org/2002/07/owl#sameAs> ?b FILTER(STRSTARTS(STR(?b), 'https://w3id.org/')) }"
    )
    return {(row["a"].value[-1], row["b"].value[-1]) for row in open_graph(path).query(query)}


def test_judgements_are_statements_beside_the_documents_and_can_be_taken_back(store: Path) -> None:
    before = set(open_graph(store))
    resolve.record(store, resolve.propose(store))
    assert ("a", "b") in links(store)
    after = set(open_graph(store))
    assert after > before, "nothing that documents say has changed"
    assert upkeep.status(store).judgements > 0
    resolve.undo(store, judge="rule")
    assert set(open_graph(store)) == before


def test_judgements_outlive_builds_of_other_documents(store: Path) -> None:
    resolve.record(store, resolve.propose(store))
    held = links(store)
    fill(store, [report("4", person("d", "Eva Tarn"))])
    upkeep.remove(store, ["4"])
    assert links(store) == held != set()


def test_a_review_list_goes_out_and_comes_back(store: Path, tmp_path: Path) -> None:
    review = tmp_path / "review.tsv"
    review.write_text(resolve.listing(resolve.propose(store)), encoding="utf-8")
    header, *rows = [line.split("\t") for line in review.read_text("utf-8").splitlines()]
    assert tuple(header) == resolve.COLUMNS
    (row,) = [row for row in rows if row[:2] == ["a", "b"]]
    assert row[5] == "same" and "president of norland" in row[6]
    resolve.record(store, resolve.propose(store))
    row[5] = "different"
    review.write_text("\n".join("\t".join(cells) for cells in (header, row)) + "\n", encoding="utf-8")
    resolve.record(store, resolve.reviewed(review), "review")
    (again,) = [row for row in resolve.listed(store) if (row.first, row.second) == ("a", "b")]
    assert (again.verdict, again.score) == ("different", float(row[4])), "a list that goes out again keeps the word"
    review.write_text(resolve.listing([again]), encoding="utf-8")
    assert [one.evidence for one in resolve.reviewed(review)] == [again.evidence]
    assert ("a", "b") not in links(store), "a person's word counts more than the rule's"
    resolve.record(store, resolve.propose(store))
    assert ("a", "b") not in links(store), "also when the rules are applied again"
    resolve.undo(store, pair=("b", "a"))
    assert ("a", "b") not in links(store)
    with pytest.raises(KgError, match="nothing is recorded"):
        resolve.undo(store, pair=("a", "b"))


@pytest.mark.parametrize(
    "content",
    [
        "first\tsecond\tverdict\na\tb\tmaybe\n",
        "first\tsecond\tverdict\na\ta\tsame\n",
        "name\nx\n",
        "\x00",
        "",
        "a\tb\n",
    ],
)
def test_a_list_that_is_none_is_named_with_its_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "review.tsv").write_text(content)
    with pytest.raises(InputError, match=f"line {2 if 'verdict' in content else 1}"):
        resolve.reviewed(tmp_path / "review.tsv")


def test_only_a_store_is_resolved(tmp_path: Path) -> None:
    (tmp_path / "g.nq").write_text("")
    for path, said in ((tmp_path / "g.nq", "no store of this version"), (tmp_path / "typo", "no such store")):
        for work in (resolve.propose, resolve.listed, resolve.undo):
            with pytest.raises(KgError, match=said):
                work(path)
        with pytest.raises(KgError, match=said):
            resolve.record(path, [])
    assert [path.name for path in tmp_path.iterdir()] == ["g.nq"]


def test_no_chain_joins_what_is_kept_apart() -> None:
    said = [
        Judgement("a", "b", "rule", True, 0.95, ""),
        Judgement("b", "c", "rule", True, 0.9, ""),
        Judgement("a", "c", "rule", False, 0.9, ""),
    ]
    assert [(one.first, one.second, one.same) for one in holding(said)] == [("a", "b", True), ("a", "c", False)]


def test_rules_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    from kg.resources import folder

    text = (folder("ontology") / "resolution.toml").read_text("utf-8")
    (tmp_path / "r.toml").write_text(text.replace("apply = 0.9", "apply = 0.1"), encoding="utf-8")
    with pytest.raises(OntologyError, match="propose < apply"):
        resolve.rules(tmp_path / "r.toml")
    (tmp_path / "q.toml").write_text("[score]\n", encoding="utf-8")
    with pytest.raises(OntologyError, match=r"q\.toml"):
        resolve.rules(tmp_path / "q.toml")
