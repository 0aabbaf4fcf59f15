"""Real usage as CSV: a row a group, all its tokens; numbers with all their digits."""

from __future__ import annotations

from decimal import Decimal

from costplan.document.usage import Usage
from costplan.render import Look
from costplan.render.csv import table
from costplan.words import TOKENS


def draw(usage: Usage, look: Look) -> str:
    """Every group; how it may look on a terminal changes nothing."""
    kinds = [*(kind.tokens for kind in TOKENS), "web_searches"]
    figures = ["input_p50", "input_p95", "output_p50", "output_p95", "cache_share"]
    header = [*usage.by, "requests", *kinds, "currency", "low", "high", "at_least", *figures]
    rows = [
        [
            *group.names,
            Decimal(group.requests),
            *(Decimal(group.tokens.get(kind, 0)) for kind in kinds),
            group.currency,
            group.low,
            group.high,
            str(group.at_least).lower(),
            *(getattr(group, name) for name in figures),
        ]
        for group in usage.groups
    ]
    return table(header, rows)
