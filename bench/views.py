"""Time and memory of each view on a made-up graph, sizes of pages, and labels that overlap: `python bench/views.py [STATEMENTS]`.

Times are ratios to a plain scan of the graph's triples in Python, so that machines compare; processor seconds stand
beside them. Memory is the peak of the process above what the opened graph needs. Each view runs in a process of its own.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]


def peak() -> float:
    """Peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def apart(work: Callable[[], tuple[int, int]]) -> tuple[float, float, int, int]:
    """Does the work in a fork of this process: processor seconds, MB more, and the two numbers that it gives."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        before, began = peak(), time.process_time()
        nodes, edges = work()
        os.write(writing, f"{time.process_time() - began} {peak() - before} {nodes} {edges}".encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        seconds, more, nodes_, edges_ = stream.read().split()
    return float(seconds), float(more), int(nodes_), int(edges_)


def one(name: str, store: object, folder: Path) -> tuple[int, int]:
    """Makes one view, or the report, and tells its nodes and edges."""
    from kg import report, views

    if name == "report":
        report.html(store)  # type: ignore[arg-type]
        return 0, 0
    base, _, more = name.partition(" ")
    options = views.Options(level="side" if more == "side" else "actor", claimed=more == "claimed")
    drawn = views.build(base, store, options, actors=[store_actor(store)] if base == "ego" else ())  # type: ignore[arg-type]
    if more in views.ENDINGS:
        views.write(drawn, folder / f"view{more}")
    return len(drawn), drawn.number_of_edges()


def store_actor(store: object) -> str:
    """The first state by name."""
    rows = store.query(
        "SELECT ?l { ?s a <https://w3id.org/conflict-kg/ontology#State> ; <http://www.w3.org/2000/01/rdf-schema#label> ?l } ORDER BY ?l LIMIT 1"
    )  # type: ignore[attr-defined]
    return next(iter(rows))["l"].value


def overlapping(path: Path) -> int:
    """Pairs of labels that overlap in the static picture of the conflict view."""
    from kg import views
    from kg.store import open_graph
    from kg.views.marks import meet
    from kg.views.scene import scene

    drawn = scene(views.build("conflict", open_graph(path), views.Options(claimed=True)))
    boxes = [n.text.box for n in drawn.nodes] + [e.text.box for e in drawn.edges if e.text]
    return sum(meet(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])


def main(statements: int) -> None:
    """Makes the graphs, measures, and prints."""
    from crowd import extractions
    from kg import rdf, run, views
    from kg.store import open_graph

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        graph = folder / "graph.nt"
        with graph.open("w", encoding="utf-8") as stream:
            for extraction in extractions(statements, people=3000):
                stream.writelines(f"{quad.triple} .\n" for quad in rdf.quads(extraction))
        store = open_graph(graph)
        began = time.process_time()
        triples = sum(1 for quad in store if quad.subject)
        scan = time.process_time() - began
        print(f"{statements:,} statements, {triples:,} triples; a scan takes {scan:.1f} s")
        print(f"{'view':24}{'scans':>8}{'seconds':>9}{'MB more':>9}{'nodes':>8}{'edges':>9}")
        shown = (
            *views.names(),
            "conflict side",
            "conflict claimed",
            "conflict .html",
            "conflict .svg",
            "conflict .gexf",
            "report",
        )
        for view in shown:
            seconds, more, nodes, edges = apart(lambda view=view: one(view, store, folder))
            print(f"{view:24}{seconds / scan:8.1f}{seconds:9.1f}{more:9.0f}{nodes:8,}{edges:9,}", flush=True)
        seeds, crowd = folder / "seeds.nt", folder / "crowd.nt"
        run.build([ROOT / "seeds"], seeds)
        rdf.write(extractions(2400, people=480), crowd)
        for title, path in (("seeds", seeds), ("300 nodes", crowd)):
            page = folder / "page.html"
            views.write(views.build("conflict", open_graph(path), views.Options(claimed=True)), page)
            text = page.read_text(encoding="utf-8")
            data = len(text.split('id="data">')[1].split("</script>")[0].encode())
            print(
                f"{title}: page {(len(text.encode()) - data) / 1000:.0f} kB and {data / 1000:.0f} kB of data; {overlapping(path)} labels overlap in the picture"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
