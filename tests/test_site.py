"""The documentation: generated pages are current, links lead somewhere, and the site needs no network."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

import reference
from kg import ontology
from reference import ontology as described

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "ontology").rglob("*.md")])
NETWORK = re.compile(r"(?:https?:)?//")


class Reader(HTMLParser):
    """Where an HTML page can be jumped to, where its links lead, and what a browser loads with it."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a":
            self.links += [given["href"]] if "href" in given else []
        elif given.get("rel") != "canonical":
            self.loads += [given[name] for name in ("src", "href") if name in given]

    def handle_data(self, data: str) -> None:
        self.text += data


def read(path: Path) -> Reader:
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Reader]:
    """The site, built strictly; its pages by their files."""
    folder = tmp_path_factory.mktemp("site").resolve()
    call = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return {path: read(path) for path in folder.rglob("*.html")}


def anchors(text: str) -> set[str]:
    """The anchors that a forge gives to a page's headings."""
    plain = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.*)$", plain, re.MULTILINE):
        found.add(re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-"))
    return found


@pytest.mark.parametrize("name", sorted(reference.pages()))
def test_a_generated_page_is_current(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == reference.pages()[name], "run make docs"


def test_the_ontology_page_has_every_term() -> None:
    page = described.page()
    text = (ROOT / "ontology" / "kg.ttl").read_text(encoding="utf-8")
    terms = set(re.findall(r"^kg:(\w+) a owl:(?:Class|ObjectProperty|DatatypeProperty)", text, re.MULTILINE))
    assert set(ontology.load().properties) < terms
    assert terms == set(re.findall(r"^### (\w+)$", page, re.MULTILINE))
    assert page.count("\nIn texts:\n") == len(ontology.load().properties)


def test_the_diagram_names_every_relation_once_for_each_kind_it_leads_to() -> None:
    picture = described.diagram()
    words = set(re.findall(r"\w+", picture))
    actors = {n for n, p in ontology.load().properties.items() if "Actor" in p.domain}
    assert actors - words == set()


@pytest.mark.parametrize("path", PAGES, ids=[path.relative_to(ROOT).as_posix() for path in PAGES])
def test_links_between_files_lead_somewhere(path: Path) -> None:
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    dead = []
    for link in re.findall(r"\]\((?![a-z]+:)([^)\s]+)\)", text):
        target, anchor = urldefrag(link)
        there = path.parent / target if target else path
        if not there.exists() or (anchor and anchor not in anchors(there.read_text(encoding="utf-8"))):
            dead.append(link)
    assert dead == []


def test_links_on_the_site_lead_somewhere(site: dict[Path, Reader]) -> None:
    dead, followed = [], 0
    for path, page in site.items():
        for link in page.links:
            if path.name == "404.html" or re.match(r"[a-z]+:", link):
                continue
            followed += 1
            target, anchor = urldefrag(unquote(link))
            there = (path.parent / target).resolve() if target else path
            if not there.exists() or (anchor and there in site and anchor not in site[there].anchors):
                dead.append((path.name, link))
    assert dead == []
    assert followed > 500


def test_the_site_loads_nothing_from_the_network(site: dict[Path, Reader]) -> None:
    assert [(path.name, one) for path, page in site.items() for one in page.loads if NETWORK.match(one)] == []
    folder = next(path.parent for path in site if path.name == "404.html")
    styles = [path.read_text(encoding="utf-8") for path in folder.rglob("*.css")]
    assert styles
    assert [one for text in styles for one in re.findall(r"url\(['\"]?((?:https?:)?//[^)]*)|@import", text)] == []


def test_code_is_shown_as_code(site: dict[Path, Reader]) -> None:
    assert [path.name for path, page in site.items() if "```" in page.text] == []


def test_every_page_is_in_the_navigation(site: dict[Path, Reader]) -> None:
    [start] = [page for path, page in site.items() if path.name == "index.html"]
    linked = {urldefrag(link)[0] for link in start.links}
    assert {path.with_suffix(".html").name for path in (ROOT / "docs").glob("*.md")} - linked <= {"index.html"}
