"""What a check found: a verdict for each stack and rule, and the exit code that follows."""

from collections.abc import Iterable
from dataclasses import field
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, get_args

from costplan.document.finding import Where
from costplan.document.plain import Plain
from costplan.facts import Fact, texts
from costplan.problems import Problem
from costplan.record import (
    As,
    Blank,
    Compared,
    Ge,
    Key,
    Names,
    Sparse,
    Unsaved,
    document,
    keys,
    open_record,
)
from costplan.wordings import ALLOWED

Status = Literal["pass", "warn", "deny", "unknown"]
Level = Literal["warn", "deny"]
Kind = Literal["limit", "policy", "unpriced", "stale", "ended"]
Sense = Literal["maximum", "minimum"]
STATUSES: tuple[Status, ...] = get_args(Status)
Counts = dict[str, Annotated[int, Ge(0)]]
OF_PRICES: tuple[Kind, ...] = ("unpriced", "stale", "ended")
"""Kinds of verdicts that no rule asks for: each offer whose price a bill cannot rest on."""


@keys(
    "stack",
    "rule",
    "kind",
    "status",
    "level",
    "unit",
    "figure",
    "at_least",
    "compare",
    "limit",
    "warn",
    "deny",
    "headroom",
    "condition",
    "figures",
    "reason",
    "why",
    "remedy",
    "waits_for_price",
    "source",
    "where",
)
@open_record
class Verdict(Compared):
    """One rule on one stack.

    ``status`` "unknown" is never a pass: ``waits_for_price`` tells whether a price that is missing
    or stale makes it so, or a figure that this estimate has not. ``level`` is the worst that the
    rule can say. ``figure`` of a limit is in ``unit``; ``at_least``: an allowed offer has no price,
    so that it is the least it can be. ``limit`` is the one that was crossed, else the one that
    denies; ``headroom`` is what is left to it, negative where crossed. A policy has a
    ``condition`` and the ``figures`` that it names instead. ``reason`` says why a verdict is not a
    pass (``why`` as a fact), ``remedy`` what would mend it, ``source`` where the rule comes from.
    """

    stack: str
    rule: str
    kind: Kind
    status: Status
    source: str
    level: Level = "deny"
    unit: Annotated[str, Blank()] = ""
    figure: Decimal | None = None
    at_least: bool = False
    is_minimum: Annotated[
        bool, Key("compare"), As(Sense | None, "sense", lambda sense: sense == "minimum")
    ] = False
    limit: Decimal | None = None
    warn: Decimal | None = None
    deny: Decimal | None = None
    headroom: Decimal | None = None
    condition: str | None = None
    figures: dict[str, Decimal | None] = field(default_factory=dict)
    why: Annotated[Fact | None, Sparse()] = None
    remedy: str | None = None
    waits_for_price: bool = False
    path: Annotated[tuple[str | int, ...], Unsaved()] = ()
    where: Where | None = None

    @property
    def reason(self) -> str | None:
        """Why it is not a pass, in words, or what was allowed."""
        if self.why is None:
            return None
        allowed = self.kind in OF_PRICES and self.status == "pass"
        return self.why.text + ALLOWED * allowed

    @property
    def place(self) -> str | None:
        """The file and line that the rule stands in; None where that is not known."""
        return None if self.where is None else f"{self.where.file}:{self.where.line}"

    @property
    def sense(self) -> Sense | None:
        """Whether a limit is the most or the least that a figure may be."""
        if self.kind != "limit":
            return None
        return "minimum" if self.is_minimum else "maximum"

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

    def check(self) -> Iterable[Problem]:
        """What a saved verdict may not say. What follows from the rest of it is made again, and
        what its kind does not have is left out: who compares finds both."""
        if self.waits_for_price and self.status != "unknown":
            message = f"must be false where the status is '{self.status}'"
            yield Problem(("waits_for_price",), message)
        if self.kind == "limit":
            self.condition, self.figures = None, {}
            yield from self._check_limit()
            return
        self.unit, self.figure, self.is_minimum = "", None, False
        self.warn = self.deny = self.limit = self.headroom = None
        if self.kind == "policy":
            yield from self._check_policy()
        else:
            self.condition, self.figures = None, {}
            yield from self._check_price()

    def _check_limit(self) -> Iterable[Problem]:
        if self.warn is None and self.deny is None:
            yield Problem(("deny",), "and warn must not both be null")
        self.level = "warn" if self.deny is None else "deny"
        sure = self.at_least and self.compared == "deny"  # with the prices there it only grows
        if self.status != "unknown" or sure:
            self.status = self.compared
        elif self.figure is not None and not self.waits_for_price:
            message = "must not be 'unknown': the figure is there and waits for no price"
            yield Problem(("status",), message)
        self.measure()

    def _check_policy(self) -> Iterable[Problem]:
        if self.condition is None:
            yield Problem(("condition",), "must be a string, not null")
        unknown = [name for name, value in self.figures.items() if value is None]
        if unknown and self.status != "unknown":
            message = f"must be 'unknown', not '{self.status}': {unknown[0]} is not known"
            yield Problem(("status",), message)
        if self.status == "deny" and self.level == "warn":
            yield Problem(("level",), "must be 'deny' where the status is")
        if self.status != "pass" and self.reason is None:
            yield Problem(("reason",), "must be said where a policy does not pass")

    def _check_price(self) -> Iterable[Problem]:
        self.level, self.at_least = "deny", False
        self.waits_for_price = self.status != "pass"
        if self.status not in ("pass", "unknown"):
            message = f"must be 'pass' or 'unknown' for a price, not '{self.status}'"
            yield Problem(("status",), message)
        if self.reason is None:
            yield Problem(("reason",), "must be said of a price")


@document("check", "1.2")  # 1.1 added the kind "ended" of a verdict, 1.2 facts
@keys(
    "subject",
    "workload",
    "currency",
    "as_of",
    "catalog.hash",
    "baseline",
    "result",
    "exit_code",
    "stacks",
    "counts",
    "verdicts",
    "notes",
    "facts",
)
@open_record
class CheckDocument(Plain):
    """Every verdict on every checked stack of one estimate. ``subject``: the file that was checked,
    a workload or a saved estimate."""

    subject: str
    workload: str
    currency: str
    as_of: date
    catalog_hash: Annotated[str, Key("catalog.hash")]
    baseline: str | None
    stacks: list[str]
    verdicts: list[Verdict]
    facts: Annotated[list[Fact], Sparse()] = field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        """The facts in words."""
        return texts(self.facts)

    def count(self, status: Status) -> int:
        """How many verdicts have a status."""
        return sum(verdict.status == status for verdict in self.verdicts)

    def check(self) -> Iterable[Problem]:
        """Every checked stack has a verdict, and every verdict a checked stack."""
        if len(set(self.stacks)) < len(self.stacks):
            yield Problem(("stacks",), "must be different ones")
        for at, verdict in enumerate(self.verdicts):
            if verdict.stack not in self.stacks:
                message = f"is '{verdict.stack}', which is none of the checked stacks"
                yield Problem(("verdicts", at, "stack"), message)
        judged = {verdict.stack for verdict in self.verdicts}
        for stack in self.stacks:
            if stack not in judged:
                yield Problem(("stacks",), f"has '{stack}', and no verdict is about it")

    @property
    def counts(self) -> Annotated[Counts, Names(*STATUSES)]:
        """How many verdicts have each status."""
        return {status: self.count(status) for status in STATUSES}

    @property
    def exit_code(self) -> Literal[0, 1, 3]:
        """1: a rule denies, or cannot be shown to hold; 3: only prices are missing or stale; 0.

        A price that is found later cannot undo a denial, so 1 is said before 3.
        """
        open_ones = [verdict for verdict in self.verdicts if verdict.level == "deny"]
        if any(
            verdict.status == "deny"
            or (verdict.status == "unknown" and not verdict.waits_for_price)
            for verdict in open_ones
        ):
            return 1
        return 3 if any(verdict.status == "unknown" for verdict in open_ones) else 0

    @property
    def changed(self) -> bool:
        """Whether it has something to tell: a verdict that is no pass."""
        return self.count("pass") < len(self.verdicts)

    @property
    def result(self) -> Literal["pass", "deny", "price"]:
        """The exit code in a word: passed, denied, or prices that are missing or stale."""
        words: dict[int, Literal["pass", "deny", "price"]] = {0: "pass", 1: "deny", 3: "price"}
        return words[self.exit_code]
