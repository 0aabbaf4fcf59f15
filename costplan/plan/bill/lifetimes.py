"""Offers that their vendors stop selling: before a day, within a plan's horizon, or after it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from costplan.catalog.lookup import Entry
from costplan.catalog.model import Model
from costplan.document.prices_used import Ended
from costplan.facts import Fact, fact
from costplan.plan.bill.announced import SOON


class Lifetimes(NamedTuple):
    """Ends that the plan meets, and facts of ends beyond it."""

    ended: list[Ended]
    later: list[Fact]


def lifetimes(entries: Iterable[Entry], as_of: date, months: int) -> Lifetimes:
    """What to say of offers that end, for a plan of so many months from ``as_of`` on, 0 for a
    moment.

    The months are calendar months, that of ``as_of`` the first. A model is billed to the end of
    the plan all the same: what would take its place is not known.
    """
    lives = Lifetimes([], [])
    for entry in entries:
        day = _end(entry)
        if day is None:
            continue
        month = (day.year - as_of.year) * 12 + day.month - as_of.month + 1
        if day <= as_of:
            lives.ended.append(Ended(entry.id, day, 0, months))
        elif month > months > 0 and day - as_of <= SOON:
            lives.later.append(fact("retires-soon", entry.id, date=day))
        elif month > months:
            code = "model-retires-later" if isinstance(entry.item, Model) else "offer-ends-later"
            lives.later.append(fact(code, entry.id, date=day))
        else:
            lives.ended.append(Ended(entry.id, day, month, months))
    return lives


def _end(entry: Entry) -> date | None:
    """The first day on which the vendor no longer sells the entry; None where none is known."""
    item = entry.item
    return item.retires if isinstance(item, Model) else item.ended_on(date.max)
