"""What other formats call our classes and properties: `ontology/formats.toml`, checked and frozen."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from pathlib import Path
from typing import Any

from kg.errors import OntologyError
from kg.ontology import TOP
from kg.ontology import load as ontology
from kg.resources import layers

_CAMEO = re.compile(r"(0[1-9]|1[0-9]|20)[0-9]{1,2}")
_IDENTITY_CLASSES = frozenset({"individual", "group", "system", "organization", "class", "unknown"})


@dataclass(frozen=True, slots=True)
class Coding:
    """How event data code a property: PLOVER's type and mode, CAMEO's code, and the class of objects that it is for."""

    plover: str
    mode: str
    cameo: str
    only: str


@dataclass(frozen=True, slots=True)
class Link:
    """A schema of FollowTheMoney for a property: what it calls the two ends, and the kinds that these may be of."""

    schema: str
    subject: str
    object: str
    source: tuple[str, ...]
    target: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Formats:
    """The whole file: properties and kinds of entities by their names in kg.ttl."""

    events: Mapping[str, Coding]
    ftm_classes: Mapping[str, str]
    ftm_links: Mapping[str, Link]
    stix_classes: Mapping[str, Mapping[str, str]]
    stix_relations: Mapping[str, str]


def load(path: Path | None = None) -> Formats:
    """The mapping of `path`, by default the shipped one with the user's over it; OntologyError names the entry at fault.

    A property of the user's own that no file codes is an event without CAMEO code, and in STIX goes by its name.

    >>> load().events["mediates"]
    Coding(plover='CONSULT', mode='third-party', cameo='045', only='')
    """
    if path:
        return _load((path,), frozenset())
    return _load(layers("ontology/formats.toml"), _own_properties())


def _own_properties() -> frozenset[str]:
    """The properties that the shipped ontology has not."""
    shipped, *mine = layers("ontology/kg.ttl")
    return frozenset(ontology().properties.keys() - ontology(shipped).properties.keys()) if mine else frozenset()


def _data(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise OntologyError(f"{path}: {error}", "correct the file") from error


def _over(data: Any, more: Any) -> Any:
    """Tables within tables, with those of another file over them."""
    if not isinstance(data, dict) or not isinstance(more, dict):
        return more
    return data | {key: _over(data.get(key), value) for key, value in more.items()}


@cache
def _load(paths: tuple[Path, ...], own: frozenset[str]) -> Formats:
    data = reduce(_over, map(_data, paths))
    check = _Check(paths[-1])
    check.own = own
    check.keys("the file", data, {"events", "ftm", "stix"}, whole=True)
    for part, keys in (("ftm", {"classes", "links"}), ("stix", {"classes", "relations"})):
        check.keys(part, data[part], keys, whole=True)
    return Formats(
        check.events(data["events"]), check.ftm_classes(data["ftm"]["classes"]), check.links(data["ftm"]["links"]),
        check.stix_classes(data["stix"]["classes"]), check.relations(data["stix"]["relations"]),
    )  # fmt: skip


class _Check:
    """What may stand in each table; the first thing that is wrong is an OntologyError."""

    own: frozenset[str] = frozenset()

    def __init__(self, path: Path) -> None:
        self.path = path

    def with_own(self, table: Any, names: Iterable[str], entry: Callable[[str], Any]) -> Any:
        """A table with an entry for each property of the user's own that it lacks."""
        if not isinstance(table, dict):
            return table
        return {name: entry(name) for name in sorted(self.own & set(names))} | table

    def wrong(self, what: str, hint: str) -> OntologyError:
        return OntologyError(f"{self.path}: {what}", hint)

    def keys(self, where: str, table: Any, known: Iterable[str], whole: bool = False) -> None:
        """Refuses what is no table, unknown keys, and, if the table shall be `whole`, missing ones."""
        if not isinstance(table, dict):
            raise self.wrong(f"{where} is no table", "see the shipped formats.toml")
        expected = set(known)
        wrong = table.keys() ^ expected if whole else table.keys() - expected
        for name in sorted(wrong):
            problem = "an unknown" if name in table else "no"
            raise self.wrong(f"{where} has {problem} entry {name}", f"there are {', '.join(sorted(expected))}")

    def text(self, where: str, value: object, form: str) -> str:
        if not isinstance(value, str) or not re.fullmatch(form, value):
            raise self.wrong(f"{where} cannot be {value!r}", f"it has the form {form}")
        return value

    def events(self, table: Any) -> dict[str, Coding]:
        coded = {name: p.plover for name, p in ontology().properties.items() if p.plover}
        table = self.with_own(table, coded, lambda name: {"cameo": ""})
        self.keys("events", table, coded, whole=True)
        found = {}
        for name, entry in table.items():
            where = f"events.{name}"
            self.keys(where, entry, {"mode", "cameo", "only"})
            only = entry.get("only", "")
            if only and only not in ontology().classes:
                raise self.wrong(f"{where}.only names {only!r}, which is no class of kg.ttl", "correct the name")
            mode = self.text(f"{where}.mode", entry.get("mode", ""), "[a-z-]*")
            uncoded = name in self.own and not entry.get("cameo")
            cameo = "" if uncoded else self.text(f"{where}.cameo", entry.get("cameo"), _CAMEO.pattern)
            found[name] = Coding(coded[name], mode, cameo, only)
        return found

    def ftm_classes(self, table: Any) -> dict[str, str]:
        self.keys("ftm.classes", table, TOP, whole=True)
        return {name: self.text(f"ftm.classes.{name}", value, "[A-Z][A-Za-z]+") for name, value in table.items()}

    def links(self, table: Any) -> dict[str, Link]:
        self.keys("ftm.links", table, ontology().properties)
        found = {}
        for name, entry in table.items():
            where = f"ftm.links.{name}"
            self.keys(where, entry, {"schema", "subject", "object", "source", "target"}, whole=True)
            for end in ("source", "target"):
                if not isinstance(entry[end], list) or not set(entry[end]) <= set(TOP):
                    raise self.wrong(f"{where}.{end} is no list of kinds", f"there are {', '.join(TOP)}")
            schema, subject, obj = (self.text(where, entry[k], "[A-Za-z]+") for k in ("schema", "subject", "object"))
            found[name] = Link(schema, subject, obj, tuple(entry["source"]), tuple(entry["target"]))
        return found

    def stix_classes(self, table: Any) -> dict[str, dict[str, str]]:
        self.keys("stix.classes", table, TOP)
        for name, entry in table.items():
            where = f"stix.classes.{name}"
            self.keys(where, entry, {"type", "identity_class"})
            type_ = self.text(f"{where}.type", entry.get("type"), "identity|location|incident")
            if (entry.get("identity_class") in _IDENTITY_CLASSES) != (type_ == "identity"):
                raise self.wrong(f"{where} needs an identity_class exactly if it is an identity", f"there are {', '.join(sorted(_IDENTITY_CLASSES))}")  # fmt: skip
        return dict(table)

    def relations(self, table: Any) -> dict[str, str]:
        between = {n for n, p in ontology().properties.items() if not p.counts and p.range != {"Agreement"}}
        table = self.with_own(table, between, lambda name: re.sub("(?<!^)([A-Z])", r"-\1", name).lower())
        self.keys("stix.relations", table, between, whole=True)
        return {name: self.text(f"stix.relations.{name}", value, "[a-z0-9-]+") for name, value in table.items()}
