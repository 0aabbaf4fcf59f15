"""The ways that are tried for a stack: its plan, the family of checks, other models, more metal,
more runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from costplan.document.estimate import Estimate
from costplan.facts import Fact, fact
from costplan.outcomes.votes import ceiling
from costplan.plan.compare import hosting
from costplan.plan.compare.pricing import Pricer, Way
from costplan.plan.compare.served import Capacity, Served
from costplan.plan.compare.variants import (
    Choices,
    bare_choices,
    changed,
    family,
    may_wait,
    unmeasured,
    words,
)
from costplan.problems import InvalidInput
from costplan.quantity import twelve_digits
from costplan.record import replace
from costplan.workload.model import Workload
from costplan.workload.solving import DEFAULT_RHO, Solved
from costplan.workload.strategy import Candidate

MOST_WORK = 5_000
"""States times steps of a member behind which more attempts are not tried: each attempt more takes
up to twenty times the states of the one before."""
TOO_LARGE = fact("ways-too-large")


class Ways:
    """The ways of one workload, whatever the stack; variants are made once for all stacks."""

    def __init__(self, workload: Workload, pricer: Pricer, capacity: Capacity | None) -> None:
        self.workload, self.pricer, self.capacity = workload, pricer, capacity
        self.plain = changed(workload, bare_choices(workload))
        self.members = list(self._members())
        votes = [Choices(whole_runs=runs) for runs in workload.strategy.vote.runs]
        self.voting = [(choices, changed(self.plain, choices)) for choices in votes]
        self.too_large: dict[tuple[str, ...], int] = {}
        """By dropped validators, the attempts from which on there are too many states."""

    def _members(self) -> Iterator[tuple[Choices, Way]]:
        """The family; members that differ in people alone have the same steps, solved once."""
        manned: dict[tuple[object, ...], Workload] = {}
        for choices in family(self.workload):
            key = (choices.attempts, choices.dropped)
            if key not in manned:
                manned[key] = changed(self.workload, replace(choices, people=True))
            workload = manned[key]
            if not choices.people:
                workload = replace(workload, human=None)
            yield choices, Way(words(choices, self.workload), "orchestrate", workload)

    def of(self, stack: str, estimate: Estimate, facts: list[Fact]) -> Iterator[Way]:
        """Every way for a stack, the plan first. ``facts`` say what is left out, and why.

        Raises InvalidInput where the file pairs a machine with another machine's measurement.
        """
        yield Way("this plan", "plan", self.workload)
        yield from self._family(stack, facts)
        yield from self._candidates(stack)
        yield from self._hosting(stack, estimate)
        yield from self._votes(stack)
        yield from self._larger(stack)
        if may_wait(self.workload):
            batch = Choices(batch=True)
            yield Way("batch where it may wait", "orchestrate", changed(self.workload, batch))

    def _family(self, stack: str, facts: list[Fact]) -> Iterator[Way]:
        """More attempts need more states: behind a member with very many they are left out."""
        full: set[tuple[object, ...]] = set()
        for choices, way in self.members:
            kept = (choices.dropped, choices.people)
            if kept in full:
                continue
            solved = self._solved(way, stack)
            states = solved.outcomes.states if solved and solved.outcomes else 0
            if solved is None or states * len(self.workload.step) > MOST_WORK:
                full.add(kept)
                self.too_large.setdefault(choices.dropped, choices.attempts or 1)
                if TOO_LARGE not in facts:
                    facts.append(TOO_LARGE)
            if solved is not None:
                yield way

    def _solved(self, way: Way, stack: str) -> Solved | None:
        assert way.workload is not None
        try:
            return self.pricer.solved(way.workload, stack)
        except InvalidInput:  # too many states
            return None

    def _candidates(self, stack: str) -> Iterator[Way]:
        """Each candidate in its role: with the plan's checks, and with none."""
        for role, models in self.workload.candidates.items():
            if role not in self.workload.stack[stack].roles:
                continue
            for model in models:
                name = words(Choices(models={role: model}), self.workload)
                yield from self.with_models({role: model}, name, stack)

    def with_models(self, models: Mapping[str, Candidate], name: str, stack: str) -> Iterator[Way]:
        """Other models in some roles, checked as the plan is and unchecked."""
        lacking = unmeasured(self.workload, models)
        if lacking:
            yield Way(name, "model", None, f"not modelled: give its success on {lacking}")
            return
        choices = Choices(models=models)
        yield Way(name, "model", changed(self.workload, choices, stack))
        if self.plain.step != self.workload.step:
            plain = bare_choices(self.workload)
            unchecked = Choices(
                attempts=1,
                dropped=plain.dropped,
                people=False,
                fallbacks=False,
                models={role: model for role, model in models.items() if self._produces(role)},
            )
            if unchecked.models:
                workload = changed(self.workload, unchecked, stack)
                yield Way(f"{name}, unchecked", "quality", workload)

    def _produces(self, role: str) -> bool:
        return any(step.model == role for step in self.plain.step)

    def _hosting(self, stack: str, estimate: Estimate) -> Iterator[Way]:
        for kind, workload in (("hosting", self.workload), ("unchecked", self.plain)):
            if kind == "unchecked" and self.plain.step == self.workload.step:
                return
            try:
                visits = self.pricer.solved(workload, stack).visits
            except InvalidInput:  # a branch to a validator that is gone
                return
            pricer = self.pricer
            for way in hosting.ways(workload, stack, estimate, visits, pricer, self.capacity):
                if kind == "hosting":
                    yield way
                elif way.workload is not None:
                    yield replace(way, name=f"{way.name}, unchecked", kind=kind)

    def provisioned(self, stack: str) -> Iterator[Way]:
        """Reserved throughput of the plan, which needs no success rate."""
        visits = self.pricer.solved(self.workload, stack).visits
        served = Served(self.workload, stack, visits, self.pricer.catalog, self.pricer.as_of)
        yield from hosting.provisioned(self.workload, stack, served, self.pricer)

    def _votes(self, stack: str) -> Iterator[Way]:
        """Majorities of whole unchecked runs, with what no number of them can pass."""
        terms = self.workload.strategy.vote
        rho = float(terms.rho) if terms.rho is not None else DEFAULT_RHO
        assumed = "" if terms.rho is not None else ", assumed"
        try:
            outcomes = self.pricer.solved(self.plain, stack).outcomes
        except InvalidInput:
            return
        if outcomes is None or self.workload.vote is not None:
            return
        top = twelve_digits(ceiling(outcomes.trusted, rho))
        reason = f"rho = {rho:g} between whole runs{assumed}"
        for choices, workload in self.voting:
            name, runs = words(choices, workload), choices.whole_runs
            yield Way(name, "quality", workload, reason, top, runs)

    def _larger(self, stack: str) -> Iterator[Way]:
        """The largest model for everything that answers, with the plan's checks and without."""
        terms, name = self.workload.strategy.upgrade, "the largest model for everything"
        if terms is None or (terms.stacks and stack not in terms.stacks):
            reason = "not modelled: [strategy.upgrade] names no model for this stack"
            yield Way(name, "quality", None, reason)
            return
        if terms.success is None:
            reason = f"not modelled: the success rate of {terms.model} is not given"
            yield Way(name, "quality", None, reason)
            return
        model = Candidate(offer=terms.model, success=terms.success)
        roles = {step.model for step in self.workload.step if step.model and not step.judges}
        yield from self.with_models({role: model for role in roles if role}, terms.model, stack)
