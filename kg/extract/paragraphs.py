"""Sentence borders that the layout gives: blank lines, headings and captions never run into the next sentence."""

import re

from spacy.language import Language
from spacy.tokens import Doc

_BREAK = re.compile(r"\n\s*\n|\n")


@Language.component("kg_paragraphs", assigns=["token.is_sent_start"])
def kg_paragraphs(doc: Doc) -> Doc:
    """Starts a sentence after each line break, before the parser sees the text, and after a stop that lost its space.

    A caption's credit line ("Credit: AP") starts one too.
    """
    fresh = True
    for token in doc:
        if token.is_space:
            fresh = fresh or "\n" in token.text
            continue
        if fresh or _credit(doc, token.i):
            token.is_sent_start = True
        fresh = False
    return doc


def _credit(doc: Doc, i: int) -> bool:
    return i + 1 < len(doc) and doc[i + 1].text == ":" and doc[i].lower_ in {"credit", "photo", "photograph", "image"}
