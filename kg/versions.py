"""What the content of a graph depends on besides the texts: program, language model, ontology."""

import hashlib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import kg
from kg.resources import folder, own

if TYPE_CHECKING:
    from kg.extractors import Extractor


@dataclass(frozen=True, slots=True, order=True)
class Versions:
    """`tool` is the version of kg, `extractor` a digest of its rules, `model` the language model with its version,
    `ontology` a digest of the folder ontology/.
    """

    tool: str
    extractor: str
    model: str
    ontology: str

    @property
    def key(self) -> str:
        """The local part of the IRI of the activity that these versions stand for.

        >>> Versions("1", "", "m 1", "0").key == Versions("1", "x", "m 1", "0").key
        True
        """
        # Without the digest of the rules: it changes with every edit of a comment, and the graph shall not.
        return "build-" + hashlib.sha256(f"{self.tool}\0{self.model}\0{self.ontology}".encode()).hexdigest()[:16]

    def by(self, extractor: "Extractor | None") -> "Versions":
        """These versions where that extractor took the place of kg's own: it stands for rules and model.

        >>> from kg.extractors import load
        >>> Versions("1", "a", "m 1", "0").by(load("rules"))
        Versions(tool='1', extractor='rules a', model='rules m 1', ontology='0')
        """
        return self if extractor is None else self._by(extractor.name, extractor.version)

    def _by(self, name: str, version: str) -> "Versions":
        if name == "default":
            return self
        if name == "rules":
            return replace(self, extractor=f"rules {self.extractor}", model=f"rules {self.model}")
        return replace(self, extractor=f"{name} {version}", model=f"{name} {version}")

    def stale(self, now: "Versions") -> bool:
        """Whether a document of these versions would be built otherwise `now`, by the same extractor.

        >>> old, now = Versions("1", "llm a 1", "llm a 1", "0"), Versions("1", "x", "m 1", "0")
        >>> old.stale(now), old.stale(Versions("2", "x", "m 1", "0"))
        (False, True)
        """
        name, _, version = self.extractor.partition(" ")
        return self != (now._by(name, version) if version else now)

    def differences(self, other: "Versions") -> tuple[str, ...]:
        """The names of what differs.

        >>> Versions("1", "a", "m 1", "0").differences(Versions("1", "b", "m 2", "0"))
        ('extractor', 'model')
        """
        names = ("tool", "extractor", "model", "ontology")
        return tuple(name for name in names if getattr(self, name) != getattr(other, name))


# What of a user's own ontology has a say in what is found; the rest has only in how it is shown.
_FOUND_BY = ("kg.ttl", "frames/*.toml", "lexicon/*.toml", "gazetteer/*.tsv")


def current(gazetteer: tuple[Path, ...] = ()) -> Versions:
    """The versions of this installation, with the ontology and names of a user's own as part of the ontology."""
    mine = own()
    files = tuple(path for pattern in _FOUND_BY for path in sorted(mine.glob(pattern))) if mine else ()
    return _current(files + gazetteer)


@cache
def _current(files: tuple[Path, ...]) -> Versions:
    from kg.extract import MODEL_VERSION, MODELS  # here, since who asks a graph needs no extractor

    here = Path(__file__).parent
    return Versions(
        kg.__version__,
        _digest(here / "extract", "*"),
        f"{MODELS[-1]} {MODEL_VERSION}",
        _with(_digest(folder("ontology"), "*"), files),
    )


def _with(digest: str, files: tuple[Path, ...]) -> str:
    if not files:
        return digest
    return hashlib.sha256(b"".join([digest.encode(), *(path.read_bytes() for path in files)])).hexdigest()[:16]


def _digest(place: Path, pattern: str) -> str:
    """16 hexadecimal digits that stand for the files below a folder, by name and content."""
    found = hashlib.sha256()
    for path in sorted(place.rglob(pattern), key=lambda path: path.relative_to(place).as_posix()):
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("."):
            found.update(f"{path.relative_to(place).as_posix()}\0".encode())
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:16]
