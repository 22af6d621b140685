"""Statements as RDF: the only place where IRIs are minted, and the writers of RDF files."""

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from itertools import chain
from pathlib import Path
from urllib.parse import quote

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Store,
    Triple,
    parse,
    serialize,
)

from kg.document import Document
from kg.errors import KgError, UsageError
from kg.ledger import Judgement, holding
from kg.ontology import Ontology, load
from kg.ordering import ordered
from kg.statement import Entity, Extraction, Statement, slug
from kg.turtle import KG, PREFIXES, iri, trig, trig_graph, trig_header, trig_name, turtle, turtle_apart
from kg.versions import Versions

BASE = PREFIXES["id"]
FORMATS = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".jsonld": RdfFormat.JSON_LD,
    ".rdf": RdfFormat.RDF_XML,
}

_Fact = tuple[NamedNode, NamedNode, NamedNode | Literal]
_TYPE = NamedNode(iri("rdf:type"))
_DATES = {4: "xsd:gYear", 7: "xsd:gYearMonth", 10: "xsd:date"}


def local_iri(key: str, base: str = BASE) -> NamedNode:
    """The IRI of an entity, statement, passage or document by its key.

    >>> local_iri("armenia").value
    'https://w3id.org/conflict-kg/id/armenia'
    """
    return NamedNode(base + quote(key, safe="-._~"))


def checked_base(base: str) -> str:
    """`base` if IRIs can be minted below it, else a UsageError."""
    try:
        NamedNode(base + "x")
    except ValueError as error:
        raise UsageError(f"the base is no absolute IRI: {base!r}", "give one such as " + BASE) from error
    if base[-1:] not in "/#":
        raise UsageError(f"the base does not end in / or #: {base}", f"write {base}/")
    return base


def quads(extraction: Extraction, base: str = BASE, versions: Versions | None = None) -> Iterator[Quad]:
    """Everything found in one document, in the named graph of that document; with `versions`, what found it as well."""
    graph = local_iri(extraction.document.key, base)
    meaning = load()
    for subject, predicate, obj in _describe(extraction, graph, meaning, base):
        yield Quad(subject, predicate, obj, graph)
    if versions is not None:
        for subject, predicate, obj in _provenance(extraction, graph, versions, base):
            yield Quad(subject, predicate, obj, graph)


def _describe(extraction: Extraction, document: NamedNode, meaning: Ontology, base: str) -> Iterator[_Fact]:
    yield from _document(extraction.document, document)
    for entity in extraction.entities:
        node = local_iri(entity.key, base)
        yield document, _term("schema:mentions"), node
        yield from _entity(entity, node, meaning)
    for statement in extraction.statements:
        yield from _statement(statement, document, meaning, base)
        if extraction.document.date:
            yield local_iri(statement.key, base), _term("kg:reported"), dated(extraction.document.date)


def judged(judgements: Iterable[Judgement], graph: NamedNode, base: str = BASE) -> Iterator[Quad]:
    """Judgements on who is the same as whom as statements of their own; of those that hold, the link as well."""
    known = list(judgements)
    held = set(holding(known))
    for judgement in known:
        first, second = local_iri(judgement.first, base), local_iri(judgement.second, base)
        node = local_iri(judgement.key, base)
        facts: list[_Fact] = [
            (node, _TYPE, _term("kg:IdentityJudgement")),
            (node, _term("rdf:subject"), first),
            (node, _term("rdf:predicate"), _term("owl:sameAs" if judgement.same else "owl:differentFrom")),
            (node, _term("rdf:object"), second),
            (node, _term("kg:confidence"), _confidence(judgement.score)),
            (node, _term("kg:rule"), Literal(judgement.judge)),
            (node, _term("skos:note"), Literal(judgement.evidence)),
        ]
        if judgement.same and judgement in held:
            facts += [(first, _term("owl:sameAs"), second), (second, _term("owl:sameAs"), first)]
        yield from (Quad(*fact, graph) for fact in facts)


def copied(originals: Mapping[str, str], graph: NamedNode, base: str = BASE) -> Iterator[Quad]:
    """For each document that prints another's text, by their keys, the link to that one."""
    for copy, original in originals.items():
        yield Quad(local_iri(copy, base), _term("kg:copyOf"), local_iri(original, base), graph)


def _provenance(extraction: Extraction, document: NamedNode, versions: Versions, base: str) -> Iterator[_Fact]:
    """The activity that made the statements: no clock in it, since the same input shall give the same bytes."""
    activity = local_iri(versions.key, base)
    tool = local_iri(f"software-{slug(f'conflict-kg {versions.tool}')}", base)
    model = local_iri(f"model-{slug(versions.model)}", base)
    ontology = local_iri(f"ontology-{versions.ontology}", base)
    yield activity, _TYPE, _term("prov:Activity")
    yield activity, _term("prov:wasAssociatedWith"), tool
    for used in (document, model, ontology):
        yield activity, _term("prov:used"), used
    yield tool, _TYPE, _term("prov:SoftwareAgent")
    yield tool, _term("schema:name"), Literal("conflict-kg")
    yield tool, _term("schema:softwareVersion"), Literal(versions.tool)
    yield model, _TYPE, _term("prov:Entity")
    yield model, _term("schema:name"), Literal(versions.model)
    yield ontology, _TYPE, _term("prov:Entity")
    yield ontology, _term("schema:version"), Literal(versions.ontology)
    for statement in extraction.statements:
        yield local_iri(statement.key, base), _term("prov:wasGeneratedBy"), activity


def _document(document: Document, node: NamedNode) -> Iterator[_Fact]:
    yield node, _TYPE, _term("kg:Document")
    yield node, _term("schema:identifier"), Literal(document.identifier)
    if document.date:
        yield node, _term("schema:datePublished"), dated(document.date)
    if document.title:
        yield node, _term("schema:headline"), Literal(document.title)
    if document.source:
        yield node, _term("schema:publisher"), Literal(document.source)
    if document.url:
        yield node, _term("schema:url"), Literal(document.url, datatype=_term("xsd:anyURI"))


def _entity(entity: Entity, node: NamedNode, meaning: Ontology) -> Iterator[_Fact]:
    for cls in meaning.types(entity.type):
        yield node, _TYPE, NamedNode(KG + cls)
    yield node, _term("rdfs:label"), Literal(entity.name, language="en")
    for alias in entity.aliases:
        if alias != entity.name:
            yield node, _term("skos:altLabel"), Literal(alias, language="en")
    if entity.same_as:
        yield node, _term("owl:sameAs"), NamedNode(entity.same_as)
    if entity.iso:
        yield node, _term("kg:isoCode"), Literal(entity.iso)


def _statement(statement: Statement, document: NamedNode, meaning: Ontology, base: str) -> Iterator[_Fact]:
    node, passage = local_iri(statement.key, base), local_iri(statement.passage.key, base)
    subject, predicate = local_iri(statement.subject, base), NamedNode(KG + statement.predicate)
    obj = _count(statement.object) if isinstance(statement.object, int) else local_iri(statement.object, base)
    yield passage, _TYPE, _term("kg:Passage")
    yield passage, _term("schema:text"), Literal(statement.passage.text)
    yield passage, _term("kg:start"), _count(statement.passage.start)
    yield passage, _term("kg:end"), _count(statement.passage.end)
    yield passage, _term("schema:isPartOf"), document
    yield node, _TYPE, _term("kg:Statement")
    yield node, _term("rdf:subject"), subject
    yield node, _term("rdf:predicate"), predicate
    yield node, _term("rdf:object"), obj
    for source in statement.attributed_to:
        yield node, _term("kg:attributedTo"), local_iri(source, base)
    if statement.negated:
        yield node, _term("kg:negated"), Literal("true", datatype=_term("xsd:boolean"))
    if statement.hypothetical:
        yield node, _term("kg:hypothetical"), Literal("true", datatype=_term("xsd:boolean"))
    if statement.when:
        yield node, _term("kg:when"), dated(statement.when)
    if statement.office:
        yield node, _term("kg:office"), Literal(statement.office)
    yield node, _term("kg:confidence"), _confidence(statement.confidence)
    if statement.rule:
        yield node, _term("kg:rule"), Literal(statement.rule)
    yield node, _term("prov:wasDerivedFrom"), passage
    if statement.asserted:
        yield subject, predicate, obj
        if meaning.properties[statement.predicate].symmetric and isinstance(obj, NamedNode):
            yield obj, predicate, subject


def dated(value: str) -> Literal:
    """A date typed by its length; what is no date of the calendar stays a plain string, never an ill-typed literal.

    >>> dated("2022-11").datatype.value, dated("2022-02-30").datatype.value
    ('http://www.w3.org/2001/XMLSchema#gYearMonth', 'http://www.w3.org/2001/XMLSchema#string')
    """
    try:
        date.fromisoformat(value + "0000-01-01"[len(value) :])
        return Literal(value, datatype=_term(_DATES[len(value)]))
    except (ValueError, KeyError):
        return Literal(value)


def _count(number: int) -> Literal:
    return Literal(str(number), datatype=_term("xsd:integer"))


def _confidence(value: float) -> Literal:
    # Without trailing zeros: a store keeps decimals in this form, so a file and a store's export say the same.
    return Literal(f"{value:.2f}".rstrip("0").rstrip("."), datatype=_term("xsd:decimal"))


@cache
def _term(name: str) -> NamedNode:
    return NamedNode(iri(name))


def write(
    extractions: Iterable[Extraction],
    path: Path,
    base: str = BASE,
    versions: Versions | None = None,
    more: Callable[[], Iterable[Quad]] = lambda: (),
) -> None:
    """Writes the graph of some documents to `path`, in the format that its ending names; replaces the file at once.

    The documents, each of which comes once, may be more than fit into memory, except as JSON-LD. `more` is asked for
    further quads when all documents have come.
    """
    form = file_format(path)
    checked_base(base)
    found = (list(quads(extraction, base, versions)) for extraction in extractions)
    groups = chain(found, (list(part()) for part in (more,)))
    prefixes = {**PREFIXES, "id": base}
    if form == RdfFormat.JSON_LD:
        write_quads({quad for group in groups for quad in group}, path, base)
        return
    with tempfile.TemporaryDirectory(prefix="kg-") as folder:
        room = Path(folder)
        if form == RdfFormat.N_QUADS:
            lines: Iterable[str] = ordered((f"{quad} .\n" for group in groups for quad in group), room)
        elif form == RdfFormat.TURTLE:
            lines = turtle_apart(([quad.triple for quad in group] for group in groups), prefixes, room)
        elif form == RdfFormat.TRIG:
            lines = chain(trig_header(prefixes), (str(block) for _, block in ordered(_blocks(groups, prefixes), room)))
        else:
            lines = ordered((f"{quad.triple} .\n" for group in groups for quad in group), room)
        replace(
            path, _as_xml(lines, room, prefixes) if form == RdfFormat.RDF_XML else (line.encode() for line in lines)
        )


def _blocks(groups: Iterable[list[Quad]], prefixes: Mapping[str, str]) -> Iterator[tuple[str | int, ...]]:
    """The name of each graph, each of which stands in one group alone, with its block of a TriG file."""
    for group in groups:
        graphs: dict[str, set[Triple]] = {}
        for quad in group:
            graphs.setdefault(trig_name(quad.graph_name, prefixes), set()).add(quad.triple)
        for name, triples in graphs.items():
            yield name, "".join(trig_graph(name, triples, prefixes))


def convert(store: Store, path: Path, base: str = BASE) -> None:
    """Writes what a store holds to `path`, in the format that its ending names.

    N-Quads, N-Triples, TriG and RDF/XML are written in pieces, in little memory however large the store is; Turtle and
    JSON-LD, whose order of things needs a look at the whole, are not.
    """
    form = file_format(path)
    # The default graph of a store repeats what the documents' graphs say, for plain queries.
    apart = {
        quad
        for quad in store.quads_for_pattern(None, None, None, DefaultGraph())
        if not any(map(_is_named, store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)))
    }
    if form in (RdfFormat.TURTLE, RdfFormat.JSON_LD) or any(map(_is_blank, apart)) or _has_blanks(store):
        write_quads({quad for quad in store if _is_named(quad)} | apart, path, base)
        return
    with tempfile.TemporaryDirectory(prefix="kg-") as room:
        replace(path, _streamed(store, apart, form, {**PREFIXES, "id": base}, Path(room)))


def _streamed(store: Store, apart: set[Quad], form: RdfFormat, prefixes: dict[str, str], room: Path) -> Iterator[bytes]:
    if form == RdfFormat.TRIG:
        yield from (piece.encode() for piece in trig_header(prefixes))
        if apart:
            yield from (piece.encode() for piece in trig_graph("", [quad.triple for quad in apart], prefixes))
        names = {trig_name(name, prefixes): name for name in store.named_graphs()}
        for written in sorted(names):
            held = store.quads_for_pattern(None, None, None, names[written])
            yield from (piece.encode() for piece in trig_graph(written, [quad.triple for quad in held], prefixes))
        return
    if form == RdfFormat.N_QUADS:
        everything = (f"{quad} .\n" for quad in chain(apart, filter(_is_named, store)))
        yield from (line.encode() for line in ordered(everything, room))
        return
    triples = store.quads_for_pattern(None, None, None, DefaultGraph())
    lines = ordered((f"{quad.triple} .\n" for quad in triples), room)
    if form == RdfFormat.N_TRIPLES:
        yield from (line.encode() for line in lines)
        return
    yield from _as_xml(lines, room, prefixes)


def _as_xml(lines: Iterable[str], room: Path, prefixes: Mapping[str, str]) -> Iterator[bytes]:
    """N-Triples as RDF/XML."""
    written_to = room / "graph.rdf"
    with (room / "graph.nt").open("w+b") as between:
        between.writelines(line.encode() for line in lines)
        between.seek(0)
        _refuse_controls(quad.triple for quad in parse(between, format=RdfFormat.N_TRIPLES))
        between.seek(0)
        serialize(
            (quad.triple for quad in parse(between, format=RdfFormat.N_TRIPLES)),
            written_to, format=RdfFormat.RDF_XML, prefixes=dict(prefixes),
        )  # fmt: skip
    with written_to.open("rb") as stream:
        while piece := stream.read(1 << 20):
            yield piece


def _is_named(quad: Quad) -> bool:
    return quad.graph_name != DefaultGraph()


def _is_blank(quad: Quad) -> bool:
    return any(isinstance(term, BlankNode) for term in (quad.subject, quad.object, quad.graph_name))


def _has_blanks(store: Store) -> bool:
    return any(isinstance(name, BlankNode) for name in store.named_graphs()) or any(
        map(_is_blank, store.quads_for_pattern(None, None, None, DefaultGraph()))
    )


def file_format(path: Path) -> RdfFormat:
    """The RDF format that the ending of a file's name stands for, else a UsageError."""
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        known = ", ".join(FORMATS)
        raise UsageError(f"no RDF format is known by the ending of {path}", f"use one of {known}") from None


def write_quads(content: set[Quad], path: Path, base: str = BASE) -> None:
    """Writes quads to `path`, in the format that its ending names; replaces the file at once."""
    if any(map(_is_blank, content)):
        dataset = Dataset(content)
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        content = set(dataset)
    replace(path, _pieces(content, file_format(path), {**PREFIXES, "id": base}))


def replace(path: Path, pieces: Iterable[bytes]) -> None:
    """Writes a file beside the place and then puts it there at once; KgError where it cannot be written."""
    rest = iter(pieces)
    first = next(rest, b"")  # what there is to sort or to extract is done before a file appears
    target = Path(os.path.realpath(path))
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with draft.open("wb") as stream:
                stream.writelines(chain([first], rest))
            os.replace(draft, target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise KgError(f"cannot write {path}: {error.strerror or error}") from error


def _pieces(content: set[Quad], form: RdfFormat, prefixes: dict[str, str]) -> Iterator[bytes]:
    if form == RdfFormat.N_QUADS:
        yield from (line.encode() for line in sorted(f"{quad} .\n" for quad in content))
        return
    merged = {quad.triple for quad in content}
    if form == RdfFormat.N_TRIPLES:
        yield from (line.encode() for line in sorted(f"{triple} .\n" for triple in merged))
    elif form == RdfFormat.TURTLE:
        yield from (text.encode() for text in turtle(merged, prefixes))
    elif form == RdfFormat.TRIG:
        yield from (text.encode() for text in trig(content, prefixes))
    else:
        if form == RdfFormat.RDF_XML:
            _refuse_controls(merged)
        data = serialize(sorted(merged, key=str), format=form, prefixes=prefixes) or b""
        yield _indented(data) if form == RdfFormat.JSON_LD else data


def _indented(data: bytes) -> bytes:
    return (json.dumps(json.loads(data), ensure_ascii=False, indent=1) + "\n").encode()


def _refuse_controls(triples: Iterable[Triple]) -> None:
    for value in (t.object.value for t in triples if isinstance(t.object, Literal)):
        for character in value:
            if (character < " " and character not in "\t\n\r") or character in "\ufffe\uffff":
                raise KgError(
                    f"RDF/XML cannot hold the control character U+{ord(character):04X} of {value[:40]!r}",
                    "export another format",
                )
