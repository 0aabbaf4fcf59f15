"""What the workload file itself states a price for: cases that people handle, and fixed costs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from costplan.document.line import LineItem, Price
from costplan.facts import fact, texts
from costplan.quantity import ONE, settle
from costplan.words import STATED, WORKLOAD
from costplan.workload.model import Workload
from costplan.workload.solving import Solved
from costplan.workload.tables import Fixed
from costplan.workload.usage import cases_in


def stated_lines(
    workload: Workload, stack: str, solved: Solved, requests: Decimal, day: date
) -> list[LineItem]:
    """The lines of a month of so many ``requests`` of a stack."""
    lines = _cases(workload, stack, solved, requests, day)
    for at, fixed in enumerate(workload.fixed):
        if fixed.monthly is not None and (not fixed.stacks or stack in fixed.stacks):
            lines.append(_fixed(fixed, fixed.monthly, at, day))
    return lines


def _cases(
    workload: Workload, stack: str, solved: Solved, requests: Decimal, day: date
) -> list[LineItem]:
    """The line of a month's cases; none where nobody handles them or an offer of the stack does.

    Without modelled outcomes and without a stated share nobody knows how many there are: the line
    is then unpriced, whoever handles them, so that no total passes for a whole one.
    """
    human = workload.human
    if human is None:
        return []
    bound = "human" in workload.stack[stack].roles
    known = solved.outcomes is not None or human.share is not None
    if (known and bound) or not (known or bound or human.cost_per_case):
        return []
    cases = cases_in(human, solved.visits, requests)
    price = Price(
        offer=WORKLOAD,
        charge="cases",
        unit="case",
        price=human.cost_per_case if known else None,
        per=ONE,
        source="the workload file, [human]",
        confidence=STATED,
        since=day,
        checked=day,
        why=None if known else fact("cases-not-modelled", reasons=texts(solved.missing)),
    )
    amount = settle(cases * human.cost_per_case) if known else None
    return [
        LineItem(
            price=price,
            quantity=cases,
            list_amount=amount,
            amount=amount,
            role="human",
            component="human",
            purpose="people",
            basis="requests x P(escalated)" if human.share is None else "requests x share",
        )
    ]


def _fixed(fixed: Fixed, monthly: Decimal, at: int, day: date) -> LineItem:
    amount = settle(monthly)
    price = Price(
        offer=WORKLOAD,
        charge=fixed.name,
        unit="month",
        price=amount,
        per=ONE,
        source=f"the workload file, [[fixed]] {at + 1}",
        confidence=STATED,
        since=day,
        checked=day,
    )
    return LineItem(
        price=price,
        quantity=ONE,
        list_amount=amount,
        amount=amount,
        role=fixed.name,
        component="human" if fixed.purpose == "people" else "other",
        purpose=fixed.purpose,
        fixed=True,
    )
