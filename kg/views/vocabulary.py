"""Which properties each view draws: `ontology/views.toml`, checked and frozen."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from kg.errors import OntologyError
from kg.ontology import load as ontology
from kg.resources import layers

_KEYS: Mapping[str, frozenset[str]] = {
    "ties": frozenset({"alliances", "conflict", "offices"}),
    "mediation": frozenset({"mediator", "broker", "host", "party", "outcome"}),
    "signed": frozenset({"friendly", "hostile"}),
    "contested": frozenset({"mutual", "breach", "counts"}),
    "side": frozenset({"up"}),
    "timeline": frozenset({"never"}),
}


def load(path: Path | None = None) -> Mapping[str, tuple[str, ...]]:
    """Lists of properties by dotted name, the user's behind the shipped; OntologyError names the entry at fault.

    >>> load()["ties.alliances"][0], load()["side.up"]
    ('allyOf', ('belongsTo', 'officeHolderOf'))
    """
    return _load((path,) if path else layers("ontology/views.toml"))


@cache
def _load(paths: tuple[Path, ...]) -> Mapping[str, tuple[str, ...]]:
    path = paths[-1]
    expected = {f"{part}.{key}" for part, keys in _KEYS.items() for key in keys}
    found: dict[str, tuple[str, ...]] = {}
    for number, layer in enumerate(paths):
        lists = _lists(layer)
        for name in sorted(lists.keys() - expected if number else lists.keys() ^ expected):
            problem = "unknown" if name in lists else "missing"
            raise OntologyError(f"{layer}: {problem} entry {name}", f"there are {', '.join(sorted(expected))}")
        for name, value in lists.items():
            found[name] = found.get(name, ()) + value
    for name, value in found.items():
        for item in value:
            if item not in ontology().properties:
                raise OntologyError(f"{path}: {name} names {item}, which is no property of kg.ttl", "correct the list")
        if len(set(value)) < len(value):
            raise OntologyError(f"{path}: {name} names a property twice", "name each once")
    both = set(found["signed.friendly"]) & set(found["signed.hostile"])
    if both:
        raise OntologyError(f"{path}: {min(both)} is both friendly and hostile", "leave one")
    return found


def _lists(path: Path) -> dict[str, tuple[str, ...]]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise OntologyError(f"{path}: {error}", "correct the file") from error
    return {f"{part}.{key}": value for part, table in data.items() for key, value in _table(part, table, path).items()}


def _table(part: str, table: object, path: Path) -> dict[str, tuple[str, ...]]:
    if not isinstance(table, dict):
        raise OntologyError(f"{path}: {part} is no table", f"write [{part}]")
    for key, value in table.items():
        if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
            raise OntologyError(f"{path}: {part}.{key} is no list of properties", 'write it as ["allyOf", "supports"]')
    return {key: tuple(value) for key, value in table.items()}
