"""Commands that write a graph for others: view, report, export."""

from pathlib import Path
from typing import Annotated

import typer

from kg.cli import completion
from kg.cli.calls import Graph, app
from kg.errors import UsageError
from kg.terminal import print_table, say


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
            autocompletion=completion.views,
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
        str,
        typer.Option(
            help="actor, or side: forces, ministries and leaders as their states.", autocompletion=completion.levels
        ),
    ] = "actor",
    predicate: Annotated[
        list[str] | None,
        typer.Option(help="Only these relations, such as attacks.", autocompletion=completion.predicates),
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option(help="Only what these documents, publishers or speakers say.")
    ] = None,
    depth: Annotated[int | None, typer.Option(help="How many steps ego goes.")] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            help="degree, betweenness, communities or brokers, for each actor.", autocompletion=completion.measures
        ),
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
            autocompletion=completion.formats,
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
