"""A heading says in short what the text says: what it tells happened when the text says that it did."""

from collections import defaultdict
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc, Span


@Language.component("kg_heading", requires=["doc._.kg_findings"], assigns=["doc._.kg_findings"])
def kg_heading(doc: Doc) -> Doc:
    """Gives undated findings of the heading the one date that the same finding has in the text."""
    heading = heading_of(doc)
    if heading is None or not doc._.kg_findings:
        return doc
    dates: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for f in doc._.kg_findings:
        if f.when and f.trigger >= heading.end:
            dates[f.subject, f.predicate, f.object, f.stance.negated, f.stance.hypothetical].add(f.when)
    told = []
    for f in doc._.kg_findings:
        found = dates[f.subject, f.predicate, f.object, f.stance.negated, f.stance.hypothetical]
        told.append(replace(f, when=next(iter(found))) if f.when is None and f.trigger < heading.end and len(found) == 1 else f)  # fmt: skip
    doc._.kg_findings = told
    return doc


def heading_of(doc: Doc) -> Span | None:
    """The first sentence, where it stands alone on its line and ends without a stop."""
    first: Span | None = next(iter(doc.sents), None)
    if first is None or first.end >= len(doc):
        return None
    words = [t for t in first if not t.is_space]
    alone = "\n" in first.text or "\n" in doc[first.end - 1].text_with_ws or doc[first.end].is_space
    return first if words and alone and words[-1].text not in {".", "!", "?", '"', "”"} else None
