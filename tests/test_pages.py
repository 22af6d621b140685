"""The page of a view in a browser: a script clicks, and what the page then holds is read."""

import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from graphs import WORLD
from kg import rdf, store, views

BROWSER = next((b for b in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if b), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs a Chromium to run the page's script")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    rdf.write(WORLD, folder / "world.nt")
    path = folder / "conflict.html"
    views.write(views.build("conflict", store.open_graph(folder / "world.nt"), include_claimed=True), path)
    return path


def after(page: Path, script: str) -> str:
    """The page's markup after a script has run in it."""
    acted = page.with_name("acted.html")
    acted.write_text(page.read_text().replace("</body>", f"<script>{script}</script></body>"))
    done = subprocess.run(
        [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000", "--dump-dom", acted.as_uri()],
        capture_output=True, text=True, timeout=90, check=True,
    )  # fmt: skip
    return done.stdout


def panel(markup: str) -> str:
    found = re.search(r'<aside id="panel"[^>]*>(.*?)</aside>', markup, re.DOTALL)
    assert found
    return unescape(re.sub(r"<[^>]+>", "\n", found[1]))


def test_a_click_on_an_edge_shows_its_sentence_and_source(page: Path) -> None:
    shown = panel(after(page, """
        document.querySelector('.edge[aria-label^="attacks (claimed)"]').dispatchEvent(new MouseEvent("click"));
    """))  # fmt: skip
    assert "Norland troops had shelled Southmark forces on May 10" in shown
    assert "according to Southmark Defence Ministry" in shown
    assert "published 2024-05-15" in shown


def test_the_keyboard_reaches_an_actor(page: Path) -> None:
    shown = panel(after(page, """
        const node = document.querySelector('.node[aria-label="Southmark, State"]');
        node.focus(); node.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
    """))  # fmt: skip
    assert "Southmark accused Norland" in shown
    assert "Norland imposed sanctions" in shown
    assert "Gray Valley, which Southmark claims" not in shown.split("Norland imposed")[0]


def test_a_filter_takes_edges_away(page: Path) -> None:
    markup = after(page, """
        const box = document.querySelector('input[data-predicate="accuses"]');
        box.checked = false; box.dispatchEvent(new Event("change"));
    """)  # fmt: skip
    edges = re.findall(r'<g class="(edge[^"]*)"[^>]*aria-label="([a-z ]+)', markup)
    assert {("off" in classes) for classes, label in edges if label.startswith("accuse")} == {True}
    assert {("off" in classes) for classes, label in edges if not label.startswith("accuse")} == {False}


def test_search_finds_an_actor(page: Path) -> None:
    shown = panel(after(page, """
        const field = document.getElementById("search");
        field.value = "gray"; field.dispatchEvent(new Event("input"));
    """))  # fmt: skip
    assert shown.strip().startswith("Gray Valley")
