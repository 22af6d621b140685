"""What is known about a document besides its text: date, title, url, source."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote, urlsplit

from kg.readers.decoding import decode, line
from kg.readers.notes import Notes

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ].*)?)?)?")
_LIMIT = 1_000_000
SIDECAR = ".meta.json"


@dataclass(frozen=True, slots=True)
class Metadata:
    """The fields of a Document beside identifier and text."""

    date: str | None = None
    title: str | None = None
    url: str | None = None
    source: str | None = None


def valid_date(text: str) -> str | None:
    """YYYY, YYYY-MM or YYYY-MM-DD, if there is such a date; a time of day falls away.

    >>> valid_date("2022-11-10T08:00:00Z"), valid_date("2022-02-30"), valid_date("May")
    ('2022-11-10', None, None)
    """
    found = _DATE.fullmatch(text.strip())
    if not found or not text.isascii():
        return None
    year, month, day = found.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return "-".join(part for part in (year, month, day) if part)


def valid_url(text: str) -> str | None:
    """An http or https address without user name and password, as a valid IRI; None if it is no such address.

    >>> valid_url("https://ann:secret@news.example/a b"), valid_url("javascript:alert(1)")
    ('https://news.example/a%20b', None)
    """
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or re.search(r"""[\s<>"{}|\\^`%]""", host):
        return None
    host = f"[{host}]" if ":" in host else host
    address = parts._replace(netloc=f"{host}:{port}" if port is not None else host).geturl()
    address = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", address)
    return re.sub(r"""[\x00-\x20<>"{}|\\^`]""", lambda found: quote(found[0], safe=""), address)


def from_fields(fields: Mapping[str, object], where: str, notes: Notes) -> Metadata:
    """Date, title, url and source out of a JSON object; what is unusable is named and left out."""
    wanted: dict[str, str | None] = {}
    for name in ("date", "title", "url", "source"):
        value = fields.get(name)
        if value is None or value == "":
            continue
        if not isinstance(value, str | int) or isinstance(value, bool):
            notes.warn(where, f"{name} is not a text; left out")
            continue
        text = line(str(value))
        checked = valid_date(text) if name == "date" else valid_url(text) if name == "url" else text
        if checked is None:
            kind = "date" if name == "date" else "web address"
            notes.warn(where, f"no such {kind}: {text[:80]}; left out")
        wanted[name] = checked or None
    return Metadata(**wanted)


def sidecar(path: Path) -> Path:
    """Where the metadata of a file would lie: `a.meta.json` beside `a.txt` and `a.txt.gz`.

    >>> sidecar(Path("a.txt.gz")).name
    'a.meta.json'
    """
    return (path.with_suffix("") if path.suffix.lower() == ".gz" else path).with_suffix(SIDECAR)


def beside_a_text(path: Path) -> bool:
    """Whether a path is the metadata of a file that lies beside it, as in `kg build seeds/*`."""
    if not path.name.endswith(SIDECAR):
        return False
    stem = path.name.removesuffix(SIDECAR)
    return any(other.name.startswith(stem + ".") and other.name != path.name for other in path.parent.iterdir())


def beside(path: Path, notes: Notes) -> Metadata:
    """The metadata of `a.meta.json` beside `a.txt`; empty where there is none."""
    place = sidecar(path)
    try:
        if not place.is_file():
            return Metadata()
        with place.open("rb") as stream:
            fields = json.loads(decode(stream.read(_LIMIT))[0])
    except (OSError, ValueError, RecursionError, UnicodeError) as error:
        notes.warn(str(place), f"not readable, so left out: {getattr(error, 'strerror', None) or error}")
        return Metadata()
    if not isinstance(fields, dict):
        notes.warn(str(place), "not a JSON object, so left out")
        return Metadata()
    return from_fields(fields, str(place), notes)
