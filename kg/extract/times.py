"""When: expressions of time in a sentence, resolved against the article's date; what cannot be resolved stays absent."""

import calendar
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from spacy.tokens import Span, Token

_MONTHS = {name.lower(): i for i, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): i for i, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_DAYS = {name.lower(): i for i, name in enumerate(calendar.day_name)}
_MONTH = r"(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_YEAR = r"(?P<year>1[5-9]\d\d|20\d\d)"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_NUMBER = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_UNIT = {"day": 1, "week": 7}
_PATTERNS = [
    ("day", re.compile(rf"\b{_MONTH}\s+{_DAY}(?:\s*,?\s+{_YEAR})?(?!\d)", re.IGNORECASE)),
    ("day", re.compile(rf"\b{_DAY}\s+(?:of\s+)?{_MONTH}(?:\s*,?\s+{_YEAR})?\b", re.IGNORECASE)),
    ("iso", re.compile(r"\b(?P<iso>(?:19|20)\d\d-[01]\d-[0-3]\d)\b")),
    ("month", re.compile(rf"\b{_MONTH}\s*,?\s+(?:of\s+)?{_YEAR}\b", re.IGNORECASE)),
    ("relative", re.compile(r"\b(?P<word>yesterday|today|tonight|tomorrow|last night|this morning|this afternoon|this evening|this week|last week|last month|last year|this month|this year|next week|next month|next year)\b", re.IGNORECASE)),
    ("ago", re.compile(rf"\b(?P<count>{'|'.join(_NUMBER)}|\d+)\s+(?P<unit>day|week|month|year)s?\s+(?:ago|earlier)\b", re.IGNORECASE)),
    ("weekday", re.compile(rf"\b(?P<shift>last\s+|next\s+)?(?P<weekday>{'|'.join(_DAYS)})\b", re.IGNORECASE)),
    ("year", re.compile(rf"\b(?:in|since|of|during|until|by|from|the)\s+(?:early\s+|late\s+|mid-?)?{_YEAR}\b(?!\s*-|\s*s\b)", re.IGNORECASE)),
    ("year", re.compile(rf"\b{_YEAR}\b(?=\s+[a-z])", re.IGNORECASE)),
    ("bare month", re.compile(rf"\b(?:in|last|since|this|of|during|until)\s+(?:early\s+|late\s+|mid-?)?{_MONTH}(?!\w|\s+\d)", re.IGNORECASE)),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Time:
    """Characters start to end of the document, and the value as YYYY, YYYY-MM or YYYY-MM-DD."""

    start: int
    end: int
    value: str


def times(sentence: Span, published: str | None) -> list[Time]:
    """The resolvable times of a sentence, left to right, none inside another.

    Where the document has no date, a month and day without a year are of the year that the text has named last.
    """
    anchor = _anchor(published)
    text = sentence.text
    found: list[Time] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if any(
                t.start < sentence.start_char + match.end() and sentence.start_char + match.start() < t.end
                for t in found
            ):
                continue
            if kind in {"bare month", "month"} and match["month"].islower():
                continue
            if kind == "day" and match["month"].islower() and match["month"].lower() in {"may", "march"}:
                continue
            value = _resolve(kind, match, anchor, sentence)
            if value:
                found.append(Time(sentence.start_char + match.start(), sentence.start_char + match.end(), value))
    return sorted(_weekday_with_date(found, text, sentence.start_char), key=lambda t: t.start)


def _weekday_with_date(found: list[Time], text: str, offset: int) -> list[Time]:
    """ "Thursday, Nov 10": the day of the month says more than the weekday."""
    exact = [t for t in found if len(t.value) == 10]
    dropped = set()
    for a in exact:
        for b in exact:
            between = text[a.end - offset : b.start - offset]
            if (
                a is not b
                and a.end <= b.start
                and re.fullmatch(r"[\s,]*(?:the\s+)?", between)
                and text[a.start - offset : a.end - offset].split()[-1].lower() in _DAYS
            ):
                dropped.add(a)
    return [t for t in found if t not in dropped]


def _anchor(published: str | None) -> date | None:
    if published and len(published) == 10:
        return date.fromisoformat(published)
    return None


def _told_year(sentence: Span, paragraph: bool = False) -> int | None:
    """The year that stands last in the text, or in its paragraph, up to the end of a sentence, its own first."""
    text = sentence.doc._.kg_document.text
    ends, years = _years(text)
    at = bisect_right(ends, sentence.end_char)
    if not at or (paragraph and ends[at - 1] <= text.rfind("\n\n", 0, sentence.start_char)):
        return None
    return years[at - 1]


@lru_cache(maxsize=1)
def _years(text: str) -> tuple[list[int], list[int]]:
    """Where the years that a text names end, and which they are; once a text, however many its sentences."""
    found = list(re.finditer(r"\b(1[5-9]\d\d|20\d\d)\b", text))
    return [match.end() for match in found], [int(match[0]) for match in found]


def _year(sentence: Span, anchor: date | None) -> int | None:
    """The year of a day or month without one, where the text tells of another time: "In 1971 … on 3 December"."""
    told = _told_year(sentence, paragraph=anchor is not None)
    return told if anchor is None or (told is not None and told < anchor.year - 1) else None


def _resolve(kind: str, match: re.Match[str], anchor: date | None, sentence: Span) -> str | None:
    groups = match.groupdict()
    if kind == "iso":
        return groups["iso"] if _valid(groups["iso"]) else None
    if kind == "year":
        return groups["year"]
    if kind == "month":
        return f"{groups['year']}-{_MONTHS[groups['month'].lower()]:02}"
    future = _future(sentence)
    if kind == "day":
        month, day = _MONTHS[groups["month"].lower()], int(groups["day"])
        if groups["year"]:
            year = int(groups["year"])
        elif (told := _year(sentence, anchor)) is not None:
            year = told
        elif anchor is None:
            return None
        else:
            year = anchor.year
            if (month, day) > (anchor.month, anchor.day) and not future:
                year -= 1
        value = f"{year}-{month:02}-{day:02}"
        return value if _valid(value) else None
    if kind == "bare month" and (told := _year(sentence, anchor)) is not None:
        return f"{told}-{_MONTHS[groups['month'].lower()]:02}"
    if anchor is None:
        return None
    if kind == "bare month":
        month = _MONTHS[groups["month"].lower()]
        return f"{anchor.year - (month > anchor.month and not future)}-{month:02}"
    if kind == "weekday":
        back = (anchor.weekday() - _DAYS[groups["weekday"].lower()]) % 7
        shift = (groups["shift"] or "").strip().lower()
        if shift == "next" or (future and shift != "last"):
            return (anchor + timedelta(days=(7 - back) % 7 or 7)).isoformat()
        return (anchor - timedelta(days=back or (7 if shift == "last" else 0))).isoformat()
    if kind == "ago":
        count = _NUMBER.get(groups["count"].lower()) or int(groups["count"])
        unit = groups["unit"].lower()
        if unit in _UNIT:
            if "earlier" in match.group().lower() or count * _UNIT[unit] > 20000:
                return None
            moment = anchor - timedelta(days=count * _UNIT[unit])
            return moment.isoformat() if unit == "day" else moment.isoformat()[:7]
        if "earlier" in match.group().lower():
            return None
        if unit == "month":
            index = anchor.year * 12 + anchor.month - 1 - count
            return f"{index // 12}-{index % 12 + 1:02}"
        return str(anchor.year - count) if count < anchor.year else None
    return _word(groups["word"].lower(), anchor)


def _word(word: str, anchor: date) -> str | None:
    days = {
        "yesterday": -1,
        "last night": -1,
        "today": 0,
        "tonight": 0,
        "this morning": 0,
        "this afternoon": 0,
        "this evening": 0,
        "tomorrow": 1,
    }
    if word in days:
        return (anchor + timedelta(days=days[word])).isoformat()
    which, unit = word.split()
    step = {"last": -1, "this": 0, "next": 1}[which]
    if unit == "year":
        return str(anchor.year + step)
    if unit == "month":
        index = anchor.year * 12 + anchor.month - 1 + step
        return f"{index // 12}-{index % 12 + 1:02}"
    return (anchor + timedelta(days=7 * step)).isoformat()[:7]


def _valid(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _future(sentence: Span) -> bool:
    root = sentence.root
    return any(c.lower_ in {"will", "shall"} for c in root.children if c.dep_ == "aux")


def when(trigger: Token, found: list[Time]) -> str | None:
    """The time of the clause that `trigger` heads or stands in: the nearest clause upwards that has one."""
    token = trigger
    passed: set[int] = set()
    for step in range(8):
        own = [t for t in found if _in_clause(token, t, passed)]
        if own:
            return min(own, key=lambda t: (-len(t.value), abs(t.start - trigger.idx))).value
        if token.head.i == token.i or (
            token.dep_ in {"relcl", "advcl"} and step > 0 and token.pos_ == "VERB" and _content(token)
        ):
            return None
        if token.dep_ in {"relcl", "acl"} and token.head.pos_ in {"NOUN", "PROPN"} and token is not trigger:
            return None
        if token.dep_ == "ccomp":
            # the time of "said on Monday" is the time of saying, unless it stands before the whole sentence
            first = [t for t in found if t.start - token.sent.start_char < 25 and t.end <= token.left_edge.idx]
            return first[0].value if first and len(first[0].value) == 10 else None
        passed.add(token.i)
        token = token.head
    return None


def _content(token: Token) -> bool:
    return any(c.dep_ == "mark" for c in token.children)


def _in_clause(head: Token, time: Time, passed: set[int]) -> bool:
    """Whether the time's words hang on `head` without another verb in between."""
    for token in _tokens(head, time):
        while token.i != head.i and token.head.i != token.i:
            if token.dep_ == "prep" and token.lower_ in {"for", "over", "about"} and token.head.i == head.i:
                return False  # "apologised for the crimes of 1945"
            if token.dep_ == "prep" and token.lower_ == "of" and token.head.pos_ == "PROPN" and token.head.i != head.i:
                return False  # "guarantors of the Protocol of 1942"
            if (
                token.pos_ in {"VERB", "AUX"}
                and token.dep_ in {"ccomp", "relcl", "advcl", "acl", "conj", "parataxis", "xcomp", "pcomp"}
                and token.i != head.i
            ):
                return False
            token = token.head
        if token.i == head.i:
            return True
    return False


def _tokens(head: Token, time: Time) -> Iterator[Token]:
    """The last word of the expression that names a time."""
    span = head.doc.char_span(time.start, time.end, alignment_mode="expand")
    if span is not None:
        yield span.root
