"""A plan, real usage and an invoice of one month, and what lies between them.

    plan + volume + intensity + mix + price = usage at list
    usage at list + terms                   = expected
    expected + timing + billed_not_logged + logged_not_billed + rate + unit + not_mapped + other
             + unexplained                  = invoice

Each bridge sums exactly. What there was nothing to compare with is left out, not zero.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, NamedTuple

from costplan.document.usage import Number, Question
from costplan.problems import Problem
from costplan.quantity import ONE, ZERO, literal, total
from costplan.record import Amount, OneOf, Share, document, keys

PLAN = ("volume", "intensity", "mix", "price")
TERMS = ("terms",)
INVOICE = (
    "timing",
    "billed_not_logged",
    "logged_not_billed",
    "rate",
    "unit",
    "not_mapped",
    "other",
    "unexplained",
)
STEPS: Mapping[str, str] = {
    "volume": "requests against the plan's, at the plan's cost of each",
    "intensity": "tokens a request against the plan's",
    "mix": "models and kinds of tokens that only one of them has",
    "price": "prices against the plan's",
    "terms": "discounts, commitments and credits",
    "timing": "days that only the log or only the invoice covers",
    "billed_not_logged": "quantities that are billed and not in the logs",
    "logged_not_billed": "quantities that are in the logs and not billed",
    "rate": "other unit prices than the expected, rounding included",
    "unit": "a unit: all amounts are off by one factor",
    "not_mapped": "lines that nobody mapped to an offer",
    "other": "charges of other kinds: tax, credits, adjustments, purchases",
    "unexplained": "what nothing above explains",
}
"""What each step means, in the order in which they are shown."""


CRUMB = Decimal("1e-9")
"""Sums agree within it, or that share of them: a program in between may have made them binary."""


class Billed(NamedTuple):
    """A line of an invoice, in the invoice's currency. ``offer`` None: nobody mapped it.
    ``category``: usage, or what else it is. ``begin`` and ``end``: its days, the last included;
    None where it does not say."""

    item: str
    offer: str | None
    charge: str
    quantity: Decimal | None
    amount: Decimal
    category: str
    begin: date | None
    end: date | None
    currency: str | None = None


class Step(NamedTuple):
    """One step of a bridge; ``words``: what it is made of."""

    name: Annotated[str, OneOf(*STEPS)]
    amount: Decimal
    words: str


class Compared(NamedTuple):
    """One charge of one offer on the sides that have it. Amounts are at list in the logs, expected
    after terms, and as billed; None: that side has none."""

    offer: str
    charge: str
    logged: Amount | None
    billed: Amount | None
    list_amount: Decimal | None
    expected: Decimal | None
    invoiced: Decimal | None


class Unmapped(NamedTuple):
    """A line of the invoice that no line of ``[invoice]`` maps to an offer's charge."""

    item: str
    lines: Number
    quantity: Decimal | None
    amount: Decimal


class DayGap(NamedTuple):
    """A day on which one side has nothing: ``billed`` and nothing logged, or the other way."""

    day: date
    logged: Decimal
    billed: Decimal


@document("reconciliation", "1.0")
@keys(
    "currency",
    "workload",
    "stack",
    "begin",
    "end",
    "planned",
    "usage_at_list",
    "expected",
    "invoiced",
    "steps",
    "lines",
    "not_mapped",
    "gaps",
    "questions",
    "limit",
    "off",
    "passes",
    "not_compared",
    "notes",
)
class Reconciliation(NamedTuple):
    """``begin`` and ``end``: the UTC days that are compared, the last included.

    ``planned``, ``usage_at_list``, ``expected``, ``invoiced``: None where that was not given.
    ``limit``: the share of the invoice that may be unexplained. ``questions``: logged models
    without an offer. ``not_compared``: what could not be asked.
    """

    currency: str
    workload: str | None
    stack: str | None
    begin: date | None
    end: date | None
    planned: Decimal | None
    usage_at_list: Decimal | None
    expected: Decimal | None
    invoiced: Decimal | None
    steps: tuple[Step, ...]
    lines: tuple[Compared, ...]
    not_mapped: tuple[Unmapped, ...]
    gaps: tuple[DayGap, ...]
    questions: tuple[Question, ...]
    limit: Share
    not_compared: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def check(self) -> Iterable[Problem]:
        """Each bridge sums to what it ends at."""
        listed = self.planned if self.usage_at_list is None else self.usage_at_list
        for name, start, steps, end in (
            ("usage_at_list", self.planned, PLAN, self.usage_at_list),
            ("expected", listed, TERMS, self.expected),
            ("invoiced", self.expected, INVOICE, self.invoiced),
        ):
            if start is None or end is None:
                continue
            reached = total((start, *(self.step(step) for step in steps)))
            if abs(reached - end) > CRUMB * max(abs(reached), ONE):
                message = f"is {literal(end)}, but the steps before it come to {literal(reached)}"
                yield Problem((name,), message)

    def step(self, name: str) -> Decimal:
        """The amount of a step; 0 where it is not there."""
        return total(step.amount for step in self.steps if step.name == name)

    @property
    def off(self) -> Decimal | None:
        """The share of the invoice that nothing explains: unmapped lines and the rest."""
        if self.invoiced is None:
            return None
        left = abs(self.step("unexplained")) + abs(self.step("not_mapped"))
        whole = abs(self.invoiced)
        return (
            (left / whole).quantize(Decimal("0.000001")) if whole else (ZERO if not left else None)
        )

    @property
    def passes(self) -> bool:
        """Whether what is unexplained is within the limit; without an invoice nothing is."""
        if self.invoiced is None:
            return True
        return self.off is not None and self.off <= self.limit
