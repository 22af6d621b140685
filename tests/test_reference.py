"""Who is meant by what is no name: pronouns, descriptions, appositions, offices of owners that only the text before gives."""

import pytest

from kg.document import Document
from kg.extract import extract


def said(text: str) -> set[tuple[str, str, str | int]]:
    """Triples of the rules alone, entities by name."""
    (found,) = extract([Document("a.txt", text, "2024-05-15")], reader=False)
    name = {e.key: e.name for e in found.entities}
    return {(name[s.subject], s.predicate, name.get(str(s.object), s.object)) for s in found.statements}


def sources(text: str) -> set[tuple[str, str]]:
    """Each triple's predicate with each of its sources, by name."""
    (found,) = extract([Document("a.txt", text, "2024-05-15")], reader=False)
    name = {e.key: e.name for e in found.entities}
    return {(s.predicate, name[k]) for s in found.statements for k in s.attributed_to}


@pytest.mark.parametrize(
    ("text", "triple"),
    [
        # offices
        (
            "France left the bases last year, and its Defence Minister Florence Martin said that the troops would not return.",
            ("Florence Martin", "officeHolderOf", "France"),
        ),
        (
            "Kenyan President Samuel Oduor and his foreign minister, Rose Atieno, met in Lagos.",
            ("Rose Atieno", "officeHolderOf", "Kenya"),
        ),
        ("The Taliban, led by Omar Keita, stormed the town.", ("Omar Keita", "officeHolderOf", "Taliban")),
        # possessives
        (
            "The Ethiopian prime minister said that neighbouring Eritrea had agreed to withdraw its soldiers.",
            ("Eritrean armed forces", "belongsTo", "Eritrea"),
        ),
        (
            "Peru praised Brazil for its mediation between Chile and Bolivia.",
            ("Brazil", "mediates", "Chile"),
        ),
        (
            "Chad accused Sudan of harbouring the Janjaweed. On Monday the group's fighters attacked Abeche.",
            ("Janjaweed", "attacks", "Abeche"),
        ),
        (
            "Uganda, whose troops attacked Goma in 1998, denied the report.",
            ("Ugandan armed forces", "attacks", "Goma"),
        ),
        # descriptions
        ("The Taliban captured Kunduz. The militants also attacked Ghazni.", ("Taliban", "attacks", "Ghazni")),
        (
            "Vietnam and Malaysia patrol the South China Sea. Brunei also claims the waterway.",
            ("Brunei", "claimsTerritory", "South China Sea"),
        ),
        (
            "Nepal was in turmoil. The United States suspended military aid to the Himalayan kingdom.",
            ("United States", "sanctions", "Nepal"),
        ),
        (
            "Observers from Sweden, Denmark and Finland must go, since the three countries belong to the European Union.",
            ("Finland", "memberOf", "European Union"),
        ),
        (
            (
                "Chile said that Peru had breached a deal. Mexico and Canada protested. Chile insists that Peru is at fault. "
                "Argentina says nothing. Peru says the two countries signed a treaty in 2021."
            ),
            ("Chile", "agreesWith", "Peru"),
        ),
        ("The commander accused the British of spying.", ("commander", "accuses", "British")),
        # bodies
        ("The Gujarat government accused Pakistan of spying.", ("Gujarat government", "accuses", "Pakistan")),
        (
            "The Supreme Court of Kenya convicted the governor.",
            ("Kenyan Supreme Court", "belongsTo", "Kenya"),
        ),
        ("Among those freed was Pedro Ruiz of the Taliban.", ("Pedro Ruiz", "memberOf", "Taliban")),
        (
            "Poland will send troops to its border with Belarus, Interior Minister Mariusz Nowak said, accusing Minsk of a hybrid attack.",
            ("Mariusz Nowak", "officeHolderOf", "Poland"),
        ),
        # what "until" says
        ("Israel did not withdraw from Sinai until March 1957.", ("Israel", "withdrawsFrom", "Sinai")),
    ],
)
def test_who_is_meant(text: str, triple: tuple[str, str, str]) -> None:
    found = said(text)
    assert triple in found or (triple[2], triple[1], triple[0]) in found, found


@pytest.mark.parametrize(
    ("text", "triple"),
    [
        (
            "Ethiopia said that Eritrea had agreed to withdraw its soldiers.",
            ("Ethiopian armed forces", "belongsTo", "Ethiopia"),
        ),
        ("India and Pakistan have fought two wars.", ("India", "participatesIn", "two wars")),
        ("Bolivia broke off ties with Israel over its offensive in Gaza.", ("Bolivia", "attacks", "Gaza Strip")),
        ("Colombia and Chile recalled their ambassadors.", ("Colombia", "sanctions", "Chile")),
        (
            "The United States imposed sanctions on Congolese militia leaders.",
            ("United States", "sanctions", "DR Congo"),
        ),
        (
            "Amnesty International accused the military of killing civilians in Mali.",
            ("Amnesty International", "attacks", "civilians"),
        ),
        (
            "Mark Rutte, the prime minister, said the Netherlands had looked away.",
            ("Mark Rutte", "officeHolderOf", "NATO"),
        ),
        ("The rebels, the army said, attacked the village near Bunia.", ("DR Congo", "attacks", "Bunia")),
    ],
)
def test_who_is_not_meant(text: str, triple: tuple[str, str, str]) -> None:
    assert triple not in said(text)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Uganda, Tanzania said, attacked Rwanda.", ("attacks", "Tanzania")),
        (
            "Amnesty International accused the military of killing civilians in Mali.",
            ("attacks", "Amnesty International"),
        ),
        ("According to the newspaper Le Monde, Uganda attacked Rwanda.", ("attacks", "Le Monde")),
        ("The movement Hamas said that Israel had shelled Rafah.", ("attacks", "Hamas")),
        ("Its spokesman, Daniel Okoth, said that Uganda had attacked Rwanda.", ("attacks", "Daniel Okoth")),
    ],
)
def test_whose_word_it_is(text: str, source: tuple[str, str]) -> None:
    assert source in sources(text)
