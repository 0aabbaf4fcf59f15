"""A reconciliation as a table for a person; its words for every page."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from costplan.document.reconciliation import INVOICE, PLAN, TERMS, Reconciliation
from costplan.quantity import grouped, rounded
from costplan.render import Look
from costplan.render.page import Page, Table, money
from costplan.render.usage import toml_text

MOST = 20
TITLES = {
    "planned": "planned",
    "usage_at_list": "usage at list price",
    "expected": "expected",
    "invoiced": "invoice",
}
Row = tuple[str, Decimal, str, bool]
"""A name, an amount, its words, and whether it is a sum of what is above it."""


def draw(reconciliation: Reconciliation, look: Look) -> str:
    """The bridge, the verdict, each charge on its sides, and what is open."""
    page = Page(look)
    page.say(title(reconciliation), "bold")
    page.say()
    for name, amount, words, is_sum in bridge(reconciliation):
        lead = name if is_sum else f"  {name}"
        said = f"{lead:24}{signed(amount, is_sum):>16}  {words}"
        page.say(said.rstrip(), "bold" if is_sum else "", further=42)
    page.say()
    page.say(verdict(reconciliation), "green" if reconciliation.passes else "red")
    if reconciliation.lines:
        page.say()
        page.draw(_lines(reconciliation))
    _asides(page, reconciliation)
    return page.text()


def bridge(reconciliation: Reconciliation) -> list[Row]:
    """The sums and the steps between them, in order."""
    rows: list[Row] = []

    def whole(name: str) -> None:
        amount = getattr(reconciliation, name)
        if amount is not None:
            rows.append((TITLES[name], amount, "", True))

    def steps(names: Iterable[str]) -> None:
        for name in names:
            for step in reconciliation.steps:
                if step.name == name:
                    rows.append((name.replace("_", " "), step.amount, step.words, False))

    at_list = reconciliation.usage_at_list
    whole("planned")
    if at_list is not None:
        steps(PLAN)
        whole("usage_at_list")
    steps(TERMS)
    if reconciliation.planned is not None or reconciliation.expected not in (None, at_list):
        whole("expected")
    steps(INVOICE)
    whole("invoiced")
    return rows


def title(reconciliation: Reconciliation) -> str:
    """What is compared, its days and its currency."""
    parts = ["reconcile", reconciliation.workload, reconciliation.stack]
    if reconciliation.begin is not None and reconciliation.end is not None:
        parts.append(f"{reconciliation.begin} to {reconciliation.end} (UTC)")
    return "  ".join(part for part in parts if part) + f"  {reconciliation.currency}"


def signed(amount: Decimal, is_sum: bool) -> str:
    """A step with its sign, a sum as it is."""
    text = money(amount)
    return text if is_sum or amount < 0 else f"+{text}"


def verdict(reconciliation: Reconciliation) -> str:
    """What the answer is, in a sentence."""
    if reconciliation.invoiced is None:
        return "There is no invoice: nothing is held to a limit."
    limit = f"the limit is {grouped(reconciliation.limit * 100)} %"
    if reconciliation.off is None:
        return f"An invoice of nothing is not explained; {limit}."
    share = rounded(reconciliation.off * 100)
    state = "is unexplained or not mapped"
    return f"{share} % of the invoice {state}; {limit}."


def _lines(reconciliation: Reconciliation) -> Table:
    table = Table("offer", "charge", "logged", "billed", "expected", "invoice", texts=2)
    for line in reconciliation.lines[:MOST]:
        cells = [quantity(line.logged), quantity(line.billed)]
        cells += [money_of(line.expected), money_of(line.invoiced)]
        table.add(line.offer, line.charge, *cells)
    return table


def quantity(value: Decimal | None) -> str:
    """A quantity of a side; "none" where that side has none."""
    return "none" if value is None else grouped(value, 0)


def money_of(value: Decimal | None) -> str:
    """An amount of a side; "none" where that side has none."""
    return "none" if value is None else money(value)


def _asides(page: Page, reconciliation: Reconciliation) -> None:
    page.part()
    page.bullets("Days with one side only", gaps(reconciliation)[:MOST], "yellow")
    if reconciliation.not_mapped:
        page.part()
        page.say(
            "What are these lines? Put the right offer and charge in a file for --map", "yellow"
        )
        mapped = (
            f'{toml_text(line.item)} = "vendor/model input"'
            for line in reconciliation.not_mapped[:MOST]
        )
        page.paste(["[invoice]", *mapped])
    page.part()
    page.bullets("Logged models without an offer", questions(reconciliation)[:MOST], "yellow")
    page.part()
    page.bullets("Not compared", reconciliation.not_compared)
    page.part()
    page.bullets("Notes", reconciliation.notes)


def gaps(reconciliation: Reconciliation) -> list[str]:
    """The days that only one side knows, a sentence each."""
    return [
        f"{gap.day}: {money(gap.billed)} billed, {money(gap.logged)} logged"
        for gap in reconciliation.gaps
    ]


def questions(reconciliation: Reconciliation) -> list[str]:
    """The logged models without an offer, a sentence each."""
    return [
        f"{question.logged}, {question.tokens:,} tokens" for question in reconciliation.questions
    ]
