"""Pages of views in a browser: a script acts as a reader would, and what the page then holds is read."""

import json
import re
import shutil
import subprocess
import tempfile
from html import unescape
from pathlib import Path

import pytest

from browser import browser
from crowd import extractions
from graphs import WORLD
from kg import views
from kg.document import Document
from kg.statement import Entity, Extraction, Passage, Statement
from kg.store import open_graph
from kg.views import Options
from test_views import opened, told

BROWSER = next((b for b in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if b), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs a Chromium to run the page's script")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--virtual-time-budget=2500", "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "conflict.html"
    views.write(views.build("conflict", opened(WORLD), Options(claimed=True)), path)
    return path


@pytest.fixture(scope="module")
def seeds(seeds_graph: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("seeds") / "conflict.html"
    views.write(views.build("conflict", open_graph(seeds_graph), Options(claimed=True)), path)
    return path


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crowd") / "signed.html"
    graph = views.build("signed", opened(extractions(2400, people=480)))
    assert len(graph) > 300
    views.write(graph, path)
    return path


def dom(path: Path, *more: str) -> str:
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [str(BROWSER), *QUIET, f"--user-data-dir={profile}", *more, "--dump-dom", path.as_uri()],
            capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
    return done.stdout


def after(page: Path, script: str, *more: str) -> str:
    """The page's markup after a script has run in it, which the page's own policy would not let it."""
    acted = page.with_name("acted.html")
    text = re.sub(r"script-src 'sha256-[^']*'", "script-src 'unsafe-inline'", page.read_text("utf-8"))
    acted.write_text(text.replace("</body>", f"<script>{script}</script></body>"), "utf-8")
    return dom(acted, *more)


def panel(markup: str) -> str:
    found = re.search(r'<aside id="panel"[^>]*>(.*?)</aside>', markup, re.DOTALL)
    assert found
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split())


def counted(markup: str) -> str:
    found = re.search(r'<p id="count"[^>]*>([^<]*)</p>', markup)
    assert found
    return found[1]


def told_by(markup: str) -> object:
    """What a script has put into the title as JSON."""
    found = re.search(r"<title>(.*?)</title>", markup, re.DOTALL)
    assert found
    return json.loads(unescape(found[1]))


CLICK = 'document.querySelectorAll(".edge").forEach((g) => { if (%s) g.dispatchEvent(new MouseEvent("click", {bubbles: true})); });'


def edge(page: Path, source: str, label: str, target: str) -> int:
    """The number of an edge in the data of a page."""
    data = json.loads(re.search(r'id="data">(.*?)</script>', page.read_text("utf-8"), re.DOTALL)[1])  # type: ignore[index]
    names = [n[0] for n in data["nodes"]]
    (found,) = [i for i, e in enumerate(data["edges"]) if (names[e[0]], e[3], names[e[1]]) == (source, label, target)]
    return found


def test_the_page_draws_under_its_own_policy(page: Path) -> None:
    markup = dom(page)
    graph = views.build("conflict", opened(WORLD), Options(claimed=True))
    assert len(re.findall(r'<g class="edge ', markup)) == graph.number_of_edges()
    assert len(re.findall(r'<g class="node ', markup)) == len(graph)
    assert counted(markup) == f"{len(graph)} actors, {graph.number_of_edges()} ties"


def test_a_click_on_an_edge_shows_its_sentence_and_source(page: Path) -> None:
    number = edge(page, "Norland armed forces", "attacks", "Southmark armed forces")
    shown = panel(after(page, CLICK % f"g.dataset.edge === '{number}'"))
    assert "Norland troops had shelled Southmark forces on May 10" in shown
    assert "according to Southmark Defence Ministry · claimed" in shown
    assert "first.txt" in shown and "published 2024-05-15" in shown


def test_the_seeds_can_be_filtered_slid_and_clicked(seeds: Path) -> None:
    data = json.loads(re.search(r'id="data">(.*?)</script>', seeds.read_text("utf-8"), re.DOTALL)[1])  # type: ignore[index]
    relation = [r[0] for r in data["relations"]]
    last = max(e[10] for e in data["edges"])[:7]
    gone = {i for i, e in enumerate(data["edges"]) if relation[e[2]] == "accuses" or not e[10] or e[10] < last}
    number = min(set(range(len(data["edges"]))) - gone)
    markup = after(seeds, """
        const from = document.getElementById("from");
        from.value = from.max; from.dispatchEvent(new Event("input"));
        document.getElementById("undated").click();
        document.querySelector('input[data-relation="accuses"]').click();
    """ + CLICK % f"g.dataset.edge === '{number}'")  # fmt: skip
    hidden = {
        int(n)
        for classes, n in re.findall(r'<g class="(edge [^"]*)" data-edge="(\d+)"', markup)
        if "off" in classes.split()
    }
    assert hidden == gone != set()
    sentence, document, *_ = data["said"][data["edges"][number][12][0]]
    assert " ".join(sentence.split()) in panel(markup) and data["docs"][document][0] in panel(markup)
    assert "shown" in counted(markup)


def test_the_slider_keeps_what_is_in_force(tmp_path: Path) -> None:
    graph = opened(
        [
            told(
                ("a", "fights", "b", {"when": "2001-02"}),
                ("a", "fights", "b", {"when": "2009-03"}),
                ("b", "fights", "c", {"when": "2005-01-02"}),
                ("a", "attacks", "c", {"when": "2012"}),
            )
        ]
    )
    views.write(views.build("conflict", graph), tmp_path / "v.html")
    markup = after(tmp_path / "v.html", """
        for (const [id, value] of [["to", 2006 * 12 + 5], ["from", 2006 * 12]]) {
          const slider = document.getElementById(id); slider.value = value; slider.dispatchEvent(new Event("input"));
        }
    """)  # fmt: skip
    assert counted(markup) == "2 actors, 1 tie shown"
    assert "2006-01 to 2006-06" in markup


def test_the_keyboard_reaches_actors_and_their_sentences(page: Path) -> None:
    markup = after(page, """
        const key = (name) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: name, bubbles: true}));
        document.querySelector('.node[tabindex="0"]').focus();
        const seen = new Set([document.activeElement.getAttribute("aria-label")]);
        for (let i = 0; i < 40; i++) { key(["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"][i % 4]); seen.add(document.activeElement.getAttribute("aria-label")); }
        document.querySelector('.node[aria-label^="Southmark, State"]').focus();
        key("Enter");
        document.title = JSON.stringify({seen: seen.size, focus: document.activeElement.id});
    """)  # fmt: skip
    assert told_by(markup)["seen"] > 2  # type: ignore[index]
    assert told_by(markup)["focus"] == "panel"  # type: ignore[index]
    shown = panel(markup)
    assert shown.startswith("Southmark State · ")
    assert "Southmark accused Norland" in shown and "Norland imposed sanctions" in shown


def test_a_screen_reader_finds_names_roles_and_a_table(page: Path) -> None:
    markup = after(page, 'document.getElementById("list-button").click();')
    assert re.search(r'<body class="[^"]*listed', markup)
    graph = views.build("conflict", opened(WORLD), Options(claimed=True))
    assert len(re.findall(r'<tr><td>|<tr class=""><td>', markup)) == graph.number_of_edges()
    assert 'aria-label="Norland – sanctions – Southmark"' in markup
    for role in (
        'role="status"',
        'aria-live="polite"',
        '<nav id="legend" aria-label=',
        "<legend>Relations</legend>",
        'scope="col"',
    ):
        assert role in markup
    assert not re.findall(
        r"<(?:button|input)(?![^>]*(?:aria-label|id=|data-relation|data-kind|type=\"(?:button|checkbox)\"))", markup
    )


def test_kinds_can_be_hidden(page: Path) -> None:
    markup = after(page, """document.querySelector('input[data-kind="Force"]').click();""")
    off = re.findall(r'<g class="node [^"]*\boff\b[^"]*"[^>]*aria-label="([^"]*)"', markup)
    assert {name.split(",")[0] for name in off} == {"Norland armed forces", "Southmark armed forces"}


def test_search_finds_an_actor_or_says_that_there_is_none(page: Path) -> None:
    script = (
        'const field = document.getElementById("search"); field.value = "%s"; field.dispatchEvent(new Event("input"));'
    )
    assert panel(after(page, script % "gray")).startswith("Gray Valley Place")
    assert "Nobody here is called “zzz”" in panel(after(page, script % "zzz"))


def test_the_theme_can_be_turned(page: Path) -> None:
    script = """
        const seen = [];
        for (let i = 0; i < 2; i++) { document.getElementById("theme").click(); seen.push(getComputedStyle(document.body).backgroundColor); }
        document.title = JSON.stringify(seen);
    """
    assert told_by(after(page, script)) == ["rgb(20, 22, 26)", "rgb(255, 255, 255)"]


# Boxes of the words that are seen, and of the marks, as a browser lays them out.
OVERLAPS = """
  setTimeout(() => {
    const box = (e) => { const r = e.getBoundingClientRect(); return [r.left + 1, r.top + 2, r.right - 1, r.bottom - 2]; };
    const seen = (e) => e.getClientRects().length > 0 && getComputedStyle(e).display !== "none";
    const words = [...document.querySelectorAll("#graph text")].filter(seen).map(box);
    const meets = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
    let overlaps = 0;
    words.forEach((a, i) => words.slice(i + 1).forEach((b) => { if (meets(a, b)) overlaps++; }));
    const stage = document.getElementById("stage").getBoundingClientRect();
    const outside = words.filter((b) => b[0] < stage.left || b[1] < stage.top || b[2] > stage.right || b[3] > stage.bottom).length;
    const marks = [...document.querySelectorAll("#graph .mark")].filter(seen).map(box).filter((b) => b[0] < stage.left || b[1] < stage.top || b[2] > stage.right || b[3] > stage.bottom).length;
    const wide = document.documentElement.scrollWidth > innerWidth;
    document.title = JSON.stringify({words: words.length, overlaps, outside, marks, wide});
  }, 600);
"""


@pytest.mark.parametrize("size", ["1280,940", "500,900", "820,1180"])
def test_labels_do_not_overlap_and_all_fits_the_window(seeds: Path, crowd: Path, size: str) -> None:
    for path, fewest in ((seeds, 6), (crowd, 20)):
        found = told_by(after(path, OVERLAPS, f"--window-size={size}"))
        assert found["words"] >= fewest  # type: ignore[index]
        assert (found["overlaps"], found["outside"], found["marks"], found["wide"]) == (0, 0, 0, False)  # type: ignore[index]


def test_three_hundred_actors_can_be_filtered_searched_and_read(crowd: Path) -> None:
    text = crowd.read_text("utf-8")
    assert "Shown are 300 of" in text
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])  # type: ignore[index]
    assert len(data["nodes"]) == 300
    number = next(i for i, e in enumerate(data["edges"]) if e[10])
    markup = after(crowd, """
        document.querySelector('input[data-relation="hostile"]').click();
        document.querySelector('input[data-relation="hostile"]').click();
        document.getElementById("from").value = document.getElementById("from").max;
        document.getElementById("from").dispatchEvent(new Event("input"));
        document.getElementById("from").value = document.getElementById("from").min;
        document.getElementById("from").dispatchEvent(new Event("input"));
    """ + CLICK % f"g.dataset.edge === '{number}'")  # fmt: skip
    sentence = data["said"][data["edges"][number][12][0]][0]
    assert " ".join(sentence.split()) in panel(markup)
    assert counted(markup) == f"300 actors, {len(data['edges']):,} ties"


def test_moving_three_hundred_actors_changes_one_attribute_a_frame(crowd: Path) -> None:
    """Counted, not timed: what the page writes into the drawing when it is moved, left alone, and asked again."""
    with browser() as page:
        page.size(1280, 940)
        page.go(crowd.as_uri())
        page.until("document.querySelector('#graph .node')")
        page.run("""(() => {
            window.later = []; window.setTimeout = (work) => { later = [work]; return 1; }; window.clearTimeout = () => { later = []; };
            window.frames_ = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            window.graph_ = document.getElementById("graph");
            window.changes = 0; window.watch = new MutationObserver((records) => { changes += records.length; });
            window.taken = () => { const found = changes; changes = 0; return found; };
            window.wheel = () => graph_.dispatchEvent(new WheelEvent("wheel", {deltaY: -20, clientX: 500, clientY: 400, cancelable: true}));
            window.places = () => [...graph_.querySelectorAll(".node")].map((n) => n.getAttribute("transform")).join();
        })()""")
        page.run("frames_()")
        page.run("watch.observe(graph_, {attributes: true, childList: true, characterData: true, subtree: true})")
        before = page.run("places()")
        moved = page.run("""(async () => {
            const found = [];
            for (let i = 0; i < 5; i++) { wheel(); wheel(); wheel(); await frames_(); found.push(taken()); }
            return found;
        })()""")
        assert moved == [1] * 5
        assert page.run("places()") == before
        page.run("(later[0](), frames_())")
        assert page.run("places()") != before
        assert page.run("graph_.querySelector('.scene').getAttribute('transform')") == "translate(0 0)"
        assert page.run("taken()") > 300
        again = page.run("""(async () => {
            const from = document.getElementById("from");
            from.dispatchEvent(new Event("input")); await frames_();
            return taken();
        })()""")
        assert again == 0
        assert page.errors == []


def test_the_page_is_small(page: Path, crowd: Path) -> None:
    for path in (page, crowd):
        text = path.read_text("utf-8")
        data = re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1]  # type: ignore[index]
        assert len(text.encode()) - len(data.encode()) < 150_000
        assert not any(word in text for word in ('src="', "@import", "fetch(", "<link", "XMLHttpRequest", "import("))


def test_timeline_and_disputes_are_lists(tmp_path: Path) -> None:
    views.write(views.build("timeline", opened(WORLD), Options(claimed=True)), tmp_path / "t.html")
    markup = after(tmp_path / "t.html", """
        [...document.querySelectorAll("ol.events button")].find((b) => b.textContent === "Easteria mediates Norland").click();
    """)  # fmt: skip
    times = re.findall(r"<time>([^<]*)</time>", markup)
    assert [t for t in times if t] == sorted(t for t in times if t) and times[0] == "2024"
    assert "Easteria, an ally of Norland, mediated talks" in panel(markup)
    assert "(says Southmark Defence Ministry)" in markup
    views.write(views.build("contested", opened(WORLD)), tmp_path / "c.html")
    card = unescape(re.sub(r"<[^>]+>", " ", dom(tmp_path / "c.html").split('<article class="card')[1]))
    assert "Norland armed forces attacks Southmark armed forces?" in card
    assert "Southmark Defence Ministry says" in card and "Norland denies" in card
    assert "Norland denied that its troops had shelled Southmark forces." in card


HOSTILE = '</script><script>alert(1)</script> {{data}} {{script}} " & \u2028 <b>'


def test_text_never_becomes_markup(tmp_path: Path) -> None:
    text = f"{HOSTILE} backed Bravo."
    document = Document("a.txt", text, None, None, "javascript:alert(1)")
    first, second = Entity("organization-x", "Organization", HOSTILE), Entity("organization-y", "Organization", "Bravo")
    said = Statement(
        first.key, "supports", second.key, Passage(document.key, 0, len(text), text), confidence=0.9, rule="test"
    )
    graph = views.build("alliances", opened([Extraction(document, (first, second), (said,))]))
    views.write(graph, tmp_path / "v.html")
    page = (tmp_path / "v.html").read_text("utf-8")
    assert "<script>alert" not in page and page.count("</script>") == 2
    markup = after(tmp_path / "v.html", CLICK % "true")
    assert "backed Bravo." in panel(markup)
    assert "javascript:" not in markup.split("<aside")[1].split("</aside>")[0]
    assert "<b>" not in markup.split('id="data"')[0]
    views.write(graph, tmp_path / "v.svg")
    assert "<script" not in (tmp_path / "v.svg").read_text("utf-8")


def test_an_empty_view_says_so(tmp_path: Path) -> None:
    views.write(views.build("alliances", opened([])), tmp_path / "v.html")
    assert "No alliances in this graph" in dom(tmp_path / "v.html")
