"""A language model behind an OpenAI-compatible endpoint, held to the ontology and to the words of the text."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from kg.document import Document
from kg.errors import UsageError
from kg.extractors import Settings, schema
from kg.extractors.endpoint import Endpoint, allowed
from kg.statement import Extraction

_SECONDS, _WINDOW = 120.0, 8_000


@dataclass(frozen=True)
class LanguageModel:
    """Asks `model` at an endpoint. Its version holds no address and no key: only what decides about the answers."""

    endpoint: Endpoint
    model: str
    gazetteer: tuple[Path, ...] = ()
    window: int = _WINDOW
    name: str = "llm"

    @cached_property
    def version(self) -> str:
        return f"{self.model} {schema.digest()}"

    def extract(self, document: Document) -> Extraction:
        about = f"Published: {document.date or 'unknown'}\nTitle: {document.title or 'unknown'}"
        answer = self.endpoint.ask({
            "model": self.model,
            "messages": [
                {"role": "system", "content": schema.prompt()},
                {"role": "user", "content": f"{about}\nArticle:\n{document.text}"},
            ],
            "temperature": 0,
            "seed": 0,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "extraction", "strict": True, "schema": schema.schema()},
            },
        })  # fmt: skip
        return schema.read(answer, document, f"llm {self.model}", self.gazetteer)


def from_settings(settings: Settings) -> LanguageModel:
    """The options are url, model, timeout (seconds) and window (characters)."""
    settings.only("url", "model", "timeout", "window")
    for name in ("url", "model"):
        if not settings.options.get(name):
            raise UsageError(
                f"the extractor llm needs --llm-{name}", "--llm-url http://localhost:11434/v1 --llm-model NAME"
            )
    endpoint = Endpoint(allowed(settings.options["url"], settings.network), settings.number("timeout", _SECONDS))
    window = int(settings.number("window", _WINDOW))
    return LanguageModel(endpoint, settings.options["model"], settings.gazetteer, max(window, 500))
