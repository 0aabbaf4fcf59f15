"""``costplan price``: the bill of one offer, from the shell."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from run import Ran, costplan

AT = ("--at", "2026-11-22T12:00:00Z")
OPUS = ("bedrock/us.anthropic.claude-opus-5-5", "input_tokens=100000", "output_tokens=5000")
TERRA = ("openai/gpt-6.1-terra", "input_tokens=100000", "output_tokens=100000")


def price(folder: Path, *arguments: str, code: int = 0) -> Any:
    ran: Ran = costplan("price", *arguments, "--format", "json", folder=folder)
    assert ran.code == code, ran.err
    data = ran.data
    assert data["total"] == sum(line["amount"] or 0 for line in data["line_items"])
    return data


def test_the_example_of_the_first_page(tmp_path: Path) -> None:
    data = price(tmp_path, *OPUS, *AT)
    assert data["total"] == Decimal("0.55")
    assert data["offer"] == OPUS[0]
    assert data["as_of"] == "2026-11-22T12:00:00Z"
    assert {line["charge"]: line["amount"] for line in data["line_items"]} == {
        "input": Decimal("0.44"),
        "output": Decimal("0.11"),
    }


def test_the_table_says_the_same(tmp_path: Path) -> None:
    ran = costplan("price", *OPUS, *AT, folder=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert "total                                0.55" in ran.out
    assert "2026-11-22T12:00Z" in ran.out
    explained = costplan("price", *OPUS, *AT, "--explain", folder=tmp_path).out
    assert "x 4.4 / 1,000,000 = 0.44" in explained


@pytest.mark.parametrize(
    ("options", "total"),
    [
        ((), "0.6"),
        (("--mode", "batch"), "0.3"),
        (("--mode", "flex"), "0.3"),
        (("--mode", "fast"), "1.2"),
        (("--region", "eu"), "0.66"),
        (("--region", "eu", "--mode", "batch"), "0.33"),
        (("--requests", "1_000"), "600"),
        (("--requests", "0"), "0"),
        (("--charge", "output"), "0.5"),
    ],
)
def test_modes_regions_requests_and_charges(
    tmp_path: Path, options: tuple[str, ...], total: str
) -> None:
    assert price(tmp_path, *TERRA, *AT, *options)["total"] == Decimal(total)


def test_requests_multiply_one_priced_request(tmp_path: Path) -> None:
    """A month's sum priced as one request would hit long-context tiers that no request reaches."""
    one = price(tmp_path, "anthropic/claude-sonnet-5-5", "input_tokens=1000", *AT)
    many = price(
        tmp_path, "anthropic/claude-sonnet-5-5", "input_tokens=1000", "--requests", "900", *AT
    )
    assert many["total"] == 900 * one["total"]
    assert many["line_items"][0]["price"] == one["line_items"][0]["price"]


def test_an_announced_price_takes_effect_on_its_day(tmp_path: Path) -> None:
    argon = ("google/gemini-4-argon", "input_tokens=1000000")
    before = price(tmp_path, *argon, "--at", "2026-11-30T23:59:59Z")
    after = price(tmp_path, *argon, "--at", "2026-12-01")
    assert after["total"] == 2 * before["total"]
    assert after["line_items"][0]["since"] == "2026-12-01"


def test_a_moment_with_an_offset_is_the_same_moment(tmp_path: Path) -> None:
    noon = price(tmp_path, *OPUS, "--at", "2026-11-22T13:00:00+01:00")
    assert noon == price(tmp_path, *OPUS, *AT)


def test_free_tiers_count_unless_switched_off(tmp_path: Path) -> None:
    seats = ("langsmith/plus", "seats=3", "traces=20000", *AT)
    counted = price(tmp_path, *seats)
    assert counted["total"] == Decimal("142")  # 3 x 39 and 10,000 traces beyond the 10,000
    traces = next(line for line in counted["line_items"] if line["charge"] == "traces")
    assert (traces["quantity"], traces["quantity_used"]) == (10_000, 20_000)


def test_a_cliff_prices_the_whole_request(tmp_path: Path) -> None:
    at_edge, beyond = (
        price(tmp_path, TERRA[0], f"input_tokens={tokens}", *AT)["total"]
        for tokens in ("272000", "272001")
    )
    assert at_edge == Decimal("0.272")
    assert beyond == Decimal("0.544002")


def test_no_free_tiers(tmp_path: Path) -> None:
    engine = ("google/agent-engine", "requests=36000", "wall_seconds=10", "memory_gib=0", *AT)
    engine = (*engine, "--charge", "cpu")  # 100 vCPU-hours, 50 of them free, at 0.0864
    assert price(tmp_path, *engine)["total"] == Decimal("4.32")
    assert price(tmp_path, *engine, "--no-free-tiers")["total"] == Decimal("8.64")


def test_missing_variables_are_named_with_their_unit(tmp_path: Path) -> None:
    ran = costplan("price", "pinecone/standard", "vectors=1000000", *AT, folder=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "pinecone/standard needs dimensions (dimension), queries (query)" in ran.err
    assert "queries = vector queries a month" in ran.err


def test_an_unknown_region_is_unpriced_and_strict_says_so(tmp_path: Path) -> None:
    data = price(tmp_path, *TERRA, *AT, "--region", "mars")
    assert data["total"] == 0
    assert [one["charge"] for one in data["unpriced"]] == ["input", "output"]
    assert "'mars'" in data["unpriced"][0]["reason"]
    price(tmp_path, *TERRA, *AT, "--region", "mars", "--strict", code=3)
    price(tmp_path, *TERRA, *AT, "--strict", code=0)


def test_every_line_keeps_its_source_and_dates(tmp_path: Path) -> None:
    for line in price(tmp_path, *OPUS, *AT)["line_items"]:
        assert line["source"]
        assert line["since"] <= line["checked"] <= "2026-11-22"
        assert line["confidence"] in ("vendor", "dataset", "third-party", "unverified")


def test_json_is_what_its_schema_promises(tmp_path: Path) -> None:
    validator = jsonschema.Draft202012Validator(
        json.loads(costplan("schema", "bill", folder=tmp_path).out)
    )
    for arguments in (
        OPUS,
        (*TERRA, "--region", "mars"),
        ("langsmith/plus", "seats=1", "traces=1"),
    ):
        ran = costplan("price", *arguments, *AT, "--format", "json", folder=tmp_path)
        validator.validate(json.loads(ran.out))


def test_numbers_are_literals_without_floats(tmp_path: Path) -> None:
    data = price(tmp_path, "openai/gpt-6.1-terra", "input_tokens=0.1", *AT)
    assert data["total"] == Decimal("0.0000001")


def test_limits_that_were_not_looked_at_are_named(tmp_path: Path) -> None:
    """A free plan's 0.00 says nothing where nobody said how much is stored."""
    said = "limits of this plan not checked: "
    ask = ("price", "pinecone/starter", "--at=2026-11-22", "--format=json", "vectors=10")
    (note,) = [one for one in costplan(*ask, folder=tmp_path).data["notes"] if one.startswith(said)]
    assert "stored_gb at most 2" in note
    assert "(they need dimensions, queries)" in note
    whole = costplan(*ask, "dimensions=1024", "queries=10", folder=tmp_path)
    assert not any(one.startswith(said) for one in whole.data["notes"])
