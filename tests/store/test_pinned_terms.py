"""Terms of reserved throughput, written into a lock and read from it again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from costplan.catalog.lookup import Catalog
from costplan.catalog.provisioned import Reserve
from costplan.record import replace
from costplan.store.files.folders import built_in_folder
from costplan.store.files.lock import Lock
from costplan.store.files.locking import lock_text
from costplan.store.files.pinned_terms import locked_terms
from costplan.store.files.shelves import SlicedFolder

DAY = date(2026, 11, 22)
SHELF = SlicedFolder("built-in", built_in_folder())
TERMS = [known for name in SHELF.reserving() if (known := SHELF.reserve("", name)) is not None]


@pytest.fixture(scope="module")
def lock() -> Lock:
    """All terms of the catalogue that ships, pinned."""
    pins = [locked_terms(reserve, DAY, ["w.toml"], reserve.shelf) for reserve in TERMS]
    return Lock(Path("costplan.lock"), lock_text([], pins, {}, DAY, "costplan"))


def test_all_terms_are_read_as_they_were_written(lock: Lock) -> None:
    assert len(TERMS) > 40
    lock.verify()
    assert lock.head.entries == len(TERMS)
    for reserve in TERMS:
        pinned = lock.reserve("", reserve.id)
        assert pinned is not None
        assert pinned == reserve.alone()._replace(shelf="lock")
        assert pinned.terms == reserve.terms
        assert pinned.sold == reserve.sold
        origins = reserve.origins()
        assert [*map(pinned.provenance, origins)] == [*map(reserve.provenance, origins)]


def test_what_a_pin_leaves_out_of_its_file_sells_no_unit(lock: Lock) -> None:
    catalog = Catalog([lock])
    for reserve in TERMS:
        for sold in reserve.terms.deployment:
            for offer in sold.offers:
                assert catalog.reserve(offer) == catalog.reserve("", reserve.id)
            if not reserve.terms.quote and reserve.sold:
                assert priced(catalog.reserve("", reserve.id), sold.kind) == priced(
                    reserve, sold.kind
                )


def priced(reserve: Reserve | None, kind: str | None) -> list[tuple[object, ...]]:
    """Every commitment that is sold for a kind of deployment, by name and price of an hour."""
    assert reserve is not None
    prices = reserve.terms.commitment or reserve.file.commitment
    return [
        (known.name, known.hourly, reserve.provenance(known.origin))
        for known in prices
        if known.kind in (None, kind)
    ]


def test_only_what_the_prices_follow_from_is_in_a_pin(lock: Lock) -> None:
    own = next(reserve for reserve in TERMS if reserve.terms.commitment)
    quoted = next(reserve for reserve in TERMS if reserve.terms.quote)
    two_kinds = next(
        reserve
        for reserve in TERMS
        if [sold.kind for sold in reserve.terms.deployment] == ["global", "data-zone"]
    )
    pinned = two_kinds.alone().file
    assert {known.kind for known in pinned.commitment} == {"global", "data-zone"}
    assert "regional" in {known.kind for known in two_kinds.file.commitment}
    assert {*pinned.source} == {known.source for known in two_kinds.origins()}
    assert pinned.terms == (two_kinds.terms,)
    for alone in (own, quoted):  # which have prices of their own, or none
        assert alone.alone().file.commitment == ()


def test_how_a_number_is_spelled_is_no_edit(lock: Lock) -> None:
    text = lock.text
    spelled = text.replace("price = 1\n", "price = 1.00\n").replace("3_400", "3400")
    assert spelled != text
    Lock(Path("costplan.lock"), spelled).verify()


def test_another_file_commitment_changes_the_hash_of_terms_that_it_prices() -> None:
    reserve = next(known for known in TERMS if known.id == "azure/gpt-5.2")
    first, *rest = reserve.file.commitment
    moved = replace(reserve.file, commitment=(replace(first, price=first.price * 2), *rest))
    was, now = (
        locked_terms(known, DAY, [], "built-in").hash
        for known in (reserve, reserve._replace(file=moved))
    )
    assert was != now
