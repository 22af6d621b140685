"""Addresses: http and https, only where the call allows the network."""

import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from kg.errors import InputError

_MOST_BYTES = 50_000_000
_SECONDS = 30
_ENDINGS = {
    "application/atom+xml": ".atom", "application/pdf": ".pdf", "application/rss+xml": ".rss", "application/xml": ".xml",
    "application/xhtml+xml": ".html", "text/csv": ".csv", "text/html": ".html", "text/markdown": ".md",
    "text/plain": ".txt", "text/xml": ".xml", "application/x-ndjson": ".jsonl", "application/jsonl": ".jsonl",
}  # fmt: skip


def is_address(given: str) -> bool:
    """Whether an input is an address, not a path.

    >>> is_address("https://news.example/a"), is_address("news/a.txt")
    (True, False)
    """
    return given.lower().startswith(("http://", "https://"))


class _WebOnly(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if not is_address(newurl):
            raise urllib.error.URLError(f"it leads to {newurl[:80]}, which is no web address")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(address: str) -> tuple[bytes, str]:
    """The bytes at an address, and the ending of a file of their kind; InputError if they cannot be had."""
    request = urllib.request.Request(address, headers={"User-Agent": "conflict-kg"})  # noqa: S310 - checked by is_address
    try:
        with urllib.request.build_opener(_WebOnly).open(request, timeout=_SECONDS) as answer:
            data = answer.read(_MOST_BYTES + 1)
            kind = answer.headers.get_content_type()
    except (OSError, ValueError) as error:  # also URLError and timeouts
        raise InputError(
            f"cannot be fetched: {getattr(error, 'reason', None) or error}", "check the address"
        ) from error
    if len(data) > _MOST_BYTES:
        raise InputError(f"larger than {_MOST_BYTES:,} bytes", "fetch it by other means and split it")
    named = "." + urlsplit(address).path.rpartition(".")[2].lower()
    return bytes(data), _ENDINGS.get(kind) or (named if named in (".gz", ".warc", ".docx") else ".html")
