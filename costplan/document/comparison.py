"""A comparison: stacks side by side, and for each stack the ways to its reliability, priced."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any

from costplan.document.estimate import Estimate, EstimateDocument
from costplan.document.plain import Plain
from costplan.facts import Fact, texts
from costplan.problems import Problem
from costplan.quantity import ZERO, settle
from costplan.record import (
    Amount,
    As,
    Compared,
    Key,
    Names,
    OneOf,
    Share,
    Sparse,
    Unsaved,
    document,
    keys,
)
from costplan.words import PURPOSES

CLOSE = Decimal("1e-6")
"""How far a difference may be from that of the totals."""


@keys(
    "name",
    "kind",
    "monthly",
    "reliability",
    "silent",
    "cases",
    "ceiling",
    "marginal",
    "by_purpose",
    "reason",
)
@dataclass(slots=True, kw_only=True, repr=False, eq=False)
class Option(Compared):
    """One way to serve a stack's workload: this plan, a change of it, or brute force.

    ``kind``: "plan", "orchestrate", "hosting" (the same graph on more metal), "unchecked" (more
    metal in place of checking) or "quality" (more runs or a larger model in its place). ``monthly``
    None: it cannot be priced, for ``reason``. ``reliability`` None: not modelled. ``ceiling``: what
    it cannot pass at any size.
    ``marginal``, on the frontier: money per trusted answer more than the option before.
    ``by_purpose``: produce, coordinate, people, idle; further runs of a vote count as idle.
    """

    name: str
    kind: Annotated[str, OneOf("plan", "orchestrate", "hosting", "unchecked", "quality")]
    monthly: Decimal | None
    reliability: Amount | None
    silent: Amount | None = None
    cases: Amount = ZERO
    reason: str | None = None
    ceiling: Amount | None = None
    marginal: Decimal | None = None
    by_purpose: Annotated[dict[str, Decimal], Names(*PURPOSES)] | None = None

    @property
    def brute_force(self) -> bool:
        return self.kind in ("unchecked", "quality")

    @property
    def votes(self) -> bool:
        """Whether it is a vote of whole runs."""
        return self.kind == "quality" and self.name.startswith("vote of ")


@keys(
    "stack",
    "target",
    "coordination_gap",
    "shortfall",
    "brute_force_multiple",
    "at_target",
    "sentence",
    "advice",
    "frontier",
    "options",
    "notes",
    "facts",
)
@dataclass(slots=True, kw_only=True, repr=False, eq=False)
class Strategies(Compared):
    """The options of one stack at one target, and what they say about the plan.

    ``gap``: 1 - C*(R achieved) / spend. ``shortfall``: C*(R target) - spend where the target is
    missed; negative when a plan that meets it costs less. ``multiple``: cheapest brute force over
    cheapest orchestration at the target; None where one kind cannot reach it. ``at_target``: the
    cheapest option of all there.
    """

    stack: str
    target: Amount | None
    options: list[Option]
    frontier: list[Option]
    gap: Annotated[Decimal | None, Key("coordination_gap")] = None
    shortfall: Decimal | None = None
    multiple: Annotated[Decimal | None, Key("brute_force_multiple")] = None
    at_target: Annotated[Option | None, Unsaved()] = None
    named: Annotated[str | None, Key("at_target"), As(str | None, "at_target_name")] = None
    sentence: str = ""
    advice: str | None = None
    facts: Annotated[list[Fact], Sparse()] = field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        """The facts in words."""
        return texts(self.facts)

    def check(self) -> Iterable[Problem]:
        """Sets ``at_target`` to the option of that name."""
        self.at_target = next((one for one in self.options if one.name == self.named), None)
        if self.named is not None and self.at_target is None:
            message = f"names '{self.named}', which is not among the options"
            yield Problem(("at_target",), message)

    @property
    def at_target_name(self) -> str | None:
        """The name of the cheapest option at the target."""
        return None if self.at_target is None else self.at_target.name


Pairs = list[tuple[str, Decimal]]


def _pairs(given: dict[str, Decimal]) -> Pairs:
    return list(given.items())


@dataclass(slots=True, kw_only=True, repr=False, eq=False)
class Versus(Compared):
    """A stack against the baseline. Differences are this stack's minus the baseline's."""

    stack: str
    difference: Decimal
    wins: Annotated[Pairs, As(dict[str, Decimal], lambda one: dict(one.wins), _pairs)]
    loses: Annotated[Pairs, As(dict[str, Decimal], lambda one: dict(one.loses), _pairs)]
    break_even: Annotated[Amount | None, Key("break_even_requests")] = None
    one_off: Decimal | None = None
    payback_months: Decimal | None = None


@dataclass(slots=True, kw_only=True, repr=False, eq=False)
class LockIn(Compared):
    """The vendor that gets the largest share of a stack's spend."""

    stack: str
    vendor: str
    share: Share


@dataclass(slots=True, kw_only=True, repr=False, eq=False)
class Mix(Compared):
    """Traffic shared between stacks: each pays its floors and seats in full."""

    name: str
    shares: dict[str, Decimal]
    monthly: Decimal
    at_least: bool


@dataclass(slots=True, kw_only=True, repr=False, eq=False)
class Lever(Compared):
    """One input moved down and up by a quarter: what the cheapest way to the target then costs.

    None: nothing tried reaches the target any more. ``flips``: another way becomes the cheapest.
    """

    name: Annotated[str, Key("input")]
    low: Decimal | None
    high: Decimal | None
    low_choice: str | None
    high_choice: str | None
    flips: bool
    moves: Decimal


@dataclass(slots=True, kw_only=True, repr=False, eq=False)
class BreakEven(Compared):
    """The value of an input at which the plan and ``against`` are the same."""

    what: str
    against: str
    value: Decimal
    now: Decimal


@dataclass(slots=True, kw_only=True, repr=False, eq=False)
class Sensitivity(Compared):
    """What would change the answer. ``threshold``: the confidence below which a person is asked."""

    threshold: Annotated[Decimal | None, Key("escalation_threshold")] = None
    choice: str | None = None
    monthly: Decimal | None = None
    levers: list[Lever] = field(default_factory=list)
    break_evens: list[BreakEven] = field(default_factory=list)


@document("comparison", "1.2")  # 1.2 added facts
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
)
@dataclass(slots=True, kw_only=True, repr=False, eq=False)
class Comparison(Plain):
    """Several estimates of one workload, side by side."""

    document: Annotated[EstimateDocument, Key("estimate")]
    baseline: str
    versus: list[Versus]
    lock_in: list[LockIn]
    strategies: list[Strategies]
    mixes: list[Mix] = field(default_factory=list)
    margins: dict[str, Decimal] = field(default_factory=dict)
    at_reliability: Amount | None = None
    sensitivity: Sensitivity | None = None
    facts: Annotated[list[Fact], Sparse()] = field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        """The facts in words."""
        return texts(self.facts)

    @property
    def estimates(self) -> list[Estimate]:
        return self.document.estimates

    def check(self) -> Iterable[Problem]:
        """Every stack that is spoken of is there, and differences are what the totals make them."""
        totals = {one.stack: one.total_monthly for one in self.estimates}
        spoken: list[tuple[str, list[Any]]] = [
            ("versus", [one.stack for one in self.versus]),
            ("lock_in", [one.stack for one in self.lock_in]),
            ("strategies", [one.stack for one in self.strategies]),
            ("margins", list(self.margins)),
            ("baseline", [self.baseline]),
        ]
        for key, stacks in spoken:
            for stack in stacks:
                if stack not in totals:
                    message = f"names the stack '{stack}', which has no estimate here"
                    yield Problem((key,), message)
        for number, one in enumerate(self.versus):
            if one.stack in totals and self.baseline in totals:
                apart = totals[one.stack] - totals[self.baseline]
                if abs(apart - one.difference) > CLOSE:
                    yield Problem(
                        ("versus",),
                        f"has a difference of {one.difference:f} (element {number}), "
                        f"but the totals are {apart:f} apart",
                    )


def margin(estimate: Estimate, revenue_per_request: Decimal) -> Decimal:
    """The month's revenue less its cost."""
    return settle(revenue_per_request * estimate.requests - estimate.total_monthly)
