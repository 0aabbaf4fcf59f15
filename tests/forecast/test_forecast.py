"""``costplan forecast``: months that are estimates' own, what happens when, and histories that try.

``acme/plain`` costs 1 a million of input and 5 of output from May 2026 on, and twice that from
September on. A request has 100,000 and 20,000 tokens: 0.20, later 0.40.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from run import ROOT, Ran, costplan
from usage_cases import HEADER, TEXT, lines

import costplan as library
from costplan.plan.forecast.bills import MonthBill
from costplan.plan.forecast.events import Paths
from costplan.plan.forecast.events import events as events_of

DOUBLE = """
[[model.price]]
origin = { since = 2026-09-01, checked = 2026-06-01, source = "page" }
unit = "token"
per = 1_000_000
rates = { input = 2, output = 10 }

[[model]]
id = "acme/tiered"
"""
PRICES = TEXT.replace('\n[[model]]\nid = "acme/tiered"\n', DOUBLE)
WORKLOAD = """
name = "shop"
step = [{ name = "answer", model = "chat", input_tokens = 100_000, output_tokens = 20_000 }]
stack.own.chat = "acme/plain"
fixed = [{ name = "seat", monthly = 10 }]
traffic.requests_per_month = 1_000
"""
DAY = date(2026, 6, 15)


SEAT = 'fixed = [{ name = "seat", monthly = 10 }]'


def run(
    folder: Path, *arguments: str, more: str = "", day: str = "2026-06-15", fixed: str = SEAT
) -> Ran:
    (folder / "pricing" / "tokens").mkdir(parents=True, exist_ok=True)
    (folder / "pricing" / "tokens" / "acme.toml").write_text(HEADER + PRICES, encoding="utf-8")
    (folder / "plan.toml").write_text(WORKLOAD.replace(SEAT, fixed) + more, encoding="utf-8")
    return costplan("forecast", "plan.toml", "--as-of", day, *arguments, folder=folder)


def made(folder: Path, *arguments: str, **more: str) -> Any:
    ran = run(folder, *arguments, "--format", "json", **more)
    assert ran.code == 0, ran.err
    return ran.data


def history(folder: Path, rows: Iterable[tuple[object, object]], name: str = "requests") -> str:
    text = "".join(f"{day},{value}\n" for day, value in rows)
    (folder / "h.csv").write_text(f"date,{name}\n{text}", encoding="utf-8")
    return "--history=h.csv"


def days(number: int, value: object = 10, last: date = DAY - timedelta(days=1)) -> Any:
    first = last - timedelta(days=number - 1)
    return [(first + timedelta(days=at), value) for at in range(number)]


def events(data: Any) -> dict[str, Any]:
    return {one["kind"]: one for one in data["events"]}


def codes(data: Any) -> set[str]:
    return {one["code"] for one in data.get("facts", [])}


def test_without_a_history_it_is_the_estimates_own_horizon(tmp_path: Path) -> None:
    """Growth, dated prices and what is paid once, to the last digit."""
    more = """
traffic.growth_per_month = 0.07
horizon_months = 12
credit = [{ name = "start", offers = "acme/*", amount = 50, one_time = true }]
"""
    once = """
fixed = [
    { name = "seat", monthly = 10 },
    { name = "setup", one_off = 99, month = 2 },
    { name = "migration", one_off = 500, month = 8 },
    { name = "theirs", one_off = 7_000, month = 3, stacks = ["other"] },
    { name = "ours", one_off = 30, month = 4, stacks = ["own"] },
]
stack.other.chat = "acme/plain"
"""
    plain = [one["total"] for one in made(tmp_path, more=more)["months"]]
    forecast = made(tmp_path, "--stack", "own", more=more, fixed=once)
    added = [one["total"] - total for one, total in zip(forecast["months"], plain, strict=True)]
    assert added == [0, 99, 0, 30, 0, 0, 0, 500, 0, 0, 0, 0]
    ran = costplan(
        "estimate", "plan.toml", "--as-of", "2026-06-15", "--format", "json", folder=tmp_path
    )
    estimate = next(one for one in ran.data["estimates"] if one["stack"] == "own")
    assert [one["total"] for one in forecast["months"]] == [
        one["total"] for one in estimate["months"]
    ]
    assert [one["month"] for one in forecast["months"]] == [
        one["month"] for one in estimate["months"]
    ]
    assert forecast["band"] is None
    assert {"no-history", "growth-stated"} <= codes(forecast)
    (growth,) = [one for one in forecast["facts"] if one["code"] == "growth-stated"]
    assert growth["values"] == {"percent": 7}
    assert all(one["total_low"] is None for one in forecast["months"])


def test_each_month_has_its_own_prices_and_the_change_is_named(tmp_path: Path) -> None:
    data = made(tmp_path, "--months", "5")
    assert [one["total"] for one in data["months"]] == [210, 210, 210, 410, 410]
    change = events(data)["price-changes"]
    assert change["month"] == "2026-09"
    assert change["fact"]["values"]["how"] == "doubles"
    assert change["fact"]["values"]["since"] == "2026-09-01"
    assert "input 1 to 2, output 5 to 10" in change["fact"]["text"]


def test_the_month_that_passes_a_budget_is_named(tmp_path: Path) -> None:
    growth = "traffic.growth_per_month = 0.1\n"
    data = made(tmp_path, more=growth + "budget.monthly_total = 250\n")
    passed = events(data)["limit-passed"]
    assert passed["month"] == "2026-08"  # 200 x 1.1^2 + 10
    assert "budget of 250 is passed in August 2026" in passed["fact"]["text"]
    data = made(tmp_path, more=growth + "budget.monthly_total = 200\n")
    assert events(data)["limit-is-passed"]["month"] == "2026-06"
    data = made(tmp_path, more="budget.component.tokens = 900\n")
    assert events(data)["limit-not-passed"].get("month") is None
    data = made(tmp_path, more="budget.monthly_total = { warn = 300, deny = 900 }\n")
    assert [one["fact"]["subject"] for one in data["events"][:2]] == ["warning", "budget"]


def test_a_history_sets_the_volume(tmp_path: Path) -> None:
    """Fifty a day: the month that runs has what was, and the rest; a month of 31 days more."""
    data = made(tmp_path, history(tmp_path, days(200, 50)), "--months", "3")
    assert [one["volume"] for one in data["months"]] == [1_500, 1_550, 1_550]
    assert data["months"][0]["total"] == 310
    assert data["method"]["name"] == "run-rate"
    assert data["history"] == {
        "counts": "requests",
        "first": str(DAY - timedelta(days=200)),
        "last": "2026-06-14",
        "values": 200,
        "by_month": False,
    }
    month = data["months"][1]
    assert month["total_low"] == month["total"] == month["total_high"]
    # Origins each seven days from the 28th on, which end 28, 56 and 84 days before the 200th or
    # earlier: 28 to 168, to 140 and to 112.
    assert data["method"]["tried"] == 21 + 17 + 13
    longer = made(tmp_path, history(tmp_path, days(200, 50)), "--months", "6")
    assert longer["method"]["tried"] == 51  # methods are compared up to three months ahead


def test_bands_are_bills_of_their_own(tmp_path: Path) -> None:
    """A volume that swings: fixed costs do not, and a limit may be passed before it is likely."""
    swings = [(day, 30 + 20 * (at // 28 % 2)) for at, (day, _) in enumerate(days(300))]
    more = "budget.monthly_total = 700\n"
    data = made(tmp_path, history(tmp_path, swings), "--months", "4", more=more)
    month = data["months"][1]
    assert month["volume_low"] < month["volume"] < month["volume_high"]
    for end in ("_low", "", "_high"):
        price = Decimal("0.2")
        assert abs(month[f"total{end}"] - (month[f"volume{end}"] * price + 10)) < Decimal("1e-6")
    assert data["band"]["level"] == Decimal("0.8")
    assert data["band"]["tried"] > 0
    assert not {"bands-until", "no-bands"} & codes(data)
    assert events(data)["limit-may-pass"]["month"] == "2026-09"


def test_bands_of_four_errors_were_never_tried(tmp_path: Path) -> None:
    """Of 77 days, forecasts from the 28th, 35th, 42nd and 49th: four errors make a band, and none
    of the four had four before it. Two months ahead only two can be tried."""
    data = made(tmp_path, history(tmp_path, days(77)), "--months", "3")
    assert data["band"] == {"level": Decimal("0.8"), "held": None, "tried": 0}
    (until,) = [told for told in data["facts"] if told["code"] == "bands-until"]
    assert until["values"] == {"month": "June 2026"}
    assert [month.get("volume_low") for month in data["months"]] == [300, None, None]


def test_two_years_of_months_have_seasons(tmp_path: Path) -> None:
    rows = [
        (f"{2023 + at // 12}-{at % 12 + 1:02}", 1_000 + 500 * (at % 12 == 11)) for at in range(41)
    ]
    data = made(tmp_path, history(tmp_path, rows))
    assert data["method"]["name"] == "seasonal"
    assert data["history"]["by_month"] is True
    december = next(one for one in data["months"] if one["month"] == "2026-12")
    assert abs(december["volume"] - 1_500) < 2  # Februaries differ by a day
    assert {one["name"] for one in data["others"]} == {"last-year", "last-month"}
    assert "history-lacks-months" not in codes(data)


def test_a_better_method_is_taken_where_the_past_shows_it(tmp_path: Path) -> None:
    """A volume that doubles each ten weeks: the mean of four weeks lags behind."""
    grows = [(day, round(1.01**at * 10, 3)) for at, (day, _) in enumerate(days(250))]
    data = made(tmp_path, history(tmp_path, grows))
    assert data["method"]["name"] == "trend"
    assert data["method"]["error"] < data["others"][0]["error"]
    (better,) = [one for one in data["facts"] if one["code"] == "better-method"]
    for share, past in (("error", data["method"]), ("usual", data["others"][0])):
        assert abs(better["values"][share] - past["error"] * 100) <= Decimal("0.005")


def test_a_method_that_expected_something_where_nothing_came_has_no_share(tmp_path: Path) -> None:
    """No share of nothing is a number. Five weeks of nothing begin a week before the first origin:
    the mean of four weeks expects something of them, the last week expects nothing."""
    rows = [
        (day, 0 if 21 <= at < 56 else 100 + 100 * (at // 40 % 3))
        for at, (day, _) in enumerate(days(250))
    ]
    asked = history(tmp_path, rows)
    data = made(tmp_path, asked, "--months", "2")
    assert data["method"]["name"] == "last-week"
    usual = next(one for one in data["others"] if one["name"] == "run-rate")
    assert usual["error"] is None
    assert usual["tried"] > 0
    assert "better-method-of-gaps" in codes(data)
    drawn = run(tmp_path, asked, "--months", "2", "--full").out
    assert "too little history to try" not in drawn
    assert "the mean of the last 28 days: something was expected where nothing came" in drawn
    (tmp_path / "f.json").write_text(json.dumps(data, default=float), encoding="utf-8")
    assert costplan("report", "f.json", "--full", folder=tmp_path).out == drawn


def test_money_goes_on_times_what_prices_do(tmp_path: Path) -> None:
    """10 a day at prices that double in September; of 310 a month, 10 are a seat and stay."""
    data = made(tmp_path, history(tmp_path, days(60, 10), "amount"), "--months", "4")
    assert data["counts"] == "amount"
    assert [one["volume"] for one in data["months"]] == [300, 310, 310, 300]
    assert data["months"][1]["total"] == 310
    scale = Decimal(300) / 210
    before, after = 200 * scale + 10, 400 * scale + 10
    assert abs(data["months"][3]["total"] - 300 * after / before) < Decimal("1e-9")
    # In July 310 / 210 of the plan are 295.24 of tokens and 10 of the seat, of which 310 / 305.24
    # are 299.84 and 10.156; in June 289.86 and 10.145.
    limits = "budget.component = { tokens = 299.9, other = 10.15 }\n"
    data = made(tmp_path, history(tmp_path, days(60, 10), "amount"), "--months", "2", more=limits)
    passed = [(one["fact"]["subject"], one.get("month")) for one in data["events"]]
    assert passed == [("budget for tokens", None), ("budget for other", "2026-07")]


def test_real_usage_is_a_history(tmp_path: Path) -> None:
    """24 calls a day and two a request: 12 requests; a silent day counts as none."""
    row = {"model": "plain", "input_tokens": 1, "output_tokens": 1}
    rows = [
        {**row, "time": f"{day}T{hour:02}:10:00Z"}
        for at, (day, _) in enumerate(days(57))
        for hour in range(24)
        if at != 40
    ]
    lines(tmp_path / "logs.jsonl", rows)
    maps = [f"--map={name}={name}" for name in ("time", "model", "input_tokens", "output_tokens")]
    asked = ["--history", "logs.jsonl", *maps, "--map=vendor==acme", "--months", "2"]
    (tmp_path / "two.toml").write_text("", encoding="utf-8")
    two = WORKLOAD.replace('name = "answer"', 'name = "answer", calls = 2')
    run(tmp_path)
    (tmp_path / "plan.toml").write_text(two, encoding="utf-8")
    ran = costplan(
        "forecast", "plan.toml", "--as-of", "2026-06-15", *asked, "--format=json", folder=tmp_path
    )
    assert ran.code == 0, ran.err
    data = ran.data
    assert data["history"]["counts"] == "calls"
    assert abs(data["months"][1]["volume"] - Decimal(12 * 31) * 27 / 28) < Decimal("1e-6")
    assert {"history-calls", "history-silent-days"} <= codes(data)
    # A plan that calls no model has no requests to a call; its own requests it has all the same.
    none = two.replace("calls = 2", "calls = 0")
    (tmp_path / "plan.toml").write_text(none, encoding="utf-8")
    ran = costplan("forecast", "plan.toml", "--as-of", "2026-06-15", *asked, folder=tmp_path)
    assert ran.code == 2
    assert "the plan calls no model by request: give a history of date,requests" in ran.err
    requests = history(tmp_path, days(60, 10))
    ran = costplan("forecast", "plan.toml", "--as-of", "2026-06-15", requests, folder=tmp_path)
    assert ran.code == 0, ran.err


SMALL_PLAN = """
[[offer]]
id = "watch/small"
origin = { since = 2026-01-01, checked = 2026-06-01, source = "page" }
gates = [{ variable = "traces", max = 1_500, action = "block", reason = "the small plan" }]

[[offer.charge]]
id = "plan_fee"
unit = "month"
price = 5
"""


def watched(folder: Path, offer: str = SMALL_PLAN, name: str = "small") -> str:
    """An offer of observability beside the model's prices, and what binds it to the plan."""
    (folder / "pricing" / "observability").mkdir(parents=True)
    shelf = folder / "pricing" / "observability" / "watch.toml"
    shelf.write_text(HEADER + offer, encoding="utf-8")
    return f'observability.seats = 1\nstack.own.observability = "watch/{name}"\n'


def test_a_plan_that_is_outgrown_says_so(tmp_path: Path) -> None:
    more = watched(tmp_path)
    ran = run(tmp_path, "--format", "json", more=more + "traffic.growth_per_month = 0.2\n")
    assert ran.code == 0, ran.err
    month = next(one for one in ran.data["months"] if one["total"] is None)
    assert "the small plan" in month["reason"]
    assert events(ran.data)["not-served"]["month"] == month["month"]
    assert "months-at-least" not in codes(ran.data)  # no bill is none that lacks a price


def test_a_volume_that_may_outgrow_its_plan_has_no_upper_total(tmp_path: Path) -> None:
    """Some 1,300 requests a month are served, as many as the band's upper edge are not."""
    swings = [(day, 38 + 8 * (at // 28 % 2)) for at, (day, _) in enumerate(days(300))]
    data = made(tmp_path, history(tmp_path, swings), "--months", "2", more=watched(tmp_path))
    month = data["months"][1]
    assert month["volume"] < 1_500 < month["volume_high"]
    assert month["total_low"] < month["total"]
    assert month.get("total_high") is None


def test_money_that_outgrows_a_plan_has_no_bill(tmp_path: Path) -> None:
    """The plan costs 200 of tokens, 10 of the seat and 5: twice that is two thousand requests."""
    asked = history(tmp_path, days(60, Decimal(430) / 30), "amount")
    data = made(tmp_path, asked, "--months", "2", more=watched(tmp_path))
    assert data["counts"] == "amount"
    for month in data["months"]:
        assert month["total"] is None
        assert "the small plan" in month["reason"]


def test_a_tier_that_is_reached(tmp_path: Path) -> None:
    tiered = """
[[offer]]
id = "watch/tiered"
origin = { since = 2026-01-01, checked = 2026-06-01, source = "page" }

[[offer.charge]]
id = "traces"
quantity = "traces"
unit = "trace"
per = 1_000
tiers = [{ up_to = 1_500, price = 1 }, { price = 0.5 }]
"""
    more = watched(tmp_path, tiered, "tiered")
    data = made(tmp_path, more=more + "traffic.growth_per_month = 0.2\n")
    reached = events(data)["tier-reached"]
    assert reached["month"] == "2026-09"  # 1,728 traces
    assert reached["fact"]["subject"] == "watch/tiered"
    months = {one["month"]: one["total"] for one in data["months"]}
    assert months["2026-09"] == 1_728 * Decimal("0.4") + 10 + Decimal("1.5") + Decimal("0.114")


def test_another_plan_that_serves_it(tmp_path: Path) -> None:
    workload = library.load_workload(ROOT / "examples" / "support-agent.toml").workload
    assert workload is not None
    bills = [
        MonthBill(date(2026, month, 1), Decimal(month), offers={"observability": offer})
        for month, offer in ((6, "watch/small"), (7, "watch/small"), (8, "watch/large"))
    ]
    found = events_of(workload, library.load_catalog(), "portable", Paths(bills, [None] * 3))
    (change,) = [event for event in found if event.kind == "plan-changes"]
    assert change.month == date(2026, 8, 1)
    assert "watch/large in place of watch/small from August 2026 on" in change.fact.text


def test_a_commitment_that_is_used_up_and_one_that_ends(tmp_path: Path) -> None:
    more = """
traffic.growth_per_month = 0.1
commitment = [{ name = "cud", offers = "acme/*", monthly = 250, until = 2026-12-31 }]
"""
    data = made(tmp_path, more=more)
    assert events(data)["commitment-reached"]["month"] == "2026-09"
    assert events(data)["term-ends"]["fact"]["values"]["day"] == "2026-12-31"


class TestHistoriesThatTry:
    """What a history may be and must not break anything; and what is refused, with its line."""

    def test_out_of_order_is_in_order(self, tmp_path: Path) -> None:
        rows = days(60, 7)
        data = made(tmp_path, history(tmp_path, rows))
        assert made(tmp_path, history(tmp_path, reversed(rows))) == data

    def test_gaps_are_left_out_of_means(self, tmp_path: Path) -> None:
        rows = [row for at, row in enumerate(days(60, 10)) if at not in (45, 50)]
        data = made(tmp_path, history(tmp_path, rows))
        assert data["months"][1]["volume"] == 310
        assert "history-lacks-days" in codes(data)

    def test_zero_days_are_days(self, tmp_path: Path) -> None:
        rows = [(day, 0 if day.weekday() > 4 else 14) for day, _ in days(56)]
        assert made(tmp_path, history(tmp_path, rows))["months"][1]["volume"] == 310

    def test_nothing_but_zeros(self, tmp_path: Path) -> None:
        data = made(tmp_path, history(tmp_path, days(100, 0)))
        assert data["months"][1]["volume"] == 0
        assert data["months"][1]["total"] == 10

    @pytest.mark.parametrize("number", [1, 3, 6])
    def test_less_than_a_week(self, number: int, tmp_path: Path) -> None:
        data = made(tmp_path, history(tmp_path, days(number, 10)))
        assert data["months"][1]["volume"] == 310
        assert data["band"] is None
        assert {"history-short", "no-bands"} <= codes(data)

    def test_days_to_come_are_left_out(self, tmp_path: Path) -> None:
        rows = days(60, 10) + [(DAY + timedelta(days=at), 9_999) for at in range(9)]
        data = made(tmp_path, history(tmp_path, rows))
        assert data["months"][1]["volume"] == 310
        (left,) = [one for one in data["facts"] if one["code"] == "history-to-come"]
        assert left["values"]["count"] == 9

    def test_an_old_history_says_that_it_is(self, tmp_path: Path) -> None:
        rows = days(60, 10, DAY - timedelta(days=50))
        assert "history-ends" in codes(made(tmp_path, history(tmp_path, rows)))

    @pytest.mark.parametrize(("ago", "old"), [(1, False), (2, True)])
    def test_a_history_ends_with_yesterday(self, ago: int, tmp_path: Path, *, old: bool) -> None:
        data = made(tmp_path, history(tmp_path, days(60, 10, DAY - timedelta(days=ago))))
        assert ("history-ends" in codes(data)) is old

    @pytest.mark.parametrize(("day", "old"), [("2026-06-30", False), ("2026-07-02", True)])
    def test_a_history_by_the_month_ends_with_the_last_one(
        self, day: str, tmp_path: Path, *, old: bool
    ) -> None:
        """31 days after the end of May it is June yet; 32 days after it a month is missing."""
        rows = [(f"2026-0{month}", 100) for month in range(1, 6)]
        data = made(tmp_path, history(tmp_path, rows), day=day)
        assert ("history-ends" in codes(data)) is old
        data = made(tmp_path, history(tmp_path, rows), day="2026-07-01")
        assert "history-ends" not in codes(data)

    def test_all_growth_is_lost(self, tmp_path: Path) -> None:
        more = "traffic.growth_per_month = -1\n"
        for asked in ([], [history(tmp_path, days(60, 10))]):
            data = made(tmp_path, *asked, more=more)
            assert data["months"][2]["volume"] == 0
            assert data["months"][2]["total"] == 10

    def test_growth_beyond_all_numbers(self, tmp_path: Path) -> None:
        """Ten times as much each month: of 1,000 requests the thirteenth has 10^15, the largest
        number that no bill holds."""
        data = made(tmp_path, "--months", "30", more="traffic.growth_per_month = 9\n")
        none = [month["month"] for month in data["months"] if month["total"] is None]
        assert (none[0], len(none)) == ("2027-06", 18)
        assert none == [month["month"] for month in data["months"] if month["volume"] is None]
        assert data["months"][-1]["total"] is None
        assert "too large" in data["months"][-1]["reason"]
        assert events(data)["not-served"]

    def test_what_costs_nothing_has_a_history_of_requests_alone(self, tmp_path: Path) -> None:
        """Money says nothing of the volume of a plan that costs none."""
        free = WORKLOAD.replace(SEAT, "").replace("100_000", "0").replace("20_000", "0")
        rows = days(60, 10)
        said = {}
        for name in ("requests", "amount"):
            run(tmp_path)
            (tmp_path / "plan.toml").write_text(free, encoding="utf-8")
            asked = (history(tmp_path, rows, name), "--as-of", "2026-06-15", "--months", "1")
            said[name] = costplan("forecast", "plan.toml", *asked, folder=tmp_path)
        assert said["requests"].code == 0, said["requests"].err
        assert said["amount"].code == 2
        assert "the plan costs nothing" in said["amount"].err

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("date,requests\n2026-06-01,5\n2026-06-01,6\n", "line 3: 2026-06-01 stands in h.csv"),
            ("date,requests\n2026-06-01,-5\n", "line 2: -5 requests: must be at least 0"),
            ("date,requests\n2026-06-31,5\n", "line 2: '2026-06-31' is no date"),
            ("date,requests\n2026-06-01,many\n", "line 2: 'many' is no number"),
            ("date,requests\n2026-06-01,nan\n", "is not a finite number"),
            ("date,requests\n2026-06-01\n", "line 2 is cut short"),
            ("date,requests\n2026-06-01,1\n2026-05,2\n", "some dates are days and some are months"),
            ("date,requests\n", "has no row"),
            ("date,requests,amount\n2026-06-01,1,2\n", "has not one column"),
            ("date,requests\n2026-07-01,5\n", "nothing before 2026-06-15"),
            ("date,requests\n2026-06-15,5\n", "nothing before 2026-06-15"),
        ],
    )
    def test_what_is_refused(self, text: str, said: str, tmp_path: Path) -> None:
        (tmp_path / "h.csv").write_text(text, encoding="utf-8")
        ran = run(tmp_path, "--history", "h.csv")
        assert ran.code == 2, ran.out
        assert said in ran.err

    def test_other_spellings_of_a_table(self, tmp_path: Path) -> None:
        expected = made(tmp_path, history(tmp_path, days(60, 10)))
        text = (tmp_path / "h.csv").read_text(encoding="utf-8")
        other = "\ufeffDay;Requests\r\n" + text.partition("\n")[2].replace(",", ";")
        (tmp_path / "h.csv").write_text(other, encoding="utf-8")
        assert made(tmp_path, "--history", "h.csv") == expected

    @pytest.mark.parametrize(
        ("arguments", "more", "said"),
        [
            (["--months", "0"], "", "--months is 0"),
            (["--months", "121"], "", "from 1 to 120"),
            (["--stack", "other"], "", "there is no stack 'other'"),
            ([], 'stack.b.chat = "acme/plain"\n', "several stacks"),
            (["--history", "nowhere.csv"], "", "nowhere.csv"),
        ],
    )
    def test_bad_usage(self, arguments: list[str], more: str, said: str, tmp_path: Path) -> None:
        ran = run(tmp_path, *arguments, more=more)
        assert ran.code == 2
        assert said in ran.err


def test_twelve_months_fit_on_a_screen(tmp_path: Path) -> None:
    more = """
traffic.growth_per_month = 0.1
budget.monthly_total = { warn = 250, deny = 400 }
budget.component.tokens = 300
commitment = [{ name = "cud", offers = "acme/*", monthly = 250, until = 2026-12-31 }]
discount = [{ offers = "acme/*", percent = 10, until = 2026-10-31 }]
"""
    swings = [(day, 30 + 20 * (at // 28 % 2)) for at, (day, _) in enumerate(days(300))]
    out = run(tmp_path, history(tmp_path, swings), more=more).out
    rows = out.splitlines()
    assert len(rows) <= 24
    assert max(map(len, rows)) <= 80
    assert sum(row[:5] in ("2026-", "2027-") for row in rows) == 12
    assert "more: --full" in out
    full = run(tmp_path, history(tmp_path, swings), "--full", more=more).out
    assert "cud ends with 2026-12-31" in full
    assert "Methods on this history's own past" in full


FORMS = ("table", "json", "lean", "markdown", "html", "csv")


def test_a_saved_forecast_is_drawn_as_it_was(tmp_path: Path) -> None:
    swings = [(day, 30 + 20 * (at // 28 % 2)) for at, (day, _) in enumerate(days(300))]
    asked = history(tmp_path, swings)
    more = "budget.monthly_total = 500\n"
    drawn = {form: run(tmp_path, asked, "--format", form, more=more).out for form in FORMS}
    (tmp_path / "f.json").write_text(drawn["json"], encoding="utf-8")
    for form in FORMS:
        again = costplan("report", "f.json", "--format", form, folder=tmp_path)
        assert again.code == 0, again.err
        assert again.out == drawn[form], form
    assert "2026-09" in drawn["csv"]
    assert "the budget of 500" in drawn["html"]
    full = costplan("report", "f.json", "--full", folder=tmp_path)
    assert "Notes" in full.out
    edited = json.loads(drawn["json"])
    edited["months"][1]["total_low"] = 99_999
    (tmp_path / "f.json").write_text(json.dumps(edited), encoding="utf-8")
    assert costplan("report", "f.json", folder=tmp_path).code == 2


def test_from_python(tmp_path: Path) -> None:
    run(tmp_path)
    history(tmp_path, days(60, 10))
    document = library.forecast(tmp_path / "plan.toml", tmp_path / "h.csv", months=2, as_of=DAY)
    assert [month.month for month in document.months] == [date(2026, 6, 1), date(2026, 7, 1)]
    assert [month.volume for month in document.months] == [300, 310]
    assert document.to_dict()["kind"] == "forecast"
    assert "2026-07" in library.report(document, "csv")


def test_a_history_outside_of_the_root_is_not_read(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    run(inside)
    history(tmp_path, days(60, 10))
    asked = ("--root", ".", "forecast", "plan.toml", "--as-of", "2026-06-15")
    ran = costplan(*asked, "--history", "../h.csv", folder=inside)
    assert ran.code == 2
    assert "--root" in ran.err


def test_a_cell_that_is_too_long_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text("date,requests\n2026-11-27," + "9" * 200_000 + "\n")
    shutil.copy(ROOT / "examples" / "minimal.toml", tmp_path / "costplan.toml")
    ran = costplan("forecast", "--stack", "openai", "--history", "h.csv", folder=tmp_path)
    assert ran.code == 2
    assert "h.csv:2: field larger than field limit" in ran.err
