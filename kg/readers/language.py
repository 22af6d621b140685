"""Is it English? Only a clear verdict on a text long enough to judge counts."""

import functools
import re
from typing import Any

# No English prose of some length does without these; no other language uses them so often.
_COMMON = frozenset({
    "the", "of", "and", "to", "in", "that", "is", "was", "for", "on", "with", "as", "by", "it", "at", "from", "his",
    "her", "he", "she", "they", "are", "be", "has", "have", "had", "not", "this", "which", "were", "said", "will",
    "who", "their", "its", "an", "or", "but", "been", "would", "after",
})  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
_ENOUGH_LETTERS = 150  # in different words: about 200 in all
_ENGLISH_SHARE = 0.10
_UNLIKELY = 0.05
_NEAR_ENGLISH = ("en", "pcm", "sco", "bcl")  # what the model takes short English news for: its pidgin, Scots, Bikol


def foreign_language(text: str) -> str | None:
    """The ISO 639 code of the text's language where it is clearly not English, else None.

    Two witnesses must agree: fewer than one word in ten is a common English one, and py3langid gives English
    hardly a chance. So English news full of foreign names passes, and the model is only loaded where there is doubt.

    >>> foreign_language("Der Präsident sprach mit dem Minister.")  # too short to judge
    """
    words = [found[0].casefold() for found in _WORD.finditer(text[:20_000])]
    if sum(map(len, set(words))) < _ENOUGH_LETTERS and not _unspaced(text):
        return None
    if sum(word in _COMMON for word in words) >= _ENGLISH_SHARE * len(words):
        return None
    likely: dict[str, float] = dict(_identifier().rank(text[:20_000]))
    if sum(likely.get(language, 0.0) for language in _NEAR_ENGLISH) > _UNLIKELY:
        return None
    return max(likely, key=lambda language: (likely[language], language))


def _unspaced(text: str) -> bool:
    """Chinese, Japanese, Korean and the like say in fewer letters what English says in many."""
    return sum(c > "\u0e00" and c.isalpha() for c in text[:20_000]) * 4 >= _ENOUGH_LETTERS


@functools.cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
