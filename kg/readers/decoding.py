"""Bytes to text: which encoding, and without the characters that no text has."""

import codecs
import re
import unicodedata

from kg.errors import InputError

# Longest mark first: that of UTF-32 LE begins with that of UTF-16 LE.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_KINDS = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP, Word or EPUB file"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x7fELF", "a program"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"{\\rtf", "an RTF file"),
)
_BREAKS = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
# C0 and C1 controls, noncharacters; then what is invisible and splits or reorders a name: soft hyphen, zero-width and
# bidirectional marks, byte-order marks inside the text.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def marked_encoding(data: bytes) -> str | None:
    r"""The encoding that a byte-order mark names.

    >>> marked_encoding(b"\xef\xbb\xbfPeace")
    'utf-8-sig'
    """
    return next((name for mark, name in _MARKS if data.startswith(mark)), None)


def refuse_binary(data: bytes) -> None:
    r"""Raises InputError where the first bytes are those of a well-known kind of file that is no text.

    >>> refuse_binary(b"\x1f\x8b\x08\x00")
    Traceback (most recent call last):
    kg.errors.InputError: not text but gzip data (convert it to text first)
    """
    for magic, kind in _KINDS:
        if data.startswith(magic):
            raise InputError(f"not text but {kind}", "convert it to text first")


def decode(data: bytes, declared: str | None = None) -> tuple[str, str | None]:
    r"""The text of a file's bytes, cleaned, and a warning where the encoding had to be guessed.

    A byte-order mark decides, then strict UTF-8, then `declared` (an HTML page's own word), then UTF-8 with a few
    broken places, then Windows-1252 where nearly all is ASCII, then charset-normalizer. What is no text raises
    InputError.

    >>> decode(b"Peace in Z\xfcrich\r\n")
    ('Peace in Zürich\n', 'not UTF-8; read as Windows-1252')
    """
    refuse_binary(data)
    if encoding := marked_encoding(data):
        try:
            return clean(data.decode(encoding)), None
        except UnicodeDecodeError:
            return clean(data.decode(encoding, "replace")), f"broken {encoding.removesuffix('-sig').upper()} repaired"
    if len(_CONTROL.findall(data)) * 20 > len(data):
        raise InputError("binary data, not text", "convert it to text in UTF-8 first")
    try:
        return clean(data.decode("utf-8")), None
    except UnicodeDecodeError as error:
        text, encoding = _guess(data, declared, error)
    return clean(text), f"not UTF-8; read as {encoding}"


def _guess(data: bytes, declared: str | None, error: UnicodeDecodeError) -> tuple[str, str]:
    try:
        return data.decode("utf-8", "surrogatepass"), "UTF-8 with surrogates"
    except UnicodeDecodeError:
        pass
    if declared and (text := _strict(data, declared)) is not None:
        return text, declared
    text = data.decode("utf-8", "replace")
    broken, foreign = text.count("\ufffd"), sum(c > "\x7f" for c in text)
    cut = error.reason == "unexpected end of data"
    if cut or broken * 10 <= foreign - broken or (broken <= 2 and broken * 100 <= len(text) and _strict_c1(data)):
        return text, "UTF-8 with broken characters"
    high = sum(byte > 0x7F for byte in data)
    if high * 10 <= len(data) and (text_1252 := _strict(data, "cp1252")) is not None:
        return text_1252, "Windows-1252"
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    if best is None:
        raise InputError("neither UTF-8 nor another encoding that can be recognized", "convert it to UTF-8 first")
    return str(best), best.encoding


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _strict_c1(data: bytes) -> bool:
    """Whether a byte stands there that Windows-1252 does not have either."""
    return _strict(data, "cp1252") is None


def clean(text: str) -> str:
    r"""Line ends as \n, composed characters (NFC), and no controls, invisible marks or lone surrogates.

    >>> clean("A\x00na\u200b\r\nZu\u0308rich")
    'Ana\nZürich'
    """
    if _SURROGATE.search(text):  # two halves that belong together become one character, a lone half U+FFFD
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return unicodedata.normalize("NFC", _UNWANTED.sub("", _BREAKS.sub("\n", text)))


def line(text: str) -> str:
    r"""A title or name on one line.

    >>> line(" Talks\n in  Geneva ")
    'Talks in Geneva'
    """
    return " ".join(clean(text).split())
