"""The report on a graph: its figures are those of the graph, and each leads to its sentences."""

import re
from html import unescape
from pathlib import Path

import pyoxigraph as ox
import pytest

from crowd import extractions
from graphs import WORLD
from kg import report
from kg.errors import UsageError
from test_views import opened


@pytest.fixture(scope="module")
def page() -> str:
    return report.html(opened(WORLD), "world.ttl")


def section(page: str, key: str) -> str:
    return page.split(f'<section id="{key}">')[1].split("</section>")[0]


def words(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def broken(page: str) -> set[str]:
    """Links within the page that lead nowhere."""
    return set(re.findall(r'href="#([^"]+)"', page)) - set(re.findall(r'id="([^"]+)"', page))


def test_every_link_leads_to_its_sentences(page: str, seeds_graph: Path) -> None:
    from kg.store import open_graph

    assert broken(page) == set()
    assert broken(report.html(open_graph(seeds_graph))) == set()
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_counts_are_those_of_the_graph(page: str) -> None:
    found = words(section(page, "counts"))
    assert found.startswith(
        "What it holds 2 documents 27 statements 21 reported as fact 4 claimed by somebody 1 denied 1 planned"
    )
    assert "accuses 2 2 1" in found  # two statements, both fact, in one document


def test_it_shows_mediators_disputes_casualties_and_the_timeline(page: str) -> None:
    assert "Easteria May truce , Norland , Southmark 5 1" in words(section(page, "mediators"))
    assert "Norland armed forces attacks Southmark armed forces? no Norland denies" in words(section(page, "contested"))
    assert "Southmark civilians killed 12 Southmark Defence Ministry 2024-05-10 first.txt" in words(
        section(page, "casualties")
    )
    assert "2024-05-03 Easteria mediates Norland" in words(section(page, "timeline"))
    assert "2024-05-10 12 killed: Southmark civilians (says Southmark Defence Ministry)" in words(
        section(page, "timeline")
    )


def test_a_figure_leads_to_the_sentence_behind_it(page: str) -> None:
    key = re.search(r'href="#(t\d+)">12<', section(page, "casualties"))
    assert key
    tie = page.split(f'id="{key[1]}"')[1].split('<div class="tie"')[0]
    assert "killing 12 people" in tie and "according to Southmark Defence Ministry" in words(tie)


def test_pictures_lead_to_sentences(page: str) -> None:
    for name in ("alliances", "mediation", "conflict", "signed"):
        assert re.search(r'<a href="#t\d+"><g class="edge">', section(page, name))


def test_an_empty_graph_gives_a_report_that_says_so() -> None:
    page = report.html(ox.Store())
    assert "No statements are in this graph." in page and broken(page) == set()


def test_it_is_written_whole_and_needs_nothing_else(tmp_path: Path, page: str) -> None:
    report.write(opened(WORLD), tmp_path / "r.html", "world.ttl")
    assert (tmp_path / "r.html").read_text("utf-8") == page
    assert not re.search(r"<script|<link|@import|src=", page)
    with pytest.raises(UsageError, match=r"ends in \.html"):
        report.write(opened(WORLD), tmp_path / "r.pdf")


def test_a_large_graph_is_cut_and_says_so() -> None:
    page = report.html(opened(extractions(3000, people=400)))
    assert broken(page) == set()
    assert "Shown are 60 of" in page and len(page) < 3_000_000
