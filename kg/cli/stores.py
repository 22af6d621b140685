"""Commands for the upkeep of stores: status, remove, merge, diff, upgrade, resolve."""

import json
from pathlib import Path
from typing import Annotated

import typer

from kg.cli.calls import Folder, Format, Graph, app
from kg.errors import KgError, UsageError
from kg.terminal import print_table, say, write


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
    stores: Annotated[list[Path], typer.Argument(metavar="STORE", help="Folders of stores, or of parts.")],
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
        if use:
            counts = resolution.record(store, resolution.propose(store))
        elif output is not None:
            proposals = resolution.listed(store)
            output.write_text(resolution.listing(proposals), encoding="utf-8")
            say(f"pairs in {output}: {len(proposals)}")
            return
        else:
            proposals = resolution.listed(store)
            rows = [(p.first_name, p.second_name, f"{p.score:.2f}", p.verdict or "?", p.evidence) for p in proposals]
            print_table(("first", "second", "score", "verdict", "evidence"), rows)
            return
    say(f"pairs recorded as the same: {counts[0]}, as different: {counts[1]}")
