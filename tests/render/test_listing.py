"""Pages of the catalogue, drawn from documents made by hand."""

from __future__ import annotations

import json
import shlex
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any, get_args

import pytest

from costplan.catalog import fees, model, schedule
from costplan.catalog.offer import Charge, Slice
from costplan.catalog.origin import Provenance
from costplan.document.listing import (
    DatedCharge,
    Document,
    Fee,
    Headline,
    Hit,
    Mode,
    PriceList,
    Quota,
    Region,
    Row,
    Search,
    Tier,
    Window,
)
from costplan.render import Look
from costplan.render.listing import _charge, _command, draw

DAY = date(2026, 11, 22)
WHERE = Provenance("https://example.org", "dataset", date(2026, 1, 1), date(2026, 2, 2))


def headline(**changes: Any) -> Headline:
    return Headline(
        "reads", "query", Decimal("0.10"), Decimal(1_000), (), False, None, WHERE
    )._replace(**changes)


def row(**changes: Any) -> Row:
    return Row(
        id="v/plan",
        kind="offer",
        category="vector-db",
        vendor="V",
        product="Box",
        plan="Pro",
        region=None,
        currency="USD",
        prices=(headline(), headline(charge="writes", price=None, quote=True)),
        more_charges=2,
        known_from=None,
        since=WHERE.since,
        checked=WHERE.checked,
        confidence="dataset",
        varies=(),
        shelf="built-in",
    )._replace(**changes)


def charge(known_from: date | None = None, **changes: Any) -> DatedCharge:
    terms = Charge(
        id="reads", quantity="queries", unit="query", per=Decimal(1_000), price=Decimal("0.10")
    )
    return DatedCharge(replace(terms, **changes), False, known_from, WHERE)


def tier(up_to: int | None, price: str | None) -> Slice:
    return Slice(
        up_to=None if up_to is None else Decimal(up_to),
        price=None if price is None else Decimal(price),
        quote=price is None,
    )


def test_an_offer_s_block() -> None:
    assert draw(PriceList(DAY, (row(),)), "table", Look(80)) == (
        "prices on 2026-11-22, in USD\n"
        "\n"
        "vector-db\n"
        "v/plan                                          2026-01-01, checked 2026-02-02 d\n"
        "  Box, Pro\n"
        "  reads 0.1 / 1k queries; writes on request; 2 more\n"
        "\n"
        "d  from a published data set\n"
    )


def test_a_narrow_block_puts_the_days_below() -> None:
    assert "v/plan\n  Box, Pro\n" in draw(PriceList(DAY, (row(),)), "table", Look(60))
    assert "\n  2026-01-01, checked 2026-02-02 d\n" in draw(
        PriceList(DAY, (row(),)), "table", Look(60)
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"prices": (), "known_from": date(2026, 12, 1)}, "from 2026-12-01"),
        ({"prices": (), "more_charges": 0}, "no price on this day"),
        ({"prices": (headline(),), "more_charges": 0}, "  0.1 / 1k queries\n"),
        (
            {"prices": (headline(price=None, known_from=date(2026, 12, 1)), headline())},
            "reads from 2026-12-01; reads 0.1",
        ),
        (
            {
                "prices": (
                    headline(
                        price=None,
                        tiers=(tier(5, "3"), tier(None, "0.5")),
                    ),
                )
            },
            "0.5 to 3 / 1k queries",
        ),
        ({"prices": (headline(price=None, tiers=(tier(None, None),)),)}, "on request / 1k"),
    ],
)
def test_every_kind_of_headline(changes: dict[str, Any], words: str) -> None:
    assert words in draw(PriceList(DAY, (row(**changes),)), "table", Look(80))


def test_a_rate_is_shown_per_million_whatever_its_scale() -> None:
    prices = (
        headline(charge="input", unit="token", price=Decimal("0.002"), per=Decimal(1_000)),
        headline(charge="output", unit="token", price=Decimal(8), per=Decimal(1_000_000)),
    )
    model = row(id="v/m", kind="chat", category="tokens", prices=prices, varies=("schedule",))
    line = draw(PriceList(DAY, (model,)), "table", Look(80)).splitlines()[4]
    assert line.split() == ["v/m", "2*", "8*", "2026-01-01", "2026-02-02", "d"]


def test_an_id_that_is_too_long_has_a_line_of_its_own() -> None:
    name = "bedrock/eu.anthropic.claude-sonnet-5-5"
    model = row(
        id=name, kind="chat", category="tokens", prices=(headline(charge="input", unit="token"),)
    )
    lines = draw(PriceList(DAY, (model, model)), "table", Look(80)).splitlines()
    assert name in lines
    assert all(len(line) <= 80 for line in lines)


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({}, ["0.1 / 1k queries"]),
        ({"price": None, "quote": True}, ["on request / 1k queries"]),
        ({"known_from": DAY}, ["from 2026-11-22"]),
        ({"included": Decimal(10)}, ["0.1 / 1k queries", "first 10 included"]),
        ({"included": "seats * 2"}, ["0.1 / 1k queries", "first seats * 2 included"]),
        ({"fx": Decimal("1.50")}, ["0.1 / 1k queries", "in credits of 1.5 each"]),
        ({"round_up_to": Decimal(15)}, ["0.1 / 1k queries", "in steps of 15"]),
        ({"cap": Decimal(30)}, ["0.1 / 1k queries", "at most 30 a month"]),
        ({"note": "a {brace}"}, ["0.1 / 1k queries", "a {brace}"]),
        (
            {"price": None, "mode": "volume", "tiers": (tier(5, "1"),)},
            ["per 1k queries", "1 to 5", "all of it at the tier that is reached"],
        ),
        (
            {"price": None, "mode": "package", "tiers": (tier(5, "1"),)},
            ["the smallest package that fits, in query", "1 to 5"],
        ),
        (
            {
                "price": None,
                "rank_by": "size",
                "tiers": (tier(5, "1"), tier(None, None)),
            },
            ["per 1k queries", "1 to 5", "on request above 5", "tiers count size"],
        ),
    ],
)
def test_every_part_of_a_charge(changes: dict[str, Any], lines: list[str]) -> None:
    assert _charge(charge(**changes)) == lines


def test_json_keeps_every_digit_and_spreads_where() -> None:
    one = row(prices=(headline(price=Decimal("0.000000125")),))
    data = json.loads(draw(PriceList(DAY, (one,)), "json", Look()), parse_float=Decimal)
    price = data["entries"][0]["prices"][0]
    assert price["price"] == Decimal("0.000000125")
    assert price["source"] == "https://example.org"
    assert price["since"] == "2026-01-01"
    assert "where" not in price


def test_every_document_has_a_kind_and_a_version() -> None:
    search = Search(("x",), 0, (), "note")
    data = json.loads(draw(search, "json", Look()))
    assert (data["schema_version"], data["kind"]) == ("1.0", "price_search")
    kinds = {one.kind for one in get_args(Document)}
    assert kinds == {"price_list", "price_overview", "price_page", "price_search"}


@pytest.mark.parametrize("width", [20, 30, 60])
def test_a_long_command_is_continued_so_that_it_can_be_pasted(width: int) -> None:
    text = "costplan price 'v/a plan' vectors=1000000 dimensions=1536 queries=100000"
    lines = _command(text, width)
    assert all(len(line) <= width for line in lines)
    joined = "\n".join(lines).replace("\\\n", " ")
    assert shlex.split(joined) == shlex.split(text)


def test_a_hit_names_its_alias() -> None:
    hits = (
        Hit("prefix", "v/m", "v/m-2024", "tokens", "V", None, None),
        Hit("substring", "v/p", "Box [x]", "human", "V", "Box [x]", None),
    )
    text = draw(Search(("m",), 5, hits, "a note"), "table", Look(60))
    assert "alias v/m-2024" in text
    assert "V, Box [x]" in text
    assert "alias Box" not in text
    assert "3 more: --limit 5" in text


DECIDES = {
    "included": "7",
    "pool": "tokens",
    "minimum_quantity": Decimal(3),
    "round_up_to": Decimal(5),
    "rank_by": "vectors",
    "redundant": "(replicas - 1) / replicas",
    "cap": Decimal(99),
    "fx": Decimal("0.5"),
    "note": "a word",
}
"""Keys of a charge that decide its amount beside price and quantity, each with a value."""
ELSEWHERE = {
    *("id", "quantity", "unit", "per", "price", "tiers", "quote", "mode", "scope", "ended"),
    "unpublished",
    *("origin", "free_tier", "fixed", "purpose"),
}
"""Drawn with the price, or of no weight for the amount of one role."""


def test_every_key_of_a_charge_is_known_here() -> None:
    assert {one.name for one in fields(Charge)} == DECIDES.keys() | ELSEWHERE


@pytest.mark.parametrize("name", DECIDES)
def test_what_decides_an_amount_is_drawn(name: str) -> None:
    value = DECIDES[name]
    said = _charge(charge(**{name: value}))
    assert len(said) == 2
    assert str(value) in said[1]


def test_types_of_a_models_page_hold_every_field_of_the_catalogues() -> None:
    pairs = ((model.Mode, Mode), (model.Region, Region), (model.Tier, Tier))
    pairs = (*pairs, (fees.Fee, Fee), (fees.Quota, Quota))
    for kind, page in pairs:
        named = {one.name for one in fields(kind)} - {"origin", "above", "at_or_above"}
        assert named <= set(page._fields), kind
    named = {one.name for one in fields(schedule.Window)} - {"origin", "utc_offset"}
    assert named <= set(Window._fields)
