"""What a bill may cost and what must be true of it: ``[budget]`` and ``[[policy]]``.

A workload file has them, and a policy file has nothing else. Every limit is a number, which denies,
or ``{ warn = ..., deny = ... }``; a figure that equals its limit passes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, fields
from decimal import Decimal
from typing import Literal

from costplan.problems import Path, Problem, did_you_mean
from costplan.record import Amount, Count, Currency, Share, record
from costplan.workload.contract import Rate, pair


@record
class Most:
    """A maximum: more than ``warn`` is worth a word, more than ``deny`` is refused.

    Keys:
        warn (the limit's): more than this is worth a word
        deny (the limit's): more than this is refused
    """

    warn: Amount | None = None
    deny: Amount | None = None

    def check(self) -> Iterable[Problem]:
        return _levels(self.warn, self.deny, is_most=True)


@record
class MostShare:
    """A maximum between 0 and 1.

    Keys:
        warn: more than this is worth a word
        deny: more than this is refused
    """

    warn: Share | None = None
    deny: Share | None = None

    def check(self) -> Iterable[Problem]:
        return _levels(self.warn, self.deny, is_most=True)


@record
class LeastShare:
    """A minimum between 0 and 1: less than ``warn`` is worth a word, less than ``deny`` refused.

    Keys:
        warn: less than this is worth a word
        deny: less than this is refused
    """

    warn: Share | None = None
    deny: Share | None = None

    def check(self) -> Iterable[Problem]:
        return _levels(self.warn, self.deny, is_most=False)


def _levels(warn: Decimal | None, deny: Decimal | None, *, is_most: bool) -> Iterable[Problem]:
    if warn is None and deny is None:
        yield Problem((), "a limit has 'warn', 'deny' or both", "or is a number alone", "key")
    elif warn is not None and deny is not None and (warn > deny if is_most else warn < deny):
        which = "above the maximum" if is_most else "below the minimum"
        yield Problem(("warn",), f"is {which} that denies, {deny}: it would never be heard")


AmountLimit = Amount | Most
ShareLimit = Share | MostShare
ShareFloor = Share | LeastShare
Limit = Decimal | Most | MostShare | LeastShare


@record
class StackBudget:
    """Limits on one stack; each replaces the same one of ``[budget]``.

    Keys:
        monthly_total (currency a month): the as-of month's total, at most
        component (currency a month): one component's month by name, such as tokens, at most
        per_request (currency a request): total over requests, at most
        per_trusted_answer (currency an answer): total over trusted answers, at most
        per_seat (currency a seat): total over [observability] seats, at most
        increase (currency a month): total over the baseline's, at most
        increase_percent (percent): increase over the baseline's total, at most
        min_reliability: share of trusted answers, at least
        silent_per_month (answers a month): silent failures, at most
        vendor_share: share of the total with one vendor, at most
        price_age_days (days): age of the oldest price, at most
        unpriced_lines (lines): lines without a price, at most; allowed ones count too
        overridden_prices (offers): offers priced otherwise than the catalogue, at most
        kwh (kWh a month): likely electricity behind the bill, at most
        kgco2e (kg a month): likely CO2e of it, at most
        p95_total (currency a month): the month that 95 % of the draws of all ranges do not exceed,
            at most
        probability_over_budget: share of the draws that are over monthly_total, at most
    """

    monthly_total: AmountLimit | None = None
    component: Mapping[str, AmountLimit] = field(default_factory=dict)
    per_request: AmountLimit | None = None
    per_trusted_answer: AmountLimit | None = None
    per_seat: AmountLimit | None = None
    increase: AmountLimit | None = None
    increase_percent: AmountLimit | None = None
    min_reliability: ShareFloor | None = None
    silent_per_month: AmountLimit | None = None
    vendor_share: ShareLimit | None = None
    price_age_days: AmountLimit | None = None
    unpriced_lines: AmountLimit | None = None
    overridden_prices: AmountLimit | None = None
    kwh: AmountLimit | None = None
    kgco2e: AmountLimit | None = None
    p95_total: AmountLimit | None = None
    probability_over_budget: ShareLimit | None = None


KEYS = tuple(key.name for key in fields(StackBudget) if key.name != "component")


@record
class Budget(StackBudget):
    """Limits on each stack that is estimated; ``stack`` narrows them for one.

    Keys:
        stack: limits of one stack by its name; each replaces the same one of [budget]
        allow_unpriced: offers whose missing price does not fail a check
        allow_stale: offers whose old price does not fail a check
        allow_ended: offers that may end within the plan
    """

    stack: Mapping[str, StackBudget] = field(default_factory=dict)
    allow_unpriced: tuple[str, ...] | None = None
    allow_stale: tuple[str, ...] | None = None
    allow_ended: tuple[str, ...] | None = None

    def limits(self, stack: str) -> Iterable[tuple[Path, Limit]]:
        """Each limit that holds for a stack, with its place below ``[budget]``."""
        narrow = self.stack.get(stack)
        for source, prefix in ((self, ()), (narrow, ("stack", stack))):
            for key in KEYS if source is not None else ():
                limit = getattr(source, key)
                if limit is not None and (source is narrow or _own(narrow, key) is None):
                    yield (*prefix, key), limit
            for name, limit in source.component.items() if source is not None else ():
                if source is narrow or narrow is None or name not in narrow.component:
                    yield (*prefix, "component", name), limit

    def most(self, stack: str) -> Decimal | None:
        """What a stack may cost a month: the maximum that denies, else the one that warns."""
        own = _own(self.stack.get(stack), "monthly_total")
        limit = self.monthly_total if own is None else own
        if isinstance(limit, Most):
            return limit.warn if limit.deny is None else limit.deny
        return limit if isinstance(limit, Decimal) else None


def _own(narrow: StackBudget | None, key: str) -> object:
    return None if narrow is None else getattr(narrow, key)


@record
class Policy:
    """A condition over the estimate's figures that must not come true.

    Keys:
        name: what its verdict is called
        deny: refused where this is true: 'total_monthly > 3000'
        warn: worth a word where this is true
        message: what to say then; the condition when left out
        stacks: the stacks it is asked of; all when left out
    """

    name: str
    deny: str | None = None
    warn: str | None = None
    message: str | None = None
    stacks: tuple[str, ...] = ()

    def check(self) -> Iterable[Problem]:
        if not self.name.strip():
            yield Problem(("name",), "a policy's name is what its verdict is called: it is empty")
        if self.deny is None and self.warn is None:
            yield Problem(
                (),
                f"policy '{self.name}' has no condition",
                'deny = "total_monthly > 3000" refuses where that is true; warn = "..." only warns',
                "key",
            )


@record
class RuleFile:
    """A policy file. What it states of prices and rates holds in place of the workload's own.

    Keys:
        currency: of its amounts
        stale_after_days (days): age at which a price counts as stale, whatever the workload says
        exchange: rates that hold in place of the workload's
        budget: limits, beside those of the workload
        policy: conditions over the estimate's figures
    """

    currency: Currency = "USD"
    stale_after_days: Count | None = None
    exchange: Mapping[str, Rate] = field(default_factory=dict)
    budget: Budget | None = None
    policy: tuple[Policy, ...] = ()

    def check(self) -> Iterable[Problem]:
        for key in self.exchange:
            codes = pair(key)
            if codes is None or codes[0] == codes[1]:
                hint = "such as usd_per_eur: so many USD for one EUR"
                yield Problem(("exchange", key), f"'{key}' is no exchange rate", hint, "key")

    @property
    def is_empty(self) -> bool:
        """Whether it neither limits nor allows anything."""
        budget = self.budget or Budget()
        says = [budget.allow_unpriced, budget.allow_stale, budget.allow_ended]
        limits = [limit for stack in ("", *budget.stack) for limit in budget.limits(stack)]
        said = self.policy or self.exchange or self.stale_after_days or limits
        return not said and all(names is None for names in says)


def stack_problems(
    budget: Budget | None, policies: Sequence[Policy], stacks: Iterable[str]
) -> Iterable[Problem]:
    """Stacks that budgets and policies name and nobody has; policies of one name."""
    known = list(stacks)
    named: list[tuple[Path, str, Literal["key", "value"]]] = []
    for name in budget.stack if budget else ():
        named.append((("budget", "stack", name), name, "key"))
    seen: set[str] = set()
    for at, policy in enumerate(policies):
        named += [
            (("policy", at, "stacks", place), name, "value")
            for place, name in enumerate(policy.stacks)
        ]
        if policy.name in seen:
            yield Problem(("policy", at, "name"), f"two policies are named '{policy.name}'")
        seen.add(policy.name)
    for path, name, part in named:
        if name not in known:
            hint = did_you_mean(name, known) or "stacks: " + ", ".join(known)
            yield Problem(path, f"there is no stack '{name}'", hint, part)
