"""Documents as a workbook whose figures move: quantities times prices as formulas, with cells for
another traffic and other prices, and every source as a link.

What a sheet cannot compute (tiers, quotas, minimums, what a commitment takes) stands as it was
billed and moves in proportion; the lines say which they are. Needs xlsxwriter (``costplan[xlsx]``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from costplan.document.bill import Bill
from costplan.document.comparison import Comparison
from costplan.document.entries import Entry, entries, estimates_of
from costplan.document.estimate import Estimate
from costplan.facts import Fact
from costplan.problems import BadUsage, clean
from costplan.quantity import ZERO
from costplan.render import Look

if TYPE_CHECKING:
    from costplan.document.saved import Saved

INSTALL = "install costplan with its extra: costplan[xlsx]"
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


class Block(NamedTuple):
    """One column of the summary: a stack's estimate, or the bill of one offer (no ``estimate``)."""

    title: str
    currency: str
    day: date
    planned: Decimal
    facts: Sequence[Fact]
    estimate: Estimate | None = None


def draw(saved: Sequence[Saved], look: Look) -> bytes:
    """A workbook: summary with the cells to change, lines, notes.

    Raises BadUsage without xlsxwriter, and for documents in several currencies: their sums are of
    no currency.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise BadUsage("a workbook needs xlsxwriter, which is not installed", INSTALL) from None
    blocks = list(_blocks(saved))
    currencies = sorted({block.currency for block in blocks})
    if len(currencies) > 1:
        raise BadUsage(
            f"documents in {' and '.join(currencies)} cannot be added up in one workbook",
            "draw each by itself",
        )
    found = _titled(saved)
    stream = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        first = min(block.day for block in blocks)
        book.set_properties(
            {
                "title": "Monthly cost",
                "comments": f"costplan {look.version}".strip(),
                "created": datetime.combine(first, time(), UTC).replace(tzinfo=None),
            }
        )
        styles = _styles(book)
        summary, lines = book.add_worksheet("Summary"), book.add_worksheet("Lines")
        components = list(dict.fromkeys(entry.line.component for _, entry in found))
        _Lines(lines, styles, components).write(found)
        _Summary(summary, styles, components, len(found)).write(blocks, found)
        _options(book, styles, saved)
        _notes(book.add_worksheet("Notes"), styles, blocks)
        summary.activate()
    return stream.getvalue()


def _blocks(saved: Sequence[Saved]) -> Iterable[Block]:
    for title, document, estimate in _columns(saved):
        if estimate is None:
            assert isinstance(document, Bill)
            yield Block(
                title, document.currency, document.as_of.date(), document.total, document.facts
            )
        else:
            whole = estimates_of(document)
            assert whole is not None
            yield Block(
                title, whole.currency, whole.as_of, estimate.total_monthly, estimate.facts, estimate
            )


def _columns(saved: Sequence[Saved]) -> list[tuple[str, Any, Estimate | None]]:
    """Title, document and estimate of each column; titles are told apart where documents are
    several."""
    columns: list[tuple[str, Any, Estimate | None]] = []
    for number, named in enumerate(saved, 1):
        prefix = "" if len(saved) == 1 else f"{number}. {named.name or 'document'} / "
        whole = estimates_of(named.document)
        if whole is None:
            assert isinstance(named.document, Bill)
            columns.append((f"{prefix}{named.document.offer}", named.document, None))
            continue
        columns += [
            (f"{prefix}{estimate.stack}", named.document, estimate) for estimate in whole.estimates
        ]
    return [(clean(title), document, estimate) for title, document, estimate in columns]


def _titled(saved: Sequence[Saved]) -> list[tuple[str, Entry]]:
    """Every line with the title of its column. The component of a bill is its offer."""
    titles = iter(_columns(saved))
    found: list[tuple[str, Entry]] = []
    for named in saved:
        whole = estimates_of(named.document)
        count = 1 if whole is None else len(whole.estimates)
        by_stack = {}
        for _ in range(count):
            title, _document, estimate = next(titles)
            by_stack["" if estimate is None else estimate.stack] = title
        found += [(by_stack[entry.stack], entry) for entry in entries([named])]
    return found


def _styles(book: Any) -> Mapping[str, Any]:
    money = {"num_format": "#,##0.00"}
    return {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "money": book.add_format(money),
        "total": book.add_format({**money, "bold": True, "top": 1}),
        "bold": book.add_format({"bold": True, "top": 1}),
        "input": book.add_format({"bg_color": "#FFF2CC", "border": 1, "num_format": "0.00##"}),
        "number": book.add_format({"num_format": "#,##0.########"}),
        "share": book.add_format({"num_format": "0.00%"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        "link": book.get_default_url_format(),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _cell(row: int, column: int, fixed: bool = False) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell

    return str(xl_rowcol_to_cell(row, column, row_abs=fixed, col_abs=fixed))


def _text(value: str | None) -> str:
    return clean(value or "")[:LONGEST_TEXT]


TRAFFIC_ROW = 4
"""The row of the summary (from 0) with the factor of traffic; those of prices follow."""


class _Lines:
    """The sheet of lines: one row a line item, its amount a formula."""

    def __init__(self, sheet: Any, styles: Mapping[str, Any], components: Sequence[str]) -> None:
        self.sheet = sheet
        self.styles = styles
        self.price_of = {
            name: f"Summary!{_cell(TRAFFIC_ROW + 1 + number, 1, fixed=True)}"
            for number, name in enumerate(components)
        }
        self.traffic = f"Summary!{_cell(TRAFFIC_ROW, 1, fixed=True)}"

    def write(self, found: Sequence[tuple[str, Entry]]) -> None:
        for number, (name, width) in enumerate(zip(HEADER, WIDTHS, strict=True)):
            self.sheet.write_string(0, number, name, self.styles["head"])
            self.sheet.set_column(number, number, width)
        self.sheet.freeze_panes(1, 2)
        self.sheet.autofilter(0, 0, max(len(found), 1), len(HEADER) - 1)
        for row, (title, entry) in enumerate(found, 1):
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
            self.sheet.write_string(row, AT[name], _text(text))
        self._link(row, price.source)
        for name, day in (("since", price.since), ("checked", price.checked)):
            midnight = datetime.combine(day, time())
            self.sheet.write_datetime(row, AT[name], midnight, self.styles["day"])
        self._number(row, "quantity in the plan", line.quantity)
        at = _cell(row, AT["quantity in the plan"])
        moves = f'=IF({_cell(row, AT["moves with traffic"])}="yes",{at}*{self.traffic},{at})'
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
            plan = _cell(row, AT["amount in the plan"])
            formula = plan
            if not entry.line.fixed:
                formula += f"*{self.traffic}"
        else:
            self._number(row, "times", factor)
            quantity, price = _cell(row, AT["quantity"]), _cell(row, AT["price"])
            formula = f"{quantity}*{price}/{_cell(row, AT['per'])}*{_cell(row, AT['times'])}"
        money = self.styles["money"]
        self.sheet.write_formula(row, AT["amount"], f"={formula}*{scenario}", money, float(amount))

    def _number(self, row: int, name: str, value: Decimal, style: str = "number") -> None:
        self.sheet.write_number(row, AT[name], float(value), self.styles[style])

    def _link(self, row: int, source: str) -> None:
        text = _text(source)
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


class _Summary:
    """The first sheet: the cells to change, and each column's month by component."""

    def __init__(
        self, sheet: Any, styles: Mapping[str, Any], components: Sequence[str], lines: int
    ) -> None:
        self.sheet = sheet
        self.styles = styles
        self.components = components
        self.last = max(lines, 1)

    def write(self, blocks: Sequence[Block], found: Sequence[tuple[str, Entry]]) -> None:
        first = blocks[0]
        text = self.sheet.write_string
        self.sheet.set_column(0, 0, 34)
        self.sheet.set_column(1, len(blocks), 16)
        text(0, 0, "Monthly cost", self.styles["title"])
        text(1, 0, f"in {first.currency} a month, prices as of {first.day.isoformat()}")
        text(
            2,
            0,
            "Change the coloured cells. Tiers, quotas and minimums stay as billed in the "
            "plan and move in proportion: run costplan for another plan's exact bill.",
        )
        self._inputs()
        row = TRAFFIC_ROW + len(self.components) + 2
        text(row, 0, f"{first.currency} a month", self.styles["head"])
        for number, block in enumerate(blocks, 1):
            self.sheet.write_string(row, number, block.title, self.styles["head"])
        self._components(row + 1, blocks, found)
        self._figures(row + 1 + len(self.components), blocks)
        self.sheet.freeze_panes(0, 1)

    def _inputs(self) -> None:
        self.sheet.write_string(TRAFFIC_ROW - 1, 0, "Scenario", self.styles["head"])
        self.sheet.write_string(TRAFFIC_ROW - 1, 1, "times the plan", self.styles["head"])
        names = ["traffic", *(f"prices of {name or 'the offer'}" for name in self.components)]
        for number, name in enumerate(names):
            self.sheet.write_string(TRAFFIC_ROW + number, 0, name)
            self.sheet.write_number(TRAFFIC_ROW + number, 1, 1, self.styles["input"])

    def _range(self, name: str) -> str:
        first, last = _cell(1, AT[name], fixed=True), _cell(self.last, AT[name], fixed=True)
        return f"Lines!{first}:{last}"

    def _components(
        self, row: int, blocks: Sequence[Block], found: Sequence[tuple[str, Entry]]
    ) -> None:
        sums: dict[tuple[str, str], Decimal] = {}
        for title, entry in found:
            key = title, entry.line.component
            sums[key] = sums.get(key, ZERO) + (entry.line.amount or ZERO)
        head = row - 1
        for number, component in enumerate(self.components):
            at = row + number
            self.sheet.write_string(at, 0, component or "the offer")
            for column, block in enumerate(blocks, 1):
                # an exact equality: SUMIFS would read * and ? of a name as patterns
                formula = (
                    f"=SUMPRODUCT(({self._range('column')}={_cell(head, column)})"
                    f'*({self._range("component")}="{component}"),{self._range("amount")})'
                )
                value = float(sums.get((block.title, component), ZERO))
                self.sheet.write_formula(at, column, formula, self.styles["money"], value)

    def _figures(self, row: int, blocks: Sequence[Block]) -> None:
        """Total, the plan's total, and what a request and a trusted answer come to."""
        names = (
            "total",
            "total in the plan",
            "difference",
            "requests a month",
            "a request",
            "trusted answers",
            "a trusted answer",
        )
        for number, name in enumerate(names):
            self.sheet.write_string(
                row + number, 0, name, self.styles["bold" if number == 0 else "wrap"]
            )
        for column, block in enumerate(blocks, 1):
            self._column(row, column, block)

    def _column(self, row: int, column: int, block: Block) -> None:
        money, number = self.styles["money"], self.styles["number"]
        formula = self.sheet.write_formula
        first = _cell(row - len(self.components), column)
        total = _cell(row, column)
        planned = float(block.planned)
        formula(
            row, column, f"=SUM({first}:{_cell(row - 1, column)})", self.styles["total"], planned
        )
        self.sheet.write_number(row + 1, column, planned, money)
        formula(row + 2, column, f"={total}-{_cell(row + 1, column)}", money, 0)
        estimate = block.estimate
        if estimate is None:
            return
        if estimate.at_least:
            self.sheet.write_comment(row, column, "At least: a price is missing, see Lines.")
        requests = float(estimate.requests)
        traffic = _cell(TRAFFIC_ROW, 1, fixed=True)
        formula(row + 3, column, f"={requests!r}*{traffic}", number, requests)
        each = _cell(row + 3, column)
        if estimate.cost_per_request is not None:
            value = float(estimate.cost_per_request)
            formula(row + 4, column, f"=IF({each}=0,0,{total}/{each})", number, value)
        if estimate.reliability is None:
            return
        self.sheet.write_number(
            row + 5, column, float(estimate.reliability.trusted), self.styles["share"]
        )
        if estimate.cost_per_trusted_answer is not None:
            share = _cell(row + 5, column)
            value = float(estimate.cost_per_trusted_answer)
            right = f"({each}*{share})"
            formula(row + 6, column, f"=IF({right}=0,0,{total}/{right})", number, value)


def _notes(sheet: Any, styles: Mapping[str, Any], blocks: Sequence[Block]) -> None:
    """What each column rests on and leaves out, in the words of the other formats."""
    for number, (name, width) in enumerate((("column", 16), ("kind", 16), ("note", 110))):
        sheet.write_string(0, number, name, styles["head"])
        sheet.set_column(number, number, width)
    told = [(block.title, fact) for block in blocks for fact in block.facts]
    for row, (title, fact) in enumerate(told, 1):
        for column, text in enumerate((title, fact.topic.replace("-", " "), fact.text)):
            sheet.write_string(row, column, _text(text), styles["wrap"])


def _options(book: Any, styles: Mapping[str, Any], saved: Sequence[Saved]) -> None:
    """The ways that a comparison billed, as they were billed: no formulas."""
    compared = [named.document for named in saved if isinstance(named.document, Comparison)]
    if not compared:
        return
    sheet = book.add_worksheet("Ways")
    for number, (name, width) in enumerate(WAYS):
        sheet.write_string(0, number, name, styles["head"])
        sheet.set_column(number, number, width)
    ways = [
        (each.stack, way) for one in compared for each in one.strategies for way in each.options
    ]
    for row, (stack, way) in enumerate(ways, 1):
        for column, text in enumerate((stack, way.name, way.kind)):
            sheet.write_string(row, column, _text(text))
        figures = (
            (way.monthly, "money"),
            (way.loss, "money"),
            (way.whole, "money"),
            (way.reliability, "share"),
            (way.silent, "share"),
            (way.seconds, "number"),
        )
        for column, (figure, style) in enumerate(figures, 3):
            if figure is not None:
                sheet.write_number(row, column, float(figure), styles[style])
        said = "at least: a price is missing" if way.at_least else way.reason
        sheet.write_string(row, len(WAYS) - 1, _text(said))
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(len(ways), 1), len(WAYS) - 1)


WAYS = (
    ("stack", 16),
    ("way", 44),
    ("kind", 12),
    ("a month", 14),
    ("wrong answers cost", 14),
    ("together", 14),
    ("trusted answers", 11),
    ("silent failures", 11),
    ("seconds", 9),
    ("note", 60),
)
"""Titles and widths of the sheet of ways."""
