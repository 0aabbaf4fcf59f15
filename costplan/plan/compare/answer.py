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
        self.estimates = {estimate.stack: estimate for estimate in estimates}
        self.baseline = baseline
        self._moved: Moved = {}
        self.goal = goal
        self.best = {stack: ways.best(goal) for stack, ways in tried.items()}

    @property
    def order(self) -> list[str]:
        """The stacks, the best first; those that reach nothing behind, by their plan's bill."""

        def key(stack: str) -> tuple[bool, bool, Decimal]:
            best = self.best[stack]
            if best is None:
                plan = self.estimates[stack]
                return True, plan.at_least, plan.total_monthly
            return False, best.option.at_least, best.option.whole or ZERO

        return sorted(self.tried, key=key)

    def answer(self) -> Answer:
        """The recommendation and the stacks' standings."""
        if not any(ways.billed for ways in self.tried.values()):
            return self._on_bills()
        standings = [self._standing(stack) for stack in self.order]
        first = standings[0]
        best = self.best[first.stack]
        base = self._base()
        answer = Answer(
            stack=None if best is None else first.stack,
            way=first.best,
            monthly=first.monthly,
            whole=first.whole,
            reliability=first.reliability,
            against=self.baseline,
            saved=None,
            compute=self._compute(first.stack),
            standings=standings,
            equal=self._equal(),
        )
        if best is None:
            answer.reason = self._nothing()
            return answer
        if base is not None and not best.option.at_least:
            answer.saved = settle(base - (best.option.whole or ZERO))
        answer.hangs_on = self._hangs_on(first.stack)
        if answer.equal:
            answer.to_measure = self._to_measure(answer.equal)
        return answer

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
        if not self.tried[stack].billed:
            return alone(self.workload, stack)
        best = self.best[stack]
        if best is None or best.way.workload is None:
            return None
        return alone(best.way.workload, stack)

    def _base(self) -> Decimal | None:
        """The baseline's plan as the file has it, wrong answers included; None where a price is
        missing, for then nobody knows what is saved."""
        options = self.tried[self.baseline].measures.options
        if not options or options[0].at_least:
            return None
        return options[0].whole

    def _compute(self, stack: str) -> str:
        """The best that compute alone does there, in words."""
        measures = self.tried[stack].measures
        brute = [option for option in measures.options if option.brute_force]
        if not brute:
            return "nothing was tried by compute alone"
        goal = self.goal.reliability
        cheapest = least(brute, goal, self.goal.seconds)
        if cheapest is not None and cheapest.whole is not None:
            cost = grouped(cheapest.whole, 0)
            lost = " with wrong answers" if cheapest.loss else ""
            said = f"{cheapest.name}: {cost}{lost}, {percent(cheapest.reliability or ZERO)} % right"
            best = self.best[stack]
            if best is None or cheapest.kwh is None or best.option.kwh is None:
                return said
            return f"{said}, {rounded(cheapest.kwh, 3)} kWh for {rounded(best.option.kwh, 3)}"
        if goal is None:
            return "nothing tried by compute alone is quick enough"
        return f"alone does not reach {percent(goal)} %{tops(measures, goal)}"

    def _standing(self, stack: str) -> Standing:
        estimate, best = self.estimates[stack], self.best[stack]
        option = None if best is None else best.option
        standing = Standing(
            stack=stack,
            plan_monthly=estimate.total_monthly,
            at_least=estimate.at_least,
            best=None if option is None else option.name,
            monthly=None if option is None else option.monthly,
            whole=None if option is None else option.whole,
            reliability=None if option is None else option.reliability,
        )
        if option is None:
            standing.reason = self._short(stack)
            return standing
        standing.seconds = option.seconds if option.seconds_p95 is None else option.seconds_p95
        spent = option.by_purpose
        if option.monthly and spent:
            if self.workload.human is not None or spent["people"]:  # else they are not modelled
                standing.people = max(ZERO, spent["people"] / option.monthly)
            standing.idle = max(ZERO, spent["idle"] / option.monthly)
        return standing

    def _short(self, stack: str) -> str:
        """Why a stack reaches nothing, in few words."""
        options = self.tried[stack].measures.options
        known = [option.reliability for option in options if option.reliability is not None]
        if not known:
            return "a price is missing" if self.estimates[stack].at_least else "not modelled"
        if self.goal.reliability is not None and max(known) < self.goal.reliability:
            return f"at most {percent(max(known), 2)} %"
        if self.goal.seconds is not None and all(option.seconds is None for option in options):
            return "steps state no seconds"
        return "too slow"

    def _nothing(self) -> str:
        """Why nothing is recommended, and what would help."""
        if not any(ways.billed for ways in self.tried.values()):
            facts = [fact for ways in self.tried.values() for fact in ways.measures.facts]
            reasons = [str(fact.values["reason"]) for fact in facts if "reason" in fact.values]
            said = ", ".join(dict.fromkeys(reasons)) or "; ".join(texts(unique(facts)))
            return f"how right it is: {said}; measure on about {_cases(Decimal('0.9'))} cases"
        asked = []
        if self.goal.reliability is not None:
            asked.append(f"{percent(self.goal.reliability)} %")
        if self.goal.seconds is not None:
            asked.append(f"{rounded(self.goal.seconds)} s")
        said = f"nothing tried reaches {' within '.join(asked)}"
        lacks = self._lacks()
        return f"{said}; not in the file, so not tried: {', '.join(lacks)}" if lacks else said

    def _lacks(self) -> list[str]:
        """What would make answers right and is not in the file, so that nobody can try it; nothing
        where some way is right enough, and too slow."""
        wanted = self.goal.reliability
        options = [option for ways in self.tried.values() for option in ways.measures.options]
        if wanted is None or any((option.reliability or ZERO) >= wanted for option in options):
            return []
        workload, steps = self.workload, self.workload.step
        checks = {
            "validators (judges)": any(step.judges for step in steps),
            "noticed failures (detection_rate)": any(step.detection_rate for step in steps),
            "people ([human])": workload.human is not None,
            "measured models ([candidates])": bool(workload.candidates),
        }
        return [words for words, there in checks.items() if not there]

    def _equal(self) -> list[str]:
        """Stacks that were taken to be as right as each other, where that matters."""
        if len(self.tried) < 2:
            return []
        return [
            stack
            for stack, estimate in self.estimates.items()
            if estimate.reliability is not None and estimate.reliability.shared
        ]

    def _to_measure(self, equal: Sequence[str]) -> list[str]:
        """What would tell stacks apart, with the number of cases that it takes."""
        sentences = []
        for stack in equal:
            reliability = self.estimates[stack].reliability
            assert reliability is not None
            for name in reliability.shared:
                step = next(step for step in self.workload.step if step.name == name)
                binding = self.workload.stack[stack].binding(step.role)
                offer = binding.offer if binding else None
                if step.success is not None and offer is not None:
                    said = f"'{name}' with {offer}: about {_cases(step.success)} cases"
                    sentences.append(f"{said} for +-1 point")
        return list(dict.fromkeys(sentences))

    def contenders(self, stack: str, *, rivals: bool = True) -> list[Contender]:
        """The best way of a stack, its plan, the runners-up, and the best of the next stacks."""
        ways, best = self.tried[stack], self.best[stack]
        assert best is not None
        chosen = [best, ways.billed[0], *self._runners_up(ways, best)]
        distinct = {id(billed.way): billed.way for billed in chosen}
        contenders = [Contender(stack, way) for way in distinct.values()]
        others = [name for name in self.order if name != stack][:RIVALS] if rivals else []
        for name in others:
            rival = self.best[name]
            if rival is not None and not rival.option.at_least:
                contenders.append(Contender(name, rival.way))
        return contenders

    def _runners_up(self, ways: Tried, best: Billed) -> list[Billed]:
        """The next best, and the best that asks no person or no validator: other shapes of plan."""
        goal = self.goal
        rest = [
            way
            for way in ways.billed
            if way is not best and way.option.kind != "hosting" and way.option.whole is not None
        ]
        able = [way for way in rest if way.option.reaches(*goal)]
        able.sort(key=lambda way: way.option.whole or ZERO)
        near = [way for way in rest if not way.option.reaches(*goal)]
        near.sort(key=lambda way: -(way.option.reliability or ZERO))
        return [*able[:1], *near[:1]]

    def _hangs_on(self, stack: str) -> list[Lever]:
        """The inputs that decide: those that change the answer, with the value at which it does."""
        levers = Levers(self.pricer, self.contenders(stack), self.goal, self._moved)
        own = self.workload.stack[stack]
        deciding = [
            lever
            for lever in levers.of(inputs(self.workload, own, quick=True))
            if lever.flips or (lever.moves and lever.name != TRAFFIC)
        ]
        deciding.sort(
            key=lambda lever: (-(lever.assumed and lever.flips), -lever.flips, -lever.moves)
        )
        shown = deciding[:MOST_HINGES]
        for lever in shown:
            levers.flip(lever)
        return shown

    def sensitivity(self, stack: str, threshold: Decimal | None) -> Sensitivity:
        """All levers of one stack's own answer."""
        sensitivity = Sensitivity(threshold=threshold, stack=stack)
        best = self.best[stack]
        if best is None:
            return sensitivity
        contenders = self.contenders(stack, rivals=False)
        levers = Levers(self.pricer, contenders, self.goal, self._moved)
        sensitivity.levers = levers.of(inputs(self.workload, self.workload.stack[stack]))
        for lever in sensitivity.levers:
            levers.flip(lever)
        sensitivity.choice, sensitivity.monthly = best.option.name, best.option.monthly
        return sensitivity


def _cases(success: Decimal) -> str:
    """Cases for a 95 % interval of one point to either side: n = z^2 p (1 - p) / w^2."""
    spread = max(success * (ONE - success), Decimal("0.0099"))
    return grouped((Z95**2 * spread / HALF_WIDTH**2).to_integral_value(ROUND_CEILING))
