"""Questions in English: `queries/patterns.toml` says which forms are understood, and which saved query answers each.

Nothing is guessed: a question has one of these forms, word for word, with names that the graph knows in its gaps.
"""

import difflib
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyoxigraph import Store

from kg import queries, resources
from kg.errors import KgError
from kg.naming import entity, plain

_GAP = re.compile(r"\{(\w+)\}")
_ARTICLE = re.compile(r"^the (?=\S)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A form of question: `text` with gaps such as {actor}, the query that answers it, further parameters."""

    text: str
    query: str
    fixed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as a saved query with its parameters."""

    query: str
    parameters: Mapping[str, str]

    def call(self, graph: Path) -> str:
        """The same on the command line."""
        given = [part for name, value in self.parameters.items() for part in ("--param", f"{name}={value}")]
        return shlex.join(["kg", "query", self.query, str(graph), *given])


@cache
def patterns() -> tuple[Pattern, ...]:
    """The forms of question, those with more words of their own first; KgError names an entry that is malformed."""
    found = [one for path in resources.layers("queries/patterns.toml") for one in _read(path)]
    return tuple(sorted(found, key=lambda one: -len(_GAP.sub("", one.text))))


def _read(path: Path) -> Iterator[Pattern]:
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8"))["question"]
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise KgError(f"{path}: {error}", "it holds [[question]] tables") from error
    for entry in listed:
        unknown = set(entry) - {"query", "forms", "with"}
        if unknown or not entry.get("forms"):
            raise KgError(
                f"{path}: {entry.get('query')} has {', '.join(sorted(unknown)) or 'no forms'}",
                "keys: query, forms, with",
            )
        saved, fixed = queries.find(entry["query"]), entry.get("with", {})
        names = {parameter.name for parameter in saved.parameters}
        for text in entry["forms"]:
            if strange := {*_GAP.findall(text), *fixed} - names:
                raise KgError(f"{path}: {text!r}: the query {saved.name} has no parameter {', '.join(sorted(strange))}")
            yield Pattern(text, saved.name, fixed)


def understand(question: str, store: Store) -> Understood:
    """The saved query that answers a question; KgError where no form fits, or a name is unknown or means several."""
    asked = " ".join(question.replace("’", "'").split()).rstrip(" ?.!")
    trouble: KgError | None = None
    for pattern in patterns():
        if not (match := _expression(pattern.text).fullmatch(asked)):
            continue
        kinds = {one.name: one.kind for one in queries.find(pattern.query).parameters}
        try:
            given = {name: _value(text, kinds[name], store) for name, text in match.groupdict().items()}
        except KgError as error:
            trouble = trouble or error
            continue
        fixed = {name: value.format_map(given) for name, value in pattern.fixed.items()}
        return Understood(pattern.query, {**fixed, **given})
    if trouble:
        raise trouble
    near = difflib.get_close_matches(plain(asked), [plain(one.text) for one in patterns()], n=3, cutoff=0.35)
    meant = [one.text for one in patterns() if plain(one.text) in near]
    hint = f"it may be asked as: {'; '.join(meant)}" if meant else "kg ask --list shows what can be asked"
    raise KgError(f"the question is not understood: {question!r}", hint)


@cache
def _expression(text: str) -> re.Pattern[str]:
    parts = [
        f"(?P<{part}>.+?)" if number % 2 else re.escape(part).replace(r"\ ", r"\s+")
        for number, part in enumerate(_GAP.split(text))
    ]
    return re.compile("".join(parts), re.IGNORECASE)


def _value(text: str, kind: str, store: Store) -> str:
    """A gap's text as a parameter; what should be an entity has to be one that the graph knows."""
    if kind == "date" and not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", text):
        raise KgError(f"not a date: {text!r}", "write it as 2022, 2022-11 or 2022-11-10")
    if kind != "entity":
        return text
    try:
        entity(text, store)
    except KgError:
        without = _ARTICLE.sub("", text)
        if without == text:
            raise
        entity(without, store)
        return without
    return text
