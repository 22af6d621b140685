"""The command line: each command parses its call, has the work done elsewhere, and prints.

Results go to standard output, messages to standard error. Whatever the work needs is imported when it is needed, so
that `kg --help` is instant.
"""

import io
import json
import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from kg.errors import KgError, UsageError
from kg.terminal import print_table, progress, say, write

if TYPE_CHECKING:
    from pyoxigraph import Store

    from kg.queries import Evidence, Result

app = typer.Typer(
    name="kg",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Who is allied with, fights, or mediates between whom, read from news, with the sentence behind each fact.",
    epilog="Begin with: [bold]kg build articles/ -o graph.ttl[/] and then [bold]kg query alliances graph.ttl[/]",
)

Graph = Annotated[Path, typer.Argument(metavar="GRAPH", help="An RDF file, or the folder of a store.")]
Folder = Annotated[Path, typer.Argument(metavar="STORE", help="The folder of a store.")]


class Format(StrEnum):
    """How the rows of a query are printed."""

    TABLE = "table"
    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    TTL = "ttl"


class TableOrJson(StrEnum):
    """How a list is printed."""

    TABLE = "table"
    JSON = "json"


def main() -> NoReturn:
    """Runs the command line; the one place where errors become a line and an exit status."""
    for stream in (sys.stdout, sys.stderr):  # a terminal that lacks a letter shall not end the work
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            app(prog_name="kg")
        finally:
            sys.stdout.flush()
    except KgError as error:
        say(f"kg: {error}")
        sys.exit(error.exit_status)
    except BrokenPipeError:  # whoever reads our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        say(f"kg: {where}{error.strerror or error}")
        sys.exit(1)
    except Exception as error:
        if os.environ.get("KG_DEBUG") == "1":
            raise
        say(f"kg: internal error: {type(error).__name__}: {error} (please report it; KG_DEBUG=1 shows the traceback)")
        sys.exit(1)
    sys.exit(0)


@app.callback(invoke_without_command=True)
def _kg(
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.", is_eager=True)] = False,
) -> None:
    if version:
        from importlib.metadata import PackageNotFoundError
        from importlib.metadata import version as installed

        try:
            print("kg", installed("conflict-kg"))
        except PackageNotFoundError:
            print("kg (not installed)")
        raise typer.Exit


@app.command(
    epilog="[bold]kg build news/ -o graph.ttl[/]  a folder\n\n"
    "[bold]kg build a.txt b.html --date 2022-11-10 -o graph.nq[/]  two files, for which a date is known\n\n"
    "[bold]cat records.jsonl | kg build - --store graph/[/]  standard input into a store"
)
def build(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT", help="Files, folders, or - for standard input.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file to write: .ttl .nt .nq .trig .jsonld .rdf choose the format."),
    ] = None,
    store: Annotated[Path | None, typer.Option(help="Fill the store in this folder, instead or as well.")] = None,
    date: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM-DD", help="Publication date of documents that have none of their own."),
    ] = None,
    base: Annotated[str | None, typer.Option(metavar="IRI", help="How the IRIs of what is built begin.")] = None,
    names: Annotated[
        list[Path] | None,
        typer.Option("--gazetteer", metavar="FILE", help="Names of your own, as my-people.tsv; may be repeated."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if any input had to be skipped.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Drop documents from the store that no input gives.")] = False,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Build again what another version, model or ontology built.")
    ] = False,
    allow_network: Annotated[
        bool, typer.Option("--allow-network", help="Fetch inputs that are web addresses.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Processes that extract; by default one for each core.")
    ] = None,
) -> None:
    """Build a graph from articles: .txt .md .html .docx .pdf .jsonl .csv .tsv .rss .atom .xml .warc, each also as .gz.

    [dim]a.meta.json[/] beside [dim]a.txt[/] gives its date, title, url and source.

    What cannot be read is named and skipped, the rest is built.
    """
    from kg import run

    with progress() as on_event:
        report = run.build(
            inputs, output, store=store, date=date, base=base, prune=prune, refresh=refresh, network=allow_network,
            gazetteer=names or (), workers=workers, on_event=on_event,
        )  # fmt: skip
    say(str(report))
    if report.stored + report.unchanged == 0:
        raise KgError("nothing was built", "none of the inputs could be used; nothing was written")
    if strict and report.skipped:
        raise typer.Exit(1)


gazetteer = typer.Typer(no_args_is_help=True, help="The names of states, forces, persons and places that are known.")
app.add_typer(gazetteer, name="gazetteer")


@gazetteer.callback()
def _gazetteer() -> None:
    """The names of states, forces, persons and places that are known."""


@gazetteer.command(epilog="[bold]kg gazetteer lookup Baku[/]\n\n[bold]kg gazetteer lookup Bush --format json[/]")
def lookup(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As a text writes it: capitals count.")],
    names: Annotated[
        list[Path] | None,
        typer.Option("--gazetteer", metavar="FILE", help="Names of your own, as my-people.tsv; may be repeated."),
    ] = None,
    form: Annotated[TableOrJson, typer.Option("--format", "-f", help="How it is printed.")] = TableOrJson.TABLE,
) -> None:
    """Show what a name can mean, and which line of which file says so."""
    from kg import gazetteer as names_known

    known = names_known.load(tuple(path.absolute() for path in names or ()))
    rows = names_known.meanings(known, name)
    if not rows:
        raise KgError(f"the gazetteer does not know {name!r}", "capitals count; add it to a file of your own")
    columns = ("key", "class", "role", "name", "of", "years", "where")
    if form is TableOrJson.JSON:
        write(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], ensure_ascii=False, indent=1))
    else:
        print_table(columns, rows)


@app.command(
    epilog="[bold]kg query --list[/]  the saved queries with their parameters\n\n"
    "[bold]kg query alliances graph.ttl[/]  a saved query as a table\n\n"
    "[bold]kg query claims graph.ttl --param source=Armenia --format csv[/]\n\n"
    "[bold]kg query my.rq graph.ttl[/]  a query of your own, or - for standard input"
)
def query(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME-OR-FILE", help="A saved query, a .rq file, or - for standard input.")
    ] = None,
    graph: Annotated[Path | None, typer.Argument(metavar="GRAPH", help="An RDF file or a store's folder.")] = None,
    param: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="Give a parameter a value.")] = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", "-f", help="How the answer is printed; by default table, and ttl for a graph."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Print this many rows at most.")] = None,
    timeout: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="Stop a query that takes longer.")] = 60,
    iris: Annotated[bool, typer.Option("--iris", help="Print IRIs instead of labels.")] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing; exit with 1 if ASK says no, or nothing is found.")
    ] = False,
    show: Annotated[bool, typer.Option("--list", help="List the saved queries and leave.")] = False,
) -> None:
    """Ask a graph a saved question, or one of your own in SPARQL."""
    from kg import queries

    if show:
        rows = [(q.name, q.group, q.title, ", ".join(p.name for p in q.parameters)) for q in queries.catalog()]
        print_table(("name", "about", "answers", "parameters"), rows)
        return
    if name is None or graph is None:
        raise UsageError("a query and a graph are needed", "kg query --list shows the saved queries")
    values = _assignments(param or ())
    content = sys.stdin.buffer.read() if name == "-" else b""
    from kg.isolation import isolated
    from kg.store import open_graph

    def work(store: "Store") -> "Result":
        # Even to parse a query can crash the engine, so that is done in there as well.
        found = queries.parse(content, Path("standard input")) if name == "-" else queries.find(name)
        return queries.run(found, store, values, limit, iris)

    result = isolated(lambda: open_graph(graph), work, timeout, "the query" if name == "-" else f"the query {name}")
    _print_result(result, form, quiet, limit)


@app.command(
    epilog='[bold]kg ask "who mediates between Armenia and Azerbaijan?" graph.ttl[/]\n\n'
    "[bold]kg ask --list[/]  the questions that are understood"
)
def ask(
    question: Annotated[str | None, typer.Argument(metavar="QUESTION", help="A question in English.")] = None,
    graph: Annotated[Path | None, typer.Argument(metavar="GRAPH", help="An RDF file or a store's folder.")] = None,
    form: Annotated[Format | None, typer.Option("--format", "-f", help="How the answer is printed.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Print this many rows at most.")] = None,
    timeout: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="Stop a query that takes longer.")] = 60,
    sparql: Annotated[bool, typer.Option("--sparql", help="Print the query as SPARQL, instead of its answer.")] = False,
    show: Annotated[bool, typer.Option("--list", help="List the questions that are understood and leave.")] = False,
) -> None:
    """Ask in plain English; only questions of a known form are understood, and the query that is run is shown."""
    from kg import ask as asking
    from kg import queries

    if show:
        print_table(("question", "query"), [(p.text, p.query) for p in asking.patterns()])
        return
    if question is None or graph is None:
        raise UsageError("a question and a graph are needed", "kg ask --list shows the questions")
    from kg.isolation import isolated
    from kg.store import open_graph

    def work(store: "Store") -> tuple[str, str, "Result"]:
        understood = asking.understand(question, store)
        found = queries.find(understood.query)
        text = queries.bind(found, store, understood.parameters)
        return understood.call(graph), text, queries.ask(text, store, limit)

    call, text, result = isolated(lambda: open_graph(graph), work, timeout, "the query")
    say(f"runs: {call}")
    if sparql:
        write(text)
    else:
        _print_result(result, form, False, limit)


@app.command(
    epilog="[bold]kg view alliances graph.ttl[/]  its edges as a table\n\n"
    "[bold]kg view mediation graph.ttl -o mediation.html[/]  a page for the browser\n\n"
    "[bold]kg view conflict graph.ttl --level side --from 2020 --min-documents 2 -o conflict.svg[/]\n\n"
    "[bold]kg view ego Armenia graph.ttl -o armenia.html[/]  one actor with all around it\n\n"
    "[bold]kg view timeline Armenia Azerbaijan graph.ttl[/]  what is told between two, in order"
)
def view(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME [ACTOR]... GRAPH",
            help="alliances, claims, conflict, contested, ego, mediation, mediators, offices, signed or timeline; for ego an "
            "actor, for timeline up to two; an RDF file or a store's folder.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="The file to write: .html .svg .png .graphml .gexf .json .cyjs .csv .dot .mmd."
        ),
    ] = None,
    start: Annotated[str | None, typer.Option("--from", metavar="DATE", help="Edges that hold at or after it.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Edges that hold at or before it.")] = None,
    undated: Annotated[bool, typer.Option("--undated/--no-undated", help="Keep edges without a date.")] = True,
    min_documents: Annotated[int, typer.Option(help="Independent documents that an edge needs.")] = 1,
    min_confidence: Annotated[float, typer.Option(help="Confidence that a statement needs, 0 to 1.")] = 0.0,
    include: Annotated[list[str] | None, typer.Option(metavar="claimed", help="Add what is only claimed.")] = None,
    level: Annotated[
        str, typer.Option(help="actor, or side: forces, ministries and leaders as their states.")
    ] = "actor",
    predicate: Annotated[list[str] | None, typer.Option(help="Only these relations, such as attacks.")] = None,
    source: Annotated[
        list[str] | None, typer.Option(help="Only what these documents, publishers or speakers say.")
    ] = None,
    depth: Annotated[int | None, typer.Option(help="How many steps ego goes.")] = None,
    measure: Annotated[
        list[str] | None, typer.Option(help="degree, betweenness, communities or brokers, for each actor.")
    ] = None,
) -> None:
    """Draw one side of a graph, or list its edges."""
    from kg import views

    if len(words) < 2:
        raise UsageError("a view and a graph are needed", f"views are {', '.join(views.names())}")
    name, *actors, graph = words
    for what in include or ():
        if what != "claimed":
            raise UsageError(f"nothing to include is called {what!r}", "only claimed can be included")
    options = views.Options(
        start,
        end,
        undated,
        min_documents,
        min_confidence,
        bool(include),
        level,
        tuple(predicate or ()),
        tuple(source or ()),
    )
    views.check(name, options, actors, depth, measure or (), output)
    if output is not None:
        from kg.run import check_place

        check_place(output)
    from kg.store import open_graph

    drawn = views.build(name, open_graph(Path(graph)), options, actors=actors, depth=depth)
    views.measure(drawn, *(measure or ()))
    if output is not None:
        views.write(drawn, output)
        return
    columns, rows = views.actor_rows(drawn) if measure else views.edge_rows(drawn)
    print_table(columns, rows)
    for note in drawn.graph["notes"]:
        say(note)


@app.command(epilog="[bold]kg report graph.ttl -o report.html[/]")
def report(
    graph: Graph,
    output: Annotated[Path, typer.Option("--output", "-o", help="The page to write: .html.")],
) -> None:
    """Write one page about a whole graph: counts, pictures, mediators, disputes, casualties, timeline."""
    from kg import report as reports
    from kg.run import check_place
    from kg.store import open_graph

    reports.check(output)
    check_place(output)
    reports.write(open_graph(graph), output, graph.name)


@app.command(
    epilog='[bold]kg show "Kenya accused Somalia of shelling the border."[/]\n\n'
    "[bold]kg show - -o page.html < article.txt[/]  a page that draws each sentence"
)
def show(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A text in quotation marks, or - for standard input.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The page to write: .html.")] = None,
    date: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="When the text was published.")] = None,
) -> None:
    """Show what each sentence of a text says, without building a graph."""
    from kg import show as showing
    from kg.rdf import replace
    from kg.readers.metadata import valid_date
    from kg.run import check_place

    if output is not None:
        showing.check(output)
        check_place(output)
    if date is not None and valid_date(date) is None:
        raise UsageError(f"no such date: {date}", "write it as YYYY-MM-DD")
    found = showing.sentences(sys.stdin.buffer.read().decode("utf-8", "replace") if text == "-" else text, date)
    if output is None:
        write("\n".join(showing.lines(found)))
    else:
        replace(output, [showing.page(found).encode("utf-8", "backslashreplace")])


@app.command(
    epilog="[bold]kg explain Turkey Azerbaijan graph.ttl[/]",
)
def explain(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="A name as in the graph.")],
    obj: Annotated[str, typer.Argument(metavar="OBJECT", help="Another name.")],
    graph: Graph,
) -> None:
    """Show each statement between two: its sentence, its source, and the rule that found it."""
    from kg import queries
    from kg.isolation import isolated
    from kg.store import open_graph

    rows = isolated(lambda: open_graph(graph), lambda store: queries.explain(subject, obj, store), None, "the query")
    if not rows:
        say(f"no statement between {subject} and {obj}")
        return
    write("\n".join(_explained(row) for row in rows))


@app.command(
    epilog="[bold]kg export graph.ttl -o graph.jsonld[/]  another RDF format\n\n"
    "[bold]kg export graph.ttl -o events.csv --format events --include claimed[/]  event records\n\n"
    "[bold]kg export store/ -o bundle.json --format stix[/]  for OpenCTI"
)
def export(
    graph: Graph,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="The file to write: .ttl .nt .nq .trig .jsonld .rdf choose the format."),
    ],
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            metavar="NAME",
            help="casualties, events, ftm, jsonld, nanopubs, neo4j (a folder) or stix.",
        ),
    ] = None,
    include: Annotated[
        list[str] | None,
        typer.Option(metavar="STANCE", help="With a format, add what is claimed, hypothetical or negated."),
    ] = None,
) -> None:
    """Write a graph in another RDF format, or in a format of another field."""
    from kg.run import check_place
    from kg.store import base_of, open_graph

    if form is None:
        from kg import rdf

        if include:
            raise UsageError("an RDF file holds all statements", "give --include with --format")
        rdf.file_format(output)
        check_place(output)
        rdf.convert(open_graph(graph), output, base_of(graph))
        return
    from kg import exports

    exports.check(form, output, include or ())
    check_place(output, folder=not exports.FORMATS[form])
    if left := exports.write(open_graph(graph), output, form, include or ()):
        say(f"{left} statements have no place in {form}")


@app.command(epilog="[bold]kg status store/[/]")
def status(store: Folder) -> None:
    """Tell what a store holds, what built it, what is stale, and whether it is damaged."""
    from kg import upkeep

    found = upkeep.status(store)
    rows = [
        ("generation", str(found.generation)),
        ("documents", str(found.documents)),
        ("statements", str(found.statements)),
        ("entities", str(found.entities)),
        ("size in bytes", str(found.size)),
        ("judgements on identity", str(found.judgements)),
        ("stale documents", str(found.stale) + (" (build with --refresh)" if found.stale else "")),
        ("waiting", str(found.waiting) + (" (build again to go on)" if found.waiting else "")),
        *(
            (f"built by kg {v.tool or '?'}", f"{n} documents; {v.model or '?'}; rules {v.extractor or '?'}; ontology {v.ontology or '?'}")
            for v, n in found.versions
        ),
        ("damage", "; ".join(found.damage) or "none"),
    ]  # fmt: skip
    print_table(("what", "value"), rows)
    if found.damage:
        raise KgError(f"the store {store} is damaged", "restore it from a backup, or build it again")


@app.command(epilog="[bold]kg remove store/ a.txt news/b.html[/]")
def remove(
    store: Folder,
    documents: Annotated[list[str], typer.Argument(metavar="DOC", help="Identifiers, keys or IRIs of documents.")],
) -> None:
    """Take documents out of a store, with all that only they support."""
    from kg import upkeep

    for name in upkeep.remove(store, documents):
        say(f"removed {name}")


@app.command(epilog="[bold]kg merge one/ other/ -o both/[/]")
def merge(
    stores: Annotated[list[Path], typer.Argument(metavar="STORE", help="Folders of stores.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder of the new store.")],
) -> None:
    """Make one store of several, as if their documents had been built together."""
    from kg import upkeep
    from kg.run import check_place

    check_place(output, folder=True)
    say(f"{output} holds {upkeep.merge(stores, output)} documents")


@app.command(epilog="[bold]kg diff old/ new/[/]  stores or RDF files")
def diff(
    before: Graph,
    after: Graph,
    form: Annotated[Format, typer.Option("--format", "-f", help="table, csv, tsv or json.")] = Format.TABLE,
) -> None:
    """List the statements that were added, removed or changed from one graph to another, by document."""
    from kg import queries, upkeep

    columns = ("document", "change", "subject", "predicate", "object", "detail", "sentence")
    found = upkeep.diff(before, after)
    rows = [tuple(getattr(one, column) for column in columns) for one in found]
    if form is Format.TABLE:
        print_table(columns, rows)
    elif form is Format.TTL:
        raise UsageError("a difference is no graph", "choose table, csv, tsv or json")
    elif form is Format.JSON:
        write(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], ensure_ascii=False, indent=1))
    else:
        write(queries.format_result(queries.Result(columns, tuple(rows), ()), form.value))
    counts = {change: sum(one.change == change for one in found) for change in ("added", "removed", "changed")}
    say(", ".join(f"{count} {change}" for change, count in counts.items()))


@app.command(epilog="[bold]kg upgrade store/[/]")
def upgrade(store: Folder) -> None:
    """Bring a store of an older version up to date; the old files are kept beside it."""
    from kg import upkeep

    count, backup = upkeep.upgrade(store)
    say(f"{store} is up to date with {count} documents; as it was before: {backup}")


@app.command(
    epilog="[bold]kg resolve store/[/]  what is proposed\n\n"
    "[bold]kg resolve store/ --apply[/]  record what the rules are sure of\n\n"
    "[bold]kg resolve store/ -o review.tsv[/]  a list to write verdicts into, and then --review review.tsv"
)
def resolve(
    store: Folder,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the proposals as a review list.")] = None,
    use: Annotated[bool, typer.Option("--apply", help="Record the verdicts of the rules.")] = False,
    review: Annotated[Path | None, typer.Option(metavar="TSV", help="Record the verdicts of a review list.")] = None,
    undo: Annotated[str | None, typer.Option(metavar="KEY=KEY", help="Take back what is recorded on a pair.")] = None,
    clear: Annotated[str | None, typer.Option(metavar="JUDGE", help="Take back all of rule, review, or all.")] = None,
) -> None:
    """Propose who is the same as whom across documents; record it, or take it back."""
    from kg import resolve as resolution
    from kg.ledger import REVIEW, RULE

    if sum((output is not None, use, review is not None, undo is not None, clear is not None)) > 1:
        raise UsageError("one thing at a time", "give one of -o, --apply, --review, --undo, --clear")
    if undo is not None:
        first, equals, second = undo.partition("=")
        if not equals:
            raise UsageError(f"not a pair: {undo}", "write --undo first-key=second-key")
        counts = resolution.undo(store, pair=(first, second))
    elif clear is not None:
        if clear not in ("all", RULE, REVIEW):
            raise UsageError(f"no such judge: {clear}", "write rule, review or all")
        counts = resolution.undo(store, judge=None if clear == "all" else clear)
    elif review is not None:
        counts = resolution.record(store, resolution.reviewed(review), REVIEW)
    else:
        proposals = resolution.propose(store)
        if use:
            counts = resolution.record(store, proposals)
        elif output is not None:
            output.write_text(resolution.listing(proposals), encoding="utf-8")
            say(f"{len(proposals)} pairs in {output}")
            return
        else:
            rows = [(p.first_name, p.second_name, f"{p.score:.2f}", p.verdict or "?", p.evidence) for p in proposals]
            print_table(("first", "second", "score", "verdict", "evidence"), rows)
            return
    say(f"{counts[0]} pairs are the same, {counts[1]} are not")


@app.command(epilog="[bold]kg validate graph.ttl[/]")
def validate(graph: Graph) -> None:
    """Check a graph against the ontology's shapes; exit with 1 if it does not conform."""
    from kg import shapes

    violations = shapes.validate(graph)
    if not violations:
        say(f"{graph} conforms")
        return
    rows = [(v.message, v.focus, v.path, v.value, v.shape) for v in violations]
    print_table(("message", "focus", "path", "value", "shape"), [tuple(str(c or "") for c in row) for row in rows])
    say(f"{graph} does not conform: {len(rows)} violations")
    raise typer.Exit(1)


@app.command(
    epilog="[bold]kg serve graph.ttl --port 8000[/]  then open http://127.0.0.1:8000/\n\n"
    "[bold]KG_TOKEN=… kg serve graph.ttl --host 0.0.0.0[/]  for whoever has the token\n\n"
    "[bold]kg serve graph.ttl --host 0.0.0.0 --public --allow-origin '*'[/]  for everybody"
)
def serve(
    graph: Graph,
    port: Annotated[int, typer.Option(help="The port to listen on.", min=0, max=65535)] = 8000,
    host: Annotated[
        str, typer.Option(help="The address to listen on; others than this machine's need what follows.")
    ] = "127.0.0.1",
    token: Annotated[
        str, typer.Option(envvar="KG_TOKEN", help="Answer only to who sends this, as Bearer or as the password.")
    ] = "",
    public: Annotated[bool, typer.Option("--public", help="Let anybody ask who can reach the address.")] = False,
    allow_origin: Annotated[
        list[str] | None, typer.Option(metavar="ORIGIN", help="Let scripts of this web site read; * for all.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="What a query may take.")] = 30,
    memory: Annotated[int, typer.Option(min=256, metavar="MIB", help="Memory that a query may take.")] = 2048,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Queries that may run at the same time.")] = 12,
) -> None:
    """Serve a graph, read-only: SPARQL at /sparql, a page to explore at /. Ctrl-C ends it."""
    from kg import server

    access = server.Access(host, token, public, tuple(allow_origin or ()))
    server.serve(graph, port, access, timeout, workers, memory << 20)


@app.command(epilog="[bold]kg evaluate gold/ --by-predicate[/]")
def evaluate(
    gold: Annotated[Path, typer.Argument(metavar="GOLD-DIR", help="A folder with a.txt and a.json for each article.")],
    by_predicate: Annotated[bool, typer.Option("--by-predicate", help="Scores for each predicate as well.")] = False,
    errors: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write each missed and spurious triple as a line of JSON.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Build from articles that readers have annotated, and score what comes out."""
    from kg import evaluation

    result = evaluation.evaluate(gold)
    mistakes, predicates = result.pop("errors"), result.pop("by_predicate")
    assert isinstance(mistakes, list) and isinstance(predicates, dict)  # noqa: S101 - narrows for the type checker
    if errors is not None:
        errors.write_text("".join(json.dumps(e, ensure_ascii=False) + "\n" for e in mistakes), encoding="utf-8")
    if as_json:
        write(json.dumps({**result, "by_predicate": predicates} if by_predicate else result))
        return
    columns = ("", "precision", "recall", "F1", "right", "spurious", "missed")
    print_table(columns, evaluation.table(result))
    if by_predicate:
        rows = [(p, *(f"{rate:.3f}" for rate in v[:3]), *map(str, v[3:])) for p, v in predicates.items()]
        print_table(("predicate (side level)", *columns[1:]), rows)


def _print_result(result: "Result", form: Format | None, quiet: bool, limit: int | None) -> None:
    """An answer in the form that was asked for; says on standard error where a limit has cut it."""
    from kg import queries

    if quiet:
        if not (result.rows if result.answer is None else result.answer):
            raise typer.Exit(1)
        return
    if form is None:
        form = Format.TTL if result.graph else Format.TABLE
    if form is Format.TABLE:
        print_table(result.columns, result.rows)
    else:
        write(queries.format_result(result, form.value))
    if result.more:
        say(f"only the first {limit} rows are shown, as --limit says; there are more")


def _assignments(given: Sequence[str]) -> dict[str, str]:
    """The values of `--param name=value`, each name once."""
    values: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"not a parameter: {text}", "write --param name=value")
        if name in values:
            raise UsageError(f"the parameter {name} is given twice", "give each once")
        values[name.strip()] = value
    return values


def _explained(found: "Evidence") -> str:
    """One statement for a reader: what, the sentence, where it stands and who says so."""
    what = f"{found.subject} {found.predicate} {found.object}"
    what += " [negated]" * found.negated + " [hypothetical]" * found.hypothetical
    source = [found.document + (f", {found.published}" if found.published else "")]
    source += [f"when {found.date}"] if found.date else []
    source += [f"according to {', '.join(found.attributed_to)}"] if found.attributed_to else []
    source += [f"confidence {found.confidence:g}"]
    source += [f"rule {found.rule}"] if found.rule else []
    return f'{what}\n  "{" ".join(found.sentence.split())}"\n  {"; ".join(source)}\n'
