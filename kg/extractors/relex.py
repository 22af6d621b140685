"""A GLiNER model that finds entities and relations by the ontology's labels; who says so, and whether, is read by the rules.

Such a model knows no negation, no doubt and no source. So the sentence is parsed as for the rules, and the stance of the
word that joins the two entities is the statement's: what is denied or only claimed does not become a fact.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from spacy.tokens import Doc, Span, Token

from kg.document import Document
from kg.errors import KgError, UsageError
from kg.extract import extraction, pipeline
from kg.extract.cast import cast
from kg.extract.relations import sentence_times
from kg.extract.stance import stance
from kg.extract.times import when
from kg.extractors import Settings
from kg.extractors.grounding import entity
from kg.ontology import TOP
from kg.ontology import load as load_ontology
from kg.statement import Entity, Extraction, Passage, Statement

MODEL = "knowledgator/gliner-relex-large-v0.5"
_ENTITIES, _RELATIONS = 0.5, 0.7


@dataclass(frozen=True, slots=True)
class Relex:
    """`model` is a loaded GLiNER model for relations, `called` its name; the thresholds are scores between 0 and 1."""

    model: Any
    called: str
    threshold: float = _ENTITIES
    relation_threshold: float = _RELATIONS
    gazetteer: tuple[Path, ...] = ()
    window: int = 50_000
    name: str = "gliner"

    @property
    def version(self) -> str:
        return f"{self.called} {self.threshold:g} {self.relation_threshold:g}"

    def extract(self, document: Document) -> Extraction:
        doc = _parsed(document, self.gazetteer)
        sentences = [sentence for sentence in doc.sents if sentence.text.strip()]
        if not sentences:
            return Extraction(document, (), ())
        classes, properties = _labels()
        spans, relations = self.model.inference(
            [sentence.text for sentence in sentences], list(classes), list(properties),
            threshold=self.threshold, relation_threshold=self.relation_threshold, return_relations=True,
        )  # fmt: skip
        entities: dict[str, Entity] = {}
        statements: list[Statement] = []
        speakers = {one.key: one for one in extraction(doc).entities}
        for sentence, own, related in zip(sentences, spans, relations, strict=True):
            known = {
                (span["start"], span["end"]): entity(span["text"], classes[span["label"]], document, self.gazetteer)
                for span in own
            }
            for one in known.values():
                entities.setdefault(one.key, one)
            for relation in related:
                ends = [known.get((end["start"], end["end"])) for end in (relation["head"], relation["tail"])]
                trigger = _trigger(sentence, relation)
                if ends[0] is None or ends[1] is None or trigger is None or ends[0].key == ends[1].key:
                    continue
                said = _statement(
                    document, ends[0], properties[relation["relation"]], ends[1], trigger, relation["score"]
                )
                for source in said.attributed_to:
                    if source in speakers:
                        entities.setdefault(source, speakers[source])
                statements.append(said)
        return Extraction(document, tuple(entities.values()), tuple(statements))


def from_settings(settings: Settings) -> Relex:
    """The options are model (a folder, or a name where the network is allowed), threshold and relations."""
    settings.only("model", "threshold", "relations")
    called = settings.options.get("model", MODEL)
    thresholds = settings.number("threshold", _ENTITIES), settings.number("relations", _RELATIONS)
    if max(thresholds) > 1:
        raise UsageError("a threshold is a score between 0 and 1", "for example gliner.threshold=0.5")
    try:
        library = import_module("gliner")
    except ImportError:
        raise KgError("the extractor gliner is not installed", "pip install 'conflict-kg[gliner]'") from None
    try:
        model = library.GLiNER.from_pretrained(called, local_files_only=not settings.network)
    except (OSError, ValueError, RuntimeError) as error:
        hint = "name a folder with gliner.model=DIR" + (
            "" if settings.network else ", or let it be fetched: --allow-network"
        )
        raise KgError(f"the model {called} cannot be loaded: {str(error).splitlines()[0]}", hint) from error
    if not hasattr(model, "map_relations_to_text"):
        raise KgError(f"the model {called} finds no relations", f"choose one that does, such as {MODEL}")
    return Relex(model, Path(called).name if Path(called).exists() else called, *thresholds, settings.gazetteer)


def _labels() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Names of classes and of properties by their labels in the ontology, without those that count."""
    meaning = load_ontology()
    classes = {meaning.classes[name].label: name for name in TOP}
    return classes, {rule.label: name for name, rule in meaning.properties.items() if not rule.counts}


def _parsed(document: Document, gazetteer: Sequence[Path]) -> Doc:
    nlp = pipeline(reader=False)
    doc = nlp.make_doc(document.text)
    doc._.kg_document = document
    doc._.kg_gazetteer = tuple(gazetteer)
    return nlp(doc)


def _trigger(sentence: Span, relation: Mapping[str, Any]) -> Token | None:
    """The word of the parse in which head and tail of a relation meet."""
    ends = [
        sentence.char_span(end["start"], end["end"], alignment_mode="expand")
        for end in (relation["head"], relation["tail"])
    ]
    if ends[0] is None or ends[1] is None:
        return None
    above = set(_upwards(ends[1].root))
    return next((token for token in _upwards(ends[0].root) if token in above), None)


def _upwards(token: Token) -> Iterator[Token]:
    yield token
    yield from token.ancestors


def _statement(
    document: Document, subject: Entity, predicate: str, obj: Entity, trigger: Token, score: float
) -> Statement:
    held = stance(trigger, (subject.key,))
    sentence = trigger.sent
    text = sentence.text.strip()
    start = sentence.start_char + len(sentence.text) - len(sentence.text.lstrip())
    sources = tuple(source for source in held.sources if source in cast(trigger.doc).entities)
    return Statement(
        subject.key, predicate, obj.key, Passage(document.key, start, start + len(text), text), sources, held.negated,
        held.hypothetical, when(trigger, sentence_times(trigger.doc, trigger)), None, round(float(score), 2), "gliner",
    )  # fmt: skip
