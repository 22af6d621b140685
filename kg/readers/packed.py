"""Gzip: .gz around any other kind of file, unpacked whole before anything is read, so that it is all or nothing."""

import tempfile
import zlib
from typing import BinaryIO

from kg.errors import InputError
from kg.readers.notes import Notes

MOST_UNPACKED = 1 << 30
MOST_TIMES = 200  # prose packs to a third or a tenth of its size
_PACKED_ANYWAY = 10_000_000  # what is smaller than this when unpacked harms nobody, however tightly it is packed
_PIECE = 1 << 16


def unpack(stream: BinaryIO, name: str, notes: Notes) -> BinaryIO:
    """What a gzip file holds, in memory or a temporary file; InputError if it is cut, broken or a bomb."""
    content = tempfile.SpooledTemporaryFile(max_size=1 << 24)  # noqa: SIM115 - the caller closes it
    try:
        _copy(stream, content, name, notes)
    except BaseException:
        content.close()
        raise
    content.seek(0)
    return content  # type: ignore[return-value]


def _copy(stream: BinaryIO, content: "tempfile.SpooledTemporaryFile[bytes]", name: str, notes: Notes) -> None:
    data = stream.read(_PIECE)
    if not data:
        raise InputError("empty", "")
    taken, given, members = len(data), 0, 0
    while data:
        if not data.startswith(b"\x1f\x8b"[: len(data)]):
            if members == 0:
                raise InputError("not gzip data", "name it by what it is")
            if data.strip(b"\0") or stream.read(1).strip(b"\0"):
                notes.warn(name, "bytes after the end of the gzip data; left out")
            return
        unpacker = zlib.decompressobj(wbits=31)
        while not unpacker.eof:
            try:
                piece = unpacker.decompress(data, _PIECE)
            except zlib.error as error:
                raise InputError(f"broken gzip data: {error}", "fetch or pack it again") from error
            content.write(piece)
            given += len(piece)
            if given > MOST_UNPACKED or (given > _PACKED_ANYWAY and given > MOST_TIMES * taken):
                raise InputError(f"it unpacks to more than {given:,} bytes", "unpack and split it first")
            data = unpacker.unconsumed_tail
            if not data and not unpacker.eof:
                data = stream.read(_PIECE)
                taken += len(data)
                if not data and not piece:
                    raise InputError("gzip data that is cut off", "fetch or pack it again")
        members += 1
        data = unpacker.unused_data or stream.read(_PIECE)
        if not unpacker.unused_data:
            taken += len(data)
