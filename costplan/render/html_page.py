"""The frame of an HTML page and its parts: one page that needs nothing else, without network or
script; it prints, follows the reader's light or dark, and can be read by ear. Every text of a file
is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from costplan.problems import clean
from costplan.render import Look
from costplan.render.figures import LIKELY, WHOLE
from costplan.render.html_style import CSS
from costplan.render.page import TOGETHER

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
SAFE = ("https://", "http://")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
DATED = ' class="d"'
ESTIMATE = "An estimate, not an invoice."


def whole_page(title: str, body: str, look: Look, footer: str = ESTIMATE) -> str:
    """A page with a title that is escaped here, and a body that is markup already."""
    page = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="generator" content="costplan">\n'
        f"<title>{text_of(title)}</title>\n<style>\n{CSS}</style>\n</head>\n<body>\n<main>\n{body}\n"
        f"</main>\n<footer>{text_of(footer)} Made by costplan from the prices and dates "
        "named above.</footer>\n</body>\n</html>\n"
    )
    return look.markup(page)


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
    shade: str = "",
) -> str:
    """A table with a caption and scopes; the last ``total`` rows are its footer. Cells are escaped
    here. ``shade``: the class of the whole; of ``wide`` ones the last column stays in sight too.
    """
    right = figures if figures is not None else [at > 0 for at in range(len(header))]
    shades = [' class="n"' if figure else "" for figure in right]
    head = "".join(
        f'<th scope="col"{shade}>{text_of(name)}</th>'
        for name, shade in zip(header, shades, strict=True)
    )
    body = [_row(row, shades) for row in rows]
    split = len(body) - total
    foot = f"<tfoot>{''.join(body[split:])}</tfoot>" if total else ""
    kind = f"scroll {shade}".rstrip()
    return (
        f'<div class="{kind}"><table><caption>{text_of(caption)}</caption><thead><tr>{head}</tr>'
        f"</thead><tbody>{''.join(body[:split])}</tbody>{foot}</table></div>"
    )


def _row(row: Sequence[str], shades: Sequence[str]) -> str:
    cells = [
        f'<th scope="row"{shades[0]}>{_linked(row[0])}</th>',
        *(
            f"<td{DATED if DAY.fullmatch(cell) else shade}>{_linked(cell)}</td>"
            for cell, shade in zip(row[1:], shades[1:], strict=True)
        ),
    ]
    shade = ' class="whole"' if row[0] in (WHOLE, LIKELY) else ""
    return f"<tr{shade}>{''.join(cells)}</tr>"


def _linked(text: str) -> str:
    """A text, as a link where it is a web address and nothing else."""
    shown = text_of(text)
    if text.startswith(SAFE) and text.isprintable() and " " not in text:
        return f'<a href="{shown}" rel="noreferrer noopener">{shown}</a>'
    return shown


def bullets(title: str, sentences: Sequence[str]) -> str:
    """A titled list; nothing without sentences."""
    if not sentences:
        return ""
    items = "".join(f"<li>{text_of(sentence)}</li>" for sentence in sentences)
    return f"<h3>{text_of(title)}</h3><ul>{items}</ul>"


def folded(title: str, body: str, *, shut: bool = False) -> str:
    """A part that a reader may fold away."""
    return f"<details{'' if shut else ' open'}><summary>{text_of(title)}</summary>{body}</details>"


class Card(NamedTuple):
    """A figure large, its name above and sentences below; ``shade`` is its class."""

    name: str
    figure: str
    below: Sequence[str] = ()
    unit: str = ""
    shade: str = ""


def cards(shown: Sequence[Card]) -> str:
    """The figures that a page is about."""
    boxes = []
    for card in shown:
        unit = f" <small>{text_of(card.unit)}</small>" if card.unit else ""
        body = "".join(f"<dd>{text_of(line)}</dd>" for line in card.below)
        shade = f" {card.shade}" if card.shade else ""
        boxes.append(
            f'<div class="card{shade}"><dt>{text_of(card.name)}</dt>'
            f'<dd class="big">{text_of(card.figure)}{unit}</dd>{body}</div>'
        )
    return f'<dl class="cards">{"".join(boxes)}</dl>'
