"""An estimate: each stack's month, line by line, with what it rests on. The document is the
snapshot: everything drawn later is drawn from it, with no access to prices or workload."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from costplan.document.line import LineItem
from costplan.problems import BadUsage, did_you_mean
from costplan.quantity import ZERO, grouped, literal, settle, total

NORMAL = (
    (Decimal("0.5"), ZERO),
    (Decimal("0.95"), Decimal("1.6448536269515")),
    (Decimal("0.99"), Decimal("2.3263478740408")),
)
"""Quantiles of the standard normal distribution."""
PURPOSES = ("produce", "coordinate", "people", "idle")
SCHEMA_VERSION = "1.2"
"""1.1 added ``origin``, ``catalog.lock`` and a line's ``flat``; 1.2 ``catalog.overrides`` and
``ended``."""
STALE_RATE = "exchange rate "
"""How a stale exchange rate begins in the list of stale prices; then its key and ": of" its day."""
NUMBER = r"Decimal\('(-?\d+(?:\.\d*)?(?:E[+-]?\d+)?)'\)"


def spelled_alike(text: str) -> str:
    """A text of values in which a number looks the same however it was written: 0.10 as 0.1."""
    import re

    return re.sub(NUMBER, lambda found: literal(Decimal(found[1])), text)


def amounts(lines: Iterable[LineItem]) -> Decimal:
    """The sum of the priced lines."""
    return total(line.amount or ZERO for line in lines)


@dataclass(slots=True)
class Component:
    """The lines of one kind of cost: tokens, vector-db, observability ..."""

    name: str
    line_items: list[LineItem]

    @property
    def total(self) -> Decimal:
        return amounts(self.line_items)

    @property
    def fixed(self) -> Decimal:
        return amounts(line for line in self.line_items if line.fixed)

    @property
    def variable(self) -> Decimal:
        return amounts(line for line in self.line_items if not line.fixed)

    @property
    def unpriced(self) -> bool:
        return any(line.amount is None for line in self.line_items)


@dataclass(slots=True)
class Commitment:
    """What a month draws on money promised to a vendor: covered + unused = monthly.

    ``overage``: what is paid beyond it; ``saved``: what it takes off the contracted cost. Money of
    the estimate's currency.
    """

    name: str
    monthly: Decimal
    covered: Decimal
    overage: Decimal
    saved: Decimal

    @property
    def unused(self) -> Decimal:
        return self.monthly - self.covered


@dataclass(slots=True)
class Month:
    """One month of a longer horizon: recurring cost at that month's traffic and prices.

    ``credits``: what one-time credits pay of it, as a positive amount.
    """

    month: date
    requests: Decimal
    recurring: Decimal
    one_off: Decimal
    at_least: bool
    credits: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.recurring + self.one_off - self.credits


@dataclass(slots=True, kw_only=True)
class Reliability:
    """What becomes of one request, and of a month's requests. Shares sum to 1.

    ``trusted``: a right answer, by the machine or a person; ``silent``: a wrong one delivered as if
    it were right; ``aborted``: loudly none. ``shared``: steps whose success rate was taken to be
    the same for every model, so that no stack may be ranked on it. ``cost_sd``: standard
    deviation of one request's variable cost. ``cost_quantiles``: (share, low, high): the cost that
    the share of requests does not exceed lies between low and high.
    """

    delivered_right: Decimal
    delivered_wrong: Decimal
    human_right: Decimal
    human_wrong: Decimal
    aborted: Decimal
    cost_mean: Decimal
    cost_sd: Decimal
    cost_quantiles: list[tuple[Decimal, Decimal, Decimal]] = field(default_factory=list)
    target: Decimal | None = None
    shared: list[str] = field(default_factory=list)

    @property
    def trusted(self) -> Decimal:
        return self.delivered_right + self.human_right

    @property
    def silent(self) -> Decimal:
        return self.delivered_wrong + self.human_wrong

    @property
    def escalated(self) -> Decimal:
        return self.human_right + self.human_wrong

    def month_sd(self, requests: Decimal) -> Decimal:
        """Standard deviation of the month's variable cost under Poisson arrivals of that mean:
        Var = n (v + m^2)."""
        return (requests * (self.cost_sd**2 + self.cost_mean**2)).sqrt()

    def month_quantiles(self, requests: Decimal) -> list[tuple[Decimal, Decimal]]:
        """(share, money): what the month's variable cost does not exceed in that share of months.

        A normal distribution of the month's mean and variance, as a sum of many requests has.
        """
        mean, sd = requests * self.cost_mean, self.month_sd(requests)
        return [(share, max(ZERO, mean + deviations * sd)) for share, deviations in NORMAL]


class Ended(NamedTuple):
    """An offer that its vendor stops selling on ``date``, within the ``months`` that are planned.

    ``month`` of the plan, from 1; 0 where it ended before the plan begins.
    """

    offer: str
    date: date
    month: int
    months: int

    @property
    def sentence(self) -> str:
        """What a reader must know of it."""
        if not self.month:
            return f"{self.offer} was retired on {self.date}"
        when = f"month {self.month} of {self.months}" if self.months > 1 else "this month"
        return f"{self.offer} retires on {self.date}, in {when}; it is billed as if it stayed"


@dataclass(slots=True, kw_only=True)
class Estimate:
    """One stack's bill for the as-of month. ``seats``: people with a login, None where the workload
    names none; ``budget``: what the month may cost, for a table to show what is left."""

    stack: str
    requests: Decimal
    conversations: Decimal | None = None
    seats: Decimal | None = None
    components: list[Component]
    months: list[Month] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    not_included: list[str] = field(default_factory=list)
    not_modelled: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    budget: Decimal | None = None
    reliability: Reliability | None = None
    commitments: list[Commitment] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)

    @property
    def lines(self) -> list[LineItem]:
        return [line for component in self.components for line in component.line_items]

    @property
    def total_monthly(self) -> Decimal:
        return amounts(self.lines)

    @property
    def list_monthly(self) -> Decimal:
        return total(line.list_amount or ZERO for line in self.lines)

    @property
    def contracted_monthly(self) -> Decimal:
        """After discounts, before commitments and credits."""
        return total(line.contracted_amount or ZERO for line in self.lines)

    @property
    def fixed_monthly(self) -> Decimal:
        return amounts(line for line in self.lines if line.fixed)

    @property
    def variable_monthly(self) -> Decimal:
        return amounts(line for line in self.lines if not line.fixed)

    @property
    def unpriced(self) -> list[LineItem]:
        return [line for line in self.lines if line.amount is None]

    @property
    def at_least(self) -> bool:
        """Whether a price is missing, so that the true total is higher than the one shown."""
        return bool(self.unpriced)

    @property
    def by_purpose(self) -> dict[str, Decimal]:
        return {
            purpose: amounts(line for line in self.lines if line.purpose == purpose)
            for purpose in PURPOSES
        }

    @property
    def orchestration_spend(self) -> Decimal:
        """What keeps the answers right: coordinate + people, redundant lines left out."""
        wanted = ("coordinate", "people")
        return amounts(
            line for line in self.lines if line.purpose in wanted and "redundant" not in line.tags
        )

    @property
    def overprovisioned_compute(self) -> Decimal:
        """What is bought and not needed to produce: redundant lines and idle ones, counted once."""
        return amounts(
            line for line in self.lines if line.purpose == "idle" or "redundant" in line.tags
        )

    @property
    def cost_per_trusted_answer(self) -> Decimal | None:
        """The month's total over its trusted answers; None where reliability is not modelled."""
        if self.reliability is None or not self.requests or not self.reliability.trusted:
            return None
        return settle(self.total_monthly / (self.requests * self.reliability.trusted))

    @property
    def cost_per_request(self) -> Decimal | None:
        return settle(self.total_monthly / self.requests) if self.requests else None


class Origin(NamedTuple):
    """The workload file, and the lines (from 1) of what findings are about: ``stack.portable``,
    ``stack.portable.chat``, ``budget.monthly_total``."""

    file: str
    lines: dict[str, int]


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
    def sentences(self) -> list[str]:
        """What a reader must know of it."""
        found = [f"prices pinned by {self.file} of {self.as_of}"]
        found += [f"the catalogue has moved: {one}" for one in self.moved[:MOVES]]
        if (more := len(self.moved) - MOVES) > 0:
            found.append(f"{more:,} more have moved: 'costplan pricing lock --check' names them")
        if self.missing:
            found.append(
                f"not in {self.file}, priced from the catalogue: {', '.join(self.missing)}"
            )
        return found


class Override(NamedTuple):
    """An offer whose price is not the one that the shelves below say.

    ``shelf`` gave the price: a project's folder, the workload's own ``[prices]``, a lock, the
    user's folder. ``prices``: what differs, its own figure and the one it hides, None where there
    is none; ``words``: what differs beside figures.
    """

    offer: str
    shelf: str
    prices: tuple[tuple[str, Decimal | None, Decimal | None], ...]
    words: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What a reader must know of it, with both figures."""
        both = sorted(self.prices, key=lambda price: None in price[1:])
        parts = [
            f"{label} {_figure(own)} in place of {_figure(hidden)}" for label, own, hidden in both
        ]
        parts[SURE:SURE] = self.words
        if (more := len(parts) - DIFFERENCES) > 0:
            parts[DIFFERENCES:] = [f"{more:,} more differ: 'costplan pricing diff' names them"]
        return f"{self.offer}: {SHELVES.get(self.shelf, self.shelf)}: " + "; ".join(parts)


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


@dataclass(slots=True, kw_only=True)
class EstimateDocument:
    """All stacks of one workload on one day.

    ``catalog_text`` spells out the offers used; a document that was saved has their
    ``saved_hash`` alone. ``lock`` None: no lock file was used. ``overrides``: offers that a folder
    or file of the user's prices otherwise than the catalogue.
    """

    workload: str
    currency: str
    as_of: date
    offers: list[str]
    estimates: list[Estimate]
    catalog_text: str = ""
    saved_hash: str | None = None
    origin: Origin | None = None
    lock: Pinned | None = None
    overrides: list[Override] = field(default_factory=list)

    @property
    def catalog_hash(self) -> str:
        """A fingerprint of every offer that was used, whatever shelf it came from."""
        if self.saved_hash is not None:
            return self.saved_hash
        from hashlib import sha256  # loads a cryptography library; tables do not need it

        return "sha256:" + sha256(spelled_alike(self.catalog_text).encode()).hexdigest()

    @property
    def price_notes(self) -> list[str]:
        """What a reader must know of where the prices are from: a lock, prices of one's own."""
        pinned = self.lock.sentences if self.lock else []
        own = [one for one in self.overrides if one.shelf != "lock"]  # which the lock's moves tell
        return [*pinned, *(one.sentence for one in own)]

    def only(self, stacks: Sequence[str]) -> EstimateDocument:
        """The document with these stacks alone; with all of them where none is named.

        Raises BadUsage for a stack that it has not.
        """
        known = [made.stack for made in self.estimates]
        for name in stacks:
            if name not in known:
                hint = did_you_mean(name, known) or "stacks: " + ", ".join(known)
                raise BadUsage(f"the estimate has no stack '{name}'", hint)
        chosen = [made for made in self.estimates if not stacks or made.stack in stacks]
        return replace(self, estimates=chosen)
