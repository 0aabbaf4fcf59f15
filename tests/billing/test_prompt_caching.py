"""What of a request is read from a cache and what is written, by the offer's terms."""

from dataclasses import replace
from decimal import Decimal
from math import exp

import pytest
from small_catalog import DAY, model, sum_of, tokens

from costplan.billing.caching import ASSUMED_MINUTES, ASSUMED_TERMS, Case, cases
from costplan.billing.models import Terms, bill_model
from costplan.billing.tokens import Processing, Tariff, TokenUsage
from costplan.catalog.lookup import Entry
from costplan.workload.conversation import Prefix
from costplan.workload.model_calls import ModelCalls
from costplan.workload.tables import Traffic

RATES = "rates = { input = 10, cache_read = 1, cache_write = 12.5, output = 50 }"
TERMS = "cache = { minimum_tokens = 1_000, ttl_minutes = 5 }"
CACHED = model(RATES, TERMS)
TTL = 300


def split(
    prefix: Prefix | None, input_tokens: int = 10_000, rate: str = "0", entry=CACHED, **processing
) -> list[Case]:
    usage = TokenUsage(input_tokens=Decimal(input_tokens), output_tokens=Decimal(100))
    tariff = Tariff(entry, DAY, Processing(**processing))
    return cases(usage, prefix, Decimal(rate), tariff)


def parts(case: Case) -> tuple[Decimal, Decimal]:
    return case.usage.cache_read_tokens, case.usage.cache_write_tokens


def prefix(shared: int = 0, own: int = 0, marked: int = 0, gap: int = 0) -> Prefix:
    return Prefix(
        shared=Decimal(shared),
        own=Decimal(own),
        marked=Decimal(marked),
        gap_seconds=Decimal(gap),
    )


@pytest.mark.parametrize("nothing", [None, prefix(shared=5_000)])
def test_what_is_not_marked_is_not_cached(nothing: Prefix | None) -> None:
    (case,) = split(nothing)
    assert case.share == 1
    assert parts(case) == (0, 0)


@pytest.mark.parametrize("rate", ["0.0001", "0.003", "1", "1000"])
def test_a_shared_prefix_is_warm_with_the_poisson_probability(rate: str) -> None:
    found = split(prefix(shared=4_000, marked=4_000), rate=rate)
    warm = Decimal(1) - Decimal(exp(-float(rate) * TTL))
    assert abs(found[0].share - warm) < Decimal("1e-12")
    assert parts(found[0]) == (4_000, 0)
    assert sum(case.share for case in found) == 1
    if len(found) == 2:
        assert parts(found[1]) == (0, 4_000)


def test_no_traffic_finds_nothing_warm() -> None:
    (case,) = split(prefix(shared=4_000, marked=4_000), rate="0")
    assert case.share == 1
    assert parts(case) == (0, 4_000)


def test_a_shared_prefix_is_read_and_the_rest_written() -> None:
    warm, cold = split(prefix(shared=4_000, marked=9_000), rate="0.003")
    assert parts(warm) == (4_000, 5_000)
    assert parts(cold) == (0, 9_000)


def test_the_mean_of_the_cases_is_priced_by_hand() -> None:
    found = split(prefix(shared=4_000, marked=4_000), rate="0.003")
    bill = sum(
        case.share
        * sum_of(
            tokens(
                CACHED,
                input_tokens=case.usage.input_tokens,
                cache_read_tokens=case.usage.cache_read_tokens,
                cache_write_tokens=case.usage.cache_write_tokens,
            )
        )
        for case in found
    )
    warm = 1 - exp(-0.9)
    by_hand = (6_000 * 10 + 4_000 * (warm * 1 + (1 - warm) * 12.5)) / 1e6
    assert float(bill) == pytest.approx(by_hand, rel=1e-12)


def test_a_prefix_of_the_conversation_itself_is_certain() -> None:
    (case,) = split(prefix(shared=2_000, own=6_000, marked=9_000, gap=60), rate="0.0001")
    assert case.share == 1
    assert parts(case) == (6_000, 3_000)


def test_the_edge_of_the_time_to_live_is_still_warm() -> None:
    (case,) = split(prefix(own=6_000, marked=9_000, gap=TTL))
    assert parts(case) == (6_000, 3_000)


def test_a_gap_beyond_the_time_to_live_leaves_the_shared_prefix() -> None:
    late = prefix(shared=2_000, own=6_000, marked=9_000, gap=TTL + 1)
    warm, cold = split(late, rate="0.01")
    assert parts(warm) == (2_000, 7_000)
    assert parts(cold) == (0, 9_000)
    assert warm.share == 1 - (Decimal(-3)).exp()


def test_a_prefix_that_is_too_short_is_neither_read_nor_written() -> None:
    (case,) = split(prefix(shared=999, marked=999), rate="1")
    assert parts(case) == (0, 0)
    (case,) = split(prefix(shared=1_000, marked=1_000), rate="1000")
    assert parts(case) == (1_000, 0)


def test_a_shared_part_that_is_too_short_is_written_with_the_rest() -> None:
    found = split(prefix(shared=500, marked=5_000), rate="0.01")
    assert {parts(case) for case in found} == {(0, 5_000)}
    assert sum(case.share for case in found) == 1


def test_an_own_prefix_that_was_too_short_to_be_written_is_not_read() -> None:
    (case,) = split(prefix(own=800, marked=5_000, gap=10))
    assert parts(case) == (0, 5_000)


def test_without_a_read_rate_nothing_is_cached() -> None:
    entry = model("rates = { input = 10, cache_write = 12.5, output = 50 }", TERMS)
    (case,) = split(prefix(shared=4_000, marked=4_000), rate="1", entry=entry)
    assert parts(case) == (0, 0)


def test_without_a_write_rate_writing_costs_the_input_rate() -> None:
    entry = model("rates = { input = 10, cache_read = 1, output = 50 }", TERMS)
    warm, cold = split(prefix(shared=4_000, marked=9_000), rate="0.003", entry=entry)
    assert parts(warm) == (4_000, 0)
    assert parts(cold) == (0, 0)


def test_a_mode_that_is_not_published_guesses_no_cache() -> None:
    (case,) = split(prefix(shared=4_000, marked=4_000), rate="1", mode="batch")
    assert parts(case) == (0, 0)


def test_more_than_the_request_is_never_cached() -> None:
    (case,) = split(prefix(own=20_000, marked=30_000, gap=1), input_tokens=10_000)
    assert parts(case) == (10_000, 0)


def test_terms_are_assumed_where_none_are_published() -> None:
    entry = model(RATES)
    assert (ASSUMED_TERMS.minimum_tokens, ASSUMED_MINUTES) == (1024, 5)
    (case,) = split(prefix(shared=1_023, marked=1_023), rate="1", entry=entry)
    assert parts(case) == (0, 0)
    found = split(prefix(shared=1_024, marked=1_024), rate="1", entry=entry)
    assert parts(found[0]) == (1_024, 0)


def test_a_very_busy_service_is_always_warm() -> None:
    (case,) = split(prefix(shared=4_000, marked=4_000), rate="1000000000")
    assert case.share == 1
    assert parts(case) == (4_000, 0)


def test_the_long_context_tier_caches_at_its_own_rates() -> None:
    entry = model(
        "rates = { input = 10, output = 50 }\ntiers = [{ above = 5_000, "
        "rates = { input = 20, cache_read = 2, cache_write = 25, output = 90 } }]",
        TERMS,
    )
    (short,) = split(prefix(own=4_000, marked=4_000), input_tokens=5_000, entry=entry)
    (long,) = split(prefix(own=4_000, marked=4_500), input_tokens=5_001, entry=entry)
    assert parts(short) == (0, 0)
    assert parts(long) == (4_000, 500)


@pytest.mark.parametrize(
    ("gap", "varies", "said"),
    [
        (74, False, False),
        (75, False, True),  # a quarter of the five minutes
        (300, False, True),
        (1_200, False, True),  # four times the five minutes
        (1_201, False, False),
        (300, True, False),  # gaps that vary are not all on one side of it
    ],
)
def test_equal_gaps_about_as_long_as_a_cache_lives_are_told(
    gap: int, varies: bool, said: bool
) -> None:
    facts = facts_of(CACHED, replace(prefix(own=5_000, marked=9_000, gap=gap), gaps_vary=varies))
    assert ("gaps-near-cache-life" in facts) is said
    if said:
        assert facts["gaps-near-cache-life"] == {"seconds": gap, "minutes": 5}


def test_terms_that_nobody_published_are_told() -> None:
    """Five minutes are assumed, and so is the least prefix where a model says nothing of a cache;
    what is not marked is not cached, and nothing is assumed of it."""
    silent = model(RATES)
    half = model(RATES, "cache = { minimum_tokens = 1_000 }")
    told = {"tokens": 1_024, "minutes": 5}
    assert facts_of(silent, prefix(own=5_000, marked=9_000, gap=74)) == {"cache-terms": told}
    assert facts_of(half, prefix(own=5_000, marked=9_000, gap=74)) == {"cache-life": {"minutes": 5}}
    assert "gaps-near-cache-life" in facts_of(silent, prefix(own=5_000, marked=9_000, gap=75))
    assert facts_of(CACHED, prefix(own=5_000, marked=9_000, gap=74)) == {}
    assert facts_of(silent, prefix(own=5_000, gap=75)) == {}
    dear = model("rates = { input = 10, output = 50 }", TERMS)
    assert set(facts_of(dear, prefix(own=5_000, marked=9_000, gap=75))) == {"no-cache-rate"}


def facts_of(entry: Entry, found: Prefix) -> dict[str, dict[str, object]]:
    """What a reader must know of one call a month with this prefix."""
    calls = ModelCalls(
        step="answer",
        role="chat",
        purpose="produce",
        count=Decimal(1),
        tokens={"input_tokens": Decimal(10_000), "output_tokens": Decimal(100)},
        prefix=found,
    )
    bill = bill_model(entry, DAY, [calls], Traffic(requests_per_month=Decimal(1)), Terms())
    return {fact.code: dict(fact.values) for fact in bill.facts}
