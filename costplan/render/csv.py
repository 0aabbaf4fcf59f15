"""Lines as CSV (RFC 4180): a header whose names are stable, one row a line item.

Amounts are number literals with all their digits; what is not known is empty. A text that a
spreadsheet would compute is led by an apostrophe, and control and zero-width characters of a text
are spelled out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from costplan.document.entries import FIELDS, Value, entries
from costplan.document.rows import Rows, Sum
from costplan.problems import clean
from costplan.quantity import literal
from costplan.render import Look

if TYPE_CHECKING:
    from costplan.document.kinds import Saved

FORMULA = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet takes as the beginning of a formula, full-width signs among them; some look
for it behind spaces."""


def draw(saved: Sequence[Saved], look: Look) -> str:
    """Every line of every document under the header of ``FIELDS``."""
    readers = list(FIELDS.values())
    return table(list(FIELDS), ([read(entry) for read in readers] for entry in entries(saved)))


def draw_rows(rows: Rows, look: Look) -> str:
    """The rows and, where it can be added up, the row of totals. A last column counts the lines
    without a price that a sum leaves out, where there are any."""
    body = [*rows.rows, *([rows.whole] if rows.whole is not None else [])]
    missing = [sum(value.unpriced for value in row if isinstance(value, Sum)) for row in body]
    if not any(missing):
        return table(rows.columns, body)
    counted = [[*row, Decimal(count)] for row, count in zip(body, missing, strict=True)]
    return table([*rows.columns, "unpriced_lines"], counted)


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[Value | Sum]],
    fields: Mapping[type, Callable[[Any], str]] | None = None,
) -> str:
    """CSV text, lines ended by CR LF. ``fields``: how values are written, as ``FIELD`` says."""
    fields = fields or FIELD
    return table_of_texts(
        header,
        (["" if value is None else fields[type(value)](value) for value in row] for row in rows),
    )


def table_of_texts(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """As ``table``, of values that are written already."""
    lines = [",".join(_text(name) for name in header)]
    lines += [",".join(row) or '""' for row in rows]  # an empty line is no row
    return "\r\n".join([*lines, ""])


@lru_cache(maxsize=4096)
def _text(value: str) -> str:  # most texts of a document are those of the line before
    text = clean(value)  # which leaves no line break
    text = "'" + text if text.lstrip(" ")[:1] in FORMULA else text
    if '"' in text:
        text = text.replace('"', '""')
        return f'"{text}"'
    return f'"{text}"' if "," in text else text


def _sum(value: Sum) -> str:
    return "" if value.unpriced and not value.known else literal(value.known)


FIELD: dict[type, Callable[[Any], str]] = {
    str: _text,
    Decimal: literal,
    bool: lambda value: "true" if value else "false",
    date: date.isoformat,
    Sum: _sum,
}
"""How a value of each type is written."""
