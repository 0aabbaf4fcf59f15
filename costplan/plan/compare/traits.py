"""Stacks beside their price: what hosts them is like, and what leaving it would take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from costplan.catalog.lookup import Catalog, Entry
from costplan.catalog.offer import Offer
from costplan.catalog.traits import OPEN, TRAITS, Trait
from costplan.document.estimate import Estimate
from costplan.document.traits import StackTraits, Told, TraitsDocument
from costplan.plan.bill.estimate import estimate
from costplan.plan.compare.moving import lock_in, one_off
from costplan.workload.model import Workload

HOSTING = ("runtime", "orchestration")
"""Categories whose offers have traits."""


def traits(
    workload: Workload, catalog: Catalog, as_of: date, stacks: str | Sequence[str] = ()
) -> TraitsDocument:
    """The traits of all stacks, or of the named ones. Raises as ``estimate``."""
    document = estimate(workload, catalog, as_of, stacks)
    return TraitsDocument(
        workload=document.workload,
        as_of=document.as_of,
        currency=document.currency,
        stacks=tuple(
            _of_stack(workload, catalog, estimate, document.estimates)
            for estimate in document.estimates
        ),
    )


def _of_stack(
    workload: Workload, catalog: Catalog, estimate: Estimate, others: Sequence[Estimate]
) -> StackTraits:
    hosts = _hosts(catalog, estimate)
    known = {entry.id: traits_of(catalog, entry) for entry in hosts.values()}
    told = tuple(
        _told(entry, name, known[entry.id][name])
        for name in TRAITS
        for entry in _each_once(hosts)
        if name in known[entry.id]
    )
    spoken = {
        protocol
        for own_traits in known.values()
        for protocol in own_traits.get("protocols", NOTHING).speaks
    }
    said = any("protocols" in own_traits for own_traits in known.values())
    largest = lock_in(catalog, estimate)
    moves = _moves(workload, estimate, others)
    least = min(moves, key=lambda move: move[0], default=(None, None))
    return StackTraits(
        stack=estimate.stack,
        offers={role: entry.id for role, entry in hosts.items()},
        traits=told,
        steps=len(workload.step),
        open_steps=tuple(step.name for step in workload.step if step.protocol in OPEN),
        own_steps=tuple(step.name for step in workload.step if step.protocol == "own"),
        not_spoken=tuple(
            step.name
            for step in workload.step
            if said and step.protocol in OPEN and step.protocol not in spoken
        ),
        vendor=largest.vendor,
        vendor_share=largest.share,
        one_off=least[0],
        one_off_to=least[1],
    )


NOTHING = Trait(says="", source="")


def _hosts(catalog: Catalog, estimate: Estimate) -> Mapping[str, Entry]:
    """What hosts and orchestrates a stack, by role."""
    hosts: dict[str, Entry] = {}
    for line in estimate.lines:
        entry = catalog.find(line.price.offer)
        if entry is not None and entry.category in HOSTING:
            hosts.setdefault(line.role, entry)
    return hosts


def _each_once(hosts: Mapping[str, Entry]) -> Iterable[Entry]:
    return {entry.id: entry for entry in hosts.values()}.values()


def traits_of(catalog: Catalog, entry: Entry) -> Mapping[str, Trait]:
    """An offer's traits; those of another plan of its product, where it has none of its own."""
    assert isinstance(entry.item, Offer)
    if entry.item.traits:
        return entry.item.traits
    for other in catalog.plans(entry.id.partition("/")[0]):
        item = other.item
        if isinstance(item, Offer) and item.product == entry.item.product and item.traits:
            return item.traits
    return {}


def _told(entry: Entry, name: str, trait: Trait) -> Told:
    source = entry.sources.get(trait.source)
    at, confidence = ("", "") if source is None else (source.at, source.confidence)
    return Told(entry.id, name, trait.says, at, trait.dated, confidence)


def _moves(
    workload: Workload, estimate: Estimate, others: Sequence[Estimate]
) -> list[tuple[Decimal, str]]:
    """What moving to each other stack costs once; nothing where no ``[migration]`` is stated."""
    if workload.migration is None:
        return []
    return [
        (one_off(workload, workload.migration, estimate, other), other.stack)
        for other in others
        if other.stack != estimate.stack
    ]
