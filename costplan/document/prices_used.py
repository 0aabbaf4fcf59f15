"""Where the prices of an estimate are from: a workload file, a lock, prices of one's own."""

from datetime import date
from decimal import Decimal
from typing import Annotated, NamedTuple

from costplan.facts import Fact, fact
from costplan.quantity import grouped
from costplan.record import Count, Ge


class Origin(NamedTuple):
    """The workload file, and the lines (from 1) of what findings are about: ``stack.portable``,
    ``stack.portable.chat``, ``budget.monthly_total``."""

    file: str
    lines: dict[str, Count]


class Ended(NamedTuple):
    """An offer that its vendor stops selling on ``date``, within the ``months`` that are planned.

    ``month`` of the plan, from 1; 0 where it ended before the plan begins.
    """

    offer: str
    date: date
    month: Annotated[int, Ge(0)]
    months: Count

    @property
    def fact(self) -> Fact:
        """What a reader must know of it."""
        if not self.month:
            return fact("retired", self.offer, date=self.date)
        if self.months > 1:
            when = {"month": self.month, "months": self.months}
            return fact("retires-within", self.offer, date=self.date, **when)
        return fact("retires", self.offer, date=self.date)


MOVES = 5
"""So many moves are told of one by one before a bill."""


class Pinned(NamedTuple):
    """The lock file whose prices an estimate rests on.

    ``moved``: what the catalogue has since said otherwise; ``missing``: ids that were asked for and
    are not in the lock, so that the catalogue prices them.
    """

    file: str
    as_of: date
    offers: tuple[str, ...]
    moved: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def facts(self) -> list[Fact]:
        """What a reader must know of it."""
        facts = [fact("pinned", self.file, date=self.as_of)]
        facts += [fact("moved", self.file, what=move) for move in self.moved[:MOVES]]
        if (more := len(self.moved) - MOVES) > 0:
            facts.append(fact("more-moved", self.file, more=more))
        if self.missing:
            facts.append(fact("not-pinned", self.file, offers=self.missing))
        return facts


class OwnPrice(NamedTuple):
    """A figure that differs, and the one that it hides; None where there is none."""

    price: str
    own: Decimal | None
    hidden: Decimal | None


class Override(NamedTuple):
    """An offer whose price is not the one that the shelves below say.

    ``shelf`` gave the price: a project's folder, the workload's own ``[prices]``, a lock, the
    user's folder. ``prices``: what differs, its own figure and the one it hides, None where there
    is none; ``words``: what differs beside figures.
    """

    offer: str
    shelf: str
    prices: tuple[OwnPrice, ...]
    words: tuple[str, ...] = ()

    @property
    def fact(self) -> Fact:
        """What a reader must know of it, with both figures."""
        both = sorted(self.prices, key=lambda price: None in price[1:])
        parts = [
            f"{label} {_figure(own)} in place of {_figure(hidden)}" for label, own, hidden in both
        ]
        parts[SURE:SURE] = self.words
        if (more := len(parts) - DIFFERENCES) > 0:
            parts[DIFFERENCES:] = [f"{more:,} more differ: 'costplan pricing diff' names them"]
        whose = SHELVES.get(self.shelf, self.shelf)
        return fact("override", self.offer, whose=whose, differences=parts)


SURE = 2
"""So many figures are told of before the words, which no number of them may push out of sight."""
DIFFERENCES = 4
"""So many differences of an offer are told of one by one before a bill."""
SHELVES = {
    "project": "the project's own price",
    "workload": "the workload's own price",
    "user": "the user's own price",
    "lock": "the lock's price",
}


def _figure(value: Decimal | None) -> str:
    return "none" if value is None else grouped(value)
