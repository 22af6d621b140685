"""One page about a whole graph: counts, pictures, mediators, disputes, casualties, timeline; each figure leads to sentences."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from pyoxigraph import Store

from kg.errors import UsageError
from kg.ontology import TOP, load
from kg.views import Options, View, build
from kg.views.cut import cut
from kg.views.files import replace
from kg.views.graph import independent
from kg.views.page import fill
from kg.views.reader import Evidence, Reader
from kg.views.scene import scene
from kg.views.style import rank, tones
from kg.views.svg import svg

_ASSETS = Path(__file__).parent / "views" / "assets"
_PICTURES = (
    ("alliances", "Who is on whose side"),
    ("mediation", "Who stands between whom"),
    ("conflict", "Who is against whom"),
    ("signed", "Friends and foes: two camps"),
)
_NODES, _TIES, _SENTENCES, _ROWS = 40, 30, 4, 25
_EVENTS = 60

_Tie = tuple[str, str, str | int, str]  # subject, predicate, object, stance
_VOICES: Mapping[str, str] = {
    "asserted": "reported as fact", "claimed": "claimed by somebody", "denied": "denied", "possible": "planned, feared or possible"
}  # fmt: skip


@dataclass
class _Evidence:
    """Statements by tie, and what the page speaks of: ties and groups of them, which have their places at its end."""

    reader: Reader
    ties: Mapping[_Tie, list[Evidence]]
    cited: dict[_Tie, str]
    groups: dict[str, tuple[str, list[_Tie]]]

    def figure(self, title: str, behind: Sequence[Evidence]) -> str:
        """How many statements, leading to all of them: to the tie, or to a list of ties."""
        ties = list(dict.fromkeys(_tie(e) for e in behind))
        if len(ties) == 1 and len(behind) == len(self.ties[ties[0]]):
            return self.link(ties[0], _number(len(behind)))
        key = f"g{len(self.groups)}"
        self.groups[key] = title, ties
        return f'<a href="#{key}">{_number(len(behind))}</a>'

    def link(self, tie: _Tie, words: str) -> str:
        """Words that lead to the sentences of a tie."""
        return f'<a href="#{self.place(tie)}">{escape(words)}</a>'

    def place(self, tie: _Tie) -> str:
        return self.cited.setdefault(tie, f"t{len(self.cited)}")

    def said(self, e: Evidence, words: str | None = None) -> str:
        return self.link(_tie(e), words or self.phrase(_tie(e)))

    def phrase(self, tie: _Tie) -> str:
        subject, predicate, obj, _ = tie
        shown = self.reader.shown(predicate)
        if isinstance(obj, int):
            return f"{obj:,} {shown}: {self.reader.label(subject)}"
        return f"{self.reader.label(subject)} {shown} {self.reader.label(obj)}"


def _tie(e: Evidence) -> _Tie:
    return e.subject, e.predicate, e.object, e.stance


def check(path: Path) -> None:
    """UsageError unless the name is that of a page."""
    if path.suffix.lower() != ".html":
        raise UsageError(f"{path}: a report is a page", "name a file that ends in .html")


def write(store: Store, path: Path, name: str = "graph") -> None:
    """Writes the report, whole or not at all."""
    check(path)
    replace(path, html(store, name).encode())


def html(store: Store, name: str = "graph") -> str:
    """The report on what a store holds, as one page that needs nothing else."""
    reader = Reader(store, Options())
    told = reader.statements(sorted(load().properties))
    ties: dict[_Tie, list[Evidence]] = defaultdict(list)
    for e in told:
        ties[_tie(e)].append(e)
    evidence = _Evidence(reader, ties, {}, {})
    parts = [
        _section("counts", "What it holds", _counts(evidence, told)),
        *(_picture(evidence, view, title) for view, title in _PICTURES),
        _section("mediators", "Who mediates most", _mediators(evidence)),
        _section("contested", "What is contested", _contested(evidence)),
        _section("casualties", "Casualties by side and source", _casualties(evidence, told)),
        _section("timeline", "Timeline", _timeline(evidence, told)),
        _section("documents", "Documents", _documents(evidence, told)),
    ]
    parts.append(_section("sentences", "Sentences", _sentences(evidence)))
    return fill(
        (_ASSETS / "report.html").read_text(encoding="utf-8"),
        {
            "title": escape(name),
            "style": (_ASSETS / "report.css").read_text(encoding="utf-8"),
            "body": "\n".join(parts),
        },
    )


def _section(key: str, title: str, body: str) -> str:
    return f'<section id="{key}"><h2>{escape(title)}</h2>\n{body}</section>'


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are markup already."""
    body = "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{"".join(f"<th scope=col>{h}</th>" for h in head)}</tr></thead><tbody>{body}</tbody></table></div>'


def _number(count: int) -> str:
    return f"{count:,}"


def _counts(evidence: _Evidence, told: list[Evidence]) -> str:
    if not told:
        return '<p class="empty">No statements are in this graph.</p>'
    stances = Counter(e.stance for e in told)
    documents = {e.document.iri for e in told}
    cells = [f'<div><b><a href="#documents">{_number(len(documents))}</a></b> documents</div>']
    cells.append(f'<div><b><a href="#relations">{_number(len(told))}</a></b> statements</div>')
    for stance, meaning in _VOICES.items():
        number = f'<a href="#relations">{_number(stances[stance])}</a>' if stances[stance] else "0"
        cells.append(f"<div><b>{number}</b> {meaning}</div>")
    by_relation: dict[str, list[Evidence]] = defaultdict(list)
    for e in told:
        by_relation[e.predicate].append(e)
    rows = []
    for predicate in sorted(by_relation, key=lambda p: (-len(by_relation[p]), p)):
        own = by_relation[predicate]
        count = Counter(e.stance for e in own)
        voices = (f'<a href="#r-{predicate}-{s}">{_number(count[s])}</a>' if count[s] else "" for s in _VOICES)
        shown = escape(evidence.reader.shown(predicate))
        rows.append(
            (
                shown,
                f'<a href="#r-{predicate}">{_number(len(own))}</a>',
                *voices,
                f'<a href="#r-{predicate}">{_number(len({e.document.iri for e in own}))}</a>',
            )
        )
    head = ("relation", "statements", "fact", "claimed", "denied", "possible", "documents")
    return (
        f'<div class="figures">{"".join(cells)}</div>\n<h3>Who and what is spoken of</h3>{_kinds(evidence, told)}'
        f'\n<h3 id="relations">Relations</h3>{_table(head, rows)}'
    )


def _kinds(evidence: _Evidence, told: list[Evidence]) -> str:
    """For each kind how many, and of whom most statements speak."""
    label = evidence.reader.label
    about: dict[str, dict[str, list[Evidence]]] = {kind: defaultdict(list) for kind in TOP}
    for e in told:
        for node in dict.fromkeys((e.subject, e.object)):
            if isinstance(node, str) and (kind := evidence.reader.type(node)):
                about[kind][node].append(e)
    rows = []
    for kind, found in about.items():
        top = sorted(found.items(), key=lambda f: (-len(f[1]), label(f[0]), f[0]))[:8]
        if top:
            named = ", ".join(f"{escape(label(n))} ({evidence.figure(label(n), own)})" for n, own in top)
            more = f" and {_number(len(found) - len(top))} more" if len(found) > len(top) else ""
            rows.append((escape(kind), _number(len(found)), named + more))
    return _table(("kind", "number", "most spoken of (statements)"), rows)


def _picture(evidence: _Evidence, name: str, title: str) -> str:
    graph = build(name, evidence.reader)
    shown = cut(graph, nodes=_NODES, edges=120)
    if not len(shown):
        return _section(name, title, f'<p class="empty">No {name} in this graph.</p>')
    links = {
        (s, t, k): f"#{evidence.place(_tie(d['evidence'][0]))}" for s, t, k, d in shown.edges(keys=True, data=True)
    }
    return _section(name, title, f'<figure class="wide">{svg(scene(shown), links)}</figure>')


def _mediators(evidence: _Evidence) -> str:
    graph = build("mediators", evidence.reader)
    found: dict[str, list[tuple[str, list[Evidence]]]] = defaultdict(list)
    for source, target, data in graph.edges(data=True):
        found[source].append((target, data["evidence"]))
    for source, target, own in _brokered(evidence.reader):
        found[source].append((target, own))
    if not found:
        return '<p class="empty">No mediation is reported as fact.</p>'
    rows = []
    for who, pairs in found.items():
        behind = list({e.statement: e for _, part in pairs for e in part}.values())
        parties: dict[str, Evidence] = {}
        for party, part in pairs:
            one = next((e for e in part if party in (e.subject, e.object)), part[0])
            if party not in parties or (one.object == party and parties[party].object != party):
                parties[party] = one
        named = ", ".join(
            evidence.said(e, evidence.reader.label(p))
            for p, e in sorted(parties.items(), key=lambda p: evidence.reader.label(p[0]))
        )
        name = evidence.reader.label(who)
        rows.append(
            (independent(behind), len(behind), escape(name), named, evidence.figure(f"{name} as mediator", behind))
        )
    rows.sort(key=lambda r: (-r[0], -r[1], r[2]))
    shown = [(who, named, number, _number(documents)) for documents, _, who, named, number in rows[:_ROWS]]
    return _table(("mediator", "parties, agreements", "statements", "independent documents"), shown) + _more(
        len(rows), len(shown)
    )


def _brokered(reader: Reader) -> Iterable[tuple[str, str, list[Evidence]]]:
    """Who brokered which agreement, where no party is known."""
    graph = build("mediation", reader)
    for act, agreement, data in graph.edges(data=True):
        if data.get("role") == "agreement":
            for mediator in graph.predecessors(act):
                own = [e for e in data["evidence"] if e.subject == mediator]
                if own:
                    yield mediator, agreement, own


def _more(all_: int, shown: int) -> str:
    return f'<p class="hint">Shown are {_number(shown)} of {_number(all_)}.</p>' if all_ > shown else ""


def _contested(evidence: _Evidence) -> str:
    graph = build("contested", evidence.reader)
    issues = [n for n in graph if graph.nodes[n]["type"] == "Issue"]
    if not issues:
        return '<p class="empty">No two sources disagree.</p>'
    weight = {n: sum(d["weight"] for *_, d in graph.in_edges(n, data=True)) for n in issues}
    issues.sort(key=lambda n: (-weight[n], graph.nodes[n]["label"], n))
    cards = []
    for issue in issues[:_ROWS]:
        versions = [
            _version(evidence, graph, v)
            for v in sorted(graph.predecessors(issue), key=lambda v: (graph.nodes[v]["label"], v))
        ]
        cards.append(
            f'<article><h3>{escape(graph.nodes[issue]["label"])}</h3><div class="versions">{"".join(versions)}</div></article>'
        )
    return "\n".join(cards) + _more(len(issues), len(cards))


def _version(evidence: _Evidence, graph: View, version: str) -> str:
    parts = []
    for source, _, data in sorted(graph.in_edges(version, data=True), key=lambda e: (graph.nodes[e[0]]["label"], e[0])):
        e = data["evidence"][0]
        who = f"{escape(graph.nodes[source]['label'])} {escape(data['label'])}"
        parts.append(f"<p>{evidence.said(e, who) if e else who}</p>{_quote(e)}")
    return f"<div><h4>{escape(graph.nodes[version]['label'])}</h4>{''.join(parts)}</div>"


def _casualties(evidence: _Evidence, told: list[Evidence]) -> str:
    """Each number as told; they are never added up, for two reports may count the same dead."""
    rows = []
    for e in told:
        if isinstance(e.object, int):
            label = evidence.reader.label
            side = evidence.reader.side(e.subject)
            stance = {"denied": "denied", "possible": "not certain"}.get(e.stance, "")
            who = ", ".join(e.by) or "the article itself"
            key = (label(side), label(e.subject), e.predicate, e.when or "9999", e.object, e.statement)
            rows.append((key, (
                escape(label(side)), escape(label(e.subject)) if side != e.subject else "", escape(evidence.reader.shown(e.predicate)),
                evidence.said(e, _number(e.object)), escape(who), stance, escape(e.when), escape(e.document.name),
            )))  # fmt: skip
    if not rows:
        return '<p class="empty">No numbers of killed, wounded, captured or displaced are told.</p>'
    rows.sort()
    shown = [row for _, row in rows[: 4 * _ROWS]]
    head = ("side or event", "of them", "", "number", "according to", "", "when", "document")
    return (
        f'<p class="hint">Numbers as told; they are not added up, for two reports may count the same people.</p>{_table(head, shown)}'
        + _more(len(rows), len(shown))
    )


def _timeline(evidence: _Evidence, told: list[Evidence]) -> str:
    events: dict[tuple[str, _Tie], list[Evidence]] = defaultdict(list)
    for e in told:
        if e.when and e.stance in ("asserted", "claimed") and e.predicate not in ("officeHolderOf", "belongsTo"):
            events[e.when, _tie(e)].append(e)
    if not events:
        return '<p class="empty">Nothing is dated.</p>'
    chosen = sorted(events, key=lambda k: (-independent(events[k]), k[0], k[1][1], str(k)))[:_EVENTS]
    colours = tones(tie[1] for _, tie in events)
    items = []
    for when, tie in sorted(chosen, key=lambda k: (k[0], evidence.phrase(k[1]), str(k))):
        own = events[when, tie]
        by = sorted({name for e in own for name in e.by}) if all(e.by for e in own) else []
        says = f" <span>(says {escape(', '.join(by))})</span>" if by else ""
        tone = colours[tie[1]]
        items.append(
            f'<li style="--c:light-dark({tone.paper},{tone.dark})"><time>{escape(when)}</time> {evidence.link(tie, evidence.phrase(tie))}{says}</li>'
        )
    return f"<ol class=events>{''.join(items)}</ol>" + _more(len(events), len(items))


def _documents(evidence: _Evidence, told: list[Evidence]) -> str:
    by: dict[str, list[Evidence]] = defaultdict(list)
    for e in told:
        by[e.document.iri].append(e)
    order = sorted(by.values(), key=lambda own: (-len(own), own[0].document.name))
    rows = []
    for own in order[:_ROWS]:
        d = own[0].document
        name = (
            f'<a href="{escape(d.url)}" rel="noreferrer noopener">{escape(d.name)}</a>'
            if d.url.lower().startswith(("http://", "https://"))
            else escape(d.name)
        )
        rows.append((name, escape(d.published), escape(d.publisher), evidence.figure(d.name, own)))
    return _table(("document", "published", "publisher", "statements"), rows) + _more(len(order), len(rows))


def _sentences(evidence: _Evidence) -> str:
    """The lists that figures lead to; then the ties that the page speaks of, and the best supported of each relation."""
    lists = []
    for key, (title, ties) in evidence.groups.items():
        ranked = sorted(ties, key=lambda t: _rank(evidence, t))
        links = "".join(
            f"<li>{evidence.link(t, evidence.phrase(t))} <small>{_number(len(evidence.ties[t]))}{_marked(t)}</small></li>"
            for t in ranked[:_TIES]
        )
        lists.append(
            f'<div class="tie" id="{key}"><h4>{escape(title)}</h4><ul>{links}</ul>{_more(len(ranked), min(_TIES, len(ranked)))}</div>'
        )
    by: dict[tuple[str, str], list[_Tie]] = defaultdict(list)
    for tie in evidence.ties:
        by[tie[1], tie[3]].append(tie)
    parts = []
    for predicate in sorted({p for p, _ in by}, key=rank):
        parts.append(f'<h3 id="r-{predicate}">{escape(evidence.reader.shown(predicate))}</h3>')
        for stance, meaning in _VOICES.items():
            ranked = sorted(by.get((predicate, stance), ()), key=lambda t: _rank(evidence, t))
            shown = [t for i, t in enumerate(ranked) if i < _TIES or t in evidence.cited]
            if shown:
                items = "".join(_sentence(evidence, tie) for tie in shown)
                parts.append(
                    f'<div id="r-{predicate}-{stance}"><p class="hint">{meaning}</p>{items}{_more(len(ranked), len(shown))}</div>'
                )
    return "\n".join(parts) + "".join(["<h3>Lists</h3>", *lists] if lists else [])


def _rank(evidence: _Evidence, tie: _Tie) -> tuple[int, int, str, str]:
    own = evidence.ties[tie]
    return -independent(own), -len(own), evidence.phrase(tie), str(tie)


def _marked(tie: _Tie) -> str:
    return "" if tie[3] == "asserted" else f", {tie[3]}"


def _sentence(evidence: _Evidence, tie: _Tie) -> str:
    own = sorted(
        evidence.ties[tie],
        key=lambda e: (e.when or "9999", e.document.published or "9999", e.document.name, e.statement),
    )
    documents = len({e.document.iri for e in own})
    head = f"{escape(evidence.phrase(tie))} <small>{_number(len(own))} in {_number(documents)} document{'s' * (documents > 1)}{_marked(tie)}</small>"
    more = (
        f'<p class="hint">and {_number(len(own) - _SENTENCES)} more, in the graph</p>' if len(own) > _SENTENCES else ""
    )
    return f'<div class="tie" id="{evidence.place(tie)}"><h4>{head}</h4>{"".join(_quote(e) for e in own[:_SENTENCES])}{more}</div>'


def _quote(e: Evidence) -> str:
    voice = {
        "asserted": "in the article’s own voice",
        "claimed": "claimed",
        "denied": "denied",
        "possible": "not certain",
    }[e.stance]
    meta = [
        e.document.name,
        e.document.publisher,
        e.document.published and f"published {e.document.published}",
        e.when and f"happened {e.when}",
        e.by and f"according to {', '.join(e.by)}",
        voice,
    ]
    return f'<blockquote>{escape(" ".join(e.sentence.split()))}</blockquote><p class="meta">{escape(" · ".join(str(m) for m in meta if m))}</p>'
