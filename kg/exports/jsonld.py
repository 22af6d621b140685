"""JSON-LD with the context of `ontology/context.jsonld`: the whole graph, a node a line, in plain names.

The context stands in the file itself, so that no reader has to fetch it.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    Store,
    Triple,
)

from kg.errors import KgError, OntologyError
from kg.ontology import load as ontology
from kg.resources import folder
from kg.turtle import KG, XSD, iri

_TYPE, _STRING = iri("rdf:type"), f"{XSD}string"
_LANGUAGE = iri("rdf:langString")
_Term = NamedNode | BlankNode | Literal | Triple


@cache
def context() -> dict[str, Any]:
    """The terms of the published context: each an IRI, or what says how its values are to be read.

    What the user's own ontology adds is added here as well.

    >>> context()["attacks"]["@type"]
    '@id'
    """
    path = folder("ontology") / "context.jsonld"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["@context"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OntologyError(f"{path}: {error}", "correct the file") from error
    if not isinstance(found, dict):
        raise OntologyError(f"{path}: @context is no object", "correct the file")
    for name in ontology().classes:
        found.setdefault(name, KG + name)
    for name, term in ontology().properties.items():
        found.setdefault(name, {"@id": KG + name, "@type": f"{XSD}integer" if term.counts else "@id"})
    return found


def pieces(store: Store) -> Iterator[bytes]:
    """The file in pieces; only IRIs are held in memory, except where a graph has blank nodes."""
    source = _named(store)
    head = json.dumps(context(), ensure_ascii=False)
    yield f'{{"@context": {head}, "@graph": [\n'.encode()
    for number, subject in enumerate(sorted({quad.subject for quad in _all(source)}, key=str)):
        quads = source.quads_for_subject(subject) if isinstance(source, Dataset) else _of(source, subject)
        text = json.dumps(_node(subject, quads), ensure_ascii=False)
        yield (",\n" * (number > 0) + text).encode("utf-8", "backslashreplace")
    yield b"\n]}\n"


def _named(store: Store) -> Store | Dataset:
    """The store, or a copy in which blank nodes have names that the same graph always gives them."""
    if not any(isinstance(term, BlankNode) for quad in _all(store) for term in (quad.subject, quad.object)):
        return store
    copy = Dataset(_all(store))
    copy.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return copy


def _all(source: Store | Dataset) -> Iterator[Quad]:
    if isinstance(source, Dataset):
        return iter(source)
    return source.quads_for_pattern(None, None, None, DefaultGraph())


def _of(store: Store, subject: NamedNode | BlankNode | Triple) -> Iterator[Quad]:
    return store.quads_for_pattern(subject, None, None, DefaultGraph())


def _node(subject: _Term, quads: Any) -> dict[str, Any]:
    node: dict[str, Any] = {"@id": _reference(subject)}
    for quad in sorted(quads, key=lambda quad: (quad.predicate.value, str(quad.object))):
        if quad.predicate.value == _TYPE and not isinstance(quad.object, Literal):
            key, value = "@type", _classes().get(_reference(quad.object), _reference(quad.object))
        else:
            key = _properties().get(quad.predicate.value, quad.predicate.value)
            value = _value(key, quad.object)
        known = node.setdefault(key, value)
        if known is not value:
            node[key] = [*known, value] if isinstance(known, list) else [known, value]
    return node


def _value(key: str, term: _Term) -> Any:
    entry = context().get(key)
    coerced = entry.get("@type") if isinstance(entry, dict) else None
    if not isinstance(term, Literal):
        reference = _reference(term)
        if coerced == "@vocab":
            return _properties().get(reference, reference)
        return reference if coerced == "@id" else {"@id": reference}
    if term.language:
        is_usual = isinstance(entry, dict) and entry.get("@language") == term.language
        return term.value if is_usual else {"@value": term.value, "@language": term.language}
    kind = term.datatype.value
    if kind == coerced or (
        kind == _STRING and coerced is None and not (isinstance(entry, dict) and "@language" in entry)
    ):
        return term.value
    return {"@value": term.value} if kind == _STRING else {"@value": term.value, "@type": kind}


def _reference(term: _Term) -> str:
    if isinstance(term, NamedNode):
        return term.value
    if isinstance(term, BlankNode):
        return str(term)
    raise KgError("JSON-LD cannot hold a triple about a triple", "export .nq or .trig")


@cache
def _properties() -> dict[str, str]:
    return {entry["@id"]: name for name, entry in context().items() if isinstance(entry, dict)}


@cache
def _classes() -> dict[str, str]:
    return {entry: name for name, entry in context().items() if isinstance(entry, str)}
