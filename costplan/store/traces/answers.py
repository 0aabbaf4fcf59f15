"""What is asked of rows of usage wherever they lie, and the form of each answer.

``queries.py`` asks the rows of files, by SQL for DuckDB; ``store/warehouse/questions.py`` asks a
table of a warehouse, by expressions that each engine has compiled. Both give the same answers
(tested on the same rows), so that what is priced knows of neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final, NamedTuple, Protocol

from costplan.billing.cells import Counted, Cut

GAMMA: Final = 1.02
"""Sizes are counted in buckets that grow by this, which any engine can: the exact quantiles of an
engine cost a sort each, and its fast ones differ from run to run."""
GROUPS: Final = (
    *("model", "vendor", "step", "tenant", "conversation", "mode", "region", "source"),
    *("day", "hour", "month"),
)
"""What usage can be grouped by beside columns of its own."""
Names = tuple[str | None, ...]


class Logged(NamedTuple):
    """A model as it was logged, with all its rows. Days are UTC; None where rows have no time."""

    vendor: str | None
    model: str
    source: str
    rows: int
    first: date | None
    last: date | None
    tokens: int


class State(NamedTuple):
    """Rows of a file, by its place, that fared alike.

    ``what`` None: counted and priced; "failed", "repeated", or why they cannot be counted.
    ``timeless`` rows have no time. ``tries``: requests that say which attempt they are, ``again``
    those that are no first one. ``cost``: what the source itself says, None where nothing.
    """

    file: int
    what: str | None
    rows: int
    requests: int
    tokens: int
    timeless: int
    tries: int
    again: int
    cost: Decimal | None


class Sizes(NamedTuple):
    """How many requests of a group have a count in one bucket, and its sum; ``place`` is the power
    of ``GAMMA`` that it begins at, None for a count of zero."""

    names: Names
    place: int | None
    rows: int
    sum: int


class Answers(Protocol):
    """What is asked. Groups are names of ``GROUPS``, or further columns that were named when the
    rows were read; each row of an answer is of one combination of them."""

    def states(self) -> Sequence[State]:
        """What became of the rows, by file."""
        ...

    def logged(self) -> Sequence[Logged]:
        """Every model that was logged and its span of days."""
        ...

    def filled(self) -> Sequence[int]:
        """How many rows have each of the further columns."""
        ...

    def cells(self, cut: Cut, by: Sequence[str]) -> list[Counted]:
        """The sums of every cell, by groups."""
        ...

    def sketch(self, column: str, by: Sequence[str]) -> list[Sizes]:
        """Buckets of a count of single requests, by groups."""
        ...

    def hours(self) -> list[tuple[int, int]]:
        """(hour since 1970, requests), ascending; failed ones are traffic too."""
        ...

    def turns(self) -> list[tuple[int, int]]:
        """(turns, conversations): how many conversations have so many requests."""
        ...


def day_of(seconds: float | None) -> date | None:
    """The UTC day of a time since 1970; None for none, and for one that no calendar has."""
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None
