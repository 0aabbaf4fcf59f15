"""A reconciliation as CSV: a row a step of the bridge."""

from __future__ import annotations

from costplan.document.reconciliation import Reconciliation
from costplan.render import Look
from costplan.render.csv import table
from costplan.render.reconciliation import bridge


def draw(reconciliation: Reconciliation, look: Look) -> str:
    """Sums and steps in order; how it may look on a terminal changes nothing."""
    rows = [(name, amount, words) for name, amount, words, _ in bridge(reconciliation)]
    return table(["step", "amount", "words"], rows)
