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
from costplan.document.options import WAY_FIELDS
from costplan.facts import Fact
from costplan.problems import BadUsage, clean
from costplan.quantity import ZERO
from costplan.render import Look
from costplan.render.xlsx_lines import AT, TRAFFIC_ROW, Lines, cell, text_of

if TYPE_CHECKING:
    from costplan.document.kinds import Saved

INSTALL = "install costplan with its extra: costplan[xlsx]"


class Block(NamedTuple):
    """One column of the summary: a stack's estimate, or the bill of one offer (no ``estimate``).

    ``unpriced``: how many lines have no price, so that ``planned`` is the least it can be.
    """

    title: str
    currency: str
    day: date
    planned: Decimal
    unpriced: int
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
    titled = _titled(saved)
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
        components = list(dict.fromkeys(entry.line.component for _, entry in titled))
        Lines(lines, styles, components).write(titled)
        _Summary(summary, styles, components, len(titled)).write(blocks, titled)
        _options(book, styles, saved)
        _notes(book.add_worksheet("Notes"), styles, blocks)
        summary.activate()
    return stream.getvalue()


def _blocks(saved: Sequence[Saved]) -> Iterable[Block]:
    for title, document, estimate in _columns(saved):
        if isinstance(document, Bill):
            day, planned = document.as_of.date(), document.total
            missing = len(document.unpriced)
            yield Block(title, document.currency, day, planned, missing, document.facts)
        elif estimate is not None:
            whole = estimates_of(document)
            assert whole is not None
            planned, missing = estimate.total_monthly, len(estimate.unpriced)
            yield Block(
                title, whole.currency, whole.as_of, planned, missing, estimate.facts, estimate
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
    titled: list[tuple[str, Entry]] = []
    for named in saved:
        whole = estimates_of(named.document)
        count = 1 if whole is None else len(whole.estimates)
        by_stack = {}
        for _ in range(count):
            title, _document, estimate = next(titles)
            by_stack["" if estimate is None else estimate.stack] = title
        titled += [(by_stack[entry.stack], entry) for entry in entries([named])]
    return titled


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


class _Summary:
    """The first sheet: the cells to change, and each column's month by component."""

    def __init__(
        self, sheet: Any, styles: Mapping[str, Any], components: Sequence[str], lines: int
    ) -> None:
        self.sheet = sheet
        self.styles = styles
        self.components = components
        self.last = max(lines, 1)

    def write(self, blocks: Sequence[Block], titled: Sequence[tuple[str, Entry]]) -> None:
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
        self._components(row + 1, blocks, titled)
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
        first, last = cell(1, AT[name], fixed=True), cell(self.last, AT[name], fixed=True)
        return f"Lines!{first}:{last}"

    def _components(
        self, row: int, blocks: Sequence[Block], titled: Sequence[tuple[str, Entry]]
    ) -> None:
        sums: dict[tuple[str, str], Decimal] = {}
        for title, entry in titled:
            key = title, entry.line.component
            sums[key] = sums.get(key, ZERO) + (entry.line.amount or ZERO)
        head = row - 1
        for number, component in enumerate(self.components):
            at = row + number
            self.sheet.write_string(at, 0, component or "the offer")
            for column, block in enumerate(blocks, 1):
                # an exact equality: SUMIFS would read * and ? of a name as patterns
                formula = (
                    f"=SUMPRODUCT(({self._range('column')}={cell(head, column)})"
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
            "lines without a price",
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
        first = cell(row - len(self.components), column)
        total = cell(row, column)
        planned = float(block.planned)
        formula(
            row, column, f"=SUM({first}:{cell(row - 1, column)})", self.styles["total"], planned
        )
        self.sheet.write_number(row + 1, column, planned, money)
        formula(row + 2, column, f"={total}-{cell(row + 1, column)}", money, 0)
        self.sheet.write_number(row + 7, column, block.unpriced)
        estimate = block.estimate
        if estimate is None:
            return
        requests = float(estimate.requests)
        traffic = cell(TRAFFIC_ROW, 1, fixed=True)
        formula(row + 3, column, f"={requests!r}*{traffic}", number, requests)
        volume = cell(row + 3, column)
        if estimate.cost_per_request is not None:
            value = float(estimate.cost_per_request)
            formula(row + 4, column, f"=IF({volume}=0,0,{total}/{volume})", number, value)
        if estimate.reliability is None:
            return
        self.sheet.write_number(
            row + 5, column, float(estimate.reliability.trusted), self.styles["share"]
        )
        if estimate.cost_per_trusted_answer is not None:
            share = cell(row + 5, column)
            value = float(estimate.cost_per_trusted_answer)
            right = f"({volume}*{share})"
            formula(row + 6, column, f"=IF({right}=0,0,{total}/{right})", number, value)


def _notes(sheet: Any, styles: Mapping[str, Any], blocks: Sequence[Block]) -> None:
    """What each column rests on and leaves out, in the words of the other formats."""
    for number, (name, width) in enumerate((("column", 16), ("kind", 16), ("note", 110))):
        sheet.write_string(0, number, name, styles["head"])
        sheet.set_column(number, number, width)
    told = [(block.title, fact) for block in blocks for fact in block.facts]
    for row, (title, fact) in enumerate(told, 1):
        for column, text in enumerate((title, fact.topic.replace("-", " "), fact.text)):
            sheet.write_string(row, column, text_of(text), styles["wrap"])


def _options(book: Any, styles: Mapping[str, Any], saved: Sequence[Saved]) -> None:
    """The ways that a comparison billed, as they were billed: no formulas."""
    compared = [named.document for named in saved if isinstance(named.document, Comparison)]
    if not compared:
        return
    sheet = book.add_worksheet("Ways")
    for number, name in enumerate(WAY_FIELDS):
        sheet.write_string(0, number, name.replace("_", " "), styles["head"])
        sheet.set_column(number, number, WAY_WIDTHS.get(name, 12))
    ways = [
        (strategies.stack, way)
        for comparison in compared
        for strategies in comparison.strategies
        for way in strategies.options
    ]
    for row, (stack, way) in enumerate(ways, 1):
        for column, (name, read) in enumerate(WAY_FIELDS.items()):
            value = read(stack, way)
            if isinstance(value, Decimal):
                style = styles[WAY_STYLES.get(name, "number")]
                sheet.write_number(row, column, float(value), style)
            elif value:
                sheet.write_string(row, column, "yes" if value is True else text_of(str(value)))
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(len(ways), 1), len(WAY_FIELDS) - 1)


WAY_WIDTHS = {"way": 44, "reason": 60}
WAY_STYLES = {
    "monthly": "money",
    "wrong_answers_cost": "money",
    "together": "money",
    "trusted": "share",
    "silent": "share",
    "aborted": "share",
    "cases": "share",
}
"""How figures of the sheet of ways are shown; the others as plain numbers."""
