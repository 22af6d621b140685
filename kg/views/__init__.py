"""Views: statements as NetworkX graphs, and those as pages, pictures and files.

`build("alliances", store)` gives a `networkx.MultiDiGraph`; `write(graph, path)` writes it by the ending of the name.
"""

import difflib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.errors import UsageError
from kg.views.alliances import alliances
from kg.views.conflict import conflict
from kg.views.mediation import mediation

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["alliances", "build", "conflict", "mediation", "names", "write"]

_VIEWS: Mapping[str, Callable[..., "nx.MultiDiGraph"]] = {
    "alliances": alliances,
    "conflict": conflict,
    "mediation": mediation,
}
ENDINGS = (".html", ".svg", ".png", ".graphml", ".gexf", ".json")


def names() -> tuple[str, ...]:
    """The views there are.

    >>> names()
    ('alliances', 'conflict', 'mediation')
    """
    return tuple(sorted(_VIEWS))


def build(name: str, store: ox.Store, include_claimed: bool = False) -> "nx.MultiDiGraph":
    """The view `name` of a store; UsageError where there is no such view."""
    if name not in _VIEWS:
        close = difflib.get_close_matches(name, _VIEWS, n=1)
        raise UsageError(
            f"no view is called {name!r}", f"did you mean {close[0]}?" if close else f"there are {', '.join(names())}"
        )
    return _VIEWS[name](store, include_claimed=include_claimed)


def write(graph: "nx.MultiDiGraph", path: Path) -> None:
    """Writes a view as .html, .svg, .png, .graphml, .gexf or .json, whole or not at all."""
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise UsageError(
            f"{path}: a view cannot be written as {ending or 'a file without ending'}",
            f"use one of {', '.join(ENDINGS)}",
        )
    content = _content(graph, ending)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _content(graph: "nx.MultiDiGraph", ending: str) -> bytes:
    from kg.views import files, page, picture
    from kg.views.scene import scene

    match ending:
        case ".graphml":
            return files.graphml(graph)
        case ".gexf":
            return files.gexf(graph)
        case ".json":
            return files.node_link(graph)
        case ".svg":
            return picture.svg(scene(graph)).encode()
        case ".png":
            return picture.png(scene(graph))
    return page.html(scene(graph)).encode()
