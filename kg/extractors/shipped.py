"""The extractor of kg itself, with the trained reader (`default`) or by the rules alone (`rules`)."""

from dataclasses import dataclass
from pathlib import Path

from kg.document import Document
from kg.extract import MODEL_VERSION, MODELS, extract
from kg.extractors import Settings
from kg.statement import Extraction


@dataclass(frozen=True, slots=True)
class Shipped:
    """Rules over a parse, and where `reader` is set the trained reader beside them."""

    name: str
    reader: bool
    gazetteer: tuple[Path, ...] = ()
    window: int = 1_000_000

    @property
    def version(self) -> str:
        return f"{MODELS[-1]} {MODEL_VERSION}"

    def extract(self, document: Document) -> Extraction:
        [found] = extract([document], self.reader, self.gazetteer)
        return found


def default(settings: Settings) -> Shipped:
    settings.only()
    return Shipped("default", True, settings.gazetteer)


def rules(settings: Settings) -> Shipped:
    settings.only()
    return Shipped("rules", False, settings.gazetteer)
