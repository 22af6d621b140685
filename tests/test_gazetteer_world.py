"""Places, agreements and conflicts of the gazetteer: that what news name is there, under every spelling, and only once."""

from pathlib import Path

import pytest

from kg.gazetteer import COLUMNS, Entry, load

FLOORS = {"place": 5000, "agreement": 500, "conflict": 550}
SURFACES = {
    "place-nagorno-karabakh": ("Nagorno-Karabakh", "Nagorny Karabakh"),
    "place-crimea": ("Crimea", "Crimean Peninsula"),
    "place-donetsk-oblast": ("Donetsk region", "Donetsk Oblast"),
    "place-kharkiv": ("Kharkiv", "Kharkov"),
    "place-bakhmut": ("Bakhmut", "Artemivsk"),
    "place-mariupol": ("Mariupol",),
    "place-zaporizhzhia-nuclear-power-plant": ("Zaporizhzhia nuclear plant",),
    "place-suwalki-gap": ("Suwałki Gap", "Suwalki corridor"),
    "place-donbas": ("Donbas", "Donbass"),
    "place-dagestan": ("Dagestan", "Dagestan Republic"),
    "place-beslan": ("Beslan",),
    "place-srebrenica": ("Srebrenica",),
    "place-ilidza": ("Ilidža", "Ilidza"),
    "place-hodeidah": ("Hodeidah", "Hudaydah", "Al-Hudaydah"),
    "place-deir-ez-zor": ("Deir ez-Zor", "Deir al-Zour", "Deir Ezzor"),
    "place-raqqa": ("Raqqa", "Raqqah"),
    "place-kobani": ("Kobani", "Kobane", "Ain al-Arab"),
    "place-idlib-province": ("Idlib province",),
    "place-mosul": ("Mosul",),
    "place-khan-younis": ("Khan Younis", "Khan Yunis"),
    "place-philadelphi-corridor": ("Philadelphi Corridor",),
    "place-shebaa-farms": ("Shebaa Farms",),
    "place-al-tanf": ("Al-Tanf",),
    "place-kidal": ("Kidal",),
    "place-goma": ("Goma",),
    "place-beni-dr-congo": ("Beni",),
    "place-el-fasher": ("El Fasher", "Al-Fashir"),
    "place-khartoum-north": ("Khartoum North", "Bahri"),
    "place-mekelle": ("Mekelle", "Mekele"),
    "place-cabo-delgado": ("Cabo Delgado",),
    "place-mocimboa-da-praia": ("Mocímboa da Praia", "Mocimboa da Praia"),
    "place-hala-ib-triangle": ("Hala'ib Triangle", "Halaib"),
    "place-ilemi-triangle": ("Ilemi Triangle",),
    "place-mazar-e-sharif": ("Mazar-e-Sharif", "Mazar-i-Sharif"),
    "place-khyber-pakhtunkhwa": ("Khyber Pakhtunkhwa",),
    "place-line-of-actual-control": ("Line of Actual Control",),
    "place-doklam": ("Doklam",),
    "place-kolkata": ("Kolkata", "Calcutta"),
    "place-second-thomas-shoal": ("Second Thomas Shoal", "Ayungin Shoal"),
    "place-senkaku-islands": ("Senkaku Islands", "Diaoyu Islands"),
    "place-kinmen": ("Kinmen", "Quemoy"),
    "place-korean-demilitarized-zone": ("DMZ",),
    "place-preah-vihear": ("Preah Vihear",),
    "place-essequibo": ("Essequibo",),
    "place-catatumbo": ("Catatumbo",),
    "place-cite-soleil": ("Cité Soleil", "Cite Soleil"),
    "place-texas": ("Texas",),
    "place-georgia-us-state": ("U.S. state of Georgia",),
    "agreement-dayton-agreement": ("Dayton Accords", "Dayton peace agreement"),
    "agreement-oslo-accords": ("Oslo I", "Oslo accords"),
    "agreement-oslo-ii-accord": ("Oslo II",),
    "agreement-minsk-agreements": ("Minsk I", "Minsk agreements"),
    "agreement-minsk-ii": ("Minsk II",),
    "agreement-jcpoa": ("JCPOA", "Iran nuclear deal"),
    "agreement-camp-david-accords": ("Camp David Accords",),
    "agreement-good-friday-agreement": ("Good Friday Agreement", "Belfast Agreement"),
    "agreement-pretoria-agreement": ("Pretoria agreement",),
    "agreement-algiers-agreement": ("Algiers Agreement",),
    "agreement-1975-algiers-agreement": ("1975 Algiers Agreement",),
    "agreement-comprehensive-peace-agreement": ("Naivasha Agreement",),
    "agreement-r-arcss": ("R-ARCSS",),
    "agreement-bicesse-accords": ("Bicesse Accords",),
    "agreement-nkomati-accord": ("Nkomati Accord",),
    "agreement-chemical-weapons-convention": ("Chemical Weapons Convention", "CWC"),
    "agreement-ottawa-treaty": ("Mine Ban Treaty",),
    "agreement-law-of-the-sea": ("UNCLOS",),
    "agreement-resolution-1701": ("UN Security Council Resolution 1701", "Security Council resolution 1701"),
    "agreement-resolution-2231": ("UNSCR 2231",),
    "agreement-partition-resolution": ("Resolution 181",),
    "agreement-korean-armistice-agreement": ("Korean Armistice Agreement",),
    "agreement-evian-accords": ("Evian Accords", "Évian Accords"),
    "agreement-erdut-agreement": ("Erdut Agreement",),
    "agreement-kumanovo-agreement": ("Kumanovo Agreement",),
    "agreement-indus-waters-treaty": ("Indus Waters Treaty",),
    "agreement-chapultepec-peace-accords": ("Chapultepec Accords",),
    "conflict-six-day-war": ("Six-Day War", "1967 war"),
    "conflict-yom-kippur-war": ("Yom Kippur War", "October War"),
    "conflict-gulf-war": ("Gulf War", "1991 Gulf War"),
    "conflict-iran-iraq-war": ("Iran-Iraq War", "Iran–Iraq war"),
    "conflict-first-chechen-war": ("First Chechen War",),
    "conflict-second-chechen-war": ("Second Chechen War",),
    "conflict-second-nagorno-karabakh-war": ("44-day war", "Second Karabakh War"),
    "conflict-bosnian-war": ("Bosnian War", "Bosnian war"),
    "conflict-second-congo-war": ("Second Congo War",),
    "conflict-biafran-war": ("Biafran War", "Nigerian Civil War"),
    "conflict-eritrean-ethiopian-war": ("Ethiopian-Eritrean War",),
    "conflict-syrian-civil-war": ("Syrian civil war",),
    "conflict-second-intifada": ("Second Intifada", "Al-Aqsa Intifada"),
    "conflict-operation-cast-lead": ("Operation Cast Lead",),
    "conflict-battle-of-aleppo": ("Battle of Aleppo",),
    "conflict-kargil-war": ("Kargil conflict",),
    "conflict-football-war": ("Football War", "Soccer War"),
    "conflict-cenepa-war": ("Cenepa War",),
    "conflict-sino-vietnamese-war": ("Sino-Vietnamese War",),
    "conflict-falklands-war": ("Falklands War", "Malvinas War"),
    "conflict-operation-desert-storm": ("Operation Desert Storm",),
    "conflict-rwandan-genocide": ("Rwandan genocide",),
}


def of_kind(kind: str) -> list[Entry]:
    return [e for e in load().entries.values() if e.key.startswith(f"{kind}-")]


@pytest.mark.parametrize(("kind", "floor"), FLOORS.items())
def test_there_are_enough_of_a_kind(kind: str, floor: int) -> None:
    assert len(of_kind(kind)) >= floor


@pytest.mark.parametrize(("form", "key"), [(form, key) for key, forms in SURFACES.items() for form in forms])
def test_a_spelling_means_this(form: str, key: str) -> None:
    assert [s.entry_key for s in load().surfaces[form]] == [key]


@pytest.mark.parametrize("kind", FLOORS)
def test_no_two_of_a_kind_share_a_name(kind: str) -> None:
    shared = {
        form: keys
        for form, senses in load().surfaces.items()
        if len(keys := [s.entry_key for s in senses if s.entry_key.startswith(f"{kind}-")]) > 1
    }
    assert not shared


def test_no_place_is_named_as_a_person_is_by_surname() -> None:
    assert not {
        form: senses
        for form, senses in load().surfaces.items()
        if any(s.role == "surname" for s in senses) and any(s.entry_key.startswith("place-") for s in senses)
    }


def test_who_holds_a_disputed_place_is_known_only_with_who_claims_it() -> None:
    assert not [e.key for e in of_kind("place") if e.related.get("held") and not e.related.get("claimed")]
    assert load().entries["place-essequibo"].related == {
        "claimed": ("state-guyana", "state-venezuela"),
        "held": ("state-guyana",),
    }


def test_parties_and_brokers_are_those_of_the_agreement() -> None:
    bicesse = load().entries["agreement-bicesse-accords"]
    assert bicesse.start == "1991"
    assert set(bicesse.related["parties"]) == {"state-angola", "force-unita"}
    assert set(bicesse.related["brokers"]) == {"state-portugal", "state-soviet-union", "state-united-states"}


def test_agreements_are_agreements_and_conflicts_conflicts() -> None:
    conflicts = {"War", "Battle", "Uprising", "Conflict"}
    assert {e.type for e in of_kind("conflict")} == conflicts
    assert {e.type for e in of_kind("agreement")} == {
        *("Agreement", "Accord", "Ceasefire", "Declaration", "PeaceAgreement", "Resolution", "Treaty")
    }


def test_an_agreement_of_the_name_of_a_year_is_of_that_year() -> None:
    years = {
        e.key: (e.start, e.name[:4]) for k in ("agreement", "conflict") for e in of_kind(k) if e.name[:4].isdigit()
    }
    assert {key for key, (start, named) in years.items() if start != named} == {"conflict-8888-uprising"}


@pytest.mark.parametrize("stem", ["places", "agreements", "conflicts"])
def test_a_table_is_in_the_order_of_its_keys(root: Path, stem: str) -> None:
    lines = (root / "ontology" / "gazetteer" / f"{stem}.tsv").read_text(encoding="utf-8").splitlines()
    header, *rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert set(header) <= set(COLUMNS[stem])
    keys = [row[0] for row in rows]
    assert keys == sorted(keys)
