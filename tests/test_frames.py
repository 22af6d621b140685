"""Every example of every frames file: the text must yield exactly the statements of its property that the file lists."""

import pytest

from kg import examples, frames
from kg.errors import OntologyError
from kg.frames import Example
from kg.ontology import load as load_ontology

EXAMPLES = frames.load().examples


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.predicate}-{e.text[:40]}")
def test_example(example: Example, request: pytest.FixtureRequest) -> None:
    if example.xfail:
        request.applymarker(pytest.mark.xfail(reason=example.xfail, strict=True))
    assert examples.differences(example) == ((), ())


@pytest.mark.parametrize("predicate", sorted(load_ontology().properties))
def test_every_property_has_examples(predicate: str) -> None:
    mine = [e for e in EXAMPLES if e.predicate == predicate]
    assert len([e for e in mine if e.yields]) >= 5
    assert len([e for e in mine if not e.yields]) >= 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[verb]]\nlemma = ['attack']", "unknown key lemma"),
        ("[[verb]]\nlemmas = []", "lemmas must be a list of words"),
        ("[[verb]]\nlemmas = ['raid', 'raid']", "raid stands twice"),
        ("[[noun]]\nlemmas = ['raid']\nsubject = ['poss']", "object is missing"),
        ("[[phrase]]\nlemmas = ['raid']", "unknown table phrase"),
        ("[[verb]]\nlemmas = ['raid']\nconfidence = 2", "confidence must lie between"),
        ("[[verb]\n", "attacks.toml"),
    ],
)
def test_a_malformed_file_is_named(tmp_path, content: str, message: str) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "attacks.toml").write_text(content)
    with pytest.raises(OntologyError, match=message):
        frames.load(tmp_path)
