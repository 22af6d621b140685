"""A read-only SPARQL endpoint and a page to explore: HTTP is parsed here, queries run in the workers."""

import base64
import contextlib
import hashlib
import hmac
import io
import json
import re
import signal
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg import ontology, queries, views
from kg.answers import HTML, RESULT, ROWS, Answer, Question, described, plain
from kg.errors import KgError, UsageError
from kg.turtle import PREFIXES
from kg.worker import MEMORY, WORKERS, Pool

DEADLINE = 30.0
"""Seconds that a query may take: to be parsed, planned and answered, and to wait for a free worker."""
BODY = 1 << 20
"""Bytes that a request may carry."""
PATIENCE = 10.0
"""Seconds within which a request has to be there, whole."""
SENDING = 60.0
"""Seconds within which a client has to take its answer."""
CONNECTIONS = 512
"""Clients at the same time; one more is refused at once."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")

_WEB = Path(__file__).parent / "web"
_ASSETS = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "editor.js": "text/javascript; charset=utf-8",
}
_FORMS = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = "http://www.w3.org/ns/formats/"


class RefusalError(Exception):
    """A request that is not served: the answer to give instead."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.answer = plain(status, message)


@dataclass(frozen=True, slots=True)
class Access:
    """Who may ask: this machine alone, or, at another address, whoever has the token, or anybody at all.

    `origins` are the web sites whose scripts may read answers in a visitor's browser, `*` for all.
    """

    host: str = "127.0.0.1"
    token: str = ""
    public: bool = False
    origins: tuple[str, ...] = ()

    def check(self) -> None:
        """UsageError where an address that others can reach is neither guarded nor said to be public."""
        if self.host not in LOOPBACK and not self.token and not self.public:
            raise UsageError(
                f"{self.host} is no address of this machine alone, so others could read the graph",
                "guard it with --token, or say --public if anybody may",
            )
        if self.token and len(self.token) < 16:
            raise UsageError("the token is too short to keep anybody out", "take at least 16 characters")

    def allows(self, authorization: str) -> bool:
        """Whether a request's Authorization has the token: as Bearer, or as the password of Basic."""
        if not self.token:
            return True
        scheme, _, given = authorization.strip().partition(" ")
        if scheme.lower() == "basic":
            with contextlib.suppress(ValueError):
                given = base64.b64decode(given, validate=True).decode().partition(":")[2]
        elif scheme.lower() != "bearer":
            return False
        return hmac.compare_digest(given.strip().encode(), self.token.encode())


class Server(ThreadingHTTPServer):
    """Serves one graph; `pool` answers the queries, each within `deadline` seconds. Port 0 takes a free one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, path: Path, port: int, access: Access = Access(), deadline: float = DEADLINE, workers: int = WORKERS,
        memory: int = MEMORY,
    ) -> None:  # fmt: skip
        access.check()
        self.access = access
        host = access.host
        if ":" in host:
            self.address_family = socket.AF_INET6
        self.deadline, self.memory = deadline, memory
        self.page = (_WEB / "index.html").read_bytes()
        self._places = threading.BoundedSemaphore(CONNECTIONS)
        self.pool = Pool(path, deadline, workers, memory)
        try:
            super().__init__((host, port), Handler)
        except (OSError, OverflowError) as error:
            self.pool.close()
            reason = getattr(error, "strerror", None) or error
            raise KgError(f"cannot listen on {host}, port {port}: {reason}", "choose another --port") from error

    def server_bind(self) -> None:
        """Takes the address, without asking a name server what it is called."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def process_request(self, request: object, client_address: object) -> None:
        """Takes a client, or sends it away at once where there are too many."""
        if not self._places.acquire(blocking=False):
            with contextlib.suppress(OSError):
                request.send(b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")  # type: ignore[attr-defined]
            self.shutdown_request(request)  # type: ignore[arg-type]
            return
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def process_request_thread(self, request: object, client_address: object) -> None:
        """Serves a client, and frees its place."""
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            self._places.release()

    def server_close(self) -> None:
        """Stops listening and ends the workers."""
        super().server_close()
        self.pool.close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no news; anything else is told in one line."""
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError | TimeoutError):
            print(f"a request failed: {error!r}", file=sys.stderr)


def serve(
    path: Path, port: int, access: Access = Access(), deadline: float = DEADLINE, workers: int = WORKERS,
    memory: int = MEMORY,
) -> None:  # fmt: skip
    """Serves the graph until interrupted: SPARQL at /sparql, a page at /. The default Access is this machine alone."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    with Server(path, port, access, deadline, workers, memory) as server:
        shown = f"[{access.host}]" if ":" in access.host else access.host
        who = "this machine only"
        if access.host not in LOOPBACK:
            who = (
                "anybody who can reach it"
                if not access.token
                else "whoever has the token; sent unencrypted without TLS before it"
            )
        elif access.token:
            who = "this machine only, with the token"
        print(
            f"serving {path} at http://{shown}:{server.server_address[1]}/ to {who} (stop with Ctrl-C)", file=sys.stderr
        )
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
        print("stopped", file=sys.stderr)


class _Patient(io.RawIOBase):
    """What a client sends, within PATIENCE in all: one that sends a byte now and then gets no more time."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self.begin()

    def begin(self) -> None:
        """The time runs from now."""
        self._end = time.monotonic() + PATIENCE

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        """Some bytes, TimeoutError when the time is up."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the request did not come in time")
        self._link.settimeout(left)
        return self._link.recv_into(buffer)


class Handler(BaseHTTPRequestHandler):
    """One connection. Every answer is whole before its first byte is sent."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "kg"
    sys_version = ""
    error_content_type = "text/plain; charset=utf-8"
    error_message_format = "%(code)d %(message)s\n"

    def setup(self) -> None:
        """Reads with patience, sends without delay."""
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        self.rfile.close()
        self._patient = _Patient(self.connection)
        self.rfile = io.BufferedReader(self._patient, 1 << 16)

    def handle_one_request(self) -> None:
        """One request, whose time begins now."""
        self._patient.begin()
        super().handle_one_request()

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
    do_DELETE = do_PATCH = do_TRACE = do_PUT  # noqa: N815

    def do_OPTIONS(self) -> None:
        """Tells a browser what scripts of other sites may do; nothing but reading."""
        self._reply(self._options)

    def log_message(self, *args: object) -> None:
        """Keeps no log: a query may hold what its author keeps private."""

    def _reply(self, route: Callable[[], Answer]) -> None:
        if self.command != "POST" and ("Content-Length" in self.headers or "Transfer-Encoding" in self.headers):
            self.close_connection = True  # a body that nobody reads must not be taken for the next request
        try:
            self._check_host()
            if not self.server.access.allows(self.headers.get("Authorization", "")):
                raise RefusalError(401, "this server asks for a token: send it as Bearer, or as the password")
            answer = route()
        except RefusalError as refusal:
            self.close_connection = True
            answer = refusal.answer
        self.connection.settimeout(SENDING)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        inline = answer.headers.get("X-Inline")
        self.send_header("Content-Security-Policy", _inline_policy(answer.body) if inline else _POLICY)
        for name, value in answer.headers.items():
            if name != "X-Inline":
                self.send_header(name, value)
        self._cross_site()
        if answer.status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="kg", charset="UTF-8"')
        if answer.status == 405:
            self.send_header("Allow", "GET, HEAD, POST, OPTIONS")
        if answer.status == 503:
            self.send_header("Retry-After", "5")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _cross_site(self) -> None:
        """Answers that scripts of other sites may read say so; the others are this site's own."""
        allowed, origin = self.server.access.origins, self.headers.get("Origin", "")
        if "*" in allowed or origin in allowed:
            self.send_header("Access-Control-Allow-Origin", "*" if "*" in allowed else origin)
            self.send_header("Access-Control-Allow-Methods", "GET, HEAD, POST")
            self.send_header("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type")
            if "*" not in allowed:
                self.send_header("Vary", "Origin")
        else:
            self.send_header("Cross-Origin-Resource-Policy", "same-origin")

    def _check_host(self) -> None:
        # A page of another site can point its own name at 127.0.0.1; the Host header gives it away.
        hosts = self.headers.get_all("Host") or []
        try:
            name = urlsplit(f"//{hosts[0]}").hostname if len(hosts) == 1 else None
        except ValueError:
            name = None
        if self.server.access.host in LOOPBACK and name not in LOOPBACK:
            raise RefusalError(421, "this server answers only to a loopback name, such as localhost")

    def _accept(self) -> str:
        return ", ".join(self.headers.get_all("Accept") or ["*/*"])

    def _root(self) -> str:
        """How this server is called by the client."""
        host = self.headers.get("Host", "")
        if not re.fullmatch(r"[A-Za-z0-9.:\[\]-]{1,255}", host):
            raise RefusalError(400, "the Host header is malformed")
        return f"http://{host}/"

    def _get(self) -> Answer:
        target = urlsplit(self.path)
        if len(self.path) > BODY >> 4:
            raise RefusalError(414, "the address is too long: send the query by POST")
        fields = _fields(target.query)
        given = dict(fields)
        ask = self.server.pool.ask
        place, _, rest = target.path.removeprefix("/").partition("/")
        match place:
            case "" if not rest:
                return Answer(200, HTML, self.server.page)
            case "sparql" if not rest:
                return self._ask(fields) if fields else self._description()
            case "assets" if rest in _ASSETS:
                return Answer(200, _ASSETS[rest], (_WEB / rest).read_bytes())
            case "queries" if not rest:
                return Answer(200, "application/json", _catalog())
            case "queries":
                return ask(Question("saved", rest, parameters=tuple(fields)))
            case "terms" if not rest:
                return Answer(200, "application/json", _terms())
            case "search" if not rest:
                return ask(Question("search", given.get("q", "")))
            case "view":
                return ask(Question("view", rest, parameters=tuple(fields)))
            case "edge" if not rest:
                return ask(Question("edge", parameters=tuple(fields)))
            case "store" if not rest:
                return self._stored(fields)
            case ".well-known" if rest == "void":
                return ask(Question("void", self._root(), self._accept()))
            case "resource" if not rest:
                accept = _FORMS.get(given.get("format", ""), self._accept())
                return ask(Question("resource", given.get("iri", ""), accept))
        return ask(Question("resource", unquote(target.path, errors="replace"), self._accept()))

    def _stored(self, fields: list[tuple[str, str]]) -> Answer:
        names = [name for name, _ in fields]
        if names not in (["default"], ["graph"]):
            raise RefusalError(400, "name one graph: /store?default, or /store?graph=IRI")
        return self.server.pool.ask(
            Question("graph", accept=self._accept(), parameters=tuple(fields) if names == ["graph"] else ())
        )

    def _options(self) -> Answer:
        return Answer(204, "text/plain", b"")

    def _post(self) -> Answer:
        target = urlsplit(self.path)
        if target.path == "/store":
            raise RefusalError(405, "this endpoint is read-only: use GET")
        if target.path not in ("/sparql", "/run"):
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
        lengths = self.headers.get_all("Content-Length") or []
        length = lengths[0] if len(lengths) == 1 else ""
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
        if urlsplit(self.path).path == "/run":
            return self.server.pool.ask(Question("run", texts[0]))
        return self.server.pool.ask(
            Question(
                "sparql",
                texts[0],
                self._accept(),
                tuple(value for name, value in fields if name == "default-graph-uri"),
                tuple(value for name, value in fields if name == "named-graph-uri"),
            )
        )

    def _description(self) -> Answer:
        """The service description, with the limits in words."""
        service, dataset = BlankNode("service"), BlankNode("dataset")
        kind, root = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), self._root()
        facts: list[tuple[BlankNode, NamedNode, NamedNode | BlankNode]] = [
            (service, kind, NamedNode(_SD + "Service")),
            (service, NamedNode(_SD + "endpoint"), NamedNode(root + "sparql")),
            (service, NamedNode(_SD + "supportedLanguage"), NamedNode(_SD + "SPARQL11Query")),
            (service, NamedNode(_SD + "defaultDataset"), dataset),
            (dataset, kind, NamedNode(_SD + "Dataset")),
            (dataset, NamedNode("http://www.w3.org/2000/01/rdf-schema#seeAlso"), NamedNode(root + ".well-known/void")),
        ]
        facts += [
            (service, NamedNode(_SD + "resultFormat"), NamedNode(_FORMATS + form))
            for form in ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
                         "Turtle", "N-Triples", "RDF_XML", "JSON-LD")
        ]  # fmt: skip
        texts = {
            "label": "a conflict knowledge graph, read-only",
            "comment": (
                f"A query has {self.server.deadline:g} seconds, {self.server.memory >> 20} MiB of memory, and an answer of "
                f"at most {RESULT >> 20} MiB ({ROWS:,} rows on the page); beyond that it is refused, and no answer is ever cut "
                "short. SERVICE is refused."
            ),
        }
        described_by = [
            Triple(service, NamedNode(PREFIXES["rdfs"] + name), Literal(text, language="en"))
            for name, text in texts.items()
        ]
        return described([*(Triple(*fact) for fact in facts), *described_by], self._accept())


def _fields(encoded: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(encoded, keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError as error:
        raise RefusalError(400, f"the parameters are not UTF-8 or too many: {error}") from None


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RefusalError(400, "the body is not UTF-8") from None


@cache
def _catalog() -> bytes:
    """The saved queries and the views, for the page."""
    entries = [
        {
            "name": query.name, "title": query.title, "description": query.description, "group": query.group,
            "text": query.text,
            "parameters": [
                {"name": p.name, "kind": p.kind, "description": p.description, "default": p.default}
                for p in query.parameters
            ],
        }
        for query in (*queries.catalog(), *queries.checks())
    ]  # fmt: skip
    return json.dumps(
        {"queries": entries, "views": [name for name in views.names() if name != "ego"]}, ensure_ascii=False
    ).encode()


@cache
def _terms() -> bytes:
    """What the editor completes: the ontology's terms with their definitions, and the prefixes."""
    known = ontology.load()
    about = {name: cls.definition for name, cls in known.classes.items()}
    about |= {name: prop.definition for name, prop in known.properties.items()}
    terms = [{"name": f"kg:{name}", "about": about[name]} for name in sorted(about)]
    return json.dumps({"terms": terms, "prefixes": PREFIXES}, ensure_ascii=False).encode()


def _inline_policy(page: bytes) -> str:
    """For a page that holds its own script and style: only these run, and they reach nothing."""
    scripts = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(part).digest()).decode()}'"
        for part in re.findall(rb"<script>(.*?)</script>", page, re.DOTALL)
    )
    return (
        f"default-src 'none'; script-src {scripts or chr(39) + 'none' + chr(39)}; style-src 'unsafe-inline'; "
        "img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
