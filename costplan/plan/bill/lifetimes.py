"""Models that their vendors stop serving: before a day, within a plan's horizon, or after it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from costplan.catalog.lookup import Entry
from costplan.catalog.model import Model


class Lifetimes(NamedTuple):
    """Sentences: ends that the plan meets, and ends beyond it."""

    warnings: list[str]
    notes: list[str]


def lifetimes(entries: Iterable[Entry], as_of: date, months: int) -> Lifetimes:
    """What to say of models that end, for a plan of so many months from ``as_of`` on.

    The months are calendar months, that of ``as_of`` the first. A model is billed to the end of
    the plan all the same: what would take its place is not known.
    """
    found = Lifetimes([], [])
    for entry in entries:
        day = entry.item.retires if isinstance(entry.item, Model) else None
        if day is None:
            continue
        month = (day.year - as_of.year) * 12 + day.month - as_of.month + 1
        if day <= as_of:
            found.warnings.append(f"{entry.id} was retired on {day}")
        elif month > months:
            found.notes.append(f"{entry.id} retires on {day}")
        else:
            when = f"month {month} of {months}" if months > 1 else "this month"
            found.warnings.append(
                f"{entry.id} retires on {day}, in {when}; it is billed as if it stayed"
            )
    return found
