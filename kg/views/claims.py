"""Who says what about whom, and where two accounts do not agree."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping

from pyoxigraph import Store

from kg.ontology import load
from kg.views import vocabulary
from kg.views.graph import View, add_edge, add_node, tie_data, view
from kg.views.options import ALL, Options, span
from kg.views.reader import Evidence, Reader

_SAYS: Mapping[str, tuple[str, str]] = {
    "asserted": ("says", "says"), "claimed": ("says", "says"), "denied": ("denies", "denies"),
    "possible": ("expects", "says it may be"),
}  # fmt: skip


def claims(store: Store | Reader, options: Options = ALL) -> View:
    """Whoever says something → what (a node of type Claim) → whom it is about.

    `predicate` of the first edge is says, denies or expects. What articles report in their own voice is not here.
    """
    reader = Reader(store, options)
    graph = view("claims")
    groups: dict[tuple[str, str, str], list[Evidence]] = defaultdict(list)
    for e in reader.statements(sorted(load().properties)):
        if e.attributed_to:
            groups[e.subject, e.predicate, str(e.object)].append(e)
    for _, told in sorted(groups.items()):
        node = _node("claim", told[0].subject, told[0].predicate, told[0].object)
        said = _sources(reader, graph, node, told)
        if said:
            graph.nodes[node].update(label=sentence(reader, told[0]), type="Claim")
            ends = [told[0].subject, *([told[0].object] if isinstance(told[0].object, str) else [])]
            for end in dict.fromkeys(ends):
                add_node(reader, graph, end)
                stances = {e.stance for e in said}
                data = tie_data("about", "about", said, stance="claimed" if "claimed" in stances else min(stances))
                graph.add_edge(node, end, key="about", **data)
    return graph


def contested(store: Store | Reader, options: Options = ALL) -> View:
    """Source → version → issue, for each issue on which two sources do not agree.

    An issue is what one affirms and another denies; a deed that two sides charge each other with; an agreement that
    both are said to have broken; or a number of casualties, of one actor and one date, that is told differently. A
    source is whoever says so, or the document in whose own voice it stands.
    """
    reader = Reader(store, options)
    graph = view("contested")
    told = [e for e in reader.statements(sorted(load().properties)) if not e.hypothetical]
    for issue, label, versions in [*_denied(reader, told), *_mutual(reader, told), *_counted(reader, told)]:
        node = _node("issue", *issue)
        trial = view("")
        trial.add_node(node, label=label, type="Issue")
        for name, evidence in versions:
            version = _node("version", *issue, name)
            if said := _sources(reader, trial, version, evidence):
                trial.nodes[version].update(label=name, type="Version")
                trial.add_edge(version, node, key="on", **tie_data("on", "on", said, stance="claimed"))
        if trial.in_degree(node) > 1:
            graph.add_nodes_from(trial.nodes(data=True))
            graph.add_edges_from(trial.edges(keys=True, data=True))
    return graph


_Issue = tuple[tuple[str, ...], str, list[tuple[str, list[Evidence]]]]


def _denied(reader: Reader, told: Iterable[Evidence]) -> Iterable[_Issue]:
    groups: dict[tuple[str, ...], list[Evidence]] = defaultdict(list)
    for e in told:
        groups[e.subject, e.predicate, str(e.object)].append(e)
    for key, group in sorted(groups.items()):
        yes, no = [e for e in group if not e.negated], [e for e in group if e.negated]
        if yes and no:
            yield key, f"{sentence(reader, group[0])}?", [("yes", yes), ("no", no)]


def _mutual(reader: Reader, told: Iterable[Evidence]) -> Iterable[_Issue]:
    """Each charges the other: only where somebody claims it, for what a reporter tells of both is no dispute."""
    words = vocabulary.load()
    deeds: dict[tuple[str, str, str], list[Evidence]] = defaultdict(list)
    breaches: dict[tuple[str, str], dict[str, list[Evidence]]] = defaultdict(lambda: defaultdict(list))
    for e in told:
        if e.negated or not isinstance(e.object, str):
            continue
        if e.predicate in words["contested.mutual"]:
            deeds[e.predicate, e.subject, e.object].append(e)
        elif e.predicate in words["contested.breach"]:
            breaches[e.predicate, e.object][e.subject].append(e)
    for (predicate, one, other), first in sorted(deeds.items()):
        second = deeds.get((predicate, other, one), [])
        if one < other and _dispute(first, second) and any(_meet(a, b) for a in first for b in second):
            label = f"Who {reader.shown(predicate)} whom: {reader.label(one)} or {reader.label(other)}?"
            versions = [(sentence(reader, part[0]), part) for part in (first, second)]
            yield ("each other", predicate, one, other), label, versions
    for (predicate, agreement), by_actor in sorted(breaches.items()):
        parts = [by_actor[actor] for actor in sorted(by_actor)]
        if len(parts) > 1 and _dispute(*parts):
            label = f"Who {reader.shown(predicate)} {reader.label(agreement)}?"
            yield ("breach", predicate, agreement), label, [(reader.label(part[0].subject), part) for part in parts]


def _counted(reader: Reader, told: Iterable[Evidence]) -> Iterable[_Issue]:
    counts = vocabulary.load()["contested.counts"]
    groups: dict[tuple[str, str, str], dict[int, list[Evidence]]] = defaultdict(lambda: defaultdict(list))
    for e in told:
        if e.predicate in counts and isinstance(e.object, int) and not e.negated:
            groups[e.subject, e.predicate, e.when][e.object].append(e)
    for (who, predicate, when), by_number in sorted(groups.items()):
        parts = [by_number[number] for number in sorted(by_number)]
        if len(parts) > 1 and _dispute(*parts, claimed=False):
            label = f"How many {reader.shown(predicate)}: {reader.label(who)}" + (f", {when}" if when else "") + "?"
            yield ("count", who, predicate, when), label, [(f"{part[0].object:,}", part) for part in parts]


def _dispute(*parts: list[Evidence], claimed: bool = True) -> bool:
    """Whether the versions come from different mouths, and at least one as a claim where that is asked."""
    if not all(parts) or (claimed and not any(e.attributed_to for part in parts for e in part)):
        return False
    mouths = [{frozenset(e.attributed_to or (e.document.iri,)) for e in part} for part in parts]
    return any(a != b for a in mouths for b in mouths)


def _meet(one: Evidence, other: Evidence) -> bool:
    a, b = span(one.when), span(other.when)
    return a is None or b is None or (a[0] <= b[1] and b[0] <= a[1])


def _sources(reader: Reader, graph: View, target: str, told: Iterable[Evidence]) -> list[Evidence]:
    """Adds an edge from each source to what it says; returns the statements behind the edges."""
    groups: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for e in told:
        for source in e.attributed_to or (e.document.iri,):
            groups[source, e.stance].append(e)
    said: dict[str, Evidence] = {}
    for (source, stance), evidence in sorted(groups.items()):
        predicate, label = _SAYS[stance]
        own = source == evidence[0].document.iri
        if own and source not in graph:
            graph.add_node(source, label=evidence[0].document.name, type="Document")
        if target not in graph:
            graph.add_node(target, label="", type="")
        if add_edge(reader, graph, source, target, f"{predicate} {stance}", tie_data(predicate, label, evidence)):
            said |= {e.statement: e for e in evidence}
        elif own and not graph.degree(source):
            graph.remove_node(source)
    if not said and target in graph:
        graph.remove_node(target)
    return [said[key] for key in sorted(said)]


def sentence(reader: Reader, e: Evidence) -> str:
    """A statement in words."""
    if isinstance(e.object, int):
        return f"{e.object:,} {reader.shown(e.predicate)}: {reader.label(e.subject)}"
    return f"{reader.label(e.subject)} {reader.shown(e.predicate)} {reader.label(e.object)}"


def _node(kind: str, *parts: object) -> str:
    return f"{kind}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:12]}"
