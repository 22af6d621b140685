"""The one error family of kg: what was wrong, and what to do about it."""


class KgError(Exception):
    """Something that a user can act on: `message` says what and where, `hint` what to do.

    >>> print(KgError("no such file: a.txt", "check the path"))
    no such file: a.txt (check the path)
    """

    exit_status = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class UsageError(KgError):
    """The call was wrong: exit status 2."""

    exit_status = 2


class InputError(KgError):
    """One input could not be read: it is named, skipped and counted."""


class OntologyError(KgError):
    """A file of `ontology/` is malformed: names file and line where known."""
