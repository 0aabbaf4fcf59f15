"""A comparison: stacks side by side, and for each stack the ways to its reliability, priced."""

from collections.abc import Iterable
from dataclasses import field
from decimal import Decimal
from typing import Annotated, Any

from costplan.document.estimate import Estimate, EstimateDocument
from costplan.document.options import Strategies
from costplan.document.plain import Plain
from costplan.document.risk import Risk
from costplan.facts import Fact, texts
from costplan.problems import Problem
from costplan.quantity import settle
from costplan.record import (
    Amount,
    As,
    Compared,
    Key,
    OneOf,
    Share,
    Sparse,
    Unsaved,
    document,
    keys,
    open_record,
)

CLOSE = Decimal("1e-6")
"""How far a difference may be from that of the totals."""


Pairs = list[tuple[str, Decimal]]


def _pairs(given: dict[str, Decimal]) -> Pairs:
    return list(given.items())


@open_record
class Versus(Compared):
    """A stack against the baseline. Differences are this stack's minus the baseline's."""

    stack: str
    difference: Decimal
    wins: Annotated[Pairs, As(dict[str, Decimal], lambda versus: dict(versus.wins), _pairs)]
    loses: Annotated[Pairs, As(dict[str, Decimal], lambda versus: dict(versus.loses), _pairs)]
    break_even: Annotated[Amount | None, Key("break_even_requests")] = None
    one_off: Decimal | None = None
    payback_months: Decimal | None = None


@open_record
class LockIn(Compared):
    """The vendor that gets the largest share of a stack's spend."""

    stack: str
    vendor: str
    share: Share


@open_record
class Mix(Compared):
    """Traffic shared between stacks: each pays its floors and seats in full."""

    name: str
    shares: dict[str, Decimal]
    monthly: Decimal
    at_least: bool


@open_record
class Lever(Compared):
    """One input moved down and up by a quarter: what the cheapest way to the target then costs.

    None: nothing tried reaches the target any more. ``flips``: another way becomes the cheapest.
    ``now`` moved to ``low_at`` and ``high_at``; ``assumed``: nobody stated it. ``flips_at``: the
    value nearest to now at which another way (``instead``) becomes the cheapest. ``reason``: why it
    moves nothing, or the same way in both directions.
    """

    name: Annotated[str, Key("input")]
    low: Decimal | None
    high: Decimal | None
    low_choice: str | None
    high_choice: str | None
    flips: bool
    moves: Decimal
    now: Annotated[Amount | None, Sparse()] = None
    low_at: Annotated[Amount | None, Sparse()] = None
    high_at: Annotated[Amount | None, Sparse()] = None
    assumed: Annotated[bool, Sparse()] = False
    flips_at: Annotated[Amount | None, Sparse()] = None
    instead: Annotated[str | None, Sparse()] = None
    reason: Annotated[str | None, Sparse()] = None


@open_record
class BreakEven(Compared):
    """The value of an input at which the plan and ``against`` are the same."""

    what: str
    against: str
    value: Decimal
    now: Decimal


@open_record
class Sensitivity(Compared):
    """What would change the answer. ``threshold``: the confidence below which a person is asked.
    ``stack``: whose answer; the baseline's where it does not say."""

    threshold: Annotated[Decimal | None, Key("escalation_threshold")] = None
    choice: str | None = None
    monthly: Decimal | None = None
    levers: list[Lever] = field(default_factory=list)
    break_evens: list[BreakEven] = field(default_factory=list)
    stack: Annotated[str | None, Sparse()] = None


@open_record
class Standing(Compared):
    """A stack in the ranking: its plan as it is, and its best way to what is asked.

    ``best``: the name of that way, None where nothing tried reaches it; ``monthly`` and ``whole``
    (with wrong answers) are its own. ``people`` and ``idle``: shares of its bill.
    """

    stack: str
    plan_monthly: Decimal
    at_least: bool
    best: str | None
    monthly: Decimal | None
    whole: Decimal | None
    reliability: Amount | None
    seconds: Amount | None = None
    people: Amount | None = None
    idle: Amount | None = None
    reason: str | None = None


@open_record
class Answer(Compared):
    """What to do: the best way of the best stack, and what that hangs on.

    ``stack`` None: nothing can be recommended, for ``reason``. ``saved``: what it takes off the
    ``against`` stack's plan as the file has it, wrong answers included where they cost something;
    negative where it costs more. ``compute``: the best way by compute alone, in words; ``equal``:
    stacks whose models were taken to be as right as each other, so that the bill alone ranks them.
    ``risk``: what the way's month may come to where numbers are ranges; ``cheaper``: the share of
    those draws in which it costs less than the plan of ``against``, wrong answers included.
    """

    stack: str | None
    way: str | None
    monthly: Decimal | None
    whole: Decimal | None
    reliability: Amount | None
    against: str
    saved: Decimal | None
    compute: str
    standings: list[Standing]
    equal: list[str] = field(default_factory=list)
    hangs_on: list[Lever] = field(default_factory=list)
    to_measure: list[str] = field(default_factory=list)
    candidates: list[str] = field(default_factory=list)
    reason: str | None = None
    risk: Annotated[Risk | None, Sparse()] = None
    cheaper: Annotated[Share | None, Sparse()] = None


@open_record
class Owning(Compared):
    """Own hardware against what it replaces, whole bills a month.

    ``way``: how a stack would run on it, None for a stack's plan as it is. ``against``: a stack, or
    where none rents a machine of the catalogue; ``instead``: what that has in the roles that run on
    own hardware. ``capital``: what the ``purchase`` costs a month over its
    life. ``break_even``: the volume at which both cost the same, capital included, None where there
    is none that these machines carry. ``payback_months``: when the purchase with its interest is
    saved at this volume, None where it never is; behind ``life_months`` that is too late.
    """

    hardware: str
    machines: Amount
    stack: str
    way: str | None
    against: str
    instead: Annotated[str, OneOf("api", "rent", "other")]
    purchase: Amount
    capital: Amount
    monthly: Decimal
    against_monthly: Decimal
    break_even: Annotated[Amount | None, Key("break_even_requests")]
    payback_months: Amount | None
    life_months: Amount

    @property
    def pays(self) -> bool:
        """Whether the purchase is saved before the machines are worn."""
        return self.payback_months is not None and self.payback_months <= self.life_months


# 1.2 added facts, the answer, levers of every stack; 1.3 owning, risk, scenario
@document("comparison", "1.3")
@keys(
    "baseline",
    "at_reliability",
    "versus",
    "lock_in",
    "mixes",
    "margins",
    "strategies",
    "sensitivity",
    "notes",
    "facts",
    "estimate",
    "answer",
    "levers",
    "owning",
)
@open_record
class Comparison(Plain):
    """Several estimates of one workload, side by side. ``recommended``: the answer's way as a
    workload of its own, for whoever wants to write it down."""

    document: Annotated[EstimateDocument, Key("estimate")]
    baseline: str
    versus: list[Versus]
    lock_in: list[LockIn]
    strategies: list[Strategies]
    mixes: list[Mix] = field(default_factory=list)
    margins: dict[str, Decimal] = field(default_factory=dict)
    at_reliability: Amount | None = None
    sensitivity: Sensitivity | None = None
    answer: Annotated[Answer | None, Sparse()] = None
    levers: Annotated[list[Sensitivity], Sparse()] = field(default_factory=list)
    facts: Annotated[list[Fact], Sparse()] = field(default_factory=list)
    owning: Annotated[list[Owning], Sparse()] = field(default_factory=list)
    recommended: Annotated[Any, Unsaved()] = None

    @property
    def notes(self) -> list[str]:
        """The facts in words."""
        return texts(self.facts)

    @property
    def estimates(self) -> list[Estimate]:
        return self.document.estimates

    def check(self) -> Iterable[Problem]:
        """Every stack that is spoken of is there, and differences are what the totals make them."""
        totals = {estimate.stack: estimate.total_monthly for estimate in self.estimates}
        spoken: list[tuple[str, list[Any]]] = [
            ("versus", [versus.stack for versus in self.versus]),
            ("lock_in", [lock_in.stack for lock_in in self.lock_in]),
            ("strategies", [strategies.stack for strategies in self.strategies]),
            ("margins", list(self.margins)),
            ("baseline", [self.baseline]),
        ]
        for key, stacks in spoken:
            for stack in stacks:
                if stack not in totals:
                    message = f"names the stack '{stack}', which has no estimate here"
                    yield Problem((key,), message)
        for number, versus in enumerate(self.versus):
            if versus.stack in totals and self.baseline in totals:
                apart = totals[versus.stack] - totals[self.baseline]
                if abs(apart - versus.difference) > CLOSE:
                    yield Problem(
                        ("versus",),
                        f"has a difference of {versus.difference:f} (element {number}), "
                        f"but the totals are {apart:f} apart",
                    )


def margin(estimate: Estimate, revenue_per_request: Decimal) -> Decimal:
    """The month's revenue less its cost."""
    return settle(revenue_per_request * estimate.requests - estimate.total_monthly)
