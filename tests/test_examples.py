"""Examples and templates: each runs on a fixed day, adds up, and costs what it cost when reviewed.

A price that changes shows here as a changed total: check it, then change the table.
"""

import re
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import costplan
from costplan.document.estimate import Estimate, EstimateDocument
from costplan.quantity import total
from costplan.store.files import starters

AS_OF = date(2026, 11, 22)
READ = date(2026, 11, 28)
"""The day on which the newest of the catalogue's sources was read."""
FOLDER = Path(__file__).resolve().parent.parent / "examples"
EXAMPLES = sorted(path.stem for path in FOLDER.glob("*.toml"))
CENT = Decimal("0.01")

# A month's total of each stack, in USD, to the cent.
TOTALS = {
    "minimal": {"openai": "35.00", "anthropic": "70.00", "google": "70.00"},
    "support-agent": {
        "portable": "3938.66",
        "aws": "6411.05",
        "google": "4712.62",
        "own-gpu": "8753.24",
    },
    "coding-agent": {
        "portable": "802.74",
        "openai": "879.58",
        "aws": "856.49",
        "google": "814.69",
    },
    "document-rag": {"portable": "936.41", "aws": "3804.11", "google": "2865.97"},
    "conversation-support": {
        "portable": "690.47",
        "openai": "736.37",
        "aws": "773.31",
        "google": "1427.64",
    },
    "rag-or-tuned": {
        "rag": "148.19",
        "tuned": "122.92",
        "both": "311.11",
        "prompt": "132.00",
    },
    "own-hardware": {"api": "9216.00", "rented": "40179.20", "owned": "8972.92"},
    "mcp-tool-server": {
        "agentcore": "4325.24",
        "agent-engine": "4284.88",
        "lambda": "4257.30",
        "fargate": "4265.02",
        "cloud-run": "4277.90",
    },
}
UNPRICED = {("support-agent", "aws")}  # Titan's batch price is not published

TEMPLATES = {
    "minimal": ("openai", "anthropic", "google"),
    "batch-extraction": ("portable", "aws", "google"),
    "coding-agent": ("portable", "aws", "google"),
    "document-rag": ("portable", "aws", "google"),
    "mcp-tool-server": ("portable", "aws", "google"),
    "support-agent": ("portable", "aws", "google"),
}
SIZED_TEMPLATES = [(name, size) for name in TEMPLATES for size in starters.SIZES]

NUMBER = re.compile(r"^[\w.-]+ = [\d_.]+\b")
SIZES_AND_REASON = re.compile(
    r"^[\w.-]+ = (?P<value>[\d_.]+) +# "
    r"light [\d_.]+, typical (?P<typical>[\d_.]+), heavy [\d_.]+: \w"
)


@pytest.fixture(autouse=True)
def _only_shipped_prices(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-prices-here"))


def example(name: str) -> EstimateDocument:
    return costplan.estimate(FOLDER / f"{name}.toml", as_of=AS_OF)


def template(name: str, size: str, folder: Path) -> tuple[str, EstimateDocument]:
    text = starters.sized(starters.text(name), size)
    path = folder / "costplan.toml"
    path.write_text(text, encoding="utf-8")
    return text, costplan.estimate(path, as_of=AS_OF)


def check(document: EstimateDocument, text: str) -> None:
    """What holds for any workload: its stacks are there, and every sum is the sum of its parts."""
    assert [made.stack for made in document.estimates] == list(tomllib.loads(text)["stack"])
    for made in document.estimates:
        lines = [line for part in made.components for line in part.line_items]
        priced = [line.amount for line in lines if line.amount is not None]
        assert made.total_monthly > 0
        assert made.total_monthly == total(priced)
        assert made.total_monthly == made.fixed_monthly + made.variable_monthly
        assert made.total_monthly == total(part.total for part in made.components)
        assert made.total_monthly == total(made.by_purpose.values())
        assert not made.warnings
        assert all(line.price.source and line.price.checked <= READ for line in lines)


def test_every_example_has_its_expected_totals() -> None:
    assert sorted(TOTALS) == EXAMPLES


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs_and_adds_up(name: str) -> None:
    check(example(name), (FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_costs_what_it_did_at_the_last_review(name: str) -> None:
    made = example(name).estimates
    assert {one.stack: str(one.total_monthly.quantize(CENT)) for one in made} == TOTALS[name]
    assert {(name, one.stack) for one in made if one.at_least} == {
        pair for pair in UNPRICED if pair[0] == name
    }


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_readme_says_where_every_number_of_an_example_comes_from(name: str) -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    _, _, rest = readme.partition(f"\n## {name}.toml\n")
    section = rest.partition("\n## ")[0]
    assert f"`costplan estimate examples/{name}.toml`" in readme
    workload = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    del workload["stack"]
    for value in numbers_of(workload):
        # "0" and "1" are switches and wholes: idle_seconds = 0, horizon_months = 1, sample = 1.0
        number = rf"(?<![\d.,]){re.escape(value)}(?!\d|[.,]\d)"
        assert value in ("0", "1") or re.search(number, section), f"{name}: {value}"


def numbers_of(node: object) -> list[str]:
    """Every number of a workload as the README writes it: 3 million, 1,500, 0.97."""
    if isinstance(node, dict):
        return [found for value in node.values() for found in numbers_of(value)]
    if isinstance(node, list):
        return [found for value in node for found in numbers_of(value)]
    if isinstance(node, bool) or not isinstance(node, int | float):
        return []
    if node == 0.03:
        return ["3 %"]
    if node >= 1_000_000 and node % 1_000_000 == 0:
        return [f"{node // 1_000_000} million"]
    return [f"{node:,}" if isinstance(node, int) else f"{Decimal(str(node)).normalize():f}"]


def test_the_smallest_example_stays_six_lines() -> None:
    text = (FOLDER / "minimal.toml").read_text(encoding="utf-8")
    assert len(text.splitlines()) == 6


def test_the_templates_are_those_named_here() -> None:
    assert sorted(starters.names()) == sorted(TEMPLATES)


@pytest.mark.parametrize(("name", "size"), SIZED_TEMPLATES)
def test_a_template_runs_in_each_size_and_adds_up(name: str, size: str, tmp_path: Path) -> None:
    text, document = template(name, size, tmp_path)
    check(document, text)
    assert tuple(made.stack for made in document.estimates) == TEMPLATES[name]
    assert not [made.stack for made in document.estimates if made.at_least]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_larger_size_costs_more(name: str, tmp_path: Path) -> None:
    light, typical, heavy = (
        [made.total_monthly for made in template(name, size, tmp_path)[1].estimates]
        for size in starters.SIZES
    )
    assert all(one < two < three for one, two, three in zip(light, typical, heavy, strict=True))


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_gives_three_sizes_and_a_reason_for_every_number(name: str) -> None:
    lines = starters.text(name).splitlines()
    assert lines[0].startswith("# ")
    assert "`costplan estimate` runs it" in lines[1]
    assert lines[2] == f'name = "{name}"'
    for line in lines:
        if NUMBER.match(line):
            found = SIZES_AND_REASON.match(line)
            assert found, line
            assert found["value"] == found["typical"], line


@pytest.mark.parametrize("name", TEMPLATES)
def test_typical_is_the_template_as_it_is(name: str) -> None:
    text = starters.text(name)
    assert starters.sized(text, "typical") == text
    assert starters.sized(text, "light") != text != starters.sized(text, "heavy")


# Hand arithmetic: rates and counts written out here, none of the program's own formulas.


def amounts(made: Estimate, role: str) -> dict[str, Decimal]:
    lines = [line for line in made.lines if line.role == role and line.amount is not None]
    assert len({line.price.charge for line in lines}) == len(lines)
    return {line.price.charge: line.amount for line in lines if line.amount is not None}


def test_the_minimal_example_by_hand() -> None:
    # 10,000 requests of 1,000 tokens in and 500 out: 10 million and 5 million.
    openai, anthropic, google = example("minimal").estimates
    assert openai.total_monthly == 10 * 1 + 5 * 5
    assert anthropic.total_monthly == 10 * 2 + 5 * 10
    assert google.total_monthly == 10 * 2 + 5 * 10


@pytest.mark.parametrize(
    ("stack", "rates"),  # USD a million: input, read from and written to the cache, output
    [
        ("portable", ("2", "0.10", "2.50", "10")),
        ("openai", ("2", "0.10", "2.50", "10")),
        ("aws", ("2.20", "0.11", "2.75", "11")),
        ("google", ("2", "0.10", "2.50", "10")),
    ],
)
def test_the_coding_agents_tokens_by_hand(stack: str, rates: tuple[str, ...]) -> None:
    # 5 developers x 8 tasks x 21 days x 28 calls = 23,520 calls, each of 80,000 tokens in (72,000
    # read from the cache, 7,000 written to it, 1,000 neither) and 500 out.
    calls = Decimal(5 * 8 * 21 * 28)
    each = zip((1_000, 72_000, 7_000, 500), rates, strict=True)
    expected = [calls * tokens * Decimal(rate) / 1_000_000 for tokens, rate in each]
    (made,) = (one for one in example("coding-agent").estimates if one.stack == stack)
    found = amounts(made, "coder")
    assert [found[kind] for kind in ("input", "cache_read", "cache_write", "output")] == expected
    assert len(found) == 4


def test_the_coding_agents_searches_and_sandbox_by_hand() -> None:
    portable = example("coding-agent").estimates[0]
    assert amounts(portable, "web") == {"searches": Decimal(840) / 2 * 10 / 1_000}
    # E2B bills 2 vCPU and 4 GiB for each of 840 x 620 seconds.
    seconds = Decimal(840 * 620)
    assert amounts(portable, "runtime") == {
        "cpu": seconds * 2 * Decimal("0.000014"),
        "memory": seconds * 4 * Decimal("0.0000045"),
    }


def test_the_conversations_cache_by_hand() -> None:
    # Turn i sends 2,200 fixed, i x (60 + 211) of history, 60 of question and 1,200 of passages; the
    # passages and the question are new each turn, the rest is what the turn before wrote.
    turns = range(6)
    read = 2_200 + sum(2_200 + 271 * (i - 1) for i in turns if i)
    written = 271 * 5
    new = 6 * (60 + 1_200)
    assert read + written + new == sum(2_200 + 271 * i + 1_260 for i in turns)
    openai = example("conversation-support").estimates[1]
    found = amounts(openai, "chat")
    month = Decimal(20_000) / 1_000_000
    # The prefix that all conversations share is found warm but for a few in a billion.
    assert abs(found["cache_read"] - month * read * Decimal("0.10")) < CENT
    assert abs(found["cache_write"] - month * written * Decimal("2.50")) < CENT
    assert abs(found["input"] - month * new * 2) < CENT
    assert found["output"] == month * 6 * 211 * 10


def test_the_tool_servers_hosts_differ_by_the_host_alone() -> None:
    made = {one.stack: one for one in example("mcp-tool-server").estimates}
    rest = {one.total_monthly - total(amounts(one, "mcp").values()) for one in made.values()}
    assert len(rest) == 1
    calls = Decimal(500_000 * 3)
    assert amounts(made["lambda"], "mcp") == {
        "requests": calls * Decimal("0.20") / 1_000_000,
        "duration": calls * Decimal("0.8") * Decimal("0.5") * Decimal("0.0000166667"),
    }
    assert amounts(made["fargate"], "mcp") == {
        "cpu": 2 * 730 * Decimal("0.25") * Decimal("0.04048"),
        "memory": 2 * 730 * Decimal("0.5") * Decimal("0.004445"),
    }
