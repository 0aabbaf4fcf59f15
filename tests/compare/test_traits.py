"""Stacks beside their price: what hosts them, what speaks open protocols, what leaving takes."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from run import DAY, ROOT, costplan

from costplan.api.estimating import open_workload, traits_opened
from costplan.catalog.lookup import CatalogFile
from costplan.catalog.traits import TRAITS
from costplan.document.traits import StackTraits, TraitsDocument
from costplan.problems import InvalidInput
from costplan.record import read

AT = date(2026, 11, 22)
WORKLOAD = """\
name = "probe"
currency = "USD"
traffic.requests_per_month = 1_000

[[step]]
name = "ask"
model = "chat"
input_tokens = 1_000
output_tokens = 100

[[step]]
name = "look"
tool = "search"
protocol = "mcp"

[[step]]
name = "call"
tool = "search"
protocol = "a2a"

[[step]]
name = "act"
tool = "search"
protocol = "own"

[runtime]
active_cpu_seconds = 2
wall_seconds = 10
memory_gib = 1
idle_seconds = 0

[stack.aws]
chat = "openai/gpt-5"
search = "tavily/pay-as-you-go"
runtime = "aws/agentcore-runtime"

[stack.google]
chat = "openai/gpt-5"
search = "tavily/pay-as-you-go"
runtime = "google/agent-engine"

[stack.own]
chat = "openai/gpt-5"
search = "tavily/pay-as-you-go"
runtime = { none = "a process of our own" }
"""
MIGRATION = """
[migration]
engineer_days = 10
overlap_months = 0
cost_per_day = 800
"""


def document(tmp_path: Path, text: str = WORKLOAD) -> TraitsDocument:
    path = tmp_path / "costplan.toml"
    path.write_text(text, encoding="utf-8")
    return traits_opened(open_workload(str(path)), AT)


def stack(of: TraitsDocument, name: str) -> StackTraits:
    return next(one for one in of.stacks if one.stack == name)


def test_each_trait_has_its_page_and_its_day_or_none(tmp_path: Path) -> None:
    aws = stack(document(tmp_path), "aws")
    assert aws.offers == {"runtime": "aws/agentcore-runtime"}
    named = {told.trait: told for told in aws.traits}
    assert list(named) == [name for name in TRAITS if name in named]
    assert named["isolation"].says.startswith("a microVM a session")
    assert "8 hours" in named["session"].says
    for told in aws.traits:
        assert told.source.startswith("https://docs.aws.amazon.com/")
        assert told.dated is None  # these pages have no day


def test_open_protocols_are_counted_and_those_not_spoken_are_named(tmp_path: Path) -> None:
    found = document(tmp_path)
    for one in found.stacks:
        assert (one.steps, one.open_steps, one.own_steps) == (4, ("look", "call"), ("act",))
    assert stack(found, "aws").not_spoken == ()
    assert stack(found, "google").not_spoken == ("look",)
    assert stack(found, "own").not_spoken == ()  # nothing is known of it


def test_leaving_costs_what_migration_states(tmp_path: Path) -> None:
    assert all(one.one_off is None for one in document(tmp_path).stacks)
    moved = stack(document(tmp_path, WORKLOAD + MIGRATION), "aws")
    assert moved.one_off == Decimal(8000)
    assert moved.one_off_to in ("google", "own")


def test_a_plan_without_traits_has_those_of_its_product(tmp_path: Path) -> None:
    text = WORKLOAD.replace(
        'chat = "openai/gpt-5"\nsearch',
        'chat = "openai/gpt-5"\norchestration = "langsmith/deployment-serverless-large"\nsearch',
        1,
    )
    aws = stack(document(tmp_path, text), "aws")
    assert {told.offer for told in aws.traits if told.trait == "leaving"} == {
        "langsmith/deployment-serverless-large"
    }


def test_formats(tmp_path: Path) -> None:
    (tmp_path / "costplan.toml").write_text(WORKLOAD, encoding="utf-8")
    page = costplan("compare", "--traits", *DAY, folder=tmp_path)
    assert (page.code, page.err) == (0, "")
    assert "a microVM a session" in page.out
    assert "2 of 4 steps by an open protocol, 1 by a vendor's own (act)" in " ".join(
        page.out.split()
    )
    assert all(len(line) <= 80 for line in page.out.splitlines())
    full = costplan("compare", "--traits", "--full", *DAY, folder=tmp_path)
    assert "https://docs.aws.amazon.com/bedrock-agentcore" in full.out
    data = json.loads(
        costplan("compare", "--traits", "--format", "json", *DAY, folder=tmp_path).out
    )
    assert data["kind"] == "traits"
    assert [one["stack"] for one in data["stacks"]] == ["aws", "google", "own"]
    markdown = costplan("compare", "--traits", "--format", "markdown", *DAY, folder=tmp_path)
    assert "| isolation | a microVM a session" in markdown.out


@pytest.mark.parametrize(
    "extra", [("--format", "html"), ("--levers",), ("--write", "x.toml"), ("--summary",)]
)
def test_it_goes_with_no_figures(extra: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "costplan.toml").write_text(WORKLOAD, encoding="utf-8")
    ran = costplan("compare", "--traits", *extra, *DAY, folder=tmp_path)
    assert ran.code == 2
    assert not (tmp_path / "x.toml").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[offer.traits.isolation]", "[offer.traits.isolaton]", "there is no trait 'isolaton'"),
        ('source = "agentcore-sessions"', 'source = "nobody"', "unknown source 'nobody'"),
        ('speaks = ["a2a"', 'speaks = ["a3a"', "unknown protocol 'a3a'"),
    ],
)
def test_a_trait_that_is_none_is_refused(old: str, new: str, said: str) -> None:
    text = (ROOT / "pricing" / "runtime" / "aws.toml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(InvalidInput, match=said):
        read(CatalogFile, tomllib.loads(text.replace(old, new, 1), parse_float=Decimal))


def test_a_protocol_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "costplan.toml").write_text(WORKLOAD.replace('"mcp"', '"mpc"'), encoding="utf-8")
    ran = costplan("estimate", *DAY, folder=tmp_path)
    assert ran.code == 2
    assert "protocol" in ran.err
    assert "mcp" in ran.err
