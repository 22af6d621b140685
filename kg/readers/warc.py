"""Web archives: .warc and .warc.gz, one article a response with status 200."""

import io
import re
import zlib
from collections.abc import Iterator
from http.client import HTTPException, HTTPMessage, parse_headers
from typing import BinaryIO

from kg.document import Document
from kg.errors import InputError
from kg.readers import html, plain
from kg.readers.decoding import line
from kg.readers.metadata import valid_date, valid_url
from kg.readers.notes import Notes

_MOST_BODY = 20_000_000
_WINDOW = 1 << 20
_RECORD = re.compile(rb"\r?\n\r?\n(?=WARC/1\.)|\x1f\x8b\x08(?=[\x00-\x1f])")
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})")
_READERS = {"text/html": html.read, "application/xhtml+xml": html.read, "text/plain": plain.read}


def read(stream: BinaryIO, name: str, notes: Notes) -> Iterator[Document]:
    """A document for each page; a bad record is named by its offset in the file and the others read."""
    start = stream.read(16)
    if not start:
        raise InputError("empty", "")
    if not start.startswith((b"WARC/1.", b"\x1f\x8b")):
        version = start.startswith(b"WARC/")
        raise InputError("a version of WARC that is not known" if version else "not a WARC file", "check the file")
    any_page = False
    for offset, problem, headers, body in _records(stream):
        where = f"{name}@{offset}"
        if problem:
            any_page = True
            notes.skip(where, problem, "fetch the archive again")
            continue
        try:
            for document in _pages(headers, body, where, notes):
                any_page = True
                yield document
        except InputError as error:
            any_page = True
            notes.skip(where, error.message, error.hint)
    if not any_page:
        raise InputError("no pages in the archive", "kg reads its responses with status 200 that hold text")


def _records(stream: BinaryIO) -> Iterator[tuple[int, str, dict[str, str], bytes]]:
    """Offset, what is wrong, headers and body of each record; after a broken one it goes on at the next."""
    from fastwarc.warc import ArchiveIterator

    begin, bad = 0, False
    while True:
        stream.seek(begin)
        last = begin
        whole = False  # whether the record at `last` was good to its end
        try:
            for record in ArchiveIterator(stream, parse_http=False):
                last = begin + record.stream_pos
                headers = {key.lower(): value for key, value in record.headers.items()}
                body = record.reader.read(_MOST_BODY + 1)
                problem = ""
                if len(body) > _MOST_BODY:
                    problem = f"a record of more than {_MOST_BODY:,} bytes"
                elif len(body) < record.content_length:
                    problem = f"cut off: {len(body):,} of {record.content_length:,} bytes"
                elif headers.get("warc-type") == "response" and not _STATUS.match(body):
                    problem = "no HTTP response: its length is wrong, it seems"
                whole = bad = False
                if problem:
                    bad = True
                whole = not problem
                yield last, problem, headers, body
            stream.seek(0, io.SEEK_END)
            return
        except (OSError, ValueError, EOFError) as error:
            if not bad:
                where = _following(stream, last + 1) if whole else last
                yield last if where is None else where, f"no WARC record: {error}", {}, b""
            bad = True
            following = _following(stream, last + 1)
            if following is None or following <= begin:
                return
            begin = following


def _following(stream: BinaryIO, offset: int) -> int | None:
    """Where, from `offset` on, the next record seems to begin."""
    stream.seek(offset)
    kept, position = b"", offset
    while piece := stream.read(_WINDOW):
        data = kept + piece
        if found := _RECORD.search(data):
            return position - len(kept) + (found.end() if found[0].strip() == b"" else found.start())
        kept, position = data[-16:], position + len(piece)
    return None


def _pages(headers: dict[str, str], body: bytes, where: str, notes: Notes) -> Iterator[Document]:
    kind = headers.get("warc-type")
    if kind == "response":
        status, _, rest = body.partition(b"\n")
        found = _STATUS.match(status)
        if found is None or found[1] != b"200":
            return
        try:
            stream = io.BytesIO(rest)
            fields = parse_headers(stream)
        except (HTTPException, ValueError) as error:
            raise InputError(f"HTTP headers that cannot be read: {error}", "fetch the archive again") from error
        reader = _READERS.get(fields.get_content_type() if "content-type" in fields else "text/html")
        body = _decoded(stream.read(), fields) if reader else b""
    elif kind in ("resource", "conversion"):
        reader = _READERS.get(headers.get("content-type", "").partition(";")[0].strip().lower())
    else:
        return
    if reader is None:
        return
    address = line(headers.get("warc-target-uri", "")).strip("<>")
    date = headers.get("warc-date", "")
    if valid_date(date) is None:
        notes.warn(where, f"no such WARC-Date: {date[:40]}; left out")
        date = ""
    for page in reader(io.BytesIO(body), where, notes):
        # The date of the archive is not the date of publication; it only tells two versions of a page apart.
        identifier = " ".join(part for part in (address or where, line(date)) if part)
        yield Document(identifier, page.text, page.date, page.title, page.url or valid_url(address), page.source)


def _decoded(body: bytes, fields: HTTPMessage) -> bytes:
    """The payload of a response without its transfer and content encodings."""
    if "chunked" in fields.get("transfer-encoding", "").lower():
        body = _joined(body)
    encoding = fields.get("content-encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise InputError(f"packed as {encoding[:20]}, which is not read", "unpack the archive first")
    unpacker = zlib.decompressobj(wbits=47 if "gzip" in encoding else 15)
    try:
        payload = unpacker.decompress(body, _MOST_BODY + 1)
    except zlib.error as error:
        raise InputError(f"a page that cannot be unpacked: {error}", "fetch the archive again") from error
    if len(payload) > _MOST_BODY:
        raise InputError(f"a page that unpacks to more than {_MOST_BODY:,} bytes", "no article is that large")
    return payload


def _joined(body: bytes) -> bytes:
    """Chunks put together; InputError where they are not what they say."""
    parts: list[bytes] = []
    rest = body
    while True:
        size, found, rest = rest.partition(b"\r\n")
        try:
            length = int(size.partition(b";")[0], 16)
        except ValueError:
            length = -1
        if not found or length < 0 or len(rest) < length:
            raise InputError("a page in broken chunks", "fetch the archive again")
        if length == 0:
            return b"".join(parts)
        parts.append(rest[:length])
        rest = rest[length:].removeprefix(b"\r\n")
