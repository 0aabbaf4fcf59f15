"""What a document says is wrong with itself: facts that it holds, judged by nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from costplan.document.bill import Bill
from costplan.document.entries import estimates_of
from costplan.document.estimate import Estimate, EstimateDocument
from costplan.document.finding import Finding, Findings, Rule, Where
from costplan.document.line import LineItem
from costplan.document.prices_used import Origin
from costplan.facts import texts
from costplan.quantity import grouped, percent
from costplan.words import WORKLOAD

if TYPE_CHECKING:
    from costplan.document.kinds import Saved

OVER_BUDGET = Rule(
    "over-budget",
    "the month's total is within the budget",
    "Raise the budget, or choose offers, volumes or a stack that cost less.",
    "error",
)
UNPRICED = Rule(
    "unpriced",
    "every line has a price",
    "State the price under [prices] with its source, or bind an offer that publishes one.",
    "error",
)
STALE = Rule(
    "stale",
    "every price was checked recently enough",
    "Check the price at its source and append an entry with the new date.",
    "warning",
)
TARGET_MISSED = Rule(
    "target-missed",
    "the share of trusted answers reaches the target",
    "See costplan compare for the cheapest way to the target.",
    "error",
)
UNVERIFIED = Rule(
    "unverified",
    "every price rests on a verified source",
    "Look for the vendor's own page and append its price.",
    "note",
)
ANNOUNCED = Rule(
    "announced",
    "no price changes soon",
    "Bill the month with --as-of that day; costplan forecast has every month ahead.",
    "note",
)
WARNING = Rule(
    "warning",
    "the estimate has no warnings",
    "Read the sentence: it says what to change in the workload.",
    "warning",
)
RULES = (OVER_BUDGET, UNPRICED, STALE, TARGET_MISSED, UNVERIFIED, ANNOUNCED, WARNING)
ALWAYS = (UNPRICED, STALE, UNVERIFIED, ANNOUNCED, WARNING)
"""What every stack is looked at for."""


def findings(saved: Saved) -> Findings:
    """What a document says of itself. Comparisons speak for the estimates inside them."""
    document = saved.document
    if isinstance(document, Bill):
        return _of_bill(saved.name, document)
    estimated = estimates_of(document)
    assert estimated is not None
    gathered = Findings(subject=estimated.workload)
    for estimate in estimated.estimates:
        _of_stack(gathered, estimate, estimated, saved.name)
    return gathered


def _of_bill(name: str, bill: Bill) -> Findings:
    where = _file(name)
    unpriced = [
        Finding(UNPRICED, _no_price(line), "", "error", where, bill.offer) for line in bill.unpriced
    ]
    return Findings(subject=bill.offer, examined=[("", UNPRICED)], findings=unpriced)


def _of_stack(
    gathered: Findings, estimate: Estimate, document: EstimateDocument, name: str
) -> None:
    stack, origin = estimate.stack, document.origin
    at = _Places(origin, stack, name)
    gathered.examined += [(stack, rule) for rule in ALWAYS]
    if estimate.budget is not None:
        gathered.examined.append((stack, OVER_BUDGET))
        gathered.findings += _over_budget(estimate, document.currency, at)
    if estimate.reliability is not None and estimate.reliability.target is not None:
        gathered.examined.append((stack, TARGET_MISSED))
        gathered.findings += _missed(estimate, at)
    seen: set[tuple[str, str]] = set()
    for line in estimate.unpriced:
        if (line.price.offer, line.label) not in seen:
            seen.add((line.price.offer, line.label))
            gathered.findings.append(
                Finding(UNPRICED, _no_price(line), stack, "error", at.role(line), line.price.offer)
            )
    for old in estimate.facts_of("stale-price", "stale-rate"):
        offer = old.subject if old.code == "stale-price" else ""
        where = at.offer(estimate.lines, offer)
        text = f"the price of {old.text} is stale"
        gathered.findings.append(Finding(STALE, text, stack, "warning", where, offer or None))
    gathered.findings += _unverified(estimate, at)
    for change in estimate.announced:
        where = at.offer(estimate.lines, change.subject)
        said = Finding(ANNOUNCED, change.text, stack, "note", where, change.subject)
        gathered.findings.append(said)
    told = texts(estimate.announced)
    for sentence in estimate.warnings:
        if sentence not in told:
            gathered.findings.append(Finding(WARNING, sentence, stack, "warning", at.stack()))


def _over_budget(estimate: Estimate, currency: str, at: _Places) -> Iterable[Finding]:
    budget, whole = estimate.budget, estimate.total_monthly
    if budget is None or whole <= budget:
        return
    least = "at least " if estimate.at_least else ""
    yield Finding(
        OVER_BUDGET,
        f"{least}{grouped(whole, 2)} {currency} a month is over the budget of "
        f"{grouped(budget, 2)} by {grouped(whole - budget, 2)}",
        estimate.stack,
        "error",
        at.budget(),
        None,
        whole,
        budget,
        currency,
    )


def _missed(estimate: Estimate, at: _Places) -> Iterable[Finding]:
    reliability = estimate.reliability
    if (
        reliability is None
        or reliability.target is None
        or reliability.trusted >= reliability.target
    ):
        return
    yield Finding(
        TARGET_MISSED,
        f"{percent(reliability.trusted, digits=6)} % of answers are trusted, "
        f"the target is {percent(reliability.target, digits=6)} %",
        estimate.stack,
        "error",
        at.stack(),
        None,
        reliability.trusted,
        reliability.target,
        "share",
    )


def _unverified(estimate: Estimate, at: _Places) -> Iterable[Finding]:
    seen: set[str] = set()
    for line in estimate.lines:
        offer = line.price.offer
        if line.price.confidence == "unverified" and offer not in seen:
            seen.add(offer)
            text = f"{offer} rests on an unverified source: {line.price.source}"
            yield Finding(UNVERIFIED, text, estimate.stack, "note", at.role(line), offer)


def _no_price(line: LineItem) -> str:
    reason = f": {line.price.reason}" if line.price.reason else ""
    lacks = line.lacks if line.uncounted else f"{line.price.offer} {line.label} has no price"
    return f"{lacks}{reason}"


def _file(name: str) -> Where | None:
    """A saved document itself; None for a fresh one or standard input."""
    return Where(name) if name and name != "standard input" else None


class _Places:
    """Where in the workload file a stack's findings stand; else the saved document itself."""

    def __init__(self, origin: Origin | None, stack: str, name: str) -> None:
        self.origin, self.name = origin, name
        self.way = f"stack.{stack}"

    def first(self, *keys: str) -> Where | None:
        """The first of the places that is known."""
        if self.origin is None:
            return _file(self.name)
        lines = self.origin.lines
        return Where(self.origin.file, next((lines[key] for key in keys if key in lines), 1))

    def stack(self) -> Where | None:
        return self.first(self.way)

    def budget(self) -> Where | None:
        return self.first(f"budget.{self.way}", "budget", self.way)

    def role(self, line: LineItem) -> Where | None:
        return self.first(f"{self.way}.{line.role}", self.way)

    def offer(self, lines: Iterable[LineItem], offer: str) -> Where | None:
        line = next((line for line in lines if line.price.offer == offer), None)
        return self.stack() if line is None or offer == WORKLOAD else self.role(line)
