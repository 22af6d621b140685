"""The endpoint as a client meets it: what it answers, what it refuses, and that it stays up."""

import base64
import hashlib
import http.client
import json
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from graphs import FIRST, WORLD
from kg import rdf
from kg.errors import KgError, UsageError
from kg.server import BODY, Server
from kg.worker import RESULTS, negotiate

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
    assert call(port, "PATCH", "/sparql")[1]["Allow"] == "GET, HEAD, POST"


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


def test_a_body_that_stops_short_is_no_query(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as link:
        link.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
            b"Content-Length: 100\r\n\r\nASK {}"
        )
        link.shutdown(socket.SHUT_WR)
        assert link.recv(100).startswith(b"HTTP/1.1 400")


def test_head_has_the_headers_alone(port: int) -> None:
    status, headers, body = call(port, "HEAD", "/sparql?query=ASK%7B%7D")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 0


def test_without_a_query_the_service_describes_itself(port: int) -> None:
    status, headers, body = call(port, "GET", "/sparql", Accept="text/turtle")
    assert (status, headers["Content-Type"]) == (200, "text/turtle")
    assert f"http://127.0.0.1:{port}/sparql".encode() in body
    assert b"SPARQL11Query" in body


def test_saved_queries_are_listed_and_run_with_parameters(port: int) -> None:
    listed = json.loads(call(port, "GET", "/queries")[2])
    assert {"alliances", "mediations", "evidence"} <= {query["name"] for query in listed}
    answer = json.loads(call(port, "GET", "/queries/casualties?victim=valley+war")[2])
    assert answer["columns"][:4] == ["side", "who", "measure", "number"]
    assert [row[:4] for row in answer["rows"]] == [["", "valley war", "killed", "300"]]


def test_the_page_needs_nothing_from_elsewhere(port: int) -> None:
    status, headers, body = call(port, "GET", "/")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    page = body.decode()
    assert not re.findall(r"https?://|//cdn|@import|src=", page)
    assert "innerHTML" not in page, "text of articles is shown as text"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    for tag in ("script", "style"):
        (part,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert f"{tag}-src 'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}'" in policy


def test_a_server_that_cannot_start_says_why(tmp_path: Path, port: int) -> None:
    (tmp_path / "g.ttl").write_text("no turtle")
    with pytest.raises(KgError, match=r"g\.ttl, line 1 is not valid Turtle"):
        Server(tmp_path / "g.ttl", 0)
    (tmp_path / "g.ttl").write_text("")
    with pytest.raises(KgError, match=f"cannot listen on 127.0.0.1, port {port}"):
        Server(tmp_path / "g.ttl", port)
    with pytest.raises(UsageError, match="no address of this machine alone"):
        Server(tmp_path / "g.ttl", 0, "0.0.0.0")  # noqa: S104 - refused
