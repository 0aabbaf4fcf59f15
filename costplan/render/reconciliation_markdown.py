"""A reconciliation as GitHub-flavoured Markdown."""

from __future__ import annotations

from costplan.document.reconciliation import Reconciliation
from costplan.render import Look
from costplan.render.markup import safe
from costplan.render.reconciliation import bridge, signed, title, verdict


def draw(reconciliation: Reconciliation, look: Look) -> str:
    """The bridge and its verdict; each text of a file is escaped."""
    lines = [f"### {safe(title(reconciliation))}", "", "| | amount | |", "|---|---:|---|"]
    for name, amount, words, is_sum in bridge(reconciliation):
        shown = f"**{name}**" if is_sum else name
        lines.append(f"| {shown} | {signed(amount, is_sum)} | {safe(words)} |")
    lines += ["", safe(verdict(reconciliation)), ""]
    lines += [f"- not compared: {safe(sentence)}" for sentence in reconciliation.not_compared]
    lines += [f"- {safe(sentence)}" for sentence in reconciliation.notes]
    return "\n".join(lines).rstrip() + "\n"
