"""An estimate against budgets and policies. Nothing passes by default.

A figure that the estimate has not is a verdict "unknown". A total with a line that has no price is
the least it can be: above its maximum it is denied all the same, below it the verdict waits for the
price, unless the budget allows that offer by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from costplan.catalog.expression import ExpressionError
from costplan.document.estimate import Estimate, EstimateDocument
from costplan.document.line import LineItem
from costplan.document.verdict import OF_PRICES, CheckDocument, Kind, Verdict
from costplan.facts import Fact, fact, said
from costplan.plan.judge.defaults import newly_assumed
from costplan.plan.judge.diff import causes_of
from costplan.plan.judge.drawn_figures import over_budget
from costplan.plan.judge.figures import MONEY, NOTHING, Against, Figure, Subject
from costplan.plan.judge.measures import MEASURES, is_stale
from costplan.plan.judge.ruleset import (
    MINIMA,
    Allowance,
    RuleSet,
    allowed,
    applies,
    conditions,
    figure_of,
    levels,
)
from costplan.problems import BadUsage, Path, did_you_mean
from costplan.words import WORKLOAD
from costplan.workload.budget import Policy


def check(
    document: EstimateDocument,
    sets: Sequence[RuleSet],
    *,
    subject: str,
    vendor_of: Callable[[str], str | None],
    against: Against = NOTHING,
    facts: Iterable[Fact] = (),
) -> CheckDocument:
    """Every verdict on every stack of the document. The rules are sound (``ruleset.faults``).

    ``facts``: what the caller knows that narrows or softens the check. Raises BadUsage where a
    stack has no rule, where the baseline is in another currency, or where one is given that no rule
    asks for.
    """
    _covered(document, sets)
    if against.before is not None:
        _comparable(document, against.before, sets, against.name)
    verdicts: list[Verdict] = []
    told: list[Fact] = []
    allowances = {kind: allowed(sets, f"allow_{kind}") for kind in OF_PRICES}
    accepted = {kind: allowance.names for kind, allowance in allowances.items()}
    for estimate in document.estimates:
        about = Subject(
            document=document,
            estimate=estimate,
            baseline=against.before,
            vendor_of=vendor_of,
            without=against.without,
        )
        spared = against.without.new and _limited(sets, estimate.stack, "increase_percent")
        spared = spared and _limited(sets, estimate.stack, "monthly_total")
        if spared:
            told.append(fact("new-is-judged", estimate.stack, reason=against.without.why.text))
        told += _changed_default(about)
        judge = _Judge(about, accepted["unpriced"], spared)
        for rules in sets:
            verdicts += judge.limits(rules)
            verdicts += judge.policies(rules)
        verdicts += _prices(estimate, accepted)
    return CheckDocument(
        subject=subject,
        workload=document.workload,
        currency=document.currency,
        as_of=document.as_of,
        catalog_hash=document.catalog_hash,
        baseline=against.name,
        stacks=[estimate.stack for estimate in document.estimates],
        verdicts=verdicts,
        facts=[
            *document.price_facts,
            *told,
            *facts,
            *(ignored for allowance in allowances.values() for ignored in allowance.facts),
            *_softened(document),
            *_unneeded(allowances, verdicts),
        ],
    )


def _changed_default(about: Subject) -> Iterable[Fact]:
    """That an increase has a part that nobody's change made: it counts, and is said. What else a
    default moves (the steps' further runs) no document says, so that none of it can be left out."""
    baseline, estimate = about.baseline, about.estimate
    old = baseline.estimates if baseline is not None else []
    before = next((saved for saved in old if saved.stack == estimate.stack), None)
    assumed = newly_assumed(before, estimate)
    if assumed is not None:
        part = causes_of(before, estimate).default
        rho, steps = assumed.values["rho"], assumed.listed("steps")
        yield fact("increase-has-default", estimate.stack, cost=part, rho=rho, steps=steps)


def _softened(document: EstimateDocument) -> Iterable[Fact]:
    """What makes a bill small without being a price: a pass that rests on it says so."""
    for estimate in document.estimates:
        if not estimate.lines:
            yield fact("nothing-bought", estimate.stack)
            continue
        if not estimate.total_monthly and not estimate.at_least:
            yield fact("comes-to-nothing", estimate.stack, lines=len(estimate.lines))
        free = [
            line.price.offer
            for line in estimate.lines
            if line.amount is not None and not line.amount and line.list_amount
        ]
        for offer in dict.fromkeys(free):
            yield fact("all-taken-off", estimate.stack, offer=offer)
        if (off := estimate.list_monthly - estimate.total_monthly) > estimate.list_monthly / 2:
            yield fact("share-taken-off", estimate.stack, percent=off / estimate.list_monthly * 100)


def _covered(document: EstimateDocument, sets: Sequence[RuleSet]) -> None:
    bare = [
        estimate.stack
        for estimate in document.estimates
        if not any(rules.rules_for(estimate.stack) for rules in sets)
    ]
    if not document.estimates or len(bare) == len(document.estimates):
        raise BadUsage(
            "nothing to check: there is no limit and no policy",
            "[budget] or [[policy]] in the workload, --policy FILE, or an option such as "
            "--max-total 3000; a saved estimate holds no rules",
        )
    if bare:
        raise BadUsage(
            f"no limit and no policy is about stack '{bare[0]}'",
            "--stack names the stacks to check; a limit in [budget] holds for all",
        )


def _comparable(
    document: EstimateDocument,
    baseline: EstimateDocument,
    sets: Sequence[RuleSet],
    name: str | None,
) -> None:
    if baseline.currency != document.currency:
        raise BadUsage(
            f"the baseline {name} is in {baseline.currency}, the estimate in {document.currency}",
            f"save a baseline in {document.currency}",
        )
    if not any(rules.compares for rules in sets):
        raise BadUsage(
            "a --baseline is given, but no rule compares with it",
            "--max-increase 10%, or increase_percent = 10 in [budget]",
        )


def _limited(sets: Iterable[RuleSet], stack: str, key: str) -> bool:
    """Whether a stack has a limit of that key that denies."""
    limits = [pair for rules in sets if rules.budget for pair in rules.budget.limits(stack)]
    return any(figure_of(path)[0] == key and levels(limit)[1] is not None for path, limit in limits)


WITHOUT: dict[Kind, str] = {
    "unpriced": "without a price",
    "stale": "with a stale price",
    "ended": "that ends",
}


def _unneeded(allowances: Mapping[Kind, Allowance], verdicts: list[Verdict]) -> Iterable[Fact]:
    """Allowances that allow nothing: a misspelt one must not go unseen."""
    for kind, allowance in allowances.items():
        waiting = [verdict.rule for verdict in verdicts if verdict.kind == kind]
        for name in sorted(allowance.names - {*waiting}):
            values = {"key": allowance.key, "what": WITHOUT[kind]}
            if hint := did_you_mean(name, waiting):
                yield fact("allows-nothing-but-near", name, **values, hint=hint)
            else:
                yield fact("allows-nothing", name, **values)


class _Judge:
    """Limits and policies on one stack."""

    def __init__(self, subject: Subject, unpriced: frozenset[str], spared: bool) -> None:
        """``spared``: no percentage is asked for, as there was nothing and the total is limited."""
        self.subject, self.unpriced, self.spared = subject, unpriced, spared
        self.stack = subject.estimate.stack
        self._known: dict[str, Figure] = {}

    def limits(self, rules: RuleSet) -> Iterable[Verdict]:
        for path, limit in rules.budget.limits(self.stack) if rules.budget else ():
            if not (self.spared and figure_of(path)[0] == "increase_percent"):
                yield self._limit(rules, path, limit)

    def _limit(self, rules: RuleSet, path: Path, limit: object) -> Verdict:
        key, name = figure_of(path)
        warn, deny = levels(limit)
        figure = self._figure(name)
        if key == "probability_over_budget" and rules.budget:  # a rule's own limit comes first
            figure = over_budget(self.subject, rules.budget.most(self.stack))
        waiting = self._waiting(figure)
        verdict = Verdict(
            stack=self.stack,
            rule=f"component {path[-1]}" if key == "component" else key,
            kind="limit",
            status="pass",
            source=rules.name,
            level="warn" if deny is None else "deny",
            unit=self._unit(name),
            figure=figure.value,
            at_least=bool(figure.missing) and not figure.may_fall,
            is_minimum=key in MINIMA,
            warn=warn,
            deny=deny,
            path=("budget", *path),
        )
        verdict.status = verdict.compared
        sure = verdict.status == "deny" and not figure.may_fall
        if figure.value is None:
            verdict.status, verdict.why, verdict.remedy = "unknown", figure.why, figure.remedy
            verdict.waits_for_price = figure.waits_for_price
        elif waiting and not sure:
            verdict.status, verdict.waits_for_price = "unknown", True
            verdict.why = _awaited(waiting)
            verdict.remedy = _allow("allow_unpriced", waiting[0].price.offer)
        verdict.measure()
        return verdict

    def policies(self, rules: RuleSet) -> Iterable[Verdict]:
        for at, policy in enumerate(rules.policies):
            if applies(policy, self.stack):
                yield self._policy(rules, policy, at)

    def _policy(self, rules: RuleSet, policy: Policy, at: int) -> Verdict:
        tests = conditions(policy)
        verdict = Verdict(
            stack=self.stack,
            rule=policy.name,
            kind="policy",
            status="pass",
            source=rules.name,
            level="deny" if policy.deny is not None else "warn",
            condition=tests[0][1].text,
            path=("policy", at, tests[0][0]),
        )
        for level, test in tests:
            figures = {name: self._figure(name) for name in sorted(test.names)}
            verdict.figures |= {name: figure.value for name, figure in figures.items()}
            verdict.at_least = verdict.at_least or any(
                figure.missing for figure in figures.values()
            )
            self._unknown(verdict, figures)
            if verdict.status == "unknown":
                verdict.level = "deny" if level == "deny" else "warn"
            else:
                values = {
                    name: figure.value
                    for name, figure in figures.items()
                    if figure.value is not None
                }
                try:
                    holds = test.holds(values)
                except ExpressionError as error:
                    verdict.status, verdict.why = "unknown", said("reason", str(error))
                    verdict.remedy = "ask first, as in `seats > 0 and total_monthly / seats > 50`"
                    verdict.level = "deny" if level == "deny" else "warn"
                    holds = False
                if holds:
                    verdict.status = "deny" if level == "deny" else "warn"
                    verdict.why = said("reason", policy.message or test.text)
            if verdict.status != "pass":
                verdict.condition, verdict.path = test.text, ("policy", at, level)
                break
        return verdict

    def _unknown(self, verdict: Verdict, figures: dict[str, Figure]) -> None:
        """Mark a policy whose figures are not all there."""
        for name, figure in figures.items():
            if figure.value is None:
                reason = figure.why.text if figure.why else ""
                verdict.status, verdict.why = "unknown", fact("figure-unknown", name, reason=reason)
                verdict.waits_for_price = figure.waits_for_price
                verdict.remedy = figure.remedy
                return
        for name, figure in figures.items():
            if waiting := self._waiting(figure):
                verdict.status, verdict.waits_for_price = "unknown", True
                verdict.why = _awaited(waiting, name)
                verdict.remedy = _allow("allow_unpriced", waiting[0].price.offer)
                return

    def _waiting(self, figure: Figure) -> list[LineItem]:
        """The lines whose missing price nobody allowed."""
        return [line for line in figure.missing if line.price.offer not in self.unpriced]

    def _figure(self, name: str) -> Figure:
        """A figure of this stack, taken once."""
        if name not in self._known:
            self._known[name] = MEASURES[name].of(self.subject)
        return self._known[name]

    def _unit(self, name: str) -> str:
        unit = MEASURES[name].unit
        return self.subject.document.currency if unit == MONEY else unit


def _awaited(lines: Sequence[LineItem], figure: str = "") -> Fact:
    """What a figure waits for: prices, or a number that nobody knows."""
    if all(line.uncounted for line in lines):
        why = fact("count-awaited", counted=dict.fromkeys(line.label for line in lines))
        return fact("figure-unknown", figure, reason=why.text) if figure else why
    names = (line.label if line.uncounted else line.price.offer for line in lines)
    code = "figure-awaits-prices" if figure else "prices-awaited"
    return fact(code, figure, offers=dict.fromkeys(names))


def _allow(key: str, offer: str) -> str:
    if offer == WORKLOAD:
        return f'give each step its success, or [human] share; {key} = ["{WORKLOAD}"] accepts it'
    return f'[prices] can give it; {key} = ["{offer}"] in [budget] accepts it without'


def _prices(estimate: Estimate, accepted: Mapping[Kind, frozenset[str]]) -> Iterable[Verdict]:
    """One verdict an offer whose price is missing, is old, or ends; and one an old rate."""
    unpriced, stale = accepted["unpriced"], accepted["stale"]
    seen: set[tuple[str, str]] = set()
    for line in estimate.lines:
        offer = line.price.offer
        if line.amount is None and ("unpriced", offer) not in seen:
            seen.add(("unpriced", offer))
            reason = line.price.reason
            code = "no-count-because" if line.uncounted else "no-price-because"
            why = fact(code, offer, reason=reason) if reason else fact("no-price")
            yield _price(estimate, line, "unpriced", why, offer in unpriced)
        if is_stale(estimate, line) and ("stale", offer) not in seen:
            seen.add(("stale", offer))
            why = fact("old-price", offer, checked=line.price.checked)
            yield _price(estimate, line, "stale", why, offer in stale)
    for end in estimate.ended:
        billed = next((line for line in estimate.lines if line.price.offer == end.offer), None)
        if billed is not None:
            yield _price(estimate, billed, "ended", end.fact, end.offer in accepted["ended"])
    for rate in estimate.facts_of("stale-rate"):
        yield _rate(estimate, rate, stale)


def _rate(estimate: Estimate, rate: Fact, stale: frozenset[str]) -> Verdict:
    """An exchange rate of long ago is no better than a price of then."""
    key = rate.subject
    allow = key in stale
    remedy = f'state it anew under [exchange] or --exchange, or allow_stale = ["{key}"] in [budget]'
    return Verdict(
        stack=estimate.stack,
        rule=key,
        kind="stale",
        status="pass" if allow else "unknown",
        source="allow_stale" if allow else "always",
        why=fact("old-rate", key, date=rate.values["date"]),
        remedy=None if allow else f"{remedy} accepts it",
        waits_for_price=not allow,
        path=("exchange", key),
    )


def _price(estimate: Estimate, line: LineItem, kind: Kind, why: Fact, allow: bool) -> Verdict:
    key = f"allow_{kind}"
    offer = line.price.offer
    instead = {
        "unpriced": _allow(key, offer),
        "stale": f'refresh the price, or {key} = ["{offer}"] in [budget] accepts it',
        "ended": f'bind what takes its place, or {key} = ["{offer}"] in [budget] accepts it',
    }
    return Verdict(
        stack=estimate.stack,
        rule=offer,
        kind=kind,
        status="pass" if allow else "unknown",
        source=key if allow else "always",
        why=why,
        remedy=None if allow else instead[kind],
        waits_for_price=not allow,
        path=("stack", estimate.stack, line.role) if line.role else ("stack", estimate.stack),
    )
