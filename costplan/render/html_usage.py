"""Real usage as an HTML page: what it cost, by group, how requests came, at which prices."""

from __future__ import annotations

from costplan.document.usage import Group, Usage
from costplan.quantity import ZERO, grouped
from costplan.render import Look
from costplan.render.html_chart import Bar, Stretch, chart
from costplan.render.html_page import Card, bullets, cards, folded, table, text_of, whole_page
from costplan.render.page import short
from costplan.render.usage import (
    BOUNDS,
    COLUMNS,
    MOST_ROWS,
    SIZES,
    bounds,
    compact,
    counts,
    figures,
    names,
    sizes_of,
    traffic_words,
    unpriced,
    when,
)

FOOTER = "List prices of what was used, not an invoice."


def draw(usage: Usage, look: Look) -> str:
    """The whole page."""
    return whole_page("usage at list prices", body(usage), look, FOOTER)


def body(usage: Usage) -> str:
    """The usage as a section of a page."""
    lost = any(total.low != total.high for total in usage.totals)
    parts = [
        "<section><h1>Usage</h1>",
        f'<p class="sub">Usage {text_of(when(usage))}.</p>',
        cards(_cards(usage)),
        f"<p>{text_of(BOUNDS)}</p>" if lost else "",
        *(_bars(usage, total.currency) for total in usage.totals),
        _groups(usage),
        bullets("How requests came", traffic_words(usage)),
        _questions(usage),
        bullets("Without a price", unpriced(usage)),
        bullets("Not counted", counts(source.unread for source in usage.sources)),
        bullets("Left out", counts(source.left_out for source in usage.sources)),
        bullets("Notes", usage.notes),
        _prices(usage),
        "</section>",
    ]
    return "\n".join(part for part in parts if part)


def _cards(usage: Usage) -> list[Card]:
    shown = [
        Card("cost", bounds(total.low, total.high, total.at_least), (), total.currency)
        for total in usage.totals
    ]
    traffic = usage.traffic
    below = [f"{traffic.failed:,} failed"] if traffic.failed else []
    return [*shown, Card("requests", compact(traffic.requests), below)]


def _bars(usage: Usage, currency: str) -> str:
    """The dearest groups of a currency to one scale; what is beyond the lower bound is paler."""
    rows = []
    own = [group for group in usage.groups if group.currency == currency and group.high > 0]
    for group in own[:MOST_ROWS]:
        said = bounds(group.low, group.high, group.at_least)
        stretches = [Stretch(ZERO, group.low, "higher", said)]
        if group.high > group.low:
            stretches.append(Stretch(group.low, group.high, "lower", said))
        rows.append(Bar(_name(group), said, stretches))
    most = max((group.high for group in own), default=ZERO)
    return chart(f"Cost by {', '.join(usage.by)}, {currency}", rows, ZERO, most)


def _name(group: Group) -> str:
    return ", ".join(names(group))


def _groups(usage: Usage) -> str:
    if not usage.groups:
        return "<p>No request to a model was found.</p>"
    columns = [*usage.by, *COLUMNS]
    right = [at >= len(usage.by) for at in range(len(columns))]
    shown = usage.groups[:MOST_ROWS]
    left = len(usage.groups) - len(shown)
    more = f"<p>and {left:,} more; CSV and JSON have all</p>" if left else ""
    rows = [[*names(group), *figures(group)] for group in shown]
    sizes = [[*names(group), *sizes_of(group)] for group in shown if group.input_p50 is not None]
    header = [*usage.by, *SIZES]
    wide = [at >= len(usage.by) for at in range(len(header))]
    drawn = table("By " + ", ".join(usage.by), columns, rows, right) + more
    if sizes:
        drawn += folded("Sizes of requests", table("Sizes of requests", header, sizes, wide))
    return drawn


def _questions(usage: Usage) -> str:
    if not usage.questions:
        return ""
    rows = [
        [question.logged, f"{question.rows:,}", f"{question.tokens:,}", ", ".join(question.hints)]
        for question in usage.questions
    ]
    caption = "Which offers are these? Name each below [map] in a file for --map"
    header = ["logged", "rows", "tokens", "ids that end so"]
    return table(caption, header, rows, [False, True, True, False])


def _prices(usage: Usage) -> str:
    if not usage.lines:
        return ""
    header = ["offer", "charge", "quantity", "unit", "price", "amount", "since", "read", "source"]
    right = [False, False, True, False, True, True, False, False, False]
    rows = [
        [
            line.offer,
            f"{line.charge} {line.variant or ''}".strip(),
            grouped(line.quantity),
            line.unit,
            "none" if line.price is None else f"{grouped(line.price)} / {short(line.per)}",
            "unknown" if line.amount is None else f"{grouped(line.amount, 2)} {line.currency}",
            line.since.isoformat(),
            line.checked.isoformat(),
            line.source,
        ]
        for line in usage.lines
    ]
    return folded("Prices", table("Prices", header, rows, right), shut=True)
