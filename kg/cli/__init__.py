"""The command line: each command parses its call, has the work done elsewhere, and prints.

Results go to standard output, messages to standard error. Whatever the work needs is imported when it is needed, so
that `kg --help` is instant.
"""

import io
import os
import sys
from typing import Annotated, NoReturn

import typer

# In the order of the help.
# isort: off
from kg.cli import building, asking, drawing, stores, checking, extending, serving  # noqa: F401
# isort: on

from kg.cli.calls import app, tailored
from kg.errors import KgError
from kg.terminal import LogFormat, say, speak

__all__ = ["app", "main"]


def main() -> NoReturn:
    """Runs the command line; the one place where errors become a line and an exit status."""
    for stream in (sys.stdout, sys.stderr):  # a terminal that lacks a letter shall not end the work
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            status = tailored(sys.argv[1:])(prog_name="kg", standalone_mode=not _wants_json())
        finally:
            sys.stdout.flush()
    except KgError as error:
        say(f"kg: {error}", "error")
        sys.exit(error.exit_status)
    except BrokenPipeError:  # whoever reads our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        say(f"kg: {where}{error.strerror or error}", "error")
        sys.exit(1)
    except Exception as error:
        if told := getattr(error, "format_message", None):  # a wrong call, of whatever kind
            say(f"kg: {told()}", "error")
            sys.exit(2)
        if os.environ.get("KG_DEBUG") == "1":
            raise
        say(
            f"kg: internal error: {type(error).__name__}: {error} (please report it; KG_DEBUG=1 shows the traceback)",
            "error",
        )
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)


def _wants_json() -> bool:
    """Whether messages shall be JSON, to be known before the call is parsed, for that may fail. If so, they are."""
    given = " ".join(sys.argv).replace("--log-format=", "--log-format ")
    wanted = "--log-format json" in given or ("--log-format" not in given and os.environ.get("KG_LOG_FORMAT") == "json")
    if wanted:
        speak(quiet=False, verbose=False, form=LogFormat.JSON)
    return wanted


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
