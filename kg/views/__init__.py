"""Views: statements as NetworkX graphs, and those as pages, pictures and files.

`build("alliances", store)` gives a `networkx.MultiDiGraph` that shows itself in a notebook; `write(graph, path)` writes
it by the ending of the name. What an edge carries, `kg.views.graph.View` tells.
"""

import difflib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pyoxigraph import Store

from kg.errors import UsageError
from kg.views import vocabulary
from kg.views.claims import claims, contested
from kg.views.files import ENDINGS, ending, write
from kg.views.graph import View, when
from kg.views.measures import COLUMNS, measure
from kg.views.measures import NAMES as MEASURES
from kg.views.mediation import mediation, mediators
from kg.views.options import ALL, Options
from kg.views.reader import Reader
from kg.views.signed import signed
from kg.views.ties import DEEPEST, alliances, conflict, ego, offices
from kg.views.timeline import timeline

__all__ = [
    "ENDINGS", "MEASURES", "Options", "View", "actor_rows", "alliances", "build", "check", "claims", "conflict", "contested",
    "edge_rows", "ego", "measure", "mediation", "mediators", "names", "offices", "signed", "timeline", "write",
]  # fmt: skip

_PLAIN: Mapping[str, Callable[[Store | Reader, Options], View]] = {
    "alliances": alliances, "claims": claims, "conflict": conflict, "contested": contested, "mediation": mediation,
    "mediators": mediators, "offices": offices, "signed": signed,
}  # fmt: skip

Rows = tuple[tuple[str, ...], list[tuple[str, ...]]]
"""Columns and rows of a table."""

# Where a view shows but some properties: the entries of ontology/views.toml.
_SHOWS: Mapping[str, tuple[str, ...]] = {
    "alliances": ("ties.alliances",), "conflict": ("ties.conflict",), "offices": ("ties.offices",),
    "mediation": tuple(f"mediation.{part}" for part in ("mediator", "broker", "host", "party", "outcome")),
    "mediators": tuple(f"mediation.{part}" for part in ("mediator", "broker", "party")),
    "signed": ("signed.friendly", "signed.hostile"),
}  # fmt: skip


def names() -> tuple[str, ...]:
    """The views there are.

    >>> names()[:3]
    ('alliances', 'claims', 'conflict')
    """
    return tuple(sorted((*_PLAIN, "ego", "timeline")))


def check(
    name: str,
    options: Options,
    actors: Sequence[str] = (),
    depth: int | None = None,
    measures: Sequence[str] = (),
    output: Path | None = None,
) -> None:
    """UsageError for a call that no graph can make right, before any graph is read."""
    if name not in names():
        near = difflib.get_close_matches(name, names(), n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names())}"
        raise UsageError(f"no view is called {name!r}", hint)
    if depth is not None and name != "ego":
        raise UsageError(f"the view {name} has no depth", "only ego has one")
    if depth is not None and not 1 <= depth <= DEEPEST:
        raise UsageError(f"no such depth: {depth}", f"give 1 to {DEEPEST}")
    if name == "ego" and len(actors) != 1:
        raise UsageError(f"ego is about one actor, not {len(actors)}", "kg view ego NAME GRAPH")
    if name == "timeline" and len(actors) > 2:
        raise UsageError(f"a timeline is of all, of one or of two, not of {len(actors)}", "name fewer")
    if actors and name not in ("ego", "timeline"):
        raise UsageError(f"the view {name} is about all, not about {actors[0]!r}", "only ego and timeline take names")
    shown = _SHOWS.get(name)
    if shown is not None and options.predicates:
        drawn = {p for key in shown for p in vocabulary.load()[key]}
        if strange := sorted(set(options.predicates) - drawn):
            raise UsageError(f"the view {name} never shows {strange[0]}", f"it shows {', '.join(sorted(drawn))}")
    for measure_ in measures:
        if measure_ not in MEASURES:
            raise UsageError(f"no such measure: {measure_}", f"there are {', '.join(MEASURES)}")
    if output is not None:
        ending(output)


def build(
    name: str,
    store: Store | Reader,
    options: Options = ALL,
    *,
    actors: Sequence[str] = (),
    depth: int | None = None,
) -> View:
    """The view `name` of a store; `actors` are whom ego (one) and timeline (none to two) are about, `depth` is ego's.

    UsageError where there is no such view, where it does not show what the options ask for, or names nobody.
    """
    check(name, options, actors, depth)
    if name == "timeline":
        return timeline(store, *actors, options=options)
    if name == "ego":
        return ego(store, actors[0], options, 1 if depth is None else depth)
    return _PLAIN[name](store, options)


def edge_rows(graph: View) -> Rows:
    """Columns and rows of a table of the edges, those with the most documents first; of a timeline, of its events."""
    events = sorted((d["order"], n, d) for n, d in graph.nodes(data=True) if d["type"] == "Event")
    if events:
        behind = {
            n: next(e for *_, e in (*graph.in_edges(n, data=True), *graph.out_edges(n, data=True)))
            for _, n, _ in events
        }
        told: list[tuple[str, ...]] = [
            (d["when"], d["label"], d["by"], "" if d["stance"] == "asserted" else d["stance"], str(behind[n]["count"]), str(behind[n]["documents"]))
            for _, n, d in events
        ]  # fmt: skip
        return ("when", "event", "said by", "", "statements", "documents"), told
    label = dict(graph.nodes(data="label"))
    ordered = sorted(
        graph.edges(data=True), key=lambda e: (-e[2]["weight"], label[e[0]], e[2]["predicate"], label[e[1]], e[:2])
    )
    rows: list[tuple[str, ...]] = [
        (
            label[source], data["predicate"] + ("" if data["stance"] == "asserted" else f" ({data['stance']})"), label[target],
            when(data), str(data["count"]), str(data["documents"]), f"{data['confidence']:g}",
        )
        for source, target, data in ordered
    ]  # fmt: skip
    return ("subject", "predicate", "object", "when", "statements", "documents", "confidence"), rows


def actor_rows(graph: View) -> Rows:
    """Columns and rows of a table of the actors with their measures, the highest first."""
    found = [key for key in COLUMNS if any(key in d for _, d in graph.nodes(data=True))]
    ordered = sorted(
        graph.nodes(data=True), key=lambda n: ([-n[1][key] for key in found if key != "community"], n[1]["label"], n[0])
    )
    return ("actor", "kind", *found), [(d["label"], d["type"], *(f"{d[key]:g}" for key in found)) for _, d in ordered]
