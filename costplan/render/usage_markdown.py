"""Real usage as GitHub-flavoured Markdown."""

from __future__ import annotations

from costplan.document.usage import Usage
from costplan.render import Look
from costplan.render.markup import safe
from costplan.render.usage import (
    COLUMNS,
    MOST_ROWS,
    SIZES,
    bounds,
    figures,
    names,
    sizes_of,
    traffic_words,
    when,
)


def draw(usage: Usage, look: Look) -> str:
    """The largest groups, totals, and what is open; each text of a file is escaped."""
    titles = [*usage.by, *COLUMNS, *SIZES]
    lines = [f"### Usage {when(usage)}", "", "| " + " | ".join(titles) + " |"]
    lines.append("|" + "---|" * len(usage.by) + "---:|" * (len(titles) - len(usage.by)))
    for group in usage.groups[:MOST_ROWS]:
        cells = [safe(name) for name in names(group)] + figures(group) + sizes_of(group)
        lines.append("| " + " | ".join(cells) + " |")
    lines.append("")
    for total in usage.totals:
        lines.append(f"**Total {bounds(total.low, total.high, total.at_least)} {total.currency}**")
        lines.append("")
    lines += [f"- {sentence}" for sentence in traffic_words(usage)]
    for source in usage.sources:
        lines += [f"- not counted: {count:,} x {why}" for why, count in source.unread.items()]
    lines += [f"- which offer is {safe(question.logged)}?" for question in usage.questions]
    return "\n".join(lines) + "\n"
