"""Cases that people handle, at the workload's own cost: counted, stated, or unknown."""

from __future__ import annotations

from datetime import date

from costplan.document.line import LineItem, Price
from costplan.facts import fact, texts
from costplan.quantity import ONE, settle
from costplan.words import STATED, WORKLOAD
from costplan.workload.model import Stack, Workload
from costplan.workload.solving import Solved
from costplan.workload.usage import Usage


def counts_cases(workload: Workload, solved: Solved) -> bool:
    """Whether anything says how many cases there are: modelled outcomes, or a stated share."""
    human = workload.human
    return solved.outcomes is not None or (human is not None and human.share is not None)


def has_cases(workload: Workload, stack: Stack, solved: Solved) -> bool:
    """Whether a month has a line of cases at the workload's own cost."""
    human = workload.human
    if human is None:
        return False
    bound, known = "human" in stack.roles, counts_cases(workload, solved)
    return not (known and bound) and bool(known or bound or human.cost_per_case)


def cases_of(
    workload: Workload, stack: Stack, usage: Usage, solved: Solved, day: date
) -> list[LineItem]:
    """The line of a month's cases; none where nobody handles them or an offer of the stack does.

    Without modelled outcomes and without a stated share nobody knows how many there are: the line
    is then unpriced, whoever handles them, so that no total passes for a whole one.
    """
    human, known = workload.human, counts_cases(workload, solved)
    if human is None or not has_cases(workload, stack, solved):
        return []
    cases = usage.parts["human"].variables["cases"]
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
