"""What an audit of the catalogue found, and what a report of it counts. Plain values.

A field's name is its key in the JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

SCHEMA_VERSION = "1.0"
Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")
"""From the worst on. An error is a price that must not be billed as it stands."""


class Finding(NamedTuple):
    """One thing a rule found at one entry.

    ``part`` narrows it to a charge, a token kind, a mode or a source; "" where it is about the
    entry as a whole. ``line`` is that of the entry's block, None where the file has none.
    """

    finding: str
    part: str
    level: Level
    id: str
    category: str
    vendor: str
    shelf: str
    file: str
    line: int | None
    message: str
    hint: str | None = None


class AcceptedFinding(NamedTuple):
    """A finding that the catalogue says is right as it stands, and why."""

    found: Finding
    reason: str


class Audit(NamedTuple):
    """Findings sorted by level, name of the finding and id; ``meanings`` says what each name means.

    ``errors``, ``warnings`` and ``notes`` count all findings of the chosen entries, ``findings``
    holds those of at least ``level``. ``quotes`` counts prices that vendors do not publish.
    """

    as_of: date
    scope: str
    vendor: str | None
    category: str | None
    level: Level
    within_days: int
    stale_days: int
    entries: int
    quotes: int
    errors: int
    warnings: int
    notes: int
    findings: tuple[Finding, ...]
    accepted: tuple[AcceptedFinding, ...]
    meanings: Mapping[str, str]


class Report(NamedTuple):
    """The catalogue in figures, on a day. Shares are between 0 and 1.

    ``prices`` counts every dated price and factor, ``prices_in_force`` those of the day;
    ``with_source`` those that name a source and the day it was read; ``by_confidence`` splits
    those in force. ``conflicts_open`` has no rule that picked one; in ``conflicts_overruled`` the
    rule would have picked the other. ``silent_zeros`` are prices of 0
    that nothing declares free. ``read_by_vendor`` has the days on which the oldest and the newest
    source of each vendor's prices in force was read. ``missed`` says which musts the catalogue
    fails.
    """

    as_of: date
    scope: str
    providers: int
    models: int
    offers: int
    aliases: int
    charges: int
    prices: int
    prices_in_force: int
    with_source: int
    with_source_share: Decimal
    quotes: int
    by_confidence: Mapping[str, int]
    conflicts_settled: int
    conflicts_open: int
    conflicts_overruled: int
    models_of_two_sources: int
    models_of_two_sources_share: Decimal
    models_with_history: int
    models_with_tiers: int
    models_with_modes: int
    models_with_regions: int
    models_with_schedules: int
    retirements: int
    announced: int
    read_by_vendor: Mapping[str, Mapping[str, date]]
    stale: int
    silent_zeros: int
    accepted: int
    errors: int
    warnings: int
    missed: tuple[str, ...]
