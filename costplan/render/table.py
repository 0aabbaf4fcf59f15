"""Documents as tables for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from costplan.document.bill import Bill
from costplan.document.estimate import Component, Estimate, EstimateDocument
from costplan.document.line import LineItem
from costplan.facts import texts
from costplan.quantity import ZERO, counted_to, grouped, rounded
from costplan.render import Look
from costplan.render.page import (
    Page,
    Table,
    amount_of,
    cell,
    known_sum,
    money,
    short,
)
from costplan.render.sentences import (
    SENTENCES,
    reasons,
    shared_sentences,
    traffic,
)
from costplan.render.summary import summarise

if TYPE_CHECKING:
    from costplan.document.rows import Rows
    from costplan.document.saved import Document, Saved


def draw(saved: Sequence[Saved], look: Look) -> str:
    """The documents as text of at most ``look.width`` columns, trailing blanks removed."""
    return page(saved, look).text()


def draw_rows(rows: Rows, look: Look) -> str:
    """Rows as a table."""
    from costplan.render.several import lay_out_rows

    made = Page(look)
    lay_out_rows(made, rows)
    return made.text()


def page(saved: Sequence[Saved], look: Look) -> Page:
    """The documents laid out one after another, for whoever colours them."""
    made = Page(look)
    if len(saved) == 1:
        _lay_out(made, saved[0].document)
        return made
    from costplan.render.several import heading, summary

    for number, one in enumerate(saved):
        heading(made, one.name, number)
        _lay_out(made, one.document)
    summary(made, saved)
    return made


def _lay_out(page: Page, document: Document) -> None:
    if isinstance(document, Bill):
        _bill(page, document)
    elif isinstance(document, EstimateDocument):
        _estimates(page, document)
    else:
        from costplan.render.comparison import lay_out

        lay_out(page, document)


def _bill(page: Page, bill: Bill) -> None:
    moment = bill.as_of.isoformat(timespec="minutes").replace("+00:00", "Z")
    page.say(f"{bill.offer}  at {moment}", "bold")
    page.say()
    table = Table("charge", "quantity", "price", bill.currency)
    for line in _merged(bill.line_items):
        shade = "" if line.amount is not None else "yellow"
        table.add(line.label, amount_of(line), _rate(line), cell(money(line.amount), shade))
    table.rule()
    label = "total, at least" if bill.unpriced else "total"
    table.add(cell(label, "bold"), "", "", cell(money(bill.total), "bold"))
    page.draw(table)
    page.say()
    if page.look.explain:
        for line in bill.line_items:
            _explain(page, line)
    else:
        page.bullets("Sources", _sources(bill.line_items))
    page.bullets("Notes", [*reasons(bill.unpriced), *bill.notes])


def _rate(line: LineItem) -> str:
    price = line.price
    if line.flat is not None:
        return ""
    if price.price is None:
        return "unknown"
    return grouped(price.price) + (f" / {short(price.per)}" if price.per != 1 else "")


def _sources(lines: Iterable[LineItem]) -> list[str]:
    found = [
        f"{line.price.source} ({line.price.confidence}, checked {line.price.checked})"
        for line in lines
    ]
    return list(dict.fromkeys(found))


def _explain(page: Page, line: LineItem) -> None:
    price = line.price
    where = f"{line.role}: " if line.role else ""
    uses = ", ".join(part for part in (line.step, line.purpose, *line.tags) if part)
    page.say(f"{where}{price.offer} {line.label} ({uses})")
    page.say(f"{line.formula} = {money(line.amount)}", "bold", 2)
    if line.basis:
        page.say(f"{grouped(counted_to(line.quantity))} {price.unit} from {line.basis}", "dim", 2)
    if price.reason:
        page.say(price.reason, "yellow", 2)
    dates = f"since {price.since}, checked {price.checked}"
    page.say(f"{price.source}; {price.confidence}; {dates}", "dim", 2)


def _estimates(page: Page, document: EstimateDocument) -> None:
    estimates = document.estimates
    page.say(f"{document.workload}: {traffic(estimates)} a month", "bold")
    page.say(f"prices as of {document.as_of}, in {document.currency} a month", "dim")
    for at, sentence in enumerate(texts(document.price_facts)):
        page.say(sentence, "dim" if document.lock and not at else "yellow")
    page.say()
    summarise(page, document)
    shared = shared_sentences(estimates)
    for made in estimates:
        _stack(page, made, document.currency, shared)
    several = len(estimates) > 1
    for name, title in SENTENCES.items():
        page.bullets(f"{title}, in every stack" if several else title, shared[name])


def _stack(page: Page, made: Estimate, currency: str, shared: dict[str, list[str]]) -> None:
    table = Table(made.stack, "quantity", currency)
    marks: dict[str, str] = {}
    for component in made.components:
        table.add(cell(component.name, "bold"), "", cell(known_sum(component.line_items), "bold"))
        _component(table, component, marks)
    table.rule()
    label = "at least" if made.at_least else "total"
    table.add(cell(label, "bold"), "", cell(money(made.total_monthly), "bold"))
    page.draw(table)
    if marks:
        page.say("; ".join(f"{mark} {word}" for mark, word in marks.items()), "dim")
    if page.look.explain:
        page.say()
        for line in made.lines:
            _explain(page, line)
        _spread(page, made)
    _months(page, made, currency)
    page.part()
    for warning in made.warnings:
        page.say(f"warning: {warning}", "yellow")
    page.bullets("Notes", [*reasons(made.unpriced), *made.notes])
    for name, title in SENTENCES.items():
        page.bullets(title, [one for one in getattr(made, name) if one not in shared[name]])
    page.bullets("Stale prices", made.stale)
    page.part()


def _spread(page: Page, made: Estimate) -> None:
    found = made.reliability
    if found is None:
        return
    page.say(
        f"one request's variable cost: mean {money(found.cost_mean)}, standard deviation "
        f"{money(found.cost_sd)}; the month's: +- {money(found.month_sd(made.requests))}"
    )
    for share, most in found.month_quantiles(made.requests)[1:]:
        page.say(f"{rounded(share * 100)} % of months cost at most {money(most)}", "", 2)
    for share, low, high in found.cost_quantiles:
        page.say(
            f"{rounded(share * 100)} % of requests cost at most {money(low)} to {money(high)}",
            "",
            2,
        )
    if any(high - low > found.cost_mean for _, low, high in found.cost_quantiles):
        page.say("wide ranges are bounds: the true figure lies somewhere in between", "", 2)


def _component(table: Table, component: Component, marks: dict[str, str]) -> None:
    groups: dict[tuple[str, str], list[LineItem]] = {}
    for line in component.line_items:
        groups.setdefault((line.role, line.price.offer), []).append(line)
    for (role, offer), lines in groups.items():
        rows = _merged(lines)
        if offer == "workload":
            quantity = amount_of(rows[0]) if rows[0].price.unit != "month" else ""
            table.add(f"  {role} (stated)", cell(quantity, "dim"), known_sum(rows))
            continue
        several = len(rows) > 1
        table.add(f"  {role}: {offer}", "", known_sum(rows) if several else "")
        for line in rows:
            shade = "yellow" if line.amount is None else "dim" if several else ""
            table.add(
                cell(f"    {line.label}{_mark(line, marks)}", "dim"),
                cell(amount_of(line), "dim"),
                cell(money(line.amount), shade),
            )


def _mark(line: LineItem, marks: dict[str, str]) -> str:
    if line.price.confidence == "unverified":
        marks["?"] = "rests on an unverified source"
        return " ?"
    return ""


def _merged(lines: Sequence[LineItem]) -> list[LineItem]:
    """Lines of one charge as one row: steps and purposes are for --explain and JSON."""
    rows: dict[tuple[str, bool], LineItem] = {}
    own: set[tuple[str, bool]] = set()
    for line in lines:
        key = (line.label, line.amount is None)
        known = rows.setdefault(key, line)
        if known is line:
            continue
        if key not in own:  # most rows are one line, which stays the document's
            known = rows[key] = replace(known)
            own.add(key)
        known.quantity += line.quantity
        if line.used is not None:
            known.used = (known.used or ZERO) + line.used
        if known.amount is not None and line.amount is not None:
            known.amount += line.amount
    return list(rows.values())


def _months(page: Page, made: Estimate, currency: str) -> None:
    if not made.months:
        return
    page.say()
    credited = any(month.credits for month in made.months)
    extra = ["credits"] if credited else []
    table = Table("month", "requests", "recurring", "one-off", *extra, currency)
    for month in made.months:
        table.add(
            month.month.isoformat()[:7],
            rounded(month.requests),
            (">= " if month.at_least else "") + money(month.recurring),
            money(month.one_off) if month.one_off else "-",
            *([money(-month.credits) if month.credits else "-"] if credited else []),
            money(month.total),
        )
    whole = sum((month.total for month in made.months), ZERO)
    table.rule()
    blank = [""] * (3 + credited)
    table.add("mean", *blank, money(whole / len(made.months)))
    table.add(cell("horizon", "bold"), *blank, cell(money(whole), "bold"))
    page.draw(table)
    page.say()
