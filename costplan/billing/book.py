"""What no quantity changes, settled once for whoever bills many months or variants by one
catalogue: offers, tariffs, and how calls fall into the windows of a schedule.

Everything is kept by what it depends on, never by whose it is, and forgotten where there is too
much of it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from costplan.billing.compiled import CompiledOffer
from costplan.billing.tokens import STANDARD, Processing, Tariff, windows
from costplan.catalog.lookup import Entry
from costplan.catalog.model import Model
from costplan.catalog.schedule import Window
from costplan.quantity import ONE
from costplan.workload.tables import Job, Traffic
from costplan.workload.traffic import STEADY, Level, job_shares, levels_in, shares_in

MOST = 2_000
"""Things of one kind that are kept; a search over a whole catalogue has no more of them."""
Kept = TypeVar("Kept")


class Part(NamedTuple):
    """The share of calls that falls in a window of a schedule (None: outside all of them), and how
    busy its hours are."""

    window: Window | None
    share: Decimal
    levels: Sequence[Level]


ALWAYS = (Part(None, ONE, STEADY),)


class Same:
    """Things as a key, each by its identity: they are held, so that nothing else can take it."""

    __slots__ = ("_ids", "things")

    def __init__(self, *things: object) -> None:
        self.things = things
        self._ids = tuple(map(id, things))

    def __hash__(self) -> int:
        return hash(self._ids)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self._ids == other._ids


class Book:
    """Entries of one catalogue as they are on their days."""

    def __init__(self) -> None:
        self._more: dict[str, dict[Hashable, Any]] = {}
        self._offers: dict[Hashable, CompiledOffer] = {}
        self._tariffs: dict[Hashable, Tariff] = {}
        self._parts: dict[Hashable, Sequence[Part]] = {}

    def keep(self, kind: str, key: Hashable, find: Callable[[], Kept]) -> Kept:
        """What else follows from a key alone; ``kind`` says what."""
        answer: Kept = kept(self._more.setdefault(kind, {}), key, find)
        return answer

    def offer(self, entry: Entry, day: date) -> CompiledOffer:
        """The offer on a day. Raises as ``CompiledOffer``."""
        key = (entry.item.id, entry.shelf, day)
        return kept(self._offers, key, lambda: CompiledOffer(entry, day))

    def tariff(self, entry: Entry, day: date, processing: Processing = STANDARD) -> Tariff:
        """The tariff of an entry on a day. Raises as ``Tariff``."""
        window = processing.window
        at = id(window) if window is not None else 0  # which the entry's card keeps
        key = (entry.item.id, entry.shelf, day, processing.mode, processing.region, at)
        return kept(self._tariffs, key, lambda: Tariff(entry, day, processing))

    def parts(
        self, entry: Entry, day: date, traffic: Traffic, job: Job | None = None
    ) -> Sequence[Part]:
        """The windows of a model's schedule in which traffic, or a job's runs, fall."""
        assert isinstance(entry.item, Model)
        hours = (traffic.timezone, traffic.hourly, traffic.weekend_factor)
        own = None if job is None else (job.days, job.hours)
        key = (entry.item.id, entry.shelf, day, hours, own)
        return kept(self._parts, key, lambda: _parts(entry, day, traffic, job))


def _parts(entry: Entry, day: date, traffic: Traffic, job: Job | None) -> Sequence[Part]:
    assert isinstance(entry.item, Model)
    schedule = windows(entry.item, day)
    tests = [window.covers for window in schedule]
    levels = levels_in(traffic, day, tests)
    if not schedule:
        return ALWAYS if levels == [STEADY] else (Part(None, ONE, levels[0]),)
    shares = job_shares(job, traffic, day, tests) if job else shares_in(traffic, day, tests)
    rows = zip([*schedule, None], shares, levels, strict=True)
    return tuple(Part(*row) for row in rows)


def kept(known: dict[Hashable, Kept], key: Hashable, find: Callable[[], Kept]) -> Kept:
    """What is known under a key, found where it is not."""
    answer = known.get(key)
    if answer is None:
        if len(known) >= MOST:
            known.clear()
        answer = known[key] = find()
    return answer
