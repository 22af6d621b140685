"""SPARQL text that only reads: what is malformed, an update, or a call to another server is refused before it runs."""

import random
import re

from pyoxigraph import Store

from kg.errors import KgError
from kg.turtle import PREFIXES

_UPDATES = re.compile(r"(?i)(?:insert|delete|load|clear|drop|create|add|move|copy|with)\b")
_PROLOGUE = re.compile(r"(?i)(?:\s+|#[^\n]*|base\s*<[^<>]*>|prefix\s*[^\s:]*:\s*<[^<>]*>)*")


class RefusedError(KgError):
    """A query that asks for what is never done: to change the graph, or to reach the network."""


def check(text: str, where: str = "the query") -> None:
    """Raises KgError for a malformed query, naming line and column, RefusedError for one that does not only read."""
    # The renamed query is tried first, for even to parse an ASK is to run it.
    if "service" in text.lower() and not _parses(_without_service(text)):
        raise RefusedError(
            f"{where} asks another server (SERVICE), or is malformed", "queries only see the graph they are asked of"
        )
    try:
        _parse(text)
    except SyntaxError as error:
        prologue = _PROLOGUE.match(text)
        if prologue and _UPDATES.match(text, prologue.end()):
            raise RefusedError(f"{where} is an update", "graphs are read-only: use SELECT, ASK, CONSTRUCT") from None
        reason = re.sub(r"^error at (\d+):(\d+):", r"line \1, column \2:", " ".join(str(error.msg).split()))
        raise KgError(f"{where} is no valid SPARQL, {reason}") from None


def _without_service(text: str) -> str:
    """The same query with another word for every `service`.

    A word filter is fooled by SERVICE:x{}, and by comments that look like IRIs. Renamed throughout, the word stays
    what it was in literals, IRIs, variables and prefixes, whereas the keyword becomes a syntax error: so the parser
    that would run the query judges it. The word is drawn anew each time, so no query can provide for it.
    """
    words: dict[str, str] = {}

    def rename(match: re.Match[str]) -> str:
        draw = random.SystemRandom()
        return words.setdefault(match.group(), "z" + "".join(draw.choice("bcdfghjklmnpqrstvw") for _ in range(6)))

    return re.sub("service", rename, text, flags=re.IGNORECASE)


def _parses(text: str) -> bool:
    try:
        _parse(text)
    except SyntaxError:
        return False
    return True


def _parse(text: str) -> None:
    # Against an empty store, so that there is nothing to find.
    try:
        Store().query(text, base_iri=PREFIXES["id"], prefixes=PREFIXES)
    except (ValueError, UnicodeEncodeError) as error:
        raise SyntaxError(str(error)) from error
