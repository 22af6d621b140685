"""Extractors by name: the shipped one, adapters for language models, and those that other packages register.

An extractor is anything with a name, a version, a window and a method `extract`. What it says is checked before it
enters a graph (`checking`), so a model that invents is no danger to it. Other packages register a factory, a function
from `Settings` to an extractor, as an entry point of the group `kg.extractors`. Nothing is imported before it is named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Protocol

from kg.document import Document
from kg.errors import KgError, UsageError
from kg.statement import Extraction

GROUP = "kg.extractors"
OWN = ("default", "rules")
"""kg's own, with and without the trained reader; no other may have their names."""
_SHIPPED = {
    "default": "kg.extractors.shipped:default",
    "rules": "kg.extractors.shipped:rules",
    "llm": "kg.extractors.llm:from_settings",
    "gliner": "kg.extractors.relex:from_settings",
}


class Extractor(Protocol):
    """From a document to what it says.

    `name` and `version` enter the provenance of a graph, and decide what of a store is stale: let the version change
    whenever the same text could give something else, and hold no secret. A document of more than `window` characters is
    divided before it is extracted, and what the parts say is joined.
    """

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def window(self) -> int: ...

    def extract(self, document: Document) -> Extraction:
        """What a document says. InputError skips this document, any other KgError ends the build."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    """What an extractor is made from: its own `options`, the user's files of names, whether it may use the network."""

    options: Mapping[str, str] = field(default_factory=dict)
    gazetteer: tuple[Path, ...] = ()
    network: bool = False

    def only(self, *known: str) -> None:
        """UsageError for an option that is none of those known."""
        for name in sorted(self.options.keys() - set(known)):
            raise UsageError(f"the extractor has no option {name!r}", f"its options: {', '.join(known) or 'none'}")

    def number(self, name: str, default: float) -> float:
        """The option as a number above 0."""
        try:
            value = float(self.options.get(name, default))
        except ValueError:
            value = 0.0
        if not 0 < value < float("inf"):
            raise UsageError(f"{name} is no number above 0: {self.options[name]!r}", f"for example {name}={default:g}")
        return value


def names() -> list[str]:
    """The extractors that can be asked for: those shipped, then those registered by other packages.

    >>> names()[:4]
    ['default', 'rules', 'llm', 'gliner']
    """
    return [*_SHIPPED, *sorted(_registered().keys() - _SHIPPED.keys())]


def load(name: str, settings: Settings | None = None) -> Extractor:
    """The extractor of that name; UsageError where there is none, or where its settings are wrong.

    >>> load("rules").name
    'rules'
    """
    point = EntryPoint(name, _SHIPPED[name], GROUP) if name in _SHIPPED else _registered().get(name)
    if point is None:
        raise UsageError(f"no extractor is called {name!r}", f"choose one of {', '.join(names())}")
    try:
        factory = point.load()
    except (ImportError, AttributeError) as error:
        raise KgError(f"the extractor {name} cannot be imported: {error}", "is its package whole?") from error
    made: Extractor = factory(settings or Settings())
    return made


def select(
    chosen: Sequence[str],
    given: Sequence[str] = (),
    url: str | None = None,
    model: str | None = None,
    gazetteer: Sequence[Path] = (),
    network: bool = False,
) -> list[Extractor]:
    """The extractors that a command line names, with `given` options; `url` and `model` are those of llm.

    UsageError for options of an extractor that is not among them, so that none is given in vain.
    """
    own = options(given)
    for name, value in (("url", url), ("model", model)):
        if value is not None:
            own.setdefault("llm", {})[name] = value
    for name in sorted(own.keys() - set(chosen)):
        raise UsageError(f"options for {name}, which is not used", f"add --extractor {name}")
    if twice := sorted({name for name in chosen if chosen.count(name) > 1}):
        raise UsageError(f"the extractor {twice[0]} is given twice", "give each once")
    names_of_ours = tuple(path.absolute() for path in gazetteer)
    return [load(name, Settings(own.get(name, {}), names_of_ours, network)) for name in chosen]


def options(given: Sequence[str]) -> dict[str, dict[str, str]]:
    """Options written as EXTRACTOR.NAME=VALUE, by extractor.

    >>> options(["llm.timeout=60", "llm.window=4000"])
    {'llm': {'timeout': '60', 'window': '4000'}}
    """
    found: dict[str, dict[str, str]] = {}
    for text in given:
        where, equals, value = text.partition("=")
        extractor, _, name = where.rpartition(".")
        if not (equals and extractor and name):
            raise UsageError(f"not an option of an extractor: {text}", "write it as llm.timeout=60")
        if name in found.setdefault(extractor, {}):
            raise UsageError(f"the option {where} is given twice", "give each once")
        found[extractor][name] = value
    return found


def _registered() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}
