"""What a language model is asked for: a prompt and a JSON schema made from the ontology, and its answer as statements."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kg.document import Document
from kg.errors import InputError
from kg.extractors.checking import NO_CLASS, NO_ENTITY, NOT_IN_TEXT
from kg.extractors.grounding import entity, found, is_sentence, sentence
from kg.ontology import TOP, Ontology
from kg.ontology import load as load_ontology
from kg.statement import Entity, Extraction, Statement

# What else a model writes there is no answer: a denial must not become a fact.
_POLARITY = {"affirmed": False, "negated": True}
_MODALITY = {"fact": False, "hypothetical": True}
NAME_NOT_IN_TEXT = "name not in the text"
NO_SENTENCE = "quotation is not a sentence"
CONFIDENCE = 0.7
"""Of a statement that a language model makes: it says how sure it is only when asked, and then not reliably."""
_TASK = """\
You read one news article and list who did what to whom, only as the article says it. You know nothing but the article.

Entities: everybody and everything that takes part in a statement or says one. "name" is copied from the article, the
fullest form it uses; "aliases" are other forms that the article uses. A state's army is a Force, its ministry an
Organization, its leader a Person; they are not the State.

Statements: use only the properties below, between the classes they allow. "object" is the id of an entity, and null for
the properties that count; those have the number in "count". "polarity" is "negated" where the article says that it did
not happen. "modality" is "hypothetical" for what is planned, demanded, feared, threatened or only possible.
"attributed_to" are the ids of those who say so, and empty where the article says it in its own voice. "date" is when it
happened, as YYYY-MM-DD, YYYY-MM or YYYY, and null where the article does not tell. "office" is the title, for
officeHolderOf only. "quote" is the sentence that says it, copied from the article letter by letter. Leave out what you
are not sure of.
"""


def prompt() -> str:
    """The instructions: the task, then the classes and properties of the ontology."""
    meaning = load_ontology()
    classes = [f"- {name}: {meaning.classes[name].definition}" for name in _classes(meaning)]
    properties = []
    for name, rule in meaning.properties.items():
        target = "a count" if rule.counts else " | ".join(sorted(rule.range))
        properties.append(f"- {name} ({' | '.join(sorted(rule.domain))} → {target}): {rule.definition}")
    return "\n".join([_TASK, "Classes:", *classes, "", "Properties:", *properties])


def schema() -> dict[str, Any]:
    """The JSON schema of an answer, in the subset that endpoints with structured output accept.

    >>> sorted(schema()["properties"])
    ['entities', 'statements']
    """
    meaning = load_ontology()
    text, texts = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
    maybe = {"type": ["string", "null"]}
    one = {
        "id": text, "name": text, "type": {"type": "string", "enum": _classes(meaning)}, "aliases": texts,
    }  # fmt: skip
    said = {
        "subject": text, "property": {"type": "string", "enum": list(meaning.properties)}, "object": maybe,
        "count": {"type": ["integer", "null"]}, "polarity": {"type": "string", "enum": list(_POLARITY)},
        "modality": {"type": "string", "enum": list(_MODALITY)}, "attributed_to": texts, "date": maybe,
        "office": maybe, "quote": text,
    }  # fmt: skip
    return _object(
        {kind: {"type": "array", "items": _object(of)} for kind, of in (("entities", one), ("statements", said))}
    )


def digest() -> str:
    """8 hexadecimal digits that stand for what is asked: they change with the prompt, the schema and the ontology."""
    asked = prompt() + json.dumps(schema(), sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()[:8]


def read(answer: str, document: Document, rule: str, gazetteer: tuple[Path, ...] = ()) -> Extraction:
    """An answer as statements, with counts of what was invented; InputError where it has another form than asked for.

    Names and quotations are looked up in the text here; `kg.extractors.checking` does the rest.
    """
    try:
        raw = json.loads(answer)
        entities, statements = raw["entities"], raw["statements"]
        dropped: Counter[str] = Counter()
        known: dict[str, Entity] = {}
        for given in entities:
            one = _entity(given, document, gazetteer, dropped)
            if one is not None:
                known[given["id"]] = one
        kept = [s for given in statements if (s := _statement(given, document, known, rule, dropped)) is not None]
    except json.JSONDecodeError as error:
        raise InputError("the model's answer is not JSON", "does the model know structured output?") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            "the model's answer does not follow the schema", "does the model know structured output?"
        ) from error
    return Extraction(document, tuple(_joined(known).values()), tuple(kept), tuple(sorted(dropped.items())))


def _entity(
    given: Mapping[str, Any], document: Document, gazetteer: tuple[Path, ...], dropped: Counter[str]
) -> Entity | None:
    name, type_ = given["name"].strip(), given["type"]
    if type_ not in _classes(load_ontology()):
        dropped[NO_CLASS] += 1
        return None
    if found(name, document.text) is None:
        dropped[NAME_NOT_IN_TEXT] += 1
        return None
    one = entity(name, type_, document, gazetteer)
    aliases = {alias.strip() for alias in given["aliases"] if found(alias, document.text)} | set(one.aliases)
    return Entity(one.key, one.type, one.name, tuple(sorted(aliases - {one.name})), one.same_as, one.iso)


def _statement(
    given: Mapping[str, Any], document: Document, known: Mapping[str, Entity], rule: str, dropped: Counter[str]
) -> Statement | None:
    passage = sentence(given["quote"], document)
    if passage is None or not is_sentence(passage):
        dropped[NOT_IN_TEXT if passage is None else NO_SENTENCE] += 1
        return None
    predicate, date, office = given["property"], _text_or_none(given["date"]), _text_or_none(given["office"])
    if not isinstance(predicate, str):
        raise TypeError("a property is a text")
    named = [given["subject"], *given["attributed_to"], *([] if given["object"] is None else [given["object"]])]
    if not all(name in known for name in named):
        dropped[NO_ENTITY] += 1
        return None
    obj = given["count"] if given["object"] is None else known[given["object"]].key
    sources = {known[name].key for name in given["attributed_to"]}
    if predicate != "officeHolderOf" or (office and found(office, document.text) is None):
        office = None
    return Statement(
        known[given["subject"]].key, predicate, obj, passage, tuple(sorted(sources)),
        _POLARITY[given["polarity"]], _MODALITY[given["modality"]], date, office, CONFIDENCE, rule,
    )  # fmt: skip


def _text_or_none(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError("neither a text nor null")
    return value or None


def _joined(known: Mapping[str, Entity]) -> dict[str, Entity]:
    """Entities by key: two that the model keeps apart can turn out to be one."""
    joined: dict[str, Entity] = {}
    for one in known.values():
        other = joined.get(one.key, one)
        aliases = {*one.aliases, *other.aliases, one.name} - {other.name}
        joined[one.key] = Entity(
            other.key,
            other.type,
            other.name,
            tuple(sorted(aliases)),
            other.same_as or one.same_as,
            other.iso or one.iso,
        )
    return joined


def _classes(meaning: Ontology) -> list[str]:
    return [name for name in meaning.classes if set(meaning.types(name)) & set(TOP)]


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
