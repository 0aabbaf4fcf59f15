"""An estimate: each stack's month, line by line, with what it rests on. The document is the
snapshot: everything drawn later is drawn from it, with no access to prices or workload."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Annotated, Any, NamedTuple

from costplan.document.energy import Energy
from costplan.document.line import LineItem, Unpriced, give_reasons, unpriced
from costplan.document.line_kinds import is_spare, keeps_right
from costplan.document.month import Commitment, Month
from costplan.document.plain import Plain
from costplan.document.prices_used import Ended, Origin, Override, Pinned
from costplan.document.reliability import Reliability
from costplan.document.risk import Risk
from costplan.facts import Fact, texts
from costplan.problems import BadUsage, Problem, did_you_mean
from costplan.quantity import ZERO, literal, settle, total
from costplan.record import (
    Amount,
    As,
    Compared,
    Key,
    Names,
    Sparse,
    Unsaved,
    document,
    keys,
    open_record,
    replace,
)
from costplan.words import PURPOSES, several

NUMBER = r"Decimal\('(-?\d+(?:\.\d*)?(?:E[+-]?\d+)?)'\)"


def spelled_alike(text: str) -> str:
    """A text of values in which a number looks the same however it was written: 0.10 as 0.1."""
    import re

    return re.sub(NUMBER, lambda match: literal(Decimal(match[1])), text)


def amounts(lines: Iterable[LineItem]) -> Decimal:
    """The sum of the priced lines."""
    return total(line.amount or ZERO for line in lines)


@keys("component", "total", "fixed", "variable", "line_items")
@dataclass(slots=True, repr=False, eq=False)
class Component(Compared):
    """The lines of one kind of cost: tokens, vector-db, observability ..."""

    name: Annotated[str, Key("component")]
    line_items: list[LineItem]

    def check(self) -> Iterable[Problem]:
        if any(line.component != self.name for line in self.line_items):
            message = f"holds a line of another component than '{self.name}'"
            yield Problem(("line_items",), message)

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


class Budget(NamedTuple):
    """What a month may cost, and what is left of it."""

    monthly_total: Amount
    headroom: Decimal


@keys(
    "stack",
    "requests_per_month",
    "conversations_per_month",
    "seats",
    "total_monthly",
    "at_least",
    "list_monthly",
    "fixed_monthly",
    "variable_monthly",
    "unpriced",
    "by_purpose",
    "orchestration_spend",
    "overprovisioned_compute",
    "cost_per_request",
    "cost_per_trusted_answer",
    "reliability",
    "budget",
    "components",
    "assumptions",
    "notes",
    "warnings",
    "stale",
    "not_modelled",
    "not_included",
    ("contracted_monthly", "discounted_monthly"),
    "ended",
    "commitments",
    "months",
    "mean_monthly",
    "horizon_total",
    "facts",
    "energy",
    "risk",
)
@open_record
class Estimate(Compared):
    """One stack's bill for the as-of month. ``seats``: people with a login, None where the workload
    names none; ``budget``: what the month may cost, for a table to show what is left; ``energy``:
    beside the bill, never in it, where the workload asks for it; ``facts``: all that a reader must
    know, of which the lists of sentences are the words; ``risk``: what the month may come to, where
    numbers are ranges that were drawn: the bill itself is of their points."""

    stack: str
    requests: Annotated[Amount, Key("requests_per_month")]
    conversations: Annotated[Amount | None, Key("conversations_per_month")] = None
    seats: Annotated[Amount | None, Sparse()] = None
    components: list[Component]
    months: Annotated[list[Month], Sparse()] = field(default_factory=list)
    facts: Annotated[list[Fact], Sparse()] = field(default_factory=list)
    budget: Annotated[
        Decimal | None, As(Budget | None, "left_of_budget", lambda said: said and said[0])
    ] = None
    reliability: Annotated[
        Reliability | None, As(Reliability | None, "reliability_of_requests")
    ] = None
    commitments: Annotated[list[Commitment], Sparse()] = field(default_factory=list)
    ended: Annotated[list[Ended], Sparse()] = field(default_factory=list)
    energy: Annotated[Energy | None, Sparse()] = None
    risk: Annotated[Risk | None, Sparse()] = None
    reasons: Annotated[list[Unpriced], Key("unpriced"), As(list[Unpriced], "unpriced_said")] = (
        field(default_factory=list)
    )

    def check(self) -> Iterable[Problem]:
        give_reasons(self.lines, self.reasons)
        return ()

    def facts_of(self, *codes: str) -> list[Fact]:
        """The facts with one of the codes."""
        return [fact for fact in self.facts if fact.code in codes]

    @property
    def announced(self) -> list[Fact]:
        """The prices that are announced to change soon."""
        return self.facts_of("price-soon", "price-soon-more", "price-soon-less")

    @property
    def assumptions(self) -> list[str]:
        return texts(self.facts, "assumption")

    @property
    def notes(self) -> list[str]:
        return texts(self.facts, "note")

    @property
    def warnings(self) -> list[str]:
        return texts(self.facts, "warning")

    @property
    def stale(self) -> list[str]:
        return texts(self.facts, "stale")

    @property
    def not_modelled(self) -> list[str]:
        return texts(self.facts, "not-modelled")

    @property
    def not_included(self) -> list[str]:
        return texts(self.facts, "not-included")

    @property
    def unpriced_said(self) -> list[Unpriced]:
        """The lines without a price, each with its reason."""
        return unpriced(self.lines)

    @property
    def left_of_budget(self) -> Budget | None:
        """The budget and what is left of it; None where there is none."""
        if self.budget is None:
            return None
        return Budget(self.budget, self.budget - self.total_monthly)

    @property
    def reliability_of_requests(self) -> Reliability | None:
        """The reliability, with what it says of a month of this stack's requests."""
        if self.reliability is None:
            return None
        return replace(self.reliability, requests=self.requests)

    @property
    def discounted_monthly(self) -> Annotated[Decimal | None, Sparse()]:
        """After discounts, where that is another figure than the total."""
        contracted = self.contracted_monthly
        return None if contracted == self.total_monthly else contracted

    @property
    def horizon_total(self) -> Annotated[Decimal | None, Sparse()]:
        """All months together; None without a horizon."""
        return sum((month.total for month in self.months), ZERO) if self.months else None

    @property
    def mean_monthly(self) -> Annotated[Decimal | None, Sparse()]:
        """A month of the horizon; None without one."""
        whole = self.horizon_total
        return None if whole is None else whole / len(self.months)

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
    def by_purpose(self) -> Annotated[dict[str, Decimal], Names(*PURPOSES)]:
        return {
            purpose: amounts(line for line in self.lines if line.purpose == purpose)
            for purpose in PURPOSES
        }

    @property
    def orchestration_spend(self) -> Decimal:
        """What keeps the answers right: coordinate + people, redundant lines left out."""
        return amounts(filter(keeps_right, self.lines))

    @property
    def overprovisioned_compute(self) -> Decimal:
        """What is bought and not needed to produce: redundant lines and idle ones, counted once.
        Of what is ``always_on`` nobody knows how much is idle: that much more may be."""
        return amounts(filter(is_spare, self.lines))

    @property
    def cost_per_trusted_answer(self) -> Decimal | None:
        """The month's total over its trusted answers; None where reliability is not modelled."""
        if self.reliability is None or not self.requests or not self.reliability.trusted:
            return None
        return settle(self.total_monthly / (self.requests * self.reliability.trusted))

    @property
    def cost_per_request(self) -> Decimal | None:
        return settle(self.total_monthly / self.requests) if self.requests else None

    @property
    def cost_per_conversation(self) -> Decimal | None:
        """The month's total over its conversations; None where the workload has none."""
        return settle(self.total_monthly / self.conversations) if self.conversations else None


@document("estimate", "1.4")
@keys(
    "workload",
    "currency",
    "as_of",
    "origin",
    "catalog.hash",
    "catalog.offers",
    "catalog.lock",
    "catalog.overrides",
    "estimates",
    "scenario",
)
@open_record
class EstimateDocument(Plain):
    """All stacks of one workload on one day.

    ``priced_by`` are the offers used and their currencies, whole; a document that was saved has
    their ``saved_hash`` alone. ``lock`` None: no lock file was used. ``overrides``: offers that a
    folder or file of the user's prices otherwise than the catalogue. ``scenario``: the overlay of
    the file that it was made with.

    1.1 of the schema added ``origin``, ``catalog.lock`` and a line's ``flat``; 1.2
    ``catalog.overrides`` and ``ended``; 1.3 ``facts``; 1.4 ``energy``, ``scenario``, ``risk``.
    """

    workload: str
    currency: str
    as_of: date
    offers: Annotated[list[str], Key("catalog.offers")]
    estimates: list[Estimate]
    priced_by: Annotated[tuple[tuple[object, str], ...], Unsaved()] = ()
    saved_hash: Annotated[str | None, Key("catalog.hash"), As(str, "catalog_hash")] = None
    origin: Annotated[Origin | None, Sparse()] = None
    lock: Annotated[Pinned | None, Sparse(), Key("catalog.lock")] = None
    overrides: Annotated[list[Override], Sparse(), Key("catalog.overrides")] = field(
        default_factory=list
    )
    scenario: Annotated[str | None, Sparse()] = None

    def check(self) -> Iterable[Problem]:
        names: set[str] = set()
        for number, estimate in enumerate(self.estimates):
            if estimate.stack in names:
                message = f"has the stack '{estimate.stack}' twice (element {number})"
                yield Problem(("estimates",), message)
            names.add(estimate.stack)

    @property
    def title(self) -> str:
        """What a page calls it."""
        return f"{self.workload}, {self.scenario}" if self.scenario else self.workload

    @property
    def catalog_hash(self) -> str:
        """A fingerprint of every offer that was used, whatever shelf it came from."""
        if self.saved_hash is not None:
            return self.saved_hash
        spelled = "\n".join(sorted(map(repr, self.priced_by)))
        return f"sha256:{_sha256()(spelled_alike(spelled).encode()).hexdigest()}"

    @property
    def price_facts(self) -> list[Fact]:
        """What a reader must know of where the prices are from: a lock, prices of one's own."""
        pinned = self.lock.facts if self.lock else []
        return [*pinned, *(override.fact for override in self.own_prices)]

    @property
    def own_prices(self) -> list[Override]:
        """The offers of one's own prices; those of a lock are told by where it has moved."""
        return [override for override in self.overrides if override.shelf != "lock"]

    def only(self, stacks: str | Sequence[str]) -> "EstimateDocument":
        """The document with these stacks alone; with all of them where none is named.

        Raises BadUsage for a stack that it has not.
        """
        known = [estimate.stack for estimate in self.estimates]
        stacks = several(stacks)
        for name in stacks:
            if name not in known:
                hint = did_you_mean(name, known) or "stacks: " + ", ".join(known)
                raise BadUsage(f"the estimate has no stack '{name}'", hint)
        chosen = [estimate for estimate in self.estimates if not stacks or estimate.stack in stacks]
        return replace(self, estimates=chosen)


def _sha256() -> Callable[[bytes], Any]:
    """The interpreter's own SHA-256, as ``random`` takes it; ``hashlib`` loads a whole cryptography
    library, which takes as long as the interpreter itself."""
    for module in ("_sha2", "_sha256"):  # from Python 3.12 on, and before
        try:
            own: Callable[[bytes], Any] = import_module(module).sha256
        except ImportError:
            continue
        return own
    from hashlib import sha256

    return sha256
