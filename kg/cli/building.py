"""Commands that read texts: build, show, and the names that are known."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from kg.cli.calls import ExtractorOptions, ModelName, ModelUrl, TableOrJson, app
from kg.errors import KgError, UsageError
from kg.terminal import print_table, progress, say, write


@app.command(
    epilog="[bold]kg build news/ -o graph.ttl[/]  a folder\n\n"
    "[bold]kg build a.txt b.html --date 2022-11-10 -o graph.nq[/]  two files, for which a date is known\n\n"
    "[bold]cat records.jsonl | kg build - --store graph/[/]  standard input into a store\n\n"
    "[bold]kg build news/ -o graph.ttl --extractor rules[/]  read by the rules alone, or by a model: docs/extractors.md"
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
        bool,
        typer.Option("--allow-network", help="Fetch inputs that are web addresses; let extractors use the network."),
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Processes that extract; by default one for each core.")
    ] = None,
    copies: Annotated[
        bool | None,
        typer.Option("--copies/--no-copies", help="Link documents that print one text, so that they count once."),
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(metavar="processes|ray", help="Make parts in the folder -o, of which none is made twice."),
    ] = None,
    extractor: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who reads: default, rules, llm, gliner or a registered one.")
    ] = None,
    extractor_option: ExtractorOptions = None,
    llm_url: ModelUrl = None,
    llm_model: ModelName = None,
) -> None:
    """Build a graph from articles: .txt .md .html .docx .pdf .jsonl .csv .tsv .parquet .rss .atom .xml .warc, each also as .gz.

    [dim]a.meta.json[/] beside [dim]a.txt[/] gives its date, title, url and source.

    What cannot be read is named and skipped, the rest is built.
    """
    from kg import extractors, run

    chosen = [] if extractor is None else [extractor]
    made = extractors.select(chosen, extractor_option or (), llm_url, llm_model, names or (), allow_network)
    with progress() as on_event:
        report = run.build(
            inputs, output, store=store, date=date, base=base, prune=prune, refresh=refresh, network=allow_network,
            gazetteer=names or (), workers=workers, copies=copies, engine=engine,
            extractor=made[0] if made else None, on_event=on_event,
        )  # fmt: skip
    say(str(report))
    if report.stored + report.unchanged == 0:
        raise KgError("nothing was built", "none of the inputs could be used; nothing was written")
    if strict and report.skipped:
        raise typer.Exit(1)


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
