"""Word files: .docx, paragraphs and table cells in order, each set off by a blank line."""

import io
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from kg.document import Document
from kg.errors import InputError
from kg.readers.decoding import clean
from kg.readers.metadata import from_fields
from kg.readers.notes import Notes
from kg.readers.plain import whole

_MOST_BYTES = 50_000_000
_MOST_UNPACKED = 500_000_000
_MOST_TIMES = 200  # what is packed tighter than this is made to swamp its reader
_PACKED_ANYWAY = 10_000_000


def read(stream: BinaryIO, name: str, notes: Notes) -> Iterator[Document]:
    """One document. The file's own dates say when it was saved, not published, and are not taken."""
    data = whole(stream, _MOST_BYTES)
    if not data:
        raise InputError("empty", "")
    _refuse_bombs(data)
    import docx
    from docx.table import Table

    try:
        found = docx.Document(io.BytesIO(data))
        parts: list[str] = []
        for block in found.iter_inner_content():
            if isinstance(block, Table):
                parts += [cell.text for row in block.rows for cell in row.cells]
            else:
                parts.append(block.text)
        title = found.core_properties.title
    except Exception as error:  # whatever a broken or hostile file brings up in the parsers below
        raise InputError(f"not a Word file that can be read: {error}", "save it again, or as .txt") from error
    text = "\n\n".join(part.strip() for part in map(clean, parts) if part.strip())
    about = from_fields({"title": title}, name, notes)
    yield Document(name, text, title=about.title)


def _refuse_bombs(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise InputError(f"not a Word file: {error}", "save it again as .docx") from error
    if unpacked > _MOST_UNPACKED or (unpacked > _PACKED_ANYWAY and unpacked > _MOST_TIMES * len(data)):
        raise InputError(f"it would unpack to {unpacked:,} bytes", "no article is that large")
