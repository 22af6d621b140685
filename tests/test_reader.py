"""The trained reader: its network, and what it adds to the rules."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from kg.document import Document
from kg.extract import extract
from kg.extract.encoder import LONGEST, PREDICATES, network, pieces
from kg.ontology import load as load_ontology

ROOT = Path(__file__).parent.parent
SENTENCES = sorted((ROOT / "training" / "sentences").glob("*.txt"))


def test_words_are_cut_into_known_pieces_without_case_and_accents() -> None:
    assert pieces("Élysée") == pieces("elysee")
    assert len(pieces("U.S.")) == 4
    assert pieces("\u4e00\u4e8c\ue000")  # never none, whatever the script


def test_a_sentence_gives_the_same_vectors_whatever_was_read_before() -> None:
    words = ["Kenyan", "troops", "shelled", "the", "town", "of", "Kismayo", "on", "Monday", "."]
    first = network().words(words)
    network().words(["Something", "else", "entirely"])
    again = network().words(words)
    assert first is not None and again is not None
    assert first.shape == (len(words), 384)
    assert np.array_equal(first, again)


def test_what_is_too_long_to_be_a_sentence_is_not_read() -> None:
    assert network().words(["word"] * (LONGEST + 1)) is None
    assert network().words([]) is None


def test_without_the_reader_the_rules_stand_alone() -> None:
    text = "Sudan was accused by Chad of shelling a village. Chad and Sudan later held talks in Tripoli."
    (with_rules_only,) = extract([Document("a.txt", text)], reader=False)
    assert all(s.rule != "trained reader" for s in with_rules_only.statements)
    (both,) = extract([Document("a.txt", text)])
    assert {s.predicate for s in both.statements} >= {"accuses", "talksWith"}


def test_statements_of_the_reader_have_the_classes_that_their_property_asks_for() -> None:
    text = (
        "Rebels holed up in the northern hills traded mortar rounds with Kenyan units through the night. "
        "Nairobi, which has long sheltered the exiled leadership of the Somali opposition, wants the African Union to step in."
    )
    (found,) = extract([Document("a.txt", text)])
    ontology, types = load_ontology(), {e.key: e.type for e in found.entities}
    for s in found.statements:
        if isinstance(s.object, str):
            assert ontology.accepts(s.predicate, types[s.subject], types[s.object])
        assert text[s.passage.start : s.passage.end] == s.passage.text


@pytest.mark.skipif(not SENTENCES, reason="the training sentences are in the checkout only")
def test_training_sentences_are_well_formed() -> None:
    mention = re.compile(r"\[([a-z]|n\d)\|([PSOFGLACN]) ([^\[\]]+)\]")
    ontology = load_ontology()
    kinds = dict(zip("PSOFGLAC", ["Person", "State", "Organization", "Force", "Group", "Place", "Agreement", "Conflict"], strict=True))  # fmt: skip
    faults, seen = [], set()
    for path in SENTENCES:
        for number, block in enumerate(re.split(r"\n\s*\n", path.read_text(encoding="utf-8").strip()), 1):
            where = f"{path.name}, sentence {number}"
            first, *rest = block.strip().split("\n")
            types = {m[1]: m[2] for m in mention.finditer(first)}
            plain = mention.sub(r"\3", first)
            if not first.startswith("S: ") or "[" in plain or "]" in plain:
                faults.append(f"{where}: brackets")
            if plain in seen:
                faults.append(f"{where}: twice")
            seen.add(plain)
            for line in rest:
                found = re.fullmatch(r"R: (\w+) (\w+) (\w+)((?: (?:n|h|@(?:[a-z]|\?)))*)\s*", line)
                if found is None or found[2] not in PREDICATES or not {found[1], found[3]} <= types.keys():
                    faults.append(f"{where}: {line}")
                    continue
                rule = ontology.properties[found[2]]
                one, two = types[found[1]], types[found[3]]
                fits = (
                    two == "N" and not rule.domain.isdisjoint(ontology.types(kinds[one]))
                    if rule.counts
                    else two != "N" and ontology.accepts(found[2], kinds[one], kinds[two])
                )
                if not fits:
                    faults.append(f"{where}: {line}: the classes do not fit")
    assert faults == []


def test_training_reads_them_as_they_are_written() -> None:
    sys.path.insert(0, str(ROOT / "training"))
    try:
        annotated = pytest.importorskip("annotated")
    finally:
        sys.path.pop(0)
    lines = ["S: [a|S Chad] said [a|S it] had freed [n1|N 12] [b|S Sudanese] [c|F soldiers].", "R: a concedesTo b @a"]
    sentence = annotated._sentence(lines, "here")
    assert sentence.text == "Chad said it had freed 12 Sudanese soldiers."
    assert [sentence.words[m.start : m.end] for m in sentence.mentions] == [("Chad",), ("it",), ("12",), ("Sudanese",), ("soldiers",)]  # fmt: skip
    (relation,) = sentence.relations
    assert (relation.predicate, relation.sources, relation.negated) == ("concedesTo", ("a",), False)


def test_who_tells_a_relation_without_a_verb_of_its_own_is_its_source() -> None:
    """ "Have been" is what joins the two; "said" is above it, whatever word the reader looked at most."""
    text = "Kenya and Somalia have been allies since May, the Kenyan Foreign Ministry said."
    (found,) = extract([Document("a.txt", text, "2024-05-15")])
    name = {e.key: e.name for e in found.entities}
    assert [[name[k] for k in s.attributed_to] for s in found.statements if s.predicate == "allyOf"] == [
        ["Kenyan Foreign Ministry"]
    ]
