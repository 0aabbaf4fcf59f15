"""What ``costplan pricing lock`` writes: pins taken on, kept and let go, and their text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from costplan.catalog.lookup import Entry
from costplan.catalog.model import Model
from costplan.catalog.offer import Offer
from costplan.record import record, replace
from costplan.store.files.lock import VERSIONS, Locked, said_of, sources_of
from costplan.store.files.pin import LOCKED, SHELF, Pin, block_text, check_names, fingerprint
from costplan.store.files.pinned_terms import LockedTerms, terms_text

Pinned = TypeVar("Pinned", bound=Pin)
HEAD = """\
# The prices that the workloads beside this file are estimated with. 'costplan pricing lock' writes
# it; an edit by hand is refused. Prices change here by 'costplan pricing lock --update'.
"""


def locked(entry: Entry, as_of: date, workloads: Sequence[str], shelf: str) -> Locked:
    """An entry, pinned. Raises BadUsage as ``check_names``."""
    check_names([entry.id, *entry.item.aliases])
    model = (entry.item,) if isinstance(entry.item, Model) else ()
    offer = (entry.item,) if isinstance(entry.item, Offer) else ()
    return Locked(
        id=entry.id,
        names=entry.item.aliases,
        hash=fingerprint(said_of(entry)),
        as_of=as_of,
        shelf=shelf,
        workloads=tuple(sorted(workloads)),
        vendor=entry.vendor,
        currency=entry.currency,
        category=entry.category,
        source=sources_of(entry),
        model=model,
        offer=offer,
    )


def merged(old: Iterable[Pinned], used: Iterable[Pinned], workload: str) -> list[Pinned]:
    """What a lock holds of a kind after one of its workloads was locked again.

    ``used``: all that the workload needs, pinned anew. What says the same stays as it was; what no
    workload needs any more goes.
    """
    before = {pinned.id: pinned for pinned in old}
    after: dict[str, Pinned] = {}
    for pinned in used:
        was = before.get(pinned.id)
        files = tuple(sorted({workload, *(was.workloads if was else ())}))
        stays = was is not None and (pinned.shelf == SHELF or pinned.hash == was.hash)
        after[pinned.id] = replace(was if was is not None and stays else pinned, workloads=files)
    for was in before.values():
        others = tuple(name for name in was.workloads if name != workload)
        if was.id not in after and others:
            after[was.id] = replace(was, workloads=others)
    return list(after.values())


def merged_products(
    old: Mapping[str, Sequence[str]], asked: Iterable[str], workload: str
) -> dict[str, list[str]]:
    """Products by name, each with the workloads that bind it without a plan."""
    products = {name: [file for file in files if file != workload] for name, files in old.items()}
    for name in asked:
        products.setdefault(name, []).append(workload)
    return {name: files for name, files in products.items() if files}


def lock_text(
    entries: Iterable[Locked],
    terms: Iterable[LockedTerms],
    products: Mapping[str, Sequence[str]],
    as_of: date,
    tool: str,
) -> str:
    """The text of a lock file: entries, then terms of reserved throughput, each in the order of
    ids, the same text for the same prices."""
    from costplan.store.files.catalog_text import lines_of

    blocks = [_entry_text(pinned) for pinned in _ordered(entries)]
    reserved = [terms_text(pinned) for pinned in _ordered(terms)]
    head = [
        f"lock_version = {VERSIONS[bool(reserved)]}",
        f'tool = "{tool}"',
        f"as_of = {as_of}",
        f"entries = {len(blocks) + len(reserved)}",
    ]
    named = {name: tuple(sorted(products[name])) for name in sorted(products)}
    head += lines_of(_Products(products=named))
    return HEAD + "\n".join(head) + "\n" + "".join("\n" + block for block in blocks + reserved)


def _ordered(pins: Iterable[Pinned]) -> list[Pinned]:
    return sorted(pins, key=lambda pinned: pinned.id)


@record
class _Products:
    """The part of a lock's head that says which products are pinned plan by plan."""

    products: Mapping[str, tuple[str, ...]]


def _entry_text(pinned: Locked) -> str:
    from costplan.store.files.catalog_text import header_text, model_text, offer_text

    head = header_text(pinned.vendor, pinned.currency, pinned.source, pinned.category)
    body = model_text(pinned.model[0]) if pinned.model else offer_text(pinned.offer[0])
    return block_text(LOCKED, pinned, head, body)
