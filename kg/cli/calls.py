"""What the commands share: the program itself, the options that all have, and the arguments that several take."""

import copy
import functools
import inspect
import os
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from kg.terminal import LogFormat, say, speak

_PANEL = "Options of every command"


def _configured(ctx: typer.Context, given: Path | None) -> Path | None:
    """Reads the configuration before any other option, so that it gives their defaults."""
    if given is not None or Path("kg.toml").is_file():
        from kg.cli import config  # here, as most calls have none

        config.apply(ctx, given or Path("kg.toml"), lambda: complete(app))
    return given


_COMMON: dict[str, tuple[Any, Any]] = {
    "config": (
        Annotated[
            Path | None,
            typer.Option(
                metavar="FILE", envvar="KG_CONFIG", is_eager=True, callback=_configured, rich_help_panel=_PANEL,
                help="Defaults of options; otherwise kg.toml of the current folder, if there is one.",
            ),
        ],
        None,
    ),
    "ontology": (
        Annotated[
            Path | None,
            typer.Option(
                metavar="DIR", envvar="KG_ONTOLOGY", rich_help_panel=_PANEL,
                help="A folder of your own relations, names and queries, laid over those that are shipped.",
            ),
        ],
        None,
    ),
    "quiet": (
        Annotated[bool, typer.Option("--quiet", rich_help_panel=_PANEL, help="Say only what went wrong.")],
        False,
    ),
    "verbose": (
        Annotated[bool, typer.Option("--verbose", rich_help_panel=_PANEL, help="Say more of what is done.")],
        False,
    ),
    "log_format": (
        Annotated[
            LogFormat,
            typer.Option(envvar="KG_LOG_FORMAT", rich_help_panel=_PANEL, help="Messages as text, or as lines of JSON."),
        ],
        LogFormat.TEXT,
    ),
}  # fmt: skip


def _with_common(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the options that all have, apart from those that it has itself under the same name."""
    signature = inspect.signature(command, eval_str=True)
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in _COMMON.items()
        if name not in signature.parameters
    ]

    @functools.wraps(command)
    def run(**given: Any) -> None:
        common = {parameter.name: given.pop(parameter.name) for parameter in added}
        speak(common.get("quiet", False), common["verbose"], common["log_format"])
        if common["ontology"] is not None:
            os.environ["KG_ONTOLOGY"] = os.path.abspath(common["ontology"])
            say(f"ontology: {common['ontology']}", "detail")
        command(**given)

    run.__signature__ = signature.replace(parameters=[*signature.parameters.values(), *added])  # type: ignore[attr-defined]
    run.__annotations__ = command.__annotations__ | {parameter.name: parameter.annotation for parameter in added}
    return run


app = typer.Typer(
    name="kg",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Who is allied with, fights, or mediates between whom, read from news, with the sentence behind each fact.",
    epilog="Begin with: [bold]kg build articles/ -o graph.ttl[/] and then [bold]kg query alliances graph.ttl[/]",
)

ExtractorOptions = Annotated[
    list[str] | None,
    typer.Option("--extractor-option", metavar="NAME.OPTION=VALUE", help="As llm.timeout=60; may be repeated."),
]
ModelUrl = Annotated[
    str | None, typer.Option("--llm-url", metavar="URL", help="Where llm answers: http://localhost:11434/v1")
]
ModelName = Annotated[str | None, typer.Option("--llm-model", metavar="NAME", help="The model that llm asks.")]
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


def complete(program: typer.Typer) -> typer.Typer:
    """A program, or a group of its commands, in which every command has the common options."""
    made = copy.copy(program)
    made.registered_commands = [copy.copy(info) for info in program.registered_commands]
    made.registered_groups = [copy.copy(info) for info in program.registered_groups]
    for command in made.registered_commands:
        if command.callback is not None:
            command.callback = _with_common(command.callback)
    for group in made.registered_groups:
        if group.typer_instance is not None:
            group.typer_instance = complete(group.typer_instance)
    return made


def tailored(call: Sequence[str]) -> typer.Typer:
    """What a call needs of the program: the command that it names, with its options.

    To build all commands with all options takes longer than most answers.
    """
    if "_KG_COMPLETE" in os.environ:
        return complete(app)
    named = next((word for word in call if not word.startswith("-")), "")
    part = copy.copy(app)
    part.registered_commands = [c for c in app.registered_commands if c.callback and c.callback.__name__ == named]
    part.registered_groups = [group for group in app.registered_groups if group.name == named]
    return complete(part) if part.registered_commands or part.registered_groups else app
