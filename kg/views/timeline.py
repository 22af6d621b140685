"""What happened when, as far as it is told: events of all, of one, or between two; and the life of an agreement."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping

from pyoxigraph import Store

from kg.errors import UsageError
from kg.ontology import load
from kg.views import vocabulary
from kg.views.claims import sentence
from kg.views.graph import View, add_edge, tie_data, view
from kg.views.options import ALL, Options
from kg.views.reader import Evidence, Reader

PRECISION: Mapping[int, str] = {0: "none", 4: "year", 7: "month", 10: "day"}


def timeline(store: Store | Reader, *names: str, options: Options = ALL) -> View:
    """Nodes of type Event in order (`order`, `when`, `precision`: day, month, year or none), from and to who takes part.

    One name gives what is told with that actor, conflict or agreement, two give what is told between them. For an
    agreement this is its life: who foresaw, joined, brokered, rejected, broke or left it, denials and plans included,
    as marked by `stance`. Undated events stand last.
    """
    if len(names) > 2:
        raise UsageError(f"a timeline is of all, of one or of two, not of {len(names)}", "name fewer")
    reader = Reader(store, options)
    wanted = [reader.side(n) if options.level == "side" else n for n in map(reader.entity, names)]
    graph = view(
        "timeline"
        + "".join(f" of {reader.label(n)}" if i == 0 else f" and {reader.label(n)}" for i, n in enumerate(wanted))
    )
    life = len(wanted) == 1 and reader.type(wanted[0]) == "Agreement"
    never = vocabulary.load()["timeline.never"]
    shown = [p for p in sorted(load().properties) if p not in never]
    events: dict[tuple[str, ...], list[Evidence]] = defaultdict(list)
    for e in reader.statements(shown) if life else reader.ties(shown):
        if all(n in (e.subject, e.object) for n in wanted):
            events[e.when or "9999", e.predicate, e.subject, str(e.object), e.stance, *e.attributed_to].append(e)
    for number, (key, behind) in enumerate(sorted(events.items())):
        _event(reader, graph, number, key, behind)
    return graph


def _event(reader: Reader, graph: View, number: int, key: tuple[str, ...], behind: list[Evidence]) -> None:
    one = behind[0]
    node = f"event-{hashlib.sha256(repr(key).encode()).hexdigest()[:12]}"
    data = tie_data(one.predicate, reader.shown(one.predicate), behind)
    trial = view("")
    trial.add_node(
        node, label=sentence(reader, one), type="Event", when=one.when, precision=PRECISION[len(one.when)], order=number,
        stance=one.stance, by="; ".join(one.by), predicate=one.predicate, weight=data["weight"],
    )  # fmt: skip
    kept = add_edge(reader, trial, one.subject, node, "does", {**data, "role": "subject"})
    if isinstance(one.object, str):
        kept = add_edge(reader, trial, node, one.object, "to", {**data, "role": "object"}) and kept
    if kept:
        graph.add_nodes_from(trial.nodes(data=True))
        graph.add_edges_from(trial.edges(keys=True, data=True))
