"""A budget against real usage: so far, projected to the month's end, and what keeps it open.

``acme/plain`` costs 1 a million of input and 5 of output from May 2026 on. A whole day of the logs
is 24 requests of 100,000 and 20,000 tokens: 2.40 and 2.40, 4.80 a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from run import Ran, costplan
from usage_cases import HEADER, TEXT, lines

import costplan as library
from costplan.plan.usage.coverage import Coverage, covered, projected

MAPS = [f"--map={name}={name}" for name in ("time", "model", "input_tokens", "output_tokens")]
WORKLOAD = """
name = "shop"
traffic.requests_per_month = 1_000
step = [{ name = "answer", model = "chat", input_tokens = 1_000, output_tokens = 100 }]
stack.own.chat = "acme/plain"
fixed = [{ name = "seat", monthly = 10 }]
"""
JUNE = date(2026, 6, 1)


def days(first: date, number: int) -> list[date]:
    return [first + timedelta(days=at) for at in range(number)]


def rows(which: Iterable[date], hours: int = 24, **more: Any) -> list[dict[str, Any]]:
    row = {"model": "plain", "input_tokens": 100_000, "output_tokens": 20_000, **more}
    return [{**row, "time": f"{day}T{hour:02}:30:00Z"} for day in which for hour in range(hours)]


def run(folder: Path, logs: list[dict[str, Any]], *arguments: str, more: str = "") -> Ran:
    (folder / "pricing" / "tokens").mkdir(parents=True, exist_ok=True)
    (folder / "pricing" / "tokens" / "acme.toml").write_text(HEADER + TEXT, encoding="utf-8")
    (folder / "plan.toml").write_text(WORKLOAD + more, encoding="utf-8")
    lines(folder / "logs.jsonl", logs)
    asked = ["check", "plan.toml", "--usage", "logs.jsonl", *MAPS, "--map=vendor==acme"]
    return costplan(*asked, *arguments, folder=folder)


def verdicts(ran: Ran) -> dict[str, Any]:
    return {one["rule"]: one for one in ran.data["verdicts"]}


def told(ran: Ran) -> dict[str, Any]:
    return {one["code"]: one["values"] for one in ran.data["facts"]}


JSON = ("--format", "json")
TOTAL, TOKENS = "projected_monthly_total", "projected_component tokens"


def test_the_month_goes_on_at_the_mean_of_the_last_whole_weeks(tmp_path: Path) -> None:
    """28 whole days from 16 May to 12 June, the last 14 of them doubled: 4.80 x 1.5 a day."""
    logs = rows(days(date(2026, 5, 16), 14)) + rows(days(date(2026, 5, 30), 14)) * 2
    ran = run(tmp_path, logs, "--as-of", "2026-06-12", *JSON, "--max-total", "300")
    so_far, rate = Decimal("9.6") * 12, Decimal("7.2")
    assert told(ran)["used-so-far"]["amount"] == so_far
    projected_ = told(ran)["month-projected"]
    assert projected_["days"] == 28
    assert projected_["tokens"] == so_far + 18 * rate
    assert verdicts(ran)[TOTAL]["figure"] == so_far + 18 * rate + 10
    assert verdicts(ran)[TOTAL]["headroom"] == 300 - (so_far + 18 * rate + 10)
    assert ran.code == 0


def test_a_budget_that_will_be_crossed_is_denied_before_it_is(tmp_path: Path) -> None:
    logs = rows(days(JUNE, 14))
    ran = run(tmp_path, logs, "--as-of", "2026-06-14", *JSON, "--max-component", "tokens=100")
    assert ran.code == 1
    assert told(ran)["used-so-far"]["amount"] == Decimal("67.2")
    assert verdicts(ran)[TOKENS]["status"] == "deny"
    assert verdicts(ran)[TOKENS]["figure"] == 144
    assert verdicts(ran)["component tokens"]["status"] == "pass"


def test_a_limit_of_the_stack_judges_its_month(tmp_path: Path) -> None:
    """144 of tokens and 10 of the plan's, against limits of the workload and of the stack."""
    own = """
budget.component.tokens = 143
budget.stack.own.monthly_total = 154
budget.stack.own.component.tokens = 144
"""
    ran = run(tmp_path, rows(days(JUNE, 14)), "--as-of", "2026-06-14", *JSON, more=own)
    assert ran.code == 0, ran.out
    assert verdicts(ran)[TOTAL]["figure"] == 154
    assert verdicts(ran)[TOKENS]["deny"] == 144
    assert [one["rule"] for one in ran.data["verdicts"]].count(TOKENS) == 1


@pytest.mark.parametrize("form", ["table", "lean", "markdown", "html", "junit", "sarif", "gitlab"])
def test_every_format_of_a_check_has_it(tmp_path: Path, form: str) -> None:
    logs = rows(days(JUNE, 14))
    limit = ("--max-component", "tokens=100", "--format", form)
    out = run(tmp_path, logs, "--as-of", "2026-06-14", *limit).out
    assert "projected component tokens" in out.replace("_", " ")
    assert "144" in out


def test_the_part_of_a_day_counts_and_the_rest_of_it_is_projected(tmp_path: Path) -> None:
    """Seven whole days and twelve hours of the eighth: 22.5 days remain of June."""
    logs = rows(days(JUNE, 7)) + rows([date(2026, 6, 8)], hours=12)
    ran = run(tmp_path, logs, "--as-of", "2026-06-08", *JSON, "--max-total", "300")
    assert told(ran)["used-so-far"]["amount"] == Decimal("4.8") * 7 + Decimal("2.4")
    assert told(ran)["month-projected"]["tokens"] == Decimal("4.8") * 30


def test_terms_count_in_the_projection(tmp_path: Path) -> None:
    """Half off up to 100 of list spend, and a credit of 20: 144 at list, 94 and 74."""
    terms = """
discount = [{ offers = "acme/*", bands = [{ up_to = 100, percent = 50 }, { percent = 0 }] }]
credit = [{ name = "start", offers = "acme/*", amount = 20 }]
"""
    logs = rows(days(JUNE, 14))
    ran = run(
        tmp_path, logs, "--as-of", "2026-06-14", *JSON, "--max-component", "tokens=90", more=terms
    )
    assert told(ran)["used-so-far"]["amount"] == Decimal("33.6")
    assert verdicts(ran)[TOKENS]["figure"] == 74
    assert ran.code == 0


def test_usage_in_another_currency_is_converted(tmp_path: Path) -> None:
    logs = rows(days(JUNE, 14))
    euros = """
currency = "EUR"
exchange.usd_per_eur = { rate = 1.25, date = 2026-06-01, source = "bank" }
"""
    asked = ("--as-of", "2026-06-14", "--max-component", "tokens=200")
    ran = run(tmp_path, logs, *asked, *JSON, more=euros)
    assert verdicts(ran)[TOKENS]["figure"] == Decimal(144) / Decimal("1.25")
    assert verdicts(ran)[TOKENS]["unit"] == "EUR"


class TestNothingPassesByDefault:
    """What keeps a month open is no pass, and says what would mend it."""

    def open(self, ran: Ran, rule: str = TOTAL) -> Any:
        verdict = verdicts(ran)[rule]
        assert verdict["status"] == "unknown"
        assert ran.code in (1, 3)
        return verdict

    def test_a_model_without_an_offer_waits_for_its_price(self, tmp_path: Path) -> None:
        logs = rows(days(JUNE, 14)) + rows([JUNE], model="mystery")
        ran = run(tmp_path, logs, "--as-of", "2026-06-14", *JSON, "--max-total", "300")
        assert ran.code == 3
        verdict = self.open(ran)
        assert "mystery" in verdict["reason"]
        assert "[map]" in verdict["remedy"]
        assert verdict["at_least"] is True

    def test_what_is_over_without_it_is_denied_all_the_same(self, tmp_path: Path) -> None:
        logs = rows(days(JUNE, 14)) + rows([JUNE], model="mystery")
        ran = run(tmp_path, logs, "--as-of", "2026-06-14", *JSON, "--max-total", "100")
        assert ran.code == 1
        assert verdicts(ran)[TOTAL]["status"] == "deny"

    def test_a_price_that_is_missing(self, tmp_path: Path) -> None:
        """acme/tiered has no price for audio."""
        logs = rows(days(JUNE, 14)) + rows([JUNE], model="tiered", input_audio_tokens=7)
        audio = "--map=input_audio_tokens=input_audio_tokens"
        asked = (audio, "--as-of", "2026-06-14", "--max-total", "300", *JSON)
        ran = run(tmp_path, logs, *asked)
        assert ran.code == 3
        assert "acme/tiered" in self.open(ran)["reason"]
        ran = run(tmp_path, logs, *asked, more='budget.allow_unpriced = ["acme/tiered"]')
        assert verdicts(ran)[TOTAL]["status"] == "pass"
        assert verdicts(ran)[TOTAL]["at_least"] is True

    def test_a_record_that_could_not_be_counted(self, tmp_path: Path) -> None:
        logs = [*rows(days(JUNE, 14)), {"model": "plain", "input_tokens": "many"}]
        ran = run(tmp_path, logs, "--as-of", "2026-06-14", *JSON, "--max-total", "300")
        assert ran.code == 1
        assert "1 records" in self.open(ran)["reason"]

    def test_a_month_that_was_not_logged(self, tmp_path: Path) -> None:
        logs = rows(days(JUNE, 14))
        ran = run(tmp_path, logs, "--as-of", "2026-07-14", *JSON, "--max-total", "300")
        assert "nothing in 2026-07" in self.open(ran)["reason"]

    def test_no_day_from_end_to_end(self, tmp_path: Path) -> None:
        logs = rows([JUNE], hours=12)
        ran = run(tmp_path, logs, "--as-of", "2026-06-01", *JSON, "--max-total", "300")
        assert "end to end" in self.open(ran)["reason"]
        ran = run(tmp_path, logs, "--as-of", "2026-06-01", *JSON, "--max-total", "12")
        assert verdicts(ran)[TOTAL]["status"] == "deny"  # 2.40 so far, and 10 of the plan's

    def test_traces_whose_sampling_nobody_said(self, tmp_path: Path) -> None:
        span = {
            "gen_ai.provider.name": "acme",
            "gen_ai.request.model": "plain",
            "gen_ai.usage.input_tokens": 100_000,
            "gen_ai.usage.output_tokens": 20_000,
        }
        logs = [
            {"start_time": f"{day}T{hour:02}:30:00Z", **span}
            for day in days(JUNE, 14)
            for hour in range(24)
        ]
        run(tmp_path, logs)
        asked = ["check", "plan.toml", "--usage", "logs.jsonl", "--as-of", "2026-06-14"]
        ran = costplan(*asked, *JSON, "--max-total", "300", folder=tmp_path)
        assert "sampled" in self.open(ran)["reason"]
        ran = costplan(*asked, *JSON, "--max-total", "300", "--sampling", "50%", folder=tmp_path)
        assert verdicts(ran)[TOTAL]["figure"] == 144 * 2 + 10
        assert told(ran)["used-so-far"]["amount"] == Decimal("67.2") * 2

    def test_lost_sizes_have_two_bounds(self, tmp_path: Path) -> None:
        """A usage page of 1,000 a day: acme/tiered's input at 3, or at 9 a million."""
        page = [
            {
                "time": f"{day}T00:00:00Z",
                "model": "tiered",
                "input_tokens": 1_000_000,
                "output_tokens": 0,
                "size_low": 0,
                "size_high": 1_000_000,
            }
            for day in days(JUNE, 14)
        ]
        sizes = ("--map=size_low=size_low", "--map=size_high=size_high", "--as-of", "2026-06-14")
        for limit, status in (("80", "deny"), ("300", "pass"), ("200", "unknown")):
            ran = run(tmp_path, page, *sizes, *JSON, "--max-component", f"tokens={limit}")
            assert verdicts(ran)[TOKENS]["status"] == status


def test_what_a_reader_must_know_is_said(tmp_path: Path) -> None:
    logs = rows(days(date(2026, 6, 10), 3)) + rows([date(2026, 6, 20)])
    ran = run(tmp_path, logs, "--as-of", "2026-06-12", *JSON, "--max-total", "300")
    assert told(ran)["part-of-week"]["days"] == 3
    assert told(ran)["days-unlogged"] == {"first": "2026-06-10", "days": 9}
    assert told(ran)["days-to-come"] == {"last": "2026-06-20", "day": "2026-06-12"}
    ran = run(tmp_path, logs, "--as-of", "2026-06-25", *JSON, "--max-total", "300")
    assert told(ran)["days-silent"]["days"] == 6  # of the seven days up to 20 June
    assert told(ran)["usage-ends"]["last"] == "2026-06-20"
    assert told(ran)["days-unlogged"]["days"] == 9


def test_a_month_that_is_over_is_what_it_was(tmp_path: Path) -> None:
    ran = run(tmp_path, rows(days(JUNE, 30)), "--as-of", "2026-06-30", *JSON, "--max-total", "200")
    assert told(ran)["month-over"]["tokens"] == 144
    assert verdicts(ran)[TOTAL]["figure"] == 154


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--max-seat", "3"], "No such option"),
        (["--min-reliability", "0.5"], "no limit judges the month"),
        (["--max-total", "9", "--sampling", "2"], "--sampling is 2"),
    ],
)
def test_bad_usage(tmp_path: Path, arguments: list[str], said: str) -> None:
    ran = run(tmp_path, rows([JUNE]), "--as-of", "2026-06-01", *arguments)
    assert ran.code == 2
    assert said in ran.err


def test_how_usage_is_read_asks_for_usage(tmp_path: Path) -> None:
    run(tmp_path, rows([JUNE]))
    ran = costplan("check", "plan.toml", "--max-total", "9", "--map", "a=b", folder=tmp_path)
    assert ran.code == 2
    assert "--usage" in ran.err


def test_several_stacks_are_not_judged_by_the_usage_of_one(tmp_path: Path) -> None:
    more = 'stack.other.chat = "acme/tiered"\n'
    asked = ("--as-of", "2026-06-14", "--max-total", "300", *JSON)
    ran = run(tmp_path, rows(days(JUNE, 14)), *asked, more=more)
    assert ran.code == 2
    assert "--stack" in ran.err
    ran = run(tmp_path, rows(days(JUNE, 14)), *asked, "--stack", "own", more=more)
    assert ran.code == 0


def test_a_saved_check_is_drawn_again(tmp_path: Path) -> None:
    logs = rows(days(JUNE, 14)) + rows([JUNE], model="mystery")
    ran = run(tmp_path, logs, "--as-of", "2026-06-14", *JSON, "--max-total", "300")
    (tmp_path / "check.json").write_text(ran.out, encoding="utf-8")
    again = costplan("report", "check.json", folder=tmp_path)
    assert again.code == 0
    assert "UNKNOWN  projected monthly total" in again.out


def test_from_python(tmp_path: Path) -> None:
    run(tmp_path, rows(days(JUNE, 14)))
    maps = [one.removeprefix("--map=") for one in MAPS] + ["vendor==acme"]
    found = library.check(
        tmp_path / "plan.toml",
        {"monthly_total": 100},
        as_of=date(2026, 6, 14),
        usage=tmp_path / "logs.jsonl",
        maps=maps,
    )
    assert found.exit_code == 1


def test_days_of_sums_are_whole_but_today() -> None:
    first, last = date(2026, 6, 1), date(2026, 6, 9)
    whole = (first, date(2026, 6, 8))
    assert covered([], first, last, last) == Coverage(first, last, whole, Decimal(0))
    assert covered([], last, last, last) == Coverage(last, last, None, Decimal(0))
    # what ends before today is whole to its end, and nothing of its last day is to come
    assert covered([], first, first, last) == Coverage(first, first, (first, first), Decimal(1))
    yesterday = date(2026, 6, 8)
    assert covered([], first, yesterday, last) == Coverage(first, yesterday, whole, Decimal(1))
    assert covered([], None, None, last) is None


def test_the_window_is_four_weeks_at_most() -> None:
    coverage = Coverage(date(2026, 1, 1), date(2026, 6, 9), (date(2026, 1, 7), date(2026, 6, 9)))
    made = projected(coverage, date(2026, 6, 9))
    assert made.window == (date(2026, 5, 13), date(2026, 6, 9))
    assert made.remaining == 21
    weights = made.weights([date(2026, 5, 13), date(2026, 6, 9), date(2026, 5, 1)])
    assert weights == {date(2026, 5, 13): Decimal("0.75"), date(2026, 6, 9): Decimal("1.75")}


@pytest.mark.parametrize(
    ("whole", "as_of", "window"),
    [
        ((2, 2), 9, (2, 2)),
        ((2, 7), 9, (2, 7)),
        ((2, 8), 9, (2, 8)),
        ((2, 9), 9, (3, 9)),
        ((2, 9), 5, (2, 5)),
        ((2, 9), 2, (2, 2)),
        ((2, 9), 1, None),
        (None, 9, None),
    ],
)
def test_the_window_is_whole_weeks_or_the_days_of_less_than_one(
    whole: tuple[int, int] | None, as_of: int, window: tuple[int, int] | None
) -> None:
    """The last of them, up to the day that is asked for."""
    days_of = None if whole is None else (JUNE.replace(day=whole[0]), JUNE.replace(day=whole[1]))
    coverage = Coverage(JUNE, JUNE.replace(day=9), days_of)
    dates = None if window is None else (JUNE.replace(day=window[0]), JUNE.replace(day=window[1]))
    projection = projected(coverage, JUNE.replace(day=as_of))
    assert projection.window == dates
    assert projection.window_days == (0 if window is None else window[1] - window[0] + 1)


@pytest.mark.parametrize(
    ("first", "last", "as_of", "so_far", "remaining", "unlogged"),
    [
        (date(2026, 5, 20), date(2026, 6, 9), date(2026, 6, 9), date(2026, 6, 9), "21.5", 0),
        (date(2026, 6, 1), date(2026, 6, 9), date(2026, 6, 9), date(2026, 6, 9), "21.5", 0),
        (date(2026, 6, 3), date(2026, 6, 9), date(2026, 6, 9), date(2026, 6, 9), "21.5", 2),
        # a day before the log's last one is over
        (date(2026, 6, 1), date(2026, 6, 9), date(2026, 6, 8), date(2026, 6, 8), "22", 0),
        (date(2026, 6, 1), date(2026, 6, 1), date(2026, 6, 30), date(2026, 6, 1), "29.5", 0),
        (date(2026, 5, 20), date(2026, 5, 31), date(2026, 6, 9), None, "0", 0),
        (date(2026, 6, 9), date(2026, 6, 9), date(2026, 6, 8), None, "0", 0),
    ],
)
def test_what_remains_of_a_month(
    first: date, last: date, as_of: date, so_far: date | None, remaining: str, unlogged: int
) -> None:
    """Half of the log's last day is logged; days before the log begins are named."""
    projection = projected(Coverage(first, last, None, Decimal("0.5")), as_of)
    assert projection.month == JUNE
    assert projection.so_far == so_far
    assert projection.remaining == Decimal(remaining)
    assert projection.unlogged == unlogged
    assert projection.known is False


def test_a_month_is_known_where_nothing_remains_of_it_or_a_day_is_whole() -> None:
    last = date(2026, 6, 30)
    assert projected(Coverage(JUNE, last, None), last).known
    assert not projected(Coverage(JUNE, last, None, Decimal("0.5")), last).known
    assert projected(Coverage(JUNE, last, (JUNE, JUNE), Decimal("0.5")), last).known
    assert not projected(Coverage(JUNE, last, (JUNE, JUNE)), date(2026, 7, 1)).known


def test_only_days_of_the_window_go_on() -> None:
    """10 days remain of June, at the mean of a week from 14 June on: 10 / 7 of each more."""
    coverage = Coverage(
        date(2026, 5, 31), date(2026, 6, 20), (date(2026, 6, 14), date(2026, 6, 20))
    )
    projection = projected(coverage, date(2026, 6, 20))
    dates = [date(2026, 5, 31), JUNE, date(2026, 6, 13), date(2026, 6, 14), date(2026, 6, 20)]
    more = 1 + Decimal(10) / 7
    assert projection.weights(dates) == dict(zip(dates[1:], (1, 1, more, more), strict=True))
