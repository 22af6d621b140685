"""The examples of the frames, run: does a text give the statements that its file says it does?"""

from kg import ontology
from kg.document import Document
from kg.extract import extract
from kg.frames import Example
from kg.statement import Extraction, Statement

DATE = "2024-05-15"
"""When every example is published: a Wednesday."""


def differences(example: Example) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The statements of its property that an example promises but does not give, and those that it gives unpromised.

    Only the rules read it. Dates and offices are compared where the example names them.

    >>> differences(Example("attacks", "Kenyan troops attacked Somalia.", ("Kenyan armed forces -> Somalia",)))
    ((), ())
    """
    (extraction,) = extract([Document("example.txt", example.text, DATE)], reader=False)
    symmetric = ontology.load().properties[example.predicate].symmetric
    found = [s for s in extraction.statements if s.predicate == example.predicate]
    given = {_canonical(_written(s, extraction), symmetric): s for s in found}
    promised = {_canonical(line, symmetric): line for line in example.yields}
    missing = [line for key, line in promised.items() if key not in given or not _agrees(line, given[key])]
    return tuple(missing), tuple(_written(s, extraction) for key, s in given.items() if key not in promised)


def _written(statement: Statement, extraction: Extraction) -> str:
    """A statement as FORMAT.md of the frames writes it."""
    names = {e.key: e.name for e in extraction.entities}
    obj = names[statement.object] if isinstance(statement.object, str) else str(statement.object)
    parts = [f"{names[statement.subject]} -> {obj}"]
    parts += ["negated"] * statement.negated + ["hypothetical"] * statement.hypothetical
    return " ; ".join([*parts, *(f"by {names[key]}" for key in statement.attributed_to)])


def _canonical(line: str, symmetric: bool) -> tuple[str, ...]:
    ends, *qualifiers = [part.strip() for part in line.split(";")]
    pair = [end.strip() for end in ends.split("->")]
    kept = sorted(q for q in qualifiers if not q.startswith(("when ", "office ")))
    return (*(sorted(pair) if symmetric else pair), *kept)


def _agrees(line: str, statement: Statement) -> bool:
    """Whether the date and office that a line names are the statement's."""
    for part in (part.strip() for part in line.split(";")):
        kind, _, value = part.partition(" ")
        if (kind == "when" and value != statement.when) or (kind == "office" and value != statement.office):
            return False
    return True
