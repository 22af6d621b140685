"""The language model's analysis of a text, however long.

Its memory and time grow faster than the text, and it takes none of more than a million characters. What it sees of a
word are the words around it and the sentence: so a long text goes through it in pieces that end where sentences end,
each with some words of the pieces beside it, and comes out as one. The components of kg then read the text as a whole.
"""

from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc

WHOLE = 50_000
"""Characters that go through the model at once."""
PIECE = 8_000
"""Tokens of a piece of a longer text."""
AROUND = 200
"""Tokens before and after a piece that the model sees with it."""


def analysed(nlp: Language, doc: Doc) -> Doc:
    """The tokens of a text with tags, dependencies, lemmas, names and what kg finds.

    `doc` comes from the tokenizer, with what the components of kg need in its extension attributes.
    """
    if len(doc.text) <= WHOLE:
        return nlp(doc)
    names = nlp.pipe_names
    first = next(i for i, name in enumerate(names) if i and name.startswith("kg_"))
    layout, model, ours = names[:1], names[1:first], names[first:]
    document, gazetteer = doc._.kg_document, doc._.kg_gazetteer
    doc = _through(nlp, layout, doc)
    whole = Doc.from_docs(list(_pieces(nlp, model, doc)), ensure_whitespace=False)
    if whole is None or whole.text != doc.text:
        raise ValueError("the pieces are not the text")
    whole._.kg_document, whole._.kg_gazetteer = document, gazetteer
    return _through(nlp, ours, whole)


def _through(nlp: Language, names: list[str], doc: Doc) -> Doc:
    for name in names:
        doc = nlp.get_pipe(name)(doc)
    return doc


def _pieces(nlp: Language, model: list[str], doc: Doc) -> Iterator[Doc]:
    """The text's tokens, each once, as the model sees them; between two pieces lies a border of sentences."""
    start = 0
    while start < len(doc):
        low, high = max(0, start - AROUND), min(len(doc), start + PIECE + AROUND)
        seen = doc[low:high].as_doc()
        if start:
            seen[start - low].is_sent_start = True  # where the piece before has ended
        seen = _through(nlp, model, seen)
        end = len(doc) if high == len(doc) else low + _border(seen, start - low + PIECE // 2, high - low - AROUND)
        yield seen[start - low : end - low].as_doc()
        start = end


def _border(doc: Doc, least: int, most: int) -> int:
    """The last token from `least` to `most` that begins a sentence, best one that begins a paragraph."""
    starts = [i for i in range(least, most + 1) if doc[i].is_sent_start]
    paragraphs = [i for i in starts if "\n" in doc[i - 1].text_with_ws]
    return (paragraphs or starts or [most])[-1]
