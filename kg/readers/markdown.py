"""Markdown: .md, without its markup, headings and list items as paragraphs of their own."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from kg.document import Document
from kg.readers.decoding import decode
from kg.readers.metadata import from_fields
from kg.readers.notes import Notes
from kg.readers.plain import whole

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n(?:---|\.\.\.)\n", re.DOTALL)
_FIELD = re.compile(r"^(date|title|url|source): *(.+?) *$", re.MULTILINE)
# In this order: blocks first, since they may hold what looks like inline markup.
_MARKUP = (
    (re.compile(r"<!--.*?-->", re.DOTALL), ""),
    (re.compile(r"^(```|~~~).*?^\1.*?$", re.DOTALL | re.MULTILINE), ""),
    (re.compile(r"^(.+)\n(?:=+|-+) *$", re.MULTILINE), r"\n\1\n"),
    (re.compile(r"^ {0,3}(?:[-*_] *){3,}$", re.MULTILINE), ""),
    (re.compile(r"^ {0,3}#{1,6} +(.*?)(?: +#+)? *$", re.MULTILINE), r"\n\1\n"),
    (re.compile(r"^ {0,3}(?:> ?)+", re.MULTILINE), ""),
    (re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)]) +", re.MULTILINE), "\n"),
    (re.compile(r"^ {0,3}\[[^\]\n]+\]: .*$", re.MULTILINE), ""),
    (re.compile(r"^\|?[ :|-]*-{3}[ :|-]*$", re.MULTILINE), ""),
    (re.compile(r"^\| *(.*?) *\|$", re.MULTILINE), r"\n\1\n"),
    (re.compile(r"!\[[^\]\n]*\](?:\([^)\n]*\)|\[[^\]\n]*\])"), ""),
    (re.compile(r"\[\^[^\]\n]+\]"), ""),
    (re.compile(r"\[([^\]\n]+)\](?:\([^)\n]*\)|\[[^\]\n]*\])"), r"\1"),
    (re.compile(r"<(https?://[^>\s]+)>"), r"\1"),
    (re.compile(r"</?[A-Za-z][^>\n]*>"), ""),
    (re.compile(r"(\*{1,3})(?=\S)([^*\n]+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<!\w)(_{1,3})(?=\S)([^_\n]+?)(?<=\S)\1(?!\w)"), r"\2"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!>~|-])"), r"\1"),
    (re.compile(r"\n{3,}"), "\n\n"),
)


def plain(text: str) -> str:
    r"""Markdown as plain text.

    >>> plain("# Talks\n**Kenya** and [Chad](https://c.example) met.\n- They agreed.")
    'Talks\n\nKenya and Chad met.\n\nThey agreed.'
    """
    for pattern, replacement in _MARKUP:
        text = pattern.sub(replacement, text)
    return text.strip("\n")


def read(stream: BinaryIO, name: str, notes: Notes) -> Iterator[Document]:
    """One document; date, title, url and source out of the front matter."""
    text, warning = decode(whole(stream))
    if warning:
        notes.warn(name, warning)
    fields: dict[str, object] = {}
    if front := _FRONT_MATTER.match(text):
        fields = {key: value.strip("\"'") for key, value in _FIELD.findall(front[1])}
        text = text[front.end() :]
    about = from_fields(fields, name, notes)
    yield Document(name, plain(text), about.date, about.title, about.url, about.source)
