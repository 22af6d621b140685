"""Colours and marks: which stand for friendly, hostile and other ties, and for the kinds of nodes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg.views import vocabulary

# For white paper and for a dark screen; told apart by colour-blind eyes within each family, at 3:1 contrast or more.
FRIENDLY = (("#1f5fbf", "#7fb0ff"), ("#11805f", "#4fd0a6"), ("#6b3fa0", "#c3a0f0"), ("#0b84a5", "#5fd0ee"), ("#6f7200", "#cfd050"), ("#2f4b7c", "#a8c0ea"))  # fmt: skip
HOSTILE = (("#c62828", "#ff8a80"), ("#cc5500", "#ffab66"), ("#a3195b", "#f48fb1"), ("#7b5200", "#e0b050"), ("#7b1fa2", "#d59cf0"), ("#5d4037", "#cdb0a2"), ("#d81b60", "#ff9fc0"), ("#8d4e1b", "#dba679"), ("#444444", "#bbbbbb"))  # fmt: skip
OTHER = (("#3d5a6c", "#a9c6d8"), ("#00798c", "#59c9d8"), ("#6a6f2a", "#c9cf7a"), ("#4b4f9c", "#aeb2f5"), ("#7d4f7d", "#d9aed9"), ("#2f6f4f", "#86cfa9"), ("#8a4b2a", "#dba486"), ("#55606e", "#b8c2cf"))  # fmt: skip

KINDS: Mapping[str, tuple[str, str, str]] = {
    # kind: shape, colour on paper, colour on a dark screen
    "State": ("circle", "#35618f", "#8db8e2"), "Organization": ("round", "#4d7a33", "#9ccb80"),
    "Force": ("triangle", "#b3561d", "#f0a070"), "Person": ("ring", "#6f4f94", "#c0a3e2"),
    "Group": ("hexagon", "#86691a", "#d8bd68"), "Place": ("pin", "#3c7f80", "#86cccc"),
    "Agreement": ("diamond", "#8b4a62", "#e0a0b8"), "Conflict": ("star", "#a33b3b", "#f09090"),
    "Mediation": ("dot", "#222222", "#e8e8e8"), "Talks": ("dot", "#777777", "#aaaaaa"),
    "Claim": ("box", "#555555", "#bbbbbb"), "Issue": ("box", "#8b4a62", "#e0a0b8"), "Version": ("box", "#555555", "#bbbbbb"),
    "Document": ("page", "#666666", "#b0b0b0"), "Event": ("dot", "#35618f", "#8db8e2"),
}  # fmt: skip
UNKNOWN = ("circle", "#666666", "#aaaaaa")
DOTTED = frozenset({"denies", "expects"})
SAID = frozenset({"says", "denies", "expects", "on", "about"})  # edges that are about saying: not drawn as claims
_SIGNS: Mapping[str, tuple[str, str]] = {
    "friendly": FRIENDLY[0],
    "hostile": HOSTILE[0],
    "outcome": HOSTILE[2],
    "denies": HOSTILE[0],
}


@dataclass(frozen=True, slots=True)
class Tone:
    """A colour on paper and on a dark screen."""

    paper: str
    dark: str


def tones(predicates: Iterable[str]) -> dict[str, Tone]:
    """A colour for each predicate: the friendly bluish, the hostile reddish, in the order of `ontology/views.toml`."""
    words = vocabulary.load()
    found: dict[str, Tone] = {}
    others = 0
    for predicate in sorted(set(predicates), key=rank):
        for family, palette in (("signed.friendly", FRIENDLY), ("signed.hostile", HOSTILE)):
            if predicate in words[family]:
                found[predicate] = Tone(*palette[words[family].index(predicate) % len(palette)])
        if predicate in _SIGNS:
            found[predicate] = Tone(*_SIGNS[predicate])
        if predicate not in found:
            found[predicate] = Tone(*OTHER[others % len(OTHER)])
            others += 1
    return found


def rank(predicate: str) -> tuple[int, str]:
    """The place of a predicate in a legend: friendly, other, hostile, each in the order of the file."""
    words = vocabulary.load()
    if predicate in words["signed.friendly"]:
        return words["signed.friendly"].index(predicate), predicate
    if predicate in words["signed.hostile"]:
        return 2000 + words["signed.hostile"].index(predicate), predicate
    return {"friendly": 0, "hostile": 2000}.get(predicate, 1000), predicate
