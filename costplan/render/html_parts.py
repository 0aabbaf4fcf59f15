"""The parts of an HTML page: tables, lists, text. Every text of a file is escaped here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from costplan.problems import clean
from costplan.render.figures import WHOLE
from costplan.render.page import TOGETHER

SAFE = ("https://", "http://")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
DATED = ' class="d"'


def text_of(text: str) -> str:
    """A text of a file, escaped, its control characters spelled out."""
    return escape(clean(text))


def held(text: str) -> str:
    """A text whose numbers keep their units on one line."""
    return TOGETHER.sub("&nbsp;", text_of(text))


def table(
    caption: str,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    figures: Sequence[bool] | None = None,
    total: int = 0,
) -> str:
    """A table with a caption and scopes; the last ``total`` rows are its footer. Cells are escaped
    here."""
    right = figures if figures is not None else [at > 0 for at in range(len(header))]
    shades = [' class="n"' if one else "" for one in right]
    head = "".join(
        f'<th scope="col"{shade}>{text_of(name)}</th>'
        for name, shade in zip(header, shades, strict=True)
    )
    body = [_row(row, shades) for row in rows]
    split = len(body) - total
    foot = f"<tfoot>{''.join(body[split:])}</tfoot>" if total else ""
    return (
        f'<div class="scroll"><table><caption>{text_of(caption)}</caption><thead><tr>{head}</tr>'
        f"</thead><tbody>{''.join(body[:split])}</tbody>{foot}</table></div>"
    )


def _row(row: Sequence[str], shades: Sequence[str]) -> str:
    cells = [
        f'<th scope="row"{shades[0]}>{_linked(row[0])}</th>',
        *(
            f"<td{DATED if DAY.fullmatch(one) else shade}>{_linked(one)}</td>"
            for one, shade in zip(row[1:], shades[1:], strict=True)
        ),
    ]
    shade = ' class="whole"' if row[0] == WHOLE else ""
    return f"<tr{shade}>{''.join(cells)}</tr>"


def _linked(text: str) -> str:
    """A text, as a link where it is a web address and nothing else."""
    shown = text_of(text)
    if text.startswith(SAFE) and text.isprintable() and " " not in text:
        return f'<a href="{shown}" rel="noreferrer noopener">{shown}</a>'
    return shown


def bulleted(title: str, sentences: Sequence[str]) -> str:
    if not sentences:
        return ""
    items = "".join(f"<li>{text_of(one)}</li>" for one in sentences)
    return f"<h3>{text_of(title)}</h3><ul>{items}</ul>"


def grid(*parts: str) -> str:
    """Parts beside each other where there is room."""
    shown = [part for part in parts if part]
    return f'<div class="grid">{"".join(shown)}</div>'


def folded(summary: str, *parts: str) -> str:
    """Parts that are opened by their summary."""
    return f"<details><summary>{text_of(summary)}</summary>{''.join(parts)}</details>"
