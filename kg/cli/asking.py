"""Commands that ask a graph: query, ask, explain."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli import completion
from kg.cli.calls import Format, Graph, app
from kg.errors import UsageError
from kg.terminal import print_table, say, write

if TYPE_CHECKING:
    from pyoxigraph import Store

    from kg.queries import Evidence, Result


@app.command(
    epilog="[bold]kg query --list[/]  the saved queries with their parameters\n\n"
    "[bold]kg query alliances graph.ttl[/]  a saved query as a table\n\n"
    "[bold]kg query claims graph.ttl --param source=Armenia --format csv[/]\n\n"
    "[bold]kg query my.rq graph.ttl[/]  a query of your own, or - for standard input"
)
def query(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME-OR-FILE",
            help="A saved query, a .rq file, or - for standard input.",
            autocompletion=completion.queries,
        ),
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
