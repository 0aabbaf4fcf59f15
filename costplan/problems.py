"""What can be wrong, as values: a place, a sentence, a remedy.

    CostplanError                an error with an exit code
    |- InvalidInput              one or more problems in a document (exit 2)
    |- UnknownOffer              an id that is not in the catalogue (exit 2)
    |- PriceNotKnown             the catalogue holds no price for that date (exit 2)
    |- BadUsage                  a value on the command line that cannot be used (exit 2)
    `- NotAsLocked               prices are not what a lock file pins (exit 3)

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
    found = get_close_matches(word, known, n=limit, cutoff=0.6)
    if found:
        return found
    folded = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), folded, n=limit, cutoff=0.6)
    return [folded[name] for name in close]


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """ "did you mean 'x'?" or None when nothing is near."""
    found = nearest(word, known)
    if not found:
        return None
    return "did you mean " + " or ".join(f"'{name}'" for name in found) + "?"


def clean(text: str) -> str:
    """The text with its control characters spelled out, line breaks among them: a name in a file
    can neither steer a terminal nor forge a line."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)
