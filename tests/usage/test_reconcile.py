"""Plan, usage and invoice: every fault that is put in is named by its line, and all sums are exact.

``acme/plain`` costs 1 a million of input and 5 of output from May 2026 on. A day of the logs is a
hundred requests of 10,000 and 1,000 tokens: 1.00 and 0.50.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from run import Ran, costplan
from usage_cases import HEADER, TEXT, lines

COLUMNS = ("time", "model", "input_tokens", "output_tokens")
MAPS = [f"--map={name}={name}" for name in COLUMNS] + ["--map=vendor==acme"]
DAYS = ("2026-06-01", "2026-06-02", "2026-06-03")
ITEMS = {"Plain input": ("acme/plain input", 1), "Plain output": ("acme/plain output", 5)}
NAMES = "[invoice]\n" + "".join(f'"{item}" = "{what}"\n' for item, (what, _) in ITEMS.items())
WORKLOAD = """
name = "shop"
traffic.requests_per_month = 3_000
step = [{ name = "answer", model = "chat", input_tokens = 8_000, output_tokens = 1_500 }]
stack.own.chat = "acme/plain"
discount = [{ offers = "acme/*", percent = 10 }]
"""


def logs(folder: Path, days: Iterable[str] = DAYS, times: int = 1, **more: Any) -> Path:
    row = {"model": "plain", "input_tokens": 10_000, "output_tokens": 1_000, **more}
    rows = [{**row, "time": f"{day}T12:00:00Z"} for day in days for _ in range(100 * times)]
    return lines(folder / "logs.jsonl", rows)


def billed(day: str, item: str, quantity: int, **more: Any) -> dict[str, Any]:
    price = Decimal(ITEMS[item][1]) if item in ITEMS else Decimal(2)
    after = f"2026-06-{int(day[-2:]) + 1:02}"
    return {
        "item": item,
        "quantity": quantity,
        "unit": "tokens",
        "amount": price * quantity / 1_000_000,
        "currency": "USD",
        "begin": day,
        "end": after,
        "category": "",
        **more,
    }


def day_of_bill(day: str) -> list[dict[str, Any]]:
    return [billed(day, "Plain input", 1_000_000), billed(day, "Plain output", 100_000)]


def invoice(folder: Path, rows: list[dict[str, Any]]) -> Path:
    path = folder / "invoice.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


RIGHT = [row for day in DAYS for row in day_of_bill(day)]


def run(folder: Path, *arguments: str) -> Ran:
    (folder / "pricing" / "tokens").mkdir(parents=True, exist_ok=True)
    (folder / "pricing" / "tokens" / "acme.toml").write_text(HEADER + TEXT, encoding="utf-8")
    (folder / "names.toml").write_text(NAMES, encoding="utf-8")
    (folder / "plan.toml").write_text(WORKLOAD, encoding="utf-8")
    return costplan("reconcile", *arguments, folder=folder)


def steps(folder: Path, *arguments: str, code: int = 0) -> tuple[dict[str, Decimal], Any]:
    """The steps by name, after all sums are checked."""
    ran = run(folder, *arguments, *MAPS, "--map=names.toml", "--format", "json")
    assert ran.code == code, (ran.out, ran.err)
    made = ran.data
    found: dict[str, Decimal] = {}
    for step in made["steps"]:
        found[step["name"]] = found.get(step["name"], Decimal(0)) + step["amount"]
    plan = ("volume", "intensity", "mix", "price")
    if made["planned"] is not None and made["usage_at_list"] is not None:
        moved = sum((found.get(name, Decimal(0)) for name in plan), Decimal(0))
        assert made["planned"] + moved == made["usage_at_list"]
    if made["invoiced"] is not None:
        rest = sum(
            (amount for name, amount in found.items() if name not in (*plan, "terms")), Decimal(0)
        )
        assert made["expected"] + rest == made["invoiced"]
    return {name: amount for name, amount in found.items() if amount}, made


BOTH = ("--usage", "logs.jsonl", "--invoice", "invoice.csv")


def test_an_invoice_of_what_was_logged_is_explained_to_the_last_digit(tmp_path: Path) -> None:
    logs(tmp_path)
    invoice(tmp_path, RIGHT)
    found, made = steps(tmp_path, *BOTH)
    assert found == {}
    assert made["invoiced"] == made["expected"] == Decimal("4.5")
    assert made["passes"] is True
    assert made["off"] == 0


def test_a_day_that_was_not_logged(tmp_path: Path) -> None:
    logs(tmp_path, [DAYS[0], DAYS[2]])
    invoice(tmp_path, RIGHT)
    found, made = steps(tmp_path, *BOTH)
    assert found == {"billed_not_logged": Decimal("1.5")}
    assert made["gaps"] == [{"day": "2026-06-02", "logged": 0, "billed": Decimal("1.5")}]


def test_rows_that_were_logged_twice(tmp_path: Path) -> None:
    logs(tmp_path, times=2)
    invoice(tmp_path, RIGHT)
    found, _ = steps(tmp_path, *BOTH)
    assert found == {"logged_not_billed": Decimal("-4.5")}


def test_another_rate_than_the_catalogues(tmp_path: Path) -> None:
    """As of a request in the wrong tier: input billed at 2 a million."""
    logs(tmp_path)
    rows = [
        {**row, "amount": row["amount"] * (2 if "input" in row["item"] else 1)} for row in RIGHT
    ]
    invoice(tmp_path, rows)
    found, made = steps(tmp_path, *BOTH)
    assert found == {"rate": Decimal(3)}
    assert "acme/plain input" in next(
        one["words"] for one in made["steps"] if one["name"] == "rate"
    )


def test_a_model_that_nobody_mapped_is_listed_and_over_the_limit(tmp_path: Path) -> None:
    logs(tmp_path)
    invoice(tmp_path, [*RIGHT, billed(DAYS[0], "Mystery input", 1_000_000)])
    found, made = steps(tmp_path, *BOTH, code=1)
    assert found == {"not_mapped": Decimal(2)}
    assert made["not_mapped"] == [
        {"item": "Mystery input", "lines": 1, "quantity": 1_000_000, "amount": 2}
    ]
    ran = run(tmp_path, *BOTH, *MAPS, "--map=names.toml")
    assert '"Mystery input" = "vendor/model input"' in ran.out
    found, _ = steps(tmp_path, *BOTH, "--limit", "40%")
    assert found == {"not_mapped": Decimal(2)}


def test_a_logged_model_without_an_offer_is_a_question(tmp_path: Path) -> None:
    first = logs(tmp_path).read_text()
    (tmp_path / "logs.jsonl").write_text(first + logs(tmp_path, model="mystery").read_text())
    invoice(tmp_path, RIGHT)
    _, made = steps(tmp_path, *BOTH)
    assert [one["logged"] for one in made["questions"]] == ["acme/mystery"]


@pytest.mark.parametrize("factor", [1_000, 1_000_000])
def test_amounts_in_another_unit(factor: int, tmp_path: Path) -> None:
    logs(tmp_path)
    invoice(tmp_path, [{**row, "amount": row["amount"] * factor} for row in RIGHT])
    found, _ = steps(tmp_path, *BOTH)
    assert found == {"unit": Decimal("4.5") * (factor - 1)}


def test_quantities_in_another_unit(tmp_path: Path) -> None:
    logs(tmp_path)
    invoice(tmp_path, [{**row, "quantity": row["quantity"] // 1_000} for row in RIGHT])
    found, made = steps(tmp_path, *BOTH)
    assert found == {}
    assert "1 / 1,000 of the logs'" in made["notes"][0]


def test_days_that_the_log_does_not_cover_are_timing(tmp_path: Path) -> None:
    logs(tmp_path, [*DAYS, "2026-05-31"])
    invoice(tmp_path, [*RIGHT, *day_of_bill("2026-06-04")])
    found, _ = steps(tmp_path, *BOTH)
    # 1.5 of June 4 is billed and after the log; 1.5 of May 31 is logged and before the invoice
    assert found == {}
    logs(tmp_path)
    found, _ = steps(tmp_path, *BOTH)
    assert found == {"timing": Decimal("1.5")}


def test_days_before_the_invoice_are_timing(tmp_path: Path) -> None:
    """1.5 of May 31, whatever else of another day the invoice has that is no known usage."""
    logs(tmp_path, [*DAYS, "2026-05-31"])
    invoice(tmp_path, RIGHT)
    found, _ = steps(tmp_path, *BOTH)
    assert found == {"timing": Decimal("-1.5")}
    invoice(tmp_path, [*RIGHT, billed("2026-05-31", "Mystery input", 1_000_000)])
    found, _ = steps(tmp_path, *BOTH, code=1)
    assert found == {"timing": Decimal("-1.5"), "not_mapped": Decimal(2)}


def test_an_invoice_of_nothing_known_has_its_own_days(tmp_path: Path) -> None:
    """All of it is not mapped; of the logs, the day before it is timing and the rest not billed."""
    logs(tmp_path, ["2026-05-31", DAYS[0]])
    invoice(tmp_path, [billed(DAYS[0], "Mystery input", 1_000_000)])
    found, _ = steps(tmp_path, *BOTH, code=1)
    assert found == {
        "timing": Decimal("-1.5"),
        "logged_not_billed": Decimal("-1.5"),
        "not_mapped": Decimal(2),
    }


def test_other_charges_stand_apart(tmp_path: Path) -> None:
    logs(tmp_path)
    tax = billed(DAYS[0], "VAT", 0, amount="0.90", category="Tax")
    credit = billed(DAYS[0], "Promotion", 0, amount="-1.00", category="Credit")
    invoice(tmp_path, [*RIGHT, tax, credit])
    found, made = steps(tmp_path, *BOTH)
    assert found == {"other": Decimal("-0.1")}
    words = [one["words"] for one in made["steps"] if one["name"] == "other"]
    assert words == ["credit", "tax"]


def test_what_has_no_quantity_stays_unexplained(tmp_path: Path) -> None:
    logs(tmp_path)
    rows = [{**row, "quantity": "", "amount": row["amount"] * 3} for row in RIGHT]
    invoice(tmp_path, rows)
    found, made = steps(tmp_path, *BOTH, code=1)
    assert found == {"unexplained": Decimal(9)}
    assert made["passes"] is False


def test_a_plan_its_usage_and_its_invoice(tmp_path: Path) -> None:
    """3 of 30 days; planned 300 calls of 8,000 and 1,500, made 300 of 10,000 and 1,000."""
    logs(tmp_path)
    rows = [{**row, "amount": row["amount"] * Decimal("0.9")} for row in RIGHT]
    invoice(tmp_path, rows)
    found, made = steps(tmp_path, "plan.toml", *BOTH)
    # planned a month 3000 x (8000 x 1 + 1500 x 5) / 1e6 = 46.5, of which a tenth
    assert made["planned"] == Decimal("4.65")
    # input 3.0 - 2.4, output 1.5 - 2.25
    assert found == {"intensity": Decimal("-0.15"), "terms": Decimal("-0.45")}
    assert made["usage_at_list"] == Decimal("4.5")
    assert made["expected"] == made["invoiced"] == Decimal("4.05")


def test_rounding_is_no_step(tmp_path: Path) -> None:
    """A third of a month does not divide: what is left of it is no change of price."""
    logs(tmp_path, [*DAYS, *(f"2026-06-{day:02}" for day in range(4, 8))])
    found, _ = steps(tmp_path, "plan.toml", "--usage", "logs.jsonl")
    assert set(found) == {"intensity", "terms"}


def test_more_calls_are_volume_and_another_model_is_mix(tmp_path: Path) -> None:
    one = logs(tmp_path, times=2).read_text()
    (tmp_path / "logs.jsonl").write_text(one + logs(tmp_path, model="tiered").read_text())
    found, made = steps(tmp_path, "plan.toml", "--usage", "logs.jsonl")
    # calls 900 of 300 planned: volume 4.65 x 2; plain 9.0 of 4.65 + 9.3: intensity -4.95;
    # tiered: 3 days of 1M input and 0.1M output in the tier from 5,000 on: 3 x (9 + 4.5)
    assert found["volume"] == Decimal("9.3")
    assert found["intensity"] == Decimal("-4.95")
    assert found["mix"] == Decimal("40.5")
    assert made["invoiced"] is None
    assert made["passes"] is True


def test_a_plan_and_an_invoice_without_logs(tmp_path: Path) -> None:
    rows = []
    for day in range(1, 31):
        rows.append(billed(f"2026-06-{day:02}", "Plain input", 800_000, amount="0.72"))
        rows.append(billed(f"2026-06-{day:02}", "Plain output", 150_000, amount="0.675"))
        rows[-1]["end"] = rows[-2]["end"] = rows[-1]["begin"]  # an end that is its own day
    invoice(tmp_path, rows)
    found, made = steps(tmp_path, "plan.toml", "--invoice", "invoice.csv")
    assert made["expected"] == made["invoiced"] == Decimal("41.85")
    assert found == {"terms": Decimal("-4.65")}


def test_pages_of_costs(tmp_path: Path) -> None:
    """OpenAI names model and kind and writes dollars, Anthropic writes texts of cents."""
    rows = [
        {"model": model, "input_tokens": 1_000_000, "output_tokens": 0, "time": "2026-11-02"}
        for model in ("gpt-4o-mini", "claude-haiku-4-5")
    ]
    both = [{**rows[0], "vendor": "openai"}, {**rows[1], "vendor": "anthropic"}]
    lines(tmp_path / "logs.jsonl", both)
    begin = {"start_time": 1_793_577_600, "end_time": 1_793_664_000}  # November 2
    openai = {
        "line_item": "gpt-4o-mini, input",
        "amount": {"value": 0.15, "currency": "usd"},
        "quantity": 1_000,
        "quantity_unit": "1000_tokens",
    }
    anthropic = {
        "amount": "100.0",
        "currency": "USD",
        "model": "claude-haiku-4-5",
        "token_type": "uncached_input_tokens",
        "quantity": 1_000_000,
    }
    dates = {"starting_at": "2026-11-02T00:00:00Z", "ending_at": "2026-11-03T00:00:00Z"}
    for name, bucket in {
        "openai.json": {**begin, "results": [openai]},
        "anthropic.json": {**dates, "results": [anthropic]},
    }.items():
        (tmp_path / name).write_text(json.dumps({"data": [bucket]}, indent=1), encoding="utf-8")
    ran = run(
        tmp_path,
        *("--usage", "logs.jsonl", "--invoice", "openai.json", "--invoice", "anthropic.json"),
        *(f"--map={name}={name}" for name in (*COLUMNS, "vendor")),
        *("--format", "json"),
    )
    assert ran.code == 0, (ran.out, ran.err)
    assert [step["name"] for step in ran.data["steps"]] == ["unexplained"]
    assert ran.data["invoiced"] == ran.data["expected"] == Decimal("1.15")


def test_focus_rows_of_an_estimate_are_its_own_invoice(tmp_path: Path) -> None:
    """What costplan writes as FOCUS it reads as an invoice: SkuId and SkuMeter name the charge."""
    run(tmp_path)
    for version in ("focus", "focus-1.4"):
        ran = costplan(
            *("estimate", "plan.toml", "--as-of", "2026-06-01", "--format", version),
            *("--out", "bill.csv"),
            folder=tmp_path,
        )
        assert ran.code == 0, ran.err
        found, made = steps(tmp_path, "plan.toml", "--invoice", "bill.csv")
        assert found == {"terms": Decimal("-4.65")}
        assert made["invoiced"] == Decimal("41.85")


def test_cells_that_are_null_and_times_without_a_zone(tmp_path: Path) -> None:
    logs(tmp_path, [DAYS[0]])
    row = {
        "BilledCost": "1.000",
        "BillingCurrency": "USD",
        "ChargeCategory": "Usage",
        "ChargeDescription": "NULL",
        "ChargePeriodStart": "2026-06-01 00:00:00",
        "ChargePeriodEnd": "2026-06-02 00:00:00",
        "PricingQuantity": "1000",
        "PricingUnit": "1K Tokens",
        "ConsumedQuantity": "NULL",
        "SkuId": "NULL",
        "SkuMeter": "Plain input",
    }
    output = {**row, "BilledCost": "0.5", "PricingQuantity": "0.1", "PricingUnit": "1M tokens"}
    invoice(tmp_path, [row, {**output, "SkuMeter": "Plain output"}])
    found, made = steps(tmp_path, *BOTH)
    assert found == {}
    assert {line["billed"] for line in made["lines"]} == {1_000_000, 100_000}


def test_other_services_of_a_clouds_bill_are_not_compared(tmp_path: Path) -> None:
    logs(tmp_path, [DAYS[0]])
    row = {
        "BilledCost": "1.0",
        "ChargeCategory": "Usage",
        "ServiceCategory": "AI and Machine Learning",
        "PricingQuantity": "1",
        "PricingUnit": "1M Tokens",
        "SkuMeter": "Plain input",
    }
    output = {**row, "BilledCost": "0.5", "PricingQuantity": "0.1", "SkuMeter": "Plain output"}
    queue = {**row, "BilledCost": "7.25", "ServiceCategory": "Integration", "SkuMeter": "Queue"}
    invoice(tmp_path, [row, output, queue])
    found, made = steps(tmp_path, *BOTH)
    assert found == {}
    assert made["invoiced"] == Decimal("1.5")
    assert made["not_compared"] == ["1 lines of the invoice of other services, 7.25"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--usage", "logs.jsonl"], "two sides at least"),
        (["plan.toml"], "two sides at least"),
        ([*BOTH, "--limit", "much"], "is not a number"),
        ([*BOTH, "--limit", "200%"], "from 0 to 100 percent"),
        ([*BOTH, "--invoice-map", "price=x"], "is no NAME=COLUMN"),
        (["plan.toml", *BOTH, "--stack", "owm"], "did you mean 'own'"),
        (["--usage", "logs.jsonl", "--invoice", "logs.jsonl"], "is no invoice that is known"),
        (["--usage", "logs.jsonl", "--invoice", "euro.csv"], "two currencies are not compared"),
    ],
)
def test_what_cannot_be_asked(arguments: list[str], says: str, tmp_path: Path) -> None:
    logs(tmp_path)
    invoice(tmp_path, [{**row, "currency": "EUR"} for row in RIGHT]).rename(tmp_path / "euro.csv")
    invoice(tmp_path, RIGHT)
    ran = run(tmp_path, *arguments, *MAPS, "--map=names.toml")
    assert ran.code == 2, ran.out
    assert says in ran.err


def test_every_form_has_the_whole_bridge(tmp_path: Path) -> None:
    logs(tmp_path)
    invoice(tmp_path, RIGHT)
    for form in ("table", "markdown", "csv"):
        ran = run(tmp_path, "plan.toml", *BOTH, *MAPS, "--map=names.toml", "--format", form)
        assert ran.code == 0, ran.err
        for name in ("planned", "intensity", "usage at list price", "terms", "expected", "invoice"):
            assert name in ran.out, (form, name)


RATE = """
exchange.usd_per_eur = { rate = 1.25, date = 2026-06-01, source = "bank" }
"""


def in_euros(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "amount": row["amount"] / Decimal("1.25"), "currency": "EUR"} for row in rows]


def test_an_invoice_in_another_currency_becomes_the_workloads(tmp_path: Path) -> None:
    """A tenth off in dollars, billed in euros at 1.25: nothing is left to explain."""
    logs(tmp_path)
    off = [{**row, "amount": row["amount"] * Decimal("0.9")} for row in RIGHT]
    invoice(tmp_path, in_euros(off))
    run(tmp_path)
    (tmp_path / "euro.toml").write_text(WORKLOAD + RATE, encoding="utf-8")
    found, made = steps(tmp_path, "euro.toml", *BOTH)
    assert made["currency"] == "USD"
    assert made["invoiced"] == made["expected"] == Decimal("4.05")
    assert "rate" not in found
    assert any("1.25 USD/EUR" in note for note in made["notes"])
    # the rate may be given on the command line too
    again, _ = steps(tmp_path, "plan.toml", *BOTH, "--exchange", "usd_per_eur=1.25@2026-06-01")
    assert again == found


def test_usage_in_another_currency_becomes_the_workloads(tmp_path: Path) -> None:
    logs(tmp_path)
    invoice(tmp_path, in_euros(RIGHT))
    run(tmp_path)
    euros = WORKLOAD.replace('name = "shop"', 'name = "shop"\ncurrency = "EUR"') + RATE
    (tmp_path / "euro.toml").write_text(euros, encoding="utf-8")
    _, made = steps(tmp_path, "euro.toml", *BOTH)
    assert made["currency"] == "EUR"
    assert made["usage_at_list"] == made["invoiced"] == Decimal("3.6")  # 4.50 dollars
    assert made["expected"] == Decimal("3.24")


def test_a_currency_without_a_rate_is_refused_with_the_rate_to_state(tmp_path: Path) -> None:
    logs(tmp_path)
    invoice(tmp_path, in_euros(RIGHT))
    ran = run(tmp_path, "plan.toml", *BOTH, *MAPS, "--map=names.toml")
    assert ran.code == 2
    assert "the invoice is in EUR, the workload in USD" in ran.err
    assert "usd_per_eur" in ran.err
    ran = run(tmp_path, *BOTH, *MAPS, "--map=names.toml")
    assert ran.code == 2
    assert "[exchange]" in ran.err


FOCUS_ROW = {
    "BilledCost": 1,
    "BillingCurrency": "USD",
    "ChargePeriodStart": "2026-06-01",
    "ChargePeriodEnd": "2026-06-02",
    "ServiceName": "Plain input",
}


@pytest.mark.parametrize(
    ("version", "columns"),
    [
        ("0.5", {"AmortizedCost": 1, "ChargeType": "Usage"}),
        ("1.0-preview", {"ChargeCategory": "Usage", "UsageQuantity": 1, "UsageUnit": "token"}),
        ("1.0-preview", {"ChargeCategory": "Usage", "ChargeSubcategory": "On-Demand"}),
        ("1.5", {"ChargeCategory": "Usage", "x_FocusVersion": "1.5"}),
        ("2.0", {"ChargeCategory": "Usage", "FocusVersion": "2.0"}),
        ("0.5", {"ChargeCategory": "Usage", "x_focus_version": "0.5"}),
    ],
)
def test_focus_of_another_version_is_refused_by_name(
    version: str, columns: dict[str, Any], tmp_path: Path
) -> None:
    logs(tmp_path)
    invoice(tmp_path, [{**FOCUS_ROW, **columns}])
    ran = run(tmp_path, *BOTH, *MAPS, "--map=names.toml")
    assert ran.code == 2
    assert f"FOCUS {version}" in ran.err
    assert "FOCUS 1.0, 1.1, 1.2, 1.3 and 1.4 are understood" in ran.err
    # as a table of one's own it is read
    named = ("item=ServiceName", "amount=BilledCost", "currency=BillingCurrency")
    ran = run(tmp_path, *BOTH, *MAPS, "--map=names.toml", *(f"--invoice-map={x}" for x in named))
    assert ran.code in (0, 1)


@pytest.mark.parametrize("version", ["1.0", "v1.1", "1.2-preview", "1.3.0", "1.4"])
def test_focus_of_a_known_version_is_read(version: str, tmp_path: Path) -> None:
    logs(tmp_path)
    more = {"ChargeCategory": "Usage", "ConsumedQuantity": 1, "x_FocusVersion": version}
    invoice(tmp_path, [{**FOCUS_ROW, **more}])
    ran = run(tmp_path, *BOTH, *MAPS, "--map=names.toml")
    assert ran.code in (0, 1), ran.err
