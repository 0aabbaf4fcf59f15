"""The figures of an estimate that limits and policies speak of: one flat vocabulary.

A figure has a value, or a reason why this estimate has none; it is never taken as zero. Where
lines without a price belong to a sum, the figure carries them: its value is the least it can be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from costplan.document.estimate import Estimate, EstimateDocument, amounts
from costplan.document.line import LineItem
from costplan.facts import Fact, fact
from costplan.plan.bill.estimate import ORDER
from costplan.plan.bill.vendors import largest_vendor
from costplan.quantity import settle, total
from costplan.words import PURPOSES, STATED

MONEY = "money"
SHARE = "share"
COUNT = "count"


class Figure(NamedTuple):
    """A value, or why there is none and what would give it one. ``missing``: its lines without a
    price.

    ``may_fall``: with those prices it could also become smaller. ``waits_for_price``: only a price
    is wanting where there is no value.
    """

    value: Decimal | None
    why: Fact | None = None
    missing: tuple[LineItem, ...] = ()
    may_fall: bool = False
    waits_for_price: bool = False
    remedy: str | None = None


class NoBaseline(NamedTuple):
    """Why there is nothing to compare with. ``new``: the base has no such workload, so that it
    costs nothing there; else what it costs cannot be told."""

    why: Fact
    remedy: str
    new: bool = False


NOT_GIVEN = NoBaseline(
    fact("no-baseline"), "--baseline FILE: a saved estimate or a workload; --base REV"
)


@dataclass(slots=True, kw_only=True)
class Subject:
    """One stack of a document, with what it is measured against: ``baseline``, or ``without`` one.

    ``vendor_of``: who sells an offer, None where the catalogue does not know.
    """

    document: EstimateDocument
    made: Estimate
    baseline: EstimateDocument | None
    vendor_of: Callable[[str], str | None]
    without: NoBaseline = NOT_GIVEN

    @property
    def overridden(self) -> list[str]:
        """The stack's offers that are priced otherwise than the catalogue."""
        offers = {line.price.offer for line in self.made.lines}
        return [one.offer for one in self.document.overrides if one.offer in offers]

    @property
    def before(self) -> Estimate | None:
        """The baseline's stack of the same name."""
        known = self.baseline.estimates if self.baseline else []
        return next((one for one in known if one.stack == self.made.stack), None)


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
    return _sum(line for line in subject.made.lines if line.component == name)


def _sum(lines: Iterable[LineItem]) -> Figure:
    found = list(lines)
    return Figure(amounts(found), missing=_unpriced(found))


def _unpriced(lines: Iterable[LineItem]) -> tuple[LineItem, ...]:
    return tuple(line for line in lines if line.amount is None)


def _all(subject: Subject) -> Figure:
    return _sum(subject.made.lines)


def _list(subject: Subject) -> Figure:
    return Figure(subject.made.list_monthly, missing=_unpriced(subject.made.lines))


def _orchestration(subject: Subject) -> Figure:
    wanted = ("coordinate", "people")
    lines = [one for one in subject.made.lines if one.purpose in wanted]
    missing = _unpriced(one for one in lines if "redundant" not in one.tags)
    return Figure(subject.made.orchestration_spend, missing=missing)


def _overprovisioned(subject: Subject) -> Figure:
    lines = [one for one in subject.made.lines if one.purpose == "idle" or "redundant" in one.tags]
    return Figure(subject.made.overprovisioned_compute, missing=_unpriced(lines))


def _known(value: Decimal | None, why: Fact, missing: tuple[LineItem, ...] = ()) -> Figure:
    return Figure(None, why) if value is None else Figure(value, missing=missing)


def _per_request(subject: Subject) -> Figure:
    made = subject.made
    return _known(made.cost_per_request, fact("no-requests"), tuple(made.unpriced))


def _per_trusted(subject: Subject) -> Figure:
    made = subject.made
    if made.reliability is None:
        return _not_modelled(made)
    return _known(made.cost_per_trusted_answer, fact("no-trusted-answer"), tuple(made.unpriced))


def _per_seat(subject: Subject) -> Figure:
    made = subject.made
    if not made.seats:
        return Figure(None, fact("no-seats"))
    return Figure(settle(made.total_monthly / made.seats), missing=tuple(made.unpriced))


def _not_modelled(made: Estimate) -> Figure:
    reasons = [one for each in made.facts_of("reliability") for one in each.listed("reasons")]
    why = fact("unmodelled-because", reasons=reasons) if reasons else fact("unmodelled")
    remedy = "give each step its 'success', or leave out what rests on reliability"
    return Figure(None, why, remedy=remedy)


def _outcome(name: str, *, monthly: bool = False) -> Callable[[Subject], Figure]:
    def of(subject: Subject) -> Figure:
        found = subject.made.reliability
        if found is None:
            return _not_modelled(subject.made)
        share: Decimal = getattr(found, name)
        return Figure(share * subject.made.requests if monthly else share)

    return of


def _target(subject: Subject) -> Figure:
    found = subject.made.reliability
    if found is None:
        return _not_modelled(subject.made)
    return _known(found.target, fact("no-target"))


def _horizon(subject: Subject) -> Figure:
    months = subject.made.months
    if not months:
        return Figure(None, fact("one-month"))
    if any(one.at_least for one in months):
        return Figure(None, fact("month-unpriced"), waits_for_price=True)
    return Figure(total(one.total for one in months))


def _mean(subject: Subject) -> Figure:
    found = _horizon(subject)
    if found.value is None:
        return found
    return found._replace(value=settle(found.value / len(subject.made.months)))


def _vendor_share(subject: Subject) -> Figure:
    made = subject.made
    vendors = {line.price.offer: subject.vendor_of(line.price.offer) for line in made.lines}
    unknown = [
        line.price.offer
        for line in made.lines
        if vendors[line.price.offer] is None and line.price.confidence != STATED
    ]
    if unknown:
        return Figure(None, fact("vendor-unknown", unknown[0]))
    _, share = largest_vendor(made, vendors.get)
    return Figure(share, missing=tuple(made.unpriced), may_fall=True)


def _price_age(subject: Subject) -> Figure:
    as_of = subject.document.as_of
    lines = [line for line in subject.made.lines if line.price.confidence != STATED]
    for line in lines:
        if line.price.checked > as_of and is_stale(subject.made, line):
            later = fact("checked-later", line.price.offer, checked=line.price.checked)
            return Figure(None, later, waits_for_price=True)
    return Figure(Decimal(max(((as_of - line.price.checked).days for line in lines), default=0)))


def _lines(chosen: Callable[[Estimate, LineItem], bool]) -> Callable[[Subject], Figure]:
    def of(subject: Subject) -> Figure:
        made = subject.made
        return Figure(Decimal(sum(chosen(made, line) for line in made.lines)))

    return of


def is_stale(made: Estimate, line: LineItem) -> bool:
    """Whether the estimate names the line's price among its stale ones."""
    checked = line.price.checked.isoformat()
    return line.price.confidence != STATED and any(
        one.subject == line.price.offer and one.values["checked"] == checked
        for one in made.facts_of("stale-price")
    )


def _before(subject: Subject) -> Figure:
    before = subject.before
    if subject.baseline is None:
        if subject.without.new:
            return Figure(Decimal(0))
        return Figure(None, subject.without.why, remedy=subject.without.remedy)
    if before is None:
        return Figure(None, fact("stack-is-new", subject.made.stack))
    return _sum(before.lines)


def _increase(subject: Subject) -> Figure:
    """A stack that the baseline has not is an increase by all of it."""
    before = _before(subject)
    if subject.baseline is not None and subject.before is None:
        before = Figure(Decimal(0))
    if before.value is None:
        return before
    now = subject.made
    missing = (*now.unpriced, *before.missing)
    return Figure(now.total_monthly - before.value, missing=missing, may_fall=bool(before.missing))


def _increase_percent(subject: Subject) -> Figure:
    before, found = _before(subject), _increase(subject)
    if before.value is None:
        return before
    if found.value is None:
        return found
    if not before.value:
        if not found.value:
            return found
        if subject.baseline is None:
            return Figure(None, subject.without.why, remedy=subject.without.remedy)
        return Figure(None, fact("baseline-is-nothing"))
    return found._replace(value=settle(found.value / before.value * 100))


def _plain(name: str, why: str) -> Callable[[Subject], Figure]:
    return lambda subject: _known(getattr(subject.made, name), fact(why))


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
        return lambda subject: _sum(one for one in subject.made.lines if one.purpose == name)

    return {
        f"purpose_{name}": Measure(MONEY, f"lines whose purpose is {name}", taken(name))
        for name in PURPOSES
    }


MEASURES: dict[str, Measure] = {
    "total_monthly": Measure(MONEY, "the as-of month, after discounts", _all),
    "list_monthly": Measure(MONEY, "the as-of month at list prices", _list),
    "fixed_monthly": Measure(
        MONEY, "what is paid without traffic", lambda s: _sum(x for x in s.made.lines if x.fixed)
    ),
    "variable_monthly": Measure(
        MONEY, "what follows traffic", lambda s: _sum(x for x in s.made.lines if not x.fixed)
    ),
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
    "lines": Measure(COUNT, "all lines of the bill", _lines(lambda _, line: True)),
    "stacks": Measure(
        COUNT, "stacks that are checked", lambda s: Figure(Decimal(len(s.document.estimates)))
    ),
}
"""Every name that a policy may use."""


def vocabulary() -> str:
    """The names with unit and meaning, one a line, as ``costplan check --figures`` prints them."""
    width = max(map(len, MEASURES))
    rows = [f"{name:{width}}  {one.unit:7}  {one.meaning}" for name, one in MEASURES.items()]
    return "\n".join(rows) + "\n"
