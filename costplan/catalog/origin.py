"""Where a price comes from: the source, the day it took effect, the day the source was read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple

from costplan.problems import Problem
from costplan.record import record
from costplan.words import Confidence, weakest


@record
class Source:
    """An entry at a catalogue file's head: where a stranger finds what the price rests on.

    Keys:
        at: address or name of the page, repository or data set
        confidence: how far it can be trusted; stands on every line it prices
    """

    at: str
    confidence: Literal["vendor", "dataset", "third-party", "unverified"]


@record
class Origin:
    """Provenance as a catalogue file writes it; ``source`` names an entry of the file's head.

    ``also`` names further entries that show the same price; one is enough to raise a data set's
    confidence. Data sets copy from each other, so that two are a check on typing, not on truth.
    ``since`` may be the first day on which a source shows the price: earlier dates are then
    refused, with that day named. An origin is inherited whole or replaced whole.

    Keys:
        since: the day from which the price applies, or the first that a source shows it
        checked: the day of the source itself; an old one makes the price stale
        source: an entry of the file's [source]
        also: further entries that show the same price; a data set's becomes corroborated
    """

    since: date
    checked: date
    source: str
    also: tuple[str, ...] = ()


@record
class Accepted:
    """A finding of the audit that is right as it stands, with the reason a reader needs.

    Keys:
        finding: the audit's finding that is right as it stands
        reason: why, for a reader
    """

    finding: str
    reason: str


class Provenance(NamedTuple):
    """An origin with its source looked up: what every line of a bill carries."""

    source: str
    confidence: Confidence
    since: date
    checked: date


def resolve(origin: Origin, sources: Mapping[str, Source]) -> Provenance:
    """The origin with its source's address. ``sources`` must hold it (``unknown_sources``)."""
    source = sources[origin.source]
    if not origin.also:
        return Provenance(source.at, source.confidence, origin.since, origin.checked)
    agreed = source.confidence == "dataset" and any(
        sources[name].confidence in ("dataset", "vendor") for name in origin.also
    )
    return Provenance(
        "; ".join([source.at, *(sources[name].at for name in origin.also)]),
        "corroborated" if agreed else source.confidence,
        origin.since,
        origin.checked,
    )


RELEASED = date(2026, 11, 28)
"""No earlier than the newest day on which a price of the shipped catalogue was read, so that a
clock that is behind doubts none of them."""


def is_old(checked: date, as_of: date, days: int, today: date) -> bool:
    """Whether a price that was read on ``checked`` counts as stale on ``as_of`` after ``days``.

    A plan of the past rests on prices that were read since. Nobody has read one on a day after
    ``as_of``, today and the catalogue's release: what says so is not fresh.
    """
    return (as_of - checked).days > days or checked > max(as_of, today, RELEASED)


def combined(parts: Sequence[Provenance]) -> Provenance:
    """Where a price composed of several comes from: every source, the weakest confidence, the
    latest ``since`` and the oldest ``checked``."""
    if len(parts) == 1:
        return parts[0]
    return Provenance(
        "; ".join(dict.fromkeys(part.source for part in parts)),
        weakest(part.confidence for part in parts),
        max(part.since for part in parts),
        min(part.checked for part in parts),
    )


def unknown_sources(
    origins: Iterable[tuple[tuple[str | int, ...], Origin]], sources: Mapping[str, Source]
) -> Iterable[Problem]:
    """A problem for each origin whose source the file's head does not name."""
    for path, origin in origins:
        known = ", ".join(sources) or "none"
        if origin.source not in sources:
            yield Problem((*path, "source"), f"unknown source '{origin.source}'", f"known: {known}")
        for name in origin.also:
            if name not in sources:
                yield Problem((*path, "also"), f"unknown source '{name}'", f"known: {known}")
            elif name == origin.source:
                yield Problem((*path, "also"), f"'{name}' cannot confirm itself")
