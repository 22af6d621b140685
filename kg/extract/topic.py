"""What a text is about: reports of sport speak the language of war, and tell of none."""

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.actors import either
from kg.lexicon import load as load_lexicon
from kg.ontology import load as load_ontology

# Words of sport in a report of one, of 100 words; a political text on a boycott of the games has fewer.
_LEAST, _SHARE = 4, 0.02


@Language.component("kg_topic", requires=["token.lemma"], assigns=["doc._.kg_findings"])
def kg_topic(doc: Doc) -> Doc:
    """Drops the findings of event properties where the text is about sport: "Kenya beat Uganda"."""
    if doc._.kg_findings and about_sport(doc):
        properties = load_ontology().properties
        doc._.kg_findings = [f for f in doc._.kg_findings if not properties[f.predicate].event]
    return doc


def about_sport(doc: Doc) -> bool:
    """Whether words of sport are frequent, and three times as many as those of force and conflict."""
    words = load_lexicon()
    armed = words["nouns.force.military"] | words["nouns.force.irregular"] | words["nouns.conflict.war"]
    nouns = [t for t in doc if t.pos_ in {"NOUN", "PROPN"}]
    sport = sum(t.lemma_.lower() in words["nouns.topic.sport"] for t in nouns)
    war = sum(either(t, armed) for t in nouns)
    return sport >= _LEAST and sport >= _SHARE * len(doc) and sport >= 3 * war
