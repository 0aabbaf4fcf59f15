"""Examples, which are the templates: each runs on a fixed day, in every size, and costs what it
cost when reviewed.

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
from costplan.problems import BadUsage
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
    "batch-extraction": {"portable": "6253.26", "aws": "6241.45", "google": "6224.40"},
    "conversation-support": {
        "portable": "690.47",
        "openai": "736.37",
        "aws": "773.31",
        "google": "1427.64",
    },
    "mcp-tool-server": {
        "agentcore": "4325.24",
        "agent-engine": "4284.88",
        "lambda": "4257.30",
        "fargate": "4265.02",
        "cloud-run": "4277.90",
    },
    "research-agents": {
        "portable": "8964.44",
        "openai": "8474.76",
        "aws": "9061.98",
        "google": "8175.45",
    },
    "uncertain": {"frontier": "5636.65", "small": "7597.77"},
    "voice-agent": {"portable": "4421.73", "openai": "4449.47", "google": "4865.26"},
}
FOLDERS = {
    "tuning": {"rag": "148.19", "tuned": "122.92", "both": "311.11", "prompt": "132.00"},
    "hardware": {"api": "9216.00", "rented": "40179.20", "owned": "8972.92"},
}
"""Examples in folders of their own, which are no templates."""
UNPRICED = {("support-agent", "aws")}  # Titan's batch price is not published

SIZED = [(name, size) for name in EXAMPLES for size in starters.SIZES]

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


def sized(name: str, size: str, folder: Path) -> tuple[str, EstimateDocument]:
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
        told = {change.text for change in made.announced}  # the only thing to warn of
        assert set(made.warnings) == told
        assert all(line.price.source and line.price.checked <= READ for line in lines)


def test_every_example_has_its_expected_totals() -> None:
    assert sorted(TOTALS) == EXAMPLES


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_costs_what_it_did_at_the_last_review(name: str) -> None:
    made = example(name).estimates
    assert {one.stack: str(one.total_monthly.quantize(CENT)) for one in made} == TOTALS[name]
    assert {(name, one.stack) for one in made if one.at_least} == {
        pair for pair in UNPRICED if pair[0] == name
    }


@pytest.mark.parametrize("name", FOLDERS)
def test_an_example_in_a_folder_costs_what_it_did(name: str) -> None:
    document = example(f"{name}/costplan")
    check(document, (FOLDER / name / "costplan.toml").read_text(encoding="utf-8"))
    totals = {bill.stack: str(bill.total_monthly.quantize(CENT)) for bill in document.estimates}
    assert totals == FOLDERS[name]
    assert f"[{name}/]({name}/costplan.toml)" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_the_readme_names_every_example() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| \[([\w-]+)\.toml\]", readme, re.M)) == EXAMPLES


def test_the_smallest_example_stays_six_lines() -> None:
    text = (FOLDER / "minimal.toml").read_text(encoding="utf-8")
    assert len([line for line in text.splitlines() if not line.startswith("#")]) == 6


def test_the_examples_ship_as_templates() -> None:
    project = tomllib.loads((FOLDER.parent / "pyproject.toml").read_text(encoding="utf-8"))
    shipped = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    taken = {name: to for name, to in shipped.items() if name.startswith("examples/")}
    assert sorted(starters.names()) == EXAMPLES
    assert taken == {f"examples/{name}.toml": f"costplan/examples/{name}.toml" for name in EXAMPLES}


@pytest.mark.parametrize(
    ("part", "name"),
    [("rag", "document-rag"), ("voice", "voice-agent"), ("minimal", "minimal")],
)
def test_a_part_of_a_name_is_enough_where_no_other_has_it(part: str, name: str) -> None:
    assert starters.text(part) == starters.text(name)


@pytest.mark.parametrize("name", ["support", "", "vioce-agent", "../examples/minimal", "agent"])
def test_a_name_of_none_or_several_is_refused(name: str) -> None:
    with pytest.raises(BadUsage) as caught:
        starters.text(name)
    assert caught.value.hint


@pytest.mark.parametrize(("name", "size"), SIZED)
def test_an_example_runs_in_each_size_and_adds_up(name: str, size: str, tmp_path: Path) -> None:
    text, document = sized(name, size, tmp_path)
    check(document, text)
    unpriced = {(name, made.stack) for made in document.estimates if made.at_least}
    assert unpriced == {pair for pair in UNPRICED if pair[0] == name}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_larger_size_costs_more(name: str, tmp_path: Path) -> None:
    light, typical, heavy = (
        [made.total_monthly for made in sized(name, size, tmp_path)[1].estimates]
        for size in starters.SIZES
    )
    assert all(one < two < three for one, two, three in zip(light, typical, heavy, strict=True))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_gives_three_sizes_and_a_reason_for_every_number(name: str) -> None:
    lines = starters.text(name).splitlines()
    assert lines[0].startswith("# ")
    assert "`costplan estimate` runs it" in lines[1]
    assert lines[2] == f'name = "{name}"'
    for line in lines:
        if NUMBER.match(line):
            found = SIZES_AND_REASON.match(line)
            assert found, line
            assert found["value"] == found["typical"], line


@pytest.mark.parametrize("name", EXAMPLES)
def test_typical_is_the_example_as_it_is(name: str) -> None:
    text = starters.text(name)
    assert starters.sized(text, "typical") == text
    assert starters.sized(text, "light") != text != starters.sized(text, "heavy")


# Hand arithmetic: rates and counts written out here, none of the program's own formulas.


def amounts(made: Estimate, role: str) -> dict[str, Decimal]:
    """A role's amounts by charge; a charge has a line for each purpose."""
    sums: dict[str, Decimal] = {}
    for line in made.lines:
        if line.role == role and line.amount is not None:
            sums[line.price.charge] = sums.get(line.price.charge, Decimal(0)) + line.amount
    return sums


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


@pytest.mark.parametrize("stack", ["portable", "openai"])
def test_the_voice_agents_sound_by_hand(stack: str) -> None:
    # 10,000 calls of 8 turns; what was not understood and noticed (0.04 x 0.7) is heard again.
    turns = Decimal(10_000 * 8)
    heard = turns * (1 + Decimal("0.04") * Decimal("0.7"))
    (made,) = (one for one in example("voice-agent").estimates if one.stack == stack)
    ears, voice = amounts(made, "ears"), amounts(made, "voice")
    assert ears["input_audio"] == heard * 80 * Decimal("1.25") / 1_000_000
    assert ears["output"] == heard * 25 * 5 / 1_000_000
    # who was not understood twice is put through, and hears no answer of the machine
    spoken = turns - amounts(made, "human")["cases"] / 5
    assert abs(voice["output_audio"] - spoken * 290 * 12 / 1_000_000) < CENT


def test_the_research_agents_searches_by_hand() -> None:
    # The critic rejects at 0.7 what plan, search or write got wrong, for a plan's fault feeds what
    # it judges, at 0.1 the rest; one rejection runs the searchers and their look-ups once more.
    right = Decimal("0.95") * Decimal("0.9") * Decimal("0.95")
    again = (1 - right) * Decimal("0.7") + right * Decimal("0.1")
    portable = example("research-agents").estimates[0]
    searches = amounts(portable, "web")["searches"]
    assert searches == Decimal(1_000 * 24) * (1 + again) * 7 / 1_000
