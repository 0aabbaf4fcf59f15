"""Every shipped offer at its edges: a gate at its limit and one above, a tier at its edge and one
above, a quota used up and one more, and a month in which nothing happens."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from costplan.billing.charges import billable, slices
from costplan.billing.offers import OfferBill, Take, bill_offer
from costplan.billing.variables import MissingVariables, Values
from costplan.catalog.lookup import Catalog, Entry
from costplan.catalog.offer import Charge, Gate, Offer
from costplan.catalog.vocabulary import VOCABULARY
from costplan.problems import PriceNotKnown
from costplan.store.files.folders import built_in_folder
from costplan.store.files.shelves import SlicedFolder
from costplan.words import CATEGORIES

TODAY = date(2026, 11, 22)
CATALOG = Catalog([SlicedFolder("built-in", built_in_folder())])
OTHERS = [category for category in CATEGORIES if category != "tokens"]  # which hold models alone
ENTRIES = [entry for category in OTHERS for entry in CATALOG.of(category)]


def offers() -> Iterator[tuple[Entry, Offer]]:
    seen = set()
    for entry in ENTRIES:
        if entry.id not in seen and isinstance(entry.item, Offer):
            seen.add(entry.id)
            yield entry, entry.item


GATES = [(entry, gate) for entry, offer in offers() for gate in offer.gates]
TIERED = [
    (entry.id, charge)
    for entry, offer in offers()
    for charge in offer.charge
    if charge.tiers and charge.mode == "graduated"
]
PACKAGES = [
    (entry.id, charge)
    for entry, offer in offers()
    for charge in offer.charge
    if charge.tiers and charge.mode == "package"
]
QUOTAS = [
    (entry.id, charge)
    for entry, offer in offers()
    for charge in offer.charge
    if isinstance(charge.included, Decimal) and charge.price
]


def billed(entry: Entry, given: dict[str, Decimal], filler: Decimal) -> OfferBill:
    """The bill on the last day the offer is sold; what it asks beside ``given`` is ``filler``."""
    offer = entry.item
    assert isinstance(offer, Offer)
    ended = offer.ended_on(TODAY)
    day = ended - timedelta(days=1) if ended else TODAY
    given = dict(given)
    while True:
        take = Take(role="", component="", purpose="produce", variables=given)
        try:
            return bill_offer(entry, day, [take])
        except MissingVariables as error:
            given |= {one.name: filler for one in error.needed}


def refused(entry: Entry, gate: Gate, reached: Decimal) -> bool:
    given = {gate.variable: reached}
    asked = Values(entry.item, given)  # what the gates ask beside the charges
    for one in entry.item.gates:
        asked.evaluate(one.variable)
    given |= dict.fromkeys(asked.missing, Decimal(0))
    bill = billed(entry, given, Decimal(0))
    slowed = any(one.code == "throttled" for one in bill.facts)
    return gate in [one for one, _ in bill.refused] or (gate.action == "throttle" and slowed)


@pytest.mark.parametrize(
    ("entry", "gate"), GATES, ids=[f"{entry.id} {gate.variable}" for entry, gate in GATES]
)
def test_a_gate_lets_its_limit_through_and_not_one_more(entry: Entry, gate: Gate) -> None:
    assert not refused(entry, gate, gate.max)
    assert refused(entry, gate, gate.max + 1)


def amount(charge: Charge, quantity: Decimal) -> Decimal | None:
    """What a quantity costs; None when a part of it has no published price."""
    parts = [one.amount for one in slices(charge, quantity)]
    return None if None in parts else sum(parts, Decimal(0))


@pytest.mark.parametrize(
    "charge", [charge for _, charge in TIERED], ids=[f"{name} {one.id}" for name, one in TIERED]
)
def test_a_tier_ends_at_its_edge(charge: Charge) -> None:
    """Up to the edge at the tier's own price, one above at the next one's; no step between."""
    spent, below = Decimal(0), Decimal(0)
    for tier, after in zip(charge.tiers, (*charge.tiers[1:], None), strict=True):
        if tier.up_to is None or tier.price is None:
            break
        spent += (tier.up_to - below) * tier.price * (charge.fx or 1) / charge.per
        below = tier.up_to
        assert amount(charge, below) == spent
        one_more = amount(charge, below + 1)
        if after is None or after.price is None:
            assert one_more is None
        else:
            assert one_more - spent == after.price * (charge.fx or 1) / charge.per
    assert amount(charge, Decimal(0)) == 0


@pytest.mark.parametrize(
    "charge", [charge for _, charge in PACKAGES], ids=[f"{name} {one.id}" for name, one in PACKAGES]
)
def test_a_package_covers_its_edge(charge: Charge) -> None:
    for tier, after in zip(charge.tiers, (*charge.tiers[1:], None), strict=True):
        if tier.up_to is not None and after is not None:
            assert amount(charge, tier.up_to) == tier.price
            assert amount(charge, tier.up_to + Decimal("0.000001")) == after.price
    assert amount(charge, Decimal(0)) == 0


@pytest.mark.parametrize(
    "charge", [charge for _, charge in QUOTAS], ids=[f"{name} {one.id}" for name, one in QUOTAS]
)
def test_a_quota_is_free_to_its_last_unit(charge: Charge) -> None:
    quota = charge.included
    one_block = charge.round_up_to or Decimal(1)
    least = charge.minimum_quantity or Decimal(0)
    assert billable(charge, Decimal(0), quota) == billable(charge, quota, quota) == least
    more = billable(charge, quota + 1, quota)
    assert more == max(one_block, least)
    paid = amount(charge, more)
    assert abs(paid - more * charge.price * (charge.fx or 1) / charge.per) <= Decimal("1e-12")


@pytest.mark.parametrize("entry", [entry for entry, _ in offers()], ids=lambda one: one.id)
def test_a_month_of_nothing_is_billed(entry: Entry) -> None:
    """With every quantity of the month at 0, fees, machines and floors are what is left."""
    still = {name: Decimal(0) for name, one in VOCABULARY.items() if one.behaviour == "volume"}
    bill = billed(entry, still, Decimal(1))
    total = sum((line.amount or Decimal(0) for line in bill.lines), Decimal(0))
    assert total >= 0
    assert all(line.quantity >= 0 for line in bill.lines)
    # what still costs does not follow traffic, is a least quantity, or has the offer's own default
    least = {charge.id for charge in entry.item.charge if charge.minimum_quantity}
    for line in bill.lines:
        if line.amount and not line.fixed and line.flat is None and line.price.charge not in least:
            assert any(name in (line.basis or "") for name in entry.item.variables), line


def test_an_ended_offer_says_since_when() -> None:
    entry = CATALOG.get("langsmith/langgraph-platform-2025")
    offer = entry.item
    assert isinstance(offer, Offer)
    assert offer.ended_on(date(2026, 9, 30)) is None
    assert offer.ended_on(date(2026, 10, 1)) == offer.ended_on(TODAY) == date(2026, 10, 1)
    assert offer.ended_on(date(2025, 1, 1)) is None
    for day, words in ((TODAY, "ended on 2026-10-01"), (date(2025, 1, 1), "from 2025-05-01 on")):
        with pytest.raises(PriceNotKnown) as caught:
            bill_offer(entry, day, [])
        assert words in (caught.value.hint or "")
