"""What an audit of the catalogue found, and what a report of it counts. Plain values.

A field's name is its key in the JSON.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, NamedTuple

from costplan.record import Count, Ge, Inline, Share, document

Number = Annotated[int, Ge(0)]
"""How many of something."""
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
    line: Count | None
    message: str
    hint: str | None = None


class AcceptedFinding(NamedTuple):
    """A finding that the catalogue says is right as it stands, and why."""

    finding: Annotated[Finding, Inline()]
    reason: str


@document("audit", "1.0")
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
    within_days: Number
    stale_days: Number
    entries: Number
    quotes: Number
    errors: Number
    warnings: Number
    notes: Number
    findings: tuple[Finding, ...]
    accepted: tuple[AcceptedFinding, ...]
    meanings: Mapping[str, str]


class Read(NamedTuple):
    """The days on which the oldest and the newest source were read."""

    oldest: date
    newest: date


@document("catalogue_report", "1.0")
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
    providers: Number
    models: Number
    offers: Number
    aliases: Number
    charges: Number
    prices: Number
    prices_in_force: Number
    with_source: Number
    with_source_share: Share
    quotes: Number
    by_confidence: Mapping[str, Number]
    conflicts_settled: Number
    conflicts_open: Number
    conflicts_overruled: Number
    models_of_two_sources: Number
    models_of_two_sources_share: Share
    models_with_history: Number
    models_with_tiers: Number
    models_with_modes: Number
    models_with_regions: Number
    models_with_schedules: Number
    retirements: Number
    announced: Number
    read_by_vendor: Mapping[str, Read]
    stale: Number
    silent_zeros: Number
    accepted: Number
    errors: Number
    warnings: Number
    missed: tuple[str, ...]
