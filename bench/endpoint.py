"""Measures the endpoint: the same answers as another engine, requests a second beside another server, and under load.

python bench/endpoint.py graph.ttl [--comunica PATH] [--oxigraph PATH]

`--comunica` is the command comunica-sparql-file (npm: @comunica/query-sparql-file), `--oxigraph` the server of the PyPI
package oxigraph. What is not given is left out. Prints one line a figure.
"""

import argparse
import contextlib
import http.client
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from kg import queries, rdf
from kg.store import open_graph

SMALL = "SELECT ?s ?o { ?s <https://w3id.org/conflict-kg/ontology#allyOf> ?o } ORDER BY ?s ?o LIMIT 10"
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
COMPARED = 20
JSON = "application/sparql-results+json"


@contextlib.contextmanager
def running(*command: str, port: int) -> Iterator[int]:
    """A server, as soon as it listens."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(link: http.client.HTTPConnection, path: str, query: str) -> bytes:
    link.request("GET", f"{path}?{urlencode({'query': query})}", headers={"Accept": JSON})
    answer = link.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{answer.status}: {body[:200]!r}")
    return body


def rate(port: int, path: str, clients: int, seconds: float = 4) -> tuple[float, float]:
    """Requests a second of some clients that ask as fast as they can, and the median of a request in milliseconds."""
    times: list[float] = []
    end = time.monotonic() + seconds

    def work() -> None:
        link = http.client.HTTPConnection("127.0.0.1", port)
        while (begun := time.monotonic()) < end:
            ask(link, path, SMALL)
            times.append(time.monotonic() - begun)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(times) / seconds, 1000 * statistics.median(times)


def under_load(port: int) -> tuple[float, float]:
    """Median and maximum, in milliseconds, of small queries beside 64 stalled clients and 8 heavy queries."""
    stalled = [socket.create_connection(("127.0.0.1", port)) for _ in range(64)]
    for link in stalled:
        link.sendall(b"POST /sparql HTTP/1.1\r\nHost: localhost\r\n")

    def heavy() -> None:
        link = http.client.HTTPConnection("127.0.0.1", port)
        with contextlib.suppress(OSError, http.client.HTTPException):  # the server ends before the query does
            link.request("GET", "/sparql?" + urlencode({"query": HEAVY}))
            link.getresponse().read()

    for _ in range(8):
        threading.Thread(target=heavy, daemon=True).start()
    time.sleep(3)
    link, times = http.client.HTTPConnection("127.0.0.1", port), []
    for _ in range(200):
        begun = time.monotonic()
        ask(link, "/sparql", SMALL)
        times.append(1000 * (time.monotonic() - begun))
        time.sleep(0.01)
    for one in stalled:
        one.close()
    return statistics.median(times), max(times)


def rows(answer: bytes) -> Counter[tuple[tuple[str, str], ...]]:
    """The rows of a JSON answer, in no order; numbers by their value, for engines write 0.90 and 0.9."""
    return Counter(
        tuple(sorted((name, value(cell)) for name, cell in row.items()))
        for row in json.loads(answer)["results"]["bindings"]
    )


def value(cell: dict[str, str]) -> str:
    kind = cell.get("datatype", "").rpartition("#")[2]
    return str(float(cell["value"])) if kind in ("decimal", "integer", "double") else cell["value"]


def compare(graph: Path, port: int, comunica: str) -> None:
    same = 0
    asked = [query for query in queries.catalog() if "SELECT" in query.text and "LIMIT" not in query.text][:COMPARED]
    for query in asked:
        mine = rows(ask(http.client.HTTPConnection("127.0.0.1", port), "/sparql", query.text))
        done = subprocess.run([comunica, str(graph), "-q", query.text, "-t", JSON], capture_output=True, check=False)
        theirs = rows(done.stdout) if done.returncode == 0 else Counter()
        same += mine == theirs
        if mine != theirs:
            print(f"differs: {query.name}: {mine.total()} rows here, {theirs.total()} there {done.stderr[-200:]!r}")
    print(f"the same rows as Comunica: {same} of {len(asked)} queries")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("graph", type=Path)
    parser.add_argument("--comunica")
    parser.add_argument("--oxigraph")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        graph = Path(folder) / "graph.nt"
        rdf.convert(open_graph(given.graph), graph)
        port = free()
        with running(sys.executable, "-m", "kg", "serve", str(graph), "--port", str(port), port=port):
            if given.comunica:
                compare(graph, port, given.comunica)
            for clients in (1, 4):
                number, median = rate(port, "/sparql", clients)
                print(f"kg: {number:.0f} requests a second of {clients} clients, median {median:.1f} ms")
            print(
                "kg beside 64 stalled and 8 heavy clients: median {:.1f} ms, at most {:.1f} ms".format(
                    *under_load(port)
                )
            )
        if given.oxigraph:
            store, port = str(Path(folder) / "store"), free()
            subprocess.run(
                [given.oxigraph, "load", "--location", store, "--file", str(graph)], check=True, capture_output=True
            )
            with running(
                given.oxigraph, "serve-read-only", "--location", store, "--bind", f"127.0.0.1:{port}", port=port
            ):
                for clients in (1, 4):
                    number, median = rate(port, "/query", clients)
                    print(f"oxigraph: {number:.0f} requests a second of {clients} clients, median {median:.1f} ms")


if __name__ == "__main__":
    main()
