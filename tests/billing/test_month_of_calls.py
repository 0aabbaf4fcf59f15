"""A month's calls to a model: counts, factors of the binding, windows, merged lines, notes."""

from datetime import date
from decimal import Decimal

import pytest
from small_catalog import DAY, amounts, model, sum_of

from costplan.billing.models import ModelBill, Terms, bill_model
from costplan.facts import texts
from costplan.workload.conversation import Prefix
from costplan.workload.model_calls import ModelCalls
from costplan.workload.tables import Job, Traffic

TRAFFIC = Traffic(requests_per_month=Decimal(10_000))
PLAIN = model("rates = { input = 2, output = 10 }\nmode.batch = { times = 0.5 }")


def calls(count: str | int = 10, step: str = "answer", purpose: str = "produce", **keys):
    names = ("prefix", "mode", "job", "rate_per_second")
    rest = {name: keys.pop(name) for name in names if name in keys}
    tokens = {name: Decimal(str(value)) for name, value in keys.items()}
    return ModelCalls(
        role="chat", step=step, purpose=purpose, count=Decimal(count), tokens=tokens, **rest
    )


def month(entry, *demands, traffic=TRAFFIC, day=DAY, **terms) -> ModelBill:
    return bill_model(entry, day, demands, traffic, Terms(**terms))


def test_count_times_one_request() -> None:
    made = month(PLAIN, calls(1_000, input_tokens=500, output_tokens=50))
    assert amounts(made.lines) == {"input": 1, "output": Decimal("0.5")}
    assert [(line.role, line.step, line.purpose) for line in made.lines] == [
        ("chat", "answer", "produce")
    ] * 2


def test_no_calls_make_no_lines() -> None:
    assert month(PLAIN, calls(0, input_tokens=500)).lines == []


def test_classes_of_one_step_share_a_line_and_tiers_stay_apart() -> None:
    tiered = model(
        "rates = { input = 2, output = 10 }\n"
        "tiers = [{ above = 1_000, rates = { input = 4, output = 20 } }]"
    )
    made = month(
        tiered,
        calls(10, input_tokens=500),
        calls(10, input_tokens=700),
        calls(10, input_tokens=1_500),
    )
    assert [(line.label, line.quantity, line.amount) for line in made.lines] == [
        ("input", 12_000, Decimal("0.024")),
        ("input above 1,000 input", 15_000, Decimal("0.06")),
    ]


def test_steps_purposes_and_modes_have_their_own_lines() -> None:
    made = month(
        PLAIN,
        calls(10, input_tokens=100),
        calls(10, step="check", purpose="coordinate", input_tokens=100),
        calls(10, mode="batch", input_tokens=100),
    )
    assert [(line.step, line.purpose, line.amount) for line in made.lines] == [
        ("answer", "produce", Decimal("0.002")),
        ("check", "coordinate", Decimal("0.002")),
        ("answer", "produce", Decimal("0.001")),
    ]


def test_tokenizer_and_verbosity_of_the_model() -> None:
    made = month(
        model("rates = { input = 1, cache_read = 0.1, output = 10 }"),
        calls(10, input_tokens=1_000, cache_read_tokens=400, output_tokens=100, web_searches=1),
        input_factor=Decimal("1.2"),
        output_factor=Decimal("0.5"),
    )
    assert {line.price.charge: line.quantity for line in made.lines} == {
        "input": 7_200,
        "cache_read": 4_800,
        "output": 500,
        "web_searches": 10,
    }


def test_a_tokenizer_can_move_a_request_into_a_tier() -> None:
    tiered = model("rates = { input = 2 }\ntiers = [{ above = 1_000, rates = { input = 4 } }]")
    demand = calls(1, input_tokens=1_000)
    assert month(tiered, demand).lines[0].amount == Decimal("0.002")
    made = month(tiered, demand, input_factor=Decimal("1.1"))
    assert made.lines[0].amount == Decimal("0.0044")


def test_a_discount_shows_list_and_contract() -> None:
    (line,) = month(PLAIN, calls(1_000, input_tokens=500), discount=Decimal("0.12")).lines
    assert (line.list_amount, line.amount) == (1, Decimal("0.88"))
    assert line.formula == "500,000 token x 2 / 1,000,000 x 0.88 (discount)"


def test_a_region_of_the_binding() -> None:
    regional = model("rates = { input = 2 }\nregion.eu = { times = 1.1 }")
    (line,) = month(regional, calls(1_000, input_tokens=500), region="eu").lines
    assert line.amount == Decimal("1.1")


def test_an_unpublished_rate_stays_unpriced_when_merged() -> None:
    silent = model("rates = { input = 2 }")
    made = month(silent, calls(1, output_tokens=5), calls(2, output_tokens=7))
    (line,) = made.lines
    assert (line.quantity, line.amount, line.list_amount) == (19, None, None)


# ---------------------------------------------------------------- windows

PEAK = model(
    """
rates = { input = 1 }
schedule = [{ name = "peak", times = 2, utc_offset = "+00:00", days = "mon-fri", hours = ["00:00-12:00"] }]
"""  # noqa: E501
)
NOVEMBER = date(2026, 11, 1)  # 30 days, 21 of them weekdays


def test_flat_traffic_falls_in_a_window_by_its_hours() -> None:
    made = month(PEAK, calls(1_000, input_tokens=1_000), day=NOVEMBER)
    share = Decimal(21 * 12) / Decimal(30 * 24)
    quantities = {line.label: line.quantity for line in made.lines}
    assert quantities == {
        "input peak": 1_000_000 * share,
        "input": 1_000_000 * (1 - share),
    }
    assert sum_of(made.lines) == 1 + share
    assert texts(made.facts, "assumption") == [
        "acme/chat: 35.0 % of calls fall in the peak window "
        "(assumed from traffic that is flat over the week)"
    ]


def test_a_stated_profile_moves_the_share() -> None:
    morning = Traffic(
        requests_per_month=Decimal(1),
        hourly=(Decimal(1),) * 12 + (Decimal(0),) * 12,
        weekend_factor=Decimal(0),
    )
    made = month(PEAK, calls(1_000, input_tokens=1_000), traffic=morning, day=NOVEMBER)
    assert [line.label for line in made.lines] == ["input peak"]
    assert sum_of(made.lines) == 2
    assert "(assumed from the stated hourly profile)" in texts(made.facts, "assumption")[0]


def test_a_job_runs_in_its_own_hours() -> None:
    job = Job(name="night", runs_per_month=Decimal(1), model="chat", hours=("06:00-18:00",))
    made = month(PEAK, calls(1_000, input_tokens=1_000, job=job), day=NOVEMBER)
    share = Decimal(21 * 6) / Decimal(30 * 12)
    assert sum_of(made.lines) == 1 + share
    weekdays = Job(
        name="day",
        runs_per_month=Decimal(1),
        model="chat",
        hours=("00:00-12:00",),
        days="mon-fri",
    )
    made = month(PEAK, calls(1_000, input_tokens=1_000, job=weekdays), day=NOVEMBER)
    assert [line.label for line in made.lines] == ["input peak"]


def test_windows_that_cover_the_week_leave_nothing_outside() -> None:
    """30 and 690 of 720 hours: shares that do not end must not leave a line of 1e-22 tokens."""
    whole = model(
        """
rates = { input = 1 }
schedule = [
  { name = "hour", times = 2, utc_offset = "+00:00", hours = ["09:00-10:00"] },
  { name = "rest", times = 3, utc_offset = "+00:00" },
]
"""
    )
    made = month(whole, calls(1_000, input_tokens=1_000), day=NOVEMBER)
    assert [line.label for line in made.lines] == ["input hour", "input rest"]
    assert sum(line.quantity for line in made.lines) == pytest.approx(Decimal(10**6))


# ---------------------------------------------------------------- caching and warnings


def test_cache_cases_become_lines() -> None:
    cached = model(
        "rates = { input = 10, cache_read = 1, cache_write = 12.5 }",
        "cache = { minimum_tokens = 1_000, ttl_minutes = 5 }",
    )
    shared = Prefix(shared=Decimal(4_000), marked=Decimal(4_000))
    made = month(
        cached,
        calls(100, input_tokens=10_000, prefix=shared, rate_per_second=Decimal("0.01")),
    )
    warm = 1 - (Decimal(-3)).exp()
    assert {line.price.charge: line.quantity for line in made.lines} == {
        "input": 600_000,
        "cache_read": 400_000 * warm,
        "cache_write": 400_000 * (1 - warm),
    }
    assert texts(made.facts, "assumption") == []


def test_an_announced_price_is_a_note_in_todays_unit() -> None:
    announced = model(
        """
rates = { input = 2, output = 10 }
[[model.price]]
origin = { since = 2027-01-01, checked = 2026-06-02, source = "set" }
per = 1_000
rates = { input = 0.003, output = 0.01 }
"""
    )
    made = month(announced, calls(1, input_tokens=10))
    assert texts(made.facts, "note") == ["acme/chat: from 2027-01-01 on: input 2 -> 3"]
    made = month(announced, calls(1, input_tokens=10), day=date(2027, 1, 1))
    assert texts(made.facts, "note") == []  # it holds
    assert amounts(made.lines) == {"input": Decimal("0.00003")}


def test_assumed_cache_terms_are_said() -> None:
    shared = Prefix(shared=Decimal(4_000), marked=Decimal(4_000))
    demand = calls(1, input_tokens=10_000, prefix=shared)
    made = month(model("rates = { input = 10, cache_read = 1 }"), demand)
    assert texts(made.facts, "assumption") == [
        "acme/chat: cache terms assumed: prefixes of at least 1,024 tokens, kept 5 minutes"
    ]
    made = month(PLAIN, demand)
    assert texts(made.facts, "assumption") == [
        "acme/chat: the catalogue has no cache_read rate; nothing is cached"
    ]


def test_a_tokenizer_scales_the_prefix_too() -> None:
    cached = model(
        "rates = { input = 10, cache_read = 1 }",
        "cache = { minimum_tokens = 1_000, ttl_minutes = 5 }",
    )
    own = Prefix(own=Decimal(4_000), marked=Decimal(6_000))
    made = month(cached, calls(1, input_tokens=10_000, prefix=own), input_factor=Decimal("1.5"))
    assert {line.price.charge: line.quantity for line in made.lines} == {
        "input": 9_000,
        "cache_read": 6_000,
    }


def test_what_does_not_fit_the_model_is_a_warning_once() -> None:
    small = model("rates = { input = 1, output = 1 }", "context = 1_000\nmax_output = 100")
    fits = calls(1, input_tokens=1_000, output_tokens=100)
    assert texts(month(small, fits).facts, "warning") == []
    large = calls(1, input_tokens=1_001, output_tokens=101)
    assert texts(month(small, large, large).facts, "warning") == [
        "'answer' sends 1,001 tokens; acme/chat takes 1,000",
        "'answer' wants 101 output tokens; acme/chat gives at most 100",
    ]
