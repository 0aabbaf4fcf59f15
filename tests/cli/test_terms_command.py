"""Terms through the whole command: exit codes, places, remedies, documents and the example."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from run import DAY, ROOT, WORKLOAD, costplan

EXAMPLE = ROOT / "examples" / "terms"
CLUSTER = Path("pricing") / "vector-db" / "cluster.toml"
EUROS = WORKLOAD + 'orchestration = "n8n/pro"\n'
RATE = '[exchange]\nusd_per_eur = { rate = 1.08, date = 2026-11-20, source = "a bank" }\n'
AT = "usd_per_eur=1.08@2026-11-20"


def write(folder: Path, text: str) -> str:
    (folder / "w.toml").write_text(text, encoding="utf-8")
    return "w.toml"


# -- exchange --------------------------------------------------------------------------------


def test_a_euro_price_needs_a_rate(tmp_path: Path) -> None:
    ran = costplan("estimate", write(tmp_path, EUROS), *DAY, folder=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "w.toml:15:17" in ran.err
    assert "n8n/pro is priced in EUR, this workload is in USD" in ran.err
    assert "--exchange usd_per_eur=RATE@DATE" in ran.err


def test_the_rate_of_the_file_and_of_the_command_line(tmp_path: Path) -> None:
    name = write(tmp_path, EUROS + RATE)
    of_file = costplan("estimate", name, *DAY, "--format", "json", folder=tmp_path)
    assert of_file.data["estimates"][0]["total_monthly"] == Decimal("57.5")  # 3.50 + 50 x 1.08
    over = costplan(
        "estimate", name, *DAY, "--format", "json", "--exchange", "eur_per_usd=0.5@2026-11-21",
        folder=tmp_path,
    )  # fmt: skip
    (made,) = over.data["estimates"]
    assert made["total_monthly"] == Decimal("103.5")
    (fee,) = [
        line
        for component in made["components"]
        for line in component["line_items"]
        if line["offer"] == "n8n/pro"
    ]
    assert {key: one for key, one in fee.items() if key.startswith(("exchange", "original"))} == {
        "original_currency": "EUR",
        "original_list_amount": 50,
        "original_amount": 50,
        "exchange_rate": Decimal("0.5"),
        "exchange_unit": "EUR/USD",
        "exchange_date": "2026-11-21",
        "exchange_source": "command line",
    }
    assert (fee["price"], fee["amount"]) == (50, 100)
    assert "1 month x 50 / 0.5 EUR/USD (2026-11-21)" in fee["formula"]


def test_price_stays_in_the_vendor_s_currency(tmp_path: Path) -> None:
    ran = costplan("price", "n8n/pro", "executions=10", "--format", "json", folder=tmp_path)
    assert (ran.data["currency"], ran.data["total"]) == ("EUR", 50)


def test_a_workload_in_euros_takes_the_dollar_catalogue(tmp_path: Path) -> None:
    name = write(tmp_path, EUROS.replace('"USD"', '"EUR"'))
    refused = costplan("estimate", name, *DAY, folder=tmp_path)
    assert refused.code == 2
    assert "--exchange eur_per_usd=RATE@DATE" in refused.err
    ran = costplan(
        "estimate", name, *DAY, "--exchange", "usd_per_eur=2@2026-11-20", "--format", "json",
        folder=tmp_path,
    )  # fmt: skip
    assert ran.data["currency"] == "EUR"
    assert ran.data["estimates"][0]["total_monthly"] == Decimal("51.75")


def test_a_stale_rate_is_what_strict_refuses(tmp_path: Path) -> None:
    name = write(tmp_path, WORKLOAD + 'orchestration = "own/euros"\n' + EURO_OFFER)
    old = AT.replace("11-20", "01-20")
    ran = costplan("estimate", name, *DAY, "--exchange", old, "--strict", folder=tmp_path)
    assert (ran.code, "stale price: exchange rate usd_per_eur: of 2026-01-20" in ran.err) == (
        3,
        True,
    )
    fresh = costplan("estimate", name, *DAY, "--exchange", AT, "--strict", folder=tmp_path)
    assert (fresh.code, fresh.err) == (0, "")


EURO_OFFER = """
[prices]
vendor = "Own"
category = "orchestration"
currency = "EUR"
source.list = { at = "own.test", confidence = "vendor" }
[[prices.offer]]
id = "own/euros"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
[[prices.offer.charge]]
id = "fee"
quantity = "1"
unit = "month"
price = 1
"""


def test_compare_takes_the_same_rate(tmp_path: Path) -> None:
    text = EUROS + '[stack.b]\nchat = "openai/gpt-6.1-terra"\n'
    name = write(tmp_path, text)
    ran = costplan("compare", name, *DAY, "--exchange", AT, "--format", "json", folder=tmp_path)
    assert ran.code == 0, ran.err
    assert '"difference": -54' in ran.out
    assert costplan("compare", name, *DAY, folder=tmp_path).code == 2


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("EUR=1.08@2026-11-20", "says no pair, rate and day"),
        ("usd_per_eur=1.08", "says no pair, rate and day"),
        ("usd_per_eur", "says no pair, rate and day"),
        ("", "says no pair, rate and day"),
        ("usd_per_eur=one@2026-11-20", "'one@2026-11-20' is no rate and day"),
        ("usd_per_eur=1.08@yesterday", "'1.08@yesterday' is no rate and day"),
        ("usd_per_eur=-1.08@2026-11-20", "must be more than 0"),
        ("usd_per_eur=0@2026-11-20", "must be more than 0"),
        ("usd_per_eur=nan@2026-11-20", "must be a finite number"),
        ("usd_per_eur=1e99@2026-11-20", "is too large"),
        ("usd_per_usd=1@2026-11-20", "one USD is one USD"),
        ("gbp_per_eur=1@2026-11-20", "neither side of 'gbp_per_eur' is this workload's USD"),
    ],
)
def test_a_bad_rate_is_refused(tmp_path: Path, flag: str, said: str) -> None:
    name = write(tmp_path, EUROS)
    ran = costplan("estimate", name, *DAY, "--exchange", flag, folder=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert f"--exchange {flag}" in ran.err
    assert said in ran.err
    assert "usd_per_eur" in ran.err


# -- files -----------------------------------------------------------------------------------

DISCOUNT = '[[discount]]\noffers = "openai/*"\n'
DEAL = '[[commitment]]\nname = "deal"\noffers = "openai/*"\nmonthly = 5\n'
CREDIT = '[[credit]]\nname = "gift"\noffers = "openai/*"\namount = 5\n'


@pytest.mark.parametrize(
    ("more", "place", "said"),
    [
        (DISCOUNT, "w.toml:15:3", "either 'percent' or 'bands'"),
        (DISCOUNT + "percent = -1\n", "w.toml:17:11", "must be at least 0"),
        (DISCOUNT + "percent = 101\n", "w.toml:17:11", "must be at most 100"),
        (
            DISCOUNT + "bands = [{ up_to = 9, percent = 1 }]\n",
            "w.toml:17:10",
            "the last band goes without 'up_to'",
        ),
        (
            DISCOUNT
            + "bands = [{ up_to = 9, percent = 1 }, { up_to = 9, percent = 2 }, { percent = 3 }]\n",
            "w.toml:17:48",
            "bands must ascend",
        ),
        (DISCOUNT + 'percent = 1\nstacks = ["b"]\n', "w.toml:18:10", "there is no stack 'b'"),
        (DISCOUNT + "percent = 1\nuntill = 2026-01-01\n", "18:1", "did you mean 'until'"),
        (
            DISCOUNT + "percent = 1\nsince = 2026-02-01\nuntil = 2026-01-01\n",
            "w.toml:18:9",
            "is before its first",
        ),
        (DEAL.replace("5", "0"), "w.toml:18:11", "must be more than 0"),
        (DEAL + "percent = 100\n", "w.toml:19:11", "nothing would be drawn"),
        (DEAL + 'currency = "euro"\n', "w.toml:19:12", "ISO 4217"),
        (DEAL + 'currency = "EUR"\n', "w.toml:19:12", "--exchange usd_per_eur=RATE@DATE"),
        (DEAL + DEAL, "w.toml:16:8", "two commitments are named 'deal'"),
        (DEAL + DEAL.replace('"deal"', '"twin"'), "w.toml:21:10", "make one of them narrower"),
        (CREDIT.replace("= 5", "= -5"), "w.toml:18:10", "must be more than 0"),
        (CREDIT + CREDIT, "w.toml:16:8", "two credits are named 'gift'"),
        (CREDIT + "expires = 2026\n", "w.toml:19:11", "must be a date"),
        (CREDIT.replace('"openai/*"', '""'), "w.toml:17:10", "names no offer"),
        (RATE.replace("1.08", "-1.08"), "w.toml:16:24", "must be more than 0"),
        (RATE.replace("a bank", " "), "w.toml:16:58", "must say who states the rate"),
        (RATE.replace("usd_per_eur", "eur"), "w.toml:16:1", "does not say what is paid for what"),
    ],
)
def test_a_bad_term_is_refused_at_its_place(
    tmp_path: Path, more: str, place: str, said: str
) -> None:
    name = write(tmp_path, WORKLOAD + more)
    ran = costplan("estimate", name, *DAY, folder=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert place in ran.err
    assert said in ran.err


def test_the_workload_s_own_currency_has_the_shape_of_a_code(tmp_path: Path) -> None:
    name = write(tmp_path, WORKLOAD.replace('"USD"', '"dollars"'))
    ran = costplan("estimate", name, *DAY, folder=tmp_path)
    assert ran.code == 2
    assert "w.toml:2:12" in ran.err
    assert "must be an ISO 4217 code such as USD, not dollars" in ran.err


# -- the example: own hardware, two currencies, every term -----------------------------------


def test_the_example_runs_and_keeps_its_schema(tmp_path: Path) -> None:
    ran = costplan("estimate", str(EXAMPLE / "costplan.toml"), *DAY, "--format", "json",
                   folder=tmp_path)  # fmt: skip
    assert ran.code == 0, ran.err
    schema = json.loads(costplan("schema", "estimate", folder=tmp_path).out)
    Draft202012Validator(schema).validate(json.loads(ran.out))
    totals = {made["stack"]: round(made["total_monthly"], 2) for made in ran.data["estimates"]}
    assert totals == {
        "own": Decimal("5447.25"),
        "managed": Decimal("4137.36"),
        "cloud": Decimal("10787.95"),
    }
    own, _, cloud = ran.data["estimates"]
    lines = [one for part in own["components"] for one in part["line_items"]]
    labour = next(one for one in lines if one["charge"] == "labour")
    assert (labour["amount"], labour["purpose"]) == (Decimal("604.8"), "people")  # 8 x 70 x 1.08
    servers = next(one for one in lines if one["charge"] == "servers")
    assert (servers["quantity"], servers["amount"], servers["fixed"]) == (2, 810, True)
    assert [month.get("credits", 0) for month in cloud["months"]] == [4400, 600, 0, 0, 0, 0]
    (deal,) = cloud["commitments"]
    assert deal["covered"] + deal["unused"] == deal["monthly"] == 1500


def test_the_example_compares_and_fits_80_columns(tmp_path: Path) -> None:
    for command in ("estimate", "compare"):
        ran = costplan(command, str(EXAMPLE / "costplan.toml"), *DAY, folder=tmp_path)
        assert ran.code == 0, ran.err
        assert max(len(row) for row in ran.out.splitlines()) <= 80


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ('"EUR"', '"euro"', "cluster.toml:4:12", "ISO 4217"),
        ("price = 375", "price = -375", "cluster.toml:28:9", "must be at least 0"),
        ("price = 375", "", "cluster.toml:24:1", "exactly one of 'price'"),
        ("servers * server_kw", "servers * server_kv", "cluster.toml:33:12", "'server_kw'"),
        ("servers * server_kw", "servers ** server_kw", "cluster.toml:33:12", "not allowed"),
        ('unit = "kWh"', 'unti = "kWh"', "cluster.toml:34:1", "did you mean 'unit'"),
        ('source = "ledger"', 'source = "leger"', "cluster.toml:10:63", "known: ledger"),
        ('purpose = "people"', 'purpose = "staff"', "cluster.toml:43:11", "must be one of"),
        ('"cluster/qdrant"', '"qdrant"', "cluster.toml:8:6", "ids look like vendor/plan"),
        ("max = 12", "max = 1", "costplan.toml:31:13", "the rack is full"),
        ("default = 96", "default = 0", "costplan.toml:31:13", "division by zero"),
    ],
)
def test_a_malformed_own_offer_is_refused_at_its_place(
    tmp_path: Path, old: str, new: str, place: str, said: str
) -> None:
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / CLUSTER).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / CLUSTER).write_text(text.replace(old, new, 1), encoding="utf-8")
    ran = costplan("estimate", *DAY, folder=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert place in ran.err
    assert said in ran.err
