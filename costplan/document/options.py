"""The ways to serve a stack's workload, priced, and what they say of its plan."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated

from costplan.facts import Fact, texts
from costplan.problems import Problem
from costplan.quantity import ZERO
from costplan.record import (
    Amount,
    As,
    Compared,
    Key,
    Names,
    OneOf,
    Sparse,
    Unsaved,
    keys,
    open_record,
)
from costplan.words import PURPOSES

KINDS = ("plan", "orchestrate", "model", "hosting", "unchecked", "quality")


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
    "at_least",
    "aborted",
    "loss",
    "seconds",
    "seconds_p95",
    "kwh",
    "whole_runs",
)
@dataclass(slots=True, kw_only=True, repr=False, eq=False)
class Option(Compared):
    """One way to serve a stack's workload: this plan, a change of it, or brute force.

    ``kind``: "plan", "orchestrate", "model" (another model, checked as the plan is), "hosting" (the
    same graph on more metal), "unchecked" (more metal in place of checking) or "quality" (more runs
    or a larger model in its place). ``monthly``
    None: it cannot be priced, for ``reason``. ``reliability`` None: not modelled. ``ceiling``: what
    it cannot pass at any size.
    ``marginal``, on the frontier: money per trusted answer more than the option before.
    ``by_purpose``: produce, coordinate, people, idle. ``at_least``: a price is unknown. ``loss``:
    what a month's wrong and missing answers cost the business, None where the workload does not
    say; never in ``monthly``. ``seconds`` of a request, mean and 95th percentile, where they are
    stated. ``kwh``: the month's likely electricity, where all of it has a figure. ``whole_runs`` of
    the pipeline on each request, of which a majority decides, where there are several.
    """

    name: str
    kind: Annotated[str, OneOf(*KINDS)]
    monthly: Decimal | None
    reliability: Amount | None
    silent: Amount | None = None
    cases: Amount = ZERO
    reason: str | None = None
    ceiling: Amount | None = None
    marginal: Decimal | None = None
    by_purpose: Annotated[dict[str, Decimal], Names(*PURPOSES)] | None = None
    at_least: Annotated[bool, Sparse()] = False
    aborted: Annotated[Amount | None, Sparse()] = None
    loss: Annotated[Amount | None, Sparse()] = None
    seconds: Annotated[Amount | None, Sparse()] = None
    seconds_p95: Annotated[Amount | None, Sparse()] = None
    kwh: Annotated[Amount | None, Sparse()] = None
    whole_runs: Annotated[int | None, Sparse()] = None

    @property
    def whole(self) -> Decimal | None:
        """The bill and what wrong answers cost: what ways are ranked by."""
        return None if self.monthly is None else self.monthly + (self.loss or ZERO)

    def reaches(self, reliability: Decimal | None, seconds: Decimal | None) -> bool:
        """Whether it is as right and as quick as asked; what is not known is not reached."""
        if reliability is not None and (self.reliability is None or self.reliability < reliability):
            return False
        took = self.seconds if self.seconds_p95 is None else self.seconds_p95
        return seconds is None or (took is not None and took <= seconds)

    @property
    def brute_force(self) -> bool:
        return self.kind in ("unchecked", "quality")

    @property
    def votes(self) -> bool:
        """Whether it is a vote of whole runs: nothing else has a ceiling, and documents of before
        schema 1.3 count no runs."""
        return self.whole_runs is not None or self.ceiling is not None


WAY_FIELDS: dict[str, Callable[[str, Option], str | Decimal | bool | None]] = {
    "stack": lambda stack, way: stack,
    "way": lambda stack, way: way.name,
    "kind": lambda stack, way: way.kind,
    "monthly": lambda stack, way: way.monthly,
    "at_least": lambda stack, way: way.at_least,
    "wrong_answers_cost": lambda stack, way: way.loss,
    "together": lambda stack, way: way.whole,
    "trusted": lambda stack, way: way.reliability,
    "silent": lambda stack, way: way.silent,
    "aborted": lambda stack, way: way.aborted,
    "cases": lambda stack, way: way.cases,
    "seconds": lambda stack, way: way.seconds,
    "seconds_p95": lambda stack, way: way.seconds_p95,
    "reason": lambda stack, way: way.reason,
}
"""What can be listed of a way, with the stack that it serves."""


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
    "seconds",
    "billed",
    "space",
    "proven",
    "orchestrated_kwh",
    "brute_force_kwh",
)
@open_record
class Strategies(Compared):
    """The options of one stack at one target, and what they say about the plan.

    ``seconds``: the longest acceptable time of a request. ``billed``: how many ways were billed, of
    how many there are in ``space``; ``proven``: none of the rest can be cheaper.

    ``gap``: 1 - C*(R achieved) / spend. ``shortfall``: C*(R target) - spend where the target is
    missed; negative when a plan that meets it costs less. ``multiple``: cheapest brute force over
    cheapest orchestration at the target; None where one kind cannot reach it. ``at_target``: the
    cheapest option of all there. ``orchestrated_kwh``, ``brute_force_kwh``: likely electricity of
    the two cheapest that ``multiple`` compares.
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
    seconds: Annotated[Amount | None, Sparse()] = None
    billed: Annotated[int | None, Sparse()] = None
    space: Annotated[int | None, Sparse()] = None
    proven: Annotated[bool, Sparse()] = False
    orchestrated_kwh: Annotated[Amount | None, Sparse()] = None
    brute_force_kwh: Annotated[Amount | None, Sparse()] = None

    @property
    def notes(self) -> list[str]:
        """The facts in words."""
        return texts(self.facts)

    def check(self) -> Iterable[Problem]:
        """Sets ``at_target`` to the option of that name."""
        self.at_target = next(
            (option for option in self.options if option.name == self.named), None
        )
        if self.named is not None and self.at_target is None:
            message = f"names '{self.named}', which is not among the options"
            yield Problem(("at_target",), message)

    @property
    def at_target_name(self) -> str | None:
        """The name of the cheapest option at the target."""
        return None if self.at_target is None else self.at_target.name
