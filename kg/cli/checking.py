"""Commands that judge: a graph, an ontology, the installation, the extraction."""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from kg.cli.calls import ExtractorOptions, Graph, ModelName, ModelUrl, app
from kg.errors import UsageError
from kg.terminal import print_table, say, write


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
    epilog="[bold]kg check my-ontology[/]  a folder of your own, over what is shipped\n\n"
    "[bold]kg check[/]  what is shipped, or the folder that --ontology names"
)
def check(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="A folder of relations, names and queries.")
    ] = None,
) -> None:
    """Find what is missing, unreachable or contradictory in an ontology and its queries; exit with 1 if it is an error.

    The examples of a folder of your own are read by the rules, and have to give what they say.
    """
    from kg import inspection

    if folder is not None:
        os.environ["KG_ONTOLOGY"] = os.path.abspath(folder)
    found = inspection.inspect()
    write("".join(f"{problem}\n" for problem in found))
    errors = sum(problem.error for problem in found)
    say(f"{errors} errors, {len(found) - errors} warnings")
    if errors:
        raise typer.Exit(1)


@app.command(
    epilog="[bold]kg doctor[/]  the installation\n\n[bold]kg doctor store/ --json[/]  a store as well, for a program"
)
def doctor(
    store: Annotated[Path | None, typer.Argument(metavar="DIR", help="The folder of a store.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show versions, the language model, the ontology, what is optional, and whether a store is sound; exit with 1 if not."""
    from kg import doctor as examination

    found = examination.examine(store)
    broken = [one for one in found if one.state == "broken"]
    if as_json:
        write(json.dumps({"sound": not broken, "findings": [asdict(one) for one in found]}, ensure_ascii=False))
    else:
        print_table(("what", "state", "value", "hint"), [(one.what, one.state, one.value, one.hint) for one in found])
    if broken:
        say(f"broken: {', '.join(one.what for one in broken)}", "error")
        raise typer.Exit(1)


@app.command(
    epilog="[bold]kg evaluate gold/ --by-predicate[/]\n\n"
    "[bold]kg evaluate gold/ --extractor default --extractor rules[/]  two extractors in one table"
)
def evaluate(
    gold: Annotated[Path, typer.Argument(metavar="GOLD-DIR", help="A folder with a.txt and a.json for each article.")],
    by_predicate: Annotated[bool, typer.Option("--by-predicate", help="Scores for each predicate as well.")] = False,
    errors: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write each missed and spurious triple as a line of JSON.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores as JSON.")] = False,
    extractor: Annotated[
        list[str] | None,
        typer.Option(
            "--extractor", metavar="NAME", help="default, rules, llm, gliner or a registered one; may be repeated."
        ),
    ] = None,
    extractor_option: ExtractorOptions = None,
    llm_url: ModelUrl = None,
    llm_model: ModelName = None,
    allow_network: Annotated[bool, typer.Option("--allow-network", help="Let extractors use the network.")] = False,
) -> None:
    """Build from articles that readers have annotated, and score what comes out; compare extractors."""
    from kg import evaluation, extractors

    made = extractors.select(extractor or (), extractor_option or (), llm_url, llm_model, network=allow_network)
    if made:
        if by_predicate or errors is not None:
            raise UsageError("a comparison has neither --by-predicate nor --errors", "leave them or --extractor away")
        rivals = evaluation.compare(gold, made, lambda what: say(str(what)))
        if as_json:
            write(json.dumps([asdict(rival) for rival in rivals]))
        else:
            print_table(evaluation.COMPARED, evaluation.comparison(rivals))
        return
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
