"""Where the data lies that people edit: shipped with the package, and in a folder of the user's own that is laid over it."""

import os
from pathlib import Path

from kg.errors import KgError, UsageError

_HERE = Path(__file__).resolve().parent
OWN = "KG_ONTOLOGY"
"""The environment variable that names the user's folder; set by --ontology, and passed on to worker processes."""


def folder(name: str) -> Path:
    """The shipped folder `ontology` or `queries`.

    >>> folder("ontology").name
    'ontology'
    """
    for place in (_HERE / "data" / name, _HERE.parent / name):
        if place.is_dir():
            return place
    raise KgError(f"the data folder {name}/ is missing from this installation", "install conflict-kg again")


def named() -> Path | None:
    """The user's folder as it was named, whether it exists or not."""
    given = os.environ.get(OWN)
    return Path(given) if given else None


def own() -> Path | None:
    """The user's folder, which has the layout of ontology/ with queries/ inside; None where none is named.

    UsageError if it does not exist.
    """
    given = named()
    if given is not None and not given.is_dir():
        raise UsageError(f"no such folder: {given}", f"kg new relation NAME --ontology {given} makes one")
    return given


def layers(name: str) -> tuple[Path, ...]:
    """A file or folder of the shipped data, and the user's of the same name where it exists.

    >>> [path.name for path in layers("ontology/frames")]
    ['frames']
    """
    top, _, rest = name.partition("/")
    shipped, mine = folder(top) / rest, own()
    over = mine and mine / (rest if top == "ontology" else name)
    return (shipped, over) if over and over.exists() else (shipped,)
