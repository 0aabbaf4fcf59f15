"""``costplan pricing list|show|search``, as a user meets them."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from run import costplan

from costplan.catalog.lookup import Catalog, Entry
from costplan.catalog.model import Model
from costplan.catalog.offer import Offer
from costplan.cli import run
from costplan.document.listing import Document, ModelPage, OfferPage
from costplan.plan.prices.listing import price_list
from costplan.plan.prices.price_page import PLAUSIBLE, model_page, offer_page
from costplan.plan.prices.searching import search as search_in
from costplan.render import Look
from costplan.render.listing import draw
from costplan.store.files.folders import built_in_folder
from costplan.store.files.scan import heads
from costplan.store.files.shelves import open_catalog

DAY = date(2026, 11, 22)
AT = ["--at", DAY.isoformat()]
HOSTILE = ["../../etc/passwd", "[red]x[/red]", "a\x1b[31mb", "", "/", "a" * 5_000, "\u202ex"]


class Said(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out, parse_float=Decimal, parse_int=Decimal)


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's own prices, no colour, a width."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def pricing(capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: str) -> Said:
        code = run(["pricing", *arguments])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return call


@cache
def catalog() -> Catalog:
    """One for all tests, so that an entry is parsed once."""
    return open_catalog()


@cache
def listed() -> list[dict[str, Any]]:
    """The rows of ``pricing list``, asked for once."""
    out = io.StringIO()
    with redirect_stdout(out):
        assert run(["pricing", "list", "--format", "json", *AT]) == 0
    return list(Said(0, out.getvalue(), "").data["entries"])


def entries() -> Iterator[Entry]:
    known = catalog()
    for head in heads(known):
        yield known.get(head.id)


def sample() -> Iterator[Entry]:
    """Every offer, and one model in ninety."""
    known = catalog()
    seen = 0
    for head in heads(known):
        seen += head.priced_by == "token"
        if head.priced_by != "token" or seen % 90 == 0:
            yield known.get(head.id)


# The scan


def test_the_scan_sees_what_a_whole_reading_sees() -> None:
    known = catalog()
    scanned = heads(known)
    assert {name for head in scanned for name in (head.id, *head.aliases)} == set(known.ids())
    for head in scanned:
        entry = known.get(head.id)
        item = entry.item
        offer = item if isinstance(item, Offer) else None
        assert head.id == entry.id
        assert head.aliases == item.aliases
        assert head.priced_by == ("charge" if offer else "token")
        assert (head.category, head.vendor) == (entry.category, entry.vendor)
        assert head.product == ((offer.product or None) if offer else None)
        assert head.plan == (offer.plan if offer else None)


def test_a_search_parses_no_toml(pricing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import tomli

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("TOML was parsed")

    monkeypatch.setattr(tomli, "loads", refuse)
    assert pricing("search", "pincone").code == 0


# list


def test_list_holds_every_entry_once_sorted_by_category_and_id() -> None:
    rows = listed()
    keys = [(row["category"], row["id"]) for row in rows]
    assert keys == sorted(keys)
    assert {row["id"] for row in rows} == {head.id for head in heads(catalog())}
    assert len(rows) == len(set(keys))


def test_list_states_the_catalogue_s_own_prices() -> None:
    rows = {row["id"]: row for row in listed()}
    for entry in entries():
        row, item = rows[entry.id], entry.item
        prices = {one["charge"]: one for one in row["prices"]}
        if isinstance(item, Model):
            card = item.card(DAY)
            if card is None:
                assert row["known_from"] == item.price[0].origin.since.isoformat()
                continue
            wanted = {
                kind: rate
                for kind, rate in card.rates.published().items()
                if kind in ("input", "output")
            }
            if not card.rates.published():  # trained there, and not served
                wanted = {name: fee.price for name, fee in card.fee.items()}
            assert {name: one["price"] for name, one in prices.items()} == wanted
            assert row["since"] == card.origin.since.isoformat()
            assert row["confidence"] == entry.provenance(card.origin).confidence
            continue
        current, later = item.charges_on(DAY)
        assert len(prices) + row["more_charges"] == len(current) + len(later)
        for charge in current:
            if charge.id in prices and charge.price is not None:
                assert prices[charge.id]["price"] == charge.price * (charge.fx or 1)
                assert prices[charge.id]["per"] == charge.per
                origin = entry.provenance(charge.origin or item.origin)
                assert prices[charge.id]["source"] == origin.source
                assert prices[charge.id]["checked"] == origin.checked.isoformat()


def test_list_as_a_table(pricing: Any) -> None:
    said = pricing("list", "--category", "tokens", "--vendor", "anthropic", *AT)
    assert said.code == 0
    assert said.err == ""
    lines = said.out.splitlines()
    assert lines[0] == "prices on 2026-11-22, in USD"
    row = next(line for line in lines if line.startswith("anthropic/claude-opus-5-5"))
    assert row.split() == ["anthropic/claude-opus-5-5", "4", "20", "2026-09-22", "2026-10-14"]
    tiered = next(line for line in lines if line.startswith("anthropic/claude-haiku-5-5"))
    assert tiered.split()[1:3] == ["0.1*", "0.5*"]
    assert "*  base rate" in said.out


def test_list_of_offers_names_charges_and_days(pricing: Any) -> None:
    said = pricing("list", "--vendor", "Pinecone", *AT)
    assert "pinecone/standard  " in said.out
    assert "storage 0.33 / GB-month; read_units 16 / 1M read units;" in said.out
    assert "read_nodes on request" in said.out
    assert "2025-09-01, checked 2026-11-04 t" in said.out
    assert "t  from a third party" in said.out


def test_a_price_that_is_not_known_yet_is_said_not_dropped(pricing: Any) -> None:
    said = pricing("list", "--category", "compute", "--vendor", "google", "--at", "2024-06-01")
    assert "google/tpu-v5e" in said.out
    assert "  from 2026-08-19" in said.out
    tokens = pricing("list", "--vendor", "deepseek", "--at", "2026-09-01").out
    row = next(line for line in tokens.splitlines() if line.startswith("deepseek/deepseek-flash"))
    assert row.split()[1:5] == ["-", "-", "from", "2026-09-10"]
    data = pricing("list", "--vendor", "deepseek", "--at", "2026-09-01", "--format", "json").data[
        "entries"
    ]
    rows = {row["id"]: (row["known_from"], len(row["prices"])) for row in data}
    assert rows["deepseek/deepseek-flash"] == ("2026-09-10", 0)
    assert rows["deepseek/deepseek-v4-pro"] == (None, 2)


@pytest.mark.parametrize(
    ("arguments", "error", "remedy"),
    [
        (["--category", "token"], "unknown category 'token'", "did you mean 'tokens'?"),
        (["--category", "[red]"], "unknown category '[red]'", "known: compute, guardrails"),
        (["--vendor", "pincone"], "unknown vendor 'pincone'", "did you mean 'pinecone'"),
        (["--vendor", "zzzz"], "unknown vendor 'zzzz'", "known: abliteration, agenta"),
        (["--at", "tomorrow"], "'tomorrow' is not a date", ""),
    ],
)
def test_list_refuses_what_it_does_not_know(
    pricing: Any, arguments: list[str], error: str, remedy: str
) -> None:
    said = pricing("list", *arguments)
    assert (said.code, said.out) == (2, "")
    assert error in said.err
    assert remedy in said.err


def test_a_list_of_nothing_is_a_no(pricing: Any) -> None:
    said = pricing("list", "--category", "human", "--vendor", "pinecone")
    assert (said.code, said.out) == (1, "")
    assert said.err == "nothing in the category human is from pinecone\n"


# show


def test_show_a_model_in_full(pricing: Any) -> None:
    data = pricing("show", "anthropic/claude-haiku-5-5", "--format", "json", *AT).data
    entry = catalog().get("anthropic/claude-haiku-5-5")
    assert isinstance(entry.item, Model)
    card = entry.item.card(DAY)
    assert card is not None
    assert (data["schema_version"], data["kind"]) == ("1.2", "price_page")
    assert data["rates"] == card.rates.published()
    assert data["tiers"][0]["from_input_tokens"] == 100_001
    assert data["tiers"][0]["rates"] == card.tiers[0].rates.published()
    assert [(one["name"], one["times"]) for one in data["modes"]] == [("batch", Decimal("0.5"))]
    assert [(one["name"], one["times"]) for one in data["regions"]] == [("us", Decimal("1.1"))]
    assert data["regions"][0]["since"] == "2026-11-01"
    assert data["fees"][0]["price"] == card.fee["web_searches"].price
    assert data["cache"] == {"minimum_tokens": 512, "ttl_minutes": 5}
    assert data["context_window"] == entry.item.context
    names = [one["name"] for one in data["variables"]]
    assert names == [
        "input_tokens",
        "cache_read_tokens",
        "cache_write_tokens",
        "cache_write_1h_tokens",
        "output_tokens",
        "web_searches",
    ]
    for where in (data["sources"][0], data["tiers"][0], data["history"][0], data["fees"][0]):
        assert {"source", "confidence", "since", "checked"} <= set(where)


def test_show_an_offer_in_full(pricing: Any) -> None:
    data = pricing("show", "pinecone/standard", "--format", "json", *AT).data
    entry = catalog().get("pinecone/standard")
    offer = entry.item
    assert isinstance(offer, Offer)
    assert data["entry"]["note"] == offer.note
    assert data["derived"] == offer.derived
    assert data["not_included"] == list(offer.not_included)
    current, _ = offer.charges_on(DAY)
    assert [(one["id"], one["price"], one["per"], one["quantity"]) for one in data["charges"]] == [
        (one.id, one.price, one.per, one.quantity) for one in current
    ]
    assert len(data["history"]) == len(offer.charge)
    assert len(data["adjustment_history"]) == len(offer.adjust)
    assert [one["id"] for one in data["adjustments"]] == ["monthly_minimum"]
    required = [one["name"] for one in data["variables"] if one["required"]]
    assert sorted(required) == ["dimensions", "queries", "vectors"]
    defaults = {one["name"]: one["default"] for one in data["variables"] if not one["required"]}
    assert defaults["upsert_batch"] == 100


def test_show_as_a_table_says_what_a_bill_needs(pricing: Any) -> None:
    said = pricing("show", "supabase/pro", *AT)
    assert said.code == 0
    for words in (
        "Supabase, Supabase Postgres (pgvector), Pro, vector-db",
        "the smallest package that fits, in GB of memory",
        "on request above 256",
        "first 8 included",
        "ram_gb = 2 * index_gib",
        "compute_credit: a credit of 10 a month, on compute",
        "(vendor): since 2026-05-04",
        "costplan price supabase/pro dimensions=1536 vectors=1000000",
    ):
        assert words in said.out


def test_show_by_alias_names_the_id(pricing: Any) -> None:
    said = pricing("show", "cohere/command-a", *AT)
    assert said.out.startswith("cohere/command-a-03-2025\n")
    assert "also cohere/command-a\n" in said.out


def test_variables_only_a_limit_looks_at_are_optional(pricing: Any) -> None:
    said = pricing("show", "pinecone/starter", *AT)
    row = next(line for line in said.out.splitlines() if line.startswith("vectors "))
    assert row.endswith("optional")
    assert "stored_gb at most 2: the vendor refuses what goes above" in said.out


def test_show_before_the_first_price_says_from_when(pricing: Any) -> None:
    said = pricing("show", "anthropic/claude-opus-5-5", "--at", "2020-01-01")
    assert said.code == 0
    assert "no known price on 2020-01-01; the catalogue knows it from 2026-09-22 on" in said.out
    assert "--at 2026-09-22" in said.out
    data = pricing(
        "show", "anthropic/claude-opus-5-5", "--at", "2020-01-01", "--format", "json"
    ).data
    assert (data["known_from"], data["rates"], data["per"]) == ("2026-09-22", {}, None)
    assert data["history"][0]["rates"]["input"] == 4


def test_show_on_a_day_between_two_prices(pricing: Any) -> None:
    data = pricing("show", "pinecone/standard", "--at", "2025-07-15", "--format", "json").data
    assert [(one["id"], one["known_from"]) for one in data["charges"]][:2] == [
        ("platform_fee", None),
        ("storage", "2025-09-01"),
    ]
    assert data["known_from"] is None
    old = pricing("show", "deepseek/deepseek-v4-pro", "--at", "2026-05-01", "--format", "json").data
    assert old["rates"]["input"] == Decimal("1.74")


@pytest.mark.parametrize(
    ("name", "count"), [("pinecone", 7), ("pinecone/", 7), ("azure/ai-search", 5)]
)
def test_a_vendor_or_product_lists_its_plans(pricing: Any, name: str, count: int) -> None:
    said = pricing("show", name, "--format", "json", *AT)
    assert said.code == 0
    assert said.data["kind"] == "price_list"
    assert len(said.data["entries"]) == count
    assert said.err == f"'{name}' is not an id; {count} ids begin with it\n"


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("anthropic/claude-opus", "did you mean 'anthropic/claude-opus-5'"),
        ("pinecone/standrd", "did you mean 'pinecone/standard'"),
        ("Pinecone", "did you mean 'pinecone'"),
    ],
)
def test_an_unknown_id_names_its_neighbours(pricing: Any, name: str, remedy: str) -> None:
    said = pricing("show", name)
    assert (said.code, said.out) == (2, "")
    assert f"unknown offer '{name}'" in said.err
    assert remedy in said.err


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_ids_are_refused_and_spelled_out(pricing: Any, name: str) -> None:
    said = pricing("show", "--", name)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("error: unknown offer '")
    assert "\x1b" not in said.err
    assert "\u202e" not in said.err


def test_every_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """The line that ``show`` prints is a command, and its bill has no refusal in its notes."""
    for entry in sample():
        page = page_of(entry)
        assert isinstance(page, ModelPage | OfferPage)
        example = page.example
        program, *arguments = shlex.split(example)
        assert program == "costplan"
        assert run([*arguments, "--format", "json"]) == 0, (example, capsys.readouterr().err)
        bill = json.loads(capsys.readouterr().out)
        assert not any("does not serve" in note for note in bill["notes"]), example
        if isinstance(entry.item, Model):
            assert bill["line_items"], example


def test_every_variable_without_a_default_has_a_plausible_value() -> None:
    from costplan.catalog.vocabulary import VOCABULARY

    asked = {name for name, one in VOCABULARY.items() if one.default is None}
    assert asked - {"hours", "hours_per_month"} == set(PLAUSIBLE)


def test_required_is_what_price_refuses_to_go_without(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for entry in sample():
        if isinstance(entry.item, Offer):
            page = offer_page(entry, entry.item, DAY)
            required = {one.name for one in page.variables if one.required}
            ended = entry.item.ended_on(DAY)
            at = ["--at", str(ended - timedelta(days=1))] if ended else AT
            code = run(["price", entry.id, *at])
            said = capsys.readouterr().err
            assert code == (2 if required else 0), entry.id
            if required:
                named = said.splitlines()[0].removeprefix(f"error: {entry.id} needs ")
                assert all(name in named for name in required), (entry.id, named)


def page_of(entry: Entry) -> Document:
    if isinstance(entry.item, Model):
        return model_page(entry, entry.item, DAY, dated=True)
    return offer_page(entry, entry.item, DAY, dated=True)


@pytest.mark.parametrize("width", [60, 80])
def test_every_page_keeps_to_its_width(width: int) -> None:
    """But for a word of a command that is longer than the page: it must stay one word."""
    known = list(sample())
    pages = [page_of(entry) for entry in known]
    pages += [price_list(known, DAY), price_list(known, date(2024, 1, 1))]
    pages += [search_in(heads(catalog()), ["a"], 400)]
    for page in pages:
        lines = draw(page, "table", Look(width)).splitlines()
        wide = [line for line in lines if len(line) > width]
        assert all(len(line.removesuffix(" \\").split()) == 1 for line in wide), wide


# search


def ranks(said: Said) -> list[tuple[str, str]]:
    return [(hit["match"], hit["id"]) for hit in said.data["hits"]]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        (["pinecone/standard"], ("exact", "pinecone/standard")),
        (["cohere/command-a"], ("exact", "cohere/command-a-03-2025")),
        (["PINECONE"], ("prefix", "pinecone/builder")),
        (["weave"], ("prefix", "wandb/weave-pro")),
        (["pgvector", "rds"], ("substring", "aws/rds-pgvector")),
        (["pincone"], ("fuzzy", "pinecone/builder")),
        (["anthropic", "sonet"], ("fuzzy", "anthropic/claude-3-sonnet")),
        (["gpt-5"], ("prefix", "openai/gpt-5")),
        (["claude", "sonet"], ("fuzzy", "anthropic/claude-3-sonnet")),
        (["deepseek-v3.2"], ("prefix", "deepseek/deepseek-v3.2")),
        (["sonnet 5.5"], ("substring", "anthropic/claude-sonnet-5-5")),
        (["claude-3.5-sonnet"], ("prefix", "anthropic/claude-3-5-sonnet")),
    ],
)
def test_search_ranks(pricing: Any, words: list[str], first: tuple[str, str]) -> None:
    said = pricing("search", *words, "--format", "json")
    assert said.code == 0
    assert ranks(said)[0] == first
    order = ["exact", "prefix", "substring", "fuzzy"]
    places = [order.index(match) for match, _ in ranks(said)]
    assert places == sorted(places)


def test_the_numbers_of_a_version_are_whole(pricing: Any) -> None:
    """3.5 is written 3-5 by others, and is no part of 13-5 or 3-55."""
    said = pricing("search", "claude", "3.5", "--limit", "2000", "--format", "json")
    ids = [name for _, name in ranks(said)]
    assert "anthropic/claude-3-5-sonnet" in ids
    assert all(re.search(r"(?<!\d)3[._-]5(?!\d)", name) for name in ids)


def test_an_exact_id_comes_before_what_begins_with_it(pricing: Any) -> None:
    said = pricing("search", "anthropic/claude-opus-5", "--format", "json")
    assert ranks(said)[:2] == [
        ("exact", "anthropic/claude-opus-5"),
        ("prefix", "anthropic/claude-opus-5-5"),
    ]


def test_search_says_that_nothing_fuzzy_is_priced(pricing: Any) -> None:
    said = pricing("search", "pincone", "--limit", "2")
    assert "Only an exact id or alias is ever priced; a fuzzy match never is." in said.out
    assert "5 more: --limit 7" in said.out
    assert said.out.count("fuzzy   ") == 2
    assert run(["price", "pincone"]) == 2


def test_search_names_the_alias_it_found(pricing: Any) -> None:
    assert "alias openai/gpt-4o-2024-08-06" in pricing("search", "gpt-4o-2024-08").out


@pytest.mark.parametrize("word", ["zzzzqqq", "../../etc/passwd", "[red]x[/red]", "a\x1b[31mb"])
def test_search_without_a_match_is_a_no(pricing: Any, word: str) -> None:
    said = pricing("search", word)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("nothing in the catalogue is like '")
    assert "\x1b" not in said.err
    assert pricing("search", word, "--format", "json").data["hits"] == []


@pytest.mark.parametrize("arguments", [["??"], ["opus", " "], ["opus", "--limit", "0"], []])
def test_search_refuses_what_cannot_be_searched(pricing: Any, arguments: list[str]) -> None:
    said = pricing("search", *arguments)
    assert (said.code, said.out) == (2, "")


# Somebody's own prices, and the real process

OWN = """
vendor = "[red]Evil[/red]"
currency = "EUR"
source.page = { at = "https://example.org/[/x]", confidence = "vendor" }

[[offer]]
id = "evil/plan"
product = "[bold]Box[/bold]"
origin = { since = 2026-01-01, checked = 2026-01-01, source = "page" }
note = "a \\u001b[31mred\\u001b[0m note"

[[offer.charge]]
id = "fee"
quantity = "seats"
unit = "seat"
tiers = [{ up_to = 5, price = 0 }, { price = 12.50 }]
"""


def test_markup_and_escapes_of_a_file_are_data(tmp_path: Path, pricing: Any) -> None:
    folder = tmp_path / "pricing" / "human"
    folder.mkdir(parents=True)
    (folder / "evil.toml").write_text(OWN, encoding="utf-8")
    shown = pricing("show", "evil/plan", *AT)
    assert "[red]Evil[/red], [bold]Box[/bold], human" in shown.out
    assert "https://example.org/[/x] (vendor)" in shown.out
    assert "\\x1b[31mred" in shown.out
    assert "\x1b" not in shown.out
    assert "from the project catalogue" in shown.out
    listed = pricing("list", "--category", "human", *AT)
    assert "0 to 12.5 / seat; in EUR" in listed.out
    assert "evil/plan" in pricing("search", "box").out


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "costplan", "pricing", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(built_in_folder().parent), **environment},
        check=False,
    )


def test_the_real_process_in_a_pipe(tmp_path: Path) -> None:
    done = process("show", "pinecone", "--format", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["kind"] == "price_list"
    assert "7 ids begin with it" in done.stderr
    assert costplan("pricing", "show", "nope/nothing", folder=tmp_path).code == 2
    assert costplan("pricing", "search", "zzzzqqq", folder=tmp_path).code == 1
    assert costplan("pricing", folder=tmp_path).code == 2


def test_ascii_and_colour(tmp_path: Path) -> None:
    plain = process("list", "--vendor", "voyage", PYTHONIOENCODING="ascii")
    assert plain.returncode == 0
    assert plain.stdout.isascii()
    colored = costplan(
        *("pricing", "list", "--vendor", "voyage"), folder=tmp_path, env={"FORCE_COLOR": "1"}
    )
    assert "\x1b[" in colored.out


def test_a_large_vendor_does_not_fill_the_terminal(pricing: Any) -> None:
    said = pricing("show", "openai", *AT)
    assert said.code == 0
    assert sum(line.startswith("openai/") for line in said.out.splitlines()) == 40
    assert "'costplan pricing list --vendor openai' lists all\n" in said.err
    whole = pricing("show", "openai", "--format", "json", *AT)
    assert len(whole.data["entries"]) > 200
