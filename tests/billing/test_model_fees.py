"""Fees beside the tokens: what every call pays, what an account has free, what storage costs."""

from datetime import date
from decimal import Decimal

import pytest
from small_catalog import DAY, ORIGIN, Shelf, amounts, file_of, model, tokens, workload_of

from costplan.billing.quotas import Allowances
from costplan.catalog.lookup import Catalog
from costplan.document.estimate import Estimate
from costplan.plan.bill.estimate import estimate
from costplan.problems import InvalidInput
from costplan.workload.model_calls import ModelCalls
from costplan.workload.tables import Traffic

RATES = "rates = { input = 2, cache_read = 0.2, output = 10 }\n"
SIZED = RATES + "".join(
    f'fee.requests_{size} = {{ price = {price}, per = 1_000, unit = "request" }}\n'
    for size, price in (("low", 6), ("medium", 10), ("high", 14))
)
FREE = 'free = { quantity = 5_000, period = "month", shared = "line" }'
DAILY = 'once = true, free = { quantity = 1_500, period = "day" }'
STORED = 'fee.stored_token_hours = { price = 4.5, per = 1_000_000, unit = "token-hour" }\n'


def fee(price: int, more: str, unit: str = "search") -> str:
    return f'fee.web_searches = {{ price = {price}, per = 1_000, unit = "{unit}", {more} }}\n'


# ---------------------------------------------------------------- every call pays


def test_a_fee_by_search_context_is_unpriced_until_the_size_is_said() -> None:
    lines = tokens(model(SIZED), count=10, input_tokens=1_000, output_tokens=500)
    last = lines[-1]
    assert (last.price.charge, last.quantity, last.amount) == ("requests", 10, None)
    assert last.price.reason == (
        "every call pays a fee beside its tokens, one of requests_low 6 per 1,000 request, "
        "requests_medium 10 per 1,000 request, requests_high 14 per 1,000 request: "
        "state search_context"
    )


@pytest.mark.parametrize(("size", "paid"), [("low", "0.06"), ("medium", "0.10"), ("high", "0.14")])
def test_the_size_of_the_search_context_decides_the_fee(size: str, paid: str) -> None:
    lines = tokens(model(SIZED), count=10, input_tokens=1_000, **{f"requests_{size}": 1})
    assert amounts(lines) == {"input": Decimal("0.02"), f"requests_{size}": Decimal(paid)}


def test_a_search_context_is_nothing_to_a_model_without_such_fees() -> None:
    assert amounts(tokens(model(RATES), input_tokens=1_000, requests_low=1)).keys() == {"input"}


def test_a_fee_for_every_request_needs_no_word() -> None:
    entry = model(RATES + 'fee.requests = { price = 5, per = 1_000, unit = "request" }')
    assert amounts(tokens(entry, count=4, input_tokens=1_000)) == {
        "input": Decimal("0.008"),
        "requests": Decimal("0.02"),
    }
    assert not tokens(entry, count=4)  # nothing was called


def test_a_model_that_always_searches_asks_how_often() -> None:
    entry = model(RATES + fee(25, "always = true"))
    silent = tokens(entry, count=3, input_tokens=10)[-1]
    assert (silent.price.charge, silent.quantity, silent.amount) == ("web_searches", 3, None)
    assert amounts(tokens(entry, count=3, input_tokens=0, web_searches=2)) == {
        "web_searches": Decimal("0.15")
    }


def test_a_fee_once_a_call_counts_the_prompts_that_search() -> None:
    entry = model(RATES + fee(35, "once = true", "prompt"))
    assert amounts(tokens(entry, count=100, web_searches=3))["web_searches"] == Decimal("3.5")
    assert [line.quantity for line in tokens(entry, count=100, web_searches="0.3")] == [30]


def test_either_one_fee_a_request_or_one_by_size() -> None:
    both = SIZED + 'fee.requests = { price = 5, per = 1_000, unit = "request" }'
    with pytest.raises(InvalidInput, match="either 'requests' or one of requests_low"):
        model(both)


# ---------------------------------------------------------------- whole estimates


MODELS = "".join(
    f'[[model]]\nid = "acme/{name}"\ncache = {{ minimum_tokens = 1_000 }}\n'
    f"[[model.price]]\n{ORIGIN}\nper = 1_000_000\n{card}\n"
    for name, card in (
        ("pro", RATES + fee(14, FREE) + STORED),
        ("flash", RATES + fee(14, FREE)),
        ("daily", RATES + fee(35, DAILY, "prompt")),
        ("plain", RATES),
        ("sized", SIZED),
    )
)
CATALOG = Catalog([Shelf(file_of(MODELS), "tokens")])
HEAD = 'name = "w"\ntraffic.requests_per_month = 10_000\n'


def planned(text: str, day: date = DAY) -> Estimate:
    (made,) = estimate(workload_of(HEAD + text), CATALOG, day).estimates
    return made


def step(name: str, role: str, more: str) -> str:
    if "input_tokens" not in more:
        more = f"input_tokens = 0\n{more}"
    return f'[[step]]\nname = "{name}"\nmodel = "{role}"\noutput_tokens = 1\n{more}\n'


def test_a_quota_is_one_sum_over_models_roles_and_steps() -> None:
    made = planned(
        step("a", "x", "web_searches = 1")
        + step("b", "y", "web_searches = 0.5")
        + step("c", "z", "web_searches = 0.5")
        + '[stack.s]\nx = "acme/pro"\ny = "acme/flash"\nz = "acme/flash"'
    )
    lines = [line for line in made.lines if line.price.charge == "web_searches"]
    # 10,000 + 5,000 + 5,000 searches less 5,000 leave three quarters of each to pay
    assert [line.quantity for line in lines] == [7_500, 3_750, 3_750]
    assert [line.amount for line in lines] == [105, Decimal("52.5"), Decimal("52.5")]
    assert [line.quantity_used for line in lines] == [10_000, 5_000, 5_000]
    assert lines[0].basis == "10,000 search - 2,500 included"


def test_what_is_all_free_costs_nothing_and_says_so() -> None:
    made = planned(step("a", "x", "web_searches = 0.1") + '[stack.s]\nx = "acme/pro"')
    (line,) = [line for line in made.lines if line.price.charge == "web_searches"]
    assert (line.amount, line.quantity, line.basis) == (0, 0, "1,000 search - 1,000 included")


def test_an_account_whose_quota_is_spent_elsewhere_pays_all() -> None:
    stack = '[stack.s]\nfree_tiers = false\nx = "acme/pro"'
    made = planned(step("a", "x", "web_searches = 1") + stack)
    (line,) = [line for line in made.lines if line.price.charge == "web_searches"]
    assert (line.amount, line.basis) == (140, "")


def paid_share(a_month: int, day: date, **traffic: object) -> Decimal:
    calls = ModelCalls(
        role="x",
        step="a",
        purpose="produce",
        count=Decimal(a_month),
        tokens={"web_searches": Decimal(4)},
    )
    entry = CATALOG.get("acme/daily")
    terms = Traffic(requests_per_month=Decimal(1), **traffic)  # type: ignore[arg-type]
    return Allowances.of([(entry, [calls])], terms, day).paid(entry, day)["web_searches"].share


def test_a_daily_quota_counts_each_day_of_the_month() -> None:
    # November has 30 days: 60,000 prompts are 2,000 a day, of which 500 are paid
    assert paid_share(60_000, DAY) == Decimal("0.25")
    assert paid_share(45_000, DAY) == 0
    # 21 weekdays alone: 2,000 a day once more, and weekends help nobody
    assert paid_share(42_000, DAY, weekend_factor=Decimal(0)) == Decimal("0.25")


def test_a_quota_known_only_later_takes_nothing_off() -> None:
    later = 'origin = { since = 2026-12-01, checked = 2026-11-01, source = "page" }'
    free = FREE.replace(" }", f", {later} }}")
    entry = model(RATES + fee(14, free))
    calls = ModelCalls(
        role="x", step="a", purpose="produce", count=Decimal(9), tokens={"web_searches": Decimal(1)}
    )
    uses = [(entry, [calls])]
    assert not Allowances.of(uses, Traffic(requests_per_month=Decimal(1)), DAY).paid(entry, DAY)


# ---------------------------------------------------------------- storage of caches


CACHED = "input_tokens = 100_500\ncacheable_tokens = 100_000\n"


def test_a_stored_cache_is_paid_by_the_hour_and_read_by_every_call() -> None:
    stored = "cache_storage = { hours = 730 }\n"
    made = planned(step("a", "x", CACHED + stored) + '[stack.s]\nx = "acme/pro"')
    lines = {line.price.charge: line for line in made.lines}
    # 100,000 tokens x 730 hours x 4.50 a million
    assert lines["stored_token_hours"].amount == Decimal("328.5")
    assert lines["stored_token_hours"].fixed
    assert lines["cache_read"].quantity == 100_000 * 10_000
    assert not [one for one in made.not_included if "storage of an explicit cache" in one]


def test_half_a_month_of_storage_makes_half_of_the_cold_calls_warm() -> None:
    cold = planned(step("a", "x", CACHED) + '[stack.s]\nx = "acme/pro"')
    half = planned(
        step("a", "x", CACHED + "cache_storage = { hours = 365 }") + '[stack.s]\nx = "acme/pro"'
    )
    warm, kept = (
        next(line.quantity for line in made.lines if line.price.charge == "cache_read")
        for made in (cold, half)
    )
    whole = Decimal(100_000 * 10_000)
    assert kept == pytest.approx(whole / 2 + warm / 2)


def test_storage_that_is_sold_and_not_said_is_named_as_left_out() -> None:
    made = planned(step("a", "x", CACHED) + '[stack.s]\nx = "acme/pro"')
    assert (
        "acme/pro: storage of an explicit cache for 'a', 4.5 per 1,000,000 token-hour: "
        "state cache_storage (an implicit cache pays none)"
    ) in made.not_included
    short = planned(
        step("a", "x", "input_tokens = 900\ncacheable_tokens = 800") + '[stack.s]\nx = "acme/pro"'
    )
    assert not [one for one in short.not_included if "explicit cache" in one]


def test_storage_with_a_model_that_sells_none_is_no_charge_and_no_silence() -> None:
    stored = "cache_storage = { hours = 10, tokens = 5 }\n"
    made = planned(step("a", "x", CACHED + stored) + '[stack.s]\nx = "acme/plain"')
    assert "stored_token_hours" not in {line.price.charge for line in made.lines}
    assert (
        "acme/plain: the catalogue has no price of a stored cache; 'a' pays none"
        in made.assumptions
    )


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("cache_storage = { hours = 1 }", "how many tokens are stored"),
        ("cache_storage = { hours = 745, tokens = 1 }", "a month has at most 744 hours"),
    ],
)
def test_storage_that_cannot_be(more: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        planned(step("a", "x", more) + '[stack.s]\nx = "acme/pro"')


def test_a_workload_states_the_search_context() -> None:
    made = planned(step("a", "x", 'search_context = "high"') + '[stack.s]\nx = "acme/sized"')
    assert not made.unpriced
    assert made.total_monthly == Decimal(
        "140.1"
    )  # 10,000 x 0.014, and a token each at 10 a million
    silent = planned(step("a", "x", "") + '[stack.s]\nx = "acme/sized"')
    assert [one.price.charge for one in silent.unpriced] == ["requests"]


def test_a_job_searches_too() -> None:
    job = '[[job]]\nname = "j"\nruns_per_month = 10\nitems = 100\nmodel = "x"\ninput_tokens = 1\n'
    made = planned(job + 'search_context = "low"\n[stack.s]\nx = "acme/sized"')
    assert made.total_monthly == Decimal("6.002")  # 1,000 x 0.006, and a token each at 2 a million
    found = planned(job + 'web_searches = 6\n[stack.s]\nx = "acme/pro"')
    assert found.total_monthly == Decimal("14.002")  # 6,000 searches, 5,000 of them free
    with pytest.raises(InvalidInput, match="searches need a 'model'"):
        planned(job.replace("model", "tool").replace("input_tokens = 1\n", "") + "web_searches = 1")


# ---------------------------------------------------------------- what is not published


def test_a_price_is_unpublished_only_where_a_source_says_so() -> None:
    said = '{ since = 2026-01-01, checked = 2026-06-01, source = "page" }'
    entry = model(f"rates = {{ input = 2 }}\nunpublished.output = {said}")
    reasons = [line.price.reason for line in tokens(entry, input_tokens=1, output_tokens=1)]
    assert reasons == [
        None,
        "no output rate is published: https://acme.example/pricing, 2026-06-01",
    ]
    bare = tokens(model("rates = { input = 2 }"), output_tokens=1)
    assert [line.price.reason for line in bare] == ["the catalogue has no output rate"]


@pytest.mark.parametrize(
    ("name", "message"), [("input", "has a price for input"), ("tea", "'tea' is none of these")]
)
def test_what_is_unpublished_has_no_price_here(name: str, message: str) -> None:
    said = '{ since = 2026-01-01, checked = 2026-06-01, source = "page" }'
    with pytest.raises(InvalidInput, match=message):
        model(f"rates = {{ input = 2 }}\nunpublished.{name} = {said}")
