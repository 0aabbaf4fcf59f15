"""What can be wrong, as values: a place, a sentence, a remedy.

    CostplanError            the base of all others (exit 2)
    |- BadUsage              a value or a file that cannot be used, with its remedy (exit 2)
    |  |- Astray             a path that leads nowhere in a workload (exit 2)
    |  |- Busy               another process writes there (exit 2)
    |  |- FetchError         an address or a file that cannot be had (exit 2)
    |  |- ForgeError         a code host that cannot be reached or says no (exit 2)
    |  |  |- Refused         it understood, and says no (exit 2)
    |  |  |- Unsure          it broke off, and may have done it (exit 2)
    |  |- MissingVariables   an offer that cannot be billed without them (exit 2)
    |  |- NotAsLocked        prices are not what a lock file pins (exit 3)
    |  |- NotMeasured        no measured throughput answers (exit 2)
    |  |  |- TooSmall        a machine that holds no replica that was measured (exit 2)
    |  |- PriceNotKnown      the catalogue holds no price for that day (exit 2)
    |  |- UnknownOffer       an id that is not in the catalogue (exit 2)
    |- DocumentError         everything wrong with one file, each with its place (exit 2)
    |  |- SavedError         everything wrong with one saved document (exit 2)
    |- DocumentSyntaxError   a file that is no TOML (exit 2)
    |- EditedLock            entries of a lock that somebody changed (exit 2)
    |- InvalidInput          problems of data that is of no file (exit 2)

The rooms below the command line raise these and print nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

Path = tuple[str | int, ...]


class Problem(NamedTuple):
    """One thing wrong at one place of a document.

    ``path`` leads from the document's root to the key or element; ``part`` says whether the key
    or its value is to be marked.
    """

    path: Path
    message: str
    hint: str | None = None
    part: Literal["key", "value"] = "value"

    def under(self, prefix: Path) -> Problem:
        """The same problem seen from further up the document."""
        return Problem(prefix + self.path, self.message, self.hint, self.part)


class CostplanError(Exception):
    """The base of every error that a command turns into a message and an exit code."""

    exit_code = 2


class InvalidInput(CostplanError):
    """A document that cannot be used; carries every problem that was found in it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.message for problem in self.problems))


class BadUsage(CostplanError):
    """A value that cannot be used, with its remedy."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)


class NotAsLocked(BadUsage):
    """What keeps a workload from being priced by its lock alone; ``also`` has each difference."""

    exit_code = 3

    def __init__(self, message: str, hint: str | None = None, also: Sequence[str] = ()) -> None:
        super().__init__(message, hint)
        self.also = tuple(also)


class UnknownOffer(BadUsage):
    """An id that no catalogue holds. Its neighbours are named, never priced."""


class PriceNotKnown(BadUsage):
    """The offer is in the catalogue, but not with a price for what was asked."""


def nearest(word: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """The known words most like ``word``, best first; for messages, never for pricing."""
    from difflib import get_close_matches  # 3 ms, and only errors need it

    known = list(dict.fromkeys(known))
    near = get_close_matches(word, known, n=limit, cutoff=0.6)
    if near:
        return near
    folded = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), folded, n=limit, cutoff=0.6)
    return [folded[name] for name in close]


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """ "did you mean 'x'?" or None when nothing is near."""
    near = nearest(word, known)
    if not near:
        return None
    return "did you mean " + " or ".join(f"'{name}'" for name in near) + "?"


def clean(text: str) -> str:
    """The text with its control characters spelled out, line breaks among them: a name in a file
    can neither steer a terminal nor forge a line."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)
