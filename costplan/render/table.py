"""Documents as tables for a terminal. Every string of a file goes through ``Text``: rich's markup
would eat or refuse data such as "[gpt-4]"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import StringIO
from textwrap import wrap

from rich.box import ASCII2, SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from costplan.document.bill import Bill
from costplan.document.estimate import Estimate, EstimateDocument
from costplan.document.line import LineItem
from costplan.quantity import ZERO, grouped
from costplan.render import Look

CENTS = Decimal("0.01")


def draw(document: EstimateDocument | Bill, look: Look) -> str:
    """The document as text of at most ``look.width`` columns, trailing blanks removed."""
    page = _Page(look)
    if isinstance(document, Bill):
        _draw_bill(page, document)
    else:
        _draw_estimates(page, document)
    return page.text()


def money(amount: Decimal | None) -> str:
    """Cents; under a cent the first two digits that are not zero; "unknown" for None."""
    if amount is None:
        return "unknown"
    if amount and abs(amount) < CENTS:
        places = -amount.adjusted() + 1
        return grouped(amount, places)
    return grouped(amount, 2)


def count(number: Decimal) -> str:
    """A quantity for a table: whole numbers whole, others with four digits that say something."""
    if number == number.to_integral_value() or abs(number) >= 10_000:
        return grouped(number, 0)
    places = max(0, 3 - number.adjusted())
    text = grouped(number, min(places, 9))
    return text.rstrip("0").rstrip(".") if "." in text else text


class _Page:
    """A console that writes to a string."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.buffer = StringIO()
        self.console = Console(
            file=self.buffer,
            width=max(40, look.width),
            force_terminal=look.color,
            color_system="standard" if look.color else None,
            no_color=not look.color,
            markup=False,
            highlight=False,
            emoji=False,
            legacy_windows=False,
        )

    def text(self) -> str:
        lines = self.buffer.getvalue().split("\n")
        return "\n".join(line.rstrip() for line in lines).rstrip("\n") + "\n"

    def say(self, text: str = "", style: str = "", indent: int = 0) -> None:
        self.console.print(Padding(Text(_clean(text), style), (0, 0, 0, indent)))

    def bullets(self, title: str, sentences: Sequence[str], style: str = "") -> None:
        if not sentences:
            return
        self.say(title, "bold")
        grid = Table.grid(padding=(0, 1, 0, 1))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        for sentence in sentences:
            grid.add_row(Text("-"), Text(_clean(sentence), style))
        self.console.print(grid)

    def table(self, *columns: str) -> Table:
        """A table whose first columns are text and whose last ones are figures."""
        table = Table(
            box=SIMPLE_HEAD if self.look.unicode else ASCII2,
            show_edge=False,
            pad_edge=False,
            header_style="bold",
            padding=(0, 1),
        )
        for column in columns:
            table.add_column(Text(_clean(column)), overflow="fold")
        return table


def _clean(text: str) -> str:
    return "".join(one if one.isprintable() or one == "\n" else repr(one)[1:-1] for one in text)


def _hanging(text: str, width: int) -> str:
    """The text indented by two, its further lines by four, so that a wrapped id stays one item."""
    return "\n".join(
        wrap(
            " ".join(text.split()),
            max(24, width),
            initial_indent="  ",
            subsequent_indent="    ",
            break_on_hyphens=False,
        )
    )


def _cell(text: str, style: str = "") -> Text:
    return Text(_clean(text), style)


def _draw_bill(page: _Page, bill: Bill) -> None:
    page.say(
        f"{bill.offer}  at {bill.as_of.isoformat(timespec='minutes').replace('+00:00', 'Z')}",
        "bold",
    )
    page.say()
    table = page.table("charge", "quantity", "price", bill.currency)
    for column in table.columns[1:]:
        column.justify = "right"
    for line in bill.line_items:
        table.add_row(
            _cell(line.label),
            _cell(amount_of(line)),
            _cell(_rate(line)),
            _cell(money(line.amount), "" if line.amount is not None else "yellow"),
        )
    table.add_section()
    label = "total, at least" if bill.unpriced else "total"
    table.add_row(_cell(label, "bold"), "", "", _cell(money(bill.total), "bold"))
    page.console.print(table)
    if page.look.explain:
        page.say()
        for line in bill.line_items:
            _explain(page, line)
    _sources(page, bill.line_items)
    page.bullets("Notes", [*_reasons(bill.unpriced), *bill.notes])


def _rate(line: LineItem) -> str:
    price = line.price
    if line.flat is not None:
        return ""
    if price.price is None:
        return "unknown"
    per = f" / {_short(price.per)}" if price.per != 1 else ""
    return f"{grouped(price.price)}{per}"


def _short(per: Decimal) -> str:
    for size, letter in ((10**9, "B"), (10**6, "M"), (10**3, "k")):
        if per >= size and per % size == 0:
            return f"{grouped(per / size)}{letter}"
    return grouped(per)


def _reasons(lines: Iterable[LineItem]) -> list[str]:
    return list(
        dict.fromkeys(
            f"no price for {line.price.offer} {line.price.charge}: {line.price.reason}"
            for line in lines
        )
    )


def _sources(page: _Page, lines: Sequence[LineItem]) -> None:
    if page.look.explain:
        return
    found = dict.fromkeys(
        f"{line.price.source} ({line.price.confidence}, checked {line.price.checked})"
        for line in lines
    )
    page.say()
    page.bullets("Sources", list(found))


def _explain(page: _Page, line: LineItem) -> None:
    price = line.price
    page.say(f"{price.offer} {line.label}: {line.formula} = {money(line.amount)}")
    if line.basis:
        page.say(f"{grouped(line.quantity)} {price.unit} from {line.basis}", "dim", 2)
    if price.reason:
        page.say(price.reason, "yellow", 2)
    page.say(
        f"{price.source}, {price.confidence}, since {price.since}, checked {price.checked}",
        "dim",
        2,
    )


def _draw_estimates(page: _Page, document: EstimateDocument) -> None:
    requests = count(document.estimates[0].requests) if document.estimates else "0"
    page.say(f"{document.workload}: {requests} requests a month", "bold")
    page.say(f"prices as of {document.as_of}, in {document.currency} a month", "dim")
    page.say()
    room = max(1, (page.console.width - 18) // 13)
    for start in range(0, len(document.estimates), room):
        _summary(page, document.estimates[start : start + room], document.currency)
        page.say()
    shared = _shared_sentences(document.estimates)
    for made in document.estimates:
        _stack(page, made, document.currency, shared)
    several = len(document.estimates) > 1
    for name, title in SENTENCES.items():
        page.bullets(f"{title}, in every stack" if several else title, shared[name])


SENTENCES = {
    "assumptions": "Assumed",
    "not_modelled": "Not modelled",
    "not_included": "Not included",
}


def _shared_sentences(estimates: Sequence[Estimate]) -> dict[str, list[str]]:
    """What every stack says, to be said once."""
    found = {}
    for name in SENTENCES:
        lists = [getattr(made, name) for made in estimates]
        found[name] = (
            [one for one in lists[0] if all(one in other for other in lists)] if lists else []
        )
    return found


def _summary(page: _Page, estimates: Sequence[Estimate], currency: str) -> None:
    table = page.table(currency, *(made.stack for made in estimates))
    for column in table.columns[1:]:
        column.justify = "right"
    names = dict.fromkeys(one.name for made in estimates for one in made.components)
    for name in _in_order(names, estimates):
        cells = []
        for made in estimates:
            component = next((one for one in made.components if one.name == name), None)
            if component is None:
                cells.append(_cell("-", "dim"))
            elif component.unpriced and not component.total:
                cells.append(_cell("unknown", "yellow"))
            else:
                more = ">= " if component.unpriced else ""
                cells.append(_cell(more + money(component.total)))
        table.add_row(_cell(name), *cells)
    table.add_section()
    table.add_row(
        _cell("total a month", "bold"),
        *(_cell(_at_least(made) + money(made.total_monthly), "bold") for made in estimates),
    )
    table.add_row(_cell("  fixed"), *(_cell(money(made.fixed_monthly)) for made in estimates))
    table.add_row(_cell("  variable"), *(_cell(money(made.variable_monthly)) for made in estimates))
    if any(made.list_monthly != made.total_monthly for made in estimates):
        table.add_row(
            _cell("  at list price"), *(_cell(money(made.list_monthly)) for made in estimates)
        )
    table.add_row(
        _cell("a request"), *(_cell(money_or_dash(made.cost_per_request)) for made in estimates)
    )
    table.add_section()
    table.add_row(
        _cell("orchestration"), *(_cell(money(made.orchestration_spend)) for made in estimates)
    )
    table.add_row(
        _cell("overprovisioned"),
        *(_cell(money(made.overprovisioned_compute)) for made in estimates),
    )
    if any(made.budget is not None for made in estimates):
        table.add_row(_cell("budget left"), *(_headroom(made) for made in estimates))
    page.console.print(table)


def _in_order(names: Iterable[str], estimates: Sequence[Estimate]) -> list[str]:
    rank: dict[str, int] = {}
    for made in estimates:
        for at, component in enumerate(made.components):
            rank[component.name] = max(rank.get(component.name, 0), at)
    return sorted(names, key=lambda name: rank[name])


def _at_least(made: Estimate) -> str:
    return ">= " if made.at_least else ""


def money_or_dash(amount: Decimal | None) -> str:
    """Money, or a dash where there is nothing to divide by."""
    return "-" if amount is None else money(amount)


def _headroom(made: Estimate) -> Text:
    if made.budget is None:
        return _cell("-", "dim")
    left = made.budget - made.total_monthly
    return _cell(money(left), "red" if left < 0 else "green")


def _stack(page: _Page, made: Estimate, currency: str, shared: dict[str, list[str]]) -> None:
    table = page.table(made.stack, "quantity", currency)
    for column in table.columns[1:]:
        column.justify = "right"
    table.columns[2].no_wrap = True
    marks: dict[str, str] = {}
    for component in made.components:
        table.add_row(_cell(component.name, "bold"), "", _cell(_sum(component.line_items), "bold"))
        groups: dict[tuple[str, str], list[LineItem]] = {}
        for line in component.line_items:
            groups.setdefault((line.role, line.price.offer), []).append(line)
        for (role, offer), lines in groups.items():
            rows = _merged(lines)
            if offer == "workload":
                table.add_row(_cell(f"  {role} (stated in the workload)"), "", _cell(_sum(rows)))
                continue
            title = _hanging(f"{role}: {offer}", page.console.width - 36)
            table.add_row(_cell(title), "", _cell(_sum(rows) if len(rows) > 1 else ""))
            for line in rows:
                table.add_row(
                    _cell(f"    {line.label}", "dim"),
                    _cell(amount_of(line), "dim"),
                    _cell(money(line.amount) + _mark(line, marks), _shade(line, rows)),
                )
    table.add_section()
    label = "at least" if made.at_least else "total"
    table.add_row(_cell(label, "bold"), "", _cell(money(made.total_monthly), "bold"))
    page.console.print(table)
    if marks:
        page.say("; ".join(f"{mark} {word}" for mark, word in marks.items()), "dim")
    if page.look.explain:
        page.say()
        for line in made.lines:
            _explain(page, line)
    _months(page, made, currency)
    for warning in made.warnings:
        page.say(f"warning: {warning}", "yellow")
    page.bullets("Notes", [*_reasons(made.unpriced), *made.notes])
    for name, title in SENTENCES.items():
        page.bullets(title, [one for one in getattr(made, name) if one not in shared[name]])
    page.bullets("Stale prices", made.stale)
    page.say()


def _sum(lines: Sequence[LineItem]) -> str:
    known = sum((line.amount for line in lines if line.amount is not None), ZERO)
    if all(line.amount is not None for line in lines):
        return money(known)
    return f">= {money(known)}" if known else "unknown"


def _shade(line: LineItem, rows: Sequence[LineItem]) -> str:
    if line.amount is None:
        return "yellow"
    return "dim" if len(rows) > 1 else ""


def amount_of(line: LineItem) -> str:
    """A line's quantity with its unit; what is billed of what is used where a part is included."""
    quantity, unit = count(line.quantity), plural(line.price.unit, line.quantity)
    if line.used is not None and line.used != line.quantity:
        return f"{quantity} of {count(line.used)} {plural(line.price.unit, line.used)}"
    return f"{quantity} {unit}"


def plural(unit: str, quantity: Decimal) -> str:
    """The unit for a quantity: 2 tokens, 2 queries, 2 GB, 1 trace."""
    if quantity == 1 or not unit or not unit[-1].islower() or unit.endswith("s"):
        return unit
    if unit.endswith("y"):
        return unit[:-1] + "ies"
    return unit + ("es" if unit.endswith(("ch", "x")) else "s")


def _mark(line: LineItem, marks: dict[str, str]) -> str:
    if line.price.confidence == "unverified":
        marks["?"] = "rests on an unverified source"
        return " ?"
    return ""


def _merged(lines: Sequence[LineItem]) -> list[LineItem]:
    """Lines of one charge as one row: steps and purposes are for --explain and JSON."""
    from dataclasses import replace

    rows: dict[tuple[str, bool], LineItem] = {}
    for line in lines:
        key = (line.label, line.amount is None)
        known = rows.get(key)
        if known is None:
            rows[key] = replace(line)
            continue
        known.quantity += line.quantity
        if line.used is not None:
            known.used = (known.used or ZERO) + line.used
        if known.amount is not None and line.amount is not None:
            known.amount += line.amount
    return list(rows.values())


def _months(page: _Page, made: Estimate, currency: str) -> None:
    if not made.months:
        return
    page.say()
    table = page.table("month", "requests", "recurring", "one-off", f"{currency} in all")
    for column in table.columns[1:]:
        column.justify = "right"
    for month in made.months:
        table.add_row(
            _cell(month.month.isoformat()[:7]),
            _cell(count(month.requests)),
            _cell((">= " if month.at_least else "") + money(month.recurring)),
            _cell(money(month.one_off) if month.one_off else "-"),
            _cell(money(month.total)),
        )
    whole = sum((month.total for month in made.months), ZERO)
    table.add_section()
    table.add_row(_cell("mean"), "", "", "", _cell(money(whole / len(made.months))))
    table.add_row(_cell("horizon", "bold"), "", "", "", _cell(money(whole), "bold"))
    page.console.print(table)
