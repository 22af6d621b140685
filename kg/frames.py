"""How English expresses each property: `ontology/frames/*.toml` (see FORMAT.md there), checked and indexed by lemma."""

import difflib
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from kg import ontology
from kg.errors import OntologyError
from kg.resources import layers

KINDS = ("verb", "noun", "role", "compound")
_KEYS = {
    "verb": {
        "lemmas",
        "nouns",
        "subject",
        "object",
        "hypothetical",
        "negated",
        "passive",
        "active",
        "needs",
        "subject_types",
        "object_types",
        "confidence",
    },
    "noun": {"lemmas", "subject", "object", "hypothetical", "confidence"},
    "role": {"lemmas", "object", "confidence"},
    "compound": {"words", "object", "confidence"},
    "example": {"text", "yields", "xfail"},
}
_REQUIRED = {"verb": {"lemmas"}, "noun": {"lemmas", "subject", "object"}, "role": {"lemmas", "object"}, "compound": {"words"}, "example": {"text", "yields"}}  # fmt: skip
_SUBJECT, _OBJECT = ("subject",), ("object",)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to say `predicate`: the trigger's lemmas and where its two arguments stand."""

    predicate: str
    kind: str
    rule: str
    lemmas: tuple[str, ...]
    nouns: frozenset[str] = frozenset()
    subject: tuple[str, ...] = _SUBJECT
    object: tuple[str, ...] = _OBJECT
    hypothetical: bool = False
    negated: bool = False
    passive: bool = True
    active: bool = True
    needs: tuple[str, ...] = ()
    subject_types: frozenset[str] = frozenset()
    object_types: frozenset[str] = frozenset()
    confidence: float = 0.9


@dataclass(frozen=True, slots=True)
class Example:
    """A text and all statements of `predicate` that it must yield, written as in FORMAT.md."""

    predicate: str
    text: str
    yields: tuple[str, ...]
    xfail: str = ""


@dataclass(frozen=True, slots=True)
class Frames:
    """All patterns by kind and by the last word of a noun's, the first word of a verb's lemma; and all examples."""

    index: Mapping[str, Mapping[str, tuple[Pattern, ...]]]
    examples: tuple[Example, ...]

    def of(self, kind: str, word: str) -> tuple[Pattern, ...]:
        return self.index[kind].get(word, ())


def load(root: Path | None = None) -> Frames:
    """The frames of `root`, by default the shipped ones and then the user's; OntologyError names file and entry."""
    return _load((root,) if root else layers("ontology/frames"))


@cache
def _load(roots: tuple[Path, ...]) -> Frames:
    index: dict[str, dict[str, list[Pattern]]] = {kind: defaultdict(list) for kind in KINDS}
    examples: list[Example] = []
    for path in (path for root in roots[1:] for path in sorted(root.glob("*.toml"))):
        if path.stem not in (known := ontology.load().properties):
            near = difflib.get_close_matches(path.stem, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"describe kg:{path.stem} in {path.parent.parent / 'kg.ttl'}"
            raise OntologyError(f"{path}: there is no property {path.stem}", hint)
    for number, root in enumerate(roots):
        for item in chain.from_iterable(read(path, "own " * number) for path in sorted(root.glob("*.toml"))):
            if isinstance(item, Example):
                examples.append(item)
                continue
            # a noun's last word or part of a word is what the parser sees: "peace deal", "cease-fire"
            words = {lemma.split()[0] if item.kind == "verb" else re.split("[ -]", lemma)[-1] for lemma in item.lemmas}
            for word in words:
                index[item.kind][word].append(item)
    frozen = {kind: {word: tuple(patterns) for word, patterns in table.items()} for kind, table in index.items()}
    return Frames(frozen, tuple(examples))


def read(path: Path, whose: str = "") -> Iterator[Pattern | Example]:
    """What a file holds, in its order; `whose` precedes the names of its rules."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as err:
        raise OntologyError(f"{path}: {err}", "see FORMAT.md beside it") from err
    seen: set[tuple[object, ...]] = set()
    for kind, entries in data.items():
        if kind not in _KEYS or not isinstance(entries, list):
            raise OntologyError(f"{path}: unknown table {kind}", f"the tables are {', '.join(_KEYS)}")
        for number, entry in enumerate(entries, 1):
            where = f"{path}: {kind} {number}"
            for key in sorted(entry.keys() - _KEYS[kind]):
                raise OntologyError(f"{where}: unknown key {key}", f"the keys are {', '.join(sorted(_KEYS[kind]))}")
            for key in sorted(_REQUIRED[kind] - entry.keys()):
                raise OntologyError(f"{where}: {key} is missing", "see FORMAT.md beside it")
            if kind == "example":
                yield Example(path.stem, entry["text"], tuple(entry["yields"]), entry.get("xfail", ""))
                continue
            pattern = _pattern(path.stem, kind, number, entry, where, whose)
            for lemma in pattern.lemmas:
                same = (
                    kind,
                    lemma,
                    pattern.nouns,
                    pattern.subject,
                    pattern.object,
                    pattern.needs,
                    pattern.subject_types,
                    pattern.object_types,
                )
                if same in seen:
                    raise OntologyError(f"{where}: {lemma} stands twice under the same slots", "delete one")
                seen.add(same)
            yield pattern


def _pattern(predicate: str, kind: str, number: int, entry: Mapping[str, object], where: str, whose: str) -> Pattern:
    values: dict[str, object] = {}
    for key, value in entry.items():
        if key in ("lemmas", "words", "nouns", "subject", "object", "needs", "subject_types", "object_types"):
            if not isinstance(value, list) or not value or not all(isinstance(v, str) and v for v in value):
                raise OntologyError(f"{where}: {key} must be a list of words", "an empty list is left out")
            values["lemmas" if key == "words" else key] = (
                frozenset(value) if key in ("nouns", "subject_types", "object_types") else tuple(value)
            )
        elif key == "confidence":
            if not isinstance(value, (int, float)) or not 0 < value <= 1:
                raise OntologyError(f"{where}: confidence must lie between 0 and 1", "for instance 0.8")
            values[key] = float(value)
        elif not isinstance(value, bool):
            raise OntologyError(f"{where}: {key} must be true or false", "correct the value")
        else:
            values[key] = value
    return Pattern(predicate=predicate, kind=kind, rule=f"{whose}frames/{predicate} {kind} {number}", **values)  # type: ignore[arg-type]
