"""When two cards show the same prices, and what one adds to the other: figures by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from costplan.catalog.agreement import agree, completed, differences, leaps, side_differences
from costplan.catalog.model import Card
from costplan.record import read

DAY = date(2026, 11, 1)
ORIGIN = {"since": DAY, "checked": DAY, "source": "page"}
NIGHT = {"name": "night", "utc_offset": "+00:00", "hours": ["00:00-08:00"]}


def card(per: int = 1_000_000, **keys: Any) -> Card:
    rates = keys.pop("rates", {"input": 2, "output": 10})
    return read(Card, {"origin": ORIGIN, "unit": "token", "per": per, "rates": rates, **keys})


def published(one: Card) -> dict[str, Decimal]:
    return dict(one.rates.published())


def test_prices_are_the_same_in_any_unit() -> None:
    other = card(1_000, rates={"input": Decimal("0.002"), "output": Decimal("0.01")})
    assert agree(card(), other)
    assert agree(other, card())


def test_a_difference_is_said_at_the_first_card_s_unit() -> None:
    other = card(1_000, rates={"input": Decimal("0.002"), "output": Decimal("0.012")})
    assert differences(card(), other) == {"output": 12}
    assert differences(other, card()) == {"output": Decimal("0.01")}


def test_without_a_kind_in_common_nothing_is_known() -> None:
    assert differences(card(rates={"input": 2}), card(rates={"output": 10})) is None
    assert not agree(card(rates={"input": 2}), card(rates={"output": 10}))


@pytest.mark.parametrize(
    ("window", "flat"),
    [
        ({"times": Decimal("0.5")}, {"input": 1, "output": 5}),
        ({"rates": {"input": 3, "output": 4}}, {"input": 3, "output": 4}),
    ],
)
def test_a_flat_card_may_repeat_a_window(window: dict[str, Any], flat: dict[str, int]) -> None:
    scheduled = card(schedule=[NIGHT | window])
    assert agree(scheduled, card(rates=flat))
    assert agree(card(rates=flat), scheduled)
    assert differences(scheduled, card(rates=flat | {"output": 7})) != {}


@pytest.mark.parametrize(
    ("price", "leaped"), [(40, False), (41, True), ("0.1", False), ("0.09", True), (0, False)]
)
def test_twenty_times_is_no_leap(price: int | str, leaped: bool) -> None:
    other = card(rates={"input": Decimal(price), "cache_read": 900})
    assert leaps(card(rates={"input": 2}), other) is leaped
    assert leaps(other, card(rates={"input": 2})) is leaped


def test_a_tier_and_a_mode_that_differ_are_said_beside_what_agrees() -> None:
    own = card(
        tiers=[{"above": 200_000, "rates": {"input": 4, "output": 15}}],
        mode={"batch": {"times": Decimal("0.5")}, "flex": {"times": Decimal("0.5")}},
    )
    theirs = card(
        tiers=[{"at_or_above": 200_000, "rates": {"input": 4, "output": 20}}],
        mode={"batch": {"rates": {"input": 1, "output": 6}}, "fast": {"times": 2}},
    )
    said = list(side_differences(own, theirs, "litellm", DAY))
    assert [(one.reason, dict(one.rates.published())) for one in said] == [
        ("its rates above 199,999 input tokens", {"output": 20}),
        ("its batch rates", {"output": 6}),
    ]
    assert {(one.source, one.checked) for one in said} == {("litellm", DAY)}
    assert list(side_differences(own, own, "litellm", DAY)) == []


def test_a_kind_comes_over_in_the_card_s_unit_and_reaches_no_multiplier() -> None:
    own = card(mode={"batch": {"times": Decimal("0.5")}})
    thousand = {
        "input": Decimal("0.002"),
        "output": Decimal("0.01"),
        "cache_read": Decimal("0.0002"),
    }
    whole = completed(own, card(1_000, rates=thousand), "litellm")
    assert published(whole) == {"input": 2, "cache_read": Decimal("0.2"), "output": 10}
    assert whole.mode["batch"].times is None
    assert dict(whole.mode["batch"].rates.published()) == {"input": 1, "output": 5}


@pytest.mark.parametrize(("edge", "comes"), [(200_000, True), (100_000, False)])
def test_a_kind_that_a_tier_would_lack_is_left_out(edge: int, comes: bool) -> None:
    price = Decimal("0.4")
    tier = {"input": 4, "output": 15}
    other = card(
        rates={"input": 2, "output": 10, "cache_read": Decimal("0.2")},
        tiers=[{"above": edge, "rates": tier | {"cache_read": price}}],
    )
    whole = completed(card(tiers=[{"above": 200_000, "rates": tier}]), other, "litellm")
    assert ("cache_read" in published(whole)) is comes
    assert dict(whole.tiers[0].rates.published()).get("cache_read") == (price if comes else None)


def test_tiers_come_over_where_they_repeat_every_kind() -> None:
    tiers = [{"above": 200, "rates": {"input": Decimal("0.004"), "output": Decimal("0.015")}}]
    thousand = {"input": Decimal("0.002"), "output": Decimal("0.01")}
    whole = completed(card(), card(1_000, rates=thousand, tiers=tiers), "litellm")
    assert [(one.first, dict(one.rates.published())) for one in whole.tiers] == [
        (201, {"input": 4, "output": 15})
    ]
    lacking = card(rates={"input": 2}, tiers=[{"above": 200, "rates": {"input": 4}}])
    assert completed(card(), lacking, "litellm").tiers == ()


def test_a_schedule_takes_the_place_of_a_flat_price_but_not_of_one_with_tiers() -> None:
    scheduled = card(schedule=[NIGHT | {"times": Decimal("0.5")}])
    night = {"input": 1, "output": 5}
    whole = completed(card(rates=night), scheduled, "litellm")
    assert published(whole) == {"input": 2, "output": 10}
    assert whole.schedule == scheduled.schedule
    tiered = card(rates=night, tiers=[{"above": 200, "rates": night}])
    assert completed(tiered, scheduled, "litellm").schedule == ()


def test_modes_regions_and_fees_come_with_an_origin_of_their_own() -> None:
    other = card(
        mode={"batch": {"times": Decimal("0.5")}},
        region={"eu": {"times": Decimal("1.1")}},
        fee={"searches": {"price": 10, "per": 1_000, "unit": "search"}},
    )
    whole = completed(card(), other, "litellm")
    assert whole.mode["batch"].times == Decimal("0.5")
    for added in (whole.mode["batch"], whole.region["eu"], whole.fee["searches"]):
        assert added.origin is not None
        assert (added.origin.source, added.origin.since) == ("litellm", DAY)


@pytest.mark.parametrize(("price", "granted"), [(10, True), (11, False)])
def test_a_free_quota_comes_with_a_fee_that_costs_the_same(price: int, granted: bool) -> None:
    fee = {"price": price, "per": 1_000, "unit": "search"}
    free = {"quantity": 5_000, "period": "month"}
    own, other = (
        card(fee={"searches": fee}),
        card(
            fee={"searches": {"price": Decimal("0.01"), "per": 1, "unit": "search", "free": free}}
        ),
    )
    found = completed(own, other, "litellm").fee["searches"]
    assert (found.free is not None) is granted
    assert (found.price, found.per) == (price, 1_000)
