"""PDF files: .pdf, the text of the pages with its lines joined to paragraphs."""

import io
import logging
import re
from collections.abc import Iterator
from typing import BinaryIO

from kg.document import Document
from kg.errors import InputError
from kg.readers.decoding import clean
from kg.readers.metadata import from_fields
from kg.readers.notes import Notes
from kg.readers.plain import whole

_MOST_BYTES = 100_000_000
_MOST_PAGES = 5_000
_FULL_LINE = 0.75  # of the longest line's length: a shorter one ends its paragraph
_BROKEN_WORD = re.compile(r"[a-z]-\Z")
_STOPS = (".", "!", "?", "”", '"')


def read(stream: BinaryIO, name: str, notes: Notes) -> Iterator[Document]:
    """One document. The file's own dates say when it was made, not published, and are not taken."""
    data = whole(stream, _MOST_BYTES)
    if not data:
        raise InputError("empty", "")
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it cannot read is told by us, once
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError("the PDF is locked with a password", "save it without one")
        if len(reader.pages) > _MOST_PAGES:
            raise InputError(f"more than {_MOST_PAGES:,} pages", "split it into one file for each article")
        pages = [paragraphs(clean(page.extract_text())) for page in reader.pages]
        title = reader.metadata.title if reader.metadata else None
    except InputError:
        raise
    except Exception as error:  # whatever a broken or hostile file brings up in the parser
        raise InputError(f"not a PDF that can be read: {error}", "save its text as .txt") from error
    text = "\n\n".join(page for page in pages if page)
    if not text:
        raise InputError("no text in the PDF: pictures of pages, it seems", "recognize its text first (OCR)")
    about = from_fields({"title": title}, name, notes)
    yield Document(name, text, title=about.title)


def paragraphs(text: str) -> str:
    r"""Lines as set on the page joined again: a full line goes on, a short one ends its paragraph.

    >>> paragraphs("Norland and Southmark met in Gen-\neva on Monday to sign the truce.\nThey left.")
    'Norland and Southmark met in Geneva on Monday to sign the truce.\n\nThey left.'
    """
    lines = [line.strip() for line in text.split("\n")]
    longest = max(map(len, lines), default=0)
    joined: list[str] = []
    goes_on = False
    for line in lines:
        if line and goes_on:
            broken = _BROKEN_WORD.search(joined[-1]) and line[0].islower()
            joined[-1] = joined[-1][:-1] + line if broken else f"{joined[-1]} {line}"
        elif line:
            joined.append(line)
        ends = line.endswith(_STOPS) and len(line) < longest
        goes_on = len(line) >= _FULL_LINE * longest and not ends
    return "\n\n".join(joined)
