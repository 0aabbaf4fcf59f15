"""Published prices into a catalogue folder: what ``costplan pricing refresh`` does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from costplan.store.sourcing.sources import DEFAULT

if TYPE_CHECKING:
    from costplan.document.refresh import PriceRefresh

__all__ = ["DEFAULT", "refresh_prices"]


def refresh_prices(
    sources: Sequence[str],
    to: Path | None,
    today: date,
    *,
    dry_run: bool = False,
    accept_loss: bool = False,
    seconds: float = 60,
    progress: Callable[[int, int | None], None] | None = None,
) -> PriceRefresh:
    """Take published prices into a catalogue folder; the only function that uses the network.

    Writes nothing on a dry run, where nothing changed, and where the refresh looks like a fault of
    a source and ``accept_loss`` is not given. Raises BadUsage; then too nothing was written.
    """
    from costplan.document.price_diff import Side
    from costplan.document.refresh import PriceRefresh
    from costplan.plan.prices.doubts import doubts
    from costplan.plan.prices.price_diff import price_diff
    from costplan.store.files.writing import Busy
    from costplan.store.network.client import Limits
    from costplan.store.sourcing.refresh import commit, prepare, reports, target
    from costplan.store.sourcing.sources import read_all

    where = target(to)
    arrived = read_all(sources, today, Limits(seconds=seconds), progress)
    for last in (False, False, True):
        ready = prepare(where, arrived)
        sides = Side("in force", today), Side("refreshed", today)
        diff = price_diff(ready.before, ready.after, *sides)
        read = tuple(reports(ready.seen))
        done = PriceRefresh(
            target=str(where.folder),
            sources=read,
            diff=diff,
            refused=doubts(read, diff),
            accepted=accept_loss,
            dry_run=dry_run,
            damage=ready.damage,
        )
        if dry_run or done.stopped or not ready.changes:
            return done
        try:
            return done._replace(written=str(commit(ready)))
        except Busy:
            if last:
                raise
    raise AssertionError("unreachable")
