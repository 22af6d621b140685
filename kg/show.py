"""The statements of a text, sentence by sentence: for a terminal, or as a page that draws them over the words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from kg.document import Document
from kg.errors import UsageError
from kg.ontology import load
from kg.statement import Statement

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Statements</title><style>
body{{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1b1f24;background:#fff}}
h2{{font-size:1.05rem;font-weight:600;margin:2rem 0 .5rem}} figure{{overflow-x:auto;margin:0;border-bottom:1px solid #d0d7de}}
svg{{display:block;max-width:none}} ul{{padding-left:1.2rem}} .more{{color:#57606a}} li.claim b{{font-style:italic;font-weight:400}}
</style></head><body>
{content}
</body></html>
"""
_NO_STATEMENT = "no statement"
_MOST = 50_000  # characters, of which a page draws every word


@dataclass(frozen=True, slots=True)
class Word:
    """One word, or the words of one mention, with the entity that these stand for; `tag` is the entity's class."""

    text: str
    tag: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, its words, and its statements with the names of what they speak of."""

    text: str
    words: tuple[Word, ...]
    statements: tuple[Statement, ...]
    names: dict[str, str]

    def line(self, statement: Statement) -> tuple[str, str, str, str]:
        """Subject, relation, object, and what else there is to say: stance, speakers, date, office, confidence."""
        obj = statement.object
        more = ["not so"] * statement.negated + ["possibly"] * statement.hypothetical
        if statement.attributed_to:
            more.append("according to " + ", ".join(self.names[k] for k in statement.attributed_to))
        more += [part for part in (statement.when, statement.office) if part]
        return (
            self.names[statement.subject], load().properties[statement.predicate].label,
            str(obj) if isinstance(obj, int) else self.names[obj], "; ".join([*more, f"{statement.confidence:g}"]),
        )  # fmt: skip


def sentences(text: str, date: str | None = None) -> list[Sentence]:
    """What each sentence of a text says; `date` is when it was published. UsageError for a text without words, or one
    of more than 50,000 characters."""
    from kg.extract import extraction, pipeline
    from kg.extract.cast import cast

    if not text.strip():
        raise UsageError("there is no text to show", "give a sentence in quotation marks, or - for standard input")
    if len(text) > _MOST:
        raise UsageError(
            f"a text of {len(text)} characters is too long to be shown", f"up to {_MOST}; build a graph of it"
        )
    nlp = pipeline()
    doc = nlp.make_doc(text)
    doc._.kg_document = Document("text", text, date)
    doc._.kg_gazetteer = ()
    doc = nlp(doc)
    found = extraction(doc)
    names = {entity.key: " ".join(entity.name.split()) for entity in found.entities}
    types = {entity.key: entity.type for entity in found.entities}
    mentions = {m.start: m for m in reversed(cast(doc).mentions()) if any(k in names for k in m.keys)}
    shown = []
    for sentence in doc.sents:
        words: list[Word] = []
        at = sentence.start
        while at < sentence.end:
            mention = mentions.get(at)
            end = min(mention.end, sentence.end) if mention and mention.end > at else at + 1
            if written := _line(doc[at:end].text):
                keys = tuple(k for k in mention.keys if k in names) if mention and end > at else ()
                if words and not keys and not doc[at - 1].whitespace_:  # a comma, or the rest of a hyphenated word
                    words[-1] = replace(words[-1], text=words[-1].text + written)
                else:
                    words.append(Word(written, types[keys[0]] if keys else "", keys))
            at = end
        if not words:
            continue
        here = [s for s in found.statements if sentence.start_char <= s.passage.start < sentence.end_char]
        ordered = sorted(here, key=lambda s: (s.subject, s.predicate, str(s.object), s.key))
        shown.append(Sentence(_line(sentence.text), tuple(words), tuple(ordered), names))
    return shown


def lines(shown: Sequence[Sentence]) -> Iterator[str]:
    """The sentences for a terminal, each with its statements below it."""
    for sentence in shown:
        yield sentence.text
        rows = [sentence.line(statement) for statement in sentence.statements]
        widths = [max((len(row[i]) for row in rows), default=0) for i in range(3)]
        for row in rows:
            yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, (*widths, 0), strict=True)).rstrip()
        if not rows:
            yield f"  {_NO_STATEMENT}"


def page(shown: Sequence[Sentence]) -> str:
    """One page for a browser: each sentence drawn with its statements as arrows, and below them in words."""
    parts = []
    for number, sentence in enumerate(shown):
        parts.append(f"<h2>{escape(sentence.text)}</h2>")
        if arcs := _arcs(sentence):
            parts.append(f"<figure>{_svg(sentence, arcs, number)}</figure>")
        items = [_item(sentence, statement) for statement in sentence.statements]
        parts.append(f"<ul>{''.join(items)}</ul>" if items else f'<p class="more">{_NO_STATEMENT}</p>')
    return _PAGE.format(content="\n".join(parts))


def check(path: Path) -> None:
    """UsageError unless a page can be called so."""
    if path.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"{path}: what is shown is written as .html", "name such a file")


def _item(sentence: Sentence, statement: Statement) -> str:
    subject, relation, obj, more = map(escape, sentence.line(statement))
    kind = "" if statement.asserted else ' class="claim"'
    return f'<li{kind}><b>{subject}</b> {relation} <b>{obj}</b> <span class="more">{more}</span></li>'


def _svg(sentence: Sentence, arcs: list[dict[str, object]], number: int) -> str:
    from spacy.displacy.render import DependencyRenderer

    widest = max(max(len(word.text), len(word.tag)) for word in sentence.words)
    # The renderer itself rather than displacy.render, which gives each drawing an id that differs from run to run.
    renderer = DependencyRenderer({"distance": min(max(95, 10 * widest + 15), 320), "font": "system-ui, sans-serif"})
    words = [{"text": word.text, "tag": word.tag} for word in sentence.words]
    return str(renderer.render_svg(f"s{number}", words, arcs))


def _arcs(sentence: Sentence) -> list[dict[str, object]]:
    """An arrow for each statement both ends of which stand in the sentence."""
    places: dict[str, int] = {}
    for place, word in enumerate(sentence.words):
        for key in word.keys:
            places.setdefault(key, place)
    found: set[tuple[int, int, str, str]] = set()
    for statement in sentence.statements:
        first, last = places.get(statement.subject), places.get(str(statement.object))
        if first is None or last is None or first == last:
            continue
        label = load().properties[statement.predicate].label
        label += " (not so)" * statement.negated + " (possibly)" * statement.hypothetical
        label += " (claimed)" * bool(statement.attributed_to)
        way = "right" if first < last else "left"
        found.add((min(first, last), max(first, last), label, way))
    return [
        {"start": start, "end": end, "label": escape(label), "dir": way} for start, end, label, way in sorted(found)
    ]


def _line(text: str) -> str:
    """On one line, without anything that could steer a terminal."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())
