"""A text with what is known about where it comes from."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """One article as read.

    `identifier` is the file's name (relative to the folder given) or a record's id; `text` is the decoded text, whose
    code points are what offsets count; `date` is the publication date as YYYY, YYYY-MM or YYYY-MM-DD.

    >>> Document("a.txt", "Peace.").key
    'document-a48fdee6914b3b84'
    """

    identifier: str
    text: str
    date: str | None = None
    title: str | None = None
    url: str | None = None
    source: str | None = None

    @property
    def digest(self) -> str:
        """16 hexadecimal digits that stand for the identifier and the text."""
        return hashlib.sha256(f"{self.identifier}\0{self.text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def key(self) -> str:
        """The local part of the document's IRI."""
        return f"document-{self.digest}"
