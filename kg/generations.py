"""A store on disk: numbered generations, none of which changes once it is published, and who holds the store.

    DIR/kg-store.json      what this folder is, and the format's version
    DIR/lock               held by whoever changes the store; says who
    DIR/current            the name of the generation that readers open
    DIR/generations/N/     an Oxigraph store and, beside it, ledger.sqlite, checksums.json and a lock that readers share
    DIR/pending.sqlite     what an interrupted build has extracted already

A change is made in a copy (its files are hard links, so that it costs next to nothing) and published by replacing
`current`: a reader sees the store before the change or after it, and a crash leaves it as it was.
"""

import errno
import hashlib
import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from kg.errors import KgError

FORMAT = 1
_MARK, _CURRENT, _LOCK, _QUADS, _SUMS = "kg-store.json", "current", "lock", "quads", "checksums.json"
_held: dict[tuple[str, str], int] = {}  # locks on the generations that this process reads, until it ends


@dataclass(frozen=True, slots=True)
class Generation:
    """One state of a store."""

    path: Path

    @property
    def quads(self) -> Path:
        """The Oxigraph store."""
        return self.path / _QUADS

    @property
    def ledger(self) -> Path:
        return self.path / "ledger.sqlite"

    @property
    def number(self) -> int:
        return int(self.path.name)


def is_store(path: Path) -> bool:
    """Whether a folder is a store of kg."""
    return (path / _MARK).is_file()


def pending(path: Path) -> Path:
    """The file of what an interrupted build has extracted."""
    return path / "pending.sqlite"


def create(path: Path) -> None:
    """Makes an empty folder a store, without a generation yet; KgError if it holds anything else."""
    if is_store(path):
        check_format(path)
        with named_errors(path):  # killed when the mark had just been written
            (path / "generations").mkdir(exist_ok=True)
        return
    if (path / "CURRENT").is_file():
        raise KgError(f"{path} is a store of an older layout", f"bring it up to date with: kg upgrade {path}")
    if path.exists() and not (path.is_dir() and _is_empty(path)):
        raise KgError(f"{path} exists and is no store", "name an empty or a new folder")
    with named_errors(path):
        path.mkdir(parents=True, exist_ok=True)
        _write(path / _MARK, json.dumps({"format": FORMAT}) + "\n")
        (path / "generations").mkdir(exist_ok=True)


def _is_empty(path: Path) -> bool:
    """Whether a folder holds nothing, or only what a build leaves that is killed while it makes or clears a store."""
    left = {entry.name for entry in path.iterdir()} - {_LOCK, f".{_MARK}.new"}
    return not left or (left == {"generations"} and not any((path / "generations").iterdir()))


def check_format(path: Path) -> None:
    """KgError if the store is of a format that this version does not know."""
    with named_errors(path):
        mark = (path / _MARK).read_text("utf-8")
    try:
        number = json.loads(mark)["format"]
    except (ValueError, KeyError, TypeError):
        raise KgError(f"the store {path} is damaged: {_MARK} cannot be read", "restore it from a backup") from None
    if number != FORMAT:
        raise KgError(f"the store {path} has format {number}; this kg knows {FORMAT}", "use the kg that wrote it")


def current(path: Path) -> Generation | None:
    """The published generation; None in a store that has none yet."""
    check_format(path)
    try:
        name = (path / _CURRENT).read_text("utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise KgError(f"the store {path} is damaged: {error}", "restore it from a backup") from error
    generation = Generation(path / "generations" / name)
    if not name.isdecimal() or not generation.quads.is_dir():
        raise KgError(f"the store {path} is damaged: its generation {name!r} is missing", "restore it from a backup")
    return generation


def hold(path: Path) -> Generation:
    """The published generation, which will stay on disk until this process ends."""
    for _ in range(100):
        generation = current(path)
        if generation is None:
            raise KgError(f"the store {path} holds nothing yet", f"fill it with: kg build INPUT --store {path}")
        mark = (str(path.resolve()), generation.path.name)
        if mark in _held:
            return generation
        try:
            handle = os.open(generation.path / _LOCK, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ESTALE):
                continue  # replaced and cleared away since we looked
            raise KgError(f"cannot read the store {path}: {error.strerror}", "check its permissions") from error
        _flock(handle, exclusive=False)
        if generation.path.exists():
            _held[mark] = handle
            return generation
        os.close(handle)
    raise KgError(f"the store {path} changes faster than it can be opened", "try again")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Alone with the store; KgError at once, saying who holds it, if someone else is changing it."""
    with named_errors(path):
        handle = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        if not _flock(handle, exclusive=True):
            holder = os.pread(handle, 200, 0).decode("utf-8", "replace").strip() or "another process"
            raise KgError(f"the store {path} is in use by {holder}", "wait until it ends, then run this again")
        with suppress(OSError):  # a full disk shall not keep anyone from the store
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


@contextmanager
def draft(path: Path) -> Iterator[Generation]:
    """A new generation to be filled; published when the block ends, thrown away when it fails. Needs `locked`."""
    _clear(path)
    before = current(path)
    number = before.number + 1 if before else 1
    made = Generation(path / "generations" / f"{number}")
    work = Generation(path / "generations" / f"{number}.draft")
    try:
        with named_errors(path):
            work.path.mkdir()
            (work.path / _LOCK).touch()
        yield work
        with named_errors(path):
            _write(work.path / _SUMS, json.dumps(_sums(work, before), indent=1, sort_keys=True))
            for place in (*work.path.rglob("*"), work.path):
                _sync(place)  # what is published is on the disk before it is published
            os.rename(work.path, made.path)
            _sync(made.path.parent)
            _write(path / _CURRENT, f"{number}\n")
    finally:
        shutil.rmtree(work.path, ignore_errors=True)
    _clear(path)


def damage(generation: Generation) -> list[str]:
    """What is wrong with the files of a generation, by their checksums; empty if they are as they were written."""
    try:
        known = json.loads((generation.path / _SUMS).read_text("utf-8"))
    except (OSError, ValueError) as error:
        return [f"{_SUMS} cannot be read: {error}"]
    try:
        found = _sums(generation)
    except OSError as error:
        return [f"a file cannot be read: {error}"]
    problems = [f"{name} is missing" for name in sorted(known.keys() - found.keys())]
    problems += [
        f"{name} is not what was written" for name in sorted(known) if found.get(name, known[name]) != known[name]
    ]
    return problems


def check_small_files(generation: Generation) -> None:
    """KgError if the files that say which data files belong to the generation are damaged, or a data file was cut."""
    try:
        known = json.loads((generation.path / _SUMS).read_text("utf-8"))
        for name, (size, digest) in known.items():
            path = generation.path / name
            if path.stat().st_size != size:
                raise ValueError(f"{name} has another size")
            if Path(name).name.startswith(("CURRENT", "MANIFEST")) and _digest(path) != digest:
                raise ValueError(f"{name} is not what was written")
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise KgError(
            f"the store of {generation.path} is damaged: {error}", "restore it from a backup, or build it again"
        ) from error


def copy(source: Generation, target: Generation) -> None:
    """The files of one generation for the next: data files, which never change, as links, the others as copies."""
    with named_errors(source.path):
        target.quads.mkdir()
        for file in sorted(source.quads.iterdir()):
            if file.suffix == ".sst":
                _link(file, target.quads / file.name)
            elif not file.name.startswith(("LOCK", "LOG")):
                shutil.copyfile(file, target.quads / file.name)
        shutil.copyfile(source.ledger, target.ledger)


def size(path: Path) -> int:
    """Bytes that the published generation takes."""
    generation = current(path)
    return sum(file.stat().st_size for file in generation.path.rglob("*") if file.is_file()) if generation else 0


@contextmanager
def named_errors(path: Path) -> Iterator[None]:
    """What goes wrong with files or with Oxigraph, as a KgError that names the store."""
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())
        low = reason.lower()
        if getattr(error, "errno", None) == errno.ENOSPC or "no space left" in low:
            raise KgError(f"no space left on the disk of {path}", "make room, then run it again") from error
        hint = f"see: kg status {path}"
        if "lock" in low:
            hint = "another process writes to it: wait until it ends"
        elif "too many open files" in low or "file descriptors" in low:
            hint = "allow more open files: ulimit -n 1024"
        elif "version" in low or "upgrade" in low or "read-write" in low:
            hint = f"bring it up to date with: kg upgrade {path}"
        raise KgError(f"the store {path} cannot be used: {reason}", hint) from error


def _clear(path: Path) -> None:
    """Removes drafts that were left behind, and old generations that nobody reads any more."""
    live = current(path)
    for folder in (path / "generations").iterdir():
        if folder.suffix or (live and folder.name.isdecimal() and int(folder.name) > live.number):
            shutil.rmtree(folder, ignore_errors=True)  # never published
        elif live and folder != live.path:
            _discard(folder)


def _discard(folder: Path) -> None:
    try:
        handle = os.open(folder / _LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        return
    try:
        if _flock(handle, exclusive=True):
            gone = folder.with_suffix(".old")
            with suppress(OSError):
                os.rename(folder, gone)
                shutil.rmtree(gone, ignore_errors=True)
    finally:
        os.close(handle)


def _flock(handle: int, exclusive: bool) -> bool:
    try:
        import fcntl
    except ImportError:
        raise KgError("a store needs file locks, which this system lacks", "write a file with -o instead") from None
    try:
        fcntl.flock(handle, (fcntl.LOCK_EX | fcntl.LOCK_NB) if exclusive else fcntl.LOCK_SH)
    except BlockingIOError:
        return False
    return True


def _sums(generation: Generation, before: Generation | None = None) -> dict[str, list[object]]:
    """Size and digest of all files that belong to the content, by name; of files shared with `before`, its digests."""
    known: dict[str, list[object]] = {}
    if before is not None:
        with suppress(OSError, ValueError):
            known = json.loads((before.path / _SUMS).read_text("utf-8"))
    sums = {}
    for file in sorted(generation.path.rglob("*")):
        if not file.is_file() or file.name in (_SUMS, _LOCK, "LOCK", "LOG") or file.name.startswith("LOG.old"):
            continue
        name = file.relative_to(generation.path).as_posix()
        shared = before is not None and name in known and _same_file(file, before.path / name)
        sums[name] = known[name] if shared else [file.stat().st_size, _digest(file)]
    return sums


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "blake2b").hexdigest()[:32]


def _write(path: Path, text: str) -> None:
    """Replaces a file at once, and for good."""
    made = path.with_name(f".{path.name}.new")
    try:
        with made.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(made, path)
    finally:
        made.unlink(missing_ok=True)
    _sync(path.parent)


def _sync(place: Path) -> None:
    """Waits until a file or a folder is on the disk."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
