"""Locks and price diffs: what ``costplan pricing lock`` and ``costplan pricing diff`` do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from costplan.api.estimating import Locking, catalog_of, own_shelf, pinned_by, with_places
from costplan.catalog.lookup import Catalog
from costplan.document.estimate import EstimateDocument
from costplan.document.price_diff import PriceDiff, Side
from costplan.document.prices_used import Pinned
from costplan.problems import BadUsage, CostplanError, did_you_mean
from costplan.store.files.own_prices import OWN
from costplan.store.files.pin import LOCKED, RESERVED, Block
from costplan.store.files.shelves import catalog_shelves
from costplan.store.files.workloads import Opened

if TYPE_CHECKING:
    from costplan.store.files.lock import Lock, Locked, LockedCatalog
    from costplan.store.files.pinned_terms import LockedTerms
    from costplan.store.files.price_sets import PriceSet


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


def pin(
    opened: Opened, as_of: date, out: Path | None, everything: bool, offers: Sequence[str]
) -> Relocked:
    """``relock``, and the file is written where anything of it changes; of two at once the second
    waits for the first."""
    from costplan.store.files.writing import alone, write

    path = out or opened.lock_path
    with alone(path) if path is not None else nullcontext():
        relocked = relock(opened, as_of, out, everything, offers)
        if relocked.text != relocked.before:
            write(relocked.path, relocked.text)
    return relocked


def relock(
    opened: Opened, as_of: date, out: Path | None, everything: bool, offers: Sequence[str]
) -> Relocked:
    """The lock of a workload: what it holds stays pinned, what it lacks is taken on.

    ``everything`` takes all that the workload needs from the catalogue again, ``offers`` only
    these. Raises as ``estimate_opened``, and BadUsage for an offer that is not in use.
    """
    from costplan import __version__
    from costplan.store.files.lock import Lock, LockedCatalog
    from costplan.store.files.locking import lock_text, merged_products

    path = out or opened.lock_path
    if path is None:
        raise BadUsage("where is the lock of standard input to be?", "--out FILE names it")
    old = Lock(path) if path.is_file() else None
    good, damaged = _sorted_pins(old)
    before = dict(old.products) if old else {}
    if old is not None:
        old.drop(old.blocks() if everything else [*damaged, *_updated(old, offers)])
    catalog = LockedCatalog(Catalog(catalog_shelves(opened.folder)), old, own_shelf(opened))
    _trace(opened, catalog, as_of)
    name = Path(opened.name).name
    products = merged_products(before, _asked_products(catalog), name)
    pins = _merged(good, catalog, name, as_of)
    tool = f"costplan {__version__}"
    text = lock_text(*pins, products, as_of, tool)
    if old is not None and text == lock_text(*good, before, as_of, tool) and not damaged:
        text = old.text
    sides = (
        Side(f"{path.name} of {old.head.as_of}" if old else "nothing", as_of),
        Side(path.name, as_of),
    )
    blocks = pins.blocks()
    gone = tuple(str(block) for block in damaged if block not in blocks)
    diff = _diff(good, pins, *sides)
    return Relocked(path, text, old.text if old else "", diff, len(blocks), gone)


class _Pins(NamedTuple):
    """What a lock holds."""

    entries: Sequence[Locked] = ()
    terms: Sequence[LockedTerms] = ()

    def blocks(self) -> list[Block]:
        own = [Block(LOCKED, pinned.id) for pinned in self.entries]
        return own + [Block(RESERVED, pinned.id) for pinned in self.terms]


def _sorted_pins(lock: Lock | None) -> tuple[_Pins, list[Block]]:
    """The blocks whose hash holds, by kind, and those that cannot be used."""
    from costplan.store.files.lock import Locked
    from costplan.store.files.pinned_terms import LockedTerms

    good, damaged = lock.sound() if lock else ([], [])
    entries = [pinned for pinned in good if isinstance(pinned, Locked)]
    terms = [pinned for pinned in good if isinstance(pinned, LockedTerms)]
    return _Pins(entries, terms), damaged


def _merged(old: _Pins, catalog: LockedCatalog, workload: str, as_of: date) -> _Pins:
    """The same after a workload has asked a catalogue for all that it needs."""
    from costplan.store.files.locking import locked, merged
    from costplan.store.files.pinned_terms import locked_terms

    used = [
        locked(entry, as_of, [workload], entry.shelf)
        for entry in catalog.used()
        if entry.shelf != OWN
    ]
    asked = [
        locked_terms(reserve, as_of, [workload], reserve.shelf) for reserve in catalog.used_terms()
    ]
    return _Pins(merged(old.entries, used, workload), merged(old.terms, asked, workload))


def _diff(old: _Pins, new: _Pins, before: Side, after: Side) -> PriceDiff:
    from costplan.plan.prices.price_diff import beside, price_diff
    from costplan.plan.prices.terms import terms_diff

    was, now = ([pinned.entry for pinned in pins.entries] for pins in (old, new))
    sold, sells = ([pinned.entry for pinned in pins.terms] for pins in (old, new))
    return beside(price_diff(was, now, before, after), terms_diff(sold, sells, before, after))


def _updated(lock: Lock, names: Sequence[str]) -> Iterable[Block]:
    """The blocks of pinned ids and aliases, terms of that id included."""
    known = lock.blocks()
    for name in names:
        entry = lock.load(name)
        ids = {name} if entry is None else {name, entry.id}
        blocks = [block for block in known if block.id in ids]
        if not blocks:
            hint = did_you_mean(name, [*lock.ids(), *lock.reserving()])
            remedy = "'costplan pricing lock' takes on what is missing"
            raise BadUsage(f"'{name}' is not in {lock.path}", hint or remedy)
        yield from blocks


def _asked_products(catalog: LockedCatalog) -> list[str]:
    return [name for name, plans in catalog.products.items() if plans and not catalog.find(name)]


def _trace(opened: Opened, catalog: Catalog, as_of: date) -> None:
    """Ask the catalogue for all that an estimate and a comparison need."""
    from costplan.plan.bill.estimate import estimate
    from costplan.plan.compare.comparison import compare
    from costplan.store.files.capacity import CapacityFiles

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
    from costplan.plan.prices.price_diff import beside, price_diff
    from costplan.store.files.price_sets import open_price_set, terms_together, together

    here = Path()
    before, after = open_price_set(old, as_of, here), open_price_set(new, as_of, here)
    olds, news, said = together(before, after)
    sides = [Side(side.name, side.as_of) for side in (before, after)]
    diff = price_diff(olds, news, *sides)
    sold, sells = terms_together(before, after)
    if sold or sells:
        from costplan.plan.prices.terms import terms_diff

        diff = beside(diff, terms_diff(sold, sells, *sides))
    if opened is not None:
        diff = _with_bills(diff, opened, before, after)
    return diff, said


def _with_bills(diff: PriceDiff, opened: Opened, before: PriceSet, after: PriceSet) -> PriceDiff:
    from costplan.plan.bill.estimate import estimate
    from costplan.plan.prices.price_diff import bill_changes
    from costplan.store.files.price_sets import catalog_with

    def bill(side: PriceSet) -> EstimateDocument:
        beneath = catalog_shelves(opened.folder if side.shelf is None else None)
        catalog = catalog_with(side, beneath, own_shelf(opened))
        return with_places(opened, catalog, lambda ready: estimate(*ready, side.as_of))

    first, last = bill(before), bill(after)
    return diff._replace(
        workload=first.workload, currency=first.currency, bills=bill_changes(first, last)
    )


def check_lock(opened: Opened, as_of: date, path: Path | None) -> Pinned:
    """Whether all that a workload needs is pinned as the catalogue has it. Raises NotAsLocked."""
    locking = Locking(path, strict=True)
    catalog = catalog_of(opened, locking)
    _trace(opened, catalog, as_of)
    pinned = pinned_by(catalog, as_of, locking)
    assert pinned is not None
    return pinned
