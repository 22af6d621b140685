"""What the content of a graph depends on besides the texts: program, language model, ontology."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import kg
from kg.extract import MODEL_VERSION, MODELS
from kg.resources import folder


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

    def differences(self, other: "Versions") -> tuple[str, ...]:
        """The names of what differs.

        >>> Versions("1", "a", "m 1", "0").differences(Versions("1", "b", "m 2", "0"))
        ('extractor', 'model')
        """
        names = ("tool", "extractor", "model", "ontology")
        return tuple(name for name in names if getattr(self, name) != getattr(other, name))


@cache
def current(gazetteer: tuple[Path, ...] = ()) -> Versions:
    """The versions of this installation, with names of a user's own as part of the ontology."""
    here = Path(__file__).parent
    return Versions(
        kg.__version__,
        _digest(here / "extract", "*"),
        f"{MODELS[-1]} {MODEL_VERSION}",
        _with(_digest(folder("ontology"), "*"), gazetteer),
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
