"""Workload files and ids in, documents out: what the package's functions and its commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from costplan.catalog.lookup import Catalog
from costplan.document.bill import Bill
from costplan.document.estimate import EstimateDocument, Pinned
from costplan.problems import (
    BadUsage,
    CostplanError,
    InvalidInput,
    NotAsLocked,
    Problem,
    did_you_mean,
)
from costplan.quantity import LARGEST
from costplan.store.shelves import OWN, OwnPrices, catalog_shelves, open_catalog, own_prices
from costplan.store.text import DocumentError
from costplan.store.workloads import LOCK_NAME, Opened, open_workload
from costplan.workload.model import Workload

if TYPE_CHECKING:
    from costplan.document.comparison import Comparison
    from costplan.document.price_diff import PriceDiff
    from costplan.document.refresh import PriceRefresh
    from costplan.store.lock import Lock, LockedCatalog
    from costplan.store.price_sets import PriceSet

T = TypeVar("T")


class Locking(NamedTuple):
    """How a lock file is used: the one beside the workload, another (``path``), or none (``off``).

    ``strict``: any difference between the lock and the catalogue raises NotAsLocked.
    """

    path: Path | None = None
    off: bool = False
    strict: bool = False


BESIDE = Locking()


def estimate_file(
    path: str | Path, as_of: date | None = None, stacks: Sequence[str] = ()
) -> EstimateDocument:
    """The estimate of a workload file. See ``costplan.estimate``."""
    return estimate_opened(open_workload(str(path)), as_of or datetime.now(UTC).date(), stacks)


def estimate_opened(
    opened: Opened, as_of: date, stacks: Sequence[str] = (), locking: Locking = BESIDE
) -> EstimateDocument:
    """The estimate of a workload that was read; problems are drawn at their place in its text."""
    from costplan.plan.estimate import estimate

    catalog = _catalog(opened, locking)
    made = with_places(opened, catalog, lambda ready: estimate(*ready, as_of, stacks))
    made.lock = _pinned(catalog, as_of, locking)
    return made


def compare_opened(
    opened: Opened,
    as_of: date,
    stacks: Sequence[str] = (),
    baseline: str | None = None,
    at_reliability: Decimal | None = None,
    levers: bool = False,
    locking: Locking = BESIDE,
) -> Comparison:
    """The comparison of a workload that was read; problems are drawn as in ``estimate_opened``."""
    from costplan.plan.compare import compare
    from costplan.store.throughput import CapacityFiles

    catalog = _catalog(opened, locking)
    made = with_places(
        opened,
        catalog,
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
    made.document.lock = _pinned(catalog, as_of, locking)
    if made.document.lock is not None:
        made.notes = [*made.document.lock.sentences, *made.notes]
    return made


def _catalog(opened: Opened, locking: Locking) -> Catalog:
    """The catalogue with the workload's lock in it, where there is one."""
    if locking.off and (locking.strict or locking.path):
        raise BadUsage("--no-lock goes with neither --lock nor --locked")
    path = locking.path or opened.lock_path
    if locking.off or path is None or not (locking.path or path.is_file()):
        if locking.strict:
            where = f"beside {opened.name}" if path else "is known for standard input"
            hint = "'costplan pricing lock' writes one; --lock FILE names one"
            raise NotAsLocked(f"no {LOCK_NAME} {where}", hint)
        return open_catalog(opened.folder, opened.prices, opened.name, opened.text)
    from costplan.store.lock import EditedLock, Lock, LockedCatalog

    lock = Lock(path)
    if locking.strict:
        try:
            lock.verify()
        except EditedLock as error:
            raise NotAsLocked(str(error), error.hint) from None
    return LockedCatalog(Catalog(catalog_shelves(opened.folder)), lock, _own(opened))


def _own(opened: Opened) -> OwnPrices | None:
    if not opened.prices:
        return None
    return own_prices(opened.prices, opened.name, opened.text)


def _pinned(catalog: Catalog, day: date, locking: Locking) -> Pinned | None:
    """What the lock gave, what has moved since, what it lacks. Raises NotAsLocked if strict."""
    lock = getattr(catalog, "lock", None)
    if lock is None:
        return None
    from costplan.plan.pins import moved
    from costplan.store.lock import SHELF, LockedCatalog

    assert isinstance(catalog, LockedCatalog)
    used = catalog.used()
    pinned = [entry for entry in used if entry.shelf == SHELF]
    said = [
        sentence
        for entry in pinned
        for sentence in moved(entry, catalog.beneath.find(entry.id), day)
    ]
    for product in catalog.products:
        known = {entry.id for entry in catalog.products[product]}
        for entry in catalog.beneath.plans(product) if product in lock.products else ():
            if entry.id not in known:
                said.append(f"{product}: the catalogue also has {entry.id}")
    missing = [entry.id for entry in used if entry.shelf not in (SHELF, OWN)]
    name, ids = lock.path.name, tuple(entry.id for entry in pinned)
    made = Pinned(name, lock.head.as_of, ids, tuple(said), tuple(missing))
    if locking.strict and (said or missing):
        also = [*said, *(f"{one}: not in {name}" for one in missing)]
        hint = "review it, then 'costplan pricing lock --update'"
        raise NotAsLocked(f"prices are not as {lock.path} pins them", hint, also)
    return made


def with_places(
    opened: Opened, catalog: Catalog, work: Callable[[tuple[Workload, Catalog]], T]
) -> T:
    """Do something with a sound workload and a catalogue; draw every problem in its file."""
    if opened.workload is None or opened.problems:
        problems = [*opened.problems, *_unknown_ids(opened, catalog)]
        raise DocumentError(opened.name, opened.text, problems)
    try:
        return work((opened.workload, catalog))
    except InvalidInput as error:
        raise DocumentError(opened.name, opened.text, error.problems) from None


class Relocked(NamedTuple):
    """A lock file to be written: its text, what it says now and said before.

    ``text`` equal to ``before`` (the file's text, "" without one): nothing is to be written.
    """

    path: Path
    text: str
    before: str
    diff: PriceDiff
    entries: int
    damaged: tuple[str, ...] = ()


def relock(
    opened: Opened, as_of: date, out: Path | None, everything: bool, offers: Sequence[str]
) -> Relocked:
    """The lock of a workload: what it holds stays pinned, what it lacks is taken on.

    ``everything`` takes all that the workload needs from the catalogue again, ``offers`` only
    these. Raises as ``estimate_opened``, and BadUsage for an offer that is not in use.
    """
    from costplan import __version__
    from costplan.document.price_diff import Side
    from costplan.plan.price_diff import price_diff
    from costplan.store.lock import Lock, LockedCatalog, lock_text, merged, merged_products

    path = out or opened.lock_path
    if path is None:
        raise BadUsage("where is the lock of standard input to be?", "--out FILE names it")
    old = Lock(path) if path.is_file() else None
    good, damaged = old.sound() if old else ([], [])
    before = dict(old.products) if old else {}
    if old is not None:
        names = [one.id for one in good] if everything else [_pinned_id(old, one) for one in offers]
        old.drop([*damaged, *names])
    catalog = LockedCatalog(Catalog(catalog_shelves(opened.folder)), old, _own(opened))
    _trace(opened, catalog, as_of)
    used = [entry for entry in catalog.used() if entry.shelf != OWN]
    name = Path(opened.name).name
    products = merged_products(before, _asked_products(catalog), name)
    entries = merged(good, used, name, as_of)
    tool = f"costplan {__version__}"
    text = lock_text(entries, products, as_of, tool)
    if old is not None and text == lock_text(good, before, as_of, tool) and not damaged:
        text = old.text
    diff = price_diff(
        [one.entry for one in good],
        [one.entry for one in entries],
        Side(f"{path.name} of {old.head.as_of}" if old else "nothing", as_of),
        Side(path.name, as_of),
    )
    gone = tuple(one for one in damaged if one not in {entry.id for entry in entries})
    return Relocked(path, text, old.text if old else "", diff, len(entries), gone)


def _pinned_id(lock: Lock, name: str) -> str:
    entry = lock.load(name)
    if entry is None:
        hint = did_you_mean(name, lock.ids()) or "'costplan pricing lock' takes on what is missing"
        raise BadUsage(f"'{name}' is not in {lock.path}", hint)
    return entry.id


def _asked_products(catalog: LockedCatalog) -> list[str]:
    return [name for name, plans in catalog.products.items() if plans and not catalog.find(name)]


def _trace(opened: Opened, catalog: Catalog, as_of: date) -> None:
    """Ask the catalogue for all that an estimate and a comparison need."""
    from costplan.plan.compare import compare
    from costplan.plan.estimate import estimate
    from costplan.store.throughput import CapacityFiles

    with_places(opened, catalog, lambda ready: estimate(*ready, as_of))
    with suppress(CostplanError):  # what cannot be compared can still be estimated
        capacity = CapacityFiles(opened.folder)
        with_places(opened, catalog, lambda ready: compare(*ready, as_of, capacity=capacity))


def price_changes(
    old: str, new: str, as_of: date, opened: Opened | None = None
) -> tuple[PriceDiff, str | None]:
    """What differs between two sets of prices, and a word where only a part was compared.

    ``old`` and ``new`` are catalogue files or folders, lock files, days or git revisions. With a
    workload the diff also says what becomes of its bill: each side lies over the built-in
    catalogue and the user's, a day's side also over the project's.
    """
    from costplan.document.price_diff import Side
    from costplan.plan.price_diff import price_diff
    from costplan.store.price_sets import open_price_set, together

    here = Path()
    before, after = open_price_set(old, as_of, here), open_price_set(new, as_of, here)
    olds, news, said = together(before, after)
    sides = [Side(one.name, one.as_of) for one in (before, after)]
    made = price_diff(olds, news, *sides)
    if opened is not None:
        made = _with_bills(made, opened, before, after)
    return made, said


def _with_bills(made: PriceDiff, opened: Opened, before: PriceSet, after: PriceSet) -> PriceDiff:
    from costplan.plan.estimate import estimate
    from costplan.plan.price_diff import bill_changes
    from costplan.store.price_sets import catalog_with

    def bill(side: PriceSet) -> EstimateDocument:
        beneath = catalog_shelves(opened.folder if side.shelf is None else None)
        catalog = catalog_with(side, beneath, _own(opened))
        return with_places(opened, catalog, lambda ready: estimate(*ready, side.as_of))

    first, last = bill(before), bill(after)
    return made._replace(
        workload=first.workload, currency=first.currency, bills=bill_changes(first, last)
    )


def check_lock(opened: Opened, as_of: date, path: Path | None) -> Pinned:
    """Whether all that a workload needs is pinned as the catalogue has it. Raises NotAsLocked."""
    locking = Locking(path, strict=True)
    catalog = _catalog(opened, locking)
    _trace(opened, catalog, as_of)
    made = _pinned(catalog, as_of, locking)
    assert made is not None
    return made


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
