"""Forces and organizations by name: who is known, under which names, and what ordinary words must not be taken for."""

from collections import Counter

import pytest

from kg.document import Document
from kg.extract import extract
from kg.gazetteer import load

_FORCE_KINDS = {"military", "service", "coalition", "armed-group", "peacekeeping"}
_ORGANIZATION_KINDS = {"igo", "ngo", "government", "party", "media", "company"}


def test_every_kind_is_one_of_the_format() -> None:
    kinds = {(e.type, e.kind) for e in load().entries.values() if e.type in {"Force", "Organization"}}
    assert kinds == {("Force", k) for k in _FORCE_KINDS} | {("Organization", k) for k in _ORGANIZATION_KINDS}


@pytest.mark.parametrize(
    ("type_", "kind", "least"),
    [
        ("Force", "armed-group", 600), ("Force", "peacekeeping", 80), ("Force", "service", 100),
        ("Organization", "igo", 180), ("Organization", "party", 250), ("Organization", "media", 300),
        ("Organization", "government", 140), ("Organization", "ngo", 90),
    ],
)  # fmt: skip
def test_how_many_are_known(type_: str, kind: str, least: int) -> None:
    assert sum(e.type == type_ and e.kind == kind for e in load().entries.values()) >= least


def test_a_state_has_one_name_for_all_its_forces() -> None:
    armies = Counter(e.of for e in load().entries.values() if e.type == "Force" and e.kind == "military")
    assert None not in armies
    assert not [state for state, count in armies.items() if count > 1]


def test_where_armed_groups_act_is_a_state_and_whom_they_follow_a_force() -> None:
    entries = load().entries
    for entry in entries.values():
        if entry.kind == "armed-group":
            assert {entries[k].type for k in entry.related.get("operates", ())} <= {"State"}, entry.key
            assert {entries[k].type for k in entry.related.get("affiliation", ())} <= {"Force"}, entry.key
            assert entry.key not in entry.related.get("affiliation", ())


@pytest.mark.parametrize(
    ("organization", "count"),
    [
        ("nato", 32), ("european-union", 27), ("african-union", 55), ("arab-league", 22), ("ecowas", 12), ("sadc", 16),
        ("east-african-community", 8), ("gulf-cooperation-council", 6), ("organisation-of-islamic-cooperation", 57),
        ("opec", 12), ("csto", 6), ("shanghai-cooperation-organisation", 10), ("asean", 11), ("g7", 7),
        ("council-of-europe", 46), ("commonwealth-of-nations", 56),
    ],
)  # fmt: skip
def test_members_are_states_and_complete(organization: str, count: int) -> None:
    entries = load().entries
    members = entries[f"organization-{organization}"].related["members"]
    assert len(set(members)) == len(members) == count
    assert {entries[m].type for m in members} == {"State"}


@pytest.mark.parametrize(
    ("surface", "key"),
    [
        ("IS", "force-islamic-state"),
        ("ISIS", "force-islamic-state"),
        ("Daesh", "force-islamic-state"),
        ("Islamic State", "force-islamic-state"),
        ("ISIS-K", "force-islamic-state-khorasan"),
        ("Houthis", "force-houthis"),
        ("Ansar Allah", "force-houthis"),
        ("al-Shabab", "force-al-shabaab"),
        ("Al Shabaab", "force-al-shabaab"),
        ("AQIM", "force-al-qaeda-in-the-islamic-maghreb"),
        ("JNIM", "force-jnim"),
        ("ISWAP", "force-iswap"),
        ("Boko Haram", "force-boko-haram"),
        ("Janjaweed", "force-janjaweed"),
        ("SPLA-N", "force-splm-n"),
        ("SPLM-IO", "force-splm-io"),
        ("TPLF", "force-tigray-people-s-liberation-front"),
        ("OLF-Shene", "force-oromo-liberation-army"),
        ("Fano", "force-fano"),
        ("M23", "force-m23"),
        ("FDLR", "force-fdlr"),
        ("Mai-Mai", "force-mai-mai"),
        ("LRA", "force-lord-s-resistance-army"),
        ("Interahamwe", "force-interahamwe"),
        ("Anti-balaka", "force-anti-balaka"),
        ("Séléka", "force-seleka"),
        ("RENAMO", "force-renamo"),
        ("UNITA", "force-unita"),
        ("SWAPO", "organization-swapo"),
        ("Umkhonto we Sizwe", "force-umkhonto-we-sizwe"),
        ("Polisario", "organization-polisario-front"),
        ("MNLA", "force-national-movement-for-the-liberation-of-azawad"),
        ("Hezbollah", "force-hezbollah"),
        ("Amal Movement", "force-amal-movement"),
        ("Qassam Brigades", "force-izz-al-din-al-qassam-brigades"),
        ("PFLP", "force-popular-front-for-the-liberation-of-palestine"),
        ("DFLP", "force-democratic-front-for-the-liberation-of-palestine"),
        ("Badr Organization", "force-badr-organization"),
        ("Hashd al-Shaabi", "force-popular-mobilization-forces"),
        ("Kataib Hezbollah", "force-kata-ib-hezbollah"),
        ("Peshmerga", "force-peshmerga"),
        ("Kurdistan Workers' Party", "force-pkk"),
        ("PJAK", "force-pjak"),
        ("YPG", "force-ypg"),
        ("Nusra Front", "force-al-nusra-front"),
        ("Ahrar al-Sham", "force-ahrar-al-sham"),
        ("HTS", "force-hayat-tahrir-al-sham"),
        ("MEK", "force-mujahedin-e-khalq"),
        ("Jaish al-Adl", "force-jaish-al-adl"),
        ("UVF", "force-ulster-volunteer-force"),
        ("INLA", "force-irish-national-liberation-army"),
        ("Provisional IRA", "force-ira"),
        ("ETA", "force-eta"),
        ("FLNC", "force-corsican-national-liberation-front"),
        ("Red Brigades", "force-red-brigades"),
        ("Chetniks", "force-chetniks"),
        ("UÇK", "force-kosovo-liberation-army"),
        ("HVO", "force-croatian-defence-council"),
        ("VRS", "force-bosnian-serb-army"),
        ("Mkhedrioni", "force-mkhedrioni"),
        ("Caucasus Emirate", "force-caucasus-emirate"),
        ("Azov Regiment", "force-azov"),
        ("Sparta Battalion", "force-sparta-battalion"),
        ("Tamil Tigers", "force-liberation-tigers-of-tamil-eelam"),
        ("LTTE", "force-liberation-tigers-of-tamil-eelam"),
        ("ULFA", "force-ulfa"),
        ("Naxals", "force-naxalites"),
        ("Lashkar-e-Tayyiba", "force-lashkar-e-taiba"),
        ("Jaish-e-Mohammad", "force-jaish-e-mohammed"),
        ("TTP", "force-pakistani-taliban"),
        ("Haqqani Network", "force-haqqani-network"),
        ("BLA", "force-balochistan-liberation-army"),
        ("MILF", "force-moro-islamic-liberation-front"),
        ("NPA", "force-new-people-s-army"),
        ("Abu Sayyaf", "force-abu-sayyaf"),
        ("GAM", "force-free-aceh-movement"),
        ("BRN", "force-barisan-revolusi-nasional"),
        ("TPNPB", "force-west-papua-national-liberation-army"),
        ("Khmer Rouge", "force-khmer-rouge"),
        ("Viet Cong", "force-viet-cong"),
        ("KNLA", "force-karen-national-liberation-army"),
        ("KIA", "force-kachin-independence-army"),
        ("UWSA", "force-united-wa-state-army"),
        ("MNDAA", "force-myanmar-national-democratic-alliance-army"),
        ("FARC-EP", "force-farc"),
        ("ELN", "force-national-liberation-army"),
        ("AUC", "force-united-self-defense-forces-of-colombia"),
        ("Clan del Golfo", "force-gulf-clan"),
        ("Sendero Luminoso", "force-shining-path"),
        ("Sandinistas", "force-sandinistas"),
        ("Contra rebels", "force-contras"),
        ("FMLN", "force-fmln"),
        ("URNG", "force-urng"),
        ("EZLN", "force-zapatistas"),
        ("CJNG", "force-jalisco-new-generation-cartel"),
        ("MS-13", "force-ms-13"),
        ("G9", "force-g9"),
        ("IDF", "force-israel-defense-forces"),
        ("PLA", "force-people-s-liberation-army"),
        ("FARDC", "force-dr-congo-armed-forces"),
        ("UPDF", "force-uganda-armed-forces"),
        ("KDF", "force-kenya-armed-forces"),
        ("IRGC", "force-islamic-revolutionary-guard-corps"),
        ("Basij", "force-basij"),
        ("Rosgvardia", "force-russia-national-guard"),
        ("CENTCOM", "force-centcom"),
        ("Carabinieri", "force-carabinieri"),
        ("MONUC", "force-monuc"),
        ("MINUSTAH", "force-minustah"),
        ("UNTAC", "force-untac"),
        ("UNFICYP", "force-unficyp"),
        ("KFOR", "force-kfor"),
        ("SAMIM", "force-samim"),
        ("UN", "organization-united-nations"),
        ("Security Council", "organization-united-nations-security-council"),
        ("IAEA", "organization-international-atomic-energy-agency"),
        ("Minsk Group", "organization-osce-minsk-group"),
        ("OAU", "organization-african-union"),
        ("CENTO", "organization-cento"),
        ("SCO", "organization-shanghai-cooperation-organisation"),
        ("Quad", "organization-quad"),
        ("ICRC", "organization-red-cross"),
        ("MSF", "organization-doctors-without-borders"),
        ("HRW", "organization-human-rights-watch"),
        ("Duma", "organization-state-duma"),
        ("Majlis", "organization-majlis"),
        ("SBU", "organization-sbu"),
        ("ISI", "organization-isi"),
        ("Lok Sabha", "organization-lok-sabha"),
        ("Sinn Fein", "organization-sinn-fein"),
        ("KDP", "organization-kurdistan-democratic-party"),
        ("ANC", "organization-african-national-congress"),
        ("ZANU-PF", "organization-zanu-pf"),
        ("Ba'ath Party", "organization-baath-party"),
        ("CCP", "organization-communist-party-of-china"),
        ("BJP", "organization-bharatiya-janata-party"),
        ("RIA Novosti", "organization-ria-novosti"),
        ("Xinhua", "organization-xinhua"),
        ("KCNA", "organization-korean-central-news-agency"),
        ("Haaretz", "organization-haaretz"),
        ("VOA", "organization-voice-of-america"),
    ],
)
def test_who_bears_a_name(surface: str, key: str) -> None:
    assert {s.entry_key for s in load().surfaces[surface]} == {key}


@pytest.mark.parametrize(
    "surface",
    ["ADF", "SDF", "SNA", "SLA", "RSF", "Maoists", "PDK", "PTI", "UPC", "National Security Council"],
)  # fmt: skip
def test_a_name_of_several_is_left_to_the_text(surface: str) -> None:
    assert len({s.entry_key for s in load().surfaces[surface]}) > 1


def entities(text: str) -> set[tuple[str, str]]:
    (extraction,) = extract([Document("a.txt", text, "2024-05-15")])
    return {(e.type, e.name) for e in extraction.entities}


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("Japan's Self-Defense Forces (SDF) sent ships; the SDF said so.", ("Force", "Japanese armed forces")),
        ("The SDF clashed with rebels, the Syrian Democratic Forces said.", ("Force", "Syrian Democratic Forces")),
        ("Reporters Without Borders (RSF) condemned Mali.", ("Organization", "Reporters Without Borders")),
        ("The RSF shelled El Fasher, the Rapid Support Forces said.", ("Force", "Rapid Support Forces")),
        ("Nepal's Maoists signed a deal with Nepal.", ("Force", "Nepali Maoists")),
        ("M-19 guerrillas seized the palace in Bogota.", ("Force", "M-19")),
        ("MS-13 attacked a prison in El Salvador.", ("Force", "MS-13")),
        ("Al-Shabab attacked an AMISOM base in Somalia.", ("Force", "AMISOM")),
        ("The Saudi-led coalition bombed Sanaa.", ("Force", "Saudi-led coalition")),
        ("The Guardian Council rejected the law.", ("Organization", "Guardian Council")),
        ("Iran's Supreme National Security Council met.", ("Organization", "Supreme National Security Council")),
        ("Sinn Fein accused the Ulster Volunteer Force.", ("Organization", "Sinn Féin")),
    ],
)
def test_who_is_meant(text: str, entity: tuple[str, str]) -> None:
    assert entity in entities(text)


@pytest.mark.parametrize("text", ["A BBC unit met Kenya's president.", "Amnesty International's officers left Kenya."])
def test_a_broadcaster_or_charity_has_no_armed_forces(text: str) -> None:
    assert not [e for e in entities(text) if e[0] == "Force" and e[1].endswith("forces")]


def test_kenyan_troops_and_their_proper_name_are_one_force() -> None:
    forces = {e for e in entities("Kenyan troops attacked Somalia, and the KDF shelled Somalia.") if e[0] == "Force"}
    assert forces == {("Force", "Kenyan armed forces")}


@pytest.mark.parametrize(
    "text",
    [
        "Labour costs rose in March, the company said.",
        "Unity is what the club needs, Angela Reed said.",
        "Independent observers praised the vote.",
        "Dawn broke over the harbour.",
        "Grey wolves were seen in the park.",
        "Download the PDF from the library's site.",
        "The ICU of the hospital is full.",
        "Contra Costa County opened a park.",
        "The Hindu festival drew thousands of pilgrims.",
        "Rada Nowak won the marathon.",
        "Jane's husband bought a house.",
        "The lions' den at the zoo was closed.",
        "Law and Justice Minister Ravi Menon resigned.",
        "Subscribe to the RSS feed.",
        "The Weather Underground site forecast rain.",
    ],
)
def test_an_ordinary_word_is_no_force_and_none_of_the_known_organizations(text: str) -> None:
    known = {(e.type, e.name) for e in load().entries.values() if e.type in {"Force", "Organization"}}
    assert not entities(text) & known
    assert not [e for e in entities(text) if e[0] == "Force"]
