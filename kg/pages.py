"""Pages about one thing of a graph, as HTML: an entity, a document, the sentences behind an edge; and the search."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape
from urllib.parse import quote, urlencode, urlsplit

from pyoxigraph import Literal, NamedNode, Store

from kg import ontology
from kg.naming import Candidate, Term, candidates, described, kind, plain, readable
from kg.turtle import KG, PREFIXES, iri

SHOWN = 200
"""Rows of a list that a page shows; it says how many more there are."""
NEIGHBOURS = 14

_STATEMENTS = """
SELECT DISTINCT ?statement ?s ?p ?o ?by ?negated ?hypothetical ?when ?confidence ?text ?start ?source ?document ?published
WHERE {
  %s
  ?statement rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; prov:wasDerivedFrom ?passage .
  ?passage schema:text ?text ; kg:start ?start ; schema:isPartOf ?source .
  ?source schema:identifier ?document .
  OPTIONAL { ?source schema:datePublished ?published }
  OPTIONAL { ?statement kg:attributedTo ?by }
  OPTIONAL { ?statement kg:negated ?negated }
  OPTIONAL { ?statement kg:hypothetical ?hypothetical }
  OPTIONAL { ?statement kg:when ?when }
  OPTIONAL { ?statement kg:confidence ?confidence }
} ORDER BY ?published ?document ?start ?p ?s ?o ?statement ?by
"""
_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/page.css">
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header><a class="home" href="/">Conflict knowledge graph</a>
<form action="/" role="search"><label>Find <input type="search" name="find" autocomplete="off"></label><button>Search</button></form></header>
<main id="content">
{body}
</main>
</body>
</html>
"""


def resource(node: NamedNode, store: Store) -> str:
    """The page of whatever has an IRI in the graph."""
    match kind(node, store):
        case "Document":
            return _document(node, store)
        case "" | "Statement" | "Passage":
            return _facts_of(node, store)
        case _:
            return _entity(node, store)


def _entity(node: NamedNode, store: Store) -> str:
    label = readable(node, store)
    about = _ask("{ ?statement rdf:subject $it } UNION { ?statement rdf:object $it }", node, store)
    said = _ask("?statement kg:attributedTo $it .", node, store)
    facts = [row for row in about if not row["by"] and not row["negated"] and not row["hypothetical"]]
    claimed = [row for row in about if row["by"] or row["negated"] or row["hypothetical"]]
    body = [
        f"<h1>{escape(label)}</h1>",
        f'<p class="kind">{escape(kind(node, store))}{_aliases(node, label, store)}</p>',
        _same(node, store),
        _neighbours(node, facts, store),
        _section("Facts", "What articles report in their own voice.", _edges(facts, store)),
        _section("Claims about it", "What somebody says of it, or what is denied or only possible.", _edges(claimed, store, said=True)),
        _section("Claims by it", "What it says itself.", _edges(said, store)),
        _section("Documents", "", _documents(node, store)),
        _other_forms(node),
    ]  # fmt: skip
    return _framed(label, "\n".join(part for part in body if part))


def _aliases(node: NamedNode, label: str, store: Store) -> str:
    held = store.quads_for_pattern(node, NamedNode(iri("skos:altLabel")), None)
    names = sorted({quad.object.value for quad in held if isinstance(quad.object, Literal)} - {label})
    return f", also called {', '.join(escape(name) for name in names)}" if names else ""


def _same(node: NamedNode, store: Store) -> str:
    held = sorted({str(q.object.value) for q in store.quads_for_pattern(node, NamedNode(iri("owl:sameAs")), None)
                   if isinstance(q.object, NamedNode)})  # fmt: skip
    links = ", ".join(f'<a rel="noreferrer" href="{escape(same)}">{escape(same)}</a>' for same in held)
    return f'<p class="kind">The same as {links}</p>' if links else ""


def _ask(pattern: str, node: Term, store: Store) -> list[dict[str, Term | None]]:
    """Statements that fit a pattern, a row for each source of each; `$it` in the pattern is the node."""
    query = _STATEMENTS % pattern.replace("$it", str(node))
    found = store.query(query, prefixes=PREFIXES)
    names = [variable.value for variable in found.variables]  # type: ignore[union-attr]
    return [{name: row[name] for name in names} for row in found]  # type: ignore[union-attr]


def _edges(rows: Sequence[dict[str, Term | None]], store: Store, said: bool = False) -> str:
    """Rows gathered by subject, property and object, each with the number of its sentences and its dates."""
    groups: dict[tuple[str, ...], list[dict[str, Term | None]]] = defaultdict(list)
    for row in rows:
        by = str(row["by"] or "") if said else ""
        groups[str(row["s"]), str(row["p"]), str(row["o"]), _stance(row), by].append(row)
    ranked = sorted(
        groups.values(), key=lambda held: (-len(held), str(held[0]["p"]), str(held[0]["s"]), str(held[0]["o"]))
    )
    cells = []
    for held in ranked[:SHOWN]:
        first = held[0]
        number = len({str(row["statement"]) for row in held})
        dates = sorted({_text(row["when"]) for row in held if row["when"]})
        who = [_link(first["by"], store) if first["by"] else ""] if said else []
        cells.append([
            *who,
            _link(first["s"], store), escape(_relation(first["p"])) + _note(_stance(first)), _link(first["o"], store),
            escape(" to ".join(dict.fromkeys((dates[0], dates[-1]))) if dates else ""),
            f'<a href="{escape(edge_path(first))}">{number} sentence{"s" * (number > 1)}</a>',
        ])  # fmt: skip
    heads = [*(["said by"] if said else []), "who", "relation", "whom or what", "when", "evidence"]
    return _table(heads, cells, len(ranked))


def edge_path(row: dict[str, Term | None]) -> str:
    """Where the sentences of an edge are shown."""
    target = row["o"]
    end = ("n", target.value) if isinstance(target, Literal) else ("o", _text(target))
    return "/edge?" + urlencode([("s", _text(row["s"])), ("p", _text(row["p"])), end])


def edge(subject: NamedNode, predicate: NamedNode, target: NamedNode | Literal, store: Store) -> str:
    """The sentences behind an edge: who says so, when, where."""
    ends = f"?statement rdf:subject {subject} ; rdf:predicate {predicate} ; rdf:object {target} ."
    rows = _ask(ends, subject, store)
    shown = f"{readable(subject, store)} {_relation(predicate)} {readable(target, store)}"
    heading = f"{_link(subject, store)} {escape(_relation(predicate))} {_link(target, store)}"
    body = [f"<h1>{heading}</h1>"]
    properties = ontology.load().properties
    meaning = properties.get(predicate.value.removeprefix(KG))
    if meaning:
        body.append(f'<p class="kind">{escape(meaning.definition)}</p>')
    body.append(_sentences(rows, store) or "<p>No sentence of this graph says so.</p>")
    return _framed(shown, "\n".join(body))


def _sentences(rows: Iterable[dict[str, Term | None]], store: Store, relations: bool = False) -> str:
    """Sentences with what they are evidence for; several sources of a statement stand together."""
    statements: dict[str, list[dict[str, Term | None]]] = defaultdict(list)
    for row in rows:
        statements[str(row["statement"])].append(row)
    shown = []
    for held in list(statements.values())[:SHOWN]:
        row = held[0]
        by = [_link(one["by"], store) for one in held if one["by"]]
        parts = [
            f"{_link(row['s'], store)} {escape(_relation(row['p']))} {_link(row['o'], store)}" if relations else "",
            "" if relations else _link(row["source"], store, _text(row["document"])),
            escape(_text(row["published"])) if row["published"] and not relations else "",
            escape(_stance(row)),
            f"according to {', '.join(by)}" if by else "in the article’s own voice",
            f"when: {escape(_text(row['when']))}" if row["when"] else "",
            f"confidence {escape(_text(row['confidence']))}" if row["confidence"] else "",
        ]
        meta = "; ".join(part for part in parts if part)
        shown.append(f'<blockquote>{escape(_text(row["text"]))}</blockquote><p class="meta">{meta}</p>')
    more = len(statements) - SHOWN
    return "\n".join(shown) + (f"<p>{more} more are not shown.</p>" if more > 0 else "")


def _document(node: NamedNode, store: Store) -> str:
    label = readable(node, store)
    facts = {
        name: next((q.object for q in store.quads_for_pattern(node, NamedNode(iri(name)), None)), None)
        for name in ("schema:headline", "schema:datePublished", "schema:publisher", "schema:url")
    }
    about = ", ".join(
        escape(_text(facts[name])) for name in ("schema:publisher", "schema:datePublished") if facts[name]
    )
    address = _text(facts["schema:url"]) if facts["schema:url"] else ""
    link = (
        f' <a rel="noreferrer" href="{escape(address)}">{escape(address)}</a>'
        if urlsplit(address).scheme in ("http", "https")
        else ""
    )
    rows = _ask("?passage schema:isPartOf $it .", node, store)
    title = _text(facts["schema:headline"]) if facts["schema:headline"] else label
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="kind">Document {escape(label)}{", " + about if about else ""}{link}</p>',
        _section("Statements", "In the order of the text.", _sentences(rows, store, relations=True)),
        _other_forms(node),
    ]
    return _framed(title, "\n".join(part for part in body if part))


def _facts_of(node: NamedNode, store: Store) -> str:
    rows = sorted(
        {(readable(q.predicate, store), _link(q.object, store)) for q in store.quads_for_pattern(node, None, None)}
    )
    label = readable(node, store)
    table = _table(["property", "value"], [[escape(name), value] for name, value in rows[:SHOWN]], len(rows))
    return _framed(label, f"<h1>{escape(label)}</h1>\n{table}\n{_other_forms(node)}")


def _documents(node: NamedNode, store: Store) -> str:
    rows = []
    for quad in store.quads_for_pattern(None, NamedNode(iri("schema:mentions")), node):
        date = next(
            (q.object for q in store.quads_for_pattern(quad.subject, NamedNode(iri("schema:datePublished")), None)),
            None,
        )
        rows.append((_text(date) if date else "", readable(quad.subject, store), _link(quad.subject, store)))
    rows = sorted(set(rows))
    return _table(["published", "document"], [[escape(date), link] for date, _, link in rows[:SHOWN]], len(rows))


def _neighbours(node: NamedNode, facts: Sequence[dict[str, Term | None]], store: Store) -> str:
    """The entities that have most facts with this one, around it; the same is in the table below, for all to read."""
    weight: dict[NamedNode, int] = defaultdict(int)
    relations: dict[NamedNode, set[str]] = defaultdict(set)
    for row in facts:
        for end in (row["s"], row["o"]):
            if isinstance(end, NamedNode) and end != node:
                weight[end] += 1
                relations[end].add(_relation(row["p"]))
    if not weight:
        return ""
    chosen = sorted(weight, key=lambda one: (-weight[one], one.value))[:NEIGHBOURS]
    width, height = 860, 430
    drawn = []
    for number, other in enumerate(chosen):
        angle = 2 * math.pi * (number + 0.5) / len(chosen) - math.pi / 2
        x, y = width / 2 + 210 * math.cos(angle), height / 2 + 180 * math.sin(angle)
        named = ", ".join(sorted(relations[other])[:2]) + (", …" if len(relations[other]) > 2 else "")
        label = readable(other, store)
        short = label if len(label) < 30 else label[:28] + "…"
        side, beside = ("left", x - 13) if math.cos(angle) < 0 else ("right", x + 13)
        drawn.append(
            f'<path class="tie" d="M{width / 2:.0f} {height / 2:.0f}L{x:.0f} {y:.0f}" stroke-width="{min(1 + weight[other], 6)}"/>'
            f'<a href="{escape(path(other))}"><title>{escape(label)}: {escape(", ".join(sorted(relations[other])))}</title>'
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="8"/><text class="{side}" x="{beside:.0f}" y="{y + 1:.0f}">{escape(short)}</text>'
            f'<text class="{side} small" x="{beside:.0f}" y="{y + 15:.0f}">{escape(named)}</text></a>'
        )
    more = len(weight) - len(chosen)
    caption = f"The {len(chosen)} with most facts of {len(weight)}." if more > 0 else ""
    return (
        f'<figure class="wide"><svg viewBox="0 0 {width} {height}" role="img" aria-label="Neighbours, also in the list of facts">'
        f"{''.join(drawn)}"
        f'<circle class="middle" cx="{width / 2:.0f}" cy="{height / 2:.0f}" r="12"/></svg>'
        f'<figcaption>{caption} <a href="/view/ego?{escape(urlencode([("actor", node.value)]))}">'
        "All ties as a picture, with filters and sentences</a></figcaption></figure>"
    )


def _other_forms(node: NamedNode) -> str:
    links = " ".join(
        f'<a href="/resource?{escape(urlencode([("iri", node.value), ("format", form)]))}">{name}</a>'
        for form, name in (("ttl", "Turtle"), ("jsonld", "JSON-LD"), ("nt", "N-Triples"))
    )
    return f'<p class="meta">IRI: <code>{escape(node.value)}</code>; as data: {links}</p>'


# The search


def found(sought: str, store: Store) -> list[dict[str, object]]:
    """Entities by a part of a name, at most 50: those first that are called just so, then those often mentioned.

    A name that the graph does not have is looked up in the gazetteer.
    """
    rough = plain(sought)
    if not rough:
        return []
    called: dict[NamedNode, str] = {}
    exact: set[NamedNode] = set()
    for text, key, node in _index(store):
        if rough in key and (node not in called or key == rough):
            called[node] = text
        if key == rough:
            exact.add(node)
    ranked = described(called, store) if called else candidates(sought, store)
    ordered = sorted(ranked, key=lambda one: one.node not in exact)
    return [_hit(one, store) for one in ordered[:50]]


@lru_cache(maxsize=1)
def _index(store: Store) -> tuple[tuple[str, str, NamedNode], ...]:
    """Names with their plain form; a worker's store never changes."""
    return tuple(
        (quad.object.value, plain(quad.object.value), quad.subject)
        for name in ("rdfs:label", "skos:altLabel")
        for quad in store.quads_for_pattern(None, NamedNode(iri(name)), None)
        if isinstance(quad.object, Literal) and isinstance(quad.subject, NamedNode)
    )


def _hit(one: Candidate, store: Store) -> dict[str, object]:
    return {
        "iri": one.node.value, "path": path(one.node), "label": one.label, "kind": one.kind, "name": one.name,
        "documents": one.documents,
    }  # fmt: skip


# Pieces


def path(node: NamedNode) -> str:
    """Where the page of a node is: at the path of its own IRI, if that has one."""
    parts = urlsplit(node.value)
    if parts.scheme in ("http", "https") and not parts.fragment and not parts.query and len(parts.path) > 1:
        return quote(parts.path, safe="/%-._~")
    return "/resource?" + urlencode([("iri", node.value)])


def _framed(title: str, body: str) -> str:
    return _FRAME.format(title=escape(title), body=body)


def _section(title: str, about: str, content: str) -> str:
    if not content:
        return ""
    lead = f'<p class="kind">{escape(about)}</p>' if about else ""
    return f"<section><h2>{escape(title)}</h2>{lead}\n{content}</section>"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], total: int) -> str:
    """A table whose cells are HTML already."""
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    more = f"<p>{total - len(rows)} more are not shown: a query shows all.</p>" if total > len(rows) else ""
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}'


def _link(term: Term | None, store: Store, label: str = "") -> str:
    shown = escape(label or readable(term, store))
    if (
        isinstance(term, NamedNode)
        and not term.value.startswith(KG)
        and next(iter(store.quads_for_pattern(term, None, None)), None)
    ):
        return f'<a href="{escape(path(term))}">{shown}</a>'
    return shown


def _relation(predicate: Term | None) -> str:
    name = _text(predicate).removeprefix(KG)
    known = ontology.load().properties.get(name)
    return known.label if known else name


def _stance(row: dict[str, Term | None]) -> str:
    return "denied" if row["negated"] else "possible" if row["hypothetical"] else ""


def _note(text: str) -> str:
    return f' <small class="note">{escape(text)}</small>' if text else ""


def _text(term: Term | None) -> str:
    return getattr(term, "value", "")
