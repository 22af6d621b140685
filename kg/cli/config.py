"""Defaults of options from a file: `kg.toml`, with the names that the options have on the command line.

What stands at the top holds for every command that has the option; a table such as [query], [gazetteer.lookup] for one.
"""

import difflib
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from kg.errors import UsageError

# What is no default: it is asked for when it is wanted.
_NEVER = frozenset({"--help", "--config", "--version", "--list", "--install-completion", "--show-completion"})


def apply(ctx: typer.Context, path: Path, program: Callable[[], typer.Typer]) -> None:
    """Makes the values of a file the defaults of the command that `ctx` is about to run.

    `program` gives all commands with all their options. UsageError, with the line, for an option that no command has and for a value that the option cannot have.
    """
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", "give --config a file") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: {error}", "correct the file") from error
    words = ctx.command_path.split()[1:]
    found = _File(path, text).values(typer.main.get_command(program()), data, words)
    options = _options(ctx.command)
    ctx.default_map = {}
    for name, (value, where) in found.items():
        option = options.get(name)
        if option is None:
            continue
        if option.multiple != isinstance(value, list) or (option.is_flag and not isinstance(value, bool)):
            kind = "a list" if option.multiple else "true or false" if option.is_flag else "one value"
            raise UsageError(f"{where}: {name} is {kind}, not {value!r}", "correct the value")
        plain = [str(v) for v in value] if option.multiple else value if option.is_flag else str(value)
        try:
            option.process_value(ctx, plain)
        except typer.BadParameter as error:
            raise UsageError(f"{where}: {name}: {error.message.rstrip('.')}", "correct the value") from error
        ctx.default_map[option.name] = plain


def _options(command: Any) -> dict[str, Any]:
    """The options of a command, by name without dashes: the long one, or --no-… with what it switches off."""
    return {
        name.removeprefix("--"): option
        for option in command.params
        for name in option.opts
        if name.startswith("--") and name not in _NEVER
    }


class _File:
    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = text.split("\n")

    def where(self, key: str, tables: list[str]) -> str:
        """File and line of a key of a table, or of the table itself."""
        current = ""
        for number, line in enumerate(self.lines, 1):
            if header := re.match(r"\s*\[([^\[\]]+)\]", line):
                current = header[1].replace(" ", "")
                if current == ".".join([*tables, key]):
                    return f"{self.path}:{number}"
            elif current == ".".join(tables) and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]", line):
                return f"{self.path}:{number}"
        return str(self.path)

    def values(
        self, command: Any, data: dict[str, Any], words: list[str], tables: tuple[str, ...] = ()
    ) -> dict[str, tuple[Any, str]]:
        """What the file says for the command that `words` lead to, with file and line; all other keys are checked too."""
        commands = getattr(command, "commands", {})
        known = set(_options(command)) if tables else set()
        for below in commands.values():
            known |= _all_options(below)
        found: dict[str, tuple[Any, str]] = {}
        deeper: dict[str, tuple[Any, str]] = {}
        for key, value in data.items():
            where = self.where(key, list(tables))
            if key in commands and isinstance(value, dict):
                on_the_way = words[:1] == [key]
                inside = self.values(commands[key], value, words[1:] if on_the_way else [], (*tables, key))
                deeper |= inside if on_the_way else {}
            elif key in known and not isinstance(value, dict):
                found[key] = (value, where)
            else:
                near = difflib.get_close_matches(key, sorted(known | set(commands)), n=1)
                hint = f"did you mean {near[0]}?" if near else "names are those of the options, without dashes"
                inside_of = f"{'.'.join(tables)} has" if tables else "there is"
                raise UsageError(f"{where}: {inside_of} no option {key}", hint)
        return found | deeper


def _all_options(command: Any) -> set[str]:
    below = getattr(command, "commands", {}).values()
    return set(_options(command)) | {name for one in below for name in _all_options(one)}
