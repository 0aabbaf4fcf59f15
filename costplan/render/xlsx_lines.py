"""The workbook's sheet of lines: one row a line item, its amount a formula of its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from costplan.document.entries import Entry
from costplan.problems import clean

LONGEST_TEXT = 32_767
"""Characters that a cell can hold."""
LONGEST_LINK = 2_079
"""Characters that a link can have."""
SAME = Decimal("1e-8")
"""How far quantity times price may be from the amount and still be its arithmetic: amounts are
settled at nine places."""

HEADER = (
    "column",
    "component",
    "role",
    "step",
    "offer",
    "charge",
    "purpose",
    "moves with traffic",
    "quantity in the plan",
    "quantity",
    "unit",
    "price",
    "per",
    "times",
    "amount in the plan",
    "amount",
    "arithmetic",
    "source",
    "since",
    "checked",
    "confidence",
)
WIDTHS = (16, 14, 14, 14, 34, 22, 12, 9, 14, 14, 12, 12, 10, 9, 14, 14, 44, 40, 11, 11, 13)
AT = {name: number for number, name in enumerate(HEADER)}


def cell(row: int, column: int, fixed: bool = False) -> str:
    """The reference of a cell, counted from 0, such as B5; ``fixed`` as $B$5."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    return str(xl_rowcol_to_cell(row, column, row_abs=fixed, col_abs=fixed))


def text_of(value: str | None) -> str:
    """A text without control characters, as long as a cell can hold."""
    return clean(value or "")[:LONGEST_TEXT]


TRAFFIC_ROW = 4
"""The row of the summary (from 0) with the factor of traffic; those of prices follow."""


class Lines:
    """The sheet of lines: one row a line item, its amount a formula."""

    def __init__(self, sheet: Any, styles: Mapping[str, Any], components: Sequence[str]) -> None:
        self.sheet = sheet
        self.styles = styles
        self.price_of = {
            name: f"Summary!{cell(TRAFFIC_ROW + 1 + number, 1, fixed=True)}"
            for number, name in enumerate(components)
        }
        self.traffic = f"Summary!{cell(TRAFFIC_ROW, 1, fixed=True)}"

    def write(self, titled: Sequence[tuple[str, Entry]]) -> None:
        for number, (name, width) in enumerate(zip(HEADER, WIDTHS, strict=True)):
            self.sheet.write_string(0, number, name, self.styles["head"])
            self.sheet.set_column(number, number, width)
        self.sheet.freeze_panes(1, 2)
        self.sheet.autofilter(0, 0, max(len(titled), 1), len(HEADER) - 1)
        for row, (title, entry) in enumerate(titled, 1):
            self._row(row, title, entry)

    def _row(self, row: int, title: str, entry: Entry) -> None:
        line, price = entry.line, entry.line.price
        texts = {
            "column": title,
            "component": line.component,
            "role": line.role,
            "step": line.step,
            "offer": price.offer,
            "charge": price.charge if price.variant is None else f"{price.charge} {price.variant}",
            "purpose": line.purpose,
            "moves with traffic": "no" if line.fixed else "yes",
            "unit": price.unit,
            "confidence": price.confidence,
            "arithmetic": _arithmetic(entry),
        }
        for name, text in texts.items():
            self.sheet.write_string(row, AT[name], text_of(text))
        self._link(row, price.source)
        for name, day in (("since", price.since), ("checked", price.checked)):
            midnight = datetime.combine(day, time())
            self.sheet.write_datetime(row, AT[name], midnight, self.styles["day"])
        self._number(row, "quantity in the plan", line.quantity)
        at = cell(row, AT["quantity in the plan"])
        moves = f'=IF({cell(row, AT["moves with traffic"])}="yes",{at}*{self.traffic},{at})'
        number = self.styles["number"]
        self.sheet.write_formula(row, AT["quantity"], moves, number, float(line.quantity))
        if price.price is not None:
            self._number(row, "price", price.price)
        self._number(row, "per", price.per)
        if line.amount is None:
            return
        self._number(row, "amount in the plan", line.amount, "money")
        self._amount(row, entry, line.amount)

    def _amount(self, row: int, entry: Entry, amount: Decimal) -> None:
        """Quantity x price / per x what terms and exchange make of it; where that is not how the
        line was billed, its amount in the plan in proportion to its quantity."""
        scenario = self.price_of[entry.line.component]
        factor = _times(entry)
        if factor is None:
            plan = cell(row, AT["amount in the plan"])
            formula = plan
            if not entry.line.fixed:
                formula += f"*{self.traffic}"
        else:
            self._number(row, "times", factor)
            quantity, price = cell(row, AT["quantity"]), cell(row, AT["price"])
            formula = f"{quantity}*{price}/{cell(row, AT['per'])}*{cell(row, AT['times'])}"
        money = self.styles["money"]
        self.sheet.write_formula(row, AT["amount"], f"={formula}*{scenario}", money, float(amount))

    def _number(self, row: int, name: str, value: Decimal, style: str = "number") -> None:
        self.sheet.write_number(row, AT[name], float(value), self.styles[style])

    def _link(self, row: int, source: str) -> None:
        text = text_of(source)
        plain = text.startswith(("https://", "http://")) and " " not in text
        if plain and len(text) <= LONGEST_LINK:
            self.sheet.write_url(row, AT["source"], text, self.styles["link"], text)
        else:
            self.sheet.write_string(row, AT["source"], text)


def _times(entry: Entry) -> Decimal | None:
    """What exchange, discounts and commitments make of quantity x price / per; None where the line
    is not billed by that product."""
    line, price = entry.line, entry.line.price
    if line.flat is not None or price.price is None or line.amount is None:
        return None
    product = line.quantity * price.price / price.per
    if abs(product - line.amount) <= SAME:
        return Decimal(1)
    listed = line.list_amount if line.exchanged is None else line.exchanged.list_amount
    if not product or listed is None or abs(product - listed) > max(SAME, abs(product) * SAME):
        return None
    return line.amount / product


def _arithmetic(entry: Entry) -> str:
    line = entry.line
    if line.amount is None:
        return f"no price: {line.price.reason}"
    if _times(entry) is not None:
        return "quantity x price / per x times"
    return f"as billed in the plan, in proportion: {line.formula}"
