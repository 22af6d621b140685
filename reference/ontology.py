"""docs/ontology.md and its diagram, from `ontology/kg.ttl` and the examples of the frames."""

import textwrap
from collections.abc import Iterable, Iterator
from html import escape

import pyoxigraph as ox

from kg import frames, ontology
from kg.resources import layers

_SHORT = {
    ontology.KG: "kg:",
    "http://www.w3.org/2000/01/rdf-schema#": "rdfs:",
    "http://www.w3.org/2002/07/owl#": "owl:",
    "http://www.w3.org/2001/XMLSchema#": "xsd:",
    "http://www.w3.org/2004/02/skos/core#": "skos:",
    "http://www.w3.org/ns/prov#": "prov:",
    "https://schema.org/": "schema:",
    "http://xmlns.com/foaf/0.1/": "foaf:",
    "http://www.w3.org/ns/org#": "org:",
    "http://semanticweb.cs.vu.nl/2009/11/sem/": "sem:",
    "http://www.opengis.net/ont/geosparql#": "geo:",
    "http://www.wikidata.org/entity/": "wd:",
    "http://www.wikidata.org/prop/direct/": "wdt:",
}
_RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_ALIGNED = ("rdfs:subClassOf", "rdfs:subPropertyOf", "skos:closeMatch")


def page() -> str:
    """The page, in Markdown: each class, each relation with sentences that say it, and the terms of the record."""
    loaded, terms = ontology.load(), _Terms()
    own = [name for name in terms.names("ObjectProperty", "DatatypeProperty") if name not in loaded.properties]
    lines = [
        "# Ontology", "",
        "Made from `ontology/kg.ttl` and the examples in `ontology/frames/`; `make docs` writes it anew. All names below are in",
        f"`kg:`, which is `{ontology.KG}`.", "",
        "![What holds between whom, and the record of who says so](ontology.svg)", "",
        f"{len(loaded.classes)} classes, {len(loaded.properties)} relations, {len(own)} other properties. Sentences under *In texts* are tests: the rules",
        "have to find exactly what stands under them; articles are taken to be of Wednesday, 15 May 2024.", "",
        "## Classes",
    ]  # fmt: skip
    for name, found in loaded.classes.items():
        lines += [
            "",
            f"### {name}",
            _sentence(found.label, found.definition),
            "",
            f"Example: {terms.text(name, 'skos:example')}",
        ]
        lines += _facts({"below": _code(found.parents), "also": _code(terms.aligned(name))})
    lines += ["", "## Relations"]
    for name, known in loaded.properties.items():
        lines += ["", f"### {name}", _sentence(known.label, known.definition), "", f"Example: {known.example}"]
        lines += _facts({
            "from": _code(sorted(known.domain)), "to": "a number" if known.counts else _code(sorted(known.range)),
            "symmetric": "yes" if known.symmetric else "", "PLOVER": known.plover, "also": _code(terms.aligned(name)),
        })  # fmt: skip
        lines += ["", "In texts:", "", *_examples(name)]
    lines += ["", "## The record", "", "Properties of statements, passages, documents and entities."]
    for name in own:
        lines += ["", f"### {name}", _sentence(terms.text(name, "rdfs:label"), terms.text(name, "skos:definition"))]
        lines += ["", f"Example: {example}"] if (example := terms.text(name, "skos:example")) else []
        lines += _facts({
            "from": _code(terms.local(name, "rdfs:domain")), "to": _code(terms.local(name, "rdfs:range")),
            "also": _code(terms.aligned(name)),
        })  # fmt: skip
    return "\n".join(lines) + "\n"


def diagram() -> str:
    """A picture as SVG: who the relations lead from and to, and how a statement hangs together."""
    loaded = ontology.load()
    rows = [
        (kind, [n for n, p in loaded.properties.items() if _leads(loaded, p.domain, "Actor") and _leads(loaded, p.range, kind)])
        for kind in ("Actor", "Place", "Agreement", "Conflict")
    ]  # fmt: skip
    rows.append(("number", [name for name, known in loaded.properties.items() if known.counts]))
    parts, top = [], 20
    for kind, names in rows:
        below = [name for name in loaded.classes if name != kind and kind in loaded.types(name)]
        said = textwrap.wrap(" · ".join(names), 74)
        inside = textwrap.wrap(", ".join(below), 30)
        height = 26 + 17 * max(len(said), len(inside) + 1, 2)
        middle = top + height / 2
        parts += [f'<path class="arrow" d="M190 {middle + 17 * len(said) / 2 + 6:g}H708" marker-end="url(#head)"/>']
        parts += _lines(said, 200, middle - 17 * (len(said) - 1) / 2 + 2, "relation")
        parts += _box(710, top, 240, height - 8, kind, inside)
        top += height + 6
    parts += _box(20, 20, 170, top - 34, "Actor", ontology.ACTORS)
    parts += _box(20, top + 10, 250, 62, "Statement", ("subject, predicate, object,", "who says so, when, how sure"))
    parts += _box(390, top + 10, 200, 62, "Passage", ("the sentence and its place",))
    parts += _box(710, top + 10, 240, 62, "Document", ("date, title, publisher",))
    for left, right, name in ((270, 388, "wasDerivedFrom"), (590, 708, "isPartOf")):
        parts += [f'<path class="arrow" d="M{left} {top + 44}H{right}" marker-end="url(#head)"/>']
        parts += _lines([name], left + 10, top + 36, "relation")
    height = top + 92
    style = (
        "text{font:13px system-ui,sans-serif;fill:#222}.title{font-weight:600}.relation{font-size:12px;fill:#1b4b72}"
        ".inside{font-size:12px;fill:#555}.box{fill:#f4f6f8;stroke:#8a97a3}.arrow{stroke:#8a97a3;fill:none}"
    )
    head = '<marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#8a97a3"/></marker>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 970 {height}" role="img" aria-label="The ontology">\n'
        f'<style>{style}</style><defs>{head}</defs>\n<rect width="970" height="{height}" fill="#fff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


class _Terms:
    """The ontology's file, for what the program itself has no use for."""

    def __init__(self) -> None:
        self.store = ox.Store()
        for path in layers("ontology/kg.ttl"):
            self.store.load(path=path, format=ox.RdfFormat.TURTLE)

    def names(self, *types: str) -> list[str]:
        found = (self.store.quads_for_pattern(None, _RDF_TYPE, _node(f"owl:{name}")) for name in types)
        iris = {quad.subject.value for quads in found for quad in quads if isinstance(quad.subject, ox.NamedNode)}
        return sorted(iri.removeprefix(ontology.KG) for iri in iris if iri.startswith(ontology.KG))

    def values(self, name: str, predicate: str) -> list[str]:
        quads = self.store.quads_for_pattern(ox.NamedNode(ontology.KG + name), _node(predicate), None)
        return sorted(quad.object.value for quad in quads if not isinstance(quad.object, ox.BlankNode | ox.Triple))

    def text(self, name: str, predicate: str) -> str:
        return " ".join(self.values(name, predicate))

    def local(self, name: str, predicate: str) -> list[str]:
        return [_prefixed(value).removeprefix("kg:") for value in self.values(name, predicate)]

    def aligned(self, name: str) -> list[str]:
        """Terms of other vocabularies that a term is below or close to."""
        found = (_prefixed(value) for predicate in _ALIGNED for value in self.values(name, predicate))
        return [term for term in found if not term.startswith("kg:")]


def _node(name: str) -> ox.NamedNode:
    prefix, _, local = name.partition(":")
    return ox.NamedNode(next(iri for iri, short in _SHORT.items() if short == f"{prefix}:") + local)


def _prefixed(iri: str) -> str:
    return next((short + iri.removeprefix(long) for long, short in _SHORT.items() if iri.startswith(long)), iri)


def _leads(loaded: ontology.Ontology, classes: frozenset[str], kind: str) -> bool:
    return any(name in loaded.classes and kind in loaded.types(name) for name in classes)


def _sentence(label: str, definition: str) -> str:
    return f"*{label}*: {definition[0] if definition[1:2].isupper() else definition[0].lower()}{definition[1:]}"


def _facts(facts: dict[str, str]) -> list[str]:
    told = " · ".join(f"**{name}** {value}" for name, value in facts.items() if value)
    return ["", told] if told else []


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _examples(predicate: str) -> Iterator[str]:
    """Two texts that say it, and one that seems to."""
    found = [e for e in frames.load().examples if e.predicate == predicate and not e.xfail]
    chosen = [e for e in found if e.yields][:2] + [e for e in found if not e.yields][:1]
    for example in chosen:
        given = "; ".join(f"`{line}`" for line in example.yields) or "nothing"
        yield f"- “{' '.join(example.text.split())}” gives {given}"


def _lines(texts: Iterable[str], left: float, top: float, kind: str) -> list[str]:
    return [
        f'<text class="{kind}" x="{left:g}" y="{top + 17 * row:g}">{escape(text)}</text>'
        for row, text in enumerate(texts)
    ]


def _box(left: float, top: float, width: float, height: float, title: str, inside: Iterable[str]) -> list[str]:
    return [
        f'<rect class="box" x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" rx="4"/>',
        *_lines([title], left + 12, top + 21, "title"),
        *_lines(inside, left + 12, top + 38, "inside"),
    ]
