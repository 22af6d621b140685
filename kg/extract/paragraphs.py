"""Sentence borders that the layout gives: blank lines, headings, captions and datelines never run into the next sentence."""

import re
from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc, Token

# A line shorter than this that ends without a stop is a heading, not the wrapped line of a paragraph.
_SHORT_LINE = 60
_STOPS = frozenset('.!?:"”’')
# No sentence has so many tokens without a stop: a table or garbage, which costs the square of its length.
_LONGEST = 300
# "PARIS (Reuters) -", "MOGADISHU, Somalia --", "ISLAMABAD:", "Geneva, 13 April (IANS) –" in front of a paragraph's text
_DATELINE = re.compile(
    r"\s*(?:[A-Z][A-Z.' -]{2,30}(?:, [A-Z][\w. ]{2,24}){0,2}|[A-Z][\w.' -]{2,24}(?:, [A-Z][\w. ]{2,24}){0,2}(?=,? ?\())"
    r"(?:, \w{3,9}\.? \d{1,2}|, \d{1,2} \w{3,9})?(?:,? ?\([\w ./-]{2,30}\))? ?(?:--?|[–—:])+ (?=[A-Z“\"])"
)
_CREDITS = frozenset({"credit", "photo", "photograph", "image"})


@Language.component("kg_paragraphs", assigns=["token.is_sent_start"])
def kg_paragraphs(doc: Doc) -> Doc:
    """Starts a sentence after a blank line, a heading or a caption's credit, and in what never stops, before the parser sees the text."""
    fresh = True
    line_start = run = 0
    after_dateline = {match.end() for match in _datelines(doc.text)}
    for token in doc:
        if token.is_space:
            if "\n" in token.text:
                fresh = fresh or token.text.count("\n") > 1 or _ends_line(doc, token, line_start)
                line_start = token.idx + len(token.text)
            continue
        run = 0 if fresh or token.text in {".", "!", "?"} else run + 1
        if fresh or run == _LONGEST or token.idx in after_dateline or _credit(doc, token.i):
            token.is_sent_start = True
            run = 0
        fresh = False
    return doc


def _datelines(text: str) -> Iterator[re.Match[str]]:
    start = 0
    while start < len(text):
        if match := _DATELINE.match(text, start):
            yield match
        start = text.find("\n", start) + 1 or len(text)


def _ends_line(doc: Doc, newline: Token, line_start: int) -> bool:
    """Whether a single line break ends a sentence: after a stop, or after a short line before a capital."""
    if newline.i == 0:
        return True
    following = doc[newline.i + 1].text[:1] if newline.i + 1 < len(doc) else ""
    return doc[newline.i - 1].text[-1] in _STOPS or (newline.idx - line_start < _SHORT_LINE and not following.islower())


def _credit(doc: Doc, i: int) -> bool:
    return i + 1 < len(doc) and doc[i + 1].text == ":" and doc[i].lower_ in _CREDITS
