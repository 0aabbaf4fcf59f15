"""Stacks against the baseline, as a table for pages in HTML and Markdown."""

from __future__ import annotations

from costplan.document.comparison import Comparison
from costplan.quantity import grouped, rounded
from costplan.render.page import money


def header(comparison: Comparison, difference: str) -> list[str]:
    """The titles of ``rows``; ``difference``: that of the second column."""
    moving = ["moving once", "payback, months"] if _moves(comparison) else []
    return ["stack", difference, "wins on", "loses on", "break-even volume", *moving]


def figures(comparison: Comparison) -> list[bool]:
    """Which columns of ``rows`` are figures."""
    return [False, True, False, False, True, *([True, True] if _moves(comparison) else [])]


def rows(comparison: Comparison) -> list[list[str]]:
    """A row a stack; what moving there costs only where that of any stack is known."""
    moves = _moves(comparison)
    return [
        [
            versus.stack,
            ("+" if versus.difference > 0 else "") + money(versus.difference),
            ", ".join(f"{name} {money(amount)}" for name, amount in versus.wins) or "-",
            ", ".join(f"{name} +{money(amount)}" for name, amount in versus.loses) or "-",
            "-" if versus.break_even is None else grouped(versus.break_even, 0),
            "-" if versus.one_off is None else money(versus.one_off),
            "-" if versus.payback_months is None else rounded(versus.payback_months, 2),
        ][: 7 if moves else 5]
        for versus in comparison.versus
    ]


def _moves(comparison: Comparison) -> bool:
    return any(versus.one_off is not None for versus in comparison.versus)
