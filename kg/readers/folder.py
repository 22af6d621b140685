"""Which files a call names: files, folders and all that is in them, in an order that does not depend on the disk."""

import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

from kg.readers.metadata import SIDECAR
from kg.readers.notes import Notes


def files(given: Path, endings: Collection[str], notes: Notes) -> Iterator[tuple[Path, str]]:
    """Each readable regular file with its name for the reader: relative to the folder given, or its base name."""
    try:
        mode = given.stat().st_mode
    except FileNotFoundError:
        notes.skip(str(given), "no such file or folder", "check the path")
        return
    except OSError as error:
        notes.skip(str(given), f"cannot be read: {error.strerror or error}", "check the path and its permissions")
        return
    if stat.S_ISREG(mode):
        yield given, readable_name(given.name)
    elif stat.S_ISDIR(mode):
        found, before = False, notes.skipped
        for path in _walk(given, given.resolve(), endings, notes):
            found = True
            yield path, readable_name(path.relative_to(given).as_posix())
        if not found and notes.skipped == before:
            notes.skip(str(given), "a folder without texts", f"kg reads {', '.join(sorted(endings))}")
    else:
        notes.skip(str(given), _kind(mode), "give a file or folder, or - for standard input")


def readable_name(name: str) -> str:
    r"""A file's name as text; bytes that are not UTF-8 as %XX.

    >>> readable_name("caf\udce9.txt")
    'caf%E9.txt'
    """
    return "".join(f"%{ord(c) - 0xDC00:02X}" if "\udc80" <= c <= "\udcff" else c for c in name)


def _walk(folder: Path, root: Path, endings: Collection[str], notes: Notes) -> Iterator[Path]:
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        notes.skip(str(folder), f"cannot be read: {error.strerror or error}", "check its permissions")
        return
    if not names and folder.suffix.lower() in endings:
        notes.skip(str(folder), "an empty folder, though named like a file", "remove it, or put the file there")
    for path in (folder / name for name in names if not name.startswith(".") and not name.endswith(SIDECAR)):
        wanted = not path.suffix or path.suffix.lower() in endings
        try:
            mode = path.stat().st_mode
            target = path.resolve() if path.is_symlink() else None
        except (OSError, RuntimeError):
            notes.skip(str(path), "a link that leads nowhere", "remove it, or restore what it points to")
            continue
        if target is not None and not target.is_relative_to(root) and (wanted or stat.S_ISDIR(mode)):
            notes.skip(str(path), "a link that leads out of the folder", "give its target as an input of its own")
        elif stat.S_ISDIR(mode) and target is not None:
            notes.skip(str(path), "a link to a folder that is read anyway", "links within a folder are not followed")
        elif stat.S_ISDIR(mode):
            yield from _walk(path, root, endings, notes)
        elif not stat.S_ISREG(mode):
            notes.skip(str(path), _kind(mode), "only files are read")
        elif wanted:
            yield path
        else:
            notes.skip(str(path), f"unknown kind of file: {path.suffix}", f"kg reads {', '.join(sorted(endings))}")


def _kind(mode: int) -> str:
    return {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}.get(stat.S_IFMT(mode), "a device") + ", not a file"
