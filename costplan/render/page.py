"""A page of lines and tables for a terminal.

Text is laid out here and coloured by rich, which is imported only when colour is wanted: in a pipe
it would take a third of a whole estimate's time. No string is ever parsed as markup, and control
characters of a file's names never reach the terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from textwrap import wrap
from typing import NamedTuple
from unicodedata import combining, east_asian_width

from costplan.document.line import LineItem
from costplan.problems import clean
from costplan.quantity import ZERO, grouped, plural, rounded
from costplan.render import Look
from costplan.render.money import digits_of

NARROWEST = 40
BESIDE = 4
"""So many stacks are held to one screen."""
TOGETHER = re.compile(
    r"(?<=\d) (?=%|s\b|points?\b|at [-+]?\d)|(?<=\bat) (?=[-+]?\d)|(?<=>=) (?=\d)"
    r"|(?<=%) (?=within\b)"
)
"""Blanks at which no line ends: a number keeps its unit, its bound and what it holds at."""
BLANK, FILL = "\0", "\1"
LONELY = re.compile(rf"[-+>=]*[\d.,]+({BLANK}\S+)?")
"""What is no last line: a figure takes the word before it along."""
CENTS = re.compile(r"(?P<sign>(?:[<>]= ?)?[-+]?)(?P<number>[\d,]+\.\d\d)")
CUT = ".."
"""Where the middle of a name is left out."""


class Cell(NamedTuple):
    """A piece of text with a style's name, such as "bold", "dim", "yellow"; "" for none."""

    text: str
    style: str = ""


def cell(text: str, style: str = "") -> Cell:
    """A cell whose control characters are spelled out: a name cannot forge a row."""
    return Cell(clean(text), style)


def stacked(*parts: str) -> Cell:
    """A cell of several lines, each cleaned by itself."""
    return Cell("\n".join(clean(part) for part in parts))


def width_of(text: str) -> int:
    """Columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text
    )


class Column:
    """One column: its title, and whether it holds figures, which are never folded."""

    def __init__(self, title: str, figures: bool) -> None:
        self.title = clean(title)
        self.figures = figures


class Table:
    """Rows of cells under titles. The first ``texts`` columns hold text, the others figures."""

    def __init__(self, *columns: str, texts: int = 1) -> None:
        self.columns = [Column(title, at >= texts) for at, title in enumerate(columns)]
        self.rows: list[tuple[Cell, ...] | None] = []

    def add(self, *cells: Cell | str) -> None:
        """Add a row; missing cells at its end are empty."""
        full = [given if isinstance(given, Cell) else cell(given) for given in cells]
        full += [Cell("")] * (len(self.columns) - len(full))
        self.rows.append(tuple(full))

    def rule(self) -> None:
        """A blank line before the next row."""
        self.rows.append(None)

    @property
    def gaps(self) -> int:
        """How many blank lines there are between rows."""
        return sum(row is None for row in self.rows)

    def close(self, count: int) -> None:
        """Leave out so many of the blank lines between rows, the last ones first."""
        for at in reversed([at for at, row in enumerate(self.rows) if row is None]):
            if count <= 0:
                return
            del self.rows[at]
            count -= 1

    def widths(self, room: int) -> list[int]:
        """Column widths that fit into ``room`` columns; text columns give way, then cents, figures
        last."""
        natural = self._natural()
        needed = [
            width if column.figures else min(width, 16)
            for column, width in zip(self.columns, natural, strict=True)
        ]
        if sum(needed) + 3 * (len(needed) - 1) > room and self._without_cents():
            natural = self._natural()
        over = sum(natural) + 3 * (len(natural) - 1) - room
        if over < 0:
            wider = min(-over, self._cramped(natural))
            natural[0] += wider
            over += wider
        for figures, least in ((False, 16), (True, 8), (False, 8)):
            while over > 0:
                open_ones = [
                    at
                    for at, column in enumerate(self.columns)
                    if column.figures == figures and natural[at] > least
                ]
                if not open_ones:
                    break
                widest = max(open_ones, key=lambda at: natural[at])
                natural[widest] -= 1
                over -= 1
        return natural

    def _natural(self) -> list[int]:
        """What each column takes where nothing gives way."""
        natural = [width_of(column.title) for column in self.columns]
        for row in self.rows:
            for at, piece in enumerate(row or ()):
                text = piece.text
                if at == 0 and spans(row):
                    continue
                if _plain(text):
                    natural[at] = max(natural[at], len(text))
                else:
                    parts = text.split("\n")
                    natural[at] = max(natural[at], *(width_of(part) for part in parts))
        return natural

    def _without_cents(self) -> bool:
        """Round the amounts of columns that hold a million; whether there were any."""
        found = [
            (number, at, amount)
            for number, row in enumerate(self.rows)
            for at, piece in enumerate(row or ())
            if self.columns[at].figures and (amount := CENTS.fullmatch(piece.text))
        ]
        large = {at for _, at, amount in found if len(amount["number"]) >= len("1,000,000.00")}
        for number, at, amount in found:
            if at in large:
                cells = list(self.rows[number] or ())
                whole = Decimal(amount["number"].replace(",", ""))
                cells[at] = cells[at]._replace(text=f"{amount['sign']}{whole:,.0f}")
                self.rows[number] = tuple(cells)
        return bool(large)

    def _cramped(self, widths: Sequence[int]) -> int:
        """How much wider the first column must be for the texts that run on over others."""
        missing = 0
        for row in self.rows:
            if row is not None and spans(row):
                run = next((at for at, piece in enumerate(row) if at and piece.text), len(row))
                width = sum(widths[:run]) + 3 * (run - 1)
                missing = max(missing, width_of(row[0].text) - width)
        return missing


def spans(row: Sequence[Cell] | None) -> bool:
    """Whether a row's first cell may run on over the empty ones behind it."""
    return row is not None and len(row) > 2 and not row[1].text


class Page:
    """Lines of text, each a sequence of cells."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.width = max(NARROWEST, look.width)
        self.lines: list[Sequence[Cell]] = []

    def say(
        self, text: str = "", style: str = "", indent: int = 0, further: int | None = None
    ) -> None:
        """A paragraph, wrapped; its further lines keep the indent, or have one of their own."""
        hang = " " * (indent if further is None else further)
        for part in _folded(" " * indent + clean(text), self.width, hang):
            self.lines.append((Cell(part, style),))

    def paste(self, lines: Iterable[str]) -> None:
        """Lines of TOML to copy: comments stay comments where they are folded, keys are not."""
        for line in map(clean, lines):
            parts = _folded(line, self.width, "# ") if line.startswith("#") else [line]
            self.lines += [(Cell(part, ""),) for part in parts]

    def part(self) -> None:
        """A blank line, unless the last line is one."""
        if any(piece.text for piece in self.lines[-1]):
            self.say()

    def bullets(self, title: str, sentences: Sequence[str], style: str = "") -> None:
        """A titled list; nothing at all without sentences."""
        if not sentences:
            return
        self.say(title, "bold")
        for sentence in sentences:
            for part in _folded("- " + clean(sentence), self.width, "  "):
                self.lines.append((Cell(part, style),))

    def draw(self, table: Table) -> None:
        """The table: titles, a rule, rows; figures to the right."""
        widths = table.widths(self.width)
        rule = "─" if self.look.unicode else "-"
        self._row([Cell(column.title, "bold") for column in table.columns], table, widths)
        self.lines.append((Cell(rule * (sum(widths) + 3 * (len(widths) - 1)), "dim"),))
        for row in table.rows:
            if row is None:
                self.lines.append(())
            else:
                self._row(row, table, widths)

    def _row(self, row: Sequence[Cell], table: Table, widths: Sequence[int]) -> None:
        if spans(row):
            run = next((at for at, piece in enumerate(row) if at and piece.text), len(row))
            widths = [sum(widths[:run]) + 3 * (run - 1), *[0] * (run - 1), *widths[run:]]
        columns = table.columns
        if all(
            len(piece.text) <= width and _plain(piece.text)
            for piece, width in zip(row, widths, strict=True)
        ):
            cells = []
            for at, piece in enumerate(row):
                text, width = piece.text, widths[at]
                padded = text.rjust(width) if columns[at].figures else text.ljust(width)
                cells.append(Cell("   " + padded if at and width else padded, piece.style))
            self.lines.append(cells)
            return
        parts = [_cell_lines(piece.text, width) for piece, width in zip(row, widths, strict=True)]
        for number in range(max(len(lines) for lines in parts)):
            cells = []
            for at, (piece, lines) in enumerate(zip(row, parts, strict=True)):
                text = lines[number] if number < len(lines) else ""
                blank = " " * (widths[at] - width_of(text))
                padded = blank + text if table.columns[at].figures else text + blank
                gap = "   " if at and widths[at] else ""
                cells.append(Cell(gap + padded, piece.style))
            self.lines.append(cells)

    def text(self) -> str:
        """The page as text, trailing blanks removed, ending in one newline."""
        if self.look.color:
            return self._colored()
        rows = ["".join(piece.text for piece in line).rstrip() for line in self.lines]
        return "\n".join(rows).rstrip("\n") + "\n"

    def _colored(self) -> str:
        from io import StringIO

        from rich.console import Console
        from rich.text import Text

        buffer = StringIO()
        console = Console(
            file=buffer,
            width=max(self.width, 500),
            force_terminal=True,
            color_system="standard",
            markup=False,
            highlight=False,
            emoji=False,
            legacy_windows=False,
        )
        for line in self.lines:
            text = Text.assemble(*((piece.text, piece.style) for piece in line))
            text.rstrip()
            console.print(text, soft_wrap=True)
        return buffer.getvalue().rstrip("\n") + "\n"


def _plain(text: str) -> bool:
    """Whether it is one line of one column a character."""
    return text.isascii() and "\n" not in text


def _cell_lines(text: str, width: int) -> list[str]:
    if len(text) <= width and _plain(text):
        return [text]
    lines: list[str] = []
    for part in text.split("\n"):
        indent = " " * (len(part) - len(part.lstrip(" ")))
        lines += _folded(part, width, indent)
    return lines


def _folded(text: str, width: int, further: str) -> list[str]:
    """The text in lines of at most ``width`` columns, further ones indented."""
    if width_of(text) <= width:
        return [text]
    lead = text[: len(text) - len(text.lstrip(" "))]
    lines = wrap(
        _spaced(TOGETHER.sub(BLANK, text.strip())),
        max(width, len(further) + 8),
        initial_indent=lead,
        subsequent_indent=further,
        break_on_hyphens=False,
    )
    lines = [line.replace(FILL, "") for line in lines]
    if len(lines) > 1 and LONELY.fullmatch(lines[-1].strip()):
        head, _, word = lines[-2].rpartition(" ")
        if head.strip():
            lines[-2:] = [head, f"{further}{word} {lines[-1].strip()}"]
    return [line.replace(BLANK, " ") for line in lines] or [""]


def _spaced(text: str) -> str:
    """As many characters as columns: what counts the ones counts the others."""
    if text.isascii():
        return text
    return "".join(letter + FILL if east_asian_width(letter) in "WF" else letter for letter in text)


def shortened(text: str, room: int) -> str:
    """The text in at most ``room`` columns, its middle left out: both ends tell names apart."""
    if width_of(text) <= room:
        return text
    tail = max(0, room - len(CUT)) // 3
    head = max(0, room - len(CUT) - tail)
    while head and width_of(text[:head] + CUT + text[len(text) - tail :]) > room:
        head -= 1
    return f"{text[:head]}{CUT}{text[len(text) - tail :]}"


def money(amount: Decimal | None) -> str:
    """The amount with the digits that ``digits_of`` gives it; "unknown" for None."""
    return "unknown" if amount is None else grouped(amount, digits_of(amount))


def about(amount: Decimal) -> str:
    """Money without its cents from 100 on."""
    return grouped(amount, 0) if abs(amount) >= 100 else money(amount)


def counted(count: int, unit: str) -> str:
    """2,000 models; 1 entry."""
    return f"{count:,} {plural(unit, Decimal(count))}"


def amount_of(line: LineItem) -> str:
    """A line's quantity with its unit; what is billed of what is used where a part is included."""
    if line.uncounted:
        return "unknown"
    unit = plural(line.price.unit, line.quantity)
    if line.used is not None and line.used != line.quantity:
        whole = f"{rounded(line.used)} {plural(line.price.unit, line.used)}"
        return f"{whole}, {rounded(line.quantity)} billed"
    return f"{rounded(line.quantity)} {unit}"


def short(per: Decimal) -> str:
    """1M for a million."""
    for size, letter in ((10**9, "B"), (10**6, "M"), (10**3, "k")):
        if per >= size and per % size == 0:
            return f"{grouped(per / size)}{letter}"
    return grouped(per)


def price_per(price: Decimal, per: Decimal, unit: str) -> str:
    """10 / 1k searches."""
    return f"{grouped(price)} / {unit_of(per, unit)}"


def unit_of(per: Decimal, unit: str) -> str:
    """What a price buys: 1k searches; the bare unit where it buys one."""
    return unit if per == 1 else f"{short(per)} {plural(unit, per)}"


def known_sum(lines: Sequence[LineItem]) -> str:
    """The sum of the priced lines; ">=" before it, or "unknown", where a price is missing."""
    known = sum((line.amount for line in lines if line.amount is not None), ZERO)
    if all(line.amount is not None for line in lines):
        return money(known)
    return f">= {money(known)}" if known else "unknown"
