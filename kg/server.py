"""A read-only SPARQL endpoint and a page to explore, on loopback: HTTP is parsed here, queries run in the workers."""

import base64
import contextlib
import hashlib
import json
import re
import socket
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from pyoxigraph import BlankNode, Literal, NamedNode, Triple, serialize

from kg import queries
from kg.errors import KgError, UsageError
from kg.worker import GRAPHS, Answer, Pool, Question, negotiate, plain

DEADLINE = 30.0
"""Seconds that a query may take."""
BODY = 1 << 20
"""Bytes that a request may carry."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PAGE = Path(__file__).parent / "web" / "index.html"

_SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = "http://www.w3.org/ns/formats/"


class RefusalError(Exception):
    """A request that is not served: the answer to give instead."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.answer = plain(status, message)


class Server(ThreadingHTTPServer):
    """Serves one graph; `pool` answers the queries, each within `deadline` seconds. Port 0 takes a free one."""

    daemon_threads = True

    def __init__(self, path: Path, port: int, host: str = "127.0.0.1", deadline: float = DEADLINE) -> None:
        if host not in LOOPBACK:
            raise UsageError(f"{host} is no address of this machine alone", f"use one of {', '.join(LOOPBACK)}")
        if ":" in host:
            self.address_family = socket.AF_INET6
        self.page = PAGE.read_bytes()
        self.pool = Pool(path, 2, deadline)
        try:
            super().__init__((host, port), Handler)
        except (OSError, OverflowError) as error:
            self.pool.close()
            reason = getattr(error, "strerror", None) or error
            raise KgError(f"cannot listen on {host}, port {port}: {reason}", "choose another --port") from error

    def server_close(self) -> None:
        """Stops listening and ends the workers."""
        super().server_close()
        self.pool.close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no news; anything else is told in one line."""
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError | TimeoutError):
            print(f"a request failed: {error!r}", file=sys.stderr)


def serve(path: Path, port: int, host: str = "127.0.0.1") -> None:
    """Serves the graph until interrupted: SPARQL at /sparql, a page at /."""
    with Server(path, port, host) as server:
        shown = f"[{host}]" if ":" in host else host
        print(f"serving {path} at http://{shown}:{server.server_address[1]}/ (stop with Ctrl-C)", file=sys.stderr)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("stopped", file=sys.stderr)


class Handler(BaseHTTPRequestHandler):
    """One connection. Every answer is whole before its first byte is sent."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "kg"
    sys_version = ""
    timeout = 10
    error_content_type = "text/plain; charset=utf-8"
    error_message_format = "%(code)d %(message)s\n"

    def do_GET(self) -> None:
        """Answers GET and HEAD."""
        self._reply(self._get)

    def do_POST(self) -> None:
        """Answers POST, at /sparql only."""
        self._reply(self._post)

    def do_PUT(self) -> None:
        """Refuses whatever is neither GET, HEAD nor POST."""
        self.close_connection = True
        self._reply(self._other)

    # The names are those that http.server looks for.
    do_HEAD = do_GET  # noqa: N815
    do_DELETE = do_PATCH = do_OPTIONS = do_TRACE = do_PUT  # noqa: N815

    def log_message(self, *args: object) -> None:
        """Keeps no log: a query may hold what its author keeps private."""

    def _reply(self, route: Callable[[], Answer]) -> None:
        try:
            self._check_host()
            answer = route()
        except RefusalError as refusal:
            self.close_connection = True
            answer = refusal.answer
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Cache-Control", "no-store")
        page = answer.body if answer.kind.startswith("text/html") else b""
        self.send_header("Content-Security-Policy", _policy(page))
        if answer.status == 405:
            self.send_header("Allow", "GET, HEAD, POST")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _check_host(self) -> None:
        # A page of another site can point its own name at 127.0.0.1; the Host header gives it away.
        hosts = self.headers.get_all("Host") or []
        name = urlsplit(f"//{hosts[0]}").hostname if len(hosts) == 1 else None
        if name not in LOOPBACK:
            raise RefusalError(421, "this server answers only to a loopback name, such as localhost")

    def _get(self) -> Answer:
        target = urlsplit(self.path)
        fields = _fields(target.query)
        if target.path == "/":
            return Answer(200, "text/html; charset=utf-8", self.server.page)
        if target.path == "/queries":
            return Answer(200, "application/json", _catalog())
        if target.path.startswith("/queries/"):
            given = tuple((name, value) for name, value in fields if value)
            return self.server.pool.ask(Question(saved=target.path.removeprefix("/queries/"), parameters=given))
        if target.path != "/sparql":
            raise RefusalError(404, "nothing here: SPARQL is at /sparql, a page at /")
        if not fields:
            return self._description()
        return self._ask(fields)

    def _post(self) -> Answer:
        target = urlsplit(self.path)
        if target.path != "/sparql":
            raise RefusalError(404, "nothing here: SPARQL is at /sparql, a page at /")
        kind = self.headers.get_content_type() if "Content-Type" in self.headers else ""
        charset = self.headers.get_content_charset("utf-8")
        fields = _fields(target.query)
        body = self._body()
        if kind == "application/sparql-update":
            raise RefusalError(403, "this endpoint is read-only")
        if charset not in ("utf-8", "utf8", "us-ascii"):
            raise RefusalError(415, f"the body must be UTF-8, not {charset}")
        if kind == "application/x-www-form-urlencoded":
            return self._ask([*fields, *_fields(_decoded(body))])
        if kind == "application/sparql-query":
            return self._ask([*fields, ("query", _decoded(body))])
        raise RefusalError(415, "send application/sparql-query, or a form with query=")

    def _other(self) -> Answer:
        raise RefusalError(405, "this endpoint is read-only: use GET or POST")

    def _body(self) -> bytes:
        if "Transfer-Encoding" in self.headers:
            raise RefusalError(411, "say the length of the body with Content-Length")
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch(r"[0-9]{1,12}", length):
            raise RefusalError(411, "say the length of the body with Content-Length")
        if int(length) > BODY:
            self._discard(int(length))
            raise RefusalError(413, f"the body is larger than {BODY} bytes")
        try:
            body = self.rfile.read(int(length))
        except TimeoutError:
            raise RefusalError(408, "the rest of the body did not come") from None
        if len(body) < int(length):
            raise RefusalError(400, "the body is shorter than Content-Length says")
        return body

    def _discard(self, length: int) -> None:
        """Reads some of what is refused, since a client that is still sending misses the answer."""
        left = min(length, 8 * BODY)
        with contextlib.suppress(TimeoutError):
            while left > 0 and (part := self.rfile.read(min(left, 1 << 16))):
                left -= len(part)

    def _ask(self, fields: list[tuple[str, str]]) -> Answer:
        texts = [value for name, value in fields if name == "query"]
        if any(name in ("update", "using-graph-uri", "using-named-graph-uri") for name, _ in fields):
            raise RefusalError(403, "this endpoint is read-only")
        if len(texts) != 1 or not texts[0].strip():
            raise RefusalError(400, "give one query, as query=")
        accept = ", ".join(self.headers.get_all("Accept") or ["*/*"])
        return self.server.pool.ask(
            Question(
                texts[0],
                accept,
                tuple(value for name, value in fields if name == "default-graph-uri"),
                tuple(value for name, value in fields if name == "named-graph-uri"),
            )
        )

    def _description(self) -> Answer:
        accept = ", ".join(self.headers.get_all("Accept") or ["*/*"])
        kind = negotiate(accept, GRAPHS)
        if kind is None:
            raise RefusalError(406, f"the service description comes as: {', '.join(GRAPHS)}")
        host, port = self.server.server_address[:2]
        node, described = BlankNode("service"), []
        for name, value in (
            ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", _SD + "Service"),
            (_SD + "endpoint", f"http://{self.headers.get('Host', f'{host!s}:{port}')}/sparql"),
            (_SD + "supportedLanguage", _SD + "SPARQL11Query"),
            *((_SD + "resultFormat", _FORMATS + form) for form in
              ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", "Turtle",
               "N-Triples", "RDF_XML", "JSON-LD")),
        ):  # fmt: skip
            described.append(Triple(node, NamedNode(name), NamedNode(value)))
        label = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
        described.append(Triple(node, label, Literal("a conflict knowledge graph, read-only", language="en")))
        body = serialize(described, format=GRAPHS[kind], prefixes={"sd": _SD}) or b""
        return Answer(200, kind, body)


def _fields(encoded: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(encoded, keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError as error:
        raise RefusalError(400, f"the parameters are not UTF-8 or too many: {error}") from None


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise RefusalError(400, "the body is not UTF-8") from None


def _catalog() -> bytes:
    entries = [
        {
            "name": query.name, "title": query.title, "description": query.description, "group": query.group,
            "text": query.text,
            "parameters": [{"name": p.name, "kind": p.kind, "description": p.description} for p in query.parameters],
        }
        for query in queries.catalog()
    ]  # fmt: skip
    return json.dumps(entries, ensure_ascii=False).encode()


def _policy(page: bytes) -> str:
    """Only the page's own script and style run, and they reach only this server."""
    allowed = {
        tag: " ".join(
            f"'sha256-{base64.b64encode(hashlib.sha256(part).digest()).decode()}'"
            for part in re.findall(rb"<%b>(.*?)</%b>" % (tag.encode(), tag.encode()), page, re.DOTALL)
        )
        for tag in ("script", "style")
    }
    script, style = (allowed[tag] or "'none'" for tag in ("script", "style"))
    return (
        f"default-src 'none'; script-src {script}; style-src {style}; connect-src 'self'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
