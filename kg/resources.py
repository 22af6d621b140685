"""Where the data that travels with the package lies: in a checkout at the top, in an installed wheel beside the code."""

from pathlib import Path

from kg.errors import KgError

_HERE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder `ontology` or `queries`.

    >>> folder("ontology").name
    'ontology'
    """
    for place in (_HERE / "data" / name, _HERE.parent / name):
        if place.is_dir():
            return place
    raise KgError(f"the data folder {name}/ is missing from this installation", "install conflict-kg again")
