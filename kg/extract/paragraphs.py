"""Sentence borders that the layout gives: blank lines, headings and captions never run into the next sentence."""

from spacy.language import Language
from spacy.tokens import Doc, Token

# A line shorter than this that ends without a stop is a heading, not the wrapped line of a paragraph.
_SHORT_LINE = 60
_STOPS = frozenset('.!?:"”’')
_CREDITS = frozenset({"credit", "photo", "photograph", "image"})


@Language.component("kg_paragraphs", assigns=["token.is_sent_start"])
def kg_paragraphs(doc: Doc) -> Doc:
    """Starts a sentence after a blank line, a heading or a caption's credit, before the parser sees the text."""
    fresh = True
    line_start = 0
    for token in doc:
        if token.is_space:
            if "\n" in token.text:
                fresh = fresh or token.text.count("\n") > 1 or _ends_line(doc, token, line_start)
                line_start = token.idx + len(token.text)
            continue
        if fresh or _credit(doc, token.i):
            token.is_sent_start = True
        fresh = False
    return doc


def _ends_line(doc: Doc, newline: Token, line_start: int) -> bool:
    """Whether a single line break ends a sentence: after a stop, or after a short line before a capital."""
    if newline.i == 0:
        return True
    following = doc[newline.i + 1].text[:1] if newline.i + 1 < len(doc) else ""
    return doc[newline.i - 1].text[-1] in _STOPS or (newline.idx - line_start < _SHORT_LINE and not following.islower())


def _credit(doc: Doc, i: int) -> bool:
    return i + 1 < len(doc) and doc[i + 1].text == ":" and doc[i].lower_ in _CREDITS
