"""Each rule of merging what sources quote, on small cases made by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest

from costplan.catalog.fees import Fee, Quota
from costplan.catalog.merging import Quote, merge
from costplan.catalog.model import CacheTerms, Card, Mode, Model, Rates, Region, Rejected, Tier
from costplan.catalog.origin import Origin, Source
from costplan.catalog.schedule import Window

JAN, MAR, JUN, SEP, OCT, NOV, DEC = (date(2026, m, 1) for m in (1, 3, 6, 9, 10, 11, 12))
MILLION = D(1_000_000)
HEAD = {
    "page": Source(at="https://a.example/pricing", confidence="vendor"),
    "old": Source(at="old set", confidence="dataset"),
}


def card(since: date, rates: Rates, source: str = "one", checked: date = NOV, **more) -> Card:
    origin = Origin(since=since, checked=checked, source=source)
    return Card(origin=origin, per=more.pop("per", MILLION), rates=rates, **more)


def rates(input: str, output: str | None = None, **more: str) -> Rates:
    given = {"input": input, **({"output": output} if output else {}), **more}
    return Rates(**{kind: D(rate) for kind, rate in given.items()})


def model(*cards: Card, **more) -> Model:
    return Model(id="a/b", price=cards, **more)


def quote(
    source: str, checked: date, *cards, confidence="dataset", reseller=False, **more
) -> Quote:
    """``cards``: rates for one undated card, or (since, rates) pairs, or whole cards."""
    made = []
    for one in cards:
        if isinstance(one, Card):
            made.append(one)
            continue
        since, own = one if isinstance(one, tuple) else (checked, one)
        made.append(card(since, own, source, checked))
    return Quote(source, confidence, checked, model(*made, **more), reseller)


def told(merged: Model) -> list[tuple]:
    """Each card as (since, source, also, input rate)."""
    return [
        (one.origin.since, one.origin.source, one.origin.also, one.rates.input)
        for one in merged.price
    ]


def test_nothing_to_merge() -> None:
    base = model(card(JAN, rates("1")))
    assert merge(base, []) is base
    with pytest.raises(ValueError, match="neither"):
        merge(None, [])


def test_agreeing_sources_are_named() -> None:
    merged = merge(
        None, [quote("one", OCT, rates("1", "2")), quote("two", NOV, rates("1.00", "2.0"))]
    )
    assert told(merged) == [(OCT, "two", ("one",), D("1.00"))]
    assert merged.price[0].rejected == ()


def test_a_vendors_page_goes_before_a_newer_data_set() -> None:
    merged = merge(
        None,
        [
            quote("set", NOV, rates("1", "2")),
            quote("page", OCT, rates("3", "2"), confidence="vendor"),
        ],
    )
    (one,) = merged.price
    assert (one.origin.source, one.rates.input) == ("page", 3)
    (other,) = one.rejected
    assert (other.source, other.checked, other.rates) == ("set", NOV, rates("1"))


def test_the_newer_of_two_undated_sets_wins_and_makes_no_history() -> None:
    merged = merge(None, [quote("old", OCT, rates("1", "2")), quote("new", NOV, rates("1", "3"))])
    assert told(merged) == [(NOV, "new", (), 1)]
    (other,) = merged.price[0].rejected
    assert (other.source, other.rates, other.reason) == (
        "old",
        Rates(output=D(2)),
        "read before the price it contradicts",
    )


def test_on_one_day_the_seller_goes_before_a_reseller_then_the_order_given() -> None:
    resold = quote("a", NOV, rates("1"), reseller=True)
    direct, later = quote("b", NOV, rates("2")), quote("c", NOV, rates("3"))
    merged = merge(None, [resold, direct, later])
    assert merged.price[0].rates.input == 2
    assert [(one.source, one.reason) for one in merged.price[0].rejected] == [
        ("c", "ranked below the card's source"),
        ("a", "ranked below the card's source"),
    ]


def test_rejected_rates_are_at_the_cards_own_scale() -> None:
    thousand = card(NOV, rates("0.002"), "b", NOV, per=D(1000))
    merged = merge(None, [quote("a", NOV, rates("1")), quote("b", NOV, thousand)])
    assert merged.price[0].rejected[0].rates == rates("2")


def test_no_kind_in_common_is_neither_agreement_nor_conflict() -> None:
    merged = merge(None, [quote("a", NOV, rates("1")), quote("b", NOV, Rates(output=D(2)))])
    (one,) = merged.price
    assert (one.origin.also, one.rejected, one.rates) == ((), (), rates("1"))


def test_the_first_day_that_a_source_documents_is_the_since() -> None:
    merged = merge(
        None,
        [quote("new", NOV, rates("1", "2")), quote("dated", OCT, (MAR, rates("1", "2")))],
    )
    assert told(merged) == [(MAR, "new", ("dated",), 1)]
    assert merged.price[0].origin.checked == NOV


def test_a_dated_history_is_put_before_the_current_price() -> None:
    dated = quote("dated", OCT, (JAN, rates("5", "9")), (JUN, rates("4", "8")))
    merged = merge(None, [quote("new", NOV, rates("4", "8")), dated])
    assert told(merged) == [(JAN, "dated", (), 5), (JUN, "new", ("dated",), 4)]


def test_a_price_that_a_dated_set_had_until_it_was_read_is_history() -> None:
    merged = merge(
        None,
        [
            quote("new", NOV, rates("3")),
            quote("dated", OCT, (JAN, rates("5"))),
            quote("undated", OCT, rates("5")),
        ],
    )
    assert told(merged) == [(JAN, "dated", ("undated",), 5), (NOV, "new", (), 3)]


def test_a_lagging_set_does_not_win_by_being_read_later() -> None:
    dated = quote("dated", OCT, (JAN, rates("5")), (JUN, rates("4")))
    merged = merge(None, [quote("new", NOV, rates("5")), dated])
    assert told(merged) == [(JAN, "dated", (), 5), (JUN, "dated", (), 4)]
    (other,) = merged.price[1].rejected
    assert (other.source, other.reason) == ("new", "still the price of 2026-01-01")


def test_an_announced_change_is_taken_from_whoever_agrees_on_today() -> None:
    dated = quote("dated", OCT, (JAN, rates("2")), (DEC, rates("4")))
    merged = merge(None, [quote("new", NOV, rates("2")), dated])
    assert told(merged) == [(JAN, "new", ("dated",), 2), (DEC, "dated", (), 4)]
    merged = merge(None, [quote("new", NOV, (SEP, rates("3"))), dated])
    assert [one[3] for one in told(merged)] == [2, 3]


def test_missing_kinds_come_from_a_source_that_agrees() -> None:
    full = rates("1", "2", cache_read="0.1")
    merged = merge(None, [quote("new", NOV, rates("1", "2")), quote("full", OCT, full)])
    assert merged.price[0].rates == full
    assert merged.price[0].origin.also == ("full",)
    merged = merge(None, [quote("new", NOV, rates("1", "3")), quote("full", OCT, full)])
    assert merged.price[0].rates == rates("1", "3")


def test_modes_and_fees_are_filled_with_an_origin_of_their_own() -> None:
    other = card(
        OCT,
        rates("1", "2"),
        "two",
        OCT,
        mode={"batch": Mode(times=D("0.5"))},
        fee={"web_searches": Fee(price=D(10), per=D(1000), unit="search")},
    )
    merged = merge(None, [quote("one", NOV, rates("1", "2")), quote("two", OCT, other)])
    own = Origin(since=OCT, checked=OCT, source="two")
    assert merged.price[0].mode == {"batch": Mode(times=D("0.5"), origin=own)}
    assert merged.price[0].fee["web_searches"].origin == own


@pytest.mark.parametrize(("price", "taken"), [("10", True), ("11", False)])
def test_a_quota_is_taken_from_a_set_of_the_same_fee(price: str, taken: bool) -> None:
    free = Quota(quantity=D(5000), period="month")
    paid = {"web_searches": Fee(price=D(10), per=D(1000), unit="search")}
    granted = {"web_searches": Fee(price=D(price), per=D(1000), unit="search", free=free)}
    mine = card(NOV, rates("1", "2"), "one", fee=paid)
    other = card(OCT, rates("1", "2"), "two", OCT, fee=granted)
    merged = merge(None, [quote("one", NOV, mine), quote("two", OCT, other)])
    own = Origin(since=OCT, checked=OCT, source="two")
    fee = merged.price[0].fee["web_searches"]
    assert (fee.price, fee.free) == (10, replace(free, origin=own) if taken else None)


def test_a_multiplier_does_not_reach_kinds_that_its_source_lacks() -> None:
    other = card(OCT, rates("1", "2"), "two", OCT, mode={"batch": Mode(times=D("0.5"))})
    newer = quote("one", NOV, rates("1", "2", cache_read="0.1"))
    batch = merge(None, [newer, quote("two", OCT, other)]).price[0].mode["batch"]
    assert (batch.times, batch.rates) == (None, rates("0.5", "1"))


def test_tiers_are_filled_only_when_they_repeat_every_kind() -> None:
    tier = Tier(above=200_000, rates=rates("2", "3"))
    other = quote("two", OCT, card(OCT, rates("1", "2"), "two", OCT, tiers=(tier,)))
    merged = merge(None, [quote("one", NOV, rates("1", "2")), other])
    assert merged.price[0].tiers == (tier,)
    merged = merge(None, [quote("one", NOV, rates("1", "2", cache_read="0.1")), other])
    assert merged.price[0].tiers == ()


def test_a_kind_that_the_tiers_would_lack_is_left_out() -> None:
    tier = Tier(above=200_000, rates=rates("2", "3"))
    tiered = quote("one", NOV, card(NOV, rates("1", "2"), "one", NOV, tiers=(tier,)))
    merged = merge(None, [tiered, quote("two", OCT, rates("1", "2", cache_read="0.1"))])
    assert merged.price[0].rates == rates("1", "2")


def test_tiers_at_the_context_window_are_dropped() -> None:
    tier = Tier(above=200_000, rates=rates("2", "3"))
    tiered = quote("one", NOV, card(NOV, rates("1", "2"), "one", NOV, tiers=(tier,)))
    merged = merge(None, [tiered, quote("two", OCT, rates("1", "2"), context=200_000)])
    assert (merged.context, merged.price[0].tiers) == (200_000, ())


def test_a_tier_with_other_rates_is_noted_on_an_agreeing_card() -> None:
    def tiered(source: str, day: date, price: str) -> Quote:
        tier = Tier(above=200_000, rates=rates(price, "3"))
        return quote(source, day, card(day, rates("1", "2"), source, day, tiers=(tier,)))

    (one,) = merge(None, [tiered("one", NOV, "2"), tiered("two", OCT, "4")]).price
    assert one.origin.also == ("two",)
    assert [(r.rates, r.reason) for r in one.rejected] == [
        (rates("4"), "its rates above 200,000 input tokens")
    ]


PEAK = Window(name="peak", times=D(2), utc_offset="+08:00", hours=("09:00-12:00",))


def test_peak_and_off_peak_are_the_same_truth() -> None:
    scheduled = card(OCT, rates("1", "2"), "two", OCT, schedule=(PEAK,))
    flat = quote("one", NOV, rates("2", "4"))
    (one,) = merge(None, [flat, quote("two", OCT, scheduled)]).price
    assert (one.rates, one.schedule, one.rejected) == (rates("1", "2"), (PEAK,), ())
    assert (one.origin.source, one.origin.also) == ("one", ("two",))
    (kept,) = merge(model(scheduled), [flat]).price
    assert kept.rates == rates("1", "2")
    assert kept.rejected == ()


def test_a_base_card_stays_as_it_is() -> None:
    written = card(JAN, rates("1", "2"), "page", OCT)
    newer = quote("set", NOV, rates("1", "2", cache_read="0.1"))
    assert merge(model(written), [newer], HEAD).price == (written,)
    from_set = card(JAN, rates("1", "2"), "old", OCT)
    (one,) = merge(model(from_set), [newer], HEAD).price
    assert one.rates == rates("1", "2")
    assert one.origin.also == ("set",)


def test_a_source_that_shows_its_own_price_again_moves_the_reading_day() -> None:
    base = model(card(JAN, rates("1"), "old", OCT))
    (one,) = merge(base, [quote("old", NOV, rates("1"))], HEAD).price
    assert (one.origin.since, one.origin.checked, one.origin.also) == (JAN, NOV, ())


def test_a_newer_price_is_appended_to_the_base() -> None:
    base = model(card(JAN, rates("1"), "page", OCT))
    merged = merge(base, [quote("set", NOV, rates("2"))], HEAD)
    assert told(merged) == [(JAN, "page", (), 1), (NOV, "set", (), 2)]
    dated = quote("set", NOV, (JAN, rates("1")), (SEP, rates("2")))
    assert told(merge(base, [dated], HEAD)) == [(JAN, "page", (), 1), (SEP, "set", (), 2)]


def test_an_older_or_a_lagging_price_is_rejected_by_the_base() -> None:
    base = model(card(JAN, rates("1"), "page", OCT), card(JUN, rates("2"), "page", OCT))
    merged = merge(base, [quote("stale", NOV, rates("1")), quote("old", SEP, rates("3"))], HEAD)
    assert [(one.source, one.reason) for one in merged.price[1].rejected] == [
        ("stale", "still the price of 2026-01-01"),
        ("old", "read earlier"),
    ]
    assert [one.rates for one in merged.price] == [rates("1"), rates("2")]


def test_a_base_card_that_a_better_quote_confirms_is_not_overruled() -> None:
    base = model(card(JAN, rates("1"), "page", SEP))
    quotes = [quote("newest", NOV, rates("1")), quote("other", OCT, rates("2"))]
    (one,) = merge(base, quotes, HEAD).price
    assert [(r.source, r.reason) for r in one.rejected] == [
        ("other", "a better source confirms the card")
    ]


def test_a_conflict_that_the_base_has_judged_is_not_news() -> None:
    judged = Rejected(source="set", checked=OCT, rates=rates("2"), reason="the in-region rate is 1")
    base = model(card(JAN, rates("1"), "page", OCT, rejected=(judged,)))
    assert merge(base, [quote("set", NOV, rates("2"))], HEAD) == base
    assert len(merge(base, [quote("set", NOV, rates("3"))], HEAD).price) == 2


def test_history_is_put_before_the_base() -> None:
    base = model(card(JUN, rates("2"), "page", OCT))
    dated = quote("dated", OCT, (JAN, rates("5")), (MAR, rates("2")))
    assert told(merge(base, [dated], HEAD)) == [
        (JAN, "dated", (), 5),
        (MAR, "dated", (), 2),
        (JUN, "page", (), 2),
    ]


def test_merging_twice_changes_nothing() -> None:
    quotes = [
        quote("new", NOV, rates("4", "8")),
        quote("dated", OCT, (JAN, rates("5", "9")), (JUN, rates("4", "8"))),
        quote("odd", OCT, rates("7", "8")),
    ]
    once = merge(None, quotes)
    sources = {name: Source(at=name, confidence="dataset") for name in ("new", "dated", "odd")}
    assert merge(once, quotes, sources) == once


def test_facts_come_from_the_base_then_from_the_best_quote() -> None:
    base = model(card(JAN, rates("1")), context=5)
    merged = merge(
        base,
        [
            quote("a", NOV, rates("1"), context=9, max_output=3, aliases=("a/c", "a/b")),
            quote("b", OCT, rates("1"), retires=DEC, max_output=4, aliases=("a/d",)),
        ],
    )
    assert (merged.context, merged.max_output, merged.retires) == (5, 3, DEC)
    gone = merge(base, [quote("a", NOV, rates("1"), retires=OCT)])
    assert gone.retires is None
    assert merged.aliases == ("a/c", "a/d")
    embedding = merge(
        None, [quote("a", NOV, rates("1")), quote("b", OCT, rates("1"), kind="rerank")]
    )
    assert embedding.kind == "rerank"


LONG = (Tier(above=200_000, rates=rates("2", "4")),)


def test_factors_and_fees_go_on_under_a_bare_newer_price() -> None:
    old = card(
        JAN,
        rates("1", "2"),
        "page",
        OCT,
        tiers=LONG,
        mode={"batch": Mode(times=D("0.5")), "priority": Mode(rates=rates("3", "6"))},
        region={"eu": Region(times=D("1.1"))},
        fee={"web_searches": Fee(price=D(10), per=D(1000), unit="search")},
    )
    merged = merge(model(old), [quote("set", NOV, rates("7", "21"))], HEAD)
    new = merged.price[-1]
    assert merged.price[0] == old
    assert (new.origin.source, new.rates) == ("set", rates("7", "21"))
    assert new.mode == {"batch": Mode(times=D("0.5"), origin=old.origin)}
    assert new.region == {"eu": Region(times=D("1.1"), origin=old.origin)}
    assert new.fee["web_searches"].origin == old.origin
    assert new.tiers == ()
    assert merged.note == (
        "From 2026-11-01 on the source states no long-context tiers and priority rates: "
        "they are not known."
    )
    again = merge(merged, [quote("set", DEC, rates("7", "21"))], HEAD)
    assert again.note == merged.note, "said once"


def test_what_the_newer_source_says_itself_is_not_carried_over() -> None:
    old = card(JAN, rates("1", "2"), "page", OCT, mode={"batch": Mode(times=D("0.5"))})
    own = card(NOV, rates("7", "21"), "set", NOV, mode={"batch": Mode(rates=rates("6", "20"))})
    merged = merge(model(old), [quote("set", NOV, own)], HEAD)
    assert merged.price[-1].mode == {"batch": Mode(rates=rates("6", "20"))}
    assert merged.note is None
    other = card(NOV, rates("7", "21"), "two", NOV, mode={"batch": Mode(times=D("0.4"))})
    quotes = [quote("set", NOV, rates("7", "21")), quote("two", NOV, other)]
    said = merge(model(old), quotes, HEAD).price[-1].mode["batch"]
    assert said.times == D("0.4"), "a source that speaks of it goes before what was known"


def test_a_note_that_was_there_stays_before_the_new_sentence() -> None:
    base = model(card(JAN, rates("1"), "page", OCT, tiers=LONG[:0]), note="Was here.")
    assert merge(base, [quote("set", NOV, rates("7"))], HEAD).note == "Was here."
    tier = (Tier(above=200_000, rates=rates("2")),)
    base = model(card(JAN, rates("1"), "page", OCT, tiers=tier), note="Was here.")
    note = merge(base, [quote("set", NOV, rates("7"))], HEAD).note or ""
    assert note.startswith("Was here. From 2026-11-01 on")


def test_a_leap_that_one_undated_set_shows_alone_is_rejected() -> None:
    dated = quote("dated", OCT, (JAN, rates("2")), (SEP, rates("1.4", "4.4")))
    merged = merge(None, [dated, quote("wild", NOV, rates("0.0062", "6.8"))])
    assert told(merged) == [(JAN, "dated", (), 2), (SEP, "dated", (), D("1.4"))]
    assert [(one.source, one.reason) for one in merged.price[-1].rejected] == [
        ("wild", "more than twentyfold apart, and no second source shows it")
    ]
    base = model(card(JAN, rates("1.4", "4.4"), "page", OCT))
    (kept,) = merge(base, [quote("wild", NOV, rates("0.0062", "6.8"))], HEAD).price
    assert [one.source for one in kept.rejected] == ["wild"]


def test_a_leap_with_a_day_a_second_source_or_the_vendors_word_is_taken() -> None:
    base = model(card(JAN, rates("1.4"), "page", OCT))
    far = rates("0.05")
    dated = quote("set", NOV, (JAN, rates("1.4")), (SEP, far))
    assert told(merge(base, [dated], HEAD))[-1] == (SEP, "set", (), D("0.05"))
    two = [quote("one", NOV, far), quote("two", NOV, far)]
    assert told(merge(base, two, HEAD))[-1][3] == D("0.05")
    page = quote("page", NOV, far, confidence="vendor")
    assert told(merge(base, [page], HEAD))[-1][3] == D("0.05")


def test_a_set_that_left_its_price_is_believed_over_one_that_repeats_it() -> None:
    """The card's own source moved in October; another, read in November, still shows the old."""
    base = model(card(JAN, rates("1", "2"), "old", SEP))
    late, moved = quote("other", NOV, rates("1", "2")), quote("old", OCT, rates("1.1", "2.2"))
    merged = merge(base, [late, moved], HEAD)
    assert told(merged) == [(JAN, "old", (), D("1")), (OCT, "old", (), D("1.1"))]
    assert [one.source for one in merged.price[1].rejected] == ["other"]
    page = quote("page", NOV, rates("1", "2"), confidence="vendor")
    assert told(merge(base, [moved, page], HEAD))[-1][3] == 1


def test_a_set_may_return_to_an_earlier_price() -> None:
    base = model(card(JAN, rates("1", "2"), "old", SEP), card(SEP, rates("3", "6"), "old", SEP))
    merged = merge(base, [quote("old", NOV, rates("1", "2"))], HEAD)
    assert told(merged)[-1] == (NOV, "old", (), D("1"))
    other = merge(base, [quote("other", NOV, rates("1", "2"))], HEAD)
    assert told(other)[-1][0] == SEP


def test_hours_that_know_holidays_take_the_place_of_hours_that_do_not() -> None:
    def hours(name: str, times: str, *rests: date) -> Window:
        return Window(
            name=name, times=D(times), utc_offset="+00:00", hours=("01:00-04:00",), holidays=rests
        )

    flat = card(OCT, rates("2", "4"), "two", OCT, schedule=(hours("off-peak", "0.5"),))
    known = card(OCT, rates("1", "2"), "one", OCT, schedule=(hours("peak", "2", DEC),))
    merged = merge(None, [quote("two", NOV, flat), quote("one", OCT, known)])
    (made,) = merged.price
    assert (made.rates.input, made.schedule[0].holidays) == (1, (DEC,))


def test_a_smallest_prefix_gets_its_time_to_live_from_who_agrees_on_it() -> None:
    least = quote("one", NOV, rates("1", "2"), cache=CacheTerms(minimum_tokens=D(512)))
    known = quote(
        "two", OCT, rates("1", "2"), cache=CacheTerms(minimum_tokens=D(512), ttl_minutes=D(5))
    )
    other = quote(
        "two", OCT, rates("1", "2"), cache=CacheTerms(minimum_tokens=D(1024), ttl_minutes=D(5))
    )
    assert merge(None, [least, known]).cache == CacheTerms(minimum_tokens=D(512), ttl_minutes=D(5))
    assert merge(None, [least, other]).cache == CacheTerms(minimum_tokens=D(512))
