"""Every example of every frames file: the text must yield exactly the statements of its property that the file lists."""

import pytest

from kg import frames
from kg.document import Document
from kg.errors import OntologyError
from kg.extract import extract
from kg.frames import Example
from kg.ontology import load as load_ontology
from kg.statement import Extraction, Statement

EXAMPLES = frames.load().examples


def written(statement: Statement, extraction: Extraction) -> str:
    """A statement as FORMAT.md writes it."""
    names = {e.key: e.name for e in extraction.entities}
    obj = names[statement.object] if isinstance(statement.object, str) else str(statement.object)
    parts = [f"{names[statement.subject]} -> {obj}"]
    parts += ["negated"] * statement.negated + ["hypothetical"] * statement.hypothetical
    parts += [f"by {names[k]}" for k in statement.attributed_to]
    return " ; ".join(parts)


def canonical(line: str, symmetric: bool) -> tuple[str, ...]:
    """The ends and those qualifiers that `written` gives, in one order."""
    ends, *qualifiers = [part.strip() for part in line.split(";")]
    pair = [end.strip() for end in ends.split("->")]
    return (
        *(sorted(pair) if symmetric else pair),
        *sorted(q for q in qualifiers if not q.startswith(("when ", "office "))),
    )


def qualified(line: str, kind: str) -> str | None:
    return next((q.strip().removeprefix(kind + " ") for q in line.split(";") if q.strip().startswith(kind + " ")), None)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.predicate}-{e.text[:40]}")
def test_example(example: Example, request: pytest.FixtureRequest) -> None:
    if example.xfail:
        request.applymarker(pytest.mark.xfail(reason=example.xfail, strict=True))
    symmetric = load_ontology().properties[example.predicate].symmetric
    (extraction,) = extract([Document("example.txt", example.text, "2024-05-15")], reader=False)
    found = [s for s in extraction.statements if s.predicate == example.predicate]
    assert {canonical(written(s, extraction), symmetric) for s in found} == {
        canonical(y, symmetric) for y in example.yields
    }
    for line in example.yields:
        for statement in found:
            if canonical(written(statement, extraction), symmetric) == canonical(line, symmetric):
                assert qualified(line, "when") in (None, statement.when)
                assert qualified(line, "office") in (None, statement.office)


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
