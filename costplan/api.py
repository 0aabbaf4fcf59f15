"""Workload files and ids in, documents out: what the package's functions and its commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from costplan.catalog.lookup import Catalog
from costplan.document.bill import Bill
from costplan.document.estimate import EstimateDocument
from costplan.problems import BadUsage, InvalidInput, Problem
from costplan.quantity import LARGEST
from costplan.store.shelves import open_catalog
from costplan.store.text import DocumentError
from costplan.store.workloads import Opened, open_workload
from costplan.workload.model import Workload

if TYPE_CHECKING:
    from costplan.document.comparison import Comparison
    from costplan.document.refresh import PriceRefresh

T = TypeVar("T")


def estimate_file(
    path: str | Path, as_of: date | None = None, stacks: Sequence[str] = ()
) -> EstimateDocument:
    """The estimate of a workload file. See ``costplan.estimate``."""
    return estimate_opened(open_workload(str(path)), as_of or datetime.now(UTC).date(), stacks)


def estimate_opened(opened: Opened, as_of: date, stacks: Sequence[str] = ()) -> EstimateDocument:
    """The estimate of a workload that was read; problems are drawn at their place in its text."""
    from costplan.plan.estimate import estimate

    return _with_places(opened, lambda ready: estimate(*ready, as_of, stacks))


def compare_opened(
    opened: Opened,
    as_of: date,
    stacks: Sequence[str] = (),
    baseline: str | None = None,
    at_reliability: Decimal | None = None,
    levers: bool = False,
) -> Comparison:
    """The comparison of a workload that was read; problems are drawn as in ``estimate_opened``."""
    from costplan.plan.compare import compare
    from costplan.store.throughput import CapacityFiles

    return _with_places(
        opened,
        lambda ready: compare(
            *ready,
            as_of,
            stacks,
            baseline=baseline,
            at_reliability=at_reliability,
            levers=levers,
            capacity=CapacityFiles(opened.folder),
        ),
    )


def _with_places(opened: Opened, work: Callable[[tuple[Workload, Catalog]], T]) -> T:
    """Do something with a sound workload and its catalogue; draw every problem in its file."""
    catalog = open_catalog(opened.folder, opened.prices, opened.name, opened.text)
    if opened.workload is None or opened.problems:
        problems = [*opened.problems, *_unknown_ids(opened, catalog)]
        raise DocumentError(opened.name, opened.text, problems)
    try:
        return work((opened.workload, catalog))
    except InvalidInput as error:
        raise DocumentError(opened.name, opened.text, error.problems) from None


def _unknown_ids(opened: Opened, catalog: Catalog) -> Iterable[Problem]:
    """Ids that the catalogue does not hold, so that a broken file shows these faults too."""
    for path, name in opened.bindings:
        if catalog.find(name) is None and not catalog.plans(name):
            yield Problem(path, f"unknown offer '{name}'", catalog.hint(name))


def price_offer(offer: str, at: datetime | None, quantities: Mapping[str, Any]) -> Bill:
    """The bill of one offer. See ``costplan.price``."""
    from costplan.plan.price import price

    given = {name: number(name, value) for name, value in quantities.items()}
    moment = at or datetime.now(UTC)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return price(open_catalog(Path()), offer, given, moment)


def number(name: str, value: object) -> Decimal:
    """A quantity as Decimal. Raises BadUsage for what is not a finite number of sane size."""
    if isinstance(value, str):
        value = value.replace("_", "")
    if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
        raise BadUsage(f"{name} must be an int, a Decimal or a string, not {type(value).__name__}")
    try:
        found = Decimal(value)
    except (InvalidOperation, ValueError):
        raise BadUsage(f"{name}: '{value}' is not a number") from None
    if not found.is_finite() or found.copy_abs() >= LARGEST:
        raise BadUsage(f"{name}: {value} is not a finite number under 1e15")
    return found


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
    from costplan.plan.price_diff import price_diff
    from costplan.plan.refresh import doubts
    from costplan.store.fetch import Limits
    from costplan.store.generations import Busy
    from costplan.store.refresh import commit, prepare, reports, target
    from costplan.store.sources import read_all

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
