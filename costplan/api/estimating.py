"""Estimates and comparisons of workload files, and their catalogue: what several uses share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from costplan.api.risking import USUALLY, Drawing, add_risk, add_risk_of_way
from costplan.catalog.lookup import Catalog, Entry, Shelf
from costplan.document.estimate import EstimateDocument
from costplan.document.prices_used import Origin, Override, Pinned
from costplan.problems import (
    BadUsage,
    InvalidInput,
    NotAsLocked,
    Problem,
)
from costplan.store.files.own_prices import OWN, OwnPrices, own_prices
from costplan.store.files.shelves import catalog_shelves, strangers
from costplan.store.files.text import DocumentError
from costplan.store.files.workloads import LOCK_NAME, blame
from costplan.store.files.workloads import Opened as Opened
from costplan.store.files.workloads import open_workload as open_workload
from costplan.store.files.workloads import read_workload as read_workload
from costplan.words import OWN_HARDWARE
from costplan.workload.model import Workload

if TYPE_CHECKING:
    from costplan.catalog.provisioned import Reserve
    from costplan.document.comparison import Comparison
    from costplan.document.traits import TraitsDocument
    from costplan.plan.bill.energy import Figures
    from costplan.store.files.lock import LockedCatalog

T = TypeVar("T")


class Locking(NamedTuple):
    """How a lock file is used: the one beside the workload, another (``path``), or none (``off``).

    ``strict``: any difference between the lock and the catalogue raises NotAsLocked.
    """

    path: Path | None = None
    off: bool = False
    strict: bool = False


BESIDE = Locking()


def estimate_opened(
    opened: Opened,
    as_of: date,
    stacks: str | Sequence[str] = (),
    locking: Locking = BESIDE,
    *,
    catalog: Catalog | None = None,
    drawing: Drawing = USUALLY,
) -> EstimateDocument:
    """The estimate of a workload that was read; problems are drawn at their place in its text.

    ``catalog``: as for ``catalog_of``; ``drawing``: how its ranges are drawn, where it has any.
    """
    from costplan.plan.bill.estimate import estimate

    catalog = catalog_of(opened, locking, catalog)
    figures = figures_of(opened)
    document = with_places(
        opened, catalog, lambda ready: estimate(*ready, as_of, stacks, figures=figures)
    )
    document.lock = pinned_by(catalog, as_of, locking)
    document.scenario = opened.scenario
    document.overrides = overrides_in(catalog, document)
    for stack in document.estimates:
        stack.facts += strangers(catalog)
    with_places(opened, catalog, lambda ready: add_risk(document, *ready, as_of, drawing))
    return document


def compare_opened(
    opened: Opened,
    as_of: date,
    stacks: str | Sequence[str] = (),
    baseline: str | None = None,
    at_reliability: Decimal | None = None,
    levers: bool = False,
    locking: Locking = BESIDE,
    *,
    catalog: Catalog | None = None,
    drawing: Drawing = USUALLY,
) -> Comparison:
    """The comparison of a workload that was read; problems are drawn as in ``estimate_opened``."""
    from costplan.plan.compare.comparison import compare
    from costplan.store.files.capacity import CapacityFiles

    catalog = catalog_of(opened, locking, catalog)
    comparison = with_places(
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
            figures=figures_of(opened),
        ),
    )
    document = comparison.document
    document.scenario = opened.scenario
    document.lock = pinned_by(catalog, as_of, locking)
    document.overrides = overrides_in(catalog, document)
    assessed = with_places(
        opened, catalog, lambda ready: add_risk(document, *ready, as_of, drawing)
    )
    if assessed is not None and opened.workload is not None:
        add_risk_of_way(comparison, opened.workload, catalog, as_of, assessed)
    comparison.facts = [*document.price_facts, *comparison.facts, *strangers(catalog)]
    return comparison


def traits_opened(
    opened: Opened, as_of: date, stacks: str | Sequence[str] = (), locking: Locking = BESIDE
) -> TraitsDocument:
    """What hosts each stack of a workload that was read, beside its price."""
    from costplan.plan.compare.traits import traits

    catalog = catalog_of(opened, locking)
    return with_places(opened, catalog, lambda ready: traits(*ready, as_of, stacks))


def figures_of(opened: Opened) -> Figures | None:
    """Where energy is looked up; None where the workload does not ask for it."""
    if opened.workload is None or opened.workload.energy is None:
        return None
    from costplan.store.files.capacity import CapacityFiles

    return CapacityFiles(opened.folder)


def write_recommended(comparison: Comparison, opened: Opened, path: Path) -> None:
    """Save the way that a comparison recommends as a workload file, with the prices of its own that
    the file has. Raises BadUsage where nothing is recommended."""
    from costplan.store.files.workload_text import workload_text
    from costplan.store.files.writing import write

    if comparison.recommended is None:
        reason = comparison.answer.reason if comparison.answer else None
        raise BadUsage("nothing is recommended, so nothing is written", reason)
    head = f"recommended by costplan compare, prices of {comparison.document.as_of}"
    write(path, workload_text(comparison.recommended, opened.prices, head))


def catalog_of(opened: Opened, locking: Locking, beneath: Catalog | None = None) -> Catalog:
    """The catalogue with the workload's lock and own prices over it, as it is read today.

    ``beneath``: lies under them in place of the catalogue of the workload's folder.
    """
    catalog = _catalog_of(opened, locking, beneath)
    catalog.today = datetime.now(UTC).date()
    return catalog


def _catalog_of(opened: Opened, locking: Locking, beneath: Catalog | None) -> Catalog:
    if locking.off and (locking.strict or locking.path):
        raise BadUsage("--no-lock goes with neither --lock nor --locked")
    path = locking.path or opened.lock_path
    if locking.off or path is None or not (locking.path or os.path.lexists(path)):
        if locking.strict:
            where = f"beside {opened.name}" if path else "is known for standard input"
            hint = "'costplan pricing lock' writes one; --lock FILE names one"
            raise NotAsLocked(f"no {LOCK_NAME} {where}", hint)
        own = own_shelf(opened)
        shelves = _beneath(opened, beneath)
        return Catalog(shelves if own is None else [*shelves, own])
    from costplan.store.files.lock import EditedLock, Lock, LockedCatalog

    lock = Lock(path)
    if locking.strict:
        try:
            lock.verify()
        except EditedLock as error:
            raise NotAsLocked(str(error), error.hint) from None
    return LockedCatalog(Catalog(_beneath(opened, beneath)), lock, own_shelf(opened))


def _beneath(opened: Opened, given: Catalog | None) -> Sequence[Shelf]:
    return catalog_shelves(opened.folder) if given is None else given.shelves


def origin(opened: Opened, document: EstimateDocument) -> Origin | None:
    """Where the parts of the workload stand, for formats whose findings point into its file."""
    from costplan.store.files.origins import origin

    return origin(opened, document)


def overrides_in(catalog: Catalog, document: EstimateDocument) -> list[Override]:
    """The document's offers whose price is not the published one; see ``plan.prices.overrides``."""
    if len(catalog.shelves) < 2:
        return []
    from costplan.plan.prices.overrides import overrides

    return overrides(catalog, document.offers, document.as_of)


def own_shelf(opened: Opened) -> OwnPrices | None:
    """The workload's own ``[prices]`` and ``[hardware]``, where it has any."""
    machines = _own_machines(opened.workload)
    if not opened.prices:
        return OwnPrices(None, machines) if machines else None
    return own_prices(opened.prices, opened.name, opened.text, machines)


def _own_machines(workload: Workload | None) -> list[Entry]:
    """A workload's own hardware, as offers that its stacks bind."""
    if workload is None:
        return []
    named = workload.hardware.items()
    return [owned.entry(name, workload.currency, OWN) for name, owned in named]


def pinned_by(catalog: Catalog, day: date, locking: Locking) -> Pinned | None:
    """What the lock gave, what has moved since, what it lacks. Raises NotAsLocked if strict."""
    lock = getattr(catalog, "lock", None)
    if lock is None:
        return None
    from costplan.plan.prices.pins import moved
    from costplan.store.files.lock import LockedCatalog
    from costplan.store.files.pin import RESERVED, SHELF, Block

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
    ids = [entry.id for entry in pinned]
    for reserve in catalog.used_terms():
        block = str(Block(RESERVED, reserve.id))
        if reserve.shelf != SHELF:
            missing.append(block)
            continue
        ids.append(block)
        said += [f"{block}: {sentence}" for sentence in _moved_terms(catalog, reserve, day)]
    name = lock.path.name
    pin = Pinned(name, lock.head.as_of, tuple(ids), tuple(said), tuple(missing))
    if locking.strict and (said or missing):
        also = [*said, *(f"{offer}: not in {name}" for offer in missing)]
        hint = "review it, then 'costplan pricing lock --update'"
        raise NotAsLocked(f"prices are not as {lock.path} pins them", hint, also)
    return pin


def _moved_terms(catalog: LockedCatalog, reserve: Reserve, day: date) -> Iterable[str]:
    """What the catalogue says otherwise of pinned terms."""
    from costplan.plan.prices.terms import moved_terms

    try:
        now = catalog.beneath.reserve("", reserve.id)
    except BadUsage:  # no longer sold so
        now = None
    return moved_terms(reserve, now, day)


def with_places(
    opened: Opened, catalog: Catalog, work: Callable[[tuple[Workload, Catalog]], T]
) -> T:
    """Do something with a sound workload and a catalogue; draw every problem in its file."""
    if opened.workload is None or opened.problems:
        problems = [*opened.problems, *_unknown_ids(opened, catalog)]
        blame(opened.changed, problems)
        raise DocumentError(opened.name, opened.text, problems)
    try:
        return work((opened.workload, catalog))
    except InvalidInput as error:
        blame(opened.changed, error.problems)
        raise DocumentError(opened.name, opened.text, error.problems) from None


def _unknown_ids(opened: Opened, catalog: Catalog) -> Iterable[Problem]:
    """Ids that the catalogue does not hold, so that a broken file shows these faults too."""
    for path, name in opened.bindings:
        if name.startswith(OWN_HARDWARE):
            continue  # the file's own, which is told of where it can be read
        if catalog.find(name) is None and not catalog.plans(name):
            yield Problem(path, f"unknown offer '{name}'", catalog.hint(name))
