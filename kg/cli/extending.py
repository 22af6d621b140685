"""Commands that begin something of a user's own: new relation."""

import os
from typing import Annotated

import typer

from kg.cli.calls import app
from kg.errors import UsageError
from kg.terminal import say, write

new = typer.Typer(no_args_is_help=True, help="Begin something of your own in an ontology folder.")
app.add_typer(new, name="new")


@new.callback(epilog="[bold]kg new relation 'grants amnesty to' --ontology my-ontology[/]")
def _new() -> None:
    """Begin something of your own in an ontology folder."""


@new.command(
    epilog="[bold]kg new relation 'grants amnesty to' --ontology my-ontology[/]\n\n"
    "[bold]kg new relation grantsAmnestyTo --domain State --range Force --range Group --ontology my-ontology[/]"
)
def relation(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As it is said: 'grants amnesty to'.")],
    domain: Annotated[
        list[str] | None, typer.Option(metavar="CLASS", help="Who can do it, as Actor or State; may be repeated.")
    ] = None,
    range_: Annotated[
        list[str] | None, typer.Option("--range", metavar="CLASS", help="To whom or what; may be repeated.")
    ] = None,
) -> None:
    """Write the stanza of a relation, a worked frame and examples into the folder that --ontology names."""
    from kg import extending, resources

    folder = resources.named()
    if folder is None:
        raise UsageError(
            "where shall it be written?", "name a folder with --ontology DIR; it is made if it is not there"
        )
    folder.mkdir(parents=True, exist_ok=True)
    written = extending.new_relation(name, folder, tuple(domain or ("Actor",)), tuple(range_ or ("Actor",)))
    write("\n".join(os.path.relpath(path) for path in written))
    say(f"next: say in {written[0].name} what it means, and run: kg check {os.path.relpath(folder)}")
