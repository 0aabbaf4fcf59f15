"""A forecast as CSV: a row a month, numbers with all their digits."""

from __future__ import annotations

from costplan.document.forecast import ForecastDocument
from costplan.render import Look
from costplan.render.csv import table

FIGURES = (
    *("volume", "volume_low", "volume_high", "total", "total_low", "total_high", "at_least"),
    "reason",
)


def draw(document: ForecastDocument, look: Look) -> str:
    """Every month; how it may look on a terminal changes nothing."""
    header = ["stack", "month", "prices_of", "currency", "counts", *FIGURES]
    rows = [
        [
            document.stack,
            f"{month.month:%Y-%m}",
            month.prices_of,
            document.currency,
            document.counts,
            *(getattr(month, name) for name in FIGURES),
        ]
        for month in document.months
    ]
    return table(header, rows)
