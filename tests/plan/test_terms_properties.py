"""What holds of money under any terms: few examples, small numbers, several currencies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from costplan.billing.discounts import band_share
from costplan.catalog.lookup import Catalog
from costplan.document.estimate import Estimate
from costplan.plan.bill.estimate import estimate
from costplan.quantity import ONE, ZERO, scaled, total
from costplan.record import read
from costplan.store.files.shelves import open_catalog
from costplan.store.files.text import parse_toml
from costplan.workload.contract import Band, Commitment, Credit, Discount, Rate
from costplan.workload.model import Workload

DAY = date(2026, 11, 22)
TINY = Decimal("1e-9")
FEW = examples(60)

VENDOR = """
vendor = "V"
category = "search-rerank"
currency = "CURRENCY"
source.list = { at = "v.test/prices", confidence = "vendor" }
"""
OFFER = """
[[offer]]
id = "NAME/calls"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
[[offer.charge]]
id = "calls"
quantity = "calls"
unit = "call"
price = 0.013
[[offer.charge]]
id = "seats"
quantity = "3"
unit = "seat"
price = 7
[[offer.adjust]]
id = "welcome"
kind = "credit"
amount = 2
[[offer.adjust]]
id = "floor"
kind = "minimum"
amount = 25
"""
BASE = """
name = "property"
horizon_months = 3
traffic.requests_per_month = 1_000
step = [{ name = "s1", tool = "one" }, { name = "s2", tool = "two" }]
stack.a = { one = "left/calls", two = "right/calls" }
"""


@cache
def catalog(currency: str) -> Catalog:
    """Two offers of one vendor, in one currency."""
    text = VENDOR.replace("CURRENCY", currency)
    text += OFFER.replace("NAME", "left") + OFFER.replace("NAME", "right")
    return open_catalog(Path(), parse_toml("own", text), "own", "")


@cache
def base() -> Workload:
    return read(Workload, parse_toml("w", BASE))


def billed(currency: str = "USD", calls: int = 1_000, **terms: Any) -> Estimate:
    traffic = replace(base().traffic, requests_per_month=Decimal(calls))
    workload = replace(base(), traffic=traffic, **terms)
    return estimate(workload, catalog(currency), DAY).estimates[0]


money = st.decimals("0.01", 500, places=2)
percent = st.decimals(0, 100, places=1)
below_all = st.decimals(0, 99, places=1)
patterns = st.sampled_from(["left/*", "right/*", "*"])
calls = st.integers(0, 20_000)
rates = st.decimals("0.001", 2000, places=4)


@st.composite
def bands(draw: st.DrawFn) -> tuple[Band, ...]:
    edges = sorted(draw(st.sets(money, max_size=3)))
    made = [Band(up_to=edge, percent=draw(percent)) for edge in edges]
    return (*made, Band(percent=draw(percent)))


@st.composite
def discounts(draw: st.DrawFn) -> tuple[Discount, ...]:
    made = []
    for _ in range(draw(st.integers(0, 3))):
        charges = draw(st.sampled_from([(), ("calls",), ("s*",)]))
        if draw(st.booleans()):
            found = Discount(offers=draw(patterns), percent=draw(percent), charges=charges)
        else:
            mode = draw(st.sampled_from(["graduated", "volume"]))
            found = Discount(offers=draw(patterns), bands=draw(bands()), mode=mode, charges=charges)
        made.append(found)
    return tuple(made)


@st.composite
def commitments(draw: st.DrawFn) -> tuple[Commitment, ...]:
    return tuple(
        Commitment(
            name=pattern,
            offers=pattern,
            monthly=draw(money),
            percent=draw(below_all),
            overage_percent=draw(percent),
        )
        for pattern in draw(st.sets(patterns))
    )


@st.composite
def credits(draw: st.DrawFn) -> tuple[Credit, ...]:
    return tuple(
        Credit(
            name=f"c{at}",
            offers=draw(patterns),
            amount=draw(money),
            one_time=draw(st.booleans()),
            charges=draw(st.sampled_from([(), ("calls",), ("seats", "floor")])),
        )
        for at in range(draw(st.integers(0, 4)))
    )


def sound(made: Estimate) -> None:
    """What every estimate keeps, whatever its terms."""
    assert total(line.amount or ZERO for line in made.lines) == made.total_monthly
    assert made.fixed_monthly + made.variable_monthly == made.total_monthly
    assert sum(made.by_purpose.values()) == made.total_monthly
    assert made.total_monthly >= 0
    for month in made.months:
        assert month.total >= 0
        assert month.credits >= 0


@FEW
@given(calls, discounts())
def test_effective_is_at_most_contracted_is_at_most_list(
    count: int, terms: tuple[Discount, ...]
) -> None:
    """Discounts alone; a floor may lift what they took off, never above the list price."""
    made = billed(calls=count, discount=terms)
    sound(made)
    assert made.total_monthly == made.contracted_monthly <= made.list_monthly
    for line in made.lines:
        if line.price.charge in ("calls", "seats"):
            assert 0 <= (line.amount or ZERO) <= (line.list_amount or ZERO)


@FEW
@given(calls, discounts(), commitments(), credits())
def test_nothing_is_ever_negative(
    count: int,
    less: tuple[Discount, ...],
    deals: tuple[Commitment, ...],
    gifts: tuple[Credit, ...],
) -> None:
    made = billed(calls=count, discount=less, commitment=deals, credit=gifts)
    sound(made)
    given_names = {one.name for one in gifts}
    for line in made.lines:
        own = line.price.charge in given_names or line.price.charge == "welcome"
        assert ((line.amount or ZERO) <= 0) if own else ((line.amount or ZERO) >= 0)
    plain = billed(calls=count, discount=less, commitment=deals)
    granted = total(one.amount for one in gifts if not one.one_time)
    assert plain.total_monthly - granted <= made.total_monthly <= plain.total_monthly
    once = total(one.amount for one in gifts if one.one_time)
    assert total(month.credits for month in made.months) <= once


@FEW
@given(calls, commitments(), discounts())
def test_covered_and_unused_are_the_commitment(
    count: int, deals: tuple[Commitment, ...], less: tuple[Discount, ...]
) -> None:
    made = billed(calls=count, discount=less, commitment=deals)
    sound(made)
    assert {one.name for one in made.commitments} == {one.name for one in deals}
    for drawn in made.commitments:
        assert drawn.covered + drawn.unused == drawn.monthly
        assert min(drawn.covered, drawn.unused, drawn.overage, drawn.saved) >= 0
        assert not (drawn.unused and drawn.overage)
    idle = total(line.amount or ZERO for line in made.lines if "unused" in line.price.charge)
    assert idle == total(drawn.unused for drawn in made.commitments)
    saved = total(drawn.saved for drawn in made.commitments)
    assert made.total_monthly == made.contracted_monthly - saved + idle


@FEW
@given(calls, rates, st.booleans())
def test_conversion_scales_every_amount_by_the_rate(count: int, rate: Decimal, turn: bool) -> None:
    stated = Rate(rate=rate, date=DAY, source="a bank")
    own = billed(calls=count)
    key = "eur_per_usd" if turn else "usd_per_eur"
    other = billed("EUR", calls=count, exchange={key: stated})
    sound(other)
    assert len(own.lines) == len(other.lines)
    for line, converted in zip(own.lines, other.lines, strict=True):
        for before, after in (
            (line.amount, converted.amount),
            (line.list_amount, converted.list_amount),
        ):
            wanted = scaled(before or ZERO, ONE if turn else rate, rate if turn else ONE)
            assert after == wanted
    assert [one.exchanged and one.exchanged.amount for one in other.lines] == [
        one.amount for one in own.lines
    ]


@FEW
@given(
    calls, discounts(), commitments(), credits(), st.randoms(use_true_random=False), st.booleans()
)
def test_the_order_of_the_tables_does_not_matter(
    count: int,
    less: tuple[Discount, ...],
    deals: tuple[Commitment, ...],
    gifts: tuple[Credit, ...],
    random: Any,
    horizon: bool,
) -> None:
    def shuffled(tables: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(random.sample(list(tables), len(tables)))

    one = billed(calls=count, discount=less, commitment=deals, credit=gifts)
    other = billed(
        calls=count, discount=shuffled(less), commitment=shuffled(deals), credit=shuffled(gifts)
    )
    assert [line.formula for line in one.lines] == [line.formula for line in other.lines]
    assert [line.amount for line in one.lines] == [line.amount for line in other.lines]
    assert one.months == other.months


@FEW
@given(st.decimals(0, 2_000, places=2), bands())
def test_bands_take_each_slice_at_its_percent(spend: Decimal, table: tuple[Band, ...]) -> None:
    """Against a plain sum, cent by cent in slices of the edges."""
    edges = [ZERO, *(band.up_to or max(spend, Decimal(10_000)) for band in table)]
    taken = sum(
        (min(spend, top) - min(spend, low)) * band.percent / 100
        for low, top, band in zip(edges, edges[1:], table, strict=False)
    )
    assert abs(band_share(table, spend) * spend - taken) < TINY
    assert 0 <= band_share(table, spend, "volume") <= 1


@FEW
@given(calls, rates, commitments(), credits())
def test_terms_in_the_vendor_s_currency_scale_with_the_rate(
    count: int, rate: Decimal, deals: tuple[Commitment, ...], gifts: tuple[Credit, ...]
) -> None:
    """All in euros, then converted: the same as converting, with terms stated in euros."""
    own = billed(calls=count, commitment=deals, credit=gifts)
    stated = {"usd_per_eur": Rate(rate=rate, date=DAY, source="a bank")}
    other = billed(
        "EUR",
        calls=count,
        exchange=stated,
        commitment=tuple(replace(one, currency="EUR") for one in deals),
        credit=tuple(replace(one, currency="EUR") for one in gifts),
    )
    sound(other)
    assert abs(other.total_monthly - own.total_monthly * rate) < TINY * max(ONE, rate)
    horizon = total(month.total for month in own.months) * rate
    assert abs(total(month.total for month in other.months) - horizon) < TINY * max(ONE, rate)
