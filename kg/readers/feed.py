"""News feeds: .rss, .atom and .xml, one article an entry."""

import io
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from kg.document import Document
from kg.errors import InputError
from kg.readers.decoding import clean, line
from kg.readers.metadata import from_fields
from kg.readers.notes import Notes
from kg.readers.plain import whole

_MOST_BYTES = 50_000_000
_ENTITIES = re.compile(rb"<!ENTITY", re.IGNORECASE)
_BLOCKS = ("p", "div", "br", "li", "h1", "h2", "h3", "h4", "blockquote", "tr")


def read(stream: BinaryIO, name: str, notes: Notes) -> Iterator[Document]:
    """A document for each entry that has a text, its full content before its summary; nothing is fetched."""
    data = whole(stream, _MOST_BYTES)
    if not data.strip():
        raise InputError("empty", "")
    if _ENTITIES.search(data.replace(b"\0", b"")):
        raise InputError("it declares entities, which are not read", "remove its DOCTYPE")
    import feedparser

    try:
        found = feedparser.parse(io.BytesIO(data), sanitize_html=True, resolve_relative_uris=False)
    except Exception as error:  # whatever a hostile file brings up in the parsers below
        raise InputError(f"not a feed that can be read: {error}", "check the file") from error
    if not found.version:
        raise InputError("neither RSS nor Atom", "kg reads feeds; save other XML as .txt or .html")
    if not found.entries:
        raise InputError("a feed without entries", "")
    for number, entry in enumerate(found.entries, start=1):
        where = f"{name}:{number}"
        text = _text(entry)
        if not text:
            notes.skip(where, "an entry without text", "")
            continue
        when = entry.get("published_parsed") or entry.get("updated_parsed")
        fields = {
            "date": time.strftime("%Y-%m-%d", when) if when else None,
            "title": entry.get("title"),
            "url": entry.get("link"),
            "source": found.feed.get("title"),
        }
        about = from_fields(fields, where, notes)
        identifier = line(str(entry.get("id") or entry.get("link") or where))
        yield Document(identifier, text, about.date, about.title, about.url, about.source)


def _text(entry: Mapping[str, Any]) -> str:
    """What an entry says, as plain text: the longest of its contents, else its summary."""
    contents = [str(part.get("value", "")) for part in entry.get("content", ())]
    markup = max(contents, key=len, default="") or str(entry.get("summary", ""))
    if "<" not in markup:
        return clean(markup).strip()
    from lxml import html

    try:
        tree = html.fromstring(f"<div>{clean(markup)}</div>")
    except ValueError:
        return ""
    for element in tree.iter(*_BLOCKS):
        element.tail = "\n\n" + (element.tail or "")
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", tree.text_content()))
    return "\n\n".join(part for part in paragraphs if part)
