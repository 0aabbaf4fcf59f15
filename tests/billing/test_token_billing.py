"""Rates, tiers, modes, regions, schedules, fees and history of a model, each worked out by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from small_catalog import DAY, amounts, catalog_of, charge, model, sum_of, tokens

from costplan.billing.tokens import Processing, Tariff, TokenUsage, windows
from costplan.catalog.schedule import Window
from costplan.plan.bill.price import price
from costplan.problems import BadUsage, PriceNotKnown

FULL = """
rates = { input = 2, cache_read = 0.2, cache_write = 2.5, cache_write_1h = 4, output = 10 }
tiers = [
  { above = 1_000, rates = { input = 4, cache_read = 0.4, cache_write = 5, cache_write_1h = 8, output = 20 } },
  { at_or_above = 5_000, rates = { input = 8, cache_read = 0.8, cache_write = 10, cache_write_1h = 16, output = 40 } },
]
mode.batch = { times = 0.5 }
mode.flex = { rates = { input = 1, output = 3 }, tiers = [{ above = 100, rates = { input = 2, output = 6 } }] }
region.us = { times = 1.1 }
fee.web_searches = { price = 10, per = 1_000, unit = "search" }
"""  # noqa: E501
CHAT = model(FULL)
M = Decimal(1_000_000)


def dollars(*terms: tuple[int, str]) -> Decimal:
    """The sum of tokens x dollars per million."""
    return sum((Decimal(count) * Decimal(rate) for count, rate in terms), Decimal(0)) / M


# ---------------------------------------------------------------- tiers


@pytest.mark.parametrize(
    ("size", "rate"),
    [
        (1, "2"),
        (999, "2"),
        (1_000, "2"),  # above 1,000: the edge itself stays
        (1_001, "4"),
        (4_999, "4"),
        (5_000, "8"),  # at_or_above 5,000: the edge itself moves
        (5_001, "8"),
    ],
)
def test_a_tier_moves_the_whole_request(size: int, rate: str) -> None:
    (line,) = tokens(CHAT, input_tokens=size)
    assert line.amount == dollars((size, rate))
    assert line.quantity == size


def test_a_tier_counts_cached_input_too() -> None:
    lines = tokens(CHAT, input_tokens=1_001, cache_read_tokens=900, output_tokens=10)
    assert amounts(lines) == {
        "input": dollars((101, "4")),
        "cache_read": dollars((900, "0.4")),
        "output": dollars((10, "20")),
    }


def test_a_tier_names_itself_on_its_lines() -> None:
    (base,), (long,) = tokens(CHAT, input_tokens=1_000), tokens(CHAT, input_tokens=1_001)
    assert base.price.variant is None
    assert base.label == "input"
    assert long.label == "input above 1,000 input"


def test_a_months_sum_never_reaches_a_tier() -> None:
    (line,) = tokens(CHAT, input_tokens=1_000, count=1_000_000)
    assert line.amount == 1_000_000 * dollars((1_000, "2"))
    assert line.quantity == 10**9


def test_a_tier_meets_every_kind_of_cache_write() -> None:
    lines = tokens(
        CHAT,
        input_tokens=6_000,
        cache_read_tokens=1_000,
        cache_write_tokens=2_000,
        cache_write_1h_tokens=500,
        output_tokens=100,
    )
    assert amounts(lines) == {
        "input": dollars((2_500, "8")),
        "cache_read": dollars((1_000, "0.8")),
        "cache_write": dollars((2_000, "10")),
        "cache_write_1h": dollars((500, "16")),
        "output": dollars((100, "40")),
    }


def test_a_tier_meets_batch() -> None:
    lines = tokens(CHAT, processing=Processing(mode="batch"), input_tokens=2_000, output_tokens=100)
    assert amounts(lines) == {"input": dollars((2_000, "2")), "output": dollars((100, "10"))}
    assert lines[0].price.factors == (("batch", Decimal("0.5")),)
    assert lines[0].price.base == 4
    assert lines[0].formula == "2,000 token x 4 x 0.5 (batch) / 1,000,000"


# ---------------------------------------------------------------- modes and regions


def test_a_mode_with_rates_of_its_own_has_its_own_tiers() -> None:
    flex = Processing(mode="flex")
    assert sum_of(tokens(CHAT, processing=flex, input_tokens=100)) == dollars((100, "1"))
    assert sum_of(tokens(CHAT, processing=flex, input_tokens=101)) == dollars((101, "2"))
    assert sum_of(tokens(CHAT, processing=flex, input_tokens=9_000)) == dollars((9_000, "2"))


def test_a_rate_that_a_mode_does_not_publish_is_unknown() -> None:
    lines = tokens(CHAT, processing=Processing(mode="flex"), input_tokens=90, cache_read_tokens=40)
    read = next(line for line in lines if line.price.charge == "cache_read")
    assert read.amount is None
    assert read.list_amount is None
    assert read.price.price is None
    assert read.price.reason == "the catalogue has no cache_read rate"
    assert read.quantity == 40


def test_a_mode_that_is_not_published_is_unknown() -> None:
    lines = tokens(CHAT, processing=Processing(mode="priority"), input_tokens=10, output_tokens=1)
    assert [line.amount for line in lines] == [None, None]
    assert lines[0].price.reason == "the catalogue has no priority price (batch, flex)"


def test_a_region_multiplies_every_kind() -> None:
    lines = tokens(
        CHAT,
        processing=Processing(region="us"),
        input_tokens=900,
        cache_read_tokens=200,
        cache_write_tokens=300,
        output_tokens=50,
    )
    assert amounts(lines) == {
        "input": dollars((400, "2.2")),
        "cache_read": dollars((200, "0.22")),
        "cache_write": dollars((300, "2.75")),
        "output": dollars((50, "11")),
    }


def test_a_region_without_a_price_is_unknown() -> None:
    (line,) = tokens(CHAT, processing=Processing(region="mars"), input_tokens=10)
    assert line.amount is None
    assert line.price.reason == "the catalogue has no price for region 'mars' (known: us)"


def test_a_models_own_region_costs_nothing_more() -> None:
    bound = model("rates = { input = 2 }", 'region = "eu"')
    (line,) = tokens(bound, processing=Processing(region="eu"), input_tokens=1_000)
    assert line.amount == dollars((1_000, "2"))
    assert line.price.factors == ()


def test_batch_in_a_region_in_a_tier() -> None:
    both = Processing(mode="batch", region="us")
    (line,) = tokens(CHAT, processing=both, input_tokens=5_000)
    assert line.amount == dollars((5_000, "4.4"))  # 8 x 0.5 x 1.1
    assert line.price.factors == (("batch", Decimal("0.5")), ("us", Decimal("1.1")))


# ---------------------------------------------------------------- fees


@pytest.mark.parametrize("mode", [None, "batch", "flex", "priority"])
@pytest.mark.parametrize("region", [None, "us"])
def test_factors_never_touch_fees(mode: str | None, region: str | None) -> None:
    lines = tokens(
        CHAT,
        processing=Processing(mode=mode, region=region),
        input_tokens=6_000,
        web_searches=3,
        count=100,
    )
    fee = next(line for line in lines if line.price.charge == "web_searches")
    assert fee.quantity == 300
    assert fee.amount == 3  # 300 searches at 10 a thousand
    assert fee.price.factors == ()
    assert fee.price.unit == "search"


def test_a_fee_that_is_not_published_is_unknown() -> None:
    lines = tokens(CHAT, input_tokens=10, searches=4)
    assert amounts(lines) == {"input": dollars((10, "2")), "searches": None}
    assert lines[1].price.reason == "the catalogue has no fee for searches"


# ---------------------------------------------------------------- kinds


def test_reasoning_is_output_unless_it_has_a_rate() -> None:
    lines = tokens(CHAT, input_tokens=10, output_tokens=100, reasoning_tokens=60)
    assert amounts(lines) == {"input": dollars((10, "2")), "output": dollars((100, "10"))}
    apart = model("rates = { input = 2, output = 10, reasoning = 3 }")
    lines = tokens(apart, input_tokens=10, output_tokens=100, reasoning_tokens=60)
    assert amounts(lines) == {
        "input": dollars((10, "2")),
        "output": dollars((40, "10")),
        "reasoning": dollars((60, "3")),
    }


def test_audio_is_a_part_of_its_whole() -> None:
    audio = model("rates = { input = 1, input_audio = 7, output = 2, output_audio = 20 }")
    lines = tokens(
        audio,
        input_tokens=100,
        input_audio_tokens=30,
        output_tokens=50,
        output_audio_tokens=50,
    )
    assert amounts(lines) == {
        "input": dollars((70, "1")),
        "input_audio": dollars((30, "7")),
        "output_audio": dollars((50, "20")),
    }


def test_audio_without_a_rate_is_unknown_not_text() -> None:
    lines = tokens(CHAT, input_tokens=100, input_audio_tokens=30)
    assert amounts(lines) == {"input": dollars((70, "2")), "input_audio": None}


def test_a_rate_of_zero_is_a_price() -> None:
    free = model("rates = { input = 0, output = 1 }")
    (line,) = tokens(free, input_tokens=1_000)
    assert line.amount == 0
    assert line.price.reason is None


def test_missing_rates_never_become_zero() -> None:
    silent = model("rates = { input = 2 }")
    lines = tokens(silent, input_tokens=10, cache_write_tokens=5, output_tokens=7)
    assert amounts(lines) == {"input": dollars((5, "2")), "cache_write": None, "output": None}
    assert all(line.price.reason for line in lines if line.amount is None)


# ---------------------------------------------------------------- parts larger than wholes


@pytest.mark.parametrize(
    ("usage", "words"),
    [
        (
            {"input_tokens": 10, "cache_read_tokens": 11},
            "are 11 together, more than input_tokens (10)",
        ),
        (
            {"input_tokens": 10, "cache_read_tokens": 6, "cache_write_tokens": 5},
            "are 11 together, more than input_tokens (10)",
        ),
        (
            {"input_tokens": 10, "cache_write_1h_tokens": 6, "input_audio_tokens": 5},
            "are 11 together, more than input_tokens (10)",
        ),
        (
            {"output_tokens": 10, "reasoning_tokens": 11},
            "are 11 together, more than output_tokens (10)",
        ),
        (
            {"output_tokens": 10, "reasoning_tokens": 6, "output_audio_tokens": 5},
            "are 11 together, more than output_tokens (10)",
        ),
        ({"input_tokens": -1}, "input_tokens is -1"),
    ],
)
def test_a_part_larger_than_its_whole_is_refused(usage: dict, words: str) -> None:
    given = {name: Decimal(value) for name, value in usage.items()}
    assert any(words in one.message for one in TokenUsage(**given).problems())
    catalog = catalog_of(
        '[[model]]\nid = "acme/chat"\n[[model.price]]\n'
        'origin = { since = 2026-01-01, checked = 2026-06-01, source = "page" }\n'
        "per = 1_000_000\nrates = { input = 1, output = 1 }",
        "tokens",
    )
    with pytest.raises(BadUsage, match=r"parts|at least 0"):
        price(catalog, "acme/chat", given, datetime(2026, 11, 22, tzinfo=UTC))


def test_parts_equal_to_their_whole_are_fine() -> None:
    usage = TokenUsage(
        input_tokens=Decimal(10),
        cache_read_tokens=Decimal(4),
        cache_write_tokens=Decimal(6),
        output_tokens=Decimal(5),
        reasoning_tokens=Decimal(5),
    )
    assert usage.problems() == []
    lines = tokens(CHAT, input_tokens=10, cache_read_tokens=4, cache_write_tokens=6)
    assert [line.price.charge for line in lines] == ["cache_read", "cache_write"]


# ---------------------------------------------------------------- history

HISTORY = model(
    """
rates = { input = 10, output = 40 }
mode.batch = { times = 0.5, origin = { since = 2026-03-01, checked = 2026-06-01, source = "set" } }
region.eu = { times = 1.2, origin = { since = 2026-04-01, checked = 2026-06-01, source = "set" } }
fee.web_searches = { price = 10, per = 1_000, unit = "search", origin = { since = 2026-05-01, checked = 2026-06-01, source = "set" } }
tiers = [{ above = 1_000, rates = { input = 20, output = 80 }, origin = { since = 2026-06-01, checked = 2026-06-01, source = "set" } }]

[[model.price]]
origin = { since = 2026-07-01, checked = 2026-07-02, source = "set" }
per = 1_000
rates = { input = 0.002, output = 0.008 }
"""  # noqa: E501
)


@pytest.mark.parametrize(
    ("day", "input_amount"),
    [
        (date(2026, 1, 1), dollars((500, "10"))),
        (date(2026, 6, 30), dollars((500, "10"))),
        (date(2026, 7, 1), dollars((500, "2"))),  # 0.002 a thousand
        (date(2030, 1, 1), dollars((500, "2"))),
    ],
)
def test_the_card_of_the_day_prices(day: date, input_amount: Decimal) -> None:
    (line,) = tokens(HISTORY, day=day, input_tokens=500)
    assert line.amount == input_amount


def test_a_card_brings_its_own_source() -> None:
    (old,) = tokens(HISTORY, day=date(2026, 6, 30), input_tokens=1)
    (new,) = tokens(HISTORY, day=date(2026, 7, 1), input_tokens=1)
    assert (old.price.source, old.price.confidence) == ("https://acme.example/pricing", "vendor")
    assert (old.price.since, old.price.checked) == (date(2026, 1, 1), date(2026, 6, 1))
    assert (new.price.source, new.price.confidence) == ("https://data.example/prices", "dataset")
    assert (new.price.since, new.price.checked) == (date(2026, 7, 1), date(2026, 7, 2))


def test_before_the_first_card_the_day_is_named() -> None:
    with pytest.raises(PriceNotKnown) as caught:
        tokens(HISTORY, day=date(2025, 12, 31), input_tokens=1)
    assert "2025-12-31" in caught.value.message
    assert "2026-01-01" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("processing", "before", "after", "price_after"),
    [
        (Processing(mode="batch"), date(2026, 2, 28), date(2026, 3, 1), "5"),
        (Processing(region="eu"), date(2026, 3, 31), date(2026, 4, 1), "12"),
    ],
)
def test_a_factor_with_a_later_since_is_unknown_not_standard(
    processing: Processing, before: date, after: date, price_after: str
) -> None:
    (early,) = tokens(HISTORY, day=before, processing=processing, input_tokens=100)
    assert early.amount is None
    assert str(after) in (early.price.reason or "")
    (late,) = tokens(HISTORY, day=after, processing=processing, input_tokens=100)
    assert late.amount == dollars((100, price_after))
    assert late.price.since == after
    assert late.price.confidence == "dataset"


def test_a_tier_with_a_later_since_is_unknown_not_base() -> None:
    (early,) = tokens(HISTORY, day=date(2026, 5, 31), input_tokens=1_001)
    assert early.amount is None
    assert "2026-06-01" in (early.price.reason or "")
    (small,) = tokens(HISTORY, day=date(2026, 5, 31), input_tokens=1_000)
    assert small.amount == dollars((1_000, "10"))
    (late,) = tokens(HISTORY, day=date(2026, 6, 1), input_tokens=1_001)
    assert late.amount == dollars((1_001, "20"))


def test_a_fee_with_a_later_since_is_unknown_not_free() -> None:
    early = tokens(HISTORY, day=date(2026, 4, 30), web_searches=10)
    late = tokens(HISTORY, day=date(2026, 5, 1), web_searches=10)
    assert [line.amount for line in early] == [None]
    assert "2026-05-01" in (early[0].price.reason or "")
    assert [line.amount for line in late] == [Decimal("0.1")]


# ---------------------------------------------------------------- schedules

PEAK = """
rates = { input = 1, cache_read = 0.1, output = 4 }
mode.batch = { times = 0.5 }
schedule = [
  { name = "peak", times = 2, utc_offset = "+08:00", days = "mon-fri", hours = ["09:00-12:00", "14:00-18:00"], holidays = [2026-11-18] },
  { name = "night", times = 0.5, utc_offset = "+08:00", days = "mon-fri", hours = ["22:00-06:00"] },
]
"""  # noqa: E501
SCHEDULED = model(PEAK)


def at(text: str) -> Window | None:
    moment = datetime.fromisoformat(text)
    return next((one for one in windows(SCHEDULED.item, DAY) if one.covers(moment)), None)


@pytest.mark.parametrize(
    ("moment", "window"),
    [
        ("2026-11-19T01:00:00+00:00", "peak"),  # Thursday 09:00 in +08:00
        ("2026-11-19T00:59:59+00:00", None),
        ("2026-11-19T03:59:59+00:00", "peak"),
        ("2026-11-19T04:00:00+00:00", None),  # half-open: noon is out
        ("2026-11-19T06:00:00+00:00", "peak"),
        ("2026-11-19T10:00:00+00:00", None),
        ("2026-11-18T02:00:00+00:00", None),  # a holiday
        ("2026-11-22T02:00:00+00:00", None),  # Sunday
        ("2026-11-19T14:00:00+00:00", "night"),  # Thursday 22:00
        ("2026-11-19T21:59:00+00:00", "night"),  # Friday 05:59, begun on Thursday
        ("2026-11-19T22:00:00+00:00", None),  # Friday 06:00
        ("2026-11-20T20:00:00+00:00", "night"),  # Saturday 04:00, begun on Friday
        ("2026-11-21T20:00:00+00:00", None),  # Sunday 04:00: Saturday has no night
        ("2026-11-22T18:00:00+00:00", None),  # Monday 02:00: Sunday has no night
    ],
)
def test_a_moment_falls_in_its_window(moment: str, window: str | None) -> None:
    found = at(moment)
    assert (found.name if found else None) == window


def test_a_schedule_meets_the_cache_and_a_mode() -> None:
    peak = at("2026-11-19T02:00:00+00:00")
    lines = tokens(
        SCHEDULED,
        processing=Processing(mode="batch", window=peak),
        input_tokens=1_000,
        cache_read_tokens=800,
        output_tokens=100,
    )
    assert amounts(lines) == {  # x 0.5 x 2
        "input": dollars((200, "1")),
        "cache_read": dollars((800, "0.1")),
        "output": dollars((100, "4")),
    }
    lines = tokens(
        SCHEDULED,
        processing=Processing(window=peak),
        input_tokens=1_000,
        cache_read_tokens=800,
    )
    assert amounts(lines) == {"input": dollars((200, "2")), "cache_read": dollars((800, "0.2"))}
    assert lines[0].price.factors == (("peak", Decimal(2)),)


def test_the_price_command_takes_the_window_of_its_moment() -> None:
    catalog = catalog_of(
        '[[model]]\nid = "acme/chat"\n[[model.price]]\n'
        'origin = { since = 2026-01-01, checked = 2026-06-01, source = "page" }\n'
        f"per = 1_000_000\n{PEAK}",
        "tokens",
    )
    given = {"input_tokens": Decimal(1_000_000)}
    totals = [
        price(catalog, "acme/chat", given, datetime.fromisoformat(moment)).total
        for moment in (
            "2026-11-19T10:00:00+08:00",
            "2026-11-19T13:00:00+08:00",
            "2026-11-19T23:00:00+08:00",
        )
    ]
    assert totals == [2, 1, Decimal("0.5")]


def test_a_zone_follows_the_season() -> None:
    zoned = model(
        """
rates = { input = 1 }
schedule = [{ name = "day", times = 2, zone = "America/New_York", hours = ["09:00-17:00"] }]
"""
    )
    (day,) = windows(zoned.item, DAY)
    covered = {
        text: day.covers(datetime.fromisoformat(text))
        for text in (
            "2026-07-01T13:00:00+00:00",  # 09:00 EDT
            "2026-07-01T20:59:00+00:00",
            "2026-07-01T21:00:00+00:00",  # 17:00 EDT
            "2026-12-01T13:00:00+00:00",  # 08:00 EST
            "2026-12-01T14:00:00+00:00",
            "2026-12-01T21:59:00+00:00",
        )
    }
    assert list(covered.values()) == [True, True, False, False, True, True]


def test_a_window_may_have_rates_of_its_own() -> None:
    own = model(
        """
rates = { input = 1, output = 4 }
schedule = [{ name = "night", rates = { input = 0.3, output = 1 }, utc_offset = "+00:00", hours = ["00:00-08:00"] }]
"""  # noqa: E501
    )
    (night,) = windows(own.item, DAY)
    lines = tokens(own, processing=Processing(window=night), input_tokens=100, output_tokens=10)
    assert amounts(lines) == {"input": dollars((100, "0.3")), "output": dollars((10, "1"))}


def test_two_sets_of_rates_cannot_both_apply() -> None:
    both = model(
        """
rates = { input = 1 }
tiers = [{ above = 1_000, rates = { input = 2 } }]
mode.batch = { times = 0.5 }
mode.flex = { rates = { input = 0.4 } }
schedule = [{ name = "night", rates = { input = 0.3 }, utc_offset = "+00:00" }]
"""
    )
    (night,) = windows(both.item, DAY)

    def amount(size: int, mode: str | None, window: Window | None) -> Decimal | None:
        (line,) = tokens(both, processing=Processing(mode, None, window), input_tokens=size)
        assert (line.amount is None) == bool(line.price.reason)
        return line.amount

    assert amount(100, "batch", night) == dollars((100, "0.15"))
    assert amount(100, "flex", None) == dollars((100, "0.4"))
    assert amount(100, "flex", night) is None
    assert amount(1_001, None, night) is None  # the cliff is not known at night
    assert amount(1_001, "flex", None) is None
    assert amount(1_001, "batch", None) == dollars((1_001, "1"))


def test_a_window_with_a_later_since_is_unknown_not_standard() -> None:
    dated = model(
        """
rates = { input = 1 }
schedule = [{ name = "peak", times = 2, utc_offset = "+00:00", origin = { since = 2026-05-01, checked = 2026-05-02, source = "set" } }]
"""  # noqa: E501
    )
    (peak,) = windows(dated.item, date(2026, 4, 30))
    (line,) = tokens(dated, date(2026, 4, 30), processing=Processing(window=peak), input_tokens=1)
    assert line.amount is None
    assert "2026-05-01" in (line.price.reason or "")


def test_same_named_windows_keep_their_own_prices() -> None:
    twice = """
[[model]]
id = "acme/chat"
[[model.price]]
origin = { since = 2026-01-01, checked = 2026-06-01, source = "page" }
per = 1_000_000
rates = { input = 1 }
schedule = [
  { name = "peak", times = 2, utc_offset = "+00:00", hours = ["09:00-12:00"] },
  { name = "peak", times = 3, utc_offset = "+00:00", hours = ["14:00-18:00"] },
]
"""
    catalog = catalog_of(twice, "tokens")
    given = {"input_tokens": Decimal(1_000_000)}
    day = datetime(2026, 11, 19, tzinfo=UTC)
    totals = [
        price(catalog, "acme/chat", given, day.replace(hour=hour)).total for hour in (10, 15, 20)
    ]
    assert totals == [2, 3, 1]


def test_a_line_priced_by_a_window_names_the_windows_source() -> None:
    dated = model(
        """
rates = { input = 1 }
schedule = [{ name = "peak", times = 2, utc_offset = "+00:00", origin = { since = 2026-05-01, checked = 2026-05-02, source = "set" } }]
"""  # noqa: E501
    )
    (peak,) = windows(dated.item, DAY)
    (line,) = tokens(dated, processing=Processing(window=peak), input_tokens=100)
    assert line.price.confidence == "dataset"
    assert line.price.since == date(2026, 5, 1)


def test_an_offer_is_not_priced_by_the_token() -> None:
    with pytest.raises(BadUsage, match="not priced by the token"):
        Tariff(charge("price = 1"), DAY)
