"""Estimates made by hand for the rules of a check: no file, no catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from costplan.document.estimate import Component, Estimate, EstimateDocument
from costplan.document.line import LineItem, Price
from costplan.document.reliability import Reliability
from costplan.document.verdict import CheckDocument, Verdict
from costplan.facts import said
from costplan.plan.judge.check import check
from costplan.plan.judge.figures import Against
from costplan.plan.judge.ruleset import RuleSet
from costplan.record import read
from costplan.workload.budget import RuleFile

DAY = date(2026, 11, 22)
VENDORS = {"odd/one": None, "workload": None}
RIGHT = Reliability(
    delivered_right=Decimal("0.90"),
    delivered_wrong=Decimal("0.02"),
    human_right=Decimal("0.07"),
    human_wrong=Decimal("0.01"),
    aborted=Decimal(0),
    cost_mean=Decimal(0),
    cost_sd=Decimal(0),
)


def line(
    offer: str,
    amount: str | None,
    component: str = "tokens",
    *,
    checked: date = date(2026, 11, 1),
    **more: Any,
) -> LineItem:
    """A line of one unit; ``amount`` None: nobody publishes its price."""
    money = None if amount is None else Decimal(amount)
    price = Price(
        offer=offer,
        charge="use",
        unit="unit",
        price=money,
        per=Decimal(1),
        source="vendor.test/prices",
        confidence=more.pop("confidence", "vendor"),
        since=checked,
        checked=checked,
        why=None if amount is not None else said("reason", "on request"),
    )
    list_amount = more.pop("list_amount", money)
    return LineItem(
        price=price,
        quantity=Decimal(1),
        list_amount=list_amount,
        amount=money,
        role="role",
        component=component,
        **more,
    )


def stack(name: str, *lines: LineItem, **more: Any) -> Estimate:
    """A stack of 1,000 requests with these lines."""
    names = list(dict.fromkeys(one.component for one in lines))
    components = [Component(name, [x for x in lines if x.component == name]) for name in names]
    more.setdefault("requests", Decimal(1000))
    return Estimate(stack=name, components=components, **more)


def document(*stacks: Estimate, currency: str = "USD") -> EstimateDocument:
    """An estimate of these stacks."""
    return EstimateDocument(
        workload="probe",
        currency=currency,
        as_of=DAY,
        priced_by=(("", "USD"),),
        offers=[],
        estimates=list(stacks),
    )


def rules(budget: dict[str, Any] | None = None, *policies: dict[str, Any]) -> RuleSet:
    """Rules as a file gives them."""
    data: dict[str, Any] = {"policy": list(policies)}
    if budget is not None:
        data["budget"] = budget
    found = read(RuleFile, data)
    return RuleSet("rules.toml", found.budget, found.policy)


def judged(
    made: EstimateDocument,
    budget: dict[str, Any] | None = None,
    policies: Sequence[dict[str, Any]] = (),
    baseline: EstimateDocument | None = None,
) -> CheckDocument:
    """The check of an estimate; who sells an offer is the first part of its id."""
    return check(
        made,
        [rules(budget, *policies)],
        subject="probe.json",
        vendor_of=lambda offer: (
            None if offer.startswith(("odd/", "workload")) else offer.partition("/")[0]
        ),
        against=Against(baseline, None if baseline is None else "before.json"),
    )


def only(made: CheckDocument, rule: str | None = None) -> Verdict:
    """The one verdict of a check, or the one on a rule."""
    found = [one for one in made.verdicts if rule in (None, one.rule)]
    assert len(found) == 1, found
    return found[0]
