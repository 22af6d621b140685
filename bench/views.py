"""Time and memory of each view on a made-up graph, sizes of pages, and labels that overlap: `python bench/views.py [STATEMENTS]`.

Times are ratios to a plain scan of the graph's triples in Python, so that machines compare; seconds stand beside them.
Memory is the peak of the process above what the opened graph needs. Each view runs in a process of its own.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]


def peak() -> float:
    """Peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one(name: str, graph: Path) -> None:
    """Runs one view and prints name, seconds, seconds of a scan, MB above the opened graph, nodes and edges."""
    from kg import report, views
    from kg.store import open_graph

    store = open_graph(graph)
    began = time.perf_counter()
    for quad in store:
        quad.subject  # noqa: B018 - what a plain scan costs
    scan = time.perf_counter() - began
    before = peak()
    began = time.perf_counter()
    nodes = edges = 0
    if name == "report":
        report.html(store)
    else:
        base, _, more = name.partition(" ")
        options = views.Options(level="side" if more == "side" else "actor", claimed=more == "claimed")
        drawn = views.build(base, store, options, actors=[store_actor(store)] if base == "ego" else ())
        nodes, edges = len(drawn), drawn.number_of_edges()
        if more in views.ENDINGS:
            views.write(drawn, graph.with_name(f"view{more}"))
    print(name, time.perf_counter() - began, scan, peak() - before, nodes, edges, sep="\t")


def store_actor(store: object) -> str:
    """The first state by name."""
    rows = store.query("SELECT ?l { ?s a <https://w3id.org/conflict-kg/ontology#State> ; <http://www.w3.org/2000/01/rdf-schema#label> ?l } ORDER BY ?l LIMIT 1")  # type: ignore[attr-defined]
    return next(iter(rows))["l"].value


def overlapping(path: Path) -> int:
    """Pairs of labels that overlap in the static picture of the conflict view."""
    from kg import views
    from kg.store import open_graph
    from kg.views.scene import meet, scene

    drawn = scene(views.build("conflict", open_graph(path), views.Options(claimed=True)))
    boxes = [n.text.box for n in drawn.nodes] + [e.text.box for e in drawn.edges if e.text]
    return sum(meet(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])


def main(statements: int) -> None:
    """Makes the graphs, measures, and prints."""
    from crowd import extractions

    from kg import rdf, run, views
    from kg.store import open_graph

    with tempfile.TemporaryDirectory() as folder:
        graph = Path(folder) / "graph.nt"
        rdf.write(extractions(statements, people=3000), graph)
        print(f"{statements:,} statements, {graph.stat().st_size / 1e6:.0f} MB of N-Triples")
        print(f"{'view':24}{'of a scan':>10}{'seconds':>9}{'MB more':>9}{'nodes':>8}{'edges':>8}")
        for name in (*views.names(), "conflict side", "conflict claimed", "conflict .html", "conflict .svg", "conflict .gexf", "report"):
            done = subprocess.run([sys.executable, __file__, name, str(graph)], capture_output=True, text=True, check=True)  # noqa: S603 - ourselves
            _, seconds, scan, more, nodes, edges = done.stdout.strip().split("\t")
            print(f"{name:24}{float(seconds) / float(scan):10.2f}{float(seconds):9.1f}{float(more):9.0f}{int(nodes):8,}{int(edges):8,}")
        seeds, crowd = Path(folder) / "seeds.nt", Path(folder) / "crowd.nt"
        run.build([ROOT / "seeds"], seeds)
        rdf.write(extractions(2400, people=480), crowd)
        for title, path in (("seeds", seeds), ("300 nodes", crowd)):
            page = Path(folder) / "page.html"
            views.write(views.build("conflict", open_graph(path), views.Options(claimed=True)), page)
            text = page.read_text(encoding="utf-8")
            data = len(text.split('id="data">')[1].split("</script>")[0].encode())
            print(f"{title}: page {(len(text.encode()) - data) / 1000:.0f} kB and {data / 1000:.0f} kB of data; {overlapping(path)} labels overlap in the picture")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        one(sys.argv[1], Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
