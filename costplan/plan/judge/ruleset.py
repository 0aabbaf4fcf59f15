"""The rules of a check, from wherever they come, and what can be wrong with them.

Rules add up: a limit on the command line, one in the workload and one in a policy file are three
rules, and all must pass. Nothing of one source loosens another, but for ``[budget.stack.NAME]``,
which replaces the same limit of its own ``[budget]``. What a policy file allows, it allows alone:
the workload that is judged by it cannot allow itself more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from costplan.catalog.expression import Condition, ExpressionError, condition
from costplan.facts import Fact, fact
from costplan.plan.judge.drawn_figures import OF_DRAWS
from costplan.plan.judge.figures import MONEY
from costplan.plan.judge.measures import MEASURES, component_names
from costplan.problems import BadUsage, Path, Problem, did_you_mean
from costplan.record import collect
from costplan.workload.budget import Budget, Policy, stack_problems

LIMITS: dict[str, tuple[str, str]] = {
    "monthly_total": ("total_monthly", "--max-total"),
    "component": ("component_NAME", "--max-component"),
    "per_request": ("cost_per_request", "--max-per-request"),
    "per_trusted_answer": ("cost_per_trusted_answer", "--max-per-trusted-answer"),
    "per_seat": ("cost_per_seat", "--max-per-seat"),
    "increase": ("increase", "--max-increase"),
    "increase_percent": ("increase_percent", "--max-increase"),
    "min_reliability": ("reliability", "--min-reliability"),
    "silent_per_month": ("silent_per_month", "--max-silent"),
    "vendor_share": ("vendor_share_max", "--max-vendor-share"),
    "price_age_days": ("price_age_max_days", "--max-price-age"),
    "unpriced_lines": ("unpriced_lines", "--max-unpriced"),
    "overridden_prices": ("overridden_prices", "--max-overridden"),
    "kwh": ("kwh_per_month", "--max-kwh"),
    "kgco2e": ("kgco2e_per_month", "--max-kgco2e"),
    "p95_total": ("p95_total", "--max-p95"),
    "probability_over_budget": ("probability_over_budget", "--max-probability-over"),
}
"""Each limit of a budget: the figure that it is on, and its option. All but one are maxima."""
MINIMA = ("min_reliability",)
COMMAND_LINE = "the command line"


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one source: a file's name, or the command line. ``is_policy``: a policy file."""

    name: str
    budget: Budget | None = None
    policies: Sequence[Policy] = field(default_factory=tuple)
    is_policy: bool = False

    @property
    def compares(self) -> bool:
        """Whether a rule needs a baseline."""
        names = {name for policy in self.policies for name in figures_of(policy)}
        budgets = [self.budget, *self.budget.stack.values()] if self.budget else []
        return bool(names & {"increase", "increase_percent", "baseline_monthly"}) or any(
            budget is not None
            and (budget.increase is not None or budget.increase_percent is not None)
            for budget in budgets
        )

    @property
    def of_draws(self) -> str | None:
        """A figure of draws that a rule speaks of."""
        named = {name for policy in self.policies for name in figures_of(policy)}
        for limits in [self.budget, *self.budget.stack.values()] if self.budget else []:
            named |= {key for key in OF_DRAWS if getattr(limits, key, None) is not None}
        return next((name for name in OF_DRAWS if name in named), None)

    def rules_for(self, stack: str) -> int:
        """How many rules speak of a stack."""
        limits = list(self.budget.limits(stack)) if self.budget else []
        return len(limits) + sum(applies(policy, stack) for policy in self.policies)


def applies(policy: Policy, stack: str) -> bool:
    """Whether a policy is about a stack."""
    return not policy.stacks or stack in policy.stacks


def conditions(policy: Policy) -> list[tuple[str, Condition]]:
    """(level, condition) of a sound policy, the one that denies first."""
    texts = (("deny", policy.deny), ("warn", policy.warn))
    return [(level, condition(text)) for level, text in texts if text is not None]


def figures_of(policy: Policy) -> set[str]:
    """Every figure that a sound policy names."""
    return {name for _, parsed in conditions(policy) for name in parsed.names}


def faults(
    budget: Budget | None, policies: Sequence[Policy], stacks: Iterable[str] | None = None
) -> list[Problem]:
    """What is wrong with sound tables: unknown components, figures, stacks; conditions that are
    none. ``stacks`` None: they were looked at already."""
    problems = list(_components(budget)) if budget else []
    for at, policy in enumerate(policies):
        for level, text in (("deny", policy.deny), ("warn", policy.warn)):
            if text is not None:
                problems += _condition(("policy", at, level), text)
    if stacks is not None:
        problems += stack_problems(budget, policies, stacks)
    return problems


def _components(budget: Budget) -> Iterable[Problem]:
    known = component_names()
    places: list[tuple[Path, Iterable[str]]] = [((), budget.component)]
    places += [
        (("stack", name), stack_budget.component) for name, stack_budget in budget.stack.items()
    ]
    for prefix, names in places:
        for name in names:
            if name not in known:
                hint = did_you_mean(name, known) or "components: " + ", ".join(known)
                path = ("budget", *prefix, "component", name)
                yield Problem(path, f"there is no component '{name}'", hint, "key")


def _condition(path: Path, text: str) -> list[Problem]:
    try:
        names = condition(text).names
    except ExpressionError as error:
        return [Problem(path, str(error), 'such as "total_monthly > 3000 and seats < 10"')]
    return [
        Problem(
            path,
            f"there is no figure '{name}'",
            did_you_mean(name, MEASURES) or "'costplan check --figures' lists them",
        )
        for name in sorted(names - MEASURES.keys())
    ]


class Allowance(NamedTuple):
    """The offers that a key such as ``allow_stale`` accepts, and what it would have accepted."""

    key: str
    names: frozenset[str]
    ignored: frozenset[str]
    policy: str | None

    @property
    def facts(self) -> list[Fact]:
        """What to say of names that a policy does not let the workload allow itself."""
        if not self.ignored:
            return []
        values = {"policy": self.policy, "names": sorted(self.ignored)}
        return [fact("allowance-ignored", self.key, **values)]


def allowed(sets: Sequence[RuleSet], key: str) -> Allowance:
    """What policy files allow where any states the key, each no more than the others; else what
    the workload does."""
    stated = [
        (rules, frozenset(names))
        for rules in sets
        if rules.budget is not None and (names := getattr(rules.budget, key)) is not None
    ]
    policies = [(rules, names) for rules, names in stated if rules.is_policy]
    own = frozenset(name for rules, names in stated if not rules.is_policy for name in names)
    if not policies:
        return Allowance(key, own, frozenset(), None)
    names = frozenset.intersection(*(names for _, names in policies))
    return Allowance(key, names, own - names, policies[0][0].name)


def names_money(budget: Budget | None, policies: Sequence[Policy]) -> bool:
    """Whether a rule of sound tables is on an amount of money, so that its currency matters."""
    on = {figure for policy in policies for figure in figures_of(policy)}
    for limits in [budget, *budget.stack.values()] if budget else []:
        on |= {
            figure for key, (figure, _) in LIMITS.items() if getattr(limits, key, None) is not None
        }
        on |= {"total_monthly"} if limits.component else set()
    return any(MEASURES[name].unit == MONEY for name in on if name in MEASURES)


def figure_of(path: Path) -> tuple[str, str]:
    """The key of a limit below ``[budget]`` and the figure that it is on."""
    inner = path[2:] if path[0] == "stack" else path
    key = str(inner[0])
    if key == "component":
        return key, f"component_{str(inner[1]).replace('-', '_')}"
    return key, LIMITS[key][0]


def levels(limit: object) -> tuple[Decimal | None, Decimal | None]:
    """(warn, deny) of a limit; a number alone denies."""
    if isinstance(limit, Decimal):
        return None, limit
    warn: Decimal | None = getattr(limit, "warn", None)
    deny: Decimal | None = getattr(limit, "deny", None)
    return warn, deny


def from_limits(limits: Mapping[str, Decimal]) -> RuleSet:
    """The options' limits, by key of ``[budget]``, a component's as ``component.tokens``.

    Raises BadUsage for a limit that nobody has, out of bounds, or on a component that does not
    exist.
    """
    data: dict[str, object] = {}
    components: dict[str, Decimal] = {}
    for key, value in limits.items():
        head, _, name = key.partition(".")
        if name:
            components[name] = value
        else:
            data[head] = value
    budget, problems = collect(Budget, {**data, "component": components})
    if budget is not None:
        problems += [problem._replace(path=problem.path[1:]) for problem in faults(budget, ())]
    if problems or budget is None:
        first = problems[0]
        name = f" {first.path[1]}" if len(first.path) > 1 else ""
        known = LIMITS.get(str(first.path[0]))
        limit = f"limit {first.path[0]}" if known is None else known[1]
        raise BadUsage(f"{limit}{name}: {first.message}", first.hint)
    return RuleSet(COMMAND_LINE, budget)
