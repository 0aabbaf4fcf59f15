"""Where a price comes from: the source, the day it took effect, the day the source was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Literal, NamedTuple

from costplan.problems import Problem
from costplan.reading import About, record

Confidence = Literal["vendor", "dataset", "third-party", "unverified"]


@record
class Source:
    """An entry at a catalogue file's head: where a stranger finds what the price rests on."""

    at: Annotated[str, About("Address or name of the page, repository or data set.")]
    confidence: Confidence


@record
class Origin:
    """Provenance as a catalogue file writes it; ``source`` names an entry of the file's head.

    ``since`` may be the first day on which a source shows the price: earlier dates are then
    refused, with that day named. An origin is inherited whole or replaced whole.
    """

    since: date
    checked: date
    source: str


class Provenance(NamedTuple):
    """An origin with its source looked up: what every line of a bill carries."""

    source: str
    confidence: Confidence
    since: date
    checked: date


def resolve(origin: Origin, sources: Mapping[str, Source]) -> Provenance:
    """The origin with its source's address. ``sources`` must hold it (``unknown_sources``)."""
    source = sources[origin.source]
    return Provenance(source.at, source.confidence, origin.since, origin.checked)


WEAKEST_FIRST: tuple[Confidence, ...] = ("unverified", "third-party", "dataset", "vendor")


def combined(parts: Sequence[Provenance]) -> Provenance:
    """Where a price composed of several comes from: every source, the weakest confidence, the
    latest ``since`` and the oldest ``checked``."""
    if len(parts) == 1:
        return parts[0]
    return Provenance(
        "; ".join(dict.fromkeys(part.source for part in parts)),
        min((part.confidence for part in parts), key=WEAKEST_FIRST.index),
        max(part.since for part in parts),
        min(part.checked for part in parts),
    )


def unknown_sources(
    origins: Iterable[tuple[tuple[str | int, ...], Origin]], sources: Mapping[str, Source]
) -> Iterable[Problem]:
    """A problem for each origin whose source the file's head does not name."""
    for path, origin in origins:
        if origin.source not in sources:
            known = ", ".join(sources) or "none"
            yield Problem((*path, "source"), f"unknown source '{origin.source}'", f"known: {known}")
