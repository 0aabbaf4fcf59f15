"""An estimate for a terminal: what was asked for in detail, then one screen with the answer.

The screen is the last thing on the page whatever stands above it, so that a total never scrolls out
of sight behind lines and notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from costplan.document.estimate import Estimate, EstimateDocument
from costplan.render import Look, energy
from costplan.render.alerts import SHOWN, alerts, each_once, joined
from costplan.render.bill_lines import UNVERIFIED, explain, is_doubted, lines_of, months_of, spread
from costplan.render.deciding import what_decides
from costplan.render.figures import (
    DETAIL,
    EMPTY,
    EXTRA,
    LAST,
    TRUSTED,
    Row,
    figure_rows,
    small_together,
)
from costplan.render.page import BESIDE, Cell, Page, Table, cell, counted, money, width_of
from costplan.render.risk import drawn, lay_out_risk, lay_out_unknowns
from costplan.render.risk import sentences as open_questions
from costplan.render.sentences import SENTENCES, traffic
from costplan.render.summary import apart, shaded, side_by_side, title_of

RANKS = (EMPTY, DETAIL, EXTRA, LAST)
"""Up to which rank rows are shown, from all of them to those that seldom give way."""
WHOLE_FOOT, FIRST_OF_KIND, NO_POINTERS, NOTHING_TOLD = range(4)
"""How much of the foot has given way to the height: nothing; alerts but the first of a kind; where
the rest is, with rows of rank LAST; all that --full tells."""
TITLES = 2
"""Lines of a table that are no rows."""
NAMES = {"notes": "Notes", **SENTENCES}
COUNTED = {"notes": "note", "assumptions": "assumption", "not_included": "exclusion"}


def lay_out(page: Page, document: EstimateDocument) -> None:
    """The whole page."""
    start = len(page.lines)
    _head(page, document)
    _details(page, document)
    above = len(page.lines) - start if _is_brief(page.look) else 0
    if len(document.estimates) == 1:
        foot = _foot(page, document)
        room = page.look.height - above - len(foot.lines)
        page.draw(_bill(document.estimates[0], document.currency, room))
        page.lines += foot.lines
    else:
        _beside(page, document, above)


def _beside(page: Page, document: EstimateDocument, above: int) -> None:
    """Several stacks, on one screen where it is one table: rows give way first, then the blank
    lines about the table and what is said below it."""
    for cut in (WHOLE_FOOT, FIRST_OF_KIND, NO_POINTERS, NOTHING_TOLD):
        foot = _foot(page, document, cut)
        room = page.look.height - above - len(foot.lines)
        tables = _tables(document, page.width, room, low=cut >= NO_POINTERS)
        over = _height(tables[0]) - room
        if over <= (2 if cut else 1) or not above or len(tables) > 1:
            break
    if above and len(tables) == 1 and over > 0:
        page.lines.pop()  # the blank line below the head
        if over > 1:
            del foot.lines[0]
    for at, table in enumerate(tables):
        if at:
            page.say()
        page.draw(table)
    page.lines += foot.lines


def _is_brief(look: Look) -> bool:
    """Whether nothing but the head stands above the screen."""
    return not (look.lines or look.full or look.explain)


def _head(page: Page, document: EstimateDocument) -> None:
    name = f"{document.title}: {traffic(document.estimates)} a month"
    day = f"prices as of {document.as_of}, in {document.currency} a month"
    if width_of(f"{name}; {day}") <= page.width:
        page.lines.append((cell(name, "bold"), Cell("; "), cell(day, "dim")))
    else:
        page.say(name, "bold")
        page.say(day, "dim")
    page.say()


def _details(page: Page, document: EstimateDocument) -> None:
    """Lines, formulas, months and sentences, as far as they were asked for; each said once."""
    look, estimates = page.look, document.estimates
    several = len(estimates) > 1
    for stack in estimates:
        if several and (look.lines or look.full or look.explain):
            table = lines_of(stack, document.currency)
            _total(table, stack)
            page.draw(table)
            page.say()
        if look.explain:
            if several:
                page.say(stack.stack, "bold")
            for line in stack.lines:
                explain(page, line)
            spread(page, stack)
            page.part()
        if look.full:
            _energy(page, stack, several=several)
        if stack.months and (not several or look.lines or look.full):
            page.draw(months_of(stack, document.currency))
            page.say()
    if look.full:
        lay_out_unknowns(page, estimates)
        for name, title in NAMES.items():
            page.bullets(title, each_once(estimates, attrgetter(name)))
        page.part()


def _energy(page: Page, stack: Estimate, *, several: bool) -> None:
    if stack.energy is None:
        return
    page.say(
        f"{stack.stack}: {energy.TITLE[0].lower()}{energy.TITLE[1:]}" if several else energy.TITLE,
        "bold",
    )
    table = Table(*energy.HEADER)
    for row in energy.figures(stack):
        table.add(*row)
    page.draw(table)
    page.bullets("", [energy.boundary(stack), *energy.sentences(stack)])
    page.say()


def _total(table: Table, stack: Estimate) -> None:
    table.rule()
    label = "at least" if stack.at_least else "total"
    table.add(cell(label, "bold"), "", cell(money(stack.total_monthly), "bold"))


def _tables(document: EstimateDocument, width: int, room: int, *, low: bool) -> list[Table]:
    """The stacks side by side, so that they fit the lines that there is room for; where the screen
    is ``low`` without as many rows of rank LAST as it takes."""
    estimates = document.estimates
    rows = figure_rows(estimates)
    if drawn(estimates):
        rows = [_behind_ranges(row) for row in rows]
    for most in RANKS:
        kept = [row for row in rows if row.rank <= most]
        if most == LAST and len(estimates) <= BESIDE:
            kept = small_together(estimates, kept)
        if most == LAST and low:
            kept = _without_last(kept, room)
        tables = side_by_side(document, kept, width)
        if len(tables) == 1 and _height(tables[0]) - tables[0].gaps <= room:
            break
    for table in tables:
        table.close(_height(table) - room if len(tables) == 1 else table.gaps)
    return tables


def _without_last(rows: Sequence[Row], room: int) -> list[Row]:
    """The rows that a table of ``room`` lines has room for, the lowest of rank LAST left out."""
    kept = list(rows)
    for row in reversed(rows):
        if len(kept) + TITLES <= room:
            break
        if row.rank == LAST:
            kept.remove(row)
    return kept


def _behind_ranges(row: Row) -> Row:
    """A row's place where the ranges' figures stand below: only the whole and its outcome stay."""
    if row.is_total or row.title.startswith(TRUSTED) or row.title == "no longer sold":
        return row
    rank = EXTRA if row.block == "component" else DETAIL
    return row._replace(rank=rank if row.rank <= LAST else min(row.rank, rank))


def _height(table: Table) -> int:
    return len(table.rows) + TITLES


def _bill(stack: Estimate, currency: str, room: int) -> Table:
    """One stack's lines and, below them, its figures: what scrolls off is the lines."""
    rows = [row for row in figure_rows([stack]) if row.block != "component"]
    if stack.risk is not None:
        rows = [_behind_ranges(row) for row in rows]
    table = lines_of(stack, currency)
    lines = list(table.rows)
    for space in (room - len(lines), room):
        for most in RANKS:
            table.rows = list(lines)
            _figures(table, [row for row in rows if row.rank <= most])
            if _height(table) - len(lines) <= space:
                return table
    return table


def _figures(table: Table, rows: Sequence[Row]) -> None:
    block = ""
    for row in rows:
        if row.block != block and apart(row, block):
            table.rule()
        block = row.block
        figure = shaded(row, row.cells[0])
        title = title_of(row)
        if row.is_total and row.cells[0].startswith(">="):
            title = cell(f"{row.title}, at least", "bold")
            figure = cell(row.cells[0].removeprefix(">= "), "bold")
        table.add(title, *((figure, Cell("")) if row.counted else (Cell(""), figure)))


def _foot(page: Page, document: EstimateDocument, cut: int = WHOLE_FOOT) -> Page:
    """What decides the bill, what may change it, where the rest is; ``cut`` short."""
    foot = Page(page.look)
    estimates = document.estimates
    foot.say()
    if drawn(estimates):
        lay_out_risk(foot, estimates, every=page.look.full)
        if len(estimates) < BESIDE:
            foot.say()
    brief = len(drawn(estimates)) > 2 and not page.look.full  # the spread's line stands for it
    if not brief and (said := what_decides(estimates, page.width)):
        foot.say(said, "bold")
    for sentence in open_questions(estimates, page.width):
        foot.say(sentence, "", 0, 2)
    if said := energy.line_of_all(estimates):
        foot.say(said, "", 0, 2)
    most = 1 if cut else SHOWN
    known = alerts(document, page.width, full=page.look.full, most=most)
    if cut == NOTHING_TOLD:
        known = [alert for alert in known if not alert.told]
    for alert in joined(known, page.width) if cut else known:
        foot.say(alert.text, alert.style, 0, 2)
    if len(estimates) == 1 and is_doubted(estimates[0]):
        foot.say(UNVERIFIED, "dim")
    pointers = _pointers(document, page.look.lines, page.look.full, page.look.explain)
    if cut < NO_POINTERS and (said := pointers):
        foot.say(said, "dim", 0, 2)
    return foot


def _pointers(document: EstimateDocument, lines: bool, full: bool, explained: bool) -> str:
    """How much more there is, and which option shows it."""
    estimates = document.estimates
    parts = []
    count = sum(len(stack.lines) for stack in estimates)
    if len(estimates) > 1 and count and not (lines or full or explained):
        parts.append(f"--lines: {counted(count, 'line')}")
    if not full:
        counts = [
            counted(count, unit)
            for name, unit in COUNTED.items()
            if (
                count := len({sentence for stack in estimates for sentence in getattr(stack, name)})
            )
        ]
        if counts:
            parts.append(f"--full: {', '.join(counts)}")
    if not explained:
        parts.append("--explain")
    return "; ".join(parts)
