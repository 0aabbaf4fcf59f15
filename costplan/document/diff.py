"""A diff: what a change does to each stack's month, split into its causes.

    head - base = volume + mix + intensity + price + default

``volume``: more or fewer requests, at the base's cost a request. ``intensity``: more or less used
per request (a month, for what does not follow traffic). ``mix``: other things bought: a swapped
model, another tier or mode, new and removed lines. ``price``: the same things at other prices.
``default``: a number that nobody states is assumed where the base supposed none. All are money a
month of the base's currency; they sum to the difference exactly.
"""

from collections.abc import Iterable
from dataclasses import field
from datetime import date
from decimal import Decimal
from typing import Annotated

from costplan.document.plain import Plain
from costplan.facts import Fact, texts
from costplan.problems import Problem
from costplan.quantity import ZERO, settle, total
from costplan.record import (
    Amount,
    As,
    Compared,
    Key,
    OneOf,
    Share,
    Sparse,
    document,
    keys,
    open_record,
)

Change = Annotated[str, OneOf("new", "removed", "changed", "same")]
SideName = Annotated[str, OneOf("base", "head")]
CAUSES = ("volume", "mix", "intensity", "price", "default")
SAME_SHARE = Decimal("1e-9")
"""Reliabilities agree within it: outcomes are solved in binary floats."""


@open_record
class Split(Compared):
    """A difference by cause."""

    volume: Decimal = ZERO
    mix: Decimal = ZERO
    intensity: Decimal = ZERO
    price: Decimal = ZERO
    default: Annotated[Decimal, Sparse()] = ZERO

    @property
    def difference(self) -> Decimal:
        return total(getattr(self, name) for name in CAUSES)


def together(splits: list[Split]) -> Split:
    """The causes of several differences, summed."""
    return Split(**{name: total(getattr(split, name) for split in splits) for name in CAUSES})


@keys(
    "kind",
    "role",
    "component",
    "offer",
    "charge",
    "unit",
    "base",
    "head",
    "difference",
    "base_quantity",
    "head_quantity",
    "unpriced",
)
@open_record
class LineChange(Compared):
    """One charge of one offer in one role, all its slices, before and after.

    ``base`` None: not there before; ``head`` None: not there any more. ``unpriced``: the side or
    sides ("base", "head") on which a price is missing, so that the change is not known in full.
    ``said_changed``: a document of schema 1.0 said so of every line without a price.
    """

    role: str
    component: str
    offer: str
    charge: str
    unit: str
    base: Decimal | None
    head: Decimal | None
    base_quantity: Decimal | None = None
    head_quantity: Decimal | None = None
    unpriced: tuple[SideName, ...] = ()
    said_changed: Annotated[
        bool, Key("kind"), As(Change, "kind", lambda kind: kind == "changed")
    ] = False

    @property
    def difference(self) -> Decimal:
        return (self.head or ZERO) - (self.base or ZERO)

    @property
    def kind(self) -> str:
        """``new``, ``removed``, ``changed`` or ``same``."""
        if self.base is None:
            return "new"
        if self.head is None:
            return "removed"
        return "changed" if self.difference or self._may_have_changed else "same"

    @property
    def _may_have_changed(self) -> bool:
        """Whether a missing price hides a change: it hides none of an unchanged quantity."""
        both = len(self.unpriced) == 2 and self.base_quantity == self.head_quantity
        return bool(self.unpriced) and (self.said_changed or not both)


@open_record
class Side(Compared):
    """What one side says of a stack; ``at_least`` where a price is missing."""

    total_monthly: Decimal
    at_least: bool
    requests: Annotated[Amount, Key("requests_per_month")]
    reliability: Share | None = None
    silent_per_month: Amount | None = None
    cost_per_trusted_answer: Amount | None = None

    @property
    def silent(self) -> Decimal | None:
        """Share of the requests whose wrong answer nobody notices."""
        if self.silent_per_month is None or not self.requests:
            return None
        return self.silent_per_month / self.requests


def _apart(before: Decimal | None, after: Decimal | None) -> bool:
    if before is None or after is None:
        return (before is None) != (after is None)
    return abs(after - before) > SAME_SHARE


@keys("stack", "kind", "base", "head", "difference", "percent", "certain", "causes", "lines")
@open_record
class StackDiff(Compared):
    """A stack on both sides; one of them None: the stack is new, or gone."""

    stack: str
    base: Side | None
    head: Side | None
    split: Annotated[Split, Key("causes")]
    lines: list[LineChange] = field(default_factory=list)

    def check(self) -> Iterable[Problem]:
        """A stack is on one side at least, and its causes sum to the difference."""
        if self.base is None and self.head is None:
            yield Problem(("head",), "is missing on both sides")
        elif self.split.difference != self.difference:
            message = f"sum to {self.split.difference}, the difference is {self.difference}"
            yield Problem(("causes",), message)

    @property
    def difference(self) -> Decimal:
        before = self.base.total_monthly if self.base else ZERO
        after = self.head.total_monthly if self.head else ZERO
        return after - before

    @property
    def percent(self) -> Decimal | None:
        """Of the base's total; None where there is none to compare with."""
        if self.base is None or self.head is None or not self.base.total_monthly:
            return None
        return settle(self.difference / self.base.total_monthly * 100)

    @property
    def certain(self) -> bool:
        """Whether no price is missing on either side."""
        return not any(side is not None and side.at_least for side in (self.base, self.head))

    @property
    def kind(self) -> Change:
        """``new``, ``removed``, ``changed`` or ``same``."""
        if self.base is None:
            return "new"
        if self.head is None:
            return "removed"
        moved = self.difference or self.moved or self.outcomes_moved
        return "changed" if moved else "same"

    @property
    def moved(self) -> list[LineChange]:
        """The lines that are new, gone or changed."""
        return [line for line in self.lines if line.kind != "same"]

    @property
    def outcomes_moved(self) -> bool:
        """Whether more or fewer answers can be trusted: a change even where it costs the same."""
        if self.base is None or self.head is None:
            return False
        pairs = (
            (self.base.reliability, self.head.reliability),
            (self.base.silent, self.head.silent),
        )
        return any(_apart(before, after) for before, after in pairs)


@document("diff", "1.3")  # 1.1 added rule_changes, 1.2 facts, 1.3 the cause default
@keys(
    "workload",
    "currency",
    "base",
    "head",
    "base_as_of",
    "head_as_of",
    "changed",
    "stacks",
    "notes",
    "rule_changes",
    "facts",
)
@open_record
class DiffDocument(Plain):
    """All stacks of a workload before and after a change.

    ``base`` and ``head`` name the sides for a reader; ``base`` None: there was no such file, and
    everything is new.
    """

    workload: str
    currency: str
    base: str | None
    head: str
    base_as_of: date | None
    head_as_of: date
    stacks: list[StackDiff]
    facts: Annotated[list[Fact], Sparse()] = field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        return texts(self.facts, "note")

    @property
    def rule_changes(self) -> Annotated[list[str] | None, Sparse()]:
        """What the change does to the rules and prices that judge it; None: nothing."""
        return texts(self.facts, "rule-change") or None

    @property
    def changed(self) -> bool:
        return bool(self.rule_changes or self.moved)

    @property
    def moved(self) -> list[StackDiff]:
        """The stacks that are new, gone or changed."""
        return [stack for stack in self.stacks if stack.kind != "same"]
