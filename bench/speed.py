"""What a build costs beside the bare parse, and beside other ways to do it: `python bench/speed.py [ARTICLES] [ROUNDS]`.

The candidates take turns, each in a fork of one process that has loaded everything, so that only the work is measured;
printed are medians of the rounds. Seconds are processor seconds of the fork and its workers; only the gain of a second
worker is a matter of the clock, and needs two idle cores. The articles are made by a seeded script from the gazetteer;
those annotated for development are added where they lie beside the project.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from kg.document import Document  # noqa: E402
from kg.statement import Extraction  # noqa: E402

_DEEDS = (
    "{a} attacked the positions of {b} near {p} on Monday, killing {n} people, the {d} defence ministry said.",
    "{m} met the foreign minister of {a} in {p} to mediate between {a} and {b}.",
    "{a} accused {b} of violating the ceasefire that both sides had signed in {p} last year.",
    "Forces of {a} withdrew from {p} after talks with {b}, which {m} had hosted.",
    "{m} condemned the strikes on {p} and urged {a} and {b} to return to the talks.",
    "{b} denied that its troops had crossed the border into {a}, and called the reports from {p} false.",
)
_FILLER = (
    "Shops along the main road opened late, and buses ran as on any other day of the week.",
    "Residents queued for bread in the morning while the rain went on until the early afternoon.",
    "The harvest has been better than in the two years before, farmers in the valley say.",
    "It is the third time this year that the old bridge has had to be closed for repairs.",
)


def articles(count: int, seed: int = 1, share: float = 1.0) -> Iterator[Document]:
    """Made-up articles of about 300 words; `share` of them tell of a conflict, the others of nothing."""
    from kg.gazetteer import load

    chance = random.Random(seed)  # noqa: S311 - it makes texts, it keeps no secrets
    entries = sorted(load().entries.values(), key=lambda entry: entry.key)
    states = [e for e in entries if e.type == "State" and e.adjectives and not e.end]
    places = [e.name for e in entries if e.type == "Place"]
    for number in range(count):
        a, b, m = chance.sample(states, 3)
        told = _DEEDS if chance.random() < share else ()
        sentences = [
            chance.choice((*told, *told, *_FILLER)).format(
                a=a.name, b=b.name, m=m.name, d=a.adjectives[0], p=chance.choice(places), n=chance.randrange(2, 60)
            )
            for _ in range(18)
        ]
        text = "\n\n".join(" ".join(sentences[at : at + 3]) for at in range(0, len(sentences), 3))
        yield Document(f"{number:05}.txt", text, f"2024-{1 + number % 12:02}-{1 + number % 28:02}")


def apart(work: Callable[[], object]) -> tuple[float, float]:
    """Does the work in a fork of this process: processor seconds, with those of its children, and seconds."""
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            sys.stdout.flush()
            os._exit(0 if sys.exc_info()[0] is None else 1)
    _, status, used = os.wait4(child, 0)
    if status:
        raise SystemExit("a candidate failed")
    return used.ru_utime + used.ru_stime, time.monotonic() - began


def in_turns(candidates: dict[str, Callable[[], object]], rounds: int) -> dict[str, tuple[float, float]]:
    """Medians of processor seconds and of seconds, over rounds in which each candidate has its turn."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, work in candidates.items():
            taken[name].append(apart(work))
    return {name: tuple(map(statistics.median, zip(*all_, strict=True))) for name, all_ in taken.items()}  # type: ignore[misc]


def show(title: str, found: dict[str, tuple[float, float]], unit: str, more: str = "") -> None:
    """A table in Markdown; the ratios are to the first candidate."""
    base = next(iter(found.values()))[0]
    print(f"\n{title}\n\n| | {unit} | CPU s |\n| --- | ---: | ---: |")
    for name, (cpu, _) in found.items():
        print(f"| {name} | {cpu / base:.2f} | {cpu:.2f} |")
    print(more, flush=True)


def builds(documents: list[Document], folder: Path, rounds: int) -> None:
    """Builds beside the bare parse and beside a script that parses each text and writes with rdflib."""
    import rdflib
    import spacy

    from kg import rdf
    from kg.extract import MODELS, extract, pipeline
    from kg.parts import extract_all

    name = next(name for name in MODELS if spacy.util.is_package(name))
    raw = spacy.load(name)
    pipeline(), pipeline(reader=False)
    texts = [document.text for document in documents]
    list(extract(documents[:1])), list(extract(documents[:1], reader=False)), list(raw.pipe(texts[:2]))

    def naive() -> None:
        graph = rdflib.Graph()
        for document in documents:
            node = rdflib.URIRef(f"http://example.org/{document.identifier}")
            for ent in raw(document.text).ents:
                graph.add((node, rdflib.URIRef("http://example.org/mentions"), rdflib.Literal(ent.text)))
        graph.serialize(folder / "naive.ttl", format="turtle")

    found = in_turns(
        {
            "spaCy, `nlp.pipe` of the same model": lambda: list(raw.pipe(texts)),
            "spaCy for each text, names to Turtle with rdflib": naive,
            "kg, rules alone, to N-Quads": lambda: rdf.write(extract(documents, reader=False), folder / "rules.nq"),
            "kg, 1 worker": lambda: rdf.write(extract_all(documents, print), folder / "one.nq"),
            "kg, 2 workers": lambda: rdf.write(extract_all(documents, print, workers=2), folder / "two.nq"),
        },
        rounds,
    )
    assert (folder / "one.nq").read_bytes() == (folder / "two.nq").read_bytes()  # noqa: S101 - what is compared is equal
    one, two = found["kg, 1 worker"], found["kg, 2 workers"]
    words = sum(len(text.split()) for text in texts)
    gain = f"\n2 workers: {one[1] / two[1]:.2f} times as fast by the clock, {two[0] / one[0]:.2f} times the processor."
    show(f"{len(texts)} articles, {words:,} words", found, "nlp.pipe", gain)


def printed(extractions: list[Extraction], path: Path) -> None:
    """The least that writing can cost: lines as text, neither sorted nor without doubles."""
    base, meaning = "https://w3id.org/conflict-kg/id/", "https://w3id.org/conflict-kg/ontology#"
    with path.open("w", encoding="utf-8") as stream:
        for extraction in extractions:
            graph = f"<{base}{extraction.document.key}>"
            for s in extraction.statements:
                node, passage = f"<{base}{s.key}>", f"<{base}{s.passage.key}>"
                for number in range(14):
                    stream.write(f'{node} <{meaning}property{number}> "{s.passage.text}" {graph} .\n')
                stream.write(f"{passage} <{meaning}{s.predicate}> <{base}{s.subject}> {graph} .\n")


def writing(statements: int, folder: Path, rounds: int) -> None:
    """Writing N-Quads beside printing as many lines, and beside rdflib."""
    import rdflib

    from crowd import extractions
    from kg import rdf

    made = list(extractions(statements, people=1000))
    quads = [quad for extraction in made for quad in rdf.quads(extraction)]
    plain = folder / "plain.nq"
    rdf.write(made, plain)

    def with_rdflib() -> None:
        graph = rdflib.Dataset()
        graph.parse(plain, format="nquads")
        graph.serialize(folder / "rdflib.nq", format="nquads")

    found = in_turns(
        {
            "lines as text, 15 a statement": lambda: printed(made, folder / "printed.nq"),
            "kg, `.nq`": lambda: rdf.write(made, folder / "g.nq"),
            "kg, `.ttl`": lambda: rdf.write(made, folder / "g.ttl"),
            "rdflib, read and written as N-Quads": with_rdflib,
        },
        rounds,
    )
    show(f"{statements:,} statements, {len(quads):,} quads", found, "printing")


def main(count: int, rounds: int) -> None:
    """Makes the articles, measures, prints."""
    from kg.readers import read

    development = ROOT.parent / "shared" / "eval" / "dev"
    documents = list(articles(count))
    with tempfile.TemporaryDirectory() as name:
        builds(documents, Path(name), rounds)
        if development.is_dir():
            builds(list(read([str(path) for path in sorted(development.glob("*.txt"))])), Path(name), rounds)
        writing(2000, Path(name), rounds)


if __name__ == "__main__":
    main(*map(int, (*sys.argv[1:3], *("40", "5")[len(sys.argv) - 1 :])))
