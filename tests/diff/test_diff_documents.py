"""A diff saved, read back and drawn."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import jsonschema
import pytest

from costplan.api.estimating import estimate_opened
from costplan.document.diff import DiffDocument
from costplan.document.saved import parse_result, plain
from costplan.plan.judge.diff import diff
from costplan.problems import InvalidInput
from costplan.render import Look
from costplan.render.diff_markdown import draw as draw_markdown
from costplan.render.money import amount, places, signed
from costplan.render.results import draw_result
from costplan.store.files.schemas import schema
from costplan.store.files.workloads import open_workload

DAY = date(2026, 11, 22)
EXAMPLE = "examples/support-agent.toml"
CHANGES = [
    "traffic.requests_per_month=20000",
    "stack.portable.chat={offer='anthropic/claude-opus-5-5',success=0.98}",
]


@pytest.fixture(scope="module")
def made() -> DiffDocument:
    base = estimate_opened(open_workload(EXAMPLE, []), DAY)
    head = estimate_opened(open_workload(EXAMPLE, CHANGES), DAY)
    return diff(base, head, "main", "working tree")


def reread(document: DiffDocument) -> tuple[Any, DiffDocument]:
    text = draw_result(document, "json", Look())
    data = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    found = parse_result(data)
    assert isinstance(found, DiffDocument)
    assert draw_result(found, "json", Look()) == text
    return json.loads(text), found


def test_it_is_read_back_and_drawn_the_same(made: DiffDocument) -> None:
    data, found = reread(made)
    jsonschema.validate(data, json.loads(schema("diff")))
    assert draw_result(found, "table", Look(80)) == draw_result(made, "table", Look(80))
    assert draw_markdown(found, Look()) == draw_markdown(made, Look())


def test_from_nothing_and_unchanged_fit_the_schema_too() -> None:
    one = estimate_opened(open_workload(EXAMPLE, []), DAY, ["portable"])
    for document in (diff(None, one), diff(one, one)):
        data, _ = reread(document)
        jsonschema.validate(data, json.loads(schema("diff")))


def test_causes_that_do_not_sum_are_refused(made: DiffDocument) -> None:
    data = plain(made)
    data["stacks"][0]["causes"]["price"] += 1
    with pytest.raises(InvalidInput, match="sum to"):
        parse_result(data)


def test_the_page_says_what_moved_in_eighty_columns(made: DiffDocument) -> None:
    text = draw_result(made, "table", Look(80))
    lines = text.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert lines[0] == "support-agent: main -> working tree"
    assert lines[1].startswith("4 of 4 stacks cost more: +$")
    base, head = made.stacks[0].base, made.stacks[0].head
    assert base is not None
    assert head is not None
    shown = f"(${base.total_monthly:,.0f} -> ${head.total_monthly:,.0f})"
    assert any(line.startswith("portable +$") and shown in line for line in lines)
    assert any(line.startswith("+   chat anthropic/claude-opus-5-5 output") for line in lines)
    assert any(line.startswith("-   chat anthropic/claude-sonnet-5-5 output") for line in lines)
    assert any(line.startswith("~   human workload cases") for line in lines)
    assert "requests 10,000 -> 20,000" in text


def test_markdown_cannot_be_broken_out_of() -> None:
    hostile = "x|<img src=x>`@everyone` [a](http://b) \n# h"
    one = estimate_opened(open_workload(EXAMPLE, []), DAY, ["portable"])
    one.workload = hostile
    one.estimates[0].stack = hostile
    text = draw_markdown(diff(None, one, None, hostile), Look())
    assert "<img" not in text
    assert "@everyone" not in text  # a zero-width space keeps it from being a mention
    assert "http://" not in text
    assert "\n# h" not in text
    rows = [row for row in text.splitlines() if row.startswith("| x")]
    assert rows
    assert all(row.replace("\\|", "").count("|") == 6 for row in rows)


@pytest.mark.parametrize(
    ("value", "others", "currency", "text"),
    [
        ("561", ("561", "1121"), "USD", "+$561"),
        ("-3.6", ("38.12", "34.52"), "USD", "-$3.60"),
        ("0", (), "USD", "+$0.00"),
        ("0.00012", ("0.00012",), "USD", "+$0.00012"),
        ("-0.001", ("5",), "EUR", "+€0.00"),
        ("12", ("12",), "CHF", "+12.00 CHF"),
    ],
)
def test_money_with_its_sign(value: str, others: tuple[str, ...], currency: str, text: str) -> None:
    digits = places(*(Decimal(one) for one in others))
    assert signed(Decimal(value), currency, digits) == text


def test_a_plain_terminal_gets_the_currency_s_letters() -> None:
    assert amount(Decimal(5), "EUR", 0, unicode=False) == "5 EUR"
    assert amount(Decimal(-5), "USD", 0, unicode=False) == "-$5"
