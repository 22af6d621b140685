"""The closed word classes of the domain: `ontology/lexicon/*.toml`, checked and frozen."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kg.errors import OntologyError
from kg.resources import layers

# Every table and list that the extractor reads; a file with another key, or without one of these, is refused.
_KEYS: Mapping[str, frozenset[str]] = {
    "nouns": frozenset({
        "force.military", "force.equipment", "force.service", "force.irregular", "group.people", "group.bare_when_counted", "group.apart",
        "government.stands_for_state", "government.bodies", "government.regional", "agreement.ceasefire", "agreement.peace", "agreement.treaty",
        "agreement.other", "agreement.not_after", "agreement.apart", "event.generic", "conflict.war", "conflict.other", "conflict.blow", "place.common", "place.compass", "place.part", "place.event", "place.struck", "place.border", "force.itself", "force.vague", "force.employer", "reference.together", "reference.office", "place.site", "speech.claim", "speech.threatens", "speech.accuses", "speech.urges", "speech.condemns", "place.of_state", "place.status", "place.adjacent", "transparent.of", "topic.sport",
        "sport.mark", "thing.ware", "government.national", "government.written",
        "reference.conflict", "government.itself", "government.seated", "government.official", "force.modifier", "unnamed.force", "unnamed.organization", "unnamed.person", "reference.state", "reference.pair", "reference.neighbour", "reference.organization", "reference.person", "reference.place", "reference.water", "reference.island", "reference.city", "reference.region",
    }),
    "verbs": frozenset({
        "light", "hearsay", "claiming", "mentioning", "mandating", "preventing", "needing", "charging", "place.motion", "place.reaching", "place.only", "sport",
    }),
    "titles": frozenset({"office", "national", "portfolio", "former", "standing", "address", "sent_to", "officer"}),
    "stance": frozenset({
        "verb.report", "verb.quote", "verb.deny", "verb.unreal", "verb.no_object", "verb.failing", "verb.factual", "verb.continuing", "noun.failing", "noun.address", "auxiliary.demand", "noun.unreal", "noun.report", "noun.deny",
        "adjective.alleged", "adjective.unreal", "adjective.unreal_predicate", "adverb.alleged", "adverb.reported", "noun.source", "adverb.unreal",
        "adverb.negative", "auxiliary.unreal", "marker.conditional",
    }),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Word lists by dotted name, for instance "nouns.force.military"."""

    lists: Mapping[str, frozenset[str]]

    def __getitem__(self, name: str) -> frozenset[str]:
        return self.lists[name]


def load(root: Path | None = None) -> Lexicon:
    """The word lists of `root`, by default the shipped ones with the user's words added.

    >>> "truce" in load()["nouns.agreement.ceasefire"]
    True
    """
    return _load((root,) if root else layers("ontology/lexicon"))


@cache
def _load(roots: tuple[Path, ...]) -> Lexicon:
    lists = _lists(roots[0])
    for root in roots[1:]:
        for name, words in _lists(root, whole=False).items():
            lists[name] |= words
    return Lexicon(lists)


def _lists(root: Path, whole: bool = True) -> dict[str, frozenset[str]]:
    """The lists of a folder; if it shall be `whole`, none may be missing."""
    lists: dict[str, frozenset[str]] = {}
    for stem, expected in _KEYS.items():
        path = root / f"{stem}.toml"
        if not whole and not path.exists():
            continue
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as err:
            raise OntologyError(f"{path}: {err}", "see the other files of ontology/lexicon/") from err
        found = dict(_flatten(data))
        for key in sorted(found.keys() ^ expected if whole else found.keys() - expected):
            problem = "unknown key" if key in found else "missing key"
            raise OntologyError(f"{path}: {problem} {key}", f"the keys are {', '.join(sorted(expected))}")
        for key, words in found.items():
            if (
                not isinstance(words, list)
                or not words
                or not all(isinstance(w, str) and w == w.lower() for w in words)
            ):
                raise OntologyError(f"{path}: {key} must be a list of words in lower case", "correct the list")
            lists[f"{stem}.{key}"] = frozenset(words)
    return lists


def _flatten(data: Mapping[str, object], prefix: str = "") -> list[tuple[str, object]]:
    flat: list[tuple[str, object]] = []
    for key, value in data.items():
        flat += _flatten(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]
    return flat
