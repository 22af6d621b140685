"""The endpoint as a client meets it: what it answers, what it refuses, and that it stays up."""

import base64
import contextlib
import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from pyoxigraph import Literal, NamedNode, Store, Triple

from graphs import FIRST, WORLD
from kg import answers, rdf
from kg.answers import RESULTS, Question, negotiate
from kg.errors import KgError, UsageError
from kg.server import BODY, Access, Server
from kg.turtle import PREFIXES
from kg.views.triples import DRAWN, between

SELECT = "SELECT ?s { ?s a kg:Ceasefire }"
SPARQL = {"Content-Type": "application/sparql-query"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    path = tmp_path_factory.mktemp("graph") / "world.trig"
    rdf.write(WORLD, path)
    with Server(path, 0, deadline=3) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


Reply = tuple[int, http.client.HTTPMessage, bytes]


def call(port: int, method: str, target: str, body: bytes | str | None = None, **headers: str) -> Reply:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        link.request(method, target, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = link.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        link.close()


def ask(port: int, query: str, *more: tuple[str, str], **headers: str) -> Reply:
    return call(port, "GET", "/sparql?" + urlencode([("query", query), *more]), **headers)


def alive(port: int) -> bool:
    return json.loads(ask(port, "ASK { ?s a kg:Ceasefire }")[2])["boolean"] is True


@pytest.mark.parametrize("way", ["get", "direct", "form"])
def test_a_query_is_answered_in_each_way_of_the_protocol(port: int, way: str) -> None:
    if way == "get":
        status, headers, body = ask(port, SELECT)
    elif way == "direct":
        status, headers, body = call(port, "POST", "/sparql", SELECT, **SPARQL)
    else:
        status, headers, body = call(port, "POST", "/sparql", urlencode({"query": SELECT}), **FORM)
    assert status == 200
    assert headers["Content-Type"] == "application/sparql-results+json"
    assert headers["X-Content-Type-Options"] == "nosniff"
    (row,) = json.loads(body)["results"]["bindings"]
    assert row["s"]["value"] == rdf.BASE + "may-truce"


@pytest.mark.parametrize(
    ("query", "accept", "kind"),
    [
        (SELECT, "text/csv", "text/csv"),
        (SELECT, "text/tab-separated-values", "text/tab-separated-values"),
        (SELECT, "application/sparql-results+xml, text/csv;q=0.5", "application/sparql-results+xml"),
        (SELECT, "text/html, application/xml;q=0.9", "application/xml"),
        ("ASK {}", "application/sparql-results+xml", "application/sparql-results+xml"),
        ("CONSTRUCT WHERE { ?s kg:hosts ?o }", "*/*", "text/turtle"),
        ("CONSTRUCT WHERE { ?s kg:hosts ?o }", "application/ld+json", "application/ld+json"),
        ("DESCRIBE id:norland", "application/rdf+xml", "application/rdf+xml"),
    ],
)
def test_the_client_chooses_the_media_type(port: int, query: str, accept: str, kind: str) -> None:
    status, headers, body = ask(port, query, Accept=accept)
    assert (status, headers["Content-Type"].partition(";")[0]) == (200, kind)
    assert body


@pytest.mark.parametrize(
    ("query", "accept"),
    [(SELECT, "text/turtle"), (SELECT, "image/png"), ("CONSTRUCT WHERE { ?s ?p ?o }", "text/csv")],
)
def test_what_nobody_can_give_is_not_acceptable(port: int, query: str, accept: str) -> None:
    assert ask(port, query, Accept=accept)[0] == 406


def test_negotiation_heeds_weights_and_wildcards() -> None:
    assert negotiate("application/sparql-results+json;q=0, */*;q=0.1", RESULTS) == "application/sparql-results+xml"
    assert negotiate("text/*", RESULTS) == "text/csv"
    assert negotiate("text/csv;q=x", RESULTS) is None


def test_graphs_can_be_chosen(port: int) -> None:
    text = "SELECT (COUNT(*) AS ?n) { ?d a kg:Document }"
    one = ask(port, text, ("default-graph-uri", rdf.BASE + FIRST.key), Accept="text/csv")[2]
    none = ask(port, text, ("named-graph-uri", rdf.BASE + FIRST.key), Accept="text/csv")[2]
    everything = ask(port, text, Accept="text/csv")[2]
    assert [body.split()[1] for body in (one, none, everything)] == [b"1", b"0", b"2"]
    assert ask(port, text, ("default-graph-uri", "no iri"))[0] == 400


@pytest.mark.parametrize(
    ("method", "target", "body", "headers", "status"),
    [
        ("POST", "/sparql", "DROP ALL", {"Content-Type": "application/sparql-update"}, 403),
        ("POST", "/sparql", "update=DROP+ALL", FORM, 403),
        ("POST", "/sparql", "DROP ALL", SPARQL, 403),
        ("GET", "/sparql?update=DROP+ALL", None, {}, 403),
        ("GET", "/sparql?query=LOAD+%3Cfile:///etc/hostname%3E", None, {}, 403),
        ("POST", "/sparql", "ASK { SERVICE <http://127.0.0.1:9/> {} }", SPARQL, 403),
        ("POST", "/sparql", "ASK {", SPARQL, 400),
        ("POST", "/sparql", "", SPARQL, 400),
        ("POST", "/sparql", b"ASK { FILTER('\xff' = 'a') }", SPARQL, 400),
        ("GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", None, {}, 400),
        ("GET", "/sparql?query=%FF", None, {}, 400),
        ("POST", "/sparql", "ASK {}", {"Content-Type": "text/plain"}, 415),
        ("POST", "/sparql", "ASK {}", {"Content-Type": "application/sparql-query; charset=utf-16"}, 415),
        ("POST", "/sparql", b"#" * (BODY + 1), SPARQL, 413),
        ("POST", "/sparql", None, {**SPARQL, "Content-Length": "1e3"}, 411),
        ("PUT", "/sparql", "x", {}, 405),
        ("DELETE", "/sparql?default", None, {}, 405),
        ("GET", "/../kg/server.py", None, {}, 404),
        ("GET", "/queries/nothing", None, {}, 404),
        ("GET", "/queries/alliances?actor=Nobody", None, {}, 400),
        ("GET", "/sparql?query=ASK%7B%7D", None, {"Host": "evil.example"}, 421),
    ],
)
def test_what_is_not_served_is_refused_with_a_reason(
    port: int, method: str, target: str, body: bytes | str | None, headers: dict[str, str], status: int
) -> None:
    answer = call(port, method, target, body, **headers)
    assert answer[0] == status
    assert answer[1]["Content-Type"].startswith("text/plain")
    assert answer[2].strip()
    assert alive(port)


def test_405_names_what_is_allowed(port: int) -> None:
    assert call(port, "PATCH", "/sparql")[1]["Allow"] == "GET, HEAD, POST, OPTIONS"


def test_an_endless_query_is_stopped_and_others_go_on(port: int) -> None:
    answers: list[Reply] = []
    slow = threading.Thread(target=lambda: answers.append(ask(port, ENDLESS)))
    slow.start()
    assert alive(port)
    slow.join()
    assert answers[0][0] == 503
    assert b"3 seconds" in answers[0][2]
    assert alive(port)


def test_a_query_that_breaks_the_engine_leaves_the_server_up(port: int) -> None:
    deep = "ASK " + "{" * 20000 + "}" * 20000
    assert call(port, "POST", "/sparql", deep, **SPARQL)[0] == 400
    assert alive(port)


def test_a_worker_that_starts_late_is_not_ended_over_and_over(tmp_path: Path) -> None:
    (tmp_path / "g.ttl").write_text("")
    with serving(tmp_path / "g.ttl", deadline=0.01, workers=1) as hasty:
        call(hasty, "POST", "/sparql", "ASK " + "{" * 20000 + "}" * 20000, **SPARQL)
        end = time.monotonic() + 20
        while ask(hasty, "ASK {}")[0] != 200:
            assert time.monotonic() < end


def test_a_body_may_begin_with_a_byte_order_mark(port: int) -> None:
    assert call(port, "POST", "/sparql", b"\xef\xbb\xbfASK {}", **SPARQL)[0] == 200


def test_a_body_that_stops_short_is_no_query(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as link:
        link.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
            b"Content-Length: 100\r\n\r\nASK {}"
        )
        link.shutdown(socket.SHUT_WR)
        assert link.recv(100).startswith(b"HTTP/1.1 400")


def test_a_body_is_never_taken_for_a_request(port: int) -> None:
    inner = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port)) as link:
        link.sendall(b"GET /nope HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(inner) + inner)
        received = b"".join(iter(lambda: link.recv(4096), b""))
    assert received.count(b"HTTP/1.1 ") == 1
    with socket.create_connection(("127.0.0.1", port)) as link:
        link.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
            b"Content-Length: 6\r\nContent-Length: 60\r\n\r\nASK {}"
        )
        assert link.recv(100).startswith(b"HTTP/1.1 411")


def test_head_has_the_headers_alone(port: int) -> None:
    status, headers, body = call(port, "HEAD", "/sparql?query=ASK%7B%7D")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 0


def test_without_a_query_the_service_describes_itself(port: int) -> None:
    status, headers, body = call(port, "GET", "/sparql", Accept="text/turtle")
    assert (status, headers["Content-Type"]) == (200, "text/turtle; charset=utf-8")
    assert f"http://127.0.0.1:{port}/sparql".encode() in body
    assert b"SPARQL11Query" in body


def test_saved_queries_are_listed_and_run_with_parameters(port: int) -> None:
    listed = json.loads(call(port, "GET", "/queries")[2])
    assert {"alliances", "mediations", "evidence"} <= {query["name"] for query in listed["queries"]}
    assert "alliances" in listed["views"]
    answer = json.loads(call(port, "GET", "/queries/casualties?victim=valley+war")[2])
    assert answer["columns"][:4] == ["side", "who", "measure", "number"]
    assert [row[:4] for row in answer["rows"]] == [["", "valley war", "killed", "300"]]


def test_the_page_needs_nothing_from_elsewhere(port: int) -> None:
    status, headers, body = call(port, "GET", "/")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    files = [body.decode()]
    for name in re.findall(r'(?:src|href)="(/assets/[^"]+)"', files[0]):
        status, _, content = call(port, "GET", name)
        assert status == 200
        files.append(content.decode())
    assert len(files) == 4
    for text in files:
        assert not re.findall(r"//cdn|@import|innerHTML|<script>|style=", text), "text of articles is shown as text"
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
    assert "unsafe" not in policy
    assert call(port, "GET", "/assets/../server.py")[0] == 404
    assert call(port, "GET", "/assets/index.html")[0] == 404


# Resources and graphs

NORLAND = "/conflict-kg/id/norland"


@pytest.mark.parametrize(
    ("accept", "kind", "part"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8", b"<h1>Norland</h1>"),
        ("*/*", "text/turtle; charset=utf-8", b'rdfs:label "Norland"@en'),
        ("application/ld+json", "application/ld+json", b'"Norland"'),
        ("application/n-triples", "application/n-triples", b"<https://w3id.org/conflict-kg/id/norland>"),
    ],
)
def test_a_resource_at_its_own_path_is_a_page_or_data(port: int, accept: str, kind: str, part: bytes) -> None:
    status, headers, body = call(port, "GET", NORLAND, Accept=accept)
    assert (status, headers["Content-Type"], headers["Vary"]) == (200, kind, "Accept")
    assert part in body


def test_every_kind_of_resource_has_a_page(port: int) -> None:
    found = json.loads(ask(port, "SELECT DISTINCT ?s { ?s a ?type }")[2])["results"]["bindings"]
    assert len(found) > 40
    for row in found:
        status, _, body = call(port, "GET", row["s"]["value"].removeprefix("https://w3id.org"), Accept="text/html")
        assert (status, body.count(b"<h1>")) == (200, 1), row


def test_what_is_not_in_the_graph_has_no_page(port: int) -> None:
    for place in ("/conflict-kg/id/nobody", "/conflict-kg/id/", "/resource?iri=http://e/x", "/conflict-kg/id/%FF"):
        assert call(port, "GET", place)[0] == 404
    assert call(port, "GET", "/resource?iri=no+iri")[0] == 400
    assert call(port, "GET", NORLAND, Accept="image/png")[0] == 406


def test_text_of_articles_is_never_markup(tmp_path: Path) -> None:
    bad = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    (tmp_path / "g.ttl").write_text(
        f"""@prefix kg: <https://w3id.org/conflict-kg/ontology#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix schema: <https://schema.org/> .
        @prefix prov: <http://www.w3.org/ns/prov#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        <http://e/x> a kg:State, kg:Actor ; rdfs:label "{bad}" ; skos:altLabel "{bad}2" ; kg:threatens <http://e/y> .
        <http://e/y> a kg:State, kg:Actor ; rdfs:label "{bad}3" .
        <http://e/s> a kg:Statement ; rdf:subject <http://e/x> ; rdf:predicate kg:threatens ; rdf:object <http://e/y> ;
          prov:wasDerivedFrom <http://e/p> .
        <http://e/p> a kg:Passage ; schema:text "{bad}" ; kg:start 0 ; schema:isPartOf <http://e/d> .
        <http://e/d> a kg:Document ; schema:identifier "{bad}" ; schema:headline "{bad}" ;
          schema:url "javascript:alert(1)" ; schema:mentions <http://e/x> ."""
    )
    with serving(tmp_path / "g.ttl") as other:
        for place in (
            "/x",
            "/s",
            "/p",
            "/d",
            "/edge?s=http://e/x&p=https://w3id.org/conflict-kg/ontology%23threatens&o=http://e/y",
        ):
            status, _, body = call(other, "GET", place, Accept="text/html")
            assert status == 200
            assert b"&lt;script&gt;" in body
            assert not re.search(rb"<script>|<img|javascript:alert[^<]*\"", body)


def test_graphs_are_read_by_the_graph_store_protocol(port: int) -> None:
    one = call(port, "GET", "/store?" + urlencode({"graph": rdf.BASE + FIRST.key}), Accept="application/n-triples")
    everything = call(port, "GET", "/store?default", Accept="application/n-triples")
    assert (one[0], everything[0]) == (200, 200)
    assert 0 < len(one[2].splitlines()) < len(everything[2].splitlines())
    assert call(port, "GET", "/store?graph=http://e/none")[0] == 404
    assert call(port, "GET", "/store")[0] == 400
    assert call(port, "PUT", "/store?default", "x")[0] == 405
    assert call(port, "POST", "/store?default", "x")[0] == 405


def test_the_graph_is_described(port: int) -> None:
    status, _, body = call(port, "GET", "/.well-known/void", Accept="application/n-triples")
    assert status == 200
    counted = int(ask(port, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", Accept="text/csv")[2].split()[1])
    assert f'void#triples> "{counted}"'.encode() in body


def test_search_finds_by_any_name_the_exact_ones_first(port: int) -> None:
    hits = json.loads(call(port, "GET", "/search?q=norl")[2])
    assert [hit["label"] for hit in hits] == ["Norland", "Norland armed forces"]
    assert json.loads(call(port, "GET", "/search?q=truce")[2])[0]["kind"] == "Ceasefire"
    assert json.loads(call(port, "GET", "/search?q=")[2]) == []


# Limits and access


LOCAL = Access()


@contextlib.contextmanager
def serving(path: Path, access: Access = LOCAL, deadline: float = 3, **limits: int) -> Iterator[int]:
    with Server(path, 0, access, deadline, **limits) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    path = tmp_path_factory.mktemp("graph") / "world.ttl"
    rdf.write(WORLD, path)
    access = Access("0.0.0.0", token="a-very-long-token", origins=("https://site.example",))  # noqa: S104, S106
    with serving(path, access, workers=2) as port:
        yield port


def test_another_address_needs_a_token_or_a_word(tmp_path: Path) -> None:
    (tmp_path / "g.ttl").write_text("")
    with pytest.raises(UsageError, match=r"others could read the graph \(guard it with --token, or say --public"):
        Server(tmp_path / "g.ttl", 0, Access("0.0.0.0"))  # noqa: S104
    with pytest.raises(UsageError, match="too short"):
        Server(tmp_path / "g.ttl", 0, Access(token="short"))  # noqa: S106


def test_a_token_is_asked_for_and_taken_in_two_forms(guarded: int) -> None:
    status, headers, _ = ask(guarded, "ASK {}")
    assert (status, headers["WWW-Authenticate"]) == (401, 'Basic realm="kg", charset="UTF-8"')
    basic = base64.b64encode(b"me:a-very-long-token").decode()
    for form in ("Bearer a-very-long-token", f"Basic {basic}"):
        assert ask(guarded, "ASK {}", Authorization=form)[0] == 200
        assert call(guarded, "GET", "/", Authorization=form)[0] == 200
    wrong = base64.b64encode(b"a-very-long-token:x").decode()
    for form in (
        "Bearer a-very-long-tokem",
        f"Basic {wrong}",
        "Basic ???",
        "a-very-long-token",
        "Digest a-very-long-token",
    ):
        assert ask(guarded, "ASK {}", Authorization=form)[0] == 401


def test_only_named_sites_may_read(guarded: int, port: int) -> None:
    token = {"Authorization": "Bearer a-very-long-token"}
    named = ask(guarded, "ASK {}", Origin="https://site.example", **token)[1]
    assert named["Access-Control-Allow-Origin"] == "https://site.example"
    for headers in (
        ask(guarded, "ASK {}", Origin="https://evil.example", **token)[1],
        ask(port, "ASK {}", Origin="https://site.example")[1],
    ):
        assert headers["Access-Control-Allow-Origin"] is None
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert call(port, "OPTIONS", "/sparql", Origin="https://evil.example")[1]["Access-Control-Allow-Origin"] is None


def test_an_answer_beyond_the_limit_is_refused_whole(port: int) -> None:
    digits = "VALUES ?%s { 0 1 2 3 4 5 6 7 8 9 }"
    text = "SELECT * { " + " ".join(digits % name for name in "abcdefg") + " }"
    status, _, body = ask(port, text)
    assert status in (400, 503)
    assert b"larger than 50 MiB" in body or b"3 seconds" in body
    assert alive(port)


@pytest.mark.parametrize(
    "text", ["SELECT * { VALUES ?x { 1 2 3 } }", "CONSTRUCT { ?x a 1, 2, 3 } { BIND(kg:x AS ?x) }"]
)
def test_rows_beyond_the_limit_of_the_page_are_refused_whole(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "ROWS", 3)
    assert len(json.loads(answers.answer(Question("run", text), Store()).body)["rows"]) == 3
    monkeypatch.setattr(answers, "ROWS", 2)
    given = answers.answer(Question("run", text), Store())
    assert (given.status, given.body) == (
        400,
        b"the answer has more than 2 rows, so none is given: use LIMIT, or ask for less\n",
    )


def test_the_limits_are_announced(port: int) -> None:
    told = call(port, "GET", "/sparql", Accept="text/turtle")[2]
    for limit in (b"2048 MiB of memory", b"at most 50 MiB (100,000 rows on the page)"):
        assert limit in told


def test_what_a_query_makes_is_drawn_up_to_what_can_be_read() -> None:
    triples = [
        Triple(NamedNode(f"x:{n}"), NamedNode(PREFIXES["kg"] + "attacks"), NamedNode(f"x:{n + 1}")) for n in range(99)
    ]
    triples += [
        Triple(NamedNode("x:0"), NamedNode(PREFIXES["rdf"] + "type"), NamedNode(PREFIXES["kg"] + "State")),
        Triple(NamedNode("x:0"), NamedNode(PREFIXES["rdfs"] + "label"), Literal("Zero")),
    ]
    drawn = between(triples, Store())
    assert (len(drawn), drawn.number_of_edges()) == (DRAWN, DRAWN - 1)
    assert drawn.graph["notes"] == ["Drawn are 59 of 99 triples between resources; the table has all."]


def test_a_symmetric_property_is_drawn_once_and_by_its_label() -> None:
    one, other = NamedNode("x:1"), NamedNode("x:2")
    ally, attacks = (NamedNode(PREFIXES["kg"] + name) for name in ("allyOf", "attacks"))
    pairs = [Triple(a, p, b) for p in (ally, attacks) for a, b in ((one, other), (other, one))]
    drawn = between(pairs, Store())
    assert sorted((d["label"], d["symmetric"]) for *_, d in drawn.edges(data=True)) == [
        ("ally of", True),
        ("attacks", False),
        ("attacks", False),
    ]
    assert drawn.graph["notes"] == []


def test_memory_is_limited(guarded: int, tmp_path: Path) -> None:
    (tmp_path / "g.ttl").write_text("")
    digits = " ".join(f"VALUES ?{name} {{ 0 1 2 3 4 5 6 7 8 9 }}" for name in "abcdef")
    text = ", ".join([f"'{'x' * 99}'"] * 9)
    concat = f"SELECT (GROUP_CONCAT(?x) AS ?y) {{ {digits} BIND(CONCAT({text}) AS ?x) }}"
    with serving(tmp_path / "g.ttl", deadline=25, workers=1, memory=256 << 20) as small:
        status, _, body = ask(small, concat)
        assert (status, body) == (400, b"the query needs more than the 256 MiB of memory that it may take\n")
        assert ask(small, "ASK {}")[0] == 200


def test_a_client_that_sends_a_byte_now_and_then_is_cut_off(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.server.PATIENCE", 0.8)
    with socket.create_connection(("127.0.0.1", port)) as link:
        link.settimeout(5)
        link.sendall(b"GET /sparql HTTP/1.1\r\nHost: localhost\r\n")
        ended = False
        for _ in range(20):
            time.sleep(0.1)
            try:
                link.sendall(b"x")
                link.settimeout(0.05)
                ended = link.recv(10) == b""
            except TimeoutError:
                continue
            except OSError:
                ended = True
            if ended:
                break
        assert ended


def test_stalled_and_busy_clients_do_not_hold_up_others(port: int) -> None:
    stalled = [socket.create_connection(("127.0.0.1", port)) for _ in range(64)]
    for number, link in enumerate(stalled):
        link.sendall(b"POST /sparql HTTP/1.1\r\nHost: localhost\r\n" if number % 2 else b"GE")
    busy = [threading.Thread(target=ask, args=(port, ENDLESS)) for _ in range(8)]
    for one in busy:
        one.start()
    try:
        answers = [alive(port) for _ in range(20)]
    finally:
        for link in stalled:
            link.close()
        for one in busy:
            one.join()
    assert all(answers)


def test_a_server_that_cannot_start_says_why(tmp_path: Path, port: int) -> None:
    (tmp_path / "g.ttl").write_text("no turtle")
    with pytest.raises(KgError, match=r"g\.ttl, line 1 is not valid Turtle"):
        Server(tmp_path / "g.ttl", 0)
    (tmp_path / "g.ttl").write_text("")
    with pytest.raises(KgError, match=f"cannot listen on 127.0.0.1, port {port}"):
        Server(tmp_path / "g.ttl", port)
