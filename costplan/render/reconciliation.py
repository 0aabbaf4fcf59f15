"""A reconciliation as a table for a person; its words for every page."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from costplan.document.reconciliation import INVOICE, PLAN, TERMS, Reconciliation
from costplan.problems import clean
from costplan.quantity import grouped, rounded
from costplan.render import Look
from costplan.render.page import Page, Table, money

MOST = 20
TITLES = {
    "planned": "planned",
    "usage_at_list": "usage at list price",
    "expected": "expected",
    "invoiced": "invoice",
}
Row = tuple[str, Decimal, str, bool]
"""A name, an amount, its words, and whether it is a sum of what is above it."""


def draw(made: Reconciliation, look: Look) -> str:
    """The bridge, the verdict, each charge on its sides, and what is open."""
    page = Page(look)
    page.say(title(made), "bold")
    page.say()
    for name, amount, words, is_sum in bridge(made):
        lead = name if is_sum else f"  {name}"
        said = f"{lead:24}{signed(amount, is_sum):>16}  {words}"
        page.say(said.rstrip(), "bold" if is_sum else "", further=42)
    page.say()
    page.say(verdict(made), "green" if made.passes else "red")
    if made.lines:
        page.say()
        page.draw(_lines(made))
    _asides(page, made)
    return page.text()


def bridge(made: Reconciliation) -> list[Row]:
    """The sums and the steps between them, in order."""
    rows: list[Row] = []

    def whole(name: str) -> None:
        amount = getattr(made, name)
        if amount is not None:
            rows.append((TITLES[name], amount, "", True))

    def steps(names: Iterable[str]) -> None:
        for name in names:
            for one in made.steps:
                if one.name == name:
                    rows.append((name.replace("_", " "), one.amount, one.words, False))

    whole("planned")
    if made.usage_at_list is not None:
        steps(PLAN)
        whole("usage_at_list")
    steps(TERMS)
    if made.expected not in (None, made.usage_at_list) or made.planned is not None:
        whole("expected")
    steps(INVOICE)
    whole("invoiced")
    return rows


def title(made: Reconciliation) -> str:
    """What is compared, its days and its currency."""
    parts = ["reconcile", made.workload, made.stack]
    if made.begin is not None and made.end is not None:
        parts.append(f"{made.begin} to {made.end} (UTC)")
    return "  ".join(part for part in parts if part) + f"  {made.currency}"


def signed(amount: Decimal, is_sum: bool) -> str:
    """A step with its sign, a sum as it is."""
    text = money(amount)
    return text if is_sum or amount < 0 else f"+{text}"


def verdict(made: Reconciliation) -> str:
    """What the answer is, in a sentence."""
    if made.invoiced is None:
        return "There is no invoice: nothing is held to a limit."
    limit = f"the limit is {grouped(made.limit * 100)} %"
    if made.off is None:
        return f"An invoice of nothing is not explained; {limit}."
    share = rounded(made.off * 100)
    state = "is unexplained or not mapped"
    return f"{share} % of the invoice {state}; {limit}."


def _lines(made: Reconciliation) -> Table:
    found = Table("offer", "charge", "logged", "billed", "expected", "invoice", texts=2)
    for one in made.lines[:MOST]:
        cells = [quantity(one.logged), quantity(one.billed)]
        cells += [money_of(one.expected), money_of(one.invoiced)]
        found.add(one.offer, one.charge, *cells)
    return found


def quantity(value: Decimal | None) -> str:
    """A quantity of a side; "none" where that side has none."""
    return "none" if value is None else grouped(value, 0)


def money_of(value: Decimal | None) -> str:
    """An amount of a side; "none" where that side has none."""
    return "none" if value is None else money(value)


def _asides(page: Page, made: Reconciliation) -> None:
    if made.gaps:
        page.say()
        said = [
            f"{one.day}: {money(one.billed)} billed, {money(one.logged)} logged"
            for one in made.gaps[:MOST]
        ]
        page.bullets("Days with one side only", said, "yellow")
    if made.not_mapped:
        page.say()
        page.say(
            "What are these lines? Put the right offer and charge in a file for --map", "yellow"
        )
        page.say("[invoice]")
        for line in made.not_mapped[:MOST]:
            name = clean(line.item).replace("\\", "\\\\").replace('"', '\\"')
            page.say(f'"{name}" = "vendor/model input"', further=4)
    if made.questions:
        page.say()
        names = [f"{one.logged}, {one.tokens:,} tokens" for one in made.questions[:MOST]]
        page.bullets("Logged models without an offer", names, "yellow")
    for title, sentences in (("Not compared", made.not_compared), ("Notes", made.notes)):
        if sentences:
            page.say()
            page.bullets(title, sentences)
