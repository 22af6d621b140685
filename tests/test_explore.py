"""The page at / in a real browser: found by mouse and by keys, read, and nothing fetched from elsewhere."""

import json
import threading
from collections.abc import Iterator

import pytest

from browser import BINARY, Browser, browser
from graphs import WORLD
from kg import rdf
from kg.server import Server

pytestmark = pytest.mark.skipif(BINARY is None, reason="needs a Chromium")

ENTITY = "/conflict-kg/id/norland"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("graph") / "world.trig"
    rdf.write(WORLD, path)
    with Server(path, 0, deadline=10) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture
def page(chromium: Browser, root: str) -> Iterator[Browser]:
    chromium.errors.clear()
    chromium.asked.clear()
    chromium.size(1280, 800)
    yield chromium
    assert chromium.errors == []
    assert {url for url in chromium.asked if not url.startswith((root, "data:", "blob:"))} <= {"about:blank"}


def opened(page: Browser, url: str) -> None:
    page.go(url)
    page.until("document.querySelector('#menu').options.length > 30")


def test_an_entity_is_found_by_another_of_its_names_and_has_a_page(page: Browser, root: str) -> None:
    opened(page, root + "/")
    page.run("document.querySelector('#name').focus()")
    page.type("norra")
    page.press("Enter")
    page.until("document.querySelector('#hits a')")
    assert page.text("#status") == "One entity that “norra” can mean"
    assert page.text("#hits li") == "Norland State, found as “Norra”; in 2 documents"
    page.run("document.querySelector('#hits a').click()")
    page.until(f"location.pathname === '{ENTITY}' && document.readyState === 'complete'")
    assert page.text("h1") == "Norland"
    heads = page.run("[...document.querySelectorAll('h2')].map(h => h.innerText)")
    assert heads == ["Facts", "Claims about it", "Claims by it", "Documents"]
    assert page.run("document.querySelectorAll('figure svg a').length") == 6


def test_the_sentences_of_an_edge_are_one_click_away(page: Browser, root: str) -> None:
    page.go(root + ENTITY)
    page.run(
        "[...document.querySelectorAll('tr')].find(r => r.innerText.includes('sanctions')).querySelector('td:last-child a').click()"
    )
    page.until("location.pathname === '/edge' && document.readyState === 'complete'")
    assert page.text("h1") == "Norland sanctions Southmark"
    assert page.text("blockquote") == "Norland imposed sanctions on Southmark and urged Easteria to follow."
    assert "second.txt; 2024-06-01; in the article’s own voice" in page.text(".meta")


def test_a_saved_question_is_asked_with_a_name_and_edited(page: Browser, root: str) -> None:
    opened(page, root + "/?tab=saved")
    page.run("document.querySelector('#menu').value = 'claims'; document.querySelector('#menu').onchange()")
    page.run("document.querySelector('#parameters input').focus()")
    page.type("Sutha")
    page.press("Enter")
    page.until("document.querySelector('#result table')")
    assert page.text("#status") == "1 row"
    assert page.text("#result tbody tr").split("\t")[:4] == ["Southmark", "Norland", "violates", "May truce"]
    page.run("document.querySelector('#edit').click()")
    assert "VALUES ?source { <https://w3id.org/conflict-kg/id/southmark> }" in page.run(
        "document.querySelector('#text').value"
    )
    page.press("Enter", control=True)
    page.until("document.querySelector('#result table')")
    assert page.text("#status") == "1 row"


def test_a_wrong_name_is_said_and_not_guessed(page: Browser, root: str) -> None:
    opened(page, root + "/?query=claims&source=Norlnd")
    page.until("document.querySelector('#status.wrong')")
    assert "no entity is called 'Norlnd' (near it: Norland" in page.text("#status")
    page.errors.clear()  # the browser reports the status 400 as well


def test_the_editor_completes_terms_of_the_ontology_by_keys(page: Browser, root: str) -> None:
    opened(page, root + "/?tab=own")
    page.run("(() => { const t = document.querySelector('#text'); t.value = ''; t.focus(); })()")
    page.type("ASK { ?s kg:cease")
    page.until("!document.querySelector('.complete').hidden")
    assert page.text(".complete [aria-selected=true]").startswith("kg:Ceasefire")
    assert page.run("document.querySelector('#text').getAttribute('aria-activedescendant')") == "completion-0"
    page.press("Escape")
    assert page.run("document.querySelector('.complete').hidden")
    page.press(" ", control=True)
    page.press("Enter")
    page.type("?o }")
    assert page.run("document.querySelector('#text').value") == "ASK { ?s kg:Ceasefire ?o }"
    assert page.run("document.querySelector('#editor pre').innerText").strip() == "ASK { ?s kg:Ceasefire ?o }"
    page.press("Enter", control=True)
    page.until("document.querySelector('#status').innerText === 'No.'")


def test_a_graph_can_be_saved_as_turtle(page: Browser, root: str) -> None:
    opened(page, root + "/?query=network&actor=Jon+Orm")
    page.until("document.querySelector('#result table')")
    assert page.run("!document.querySelector('[data-save=ttl]').hidden")
    assert "kg:hosts id:jon-orm" in page.run("last.turtle")
    assert page.run("csv({columns: ['a', 'b'], rows: [['x,\"y', 'z']]})") == 'a,b\r\n"x,""y",z\r\n'


def test_a_graph_is_drawn_and_a_table_is_not(page: Browser, root: str) -> None:
    opened(page, root + "/?tab=own")
    for text, drawn in (
        ("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o . ?s a kg:Actor . ?o a kg:Actor }", True),
        ("SELECT * { ?s kg:hosts ?o }", False),
        ("DESCRIBE id:norland", True),
        ("CONSTRUCT { ?s rdfs:label ?o } { ?s rdfs:label ?o }", False),
    ):
        page.run(f"editor.value = {json.dumps(text)}; document.querySelector('#own').requestSubmit()")
        page.until("document.querySelector('#result table')")
        assert page.run("document.querySelector('#picture').hidden") is not drawn
        assert page.run("document.querySelector('[data-save=svg]').hidden") is not drawn
        if drawn:
            page.until("document.querySelector('#picture img').naturalWidth > 100")
            assert ">Norland<" in page.run("last.picture")
            assert page.run("document.querySelector('#picture img').alt")


def test_an_entity_leads_to_all_around_it(page: Browser, root: str) -> None:
    page.go(root + ENTITY)
    page.run("document.querySelector('figcaption a').click()")
    page.until("location.pathname === '/view/ego' && document.readyState === 'complete'")
    page.until("document.querySelector('#graph .centre')")
    assert page.run("document.querySelector('#graph .centre').textContent") == "Norland"


def test_tabs_move_by_arrows_and_everything_has_a_name(page: Browser, root: str) -> None:
    opened(page, root + "/")
    page.run("document.querySelector('#tab-find').focus()")
    page.press("ArrowRight")
    assert page.run("document.activeElement.id") == "tab-saved"
    assert page.run("document.querySelector('#panel-find').hidden && !document.querySelector('#panel-saved').hidden")
    nameless = """[...document.querySelectorAll('input, textarea, select, button, a')].filter(one =>
        !(one.innerText || one.getAttribute('aria-label') || (one.labels && one.labels.length))).map(one => one.outerHTML)"""
    assert page.run(nameless) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("place", ["/?query=timeline", ENTITY, "/?tab=own"])
def test_a_phone_shows_it_without_scrolling_sideways(page: Browser, root: str, place: str, dark: bool) -> None:
    page.size(390, 844, dark)
    page.go(root + place)
    page.until("document.readyState === 'complete'")
    assert page.run("document.documentElement.scrollWidth") <= 390
    assert (page.run("getComputedStyle(document.body).backgroundColor") == "rgb(22, 24, 28)") is dark


def test_a_view_is_drawn_with_its_filters(page: Browser, root: str) -> None:
    page.go(root + "/view/conflict?claimed=1")
    page.until("document.querySelectorAll('input[type=checkbox]').length > 0")
    assert "Norland" in page.run("[...document.querySelectorAll('svg text')].map(one => one.textContent).join(' ')")
