"""The answer: which way of which stack, what it saves, what it hangs on.

Of the ways that reach the goal the lowest total wins, wrong answers included where the workload
says what they cost. Where success rates are taken to be the same for every model, stacks are
ordered by that same total, but it is said that the bill alone tells them apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, Decimal

from costplan.document.comparison import Answer, Lever, Sensitivity, Standing
from costplan.document.estimate import Estimate
from costplan.facts import texts, unique
from costplan.plan.compare.goal import Goal
from costplan.plan.compare.levers import TRAFFIC, Contender, Levers, Moved, inputs
from costplan.plan.compare.pricing import Billed, Pricer, least
from costplan.plan.compare.strategies import Tried, tops
from costplan.plan.compare.variants import alone
from costplan.quantity import ONE, ZERO, grouped, percent, rounded, settle
from costplan.workload.model import Workload

MOST_HINGES = 3
RIVALS = 2
HALF_WIDTH = Decimal("0.01")
"""Half of the 95 % interval that a measured success rate should have: one point."""
Z95 = Decimal("1.96")


class Ranking:
    """Every stack's ways against one goal, which names a reliability or leaves it to losses."""

    def __init__(
        self,
        workload: Workload,
        pricer: Pricer,
        tried: Mapping[str, Tried],
        estimates: Sequence[Estimate],
        goal: Goal,
        baseline: str,
    ) -> None:
        self.workload, self.pricer, self.tried = workload, pricer, tried
        self.estimates = {one.stack: one for one in estimates}
        self.baseline = baseline
        self._moved: Moved = {}
        self.goal = goal
        self.best = {stack: one.best(self.goal) for stack, one in tried.items()}

    @property
    def order(self) -> list[str]:
        """The stacks, the best first; those that reach nothing behind, by their plan's bill."""

        def key(stack: str) -> tuple[bool, bool, Decimal]:
            found = self.best[stack]
            if found is None:
                plan = self.estimates[stack]
                return True, plan.at_least, plan.total_monthly
            return False, found.option.at_least, found.option.whole or ZERO

        return sorted(self.tried, key=key)

    def answer(self) -> Answer:
        """The recommendation and the stacks' standings."""
        if not any(one.made.options for one in self.tried.values()):
            return self._on_bills()
        first = self.order[0]
        found = self.best[first]
        base = self._base()
        made = Answer(
            stack=None if found is None else first,
            way=None if found is None else found.option.name,
            monthly=None if found is None else found.option.monthly,
            whole=None if found is None else found.option.whole,
            reliability=None if found is None else found.option.reliability,
            against=self.baseline,
            saved=None,
            compute=self._compute(first),
            standings=[self._standing(stack) for stack in self.order],
            equal=self._equal(),
        )
        if found is None:
            made.reason = self._nothing()
            return made
        if base is not None and not found.option.at_least:
            made.saved = settle(base - (found.option.whole or ZERO))
        made.hangs_on = self._hangs_on(first)
        if made.equal:
            made.to_measure = self._to_measure(made.equal)
        return made

    def _on_bills(self) -> Answer:
        """Where nobody knows how right any stack is: the lowest bill, and what to measure."""
        first = self.order[0]
        base, lowest = self.estimates[self.baseline], self.estimates[first]
        known = not (base.at_least or lowest.at_least)
        return Answer(
            stack=first,
            way="as in the file",
            monthly=lowest.total_monthly,
            whole=None,
            reliability=None,
            against=self.baseline,
            saved=base.total_monthly - lowest.total_monthly if known else None,
            compute="",
            standings=[self._standing(stack) for stack in self.order],
            reason=self._nothing(),
        )

    def recommended(self) -> Workload | None:
        """The best way of the best stack, as a file would have it."""
        stack = self.order[0]
        if not self.tried[stack].made.options:
            return alone(self.workload, stack)
        found = self.best[stack]
        if found is None or found.way.workload is None:
            return None
        return alone(found.way.workload, stack)

    def _base(self) -> Decimal | None:
        """The baseline's plan as the file has it, wrong answers included; None where a price is
        missing, for then nobody knows what is saved."""
        options = self.tried[self.baseline].made.options
        if not options or options[0].at_least:
            return None
        return options[0].whole

    def _compute(self, stack: str) -> str:
        """The best that compute alone does there, in words."""
        made = self.tried[stack].made
        brute = [one for one in made.options if one.brute_force]
        if not brute:
            return "nothing was tried by compute alone"
        goal = self.goal.reliability
        found = least(brute, goal, self.goal.seconds)
        if found is not None and found.whole is not None:
            cost = grouped(found.whole, 0)
            said = f"{found.name}: {cost}, {percent(found.reliability or ZERO)} % right"
            best = self.best[stack]
            if best is None or found.kwh is None or best.option.kwh is None:
                return said
            return f"{said}, {rounded(found.kwh, 3)} kWh for {rounded(best.option.kwh, 3)}"
        if goal is None:
            return "nothing tried by compute alone is quick enough"
        return f"alone does not reach {percent(goal)} %{tops(made, goal)}"

    def _standing(self, stack: str) -> Standing:
        estimate, found = self.estimates[stack], self.best[stack]
        option = None if found is None else found.option
        made = Standing(
            stack=stack,
            plan_monthly=estimate.total_monthly,
            at_least=estimate.at_least,
            best=None if option is None else option.name,
            monthly=None if option is None else option.monthly,
            whole=None if option is None else option.whole,
            reliability=None if option is None else option.reliability,
        )
        if option is None:
            made.reason = self._short(stack)
            return made
        made.seconds = option.seconds if option.seconds_p95 is None else option.seconds_p95
        spent = option.by_purpose
        if option.monthly and spent:
            made.people = max(ZERO, spent["people"] / option.monthly)
            made.idle = max(ZERO, spent["idle"] / option.monthly)
        return made

    def _short(self, stack: str) -> str:
        """Why a stack reaches nothing, in few words."""
        made = self.tried[stack].made
        known = [one.reliability for one in made.options if one.reliability is not None]
        if not known:
            return "a price is missing" if self.estimates[stack].at_least else "not modelled"
        if self.goal.reliability is not None and max(known) < self.goal.reliability:
            return f"at most {percent(max(known), 2)} %"
        if self.goal.seconds is not None and all(one.seconds is None for one in made.options):
            return "steps state no seconds"
        return "too slow"

    def _nothing(self) -> str:
        """Why nothing is recommended, and what would help."""
        if all(not one.made.options for one in self.tried.values()):
            untold = [one for tried in self.tried.values() for one in tried.made.facts]
            reasons = [str(one.values["reason"]) for one in untold if "reason" in one.values]
            said = ", ".join(dict.fromkeys(reasons)) or "; ".join(texts(unique(untold)))
            return f"how right it is: {said}; measure on about {_cases(Decimal('0.9'))} cases"
        asked = []
        if self.goal.reliability is not None:
            asked.append(f"{percent(self.goal.reliability)} %")
        if self.goal.seconds is not None:
            asked.append(f"{rounded(self.goal.seconds)} s")
        return f"nothing tried reaches {' within '.join(asked)}"

    def _equal(self) -> list[str]:
        """Stacks that were taken to be as right as each other, where that matters."""
        if len(self.tried) < 2:
            return []
        return [
            stack
            for stack, one in self.estimates.items()
            if one.reliability is not None and one.reliability.shared
        ]

    def _to_measure(self, equal: Sequence[str]) -> list[str]:
        """What would tell stacks apart, with the number of cases that it takes."""
        found = []
        for stack in equal:
            made = self.estimates[stack].reliability
            assert made is not None
            for name in made.shared:
                step = next(one for one in self.workload.step if one.name == name)
                binding = self.workload.stack[stack].binding(step.role)
                offer = binding.offer if binding else None
                if step.success is not None and offer is not None:
                    said = f"'{name}' with {offer}: about {_cases(step.success)} cases"
                    found.append(f"{said} for +-1 point")
        return list(dict.fromkeys(found))

    def contenders(self, stack: str, *, rivals: bool = True) -> list[Contender]:
        """The best way of a stack, its plan, the runners-up, and the best of the next stacks."""
        made = self.tried[stack]
        found = self.best[stack]
        assert found is not None
        chosen = [found, made.billed[0], *self._runners_up(made, found)]
        unique = {id(one.way): one.way for one in chosen}
        contenders = [Contender(stack, way) for way in unique.values()]
        others = [name for name in self.order if name != stack][:RIVALS] if rivals else []
        for name in others:
            rival = self.best[name]
            if rival is not None and not rival.option.at_least:
                contenders.append(Contender(name, rival.way))
        return contenders

    def _runners_up(self, made: Tried, found: Billed) -> list[Billed]:
        """The next best, and the best that asks no person or no validator: other shapes of plan."""
        goal = self.goal
        rest = [
            one
            for one in made.billed
            if one is not found and one.option.kind != "hosting" and one.option.whole is not None
        ]
        able = [one for one in rest if one.option.reaches(*goal)]
        able.sort(key=lambda one: one.option.whole or ZERO)
        near = sorted(
            (one for one in rest if not one.option.reaches(*goal)),
            key=lambda one: -(one.option.reliability or ZERO),
        )
        return [*able[:1], *near[:1]]

    def _hangs_on(self, stack: str) -> list[Lever]:
        """The inputs that decide: those that change the answer, with the value at which it does."""
        levers = Levers(self.pricer, self.contenders(stack), self.goal, self._moved)
        own = self.workload.stack[stack]
        moved = {one.name: one for one in inputs(self.workload, own, quick=True)}
        found = levers.of(iter(moved.values()))
        found = [one for one in found if one.flips or (one.moves and one.name != TRAFFIC)]
        found.sort(key=lambda one: (-(one.assumed and one.flips), -one.flips, -one.moves))
        shown = found[:MOST_HINGES]
        for lever in shown:
            if lever.flips:
                levers.flip(moved[lever.name], lever)
        return shown

    def sensitivity(self, stack: str, threshold: Decimal | None) -> Sensitivity:
        """All levers of one stack's own answer."""
        made = Sensitivity(threshold=threshold, stack=stack)
        found = self.best[stack]
        if found is None:
            return made
        contenders = self.contenders(stack, rivals=False)
        levers = Levers(self.pricer, contenders, self.goal, self._moved)
        moved = {one.name: one for one in inputs(self.workload, self.workload.stack[stack])}
        made.levers = levers.of(iter(moved.values()))
        for lever in made.levers:
            if lever.flips:
                levers.flip(moved[lever.name], lever)
        made.choice, made.monthly = found.option.name, found.option.monthly
        return made


def _cases(success: Decimal) -> str:
    """Cases for a 95 % interval of one point to either side: n = z^2 p (1 - p) / w^2."""
    spread = max(success * (ONE - success), Decimal("0.0099"))
    return grouped((Z95**2 * spread / HALF_WIDTH**2).to_integral_value(ROUND_CEILING))
