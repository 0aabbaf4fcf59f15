"""The workload file: what users see and edit. One record a table, keys as in the file."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from decimal import Decimal
from functools import lru_cache
from typing import Annotated

from costplan.problems import Problem
from costplan.record import (
    REST,
    Amount,
    Count,
    Currency,
    Ge,
    Le,
    Positive,
    Share,
    Unsaved,
    record,
)
from costplan.workload.budget import Budget, Policy
from costplan.workload.contract import Commitment, Credit, Discount, Rate
from costplan.workload.energy import EnergyTerms
from costplan.workload.hardware import OwnHardware
from costplan.workload.ranges import Correlated, Range
from costplan.workload.rules import problems_of
from costplan.workload.seconds import spread_problems
from costplan.workload.step import Conversation, Step
from costplan.workload.strategy import Candidate, Migration, Mix, Strategy, WholeRuns
from costplan.workload.tables import (
    Fixed,
    Human,
    Index,
    Job,
    Observability,
    Reservation,
    Runtime,
    Target,
    Tool,
    Traffic,
)


@record
class Binding:
    """An offer for a role, and what only that vendor or model asks.

    Keys:
        offer: exact id or alias of the offer that serves the role
        none: why this stack has nothing here: a line of zero with that reason
        success: this model's own success rate; replaces the step's
        retry_success: this model's own, once it is told of a failure; replaces the step's
        input_factor (ratio): this tokenizer's tokens over the workload's; multiplies input
        output_factor (ratio): this model's verbosity over the workload's; multiplies output
        region: where it runs, in place of the stack's; prices may differ
        tokens_per_second (output tokens a second): what one rented machine serves; turns tokens
            into machine hours
        input_share (ratio): share of an output token's time on a machine that an input token takes;
            0.28 assumed
        input_per_output (tokens in for one out): of the requests with which tokens_per_second was
            measured; the workload's own when left out
        reserved: the model's throughput is reserved by the unit; in place of its price by the token
        seconds (seconds a run): this offer's own mean time of one run; replaces the step's
        seconds_p95 (seconds a run): time that 95 % of its runs do not exceed
        variables (the offer's): any other key is a variable of the offer, such as a number of seats
    """

    offer: str | None = None
    none: str | None = None
    success: Share | None = None
    retry_success: Share | None = None
    input_factor: Positive = Decimal(1)
    output_factor: Positive = Decimal(1)
    region: str | None = None
    tokens_per_second: Positive | None = None
    input_share: Share | None = None
    input_per_output: Amount | None = None
    reserved: Reservation | None = None
    seconds: Amount | None = None
    seconds_p95: Amount | None = None
    variables: Mapping[str, Amount | bool] = field(default_factory=dict, metadata=REST)

    def check(self) -> Iterable[Problem]:
        if (self.offer is None) == (self.none is None):
            yield Problem((), "a binding has either 'offer' or 'none = \"reason\"'", part="key")
        if self.none is not None and not self.none.strip():
            yield Problem(("none",), "must say why: nothing is free by omission")
        yield from spread_problems(self.seconds, self.seconds_p95)


@lru_cache(maxsize=4096)
def bare(offer: str) -> Binding:
    """What a bare id stands for: asked thousands of times in a comparison."""
    return Binding(offer=offer)


@record
class Stack:
    """One choice of an offer for every role. Every other key is a role.

    Keys:
        region: where it is to run; prices may differ
        residency: where data must stay; token prices may rise
        free_tiers: count the vendors' recurring free quotas
        roles: any other key is a role, bound to the offer that serves it
    """

    region: str | None = None
    residency: str | None = None
    free_tiers: bool = True
    roles: Mapping[str, str | Binding] = field(default_factory=dict, metadata=REST)

    def binding(self, role: str) -> Binding | None:
        """The role's binding, a bare id written out."""
        binding = self.roles.get(role)
        return bare(binding) if isinstance(binding, str) else binding


@record
class Workload:
    """A whole workload file. ``costplan.workload.rules`` holds what must agree between tables.

    Keys:
        name: the title of every bill
        currency: of every amount in this file and of the bill
        horizon_months (months): months that are estimated from the as-of date on; above 1 the bill
            has a table of months
        stale_after_days (days): age of a price's source at which the price counts as stale
        traffic: how many requests come, and when
        step: what a request runs, in order: model calls, retrievals, tools, validators
        vote: the whole pipeline several times on each request, of which a majority decides
        conversation: a dialogue of several turns, whose history is paid again each turn
        index: vector indexes, by the role that steps use
        tool: what one call of a tool takes, by the role that steps use
        observability: traces, scores and seats; stacks bind the role 'observability'
        runtime: what a request takes of the agent's host; stacks bind the role 'runtime'
        human: people who handle what is escalated
        job: work that no request triggers, such as a nightly index
        fixed: any other cost, monthly or once
        hardware: machines of one's own, by name; stacks bind them as "hardware/NAME"
        energy: electricity and carbon beside the bill, never in it
        target: how right the answers must be, for 'costplan compare'
        candidates: other models for a role, with what was measured of them, for 'costplan compare'
        strategy: parameters of the ways that 'costplan compare' tries; none is in the bill
        migration: what moving from the baseline costs, for 'costplan compare'
        mix: traffic shared between stacks, by name, for 'costplan compare'
        stack: sets of vendors by name; each is a bill of its own
        exchange: usd_per_eur: so many USD for one EUR; converts prices in other currencies
        discount: what was negotiated off the list price
        commitment: money promised to a vendor each month
        credit: money granted by a vendor
        budget: limits for 'costplan check'; the bill is as without them
        policy: conditions for 'costplan check'; the bill is as without them
        correlation: ranges that move together; without it each range moves alone
    """

    name: str
    currency: Currency = "USD"
    horizon_months: Annotated[int, Ge(1), Le(120)] = 1
    stale_after_days: Count = 180
    traffic: Traffic
    step: tuple[Step, ...] = ()
    vote: WholeRuns | None = None
    conversation: Conversation | None = None
    index: Mapping[str, Index] = field(default_factory=dict)
    tool: Mapping[str, Tool] = field(default_factory=dict)
    observability: Observability | None = None
    runtime: Runtime | None = None
    human: Human | None = None
    job: tuple[Job, ...] = ()
    fixed: tuple[Fixed, ...] = ()
    hardware: Mapping[str, OwnHardware] = field(default_factory=dict)
    energy: EnergyTerms | None = None
    target: Target | None = None
    candidates: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)
    strategy: Strategy = field(default_factory=Strategy)
    migration: Migration | None = None
    mix: Mapping[str, Mix] = field(default_factory=dict)
    stack: Mapping[str, Stack]
    exchange: Mapping[str, Rate] = field(default_factory=dict)
    discount: tuple[Discount, ...] = ()
    commitment: tuple[Commitment, ...] = ()
    credit: tuple[Credit, ...] = ()
    budget: Budget | None = None
    policy: tuple[Policy, ...] = ()
    correlation: tuple[Correlated, ...] = ()
    ranges: Annotated[Mapping[str, Range], Unsaved()] = field(default_factory=dict)
    """What stands in the file in place of a number, by the number's dotted path; its own place
    holds the point."""

    def check(self) -> Iterable[Problem]:
        return problems_of(self)

    @property
    def answering_step(self) -> Step | None:
        """The model step that a [conversation] drives."""
        if self.conversation is None:
            return None
        named = self.conversation.step
        for step in self.step:
            if step.model and (step.name == named if named else not step.judges):
                return step
        return None
