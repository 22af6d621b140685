"""Knowledge graphs from conflict and diplomacy news.

The way of a text through the house, from bottom to top; imports only go down:

    bytes -> Document -> spaCy Doc -> Statement -> RDF -> store -> query or view

    cli            the commands: parse the call, have the work done, print (terminal: where output goes)
    server         SPARQL over HTTP and the page of web/ (worker: processes; answers: what they answer; pages: HTML)
    evaluation     scores against annotated articles (gold: their format)
    inspection     what is wrong in ontology/ and queries/ (examples: those of the frames, run; doctor: the installation)
    extending      a relation of a user's own, begun
    upkeep         stores: status, remove, merge, diff, upgrade (resolve: who is the same as whom)
    incremental    a store brought up to date (parts: long documents; crew: processes; outcome: what became of the inputs)
    graph          a graph from Python: ask, draw, explain, export
    run            many documents: read, extract, write, report
    report         one page about a whole graph
    show           what each sentence of a text says
    exports        a graph in the formats of other fields
    views          parts of a graph as networkx graphs, and their pictures
    queries        the saved queries of queries/*.rq (ask: questions in English; naming: what a name can mean)
    shapes         the ontology's SHACL shapes
    store          a graph on disk or in memory (generations, ledger: its files; versions: what built it)
    sparql         what a query may not say (isolation, sandbox: where queries run)
    rdf            statements to RDF and its files, the only place where IRIs are minted (turtle: terms as text)
    readers        bytes to documents, one file a format
    extractors     others in its place, and what all of them must keep to
    extract        documents to statements: spaCy components, one file a phenomenon
    gazetteer, frames, lexicon, ontology      what ontology/ says, loaded and checked (resources: where it lies, and what a user lays over it)
    statement, document, errors               the records that all of this passes on

A relation is added in ontology/ alone: its meaning in kg.ttl, its wording in frames/. A query is a file in queries/, a
reader a file in readers/, a view a file in views/.

>>> import kg
>>> kg.slug("Recep Tayyip Erdoğan")
'recep-tayyip-erdogan'
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.document import Document
    from kg.errors import KgError
    from kg.extract import nlp
    from kg.graph import Answer, Graph
    from kg.graph import open as open  # noqa: A004 - kg.open(…) reads as it should
    from kg.readers import read
    from kg.run import Report, build, extractions
    from kg.statement import Entity, Extraction, Passage, Statement, slug
    from kg.store import open_graph

__version__ = "0.1.0"

# Where each public name lives; loaded when first used, so that `import kg` costs nothing.
_HOMES = {
    "Answer": "kg.graph",
    "Document": "kg.document",
    "Entity": "kg.statement",
    "Extraction": "kg.statement",
    "Graph": "kg.graph",
    "KgError": "kg.errors",
    "Passage": "kg.statement",
    "Report": "kg.run",
    "Statement": "kg.statement",
    "build": "kg.run",
    "extractions": "kg.run",
    "nlp": "kg.extract",
    "open": "kg.graph",
    "open_graph": "kg.store",
    "read": "kg.readers",
    "slug": "kg.statement",
}

__all__ = [
    "Answer",
    "Document",
    "Entity",
    "Extraction",
    "Graph",
    "KgError",
    "Passage",
    "Report",
    "Statement",
    "__version__",
    "build",
    "extractions",
    "nlp",
    "open",
    "open_graph",
    "read",
    "slug",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
