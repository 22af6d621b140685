"""What a reader says about its input besides the documents: what was left out, and what was read with doubt."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Skipped:
    """An input that gave no document: `where` is a path, `path:line` or an identifier; `hint` says what to do.

    >>> print(Skipped("news.jsonl:3", "no text", "give the record a field text"))
    news.jsonl:3: skipped: no text (give the record a field text)
    """

    where: str
    reason: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.where}: skipped: {self.reason}" + (f" ({self.hint})" if self.hint else "")


@dataclass(frozen=True, slots=True)
class Warned:
    """An input that was read, but not quite as it stands.

    >>> print(Warned("a.meta.json", "no such date: 2022-02-30; left out"))
    a.meta.json: warning: no such date: 2022-02-30; left out
    """

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: warning: {self.message}"


@dataclass(slots=True)
class Notes:
    """Where a reader reports to; `skipped` counts what was left out so far."""

    on_skip: Callable[[Skipped], None]
    on_warning: Callable[[Warned], None]
    skipped: int = 0

    def skip(self, where: str, reason: str, hint: str = "") -> None:
        self.skipped += 1
        self.on_skip(Skipped(where, reason, hint))

    def warn(self, where: str, message: str) -> None:
        self.on_warning(Warned(where, message))
