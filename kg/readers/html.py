"""Web pages: .html and .htm, the article without what surrounds it."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from kg.document import Document
from kg.errors import InputError
from kg.readers.decoding import decode
from kg.readers.metadata import from_fields
from kg.readers.notes import Notes
from kg.readers.plain import whole

_MOST_BYTES = 20_000_000
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")  # names an encoding that decoded text no longer has
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]+)|([0-9]+));?", re.IGNORECASE)
# Only what the page itself states as its date, never one guessed from its text; nor may today's date play a part.
_DATES = {"extensive_search": False, "original_date": True, "min_date": "1900-01-01", "max_date": "2100-12-31"}


def read(stream: BinaryIO, name: str, notes: Notes) -> Iterator[Document]:
    """One document: a page's article, each paragraph set off by a blank line, with its title, date and address."""
    data = whole(stream, _MOST_BYTES)
    text, warning = decode(data, _declared(data))
    if not text.strip():
        raise InputError("empty", "")
    if warning:
        notes.warn(name, warning)
    from trafilatura import bare_extraction

    page = _REFERENCE.sub(_without_controls, _DECLARATION.sub("", text))
    try:
        found = bare_extraction(page, with_metadata=True, include_comments=False, date_extraction_params=_DATES)
    except Exception as error:  # whatever a hostile page brings up in the parsers below
        raise InputError(f"no article could be read from the page: {error}", "save its text as .txt") from error
    if found is None or isinstance(found, dict) or not found.text or not found.text.strip():
        raise InputError("no article found in the page", "save its text as .txt")
    fields = {"date": found.date, "title": found.title, "url": found.url, "source": found.sitename}
    about = from_fields(fields, name, notes)
    paragraphs = "\n\n".join(line.strip() for line in found.text.splitlines() if line.strip())
    yield Document(name, paragraphs, about.date, about.title, about.url, about.source)


def _declared(data: bytes) -> str | None:
    """The encoding a page gives for itself; UTF-7, which hides markup, is not believed."""
    found = _CHARSET.search(data[:4096])
    name = found[1].decode("ascii", "replace").lower() if found else None
    return name if name and name.startswith(("iso-8859", "windows-125", "koi8", "cp125", "latin")) else None


def _without_controls(reference: re.Match[str]) -> str:
    """References to characters that no text has make the parser drop the whole page."""
    hexadecimal, decimal = reference.groups()
    digits = (hexadecimal or decimal).lstrip("0")
    code = int(digits[:9] or "0", 16 if hexadecimal else 10)
    bad = (
        0xD800 <= code < 0xE000
        or code in (0xFFFE, 0xFFFF)
        or code > 0x10FFFF
        or (code < 32 and code not in (9, 10, 13))
    )
    return "" if bad else reference[0]
