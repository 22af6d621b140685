"""docs/calls.md, from the commands themselves, and docs/api.md, from the public names of `kg` and their docstrings."""

import inspect
import re
import typing
from collections.abc import Iterator
from typing import Any

import typer

import kg
from kg.cli import app

_MARK = re.compile(r"\[/?[a-z]*\]")  # of rich, in help texts
_MODULE = re.compile(r"\b(?:[a-z_]\w*\.)+(?=[A-Za-z_])")  # collections.abc.Iterator → Iterator
_COMMON = "Options of every command"


def calls() -> str:
    """The page on the commands, in Markdown."""
    lines = [
        "# Commands", "",
        "Made from the commands' own help (`kg COMMAND --help`); `make docs` writes it anew. Options that every command has,",
        "exit statuses and configuration files are in [At the command line](commands.md).",
    ]  # fmt: skip
    for words, command in _commands("kg", typer.main.get_command(app)):
        arguments = [one for one in command.params if one.param_type_name == "argument"]
        options = [one for one in command.params if one.param_type_name == "option" and _shown(one)]
        usage = " ".join([words, *map(_argument, arguments), *["[OPTIONS]"] * bool(options)])
        lines += ["", f"## {words}", "", f"`{usage}`", "", *_plain(command.help)]
        if arguments or options:
            lines += ["", "| | |", "| --- | --- |"]
            lines += [f"| `{_name(one)}` | {_cell(one.help)} |" for one in arguments]
            lines += [f"| {_option(one)} | {_cell(one.help)} |" for one in options]
        if command.epilog:
            lines += ["", "Examples:", "", "```sh", *_examples(command.epilog), "```"]
    return "\n".join(lines) + "\n"


def api() -> str:
    """The page on the public names, in Markdown."""
    lines = [
        "# Python names", "",
        "Made from the docstrings; `make docs` writes it anew. How they work together is told in [From Python](python.md). All",
        "are typed and loaded when first used, so `import kg` costs nothing.",
    ]  # fmt: skip
    for name in kg.__all__:
        found = getattr(kg, name)
        if callable(found):
            lines += ["", f"## kg.{name}", "", *_signature(f"kg.{name}", found), "", *_docstring(found)]
        for part, method in _methods(found):
            lines += [
                "",
                f"### {name}.{part}",
                "",
                *_signature(f"{name.lower()}.{part}", method),
                "",
                *_docstring(method),
            ]
    return "\n".join(lines) + "\n"


def _commands(words: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Each command with the words that call it; a group is its commands."""
    if inner := getattr(command, "commands", None):
        for name, one in inner.items():
            yield from _commands(f"{words} {name}", one)
    else:
        yield words, command


def _shown(option: Any) -> bool:
    return not option.hidden and option.rich_help_panel != _COMMON and option.name != "help"


def _name(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper()).strip("[]")


def _argument(argument: Any) -> str:
    name = _name(argument) + "..." * (argument.nargs == -1 and "..." not in _name(argument))
    return name if argument.required else f"[{name}]"


def _option(option: Any) -> str:
    value = "" if option.is_flag else f" {option.metavar or 'VALUE'}".replace("|", " or ")  # a bar would end the cell
    return ", ".join(f"`{one}{value}`" for one in [*option.opts, *option.secondary_opts])


def _cell(text: str | None) -> str:
    return " ".join(_plain(text)).replace("|", "\\|")


def _plain(text: str | None) -> list[str]:
    return _MARK.sub("", inspect.cleandoc(text or "")).replace("<", "&lt;").split("\n")


def _examples(epilog: str) -> Iterator[str]:
    for line in inspect.cleandoc(epilog).split("\n"):
        if line:
            call, _, why = (part.strip() for part in line.partition("[/]"))
            yield _MARK.sub("", call) + f"  # {why}" * bool(why)


def _methods(found: object) -> Iterator[tuple[str, Any]]:
    """The public methods of a class of ours, in the order of the code."""
    if inspect.isclass(found):
        for name, member in vars(found).items():
            if not name.startswith("_") and inspect.isfunction(member) and inspect.getdoc(member):
                yield name, member


def _signature(name: str, found: Any) -> list[str]:
    """How it is called, with short names of types, in a line or one for each parameter."""
    signature = inspect.signature(found)
    parts, named = [], False
    for one in signature.parameters.values():
        if one.name == "self":
            continue
        if one.kind is one.KEYWORD_ONLY and not named:
            parts, named = [*parts, "*"], True
        star = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
        default = "" if one.default is one.empty else f" = {'…' if callable(one.default) else repr(one.default)}"
        parts.append(f"{star}{one.name}{_annotation(one.annotation)}{default}")
    ended = "" if inspect.isclass(found) else _annotation(signature.return_annotation, " -> ")
    whole = f"{name}({', '.join(parts)}){ended}"
    if len(whole) > 100:
        whole = "\n".join([f"{name}(", *(f"    {part}," for part in parts), f"){ended}"])
    return ["```python", *whole.split("\n"), "```"]


def _annotation(annotation: object, before: str = ": ") -> str:
    if annotation is inspect.Signature.empty:
        return ""
    plain = inspect.isclass(annotation) and not typing.get_args(annotation)
    text = annotation.__qualname__ if plain else str(annotation).replace("'", "")  # type: ignore[attr-defined]
    return before + _MODULE.sub("", text)


def _docstring(found: Any) -> list[str]:
    """The docstring with its examples as code."""
    lines: list[str] = []
    inside = False
    for line in (inspect.getdoc(found) or "").split("\n"):
        if line.startswith(">>>") and not inside:
            lines, inside = [*lines, "```python"], True
        elif not line and inside:
            lines, inside = [*lines, "```"], False
        lines.append(line)
    return [*lines, "```"] if inside else lines
