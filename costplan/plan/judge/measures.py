"""The figures of an estimate that limits and policies speak of: one flat vocabulary.

A figure has a value, or a reason why this estimate has none; it is never taken as zero. Where
lines without a price belong to a sum, the figure carries them: its value is the least it can be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from costplan.document.estimate import Estimate, amounts
from costplan.document.line import LineItem
from costplan.document.line_kinds import is_spare, keeps_right
from costplan.facts import Fact, fact
from costplan.plan.bill.estimate import ORDER
from costplan.plan.bill.vendors import largest_vendor
from costplan.plan.judge.drawn_figures import chance, of_month, over_budget
from costplan.plan.judge.figures import COUNT, MONEY, SHARE, Figure, Subject
from costplan.quantity import settle, total
from costplan.words import PURPOSES, STATED


class Measure(NamedTuple):
    """A figure's unit ("money" is the document's currency), meaning, and how it is taken."""

    unit: str
    meaning: str
    of: Callable[[Subject], Figure]


def component_names() -> Sequence[str]:
    """Every component that a bill can have, as the estimate names it."""
    return ORDER


def component(name: str, subject: Subject) -> Figure:
    """A component's month; 0 where the bill has none of it."""
    return _sum(line for line in subject.estimate.lines if line.component == name)


def _sum(lines: Iterable[LineItem]) -> Figure:
    summed = list(lines)
    return Figure(amounts(summed), missing=_unpriced(summed))


def _unpriced(lines: Iterable[LineItem]) -> tuple[LineItem, ...]:
    return tuple(line for line in lines if line.amount is None)


def _all(subject: Subject) -> Figure:
    return _sum(subject.estimate.lines)


def _fixed(subject: Subject) -> Figure:
    return _sum(line for line in subject.estimate.lines if line.fixed)


def _variable(subject: Subject) -> Figure:
    return _sum(line for line in subject.estimate.lines if not line.fixed)


def _list(subject: Subject) -> Figure:
    return Figure(subject.estimate.list_monthly, missing=_unpriced(subject.estimate.lines))


def _orchestration(subject: Subject) -> Figure:
    missing = _unpriced(filter(keeps_right, subject.estimate.lines))
    return Figure(subject.estimate.orchestration_spend, missing=missing)


def _overprovisioned(subject: Subject) -> Figure:
    lines = filter(is_spare, subject.estimate.lines)
    return Figure(subject.estimate.overprovisioned_compute, missing=_unpriced(lines))


def _known(value: Decimal | None, why: Fact, missing: tuple[LineItem, ...] = ()) -> Figure:
    return Figure(None, why) if value is None else Figure(value, missing=missing)


def _per_request(subject: Subject) -> Figure:
    estimate = subject.estimate
    return _known(estimate.cost_per_request, fact("no-requests"), tuple(estimate.unpriced))


def _per_trusted(subject: Subject) -> Figure:
    estimate = subject.estimate
    if estimate.reliability is None:
        return _not_modelled(estimate)
    return _known(
        estimate.cost_per_trusted_answer, fact("no-trusted-answer"), tuple(estimate.unpriced)
    )


def _per_seat(subject: Subject) -> Figure:
    estimate = subject.estimate
    if not estimate.seats:
        return Figure(None, fact("no-seats"))
    return Figure(settle(estimate.total_monthly / estimate.seats), missing=tuple(estimate.unpriced))


def _not_modelled(estimate: Estimate) -> Figure:
    reasons = [
        reason for told in estimate.facts_of("reliability") for reason in told.listed("reasons")
    ]
    why = fact("unmodelled-because", reasons=reasons) if reasons else fact("unmodelled")
    remedy = "give each step its 'success', or leave out what rests on reliability"
    return Figure(None, why, remedy=remedy)


def _outcome(name: str, *, monthly: bool = False) -> Callable[[Subject], Figure]:
    def of(subject: Subject) -> Figure:
        reliability = subject.estimate.reliability
        if reliability is None:
            return _not_modelled(subject.estimate)
        share: Decimal = getattr(reliability, name)
        return Figure(share * subject.estimate.requests if monthly else share)

    return of


def _target(subject: Subject) -> Figure:
    reliability = subject.estimate.reliability
    if reliability is None:
        return _not_modelled(subject.estimate)
    return _known(reliability.target, fact("no-target"))


def _horizon(subject: Subject) -> Figure:
    months = subject.estimate.months
    if not months:
        return Figure(None, fact("one-month"))
    if any(month.at_least for month in months):
        return Figure(None, fact("month-unpriced"), waits_for_price=True)
    return Figure(total(month.total for month in months))


def _mean(subject: Subject) -> Figure:
    whole = _horizon(subject)
    if whole.value is None:
        return whole
    return whole._replace(value=settle(whole.value / len(subject.estimate.months)))


def _vendor_share(subject: Subject) -> Figure:
    estimate = subject.estimate
    vendors = {line.price.offer: subject.vendor_of(line.price.offer) for line in estimate.lines}
    unknown = [
        line.price.offer
        for line in estimate.lines
        if vendors[line.price.offer] is None and line.price.confidence != STATED
    ]
    if unknown:
        return Figure(None, fact("vendor-unknown", unknown[0]))
    _, share = largest_vendor(estimate, vendors.get)
    return Figure(share, missing=tuple(estimate.unpriced), may_fall=True)


def _price_age(subject: Subject) -> Figure:
    as_of = subject.document.as_of
    lines = [line for line in subject.estimate.lines if line.price.confidence != STATED]
    for line in lines:
        if line.price.checked > as_of and is_stale(subject.estimate, line):
            later = fact("checked-later", line.price.offer, checked=line.price.checked)
            return Figure(None, later, waits_for_price=True)
    return Figure(Decimal(max(((as_of - line.price.checked).days for line in lines), default=0)))


def _lines(chosen: Callable[[Estimate, LineItem], bool]) -> Callable[[Subject], Figure]:
    def of(subject: Subject) -> Figure:
        estimate = subject.estimate
        return Figure(Decimal(sum(chosen(estimate, line) for line in estimate.lines)))

    return of


def is_stale(estimate: Estimate, line: LineItem) -> bool:
    """Whether the estimate names the line's price among its stale ones."""
    checked = line.price.checked.isoformat()
    return line.price.confidence != STATED and any(
        old.subject == line.price.offer and old.values["checked"] == checked
        for old in estimate.facts_of("stale-price")
    )


def _before(subject: Subject) -> Figure:
    before = subject.before
    if subject.baseline is None:
        if subject.without.new:
            return Figure(Decimal(0))
        return Figure(None, subject.without.why, remedy=subject.without.remedy)
    if before is None:
        return Figure(None, fact("stack-is-new", subject.estimate.stack))
    return _sum(before.lines)


def _increase(subject: Subject) -> Figure:
    """A stack that the baseline has not is an increase by all of it."""
    before = _before(subject)
    if subject.baseline is not None and subject.before is None:
        before = Figure(Decimal(0))
    if before.value is None:
        return before
    now = subject.estimate
    missing = (*now.unpriced, *before.missing)
    return Figure(now.total_monthly - before.value, missing=missing, may_fall=bool(before.missing))


def _increase_percent(subject: Subject) -> Figure:
    before, increase = _before(subject), _increase(subject)
    if before.value is None:
        return before
    if increase.value is None:
        return increase
    if not before.value:
        if not increase.value:
            return increase
        if subject.baseline is None:
            return Figure(None, subject.without.why, remedy=subject.without.remedy)
        return Figure(None, fact("baseline-is-nothing"))
    return increase._replace(value=settle(increase.value / before.value * 100))


def _energy(name: str) -> Callable[[Subject], Figure]:
    """The likely figure; unknown where a part of the bill has none, for it would be too low."""

    def of(subject: Subject) -> Figure:
        energy = subject.estimate.energy
        if energy is None:
            return Figure(None, fact("energy-not-asked"), remedy="add [energy] to the workload")
        lacking = [part.offer for part in energy.parts if getattr(part, name) is None]
        if lacking:
            code = "energy-lacks" if name == "kwh" else "carbon-lacks"
            remedy = "[energy.model.OFFER] states one" if name == "kwh" else "[energy] country"
            return Figure(None, fact(code, offers=lacking), remedy=remedy)
        known = getattr(energy, name)
        return Figure(Decimal(0) if known is None else known.likely)

    return of


def _plain(name: str, why: str) -> Callable[[Subject], Figure]:
    return lambda subject: _known(getattr(subject.estimate, name), fact(why))


def _component_measures() -> dict[str, Measure]:
    def taken(name: str) -> Callable[[Subject], Figure]:
        return lambda subject: component(name, subject)

    return {
        f"component_{name.replace('-', '_')}": Measure(
            MONEY, f"lines of the component {name}; 0 where there are none", taken(name)
        )
        for name in component_names()
    }


def _purpose_measures() -> dict[str, Measure]:
    def taken(name: str) -> Callable[[Subject], Figure]:
        return lambda subject: _sum(line for line in subject.estimate.lines if line.purpose == name)

    return {
        f"purpose_{name}": Measure(MONEY, f"lines whose purpose is {name}", taken(name))
        for name in PURPOSES
    }


MEASURES: dict[str, Measure] = {
    "total_monthly": Measure(MONEY, "the as-of month, after discounts", _all),
    "list_monthly": Measure(MONEY, "the as-of month at list prices", _list),
    "fixed_monthly": Measure(
        MONEY,
        "what is paid without traffic",
        _fixed,
    ),
    "variable_monthly": Measure(MONEY, "what follows traffic", _variable),
    "mean_monthly": Measure(MONEY, "mean month of the horizon, one-offs included", _mean),
    "horizon_total": Measure(MONEY, "all months of the horizon, one-offs included", _horizon),
    **_component_measures(),
    **_purpose_measures(),
    "orchestration_spend": Measure(MONEY, "coordinate and people", _orchestration),
    "overprovisioned_compute": Measure(MONEY, "idle and redundant", _overprovisioned),
    "cost_per_request": Measure(MONEY, "total over requests", _per_request),
    "cost_per_trusted_answer": Measure(MONEY, "total over trusted answers", _per_trusted),
    "cost_per_seat": Measure(MONEY, "total over [observability] seats", _per_seat),
    "baseline_monthly": Measure(MONEY, "the total of the baseline's stack", _before),
    "increase": Measure(MONEY, "total less the baseline's; all of what is new", _increase),
    "increase_percent": Measure("percent", "of the baseline's total", _increase_percent),
    "reliability": Measure(SHARE, "trusted answers", _outcome("trusted")),
    "reliability_target": Measure(SHARE, "[target] reliability", _target),
    "silent": Measure(SHARE, "wrong answers delivered as right", _outcome("silent")),
    "escalated": Measure(SHARE, "requests that a person finishes", _outcome("escalated")),
    "aborted": Measure(SHARE, "requests that end loudly without an answer", _outcome("aborted")),
    "silent_per_month": Measure(COUNT, "silent failures", _outcome("silent", monthly=True)),
    "cases_per_month": Measure(COUNT, "cases for people", _outcome("escalated", monthly=True)),
    "trusted_per_month": Measure(COUNT, "trusted answers", _outcome("trusted", monthly=True)),
    "requests_per_month": Measure(
        COUNT, "requests; with a conversation, turns", _plain("requests", "no-requests")
    ),
    "conversations_per_month": Measure(
        COUNT, "conversations", _plain("conversations", "no-conversation")
    ),
    "seats": Measure(COUNT, "[observability] seats", _plain("seats", "no-observability")),
    "vendor_share_max": Measure(SHARE, "of the total, with the largest vendor", _vendor_share),
    "price_age_max_days": Measure(
        "days", "from the oldest price's check to the as-of date", _price_age
    ),
    "unpriced_lines": Measure(
        COUNT, "lines without a price", _lines(lambda _, line: line.amount is None)
    ),
    "stale_lines": Measure(COUNT, "lines whose price is stale", _lines(is_stale)),
    "unverified_lines": Measure(
        COUNT,
        "lines that rest on an unverified source",
        _lines(lambda _, line: line.price.confidence == "unverified"),
    ),
    "overridden_prices": Measure(
        COUNT,
        "offers priced otherwise than the catalogue, by a folder, a lock or the workload",
        lambda s: Figure(Decimal(len(s.overridden))),
    ),
    "kwh_per_month": Measure("kWh", "likely electricity behind the bill", _energy("kwh")),
    "kgco2e_per_month": Measure("kg", "likely CO2e of that", _energy("kgco2e")),
    "lines": Measure(COUNT, "all lines of the bill", _lines(lambda _, line: True)),
    "p5_total": Measure(MONEY, "a month that 5 % of the draws do not exceed", of_month("p5")),
    "p50_total": Measure(MONEY, "the median month over the draws", of_month("p50")),
    "mean_total": Measure(MONEY, "the mean month over the draws", of_month("mean")),
    "p95_total": Measure(MONEY, "a month that 95 % of the draws do not exceed", of_month("p95")),
    "probability_over_budget": Measure(
        SHARE, "draws over [budget] monthly_total, or refused by a plan", over_budget
    ),
    "probability_cheapest": Measure(
        SHARE,
        "draws in which the stack is the cheapest",
        chance("cheapest", "not-compared", "check all stacks, each with all its prices"),
    ),
    "probability_on_target": Measure(
        SHARE,
        "draws as right as [target] reliability",
        chance("on_target", "no-target", "[target] reliability, and each step's success"),
    ),
    "probability_refused": Measure(
        SHARE, "draws that a plan's gate or limit refuses", chance("refused", "no-draws", "")
    ),
    "stacks": Measure(
        COUNT, "stacks that are checked", lambda s: Figure(Decimal(len(s.document.estimates)))
    ),
}
"""Every name that a policy may use."""


def vocabulary() -> str:
    """The names with unit and meaning, one a line, as ``costplan check --figures`` prints them."""
    width = max(map(len, MEASURES))
    rows = [
        f"{name:{width}}  {measure.unit:7}  {measure.meaning}" for name, measure in MEASURES.items()
    ]
    return "\n".join(rows) + "\n"
