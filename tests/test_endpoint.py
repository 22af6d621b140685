"""The endpoint under the protocol's test suite and under queries that kill engines, where these lie beside the project."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from graphs import WORLD
from kg import rdf

OUTSIDE = next(
    (p for p in (Path(__file__).resolve().parents[2] / "shared" / "reliability",) if p.is_dir()),
    Path(os.environ.get("KG_RELIABILITY", "/nowhere")),
)
needs_suite = pytest.mark.skipif(not OUTSIDE.is_dir(), reason="needs ../shared/reliability")

KILLERS = {
    "groups": "SELECT * { " + "{" * 3000 + "}" * 3000 + " }",
    "subselects": "SELECT * { " + "{ SELECT * { " * 1500 + "} }" * 1500 + " }",
    "negations": "ASK { FILTER(" + "!(" * 9000 + "true" + ")" * 9000 + ") }",
    "parentheses": "ASK { FILTER(" + "(" * 20000 + "1" + ")" * 20000 + ") }",
    "unions": "SELECT * { " + " UNION ".join(["{ ?s ?p ?o }"] * 8000) + " }",
    "binds": "SELECT * { " + " ".join(f"BIND({n} AS ?v{n})" for n in range(4000)) + " }",
    "planner": "SELECT * { " + " . ".join(f"?a{n} ?p{n} ?b{n}" for n in range(60)) + " }",
    "product": "SELECT (COUNT(*) AS ?n) { " + " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(6)) + " }",
    "rows": "SELECT * { " + " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(6)) + " }",
    "closure": "SELECT * { ?a (!<x:y>|^!<x:y>)* ?b . ?c (!<x:y>|^!<x:y>)* ?d . ?e (!<x:y>|^!<x:y>)* ?f }",
    "memory": "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?d), STR(?g))) AS ?x) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
}


@contextlib.contextmanager
def command(graph: Path, *options: str, before: tuple[str, ...] = ()) -> Iterator[int]:
    """`kg serve` as it runs from a shell; gives its port."""
    running = subprocess.Popen(
        [*before, sys.executable, "-m", "kg", "serve", str(graph), "--port", "0", *options],
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert running.stderr is not None
    try:
        line = running.stderr.readline()
        assert "serving" in line, line
        yield int(line.partition("http://127.0.0.1:")[2].partition("/")[0])
    finally:
        os.killpg(running.pid, signal.SIGINT)
        running.wait(20)
        running.stderr.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("graph") / "world.nq"
    rdf.write(WORLD, path)
    return path


def ask(port: int, query: str) -> tuple[int, bytes]:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    link.request("POST", "/sparql", urlencode({"query": query}), {"Content-Type": "application/x-www-form-urlencoded"})
    answer = link.getresponse()
    try:
        return answer.status, answer.read()
    finally:
        link.close()


@pytest.fixture(scope="module")
def port(world: Path) -> Iterator[int]:
    with command(world, "--timeout", "1.5") as port:
        yield port


@pytest.mark.row_32
@pytest.mark.parametrize("name", KILLERS)
def test_a_query_that_kills_engines_gets_an_error_and_the_next_an_answer(port: int, name: str) -> None:
    status, message = ask(port, KILLERS[name])
    assert status in (400, 503), message[:100]
    assert message.strip()
    assert ask(port, "ASK {}") == (200, b'{"head":{},"boolean":true}')


@needs_suite
def test_the_protocol_suite_passes(tmp_path: Path) -> None:
    lines = []
    for number in (1, 2, 3):
        name = f"http://kasei.us/2009/09/sparql/data/data{number}.rdf"
        content = (OUTSIDE / "protocol" / f"data{number}.nt").read_text()
        lines += [f"{line.rstrip(' .')} <{name}> .\n" for line in content.splitlines()]
    (tmp_path / "data.nq").write_text("".join(lines))
    with command(tmp_path / "data.nq", "--timeout", "2") as port:
        done = subprocess.run(
            [sys.executable, str(OUTSIDE / "protocol" / "run.py"), f"http://127.0.0.1:{port}"],
            capture_output=True, text=True, timeout=150, check=True,
        )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "154 passed, 0 failed", done.stdout


@needs_suite
def test_hostile_names_bind_as_terms_and_find_nothing(port: int) -> None:
    values = json.loads((OUTSIDE / "bad" / "params" / "actor_labels.json").read_text())
    assert len(values) > 30
    for value in values:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        field = urlencode({"kind": value}, errors="replace")
        if len(field) > 60_000:
            continue
        link.request("GET", "/queries/most-connected?" + field)
        answer = link.getresponse()
        content = answer.read()
        link.close()
        assert answer.status == 200
        assert json.loads(content)["rows"] == [] or not value


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace, to see what the kernel is asked for")
def test_no_query_opens_a_connection(world: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    watched = ("strace", "-f", "-qq", "-e", "trace=socket,connect", "-o", str(trace))
    with command(world, "--timeout", "10", before=watched) as port:
        for query in (
            "SELECT * { SERVICE <http://127.0.0.1:18999/x> { ?s ?p ?o } }",
            "SELECT * { SERVICE SILENT <http://127.0.0.1:18999/x> { ?s ?p ?o } }",
            "PREFIX :<http://127.0.0.1:18999/> SELECT * { SERVICE:x{ ?a ?b ?c } }",
            "LOAD <http://127.0.0.1:18999/x>",
            "SELECT * FROM <http://127.0.0.1:18999/x> { ?s ?p ?o }",
            "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
            "DESCRIBE <http://127.0.0.1:18999/x>",
        ):
            assert ask(port, query)[0] in (200, 403)
    asked = [
        line
        for line in trace.read_text().splitlines()
        if re.search(r"(?:socket|connect)\((?!AF_UNIX)", line) and "sa_family=AF_UNIX" not in line
    ]
    assert len(asked) == 1, "only the socket that listens"
    assert "socket(AF_INET, SOCK_STREAM" in asked[0]


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's filter is Linux's")
def test_the_kernel_ends_a_worker_that_would_call_out() -> None:
    script = (
        "from kg.sandbox import close_off; import pyoxigraph; assert close_off(1 << 30); print('closed', flush=True); "
        "list(pyoxigraph.Store().query('SELECT * { SERVICE SILENT <http://127.0.0.1:18999/x> { ?s ?p ?o } }')); print('lived')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGSYS, "closed\n")
