"""A reconciliation as GitHub-flavoured Markdown."""

from __future__ import annotations

from costplan.document.reconciliation import Reconciliation
from costplan.render import Look
from costplan.render.markup import safe
from costplan.render.reconciliation import bridge, signed, title, verdict


def draw(made: Reconciliation, look: Look) -> str:
    """The bridge and its verdict; each text of a file is escaped."""
    lines = [f"### {safe(title(made))}", "", "| | amount | |", "|---|---:|---|"]
    for name, amount, words, is_sum in bridge(made):
        shown = f"**{name}**" if is_sum else name
        lines.append(f"| {shown} | {signed(amount, is_sum)} | {safe(words)} |")
    lines += ["", safe(verdict(made)), ""]
    lines += [f"- not compared: {safe(one)}" for one in made.not_compared]
    lines += [f"- {safe(one)}" for one in made.notes]
    return "\n".join(lines).rstrip() + "\n"
