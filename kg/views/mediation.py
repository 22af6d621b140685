"""Who stands between whom: each mediation a node of its own, so that a mediator's parties are never mixed up."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import networkx as nx
from pyoxigraph import Store

from kg.views import vocabulary
from kg.views.graph import View, add_edge, keeps, tie_data, ties, view
from kg.views.options import ALL, Options
from kg.views.reader import Evidence, Reader

_Roles = dict[tuple[str, str], list[Evidence]]


@dataclass
class _Act:
    """One mediation or one hosted meeting: the statements behind each part of each participant."""

    kind: str
    roles: _Roles = field(default_factory=lambda: defaultdict(list))

    def of(self, role: str) -> frozenset[str]:
        return frozenset(node for kind, node in self.roles if kind == role)

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(sorted(f"{role} {node}" for role, node in self.roles if role != "host"))


def mediation(store: Store | Reader, options: Options = ALL) -> View:
    """Mediators, parties, hosts and agreements around nodes of type Mediation (or Talks: hosted, without a mediator).

    Edges run mediator → mediation → party, host → mediation, mediation → agreement; `role` names the part. What became
    of an agreement (who violates, rejects, leaves it) are edges to it. What is told of the same mediators, parties and
    agreements is one mediation.
    """
    reader = Reader(store, options)
    graph = view("mediation")
    for act in _acts(reader):
        _draw(reader, graph, act)
    agreements = {node for node in graph if graph.nodes[node]["type"] == "Agreement"}
    fates = ties(reader, view(""), vocabulary.load()["mediation.outcome"])
    for source, target, key, data in fates.edges(keys=True, data=True):
        if target in agreements:
            add_edge(reader, graph, source, target, key, {**data, "role": "outcome"})
    return graph


def mediators(store: Store | Reader, options: Options = ALL) -> View:
    """The same, folded to an edge from mediator to party: `between` names all parties, `agreement` what was brokered."""
    reader = Reader(store, options)
    graph = view("mediators")
    groups: dict[tuple[str, str, str, bool], list[tuple[_Act, list[Evidence]]]] = defaultdict(list)
    for act in _acts(reader):
        for mediator in sorted(act.of("mediator")):
            for party in sorted(act.of("party") - {mediator}):
                own = act.roles["mediator", mediator]
                joint = [e for e in own if e.object == party]
                predicate = joint[0].predicate if joint else own[0].predicate
                for claimed, behind in _by_voice(joint, own, act.roles["party", party]):
                    groups[mediator, party, predicate, claimed].append((act, behind))
    for (mediator, party, predicate, claimed), found in sorted(groups.items(), key=lambda g: g[0]):
        behind = [e for _, part in found for e in part]
        label = "mediates for" if predicate in vocabulary.load()["mediation.mediator"] else "brokers for"
        data = tie_data(predicate, label, behind, stance="claimed" if claimed else "asserted")
        data["between"] = "; ".join(sorted({reader.label(n) for act, _ in found for n in act.of("party")}))
        agreed = sorted({reader.label(n) for act, _ in found for n in act.of("agreement")})
        if agreed:
            data["agreement"] = "; ".join(agreed)
        add_edge(reader, graph, mediator, party, predicate + " claimed" * claimed, data)
    return graph


def _by_voice(
    joint: list[Evidence], own: list[Evidence], party: list[Evidence]
) -> Iterable[tuple[bool, list[Evidence]]]:
    """The evidence that a mediator stood beside a party, asserted and claimed apart.

    Either one statement says so, or two do together: that the one brokered an agreement and the other joined it.
    """
    pairs = ([e for e in joint if e.stance == s] for s in ("asserted", "claimed"))
    if joint:
        yield from ((s, part) for s, part in zip((False, True), pairs, strict=True) if part)
        return
    plain = [e for e in own if e.stance == "asserted"], [e for e in party if e.stance == "asserted"]
    yield (False, [*plain[0], *plain[1]]) if all(plain) else (True, [*own, *party])


def _acts(reader: Reader) -> list[_Act]:
    """All mediations; what is told of the same participants is merged, hosts included."""
    words = vocabulary.load()
    parts = {role: words[f"mediation.{role}"] for role in ("mediator", "broker", "host", "party")}
    told = {role: [e for e in reader.ties(p) if isinstance(e.object, str)] for role, p in parts.items()}
    acts: list[_Act] = []
    here: dict[str, list[_Act]] = defaultdict(list)  # by the sentences that speak of them
    for passage, said in sorted(_by_passage(told["mediator"]).items()):
        for act in _groups(said, "mediator", "Mediation"):
            acts.append(act)
            here[passage].append(act)
    absorbed: set[int] = set()
    for brokered in _brokered(told["broker"], told["party"]):
        passages = sorted({e.passage for (role, _), part in brokered.roles.items() if role == "mediator" for e in part})
        for act in [a for passage in passages for a in here.get(passage, ())]:
            if id(act) not in absorbed and _same(act, brokered):
                absorbed.add(id(act))
                for role, evidence in act.roles.items():
                    brokered.roles[role] += evidence
        acts.append(brokered)
        for passage in passages:
            here[passage].append(brokered)
    acts = [act for act in acts if id(act) not in absorbed]
    free = []
    for passage, said in sorted(_by_passage(told["host"]).items()):
        for talks in _groups(said, "host", "Talks"):
            beside = [a for a in here.get(passage, ()) if id(a) not in absorbed and talks.of("party") <= a.of("party")]
            for act in beside:
                for host in talks.of("host"):
                    act.roles["host", host] += talks.roles["host", host]
            if not beside and len(talks.of("party")) > 1:
                free.append(talks)
    merged: dict[tuple[str, ...], _Act] = {}
    for act in [*acts, *free]:
        same = merged.setdefault(
            (act.kind, *act.key, *(() if act.kind == "Mediation" else sorted(act.of("host")))), act
        )
        if same is not act:
            for role, evidence in act.roles.items():
                same.roles[role] += evidence
    return [merged[key] for key in sorted(merged)]


def _same(act: _Act, brokered: _Act) -> bool:
    """Whether two acts told in one sentence are one: that it mediated between parties, and brokered their agreement."""
    return act.of("mediator") == brokered.of("mediator") and brokered.of("party") in (act.of("party"), frozenset())


def _by_passage(told: Iterable[Evidence]) -> dict[str, list[Evidence]]:
    passages: dict[str, list[Evidence]] = defaultdict(list)
    for e in told:
        passages[e.passage].append(e)
    return passages


def _groups(here: list[Evidence], role: str, kind: str) -> Iterable[_Act]:
    """The acts of one sentence: those who stand beside the same parties act together."""
    beside = nx.Graph()
    beside.add_edges_from((("actor", e.subject), ("party", str(e.object))) for e in here)
    for together in sorted(map(sorted, nx.connected_components(beside))):
        act = _Act(kind)
        for e in here:
            if ("actor", e.subject) in together:
                act.roles[role, e.subject].append(e)
                act.roles["party", str(e.object)].append(e)
        yield act


def _brokered(brokers: list[Evidence], joined: list[Evidence]) -> Iterable[_Act]:
    """An act for each agreement that somebody brokered, with those who joined it."""
    parties: dict[str, list[Evidence]] = defaultdict(list)
    for e in joined:
        parties[str(e.object)].append(e)
    acts: dict[str, _Act] = {}
    for e in brokers:
        agreement = str(e.object)
        act = acts.setdefault(agreement, _Act("Mediation"))
        act.roles["mediator", e.subject].append(e)
        act.roles["agreement", agreement].append(e)
    for agreement, act in acts.items():
        for e in parties.get(agreement, ()):
            act.roles["party", e.subject].append(e)
    return [acts[agreement] for agreement in sorted(acts)]


_LABELS: Mapping[str, str] = {"mediator": "mediator", "host": "host", "party": "party", "agreement": "agreement"}


def _draw(reader: Reader, graph: View, act: _Act) -> None:
    node = f"{act.kind.lower()}-{hashlib.sha256(repr((act.kind, act.key, sorted(act.of('host')))).encode()).hexdigest()[:12]}"
    found = []
    for (role, who), evidence in sorted(act.roles.items()):
        for stance in ("asserted", "claimed"):
            if behind := [e for e in evidence if e.stance == stance]:
                data = {**tie_data(role, _LABELS[role], behind), "role": role}
                if keeps(reader, data):
                    found.append((role, who, stance, data))
    if not any(role in ("mediator", "host") for role, *_ in found):
        return
    dates = sorted(data["first"] for *_, data in found if "first" in data)
    graph.add_node(node, label=act.kind.lower() + (f" {dates[0]}" if dates else ""), type=act.kind)
    for role, who, stance, data in found:
        ends = (who, node) if role in ("mediator", "host") else (node, who)
        add_edge(reader, graph, *ends, role if stance == "asserted" else f"{role} {stance}", data)
