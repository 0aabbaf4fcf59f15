"""Steps in series: a role's models and votes are a block, and the best parts of all blocks a plan.

Reliability is the product of the steps' shares whatever the models; cost adds up where every price
is by the token. Bills confirm the best, and say whether costs added up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from costplan.catalog.model import Model
from costplan.plan.compare.blocks import Block, Part, cheapest_parts, undominated
from costplan.plan.compare.goal import Goal
from costplan.plan.compare.pricing import Billed, Way, cheapest, wrong_answers
from costplan.plan.compare.variants import (
    VOTES,
    Choices,
    Models,
    changed,
    may_wait,
    measured_models,
    role_votes,
    voting,
    words,
)
from costplan.plan.compare.ways import Ways
from costplan.quantity import ZERO
from costplan.workload.model import Workload

SAME = 1e-6
"""Share of a bill below which two ways to foresee it agree."""


def in_series(workload: Workload) -> bool:
    """Whether every request runs every step once, one after another, and ends right or wrong."""
    plain = workload.human is None and workload.vote is None and bool(workload.step)
    return plain and not any(
        step.judges
        or step.next is not None
        or step.detection_rate
        or step.timeout
        or step.fallback
        or step.best_of
        for step in workload.step
    )


class Series:
    """The search over the blocks of one stack. ``proven``: no combination can be cheaper."""

    def __init__(self, ways: Ways, stack: str, goal: Goal, requests: Decimal) -> None:
        """``requests`` a month, as they are billed."""
        self.ways, self.stack, self.goal, self.requests = ways, stack, goal, requests
        self.workload = ways.workload
        self.models = measured_models(self.workload, stack)
        self.roles = list(dict.fromkeys(step.model for step in self.workload.step if step.model))
        self.batches = (False, True) if may_wait(self.workload) else (False,)
        self.space = len(self.batches)
        for role in self.roles:
            votes = sum(1 for _ in role_votes(self.workload, role))
            self.space *= len(self.models.get(role, [{}])) * votes
        self.proven = False
        self.tried: set[str] = set()
        """The combinations that were billed."""

    def best(self) -> Billed | None:
        """The cheapest plan that reaches the goal, wrong answers included; where none does, the
        most reliable one."""
        self.proven = self._adds_up()
        plans = [plan for batch in self.batches if (plan := self._best(batch)) is not None]
        return cheapest(plans, *self.goal) or max(
            plans, key=lambda plan: plan.option.reliability or ZERO, default=None
        )

    def _best(self, batch: bool) -> Billed | None:
        plan = self._billed(Choices(batch=batch))
        if plan is None or not plan.option.reliability or plan.option.monthly is None:
            self.proven = False
            return None
        monthly, share = float(plan.option.monthly), float(plan.option.reliability)
        blocks = [self._block(role, batch, monthly, share) for role in self.roles]
        wanted = None if self.goal.reliability is None else float(self.goal.reliability)
        a_wrong_one = float(wrong_answers(self.workload, self.requests))
        parts = cheapest_parts(blocks, share, wanted, a_wrong_one)
        reached = parts is not None
        if parts is None and not all(blocks):
            return None
        parts = parts or [
            max(block, key=lambda part: (part.factor, -part.cost)) for block in blocks
        ]
        models = {role: model for part in parts for role, model in part.models.items()}
        votes = {name: runs for part in parts for name, runs in part.votes.items()}
        best = self._billed(Choices(models=models, votes=votes, batch=batch), counted=True)
        if best is None or best.option.monthly is None:
            self.proven = False
            return None
        foreseen = monthly + sum(part.cost for part in parts)
        self.proven &= _alike(foreseen, float(best.option.monthly))
        if best.option.reaches(*self.goal) or not reached:
            return best
        self.proven = False  # too slow: a dearer one may be quick enough
        return None

    def _block(self, role: str, batch: bool, monthly: float, share: float) -> Block:
        """A role's models, each with votes on its steps: what it adds to the plan's bill, and by
        what factor it changes the plan's reliability. A model that another beats in both is beaten
        with votes too."""
        alone = [
            part
            for models in self.models.get(role, [{}])
            if (part := self._part(models, {}, batch, monthly, share)) is not None
        ]
        parts = undominated(alone)
        for part in list(parts):
            for votes in role_votes(self.workload, role):
                voted = self._part(part.models, votes, batch, monthly, share) if votes else None
                if voted is not None:
                    parts.append(voted)
        return parts

    def _part(
        self,
        models: Models,
        votes: Mapping[str, int],
        batch: bool,
        monthly: float,
        share: float,
    ) -> Part | None:
        billed = self._billed(Choices(models=models, votes=votes, batch=batch), counted=True)
        if billed is None or billed.option.monthly is None or not billed.option.reliability:
            return None
        cost = float(billed.option.monthly) - monthly
        return Part(cost, float(billed.option.reliability) / share, models, votes)

    def _billed(self, choices: Choices, *, counted: bool = False) -> Billed | None:
        """A combination's bill; None where a price is missing or it is not sold so. ``counted``: it
        is one of the space, not a trial whether costs add up."""
        workload = changed(self.workload, choices, self.stack)
        kind = "model" if choices.models else "orchestrate"
        way = Way(words(choices, self.workload), kind, workload)
        billed = self.ways.pricer.bill(way, self.stack)
        if counted:
            self.tried.add(way.name)
        return None if billed.option.monthly is None or billed.option.at_least else billed

    def _adds_up(self) -> bool:
        """Whether costs add up for all combinations: prices by the token do, and what votes do to
        platforms is tried where it is most. Bands, commitments and credits look at all spending."""
        terms = self.workload
        if terms.commitment or terms.credit or any(discount.bands for discount in terms.discount):
            return False
        if not all(self._by_the_token(offer) for offer in self._offers()):
            return False
        most = {step.name: VOTES[-1] for step in voting(self.workload)}
        if not most:
            return True
        plan, all_of_them = self._billed(Choices()), self._billed(Choices(votes=most))
        alone = [self._billed(Choices(votes={name: runs})) for name, runs in most.items()]
        if plan is None or all_of_them is None or any(billed is None for billed in alone):
            return False
        base = plan.option.monthly or Decimal(0)
        added = sum(
            (billed.option.monthly or base) - base for billed in alone if billed is not None
        )
        return _alike(float(base + added), float(all_of_them.option.monthly or 0))

    def _offers(self) -> Iterator[str | None]:
        bound = self.workload.stack[self.stack]
        for role in self.roles:
            binding = bound.binding(role)
            yield binding.offer if binding is not None and binding.none is None else None
            for models in self.models.get(role, ()):
                yield from (model.offer for model in models.values())

    def _by_the_token(self, offer: str | None) -> bool:
        """Whether an offer is a model; a role that the stack pays nobody for adds nothing."""
        if offer is None:
            return True
        entry = self.ways.pricer.catalog.find(offer)
        return entry is not None and isinstance(entry.item, Model)


def _alike(foreseen: float, billed: float) -> bool:
    return abs(foreseen - billed) <= SAME * max(1.0, abs(foreseen))
