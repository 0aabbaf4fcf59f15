"""A comparison: stacks side by side, and for each stack the ways to its reliability, priced."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from costplan.document.estimate import Estimate, EstimateDocument
from costplan.quantity import ZERO, settle

SCHEMA_VERSION = "1.1"


@dataclass(slots=True, kw_only=True)
class Option:
    """One way to serve a stack's workload: this plan, a change of it, or brute force.

    ``kind``: "plan", "orchestrate", "hosting" (the same graph on more metal), "unchecked" (more
    metal in place of checking) or "quality" (more runs or a larger model in its place). ``monthly``
    None: it cannot be priced, for ``reason``. ``reliability`` None: not modelled. ``ceiling``: what
    it cannot pass at any size.
    ``marginal``, on the frontier: money per trusted answer more than the option before.
    ``by_purpose``: produce, coordinate, people, idle; further runs of a vote count as idle.
    """

    name: str
    kind: str
    monthly: Decimal | None
    reliability: Decimal | None
    silent: Decimal | None = None
    cases: Decimal = ZERO
    reason: str | None = None
    ceiling: Decimal | None = None
    marginal: Decimal | None = None
    by_purpose: dict[str, Decimal] | None = None

    @property
    def brute_force(self) -> bool:
        return self.kind in ("unchecked", "quality")

    @property
    def votes(self) -> bool:
        """Whether it is a vote of whole runs."""
        return self.kind == "quality" and self.name.startswith("vote of ")


@dataclass(slots=True, kw_only=True)
class Strategies:
    """The options of one stack at one target, and what they say about the plan.

    ``gap``: 1 - C*(R achieved) / spend. ``shortfall``: C*(R target) - spend where the target is
    missed; negative when a plan that meets it costs less. ``multiple``: cheapest brute force over
    cheapest orchestration at the target; None where one kind cannot reach it. ``at_target``: the
    cheapest option of all there.
    """

    stack: str
    target: Decimal | None
    options: list[Option]
    frontier: list[Option]
    gap: Decimal | None = None
    shortfall: Decimal | None = None
    multiple: Decimal | None = None
    at_target: Option | None = None
    sentence: str = ""
    advice: str | None = None
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Versus:
    """A stack against the baseline. Differences are this stack's minus the baseline's."""

    stack: str
    difference: Decimal
    wins: list[tuple[str, Decimal]]
    loses: list[tuple[str, Decimal]]
    break_even: Decimal | None = None
    one_off: Decimal | None = None
    payback_months: Decimal | None = None


@dataclass(slots=True, kw_only=True)
class LockIn:
    """The vendor that gets the largest share of a stack's spend."""

    stack: str
    vendor: str
    share: Decimal


@dataclass(slots=True, kw_only=True)
class Mix:
    """Traffic shared between stacks: each pays its floors and seats in full."""

    name: str
    shares: dict[str, Decimal]
    monthly: Decimal
    at_least: bool


@dataclass(slots=True, kw_only=True)
class Lever:
    """One input moved down and up by a quarter: what the cheapest way to the target then costs.

    None: nothing tried reaches the target any more. ``flips``: another way becomes the cheapest.
    """

    name: str
    low: Decimal | None
    high: Decimal | None
    low_choice: str | None
    high_choice: str | None
    flips: bool
    moves: Decimal


@dataclass(slots=True, kw_only=True)
class BreakEven:
    """The value of an input at which the plan and ``against`` are the same."""

    what: str
    against: str
    value: Decimal
    now: Decimal


@dataclass(slots=True, kw_only=True)
class Sensitivity:
    """What would change the answer. ``threshold``: the confidence below which a person is asked."""

    threshold: Decimal | None = None
    choice: str | None = None
    monthly: Decimal | None = None
    levers: list[Lever] = field(default_factory=list)
    break_evens: list[BreakEven] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Comparison:
    """Several estimates of one workload, side by side."""

    document: EstimateDocument
    baseline: str
    versus: list[Versus]
    lock_in: list[LockIn]
    strategies: list[Strategies]
    mixes: list[Mix] = field(default_factory=list)
    margins: dict[str, Decimal] = field(default_factory=dict)
    at_reliability: Decimal | None = None
    sensitivity: Sensitivity | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def estimates(self) -> list[Estimate]:
        return self.document.estimates


def margin(estimate: Estimate, revenue_per_request: Decimal) -> Decimal:
    """The month's revenue less its cost."""
    return settle(revenue_per_request * estimate.requests - estimate.total_monthly)
