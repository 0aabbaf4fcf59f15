"""What a check found: a verdict for each stack and rule, and the exit code that follows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from costplan.document.finding import Where

SCHEMA_VERSION = "1.1"
"""1.1 added the kind "ended"."""
Status = Literal["pass", "warn", "deny", "unknown"]
Level = Literal["warn", "deny"]
Kind = Literal["limit", "policy", "unpriced", "stale", "ended"]
OF_PRICES: tuple[Kind, ...] = ("unpriced", "stale", "ended")
"""Kinds of verdicts that no rule asks for: each offer whose price a bill cannot rest on."""


@dataclass(slots=True, kw_only=True)
class Verdict:
    """One rule on one stack.

    ``status`` "unknown" is never a pass: ``waits_for_price`` tells whether a price that is missing
    or stale makes it so, or a figure that this estimate has not. ``level`` is the worst that the
    rule can say. ``figure`` of a limit is in ``unit``; ``at_least``: an allowed offer has no price,
    so that it is the least it can be. ``limit`` is the one that was crossed, else the one that
    denies; ``headroom`` is what is left to it, negative where crossed. A policy has a
    ``condition`` and the ``figures`` that it names instead. ``reason`` says why a verdict is not a
    pass, ``remedy`` what would mend it, ``source`` where the rule comes from.
    """

    stack: str
    rule: str
    kind: Kind
    status: Status
    source: str
    level: Level = "deny"
    unit: str = ""
    figure: Decimal | None = None
    at_least: bool = False
    is_minimum: bool = False
    limit: Decimal | None = None
    warn: Decimal | None = None
    deny: Decimal | None = None
    headroom: Decimal | None = None
    condition: str | None = None
    figures: dict[str, Decimal | None] = field(default_factory=dict)
    reason: str | None = None
    remedy: str | None = None
    waits_for_price: bool = False
    path: tuple[str | int, ...] = ()
    where: Where | None = None
    column: int = 1

    @property
    def compared(self) -> Status:
        """What the limits say of the figure as it is known."""
        if self.figure is None:
            return "unknown"
        if self._crosses(self.deny):
            return "deny"
        return "warn" if self._crosses(self.warn) else "pass"

    def _crosses(self, limit: Decimal | None) -> bool:
        if limit is None or self.figure is None:
            return False
        return self.figure < limit if self.is_minimum else self.figure > limit

    def measure(self) -> None:
        """Set the limit that counts and what is left to it: both follow from the rest."""
        self.limit = self.warn if self.status == "warn" or self.deny is None else self.deny
        self.headroom = None
        if self.status != "unknown" and self.figure is not None and self.limit is not None:
            room = self.limit - self.figure
            self.headroom = -room if self.is_minimum else room


@dataclass(slots=True, kw_only=True)
class CheckDocument:
    """Every verdict on every checked stack of one estimate. ``subject``: the file that was checked,
    a workload or a saved estimate."""

    subject: str
    workload: str
    currency: str
    as_of: date
    catalog_hash: str
    baseline: str | None
    stacks: list[str]
    verdicts: list[Verdict]
    notes: list[str] = field(default_factory=list)

    def count(self, status: Status) -> int:
        """How many verdicts have a status."""
        return sum(one.status == status for one in self.verdicts)

    @property
    def exit_code(self) -> int:
        """1: a rule denies, or cannot be shown to hold; 3: only prices are missing or stale; 0.

        A price that is found later cannot undo a denial, so 1 is said before 3.
        """
        open_ones = [one for one in self.verdicts if one.level == "deny"]
        if any(
            one.status == "deny" or (one.status == "unknown" and not one.waits_for_price)
            for one in open_ones
        ):
            return 1
        return 3 if any(one.status == "unknown" for one in open_ones) else 0

    @property
    def changed(self) -> bool:
        """Whether it has something to tell: a verdict that is no pass."""
        return self.count("pass") < len(self.verdicts)

    @property
    def result(self) -> str:
        """The exit code in a word: passed, denied, or prices that are missing or stale."""
        return {0: "pass", 1: "deny", 3: "price"}[self.exit_code]
